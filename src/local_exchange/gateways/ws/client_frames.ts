/** The frames of a WebSocket (RFC 6455) as a client writes and reads them. */

import { closeCodes } from "../../../base/close_codes.ts";
import { ProtocolError } from "./protocol_error.ts";

const CONTINUATION = 0;
export const TEXT = 1;
const BINARY = 2;
export const CLOSE = 8;
export const PING = 9;
export const PONG = 10;

/** A message beyond this many bytes is an attack or a defect; Kalshi's largest are far below. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

const encoder = new TextEncoder();

/** `parts` one after the other, `length` bytes in all. */
export function concat(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** One frame as a client sends it: masked, final. */
export function frame(opcode: number, payload: Uint8Array): Uint8Array {
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

/** What a close frame carries. */
export function closePayload(code: number, reason: string): Uint8Array {
  // A close frame takes 125 bytes: 2 of code, the rest text, and no half character of it.
  const text = new Uint8Array(123);
  const { written } = encoder.encodeInto(reason, text);
  return concat([new Uint8Array([code >> 8, code]), text.subarray(0, written)], 2 + written);
}

/** Whether a peer may send this code. */
export function isCloseCode(code: number): boolean {
  return code >= 3000 ? code < 5000 : code >= 1000 && code < 1015 && (code < 1004 || code > 1006);
}

/** In the words that a client over a network has for it. */
function reservedBit(first: number): string {
  return `Invalid WebSocket frame: ${first & 0x30 ? "RSV2 and RSV3" : "RSV1"} must be clear`;
}

/** Who is told of what arrived: the part of `bytes` from `start` to `end`, good for the length of the call. */
export interface FrameSink<Bytes extends Uint8Array> {
  message(opcode: number, bytes: Bytes, start: number, end: number): void;
  control(opcode: number, data: Uint8Array): void;
}

/**
 * Cuts what arrives into messages; the returned function takes the chunks as they come. `join` is
 * {@linkcode concat}, or what does the same for chunks of another class.
 */
export function frameReader<Bytes extends Uint8Array>(
  sink: FrameSink<Bytes>,
  join: (parts: readonly Uint8Array[], length: number) => Bytes,
): (chunk: Bytes) => void {
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
      bytes = join(held, heldBytes);
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
      if (first & 0x70) throw new ProtocolError(closeCodes.protocolError, reservedBit(first));
      if (length > 127) throw new ProtocolError(closeCodes.protocolError, "a server's frame is masked");
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
        if (opcode > PONG || !final || length > 125) {
          throw new ProtocolError(closeCodes.protocolError, "a bad control frame");
        }
      } else if (opcode > BINARY || (opcode === CONTINUATION) !== (partsOpcode > 0)) {
        throw new ProtocolError(closeCodes.protocolError, "a frame out of order");
      }
      if (partsBytes + length > MAX_MESSAGE_BYTES) {
        throw new ProtocolError(closeCodes.tooBig, "a message is too big");
      }
      needed = head + length;
      if (end - at < needed) break;
      const start = at + head;
      at += needed;
      if (final && (opcode === TEXT || opcode === BINARY)) {
        sink.message(opcode, bytes, start, at);
      } else if (opcode >= CLOSE) {
        sink.control(opcode, bytes.subarray(start, at));
      } else {
        if (length > 0) parts.push(bytes.subarray(start, at));
        partsBytes += length;
        if (opcode !== CONTINUATION) partsOpcode = opcode;
        if (final) {
          const whole = join(parts, partsBytes);
          const kind = partsOpcode;
          parts = [];
          partsBytes = partsOpcode = 0;
          sink.message(kind, whole, 0, whole.length);
        }
      }
    }
    if (at < end) {
      held = [bytes.subarray(at)];
      heldBytes = end - at;
    }
  };
}
