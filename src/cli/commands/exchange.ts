/**
 * `kalshi exchange`
 *
 * @module
 */
import type { Command } from "commander";
import type { CliContext } from "../context.ts";
import type { ExchangeOptions } from "../exchange/run_exchange.ts";
import { addOutputOptions, dollars, wholeNumber } from "../options.ts";
import { openOutput } from "../output.ts";

/** Adds the command `exchange`. */
export function addExchange(program: Command, context: CliContext): void {
  const command = program.command("exchange")
    .description("a local exchange, to trade on without money, until Ctrl-C")
    .option(
      "--port <port>",
      "where it listens on 127.0.0.1; that of the last time, or any free",
      wholeNumber(0, 65_535),
    )
    .option("--seed <n>", "the same seed lists the same markets; 1 unless told", wholeNumber(0, 2 ** 32 - 1))
    .option(
      "--history <days>",
      "begin with a past of so many days, in which the account traded",
      wholeNumber(1, 365),
    )
    .option(
      "--page-port <port>",
      "where its page for a browser is; that of the last time, or any free",
      wholeNumber(0, 65_535),
    )
    .option("--state <file>", "keep accounts, orders and markets there, and go on with them")
    .option("--fix", "speak FIX as well")
    .option("--perps", "have perps as well, and cash for them")
    .option("--env <file>", "write addresses and keys for other programs there", ".env")
    .option("--balance <dollars>", "cash of the account", dollars, "1000.00")
    .option(
      "--pace <ms>",
      "how often its market makers move; 1000 unless told, 0 is never",
      wholeNumber(0, 86_400_000),
    );
  addOutputOptions(command);
  command.action(async (options: ExchangeOptions) => {
    // Said before what takes its time: loading the exchange, listing markets, making a past.
    const past = options.history === undefined ? "" : ` with a past of ${options.history} days`;
    await openOutput(context.io, options).note(`Opening a local exchange${past} …`);
    const { runExchange } = await import("../exchange/run_exchange.ts");
    await runExchange(context, options);
  });
}
