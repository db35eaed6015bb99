/** Frames that were damaged on purpose, and what reads them: nothing may throw, hang or grow. */
import fc from "fast-check";
import { decodeMessage, encodeMessage } from "../../src/contract/fix/codec.ts";
import { kalshiDictionary } from "../../src/contract/fix/dictionary.ts";
import type { FixMember } from "../../src/contract/fix_dictionary.ts";
import { FixFields } from "../../src/contract/fix_fields.ts";
import { FixWriter } from "../../src/contract/fix_writer.ts";
import { FieldChecks } from "../../src/fix/checks.ts";
import { FixFramer } from "../../src/fix/framer.ts";
import { eventDictionary, marginDictionary } from "../../src/local_exchange/gateways/fix/dictionary.ts";
import { there } from "../../tools/there.ts";
import { allowedValue, anyValue, messageKinds } from "./arbitrary_messages.ts";

const SOH = 1;
const latin1 = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));

/** Numbers at random that are the same in every run with the same seed. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0 || 1;
  }

  /** A whole number from 0, below `most`. */
  below(most: number): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x >>> 0;
    return this.#state % most;
  }

  of<T>(list: readonly T[]): T {
    return there(list[this.below(list.length)]);
  }
}

const writer = new FixWriter({ beginString: "FIXT.1.1", SenderCompID: "a-key", TargetCompID: "KalshiRT" });

/** Whole frames of every message and variant. */
export function wholeFrames(ofEach: number, seed: number): Uint8Array[] {
  return [...messageKinds(anyValue, true), ...messageKinds(allowedValue)].flatMap(({ arbitrary }) =>
    fc.sample(arbitrary, { numRuns: ofEach, seed }).map((message, n) => {
      encodeMessage(writer, { MsgSeqNum: n + 1, sendingTimeMs: Date.UTC(2026, 10, 29) }, message);
      return writer.bytes.slice(writer.start, writer.end);
    })
  );
}

function groupCounts(members: readonly FixMember[]): number[] {
  return members.flatMap((member) =>
    typeof member === "number" ? [] : [Math.abs(member[0]), ...groupCounts(member[1])]
  );
}
const counts = new Set(Object.values(kalshiDictionary.messages).flatMap(groupCounts));

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** The fields of a body, each with its SOH. */
function fieldsOf(frame: Uint8Array): Uint8Array[] {
  const fields: Uint8Array[] = [];
  for (let from = 0; from < frame.length;) {
    const end = frame.indexOf(SOH, from) + 1 || frame.length;
    fields.push(frame.subarray(from, end));
    from = end;
  }
  return fields;
}

/** BodyLength and CheckSum as they should be: what is damaged then reaches those who read fields. */
function mended(frame: Uint8Array): Uint8Array {
  const body = joined(
    ...fieldsOf(frame).filter((_, place, { length }) => place > 1 && place < length - 1),
  );
  const head = joined(latin1(`8=FIXT.1.1\x019=${body.length}\x01`), body);
  const sum = head.reduce((total, byte) => total + byte, 0) & 255;
  return joined(head, latin1(`10=${String(sum).padStart(3, "0")}\x01`));
}

const absurd = [
  "0",
  "-1",
  "00",
  "",
  "1e9",
  "999999999",
  "4294967296",
  "99999999999999999999",
  "NaN",
  "\x00",
  "\xff\xfe",
];

type Mutation = (frame: Uint8Array, dice: Dice, others: readonly Uint8Array[]) => Uint8Array;

function ofFields(change: (fields: Uint8Array[], dice: Dice) => void): Mutation {
  return (frame, dice) => {
    const fields = fieldsOf(frame);
    change(fields, dice);
    return joined(...fields);
  };
}

const valued = (field: Uint8Array, value: string): Uint8Array => {
  const equals = field.indexOf(61);
  return equals < 0 ? field : joined(field.subarray(0, equals + 1), latin1(`${value}\x01`));
};

const mutations: readonly Mutation[] = [
  // Bytes of any value, some of them those that mean something.
  (frame, dice) => {
    const copy = frame.slice();
    for (let left = 1 + dice.below(8); left > 0; left--) {
      copy[dice.below(copy.length)] = dice.of([dice.below(256), 0, 1, 48, 56, 57, 61, 255]);
    }
    return copy;
  },
  (frame, dice) => frame.subarray(0, dice.below(frame.length)),
  (frame, dice) => frame.subarray(dice.below(frame.length)),
  // A part twice, a part of another frame inside.
  (frame, dice) => {
    const from = dice.below(frame.length);
    return joined(frame.subarray(0, from + dice.below(frame.length - from)), frame.subarray(from));
  },
  (frame, dice, others) => {
    const other = dice.of(others);
    const at = dice.below(frame.length);
    return joined(frame.subarray(0, at), other.subarray(dice.below(other.length)), frame.subarray(at));
  },
  ofFields((fields, dice) => {
    const [a, b] = [dice.below(fields.length), dice.below(fields.length)];
    [fields[a], fields[b]] = [there(fields[b]), there(fields[a])];
  }),
  ofFields((fields, dice) => void fields.splice(dice.below(fields.length), 1)),
  ofFields((fields, dice) => void fields.splice(dice.below(fields.length), 0, dice.of(fields))),
  // A length that is wrong, huge or no number.
  ofFields((fields, dice) => {
    fields[1] = latin1(`9=${dice.of([...absurd, String(dice.below(2000)), "1048576", "16000"])}\x01`);
  }),
  // A value that is absurd, and counts of groups above all.
  ofFields((fields, dice) => {
    const at = dice.below(fields.length);
    fields[at] = valued(there(fields[at]), dice.of(absurd));
  }),
  ofFields((fields, dice) => {
    fields.forEach((field, at) => {
      const isCount = counts.has(
        Number(new TextDecoder().decode(field.subarray(0, Math.max(0, field.indexOf(61))))),
      );
      if (isCount) fields[at] = valued(field, dice.of(absurd));
    });
  }),
  // Groups in groups where none are, again and again.
  ofFields((fields, dice) => {
    const count = dice.of([...counts]);
    const nest = Array.from({ length: 1 + dice.below(40) }, () => latin1(`${count}=${dice.of(absurd)}\x01`));
    fields.splice(dice.below(fields.length), 0, ...nest);
  }),
  // Tags that are none, bytes that are no text.
  ofFields((fields, dice) => {
    const tag = dice.of(["0", "-5", "00035", "999999999", "9999999999", "x", "", "95", "93", "354"]);
    const text = dice.of(["", "\x00", "\xc3\x28", "\xed\xa0\x80", "=", "8=FIXT.1.1", "\x80".repeat(200)]);
    fields.splice(dice.below(fields.length), 0, latin1(`${tag}=${text}\x01`));
  }),
];

/** A frame with a few damages; every second one has a right length and sum again. */
export function mutated(frames: readonly Uint8Array[], dice: Dice): Uint8Array {
  let frame = dice.of(frames);
  for (let left = 1 + dice.below(3); left > 0; left--) {
    if (frame.length > 0) frame = dice.of(mutations)(frame, dice, frames);
  }
  return dice.below(2) === 0 ? frame : mended(frame);
}

/** What came of it. */
export interface MutationReport {
  readonly frames: number;
  /** Damaged ones that are frames after all. */
  readonly taken: number;
  /** Of those, what the strict checks refuse. */
  readonly refused: number;
  /** Stretches of bytes that were passed over. */
  readonly faults: number;
  /** The most bytes that ever waited for more. */
  readonly mostWaiting: number;
  /** Whole frames that were sent between the damaged ones, and how many of them were found. */
  readonly sound: number;
  readonly found: number;
}

/** Reads so many damaged frames as one stream, tolerantly and strictly; throws what a reader throws. */
export function readMutations(
  count: number,
  seed: number,
  after: (done: number) => void = () => {},
): MutationReport {
  const dice = new Dice(seed);
  const frames = wholeFrames(4, seed);
  const strict = [kalshiDictionary, eventDictionary, marginDictionary].map((one) => new FieldChecks(one));
  const fields = new FixFields();
  const report = { frames: count, taken: 0, refused: 0, faults: 0, mostWaiting: 0, sound: 0, found: 0 };
  const framers = (["next-frame", "told-length"] as const).map((afterWrongLength) =>
    new FixFramer({ maxFrameBytes: 8_192, afterWrongLength, onFault: () => report.faults++ })
  );
  for (let n = 0; n < count; n++) {
    const bytes = mutated(frames, dice);
    const framer = there(framers[n % 2]);
    const sound = n % 16 < 2 ? soundFrame(n) : undefined;
    for (const part of sound === undefined ? [bytes] : [bytes, sound, sound]) {
      framer.push(part);
      while (framer.next(fields)) {
        report.taken++;
        fields.session();
        for (const checks of strict) if (checks.find(fields) !== undefined) report.refused++;
        const message = decodeMessage(fields);
        if ((message as { TestReqID?: string }).TestReqID === `sound ${n}`) report.found++;
      }
      report.mostWaiting = Math.max(report.mostWaiting, framer.waiting);
    }
    if (sound !== undefined) report.sound++;
    if (n % 10_000 === 9_999) after(n + 1);
  }
  return report;
}

function soundFrame(n: number): Uint8Array {
  encodeMessage(writer, { MsgSeqNum: 7, sendingTimeMs: 0 }, { MsgType: "1", TestReqID: `sound ${n}` });
  return writer.bytes.slice(writer.start, writer.end);
}
