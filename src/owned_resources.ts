/** What a client opens beside its calls, such as streams and FIX sessions, and closes with itself. */
import { KalshiClosedError } from "./base/errors.ts";
import { onAborted } from "./base/waits.ts";

/** What can be opened. */
export interface Opened {
  close(): Promise<void>;
}

/** Knows what was opened and what is being opened. */
export class OwnedResources {
  /** With what tells that one has ended by itself. */
  readonly #opened = new Map<Opened, () => boolean>();
  /** Ends each that is being opened. */
  readonly #opening = new Set<AbortController>();
  #isClosed = false;

  /**
   * Opens something, unless the client is closed before it is open.
   *
   * @param what a word for messages, such as "stream"
   * @throws {KalshiClosedError} when the client is closed
   */
  async open<One extends Opened>(
    what: string,
    signal: AbortSignal | undefined,
    open: (signal: AbortSignal) => Promise<One>,
    isOver: (one: One) => boolean,
  ): Promise<One> {
    const opening = new AbortController();
    const abort = () => opening.abort(signal?.reason);
    if (signal?.aborted) abort();
    const unheard = onAborted(signal, abort);
    this.#opening.add(opening);
    const closed = (cause?: unknown) =>
      new KalshiClosedError(`The ${what} was not opened: the client is closed.`, { cause });
    try {
      if (this.#isClosed) throw closed();
      const one = await open(opening.signal);
      if (this.#isClosed) {
        await one.close();
        throw closed();
      }
      // Those that have ended by themselves are let go.
      for (const [other, isOver] of this.#opened) if (isOver()) this.#opened.delete(other);
      this.#opened.set(one, () => isOver(one));
      return one;
    } catch (error) {
      throw !this.#isClosed || error instanceof KalshiClosedError ? error : closed(error);
    } finally {
      this.#opening.delete(opening);
      unheard();
    }
  }

  /** Closes all of them, and ends what is being opened. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const opening of this.#opening) opening.abort();
    // Each begins to close before the first has ended.
    await Promise.all([...this.#opened.keys()].map((one) => one.close()));
    this.#opened.clear();
  }
}
