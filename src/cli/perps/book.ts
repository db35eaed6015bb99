/**
 * `kalshi perps book TICKER`
 *
 * @module
 */
import type { Command } from "commander";
import { parseCount, parsePrice } from "../../base/fixed_point.ts";
import { OrderBook } from "../../books/order_book.ts";
import type { MarginOrderbookCount } from "../../contract/perps/types.ts";
import type { PerpsClient } from "../../perps/client.ts";
import { printLevels } from "../book_output.ts";
import type { CliContext } from "../context.ts";
import { CliError } from "../exit_codes.ts";
import { ladderLines } from "../ladder.ts";
import { addConnectionOptions, addOutputOptions, wholeNumber } from "../options.ts";
import type { ConnectionOptions } from "../open_client.ts";
import { openOutput, type Output, type OutputOptions } from "../output.ts";
import { OwnOrders } from "../own_orders.ts";
import { openPerps } from "./open_perps.ts";

interface BookOptions extends OutputOptions, ConnectionOptions {
  readonly watch?: boolean;
  readonly depth: number;
}

function bookOf({ bids, asks }: MarginOrderbookCount): OrderBook {
  const book = new OrderBook();
  for (const [price, count] of bids ?? []) book.add("bid", parsePrice(price), parseCount(count));
  for (const [price, count] of asks ?? []) book.add("ask", parsePrice(price), parseCount(count));
  return book;
}

/** The account's resting orders on a market. */
async function ownOrders(client: PerpsClient, ticker: string, signal: AbortSignal): Promise<OwnOrders> {
  const own = new OwnOrders(ticker);
  const resting = client.orders.listAll({ ticker, status: "resting", limit: 1000 }, { signal });
  for await (const order of resting) own.take({ ...order, status: "resting" });
  return own;
}

async function printBook(
  { io, signal }: CliContext,
  output: Output,
  client: PerpsClient,
  ticker: string,
  { depth, hasKey }: { readonly depth: number; readonly hasKey: boolean },
): Promise<void> {
  const [market, answer, own] = await Promise.all([
    client.markets.get(ticker, { signal }),
    client.markets.orderBook(ticker, {}, { signal }),
    hasKey ? ownOrders(client, ticker, signal) : undefined,
  ]);
  const book = bookOf(answer);
  const levels = own?.levels();
  if (output.format !== "table") return await printLevels(output, ticker, book.depth(depth), levels);
  const lines = ladderLines({
    ticker,
    title: market.title,
    state: "read",
    depth: book.depth(),
    own: levels ?? new Map(),
    ownIsKnown: hasKey,
  }, { columns: io.stdout.columns, depth, paint: output.paint });
  await io.stdout.write(`${lines.join("\n")}\n`);
}

/** Adds the command `perps book`. */
export function addPerpsBook(perps: Command, context: CliContext): void {
  const command = perps.command("book <ticker>")
    .description("the order book of a market, with your own orders marked")
    .option("--watch", "keep it up until Ctrl-C: a ladder on a terminal, with --json a line for each change")
    .option("--depth <n>", "levels a side", wholeNumber(1, 1000), 10);
  addConnectionOptions(addOutputOptions(command));
  command.action(async (ticker: string, options: BookOptions) => {
    const { io, signal } = context;
    const { watch = false, depth } = options;
    const output = openOutput(io, options);
    if (watch && output.format === "table" && !io.stdout.isTerminal) {
      throw new CliError(
        "usage",
        "--watch draws on a terminal, and the output goes elsewhere: --json writes a line for each change.",
      );
    }
    const { client, hasKey, close } = await openPerps(io, options);
    try {
      if (!watch) return await printBook(context, output, client, ticker, { depth, hasKey });
      const { title } = await client.markets.get(ticker, { signal });
      const { watchBook } = await import("../book_watch.ts");
      const orders = client.orders.listAll({ ticker, status: "resting", limit: 1000 }, { signal });
      await watchBook(context, output, { client, ticker, title, depth, orders });
    } finally {
      await close();
    }
  });
}
