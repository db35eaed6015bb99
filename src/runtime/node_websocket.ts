/**
 * A WebSocket client (RFC 6455) over a socket of Node's kind, for Node, Deno and Bun. The clients that come
 * with them hide the status of a refused handshake, cannot ping, or never let go of a dead peer, each in its
 * own way; and this one reads small frames faster, since it takes all that a packet holds in one go.
 */

import { type ClockTimer, systemClock } from "../base/clock.ts";
import { closeCodes } from "../base/close_codes.ts";
import { KalshiConfigError, KalshiConnectionError } from "../base/errors.ts";
import type { NodeBytes, NodeSocket } from "./builtin.ts";
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
import { openWebSocket } from "./websocket_client.ts";
import { ProtocolError } from "./websocket_frames.ts";

const MAX_HEAD_BYTES = 64 * 1024;
/** How much of a refusal's body is waited for, and for how long. */
const MAX_REFUSAL_BYTES = 4096;
const REFUSAL_WAIT_MS = 1000;

const encoder = new TextEncoder();
const latin1 = new TextDecoder("latin1");

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

/** The body of a refusal, as far as it has come: with a length, in chunks, or up to the end of the connection. */
function refusalBody(
  bytes: NodeBytes,
  field: (name: string) => string | undefined,
): { body: Uint8Array<ArrayBuffer>; isWhole: boolean } {
  const from = (parts: readonly Uint8Array[]) => {
    const body = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      body.set(part, at);
      at += part.length;
    }
    return body;
  };
  if (/chunked/i.test(field("transfer-encoding") ?? "")) {
    const text = latin1.decode(bytes);
    const parts: Uint8Array[] = [];
    for (let at = 0;;) {
      const line = text.indexOf("\r\n", at);
      const size = line === -1 ? NaN : Number.parseInt(text.slice(at, line), 16);
      if (!(size > 0)) return { body: from(parts), isWhole: size === 0 || bytes.length >= MAX_REFUSAL_BYTES };
      parts.push(bytes.subarray(line + 2, line + 2 + size));
      at = line + 2 + size + 2;
      if (at > bytes.length) return { body: from(parts), isWhole: bytes.length >= MAX_REFUSAL_BYTES };
    }
  }
  const length = Math.min(Number(field("content-length") ?? MAX_REFUSAL_BYTES) || 0, MAX_REFUSAL_BYTES);
  return { body: from([bytes.subarray(0, length)]), isWhole: bytes.length >= length };
}

/** Reads the answer to the handshake; resolves with the bytes that came after its head. */
function readAnswer(
  socket: NodeSocket,
  host: string,
  accept: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
): Promise<NodeBytes> {
  return new Promise((resolve, reject) => {
    let bytes: NodeBytes | undefined;
    let refused: { status: number; from: number; field: (name: string) => string | undefined } | undefined;
    let timer: ClockTimer | undefined;
    const done = () => {
      timer?.clear();
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
    const refuse = ({ status, from, field }: NonNullable<typeof refused>, onlyWhole = false) => {
      if (bytes === undefined) return;
      const { body, isWhole } = refusalBody(bytes.subarray(from), field);
      if (onlyWhole && !isWhole) return;
      done();
      socket.destroy();
      const plain = contentCoding(field("content-encoding") ?? null, nodeCodings)?.undo(
        body,
        MAX_REFUSAL_BYTES,
      );
      void Promise.resolve(plain ?? body).catch(() => new Uint8Array()).then((body) =>
        reject(new HandshakeRefusedError(status, new TextDecoder().decode(body), headers))
      );
    };
    const onError = (error: Error) => refused ? refuse(refused) : broken(error.message, error);
    const onClose = () => refused ? refuse(refused) : broken("the server closed the connection");
    const onAbort = () => fail(signal?.reason);
    const onData = (chunk: NodeBytes) => {
      bytes = bytes ? joinBytes([bytes, chunk], bytes.length + chunk.length) : chunk;
      if (!refused) {
        const text = latin1.decode(bytes.subarray(0, MAX_HEAD_BYTES));
        const end = text.indexOf("\r\n\r\n");
        if (end === -1) {
          if (text.length === MAX_HEAD_BYTES) broken("the head of its answer has no end");
          return;
        }
        const head = text.slice(0, end);
        const field = (name: string) => new RegExp(`^${name}:[ \t]*(.*?)[ \t]*$`, "im").exec(head)?.[1];
        const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1]);
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
        const of = refused = { status, from: end + 4, field };
        timer = systemClock.setTimer(() => refuse(of), REFUSAL_WAIT_MS);
      }
      refuse(refused, true);
    };
    if (signal?.aborted) return onAbort();
    socket.on("data", onData);
    socket.resume(); // A proxy's tunnel is handed over paused.
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
  const first = await readAnswer(socket, url.host, accept, headers, signal);
  return openWebSocket(socket, handlers, first, { textOf, join: joinBytes });
}

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Node's own way is a multiple faster than a strict decoder, which is asked when there is something to doubt. */
function textOf(bytes: NodeBytes, start: number, end: number): string {
  const text = bytes.toString("utf8", start, end);
  if (!text.includes("\ufffd")) return text;
  try {
    return strict.decode(bytes.subarray(start, end));
  } catch {
    throw new ProtocolError(closeCodes.notUtf8, "a text is not UTF-8");
  }
}
