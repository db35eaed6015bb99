/** What a recording holds, one thing after the other. */
import { KalshiConfigError } from "../../base/errors.ts";
import type { RecordingSource, ReplayItem } from "./source.ts";

/** The items of a recording, one of which can be looked at before it is taken. */
export class Items {
  readonly #runs: AsyncIterator<Iterable<ReplayItem>>;
  /** When the recording begins, in Unix milliseconds. */
  readonly startMs: number;
  #run: Iterator<ReplayItem> = [][Symbol.iterator]();
  /** The next one, where it has been read. */
  #ready: ReplayItem | undefined;

  private constructor(
    runs: AsyncIterator<Iterable<ReplayItem>>,
    run: Iterator<ReplayItem>,
    first: ReplayItem,
  ) {
    this.#runs = runs;
    this.#run = run;
    this.#ready = first;
    this.startMs = first.atMs;
  }

  static async of(recording: RecordingSource, toMs: number | undefined): Promise<Items> {
    const options = toMs === undefined ? {} : { toMs };
    const runs = (recording.readRuns?.(options) ?? inRuns(recording.read(options)))[Symbol.asyncIterator]();
    for (let next = await runs.next(); next.done !== true; next = await runs.next()) {
      const run: Iterator<ReplayItem> = next.value[Symbol.iterator]();
      const first = run.next();
      if (first.done !== true) return new Items(runs, run, first.value);
    }
    throw new KalshiConfigError(
      "LocalExchange.replay: the recording has nothing in it, or nothing before `toMs`.",
    );
  }

  /** The next one of the run at hand; undefined where there is none. */
  get atHand(): ReplayItem | undefined {
    if (this.#ready !== undefined) return this.#ready;
    const { done, value } = this.#run.next();
    return this.#ready = done === true ? undefined : value;
  }

  /** The next one; undefined at the end. */
  async peek(): Promise<ReplayItem | undefined> {
    for (let item = this.atHand;; item = this.atHand) {
      if (item !== undefined) return item;
      const next = await this.#runs.next();
      if (next.done === true) return undefined;
      this.#run = next.value[Symbol.iterator]();
    }
  }

  /** Done with the one that was looked at. */
  take(): void {
    this.#ready = undefined;
  }

  /** Reads no further. */
  async close(): Promise<void> {
    await this.#runs.return?.();
  }
}

async function* inRuns(
  items: AsyncIterable<ReplayItem> | Iterable<ReplayItem>,
): AsyncGenerator<Iterable<ReplayItem>, void, undefined> {
  if (Symbol.iterator in items) yield items;
  else for await (const item of items) yield [item];
}
