/**
 * Turns of the event loop: after one of them, everything that was started in microtasks has run to its end. By a channel
 * that takes microseconds; a runtime's timers take a millisecond and more.
 */
import { systemClock } from "../../base/clock.ts";
import { delay } from "../../base/waits.ts";

/** Waits for turns, until it is closed: an open channel keeps a process alive. */
export class Turns {
  /**
   * Two of them, used in turn: what is posted to a channel while its last message is being handled comes on Deno before
   * the microtasks that wait, and so would not be another turn.
   */
  readonly #channels: readonly MessageChannel[];
  #count = 0;
  #resolve: (() => void) | undefined;

  constructor() {
    this.#channels = typeof MessageChannel === "function" ? [new MessageChannel(), new MessageChannel()] : [];
    for (const { port1 } of this.#channels) port1.onmessage = () => this.#resolve?.();
  }

  /** Resolves in the next turn. */
  next(): Promise<void> {
    const channel = this.#channels[this.#count++ % 2];
    if (channel === undefined) return delay(systemClock, 0);
    return new Promise((resolve) => {
      this.#resolve = resolve;
      channel.port2.postMessage(0);
    });
  }

  /** Lets the channels go. */
  close(): void {
    for (const { port1, port2 } of this.#channels) {
      port1.close();
      port2.close();
    }
  }
}
