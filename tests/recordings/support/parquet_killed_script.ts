/**
 * A recorder whose files become tables, that is killed: `parquet_killed_script.ts PLACE`, where PLACE is JSON. It says how
 * many frames are written and how many files have become tables, again and again.
 */
import process from "node:process";
import { KalshiAuth, KalshiConfig } from "../../../mod.ts";
import { Recorder } from "../../../src/recordings/mod.ts";
import { KalshiStream } from "../../../src/stream/mod.ts";

const { keyId, privateKey, baseUrl, dir, tickers, rotateBytes, parquet } = JSON.parse(process.argv[2] ?? "");
const auth = await KalshiAuth.fromPem(keyId, privateKey);
const stream = await KalshiStream.connect({ auth, config: new KalshiConfig({ baseUrl }) });
const recorder = await Recorder.start({
  stream,
  dir,
  channels: ["orderbook_delta", "trade"],
  tickers,
  flushMs: 2,
  rotateBytes,
  parquet,
});
for (;;) {
  const { written, exported } = recorder.stats();
  console.log(`${written} ${exported}`);
  // wall clock: the process is killed before long, and says meanwhile how far it has got
  await new Promise((resolve) => setTimeout(resolve, 1));
}
