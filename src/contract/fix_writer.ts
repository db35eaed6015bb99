/**
 * Writes FIX frames: every byte once, into a buffer that is used again.
 *
 * A frame lies between `start` and `end` of `bytes`; the next one follows it without a gap, so that several can be
 * sent at once. A full buffer is left behind, not overwritten: a socket may keep what it was given.
 */
import { KalshiValueError } from "../base/errors.ts";
import type { ExtraField } from "./fix_fields.ts";

const SOH = 1;
const EQUALS = 61;
const BUFFER_BYTES = 65_536;
/** Digits of BodyLength that room is kept for; the body moves when it has others. */
const LENGTH_DIGITS = 3;

const utf8 = new TextEncoder();

/** `tag=` as bytes. */
export function tagBytes(tag: number): Uint8Array {
  return utf8.encode(`${tag}=`);
}

/** What the header of an outgoing message says. */
export interface OutgoingHeader {
  readonly MsgSeqNum: number;
  /** Milliseconds since 1970. */
  readonly sendingTimeMs: number;
  readonly PossDupFlag?: boolean | undefined;
  readonly PossResend?: boolean | undefined;
  /** As it is on the wire. */
  readonly OrigSendingTime?: string | undefined;
  /** Who it comes from or goes to in the end (115, 116, 128, 129, 144, 145). */
  readonly routing?: readonly ExtraField[] | undefined;
}

const possDup = utf8.encode("43=Y\x01");
const possResend = utf8.encode("97=Y\x01");
const sendingTime = utf8.encode("52=");
const origSendingTime = tagBytes(122);
const senderSubId = tagBytes(50);

/** Writes the frames of one session. */
export class FixWriter {
  bytes: Uint8Array = new Uint8Array(BUFFER_BYTES);
  /** Where the last frame begins. */
  start = 0;
  /** Behind its last byte. */
  end = 0;
  readonly #identity: string;
  readonly #beginString: Uint8Array;
  /** `35=D|49=...|56=...|34=` for each MsgType. */
  readonly #heads = new Map<string, Uint8Array>();
  #body = 0;
  #second = NaN;
  readonly #secondBytes: Uint8Array = new Uint8Array(17);

  constructor(
    ids: { readonly beginString: string; readonly SenderCompID: string; readonly TargetCompID: string },
  ) {
    this.#identity = `49=${ids.SenderCompID}\x0156=${ids.TargetCompID}\x0134=`;
    this.#beginString = utf8.encode(`8=${ids.beginString}\x019=`);
  }

  /** Begins a frame with its header; `operator` is SenderSubID(50). */
  begin(msgType: string, header: OutgoingHeader, operator?: string | undefined): void {
    this.start = this.end;
    this.#room(4096);
    let head = this.#heads.get(msgType);
    if (head === undefined) {
      head = utf8.encode(`35=${msgType}\x01${this.#identity}`);
      this.#heads.set(msgType, head);
    }
    this.#body = this.start + this.#beginString.length + LENGTH_DIGITS + 1;
    this.end = this.#body;
    this.#raw(head);
    this.#digits(header.MsgSeqNum);
    this.bytes[this.end++] = SOH;
    this.#raw(sendingTime);
    this.#time(header.sendingTimeMs);
    this.bytes[this.end++] = SOH;
    if (header.PossDupFlag === true) this.#raw(possDup);
    if (header.PossResend === true) this.#raw(possResend);
    if (header.OrigSendingTime !== undefined) this.string(origSendingTime, header.OrigSendingTime);
    if (header.routing !== undefined) this.extra(header.routing);
    if (operator !== undefined) this.string(senderSubId, operator);
  }

  /** Ends the frame with BodyLength and CheckSum; it lies between `start` and `end`. */
  finish(): void {
    this.#room(8);
    const bytes = this.bytes;
    let length = this.end - this.#body;
    let digits = 1;
    for (let most = 10; length >= most; most *= 10) digits++;
    if (digits !== LENGTH_DIGITS) {
      const body = this.#body + digits - LENGTH_DIGITS;
      bytes.copyWithin(body, this.#body, this.end);
      this.end += body - this.#body;
      this.#body = body;
    }
    let at = this.start;
    const begin = this.#beginString;
    for (let i = 0; i < begin.length; i++) bytes[at++] = begin[i] as number;
    at = this.#body;
    bytes[--at] = SOH;
    do {
      bytes[--at] = 48 + length % 10;
      length = (length / 10) | 0;
    } while (length > 0);
    const end = this.end;
    let sum = 0;
    for (let i = this.start; i < end; i++) sum += bytes[i] as number;
    sum &= 255;
    bytes[end] = 49;
    bytes[end + 1] = 48;
    bytes[end + 2] = EQUALS;
    bytes[end + 3] = 48 + ((sum / 100) | 0);
    bytes[end + 4] = 48 + ((sum / 10) | 0) % 10;
    bytes[end + 5] = 48 + sum % 10;
    bytes[end + 6] = SOH;
    this.end = end + 7;
  }

  /** A field of text. */
  string(tag: Uint8Array, value: string): void {
    if (typeof value !== "string") this.#refuse(tag, "must be a string");
    const length = value.length;
    this.#room(length + tag.length + 1);
    const bytes = this.bytes;
    let at = this.end;
    for (let i = 0; i < tag.length; i++) bytes[at++] = tag[i] as number;
    for (let i = 0; i < length; i++) {
      const code = value.charCodeAt(i);
      if (code > 127 || code === SOH) return this.#beyondAscii(tag, value);
      bytes[at++] = code;
    }
    bytes[at++] = SOH;
    this.end = at;
  }

  /** A field of a whole number. */
  int(tag: Uint8Array, value: number): void {
    if (!Number.isSafeInteger(value)) this.#refuse(tag, "must be a whole number");
    this.#room(tag.length + 18);
    this.#raw(tag);
    this.#digits(value);
    this.bytes[this.end++] = SOH;
  }

  /** `Y` or `N`. */
  flag(tag: Uint8Array, value: boolean): void {
    if (typeof value !== "boolean") this.#refuse(tag, "must be true or false");
    this.#room(tag.length + 2);
    this.#raw(tag);
    this.bytes[this.end++] = value ? 89 : 78;
    this.bytes[this.end++] = SOH;
  }

  /** A field of bytes, behind the field of its length. */
  data(lengthTag: Uint8Array, tag: Uint8Array, value: Uint8Array): void {
    if (!(value instanceof Uint8Array)) this.#refuse(tag, "must be bytes, a Uint8Array");
    this.int(lengthTag, value.length);
    this.#room(tag.length + value.length + 1);
    this.#raw(tag);
    this.#raw(value);
    this.bytes[this.end++] = SOH;
  }

  /** An entry of a group begins with its first member, or nobody could tell it from the one before. */
  first(name: string, value: unknown): void {
    if (value === undefined || value === null) {
      throw new KalshiValueError(`Each entry of this group begins with ${name}: give it.`);
    }
  }

  /** Fields that no dictionary names. */
  extra(fields: readonly ExtraField[]): void {
    for (const [tag, value] of fields) {
      if (!Number.isSafeInteger(tag) || tag < 1) {
        throw new KalshiValueError("The tag of a field in `extra` must be a whole number above 0.");
      }
      if (typeof value === "string") {
        this.string(tagBytes(tag), value);
        continue;
      }
      if (!(value instanceof Uint8Array)) this.#refuse(tagBytes(tag), "must be a string or bytes");
      if (value.includes(SOH)) this.#refuse(tagBytes(tag), "holds SOH (0x01), which ends a field");
      this.#room(value.length + 16);
      this.#raw(tagBytes(tag));
      this.#raw(value);
      this.bytes[this.end++] = SOH;
    }
  }

  #refuse(tag: Uint8Array, why: string): never {
    throw new KalshiValueError(`Field ${String.fromCharCode(...tag.subarray(0, -1))} ${why}.`);
  }

  #beyondAscii(tag: Uint8Array, value: string): void {
    if (value.includes("\x01")) this.#refuse(tag, "holds SOH (0x01), which ends a field");
    const encoded = utf8.encode(value);
    this.#room(tag.length + encoded.length + 1);
    this.#raw(tag);
    this.#raw(encoded);
    this.bytes[this.end++] = SOH;
  }

  /** Goes on in another buffer, with what is written of the frame, when this one has no room for so many bytes. */
  #room(more: number): void {
    if (this.bytes.length - this.end < more + 16) this.#leave(more);
  }

  #leave(more: number): void {
    const written = this.end - this.start;
    const bytes = new Uint8Array(Math.max(BUFFER_BYTES, 2 * (written + more + 64)));
    bytes.set(this.bytes.subarray(this.start, this.end));
    this.bytes = bytes;
    this.#body -= this.start;
    this.start = 0;
    this.end = written;
  }

  #raw(from: Uint8Array): void {
    const bytes = this.bytes;
    let at = this.end;
    for (let i = 0; i < from.length; i++) bytes[at++] = from[i] as number;
    this.end = at;
  }

  #digits(value: number): void {
    const bytes = this.bytes;
    if (value < 0) {
      bytes[this.end++] = 45;
      value = -value;
    }
    let digits = 1;
    for (let most = 10; value >= most; most *= 10) digits++;
    let at = this.end + digits;
    this.end = at;
    if (value > 0x7fffffff) {
      while (at > this.end - digits) {
        bytes[--at] = 48 + value % 10;
        value = Math.floor(value / 10);
      }
      return;
    }
    do {
      bytes[--at] = 48 + value % 10;
      value = (value / 10) | 0;
    } while (value > 0);
  }

  #time(ms: number): void {
    const second = Math.floor(ms / 1000);
    const held = this.#secondBytes;
    if (second !== this.#second) {
      this.#second = second;
      const iso = new Date(second * 1000).toISOString();
      const text = `${iso.slice(0, 4)}${iso.slice(5, 7)}${iso.slice(8, 10)}-${iso.slice(11, 19)}`;
      for (let i = 0; i < 17; i++) held[i] = text.charCodeAt(i);
    }
    const bytes = this.bytes;
    let at = this.end;
    for (let i = 0; i < 17; i++) bytes[at++] = held[i] as number;
    const rest = Math.floor(ms - second * 1000);
    bytes[at] = 46;
    bytes[at + 1] = 48 + ((rest / 100) | 0);
    bytes[at + 2] = 48 + ((rest / 10) | 0) % 10;
    bytes[at + 3] = 48 + rest % 10;
    this.end = at + 4;
  }
}
