/** What the exchange keeps for a session that may ask again: messages, for as many hours as it asked for. */
import { type FixStore, MemoryFixStore, type SentFrame } from "../../../fix/store.ts";

const HOUR_MS = 3_600_000;

/** The most messages that are kept, however young they are. */
const MOST_MESSAGES = 100_000;

/** A store that forgets what is old. */
export class RetainedStore implements FixStore {
  readonly #store = new MemoryFixStore({ keep: MOST_MESSAGES });
  readonly #now: () => number;
  /** When each message was kept that may still be there, oldest first. */
  #kept: { readonly sequence: number; readonly at: number }[] = [];
  #oldest = 1;
  /** How long messages are kept. */
  hours = 24;

  constructor(now: () => number) {
    this.#now = now;
  }

  get nextOutgoing(): number {
    return this.#store.nextOutgoing;
  }

  get nextIncoming(): number {
    return this.#store.nextIncoming;
  }

  /** The number of the oldest message that can be asked for. */
  get oldest(): number {
    const since = this.#now() - this.hours * HOUR_MS;
    const gone = this.#kept.findIndex(({ at }) => at >= since);
    const forgotten = gone === -1 ? this.#kept.length : gone;
    if (forgotten > 0) {
      this.#oldest = this.#kept[forgotten]?.sequence ?? this.nextOutgoing;
      this.#kept = this.#kept.slice(forgotten);
    }
    return Math.max(this.#oldest, this.nextOutgoing - MOST_MESSAGES);
  }

  open(): void {}

  append(frame: Uint8Array): void {
    this.#kept.push({ sequence: this.nextOutgoing, at: this.#now() });
    if (this.#kept.length > 2 * MOST_MESSAGES) this.#kept = this.#kept.slice(-MOST_MESSAGES);
    this.#store.append(frame);
  }

  setOutgoing(next: number): void {
    this.#store.setOutgoing(next);
  }

  setIncoming(next: number): void {
    this.#store.setIncoming(next);
  }

  sent(from: number, to: number): readonly SentFrame[] {
    return this.#store.sent(Math.max(from, this.oldest), to);
  }

  reset(): void {
    this.#store.reset();
    this.#kept = [];
    this.#oldest = 1;
  }

  close(): void {}
}
