/**
 * Ten thousand orders over KalshiRT by a trader that is killed (SIGKILL) again and again, on a line that breaks, while
 * another trades the same market over REST: `deno task chaos:fix [orders] [kills]`. It ends with an error unless each
 * order exists once, each report was heard, and the numbers of both sides fit.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { KalshiClient } from "../src/client.ts";
import { FileFixStore } from "../src/fix/mod.ts";
import { LocalExchange } from "../src/local_exchange/mod.ts";

const [orders = 10_000, kills = 12] = process.argv.slice(2).map(Number);
const folder = mkdtempSync(join(tmpdir(), "fix-chaos-"));
const begun = performance.now();

function fail(what: string): never {
  console.error(`FAILED: ${what}`);
  process.exit(1);
}

await using exchange = await LocalExchange.start({ markets: 0, marketMakers: false, fix: true });
const symbol = exchange.listMarket({ ticker: "CHAOS" });
const { keyId, privateKey, auth } = await exchange.createAccount({ balance: "100000.00" });
const { host, port } = exchange.fixConfig("order-entry-rt");
const config = {
  product: "event",
  session: "order-entry-rt",
  host,
  port,
  tls: false,
  heartbeatSeconds: 4,
  retryBaseDelayMs: 20,
  maxRetries: 1_000,
  alreadyOnlineMs: 60_000,
};
const place = JSON.stringify({ keyId, privateKey, config, symbol, orders });

interface Life {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
}

function start(): Life {
  const child = spawn("node_modules/deno/deno", [
    "run",
    "-A",
    "--no-lock",
    "--quiet",
    "bench/fix_trader.ts",
    folder,
    place,
  ], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  child.stdout?.resume();
  return { child, ended };
}

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const journal = (): string[] => {
  try {
    return readFileSync(`${folder}/journal`, "utf8").split("\n").slice(0, -1);
  } catch {
    return [];
  }
};

// Over REST somebody trades the same market with the same account.
await using rest = new KalshiClient({ auth, config: exchange.config });
let restOrders = 0;
let trading = true;
const byRest = (async () => {
  while (trading) {
    await rest.orders.create({
      ticker: symbol,
      side: "bid",
      count: "1.00",
      price: "0.4000",
      time_in_force: "good_till_canceled",
      self_trade_prevention_type: "taker_at_cross",
      client_order_id: `rest${restOrders}`,
    });
    restOrders++;
    await wait(20);
  }
})();

let life = start();
for (let kill = 0; kill < kills; kill++) {
  // Some in the middle of the logon, most in the middle of trading.
  const heard = journal().length;
  for (let waited = 0; journal().length === heard && waited < 200; waited++) await wait(50);
  for (let cut = 0; cut < kill % 3; cut++) {
    await wait(Math.random() * 150);
    exchange.fix.fail({ fault: "cut" });
  }
  await wait(Math.random() * 300);
  life.child.kill("SIGKILL");
  await life.ended;
  // Its key counts as online until its heartbeat is overdue, unless the gateway begins anew as well.
  if (kill % 2 === 0) exchange.fix.restart();
  const reports = new Set(
    journal().filter((line) => line.startsWith("report ")).map((line) => line.split(" ")[2]),
  );
  console.log(`kill ${kill + 1}: ${reports.size} of ${orders} orders have a report`);
  // Some of its orders are filled while nobody is there to hear of it.
  exchange.placeCounterOrder({ ticker: symbol, side: "ask", price: "0.5000", count: "20" });
  if (reports.size >= orders) break;
  life = start();
}
if (await life.ended !== 0 && life.child.signalCode === null) fail("the trader ended with an error");
if (life.child.signalCode !== null) {
  life = start();
  if (await life.ended !== 0) fail("the trader ended with an error");
}
trading = false;
await byRest;

const counts = new Map<string, number>();
for await (const { client_order_id: order } of rest.orders.list({ ticker: symbol, limit: 1_000 })) {
  counts.set(order, (counts.get(order) ?? 0) + 1);
}
const doubled = [...counts].filter(([, count]) => count !== 1);
if (doubled.length > 0) fail(`${doubled.length} orders exist more than once: ${doubled.slice(0, 5)}`);
const missing = Array.from({ length: orders }, (_, index) => `o${index}`).filter((order) =>
  !counts.has(order)
);
if (missing.length > 0) fail(`${missing.length} orders do not exist: ${missing.slice(0, 5)}`);
if (counts.size !== orders + restOrders) fail(`${counts.size} orders exist, not ${orders + restOrders}`);

const byNumber = new Map<string, string>();
let again = 0;
for (const line of journal()) {
  const [kind, number = "", ...report] = line.split(" ");
  if (kind !== "report") continue;
  const what = report.join(" ");
  const before = byNumber.get(number);
  if (before !== undefined && before !== what) fail(`number ${number} was ${before}, and then ${what}`);
  if (before !== undefined) again++;
  byNumber.set(number, what);
}
if (again > kills) fail(`${again} reports were heard twice, over ${kills} kills`);
/** Reports of an ExecType, each an order and its ExecID. */
const heardOf = (execType: string) => [...byNumber.values()].filter((what) => what.endsWith(` ${execType}`));
const [news, trades] = [heardOf("0"), heardOf("F")];
if (news.length !== orders) fail(`${news.length} orders were reported as new, not ${orders}`);
if (new Set([...news, ...trades]).size !== news.length + trades.length) fail("a report came twice");
let fills = 0;
for await (const _ of rest.portfolio.fills.list({ ticker: symbol, limit: 1_000 })) fills++;
if (trades.length !== fills) fail(`${trades.length} trades were reported, of ${fills} fills`);
const store = new FileFixStore({ path: `${folder}/store` });
await store.open();
console.log(
  `${orders} orders over FIX, ${restOrders} over REST, ${kills} kills: each exists once. ${fills} fills. ` +
    `${byNumber.size} reports, each under one number, ${again} of them heard twice by a process that was killed before it ` +
    `had counted them. Next numbers: ${store.nextOutgoing} out, ${store.nextIncoming} in. ` +
    `${((performance.now() - begun) / 1_000).toFixed(0)} s.`,
);
store.close();
rmSync(folder, { recursive: true, force: true });
process.exit(0);
