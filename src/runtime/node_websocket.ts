/**
 * A WebSocket client (RFC 6455) over a socket of Node's kind, for Node, Deno and Bun. The clients that come
 * with them hide the status of a refused handshake, cannot ping, or never let go of a dead peer, each in its
 * own way; and this one reads small frames faster, since it takes all that a packet holds in one go.
 */

import { KalshiConfigError, KalshiConnectionError } from "../errors.ts";
import { dial, type NodeSocket } from "./node_tcp.ts";
import type { Settings } from "./options.ts";
import {
  HandshakeRefusedError,
  type RuntimeWebSocket,
  type WebSocketConnectOptions,
  type WebSocketHandlers,
} from "./types.ts";

const CONTINUATION = 0;
const TEXT = 1;
const BINARY = 2;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

/** A message beyond this many bytes is an attack or a defect; Kalshi's largest are far below. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;
const MAX_HEAD_BYTES = 64 * 1024;
/** How much of a refusal's body is waited for, and for how long. */
const MAX_REFUSAL_BYTES = 4096;
const REFUSAL_WAIT_MS = 1000;

const encoder = new TextEncoder();
const latin1 = new TextDecoder("latin1");
const none = new Uint8Array();

function concat(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** One frame as a client sends it: masked, final. */
function frame(opcode: number, payload: Uint8Array): Uint8Array {
  const { length } = payload;
  const head = length < 126 ? 6 : length < 65_536 ? 8 : 14;
  const bytes = new Uint8Array(head + length);
  const view = new DataView(bytes.buffer);
  bytes[0] = 0x80 | opcode;
  if (head === 6) {
    bytes[1] = 0x80 | length;
  } else if (head === 8) {
    bytes[1] = 0xfe;
    view.setUint16(2, length);
  } else {
    bytes[1] = 0xff;
    view.setBigUint64(2, BigInt(length));
  }
  const mask = crypto.getRandomValues(bytes.subarray(head - 4, head));
  bytes.set(payload, head);
  for (let i = 0; i < length; i++) {
    const at = head + i;
    bytes[at] = bytes[at] as number ^ (mask[i & 3] as number);
  }
  return bytes;
}

function closePayload(code: number, reason: string): Uint8Array {
  // A close frame takes 125 bytes: 2 of code, the rest text, and no half character of it.
  const text = new Uint8Array(123);
  const { written } = encoder.encodeInto(reason, text);
  return concat([new Uint8Array([code >> 8, code]), text.subarray(0, written)], 2 + written);
}

function isCloseCode(code: number): boolean {
  return code >= 3000 ? code < 5000 : code >= 1000 && code < 1015 && (code < 1004 || code > 1006);
}

/** What the peer sent breaks the protocol. */
class ProtocolError extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

interface FrameSink {
  message(opcode: number, data: Uint8Array): void;
  control(opcode: number, data: Uint8Array): void;
}

/** Cuts what arrives into messages; the returned function takes the chunks as they come. */
function frameReader(sink: FrameSink): (chunk: Uint8Array) => void {
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  let needed = 0;
  let parts: Uint8Array[] = [];
  let partsBytes = 0;
  let partsOpcode = 0;

  return (chunk) => {
    let bytes = chunk;
    if (heldBytes > 0) {
      held.push(chunk);
      heldBytes += chunk.length;
      if (heldBytes < needed) return;
      bytes = concat(held, heldBytes);
      held = [];
      heldBytes = 0;
    }
    const end = bytes.length;
    let at = 0;
    while (true) {
      needed = 2;
      if (end - at < needed) break;
      const first = bytes[at] as number;
      let length = bytes[at + 1] as number;
      const opcode = first & 15;
      if (first & 0x70) throw new ProtocolError(1002, "a reserved bit is set");
      if (length > 127) throw new ProtocolError(1002, "a server's frame is masked");
      let head = 2;
      if (length === 126) {
        needed = head = 4;
        if (end - at < needed) break;
        length = (bytes[at + 2] as number) << 8 | (bytes[at + 3] as number);
      } else if (length === 127) {
        needed = head = 10;
        if (end - at < needed) break;
        const view = new DataView(bytes.buffer, bytes.byteOffset + at + 2, 8);
        length = view.getUint32(0) * 2 ** 32 + view.getUint32(4);
      }
      const final = first > 127;
      if (opcode >= CLOSE) {
        if (opcode > PONG || !final || length > 125) throw new ProtocolError(1002, "a bad control frame");
      } else if (opcode > BINARY || (opcode === CONTINUATION) !== (partsOpcode > 0)) {
        throw new ProtocolError(1002, "a frame out of order");
      }
      if (partsBytes + length > MAX_MESSAGE_BYTES) throw new ProtocolError(1009, "a message is too big");
      needed = head + length;
      if (end - at < needed) break;
      const payload = bytes.subarray(at + head, at + needed);
      at += needed;
      if (opcode >= CLOSE) {
        sink.control(opcode, payload);
      } else if (final && opcode !== CONTINUATION) {
        sink.message(opcode, payload);
      } else {
        parts.push(payload);
        partsBytes += length;
        if (opcode !== CONTINUATION) partsOpcode = opcode;
        if (final) {
          const whole = concat(parts, partsBytes);
          const kind = partsOpcode;
          parts = [];
          partsBytes = partsOpcode = 0;
          sink.message(kind, whole);
        }
      }
    }
    if (at < end) {
      held = [at === 0 ? bytes : bytes.slice(at)];
      heldBytes = end - at;
    }
  };
}

/** The request of the opening handshake. */
function requestHead(url: URL, headers: Readonly<Record<string, string>>, key: string): Uint8Array {
  let lines = `GET ${url.pathname}${url.search} HTTP/1.1\r\nHost: ${url.host}\r\nUpgrade: websocket\r\n` +
    `Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n`;
  for (const [name, value] of Object.entries(headers)) {
    if (!/^[!#$%&'*+.^_`|~\w-]+$/.test(name) || /[^\t\x20-\x7e\x80-\xff]/.test(value)) {
      throw new KalshiConfigError(
        `The handshake header \`${name}\` has characters that HTTP does not allow.`,
      );
    }
    lines += `${name}: ${value}\r\n`;
  }
  return Uint8Array.from(`${lines}\r\n`, (character) => character.charCodeAt(0));
}

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

async function acceptFor(key: string): Promise<string> {
  const text = encoder.encode(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`);
  return toBase64(new Uint8Array(await crypto.subtle.digest("SHA-1", text)));
}

/** Reads the answer to the handshake; resolves with the bytes that came after its head. */
function readAnswer(
  socket: NodeSocket,
  host: string,
  accept: string,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    let bytes: Uint8Array = none;
    let refused: { status: number; from: number; length: number } | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const done = () => {
      clearTimeout(timer);
      socket.off("data", onData);
      socket.off("error", onError);
      socket.off("close", onClose);
      signal?.removeEventListener("abort", onAbort);
    };
    const fail = (reason: unknown) => {
      done();
      socket.destroy();
      reject(reason);
    };
    const broken = (what: string, cause?: Error) =>
      fail(
        new KalshiConnectionError(`The WebSocket handshake with ${host} failed: ${what}.`, {
          cause,
          outcome: "unknown",
        }),
      );
    const refuse = (of: NonNullable<typeof refused>) =>
      fail(
        new HandshakeRefusedError(
          of.status,
          new TextDecoder().decode(bytes.subarray(of.from, of.from + of.length)),
        ),
      );
    const onError = (error: Error) => refused ? refuse(refused) : broken(error.message, error);
    const onClose = () => refused ? refuse(refused) : broken("the server closed the connection");
    const onAbort = () => fail(signal?.reason);
    const onData = (chunk: Uint8Array) => {
      bytes = bytes.length === 0 ? chunk : concat([bytes, chunk], bytes.length + chunk.length);
      if (!refused) {
        const text = latin1.decode(bytes.subarray(0, MAX_HEAD_BYTES));
        const end = text.indexOf("\r\n\r\n");
        if (end === -1) {
          if (text.length === MAX_HEAD_BYTES) broken("the head of its answer has no end");
          return;
        }
        const head = text.slice(0, end);
        const field = (name: string) => new RegExp(`^${name}:[ \t]*(.*?)[ \t]*$`, "im").exec(head)?.[1];
        const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]);
        if (status === 101) {
          if (
            field("sec-websocket-accept") !== accept || field("upgrade")?.toLowerCase() !== "websocket" ||
            field("sec-websocket-extensions") || field("sec-websocket-protocol")
          ) {
            return broken("the server answered 101 to something else");
          }
          done();
          socket.pause();
          return resolve(bytes.subarray(end + 4));
        }
        if (!status) return broken("the server does not speak HTTP/1.1");
        const length = Math.min(Number(field("content-length")) || 0, MAX_REFUSAL_BYTES);
        const of = refused = { status, from: end + 4, length };
        timer = setTimeout(() => refuse(of), REFUSAL_WAIT_MS);
      }
      if (bytes.length >= refused.from + refused.length) refuse(refused);
    };
    if (signal?.aborted) return onAbort();
    socket.on("data", onData);
    socket.on("error", onError);
    socket.on("close", onClose);
    signal?.addEventListener("abort", onAbort);
  });
}

/** Opens a WebSocket. */
export async function connectWebSocket(
  address: string,
  handlers: WebSocketHandlers,
  { headers = {}, signal }: WebSocketConnectOptions,
  settings: Settings,
): Promise<RuntimeWebSocket> {
  const url = new URL(address);
  const tls = url.protocol === "wss:";
  const key = toBase64(crypto.getRandomValues(new Uint8Array(16)));
  const head = requestHead(url, headers, key);
  const accept = await acceptFor(key);
  const port = Number(url.port) || (tls ? 443 : 80);
  const socket = await dial({ hostname: url.hostname, port, tls, signal }, settings, ["http/1.1"]);
  socket.write(head);
  const first = await readAnswer(socket, url.host, accept, signal);
  return openWebSocket(socket, handlers, first);
}

function openWebSocket(socket: NodeSocket, handlers: WebSocketHandlers, first: Uint8Array): RuntimeWebSocket {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let state: "open" | "closing" | "closed" = "open";

  const finish = (code: number, reason: string) => {
    if (state === "closed") return;
    state = "closed";
    handlers.onClose({ code, reason });
  };
  const send = (opcode: number, payload: Uint8Array) => {
    if (state === "open") socket.write(frame(opcode, payload));
  };
  const text = (data: Uint8Array) => {
    try {
      return decoder.decode(data);
    } catch {
      throw new ProtocolError(1007, "a text is not UTF-8");
    }
  };
  const goodbye = (code: number, reason: string, last: Uint8Array) => {
    // A peer that has stopped reading would keep a polite end waiting for ever.
    if (state === "open" && socket.writableLength === 0) socket.end(last, () => socket.destroy());
    else socket.destroy();
    finish(code, reason);
  };
  const read = frameReader({
    message(opcode, data) {
      if (state !== "open") return;
      handlers.onMessage(opcode === TEXT ? text(data) : data.slice());
    },
    control(opcode, data) {
      if (state === "closed") return;
      if (opcode !== CLOSE) {
        if (opcode === PING) send(PONG, data);
        handlers.onPong?.();
        return;
      }
      if (data.length === 0) return goodbye(1005, "", frame(CLOSE, none));
      const code = (data[0] as number) << 8 | (data[1] ?? 0);
      if (data.length === 1 || !isCloseCode(code)) throw new ProtocolError(1002, "a bad close code");
      goodbye(code, text(data.subarray(2)), frame(CLOSE, data.slice(0, 2)));
    },
  });
  const receive = (chunk: Uint8Array) => {
    if (state === "closed") return;
    try {
      read(chunk);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      goodbye(1006, error.message, frame(CLOSE, closePayload(error.code, error.message)));
    }
  };

  socket.on("error", (error) => finish(1006, error.message));
  socket.on("end", () => socket.destroy());
  socket.on("close", () => finish(1006, ""));
  // The owner must have the socket in hand before the first of its handlers is called.
  setTimeout(() => {
    receive(first);
    socket.on("data", receive);
    socket.resume();
  }, 0);

  return {
    send: (message) => send(TEXT, encoder.encode(message)),
    get bufferedAmount() {
      return socket.writableLength;
    },
    ping: () => send(PING, none),
    close(code = 1000, reason = "") {
      if (state !== "open") return;
      socket.write(frame(CLOSE, closePayload(code, reason)));
      state = "closing";
    },
    terminate() {
      socket.destroy();
      finish(1006, "");
    },
  };
}
