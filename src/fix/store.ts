/** What a FIX session remembers over connections: its numbers, and what it sent. */

/** A message that was sent: its number and its bytes as they went out. */
export interface SentFrame {
  readonly sequence: number;
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
  setIncoming(next: number): void;
  /** What was sent from one number to another, both included, in order; what was not kept is missing. */
  sent(from: number, to: number): readonly SentFrame[] | Promise<readonly SentFrame[]>;
  /** Both numbers back to 1, and nothing kept. */
  reset(): void;
  close(): void | Promise<void>;
}

/** Settings of {@linkcode MemoryFixStore}. */
export interface MemoryFixStoreOptions {
  /** How many messages are kept for a ResendRequest; none for a session without retransmission. @default 10_000 */
  readonly keep?: number;
}

/** A store that lives as long as its process. */
export class MemoryFixStore implements FixStore {
  nextOutgoing = 1;
  nextIncoming = 1;
  readonly #keep: number;
  readonly #sent = new Map<number, Uint8Array>();

  constructor({ keep = 10_000 }: MemoryFixStoreOptions = {}) {
    this.#keep = keep;
  }

  open(): void {}

  append(frame: Uint8Array): void {
    const sequence = this.nextOutgoing++;
    if (this.#keep === 0) return;
    this.#sent.set(sequence, frame.slice());
    if (this.#sent.size > this.#keep) this.#sent.delete(this.#sent.keys().next().value as number);
  }

  setOutgoing(next: number): void {
    this.nextOutgoing = next;
  }

  setIncoming(next: number): void {
    this.nextIncoming = next;
  }

  sent(from: number, to: number): readonly SentFrame[] {
    const found: SentFrame[] = [];
    for (const [sequence, frame] of this.#sent) {
      if (sequence >= from && sequence <= to) found.push({ sequence, frame });
    }
    return found;
  }

  reset(): void {
    this.nextOutgoing = 1;
    this.nextIncoming = 1;
    this.#sent.clear();
  }

  close(): void {}
}
