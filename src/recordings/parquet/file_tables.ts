/**
 * The tables that one file of a recording becomes, while they are written: one for each day and channel.
 *
 * @module
 */
import { type NodeFiles, syncFolder } from "../../tables/node_files.ts";
import { TableWriter } from "../../tables/mod.ts";
import type { RecordedItem } from "../items.ts";
import { dayOf, placeOf, type TablePlace } from "./layout.ts";
import { columnsOf, rowsOf, tableOf } from "./rows.ts";

/** What tables are written with. */
export interface FileTablesOptions {
  readonly files: NodeFiles;
  readonly dir: string;
  /** The name of the file that they are of. */
  readonly file: string;
  /** Their permissions: those of that file. */
  readonly mode: number;
  /** How hard gzip tries. */
  readonly level: number;
  /** How many rows are encoded at once, at most. */
  readonly groupRows?: number | undefined;
  /** Lets others have a turn, where it is called. */
  readonly pause?: (() => Promise<void> | undefined) | undefined;
}

interface Writing {
  readonly table: TableWriter;
  readonly path: string;
  readonly channel: string;
  fromMs: number;
  toMs: number;
}

/** The tables of one file. */
export class FileTables {
  readonly #options: FileTablesOptions;
  readonly #writing = new Map<string, Writing>();
  #day = { fromMs: 0, toMs: 0, name: "" };
  #items = 0;
  /** Rows so far. */
  rows = 0;

  constructor(options: FileTablesOptions) {
    this.#options = options;
  }

  /** Adds an item. A promise that it gives is to be waited for before the next one. */
  add(item: RecordedItem): Promise<void> | undefined {
    const channel = tableOf(item);
    const found = this.#writing.get(this.#keyOf(item.atMs, channel));
    return found === undefined ? this.#begin(item, channel) : this.#write(found, item);
  }

  /** Ends all tables: they are there, whole and on the disk. */
  async close(): Promise<TablePlace[]> {
    const { files, dir } = this.#options;
    const places: TablePlace[] = [];
    for (const { table, path, channel, fromMs, toMs } of this.#writing.values()) {
      await table.close();
      places.push({ path, channel, rows: table.rows, bytes: table.bytes, fromMs, toMs });
    }
    // Folders that were made for them are names in others.
    const days = new Set(places.map(({ path }) => path.slice(0, path.indexOf("/"))));
    for (const day of days) await syncFolder(files, files.path.join(dir, day));
    await syncFolder(files, dir);
    return places;
  }

  /** Ends it: nothing stays of the tables that are not whole. */
  async discard(): Promise<void> {
    for (const { table } of this.#writing.values()) await table.discard();
  }

  #keyOf(atMs: number, channel: string): string {
    const day = this.#day;
    if (atMs < day.fromMs || atMs >= day.toMs) {
      const fromMs = Math.floor(atMs / DAY_MS) * DAY_MS;
      this.#day = { fromMs, toMs: fromMs + DAY_MS, name: dayOf(atMs) };
    }
    return `${this.#day.name}/${channel}`;
  }

  async #begin(item: RecordedItem, channel: string): Promise<void> {
    const { files, dir, file, mode, level, groupRows, pause } = this.#options;
    const key = this.#keyOf(item.atMs, channel);
    const path = placeOf(this.#day.name, channel, file);
    const table = await TableWriter.create({
      path: files.path.join(dir, ...path.split("/")),
      columns: columnsOf(channel),
      metadata: { recording: file, channel },
      mode,
      level,
      groupRows,
      pause,
    });
    const writing = { table, path, channel, fromMs: Infinity, toMs: -Infinity };
    this.#writing.set(key, writing);
    await this.#write(writing, item);
  }

  #write(writing: Writing, item: RecordedItem): Promise<void> | undefined {
    const { table } = writing;
    const atMs = Math.floor(item.atMs);
    writing.fromMs = Math.min(writing.fromMs, atMs);
    writing.toMs = Math.max(writing.toMs, atMs);
    let last: Promise<void> | undefined;
    for (const row of rowsOf(item, this.#items++)) {
      // The levels of one snapshot: each waits for its turn, should memory be full in the middle of them.
      last = last === undefined ? table.add(row) : last.then(() => table.add(row));
      this.rows++;
    }
    return last;
  }
}

const DAY_MS = 86_400_000;
