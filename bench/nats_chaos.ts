/**
 * The chaos on NATS: `deno run -A bench/nats_chaos.ts [seconds] [markets]`. Two gateways that are killed at random, a
 * server of NATS that is killed and started again, three readers, one of which stands still for a minute. It ends with an
 * error where a book that reads live is not the exchange's own at a quiet point, and where a fill came twice or never.
 */
import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import { KalshiClient } from "../mod.ts";
import { LocalExchange } from "../src/local_exchange/mod.ts";
import { startNats } from "../tests/nats/support/server.ts";
import { type BenchRuntime, commandFor } from "./support.ts";

const [seconds = 180, markets = 200] = process.argv.slice(2).map(Number);
const PAUSE_MS = 60_000;
const runtime = (process.env.CHAOS_RUNTIME ?? "node") as BenchRuntime;
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

interface Report {
  readonly books: readonly [ticker: string, book: string][];
  readonly fills: readonly string[];
  readonly markers: number;
  readonly frames: number;
  readonly resyncs: number;
  readonly reconnects: number;
}

const server = await startNats();
const exchange = await LocalExchange.start({ port: 0, seed: 7, markets, marketMakers: true });
const account = await exchange.createAccount({ balance: "1000000.00" });
const tickers = exchange.openTickers().slice(0, markets);
const client = new KalshiClient({ auth: account.auth, config: { baseUrl: exchange.baseUrl } });
const env = {
  ...process.env,
  KALSHI_API_BASE_URL: exchange.baseUrl,
  KALSHI_KEY_ID: account.keyId,
  KALSHI_PRIVATE_KEY: account.privateKey,
};

const [gatewayCommand, gatewayFlags] = await commandFor(runtime, "bench/nats_chaos_gateway.ts");
const [readerCommand, readerFlags] = await commandFor(runtime, "bench/nats_chaos_reader.ts");

/** A child, and the lines that it says. */
class Child {
  readonly process: ChildProcess;
  #rest = "";
  #wanted: ((line: string) => void)[] = [];
  constructor(command: string, flags: readonly string[]) {
    this.process = spawn(command, [...flags, String(server.port), ...tickers], {
      env,
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.process.stdout?.setEncoding("utf8").on("data", (text: string) => {
      const lines = (this.#rest + text).split("\n");
      this.#rest = lines.pop() ?? "";
      for (const line of lines) this.#wanted.shift()?.(line);
    });
  }
  line(): Promise<string> {
    return new Promise((resolve) => this.#wanted.push(resolve));
  }
  async report(): Promise<Report> {
    const line = this.line();
    this.process.stdin?.write("?\n");
    return JSON.parse(await line);
  }
  signal(name: NodeJS.Signals): void {
    if (this.process.pid !== undefined && this.process.exitCode === null) {
      process.kill(this.process.pid, name);
    }
  }
}

async function start(command: string, flags: readonly string[]): Promise<Child> {
  const child = new Child(command, flags);
  await child.line();
  return child;
}

const gateways = [await start(gatewayCommand, gatewayFlags), await start(gatewayCommand, gatewayFlags)];
const readers = [];
for (let n = 0; n < 3; n++) readers.push(await start(readerCommand, readerFlags));

const done = { kills: 0, restarts: 0, pauses: 0, quiet: 0, checked: 0, fills: 0 };

/** Lets the market move, and trades a little, for so long. */
async function move(ms: number): Promise<void> {
  for (const end = performance.now() + ms; performance.now() < end;) {
    exchange.step();
    if (Math.random() < 0.2) {
      await client.orders.create({
        ticker: tickers[Math.floor(Math.random() * tickers.length)] ?? "",
        side: Math.random() < 0.5 ? "bid" : "ask",
        count: "1.00",
        price: "0.5000",
        time_in_force: "immediate_or_cancel",
        self_trade_prevention_type: "taker_at_cross",
      }).catch(() => {});
    }
    await wait(20);
  }
}

/** Waits until every reader has what the exchange has, and nothing that it has not. */
async function quiet(running: readonly Child[]): Promise<void> {
  const truth = new Map<string, string>();
  for (const ticker of tickers) truth.set(ticker, JSON.stringify(await client.markets.orderBook(ticker)));
  const fills: string[] = [];
  for await (const fill of client.fills.listAll({ limit: 1_000 })) {
    fills.push(`${fill.trade_id} ${fill.order_id}`);
  }
  fills.sort();
  done.fills = fills.length;
  const late = performance.now() + 60_000;
  // What is still under way has a moment; what reads live then must be right.
  for (const reader of running) {
    while (true) {
      const report = await reader.report();
      if (new Set(report.fills).size < report.fills.length) throw new Error("a fill came twice");
      const wrong = report.books.filter(([ticker, book]) => book !== truth.get(ticker));
      const missing = fills.filter((fill) => !report.fills.includes(fill));
      if (wrong.length === 0 && missing.length === 0) break;
      if (performance.now() > late) {
        throw new Error(
          `${wrong.length} books are not right, such as ${wrong[0]}; ${missing.length} fills are missing`,
        );
      }
      await wait(200);
    }
    done.checked += tickers.length;
  }
  done.quiet++;
}

async function killOne(): Promise<void> {
  const index = Math.floor(Math.random() * 2);
  gateways[index]?.signal("SIGKILL");
  done.kills++;
  await move(4_000);
  gateways[index] = await start(gatewayCommand, gatewayFlags);
}

const begun = performance.now();
let paused: { readonly reader: Child; readonly until: number } | undefined;
for (let round = 0; performance.now() - begun < seconds * 1_000; round++) {
  const [, , last] = readers;
  if (round === 1 && last !== undefined) {
    last.signal("SIGSTOP");
    paused = { reader: last, until: performance.now() + PAUSE_MS };
    done.pauses++;
  }
  await move(2_000);
  if (round % 3 === 2) {
    await server.kill();
    await move(500);
    await server.start();
    done.restarts++;
  } else await killOne();
  await move(1_000);
  if (paused !== undefined && performance.now() > paused.until) {
    paused.reader.signal("SIGCONT");
    paused = undefined;
  }
  await quiet(readers.filter((reader) => reader !== paused?.reader));
  console.log(`${((performance.now() - begun) / 1_000).toFixed(0)} s`, JSON.stringify(done));
}
if (paused !== undefined) {
  await move(Math.max(0, paused.until - performance.now()));
  paused.reader.signal("SIGCONT");
}
await quiet(readers);
for (const reader of readers) {
  const { frames, markers, resyncs, reconnects } = await reader.report();
  console.log("reader", JSON.stringify({ frames, markers, resyncs, reconnects }));
}
console.log("done", JSON.stringify(done));
for (const { process: child } of [...readers, ...gateways]) child.kill("SIGKILL");
await client.close();
await exchange.close();
await server[Symbol.asyncDispose]();
process.exit(0);
