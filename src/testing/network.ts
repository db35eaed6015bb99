/** The network of the runtime as a transport. */
import { detectRuntime } from "#runtime";
import type { TransportFunction } from "../http/transport.ts";
import type { HttpPool } from "../runtime/types.ts";

/** A transport that opens the runtime's connection pool with its first request, and can be closed. */
export interface NetworkTransport {
  /** Sends a request; a write reaches the server at most once. */
  readonly fetch: TransportFunction;
  /** Closes its connections. */
  readonly close: () => Promise<void>;
}

export function networkTransport(): NetworkTransport {
  let pool: HttpPool | undefined;
  return {
    async fetch(request) {
      pool ??= detectRuntime().createHttpPool({ http2: false });
      const { method, headers, signal } = request;
      const body = request.body === null ? undefined : await request.text();
      return await pool.fetch(request.url, { method, headers: Object.fromEntries(headers), body, signal });
    },
    async close() {
      await pool?.close();
      pool = undefined;
    },
  };
}

/** Either form of a transport as a function. */
export function asFunction(
  transport: TransportFunction | { fetch(request: Request): Promise<Response> },
): TransportFunction {
  return typeof transport === "function" ? transport : (request) => transport.fetch(request);
}
