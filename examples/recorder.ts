/**
 * Records the books and trades of some markets until Ctrl-C, then reads the recording back and reports what is missing
 * in it.
 *
 *     deno run -A --env-file examples/recorder.ts FOLDER TICKER…
 */
import process from "node:process";
import { KalshiClient } from "@unofficial/kalshi";
import { openRecording, Recorder } from "@unofficial/kalshi/recordings";

const [dir, ...tickers] = process.argv.slice(2);
if (dir === undefined || tickers.length === 0) throw new Error("recorder.ts FOLDER TICKER…");

{
  await using client = await KalshiClient.fromEnv(undefined, { readOnly: true });
  await using stream = await client.stream();
  const recorder = await Recorder.start({ stream, dir, channels: ["orderbook_delta", "trade"], tickers });
  process.once("SIGINT", () => void recorder.close());
  console.log("recording", tickers.join(", "), "into", dir);
  await recorder.closed;
  const { frames, written, dropped } = recorder.stats();
  console.log(`${frames} frames, ${written} lines written, ${dropped} dropped`);
}

// Also what earlier runs have recorded there.
const recording = await openRecording(dir);
const counts = new Map<string, number>();
for await (const item of recording.read()) {
  counts.set(item.kind, (counts.get(item.kind) ?? 0) + 1);
  if (item.kind === "frame" || item.kind === "status") continue;
  const at = "atMs" in item && item.atMs !== undefined ? new Date(item.atMs).toISOString() : "";
  if (item.kind === "gap" || item.kind === "dropped" || item.kind === "damaged") {
    console.log("MISSING", at, item);
  }
}
console.log([...counts].map(([kind, count]) => `${kind}: ${count}`).join(", "));
