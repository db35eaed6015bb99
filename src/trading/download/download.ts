/**
 * History into a folder of Parquet, by one call that goes on where another one ended.
 *
 * @module
 */
import { systemClock } from "../../base/clock.ts";
import { KalshiConfigError } from "../../base/errors.ts";
import { hasMethods, type Read, readOptions } from "../../base/options.ts";
import { shown } from "../../base/plain.ts";
import type { KalshiClient } from "../../client.ts";
import { readTime } from "../history/times.ts";
import { historyKinds } from "./kinds.ts";
import { downloadHistoryRules, type DownloadOptions } from "./options.ts";
import type { DownloadedHistory } from "./run.ts";
import type { Wanted } from "./scopes.ts";

const OWNER = "downloadHistory";

/** What has just happened may not be listed yet. */
const SETTLE_MS = 60_000;

/**
 * Downloads public trades, candles, or settled markets with their results into a folder of Parquet files, by day of UTC:
 * `kind=trades/day=2026-11-24/….parquet`. Live and archived as one, each row once, inside the client's rate budget.
 *
 * It may be killed at any moment, and the same call goes on where it was: nothing twice, nothing missing. A later call
 * adds what has come since. It is one folder for one download: other tickers, series or candles, and an earlier `from`,
 * are refused. Memory holds `batchRows` rows, however many there are. On Deno, Bun and Node.
 *
 * {@linkcode openHistory} reads the folder, and so do DuckDB, pandas and Polars.
 *
 * @throws {KalshiConfigError} for an option that is unknown or wrong, for a folder with something else, and when another
 * process begins to download into it
 * @throws {KalshiNotFoundError} for a market or series that there is not
 * @throws {KalshiTableError} when the disk fails
 * @throws {KalshiAbortError} when `signal` has ended it
 *
 * @example
 * ```ts
 * import { KalshiClient } from "@unofficial/kalshi";
 * import { downloadHistory } from "@unofficial/kalshi/trading";
 *
 * await using client = await KalshiClient.fromEnv(undefined, { rateLimit: "auto" });
 * await downloadHistory(client, {
 *   dir: "./history",
 *   what: ["markets", "trades"],
 *   series: "KXHIGHNY",
 *   from: "2026-11-01",
 *   onProgress: ({ kind, rows, done }) => console.error(`${kind}: ${rows} rows, ${Math.round(done * 100)} %`),
 * });
 * ```
 */
export async function downloadHistory(
  client: KalshiClient,
  given: DownloadOptions,
): Promise<DownloadedHistory> {
  if (!hasMethods(client, "stream", "request")) {
    throw new KalshiConfigError(`${OWNER} takes a KalshiClient first; got ${shown(client)}.`);
  }
  const options = readOptions<DownloadOptions, typeof downloadHistoryRules>(
    OWNER,
    given,
    downloadHistoryRules,
  );
  const { clock = systemClock, signal, onProgress, dir, interval, fillGaps, batchRows } = options;
  const asked = typeof options.what === "string" ? [options.what] : options.what;
  const kinds = historyKinds.filter((kind) => asked.includes(kind));
  const wanted = wantedOf(options);
  if (wanted.of === "all" && kinds.includes("candles")) {
    throw new KalshiConfigError(`${OWNER}: candles need \`tickers\` or \`series\`.`);
  }
  const fromMs = options.from === undefined ? undefined : readTime(options.from);
  if (wanted.of === "all" && fromMs === undefined) {
    throw new KalshiConfigError(`${OWNER} needs \`from\` where it takes neither \`tickers\` nor \`series\`.`);
  }
  const settledMs = clock.now() - SETTLE_MS;
  const toMs = options.to === undefined ? settledMs : Math.min(readTime(options.to), settledMs);
  if (fromMs !== undefined && fromMs >= toMs) {
    throw new KalshiConfigError(
      `${OWNER}: \`from\` must be before \`to\`, which is a minute ago at the latest.`,
    );
  }
  const { runDownload } = await import("./run.ts");
  return await runDownload({
    client,
    dir,
    kinds,
    wanted,
    fromMs,
    toMs,
    interval,
    fillGaps,
    batchRows,
    onProgress,
    signal,
    clock,
  });
}

/** The markets that are asked for; lists in one order, so that they can be compared. */
function wantedOf({ tickers, series }: Read<DownloadOptions, typeof downloadHistoryRules>): Wanted {
  if (tickers !== undefined && series !== undefined) {
    throw new KalshiConfigError(`${OWNER} takes \`tickers\` or \`series\`, not both.`);
  }
  const sorted = (names: readonly string[], what: string) => {
    if (names.length === 0) {
      throw new KalshiConfigError(`${OWNER}: \`${what}\` is empty. Name some, or leave it out.`);
    }
    return [...new Set(names)].sort();
  };
  if (tickers !== undefined) return { of: "tickers", tickers: sorted(tickers, "tickers") };
  if (series === undefined) return { of: "all" };
  return { of: "series", series: sorted(typeof series === "string" ? [series] : series, "series") };
}
