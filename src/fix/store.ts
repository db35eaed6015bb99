/** What a FIX session remembers over connections: its numbers, and what it sent. */
import { readOptions, type Rules, whole, withPreset } from "../base/options.ts";
import { Recent } from "./recent.ts";

/** A message that was sent: its number and its bytes as they went out. */
export interface SentFrame {
  /** MsgSeqNum(34). */
  readonly sequence: number;
  /** Its bytes. */
  readonly frame: Uint8Array;
}

/**
 * Where a session keeps its numbers and what it sent. Writing is immediate: what was given is kept when the call
 * returns, so that a process that dies afterwards has lost nothing that went out. What cannot be kept throws, best a
 * {@linkcode KalshiFixStoreError}, and changes nothing: then the message is not sent.
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

const BUFFER_BYTES = 65_536;

/** Settings of {@linkcode MemoryFixStore}. */
export interface MemoryFixStoreOptions {
  /** How many messages are kept for a ResendRequest; none for a session without retransmission. @default 10000 */
  readonly keep?: number | undefined;
}

/** What the settings of a {@linkcode MemoryFixStore} may be. */
export const memoryStoreRules = {
  keep: withPreset(whole(0), 10_000),
} satisfies Rules<MemoryFixStoreOptions>;

/** A store that lives as long as its process. */
export class MemoryFixStore implements FixStore {
  /** MsgSeqNum(34) of the next message that goes out. */
  nextOutgoing = 1;
  /** MsgSeqNum(34) that is expected next. */
  nextIncoming = 1;
  readonly #sent: Recent<Uint8Array>;
  /** Many frames lie in one buffer, which goes when the last of them does: one for each costs more than its bytes. */
  #buffer = new Uint8Array(0);
  #used = 0;

  /**
   * Begins at 1.
   *
   * @throws {KalshiConfigError} for options that are unknown or wrong
   */
  constructor(options: MemoryFixStoreOptions = {}) {
    this.#sent = new Recent(readOptions("MemoryFixStore", options, memoryStoreRules).keep);
  }

  /** Is ready at once. */
  open(): void {}

  /** Keeps a copy. */
  append(frame: Uint8Array): void {
    if (this.#used + frame.length > this.#buffer.length) {
      this.#buffer = new Uint8Array(Math.max(BUFFER_BYTES, frame.length));
      this.#used = 0;
    }
    const copy = this.#buffer.subarray(this.#used, this.#used += frame.length);
    copy.set(frame);
    this.#sent.set(this.nextOutgoing++, copy);
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
    return this.#sent.between(from, to).map(([sequence, frame]) => ({ sequence, frame }));
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
