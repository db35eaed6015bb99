/** What the header of a frame must say before a session acts on it: its version, who it is from and for, and when. */
import { SessionRejectReason } from "../contract/fix/codes.ts";
import type { ExtraField, FixFields, FixHeader } from "../contract/fix_fields.ts";
import { fault, type FieldFault } from "./checks.ts";

/** Who is expected, and how exact their time must be. */
export interface ExpectedHeader {
  readonly beginString: string;
  /** What the peer may call itself. */
  readonly theirIds: readonly string[];
  /** What it may call this side. */
  readonly ourIds: readonly string[];
  /** How far SendingTime may be off, in milliseconds; it is not judged without. */
  readonly toleranceMs: number | undefined;
}

/** Judges the headers of one session. */
export class HeaderChecks {
  readonly #expected: ExpectedHeader;

  constructor(expected: ExpectedHeader) {
    this.#expected = expected;
  }

  wrongIdentity(fields: FixFields): FieldFault | undefined {
    const sender = fields.find(49);
    const target = fields.find(56);
    fields.read();
    return sender >= 0 && target >= 0 && this.#expected.theirIds.includes(fields.string(sender)) &&
        this.#expected.ourIds.includes(fields.string(target))
      ? undefined
      : fault(SessionRejectReason.CompIDProblem);
  }

  wrongTime(fields: FixFields, nowMs: number): FieldFault | undefined {
    const { toleranceMs } = this.#expected;
    if (toleranceMs === undefined) return undefined;
    return Math.abs(nowMs - fields.sendingTimeMs) <= toleranceMs
      ? undefined
      : fault(SessionRejectReason.SendingTimeAccuracy);
  }

  beginStringDiffers({ bytes, start }: FixFields): boolean {
    const expected = this.#expected.beginString;
    for (let i = 0; i < expected.length; i++) {
      if (bytes[start + 2 + i] !== expected.charCodeAt(i)) return true;
    }
    return bytes[start + 2 + expected.length] !== 1;
  }
}

const other: Readonly<Record<number, number>> = {
  115: 128,
  128: 115,
  116: 129,
  129: 116,
  144: 145,
  145: 144,
};

/** Routing turned round: what was on behalf of somebody goes back to them. */
export function turned({ routing }: FixHeader): ExtraField[] | undefined {
  return routing?.filter(([tag, value]) => other[tag] !== undefined && value !== "")
    .map(([tag, value]) => [other[tag] as number, value]);
}
