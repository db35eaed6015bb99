/**
 * Columns and an order that the user chooses, by the columns' names.
 *
 * @module
 */
import { nearestName } from "../base/nearest_name.ts";
import { shown } from "../base/plain.ts";
import { CliError } from "./exit_codes.ts";
import type { Cell, Column } from "./output.ts";

/** A column that rows can be sorted by. */
export interface SortableColumn<Row> extends Column<Row> {
  /** What is compared; the cell itself unless told. Numbers are compared as numbers, text as text. */
  readonly key?: ((row: Row) => number | string | undefined) | undefined;
  /** Which way it is sorted where the user does not say; upwards unless told. */
  readonly sorts?: "desc" | undefined;
}

function find<Row>(
  option: string,
  columns: readonly SortableColumn<Row>[],
  name: string,
): SortableColumn<Row> {
  const found = columns.find((column) => column.name === name);
  if (found !== undefined) return found;
  const names = columns.map(({ name }) => name);
  const near = nearestName(name, names);
  throw new CliError(
    "usage",
    `${option}: there is no column ${shown(name)}${near === undefined ? "" : `; did you mean ${near}?`} ` +
      `There are: ${names.join(", ")}.`,
  );
}

/**
 * The columns of a list such as `ticker,volume`, in its order.
 *
 * @throws {CliError} for a name that no column has, and for one that comes twice
 */
export function chooseColumns<Row>(
  columns: readonly SortableColumn<Row>[],
  list: string,
): readonly SortableColumn<Row>[] {
  const names = list.split(",").map((name) => name.trim());
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new CliError("usage", `--columns names ${shown(twice)} twice.`);
  // Named, they are wanted: also those that a table leaves out otherwise.
  return names.map((name) => ({ ...find("--columns", columns, name), inTable: true }));
}

/** Compares two rows, for `sort`. */
export type Compare<Row> = (a: Row, b: Row) => number;

/**
 * The order that `volume`, `volume:asc` or `ticker:desc` asks for. Rows without a value come last, either way.
 *
 * @throws {CliError} for a name that no column has, and a direction that is none
 */
export function chooseOrder<Row>(columns: readonly SortableColumn<Row>[], wanted: string): Compare<Row> {
  const [name = "", direction, ...more] = wanted.split(":");
  const column = find("--sort", columns, name);
  if (more.length > 0 || direction !== undefined && direction !== "asc" && direction !== "desc") {
    throw new CliError(
      "usage",
      `--sort takes a column, or one with its direction: ${name}:asc or ${name}:desc.`,
    );
  }
  const sign = (direction ?? column.sorts ?? "asc") === "asc" ? 1 : -1;
  const keyOf = column.key ?? (({ value }) => (row: Row) => keyOfCell(value(row)))(column);
  return (a, b) => {
    const [mine, other] = [keyOf(a), keyOf(b)];
    if (mine === other) return 0;
    if (mine === undefined) return 1;
    if (other === undefined) return -1;
    return mine < other ? -sign : sign;
  };
}

function keyOfCell(cell: Cell): number | string | undefined {
  if (cell === null || cell === undefined || cell === "") return undefined;
  return typeof cell === "boolean" ? Number(cell) : cell;
}

/** A row as an object of its columns, for `--json`. */
export function objectOf<Row>(columns: readonly Column<Row>[], row: Row): Readonly<Record<string, Cell>> {
  return Object.fromEntries(columns.map(({ name, value }) => [name, value(row) ?? null]));
}

/** Keeps the first rows of an order, and no more of them in memory than twice as many. */
export class FirstRows<Row> {
  readonly #compare: Compare<Row>;
  readonly #most: number;
  #rows: Row[] = [];

  constructor(compare: Compare<Row>, most: number) {
    this.#compare = compare;
    this.#most = most;
  }

  add(row: Row): void {
    this.#rows.push(row);
    if (this.#rows.length > 2 * this.#most + 1_000) this.#rows = this.take();
  }

  /** What is first so far, in order. */
  take(): Row[] {
    return this.#rows.sort(this.#compare).slice(0, this.#most);
  }
}
