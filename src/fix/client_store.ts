/** The store that a client was given: it must be this session's, and what it throws is told as a store's failure. */
import { KalshiConfigError } from "../base/errors.ts";
import { FixFields, type FixHeader } from "../contract/fix_fields.ts";
import { KalshiFixStoreError } from "./errors.ts";
import { FixFramer } from "./framer.ts";
import type { FixStore, SentFrame } from "./store.ts";

/** How many numbers are looked back for a message that was kept: few first, for each is read. */
const WINDOWS = [16, 256, 4_096];

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
   * Refuses a store that another session wrote: its numbers fit nobody else's. What it kept last is looked at; where it
   * kept nothing, nothing shows whose it is.
   *
   * @throws {KalshiConfigError} when its last message is another session's
   */
  async assertOf(SenderCompID: string, TargetCompID: string): Promise<void> {
    const header = await this.#lastHeader();
    if (header === undefined) return;
    if (header.SenderCompID === SenderCompID && header.TargetCompID === TargetCompID) return;
    const whose = header.SenderCompID === SenderCompID
      ? `${header.TargetCompID} session`
      : "session of another key";
    throw new KalshiConfigError(
      `The \`store\` is that of a ${whose}: each session of each key needs one of its own.`,
    );
  }

  /** Between the messages that are kept lie those of the session itself, which are not. */
  async #lastHeader(): Promise<FixHeader | undefined> {
    const last = this.#store.nextOutgoing - 1;
    for (const numbers of WINDOWS) {
      const sent = (await this.#store.sent(Math.max(1, last - numbers + 1), last)).at(-1);
      if (sent === undefined) continue;
      const fields = new FixFields();
      const framer = new FixFramer({ maxFrameBytes: sent.frame.length });
      framer.push(sent.frame);
      // What is damaged is told when it is asked for.
      return framer.next(fields) ? fields.header() : undefined;
    }
    return undefined;
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
