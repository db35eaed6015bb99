/**
 * A store in one file, on Deno, Bun and Node: a log that is only appended to, so that a process that is killed at
 * any byte loses nothing it had written. What was half written at the end is cut off when the file is opened again.
 */
import { KalshiConfigError } from "../base/errors.ts";
import { needed, oneOf, readOptions, type Rules, text, whole, withPreset } from "../base/options.ts";
import { KalshiFixStoreError } from "./errors.ts";
import { Recent } from "./recent.ts";
import { crc32, fill, type Fs, HEAD_BYTES, kinds, magic, record, writeAll } from "./store_records.ts";
import type { FixStore, SentFrame } from "./store.ts";

/** Settings of {@linkcode FileFixStore}. */
export interface FileFixStoreOptions {
  /**
   * The file, made when it is missing, in a folder that is there. One store has it at a time: the one that opened it
   * last. What another one is then given to keep throws, and is not sent.
   */
  readonly path: string;
  /**
   * When what was written must be on the disk itself. `"never"` loses nothing when the process is killed; a machine
   * that loses power may lose the last seconds. `"always"` waits for the disk with each message, which takes as long
   * as the disk does.
   *
   * @default "never"
   */
  readonly sync?: "always" | "never" | undefined;
  /** How many messages are kept for a ResendRequest. @default 100000 */
  readonly keep?: number | undefined;
}

/** What the settings of a {@linkcode FileFixStore} may be. */
export const fileStoreRules = {
  path: needed(text("a path")),
  sync: withPreset(oneOf("always", "never"), "never"),
  keep: withPreset(whole(0), 100_000),
} satisfies Rules<FileFixStoreOptions>;

/** Records, and their bytes, that are no longer needed before the file is written anew. */
const WASTE = 200_000;
const WASTE_BYTES = 64 * 1024 * 1024;
/** How much of the file is copied at once. */
const PIECE_BYTES = 1_048_576;

interface Place {
  readonly at: number;
  readonly length: number;
}

/**
 * A session's numbers and messages in a file. A process that is killed at any moment loses nothing that went out; the
 * file does not grow without end.
 *
 * It fails with a {@linkcode KalshiFixStoreError}: when it is opened where the file cannot be written, later where the
 * disk is full, or the file was taken by another process or deleted. Then nothing is sent, and no number is used up.
 *
 * @example
 * ```ts
 * import { FileFixStore } from "@unofficial/kalshi/fix";
 *
 * const store = new FileFixStore({ path: "./orders.fix" });
 * ```
 */
export class FileFixStore implements FixStore {
  readonly #path: string;
  readonly #sync: boolean;
  readonly #sent: Recent<Place>;
  #nextOutgoing = 1;
  #nextIncoming = 1;
  #fs: Fs | undefined;
  #file = -1;
  #end = 0;
  #records = 0;
  /** The bytes of the messages that are kept. */
  #keptBytes = 0;
  /** How many records and bytes may be of no use before the next try to write the file anew. */
  #waste = { records: WASTE, bytes: WASTE_BYTES };
  #scratch: Uint8Array = new Uint8Array(4096);

  /**
   * The file is opened with the session.
   *
   * @throws {KalshiConfigError} for options that are unknown or wrong
   */
  constructor(options: FileFixStoreOptions) {
    const { path, sync, keep } = readOptions("FileFixStore", options, fileStoreRules);
    this.#path = path;
    this.#sync = sync === "always";
    this.#sent = new Recent(keep, ({ length }) => this.#keptBytes -= length);
  }

  /** MsgSeqNum(34) of the next message that goes out. */
  get nextOutgoing(): number {
    return this.#nextOutgoing;
  }

  /** MsgSeqNum(34) that is expected next. */
  get nextIncoming(): number {
    return this.#nextIncoming;
  }

  /**
   * Opens the file, cuts off what was half written, and takes it from any other store that had it.
   *
   * @throws {KalshiFixStoreError} where it cannot be opened, read or written
   * @throws {KalshiConfigError} for a file that is something else, and where there are no files
   */
  async open(): Promise<void> {
    if (this.#file >= 0) return;
    const fs = this.#fs ??= await loadFs();
    if (this.#file >= 0) return;
    try {
      const isNew = !fs.existsSync(this.#path);
      // What it holds is nobody else's business.
      this.#file = fs.openSync(this.#path, fs.constants.O_RDWR | fs.constants.O_CREAT, 0o600);
      this.#read(fs);
      // A number that no other has: what another store wrote before is then no longer the end of the file.
      this.#put(fs, kinds.owner, Math.random());
      if (isNew && this.#sync) syncFolder(fs, this.#path);
    } catch (error) {
      this.close();
      throw error instanceof KalshiConfigError ? error : this.#failed("be opened", error);
    }
  }

  append(frame: Uint8Array): void {
    const sequence = this.#nextOutgoing;
    const at = this.#end + HEAD_BYTES;
    this.#write(kinds.sent, sequence, frame);
    this.#keep(sequence, { at, length: frame.length });
    this.#nextOutgoing = sequence + 1;
    this.#tidy();
  }

  setOutgoing(next: number): void {
    this.#write(kinds.outgoing, next);
    this.#nextOutgoing = next;
    this.#tidy();
  }

  /** Keeps the number that is expected next. */
  setIncoming(next: number): void {
    this.#write(kinds.incoming, next);
    this.#nextIncoming = next;
    this.#tidy();
  }

  sent(from: number, to: number): readonly SentFrame[] {
    const fs = this.#opened();
    try {
      return this.#sent.between(from, to).map(([sequence, { at, length }]) => {
        const frame = new Uint8Array(length);
        const read = fs.readSync(this.#file, frame, 0, length, at);
        return { sequence, frame: frame.subarray(0, read) };
      });
    } catch (error) {
      throw this.#failed("be read", error);
    }
  }

  reset(): void {
    this.#write(kinds.reset, 0);
    this.#nextOutgoing = 1;
    this.#nextIncoming = 1;
    this.#forget();
    this.#tidy();
  }

  /** Closes the file. A second call is harmless. */
  close(): void {
    if (this.#file < 0) return;
    const file = this.#file;
    this.#file = -1;
    this.#forget();
    this.#fs?.closeSync(file);
  }

  #keep(sequence: number, place: Place): void {
    this.#keptBytes += place.length;
    this.#sent.set(sequence, place);
  }

  #forget(): void {
    this.#sent.clear();
    this.#keptBytes = 0;
  }

  #opened(): Fs {
    if (this.#fs === undefined || this.#file < 0) {
      throw new KalshiConfigError(`The FIX store ${this.#path} is not open: await open() first.`);
    }
    return this.#fs;
  }

  #failed(what: string, cause: unknown): KalshiFixStoreError {
    if (cause instanceof KalshiFixStoreError) return cause;
    const said = cause instanceof Error ? cause.message : String(cause);
    const code = (cause as { code?: unknown } | null)?.code;
    const advice = code === "ENOSPC" || code === "EFBIG" || code === "EDQUOT"
      ? " Make room on the disk."
      : code === "EACCES" || code === "EROFS" || code === "EPERM"
      ? " Give a path that this process may write to."
      : code === "ENOENT"
      ? " Make its folder first."
      : "";
    return new KalshiFixStoreError(
      `The FIX store ${this.#path} cannot ${what} (${said}). Nothing was sent.${advice}`,
      { cause },
    );
  }

  /** Writes a record, or leaves the file as it was. */
  #write(kind: number, number: number, bytes?: Uint8Array): void {
    const fs = this.#opened();
    try {
      this.#assertOurs(fs);
      this.#put(fs, kind, number, bytes);
    } catch (error) {
      throw this.#failed("be written", error);
    }
  }

  /** Whether the file is still there and ends where this store ended it. */
  #assertOurs(fs: Fs): void {
    const { size, nlink } = fs.fstatSync(this.#file);
    if (nlink !== 0 && size === this.#end) return;
    const what = nlink === 0 ? "deleted or replaced" : "opened by another store, which has the session now";
    throw new KalshiFixStoreError(
      `The FIX store ${this.#path} was ${what}. Nothing was sent. Run one process for each session, with a file of its own.`,
    );
  }

  #put(fs: Fs, kind: number, number: number, bytes: Uint8Array = new Uint8Array(0)): void {
    const size = HEAD_BYTES + bytes.length;
    if (this.#scratch.length < size) this.#scratch = new Uint8Array(2 * size);
    const record = this.#scratch.subarray(0, size);
    fill(record, kind, number, bytes);
    try {
      writeAll(fs, this.#file, record, this.#end);
      if (this.#sync) fs.fdatasyncSync(this.#file);
    } catch (error) {
      // Half a record, or one that may not last, must not be found by the next process.
      fs.ftruncateSync(this.#file, this.#end);
      throw error;
    }
    this.#end += size;
    this.#records++;
  }

  #read(fs: Fs): void {
    const { size } = fs.fstatSync(this.#file);
    const head = new Uint8Array(magic.length);
    const had = size === 0 ? 0 : fs.readSync(this.#file, head, 0, head.length, 0);
    const same = head.subarray(0, had).every((byte, i) => byte === magic[i]);
    if (!same) throw new KalshiConfigError(`${this.#path} is no store of a FIX session: give another file.`);
    this.#nextOutgoing = this.#nextIncoming = 1;
    this.#forget();
    this.#records = 0;
    this.#end = magic.length;
    if (had < magic.length) {
      fs.writeSync(this.#file, magic, 0, magic.length, 0);
      fs.ftruncateSync(this.#file, magic.length);
      return;
    }
    const record = new Uint8Array(HEAD_BYTES);
    const view = new DataView(record.buffer);
    for (;;) {
      if (this.#end + HEAD_BYTES > size) break;
      fs.readSync(this.#file, record, 0, HEAD_BYTES, this.#end);
      const length = view.getUint32(9);
      if (this.#end + HEAD_BYTES + length > size) break;
      const bytes = new Uint8Array(length);
      if (length > 0) fs.readSync(this.#file, bytes, 0, length, this.#end + HEAD_BYTES);
      if (crc32(crc32(0, record.subarray(0, 13)), bytes) !== view.getUint32(13)) break;
      this.#take(record[0] as number, view.getFloat64(1), length);
      this.#end += HEAD_BYTES + length;
      this.#records++;
    }
    // What follows was being written when the process ended.
    if (this.#end < size) fs.ftruncateSync(this.#file, this.#end);
  }

  #take(kind: number, number: number, length: number): void {
    switch (kind) {
      case kinds.sent:
        this.#keep(number, { at: this.#end + HEAD_BYTES, length });
        this.#nextOutgoing = number + 1;
        return;
      case kinds.outgoing:
        this.#nextOutgoing = number;
        return;
      case kinds.incoming:
        this.#nextIncoming = number;
        return;
      case kinds.reset:
        this.#nextOutgoing = this.#nextIncoming = 1;
        this.#forget();
    }
  }

  /**
   * Writes what is still needed into a new file, when most of the old one is not, and puts it in its place. Where that
   * fails, on a disk that is nearly full, the old file goes on.
   */
  #tidy(): void {
    const { records, bytes } = this.#waste;
    const spareBytes = this.#end - this.#keptBytes;
    if (this.#records - this.#sent.size <= records && spareBytes <= bytes) return;
    const fs = this.#opened();
    const beside = `${this.#path}.new`;
    try {
      this.#compact(fs, beside);
      this.#waste = { records: WASTE, bytes: WASTE_BYTES };
    } catch {
      this.#waste = { records: this.#records + WASTE, bytes: this.#end + WASTE_BYTES };
      fs.rmSync(beside, { force: true });
    }
  }

  /** A session that trades waits for it: frames are copied in large pieces, as they are. */
  #compact(fs: Fs, beside: string): void {
    const file = fs.openSync(beside, "w+", 0o600);
    try {
      const copied = this.#copyKept(fs, file);
      const last = [record(kinds.outgoing, this.#nextOutgoing), record(kinds.incoming, this.#nextIncoming)];
      const end = last.reduce((at, bytes) => writeAll(fs, file, bytes, at), copied.end);
      fs.fsyncSync(file);
      fs.renameSync(beside, this.#path);
      fs.closeSync(this.#file);
      this.#file = file;
      this.#end = end;
      this.#records = copied.places.length + last.length;
      this.#forget();
      for (const [sequence, place] of copied.places) this.#keep(sequence, place);
    } catch (error) {
      if (this.#file !== file) fs.closeSync(file);
      throw error;
    }
    if (this.#sync) syncFolder(fs, this.#path);
  }

  /** Copies every frame that is kept into another file; returns where they are there, and where it ends. */
  #copyKept(fs: Fs, file: number): { places: (readonly [number, Place])[]; end: number } {
    const kept = this.#sent.between(0, Infinity);
    const places: (readonly [number, Place])[] = [];
    let end = writeAll(fs, file, magic, 0);
    let piece = new Uint8Array(PIECE_BYTES);
    while (places.length < kept.length) {
      const [, first] = kept[places.length] as readonly [number, Place];
      if (HEAD_BYTES + first.length > piece.length) piece = new Uint8Array(HEAD_BYTES + first.length);
      const from = first.at - HEAD_BYTES;
      const read = fs.readSync(this.#file, piece, 0, piece.length, from);
      let filled = 0;
      for (let i = places.length; i < kept.length; i++) {
        const [sequence, { at, length }] = kept[i] as readonly [number, Place];
        if (at - from + length > read) break;
        // What lies between two of them is not needed: they move together.
        piece.copyWithin(filled, at - HEAD_BYTES - from, at - from + length);
        filled += HEAD_BYTES + length;
        places.push([sequence, { at: end + filled - length, length }]);
      }
      if (filled === 0) {
        throw new KalshiFixStoreError(`${this.#path} was changed while a FIX session had it.`);
      }
      end = writeAll(fs, file, piece.subarray(0, filled), end);
    }
    return { places, end };
  }
}

/** A file that was made or renamed is only found after a loss of power when its folder is on the disk too. */
function syncFolder(fs: Fs, path: string): void {
  const folder = path.replace(/[^/\\]*$/, "") || ".";
  try {
    const handle = fs.openSync(folder, "r");
    fs.fsyncSync(handle);
    fs.closeSync(handle);
  } catch {
    // Windows does not open folders, and needs none of this.
  }
}

async function loadFs(): Promise<Fs> {
  // Not for bundlers: where there are no files there is no such module, and another store is used.
  const specifier = "node:fs";
  try {
    return (await import(specifier) as { default: Fs }).default;
  } catch (cause) {
    throw new KalshiConfigError("A FIX store in a file needs a runtime with files: Deno, Bun or Node.", {
      cause,
    });
  }
}
