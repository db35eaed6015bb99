/**
 * Turns of the event loop: after one of them, everything that was started in microtasks has run to its end. By a channel
 * that takes microseconds; a runtime's timers take a millisecond and more.
 */
import { systemClock } from "../../base/clock.ts";
import { delay } from "../../base/waits.ts";

/** Waits for turns, until it is closed: an open channel keeps a process alive. */
export class Turns {
  readonly #channel: MessageChannel | undefined;
  #resolve: (() => void) | undefined;

  constructor() {
    if (typeof MessageChannel !== "function") return;
    this.#channel = new MessageChannel();
    this.#channel.port1.onmessage = () => this.#resolve?.();
  }

  /** Resolves in the next turn. */
  next(): Promise<void> {
    const channel = this.#channel;
    if (channel === undefined) return delay(systemClock, 0);
    return new Promise((resolve) => {
      this.#resolve = resolve;
      channel.port2.postMessage(0);
    });
  }

  /** Lets the channel go. */
  close(): void {
    this.#channel?.port1.close();
    this.#channel?.port2.close();
  }
}
