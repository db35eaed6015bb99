/**
 * The files of lines in a folder: the first line of each, and the rest when it is asked for.
 *
 * @module
 */
import { numberOf, type RecordingHeader } from "./format.ts";
import type { RecordedDamage, RecordedItem } from "./items.ts";
import type { NodeFiles } from "../tables/node_files.ts";
import { readBeginning, readPieces } from "./read_file.ts";
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
  read: (reader, range) => readLines(files, dir, file.name, reader, range),
});

const EVERYTHING = { channels: undefined, tickers: undefined };

async function beginningOf(files: NodeFiles, path: string): Promise<RecordingHeader | undefined> {
  const [line] = await readBeginning(files, path);
  const item = line === undefined
    ? undefined
    : new LineReader(EVERYTHING).read(line, { file: "", line: 1, isChecked: false });
  return typeof item === "object" && item.kind === "start" ? item.header : undefined;
}

async function* readLines(
  files: NodeFiles,
  dir: string,
  name: string,
  reader: LineReader,
  { fromMs, toMs, signal }: ReadRange,
): AsyncGenerator<RecordedItem, void, undefined> {
  const path = files.path.join(dir, name);
  let place = { file: name, line: 0, atMs: 0, us: 0 };
  let hasEnded = false;
  const damage = (reason: RecordedDamage["reason"], line: number, what: string): RecordedDamage => ({
    ...place,
    kind: "damaged",
    reason,
    line,
    message: `${name}, line ${line}: ${what}.`,
  });
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
      yield damage(piece.reason, piece.line, piece.what);
      continue;
    }
    for (const [index, line] of piece.lines.entries()) {
      if (signal?.aborted) assertGoesOn(signal);
      const number = piece.firstLine + index;
      const item = reader.read(line, { file: name, line: number, isChecked: piece.isChecked });
      if (item === undefined) continue;
      if (typeof item === "string") {
        yield damage("unreadable", number, item);
        continue;
      }
      place = { file: name, line: item.line, atMs: item.atMs, us: item.us };
      hasEnded = item.kind === "end";
      yield item;
    }
  }
  if (!hasEnded) yield damage("unfinished", place.line, "the file ends without its last line");
}
