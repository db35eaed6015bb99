/**
 * Results of markets for a backtest: of a folder of history, or a file of JSON.
 *
 * @module
 */
import { readFile, stat } from "node:fs/promises";
import { CliError } from "../exit_codes.ts";
import type { Output } from "../output.ts";

/** What a replay pays out: whole ticks. */
const KNOWN = /^(yes|no|\d\.\d{4})$/;

/** How markets ended, by ticker. */
export type Results = Readonly<Record<string, string>>;

/**
 * Reads them.
 *
 * @throws {CliError} where there is nothing of the name, or something else
 */
export async function readResults(path: string, output: Output): Promise<Results> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new CliError("usage", `--results: there is no ${path}.`);
  if (found.isDirectory()) {
    const { openHistory } = await import("../../trading/download/folder.ts");
    const all = Object.entries(await openHistory(path).results());
    const known = all.filter(([, result]) => KNOWN.test(result));
    if (known.length < all.length) {
      await output.note(
        `${
          all.length - known.length
        } markets of ${path} paid what is no multiple of 0.0001 dollars: they are left out.`,
      );
    }
    return Object.fromEntries(known);
  }
  try {
    return JSON.parse(await readFile(path, "utf8")) as Results;
  } catch {
    throw new CliError(
      "usage",
      `--results: ${path} is no JSON. It takes a folder of \`kalshi history --what markets\`, or a file such as ` +
        '{"KXHIGHNY-26NOV24-T60": "yes"}.',
    );
  }
}
