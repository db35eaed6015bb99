/**
 * How many requests of a client are in flight at once: what `limits` says, on every runtime.
 *
 * @module
 */
import type { ConnectionLimits } from "../runtime/types.ts";

/** A place among the requests in flight. */
export interface Place {
  /** False where its connection must not stay open afterwards: as many as may stay are in use already. */
  readonly keepAlive: boolean;
  /**
   * Gives the place to the next; a second call does nothing.
   *
   * @param isEnding Whether the request broke off, so that its connection is closing.
   */
  leave(isEnding: boolean): void;
}

/** What a gate knows of the connections behind it. */
export interface GateOptions {
  /** How long a connection that closes is still there after its request, in milliseconds. 0 when left out. */
  readonly closesInMs?: number | undefined;
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
  #inFlight = 0;
  #staying = 0;

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
    const keepAlive = this.#staying < this.#mayStay;
    this.#inFlight++;
    if (keepAlive) this.#staying++;
    let isTaken = true;
    return {
      keepAlive,
      leave: (isEnding) => {
        if (!isTaken) return;
        isTaken = false;
        const { closesInMs = 0 } = this.#options;
        const free = () => this.#free(keepAlive);
        // Of the runtime's own time, not a client's clock: sockets close as fast as they do.
        if (closesInMs > 0 && (isEnding || !keepAlive)) setTimeout(free, closesInMs);
        else free();
      },
    };
  }

  #free(kept: boolean): void {
    this.#inFlight--;
    if (kept) this.#staying--;
    for (const onTurn of this.#waiting) {
      if (!this.#isOpen()) return;
      this.#waiting.delete(onTurn);
      onTurn();
    }
  }
}
