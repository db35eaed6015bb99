/**
 * A store in one file, on Deno, Bun and Node: a log that is only appended to, so that a process that is killed at
 * any byte loses nothing it had written. What was half written at the end is cut off when the file is opened again.
 */
import { KalshiConfigError } from "../base/errors.ts";
import { Recent } from "./recent.ts";
import type { FixStore, SentFrame } from "./store.ts";

type Fs = typeof import("node:fs");

/** Settings of {@linkcode FileFixStore}. */
export interface FileFixStoreOptions {
  /** The file, made when it is missing. One session has it at a time. */
  readonly path: string;
  /**
   * When what was written must be on the disk itself: `always` survives a loss of power, `never` a killed process
   * alone, which is what the counterparty's own memory is worth.
   *
   * @default "never"
   */
  readonly sync?: "always" | "never";
  /** How many messages are kept for a ResendRequest. @default 100_000 */
  readonly keep?: number;
}

/** A record: kind, number, length of its bytes, check of it all; then the bytes. */
const HEAD_BYTES = 17;
const kinds = { sent: 1, outgoing: 2, incoming: 3, reset: 4 } as const;
const magic = new TextEncoder().encode("kalshi-fix-1\n");
/** Records that are no longer needed before the file is written anew. */
const WASTE = 200_000;
/** How much of the file is copied at once. */
const PIECE_BYTES = 1_048_576;

interface Place {
  readonly at: number;
  readonly length: number;
}

/** A session's numbers and messages in a file. */
export class FileFixStore implements FixStore {
  /** MsgSeqNum(34) of the next message that goes out. */
  nextOutgoing = 1;
  /** MsgSeqNum(34) that is expected next. */
  nextIncoming = 1;
  readonly #path: string;
  readonly #sync: boolean;
  readonly #sent: Recent<Place>;
  #fs: Fs | undefined;
  #file = -1;
  #end = 0;
  #records = 0;
  #scratch: Uint8Array = new Uint8Array(4096);

  /** The file is opened with the session. */
  constructor({ path, sync = "never", keep = 100_000 }: FileFixStoreOptions) {
    this.#path = path;
    this.#sync = sync === "always";
    this.#sent = new Recent(keep);
  }

  /** Opens the file, and cuts off what was half written. */
  async open(): Promise<void> {
    if (this.#file >= 0) return;
    this.#fs ??= await loadFs();
    const fs = this.#fs;
    this.#file = fs.openSync(this.#path, fs.existsSync(this.#path) ? "r+" : "w+");
    try {
      this.#read(fs);
    } catch (error) {
      fs.closeSync(this.#file);
      this.#file = -1;
      throw error;
    }
  }

  append(frame: Uint8Array): void {
    const sequence = this.nextOutgoing++;
    this.#sent.set(sequence, { at: this.#end + HEAD_BYTES, length: frame.length });
    this.#write(kinds.sent, sequence, frame);
  }

  setOutgoing(next: number): void {
    this.nextOutgoing = next;
    this.#write(kinds.outgoing, next);
  }

  /** Keeps the number that is expected next. */
  setIncoming(next: number): void {
    this.nextIncoming = next;
    this.#write(kinds.incoming, next);
  }

  sent(from: number, to: number): readonly SentFrame[] {
    const fs = this.#opened();
    const found: SentFrame[] = [];
    for (const [sequence, { at, length }] of this.#sent.between(from, to)) {
      const frame = new Uint8Array(length);
      const read = fs.readSync(this.#file, frame, 0, length, at);
      found.push({ sequence, frame: frame.subarray(0, read) });
    }
    return found;
  }

  reset(): void {
    this.nextOutgoing = 1;
    this.nextIncoming = 1;
    this.#sent.clear();
    this.#write(kinds.reset, 0);
  }

  /** Closes the file. A second call is harmless. */
  close(): void {
    if (this.#file < 0) return;
    this.#fs?.closeSync(this.#file);
    this.#file = -1;
    this.#sent.clear();
  }

  #opened(): Fs {
    if (this.#fs === undefined || this.#file < 0) {
      throw new KalshiConfigError(`The FIX store ${this.#path} is not open: await open() first.`);
    }
    return this.#fs;
  }

  #write(kind: number, number: number, bytes: Uint8Array = new Uint8Array(0)): void {
    const fs = this.#opened();
    const size = HEAD_BYTES + bytes.length;
    if (this.#scratch.length < size) this.#scratch = new Uint8Array(2 * size);
    const record = this.#scratch.subarray(0, size);
    fill(record, kind, number, bytes);
    this.#end = writeAll(fs, this.#file, record, this.#end);
    if (this.#sync) fs.fdatasyncSync(this.#file);
    if (++this.#records - this.#sent.size > WASTE) this.#compact();
  }

  #read(fs: Fs): void {
    const { size } = fs.fstatSync(this.#file);
    const head = new Uint8Array(magic.length);
    const had = size === 0 ? 0 : fs.readSync(this.#file, head, 0, head.length, 0);
    const same = head.subarray(0, had).every((byte, i) => byte === magic[i]);
    if (!same) throw new KalshiConfigError(`${this.#path} is no store of a FIX session: give another file.`);
    this.nextOutgoing = this.nextIncoming = 1;
    this.#sent.clear();
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
        this.#sent.set(number, { at: this.#end + HEAD_BYTES, length });
        this.nextOutgoing = number + 1;
        return;
      case kinds.outgoing:
        this.nextOutgoing = number;
        return;
      case kinds.incoming:
        this.nextIncoming = number;
        return;
      case kinds.reset:
        this.nextOutgoing = this.nextIncoming = 1;
        this.#sent.clear();
    }
  }

  /**
   * Writes what is still needed into a new file, and puts that in the place of the old one. A session that trades waits
   * for it: frames are copied in large pieces, as they are.
   */
  #compact(): void {
    const fs = this.#opened();
    const beside = `${this.#path}.new`;
    const file = fs.openSync(beside, "w+");
    try {
      const { places, end } = this.#copyKept(fs, file);
      const last = [record(kinds.outgoing, this.nextOutgoing), record(kinds.incoming, this.nextIncoming)];
      this.#end = last.reduce((at, bytes) => writeAll(fs, file, bytes, at), end);
      fs.fsyncSync(file);
      fs.renameSync(beside, this.#path);
      fs.closeSync(this.#file);
      this.#file = file;
      this.#records = places.length + 2;
      this.#sent.clear();
      for (const [sequence, place] of places) this.#sent.set(sequence, place);
    } catch (error) {
      if (this.#file !== file) fs.closeSync(file);
      throw error;
    }
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
      if (filled === 0) throw new KalshiConfigError(`${this.#path} was changed while a FIX session had it.`);
      end = writeAll(fs, file, piece.subarray(0, filled), end);
    }
    return { places, end };
  }
}

/** Returns where the file goes on behind the bytes. */
function writeAll(fs: Fs, file: number, bytes: Uint8Array, at: number): number {
  for (let written = 0; written < bytes.length;) {
    written += fs.writeSync(file, bytes, written, bytes.length - written, at + written);
  }
  return at + bytes.length;
}

function record(kind: number, number: number, bytes: Uint8Array = new Uint8Array(0)): Uint8Array {
  const made = new Uint8Array(HEAD_BYTES + bytes.length);
  fill(made, kind, number, bytes);
  return made;
}

function fill(record: Uint8Array, kind: number, number: number, bytes: Uint8Array): void {
  const view = new DataView(record.buffer, record.byteOffset);
  record[0] = kind;
  view.setFloat64(1, number);
  view.setUint32(9, bytes.length);
  view.setUint32(13, crc32(crc32(0, record.subarray(0, 13)), bytes));
  record.set(bytes, HEAD_BYTES);
}

const table: Uint32Array = /* @__PURE__ */ (() => {
  const made = new Uint32Array(256);
  for (let n = 0; n < 256; n++) {
    let c = n;
    for (let k = 0; k < 8; k++) c = (c & 1) === 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
    made[n] = c;
  }
  return made;
})();

function crc32(before: number, bytes: Uint8Array): number {
  let c = ~before;
  for (let i = 0; i < bytes.length; i++) c = (table[(c ^ (bytes[i] as number)) & 255] as number) ^ (c >>> 8);
  return ~c >>> 0;
}

async function loadFs(): Promise<Fs> {
  // Not for bundlers: where there are no files there is no such module, and another store is used.
  const specifier = "node:fs";
  try {
    return await import(specifier) as Fs;
  } catch (cause) {
    throw new KalshiConfigError("A FIX store in a file needs a runtime with files: Deno, Bun or Node.", {
      cause,
    });
  }
}
