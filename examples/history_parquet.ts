/**
 * A month of a series as Parquet: its settled markets with their results, and every trade. Ctrl-C ends it, the same call
 * goes on, and tomorrow it adds what has come since. DuckDB, pandas and Polars read what is written.
 *
 *     deno run -A --env-file examples/history_parquet.ts SERIES DIR
 */
import process from "node:process";
import { KalshiClient } from "@unofficial/kalshi";
import { formatCount, formatPrice } from "@unofficial/kalshi/fixed-point";
import { downloadHistory, openHistory } from "@unofficial/kalshi/trading";

const [series, dir] = process.argv.slice(2);
if (series === undefined || dir === undefined) throw new Error("history_parquet.ts SERIES DIR");

await using client = await KalshiClient.fromEnv(undefined, { rateLimit: "auto", readOnly: true });
const stop = new AbortController();
process.once("SIGINT", () => stop.abort());

const { kinds } = await downloadHistory(client, {
  dir,
  what: ["markets", "trades"],
  series,
  from: new Date(Date.now() - 30 * 86_400_000),
  signal: stop.signal,
  onProgress: ({ kind, rows, spansDone, spans, done, restMs = 0 }) =>
    console.error(
      `${kind}: ${rows} rows, ${spansDone} of ${spans} spans, ${Math.round(done * 100)} %, ` +
        `${Math.ceil(restMs / 1_000)} s to go`,
    ),
});
for (const { kind, rows, files, toMs } of kinds) {
  console.log(`${kind}: ${rows} rows in ${files} files, until ${new Date(toMs).toISOString()}`);
}

// How the price at which a market traded last compares with what it paid.
const history = openHistory(dir);
const last = new Map<string, { readonly atMs: number; readonly price: number; readonly count: number }>();
for await (const { ticker, atMs, priceCenticents: price, countCenticontracts: count } of history.trades()) {
  if (atMs >= (last.get(ticker)?.atMs ?? 0)) last.set(ticker, { atMs, price, count });
}
for (const [ticker, result] of Object.entries(await history.results())) {
  const trade = last.get(ticker);
  if (trade === undefined) continue;
  console.log(`${ticker} paid ${result}, last ${formatCount(trade.count)} at ${formatPrice(trade.price)}`);
}
