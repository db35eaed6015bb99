/** The client of a WebSocket in memory (RFC 6455): it sees the bytes of a fault as a client over a network does. */

import { closeCodes } from "../../base/close_codes.ts";
import type { ByteSocket } from "../../runtime/builtin.ts";
import type { RuntimeWebSocket, WebSocketHandlers } from "../../runtime/types.ts";
import {
  CLOSE,
  closePayload,
  concat,
  frame,
  frameReader,
  isCloseCode,
  PING,
  PONG,
  TEXT,
} from "../gateways/ws/client_frames.ts";
import { ProtocolError } from "../gateways/ws/protocol_error.ts";

/** What is done with a socket's bytes in the quickest way that their class has. */
export interface ByteTools<Bytes extends Uint8Array> {
  /** Text of a part; throws a {@linkcode ProtocolError} for what is not UTF-8. */
  readonly textOf: (bytes: Bytes, start: number, end: number) => string;
  /** `parts` one after the other, `length` bytes in all. */
  readonly join: (parts: readonly Uint8Array[], length: number) => Bytes;
  /** Calls back when the owner has the socket in hand. */
  readonly later: (begin: () => void) => void;
}

const encoder = new TextEncoder();
const none = new Uint8Array();

/** The WebSocket of a handshake that was answered with 101; `first` is what came right after the answer. */
export function openWebSocket<Bytes extends Uint8Array>(
  socket: ByteSocket<Bytes>,
  handlers: WebSocketHandlers,
  first: Bytes,
  { textOf, join, later }: ByteTools<Bytes>,
): RuntimeWebSocket {
  let state: "open" | "closing" | "closed" = "open";

  const finish = (code: number, reason: string) => {
    if (state === "closed") return;
    state = "closed";
    handlers.onClose({ code, reason });
  };
  const send = (opcode: number, payload: Uint8Array) => {
    if (state === "open") socket.write(frame(opcode, payload));
  };
  const goodbye = (code: number, reason: string, last: Uint8Array) => {
    // A peer that has stopped reading would keep a polite end waiting for ever.
    if (state === "open" && socket.writableLength === 0) socket.end(last, () => socket.destroy());
    else socket.destroy();
    finish(code, reason);
  };
  const read = frameReader({
    message(opcode, bytes, start, end) {
      if (state !== "open" || handlers.onMessage.ofBytes?.(bytes.subarray(start, end))) return;
      if (opcode === TEXT) handlers.onMessage(textOf(bytes, start, end), end - start);
      else handlers.onMessage(concat([bytes.subarray(start, end)], end - start));
    },
    control(opcode, data) {
      if (state === "closed") return;
      if (opcode !== CLOSE) {
        if (opcode === PING) send(PONG, data);
        handlers.onPong?.();
        return;
      }
      if (data.length === 0) return goodbye(closeCodes.none, "", frame(CLOSE, none));
      const code = (data[0] as number) << 8 | (data[1] ?? 0);
      if (data.length === 1 || !isCloseCode(code)) {
        throw new ProtocolError(closeCodes.protocolError, "a bad close code");
      }
      goodbye(
        code,
        textOf(join([data], data.length), 2, data.length),
        frame(CLOSE, data.subarray(0, 2)),
      );
    },
  }, join);
  const receive = (chunk: Bytes) => {
    if (state === "closed") return;
    try {
      read(chunk);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      goodbye(closeCodes.abnormal, error.message, frame(CLOSE, closePayload(error.code, error.message)));
    }
  };

  socket.on("error", (error) => finish(closeCodes.abnormal, error.message));
  socket.on("end", () => socket.destroy());
  socket.on("close", () => finish(closeCodes.abnormal, ""));
  // The owner must have the socket in hand before the first of its handlers is called.
  later(() => {
    receive(first);
    socket.on("data", receive);
    socket.resume();
  });

  return {
    send: (message) => send(TEXT, encoder.encode(message)),
    get bufferedAmount() {
      return socket.writableLength;
    },
    ping: () => send(PING, none),
    close(code = closeCodes.normal, reason = "") {
      if (state !== "open") return;
      socket.write(frame(CLOSE, closePayload(code, reason)));
      state = "closing";
    },
    terminate() {
      socket.destroy();
      finish(closeCodes.abnormal, "");
    },
  };
}
