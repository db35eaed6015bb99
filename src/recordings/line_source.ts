/**
 * The files of lines in a folder: the first line of each, and the rest when it is asked for.
 *
 * @module
 */
import { numberOf, type RecordingHeader, splitFrame } from "./format.ts";
import type { RecordedDamage } from "./items.ts";
import type { NodeFiles } from "../tables/node_files.ts";
import { type Piece, readBeginning, readPieces } from "./read_file.ts";
import { LineReader } from "./read_line.ts";
import { assertGoesOn, type FileSource, type ReadRange, type RecordedFile } from "./source.ts";

/** Every file of lines in a folder, in the order of their writing. */
export async function lineSources(files: NodeFiles, dir: string): Promise<FileSource[]> {
  const { fs, path } = files;
  const names = (await fs.readdir(dir)).filter((name) => numberOf(name) !== undefined);
  names.sort((one, other) => (numberOf(one) ?? 0) - (numberOf(other) ?? 0) || (one < other ? -1 : 1));
  const found: { -readonly [Name in keyof RecordedFile]: RecordedFile[Name] }[] = [];
  for (const name of names) {
    const { size } = await fs.stat(path.join(dir, name));
    const header = await beginningOf(files, path.join(dir, name));
    const before = found.at(-1);
    const { previous } = header ?? {};
    if (before !== undefined && before.name === previous?.file) {
      before.fromMs = previous.fromMs;
      before.toMs = previous.toMs;
    }
    found.push({ name, bytes: size, header });
  }
  return found.map((file) => sourceOf(files, dir, file));
}

/** One of them. */
export async function lineSource(files: NodeFiles, dir: string, name: string): Promise<FileSource> {
  const path = files.path.join(dir, name);
  const { size } = await files.fs.stat(path);
  return sourceOf(files, dir, { name, bytes: size, header: await beginningOf(files, path) });
}

const sourceOf = (files: NodeFiles, dir: string, file: RecordedFile): FileSource => ({
  file,
  isTable: false,
  read: (reader, range) =>
    readRuns(
      files,
      dir,
      file.name,
      (line, number, isChecked) => reader.read(line, { file: file.name, line: number, isChecked }),
      range,
    ),
  readTexts: (reader, range) =>
    readRuns(files, dir, file.name, (line, number, isChecked) => {
      // A frame of a block whose bytes were checked is not looked into.
      const split = isChecked ? splitFrame(line) : undefined;
      if (split === undefined) return reader.read(line, { file: file.name, line: number, isChecked });
      return { kind: "frame", atMs: split.atMs, us: split.us, text: split.text };
    }, range),
});

const EVERYTHING = { channels: undefined, tickers: undefined };

async function beginningOf(files: NodeFiles, path: string): Promise<RecordingHeader | undefined> {
  const [line] = await readBeginning(files, path);
  const item = line === undefined
    ? undefined
    : new LineReader(EVERYTHING).read(line, { file: path, line: 1, isChecked: false });
  return typeof item === "object" && item.kind === "start" ? item.header : undefined;
}

/** What every item has that is read. */
interface ReadItem {
  readonly kind: string;
  readonly atMs: number;
  readonly us: number;
}

type Lines = Extract<Piece, { kind: "lines" }>;

/**
 * What is in a file, a run of items at a time, which are read as they are asked for. A run must be gone through before the
 * next one is asked for.
 */
async function* readRuns<Item extends ReadItem>(
  files: NodeFiles,
  dir: string,
  name: string,
  read: (line: string, number: number, isChecked: boolean) => Item | string | undefined,
  { fromMs, toMs, signal }: ReadRange,
): AsyncGenerator<Iterable<Item | RecordedDamage>, void, undefined> {
  const path = files.path.join(dir, name);
  let last: Item | undefined;
  let lastLine = 0;
  const damage = (reason: RecordedDamage["reason"], line: number, what: string): RecordedDamage => ({
    ...{ file: name, atMs: last?.atMs ?? 0, us: last?.us ?? 0 },
    kind: "damaged",
    reason,
    line,
    message: `${name}, line ${line}: ${what}.`,
  });
  let hasEnded = false;
  const itemsOf = function* ({ lines, firstLine, isChecked }: Lines): Generator<Item | RecordedDamage> {
    let next = firstLine;
    for (const line of lines) {
      if (signal?.aborted) assertGoesOn(signal);
      const number = next++;
      const item = read(line, number, isChecked);
      if (item === undefined) continue;
      if (typeof item === "string") {
        yield damage("unreadable", number, item);
        continue;
      }
      last = item;
      lastLine = number;
      hasEnded = item.kind === "end";
      yield item;
    }
  };
  // The first block has the header, the last one the end: both are small, and always looked into.
  const pieces = readPieces(
    files,
    path,
    (head) => head.firstLine === 1 || head.lines === 1 || head.fromMs < toMs && head.toMs >= fromMs,
  );
  for await (const piece of pieces) {
    assertGoesOn(signal);
    if (piece.kind === "damaged") {
      hasEnded = false;
      yield [damage(piece.reason, piece.line, piece.what)];
    } else yield itemsOf(piece);
  }
  if (!hasEnded) yield [damage("unfinished", lastLine, "the file ends without its last line")];
}
