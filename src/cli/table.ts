/**
 * Rows as an aligned table.
 *
 * @module
 */
import { type Colour, type Paint, printable } from "./colours.ts";
import type { Cell } from "./csv.ts";
import { cutText, textWidth } from "./text_width.ts";

/** A column of a table and of CSV. */
export interface Column<Row> {
  /** Its heading in CSV, which never changes, and in a table. */
  readonly name: string;
  /** What stands in it. */
  readonly value: (row: Row) => Cell;
  /** Numbers stand at the right. */
  readonly align?: "right" | undefined;
  /** How a row is painted there. */
  readonly colour?: ((row: Row) => Colour | undefined) | undefined;
  /** Letters that it takes at least; where rows come one by one, what the later ones will need. */
  readonly width?: number | undefined;
  /** Whether it gives way where a line does not fit: titles do, prices never. */
  readonly isShortened?: boolean | undefined;
  /** `false` keeps it out of the table: CSV alone has it. */
  readonly inTable?: boolean | undefined;
}

/** The least that is left of a text that gives way. */
const SHORTEST = 8;
const GAP = "  ";

const textOf = (cell: Cell): string => cell === null || cell === undefined ? "" : printable(String(cell));

/** How wide each column is, so that a line has `most` letters where that can be. */
export function widthsOf<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  most: number,
): number[] {
  const widths = columns.map(({ name, value, width = 0 }) =>
    rows.reduce(
      (widest, row) => Math.max(widest, textWidth(textOf(value(row)))),
      Math.max(name.length, width),
    )
  );
  let over = widths.reduce((sum, width) => sum + width, GAP.length * (widths.length - 1)) - most;
  for (const [index, { isShortened }] of columns.entries()) {
    const width = widths[index] ?? 0;
    if (!isShortened || over <= 0 || width <= SHORTEST) continue;
    const taken = Math.min(over, width - SHORTEST);
    widths[index] = width - taken;
    over -= taken;
  }
  return widths;
}

interface LineCell {
  readonly text: string;
  readonly width: number;
  readonly isRight: boolean;
  readonly colour: Colour | undefined;
}

function line(cells: readonly LineCell[], paint: Paint): string {
  return `${
    cells.map(({ text, width, isRight, colour }, index) => {
      const padding = " ".repeat(Math.max(0, width - textWidth(text)));
      const painted = text === "" ? "" : paint(colour, text);
      if (isRight) return padding + painted;
      return index === cells.length - 1 ? painted : painted + padding;
    }).join(GAP).trimEnd()
  }\n`;
}

/** The line above a table. */
export function headingLine<Row>(
  columns: readonly Column<Row>[],
  widths: readonly number[],
  paint: Paint,
): string {
  return line(
    columns.map(({ name, align }, index) => ({
      text: name.replaceAll("_", " "),
      width: widths[index] ?? 0,
      isRight: align === "right",
      colour: "dim",
    })),
    paint,
  );
}

/** One row of a table. */
export function rowLine<Row>(
  columns: readonly Column<Row>[],
  widths: readonly number[],
  row: Row,
  paint: Paint,
): string {
  return line(
    columns.map((column, index) => {
      const width = widths[index] ?? 0;
      const text = textOf(column.value(row));
      return {
        text: column.isShortened ? cutText(text, width) : text,
        width,
        isRight: column.align === "right",
        colour: column.colour?.(row),
      };
    }),
    paint,
  );
}

/** A single thing, one line for each of its columns. */
export function recordLines<Row>(columns: readonly Column<Row>[], row: Row, paint: Paint): string {
  const widest = columns.reduce((most, { name }) => Math.max(most, name.length), 0);
  return columns.map((column) => {
    const text = textOf(column.value(row));
    if (text === "") return "";
    const name = paint("dim", column.name.replaceAll("_", " ")) + " ".repeat(widest - column.name.length);
    return `${name}${GAP}${paint(column.colour?.(row), text)}\n`;
  }).join("");
}
