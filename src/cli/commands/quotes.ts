/**
 * `kalshi quotes`, `kalshi quotes TICKER`
 *
 * @module
 */
import type { Command } from "commander";
import type { Quote } from "../../contract/event/types.ts";
import type { CliContext } from "../context.ts";
import { CliError } from "../exit_codes.ts";
import { addOutputOptions, addWriteOptions, wholeNumber } from "../options.ts";
import { assertOnGrid, assertOpenMarket } from "../order_input.ts";
import { type ConnectionOptions, openClient } from "../open_client.ts";
import { type Column, openOutput, type OutputOptions } from "../output.ts";
import { type QuoteInput, quoteWords, readQuotes } from "../quote_input.ts";

interface QuotesOptions extends QuoteInput, OutputOptions, ConnectionOptions {
  readonly limit: number;
}

const columns: readonly Column<Quote>[] = [
  { name: "id", value: ({ id }) => id },
  { name: "rfq_id", value: ({ rfq_id }) => rfq_id, inTable: false },
  { name: "market_ticker", value: ({ market_ticker }) => market_ticker },
  { name: "status", value: ({ status }) => status },
  { name: "contracts", value: ({ contracts_fp }) => contracts_fp, align: "right" },
  { name: "yes_bid_dollars", value: ({ yes_bid_dollars }) => yes_bid_dollars, align: "right" },
  { name: "no_bid_dollars", value: ({ no_bid_dollars }) => no_bid_dollars, align: "right" },
  { name: "created_ts", value: ({ created_ts }) => created_ts },
];

/** Lists the account's own quotes on requests for quotes. */
async function listQuotes({ io, signal }: CliContext, options: QuotesOptions): Promise<void> {
  const output = openOutput(io, options);
  const { client, close } = await openClient(io, options);
  try {
    const rows = output.rows(columns);
    let count = 0;
    const { limit } = options;
    for await (
      const quote of client.communications.quotes.listAll({ user_filter: "self" }, {
        signal,
        maxItems: limit,
      })
    ) {
      count++;
      await rows.add(quote);
    }
    await rows.end();
    if (count === 0) await output.note("No quotes on requests for quotes.");
  } finally {
    await close();
  }
}

async function quote(context: CliContext, ticker: string, options: QuotesOptions): Promise<void> {
  const { io, signal } = context;
  const wanted = readQuotes(options);
  const output = openOutput(io, options);
  const { client, confirm, close } = await openClient(io, options, { rateLimit: "auto" });
  try {
    const market = await client.markets.get(ticker, { signal });
    assertOpenMarket(market);
    if (wanted.bid !== undefined) assertOnGrid("--bid", wanted.bid, market);
    if (wanted.ask !== undefined) assertOnGrid("--ask", wanted.ask, market);
    await confirm(quoteWords(ticker, wanted));
    const { keepQuotes } = await import("../quotes_keep.ts");
    await keepQuotes(context, output, client, ticker, wanted);
  } finally {
    await close();
  }
}

/** Adds the command `quotes`. */
export function addQuotes(program: Command, context: CliContext): void {
  const command = program.command("quotes [ticker]")
    .description("keep quotes on a market until Ctrl-C; without a ticker, list your quotes on RFQs")
    .option("--bid <dollars>", "buy YES at this price")
    .option("--ask <dollars>", "sell YES at this price")
    .option("--count <contracts>", "how many contracts each side is for")
    .option("--refill", "place anew what was filled; needs --max-position")
    .option("--max-position <contracts>", "hold no more than this, YES or NO")
    .option("--name <name>", "what the quotes are known by over restarts; made of the ticker unless told")
    .option("--limit <n>", "without a ticker: how many to list", wholeNumber(1), 100);
  addWriteOptions(addOutputOptions(command));
  command.action(async (ticker: string | undefined, options: QuotesOptions) => {
    if (ticker !== undefined) return await quote(context, ticker, options);
    for (const name of ["bid", "ask", "count", "refill", "maxPosition", "name"] as const) {
      if (options[name] === undefined) continue;
      const option = name === "maxPosition" ? "max-position" : name;
      throw new CliError(
        "usage",
        `--${option} needs the ticker of a market: kalshi quotes TICKER. Nothing was sent.`,
      );
    }
    await listQuotes(context, options);
  });
}
