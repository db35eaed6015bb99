/**
 * Lines to files: in blocks, a fraction of a second after they came, into a new file when one is full or old. A disk
 * that fails is tried again for as long as the recording lasts, and what finds no room meanwhile is counted.
 *
 * @module
 */
import type { Clock, ClockTimer } from "../base/clock.ts";
import { delay } from "../base/waits.ts";
import { KalshiRecordingError, recordingError } from "./errors.ts";
import { eventLine, headerLine, type LineTime, nameOf, numberOf, type PreviousFile } from "./format.ts";
import type { RecordingHeader } from "./format.ts";
import type { NodeFiles } from "../tables/node_files.ts";
import { type Batch, type Hole, Pending } from "./pending.ts";
import { RecordingFile } from "./recording_file.ts";

/** How long a disk that failed is left alone. */
const RETRY_MS = 1_000;

/** What a writer is made from. */
export interface WriterOptions {
  readonly files: NodeFiles;
  readonly dir: string;
  readonly clock: Clock;
  readonly flushMs: number;
  readonly rotateBytes: number;
  readonly rotateMs: number;
  readonly queueChars: number;
  readonly level: number;
  /** The permissions of new files. */
  readonly mode: number;
  /** The first line of each file. */
  readonly header: (part: number, previous: PreviousFile | undefined) => RecordingHeader;
  /** What time it is, for lines. */
  readonly time: () => LineTime;
  /** The disk failed, once for each failure that lasts, or lines were lost. */
  readonly onError: (error: KalshiRecordingError) => void;
  /** The highest number of a file that is no longer in the folder, and must not be used again. Asked for once. */
  readonly highest: () => Promise<number>;
  /** A file has ended, and nothing more is written to it. */
  readonly onEnded?: ((name: string) => void) | undefined;
  /** From here on what was recorded before does not help a reader: a new file has begun, or lines are missing. */
  readonly onBreak: () => void;
}

/** How files fare. */
export type WriterState =
  | { readonly name: "writing" }
  /** The disk fails; it is tried again. Left when it works, or by the end. */
  | { readonly name: "failing"; readonly error: KalshiRecordingError }
  | { readonly name: "closed" };

/** Writes a recording. */
export class Writer {
  readonly #options: WriterOptions;
  readonly #pending: Pending;
  /** Ends the wait for a disk that failed. */
  readonly #closing = new AbortController();
  #state: WriterState = { name: "writing" };
  #file: RecordingFile | undefined;
  #previous: PreviousFile | undefined;
  #timer: ClockTimer | undefined;
  #work: Promise<void> | undefined;
  /** The lines that are being written, until they are. */
  #taken: readonly Batch[] = [];
  /** The highest number that was ever used in the folder; undefined until that was looked for. */
  #highest: number | undefined;
  /** Files so far. */
  parts = 0;
  /** Frames that are in the hands of the system. */
  written = 0;
  /** Bytes of the files that are finished. */
  #finishedBytes = 0;

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#pending = new Pending(options.queueChars, (hole) => this.#holeEnded(hole));
  }

  get state(): WriterState {
    return this.#state;
  }

  /** The file that is being written. */
  get file(): string | undefined {
    return this.#file?.name;
  }

  /** Bytes written so far. */
  get bytes(): number {
    return this.#finishedBytes + (this.#file?.size ?? 0);
  }

  /** Characters that wait. */
  get waiting(): number {
    return this.#pending.waiting;
  }

  /** Frames that were not recorded. */
  get dropped(): number {
    return this.#pending.dropped;
  }

  /** Begins the first file. */
  async open(): Promise<void> {
    try {
      await this.#begin();
    } catch (cause) {
      throw recordingError(`Nothing can be recorded into ${this.#options.dir}`, cause);
    }
  }

  /** Adds a line, which never waits. */
  add(line: string, time: LineTime, isFrame: boolean): void {
    if (this.#state.name === "closed") return;
    this.#pending.push(line, time, isFrame);
    if (this.#work !== undefined) return;
    if (this.#pending.isFull) this.#start();
    else this.#timer ??= this.#options.clock.setTimer(() => this.#start(), this.#options.flushMs);
  }

  /** A new file takes the place of one that was deleted. */
  async look(): Promise<void> {
    const file = this.#file;
    if (file === undefined || await file.isThere().catch(() => true) || this.#file !== file) return;
    const { onError } = this.#options;
    onError(new KalshiRecordingError(`${file.name} was deleted while it was written: a new file is begun.`));
    await this.#work;
    if (this.#file !== file) return;
    await file.close().catch(() => {});
    this.#file = undefined;
    this.#options.onBreak();
  }

  /**
   * Writes what waits, ends the file, and closes it.
   *
   * @throws {KalshiRecordingError} when the disk still fails: it says how many lines are lost
   */
  async close(reason: "closed" | "failed"): Promise<void> {
    if (this.#state.name === "closed") return;
    this.#pending.closeHole(this.#options.time());
    this.#closing.abort();
    this.#timer?.clear();
    try {
      await this.#work;
      await this.#run();
      await this.#finish(reason);
    } catch (cause) {
      const lines = this.#taken.reduce((sum, { lines }) => sum + lines, this.#pending.lines);
      const what = lines > 0
        ? `${lines} lines of the recording are lost`
        : "The recording could not be ended";
      throw recordingError(`${what}: ${this.#options.dir} cannot be written to`, cause);
    } finally {
      this.#state = { name: "closed" };
      await this.#file?.close().catch(() => {});
      this.#file = undefined;
    }
  }

  /** Ends a recording that did not come to be: a file without frames goes. */
  async discard(): Promise<void> {
    this.#closing.abort();
    this.#timer?.clear();
    await this.#work?.catch(() => {});
    const file = this.#file;
    if (file?.isBare !== true) return await this.close("failed");
    this.#state = { name: "closed" };
    this.#file = undefined;
    await file.discard();
  }

  #start(): void {
    this.#timer?.clear();
    this.#timer = undefined;
    // What it rejects with is met again by `close`.
    this.#work ??= this.#run().catch(() => {}).finally(() => this.#work = undefined);
  }

  async #run(): Promise<void> {
    for (;;) {
      if (this.#taken.length === 0) this.#taken = this.#pending.take();
      const batches = this.#taken;
      if (batches.length === 0) return;
      await this.#persist(batches);
      this.#taken = [];
      for (const { frames } of batches) this.written += frames;
      this.#pending.done(batches);
    }
  }

  /** Tries until it is written; while the recording is being closed, once. */
  async #persist(batches: readonly Batch[]): Promise<void> {
    const { clock, dir, onError } = this.#options;
    for (;;) {
      try {
        await (await this.#fileFor()).write(batches);
        if (this.#state.name === "failing") this.#state = { name: "writing" };
        return;
      } catch (cause) {
        if (this.#closing.signal.aborted) throw cause;
        const error = recordingError(
          `Nothing can be recorded into ${dir} right now; it is tried again every second`,
          cause,
        );
        if (this.#state.name === "writing") onError(error);
        this.#state = { name: "failing", error };
        await delay(clock, RETRY_MS, this.#closing.signal);
      }
    }
  }

  /** The file for the next block. */
  async #fileFor(): Promise<RecordingFile> {
    const file = this.#file;
    const { clock, rotateBytes, rotateMs, onBreak } = this.#options;
    if (file !== undefined) {
      const isOld = clock.monotonic() - file.openedAt >= rotateMs;
      if (file.size < rotateBytes && !isOld) return file;
      await this.#finish("rotated");
      onBreak();
    }
    return this.#file ?? await this.#begin();
  }

  async #begin(): Promise<RecordingFile> {
    const { files, dir, clock, mode, level, time, header } = this.#options;
    const number = await this.#nextNumber();
    const path = files.path.join(dir, nameOf(number, clock.now()));
    const file = await RecordingFile.create(files, path, { mode, level, openedAt: clock.monotonic() });
    try {
      const now = time();
      await file.write(oneLine(headerLine(now, header(this.parts + 1, this.#previous)), now));
    } catch (error) {
      await file.discard();
      throw error;
    }
    this.parts++;
    return this.#file = file;
  }

  /** One more than the highest in the folder: nothing is ever written over. */
  async #nextNumber(): Promise<number> {
    const names = await this.#options.files.fs.readdir(this.#options.dir);
    const least = this.#highest ??= await this.#options.highest();
    return this.#highest = names.reduce((highest, name) => Math.max(highest, numberOf(name) ?? 0), least) + 1;
  }

  /** The file's last line, and its end; an end that could not be written is tried again by the next call. */
  async #finish(reason: string): Promise<void> {
    const file = this.#file;
    if (file === undefined) return;
    const now = this.#options.time();
    const { frames } = file.summary;
    this.#end ??= oneLine(eventLine(now, "end", { reason, frames }), now);
    await file.write(this.#end);
    this.#end = undefined;
    this.#file = undefined;
    this.#previous = file.summary;
    this.#finishedBytes += file.size;
    await file.close();
    this.#options.onEnded?.(file.name);
  }

  /** The last line of the file while it is being written. */
  #end: readonly Batch[] | undefined;

  #holeEnded({ lines, frames }: Hole): void {
    const { dir, onError, onBreak } = this.#options;
    onError(
      new KalshiRecordingError(
        `${lines} lines, ${frames} frames among them, were not recorded: ${dir} cannot be written to as fast as they ` +
          "come. Give a faster disk, or a larger queueChars.",
      ),
    );
    onBreak();
  }
}

function oneLine(text: string, { atMs }: LineTime): readonly Batch[] {
  return [{ text, lines: 1, frames: 0, fromMs: atMs, toMs: atMs }];
}
