/**
 * Who may talk to the page's server. Any web page that a browser shows can send requests to this machine; what it cannot
 * do is to know the token, to send its requests with another `Origin`, or, where it has its own name resolve to this
 * machine, with another `Host`.
 *
 * @module
 */
import { sameSecret } from "../same_secret.ts";

/** A request that was refused: the status, and what to do. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/** A header by its name in lower case. */
export type Header = (name: string) => string | undefined;

/** What a guard watches. */
export interface GuardOptions {
  readonly port: number;
  readonly token: string;
}

const LOCAL_NAMES = ["127.0.0.1", "localhost", "[::1]"];
const TOKEN_PROTOCOL = "token.";

/** The subprotocol that the feed speaks. */
export const FEED_PROTOCOL = "kalshi-feed";

/** The guard of one server. */
export class Guard {
  readonly #hosts: ReadonlySet<string>;
  readonly #token: string;

  constructor({ port, token }: GuardOptions) {
    // Of port 80 browsers say nothing.
    this.#hosts = new Set(
      LOCAL_NAMES.flatMap((name) => port === 80 ? [name, `${name}:80`] : `${name}:${port}`),
    );
    this.#token = token;
  }

  /** Refuses who comes by another name, and pages of another origin. */
  checkPlace(header: Header): Refusal | undefined {
    const host = header("host") ?? "";
    if (!this.#hosts.has(host)) return foreign("Open the page by the address that the exchange printed.");
    const origin = header("origin");
    if (origin !== undefined && origin !== `http://${host}`) {
      return foreign("Pages of other origins get nothing.");
    }
    const site = header("sec-fetch-site");
    if (site === "cross-site" || site === "same-site") return foreign("Pages of other origins get nothing.");
    return undefined;
  }

  /** Refuses what changes something, or stays open, and does not say from which page it comes. */
  checkOrigin(header: Header): Refusal | undefined {
    if (header("origin") !== undefined) return undefined;
    return foreign("This takes requests of the page alone: they have an Origin.");
  }

  /** Refuses who does not know the token. */
  checkToken(header: Header): Refusal | undefined {
    return this.#knows(header("x-page-token")) ? undefined : unknown;
  }

  /** Refuses a WebSocket that does not know the token, or speaks something else. */
  checkProtocols(header: Header): Refusal | undefined {
    const protocols = (header("sec-websocket-protocol") ?? "").split(",").map((name) => name.trim());
    const tokens = protocols.filter((name) => name.startsWith(TOKEN_PROTOCOL));
    if (tokens.length !== 1 || !this.#knows(tokens[0]?.slice(TOKEN_PROTOCOL.length))) return unknown;
    if (protocols.includes(FEED_PROTOCOL)) return undefined;
    return { status: 400, code: "bad_request", message: `The feed speaks ${FEED_PROTOCOL}.` };
  }

  #knows(given: string | undefined): boolean {
    return given !== undefined && sameSecret(given, this.#token);
  }
}

const unknown: Refusal = {
  status: 401,
  code: "unknown_token",
  message: "Open the page by the address that the exchange printed: it has the session's token.",
};

function foreign(message: string): Refusal {
  return { status: 403, code: "forbidden", message };
}
