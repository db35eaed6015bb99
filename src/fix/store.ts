/** What a FIX session remembers over connections: its numbers, and what it sent. */

/** A message that was sent: its number and its bytes as they went out. */
export interface SentFrame {
  /** MsgSeqNum(34). */
  readonly sequence: number;
  /** Its bytes. */
  readonly frame: Uint8Array;
}

/**
 * Where a session keeps its numbers and what it sent. Writing is immediate: what was given is kept when the call
 * returns, so that a process that dies afterwards has lost nothing that went out.
 */
export interface FixStore {
  /** MsgSeqNum(34) of the next message that goes out. */
  readonly nextOutgoing: number;
  /** MsgSeqNum(34) that is expected next. */
  readonly nextIncoming: number;
  /** Makes the store ready; called before every connection, and harmless when it is. */
  open(): void | Promise<void>;
  /** Keeps what goes out under `nextOutgoing`, and counts on; the bytes are only valid during the call. */
  append(frame: Uint8Array): void;
  /** Counts on without keeping a message. */
  setOutgoing(next: number): void;
  /** Keeps the number that is expected next. */
  setIncoming(next: number): void;
  /** What was sent from one number to another, both included, in order; what was not kept is missing. */
  sent(from: number, to: number): readonly SentFrame[] | Promise<readonly SentFrame[]>;
  /** Both numbers back to 1, and nothing kept. */
  reset(): void;
  /** Lets go of what it holds; a second call is harmless. */
  close(): void | Promise<void>;
}

/** What a map by number holds from one number to another, without a look at all of it for a few. */
export function* between<Value>(
  map: ReadonlyMap<number, Value>,
  from: number,
  to: number,
): Generator<[number, Value]> {
  if (to - from > map.size) {
    for (const entry of map) if (entry[0] >= from && entry[0] <= to) yield entry;
    return;
  }
  for (let number = from; number <= to; number++) {
    const value = map.get(number);
    if (value !== undefined) yield [number, value];
  }
}

/** Settings of {@linkcode MemoryFixStore}. */
export interface MemoryFixStoreOptions {
  /** How many messages are kept for a ResendRequest; none for a session without retransmission. @default 10_000 */
  readonly keep?: number;
}

/** A store that lives as long as its process. */
export class MemoryFixStore implements FixStore {
  /** MsgSeqNum(34) of the next message that goes out. */
  nextOutgoing = 1;
  /** MsgSeqNum(34) that is expected next. */
  nextIncoming = 1;
  readonly #keep: number;
  readonly #sent = new Map<number, Uint8Array>();

  /** Begins at 1. */
  constructor({ keep = 10_000 }: MemoryFixStoreOptions = {}) {
    this.#keep = keep;
  }

  /** Is ready at once. */
  open(): void {}

  /** Keeps a copy. */
  append(frame: Uint8Array): void {
    const sequence = this.nextOutgoing++;
    if (this.#keep === 0) return;
    this.#sent.set(sequence, frame.slice());
    if (this.#sent.size > this.#keep) this.#sent.delete(this.#sent.keys().next().value as number);
  }

  /** Counts on without keeping a message. */
  setOutgoing(next: number): void {
    this.nextOutgoing = next;
  }

  /** Keeps the number that is expected next. */
  setIncoming(next: number): void {
    this.nextIncoming = next;
  }

  /** What was sent and is still kept. */
  sent(from: number, to: number): readonly SentFrame[] {
    return [...between(this.#sent, from, to)].map(([sequence, frame]) => ({ sequence, frame }));
  }

  /** Both numbers back to 1, and nothing kept. */
  reset(): void {
    this.nextOutgoing = 1;
    this.nextIncoming = 1;
    this.#sent.clear();
  }

  /** Holds nothing that needs closing. */
  close(): void {}
}
