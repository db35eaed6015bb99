/**
 * Encodes one column of one row group. What takes long of it, packing text, is done by the runtime's threads.
 *
 * @module
 */
import type { ColumnChunk } from "hyparquet";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import { encodable, schemaOf, type TableColumn } from "./columns.ts";
import type { NodeFiles } from "./node_files.ts";

/** A column of a row group, as it stands in the file. */
export interface EncodedChunk {
  readonly bytes: Uint8Array;
  readonly chunk: ColumnChunk;
  readonly indexes: ParquetWriter["pendingIndexes"];
}

/** How columns are packed. */
export interface Packing {
  readonly zlib: NodeFiles["zlib"];
  /** How hard gzip tries. */
  readonly level: number;
}

/** Bytes that every file begins with, also the one that a column is encoded as. */
const MAGIC = 4;

/**
 * Encodes the values of a column.
 *
 * @param offset where in the file the column will stand
 */
export async function encodeColumn(
  column: TableColumn,
  cells: readonly unknown[],
  offset: number,
  packing: Packing,
): Promise<EncodedChunk> {
  const values = encodable(column, cells);
  const { zlib, level } = packing;
  if (column.type !== "string") {
    return encode(column, values, offset, (page) => new Uint8Array(zlib.gzipSync(page, { level })));
  }
  // Encoded once to learn its pages, and once more when these are packed: encoding is quick, and the packing waits for no
  // one and lets nobody wait.
  const pages: Uint8Array[] = [];
  encode(column, values, offset, (page) => {
    pages.push(page.slice());
    return page;
  });
  const packed = await Promise.all(pages.map((page) => pack(packing, page)));
  let next = 0;
  return encode(column, values, offset, () => packed[next++] ?? new Uint8Array());
}

function encode(
  column: TableColumn,
  values: unknown[],
  offset: number,
  gzip: (page: Uint8Array) => Uint8Array,
): EncodedChunk {
  const writer = new ByteWriter(1 << 16);
  writer.offset = offset - MAGIC;
  const parquet = new ParquetWriter({
    writer,
    schema: schemaOf([column]),
    codec: "GZIP",
    compressors: { GZIP: gzip },
  });
  void parquet.write({
    columnData: [{
      name: column.name,
      data: values,
      ...column.isSorted === true && { encoding: "DELTA_BINARY_PACKED" },
    }],
    rowGroupSize: values.length,
  });
  const [chunk] = parquet.row_groups[0]?.columns ?? [];
  if (chunk === undefined) throw new Error(`The column "${column.name}" has no values.`);
  return { bytes: writer.getBytes().subarray(MAGIC), chunk, indexes: parquet.pendingIndexes };
}

function pack({ zlib, level }: Packing, page: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    zlib.gzip(page, { level }, (error, bytes) => error ? reject(error) : resolve(new Uint8Array(bytes)));
  });
}
