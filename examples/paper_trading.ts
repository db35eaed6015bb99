/**
 * Paper trading: an exchange on this machine with the live books of some markets, for any bot, until Ctrl-C. Nothing is
 * sent to the live exchange but subscriptions and look-ups.
 *
 *     deno run -A --env-file examples/paper_trading.ts FOLDER TICKER…
 *     deno run -A --env-file=FOLDER/paper.env examples/market_maker.ts TICKER
 *
 * The folder gets `paper.env`, which leads a bot here, and in the end the report of what the bot did.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { KalshiClient } from "@unofficial/kalshi";
import { LocalExchange } from "@unofficial/kalshi/local-exchange";

const [folder, ...tickers] = process.argv.slice(2);
if (folder === undefined || tickers.length === 0) throw new Error("paper_trading.ts FOLDER TICKER…");
const end = new Promise<void>((resolve) => void process.once("SIGINT", resolve));

// A key that may only read is enough.
await using live = await KalshiClient.fromEnv(undefined, { readOnly: true });
await using stream = await live.stream();
await using mirror = await LocalExchange.mirror(stream, {
  tickers,
  lookup: live,
  queue: "behind",
  port: 0,
  onHalt: ({ ticker = "everything", reason, detail }) =>
    console.log("HALTED", ticker, `(${reason}: ${detail})`),
  onResume: ({ ticker = "the connection", haltedMs }) => console.log("back:", ticker, `after ${haltedMs} ms`),
});

const { keyId, privateKey } = await mirror.createAccount({ balance: "1000.00" });
await mkdir(folder, { recursive: true });
const env = join(folder, "paper.env");
const lines = [
  `KALSHI_API_BASE_URL=${mirror.config.baseUrl}`,
  `KALSHI_KEY_ID=${keyId}`,
  `KALSHI_PRIVATE_KEY="${privateKey.trimEnd().replaceAll("\n", "\\n")}\\n"`,
];
await writeFile(env, `${lines.join("\n")}\n`, { mode: 0o600 });
console.log("paper trading", tickers.join(", "), "as", env, "says");
await end;

const report = mirror.report();
const { pnl, fees } = report.summary;
console.log("P&L", pnl, "of it fees", `-${fees};`, report.fills.total, "fills");
for (const path of await report.save(folder)) console.log("written:", path);
