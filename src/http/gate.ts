/**
 * How many requests of a client are in flight at once: what `limits` says, on every runtime.
 *
 * @module
 */
import type { ConnectionLimits, RequestPlace, UntilFree } from "../runtime/types.ts";

/** A place among the requests in flight. */
export interface Place extends RequestPlace {
  /**
   * Gives the place to the next; a second call does nothing.
   *
   * @param isBroken Whether the request broke off, so that its connection is closing.
   */
  leave(isBroken: boolean): void;
}

/** What a gate knows of the connections behind it. */
export interface GateOptions {
  /** The pool's own. */
  readonly untilFree?: UntilFree | undefined;
  /** True where all requests share one connection: then none has to wait. */
  readonly isShared?: (() => boolean) | undefined;
}

/**
 * Lets so many requests through at once; the rest wait in turn. Over HTTP/1.1 each request in flight has a connection
 * of its own, so that this bounds the connections too.
 */
export class Gate {
  readonly #most: number;
  readonly #mayStay: number;
  readonly #options: GateOptions;
  readonly #waiting = new Set<() => void>();
  readonly #taken: boolean[] = [];
  #inFlight = 0;

  /** What the limits leave out is not limited. */
  constructor(
    { maxConnections = Infinity, maxKeepaliveConnections = Infinity }: ConnectionLimits,
    options: GateOptions = {},
  ) {
    this.#most = maxConnections;
    this.#mayStay = maxKeepaliveConnections;
    this.#options = options;
  }

  /** How many go through at once. */
  get most(): number {
    return this.#most;
  }

  /** Waits for a place; rejects with the signal's reason when that ends the wait, and then takes none. */
  enter(signal: AbortSignal): Promise<Place> {
    if (this.#isOpen()) return Promise.resolve(this.#take());
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.#waiting.delete(onTurn);
        reject(signal.reason);
      };
      const onTurn = () => {
        signal.removeEventListener("abort", onAbort);
        resolve(this.#take());
      };
      this.#waiting.add(onTurn);
      signal.addEventListener("abort", onAbort, { once: true });
    });
  }

  #isOpen(): boolean {
    return this.#inFlight < this.#most || this.#options.isShared?.() === true;
  }

  #take(): Place {
    const free = this.#taken.indexOf(false);
    const slot = free === -1 ? this.#taken.length : free;
    const keepAlive = slot < this.#mayStay;
    this.#taken[slot] = true;
    this.#inFlight++;
    let isTaken = true;
    return {
      slot,
      keepAlive,
      leave: (isBroken) => {
        if (!isTaken) return;
        isTaken = false;
        const { untilFree } = this.#options;
        if (untilFree === undefined) this.#free(slot);
        else untilFree(isBroken ? "breaks" : keepAlive ? "stays" : "closes").then(() => this.#free(slot));
      },
    };
  }

  #free(slot: number): void {
    this.#inFlight--;
    this.#taken[slot] = false;
    for (const onTurn of this.#waiting) {
      if (!this.#isOpen()) return;
      this.#waiting.delete(onTurn);
      onTurn();
    }
  }
}
