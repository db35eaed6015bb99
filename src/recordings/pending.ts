/**
 * Lines that wait for the disk: as many as there is room for. What finds none is counted, and the count becomes a line
 * in the place where the others would have stood.
 *
 * @module
 */
import { eventLine, type LineTime } from "./format.ts";

/** What was not recorded, since the disk was too slow. */
export interface Hole {
  /** Lines that are not there. */
  lines: number;
  /** The frames among them. */
  frames: number;
  /** When the first of them would have been written, in Unix milliseconds. */
  readonly fromMs: number;
  /** When the last of them would have been written, in Unix milliseconds. */
  toMs: number;
}

/** Lines on their way. */
export interface Batch {
  readonly text: string;
  readonly lines: number;
  readonly frames: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** How many characters make a block, which is written without waiting for more. */
const BLOCK_CHARS = 1 << 20;
/** As many are packed and written at once: each step takes a turn of the event loop, which may have much to do. */
const MOST_BLOCKS = 16;

/** The queue. */
export class Pending {
  readonly #most: number;
  /** Told when a hole ends: its line is among the others. */
  readonly #onHole: (hole: Readonly<Hole>) => void;
  #batches: Batch[] = [];
  #texts: string[] = [];
  #chars = 0;
  #lines = 0;
  #frames = 0;
  #fromMs = Infinity;
  #toMs = -Infinity;
  #hole: Hole | undefined;
  /** Characters that wait here, and those that were taken and are not written yet. */
  waiting = 0;
  /** Frames that were not recorded so far. */
  dropped = 0;

  constructor(most: number, onHole: (hole: Readonly<Hole>) => void) {
    this.#most = most;
    this.#onHole = onHole;
  }

  get isEmpty(): boolean {
    return this.#lines === 0 && this.#batches.length === 0;
  }

  /** Whether a whole block waits. */
  get isFull(): boolean {
    return this.#batches.length > 0;
  }

  /** Lines that wait here. */
  get lines(): number {
    return this.#batches.reduce((sum, { lines }) => sum + lines, this.#lines);
  }

  /** Adds a line, or counts it as lost. */
  push(line: string, time: LineTime, isFrame: boolean): void {
    const hole = this.#hole;
    // Once lines were lost, it waits for some room: many short holes are worse than one.
    const most = hole === undefined ? this.#most : this.#most / 2;
    if (this.waiting + line.length > most && this.waiting > 0) return this.#lose(time, isFrame);
    this.closeHole(time);
    this.#add(line, time.atMs, isFrame);
  }

  /** Writes down what was lost. */
  closeHole(time: LineTime): void {
    const hole = this.#hole;
    if (hole === undefined) return;
    this.#hole = undefined;
    this.#add(eventLine(time, "dropped", { ...hole }), time.atMs, false);
    this.#onHole(hole);
  }

  /** The next lines to write, a block each; `waiting` still counts them. */
  take(): readonly Batch[] {
    if (this.#batches.length === 0) this.#seal();
    return this.#batches.splice(0, MOST_BLOCKS);
  }

  /** These are written, or given up. */
  done(batches: readonly Batch[]): void {
    for (const { text } of batches) this.waiting -= text.length;
  }

  #add(line: string, atMs: number, isFrame: boolean): void {
    this.#texts.push(line);
    this.#chars += line.length;
    this.waiting += line.length;
    this.#lines++;
    if (isFrame) this.#frames++;
    if (atMs < this.#fromMs) this.#fromMs = atMs;
    if (atMs > this.#toMs) this.#toMs = atMs;
    if (this.#chars >= BLOCK_CHARS) this.#seal();
  }

  #seal(): void {
    if (this.#lines === 0) return;
    this.#batches.push({
      text: this.#texts.join(""),
      lines: this.#lines,
      frames: this.#frames,
      fromMs: this.#fromMs,
      toMs: this.#toMs,
    });
    this.#texts = [];
    this.#chars = this.#lines = this.#frames = 0;
    this.#fromMs = Infinity;
    this.#toMs = -Infinity;
  }

  #lose({ atMs }: LineTime, isFrame: boolean): void {
    const hole = this.#hole ??= { lines: 0, frames: 0, fromMs: atMs, toMs: atMs };
    hole.lines++;
    hole.toMs = atMs;
    if (!isFrame) return;
    hole.frames++;
    this.dropped++;
  }
}
