/**
 * `kalshi perps markets`, `market`, `trades` and `funding`: what is public.
 *
 * @module
 */
import { type Command, Option } from "commander";
import type { GetMarginFundingRateEstimateResponse } from "../../contract/perps/types.ts";
import type { CliContext } from "../context.ts";
import { addConnectionOptions, addOutputOptions, wholeNumber } from "../options.ts";
import type { ConnectionOptions } from "../open_client.ts";
import { type Column, openOutput, type OutputOptions } from "../output.ts";
import { nowOf, parseTime, TIME_WORDS, unixSeconds } from "../times.ts";
import { perpsMarketColumns, perpsRateColumns, perpsTradeColumns } from "./columns.ts";
import { openPerps } from "./open_perps.ts";

type Options = OutputOptions & ConnectionOptions;

function addMarkets(perps: Command, { io, signal }: CliContext): void {
  const command = perps.command("markets").description("list perps: prices, marks, leverage, volume")
    .addOption(
      new Option("--status <status>", "in this state").default("active")
        .choices(["active", "inactive", "closed", "any"]),
    )
    .option("--search <words>", "those with each of these words in ticker or title");
  addConnectionOptions(addOutputOptions(command));
  command.action(
    async (
      options: Options & {
        readonly status: "active" | "inactive" | "closed" | "any";
        readonly search?: string;
      },
    ) => {
      const { status, search = "" } = options;
      const output = openOutput(io, options);
      const words = search.toLowerCase().split(/\s+/).filter((word) => word !== "");
      const { client, close } = await openPerps(io, options);
      try {
        const rows = output.rows(perpsMarketColumns);
        const markets = await client.markets.list(status === "any" ? {} : { status }, { signal });
        const found = markets.filter(({ ticker, title }) =>
          words.every((word) => `${ticker}\n${title}`.toLowerCase().includes(word))
        );
        for (const market of found) await rows.add(market);
        await rows.end();
        if (found.length === 0) await output.note(`No market matches, of ${markets.length} seen.`);
      } finally {
        await close();
      }
    },
  );
}

function addMarket(perps: Command, { io, signal }: CliContext): void {
  const command = perps.command("market <ticker>").description(
    "one market: prices, contract, margin, version",
  );
  addConnectionOptions(addOutputOptions(command));
  const columns = perpsMarketColumns.map((column) => ({ ...column, inTable: true, isShortened: false }));
  command.action(async (ticker: string, options: Options) => {
    const output = openOutput(io, options);
    const { client, close } = await openPerps(io, options);
    try {
      await output.record(columns, await client.markets.get(ticker, { signal }));
    } finally {
      await close();
    }
  });
}

interface TradesOptions extends Options {
  readonly from?: string;
  readonly to?: string;
  readonly limit: number;
}

function addTrades(perps: Command, { io, signal }: CliContext): void {
  const command = perps.command("trades [ticker]")
    .description("the public trades of a market, or of all, newest first")
    .option("--from <time>", "trades from then on")
    .option("--to <time>", "trades until then")
    .option("--limit <n>", "how many", wholeNumber(1), 50)
    .addHelpText("after", `\nTimes: ${TIME_WORDS}.`);
  addConnectionOptions(addOutputOptions(command));
  command.action(async (ticker: string | undefined, options: TradesOptions) => {
    const { from, to, limit } = options;
    const time = (name: string, text: string) => unixSeconds(parseTime(name, text, nowOf(io)));
    const params = {
      ...(ticker !== undefined && { ticker }),
      ...(from !== undefined && { min_ts: time("--from", from) }),
      ...(to !== undefined && { max_ts: time("--to", to) }),
      limit: Math.min(1000, limit),
    };
    const output = openOutput(io, options);
    const { client, close } = await openPerps(io, options);
    try {
      const rows = output.rows(perpsTradeColumns, { isLive: true });
      let count = 0;
      for await (const trade of client.markets.trades.listAll(params, { signal, maxItems: limit })) {
        count++;
        await rows.add(trade);
      }
      await rows.end();
      if (count === 0) await output.note("No trades.");
    } finally {
      await close();
    }
  });
}

/** The estimate of a market's next funding. */
interface Estimate extends GetMarginFundingRateEstimateResponse {
  readonly ticker: string;
}

const estimateColumns: readonly Column<Estimate>[] = [
  { name: "ticker", value: ({ ticker }) => ticker, colour: () => "bold" },
  { name: "funding_rate", value: ({ funding_rate }) => funding_rate, align: "right" },
  { name: "next_funding_time", value: ({ next_funding_time }) => next_funding_time },
  { name: "mark_price", value: ({ mark_price }) => mark_price, align: "right" },
  { name: "premium_index", value: ({ premium_index }) => premium_index, align: "right" },
  { name: "computed_time", value: ({ computed_time }) => computed_time, inTable: false },
  { name: "premium_index_ts", value: ({ premium_index_ts }) => premium_index_ts, inTable: false },
];

interface FundingOptions extends Options {
  readonly past?: boolean;
  readonly from?: string;
  readonly to?: string;
}

function addFunding(perps: Command, { io, signal }: CliContext): void {
  const command = perps.command("funding [ticker]")
    .description("the next funding as it is estimated; above 0, longs pay shorts")
    .option("--past", "what was paid, the newest first, in place of the estimate")
    .option("--from <time>", "with --past: from then on")
    .option("--to <time>", "with --past: until then")
    .addHelpText("after", `\nTimes: ${TIME_WORDS}.`);
  addConnectionOptions(addOutputOptions(command));
  command.action(async (ticker: string | undefined, options: FundingOptions) => {
    const { past = false, from, to } = options;
    const output = openOutput(io, options);
    const time = (name: string, text: string) => unixSeconds(parseTime(name, text, nowOf(io)));
    const range = {
      ...(from !== undefined && { start_ts: time("--from", from) }),
      ...(to !== undefined && { end_ts: time("--to", to) }),
    };
    const { client, close } = await openPerps(io, options);
    try {
      if (past) {
        const rows = output.rows(perpsRateColumns);
        const rates = await client.funding.historicalRates(
          { ...range, ...(ticker !== undefined && { ticker }) },
          { signal },
        );
        for (const rate of rates) await rows.add(rate);
        await rows.end();
        if (rates.length === 0) await output.note("No funding yet.");
        return;
      }
      const tickers = ticker === undefined
        ? (await client.markets.list({ status: "active" }, { signal })).map(({ ticker }) => ticker)
        : [ticker];
      const rows = output.rows(estimateColumns);
      for (const one of tickers) {
        await rows.add({ ...await client.funding.rateEstimate({ ticker: one }, { signal }), ticker: one });
      }
      await rows.end();
    } finally {
      await close();
    }
  });
}

/** Adds them. */
export function addPerpsLook(perps: Command, context: CliContext): void {
  for (const add of [addMarkets, addMarket, addTrades, addFunding]) add(perps, context);
}
