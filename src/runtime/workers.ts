/**
 * The adapter for Cloudflare Workers, with nodejs_compat or without: `@unofficial/kalshi/workers`.
 *
 * @module
 */

import { KalshiConfigError, KalshiConnectionError } from "../errors.ts";
import { assertRuntimeCan, assertRuntimeOptions } from "./options.ts";
import {
  type ByteStream,
  HandshakeRefusedError,
  type HttpPool,
  type RestRuntime,
  type Runtime,
  type RuntimeOptions,
  type RuntimeWebSocket,
  type TcpConnectOptions,
  type WebSocketConnectOptions,
  type WebSocketHandlers,
} from "./types.ts";

interface WorkersWebSocket {
  binaryType?: string;
  readonly bufferedAmount?: number;
  accept(): void;
  send(data: string): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: "message", listener: (event: { data: string | ArrayBuffer }) => void): void;
  addEventListener(type: "close", listener: (event: { code: number; reason: string }) => void): void;
  addEventListener(type: "error", listener: (event: { message?: string }) => void): void;
}

interface WorkersSocket {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
  readonly opened: Promise<unknown>;
  close(): Promise<void>;
}

interface WorkersSockets {
  connect(
    address: { hostname: string; port: number },
    options: { secureTransport: "on" | "off" },
  ): WorkersSocket;
}

interface WorkersGlobals {
  /** There with nodejs_compat, and filled in by newer compatibility dates. */
  readonly process?: { readonly env?: Readonly<Record<string, string | undefined>> };
}

const pool: HttpPool = {
  fetch: (url, { method, headers, body, signal }) =>
    fetch(url, { method, headers, body: body ?? null, signal: signal ?? null, redirect: "manual" }),
  // "Network connection lost." is said of a refused connection and of one that broke after a write alike.
  isNotSent: () => false,
  close: () => Promise.resolve(),
};

async function connectWebSocket(
  url: string,
  handlers: WebSocketHandlers,
  { headers, signal }: WebSocketConnectOptions = {},
): Promise<RuntimeWebSocket> {
  // A signal stays tied to the response, the socket in it included: this one only lives for the handshake.
  const handshake = new AbortController();
  const abort = () => handshake.abort(signal?.reason);
  signal?.throwIfAborted();
  signal?.addEventListener("abort", abort);
  let response: Response & { readonly webSocket?: WorkersWebSocket | null };
  try {
    response = await fetch(url.replace(/^ws/, "http"), {
      headers: { ...headers, Upgrade: "websocket" },
      signal: handshake.signal,
      redirect: "manual",
    });
  } catch (cause) {
    signal?.throwIfAborted();
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new KalshiConnectionError(`Cannot connect to ${new URL(url).host}: ${reason}`, { cause });
  } finally {
    signal?.removeEventListener("abort", abort);
  }
  const socket = response.webSocket;
  if (!socket) throw new HandshakeRefusedError(response.status, await response.text().catch(() => ""));

  let state: "open" | "closing" | "closed" = "open";
  const finish = (code: number, reason: string) => {
    if (state === "closed") return;
    state = "closed";
    try {
      socket.close();
    } catch {
      // It was closed by both sides already.
    }
    handlers.onClose({ code, reason });
  };
  socket.binaryType = "arraybuffer";
  socket.addEventListener("message", ({ data }) => {
    if (state === "open") handlers.onMessage(typeof data === "string" ? data : new Uint8Array(data));
  });
  socket.addEventListener("close", ({ code, reason }) => finish(code, code === 1006 ? "" : reason));
  socket.addEventListener("error", ({ message }) => finish(1006, message ?? ""));
  socket.accept();
  return {
    send(text) {
      if (state === "open") socket.send(text);
    },
    get bufferedAmount() {
      return socket.bufferedAmount ?? 0;
    },
    close(code = 1000, reason = "") {
      if (state !== "open") return;
      state = "closing";
      socket.close(code, reason);
    },
    terminate: () => finish(1006, ""),
  };
}

async function connectTcp({ hostname, port, tls, signal }: TcpConnectOptions): Promise<ByteStream> {
  signal?.throwIfAborted();
  // In a variable, so that bundlers for other runtimes do not look for it.
  const specifier = "cloudflare:sockets";
  const { connect } = await import(specifier) as WorkersSockets;
  const socket = connect({ hostname, port }, { secureTransport: tls ? "on" : "off" });
  const close = () => socket.close().catch(() => {});
  // Closing makes `opened` fail at once.
  signal?.addEventListener("abort", close);
  try {
    await socket.opened;
  } catch (cause) {
    void close();
    signal?.throwIfAborted();
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new KalshiConnectionError(`Cannot connect to ${hostname}:${port}: ${reason}`, { cause });
  } finally {
    signal?.removeEventListener("abort", close);
  }
  return { readable: socket.readable, writable: socket.writable, close };
}

/** The part of {@linkcode workersRuntime} that REST calls need. */
export function detectRestRuntime(): RestRuntime {
  const runtime: RestRuntime = {
    name: "Cloudflare Workers",
    capabilities: {
      http2: false,
      maxConnections: false,
      maxKeepaliveConnections: false,
      keepaliveExpiryMs: false,
      proxy: false,
      caCertificates: false,
      handshakeHeaders: true,
      handshakeStatus: true,
      ping: false,
      tcp: true,
      files: false,
    },
    createHttpPool(options) {
      assertRuntimeCan(options, runtime);
      return pool;
    },
    readTextFile: () =>
      Promise.reject(new KalshiConfigError("A Worker has no files: hand over the text itself.")),
    readEnv: (name) => (globalThis as unknown as WorkersGlobals).process?.env?.[name],
  };
  return runtime;
}

/**
 * The adapter for Cloudflare Workers. It uses the global `fetch` and `cloudflare:sockets` and no module of
 * Node's, so that it needs no nodejs_compat. A Worker's connections belong to the platform: no pool limits, no
 * HTTP/2, no proxy and no certificate authorities can be chosen, and there are no files. A WebSocket lives no
 * longer than the request, or the Durable Object, that opened it.
 *
 * Environment variables come with each request as `env`: hand them to `KalshiClient.fromEnv(env)`.
 *
 * @example
 * ```ts
 * import { KalshiClient } from "@unofficial/kalshi";
 * import { workersRuntime } from "@unofficial/kalshi/workers";
 *
 * export default {
 *   async fetch(): Promise<Response> {
 *     await using client = new KalshiClient({ demo: true, runtime: workersRuntime() });
 *     return Response.json(await client.exchange.status());
 *   },
 * };
 * ```
 *
 * @throws {KalshiConfigError} For any option: there is none that a Worker could honour.
 */
export function workersRuntime(options: RuntimeOptions = {}): Runtime {
  assertRuntimeOptions("Cloudflare Workers", options, []);
  return { ...detectRestRuntime(), connectWebSocket, connectTcp };
}

export { workersRuntime as detectRuntime };
