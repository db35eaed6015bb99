/**
 * Rows that come to the disk together: one file for each day of UTC that they touch.
 *
 * @module
 */
import type { NodeFiles } from "../../tables/node_files.ts";
import { TableWriter } from "../../tables/mod.ts";
import type { JournalFile } from "./journal.ts";
import { folderOf, pathOf } from "./paths.ts";
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

/** Deletes what a killed run has left below the folder of a kind: files that do not count. */
export async function sweep(
  { fs, path }: NodeFiles,
  dir: string,
  kind: HistoryKind,
  counted: readonly JournalFile[],
): Promise<void> {
  const known = new Set(counted.map(({ name }) => name));
  const root = path.join(dir, folderOf(kind));
  for (const day of await fs.readdir(root).catch(() => [])) {
    for (const file of await fs.readdir(path.join(root, day)).catch(() => [])) {
      const isOurs = file.endsWith(".parquet") || file.endsWith(".parquet.part");
      if (!isOurs || known.has(`${folderOf(kind)}/${day}/${file}`)) continue;
      await fs.rm(path.join(root, day, file), { force: true });
    }
  }
}

/** Deletes files. */
export async function remove(system: NodeFiles, dir: string, files: readonly JournalFile[]): Promise<void> {
  for (const { name } of files) await system.fs.rm(pathOf(system, dir, name), { force: true });
}
