/**
 * One file of a recording while it is written. Blocks go to its end one after the other; one that was written in part
 * is gone on with, so that a disk that was full for a while leaves nothing torn behind.
 *
 * @module
 */
import { packBlock } from "./blocks.ts";
import type { PreviousFile } from "./format.ts";
import type { FileHandle, NodeFiles } from "../tables/node_files.ts";
import type { Batch } from "./pending.ts";

/** Where some blocks have got to. */
interface Writing {
  readonly batches: readonly Batch[];
  readonly bytes: Uint8Array;
  written: number;
}

/** A file that is being written. */
export class RecordingFile {
  /** Its name in the folder. */
  readonly name: string;
  /** When it was begun, by the monotonic clock. */
  readonly openedAt: number;
  readonly #files: NodeFiles;
  readonly #path: string;
  readonly #handle: FileHandle;
  readonly #level: number;
  #writing: Writing | undefined;
  #lines = 0;
  #frames = 0;
  #fromMs = Infinity;
  #toMs = -Infinity;
  /** Its bytes so far. */
  size = 0;

  private constructor(files: NodeFiles, path: string, handle: FileHandle, level: number, openedAt: number) {
    this.#files = files;
    this.#path = path;
    this.#handle = handle;
    this.#level = level;
    this.openedAt = openedAt;
    this.name = files.path.basename(path);
  }

  /** Makes a file that was not there. */
  static async create(
    files: NodeFiles,
    path: string,
    { mode, level, openedAt }: { readonly mode: number; readonly level: number; readonly openedAt: number },
  ): Promise<RecordingFile> {
    const handle = await files.fs.open(path, "wx", mode);
    return new RecordingFile(files, path, handle, level, openedAt);
  }

  /** What it holds, for the header of the next one. */
  get summary(): PreviousFile {
    return {
      file: this.name,
      lines: this.#lines,
      frames: this.#frames,
      fromMs: this.#fromMs,
      toMs: this.#toMs,
    };
  }

  /** Writes lines; called again with the same ones after an error, it goes on where that happened. */
  async write(batches: readonly Batch[]): Promise<void> {
    let writing = this.#writing;
    if (writing?.batches !== batches) {
      // Of others that were not written whole nothing stays.
      if (writing !== undefined) await this.#handle.truncate(this.size);
      writing = this.#writing = { batches, bytes: await this.#pack(batches), written: 0 };
    }
    const { bytes } = writing;
    while (writing.written < bytes.length) {
      const left = bytes.length - writing.written;
      const { bytesWritten } = await this.#handle.write(
        bytes,
        writing.written,
        left,
        this.size + writing.written,
      );
      writing.written += bytesWritten;
    }
    this.#writing = undefined;
    this.size += bytes.length;
    for (const { lines, frames, fromMs, toMs } of batches) {
      this.#lines += lines;
      this.#frames += frames;
      this.#fromMs = Math.min(this.#fromMs, fromMs);
      this.#toMs = Math.max(this.#toMs, toMs);
    }
  }

  /** The blocks of these lines, one after the other. */
  async #pack(batches: readonly Batch[]): Promise<Uint8Array> {
    let firstLine = this.#lines + 1;
    const blocks = await Promise.all(batches.map(({ text, lines, fromMs, toMs }) => {
      const head = { firstLine, lines, fromMs, toMs };
      firstLine += lines;
      return packBlock(this.#files, text, head, this.#level);
    }));
    const [only] = blocks;
    if (only !== undefined && blocks.length === 1) return only;
    const bytes = new Uint8Array(blocks.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const block of blocks) {
      bytes.set(block, at);
      at += block.length;
    }
    return bytes;
  }

  /** Whether it is still in its folder. */
  async isThere(): Promise<boolean> {
    return (await this.#handle.stat()).nlink > 0;
  }

  /** Has it on the disk, and closes it. */
  async close(): Promise<void> {
    try {
      await this.#handle.datasync();
    } finally {
      await this.#handle.close();
    }
  }

  /** Takes it away again. */
  async discard(): Promise<void> {
    await this.#handle.close().catch(() => {});
    await this.#files.fs.rm(this.#path, { force: true }).catch(() => {});
  }

  /** Whether no frame stands in it. */
  get isBare(): boolean {
    return this.#frames === 0;
  }
}
