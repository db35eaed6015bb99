/**
 * Writes a table to a file of Parquet, row group by row group, so that memory does not grow with its rows. It has another
 * name until it is whole and on the disk: a file of its own name is there whole, or not at all.
 *
 * @module
 */
import type { ColumnChunk } from "hyparquet";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import { encodeColumn, type Packing } from "./column_chunk.ts";
import { type Cell, cellOf, schemaOf, type TableColumn } from "./columns.ts";
import { KalshiTableError, tableError } from "./errors.ts";
import { type FileHandle, loadNodeFiles, makeFolder, type NodeFiles, syncFolder } from "./node_files.ts";

/** How a table is written. */
export interface TableWriterOptions {
  /** The file. What is there is replaced when the table is closed; its folder is made where it is missing. */
  readonly path: string;
  /** The columns, in their order. */
  readonly columns: readonly TableColumn[];
  /** What the file says of itself, by name. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** How many rows are kept in memory, and written together, at most. @default 32768 */
  readonly groupRows?: number | undefined;
  /** How many characters of text are kept in memory, and written together, about. @default 4194304 */
  readonly groupChars?: number;
  /** How hard gzip tries, from 1 to 9. @default 4 */
  readonly level?: number;
  /** The file's permissions. @default 0o666 */
  readonly mode?: number;
  /** Called between steps of encoding, to let others have a turn; a promise that it gives is waited for. */
  readonly pause?: (() => Promise<void> | undefined) | undefined;
}

/** What a file is called until it is whole. */
export const PART = ".part";

/** No more rows in memory than this, unless told. */
const GROUP_ROWS = 32_768;
const GROUP_CHARS = 4_194_304;

/** A table that is being written. It is open, until it is closed (the file is there) or discarded (nothing is). */
export class TableWriter {
  readonly #files: NodeFiles;
  readonly #handle: FileHandle;
  readonly #options: TableWriterOptions;
  readonly #bytes = new ByteWriter(1 << 16);
  /** The file's beginning and end, and what it says of its row groups. */
  readonly #parquet: ParquetWriter;
  readonly #packing: Packing;
  #cells: unknown[][];
  #rows = 0;
  #chars = 0;
  #state: "open" | "closed" | "discarded" = "open";
  /** Rows so far. */
  rows = 0;
  /** Bytes on the disk so far. */
  bytes = 0;

  private constructor(files: NodeFiles, handle: FileHandle, options: TableWriterOptions) {
    this.#files = files;
    this.#handle = handle;
    this.#options = options;
    this.#cells = options.columns.map(() => []);
    const { level = 4 } = options;
    this.#packing = { zlib: files.zlib, level };
    this.#parquet = new ParquetWriter({
      writer: this.#bytes,
      schema: schemaOf(options.columns),
      // Whole tickers and ids, so that a reader can pass over what it does not look for.
      statisticsTruncateLength: 64,
      createdBy: "@unofficial/kalshi",
    });
  }

  /**
   * Begins a table.
   *
   * @throws {KalshiTableError} where the file cannot be made
   * @throws {KalshiConfigError} in a runtime without files
   */
  static async create(options: TableWriterOptions): Promise<TableWriter> {
    const files = await loadNodeFiles("Tables");
    const { path, mode = 0o666 } = options;
    try {
      await makeFolder(files, files.path.dirname(path));
      // What a process that was killed left of the same file goes first, and its permissions with it.
      await files.fs.rm(path + PART, { force: true });
      return new TableWriter(files, await files.fs.open(path + PART, "wx", mode), options);
    } catch (cause) {
      throw tableError(`${path} cannot be written`, cause);
    }
  }

  /**
   * Adds a row, with a value for each column in their order. Where it gives a promise, memory is full, and that is to be
   * waited for before the next row.
   *
   * @throws {KalshiTableError} for a value that is not of its column's type; the row is not added then
   */
  add(row: readonly Cell[]): Promise<void> | undefined {
    const { path, columns, groupRows = GROUP_ROWS, groupChars = GROUP_CHARS } = this.#options;
    if (this.#state !== "open") {
      throw new KalshiTableError(`${path} is ${this.#state}: it takes no more rows.`);
    }
    const cells = columns.map((column, index) => cellOf(column, row[index]));
    for (const [index, cell] of cells.entries()) {
      this.#cells[index]?.push(cell);
      if (typeof cell === "string" || Array.isArray(cell)) this.#chars += cell.length;
    }
    this.rows++;
    this.#rows++;
    return this.#rows >= groupRows || this.#chars >= groupChars ? this.#flush() : undefined;
  }

  /**
   * Writes what is left and the file's end, has it on the disk, and gives it its name.
   *
   * @param metadata what the file says of itself beside what it was begun with
   * @throws {KalshiTableError} where the disk fails; nothing of its name is there then
   */
  async close(metadata: Readonly<Record<string, string>> = {}): Promise<void> {
    if (this.#state !== "open") return;
    const { path } = this.#options;
    try {
      await this.#flush();
      this.#state = "closed";
      this.#parquet.kvMetadata = Object.entries({ ...this.#options.metadata, ...metadata })
        .map(([key, value]) => ({ key, value }));
      await this.#parquet.finish();
      await this.#write();
      await this.#handle.datasync();
      await this.#handle.close();
      await this.#files.fs.rename(path + PART, path);
      await syncFolder(this.#files, this.#files.path.dirname(path));
    } catch (cause) {
      this.#state = "open";
      await this.discard();
      throw tableError(`${path} cannot be written`, cause);
    }
  }

  /** Ends it: nothing of it stays. A second call is harmless. */
  async discard(): Promise<void> {
    if (this.#state !== "open") return;
    this.#state = "discarded";
    await this.#handle.close().catch(() => {});
    await this.#files.fs.rm(this.#options.path + PART, { force: true }).catch(() => {});
  }

  async #flush(): Promise<void> {
    const { path, columns } = this.#options;
    if (this.#rows === 0) return;
    const cells = this.#cells;
    this.#cells = columns.map(() => []);
    this.#rows = this.#chars = 0;
    try {
      await this.#writeGroup(columns, cells);
    } catch (cause) {
      await this.discard();
      throw tableError(`${path} cannot be written`, cause);
    }
  }

  /** A row group, column by column, with others' turns between them. */
  async #writeGroup(columns: readonly TableColumn[], cells: readonly unknown[][]): Promise<void> {
    const { pause } = this.#options;
    const parquet = this.#parquet;
    await this.#write();
    const from = this.bytes;
    const chunks: ColumnChunk[] = [];
    for (const [index, column] of columns.entries()) {
      const { bytes, chunk, indexes } = await encodeColumn(
        column,
        cells[index] ?? [],
        this.bytes,
        this.#packing,
      );
      chunks.push(chunk);
      parquet.pendingIndexes.push(...indexes);
      await this.#writeBytes(bytes);
      await pause?.();
    }
    const sizes = chunks.map(({ meta_data }) => meta_data?.total_uncompressed_size ?? 0n);
    const num_rows = BigInt(cells[0]?.length ?? 0);
    parquet.num_rows += num_rows;
    parquet.row_groups.push({
      columns: chunks,
      total_byte_size: sizes.reduce((sum, size) => sum + size, 0n),
      num_rows,
      total_compressed_size: BigInt(this.bytes - from),
    });
    this.#bytes.offset = this.bytes;
  }

  /** What the writer has encoded by itself goes to the disk, and its memory is used again. */
  async #write(): Promise<void> {
    await this.#writeBytes(this.#bytes.getBytes());
    this.#bytes.index = 0;
  }

  async #writeBytes(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      const { bytesWritten } = await this.#handle.write(bytes, at, bytes.length - at, this.bytes + at);
      at += bytesWritten;
    }
    this.bytes += bytes.length;
  }
}
