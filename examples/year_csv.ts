/**
 * A year of a market's trades, or of your own fills, as CSV. It says how far it is, goes on where it stopped, and
 * holds no more than one call's rows in memory.
 *
 *     deno run -A --env-file examples/year_csv.ts (TICKER | fills) FILE
 */
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import process from "node:process";
import { KalshiClient } from "@unofficial/kalshi";
import { fillsHistory, tradesHistory } from "@unofficial/kalshi/trading";

const [what, file] = process.argv.slice(2);
if (what === undefined || file === undefined) throw new Error("year_csv.ts (TICKER | fills) FILE");

/** Where it goes on, and until when it reads: the same in each run. */
interface Mark {
  readonly to: string;
  readonly resume?: string | undefined;
}
const markFile = `${file}.resume`;
const mark: Mark = existsSync(markFile)
  ? JSON.parse(readFileSync(markFile, "utf8"))
  : { to: new Date().toISOString() };
const from = new Date(Date.parse(mark.to) - 365 * 86_400_000);

await using client = await KalshiClient.fromEnv(undefined, { rateLimit: "auto", readOnly: true });
const options = {
  from,
  to: mark.to,
  resume: mark.resume,
  onProgress: (
    { calls, rows, done, resume }: { calls: number; rows: number; done: number; resume?: string | undefined },
  ) => {
    console.error(`${calls} calls, ${rows} rows, ${Math.round(done * 100)} %`);
    writeFileSync(markFile, JSON.stringify({ ...mark, resume }));
  },
};
const history = what === "fills"
  ? fillsHistory(client, options)
  : tradesHistory(client, { ...options, ticker: what });
for await (const text of history.csv({ header: mark.resume === undefined })) appendFileSync(file, text);
rmSync(markFile, { force: true });
console.log(`${file} is complete`);
