/**
 * Rows that come to the disk together: one file for each day of UTC that they touch.
 *
 * @module
 */
import { KalshiConfigError } from "../../base/errors.ts";
import type { NodeFiles } from "../../tables/node_files.ts";
import { TableWriter } from "../../tables/mod.ts";
import { type JournalFile, type JournalState, readJournal } from "./journal.ts";
import { folderOf, journalOf, pathOf, runOf } from "./paths.ts";
import { dayOf, type HistoryKind, type HistoryRowOf, type KindTable, kindTables } from "./kinds.ts";

/** Rows of one kind that wait for the disk. */
export class Parts<Kind extends HistoryKind> {
  readonly #kind: Kind;
  readonly #table: KindTable<HistoryRowOf[Kind]>;
  #days = new Map<string, HistoryRowOf[Kind][]>();
  /** How many wait. */
  length = 0;

  constructor(kind: Kind) {
    this.#kind = kind;
    this.#table = kindTables[kind] as KindTable<HistoryRowOf[Kind]>;
  }

  /** Adds rows. */
  add(rows: readonly HistoryRowOf[Kind][]): void {
    for (const row of rows) {
      const day = dayOf(this.#table.atMs(row));
      const own = this.#days.get(day);
      if (own === undefined) this.#days.set(day, [row]);
      else own.push(row);
    }
    this.length += rows.length;
  }

  /** Writes a file for each day; all of them are on the disk when it resolves. */
  async write(system: NodeFiles, dir: string, prefix: string): Promise<JournalFile[]> {
    const files: JournalFile[] = [];
    const days = this.#days;
    this.#days = new Map();
    this.length = 0;
    for (const [day, rows] of [...days].sort(([a], [b]) => a < b ? -1 : 1)) {
      const name = `${folderOf(this.#kind)}/day=${day}/${prefix}.parquet`;
      await this.#write(pathOf(system, dir, name), rows);
      files.push({ name, rows: rows.length });
    }
    return files;
  }

  async #write(path: string, rows: readonly HistoryRowOf[Kind][]): Promise<void> {
    const { columns, atMs } = this.#table;
    const writer = await TableWriter.create({ path, columns, metadata: { "kalshi.history": this.#kind } });
    try {
      for (const row of [...rows].sort((a, b) => atMs(a) - atMs(b))) {
        await writer.add(columns.map(({ field }) => row[field] as string | number | boolean | undefined));
      }
      await writer.close();
    } finally {
      await writer.discard();
    }
  }
}

/** Deletes what killed runs have left below the folder of a kind: files of runs that the journal knows, which do not count. */
export async function sweep(
  system: NodeFiles,
  dir: string,
  kind: HistoryKind,
  { files, runs }: JournalState,
): Promise<void> {
  const counted = new Set(files.map(({ name }) => name));
  for (const name of await tablesOf(system, dir, kind)) {
    // Whatever else lies there is somebody's.
    if (counted.has(name) || !runs.has(runOf(name) ?? "")) continue;
    await system.fs.rm(pathOf(system, dir, name), { force: true });
  }
}

/**
 * Refuses a folder with tables of which its journal does not say what they are: to go on would be to download them again
 * beside them.
 *
 * @throws {KalshiConfigError} where there are some
 */
export async function assertKnown(system: NodeFiles, dir: string, kind: HistoryKind): Promise<void> {
  // Before the journal: another process may begin now, and its tables come behind its lines.
  const names = await tablesOf(system, dir, kind);
  const { plan, runs } = await readJournal(system, system.path.join(dir, journalOf(kind))) ?? {};
  const strange = names.find((name) => {
    const run = runOf(name);
    return plan === undefined || run !== undefined && runs?.has(run) === false;
  });
  if (strange === undefined) return;
  throw new KalshiConfigError(
    `downloadHistory: ${dir} holds ${strange}, and ${journalOf(kind)} there ${
      plan === undefined ? "is missing or empty" : "does not know it"
    }, so that nobody can say what is whole. Nothing was changed. Put the journal back from a copy, or give another ` +
      `folder, or delete ${folderOf(kind)} there yourself to download it anew.`,
  );
}

/** Tables below the folder of a kind, whole or not, whoever has put them there. */
async function tablesOf({ fs, path }: NodeFiles, dir: string, kind: HistoryKind): Promise<string[]> {
  const root = path.join(dir, folderOf(kind));
  const found: string[] = [];
  for (const day of await fs.readdir(root).catch(() => [])) {
    for (const file of await fs.readdir(path.join(root, day)).catch(() => [])) {
      if (/\.parquet(\.part)?$/.test(file)) found.push(`${folderOf(kind)}/${day}/${file}`);
    }
  }
  return found;
}

/** Deletes files. */
export async function remove(system: NodeFiles, dir: string, files: readonly JournalFile[]): Promise<void> {
  for (const { name } of files) await system.fs.rm(pathOf(system, dir, name), { force: true });
}
