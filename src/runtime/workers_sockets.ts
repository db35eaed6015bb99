/** WebSockets and TCP in workerd: loaded with the first connection, which a Worker of REST calls never makes. */

import { systemClock } from "../base/clock.ts";
import { closeCodes } from "../base/close_codes.ts";
import { KalshiConnectionError } from "../base/errors.ts";
import { deadline, onAborted, untilAborted } from "../base/waits.ts";
import { assertCanTrust } from "./tls_trust.ts";
import {
  type ByteStream,
  HandshakeRefusedError,
  type Runtime,
  type RuntimeWebSocket,
  type TcpConnectOptions,
  type WebSocketConnectOptions,
  type WebSocketHandlers,
} from "./types.ts";

/** How much of a refusal's body is kept, and how long it is waited for. */
const MAX_REFUSAL_CHARACTERS = 4096;
const REFUSAL_WAIT_MS = 1000;
/** How long a socket may take to close whose peer does not read. */
const CLOSE_WAIT_MS = 1000;

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

/** As `Runtime.connectWebSocket`. */
export async function connectWebSocket(
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
  if (!socket) {
    // Why is said in a few words, or not at all.
    const late = systemClock.setTimer(abort, REFUSAL_WAIT_MS);
    signal?.addEventListener("abort", abort);
    const body = await response.text().catch(() => "");
    late.clear();
    signal?.removeEventListener("abort", abort);
    throw new HandshakeRefusedError(response.status, body.slice(0, MAX_REFUSAL_CHARACTERS), headers);
  }

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
  socket.addEventListener(
    "close",
    ({ code, reason }) => finish(code, code === closeCodes.abnormal ? "" : reason),
  );
  socket.addEventListener("error", ({ message }) => finish(closeCodes.abnormal, message ?? ""));
  socket.accept();
  return {
    send(text) {
      if (state === "open") socket.send(text);
    },
    get bufferedAmount() {
      return socket.bufferedAmount ?? 0;
    },
    close(code = closeCodes.normal, reason = "") {
      if (state !== "open") return;
      state = "closing";
      socket.close(code, reason);
    },
    terminate: () => finish(closeCodes.abnormal, ""),
  };
}

/** As `Runtime.connectTcp`. The platform takes no authorities and shows no certificate, which `runtime` states. */
export async function connectTcp(
  options: TcpConnectOptions,
  runtime: Pick<Runtime, "name" | "capabilities">,
): Promise<ByteStream> {
  assertCanTrust("connectTcp", options, runtime);
  const { hostname, port, tls, signal } = options;
  signal?.throwIfAborted();
  // In a variable, so that bundlers for other runtimes do not look for it.
  const specifier = "cloudflare:sockets";
  const { connect } = await import(specifier) as WorkersSockets;
  signal?.throwIfAborted();
  const socket = connect({ hostname, port }, { secureTransport: tls ? "on" : "off" });
  const close = () => socket.close().catch(() => {});
  // Nobody waits any longer; workerd itself lets go of a handshake without an answer with the request or the object.
  const abort = () => void close();
  const unheard = onAborted(signal, () => abort());
  try {
    await untilAborted(socket.opened, signal);
  } catch (cause) {
    void close();
    signal?.throwIfAborted();
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new KalshiConnectionError(`Cannot connect to ${hostname}:${port}: ${reason}`, { cause });
  } finally {
    unheard();
  }
  return streamOf(socket, close);
}

/**
 * A socket whose close waits for nobody: workerd's own flushes what was written, which a peer that does not read never
 * lets happen.
 */
function streamOf({ readable, writable }: WorkersSocket, closeSocket: () => Promise<void>): ByteStream {
  const writer = writable.getWriter();
  writer.closed.catch(() => {});
  const pending = new Set<(error: Error) => void>();
  let closed: Error | undefined;
  const done = (work: () => Promise<void>) =>
    new Promise<void>((resolve, reject) => {
      if (closed) return reject(closed);
      pending.add(reject);
      work().then(resolve, reject).finally(() => pending.delete(reject));
    });
  return {
    readable,
    writable: new WritableStream({
      write: (chunk) => done(() => writer.write(chunk)),
      close: () => done(() => writer.close()),
      abort: (reason) => writer.abort(reason),
    }),
    close() {
      closed ??= new KalshiConnectionError("The connection is closed.", { outcome: "unknown" });
      // What waits is dropped; where nothing does, an abort would keep the socket from closing.
      if (pending.size > 0) void writer.abort(closed).catch(() => {});
      for (const reject of pending) reject(closed);
      pending.clear();
      return deadline(systemClock, CLOSE_WAIT_MS, closeSocket(), () => new Error("late")).catch(() => {});
    },
  };
}
