/**
 * How a book's levels and its changes are printed for a program.
 *
 * @module
 */
import { formatCount, formatPrice } from "../base/fixed_point.ts";
import type { BookDepth } from "../books/order_book.ts";
import type { BookLine } from "./book_lines.ts";
import { ladderRows } from "./ladder.ts";
import type { Column, Output } from "./output.ts";
import type { OwnLevels } from "./own_orders.ts";

/** One level, as `kalshi book` prints it. */
interface LevelRow {
  readonly ticker: string;
  readonly side: "bid" | "ask";
  readonly price: string;
  readonly size: string;
  /** Contracts from the best price down to here. */
  readonly total: string;
  /** Own contracts; null where nobody knows. */
  readonly own: string | null;
}

const levelColumns: readonly Column<LevelRow>[] = [
  { name: "ticker", value: ({ ticker }) => ticker },
  { name: "side", value: ({ side }) => side },
  { name: "price", value: ({ price }) => price, align: "right" },
  { name: "size", value: ({ size }) => size, align: "right" },
  { name: "total", value: ({ total }) => total, align: "right" },
  { name: "own", value: ({ own }) => own, align: "right" },
];

/** Prints a row for each level: bids, then asks, the best first. */
export async function printLevels(
  output: Output,
  ticker: string,
  { bids, asks }: BookDepth,
  own: OwnLevels | undefined,
): Promise<void> {
  const rows = output.rows(levelColumns);
  const levels = own ?? new Map();
  for (const row of [...ladderRows("bid", bids, levels), ...ladderRows("ask", asks, levels)]) {
    await rows.add({
      ticker,
      side: row.side,
      price: formatPrice(row.price),
      size: formatCount(row.size),
      total: formatCount(row.total),
      own: own === undefined ? null : formatCount(row.own),
    });
  }
  await rows.end();
}

/** A line of CSV: levels follow the snapshot that they belong to, each in a line of its own. */
type CsvLine = Omit<BookLine, "type"> & { readonly type: BookLine["type"] | "level" };

const lineColumns: readonly Column<CsvLine>[] = [
  { name: "type", value: ({ type }) => type },
  { name: "ticker", value: ({ ticker }) => ticker },
  { name: "state", value: ({ state }) => state },
  { name: "reason", value: ({ reason }) => reason },
  { name: "seq", value: ({ seq }) => seq },
  { name: "ts_ms", value: ({ ts_ms }) => ts_ms },
  { name: "side", value: ({ side }) => side },
  { name: "price", value: ({ price }) => price },
  { name: "size", value: ({ size }) => size },
  { name: "delta", value: ({ delta }) => delta },
  { name: "client_order_id", value: ({ client_order_id }) => client_order_id },
  { name: "best_bid", value: ({ best_bid }) => best_bid },
  { name: "best_bid_size", value: ({ best_bid_size }) => best_bid_size },
  { name: "best_ask", value: ({ best_ask }) => best_ask },
  { name: "best_ask_size", value: ({ best_ask_size }) => best_ask_size },
  { name: "dropped", value: ({ dropped }) => dropped },
];

/** What prints the lines of a book that is followed. */
export function bookLinePrinter(output: Output): (line: BookLine) => Promise<void> {
  const rows = output.rows<CsvLine>(lineColumns);
  return async (line) => {
    await rows.add(line);
    if (output.format !== "csv") return;
    for (const side of ["bid", "ask"] as const) {
      for (const [price, size] of line[`${side}s`] ?? []) {
        await rows.add({ ...line, type: "level", side, price, size });
      }
    }
  };
}
