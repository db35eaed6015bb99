/**
 * `kalshi market TICKER`
 *
 * @module
 */
import type { Command } from "commander";
import { formatMoney } from "../../base/fixed_point.ts";
import { timeMs } from "../../base/wire_time.ts";
import type { Market } from "../../contract/event/types.ts";
import type { CliContext } from "../context.ts";
import { feesOf, type MarketFees } from "../fee_rule.ts";
import { marketSpread } from "../market_columns.ts";
import { addConnectionOptions, addOutputOptions } from "../options.ts";
import { takerFee } from "../order_cost.ts";
import { type ConnectionOptions, openClient } from "../open_client.ts";
import { type Column, openOutput, type OutputOptions } from "../output.ts";
import { nowOf, shownSpan } from "../times.ts";

/** What is known of a market, in one place. */
interface Shown {
  readonly market: Market;
  /** Undefined where they could not be looked up, as of an event that is gone. */
  readonly fees: MarketFees | undefined;
  readonly nowMs: number;
}

const of = (name: string, value: (market: Market) => string | null | undefined): Column<Shown> => ({
  name,
  value: ({ market }) => value(market),
});

/** A time, and how far off it is. */
function timed(name: string, time: (market: Market) => string | null | undefined): Column<Shown> {
  return {
    name,
    value: ({ market, nowMs }) => {
      const text = time(market);
      const ms = timeMs(text);
      if (ms === undefined) return text;
      return `${text} (${ms >= nowMs ? `in ${shownSpan(ms - nowMs)}` : `${shownSpan(nowMs - ms)} ago`})`;
    },
  };
}

const sized = (price: string, size: string): string => `${price} (${size} contracts)`;

const gridWords = ({ price_ranges, price_level_structure }: Market): string => {
  const bands = price_ranges.map(({ start, end, step }) => `${start} to ${end} by ${step}`).join(", ");
  return price_level_structure === "" ? bands : `${bands} (${price_level_structure})`;
};

/** The formula in words, and what it comes to for a hundred contracts at the ask. */
function feeWords({ market, fees }: Shown): string | undefined {
  if (fees === undefined) return undefined;
  const { fee_type, fee_multiplier, series_ticker } = fees;
  const words = `${fee_type}, multiplier ${fee_multiplier} (series ${series_ticker})`;
  const price = Math.round(Number(market.yes_ask_dollars) * 10_000);
  if (!(price > 0 && price < 10_000)) return words;
  const fee = takerFee({ side: "bid", price, count: 10_000 }, fees);
  return fee === undefined
    ? words
    : `${words}: ${formatMoney(fee)} to take 100 contracts at ${market.yes_ask_dollars}`;
}

const columns: readonly Column<Shown>[] = [
  { ...of("ticker", ({ ticker }) => ticker), colour: () => "bold" },
  of("event", ({ event_ticker }) => event_ticker),
  of("title", ({ title }) => title),
  of("yes", ({ yes_sub_title }) => yes_sub_title),
  of("no", ({ no_sub_title }) => no_sub_title),
  {
    ...of("status", ({ status }) => status),
    colour: ({ market: { status } }) => status === "active" ? "green" : "yellow",
  },
  of("result", ({ result }) => result),
  of("settlement_value", ({ settlement_value_dollars }) => settlement_value_dollars),
  {
    ...of("yes_bid", ({ yes_bid_dollars, yes_bid_size_fp }) => sized(yes_bid_dollars, yes_bid_size_fp)),
    colour: () => "green",
  },
  {
    ...of("yes_ask", ({ yes_ask_dollars, yes_ask_size_fp }) => sized(yes_ask_dollars, yes_ask_size_fp)),
    colour: () => "red",
  },
  of("spread", marketSpread),
  of(
    "last_price",
    ({ last_price_dollars, previous_price_dollars }) =>
      `${last_price_dollars} (a day ago ${previous_price_dollars})`,
  ),
  of("volume", ({ volume_fp, volume_24h_fp }) => `${volume_fp} contracts, ${volume_24h_fp} within a day`),
  of("open_interest", ({ open_interest_fp }) => `${open_interest_fp} contracts`),
  { name: "fees", value: feeWords },
  of("price_grid", gridWords),
  timed("open_time", ({ open_time }) => open_time),
  timed("close_time", ({ close_time }) => close_time),
  of(
    "early_close",
    ({ can_close_early, early_close_condition }) =>
      can_close_early ? early_close_condition || "possible" : "no",
  ),
  timed("expected_expiration", ({ expected_expiration_time }) => expected_expiration_time),
  timed("latest_expiration", ({ latest_expiration_time }) => latest_expiration_time),
  of("rules", ({ rules_primary }) => rules_primary),
  of("further_rules", ({ rules_secondary }) => rules_secondary),
];

/** What a program gets: Kalshi's own fields, and what had to be looked up beside them. */
function plainOf({ market, fees }: Shown): object {
  return {
    ...market,
    spread_dollars: marketSpread(market) ?? null,
    series_ticker: fees?.series_ticker ?? null,
    fee_type: fees?.fee_type ?? null,
    fee_multiplier: fees?.fee_multiplier ?? null,
  };
}

type Plain = Readonly<Record<string, unknown>>;

/** CSV has the fields of `--json` that hold one value. */
function csvColumns(plain: object): readonly Column<Plain>[] {
  return Object.entries(plain)
    .filter(([, value]) => value === null || typeof value !== "object")
    .map(([name]) => ({ name, value: (row) => row[name] as string | number | boolean | null }));
}

/** Adds the command `market`. */
export function addMarket(program: Command, { io, signal }: CliContext): void {
  const command = program.command("market <ticker>")
    .description("one market: prices, spread, volume, fees, price grid, times, rules");
  addConnectionOptions(addOutputOptions(command));
  command.action(async (ticker: string, options: OutputOptions & ConnectionOptions) => {
    const output = openOutput(io, options);
    const { client, close } = await openClient(io, options);
    try {
      const market = await client.markets.get(ticker, { signal });
      let fees: MarketFees | undefined;
      try {
        fees = await feesOf(client, market.event_ticker, signal);
      } catch (error) {
        if (signal.aborted) throw error;
        await output.note(`The fees could not be looked up: ${(error as Error).message}`);
      }
      const shown: Shown = { market, fees, nowMs: nowOf(io) };
      const plain = plainOf(shown);
      if (output.format === "csv") await output.record(csvColumns(plain), plain as Plain);
      else await output.record(columns, shown, plain);
    } finally {
      await close();
    }
  });
}
