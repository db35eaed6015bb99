/** The network of the runtime as a transport. */
import { detectRestRuntime } from "#runtime";
import type { TransportFunction } from "../http/transport.ts";
import type { HttpPool } from "../runtime/types.ts";

/** What an answer may unpack to. */
const MOST_BYTES = 64 * 1024 * 1024;

/** A transport that opens the runtime's connection pool with its first request, and can be closed. */
export interface NetworkTransport {
  /** Sends a request; a write reaches the server at most once. */
  readonly fetch: TransportFunction;
  /** Closes its connections. */
  readonly close: () => Promise<void>;
}

/** `names`: the header fields of answers that are wanted; some pools only tell those that they are asked for. */
export function networkTransport(names: readonly string[]): NetworkTransport {
  let pool: HttpPool | undefined;
  return {
    async fetch(request) {
      pool ??= detectRestRuntime().createHttpPool({ http2: false });
      const { method, headers, signal } = request;
      const body = request.body === null ? undefined : await request.text();
      const answer = await pool.fetch(request.url, {
        method,
        headers: Object.fromEntries(headers),
        body,
        signal,
      });
      const { status, coding } = answer;
      if (answer instanceof Response && coding === undefined) return answer;
      const coded = new Uint8Array(await answer.arrayBuffer());
      const bytes = coding === undefined ? coded : await coding.undo(coded, MOST_BYTES);
      return new Response(hasNoBody(status) ? null : bytes, { status, headers: pick(answer.headers, names) });
    },
    async close() {
      await pool?.close();
      pool = undefined;
    },
  };
}

/** Whether a `Response` of this status may have no body. */
export const hasNoBody = (status: number): boolean => status === 204 || status === 205 || status === 304;

/** The fields of these names, names in lower case. */
export function pick(headers: Pick<Headers, "get">, names: readonly string[]): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of names) {
    const value = headers.get(name);
    if (value !== null) kept[name.toLowerCase()] = value;
  }
  return kept;
}

/** Either form of a transport as a function. */
export function asFunction(
  transport: TransportFunction | { fetch(request: Request): Promise<Response> },
): TransportFunction {
  return typeof transport === "function" ? transport : (request) => transport.fetch(request);
}
