/**
 * Reads a recording: its files in order, as lazily as they are asked for.
 *
 * @module
 */
import { holdsPrivateKey } from "../contract/check.ts";
import { readOwn } from "../base/plain.ts";
import { KalshiConfigError } from "../base/errors.ts";
import { assertValue, readOptions, rule } from "../base/options.ts";
import type { BookReplay } from "../books/book_replay.ts";
import { eventProduct } from "../stream/event_product.ts";
import { KalshiRecordingError, recordingError } from "./errors.ts";
import { numberOf } from "./format.ts";
import { lineSources } from "./line_source.ts";
import type { RecordedDamage, RecordedItem, UnparsedFrame } from "./items.ts";
import { loadNodeFiles, type NodeFiles } from "../tables/node_files.ts";
import { type ReadOptions, recordingReadRules, recordingReplayRules, type ReplayOptions } from "./options.ts";
import { pace } from "./pace.ts";
import { MANIFESTS, readManifests } from "./parquet/layout.ts";
import { LineReader } from "./read_line.ts";
import { feedBooks, type ReplayedCounts } from "./replay_books.ts";
import type { FileSource, ReadRange, RecordedFile } from "./source.ts";

/** No key, which would be quoted as a path that cannot be read. */
const folderRule = rule<string>(
  "the path of a folder",
  (value) => typeof value === "string" && value !== "" && !holdsPrivateKey(value),
);

/**
 * Opens a folder that a {@linkcode Recorder} has written, or is writing: what was written by then is read. Nothing is
 * read but the first line of each file.
 *
 * @throws {KalshiRecordingError} where the folder cannot be read, or holds no recording
 * @throws {KalshiConfigError} in a runtime without files
 *
 * @example
 * ```ts
 * import { openRecording } from "@unofficial/kalshi/recordings";
 *
 * const recording = await openRecording("./recordings");
 * for await (const item of recording.read({ channels: ["trade"], fromMs: Date.parse("2026-11-24T14:00:00Z") })) {
 *   if (item.kind === "frame") console.log(item.atMs, item.ticker, item.frame.msg);
 *   else console.log("beside the frames:", item);
 * }
 * ```
 */
export async function openRecording(dir: string): Promise<Recording> {
  assertValue("openRecording", "dir", dir, folderRule);
  const files = await loadNodeFiles();
  try {
    return await openFolder(files, dir);
  } catch (cause) {
    throw recordingError(`${dir} cannot be read`, cause);
  }
}

/** Opens a folder by the files of lines and by the tables in it; of a file that is both, the lines are read. */
async function openFolder(files: NodeFiles, dir: string): Promise<Recording> {
  const sources = [...await lineSources(files, dir)];
  const names = new Set(sources.map(({ file }) => file.name));
  const { good, bad } = await readManifests(files, dir);
  const manifests = good.filter(({ file }) => !names.has(file));
  const lost = bad.filter(({ file }) => !names.has(file) && !names.has(file.replace(/\.gz$/, "")));
  if (manifests.length + lost.length > 0) {
    const { lostSource, tableSource } = await import("./parquet/table_source.ts");
    sources.push(...manifests.map((manifest) => tableSource(files, dir, manifest)));
    const following = (name: string) =>
      sources.map(({ file }) => file.name).filter((other) => byNumber(name, other) < 0).sort(byNumber)[0];
    sources.push(...lost.map((found) => lostSource(found, following(found.file))));
    sources.sort((one, other) => byNumber(one.file.name, other.file.name));
  }
  if (sources.length === 0) {
    throw new KalshiRecordingError(
      `${dir} holds no recording: there is no file such as 000001-20261124T140000Z.jsonl.gz, and no ${MANIFESTS} with ` +
        "what was exported to Parquet.",
    );
  }
  return makeRecording(dir, sources, (source) => nowIn(files, dir, source));
}

const byNumber = (one: string, other: string): number => (numberOf(one) ?? 0) - (numberOf(other) ?? 0);

/** A file as it is kept now: a recorder may have made tables of it since, and taken its lines away. */
async function nowIn(files: NodeFiles, dir: string, source: FileSource): Promise<FileSource> {
  const { name } = source.file;
  if (source.isTable || await files.fs.stat(files.path.join(dir, name)).then(() => true, () => false)) {
    return source;
  }
  const manifest = (await readManifests(files, dir)).good.find(({ file }) => file === name);
  if (manifest === undefined) return source;
  const { tableSource } = await import("./parquet/table_source.ts");
  return tableSource(files, dir, manifest);
}

const BOOKS = eventProduct.books.decoder.channel;

type Now = (source: FileSource) => Promise<FileSource>;
let makeRecording: (dir: string, sources: readonly FileSource[], now: Now) => Recording;
/** What a recording reads its files by. */
export let sourcesOf: (recording: Recording) => readonly FileSource[];

/**
 * A recording that was opened. It holds nothing open: each reading opens its files one after the other, and keeps a block
 * of about a megabyte in memory, however long the recording is.
 */
export class Recording {
  /** The folder. */
  readonly dir: string;
  /** Its files, in the order in which they were written. */
  readonly files: readonly RecordedFile[];
  readonly #sources: readonly FileSource[];
  readonly #now: Now;

  static {
    makeRecording = (dir, sources, now) => new Recording(dir, sources, now);
    sourcesOf = (recording) => recording.#sources;
  }

  private constructor(dir: string, sources: readonly FileSource[], now: Now) {
    this.#sources = sources;
    this.#now = now;
    this.dir = dir;
    this.files = sources.map(({ file }) => file);
  }

  /**
   * Everything in it, in the order of its writing. What channels and tickers pick is frames: what was missed, where the
   * files are damaged, and what became of the connection comes with every choice.
   *
   * @throws {KalshiConfigError} for an option that is unknown or wrong
   * @throws {KalshiAbortError} when `signal` aborts
   * @throws {KalshiRecordingError} where a file cannot be read at all
   */
  read(given: ReadOptions = {}): AsyncIterableIterator<RecordedItem> {
    return this.#read(readOptions("read", given, recordingReadRules));
  }

  /**
   * The same, a run of items at a time, for who goes through hundreds of thousands in a second. Frames come as their text
   * alone where they are kept as that. Go through each run to its end before you ask for the next: its items are read as
   * they are asked for.
   *
   * @throws what {@linkcode read} throws
   */
  readRuns(
    given: Omit<ReadOptions, "channels" | "tickers"> = {},
  ): AsyncIterable<Iterable<RecordedItem | UnparsedFrame>> {
    const options: ReadOptions = readOptions("readRuns", given, recordingReadRules);
    if (options.channels !== undefined || options.tickers !== undefined) {
      throw new KalshiConfigError("readRuns looks into no frame: it takes no channels and no tickers.");
    }
    return this.#runs<RecordedItem | UnparsedFrame>(options, 0, (source) => source.readTexts);
  }

  /**
   * The same, each item at the time when it came, counted from the first one, as many times faster as `speed` says.
   * Leave the loop, or abort `signal`, to end it.
   *
   * @throws what {@linkcode read} throws
   */
  replay(given: ReplayOptions = {}): AsyncIterableIterator<RecordedItem> {
    const { speed, clock, ...options } = readOptions("replay", given, recordingReplayRules);
    const { signal } = readOwn(options);
    return pace(this.#read(options), speed, clock, signal);
  }

  /**
   * Feeds a `BookReplay` of `./order-books` with the recorded books. A gap, a lost connection, what the recorder left out
   * and what is damaged make its books stale until their next snapshot. Resolves to what was fed.
   *
   * With `fromMs` it begins early enough for the books to be there at that time: with the file before. All markets of the
   * channel are fed, since numbers run over all of them; `tickers` is refused.
   *
   * @param onItem called after each item that was fed, such as to look at a book then; a promise of it is waited for
   * @throws what {@linkcode read} throws
   *
   * @example
   * ```ts
   * import { BookReplay, eventBookDecoder } from "@unofficial/kalshi/order-books";
   * import { openRecording } from "@unofficial/kalshi/recordings";
   *
   * const recording = await openRecording("./recordings");
   * const replay = new BookReplay({ decoder: eventBookDecoder() });
   * await recording.replayInto(replay, { toMs: Date.parse("2026-11-24T15:00:00Z") });
   * for (const [ticker, book] of replay.books) console.log(ticker, book.state, book.lastKnown.bestBid);
   * ```
   */
  async replayInto(
    books: BookReplay,
    given: Omit<ReplayOptions, "channels" | "tickers"> = {},
    onItem?: (item: RecordedItem) => void | Promise<void>,
  ): Promise<ReplayedCounts> {
    const { speed, clock, channels, tickers, fromMs = -Infinity, toMs, signal } = readOptions(
      "replayInto",
      given as ReplayOptions,
      recordingReplayRules,
    );
    if (channels !== undefined || tickers !== undefined) {
      throw new KalshiConfigError(
        "replayInto takes no channels and no tickers: the books need all frames of their channel.",
      );
    }
    const items = this.#read({ channels: [BOOKS], toMs, signal }, this.#fileBefore(fromMs));
    return await feedBooks(books, pace(items, speed, clock, signal, fromMs), onItem);
  }

  /** The index of the file before the one that this time is in. */
  #fileBefore(fromMs: number): number {
    const after = this.files.findIndex(({ toMs }) => toMs === undefined || toMs >= fromMs);
    return Math.max(0, after - 1);
  }

  async *#read(options: ReadOptions, first = 0): AsyncGenerator<RecordedItem, void, undefined> {
    for await (const run of this.#runs(options, first, (source) => source.read)) {
      for (const item of run) yield item;
    }
  }

  async *#runs<Item extends RecordedItem | UnparsedFrame>(
    options: ReadOptions,
    first: number,
    readOf: (source: FileSource) => (reader: LineReader, range: ReadRange) => AsyncIterable<Iterable<Item>>,
  ): AsyncGenerator<Iterable<Item | RecordedDamage>, void, undefined> {
    const { channels, tickers, fromMs = -Infinity, toMs = Infinity, signal } = readOwn(options);
    const reader = new LineReader({
      channels: channels && new Set(channels),
      tickers: tickers && new Set(tickers),
    });
    let before: RecordedFile | undefined;
    let last: Item | undefined;
    const within = function* (run: Iterable<Item>): Generator<Item, void, undefined> {
      for (const item of run) {
        last = item;
        // A file's own beginning says whose frames follow, whenever that was.
        const isIn = item.atMs >= fromMs && item.atMs < toMs;
        if (isIn || item.kind === "start" && item.isSession) yield item;
      }
    };
    for (const source of this.#sources.slice(first)) {
      const { file } = source;
      const missing = missingBetween(before, file, last);
      before = file;
      if (missing !== undefined) yield [missing];
      if ((file.toMs ?? Infinity) < fromMs || (file.fromMs ?? -Infinity) >= toMs) continue;
      const read = readOf(await this.#now(source));
      for await (const run of read(reader, { fromMs, toMs, signal })) yield within(run);
    }
  }
}

/** Files of a session that are not there, between two that are. */
function missingBetween(
  before: RecordedFile | undefined,
  { name, header }: RecordedFile,
  last: { readonly atMs: number; readonly us: number } | undefined,
): RecordedDamage | undefined {
  const from = before?.header;
  if (from === undefined || header === undefined || from.session !== header.session) return undefined;
  const missing = header.part - from.part - 1;
  if (missing <= 0) return undefined;
  return {
    kind: "damaged",
    reason: "missing",
    file: name,
    line: 1,
    atMs: last?.atMs ?? header.startedAtMs,
    us: last?.us ?? 0,
    message: `${name}, line 1: ${missing === 1 ? "a file" : `${missing} files`} before it ${
      missing === 1 ? "is" : "are"
    } missing.`,
  };
}
