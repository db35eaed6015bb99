/**
 * `kalshi candles TICKER`
 *
 * @module
 */
import { type Command, Option } from "commander";
import { formatCount, formatFixed, formatPrice } from "../../base/fixed_point.ts";
import type { CandleRow } from "../../trading/history/candle_rows.ts";
import type { CliContext } from "../context.ts";
import { CliError } from "../exit_codes.ts";
import { addConnectionOptions, addOutputOptions } from "../options.ts";
import { type ConnectionOptions, openClient } from "../open_client.ts";
import { type Column, openOutput, type OutputOptions } from "../output.ts";
import { nowOf, parseTime, shownTime, TIME_WORDS } from "../times.ts";

interface CandlesOptions extends OutputOptions, ConnectionOptions {
  readonly from?: string;
  readonly to?: string;
  readonly interval: "1m" | "1h" | "1d";
  readonly fillGaps?: boolean;
}

const price = (centicents: number | undefined) => centicents === undefined ? null : formatPrice(centicents);
const mean = (micros: number | undefined) => micros === undefined ? null : formatFixed(micros, 6);

/** A candle in decimals: prices in dollars of YES, counts in contracts. */
function decimals(row: CandleRow) {
  return {
    begins_ms: row.beginsMs,
    ends_ms: row.endsMs,
    open: price(row.openCenticents),
    high: price(row.highCenticents),
    low: price(row.lowCenticents),
    close: price(row.closeCenticents),
    mean: mean(row.meanMicros),
    previous: price(row.previousCenticents),
    volume: formatCount(row.volumeCenticontracts),
    open_interest: formatCount(row.openInterestCenticontracts),
    yes_bid_open: price(row.bidOpenCenticents),
    yes_bid_high: price(row.bidHighCenticents),
    yes_bid_low: price(row.bidLowCenticents),
    yes_bid_close: price(row.bidCloseCenticents),
    yes_ask_open: price(row.askOpenCenticents),
    yes_ask_high: price(row.askHighCenticents),
    yes_ask_low: price(row.askLowCenticents),
    yes_ask_close: price(row.askCloseCenticents),
    is_open: row.isOpen,
    is_filled: row.isFilled,
  };
}

type Candle = ReturnType<typeof decimals>;

/** What a table shows, and how wide that is. */
const widths: Partial<Record<keyof Candle, number>> = {
  open: 6,
  high: 6,
  low: 6,
  close: 6,
  volume: 10,
  open_interest: 10,
  yes_bid_close: 6,
  yes_ask_close: 6,
};

const names: readonly (keyof Candle)[] = [
  "begins_ms",
  "ends_ms",
  "open",
  "high",
  "low",
  "close",
  "mean",
  "previous",
  "volume",
  "open_interest",
  "yes_bid_open",
  "yes_bid_high",
  "yes_bid_low",
  "yes_bid_close",
  "yes_ask_open",
  "yes_ask_high",
  "yes_ask_low",
  "yes_ask_close",
  "is_open",
  "is_filled",
];

const columns: readonly Column<Candle>[] = names.map((name) => ({
  name,
  value: (row) => row[name],
  ...(widths[name] === undefined ? { inTable: false } : { width: widths[name], align: "right" }),
}));

/** A table has the time as people read it. */
const tableColumns: readonly Column<Candle>[] = [
  { name: "begins", value: ({ begins_ms }) => shownTime(begins_ms), width: 19 },
  ...columns,
  { name: "note", value: ({ is_open, is_filled }) => is_open ? "not over" : is_filled ? "filled in" : "" },
];

async function listCandles(context: CliContext, ticker: string, options: CandlesOptions): Promise<void> {
  const { io, signal } = context;
  const nowMs = nowOf(io);
  const { interval, fillGaps = false } = options;
  const from = options.from === undefined ? undefined : parseTime("--from", options.from, nowMs);
  const to = options.to === undefined ? undefined : parseTime("--to", options.to, nowMs);
  if (from !== undefined && from >= (to ?? nowMs)) {
    throw new CliError("usage", "--from must lie before --to, which is now unless told.");
  }
  const output = openOutput(io, options);
  // Each row goes out as it comes: a year of minutes is half a million.
  const rows = output.rows(output.format === "table" ? tableColumns : columns, { isLive: true });
  const progress = context.progress();
  const { client, close } = await openClient(io, options);
  try {
    const { candles } = await import("../../trading/history/candles.ts");
    let count = 0;
    const walk = candles(client, ticker, {
      interval,
      fillGaps,
      signal,
      clock: io.clock,
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
      onProgress: ({ rows, done }) => progress.show(`${rows} candles, ${Math.floor(done * 100)} %`),
    });
    for await (const row of walk) {
      count++;
      await rows.add(decimals(row));
    }
    await progress.done();
    await rows.end();
    if (count === 0) await output.note("No candles: nothing was quoted or traded then.");
  } finally {
    await progress.done();
    await close();
  }
}

/** Adds the command `candles`. */
export function addCandles(program: Command, context: CliContext): void {
  const command = program.command("candles <ticker>")
    .description("candles of a market over any length of time, oldest first")
    .option("--from <time>", "from then on; from the beginning unless told")
    .option("--to <time>", "until then; until now unless told")
    .addOption(
      new Option("--interval <length>", "how long each is; a day is one of New York")
        .choices(["1m", "1h", "1d"]).default("1h"),
    )
    .option("--fill-gaps", "fill in what Kalshi has no candle of: the quotes before, and no trade")
    .addHelpText("after", `\nTimes: ${TIME_WORDS}.`);
  addConnectionOptions(addOutputOptions(command));
  command.action((ticker: string, options: CandlesOptions) => listCandles(context, ticker, options));
}
