/**
 * Blocks: a file is a row of gzip members, each with whole lines, so that every tool that knows gzip reads it, and what
 * was written before a crash is complete in itself. An extra field, which gzip leaves to us, says how long the member
 * is, which lines it has and of what time, so that a reader can pass over it, and find the next one behind damage.
 *
 * @module
 */
import type { NodeFiles } from "../tables/node_files.ts";

/** What is known of a block without unpacking it. */
export interface BlockHead {
  /** Bytes of the whole member. */
  readonly size: number;
  /** The number of its first line in the file, from 1. */
  readonly firstLine: number;
  /** How many lines it has. */
  readonly lines: number;
  /** The earliest time in it, in Unix milliseconds. */
  readonly fromMs: number;
  /** The latest time in it, in Unix milliseconds. */
  readonly toMs: number;
}

const GZIP_HEAD = 10;
const FIELD = 28;
/** Bytes before the packed lines. */
export const HEAD_BYTES = 16 + FIELD;
/** Check and length behind them. */
const TAIL_BYTES = 8;

/** What every block begins with: gzip, an extra field, no time, and the field's name (KR) and length. */
export const SIGNATURE: Uint8Array = Uint8Array.of(
  ...[0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 255],
  ...[FIELD + 4, 0, 0x4b, 0x52, FIELD, 0],
);

/** No block is larger when it is unpacked: what claims to be is damage. */
const MOST_UNPACKED = 1 << 28;

/** Packs lines. */
export async function packBlock(
  { zlib }: NodeFiles,
  text: string,
  head: Omit<BlockHead, "size">,
  level: number,
): Promise<Uint8Array> {
  const packed = await new Promise<Uint8Array>((resolve, reject) => {
    zlib.gzip(
      new TextEncoder().encode(text),
      { level },
      (error, bytes) => error ? reject(error) : resolve(bytes),
    );
  });
  const size = packed.length - GZIP_HEAD + HEAD_BYTES;
  const block = new Uint8Array(size);
  block.set(SIGNATURE);
  const view = new DataView(block.buffer);
  view.setUint32(16, size, true);
  view.setUint32(20, head.firstLine, true);
  view.setUint32(24, head.lines, true);
  view.setFloat64(28, head.fromMs, true);
  view.setFloat64(36, head.toMs, true);
  block.set(packed.subarray(GZIP_HEAD), HEAD_BYTES);
  return block;
}

/** The head of a block; undefined where none begins here. */
export function readHead(bytes: Uint8Array): BlockHead | undefined {
  if (bytes.length < HEAD_BYTES || SIGNATURE.some((byte, at) => bytes[at] !== byte)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const size = view.getUint32(16, true);
  if (size < HEAD_BYTES + TAIL_BYTES) return undefined;
  return {
    size,
    firstLine: view.getUint32(20, true),
    lines: view.getUint32(24, true),
    fromMs: view.getFloat64(28, true),
    toMs: view.getFloat64(36, true),
  };
}

/** The text of a whole block, checked by its CRC; undefined for a damaged one. */
export function unpackBlock({ zlib }: NodeFiles, block: Uint8Array): Promise<string | undefined> {
  return new Promise((resolve) => {
    // All of it in one piece: unpacking in many and putting them together takes three times as long.
    const chunkSize = pieceOf(block);
    zlib.gunzip(block, { maxOutputLength: MOST_UNPACKED, chunkSize }, (error, bytes) => {
      resolve(error ? undefined : new TextDecoder().decode(bytes));
    });
  });
}

/** Pieces that zlib may unpack at once, in bytes. */
const [LEAST_PIECE, MOST_PIECE] = [1 << 10, 1 << 23];

/** Room for all of a block when it is unpacked, by what gzip says of it at its end; where it is damaged, that is anything. */
function pieceOf(block: Uint8Array): number {
  if (block.length < HEAD_BYTES + TAIL_BYTES) return LEAST_PIECE;
  const size = new DataView(block.buffer, block.byteOffset, block.length).getUint32(block.length - 4, true);
  return Math.min(MOST_PIECE, Math.max(LEAST_PIECE, size + 1));
}

/** What can be read of a block whose end is missing: its whole lines, as far as they go. */
export function unpackTorn({ zlib }: NodeFiles, block: Uint8Array): string {
  const packed = block.subarray(HEAD_BYTES);
  if (packed.length === 0) return "";
  try {
    const bytes = zlib.inflateRawSync(packed, {
      finishFlush: zlib.constants.Z_SYNC_FLUSH,
      maxOutputLength: MOST_UNPACKED,
    });
    const text = new TextDecoder().decode(bytes);
    return text.slice(0, text.lastIndexOf("\n") + 1);
  } catch {
    return "";
  }
}
