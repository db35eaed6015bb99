/**
 * `kalshi book TICKER`
 *
 * @module
 */
import type { Command } from "commander";
import type { KalshiClient } from "../../client.ts";
import type { CliContext } from "../context.ts";
import { CliError } from "../exit_codes.ts";
import { addConnectionOptions, addOutputOptions, wholeNumber } from "../options.ts";
import { type ConnectionOptions, openClient } from "../open_client.ts";
import { openOutput, type Output, type OutputOptions } from "../output.ts";
import type { OwnOrders } from "../own_orders.ts";

interface BookOptions extends OutputOptions, ConnectionOptions {
  readonly watch?: boolean;
  readonly depth: number;
}

/** The account's resting orders on a market. */
async function ownOrders(client: KalshiClient, ticker: string, signal: AbortSignal): Promise<OwnOrders> {
  const { OwnOrders } = await import("../own_orders.ts");
  const own = new OwnOrders(ticker);
  for await (const order of client.orders.listAll({ ticker, status: "resting", limit: 1000 }, { signal })) {
    own.take(order);
  }
  return own;
}

/** Prints the book as it is. */
async function printBook(
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
  const { bookFromRest } = await import("../rest_book.ts");
  const book = bookFromRest(answer);
  const levels = own?.levels();
  if (market === undefined) {
    const { printLevels } = await import("../book_output.ts");
    return await printLevels(output, ticker, book.depth(depth), levels);
  }
  const { ladderLines } = await import("../ladder.ts");
  const { marketTitle } = await import("../market_columns.ts");
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

async function showBook(context: CliContext, ticker: string, options: BookOptions): Promise<void> {
  const { io, signal } = context;
  const { watch = false, depth } = options;
  const output = openOutput(io, options);
  if (watch && output.format === "table" && !io.stdout.isTerminal) {
    throw new CliError(
      "usage",
      "--watch draws on a terminal, and the output goes elsewhere: --json writes a line for each change.",
    );
  }
  const { client, env, close } = await openClient(io, options);
  try {
    const hasKey = (env["KALSHI_KEY_ID"] ?? "") !== "";
    if (!watch) return await printBook(context, output, client, ticker, { depth, hasKey });
    const market = await client.markets.get(ticker, { signal });
    const { watchBook } = await import("../book_watch.ts");
    await watchBook(context, output, { client, market, depth });
  } finally {
    await close();
  }
}

/** Adds the command `book`. */
export function addBook(program: Command, context: CliContext): void {
  const command = program.command("book <ticker>")
    .description("the order book of a market, with your own orders marked")
    .option("--watch", "keep it up until Ctrl-C: a ladder on a terminal, with --json a line for each change")
    .option("--depth <n>", "levels a side", wholeNumber(1, 1000), 10);
  addConnectionOptions(addOutputOptions(command));
  command.action((ticker: string, options: BookOptions) => showBook(context, ticker, options));
}
