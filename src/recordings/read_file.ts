/**
 * The lines of one file, block by block, and where it is damaged. A block that cannot be read costs its own lines and
 * no others.
 *
 * @module
 */
import type { Readable } from "node:stream";
import { type BlockHead, HEAD_BYTES, readHead, SIGNATURE, unpackBlock, unpackTorn } from "./blocks.ts";
import { recordingError } from "./errors.ts";
import type { FileHandle, NodeFiles } from "../tables/node_files.ts";

/** What a file holds at some place. */
export type Piece =
  | {
    readonly kind: "lines";
    /** Whole lines, without their ends. */
    readonly lines: readonly string[];
    /** The number of the first one. */
    readonly firstLine: number;
    /** Whether a CRC says that these are the lines that were written. */
    readonly isChecked: boolean;
  }
  | {
    readonly kind: "damaged";
    readonly reason: "torn" | "unreadable";
    /** The line that it begins at. */
    readonly line: number;
    readonly what: string;
  };

/** So much is looked through at once for the next block. */
const SEARCHED = 1 << 16;

/** A file without a block in so many bytes has none. */
const FOREIGN = 1 << 22;

/** A line of another tool's file that is longer is none: a small file may unpack to more than there is memory. */
const LONGEST_LINE = 1 << 25;

/** Where a file is read. */
interface Opened {
  readonly files: NodeFiles;
  readonly handle: FileHandle;
  readonly size: number;
}

/**
 * Reads a file from its beginning. `wants` says of each block, by its head, whether it is looked into.
 *
 * @throws {KalshiRecordingError} where it cannot be opened or read
 */
export async function* readPieces(
  files: NodeFiles,
  path: string,
  wants: (head: BlockHead) => boolean,
): AsyncGenerator<Piece, void, undefined> {
  let handle: FileHandle | undefined;
  try {
    handle = await files.fs.open(path, "r");
    const { size } = await handle.stat();
    const opened: Opened = { files, handle, size };
    if (await headAt(opened, 0) !== undefined || !await isForeign(opened, path)) {
      yield* readBlocks(opened, wants);
    } else yield* readForeign(files, path);
  } catch (cause) {
    throw recordingError(`${path} cannot be read`, cause);
  } finally {
    await handle?.close();
  }
}

/** The lines of the first block alone; none where that is damaged. */
export async function readBeginning(files: NodeFiles, path: string): Promise<readonly string[]> {
  for await (const piece of readPieces(files, path, () => true)) {
    return piece.kind === "lines" ? piece.lines.slice(0, 1) : [];
  }
  return [];
}

async function* readBlocks(
  opened: Opened,
  wants: (head: BlockHead) => boolean,
): AsyncGenerator<Piece, void, undefined> {
  const { files, size } = opened;
  let line = 1;
  for (let at = 0; at < size;) {
    const head = await headAt(opened, at);
    if (head !== undefined && at + head.size <= size) {
      const next = head.firstLine + head.lines;
      if (!wants(head)) {
        at += head.size;
        line = next;
        continue;
      }
      const text = await unpackBlock(files, await bytesAt(opened, at, head.size));
      if (text !== undefined) {
        // A block that was damaged so that it could not be found again left a hole here.
        yield linesOf(text, head.firstLine, true);
        at += head.size;
        line = next;
        continue;
      }
    }
    const after = await searchFrom(opened, at + 1);
    if (after === undefined && isTorn(head, at, size)) {
      const text = head && unpackTorn(files, await bytesAt(opened, at, size - at));
      const found = text ? linesOf(text, head?.firstLine ?? line, false) : undefined;
      if (found !== undefined) yield found;
      line = (head?.firstLine ?? line) + (found?.lines.length ?? 0);
      yield {
        kind: "damaged",
        reason: "torn",
        line,
        what: `${size - at} bytes of a block whose end is missing`,
      };
      return;
    }
    const bytes = (after ?? size) - at;
    yield {
      kind: "damaged",
      reason: "unreadable",
      line,
      what: `${bytes} bytes that are not what was written`,
    };
    at += bytes;
  }
}

/** Whether the rest of a file may be the beginning of a block. */
const isTorn = (head: BlockHead | undefined, at: number, size: number) =>
  head === undefined ? size - at < HEAD_BYTES : at + head.size > size;

const linesOf = (text: string, firstLine: number, isChecked: boolean) => ({
  kind: "lines" as const,
  lines: text === "" ? [] : text.slice(0, -1).split("\n"),
  firstLine,
  isChecked,
});

async function bytesAt({ handle }: Opened, at: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let read = 0;
  while (read < length) {
    const { bytesRead } = await handle.read(bytes, read, length - read, at + read);
    if (bytesRead === 0) break;
    read += bytesRead;
  }
  return read === length ? bytes : bytes.subarray(0, read);
}

async function headAt(opened: Opened, at: number): Promise<BlockHead | undefined> {
  return readHead(await bytesAt(opened, at, Math.min(HEAD_BYTES, opened.size - at)));
}

/** Where the next block begins. */
async function searchFrom(opened: Opened, from: number): Promise<number | undefined> {
  for (let at = from; at < opened.size; at += SEARCHED - SIGNATURE.length) {
    const bytes = await bytesAt(opened, at, Math.min(SEARCHED, opened.size - at));
    const found = indexOf(bytes, SIGNATURE);
    if (found >= 0) return at + found;
  }
  return undefined;
}

function indexOf(bytes: Uint8Array, searched: Uint8Array): number {
  const [first = 0] = searched;
  for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (searched.every((byte, index) => bytes[at + index] === byte)) return at;
  }
  return -1;
}

/** Whether a file was packed or unpacked by other tools. One with blocks of ours is ours, and damaged where it begins. */
async function isForeign(opened: Opened, path: string): Promise<boolean> {
  if (!path.endsWith(".gz")) return true;
  if (opened.size < SIGNATURE.length) return false;
  const [one, two] = await bytesAt(opened, 0, Math.min(2, opened.size));
  const size = Math.min(opened.size, FOREIGN);
  return one === 0x1f && two === 0x8b && await searchFrom({ ...opened, size }, 0) === undefined;
}

/** Reads a file of lines as a stream, packed or not. */
async function* readForeign(
  { plain, zlib }: NodeFiles,
  path: string,
): AsyncGenerator<Piece, void, undefined> {
  const file = plain.createReadStream(path);
  const source: Readable = path.endsWith(".gz") ? file.pipe(zlib.createGunzip()) : file;
  if (source !== file) file.on("error", (error) => source.destroy(error));
  const decoder = new TextDecoder();
  let rest = "";
  let firstLine = 1;
  try {
    for await (const chunk of source) {
      const lines = decoder.decode(chunk as Uint8Array, { stream: true }).split("\n");
      lines[0] = rest + (lines[0] ?? "");
      rest = lines.pop() ?? "";
      if (lines.length > 0) yield { kind: "lines", lines, firstLine, isChecked: false };
      firstLine += lines.length;
      if (rest.length <= LONGEST_LINE) continue;
      const what = `a line of more than ${LONGEST_LINE} characters`;
      return yield { kind: "damaged", reason: "unreadable", line: firstLine, what };
    }
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    return yield { kind: "damaged", reason: "unreadable", line: firstLine, what };
  } finally {
    file.destroy();
  }
  if (rest === "") return;
  yield { kind: "damaged", reason: "torn", line: firstLine, what: "a line whose end is missing" };
}
