/**
 * A download that is killed: `download_script.ts PLACE`, where PLACE is JSON. It says how many calls it has made, and how
 * many rows are on the disk, after each call.
 */
import process from "node:process";
import { KalshiClient, KalshiConfig } from "../../../mod.ts";
import { downloadHistory } from "../../../src/trading/mod.ts";

const { baseUrl, ...options } = JSON.parse(process.argv[2] ?? "");
await using client = new KalshiClient({ config: new KalshiConfig({ baseUrl }) });
await downloadHistory(client, {
  ...options,
  onProgress: ({ kind, calls, rows }) => console.log(JSON.stringify({ kind, calls, rows })),
});
console.log("done");
