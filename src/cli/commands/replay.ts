/**
 * `kalshi replay DIR`
 *
 * @module
 */
import { type Command, InvalidArgumentError, Option } from "commander";
import type { CliContext } from "../context.ts";
import { addOutputOptions, nameList, wholeNumber } from "../options.ts";
import type { ReplayCommandOptions } from "../recordings/run_replay.ts";

function speed(text: string): number | "max" {
  if (text === "max") return text;
  const value = /^\d{1,6}(\.\d{1,6})?$/.test(text) ? Number(text) : 0;
  if (value > 0) return value;
  throw new InvalidArgumentError("It takes a number above 0, such as 1 or 10, or max.");
}

/** Adds the command `replay`. */
export function addReplay(program: Command, context: CliContext): void {
  const command = program.command("replay <dir>")
    .description("print what was recorded, at any speed, or a book of it")
    .option("--speed <n>", "1 as it was, 10 ten times as fast, max without any wait", speed, "max")
    .addOption(
      new Option("--channel <list>", "only frames of these channels").argParser(nameList).conflicts("book"),
    )
    .addOption(
      new Option("--market <list>", "only frames of these markets").argParser(nameList).conflicts("book"),
    )
    .option("--from <time>", "nothing before this time")
    .option("--to <time>", "nothing from this time on")
    .option("--book <ticker>", "the order book of this market at the end")
    .option("--every <span>", "with --book: its best prices every so often, such as 1s or 5m")
    .option("--depth <n>", "with --book: levels a side", wholeNumber(1, 1000), 10);
  addOutputOptions(command);
  command.action(async (dir: string, options: ReplayCommandOptions) => {
    const { runReplay } = await import("../recordings/run_replay.ts");
    await runReplay(context, dir, options);
  });
}
