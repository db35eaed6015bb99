/**
 * Rows as columns: of CSV, and of typed arrays with bitmaps of what is there, as Apache Arrow has them.
 *
 * @module
 */

/** What a column holds. */
export type ColumnType = "text" | "int32" | "int64" | "timestamp-ms" | "bool";

/** A column of rows. */
export interface ColumnSpec<Name extends string = string> {
  /** The field of a row. */
  readonly name: Name;
  /** What it holds. */
  readonly type: ColumnType;
}

/**
 * A column as Apache Arrow lays it out. `int64` and `timestamp-ms` (Unix milliseconds, UTC) are a `BigInt64Array`, `int32` an
 * `Int32Array`, `bool` a bitmap, `text` a list of strings.
 */
export type HistoryColumn =
  & {
    /**
     * Which of the values are there, one bit each, the lowest first; undefined when all are. Arrow's validity bitmap.
     */
    readonly validity: Uint8Array | undefined;
    /** How many are not there. */
    readonly nullCount: number;
  }
  & (
    | {
      /** Whole numbers of 32 bits. */
      readonly type: "int32";
      /** One for each row, 0 where there is none. */
      readonly values: Int32Array;
    }
    | {
      /** Whole numbers of 64 bits, or times. */
      readonly type: "int64" | "timestamp-ms";
      /** One for each row, 0 where there is none. */
      readonly values: BigInt64Array;
    }
    | {
      /** True or false. */
      readonly type: "bool";
      /** One bit for each row, the lowest first. */
      readonly values: Uint8Array;
    }
    | {
      /** Text. */
      readonly type: "text";
      /** One for each row, empty where there is none. */
      readonly values: readonly string[];
    }
  );

/** Rows as columns. */
export interface HistoryColumns {
  /** How many rows there are. */
  readonly length: number;
  /** The columns by name, in the order of the fields of a row. */
  readonly columns: Readonly<Record<string, HistoryColumn>>;
}

/** A field as CSV writes it, by RFC 4180: quoted where it must be. What is not there is empty. */
function field(value: unknown): string {
  if (value === undefined || value === null) return "";
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A field of a row. */
export const fieldOf = (row: object, name: string): unknown =>
  (row as Readonly<Record<string, unknown>>)[name];

/** A line of CSV. */
export const csvLine = (values: readonly unknown[]): string => `${values.map(field).join(",")}\r\n`;

/** Room that grows. */
function grown<A extends Int32Array | BigInt64Array | Uint8Array>(values: A, make: (length: number) => A): A {
  const larger = make(Math.max(1_024, values.length * 2));
  (larger as Uint8Array).set(values as Uint8Array);
  return larger;
}

/** One column while rows come in. */
class ColumnBuilder {
  readonly #type: ColumnType;
  #length = 0;
  #nullCount = 0;
  #int32: Int32Array = new Int32Array(0);
  #int64: BigInt64Array = new BigInt64Array(0);
  #bits: Uint8Array = new Uint8Array(0);
  readonly #text: string[] = [];
  #validity: Uint8Array = new Uint8Array(0);

  constructor(type: ColumnType) {
    this.#type = type;
  }

  add(value: unknown): void {
    const at = this.#length++;
    if (at >> 3 >= this.#validity.length) {
      this.#validity = grown(this.#validity, (length) => new Uint8Array(length));
    }
    const isThere = value !== undefined && value !== null;
    if (isThere) setBit(this.#validity, at);
    else this.#nullCount++;
    switch (this.#type) {
      case "text":
        this.#text.push(isThere ? String(value) : "");
        return;
      case "int32":
        if (at >= this.#int32.length) this.#int32 = grown(this.#int32, (length) => new Int32Array(length));
        this.#int32[at] = isThere ? Number(value) : 0;
        return;
      case "bool":
        if (at >> 3 >= this.#bits.length) this.#bits = grown(this.#bits, (length) => new Uint8Array(length));
        if (value === true) setBit(this.#bits, at);
        return;
      default:
        if (at >= this.#int64.length) {
          this.#int64 = grown(this.#int64, (length) => new BigInt64Array(length));
        }
        this.#int64[at] = BigInt(isThere ? value as number : 0);
    }
  }

  done(): HistoryColumn {
    const length = this.#length;
    const bytes = length + 7 >> 3;
    const nullCount = this.#nullCount;
    const validity = nullCount === 0 ? undefined : this.#validity.slice(0, bytes);
    const type = this.#type;
    switch (type) {
      case "text":
        return { type, values: this.#text, validity, nullCount };
      case "int32":
        return { type, values: this.#int32.slice(0, length), validity, nullCount };
      case "bool":
        return { type, values: this.#bits.slice(0, bytes), validity, nullCount };
      default:
        return { type, values: this.#int64.slice(0, length), validity, nullCount };
    }
  }
}

function setBit(bits: Uint8Array, at: number): void {
  bits[at >> 3] = (bits[at >> 3] ?? 0) | 1 << (at & 7);
}

/** Makes columns of rows. */
export async function columnsOf(
  specs: readonly ColumnSpec[],
  rows: AsyncIterable<object>,
): Promise<HistoryColumns> {
  const builders = specs.map(({ name, type }) => ({ name, builder: new ColumnBuilder(type) }));
  let length = 0;
  for await (const row of rows) {
    length++;
    for (const { name, builder } of builders) builder.add(fieldOf(row, name));
  }
  const columns = Object.fromEntries(builders.map(({ name, builder }) => [name, builder.done()]));
  return { length, columns };
}
