/**
 * A claim on a key of a bucket, renewed while its owner works. When it cannot be renewed in time, or somebody else has
 * taken over, its signal ends the work.
 *
 * @module
 */
import type { Clock, ClockTimer } from "../base/clock.ts";
import type { Bucket } from "./bucket.ts";

/** What a claim is made from. */
export interface ClaimParts {
  readonly bucket: Bucket;
  readonly key: string;
  /** What is written, again and again. */
  readonly text: string;
  readonly leaseMs: number;
  readonly clock: Clock;
  /** Told when a renewal fails. */
  readonly onError: (error: unknown) => void;
}

/** A claim that is held. */
export class Claim {
  readonly #parts: ClaimParts;
  readonly #lost = new AbortController();
  #revision: number;
  #renewal: ClockTimer | undefined;
  #end: ClockTimer | undefined;
  #writing: Promise<void> = Promise.resolve();

  /** `sinceMs`: when the write that made it began, by the clock's monotonic time. */
  constructor(parts: ClaimParts, revision: number, sinceMs: number) {
    this.#parts = parts;
    this.#revision = revision;
    this.#hold(sinceMs);
  }

  /** Aborts when the claim is lost. */
  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  /** Writes what has become of it, in the place of the claim. False when somebody else has taken over. */
  async settle(text: string): Promise<boolean> {
    this.release();
    await this.#writing;
    return await this.#write(text) !== undefined;
  }

  /** Renews it no more. */
  release(): void {
    this.#renewal?.clear();
    this.#end?.clear();
    this.#renewal = this.#end = undefined;
  }

  /** Who looks from elsewhere counts from later than this, so that it is over here first. */
  #hold(sinceMs: number): void {
    const { clock, leaseMs } = this.#parts;
    this.release();
    const passedMs = clock.monotonic() - sinceMs;
    this.#end = clock.setTimer(() => this.#lose(), Math.max(0, leaseMs - passedMs));
    this.#renewal = clock.setTimer(() => this.#writing = this.#renew(), Math.max(0, leaseMs / 3 - passedMs));
  }

  /** Writes over the claim, also where it was renewed and nobody heard of that. */
  async #write(text: string): Promise<number | undefined> {
    const { bucket, key } = this.#parts;
    const written = await bucket.write(key, text, this.#revision);
    if (written !== undefined) return written;
    const newest = await bucket.read(key);
    return newest?.text === this.#parts.text ? await bucket.write(key, text, newest.revision) : undefined;
  }

  #lose(): void {
    this.release();
    this.#lost.abort();
  }

  async #renew(): Promise<void> {
    const { text, clock, leaseMs, onError } = this.#parts;
    const sinceMs = clock.monotonic();
    try {
      const revision = await this.#write(text);
      if (revision === undefined) return this.#lose();
      this.#revision = revision;
      if (this.#end !== undefined) this.#hold(sinceMs);
    } catch (error) {
      onError(error);
      // Whether it was written is not known; it is tried again until the claim is over.
      if (this.#end !== undefined) {
        this.#renewal = clock.setTimer(() => this.#writing = this.#renew(), leaseMs / 10);
      }
    }
  }
}
