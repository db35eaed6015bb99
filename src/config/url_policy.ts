/**
 * Which URLs this library talks to, and which requests it signs.
 *
 * @module
 */
import { KalshiConfigError } from "../base/errors.ts";
import { askForHost } from "./unknown_hosts.ts";
import type { KalshiEnvironment, RestVenue } from "./venue.ts";

/** What a base URL is for: REST calls or the WebSocket. */
export type UrlKind = "rest" | "ws";

/** What {@linkcode checkUrl} may let through. */
export interface UrlPolicyOptions {
  /**
   * Lets hosts through that are neither Kalshi's nor loopback. A function is asked only for such a host; when it
   * throws a {@linkcode KalshiConfigError} the answer is no, and its message is told with the refusal.
   */
  readonly allowUnknownHost?: boolean | (() => boolean) | undefined;
}

/** A base URL that passed the policy. */
export interface CheckedUrl {
  /** The URL in its normal form, without a slash at its end. */
  readonly url: string;
  /** Host, with the port where it is not the scheme's own. */
  readonly host: string;
  /** Whose host it is. */
  readonly environment: KalshiEnvironment | "loopback" | "unknown";
}

/** Whether a host, as a URL parser writes it, is this machine. */
export const isLoopback = (hostname: string): boolean => /^(localhost|127\.0\.0\.1|\[::1\])$/.test(hostname);

const kinds = {
  rest: { option: "baseUrl", secure: "https:", plain: "http:", path: "restPath" },
  ws: { option: "wsBaseUrl", secure: "wss:", plain: "ws:", path: "wsPath" },
} as const;

function parse(url: string): URL | undefined {
  try {
    return new URL(url);
  } catch {
    return undefined;
  }
}

type Environment = CheckedUrl["environment"];

/** Whose host a parsed URL goes to; undefined when that would be in plaintext to another machine, or no URL of that kind. */
function environmentOf(
  venue: RestVenue,
  { protocol, hostname, host }: URL,
  kind: UrlKind,
): Environment | undefined {
  const { secure, plain } = kinds[kind];
  const local = isLoopback(hostname);
  if (protocol !== secure && (protocol !== plain || !local)) return undefined;
  return local ? "loopback" : venue.hosts.find((row) => row[kind] === host)?.environment ?? "unknown";
}

/**
 * Checks a base URL against the policy and returns its normal form.
 *
 * The URL is read with the runtime's own parser, and then must equal what the parser made of it, letter case of
 * scheme and host and a written-out default port aside. So nothing is let through that means something else
 * than it seems: user info, query, fragment, whitespace, backslashes, percent escapes, dot segments, other
 * spellings of an IP address, and host names that are not plain ASCII are all refused.
 *
 * A host is Kalshi's only on the scheme's own port. `localhost`, `127.0.0.1` and `[::1]` are loopback on any
 * port; other addresses of this machine are not.
 *
 * @param venue the exchange that it is to be of
 * @throws {KalshiConfigError} with what is wrong and how to write it. The message never repeats user info,
 * query or fragment.
 */
export function checkUrl(
  venue: RestVenue,
  url: string,
  kind: UrlKind,
  options: UrlPolicyOptions = {},
): CheckedUrl {
  const { option, secure, plain } = kinds[kind];
  const path = venue[kinds[kind].path] ?? "";
  const hosts = venue.hosts.map((row) => row[kind]);
  const refuse = (why: string): never => {
    throw new KalshiConfigError(`${option} must ${why} Write it like ${secure}//${hosts[0]}${path}.`);
  };
  const text = url.replace(/\/+$/, "");
  const parsed = parse(text);
  if (parsed === undefined) return refuse("be an absolute URL.");

  const { protocol, hostname, host } = parsed;
  const pathname = parsed.pathname.replace(/\/$/, "");
  const origin = `${protocol}//${host}`;
  const plainly = [origin, `${protocol}//${hostname}:${protocol === secure ? 443 : 80}`].some((start) =>
    text.slice(0, start.length).toLowerCase() === start && text.slice(start.length) === pathname
  );
  // The second test is not redundant: lower-casing turns a Kelvin sign into a "k".
  if (!plainly || /[^!-~]/.test(text)) {
    refuse(
      `be nothing but scheme, host, port and path, in plain letters: its host reads as "${host}".`,
    );
  }
  const environment = environmentOf(venue, parsed, kind);
  if (environment === undefined) {
    return refuse(`begin with ${secure}// (${plain}// is for localhost, 127.0.0.1 and [::1] only).`);
  }
  if (pathname !== path) {
    refuse(`end in ${path}, else every ${venue.wsPath === undefined ? "path" : "signature"} is wrong.`);
  }
  if (environment === "unknown") {
    const { allowed, why } = askForHost(options.allowUnknownHost);
    if (!allowed) {
      refuse(
        `name a host of Kalshi (${hosts.join(", ")}), not "${host}", unless allowUnknownHost or ` +
          `${venue.variables.allowUnknownHost}=1 says that it is meant.${why}`,
      );
    }
  }
  return { url: origin + path, host, environment };
}

/**
 * The base URL that belongs to a checked one of the other kind: Kalshi's own pair, or the same host and port.
 *
 * @param kind the kind of `checked`
 */
export function counterpart(venue: RestVenue, checked: CheckedUrl, kind: UrlKind): string {
  const other = kind === "rest" ? "ws" : "rest";
  const { secure, plain } = kinds[other];
  const host = venue.hosts.find((row) => row[kind] === checked.host)?.[other] ?? checked.host;
  return `${checked.url.startsWith(kinds[kind].secure) ? secure : plain}//${host}${
    venue[kinds[other].path] ?? ""
  }`;
}

/** The default REST base URL of an environment. */
export function homeUrl(venue: RestVenue, environment: KalshiEnvironment): string {
  const host = venue.hosts.find((row) => row.environment === environment)?.rest;
  return `${kinds.rest.secure}//${host}${venue.restPath}`;
}

/** What {@linkcode assertSignable} needs of a configuration. */
export interface SignableBases {
  /** REST base URL, in its normal form. */
  readonly baseUrl: string;
  /** WebSocket base URL, in its normal form; left out where there is none. */
  readonly wsBaseUrl?: string | undefined;
  /** Whether hosts are let through that are neither Kalshi's nor this machine. */
  readonly allowUnknownHost: boolean;
}

/**
 * Refuses a request that must not be signed: one that, as a URL parser reads it, does not go to the configured
 * host and below its API root, or to a host that the policy does not allow. It trusts no check that was made
 * before: to be called with the final URL of a request, before signing. By one venue and the same bases, it says the
 * same of the same URL.
 *
 * @param venue the exchange that the key belongs to
 * @param bases the configuration
 * @param url the URL exactly as it will be handed to the network
 * @param path the path below the API root, for the error
 * @returns the path as it goes over the wire, which is what is signed
 * @throws {KalshiConfigError} for another origin or path, plaintext to another machine, user info, a fragment,
 * or a path that the parser would rewrite (dot segments, backslashes, whitespace).
 */
export function assertSignable(
  venue: RestVenue,
  bases: SignableBases,
  url: string | URL,
  path?: string,
): string {
  const parsed = typeof url === "string" ? parse(url) : url;
  if (parsed !== undefined) {
    const { protocol, host, href, pathname } = parsed;
    const ws = protocol.startsWith("ws");
    const environment = environmentOf(venue, parsed, ws ? "ws" : "rest");
    if (
      (ws
        ? bases.wsBaseUrl !== undefined && href.startsWith(bases.wsBaseUrl) && pathname === venue.wsPath
        : href.startsWith(`${bases.baseUrl}/`) && pathname.startsWith(`${venue.restPath}/`)) &&
      environment !== undefined && (environment !== "unknown" || bases.allowUnknownHost) &&
      (url === parsed || `${url}`.startsWith(`${protocol}//${host}${pathname}`)) &&
      !href.includes("#")
    ) return pathname;
  }
  throw new KalshiConfigError(
    `Refused to sign for ${parsed?.host}${parsed?.pathname}: it is not below ${bases.baseUrl}, no plain URL, or on no ` +
      `allowed host.`,
    { path },
  );
}
