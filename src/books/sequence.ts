/**
 * The check of `seq`, which runs over all markets of one subscription id.
 *
 * @module
 */

/** What carries a sequence number: an update, a book snapshot, or the answer to a command. */
export type SequencedKind = "update" | "snapshot" | "control";

/** How many missing numbers are remembered, so that a late frame is known as such. */
const REMEMBERED = 1_024;

/**
 * What a frame's number says:
 *
 * - `next`: nothing is missing before it. `late`: it fills a gap told before.
 * - `duplicate`: it was seen already, drop it.
 * - `gap`: frames before it are missing, but it is good itself.
 * - `suspect`: a number from the past. Drop it, and trust nothing until the next frame tells a repeated frame
 *   from a sequence that started over.
 * - `reset`: the sequence started over; the frame is good, an unknown number is missing before it.
 */
export type SequenceVerdict = "next" | "late" | "duplicate" | "gap" | "suspect" | "reset";

/** Checks the numbers of one subscription id on one connection. */
export class Sequence {
  /** The highest number so far; undefined before the first. */
  last: number | undefined;
  /** After `gap`: how many are missing. */
  missed = 0;
  #kind: SequencedKind = "control";
  #suspect: number | undefined;
  readonly #missing = new Set<number>();

  /** Judges the next frame. */
  check(seq: number, kind: SequencedKind): SequenceVerdict {
    const last = this.last;
    const suspect = this.#suspect;
    this.#suspect = undefined;
    if (last === undefined || seq === last + 1) return this.#advance(seq, kind, "next");
    if (seq > last) {
      this.missed = seq - last - 1;
      for (let lost = Math.max(last + 1, seq - REMEMBERED); lost < seq; lost++) this.#missing.add(lost);
      for (const lost of this.#missing) {
        if (this.#missing.size <= REMEMBERED) break;
        this.#missing.delete(lost);
      }
      return this.#advance(seq, kind, "gap");
    }
    if (seq === last) {
      // It is not documented whether answers take a number of their own or repeat the last one: both are fine.
      return kind === this.#kind ? "duplicate" : "next";
    }
    if (this.#missing.delete(seq)) return "late";
    if (suspect === seq - 1) {
      this.#missing.clear();
      return this.#advance(seq, kind, "reset");
    }
    this.#suspect = seq;
    return "suspect";
  }

  #advance(seq: number, kind: SequencedKind, verdict: SequenceVerdict): SequenceVerdict {
    this.last = seq;
    this.#kind = kind;
    return verdict;
  }
}
