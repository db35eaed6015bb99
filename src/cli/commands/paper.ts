/**
 * `kalshi paper TICKER…`
 *
 * @module
 */
import { type Command, Option } from "commander";
import type { CliContext } from "../context.ts";
import { addConnectionOptions, dollars, wholeNumber } from "../options.ts";
import type { PaperOptions } from "../paper/run_paper.ts";

/** Adds the command `paper`. */
export function addPaper(program: Command, context: CliContext): void {
  const command = program.command("paper <tickers...>")
    .description("trade on real prices without money, on a port of this machine, until Ctrl-C")
    .option(
      "--port <port>",
      "where it listens on 127.0.0.1; that of the last time, or any free",
      wholeNumber(0, 65_535),
    )
    .option("--env <file>", "write addresses and keys for your programs there", "paper.env")
    .option("--balance <dollars>", "cash of the account", dollars, "1000.00")
    .addOption(
      new Option("--queue <model>", "who cancelled where nobody can know: behind is the worst case")
        .choices(["behind", "pro-rata", "ahead"]).default("behind"),
    )
    .option("--fix", "speak FIX as well")
    .option("--bot <file>", "run this bot on it, as kalshi backtest does, until it returns")
    .option("--for <span>", "end after so long, such as 90s, 30m, 12h or 7d")
    .option("--out <dir>", "save the report there: a page, tables as CSV, and JSON")
    .option("--json", "print one JSON object a line: where it is, halts, and at the end the report");
  addConnectionOptions(command);
  command.action(async (tickers: readonly string[], options: PaperOptions) => {
    const { runPaper } = await import("../paper/run_paper.ts");
    await runPaper(context, tickers, options);
  });
}
