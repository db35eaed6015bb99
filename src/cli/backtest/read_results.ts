/**
 * Results of markets for a backtest: of a folder of history, or a file of JSON.
 *
 * @module
 */
import { readFile, stat } from "node:fs/promises";
import { CliError } from "../exit_codes.ts";

/** How markets ended, by ticker. */
export type Results = Readonly<Record<string, string>>;

/**
 * Reads them.
 *
 * @throws {CliError} where there is nothing of the name, or something else
 */
export async function readResults(path: string): Promise<Results> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new CliError("usage", `--results: there is no ${path}.`);
  if (found.isDirectory()) {
    const { openHistory } = await import("../../trading/download/folder.ts");
    return await openHistory(path).results();
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
