/**
 * Turns of the event loop: after one of them, everything that was started in microtasks has run to its end. By a channel
 * that takes microseconds, where its messages come in turns of their own; a runtime's timers take a millisecond and more.
 */
import { systemClock } from "../../base/clock.ts";
import { delay } from "../../base/waits.ts";

/** How many turns a channel is tried for, and how many microtasks one after the other must run in each. */
const TRIED = { turns: 4, microtasks: 64 } as const;

/** Waits for turns, until it is closed: an open channel keeps a process alive. */
export class Turns {
  /**
   * Two of them, used in turn: what is posted to a channel while its last message is being handled comes on Deno before
   * the microtasks that wait. On workerd messages always do, and it gets along without.
   */
  #channels: readonly MessageChannel[] = [];
  #count = 0;
  #resolve: (() => void) | undefined;
  #tried: Promise<void> | undefined;

  constructor() {
    if (typeof MessageChannel !== "function") return;
    this.#channels = [new MessageChannel(), new MessageChannel()];
    for (const { port1 } of this.#channels) port1.onmessage = () => this.#resolve?.();
  }

  /** Resolves in the next turn. */
  async next(): Promise<void> {
    await (this.#tried ??= this.#try());
    await this.#turn();
  }

  /** Lets the channels go; whoever waits goes on. */
  close(): void {
    for (const { port1, port2 } of this.#channels) {
      port1.close();
      port2.close();
    }
    this.#channels = [];
    this.#resolve?.();
  }

  #turn(): Promise<void> {
    const channel = this.#channels[this.#count++ % 2];
    if (channel === undefined) return delay(systemClock, 0);
    return new Promise((resolve) => {
      this.#resolve = resolve;
      channel.port2.postMessage(0);
    });
  }

  /** Lets channels go whose messages are no turns. */
  async #try(): Promise<void> {
    for (let turn = 0; turn < TRIED.turns && this.#channels.length > 0; turn++) {
      let run = 0;
      const microtasks = async () => {
        while (run < TRIED.microtasks) {
          await undefined;
          run++;
        }
      };
      void microtasks();
      await this.#turn();
      if (run === TRIED.microtasks) continue;
      this.close();
    }
  }
}
