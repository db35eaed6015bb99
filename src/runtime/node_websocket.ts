/**
 * WebSockets on Node, Deno and Bun: the protocol is that of the `ws` package, over a socket that was dialled here,
 * through the proxy and with the certificate authorities of the adapter.
 */

import { systemClock } from "../base/clock.ts";
import { closeCodes } from "../base/close_codes.ts";
import { KalshiConfigError, KalshiConnectionError } from "../base/errors.ts";
import type { NodeBytes } from "./builtin.ts";
import { contentCoding } from "./content_coding.ts";
import { nodeCodings } from "./node_codings.ts";
import { dial, joinBytes } from "./node_tcp.ts";
import type { Settings } from "./options.ts";
import {
  HandshakeRefusedError,
  type RuntimeWebSocket,
  type WebSocketConnectOptions,
  type WebSocketHandlers,
} from "./types.ts";
import { Ws, type WsRefusal } from "./ws_package.ts";

/** A message beyond this many bytes is an attack or a defect; Kalshi's largest are far below. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;
/** How much of a refusal's body is waited for, and for how long. */
const MAX_REFUSAL_BYTES = 4096;
const REFUSAL_WAIT_MS = 1000;
const NOT_UTF8 = "a text is not UTF-8";

function checkHeaders(headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) {
    if (!/^[!#$%&'*+.^_`|~\w-]+$/.test(name) || /[^\t\x20-\x7e\x80-\xff]/.test(value)) {
      throw new KalshiConfigError(
        `The handshake header \`${name}\` has characters that HTTP does not allow.`,
      );
    }
  }
}

/** What a refusal says, as far as it comes in time. */
function readRefusal(answer: WsRefusal): Promise<string> {
  return new Promise((resolve) => {
    const parts: NodeBytes[] = [];
    let size = 0;
    let isDone = false;
    const done = async () => {
      if (isDone) return;
      isDone = true;
      timer.clear();
      const body = new Uint8Array(joinBytes(parts, size).subarray(0, MAX_REFUSAL_BYTES));
      const field = answer.headers["content-encoding"];
      const coding = contentCoding(typeof field === "string" ? field : null, nodeCodings);
      const plain = coding ? await coding.undo(body, MAX_REFUSAL_BYTES).catch(() => new Uint8Array()) : body;
      resolve(new TextDecoder().decode(plain));
    };
    const timer = systemClock.setTimer(() => void done(), REFUSAL_WAIT_MS);
    answer.on("data", (chunk) => {
      parts.push(chunk);
      size += chunk.length;
      if (size >= MAX_REFUSAL_BYTES) void done();
    });
    for (const event of ["end", "error", "aborted", "close"] as const) answer.on(event, () => void done());
  });
}

/** Waits for the answer to the handshake; hands the socket over paused. */
function opened(
  socket: Ws,
  host: string,
  { headers, signal }: WebSocketConnectOptions,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let isSettled = false;
    const settle = (result: () => void) => {
      if (isSettled) return;
      isSettled = true;
      signal?.removeEventListener("abort", onAbort);
      result();
    };
    const fail = (reason: unknown) =>
      settle(() => {
        socket.terminate();
        reject(reason);
      });
    // Without the error below as its cause: a parser's holds what the server said.
    const broken = (what: string) =>
      fail(
        new KalshiConnectionError(`The WebSocket handshake with ${host} failed: ${what}.`, {
          outcome: "unknown",
        }),
      );
    const onAbort = () => fail(signal?.reason);
    socket.on("open", () =>
      settle(() => {
        socket.pause();
        resolve();
      }));
    let isRefused = false;
    // A status that has come stands, whatever becomes of the body.
    socket.on("error", ({ message }) => isRefused ? undefined : broken(message));
    socket.on("unexpected-response", (_, answer) => {
      const { statusCode = 0 } = answer;
      if (statusCode < 200) return broken("the server answered 101 to something else");
      isRefused = true;
      void readRefusal(answer).then((body) => fail(new HandshakeRefusedError(statusCode, body, headers)));
    });
    if (signal?.aborted) onAbort();
    else signal?.addEventListener("abort", onAbort);
  });
}

/** Opens a WebSocket. */
export async function connectWebSocket(
  address: string,
  handlers: WebSocketHandlers,
  options: WebSocketConnectOptions,
  settings: Settings,
): Promise<RuntimeWebSocket> {
  const { headers = {}, signal, closeTimeoutMs } = options;
  checkHeaders(headers);
  const url = new URL(address);
  const tls = url.protocol === "wss:";
  const port = Number(url.port) || (tls ? 443 : 80);
  const connection = await dial({ hostname: url.hostname, port, tls, signal }, settings, ["http/1.1"]);
  const socket = new Ws(url, {
    headers,
    createConnection() {
      // A proxy's tunnel is handed over paused.
      connection.resume();
      return connection;
    },
    perMessageDeflate: settings.webSocketCompression,
    maxPayload: MAX_MESSAGE_BYTES,
    // Looked after below: the package's way costs a look at each text before it is read.
    skipUTF8Validation: true,
    ...(closeTimeoutMs !== undefined && { closeTimeout: closeTimeoutMs }),
  });
  await opened(socket, url.host, options);
  return handOver(socket, handlers);
}

/** How long a peer has to read why it is left. */
const LETS_GO_MS = 1_000;

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Whether `text` is all that the bytes said. A strict decoder is only asked where there is something to doubt. */
function isUtf8(bytes: NodeBytes, text: string): boolean {
  if (!text.includes("\ufffd")) return true;
  try {
    strict.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** An open socket of the package as the owner has it. */
function handOver(socket: Ws, handlers: WebSocketHandlers): RuntimeWebSocket {
  let state: "open" | "closing" | "closed" = "open";
  const finish = (code: number, reason: string) => {
    if (state === "closed") return;
    state = "closed";
    handlers.onClose({ code, reason });
  };
  socket.on("message", (data, isBinary) => {
    if (state !== "open" || handlers.onMessage.ofBytes?.(data)) return;
    if (isBinary) return handlers.onMessage(new Uint8Array(data), data.length);
    const text = data.toString();
    if (isUtf8(data, text)) return handlers.onMessage(text, data.length);
    socket.close(closeCodes.notUtf8, NOT_UTF8);
    // Who breaks the protocol is told, and not waited for.
    systemClock.setTimer(() => socket.terminate(), LETS_GO_MS);
    finish(closeCodes.abnormal, NOT_UTF8);
  });
  const alive = () => state === "closed" ? undefined : handlers.onPong?.();
  socket.on("ping", alive);
  socket.on("pong", alive);
  // The package goes on to tell the peer why, and then lets go.
  socket.on("error", ({ message }) => finish(closeCodes.abnormal, message));
  socket.on("close", (code, reason) => finish(code, reason.toString()));
  // The owner must have the socket in hand before the first of its handlers is called.
  systemClock.setTimer(() => socket.resume(), 0);
  return {
    send(text) {
      if (state === "open") socket.send(text);
    },
    get bufferedAmount() {
      return socket.bufferedAmount;
    },
    ping() {
      if (state === "open") socket.ping();
    },
    close(code = closeCodes.normal, reason = "") {
      if (state !== "open") return;
      state = "closing";
      socket.close(code, reason);
    },
    terminate() {
      socket.terminate();
      finish(closeCodes.abnormal, "");
    },
  };
}
