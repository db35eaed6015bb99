/**
 * The check of `seq`, which runs over all markets of one subscription id.
 *
 * @module
 */

/** What carries a sequence number: an update, a book snapshot, or the answer to a command. */
export type SequencedKind = "update" | "snapshot" | "control";

/** Whether a frame has a number: Kalshi counts from 1. */
export function isNumbered(seq: unknown): seq is number {
  return Number.isSafeInteger(seq) && (seq as number) >= 1;
}

/** How many missing numbers are remembered, so that a late frame is known as such. */
const REMEMBERED = 1_024;

/**
 * What a frame's number says:
 *
 * - `next`: nothing is missing before it. `late`: it fills a gap told before.
 * - `duplicate`: it was seen already, drop it.
 * - `gap`: frames before it are missing, but it is good itself.
 * - `suspect`: a number from the past, or one that another frame had. Drop it, and trust nothing until the next frame
 *   tells a repeated frame from a sequence that started over.
 * - `reset`: the sequence started over; the frame is good, an unknown number is missing before it.
 */
export type SequenceVerdict = "next" | "late" | "duplicate" | "gap" | "suspect" | "reset";

/**
 * How answers are numbered, which is not documented: each takes a number of its own, or repeats that of the last
 * update, or has that of the update that comes next. Where updates may be missing, the three look alike: the first
 * answer of its kind is believed, and one of another kind says that a loss may have gone unseen.
 */
type AnswerNumbers = "own" | "repeated" | "ahead";

/** A payload that is given out again is the same; one that only has its number is not. */
function isSame(one: unknown, other: unknown): boolean {
  if (one instanceof Uint8Array && other instanceof Uint8Array) {
    return one.length === other.length && one.every((byte, index) => byte === other[index]);
  }
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

/** Checks the numbers of one subscription id on one connection. */
export class Sequence {
  /** The highest number so far; undefined before the first. */
  last: number | undefined;
  /** After `gap`: how many are missing; undefined when nobody knows. */
  missed: number | undefined = 0;
  #kind: SequencedKind = "control";
  #content: unknown;
  #suspect: number | undefined;
  #answers: AnswerNumbers | undefined;
  /** How many answers were taken to have numbers of their own. */
  #owned = 0;
  /** The number that an answer has announced and that no update has taken yet. */
  #announced: number | undefined;
  readonly #missing = new Set<number>();

  /** Judges the next frame. `content`: its payload, by which one that comes twice is told from one of the same number. */
  check(seq: number, kind: SequencedKind, content?: unknown): SequenceVerdict {
    const last = this.last;
    const suspect = this.#suspect;
    const announced = this.#announced;
    this.#suspect = this.#announced = undefined;
    if (last === undefined) return this.#advance(seq, kind, content, "next");
    if (seq === last + 1) {
      return kind === "control" ? this.#answer(seq, content) : this.#advance(seq, kind, content, "next");
    }
    if (seq > last) {
      // The answer had a number of its own after all.
      if (announced === seq - 1) this.#answers = "own";
      this.#miss(last + 1, seq);
      return this.#advance(seq, kind, content, "gap");
    }
    if (seq === last) return this.#again(seq, kind, content);
    if (this.#missing.delete(seq)) return "late";
    if (suspect === seq - 1) {
      this.#missing.clear();
      return this.#advance(seq, kind, content, "reset");
    }
    this.#suspect = seq;
    return "suspect";
  }

  /** An answer with the next number. */
  #answer(seq: number, content: unknown): SequenceVerdict {
    if (this.#answers === "ahead") {
      this.#announced = seq;
      return "next";
    }
    const wasRepeated = this.#answers === "repeated";
    this.#answers = "own";
    this.#owned++;
    if (wasRepeated) this.#miss(seq, seq + 1);
    return this.#advance(seq, "control", content, wasRepeated ? "gap" : "next");
  }

  /** The last number once more. */
  #again(seq: number, kind: SequencedKind, content: unknown): SequenceVerdict {
    if (kind === this.#kind) {
      if (isSame(content, this.#content)) return "duplicate";
      if (kind === "control") return this.#contradicted("repeated");
      this.#suspect = seq;
      return "suspect";
    }
    // A snapshot may say up to where it goes; a change after one has a number of its own.
    if (kind === "snapshot" && this.#kind === "update") return "next";
    if (kind === "update" && this.#kind === "snapshot") {
      this.#suspect = seq;
      return "suspect";
    }
    const answers = kind === "control" ? "repeated" : "ahead";
    if (answers === "ahead") [this.#kind, this.#content] = [kind, content];
    if (this.#answers === answers) return "next";
    // The one answer that this update has told of hides nothing; those before it may.
    const hidden = this.#owned - (answers === "ahead" ? 1 : 0);
    const isFirst = this.#answers === undefined || this.#answers === "own" && hidden <= 0;
    if (!isFirst) return this.#contradicted(answers);
    this.#answers = answers;
    this.#owned = 0;
    return "next";
  }

  /** Answers before this one may have had the number of an update that was lost. */
  #contradicted(answers: AnswerNumbers): SequenceVerdict {
    this.#answers = answers;
    this.#owned = 0;
    this.missed = undefined;
    return "gap";
  }

  #miss(from: number, to: number): void {
    this.missed = to - from;
    for (let lost = Math.max(from, to - REMEMBERED); lost < to; lost++) this.#missing.add(lost);
    for (const lost of this.#missing) {
      if (this.#missing.size <= REMEMBERED) break;
      this.#missing.delete(lost);
    }
  }

  #advance(seq: number, kind: SequencedKind, content: unknown, verdict: SequenceVerdict): SequenceVerdict {
    this.last = seq;
    this.#kind = kind;
    this.#content = content;
    return verdict;
  }
}
