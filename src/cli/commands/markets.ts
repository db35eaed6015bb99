/**
 * `kalshi markets`
 *
 * @module
 */
import { type Command, Option } from "commander";
import { timeMs } from "../../base/wire_time.ts";
import type { GetMarketsParams } from "../../contract/event/operations.ts";
import type { Market } from "../../contract/event/types.ts";
import { chooseColumns, chooseOrder, FirstRows, objectOf } from "../choose_columns.ts";
import type { CliContext } from "../context.ts";
import { CliError } from "../exit_codes.ts";
import { marketColumns, matches } from "../market_columns.ts";
import { addConnectionOptions, addOutputOptions, wholeNumber } from "../options.ts";
import { type ConnectionOptions, openClient } from "../open_client.ts";
import { openOutput, type OutputOptions } from "../output.ts";
import { nowOf, parseTime, TIME_WORDS, unixSeconds } from "../times.ts";

interface MarketsOptions extends OutputOptions, ConnectionOptions {
  readonly status: "open" | "unopened" | "paused" | "closed" | "settled" | "any";
  readonly series?: string;
  readonly event?: string;
  readonly tickers?: string;
  readonly search?: string;
  readonly closesAfter?: string;
  readonly closesBefore?: string;
  readonly mve?: "only" | "exclude";
  readonly columns?: string;
  readonly sort?: string;
  readonly limit: number;
  readonly all?: boolean;
}

/** What the exchange filters by, and what is left to be looked at here. */
interface Filters {
  readonly params: GetMarketsParams;
  lets(market: Market): boolean;
}

function filtersOf(options: MarketsOptions, nowMs: number): Filters {
  const { status, series, event, tickers, search, closesAfter, closesBefore, mve } = options;
  const time = (option: string, text: string | undefined) =>
    text === undefined ? undefined : parseTime(option, text, nowMs);
  const after = time("--closes-after", closesAfter);
  const before = time("--closes-before", closesBefore);
  if (after !== undefined && before !== undefined && after > before) {
    throw new CliError("usage", "--closes-after lies behind --closes-before: no market closes between them.");
  }
  const words = search?.toLowerCase().split(/\s+/).filter((word) => word !== "") ?? [];
  // Kalshi filters by the time of closing among closed markets and without a status; beside others it is done here.
  const isAsked = status === "any" || status === "closed";
  return {
    params: {
      limit: 1000,
      status: status === "any" ? undefined : status,
      series_ticker: series,
      event_ticker: event,
      tickers: tickers?.split(",").map((ticker) => ticker.trim()),
      mve_filter: mve,
      min_close_ts: isAsked && after !== undefined ? unixSeconds(after) : undefined,
      max_close_ts: isAsked && before !== undefined ? unixSeconds(before) : undefined,
    },
    lets(market) {
      const closes = timeMs(market.close_time) ?? Infinity;
      return closes >= (after ?? -Infinity) && closes <= (before ?? Infinity) && matches(market, words);
    },
  };
}

async function listMarkets(
  { io, signal, progress: openProgress }: CliContext,
  options: MarketsOptions,
): Promise<void> {
  const { params, lets } = filtersOf(options, nowOf(io));
  const chosen = options.columns === undefined ? undefined : chooseColumns(marketColumns, options.columns);
  const order = options.sort === undefined ? undefined : chooseOrder(marketColumns, options.sort);
  const most = options.all === true ? Infinity : options.limit;
  const output = openOutput(io, options);
  const rows = output.rows(
    chosen ?? marketColumns,
    chosen === undefined ? {} : { json: (row) => objectOf(chosen, row) },
  );
  const progress = openProgress();
  const { client, close } = await openClient(io, options);
  try {
    // A page that holds no more than is wanted, where every market of it is.
    const isPlain = order === undefined && options.search === undefined &&
      options.closesBefore === undefined &&
      options.closesAfter === undefined;
    const limit = isPlain ? Math.min(1000, most + 1) : 1000;
    const first = order && new FirstRows(order, most);
    let seen = 0;
    let found = 0;
    let isCut = false;
    for await (const market of client.markets.listAll({ ...params, limit }, { signal })) {
      seen++;
      if (lets(market)) {
        if (first === undefined && found === most) {
          isCut = true;
          break;
        }
        found++;
        if (first === undefined) await rows.add(market);
        else first.add(market);
      }
      progress.show(`${seen} markets seen, ${found} found`);
    }
    await progress.done();
    for (const market of first?.take() ?? []) await rows.add(market);
    await rows.end();
    if (isCut || first !== undefined && found > most) {
      await output.note(`There are more than ${most}: --limit and --all show them.`);
    } else if (found === 0) await output.note(`No market matches, of ${seen} seen.`);
  } finally {
    await progress.done();
    await close();
  }
}

/** Adds the command `markets`. */
export function addMarkets(program: Command, context: CliContext): void {
  const command = program.command("markets")
    .description("list markets: filtered, searched, sorted")
    .addOption(
      new Option("--status <status>", "markets in this state").default("open")
        .choices(["open", "unopened", "paused", "closed", "settled", "any"]),
    )
    .option("--series <ticker>", "markets of this series")
    .option("--event <ticker>", "markets of this event")
    .option("--tickers <list>", "these markets, with commas between them")
    .option("--search <words>", "markets with each of these words in ticker or title")
    .option("--closes-after <time>", "markets that close then or later")
    .option("--closes-before <time>", "markets that close then or earlier")
    .addOption(new Option("--mve <which>", "combo markets only, or none").choices(["only", "exclude"]))
    .option("--columns <list>", "what to show, with commas between")
    .option("--sort <column>", "sort by a column; column:asc and column:desc say which way")
    .option("--limit <n>", "how many to show", wholeNumber(1), 50)
    .option("--all", "show all of them")
    .addHelpText(
      "after",
      `\nColumns: ${marketColumns.map(({ name }) => name).join(", ")}.\nTimes: ${TIME_WORDS}.`,
    );
  addConnectionOptions(addOutputOptions(command));
  command.action((options: MarketsOptions) => listMarkets(context, options));
}
