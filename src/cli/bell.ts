/**
 * Waking somebody who draws: rung as often as there is news, heard once.
 *
 * @module
 */
import type { Clock } from "../base/clock.ts";
import { delay } from "../base/waits.ts";

/** One that is rung and one that hears it. */
export class Bell {
  #isRung = false;
  #heard: AbortController | undefined;

  /** There is news. */
  ring(): void {
    this.#isRung = true;
    this.#heard?.abort();
  }

  /** Ends when it has been rung since it was last heard, after `limitMs`, or when the signal aborts. */
  async heard(clock: Clock, limitMs: number, signal: AbortSignal): Promise<void> {
    if (!this.#isRung) {
      this.#heard = new AbortController();
      await delay(clock, limitMs, signal, this.#heard.signal);
      this.#heard = undefined;
    }
    this.#isRung = false;
  }
}
