/**
 * A file of a recording that is kept in tables: its rows in the order of its lines, of as few tables and row groups as
 * the reader wants.
 *
 * @module
 */
import type { NodeFiles } from "../../tables/node_files.ts";
import { type ColumnValues, KalshiTableError, TableReader } from "../../tables/mod.ts";
import type { RecordedDamage, RecordedItem, RecordedMessage, RecordedPlace } from "../items.ts";
import { timeOf } from "../format.ts";
import type { LineReader } from "../read_line.ts";
import { assertGoesOn, type FileSource, type ReadRange } from "../source.ts";
import { type BadManifest, EVENTS, type Manifest, MARKETS, type TablePlace } from "./layout.ts";

/** A file by its manifest. */
export function tableSource(files: NodeFiles, dir: string, manifest: Manifest): FileSource {
  const { file: name, header, tables } = manifest;
  const times = tables.filter(({ rows }) => rows > 0);
  return {
    isTable: true,
    file: {
      name,
      bytes: tables.reduce((sum, { bytes }) => sum + bytes, 0),
      header: header ?? undefined,
      ...times.length > 0 && {
        fromMs: Math.min(...times.map(({ fromMs }) => fromMs)),
        toMs: Math.max(...times.map(({ toMs }) => toMs)),
      },
    },
    read: (reader, range) => inRuns(readTables(files, dir, manifest, reader, range)),
    readTexts: (reader, range) => inRuns(readTables(files, dir, manifest, reader, range)),
  };
}

/**
 * A file whose manifest cannot be read: that is told in its place, whatever of it is asked for.
 *
 * @param next the name of the file after it
 */
export function lostSource({ file: name, error }: BadManifest, next: string | undefined): FileSource {
  const begun = timeOf(name);
  const ended = next === undefined ? undefined : timeOf(next);
  const read = async function* (_reader: LineReader, { fromMs }: ReadRange) {
    const atMs = Math.max(begun ?? 0, fromMs);
    const { message } = error;
    const damage = {
      kind: "damaged",
      reason: "unreadable",
      file: name,
      line: 1,
      atMs,
      us: 0,
      message,
    } as const;
    yield await Promise.resolve([damage]);
  };
  return {
    isTable: true,
    file: {
      name,
      bytes: 0,
      header: undefined,
      ...begun !== undefined && { fromMs: begun },
      // Names tell whole seconds.
      ...ended !== undefined && { toMs: ended + 1_000 },
    },
    read,
    readTexts: read,
  };
}

/** As many items are handed over at once. */
const RUN = 256;

async function* inRuns(items: AsyncIterable<RecordedItem>): AsyncGenerator<RecordedItem[], void, undefined> {
  let run: RecordedItem[] = [];
  for await (const item of items) {
    if (run.push(item) < RUN) continue;
    yield run;
    run = [];
  }
  yield run;
}

async function* readTables(
  files: NodeFiles,
  dir: string,
  { file, tables, reader: behind }: Manifest,
  reader: LineReader,
  range: ReadRange,
): AsyncGenerator<RecordedItem, void, undefined> {
  const wanted = tables.filter((table) => isWanted(table, reader, range));
  const cursors: Cursor[] = [];
  let place: RecordedPlace = { file, line: 0, atMs: 0, us: 0 };
  const damage = ({ path }: TablePlace, error: unknown): RecordedDamage => {
    if (!(error instanceof KalshiTableError)) throw error;
    return { ...place, kind: "damaged", reason: "unreadable", message: `${path}: ${error.message}` };
  };
  try {
    for (const table of wanted) {
      const cursor = new Cursor(files.path.join(dir, ...table.path.split("/")), file, table, reader, range);
      try {
        await cursor.next();
        cursors.push(cursor);
      } catch (error) {
        await cursor.close();
        yield damage(table, error);
      }
    }
    for (let cursor = first(cursors); cursor !== undefined; cursor = first(cursors)) {
      if (range.signal?.aborted) assertGoesOn(range.signal);
      const item = cursor.item();
      if (item !== undefined) {
        place = { file, line: item.line, atMs: item.atMs, us: item.us };
        yield item;
      }
      try {
        const loading = cursor.next();
        if (loading !== undefined) await loading;
      } catch (error) {
        cursors.splice(cursors.indexOf(cursor), 1);
        await cursor.close();
        yield damage(cursor.table, error);
      }
    }
  } finally {
    for (const cursor of cursors) await cursor.close();
  }
  reader.restore(behind);
}

/** The one whose next row comes first. */
function first(cursors: readonly Cursor[]): Cursor | undefined {
  let found: Cursor | undefined;
  for (const cursor of cursors) {
    if (cursor.at < (found?.at ?? Infinity)) found = cursor;
  }
  return found;
}

function isWanted({ channel, fromMs, toMs }: TablePlace, reader: LineReader, range: ReadRange): boolean {
  // How a file begins is told whenever that was.
  if (channel === EVENTS) return true;
  if (channel !== MARKETS && !reader.wantsChannel(channel)) return false;
  return toMs >= range.fromMs && fromMs < range.toMs;
}

const PLACE = ["item", "received_at", "us", "line", "ticker"];

/** One table, and how far it is read. */
class Cursor {
  readonly table: TablePlace;
  readonly #path: string;
  readonly #file: string;
  readonly #reader: LineReader;
  readonly #range: ReadRange;
  readonly #isFrames: boolean;
  readonly #columns: readonly string[];
  #open: TableReader | undefined;
  #group = -1;
  #values: readonly ColumnValues[] = [];
  #row = 0;
  #rows = 0;
  /** The place of its next row among everything in the file; infinite at its end. */
  at = -1;

  constructor(path: string, file: string, table: TablePlace, reader: LineReader, range: ReadRange) {
    this.#path = path;
    this.#file = file;
    this.table = table;
    this.#reader = reader;
    this.#range = range;
    const { channel } = table;
    this.#isFrames = channel !== EVENTS && channel !== MARKETS;
    this.#columns = this.#isFrames
      ? [...PLACE, "frame"]
      : channel === EVENTS
      ? [...PLACE, "data", "kind", "of_channel"]
      : [...PLACE, "data"];
  }

  /** Goes to the next row that is wanted; a promise where a group has to be read for it. */
  next(): Promise<void> | undefined {
    for (this.#row++; this.#row < this.#rows; this.#row++) {
      if (!this.#isHere()) continue;
      this.at = Number(this.#values[0]?.[this.#row]);
      return undefined;
    }
    return this.#load();
  }

  /** What the row says; undefined where that is not wanted. */
  item(): RecordedItem | undefined {
    const [, at, us, line, ticker, text, kind, ofChannel] = this.#values.map((values) => values[this.#row]);
    const place = { file: this.#file, line: Number(line), atMs: Number(at), us: Number(us) };
    const frame = (channel: string | undefined): RecordedItem => ({
      kind: "frame",
      ...place,
      text: String(text),
      frame: JSON.parse(String(text)) as RecordedMessage,
      channel,
      ticker: words(ticker),
    });
    if (this.#isFrames) return frame(this.table.channel);
    if (kind === "frame") {
      const channel = words(ofChannel);
      return this.#reader.wants(channel, words(ticker)) ? frame(channel) : undefined;
    }
    if (kind === "damaged") return { ...place, kind, ...JSON.parse(String(text)) } as RecordedDamage;
    const item = this.#reader.read(String(text), { file: this.#file, line: place.line, isChecked: true });
    if (typeof item !== "string") return item;
    return {
      ...place,
      kind: "damaged",
      reason: "unreadable",
      message: `${this.#path}, item ${this.at}: ${item}.`,
    };
  }

  async close(): Promise<void> {
    await this.#open?.close();
    this.#open = undefined;
  }

  #isHere(): boolean {
    if (!this.#isFrames) return true;
    const [, times, , , tickers, texts] = this.#values;
    // The levels of a snapshot behind the first have no frame of their own.
    if (typeof texts?.[this.#row] !== "string") return false;
    const atMs = Number(times?.[this.#row]);
    if (atMs < this.#range.fromMs || atMs >= this.#range.toMs) return false;
    return this.#reader.wantsTicker(words(tickers?.[this.#row]));
  }

  /** Reads groups until one has a row that is wanted. */
  async #load(): Promise<void> {
    const table = this.#open ??= await TableReader.open(this.#path);
    while (++this.#group < table.groups) {
      if (this.#isFrames && !await this.#isWorthReading(table)) continue;
      this.#values = await table.read(this.#group, this.#columns);
      this.#rows = table.rowsOf(this.#group);
      for (this.#row = 0; this.#row < this.#rows; this.#row++) {
        if (!this.#isHere()) continue;
        this.at = Number(this.#values[0]?.[this.#row]);
        return;
      }
    }
    this.at = Infinity;
    this.#values = [];
    this.#rows = 0;
    await this.close();
  }

  /** Whether a group can hold anything that is wanted: by its times, and then by its tickers alone. */
  async #isWorthReading(table: TableReader): Promise<boolean> {
    const times = table.rangeOf(this.#group, "received_at");
    const { fromMs, toMs } = this.#range;
    if (times !== undefined && (Number(times.most) < fromMs || Number(times.least) >= toMs)) return false;
    if (!this.#reader.picksTickers) return true;
    const [tickers = []] = await table.read(this.#group, ["ticker"]);
    for (let row = 0; row < tickers.length; row++) {
      if (this.#reader.wantsTicker(words(tickers[row]))) return true;
    }
    return false;
  }
}

const words = (value: unknown): string | undefined => typeof value === "string" ? value : undefined;
