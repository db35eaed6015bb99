/**
 * `kalshi record TICKER… --channels LIST --out DIR`
 *
 * @module
 */
import type { Command } from "commander";
import type { CliContext } from "../context.ts";
import { addConnectionOptions, addOutputOptions, nameList, wholeNumber } from "../options.ts";
import type { RecordOptions } from "../recordings/run_record.ts";

/** Adds the command `record`. */
export function addRecord(program: Command, context: CliContext): void {
  const command = program.command("record [tickers...]")
    .description("write what the stream sends into files, until Ctrl-C")
    .requiredOption("--channels <list>", "such as orderbook_delta,trade,ticker", nameList)
    .requiredOption("--out <dir>", "the folder; made where it is missing, and gone on with in a new file")
    .option("--for <span>", "end after so long, such as 90s, 30m, 12h or 7d")
    .option("--rotate-bytes <n>", "begin a new file after so many bytes", wholeNumber(1_024), 268_435_456)
    .option("--rotate-minutes <n>", "begin a new file after so many minutes", wholeNumber(1, 35_000), 60)
    .option("--parquet", "make tables of Parquet of each file that has ended, beside the lines")
    .option("--tables-only", "with --parquet: take the lines away when their tables are there")
    .option("--flush-ms <n>", "write at least every so many milliseconds", wholeNumber(1, 10_000), 250);
  addConnectionOptions(addOutputOptions(command));
  command.action(async (tickers: readonly string[], options: RecordOptions) => {
    const { runRecord } = await import("../recordings/run_record.ts");
    await runRecord(context, tickers, options);
  });
}
