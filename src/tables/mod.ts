/**
 * Tables in files of Parquet: typed columns, exact numbers, times in UTC, and files that are there whole or not at all.
 * What stands on it loads it with `import()`, for it brings an encoder.
 *
 * @module
 */
export { type Cell, type ColumnType, type TableColumn } from "./columns.ts";
export { KalshiTableError } from "./errors.ts";
export { TableWriter, type TableWriterOptions } from "./table_writer.ts";
export { type ColumnValues, TableReader } from "./table_reader.ts";
