/**
 * A hole in the numbers that came in: asked for in chunks, watched by a timer of its own that a talking peer does not
 * reset, with what came behind it held back in a bounded queue.
 */
import type { Clock, ClockTimer } from "../base/clock.ts";

/** Settings of a gap. */
export interface IncomingGapOptions {
  /** How many messages one ResendRequest asks for; 0 for all at once. */
  readonly chunk: number;
  /** How long a gap may stand still before it is asked for again. */
  readonly timeoutMs: number;
  /** How often it is asked for again without progress before the session gives up. */
  readonly attempts: number;
  /** How many messages behind the gap are held; later ones are asked for again. */
  readonly most: number;
}

/** What a gap makes the session do. */
export interface IncomingGapActions {
  /** Sends a ResendRequest; `to` 0 means everything. */
  request(from: number, to: number): void;
  /** The peer does not fill the gap. */
  giveUp(missing: number): void;
}

type State<Held> =
  | { readonly name: "closed" }
  | {
    readonly name: "open";
    /** The highest number seen. */
    highest: number;
    /** The last number asked for; Infinity for everything. */
    requested: number;
    readonly held: Map<number, Held>;
    /** Whether messages behind the gap were taken since the last request. */
    replayed: boolean;
    /** Requests without progress. */
    tries: number;
    timer: ClockTimer;
  };

/** The gap of one connection, open or not. */
export class IncomingGap<Held> {
  readonly #clock: Clock;
  readonly #options: IncomingGapOptions;
  readonly #actions: IncomingGapActions;
  #state: State<Held> = { name: "closed" };

  constructor(clock: Clock, options: IncomingGapOptions, actions: IncomingGapActions) {
    this.#clock = clock;
    this.#options = options;
    this.#actions = actions;
  }

  get open(): boolean {
    return this.#state.name === "open";
  }

  /** How many messages wait behind the gap. */
  get held(): number {
    return this.#state.name === "open" ? this.#state.held.size : 0;
  }

  /** A message came whose number is too high. */
  beyond(sequence: number, expected: number, message: Held): void {
    const state = this.#state;
    if (state.name === "open") {
      state.highest = Math.max(state.highest, sequence);
      if (state.held.size < this.#options.most) state.held.set(sequence, message);
      return;
    }
    const opened: State<Held> = {
      name: "open",
      highest: sequence,
      requested: 0,
      replayed: false,
      held: new Map([[sequence, message]]),
      tries: 0,
      timer: this.#clock.setTimer(() => {}, 0),
    };
    this.#state = opened;
    this.#ask(expected);
  }

  /** What is held under the number that is expected now. */
  take(expected: number): Held | undefined {
    const state = this.#state;
    if (state.name !== "open") return undefined;
    const held = state.held.get(expected);
    if (held !== undefined) state.replayed = true;
    state.held.delete(expected);
    return held;
  }

  /** Takes everything that is held under lower numbers, in order. */
  takeBelow(next: number): Held[] {
    const state = this.#state;
    if (state.name !== "open") return [];
    const below = [...state.held].filter(([sequence]) => sequence < next).sort(([a], [b]) => a - b);
    for (const [sequence] of below) state.held.delete(sequence);
    return below.map(([, held]) => held);
  }

  /** The expected number moved: the gap closes, its next part is asked for, or the rest is waited for. */
  advanced(expected: number): void {
    const state = this.#state;
    if (state.name !== "open") return;
    if (expected > state.highest) return this.stop();
    state.tries = 0;
    // Behind what was held there is another hole: nobody is about to fill it.
    const stuck = state.replayed && !state.held.has(expected);
    if (expected > state.requested || stuck) this.#ask(expected);
    else this.#watch(expected);
  }

  /** Forgets the gap and what was held. */
  stop(): void {
    if (this.#state.name === "open") this.#state.timer.clear();
    this.#state = { name: "closed" };
  }

  #ask(expected: number): void {
    const state = this.#state;
    if (state.name !== "open") return;
    const { chunk } = this.#options;
    const last = expected + chunk - 1;
    const whole = chunk === 0 || last >= state.highest - 1;
    state.replayed = false;
    state.requested = whole ? Infinity : last;
    this.#watch(expected);
    this.#actions.request(expected, whole ? 0 : last);
  }

  #watch(expected: number): void {
    const state = this.#state;
    if (state.name !== "open") return;
    state.timer.clear();
    state.timer = this.#clock.setTimer(() => {
      if (++state.tries > this.#options.attempts) this.#actions.giveUp(expected);
      else this.#ask(expected);
    }, this.#options.timeoutMs);
  }
}
