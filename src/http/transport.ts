/**
 * The network as a function. Give a client a {@linkcode Transport} and it uses no other network: an
 * in-process exchange, a recorded session, a proxy of your own.
 *
 * @module
 */

import { hasMethods, type Rule, rule } from "../base/options.ts";
import { readOwn } from "../base/plain.ts";
import type { HttpPool } from "../runtime/types.ts";

/** Answers one request. Follow no redirects: the pipeline refuses them by status. */
export type TransportFunction = (request: Request) => Promise<Response>;

/** A {@linkcode TransportFunction}, or an object that has one as its `fetch`. */
export type Transport = TransportFunction | { fetch(request: Request): Promise<Response> };

/** What a transport may be. */
export const transportRule = (): Rule<Transport> =>
  rule(
    "a transport: a function of a request, such as `exchange.fetch`, or an object with such a `fetch`",
    (value) => typeof value === "function" || hasMethods(value, "fetch"),
  );

/** A transport in the place of a runtime's connection pool. The transport belongs to its maker: it is not closed. */
export function transportPool(transport: Transport): HttpPool {
  const send: TransportFunction = typeof transport === "function"
    ? transport
    : (request) => transport.fetch(request);
  return {
    fetch: (url, { method, headers, body, signal }) =>
      send(
        new Request(
          url,
          readOwn<RequestInit>({
            method,
            headers,
            redirect: "manual",
            ...(body === undefined ? undefined : { body }),
            ...(signal === undefined ? undefined : { signal }),
          }),
        ),
      ),
    isNotSent: () => false,
    close: () => Promise.resolve(),
  };
}
