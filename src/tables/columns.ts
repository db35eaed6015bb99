/**
 * The columns of a table: what they are called, what they hold, and how Parquet calls that.
 *
 * @module
 */
import type { SchemaElement } from "hyparquet";
import { KalshiTableError } from "./errors.ts";

/**
 * What a column holds:
 *
 * - `int32`: whole numbers of 32 bits.
 * - `int64`: whole numbers of 64 bits, exact: safe integers, or bigints.
 * - `double`: numbers that are measured, never money.
 * - `timestamp`: moments in UTC, given as Unix milliseconds.
 * - `string`: text.
 * - `boolean`: true or false.
 */
export type ColumnType = "int32" | "int64" | "double" | "timestamp" | "string" | "boolean";

/** A column. */
export interface TableColumn {
  /** Its name. */
  readonly name: string;
  /** What it holds; of a list, what its items are. */
  readonly type: ColumnType;
  /** Whether each row has a list of them. */
  readonly isList?: boolean;
  /** Whether a row may have none, which is null there. */
  readonly isNullable?: boolean;
  /** Whether values hardly differ from one row to the next: whole numbers are written by their differences then. */
  readonly isSorted?: boolean;
}

/** What a row has in a column; null and undefined are null. */
export type Cell = string | number | bigint | boolean | null | undefined | readonly Cell[];

const KINDS: Readonly<Record<ColumnType, Omit<SchemaElement, "name">>> = {
  int32: { type: "INT32" },
  int64: { type: "INT64" },
  double: { type: "DOUBLE" },
  timestamp: {
    type: "INT64",
    converted_type: "TIMESTAMP_MILLIS",
    logical_type: { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "MILLIS" },
  },
  string: { type: "BYTE_ARRAY", converted_type: "UTF8", logical_type: { type: "STRING" } },
  boolean: { type: "BOOLEAN" },
};

/** The schema of a file with these columns. */
export function schemaOf(columns: readonly TableColumn[]): SchemaElement[] {
  const elements = columns.flatMap(({ name, type, isList = false, isNullable = false }): SchemaElement[] => {
    const repetition_type = isNullable ? "OPTIONAL" : "REQUIRED";
    if (!isList) return [{ name, repetition_type, ...KINDS[type] }];
    return [
      { name, repetition_type, num_children: 1, converted_type: "LIST", logical_type: { type: "LIST" } },
      { name: "list", repetition_type: "REPEATED", num_children: 1 },
      { name: "element", repetition_type: "REQUIRED", ...KINDS[type] },
    ];
  });
  return [{ name: "root", num_children: columns.length }, ...elements];
}

const INT32 = 2 ** 31;
const INT64 = 2n ** 63n;

/** Why a value is none of a type; undefined where it is one. */
function wrongOf(type: ColumnType, value: unknown): string | undefined {
  switch (type) {
    case "string":
      return typeof value === "string" ? undefined : "a string";
    case "boolean":
      return typeof value === "boolean" ? undefined : "a boolean";
    case "double":
      return typeof value === "number" ? undefined : "a number";
    case "int32":
      return Number.isInteger(value) && Number(value) >= -INT32 && Number(value) < INT32
        ? undefined
        : "a whole number of 32 bits";
    case "int64":
      if (typeof value === "bigint" && value >= -INT64 && value < INT64) return undefined;
      return Number.isSafeInteger(value) ? undefined : "a safe integer, or a bigint of 64 bits";
    case "timestamp":
      return Number.isSafeInteger(value) ? undefined : "whole Unix milliseconds";
  }
}

/**
 * The value of a row as it is written.
 *
 * @throws {KalshiTableError} for one that is not of the column's type: a table never says something else than it was given
 */
export function cellOf({ name, type, isList, isNullable }: TableColumn, value: Cell): unknown {
  if (value === null || value === undefined) {
    if (isNullable) return null;
    throw new KalshiTableError(`The column "${name}" needs a value in each row.`);
  }
  const one = (item: Cell): unknown => {
    const wrong = wrongOf(type, item);
    if (wrong !== undefined) {
      throw new KalshiTableError(`The column "${name}" takes ${wrong}; got ${shown(item)}.`);
    }
    return item;
  };
  if (!isList) return one(value);
  if (!Array.isArray(value)) {
    throw new KalshiTableError(`The column "${name}" takes a list; got ${shown(value)}.`);
  }
  return value.map(one);
}

/** Numbers are shown, and of everything else what it is: a cell may hold an account's data. */
function shown(value: unknown): string {
  return typeof value === "number" || typeof value === "bigint"
    ? String(value)
    : value === null
    ? "null"
    : `a ${typeof value}`;
}

/** The values of a column as the encoder takes them: bigints are made late, for they take room. */
export function encodable({ type, isList = false }: TableColumn, values: readonly unknown[]): unknown[] {
  if (type !== "int64") return [...values];
  const long = (value: unknown): unknown => typeof value === "number" ? BigInt(value) : value;
  return values.map((value) => isList && Array.isArray(value) ? value.map(long) : long(value));
}
