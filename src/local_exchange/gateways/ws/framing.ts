/** WebSocket frames (RFC 6455) as a server writes and reads them, by hand: faults need the raw bytes. */

import { closeCodes } from "../../../base/close_codes.ts";
import { ProtocolError } from "./protocol_error.ts";

/** The kinds of frames that are used here. */
export const OPCODE = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** A fragment of a byte costs a hundred times that to keep. */
const MOST_FRAGMENTS = 65_536;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** A frame whole, not masked, as servers send them. */
export function encodeFrame(opcode: number, payload: Uint8Array | string): Uint8Array {
  const body = typeof payload === "string" ? encoder.encode(payload) : payload;
  const { length } = body;
  const head = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = new Uint8Array(head + length);
  const view = new DataView(frame.buffer);
  frame[0] = 0x80 | opcode;
  frame[1] = head === 2 ? length : head === 4 ? 126 : 127;
  if (head === 4) view.setUint16(2, length);
  if (head === 10) view.setBigUint64(2, BigInt(length));
  frame.set(body, head);
  return frame;
}

/** A message or a control frame of a client. */
export interface ClientFrame {
  readonly opcode: number;
  readonly payload: Uint8Array;
}

/** Text of a payload; throws a {@linkcode ProtocolError} for what is no UTF-8. */
export function textOf(payload: Uint8Array): string {
  try {
    return decoder.decode(payload);
  } catch {
    throw new ProtocolError(closeCodes.notUtf8, "not UTF-8");
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Cuts a client's byte stream into frames, unmasks them, and joins fragments. */
export class WireFrameReader {
  /** What came and is part of no frame yet; joined when there is enough for one. */
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  /** So many bytes the next frame needs, as far as it is known. */
  #needed = 2;
  #buffer: Uint8Array = new Uint8Array(0);
  #fragments: Uint8Array[] = [];
  #fragmentBytes = 0;
  #opcode = 0;
  readonly #maxBytes: number;

  /** `maxBytes`: the longest message that is taken. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Adds bytes; returns the frames that are whole by now. */
  push(bytes: Uint8Array): ClientFrame[] {
    this.#chunks.push(bytes.slice());
    this.#bytes += bytes.length;
    const frames: ClientFrame[] = [];
    if (this.#bytes < this.#needed) return frames;
    this.#buffer = joined(this.#chunks);
    for (let frame = this.#next(); frame !== undefined; frame = this.#next()) {
      if (frame !== "fragment") frames.push(frame);
    }
    // A copy: a short rest must not keep the long message before it.
    this.#chunks = [this.#buffer.slice()];
    this.#bytes = this.#buffer.length;
    this.#buffer = new Uint8Array(0);
    return frames;
  }

  #next(): ClientFrame | "fragment" | undefined {
    const buffer = this.#buffer;
    const [first, second] = buffer;
    this.#needed = 2;
    if (first === undefined || second === undefined) return undefined;
    const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
    if ((first & 0x70) !== 0) throw new ProtocolError(closeCodes.protocolError, "reserved bits are set");
    if ((second & 0x80) === 0) {
      throw new ProtocolError(closeCodes.protocolError, "a client's frames are masked");
    }
    let length = second & 0x7f;
    let head = 2;
    if (length === 126) {
      this.#needed = 4;
      if (buffer.length < 4) return undefined;
      length = view.getUint16(2);
      head = 4;
    } else if (length === 127) {
      this.#needed = 10;
      if (buffer.length < 10) return undefined;
      length = Number(view.getBigUint64(2));
      head = 10;
    }
    if (length > this.#maxBytes) throw new ProtocolError(closeCodes.tooBig, "the message is too long");
    const end = head + 4 + length;
    this.#needed = end;
    if (buffer.length < end) return undefined;
    const payload = buffer.slice(head + 4, end);
    for (let at = 0; at < length; at++) payload[at] = (payload[at] ?? 0) ^ (buffer[head + (at & 3)] ?? 0);
    this.#buffer = buffer.subarray(end);
    return this.#assemble(first & 0x0f, (first & 0x80) !== 0, payload);
  }

  #assemble(opcode: number, isLast: boolean, payload: Uint8Array): ClientFrame | "fragment" {
    if (opcode >= 8) {
      if (!isLast || payload.length > 125) {
        throw new ProtocolError(closeCodes.protocolError, "a control frame is short and whole");
      }
      return { opcode, payload };
    }
    if (opcode === 0) {
      if (this.#opcode === 0) throw new ProtocolError(closeCodes.protocolError, "nothing to continue");
    } else {
      if (this.#opcode !== 0) throw new ProtocolError(closeCodes.protocolError, "a message within a message");
      this.#opcode = opcode;
    }
    // An empty fragment adds nothing; kept, they would be without end.
    if (payload.length > 0) this.#fragments.push(payload);
    this.#fragmentBytes += payload.length;
    if (this.#fragmentBytes > this.#maxBytes || this.#fragments.length > MOST_FRAGMENTS) {
      throw new ProtocolError(closeCodes.tooBig, "the message is too long");
    }
    if (!isLast) return "fragment";
    const whole = { opcode: this.#opcode, payload: joined(this.#fragments) };
    this.#fragments = [];
    this.#fragmentBytes = 0;
    this.#opcode = 0;
    return whole;
  }
}

/** The answer to a handshake's key. */
export async function acceptKey(key: string): Promise<string> {
  const text = encoder.encode(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-1", text));
  return btoa(String.fromCharCode(...digest));
}
