/**
 * One way to print what a command found: a table for a person, `--json` for a program (one object a line), `--csv` for
 * a sheet (RFC 4180, with a heading).
 *
 * @module
 */
import { type Paint, painter, printable, printableJson, printableLines } from "./colours.ts";
import { type Cell, csvLine } from "./csv.ts";
import type { CliIo } from "./io.ts";
import { type Column, headingLine, recordLines, rowLine, widthsOf } from "./table.ts";

export type { Cell } from "./csv.ts";
export type { Column } from "./table.ts";

/** How a command prints: what `addOutputOptions` adds. */
export interface OutputOptions {
  /** `--json` */
  readonly json?: boolean | undefined;
  /** `--csv` */
  readonly csv?: boolean | undefined;
}

/** How rows are printed. */
export interface RowsOptions<Row> {
  /** What `--json` prints of a row; the row as it is unless told. */
  readonly json?: ((row: Row) => unknown) | undefined;
  /** Prints each row of a table at once, in columns as wide as their `width` says, and not all at the end. */
  readonly isLive?: boolean | undefined;
}

/** Prints rows. */
export interface RowPrinter<Row> {
  /** One more; resolves when more can be printed. */
  add(row: Row): Promise<void>;
  /** Prints what has been kept for the table; `--csv` has its heading even where no row came. */
  end(): Promise<void>;
}

/** What a command prints with. */
export interface Output {
  /** How it prints. */
  readonly format: "table" | "json" | "csv";
  /** Paints what goes to stdout, where it goes to a terminal. */
  readonly paint: Paint;
  /** Prints rows, one by one. */
  rows<Row>(columns: readonly Column<Row>[], options?: RowsOptions<Row>): RowPrinter<Row>;
  /** Prints one thing: a line for each of its columns, or the one object, or a heading and one line of CSV. */
  record<Row>(columns: readonly Column<Row>[], row: Row, json?: unknown): Promise<void>;
  /** Says something beside the result: to stderr, and nothing under `--json` and `--csv`. */
  note(text: string): Promise<void>;
}

const jsonLine = (value: unknown): string => `${printableJson(value)}\n`;

/** Opens the output of a command. */
export function openOutput(io: CliIo, { json = false, csv = false }: OutputOptions): Output {
  const { stdout, stderr } = io;
  const paint = painter(io, stdout);
  const format = json ? "json" : csv ? "csv" : "table";
  return {
    format,
    paint,
    rows(columns, options = {}) {
      if (format === "json") {
        const { json: shown = (row) => row } = options;
        return { add: (row) => stdout.write(jsonLine(shown(row))), end: () => Promise.resolve() };
      }
      return format === "csv" ? csvPrinter(io, columns) : tablePrinter(io, columns, paint, options.isLive);
    },
    async record(columns, row, shown = row) {
      if (format === "json") return await stdout.write(jsonLine(shown));
      if (format === "table") return await stdout.write(recordLines(inTable(columns), row, paint));
      const printer = csvPrinter(io, columns);
      await printer.add(row);
    },
    note: (text) => format === "table" ? stderr.write(`${printableLines(text)}\n`) : Promise.resolve(),
  };
}

const inTable = <Row>(columns: readonly Column<Row>[]): Column<Row>[] =>
  columns.filter((column) => column.inTable !== false);

function csvPrinter<Row>({ stdout }: CliIo, columns: readonly Column<Row>[]): RowPrinter<Row> {
  // A file has every character as it came, a terminal only those that do nothing to it.
  const shown = (cell: Cell) => stdout.isTerminal && typeof cell === "string" ? printable(cell) : cell;
  let heading = csvLine(columns.map(({ name }) => name));
  const headed = (text: string) => {
    const whole = heading + text;
    heading = "";
    return stdout.write(whole);
  };
  return {
    add: (row) => headed(csvLine(columns.map(({ value }) => shown(value(row))))),
    end: () => headed(""),
  };
}

function tablePrinter<Row>(
  { stdout }: CliIo,
  given: readonly Column<Row>[],
  paint: Paint,
  isLive = false,
): RowPrinter<Row> {
  const columns = inTable(given);
  // A pipe has no edge: nothing is cut that goes to another program.
  const most = stdout.isTerminal ? stdout.columns : Infinity;
  const kept: Row[] = [];
  let widths: number[] | undefined;
  return {
    async add(row) {
      if (!isLive) return void kept.push(row);
      const first = widths === undefined;
      widths ??= widthsOf(columns, [row], most);
      await stdout.write(
        (first ? headingLine(columns, widths, paint) : "") + rowLine(columns, widths, row, paint),
      );
    },
    async end() {
      if (isLive || kept.length === 0) return;
      const fitting = widthsOf(columns, kept, most);
      await stdout.write(headingLine(columns, fitting, paint));
      for (const row of kept.splice(0)) await stdout.write(rowLine(columns, fitting, row, paint));
    },
  };
}
