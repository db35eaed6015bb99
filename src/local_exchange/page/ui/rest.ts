/** The SDK's client, at the page's own origin: the exchange knows the page's account by the token of its session. */
import { KalshiClient } from "../../../client.ts";
import { KalshiConfig } from "../../../config/kalshi_config.ts";
import { PerpsConfig } from "../../../config/perps_config.ts";
import type { TransportFunction } from "../../../http/transport.ts";
import { PerpsClient } from "../../../perps/client.ts";
import { KalshiError } from "../../../base/errors.ts";

/** What every request of the page says who it is by. */
export const TOKEN_HEADER = "x-page-token";

// No key is here: calls that ask for one are sent with the token instead.
const auth = { keyId: "page", sign: () => Promise.resolve("A".repeat(86) + "==") };
const restUrl = (): string => `${location.origin}/trade-api/v2`;

/** Sends as the page's account. */
const transportOf = (token: string): TransportFunction => (request) => {
  const headers = new Headers(request.headers);
  for (const name of [...headers.keys()]) if (/^kalshi-/i.test(name)) headers.delete(name);
  headers.set(TOKEN_HEADER, token);
  return fetch(new Request(request, { headers, credentials: "omit", cache: "no-store" }));
};

/** A client of the page's account. */
export function openClient(token: string): KalshiClient {
  return new KalshiClient({
    config: new KalshiConfig({ baseUrl: restUrl() }),
    auth,
    transport: transportOf(token),
  });
}

/** The same for perps. */
export function openPerpsClient(token: string): PerpsClient {
  return new PerpsClient({
    config: new PerpsConfig({ baseUrl: restUrl() }),
    auth,
    transport: transportOf(token),
  });
}

/** What went wrong, in words for a person. */
export function wordsOf(error: unknown): string {
  if (error instanceof KalshiError) return error.message;
  return error instanceof Error ? error.message : String(error);
}
