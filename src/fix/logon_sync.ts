/**
 * Whether the peer has dealt with what came before a Logon. Where numbers go on, it may ask for older messages right after
 * the logon: an order that is on its way then would be filled over with them. A TestRequest behind the Logon is answered
 * behind that.
 */
import type { Clock, ClockTimer } from "../base/clock.ts";

/** What it does, and whom it tells. */
export interface LogonSyncHost {
  /** Sends a TestRequest(1). */
  readonly send: (TestReqID: string) => void;
  /** The answer has come, and what came with it has been read. */
  readonly onDone: () => void;
  /** No answer came in time. */
  readonly onLate: () => void;
}

type Sync =
  | { readonly name: "done" }
  | { readonly name: "asked"; readonly TestReqID: string; readonly timer: ClockTimer };

/** Asks behind each Logon, and waits for the answer. */
export class LogonSync {
  readonly #clock: Clock;
  readonly #limitMs: number;
  readonly #host: LogonSyncHost;
  #state: Sync = { name: "done" };

  constructor(clock: Clock, limitMs: number, host: LogonSyncHost) {
    this.#clock = clock;
    this.#limitMs = limitMs;
    this.#host = host;
  }

  /** Whether an answer is waited for. */
  get waits(): boolean {
    return this.#state.name === "asked";
  }

  /** Asks on a connection that has just logged on. */
  ask(connection: number): void {
    const TestReqID = `sync-${connection}-${Math.floor(this.#clock.now())}`;
    const timer = this.#clock.setTimer(() => this.#host.onLate(), this.#limitMs);
    this.#state = { name: "asked", TestReqID, timer };
    this.#host.send(TestReqID);
  }

  /** Looks whether a frame, its fields each between two bars, is the answer. */
  look(words: string): void {
    const state = this.#state;
    if (state.name === "done" || !words.includes(`|112=${state.TestReqID}|`)) return;
    // Behind whatever came with it.
    queueMicrotask(() => {
      if (this.#state !== state) return;
      this.end();
      this.#host.onDone();
    });
  }

  /** Waits no longer. */
  end(): void {
    if (this.#state.name === "asked") this.#state.timer.clear();
    this.#state = { name: "done" };
  }
}
