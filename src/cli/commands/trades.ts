/**
 * `kalshi trades [TICKER]`
 *
 * @module
 */
import type { Command } from "commander";
import { timeMs } from "../../base/wire_time.ts";
import type { GetTradesParams } from "../../contract/event/operations.ts";
import type { CliContext } from "../context.ts";
import { CliError } from "../exit_codes.ts";
import { addConnectionOptions, addOutputOptions, wholeNumber } from "../options.ts";
import { type ConnectionOptions, openClient } from "../open_client.ts";
import { openOutput, type OutputOptions } from "../output.ts";
import { nowOf, parseTime, TIME_WORDS, unixSeconds } from "../times.ts";
import { tradeColumns, tradeLine } from "../trade_lines.ts";
import { followTrades } from "../trades_follow.ts";

interface TradesOptions extends OutputOptions, ConnectionOptions {
  readonly follow?: boolean;
  readonly from?: string;
  readonly to?: string;
  readonly limit: number;
  readonly all?: boolean;
}

function paramsOf(
  ticker: string | undefined,
  { from, to, follow }: TradesOptions,
  nowMs: number,
): GetTradesParams {
  const fromMs = from === undefined ? undefined : parseTime("--from", from, nowMs);
  const toMs = to === undefined ? undefined : parseTime("--to", to, nowMs);
  if (follow === true && toMs !== undefined) {
    throw new CliError("usage", "--follow has no end: leave --to out.");
  }
  if (fromMs !== undefined && fromMs > (toMs ?? Infinity)) {
    throw new CliError("usage", "--from lies behind --to: there is no trade between them.");
  }
  return {
    ...(ticker !== undefined && { ticker }),
    ...(fromMs !== undefined && { min_ts: unixSeconds(fromMs) }),
    ...(toMs !== undefined && { max_ts: unixSeconds(toMs) }),
  };
}

async function listTrades(
  context: CliContext,
  ticker: string | undefined,
  options: TradesOptions,
): Promise<void> {
  const { io, signal } = context;
  const params = paramsOf(ticker, options, nowOf(io));
  const output = openOutput(io, options);
  const most = options.all === true ? Infinity : options.limit;
  const { client, close } = await openClient(io, options);
  const progress = context.progress();
  try {
    if (ticker !== undefined) await client.markets.get(ticker, { signal });
    if (options.follow === true) {
      return await followTrades(context, output, client, { ticker, params, most: options.limit });
    }
    // Each row goes out as it comes: there may be millions.
    const rows = output.rows(tradeColumns, { isLive: true });
    // Every trade that there was goes on below the live ones.
    const history = options.all === true || options.from !== undefined;
    let count = 0;
    let isCut = false;
    const limit = Math.min(1000, most + 1);
    for await (const trade of client.trades.listAll({ ...params, limit }, { signal, history })) {
      isCut = count === most;
      if (isCut) break;
      count++;
      await rows.add(tradeLine(trade));
      const ms = timeMs(trade.created_time);
      if (ms !== undefined) progress.show(`${count} trades, back to ${trade.created_time}`);
    }
    await progress.done();
    await rows.end();
    if (count === 0) await output.note("No trades.");
    else if (isCut) await output.note(`There are more than ${most}: --limit and --all show them.`);
  } finally {
    await progress.done();
    await close();
  }
}

/** Adds the command `trades`. */
export function addTrades(program: Command, context: CliContext): void {
  const command = program.command("trades [ticker]")
    .description("the public trades of a market, or of all, newest first")
    .option("--follow", "print the latest ones, then each new one until Ctrl-C")
    .option("--from <time>", "trades from then on")
    .option("--to <time>", "trades until then")
    .option("--limit <n>", "how many; with --follow, of those before", wholeNumber(0), 50)
    .option("--all", "all of them")
    .addHelpText("after", `\nTimes: ${TIME_WORDS}.`);
  addConnectionOptions(addOutputOptions(command));
  command.action((ticker: string | undefined, options: TradesOptions) =>
    listTrades(context, ticker, options)
  );
}
