/**
 * Makes tables of Parquet of a recording, and reads the trades of its busiest market back from them.
 *
 *     deno run -A examples/parquet_export.ts RECORDING TABLES
 */
import process from "node:process";
import { formatCount, formatPrice, parseCount, parsePrice } from "@unofficial/kalshi/fixed-point";
import { exportParquet, openRecording } from "@unofficial/kalshi/recordings";

const [from, dir] = process.argv.slice(2);
if (from === undefined || dir === undefined) throw new Error("parquet_export.ts RECORDING TABLES");

const done = await exportParquet(await openRecording(from), {
  dir,
  onProgress: ({ filesDone, files, rows }) => console.log(`${filesDone} of ${files} files, ${rows} rows`),
});
console.log(
  `${done.files} files exported, ${done.skipped} were there, ${done.rows} rows, ${done.bytes} bytes`,
);

/** What is read of a trade. */
interface Trade {
  readonly yes_price_dollars: string;
  readonly count_fp: string;
}

const recording = await openRecording(dir);
const volumes = new Map<string, number>();
for await (const item of recording.read({ channels: ["trade"] })) {
  if (item.kind === "gap" || item.kind === "reconnected" || item.kind === "dropped") {
    console.log("MISSING", new Date(item.atMs).toISOString(), item.kind);
  }
  if (item.kind !== "frame" || item.ticker === undefined || item.frame.type !== "trade") continue;
  const { count_fp } = item.frame.msg as Trade;
  volumes.set(item.ticker, (volumes.get(item.ticker) ?? 0) + parseCount(count_fp));
}
const [busiest] = [...volumes].sort(([, one], [, other]) => other - one);
if (busiest === undefined) {
  console.log("no trades");
} else {
  const [ticker, volume] = busiest;
  let last = "";
  for await (const item of recording.read({ channels: ["trade"], tickers: [ticker] })) {
    if (item.kind !== "frame" || item.frame.type !== "trade") continue;
    last = formatPrice(parsePrice((item.frame.msg as Trade).yes_price_dollars));
  }
  console.log(`${ticker}: ${formatCount(volume)} contracts, last at ${last}`);
}
