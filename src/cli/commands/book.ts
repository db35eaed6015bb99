/**
 * `kalshi book TICKER`
 *
 * @module
 */
import type { Command } from "commander";
import { printBook } from "../book_print.ts";
import type { CliContext } from "../context.ts";
import { CliError } from "../exit_codes.ts";
import { marketTitle } from "../market_columns.ts";
import { addConnectionOptions, addOutputOptions, wholeNumber } from "../options.ts";
import { type ConnectionOptions, openClient } from "../open_client.ts";
import { openOutput, type OutputOptions } from "../output.ts";

interface BookOptions extends OutputOptions, ConnectionOptions {
  readonly watch?: boolean;
  readonly depth: number;
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
  const { client, hasKey, close } = await openClient(io, options);
  try {
    if (!watch) return await printBook(context, output, client, ticker, { depth, hasKey });
    const title = marketTitle(await client.markets.get(ticker, { signal }));
    const { watchBook } = await import("../book_watch.ts");
    const orders = client.orders.listAll({ ticker, status: "resting", limit: 1000 }, { signal });
    await watchBook(context, output, { client, ticker, title, depth, orders });
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
