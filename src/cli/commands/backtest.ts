/**
 * `kalshi backtest DIR --bot FILE`
 *
 * @module
 */
import { type Command, Option } from "commander";
import type { BacktestOptions } from "../backtest/run_backtest.ts";
import type { CliContext } from "../context.ts";
import { addOutputOptions, dollars, nameList, wholeNumber } from "../options.ts";
import { TIME_WORDS } from "../times.ts";

/** An hour: no connection is slower. */
const MOST_MS = 3_600_000;

/** Adds the command `backtest`. */
export function addBacktest(program: Command, context: CliContext): void {
  const command = program.command("backtest <recording>")
    .description("run a bot, as it is, against what was recorded")
    .requiredOption("--bot <file>", "a file whose default export is the bot: a function")
    .addOption(
      new Option("--queue <model>", "who cancelled where nobody can know: behind is the worst case")
        .choices(["behind", "pro-rata", "ahead"]).default("behind"),
    )
    .option("--latency-ms <n>", "how long each way takes: orders, answers, feed", wholeNumber(0, MOST_MS), 0)
    .option("--order-ms <n>", "how long orders travel, where that is another", wholeNumber(0, MOST_MS))
    .option("--answer-ms <n>", "how long answers travel", wholeNumber(0, MOST_MS))
    .option("--feed-ms <n>", "how long the feed travels", wholeNumber(0, MOST_MS))
    .option("--jitter-ms <n>", "up to so much more, drawn each time", wholeNumber(0, MOST_MS), 0)
    .option("--seed <n>", "what is drawn: the same seed is the same run", wholeNumber(0, 2 ** 32 - 1), 1)
    .option("--balance <dollars>", "cash of the account", dollars, "1000.00")
    .option("--tickers <list>", "only these markets", nameList)
    .option("--results <path>", "how markets ended: a folder of kalshi history, or a file of JSON")
    .option("--from <time>", "the bot begins then")
    .option("--to <time>", "it ends then")
    .option("--out <dir>", "save the report there: a page, tables as CSV, and JSON")
    .addHelpText("after", `\nTimes: ${TIME_WORDS}.`);
  addOutputOptions(command);
  command.action(async (dir: string, options: BacktestOptions) => {
    const { runBacktest } = await import("../backtest/run_backtest.ts");
    await runBacktest(context, dir, options);
  });
}
