/**
 * HTTP/2 for Node, over `node:http2`. undici has it too, but in 7.30 an assertion of its own, which nobody can
 * catch, ends the process when a pool is closed after some HTTP/2 requests.
 */

import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type IncomingHttpHeaders,
  type IncomingHttpStatusHeader,
} from "node:http2";
import { Readable } from "node:stream";
import { arrayBuffer, text } from "node:stream/consumers";
import type { TLSSocket } from "node:tls";
import { KalshiConnectionError } from "../base/errors.ts";
import { systemClock } from "../base/clock.ts";
import { onAborted, untilAborted, withinLimit } from "../base/waits.ts";
import { acceptEncoding, type NodeAnswer, poolResponse } from "./node_response.ts";
import { dial } from "./node_tcp.ts";
import type { Settings } from "./options.ts";
import type { HttpPool, HttpPoolRequest, PoolResponse } from "./types.ts";

const CONNECT_TIMEOUT_MS = 10_000;

/** A connection, and how many requests are on it: one without any does not keep the process alive. */
interface Connection {
  readonly session: ClientHttp2Session;
  busy: number;
}

/** Sends through HTTP/2 where a server offers it over TLS, one connection for each; else through `fallback`. */
export function http2Pool(settings: Settings, fallback: HttpPool, keepaliveExpiryMs?: number): HttpPool {
  /** By origin; undefined where the server has no HTTP/2. */
  const connections = new Map<string, Promise<Connection | undefined>>();
  /** Origins that were found to have HTTP/2. */
  const sharing = new Set<string>();
  const closing = new AbortController();

  const open = (origin: string): Promise<Connection | undefined> =>
    withinLimit(systemClock, CONNECT_TIMEOUT_MS, [closing.signal], (limit) => openWithin(origin, limit));

  const openWithin = async (origin: string, limit: AbortSignal): Promise<Connection | undefined> => {
    const { protocol, hostname, port } = new URL(origin);
    if (protocol !== "https:") return undefined;
    const target = { hostname, port: Number(port) || 443, tls: true };
    const socket = await dial({ ...target, signal: limit }, settings, ["h2", "http/1.1"]);
    if (socket.alpnProtocol !== "h2") {
      socket.destroy();
      return undefined;
    }
    const session = connect(origin, { createConnection: () => socket as unknown as TLSSocket });
    const forget = () => void connections.delete(origin);
    session.on("error", forget).on("goaway", forget).on("close", forget);
    if (keepaliveExpiryMs !== undefined) session.setTimeout(keepaliveExpiryMs, () => session.close());
    // What a server allows comes first thing; streams beyond that would be refused.
    const end = () => session.destroy();
    const unheard = onAborted(limit, end);
    try {
      await new Promise<void>((resolve, reject) => {
        session.once("remoteSettings", () => resolve());
        session.once("close", () => reject(new KalshiConnectionError(`${origin} closed the connection.`)));
      });
    } finally {
      unheard();
    }
    session.unref();
    sharing.add(origin);
    return { session, busy: 0 };
  };

  const connectionTo = async (origin: string): Promise<Connection | undefined> => {
    let opening = connections.get(origin);
    if (!opening) {
      opening = open(origin);
      connections.set(origin, opening);
      opening.catch(() => connections.delete(origin));
    }
    const connection = await opening;
    if (!connection?.session.closed) return connection;
    if (connections.get(origin) === opening) connections.delete(origin);
    return await connectionTo(origin);
  };

  return {
    isShared: (url) => sharing.has(url.slice(0, url.indexOf("/", 8))),
    async fetch(url, request) {
      if (closing.signal.aborted) throw new TypeError("The connection pool is closed.");
      const slash = url.indexOf("/", 8);
      const connection = await untilAborted(connectionTo(url.slice(0, slash)), request.signal);
      return connection
        ? await send(connection, url.slice(slash), request)
        : await fallback.fetch(url, request);
    },
    isNotSent: (error) => error instanceof KalshiConnectionError || fallback.isNotSent(error),
    async close() {
      closing.abort(new TypeError("The connection pool is closed."));
      const open = [...connections.values()];
      connections.clear();
      for (const opening of open) (await opening.catch(() => undefined))?.session.destroy();
      await fallback.close();
    },
  };
}

function send(
  connection: Connection,
  path: string,
  { method, headers, body, signal }: HttpPoolRequest,
): Promise<PoolResponse> {
  return new Promise((resolve, reject) => {
    const { session } = connection;
    if (connection.busy++ === 0) session.ref();
    const stream = session.request({
      "accept-encoding": acceptEncoding,
      ...headers,
      ":method": method,
      ":path": path,
    }, { endStream: body === undefined });
    const abort = () => {
      stream.close(constants.NGHTTP2_CANCEL);
      stream.destroy(signal?.reason instanceof Error ? signal.reason : undefined);
      reject(signal?.reason);
    };
    signal?.addEventListener("abort", abort);
    stream.on("error", reject);
    stream.on("close", () => {
      signal?.removeEventListener("abort", abort);
      reject(new Error("The connection closed before the answer was complete."));
      if (--connection.busy === 0) session.unref();
    });
    stream.on("response", (answer) => resolve(poolResponse(answerOf(stream, answer))));
    if (signal?.aborted) abort();
    else if (body !== undefined) stream.end(body);
  });
}

function answerOf(
  stream: ClientHttp2Stream,
  headers: IncomingHttpHeaders & IncomingHttpStatusHeader,
): NodeAnswer {
  return {
    statusCode: headers[":status"] ?? 0,
    headers: headers as NodeAnswer["headers"],
    body: {
      text: () => text(stream),
      arrayBuffer: () => arrayBuffer(stream),
      get body() {
        return Readable.toWeb(stream);
      },
    },
  };
}
