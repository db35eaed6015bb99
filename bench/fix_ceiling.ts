/**
 * What hand-written JavaScript can do with the two messages of the FIX bench, and with nothing else: it knows one
 * message type, trusts what it reads, and keeps no field that it does not know. A yardstick, no codec.
 */
const SOH = 1;
const EQUALS = 61;

/** Where the fields of one frame are. */
export class Places {
  readonly tags: Int32Array = new Int32Array(256);
  readonly starts: Int32Array = new Int32Array(256);
  readonly ends: Int32Array = new Int32Array(256);
  count = 0;
  next = 0;
}

/** Finds the fields of the frame at `from` and checks its sum; false when it is not whole. */
export function scan(bytes: Uint8Array, from: number, to: number, places: Places): boolean {
  if (to - from < 32) return false;
  let sum = 0;
  let at = from + 11;
  for (let i = from; i < at; i++) sum += bytes[i] as number;
  if (bytes[from] !== 56 || bytes[at - 1] !== SOH || bytes[at] !== 57) throw new Error("no frame");
  sum += 57 + EQUALS;
  at += 2;
  let length = 0;
  for (let byte = bytes[at] as number; byte !== SOH; byte = bytes[++at] as number) {
    length = length * 10 + byte - 48;
    sum += byte;
  }
  sum += SOH;
  at++;
  const end = at + length;
  if (end + 7 > to) return false;
  const { tags, starts, ends } = places;
  let count = 0;
  while (at < end) {
    let tag = 0;
    for (let byte = bytes[at] as number; byte !== EQUALS; byte = bytes[++at] as number) {
      tag = (tag * 10 + byte - 48) | 0;
      sum = (sum + byte) | 0;
    }
    at++;
    tags[count] = tag;
    starts[count] = at - from;
    for (let byte = bytes[at] as number; byte !== SOH; byte = bytes[at] as number) {
      const next = bytes[at + 1] as number;
      sum = (sum + byte) | 0;
      at++;
      if (next === SOH) break;
      sum = (sum + next) | 0;
      at++;
    }
    ends[count++] = at - from;
    sum = (sum + EQUALS + SOH) | 0;
    at++;
  }
  const told = (bytes[at + 3] as number) * 100 + (bytes[at + 4] as number) * 10 + (bytes[at + 5] as number) -
    5328;
  if ((sum & 255) !== told) throw new Error("checksum");
  places.count = count;
  places.next = at + 7;
  return true;
}

/** A small whole number. */
export function integer(bytes: Uint8Array, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) value = value * 10 + (bytes[at] as number) - 48;
  return value;
}

/** The time of day of a UTCTimestamp in milliseconds. */
export function timeOfDay(bytes: Uint8Array, at: number): number {
  return ((integer(bytes, at + 9, at + 11) * 60 + integer(bytes, at + 12, at + 14)) * 60 +
        integer(bytes, at + 15, at + 17)) * 1000 + integer(bytes, at + 18, at + 21);
}

class Report {
  MsgSeqNum = 0;
  SendingTime = "";
  SenderCompID = "";
  TargetCompID = "";
  AvgPx = "";
  ClOrdID = "";
  CumQty = "";
  ExecID = "";
  LastMkt = "";
  LastPx = "";
  LastQty = "";
  OrderID = "";
  OrderQty = "";
  OrdStatus = "";
  Price = "";
  Side = "";
  Symbol = "";
  TransactTime = "";
  AllocAccount = 0;
  ExecType = "";
  LeavesQty = "";
  LongQty = "";
  ShortQty = "";
  ClearingBusinessDate = "";
  TrdMatchID = "";
  AggressorIndicator = false;
  NoMiscFees: unknown[] | undefined = undefined;
  NoPartyIDs: unknown[] | undefined = undefined;
  NoCollateralAmountChanges: unknown[] | undefined = undefined;
}

const utf8 = new TextDecoder();

/** The report in the frame at `from`. */
export function readReport(
  bytes: Uint8Array,
  from: number,
  { tags, starts, ends, count, next }: Places,
): Report {
  const text = utf8.decode(bytes.subarray(from, next));
  const report = new Report();
  const string = (k: number) => text.slice(starts[k], ends[k]);
  const int = (k: number) => integer(bytes, from + (starts[k] as number), from + (ends[k] as number));
  for (let k = 1; k < count; k++) {
    switch (tags[k]) {
      case 34:
        report.MsgSeqNum = int(k);
        break;
      case 49:
        report.SenderCompID = string(k);
        break;
      case 56:
        report.TargetCompID = string(k);
        break;
      case 52:
        report.SendingTime = string(k);
        break;
      case 6:
        report.AvgPx = string(k);
        break;
      case 11:
        report.ClOrdID = string(k);
        break;
      case 14:
        report.CumQty = string(k);
        break;
      case 17:
        report.ExecID = string(k);
        break;
      case 30:
        report.LastMkt = string(k);
        break;
      case 31:
        report.LastPx = string(k);
        break;
      case 32:
        report.LastQty = string(k);
        break;
      case 37:
        report.OrderID = string(k);
        break;
      case 38:
        report.OrderQty = string(k);
        break;
      case 39:
        report.OrdStatus = string(k);
        break;
      case 44:
        report.Price = string(k);
        break;
      case 54:
        report.Side = string(k);
        break;
      case 55:
        report.Symbol = string(k);
        break;
      case 60:
        report.TransactTime = string(k);
        break;
      case 79:
        report.AllocAccount = int(k);
        break;
      case 150:
        report.ExecType = string(k);
        break;
      case 151:
        report.LeavesQty = string(k);
        break;
      case 704:
        report.LongQty = string(k);
        break;
      case 705:
        report.ShortQty = string(k);
        break;
      case 715:
        report.ClearingBusinessDate = string(k);
        break;
      case 880:
        report.TrdMatchID = string(k);
        break;
      case 1057:
        report.AggressorIndicator = string(k) === "Y";
        break;
      case 136: {
        const entries: unknown[] = report.NoMiscFees = [];
        for (let left = int(k); left > 0; left--, k += 4) {
          const [MiscFeeAmt, MiscFeeCurr] = [string(k + 1), string(k + 2)];
          entries.push({ MiscFeeAmt, MiscFeeCurr, MiscFeeType: string(k + 3), MiscFeeBasis: int(k + 4) });
        }
        break;
      }
      case 453: {
        const entries: unknown[] = report.NoPartyIDs = [];
        for (let left = int(k); left > 0; left--, k += 2) {
          entries.push({ PartyID: string(k + 1), PartyRole: int(k + 2) });
        }
        break;
      }
      case 1703: {
        const entries: unknown[] = report.NoCollateralAmountChanges = [];
        for (let left = int(k); left > 0; left--, k += 2) {
          entries.push({ CollateralAmountChange: string(k + 1), CollateralAmountType: string(k + 2) });
        }
        break;
      }
    }
  }
  return report;
}

const ascii = new TextEncoder();

/** Writes one kind of message over and over into a ring of 64 kB: head, tags and the second are ready as bytes. */
export class OrderWriter {
  readonly bytes: Uint8Array = new Uint8Array(65_536);
  end = 0;
  readonly #head: Uint8Array;
  readonly #begin: Uint8Array = ascii.encode("8=FIXT.1.1\x019=");
  readonly #second: Uint8Array;

  constructor(sender: string, target: string, second: string) {
    this.#head = ascii.encode(`35=D\x0149=${sender}\x0156=${target}\x0134=`);
    this.#second = ascii.encode(`\x0152=${second}.`);
  }

  /** Writes the order; returns where its frame begins. */
  write(sequence: number, millisecond: number, fields: readonly (readonly [Uint8Array, string])[]): number {
    const { bytes } = this;
    if (this.end > 61_000) this.end = 0;
    const body = this.end + 24;
    let at = put(bytes, body, this.#head);
    at = putNumber(bytes, at, sequence);
    at = put(bytes, at, this.#second);
    bytes[at++] = 48 + ((millisecond / 100) | 0);
    bytes[at++] = 48 + ((millisecond / 10) | 0) % 10;
    bytes[at++] = 48 + millisecond % 10;
    bytes[at++] = SOH;
    for (let i = 0; i < fields.length; i++) {
      const [tag, value] = fields[i] as readonly [Uint8Array, string];
      at = put(bytes, at, tag);
      for (let j = 0; j < value.length; j++) bytes[at++] = value.charCodeAt(j);
      bytes[at++] = SOH;
    }
    let start = body;
    bytes[--start] = SOH;
    for (let length = at - body; length > 0; length = (length / 10) | 0) bytes[--start] = 48 + length % 10;
    start -= this.#begin.length;
    put(bytes, start, this.#begin);
    let sum = 0;
    for (let i = start; i < at; i++) sum += bytes[i] as number;
    sum &= 255;
    bytes[at++] = 49;
    bytes[at++] = 48;
    bytes[at++] = EQUALS;
    bytes[at++] = 48 + ((sum / 100) | 0);
    bytes[at++] = 48 + ((sum / 10) | 0) % 10;
    bytes[at++] = 48 + sum % 10;
    bytes[at++] = SOH;
    this.end = at;
    return start;
  }
}

function put(bytes: Uint8Array, at: number, from: Uint8Array): number {
  for (let i = 0; i < from.length; i++) bytes[at++] = from[i] as number;
  return at;
}

function putNumber(bytes: Uint8Array, at: number, value: number): number {
  let digits = 1;
  for (let most = 10; value >= most; most *= 10) digits++;
  for (let i = at + digits; i > at; value = (value / 10) | 0) bytes[--i] = 48 + value % 10;
  return at + digits;
}
