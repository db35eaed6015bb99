/**
 * Leave for pages of other origins to talk to the exchange (CORS). A browser asks for it, and keeps an answer without it
 * from the page.
 *
 * @module
 */
import { KalshiConfigError } from "../base/errors.ts";

type Header = (name: string) => string | undefined;

/** The origin of an address as a browser sends it; undefined where it has none. */
function originOf(text: string): string | undefined {
  if (text.includes("*")) return undefined; // an origin stands for itself alone
  // Pages of an app's own scheme, such as tauri://localhost.
  if (/^(?!https?:|file:|data:)[a-z][a-z0-9+.-]*:\/\/[a-z0-9._-]+(:\d+)?$/.test(text)) return text;
  try {
    const { protocol, origin } = new URL(text);
    return protocol === "http:" || protocol === "https:" ? origin : undefined;
  } catch {
    return undefined;
  }
}

/** The origins that are let in, and what they are told. */
export class Cors {
  readonly #origins: ReadonlySet<string>;

  /** Takes exact origins; refuses anything else, a `*` above all. */
  constructor(origins: readonly string[]) {
    for (const given of origins) {
      const origin = originOf(given);
      if (origin === given) continue;
      throw new KalshiConfigError(
        `LocalExchange: \`cors\` takes exact origins such as "http://localhost:5173"; got ${
          JSON.stringify(given.slice(0, 64))
        }.` + (origin === undefined ? "" : ` Did you mean ${JSON.stringify(origin)}?`),
      );
    }
    this.#origins = new Set(origins);
  }

  /** Whether pages are let in at all. */
  get isOn(): boolean {
    return this.#origins.size > 0;
  }

  /** False for a request of a page that is not let in; who is no page sends no origin. */
  lets(header: Header): boolean {
    const origin = header("origin");
    return !this.isOn || origin === undefined || this.#origins.has(origin);
  }

  /** The headers of the answer to a preflight of a page that is let in; undefined for any other request. */
  preflight(method: string, header: Header): Record<string, string> | undefined {
    const wanted = header("access-control-request-method");
    const origin = header("origin");
    if (method !== "OPTIONS" || wanted === undefined || origin === undefined) return undefined;
    if (!this.#origins.has(origin)) return undefined;
    const headers = header("access-control-request-headers") ?? "";
    const isLocal = header("access-control-request-private-network") === "true";
    return {
      "access-control-allow-origin": origin,
      "access-control-allow-methods": "GET, POST, PUT, DELETE",
      // Those of a signed request, and what else the page's client sends.
      "access-control-allow-headers": /^[\w!#$%&'*+.^`|~, -]+$/.test(headers)
        ? headers
        : "accept, content-type, kalshi-access-key, kalshi-access-signature, kalshi-access-timestamp",
      "access-control-max-age": "600",
      ...(isLocal ? { "access-control-allow-private-network": "true" } : {}),
      vary: "origin, access-control-request-method, access-control-request-headers",
    };
  }

  /** What an answer's headers get besides: leave to read it, and each of its headers. */
  answer(header: Header, answered: Readonly<Record<string, string>>): Record<string, string> {
    if (!this.isOn) return {};
    const origin = header("origin");
    if (origin === undefined || !this.#origins.has(origin)) return { vary: "origin" };
    const names = Object.keys(answered);
    return {
      "access-control-allow-origin": origin,
      ...(names.length > 0 ? { "access-control-expose-headers": names.join(", ") } : {}),
      vary: "origin",
    };
  }
}
