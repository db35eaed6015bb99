/**
 * Reads files of history back, a group of rows at a time.
 *
 * @module
 */
import { KalshiTableError } from "../../tables/errors.ts";
import { TableReader } from "../../tables/mod.ts";
import { loadNodeFiles } from "../../tables/node_files.ts";
import { readJournal } from "./journal.ts";
import { type HistoryKind, type HistoryRowOf, type KindTable, kindTables } from "./kinds.ts";
import { dayOfFile, journalOf, pathOf } from "./paths.ts";

/** Which rows are wanted. */
export interface RowsWanted {
  /** Of this market; of all where it is undefined. */
  readonly ticker: string | undefined;
  /** From when on, in Unix milliseconds. */
  readonly fromMs: number;
  /** Until when, not included. */
  readonly toMs: number;
  /** The fields of a row that are read, ticker and time among them; the others are undefined. All unless told. */
  readonly fields?: readonly string[] | undefined;
}

type Stored = Readonly<Record<string, unknown>>;

/** The rows of a file, in groups, with only these columns; groups that have nothing of a market are passed over. */
async function* groupsOf(
  path: string,
  columns: readonly string[],
  ticker?: string,
): AsyncGenerator<readonly Stored[], void, undefined> {
  const table = await TableReader.open(path);
  try {
    for (let group = 0; group < table.groups; group++) {
      const range = table.rangeOf(group, "ticker");
      const isElsewhere = range !== undefined && ticker !== undefined &&
        (ticker < String(range.least) || ticker > String(range.most));
      if (isElsewhere) continue;
      const values = await table.read(group, columns);
      yield Array.from({ length: table.rowsOf(group) }, (_, row) => {
        const stored: Record<string, unknown> = {};
        for (const [index, name] of columns.entries()) stored[name] = values[index]?.[row];
        return stored;
      });
    }
  } finally {
    await table.close();
  }
}

/** The tickers of a file. */
export async function readTickers(path: string): Promise<string[]> {
  const tickers: string[] = [];
  for await (const rows of groupsOf(path, ["ticker"])) {
    for (const { ticker } of rows) tickers.push(String(ticker));
  }
  return tickers;
}

/** The rows of a folder, in groups, day by day. */
export async function* readFolder<Kind extends HistoryKind>(
  dir: string,
  kind: Kind,
  { ticker, fromMs, toMs, fields }: RowsWanted,
): AsyncGenerator<readonly HistoryRowOf[Kind][], void, undefined> {
  const files = await loadNodeFiles("Downloads");
  const journal = await readJournal(files, files.path.join(dir, journalOf(kind)));
  if (journal === undefined) {
    throw new KalshiTableError(`${dir} holds no ${kind}: \`downloadHistory\` with this folder brings them.`);
  }
  const { columns, atMs } = kindTables[kind] as KindTable<HistoryRowOf[Kind]>;
  const read = columns.filter(({ field }) => fields === undefined || fields.includes(field));
  const names = read.map(({ name }) => name);
  const inTime = journal.files.filter(({ name }) => {
    const dayMs = Date.parse(dayOfFile(name));
    return dayMs + DAY_MS > fromMs && dayMs < toMs;
  });
  // Names begin with the day; files of one day come in the order in which they were written.
  for (const { name } of inTime.sort((a, b) => compare(dayOfFile(a.name), dayOfFile(b.name)))) {
    for await (const stored of groupsOf(pathOf(files, dir, name), names, ticker)) {
      const own = ticker === undefined ? stored : stored.filter((row) => row.ticker === ticker);
      const rows = own.map((row) => rowOf(kind, row));
      yield rows.filter((row) => atMs(row) >= fromMs && atMs(row) < toMs);
    }
  }
}

const DAY_MS = 86_400_000;
const compare = (a: string, b: string): number => a < b ? -1 : a > b ? 1 : 0;

function rowOf<Kind extends HistoryKind>(kind: Kind, stored: Stored): HistoryRowOf[Kind] {
  const { columns, rest } = kindTables[kind];
  const fields: Record<string, unknown> = { ...rest };
  for (const { name, field } of columns) {
    const value = stored[name];
    fields[field] = value === null ? undefined : typeof value === "bigint" ? Number(value) : value;
  }
  return fields as unknown as HistoryRowOf[Kind];
}
