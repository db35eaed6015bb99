/**
 * Reads a table from a file of Parquet, row group by row group and column by column, so that nothing is read that is not
 * asked for.
 *
 * @module
 */
import {
  type AsyncBuffer,
  type FileMetaData,
  parquetMetadataAsync,
  parquetRead,
  type RowGroup,
} from "hyparquet";
import { KalshiTableError, tableError } from "./errors.ts";
import { type FileHandle, loadNodeFiles, type NodeFiles } from "./node_files.ts";

/** The values of one column, one for each row. */
export type ColumnValues = ArrayLike<unknown>;

/** So much of a file's end is read at once: its footer is there. */
const FOOTER_BYTES = 1 << 16;

/** Moments as Unix milliseconds, whatever a reader makes of them otherwise. */
const PARSERS = { timestampFromMilliseconds: (ms: bigint): number => Number(ms) };

/** A table that is read. */
export class TableReader {
  readonly #path: string;
  readonly #handle: FileHandle;
  readonly #file: AsyncBuffer;
  readonly #footer: FileMetaData;
  readonly #compressors: { readonly GZIP: (input: Uint8Array) => Uint8Array };
  /** The first row of each group. */
  readonly #starts: readonly number[];
  /** What the file says of itself, by name. */
  readonly metadata: Readonly<Record<string, string>>;

  private constructor(
    files: NodeFiles,
    path: string,
    handle: FileHandle,
    file: AsyncBuffer,
    footer: FileMetaData,
  ) {
    this.#path = path;
    this.#handle = handle;
    this.#file = file;
    this.#footer = footer;
    this.#compressors = { GZIP: (input) => new Uint8Array(files.zlib.gunzipSync(input)) };
    let at = 0;
    this.#starts = footer.row_groups.map(({ num_rows }) => (at += Number(num_rows)) - Number(num_rows));
    this.metadata = Object.fromEntries(
      (footer.key_value_metadata ?? []).map(({ key, value = "" }) => [key, value]),
    );
  }

  /**
   * Opens a table: its footer is read.
   *
   * @throws {KalshiTableError} where there is none, or it is not whole
   */
  static async open(path: string): Promise<TableReader> {
    const files = await loadNodeFiles("Tables");
    let handle: FileHandle | undefined;
    try {
      handle = await files.fs.open(path, "r");
      const { size } = await handle.stat();
      const file = bufferOf(handle, size);
      const footer = await parquetMetadataAsync(file, {
        parsers: PARSERS,
        initialFetchSize: Math.min(size, FOOTER_BYTES),
      });
      return new TableReader(files, path, handle, file, footer);
    } catch (cause) {
      await handle?.close();
      throw tableError(`${path} cannot be read`, cause);
    }
  }

  /** How many rows there are. */
  get rows(): number {
    return Number(this.#footer.num_rows);
  }

  /** How many row groups there are. */
  get groups(): number {
    return this.#footer.row_groups.length;
  }

  /** How many rows a group has. */
  rowsOf(group: number): number {
    return Number(this.#groupAt(group).num_rows);
  }

  /** The least and the most that a column has in a group; undefined where the file does not tell. */
  rangeOf(group: number, column: string): { readonly least: unknown; readonly most: unknown } | undefined {
    const chunk = this.#groupAt(group).columns.find(({ meta_data }) =>
      meta_data?.path_in_schema[0] === column
    );
    const { min_value, max_value } = chunk?.meta_data?.statistics ?? {};
    return min_value === undefined || max_value === undefined
      ? undefined
      : { least: min_value, most: max_value };
  }

  /**
   * The values of some columns in a group, in the order of `columns`.
   *
   * @throws {KalshiTableError} where the file is damaged
   */
  async read(group: number, columns: readonly string[]): Promise<ColumnValues[]> {
    const rowStart = this.#starts[group] ?? 0;
    const rowEnd = rowStart + this.rowsOf(group);
    const found = new Map<string, unknown[]>();
    try {
      await parquetRead({
        file: this.#file,
        metadata: this.#footer,
        columns: [...columns],
        rowStart,
        rowEnd,
        compressors: this.#compressors,
        parsers: PARSERS,
        onChunk: ({ columnName, columnData, rowStart: from }) => {
          const values = found.get(columnName) ?? new Array<unknown>(rowEnd - rowStart);
          found.set(columnName, values);
          for (let index = 0; index < columnData.length; index++) {
            const at = from - rowStart + index;
            if (at >= 0 && at < values.length) values[at] = columnData[index];
          }
        },
      });
    } catch (cause) {
      throw tableError(`${this.#path} cannot be read`, cause);
    }
    return columns.map((column) => {
      const values = found.get(column);
      if (values === undefined) throw new KalshiTableError(`${this.#path} has no column "${column}".`);
      return values;
    });
  }

  /** Closes it. A second call is harmless. */
  async close(): Promise<void> {
    await this.#handle.close();
  }

  #groupAt(group: number): RowGroup {
    const found = this.#footer.row_groups[group];
    if (found === undefined) throw new KalshiTableError(`${this.#path} has no row group ${group}.`);
    return found;
  }
}

/** A file as its bytes are asked for. */
function bufferOf(handle: FileHandle, byteLength: number): AsyncBuffer {
  return {
    byteLength,
    async slice(start, end = byteLength) {
      const bytes = new Uint8Array(end - start);
      let read = 0;
      while (read < bytes.length) {
        const { bytesRead } = await handle.read(bytes, read, bytes.length - read, start + read);
        if (bytesRead === 0) throw new KalshiTableError("The file ends before its end.");
        read += bytesRead;
      }
      return bytes.buffer;
    },
  };
}
