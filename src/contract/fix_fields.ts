/**
 * The fields of one FIX frame: an index over its bytes, and the values read from it.
 *
 * One index serves many frames, one after the other: what is read from it is copied out as strings and numbers.
 */

const utf8 = new TextDecoder();
const strictUtf8 = new TextDecoder("utf-8", { fatal: true });

/** A field that no dictionary names: its tag and its value as it came, as bytes where it is no UTF-8. */
export type ExtraField = readonly [tag: number, value: string | Uint8Array];

/** The standard header, without BeginString and BodyLength. */
export class FixHeader {
  /** MsgType(35). */
  MsgType = "";
  /** SenderCompID(49). */
  SenderCompID = "";
  /** TargetCompID(56). */
  TargetCompID = "";
  /** MsgSeqNum(34). */
  MsgSeqNum = 0;
  /** SendingTime(52), UTC, `YYYYMMDD-HH:MM:SS.sss`. */
  SendingTime = "";
  /** PossDupFlag(43): sent again, under the same number. */
  PossDupFlag: boolean | undefined = undefined;
  /** PossResend(97): may have been sent before, under another number. */
  PossResend: boolean | undefined = undefined;
  /** OrigSendingTime(122), of a message that is sent again. */
  OrigSendingTime: string | undefined = undefined;
  /** SenderSubID(50): the operator, on orders of FCMs. */
  SenderSubID: string | undefined = undefined;
  /** Fields of the header that Kalshi does not use (57, 115, 116, 128, 129, 142, 143, 1128, 1129, ...). */
  routing: ExtraField[] | undefined = undefined;
}

/** The frame that is being read. */
export class FixFields {
  bytes: Uint8Array = new Uint8Array(0);
  /** Where the frame begins in `bytes`. */
  start = 0;
  /** Behind its last byte. */
  end = 0;
  /** How many fields lie between BodyLength and CheckSum. */
  count = 0;
  /** The first thing between two SOH that is no field: without a number before its `=`, or data of a wrong length. */
  malformed: string | undefined = undefined;
  tags: Int32Array = new Int32Array(256);
  /** Where each value begins, counted from `start`. */
  starts: Int32Array = new Int32Array(256);
  ends: Int32Array = new Int32Array(256);
  /** The whole frame as text, once `read` has made it. Plain fields: every value of every message is read through them. */
  text = "";
  /** Whether places in the text are places in the bytes: all of it is ASCII. */
  ascii = true;

  /** Begins with the next frame. */
  reset(bytes: Uint8Array, start: number): void {
    this.bytes = bytes;
    this.start = start;
    this.count = 0;
    this.text = "";
    this.malformed = undefined;
  }

  grow(): void {
    const wider = (of: Int32Array) => {
      const wide = new Int32Array(of.length * 2);
      wide.set(of);
      return wide;
    };
    this.tags = wider(this.tags);
    this.starts = wider(this.starts);
    this.ends = wider(this.ends);
  }

  // What a session looks at in every frame, read from the bytes alone.
  /** MsgType(35), empty when it is not the first field. */
  type = "";
  /** MsgSeqNum(34), NaN when there is none or it is no number. */
  sequence = NaN;
  /** PossDupFlag(43) is Y. */
  possDup = false;
  /** SendingTime(52) in milliseconds since 1970, NaN when there is none or it is none. */
  sendingTimeMs = NaN;

  /** Reads MsgType, MsgSeqNum, PossDupFlag and SendingTime; the first of each counts. */
  session(): void {
    const { tags, starts, ends, bytes, start, count } = this;
    this.type = count > 0 && tags[0] === 35 ? this.#short(0) : "";
    this.sequence = NaN;
    this.possDup = false;
    this.sendingTimeMs = NaN;
    for (let k = 1; k < count; k++) {
      switch (tags[k]) {
        case 34:
          if (Number.isNaN(this.sequence)) this.sequence = this.int(k);
          break;
        case 43:
          this.possDup = (ends[k] as number) - (starts[k] as number) === 1 &&
            bytes[start + (starts[k] as number)] === 89;
          break;
        case 52:
          this.sendingTimeMs = this.timeMs(k);
          break;
        case 49:
        case 50:
        case 56:
        case 57:
        case 97:
        case 115:
        case 116:
        case 122:
        case 128:
        case 129:
        case 142:
        case 143:
        case 144:
        case 145:
        case 1128:
        case 1129:
          break;
        default:
          // The body begins; a header behind it is read all the same, when its number has not come.
          if (!Number.isNaN(this.sequence)) return;
      }
    }
  }

  #short(k: number): string {
    const from = this.start + (this.starts[k] as number);
    const to = this.start + (this.ends[k] as number);
    let text = "";
    for (let at = from; at < to; at++) text += String.fromCharCode(this.bytes[at] as number);
    return text;
  }

  #day = NaN;
  #dayMs = NaN;

  /** A UTCTimestamp in milliseconds since 1970, finer digits cut off; NaN when it is none. */
  timeMs(k: number): number {
    const { bytes } = this;
    const at = this.start + (this.starts[k] as number);
    const length = (this.ends[k] as number) - (this.starts[k] as number);
    if (
      length < 17 || length === 18 || bytes[at + 8] !== 45 || bytes[at + 11] !== 58 || bytes[at + 14] !== 58
    ) return NaN;
    const day = digits(bytes, at, 8);
    if (day !== this.#day) {
      const ms = Date.UTC(Math.floor(day / 10_000), Math.floor(day / 100) % 100 - 1, day % 100);
      const date = new Date(ms);
      const real = date.getUTCDate() === day % 100 && date.getUTCMonth() + 1 === Math.floor(day / 100) % 100;
      this.#day = day;
      this.#dayMs = real ? ms : NaN;
    }
    const hours = digits(bytes, at + 9, 2);
    const minutes = digits(bytes, at + 12, 2);
    const seconds = digits(bytes, at + 15, 2);
    if (!(hours < 24 && minutes < 60 && seconds < 61)) return NaN;
    let ms = 0;
    if (length > 17) {
      if (bytes[at + 17] !== 46) return NaN;
      const places = length - 18;
      for (let i = 0; i < places; i++) {
        const digit = (bytes[at + 18 + i] as number) - 48;
        if (digit < 0 || digit > 9) return NaN;
        if (i < 3) ms = ms * 10 + digit;
      }
      for (let i = places; i < 3; i++) ms *= 10;
    }
    return this.#dayMs + ((hours * 60 + minutes) * 60 + seconds) * 1000 + ms;
  }

  /** Makes the text of the frame, of which values are slices. */
  read(): void {
    if (this.text !== "") return;
    this.text = utf8.decode(this.bytes.subarray(this.start, this.end));
    this.ascii = this.text.length === this.end - this.start && !this.text.includes("\uFFFD");
  }

  /** The value of a field as text; after `read`. */
  string(k: number): string {
    return this.ascii ? this.text.slice(this.starts[k], this.ends[k]) : this.#beyondAscii(k);
  }

  #beyondAscii(k: number): string {
    return utf8.decode(
      this.bytes.subarray(this.start + (this.starts[k] as number), this.start + (this.ends[k] as number)),
    );
  }

  /** The value of a field as an integer, NaN when it is none that a number holds exactly. */
  int(k: number): number {
    const bytes = this.bytes;
    let at = this.start + (this.starts[k] as number);
    const end = this.start + (this.ends[k] as number);
    const negative = bytes[at] === 45;
    if (negative) at++;
    if (at === end || end - at > 15) return NaN;
    let value = 0;
    for (; at < end; at++) {
      const digit = (bytes[at] as number) - 48;
      if (digit < 0 || digit > 9) return NaN;
      value = value * 10 + digit;
    }
    return negative ? -value : value;
  }

  /** Where the first field with a tag is, -1 when there is none. */
  find(tag: number): number {
    for (let k = 0; k < this.count; k++) if (this.tags[k] === tag) return k;
    return -1;
  }

  /** `Y` and `N`; undefined for anything else. */
  flag(k: number): boolean | undefined {
    if ((this.ends[k] as number) - (this.starts[k] as number) !== 1) return undefined;
    const byte = this.bytes[this.start + (this.starts[k] as number)];
    return byte === 89 ? true : byte === 78 ? false : undefined;
  }

  /** The bytes of a field, copied. */
  data(k: number): Uint8Array {
    return this.bytes.slice(this.start + (this.starts[k] as number), this.start + (this.ends[k] as number));
  }

  /** A field as it came. */
  extra(k: number): ExtraField {
    const bytes = this.data(k);
    try {
      return [this.tags[k] as number, strictUtf8.decode(bytes)];
    } catch {
      return [this.tags[k] as number, bytes];
    }
  }

  /** Where the body begins, once the header has been read. */
  bodyStart = 0;

  /** The standard header, up to the first field that belongs to the body. */
  header(): FixHeader {
    this.read();
    const header = new FixHeader();
    let k = 0;
    while (k < this.count && this.headerField(header, k)) k++;
    this.bodyStart = k;
    return header;
  }

  /** Reads one field into the header; false when it does not belong there. */
  headerField(header: FixHeader, k: number): boolean {
    switch (this.tags[k]) {
      case 35:
        header.MsgType = this.string(k);
        return true;
      case 49:
        header.SenderCompID = this.string(k);
        return true;
      case 56:
        header.TargetCompID = this.string(k);
        return true;
      case 34:
        header.MsgSeqNum = this.int(k);
        return true;
      case 52:
        header.SendingTime = this.string(k);
        return true;
      case 43:
        header.PossDupFlag = this.flag(k);
        return true;
      case 97:
        header.PossResend = this.flag(k);
        return true;
      case 122:
        header.OrigSendingTime = this.string(k);
        return true;
      case 50:
        header.SenderSubID = this.string(k);
        return true;
      case 57:
      case 90:
      case 91:
      case 115:
      case 116:
      case 128:
      case 129:
      case 142:
      case 143:
      case 144:
      case 145:
      case 212:
      case 213:
      case 347:
      case 369:
      case 1128:
      case 1129:
      case 1156:
        (header.routing ??= []).push(this.extra(k));
        return true;
      default:
        return false;
    }
  }
}

function digits(bytes: Uint8Array, at: number, count: number): number {
  let value = 0;
  for (let i = 0; i < count; i++) {
    const digit = (bytes[at + i] as number) - 48;
    if (digit < 0 || digit > 9) return NaN;
    value = value * 10 + digit;
  }
  return value;
}
