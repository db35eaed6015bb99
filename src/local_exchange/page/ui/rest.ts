/** The SDK's client, at the page's own origin: the exchange knows the page's account by the token of its session. */
import { KalshiClient } from "../../../client.ts";
import { KalshiConfig } from "../../../config/kalshi_config.ts";
import { KalshiError } from "../../../base/errors.ts";

/** What every request of the page says who it is by. */
export const TOKEN_HEADER = "x-page-token";

/** A client of the page's account. */
export function openClient(token: string): KalshiClient {
  return new KalshiClient({
    config: new KalshiConfig({ baseUrl: `${location.origin}/trade-api/v2` }),
    // No key is here: calls that ask for one are sent with the token instead.
    auth: { keyId: "page", sign: () => Promise.resolve("A".repeat(86) + "==") },
    transport: (request) => {
      const headers = new Headers(request.headers);
      for (const name of [...headers.keys()]) if (/^kalshi-/i.test(name)) headers.delete(name);
      headers.set(TOKEN_HEADER, token);
      return fetch(new Request(request, { headers, credentials: "omit", cache: "no-store" }));
    },
  });
}

/** What went wrong, in words for a person. */
export function wordsOf(error: unknown): string {
  if (error instanceof KalshiError) return error.message;
  return error instanceof Error ? error.message : String(error);
}
