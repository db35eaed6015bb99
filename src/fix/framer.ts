/**
 * Cuts a stream of bytes into FIX frames: BodyLength and CheckSum are judged, every field is found, and what is no
 * frame is passed over up to the next `8=FIX` and told.
 */
import type { FixFields } from "../contract/fix_fields.ts";

const SOH = 1;
const EQUALS = 61;
const EIGHT = 56;

/** Length fields of FIX and the data field that follows each: its value may hold SOH. */
export const dataAfter: ReadonlyMap<number, number> = new Map([
  [90, 91],
  [93, 89],
  [95, 96],
  [212, 213],
  [348, 349],
  [350, 351],
  [352, 353],
  [354, 355],
  [356, 357],
  [358, 359],
  [360, 361],
  [362, 363],
  [364, 365],
  [445, 446],
  [618, 619],
  [621, 622],
  [1184, 1185],
  [1277, 1278],
  [1280, 1281],
  [1397, 1398],
  [1401, 1402],
  [1403, 1404],
  [1468, 1469],
  [1525, 1526],
  [1527, 1528],
  [1533, 1534],
  [1610, 1611],
  [1618, 1619],
  [1664, 1665],
  [1678, 1679],
  [2494, 2495],
  [2636, 2637],
]);

/** Whether a tag may be one of a length: a look-up that costs nothing for the others. */
const isLength: Uint8Array = /* @__PURE__ */ (() => {
  const table = new Uint8Array(4096);
  for (const tag of dataAfter.keys()) table[tag] = 1;
  return table;
})();

/** How often the bytes of a frame with a wrong CheckSum are read again for frames inside. */
const PATIENCE = 4;

/** Why bytes were passed over. */
export type FrameFault =
  /** Something that does not begin with `8=FIX`. */
  | "garbage"
  /** BodyLength is no number, is too large, or does not lead to `10=`. */
  | "body-length"
  /** MsgType is not the third field. */
  | "msg-type"
  | "checksum";

/** The longest frame that is taken, unless told. */
export const MOST_FRAME_BYTES = 1_048_576;

/** Settings of a framer. */
export interface FramerOptions {
  /** The longest frame that is taken, in bytes. @default 1_048_576 */
  readonly maxFrameBytes?: number;
  /**
   * Where to go on after a wrong BodyLength: at the next `8=FIX`, or behind as many bytes as it told, as the test
   * cases of FIX want it.
   *
   * @default "next-frame"
   */
  readonly afterWrongLength?: "next-frame" | "told-length";
  /** Told of everything that is passed over. */
  readonly onFault?: (fault: FrameFault, bytes: Uint8Array) => void;
}

/** A stream of bytes, cut into frames. */
export class FixFramer {
  #bytes: Uint8Array = new Uint8Array(16_384);
  #from = 0;
  #to = 0;
  /** Up to where frames are looked for inside of one whose CheckSum was wrong, */
  #failedUntil = 0;
  /** and how many bytes of such frames are still read. */
  #patience = 0;
  readonly #maxFrameBytes: number;
  readonly #afterWrongLength: "next-frame" | "told-length";
  readonly #onFault: ((fault: FrameFault, bytes: Uint8Array) => void) | undefined;

  constructor(
    { maxFrameBytes = MOST_FRAME_BYTES, afterWrongLength = "next-frame", onFault }: FramerOptions = {},
  ) {
    this.#maxFrameBytes = maxFrameBytes;
    this.#afterWrongLength = afterWrongLength;
    this.#onFault = onFault;
  }

  /** Bytes that have come and belong to no whole frame yet. */
  get waiting(): number {
    return this.#to - this.#from;
  }

  /** Takes what a socket read; the bytes are copied. */
  push(bytes: Uint8Array): void {
    // Where nothing waits, the same few bytes of memory are used again, which the processor still has at hand.
    if (this.#from === this.#to) this.#from = this.#to = this.#failedUntil = 0;
    if (this.#to + bytes.length > this.#bytes.length) this.#makeRoom(bytes.length);
    this.#bytes.set(bytes, this.#to);
    this.#to += bytes.length;
  }

  #makeRoom(more: number): void {
    const waiting = this.#to - this.#from;
    const needed = waiting + more;
    if (needed <= this.#bytes.length / 2) {
      this.#bytes.copyWithin(0, this.#from, this.#to);
    } else {
      const wider = new Uint8Array(Math.max(2 * needed, 16_384));
      wider.set(this.#bytes.subarray(this.#from, this.#to));
      this.#bytes = wider;
    }
    this.#failedUntil -= this.#from;
    this.#from = 0;
    this.#to = waiting;
  }

  /** Indexes the next whole frame; false when more bytes must come first. The index holds until the next `push`. */
  next(fields: FixFields): boolean {
    while (this.#from < this.#to) {
      const outcome = this.#scan(fields);
      if (outcome === "frame") return true;
      if (outcome === "more") return false;
    }
    return false;
  }

  #skip(fault: FrameFault, to: number): "skipped" {
    const end = Math.min(to, this.#to);
    this.#onFault?.(fault, this.#bytes.slice(this.#from, end));
    this.#from = end;
    return "skipped";
  }

  /** The next place, at or behind `at`, where a frame may begin; bytes that may be the start of `8=FIX` count. */
  #nextStart(at: number): number {
    const bytes = this.#bytes;
    for (; at < this.#to; at++) {
      if (bytes[at] !== EIGHT) continue;
      let same = 1;
      while (same < 5 && at + same < this.#to && bytes[at + same] === begin[same]) same++;
      if (same === 5 || at + same === this.#to) return at;
    }
    return this.#to;
  }

  #wrongLength(told: number): "skipped" {
    return this.#afterWrongLength === "told-length"
      ? this.#skip("body-length", this.#nextStart(Math.min(told, this.#to)))
      : this.#skip("body-length", this.#nextStart(this.#from + 1));
  }

  #scan(fields: FixFields): "frame" | "more" | "skipped" {
    const bytes = this.#bytes;
    const from = this.#from;
    const to = this.#to;
    let at = this.#nextStart(from);
    if (at > from) return this.#skip("garbage", at);
    if (to - from < 5) return "more";
    at = from + 5;
    let begun = false;
    for (const most = Math.min(to, from + 24); at < most; at++) {
      if (bytes[at] === SOH) {
        begun = true;
        break;
      }
    }
    if (!begun) return to - from < 24 ? "more" : this.#skip("garbage", this.#nextStart(from + 1));
    at++;
    if (at + 2 > to) return "more";
    if (bytes[at] !== 57 || bytes[at + 1] !== EQUALS) return this.#skip("garbage", this.#nextStart(from + 1));
    at += 2;
    let length = 0;
    const digits = at;
    for (;; at++) {
      if (at === to) return "more";
      const digit = (bytes[at] as number) - 48;
      if (digit >= 0 && digit <= 9 && at - digits < 9) length = length * 10 + digit;
      else if (bytes[at] === SOH && at > digits) break;
      else return this.#wrongLength(at);
    }
    at++;
    const end = at + length;
    if (end + 7 - from > this.#maxFrameBytes) return this.#wrongLength(at);
    if (end + 7 > to) return "more";
    if (
      bytes[end - 1] !== SOH || bytes[end] !== 49 || bytes[end + 1] !== 48 || bytes[end + 2] !== EQUALS ||
      bytes[end + 6] !== SOH
    ) return this.#wrongLength(end);
    if (bytes[at] !== 51 || bytes[at + 1] !== 53 || bytes[at + 2] !== EQUALS) {
      return this.#skip("msg-type", end + 7);
    }
    if (from < this.#failedUntil) {
      this.#patience -= end - from;
      if (this.#patience < 0) return this.#skip("checksum", this.#nextStart(this.#failedUntil));
    }
    return this.#fields(fields, at, end);
  }

  #fields(fields: FixFields, at: number, end: number): "frame" | "skipped" {
    const bytes = this.#bytes;
    const from = this.#from;
    fields.reset(bytes, from);
    let { tags, starts, ends } = fields;
    // Whole numbers of 32 bits throughout: no engine then asks itself whether they are.
    let sum = 0;
    for (let i = from; i < at; i++) sum += bytes[i] as number;
    let count = 0;
    let dataTag = 0;
    let dataBytes = 0;
    let room = tags.length;
    while (at < end) {
      const tagAt = at;
      let tag = 0;
      let byte = bytes[at] as number;
      while (byte > 47 && byte < 58) {
        tag = (tag * 10 + byte - 48) | 0;
        sum = (sum + byte) | 0;
        byte = bytes[++at] as number;
      }
      if (byte !== EQUALS || at === tagAt || at - tagAt > 9) {
        for (; bytes[at] !== SOH; at++) sum += bytes[at] as number;
        sum += SOH;
        fields.malformed ??= utf8.decode(bytes.subarray(tagAt, at));
        at++;
        continue;
      }
      sum = (sum + EQUALS + SOH) | 0;
      at++;
      if (count === room) {
        fields.grow();
        ({ tags, starts, ends } = fields);
        room = tags.length;
      }
      tags[count] = tag;
      starts[count] = at - from;
      if (dataTag !== 0) {
        if (tag === dataTag) {
          const dataEnd = at + dataBytes;
          if (dataEnd >= end || bytes[dataEnd] !== SOH) fields.malformed ??= `${tag}=`;
          for (const most = Math.min(dataEnd, end - 1); at < most; at++) sum += bytes[at] as number;
        }
        dataTag = 0;
      }
      // Two bytes in each turn: this loop is where most of the time goes.
      byte = bytes[at] as number;
      while (byte !== SOH) {
        const next = bytes[at + 1] as number;
        sum = (sum + byte) | 0;
        if (next === SOH) {
          at++;
          break;
        }
        sum = (sum + next) | 0;
        at += 2;
        byte = bytes[at] as number;
      }
      ends[count] = at - from;
      at++;
      if (isLength[tag & 4095] === 1 && dataAfter.has(tag)) {
        fields.count = count + 1;
        dataBytes = fields.int(count);
        if (dataBytes >= 0) dataTag = dataAfter.get(tag) as number;
      }
      count++;
    }
    fields.count = count;
    fields.end = end + 7;
    const told = ((bytes[end + 3] as number) - 48) * 100 + ((bytes[end + 4] as number) - 48) * 10 +
      (bytes[end + 5] as number) - 48;
    if ((sum & 255) !== told) return this.#wrongCheckSum(end + 7);
    this.#from = end + 7;
    return "frame";
  }

  /**
   * A wrong CheckSum may come of a wrong BodyLength that happens to fit: frames inside are looked for, with patience for
   * a few false beginnings. Bytes that are made of nothing else would take hours.
   */
  #wrongCheckSum(end: number): "skipped" {
    if (this.#afterWrongLength === "told-length") return this.#skip("checksum", this.#nextStart(end));
    if (this.#from >= this.#failedUntil) {
      this.#failedUntil = end;
      this.#patience = PATIENCE * (end - this.#from);
    }
    return this.#skip("checksum", this.#nextStart(this.#from + 1));
  }
}

const utf8 = new TextDecoder();
const begin = [EIGHT, EQUALS, 70, 73, 88];
