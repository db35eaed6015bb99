/** One look at a book. */
import type { KalshiClient } from "../client.ts";
import { printLevels } from "./book_output.ts";
import type { CliContext } from "./context.ts";
import { ladderLines } from "./ladder.ts";
import { marketTitle } from "./market_columns.ts";
import type { Output } from "./output.ts";
import { OwnOrders } from "./own_orders.ts";
import { bookFromRest } from "./rest_book.ts";

/** The account's resting orders on a market. */
async function ownOrders(client: KalshiClient, ticker: string, signal: AbortSignal): Promise<OwnOrders> {
  const own = new OwnOrders(ticker);
  for await (const order of client.orders.listAll({ ticker, status: "resting", limit: 1000 }, { signal })) {
    own.take(order);
  }
  return own;
}

/** Prints the book as it is: a ladder, or its levels as rows. */
export async function printBook(
  { io, signal }: CliContext,
  output: Output,
  client: KalshiClient,
  ticker: string,
  { depth, hasKey }: { readonly depth: number; readonly hasKey: boolean },
): Promise<void> {
  const [market, answer, own] = await Promise.all([
    output.format === "table" ? client.markets.get(ticker, { signal }) : undefined,
    client.markets.orderBook(ticker, {}, { signal }),
    hasKey ? ownOrders(client, ticker, signal) : undefined,
  ]);
  const book = bookFromRest(answer);
  const levels = own?.levels();
  if (market === undefined) return await printLevels(output, ticker, book.depth(depth), levels);
  const lines = ladderLines({
    ticker,
    title: marketTitle(market),
    state: "read",
    depth: book.depth(),
    own: levels ?? new Map(),
    ownIsKnown: hasKey,
  }, { columns: io.stdout.columns, depth, paint: output.paint });
  await io.stdout.write(`${lines.join("\n")}\n`);
}
