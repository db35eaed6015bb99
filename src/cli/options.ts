/**
 * The options that many commands have, and how their values are read. A command adds those that it heeds, and no others.
 *
 * @module
 */
import { type Command, InvalidArgumentError, Option } from "commander";

/** Adds `--json` and `--csv`: what `openOutput` takes. */
export function addOutputOptions(command: Command): Command {
  return command
    .addOption(new Option("--json", "print one JSON object a line").conflicts("csv"))
    .addOption(new Option("--csv", "print CSV with a heading (RFC 4180)").conflicts("json"));
}

/** Adds `--env-file`, `--demo` and `--live`: what `openClient` takes. */
export function addConnectionOptions(command: Command): Command {
  return command
    .option("--env-file <file>", "read the variables KALSHI_* from this file, and none of the process")
    .addOption(new Option("--demo", "Kalshi's demo environment: mock funds").conflicts("live"))
    .addOption(new Option("--live", "Kalshi's production environment: real money").conflicts("demo"));
}

/** Adds `--yes` beside them, for a command that writes: what the `confirm` of a client heeds. */
export function addWriteOptions(command: Command): Command {
  return addConnectionOptions(command)
    .option("--yes", "do it with real money without asking: for scripts");
}

/** Reads a whole number, as the parser of an option: `.option("--limit <n>", "…", wholeNumber(1, 1000))`. */
export function wholeNumber(least: number, most: number = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(
      `It takes a whole number from ${least}${most >= Number.MAX_SAFE_INTEGER ? "" : ` to ${most}`}.`,
    );
  };
}

/** Reads a point in time, in Unix milliseconds: `2026-11-24`, `2026-11-24T16:00Z` or Unix seconds. */
export function pointInTime(text: string): number {
  if (/^\d{9,11}$/.test(text)) return Number(text) * 1000;
  const isDate = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2}))?$/.test(text);
  const value = isDate ? Date.parse(text) : NaN;
  if (!Number.isNaN(value)) return value;
  throw new InvalidArgumentError(
    "It takes a day such as 2026-11-24 (in UTC), a time such as 2026-11-24T16:00Z, or Unix seconds.",
  );
}

/** Reads an amount of money, as the parser of an option. */
export function dollars(text: string): string {
  if (/^\d{1,9}(\.\d{1,2})?$/.test(text)) return text;
  throw new InvalidArgumentError("It takes dollars, such as 1000.00.");
}

/** Reads names with commas between them, as the parser of an option that may be given more than once. */
export function nameList(text: string, before: readonly string[] = []): readonly string[] {
  const names = text.split(",").map((name) => name.trim()).filter((name) => name !== "");
  if (names.length > 0) return [...before, ...names];
  throw new InvalidArgumentError("It takes one or more names, with commas between them.");
}
