/**
 * Records a stream: every message of its channels as it came, and what is missing between them.
 *
 * @module
 */
import { type Clock, systemClock } from "../base/clock.ts";
import { type Read, readOptions } from "../base/options.ts";
import { guard } from "../base/tell.ts";
import { VERSION } from "../base/version.ts";
import { deferred } from "../base/waits.ts";
import type { AsyncItems } from "../base/web_types.ts";
import { ErrorLog } from "../stream/error_log.ts";
import { eventProduct } from "../stream/event_product.ts";
import { channelOf } from "../stream/product.ts";
import type { StreamStatus } from "../stream/status.ts";
import { KalshiRecordingError } from "./errors.ts";
import { type FolderLock, lockFolders } from "./folder_lock.ts";
import { ANSWERS, eventLine, FORMAT, FORMAT_VERSION, frameLine, type LineTime, textLine } from "./format.ts";
import type { PreviousFile, RecordingHeader } from "./format.ts";
import { Background } from "./parquet/background.ts";
import { highestIn } from "./parquet/layout.ts";
import { hearOf, MarketLookups } from "./market_lookup.ts";
import { loadNodeFiles, type NodeFiles } from "../tables/node_files.ts";
import {
  type RecordableStream,
  type RecorderOptions,
  recorderParquetRules,
  recorderRules,
} from "./options.ts";
import { foreignTypes, readChannels } from "./recorded_channels.ts";
import { type RecordedMarker, RecordedSubscriptions } from "./recorded_subscriptions.ts";
import { Writer } from "./writer.ts";

/** How a recording fares. Counters run from its start. */
export interface RecorderStats {
  /** `failing`: the disk fails and is tried again. */
  readonly state: "recording" | "failing" | "closed";
  /** Frames that came and are of its channels. */
  readonly frames: number;
  /** Those of them that are in the hands of the system: they survive the process. */
  readonly written: number;
  /** Those of them that will not be recorded, since the disk was too slow. */
  readonly dropped: number;
  /** Characters that wait for the disk. */
  readonly waiting: number;
  /** Losses that the stream has told: missing numbers, unreadable frames, subscriptions that Kalshi ended. */
  readonly gaps: number;
  /** Times that a subscription was restored after a lost connection. */
  readonly reconnects: number;
  /** Files begun. */
  readonly files: number;
  /** The file that is being written, without its folder. */
  readonly file: string | undefined;
  /** Bytes written. */
  readonly bytes: number;
  /** Files that have become tables of Parquet, with the option `parquet`. */
  readonly exported: number;
  /** Files that have ended and are still to become tables. */
  readonly exporting: number;
}

type Checked = Read<RecorderOptions, typeof recorderRules>;
type Params = Readonly<Record<string, unknown>>;

/** Recording begins after so long, whether markets could be looked up by then or not. */
const LOOKUP_MS = 2_000;

/** Starts a recorder with files of one's own. */
export let startRecorder: (options: RecorderOptions, files: NodeFiles) => Promise<Recorder>;

/**
 * Records what a stream receives into files of JSON lines, packed with gzip: https://docs.kalshi.com/websockets/websocket-connection
 *
 * What it has written, a quarter of a second after it came, survives the process. Gaps, reconnects and what it could
 * not write itself are lines of the recording. {@linkcode openRecording} reads it.
 *
 * @example
 * ```ts
 * import { KalshiClient } from "@unofficial/kalshi";
 * import { Recorder } from "@unofficial/kalshi/recordings";
 *
 * await using client = await KalshiClient.fromEnv();
 * await using stream = await client.stream();
 * await using recorder = await Recorder.start({
 *   stream,
 *   dir: "./recordings",
 *   channels: ["orderbook_delta", "trade"],
 *   tickers: ["KXHIGHNY-26NOV24-T60"],
 * });
 * await recorder.closed; // until `recorder.close()`, or until the stream gives up
 * console.log(recorder.stats());
 * ```
 */
export class Recorder implements AsyncDisposable {
  readonly #stream: RecordableStream;
  readonly #options: Checked;
  readonly #clock: Clock;
  readonly #writer: Writer;
  readonly #onError: (error: unknown) => void;
  readonly #channels: ReadonlyMap<string, Params>;
  /** The types of frames of other channels, which are nobody's business here. */
  readonly #foreign: ReadonlySet<string>;
  readonly #subscriptions: RecordedSubscriptions;
  readonly #session: string = crypto.randomUUID();
  readonly #startedAtMs: number;
  readonly #startedAt: number;
  #untap: () => void = () => {};
  #statuses: AsyncItems<StreamStatus> | undefined;
  #background: Background | undefined;
  #locks: readonly FolderLock[] = [];
  readonly #lookups: MarketLookups | undefined;
  #closing: Promise<void> | undefined;
  readonly #end = deferred();
  #frames = 0;
  #gaps = 0;
  #reconnects = 0;

  /**
   * Ends with the recording: it is rejected where the stream gave up, the folder was deleted, or what waited could not be
   * written.
   */
  readonly closed: Promise<void> = this.#end.promise;

  static {
    startRecorder = async (given, files) => {
      const options = readOptions("Recorder", given, recorderRules);
      const channels = readChannels(options);
      const recorder = new Recorder(options, channels, files);
      await recorder.#start(files);
      return recorder;
    };
  }

  private constructor(options: Checked, channels: ReadonlyMap<string, Params>, files: NodeFiles) {
    const { stream, clock = systemClock, onError } = options;
    const log = new ErrorLog(clock);
    this.#stream = stream;
    this.#options = options;
    this.#clock = clock;
    this.#channels = channels;
    this.#foreign = foreignTypes(channels);
    this.#onError = onError === undefined
      ? (error) => log.write("Recorder:", error)
      : (error) => guard(() => onError(error), (thrown) => log.write("A hook threw:", thrown));
    this.#startedAtMs = clock.now();
    this.#startedAt = clock.monotonic();
    this.#subscriptions = new RecordedSubscriptions({
      stream,
      clock,
      channels,
      onMarker: (channel, marker) => this.#marked(channel, marker),
    });
    const isPrivate = [...channels.keys()].some((channel) => channelOf(eventProduct, channel).isPrivate);
    this.#writer = new Writer({
      ...options,
      files,
      clock,
      mode: isPrivate ? 0o600 : 0o666,
      header: (part, previous) => this.#header(part, previous),
      time: () => this.#time(this.#clock.now()),
      onError: this.#onError,
      highest: async () =>
        Math.max(await highestIn(files, options.dir), await highestIn(files, this.#tables)),
      onEnded: (name) => this.#background?.ended(name),
      onBreak: () => {
        this.#subscriptions.askSnapshots();
        this.#lookups?.again();
      },
    });
    this.#lookups = options.lookup && new MarketLookups({
      lookup: options.lookup,
      clock,
      onFound: ({ event, ...more }) => this.#event("market", { ...more, ofEvent: event }),
      onError: this.#onError,
    });
  }

  /**
   * Starts to record: takes the folder, begins a file, and subscribes to the channels. Resolves when Kalshi has
   * acknowledged all of them.
   *
   * @throws {KalshiConfigError} for a wrong option, channel or parameter, and in a runtime without files
   * @throws {KalshiRecordingError} where the folder cannot be written to, or another recorder has it
   * @throws what `subscribe` throws
   */
  static async start(options: RecorderOptions): Promise<Recorder> {
    return await startRecorder(options, await loadNodeFiles());
  }

  /** How it fares. */
  stats(): RecorderStats {
    const { state, parts, file, bytes, written, dropped, waiting } = this.#writer;
    return {
      state: state.name === "writing" ? "recording" : state.name,
      frames: this.#frames,
      written,
      dropped,
      waiting,
      gaps: this.#gaps,
      reconnects: this.#reconnects,
      files: parts,
      file,
      bytes,
      exported: this.#background?.done ?? 0,
      exporting: this.#background?.waiting ?? 0,
    };
  }

  /**
   * Ends it: unsubscribes, writes what waits, and closes the file. The stream stays open. A second call is harmless.
   *
   * @throws {KalshiRecordingError} when what waited could not be written
   */
  close(): Promise<void> {
    return this.#closing ??= this.#close("closed");
  }

  /** The same as {@linkcode close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #start(files: NodeFiles): Promise<void> {
    const { dir } = this.#options;
    // Nobody else writes into the folders of the lines and of the tables.
    this.#locks = await lockFolders([dir, this.#tables], {
      files,
      clock: this.#clock,
      onBeat: (lost) => this.#beat(lost),
    });
    try {
      await this.#startBackground(files);
      await this.#writer.open();
      this.#untap = this.#stream.tap((text, atMs) => this.#take(text, atMs));
      void this.#watch();
      await this.#lookups?.first(this.#options.tickers ?? [], LOOKUP_MS);
      await this.#subscriptions.begin();
    } catch (error) {
      this.#closing = Promise.resolve();
      this.#untap();
      void this.#statuses?.return?.();
      void this.#subscriptions.close();
      this.#lookups?.close();
      // What went wrong first is what is told.
      await this.#writer.discard().catch(this.#onError);
      await this.#background?.close();
      await this.#release();
      throw error;
    }
  }

  /** The folder of the tables. */
  get #tables(): string {
    return this.#options.parquet?.dir ?? this.#options.dir;
  }

  /** What an earlier run has left becomes tables while this one records. */
  async #startBackground(files: NodeFiles): Promise<void> {
    const { dir, parquet } = this.#options;
    if (parquet === undefined) return;
    const { keepLines: kept, level: least } = recorderParquetRules;
    const { keepLines = kept.preset, level = least.preset } = parquet;
    const folders = { from: dir, dir: this.#tables };
    const how = { keepLines, level, clock: this.#clock, onError: this.#onError };
    this.#background = new Background({ files, ...folders, ...how });
    await this.#background.start();
  }

  async #release(): Promise<void> {
    for (const lock of this.#locks) await lock.release();
  }

  /** A message of the socket. */
  #take(text: string, atMs: number): void {
    const time = this.#time(atMs);
    let frame: { readonly type?: unknown; readonly msg?: { readonly channel?: unknown } } | null | undefined;
    try {
      frame = JSON.parse(text);
    } catch {
      // It is told as what came.
    }
    if (typeof frame !== "object" || frame === null || /[\r\n]/.test(text)) {
      return this.#writer.add(textLine(time, text), time, false);
    }
    const { type } = frame;
    if (typeof type === "string" && this.#foreign.has(type)) return;
    if (type === "subscribed") this.#subscriptions.begun(frame.msg?.channel);
    const isFrame = !ANSWERS.has(type);
    if (isFrame) this.#frames++;
    this.#writer.add(frameLine(time, text), time, isFrame);
    if (isFrame && this.#lookups !== undefined) hearOf(this.#lookups, frame);
  }

  /** What a subscription tells beside its frames, which have come as text. */
  #marked(channel: string, { type, ...more }: RecordedMarker): void {
    this.#event(type, { channel, ...more });
    if (type === "gap") this.#gaps++;
    else this.#reconnects++;
  }

  /** What becomes of the connection. */
  async #watch(): Promise<void> {
    let last: StreamStatus | undefined;
    for await (const status of this.#statuses = this.#stream.status()) {
      if (this.#closing !== undefined) return;
      last = status;
      const { cause, ...more } = status as StreamStatus & { readonly cause?: Error };
      this.#event("status", { ...more, cause: cause?.message });
    }
    if (this.#closing !== undefined) return;
    const error = last?.state === "closed" ? last.cause : undefined;
    void this.#fail(error);
  }

  /** A sign of life of the lock. */
  #beat(lost: KalshiRecordingError | undefined): void {
    // What ends from now on does so since the recorder ends it.
    if (this.#closing !== undefined) return;
    if (lost !== undefined) return void this.#fail(lost);
    void this.#writer.look();
    for (const channel of this.#subscriptions.ended()) {
      this.#event("ended", { channel });
      this.#onError(
        new KalshiRecordingError(
          `"${channel}" is no longer recorded: its subscription has ended. The stream's onError says why.`,
        ),
      );
      if (this.#subscriptions.size === 0) {
        void this.#fail(new KalshiRecordingError("Every channel has ended."));
      }
    }
  }

  #event(event: string, more: Params): void {
    const time = this.#time(this.#clock.now());
    this.#writer.add(eventLine(time, event, more), time, false);
  }

  #time(atMs: number): LineTime {
    return { atMs, us: Math.round((this.#clock.monotonic() - this.#startedAt) * 1_000) };
  }

  #header(part: number, previous: PreviousFile | undefined): RecordingHeader {
    const { config } = this.#stream;
    return {
      format: FORMAT,
      version: FORMAT_VERSION,
      session: this.#session,
      part,
      startedAtMs: this.#startedAtMs,
      sdk: `@unofficial/kalshi ${VERSION}`,
      environment: config.environment,
      host: new URL(config.wsBaseUrl).origin,
      tickers: this.#options.tickers,
      channels: Object.fromEntries(this.#channels),
      previous,
    };
  }

  #fail(error: unknown): Promise<void> {
    if (this.#closing !== undefined) return this.#closing;
    this.#closing = this.#close("failed", error);
    // `closed` tells it.
    this.#closing.catch(() => {});
    return this.#closing;
  }

  async #close(reason: "closed" | "failed", error?: unknown): Promise<void> {
    this.#untap();
    void this.#statuses?.return?.();
    this.#lookups?.close();
    const left = this.#subscriptions.close();
    try {
      await this.#writer.close(reason);
    } catch (cause) {
      this.#end.reject(cause);
      throw cause;
    } finally {
      await this.#background?.close();
      await this.#release();
      await left;
    }
    if (error === undefined) this.#end.resolve();
    else this.#end.reject(error);
  }
}
