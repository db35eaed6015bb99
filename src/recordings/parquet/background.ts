/**
 * Turns files of a recorder into tables while it goes on, one after the other: those that an earlier run has left, and each
 * that it ends. It has its turns between what else happens in the process.
 *
 * @module
 */
import type { Clock, ClockTimer } from "../../base/clock.ts";
import { delay } from "../../base/waits.ts";
import type { NodeFiles } from "../../tables/node_files.ts";
import { KalshiRecordingError, recordingError } from "../errors.ts";
import { numberOf } from "../format.ts";
import { lineSource } from "../line_source.ts";
import { ExportSteps } from "./export_steps.ts";

/** What the background works with. */
export interface BackgroundOptions {
  readonly files: NodeFiles;
  /** The folder of the lines, which is ours. */
  readonly from: string;
  /** The folder of the tables, which is ours as well. */
  readonly dir: string;
  readonly keepLines: boolean;
  readonly level: number;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}

/** So many rows are encoded in one turn, column by column: with more of them others would wait too long. */
const GROUP_ROWS = 4_096;
/** So long it works before others have a turn. */
const TURN_MS = 4;
/** After a disk that failed. */
const AGAIN_MS = 60_000;

/** The background. */
export class Background {
  readonly #options: BackgroundOptions;
  readonly #steps: ExportSteps;
  readonly #ending = new AbortController();
  readonly #waiting: string[] = [];
  #turnAt: number;
  #timer: ClockTimer | undefined;
  #work: Promise<void> | undefined;
  #hasTold = false;
  /** Files that have become tables. */
  done = 0;

  constructor(options: BackgroundOptions) {
    this.#options = options;
    const { clock, files, from, dir, level } = options;
    this.#turnAt = clock.monotonic();
    this.#steps = new ExportSteps({
      files,
      from,
      dir,
      level,
      groupRows: GROUP_ROWS,
      pause: () => this.#pause(),
    });
  }

  /** Files that wait to become tables. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Begins with what is in the folder, none of which is written any more. */
  async start(): Promise<void> {
    const { files: { fs }, from } = this.#options;
    const names = (await fs.readdir(from)).filter((name) => numberOf(name) !== undefined);
    names.sort((one, other) => (numberOf(one) ?? 0) - (numberOf(other) ?? 0));
    this.#waiting.push(...names);
    this.#begin();
  }

  /** A file has ended. */
  ended(name: string): void {
    this.#waiting.push(name);
    this.#begin();
  }

  /** Resolves when every file that has ended has become tables, or could not: that is told, and left to the next run. */
  async close(): Promise<void> {
    this.#ending.abort();
    this.#forget();
    await this.#work;
    this.#forget();
    if (this.#waiting.length > 0) await this.#run();
    this.#forget();
  }

  #forget(): void {
    this.#timer?.clear();
    this.#timer = undefined;
  }

  #begin(): void {
    if (this.#timer !== undefined) return;
    this.#work ??= this.#run().finally(() => this.#work = undefined);
  }

  async #run(): Promise<void> {
    const { clock, dir, onError } = this.#options;
    for (let [name] = this.#waiting; name !== undefined; [name] = this.#waiting) {
      try {
        await this.#tellBad();
        await this.#export(name);
      } catch (cause) {
        // It is this file's own matter, which time does not mend: the others do not wait for it.
        if (cause instanceof KalshiRecordingError && cause.cause === undefined) {
          const what = `${name} cannot become tables in ${dir}; its lines stay. ${cause.message}`;
          onError(new KalshiRecordingError(what, { cause }));
          this.#waiting.shift();
          continue;
        }
        onError(
          recordingError(
            `${name} cannot become tables in ${dir}; its lines stay, and it is tried again`,
            cause,
          ),
        );
        this.#timer = clock.setTimer(() => {
          this.#timer = undefined;
          this.#begin();
        }, AGAIN_MS);
        return;
      }
      this.#waiting.shift();
    }
  }

  /** Says once which tables of earlier runs cannot be read. */
  async #tellBad(): Promise<void> {
    if (this.#hasTold) return;
    for (const { error } of await this.#steps.bad()) this.#options.onError(error);
    this.#hasTold = true;
  }

  async #export(name: string): Promise<void> {
    const { files, from, keepLines } = this.#options;
    const path = files.path.join(from, name);
    // Somebody has deleted it.
    if (!await files.fs.stat(path).then(() => true, () => false)) return;
    const { isNew } = await this.#steps.export(await lineSource(files, from, name));
    if (isNew) this.done++;
    if (!keepLines) await files.fs.rm(path, { force: true });
  }

  /** Others have a turn when this one was long; at the end nobody waits for anything but the tables. */
  #pause(): Promise<void> | undefined {
    const { clock } = this.#options;
    if (this.#ending.signal.aborted || clock.monotonic() - this.#turnAt < TURN_MS) return undefined;
    return delay(clock, 1, this.#ending.signal).then(() => {
      this.#turnAt = clock.monotonic();
    });
  }
}
