/** The store that a client was given: it must be this session's, and what it throws is told as a store's failure. */
import { KalshiConfigError } from "../base/errors.ts";
import { FixFields } from "../contract/fix_fields.ts";
import { KalshiFixStoreError } from "./errors.ts";
import { FixFramer } from "./framer.ts";
import type { FixStore, SentFrame } from "./store.ts";

/** A store, whoever wrote it. */
export class ClientStore implements FixStore {
  readonly #store: FixStore;

  constructor(store: FixStore) {
    this.#store = store;
  }

  get nextOutgoing(): number {
    return this.#store.nextOutgoing;
  }

  get nextIncoming(): number {
    return this.#store.nextIncoming;
  }

  open(): void | Promise<void> {
    return this.#store.open();
  }

  append(frame: Uint8Array): void {
    told(() => this.#store.append(frame));
  }

  setOutgoing(next: number): void {
    told(() => this.#store.setOutgoing(next));
  }

  setIncoming(next: number): void {
    told(() => this.#store.setIncoming(next));
  }

  sent(from: number, to: number): readonly SentFrame[] | Promise<readonly SentFrame[]> {
    return told(() => this.#store.sent(from, to));
  }

  reset(): void {
    told(() => this.#store.reset());
  }

  close(): void | Promise<void> {
    return this.#store.close();
  }

  /**
   * Refuses a store that another session wrote: its numbers fit nobody else's.
   *
   * @throws {KalshiConfigError} when its last message is another session's
   */
  async assertOf(SenderCompID: string, TargetCompID: string): Promise<void> {
    const last = this.#store.nextOutgoing - 1;
    const [sent] = await this.#store.sent(last, last);
    if (sent === undefined) return;
    const fields = new FixFields();
    const framer = new FixFramer({ maxFrameBytes: sent.frame.length });
    framer.push(sent.frame);
    // What is damaged is told when it is asked for.
    if (!framer.next(fields)) return;
    const header = fields.header();
    if (header.SenderCompID === SenderCompID && header.TargetCompID === TargetCompID) return;
    const whose = header.SenderCompID === SenderCompID
      ? `${header.TargetCompID} session`
      : "session of another key";
    throw new KalshiConfigError(
      `The \`store\` is that of a ${whose}: each session of each key needs one of its own.`,
    );
  }
}

function told<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof KalshiFixStoreError) throw cause;
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new KalshiFixStoreError(`The FIX store failed (${said}). Nothing was sent.`, { cause });
  }
}
