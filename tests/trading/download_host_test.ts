/** History in a folder of Parquet: whole, each row once, however often it was ended. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KalshiAbortError, KalshiConfigError, KalshiNotFoundError } from "../../src/base/errors.ts";
import { KalshiClient } from "../../src/client.ts";
import type { KalshiClientOptions } from "../../src/client_options.ts";
import { LocalExchange } from "../../src/local_exchange/mod.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import {
  candles,
  type DownloadedHistory,
  downloadHistory,
  type DownloadOptions,
  type DownloadProgress,
  KalshiTableError,
  openHistory,
  tradesHistory,
} from "../../src/trading/mod.ts";
import { test } from "../support/test.ts";
import { query } from "./support/duck.ts";

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;
const START = Date.parse("2026-11-11T17:00:20.000Z");
const CUTOFF = START - 5 * DAY;

/** A folder for a test. */
function folder() {
  const path = mkdtempSync(join(tmpdir(), "kalshi-download-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

interface Past extends AsyncDisposable {
  readonly exchange: LocalExchange;
  readonly client: KalshiClient;
  readonly clock: ManualClock;
}

/** An exchange with a past, some of it archived, at a time that stands still. */
function pastOf(days: number, options: Partial<KalshiClientOptions> = {}): Past {
  const clock = new ManualClock(START);
  const exchange = LocalExchange.create({ clock, history: { days }, marketMakers: false });
  exchange.setHistoricalCutoff(CUTOFF);
  const client = new KalshiClient({ config: exchange.config, transport: exchange.fetch, clock, ...options });
  return {
    exchange,
    client,
    clock,
    async [Symbol.asyncDispose]() {
      await client.close();
      await exchange.close();
    },
  };
}

const until = START - MINUTE;
const everything = ["trades", "markets"] as const;

/** What the exchange itself says there is until a minute ago. */
async function truthOf(client: KalshiClient, clock: ManualClock) {
  const trades = await tradesHistory(client, { clock, to: until }).toArray();
  const markets: string[] = [];
  for await (const { ticker, status, settlement_ts } of client.markets.listAll({}, { history: true })) {
    if (status === "finalized" && Date.parse(settlement_ts ?? "") < until) markets.push(ticker);
  }
  return { trades: trades.map(({ tradeId }) => tradeId).sort(), markets: markets.sort() };
}

/** What a folder holds. */
async function heldIn(dir: string) {
  const trades: string[] = [];
  for await (const { tradeId } of openHistory(dir).trades()) trades.push(tradeId);
  const markets: string[] = [];
  for await (const { ticker } of openHistory(dir).markets()) markets.push(ticker);
  return { trades: trades.sort(), markets: markets.sort() };
}

/** Compares long lists, of which a difference is shown as the first that differs. */
function assertHeld(
  found: Awaited<ReturnType<typeof heldIn>>,
  wanted: Awaited<ReturnType<typeof truthOf>>,
): void {
  for (const kind of everything) {
    const at = wanted[kind].findIndex((id, n) => id !== found[kind][n]);
    assertEquals(found[kind].length, wanted[kind].length, `${kind}: different from ${at} on`);
    assertEquals(at, -1);
  }
}

/** Every Parquet file below a folder. */
const filesIn = (dir: string): string[] =>
  readdirSync(dir, { recursive: true }).map(String).filter((name) => /\.parquet/.test(name));

test("trades and settled markets come whole, each once, and read back as they came", async () => {
  using own = folder();
  await using past = pastOf(9);
  const { client, clock } = past;
  const progress: DownloadProgress[] = [];
  const done = await downloadHistory(client, {
    dir: own.path,
    what: everything,
    from: "2026-01-01",
    clock,
    onProgress: (step) => progress.push(step),
  });
  const truth = await truthOf(client, clock);
  assertHeld(await heldIn(own.path), truth);
  assertEquals(done.kinds.map(({ kind, rows, toMs }) => [kind, rows, toMs]), [
    ["markets", truth.markets.length, until],
    ["trades", truth.trades.length, until],
  ]);
  assertEquals(done.kinds.reduce((sum, { files }) => sum + files, 0), filesIn(own.path).length);

  const history = openHistory(own.path);
  const { ticker = "", atMs = 0 } = (await tradesHistory(client, { clock, to: until }).toArray())[0] ?? {};
  const found = [];
  for await (const row of history.trades({ ticker })) found.push(row);
  const wanted = await tradesHistory(client, { clock, ticker, to: until }).toArray();
  assertEquals(found, wanted.reverse());
  const last = [];
  for await (const row of history.trades({ from: atMs, to: atMs + 1, ticker })) last.push(row);
  assertEquals(last, wanted.filter((row) => row.atMs === atMs));
  for await (const row of history.markets()) {
    const market = JSON.parse(row.market);
    assertEquals(
      [row.result, row.settlementMicros, row.seriesTicker !== undefined, row.feeType !== undefined],
      [market.result, Math.round(Number(market.settlement_value_dollars) * 1e6), true, true],
    );
  }
  const results = await history.results();
  assertEquals(Object.keys(results).sort(), truth.markets);
  assert(Object.values(results).every((result) => /^(yes|no|0\.\d{4})$/.test(result)));

  const steps = progress.map((step) => step.done);
  assertEquals(steps.at(-1), 1);
  assert(steps.every((step, n) => step >= (steps[n - 1] ?? 0)));
  const end = progress.at(-1);
  assertEquals([end?.rows, end?.spans, end?.spansDone, end?.restMs], [truth.trades.length, 315, 315, 0]);
  assertEquals(progress.length >= done.calls, true);
});

test("candles are those that candles() gives, of whole periods alone", async () => {
  using own = folder();
  await using past = pastOf(6);
  const { client, clock } = past;
  const tickers: string[] = [];
  for await (const { ticker, status } of client.markets.listAll({}, { history: true })) {
    if (status === "finalized" || tickers.length < 4) tickers.push(ticker);
    if (tickers.length === 8) break;
  }
  const options = { dir: own.path, what: "candles", interval: "1h", tickers, clock } as const;
  await downloadHistory(client, { ...options, batchRows: 50 });
  const endMs = Math.floor(until / (60 * MINUTE)) * 60 * MINUTE;
  for (const ticker of tickers) {
    const wanted = (await candles(client, ticker, { interval: "1h", clock }).toArray())
      .filter((row) => row.endsMs <= endMs);
    const found = [];
    for await (const row of openHistory(own.path).candles({ ticker })) found.push(row);
    assertEquals(found.sort((a, b) => a.endsMs - b.endsMs), wanted.map((row) => ({ ticker, ...row })));
  }
  await assertRejects(
    () => downloadHistory(client, { ...options, interval: "1m" }),
    KalshiConfigError,
    "interval",
  );
});

test("DuckDB reads the folder as partitions by day, with exact types and times in UTC", async () => {
  using own = folder();
  await using past = pastOf(6);
  const { client, clock } = past;
  await downloadHistory(client, { dir: own.path, what: everything, from: "2026-10-01", clock });
  const table = (kind: string) =>
    `read_parquet('${own.path}/kind=${kind}/**/*.parquet', hive_partitioning = true)`;
  const trades = await tradesHistory(client, { clock, to: until }).toArray();
  const [sums] = await query(`
    select count(*) n, count(distinct trade_id) ids, sum(price_e4 * count_e2) paid,
      max(epoch_ms(created_time)) latest,
      count(*) filter (day <> strftime(created_time at time zone 'UTC', '%Y-%m-%d')::date) strays
    from ${table("trades")}`);
  const paid = trades.reduce((sum, row) => sum + row.priceCenticents * row.countCenticontracts, 0);
  const [n, latest] = [trades.length, trades[0]?.atMs].map(String);
  assertEquals(sums, { n, ids: n, paid: String(paid), latest, strays: "0" });
  const types = await query(`describe select * from ${table("trades")}`);
  assertEquals(types.map(({ column_name, column_type }) => `${column_name} ${column_type}`), [
    "ticker VARCHAR",
    "created_time TIMESTAMP WITH TIME ZONE",
    "price_e4 INTEGER",
    "count_e2 BIGINT",
    "taker_side VARCHAR",
    "is_block_trade BOOLEAN",
    "trade_id VARCHAR",
    "day DATE",
    "kind VARCHAR",
  ]);
  const wrong = await query(`
    select ticker from ${table("markets")}
    where (result = 'yes') <> (settlement_value_e6 = 1000000) and result <> 'scalar'
      or day <> strftime(settlement_time at time zone 'UTC', '%Y-%m-%d')::date
      or fee_type is null or fee_multiplier is null or (market->>'ticker') <> ticker`);
  assertEquals(wrong, []);
});

/** Runs a download again and again, each run ended after some calls, until it is whole. */
async function endedOften(
  past: Past,
  options: Omit<DownloadOptions, "signal">,
  callsOf: (run: number) => number,
): Promise<{ readonly done: DownloadedHistory; readonly runs: number }> {
  for (let run = 0;; run++) {
    const stop = new AbortController();
    let calls = 0;
    await using client = new KalshiClient({
      config: past.exchange.config,
      clock: past.clock,
      transport: past.exchange.fetch,
      onRequest: () => {
        if (calls++ === callsOf(run)) stop.abort();
      },
    });
    try {
      return { done: await downloadHistory(client, { ...options, signal: stop.signal }), runs: run };
    } catch (error) {
      assert(error instanceof KalshiAbortError, String(error));
    }
  }
}

test("a download that is ended again and again, while its rows are archived, has each row once", async () => {
  using own = folder();
  await using past = pastOf(9);
  const { exchange, client, clock } = past;
  let moved = 0;
  const { done, runs } = await endedOften(past, {
    dir: own.path,
    what: everything,
    from: "2026-11-01",
    batchRows: 300,
    clock,
    onProgress: () => {
      exchange.setHistoricalCutoff(CUTOFF + ++moved * DAY / 40);
    },
  }, (run) => 4 + run % 9);
  assert(runs > 4 && moved > 20, `${runs}, ${moved}`);
  exchange.setHistoricalCutoff(CUTOFF);
  const truth = await truthOf(client, clock);
  assertHeld(await heldIn(own.path), truth);
  assertEquals(done.kinds.map(({ rows }) => rows), [truth.markets.length, truth.trades.length]);
});

test("of series, live and archived markets come, and a series that there is not is refused", async () => {
  using own = folder();
  await using past = pastOf(9);
  const { client, clock } = past;
  const counts = new Map<string, number>();
  for await (const { ticker } of client.markets.listAll({ status: "settled" })) {
    const series = ticker.slice(0, ticker.indexOf("-"));
    counts.set(series, (counts.get(series) ?? 0) + 1);
  }
  const [series = ""] = [...counts].sort(([, a], [, b]) => b - a)[0] ?? [];
  await endedOften(
    past,
    { dir: own.path, what: everything, series, batchRows: 40, clock },
    (run) => 10 + 9 * run,
  );
  const truth = await truthOf(client, clock);
  const isOwn = (ticker: string) => ticker.startsWith(`${series}-`);
  const wanted = await tradesHistory(client, { clock, to: until }).toArray();
  const held = await heldIn(own.path);
  assertHeld(held, {
    trades: wanted.filter(({ ticker }) => isOwn(ticker)).map(({ tradeId }) => tradeId).sort(),
    markets: truth.markets.filter(isOwn),
  });
  assert(held.markets.length > 5 && held.trades.length > 100);
  using other = folder();
  // One that ended before anything was asked has its beginning all the same.
  const begun = { dir: other.path, what: "trades", series, from: "2026-11-01", clock } as const;
  await assertRejects(
    () => downloadHistory(client, { ...begun, signal: AbortSignal.abort() }),
    KalshiAbortError,
  );
  await downloadHistory(client, { ...begun, from: START - DAY });
  assertEquals(await tradesIn(other.path), held.trades);
  using none = folder();
  await assertRejects(
    () => downloadHistory(client, { dir: none.path, what: "trades", series: "NOSUCH", clock }),
    KalshiNotFoundError,
  );
});

test("a later call adds what has come since, and nothing when there is nothing", async () => {
  using own = folder();
  await using past = pastOf(4);
  const { exchange, client, clock } = past;
  const options = { dir: own.path, what: everything, from: "2026-11-01", clock } as const;
  await downloadHistory(client, { ...options, to: START - 2 * DAY });
  const before = new Map(filesIn(own.path).map((name) => [name, readFileSync(join(own.path, name))]));
  await downloadHistory(client, options);
  const truth = await truthOf(client, clock);
  assertHeld(await heldIn(own.path), truth);
  for (const [name, bytes] of before) assertEquals(readFileSync(join(own.path, name)), bytes);
  const ticker = exchange.listMarket({ ticker: "RAIN" });
  exchange.placeCounterOrder({ ticker, side: "ask", price: "0.4000", count: "10" });
  exchange.placeCounterOrder({ ticker, side: "bid", price: "0.4000", count: "10" });
  // Just now: it may not be listed everywhere yet.
  await downloadHistory(client, { ...options, to: START + DAY });
  assertHeld(await heldIn(own.path), truth);
  await clock.advance(2 * MINUTE);
  // Who asks for less than there is has it.
  const { kinds } = await downloadHistory(client, { ...options, from: "2026-11-05" });
  assertEquals(kinds.map(({ rows }) => rows), [truth.markets.length, truth.trades.length + 1]);
  await assertRejects(
    () => downloadHistory(client, { ...options, from: "2026-10-01" }),
    KalshiConfigError,
    "(from)",
  );
});

test("files that no line counts are left out and deleted, and lines that are cut mean nothing", async () => {
  using own = folder();
  await using past = pastOf(4);
  const { client, clock } = past;
  const options = { dir: own.path, what: "trades", from: "2026-11-01", clock } as const;
  await downloadHistory(client, { ...options, to: START - DAY });
  const [name = ""] = filesIn(own.path);
  const run = /([0-9a-f]{8})-\d+\.parquet$/.exec(name)?.[1] ?? "";
  // As a process leaves it that is killed between the file and the line.
  copyFileSync(join(own.path, name), join(own.path, name.replace(/[^/]+$/, `${run}-90.parquet`)));
  writeFileSync(join(own.path, name.replace(/[^/]+$/, `${run}-91.parquet.part`)), "PAR1");
  appendFileSync(join(own.path, "trades.journal"), `{"run":"x","type":"rows","files":[["kind=tra`);
  const before = (await tradesIn(own.path)).length;
  await downloadHistory(client, options);
  const { trades } = await truthOf(client, clock);
  assertEquals(await tradesIn(own.path), trades);
  assert(before < trades.length);
  assertEquals(filesIn(own.path).filter((file) => /-9[01]\.parquet/.test(file)), []);
});

test("tables that are not provably those of a killed run are never deleted", async () => {
  using own = folder();
  await using past = pastOf(4);
  const { client, clock } = past;
  const options = { dir: own.path, what: "trades", from: "2026-11-01", clock } as const;
  await downloadHistory(client, { ...options, to: START - DAY });
  const [name = ""] = filesIn(own.path);
  const journal = join(own.path, "trades.journal");
  const lines = readFileSync(journal);
  const refused = async (what: string) => {
    const before = filesIn(own.path);
    const error = await assertRejects(() => downloadHistory(client, options), KalshiConfigError, what);
    assertStringIncludes(error.message, "give another folder, or delete kind=trades there yourself");
    assertEquals(filesIn(own.path), before);
  };
  rmSync(journal);
  await refused("is missing or empty");
  assert(!existsSync(journal));
  writeFileSync(journal, "");
  await refused("is missing or empty");
  writeFileSync(journal, lines);
  // Those of another download.
  const strange = join(own.path, name.replace(/[^/\\]+$/, "00000000-0.parquet"));
  copyFileSync(join(own.path, name), strange);
  await refused("does not know it");
  rmSync(strange);
  const mine = join(own.path, name.replace(/[^/\\]+$/, "mine.parquet"));
  writeFileSync(mine, "mine");
  await downloadHistory(client, options);
  assertEquals(readFileSync(mine, "utf8"), "mine");
  assertEquals(await tradesIn(own.path), (await truthOf(client, clock)).trades);
});

/** The trades of a folder without markets. */
async function tradesIn(dir: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const { tradeId } of openHistory(dir).trades()) ids.push(tradeId);
  return ids.sort();
}

test("where the disk fails nothing counts, and the next call has all of it", async () => {
  using own = folder();
  await using past = pastOf(4);
  const { client, clock } = past;
  const options = { dir: own.path, what: "trades", from: "2026-11-01", batchRows: 500, clock } as const;
  // A file where the folder of a day has to be.
  mkdirSync(join(own.path, "kind=trades"));
  const inTheWay = join(own.path, "kind=trades", "day=2026-11-10");
  writeFileSync(inTheWay, "");
  await assertRejects(() => downloadHistory(client, options), KalshiTableError, "cannot be written");
  rmSync(inTheWay);
  await downloadHistory(client, options);
  assertEquals(await tradesIn(own.path), (await truthOf(client, clock)).trades);
});

test("of two downloads into one folder the later one goes on, and nothing is there twice", async () => {
  using own = folder();
  await using past = pastOf(5);
  const { client, clock } = past;
  const options = { dir: own.path, what: "trades", from: "2026-11-01", batchRows: 100, clock } as const;
  let second: Promise<DownloadedHistory> | undefined;
  let calls = 0;
  const first = downloadHistory(client, {
    ...options,
    onProgress: () => {
      if (++calls === 12) second = downloadHistory(client, options);
    },
  });
  await assertRejects(() => first, KalshiConfigError, "another process");
  await second;
  const { trades } = await truthOf(client, clock);
  assertEquals(await tradesIn(own.path), trades);
  const files = new Set(filesIn(own.path));
  const counted = readFileSync(join(own.path, "trades.journal"), "utf8");
  for (const file of files) assertStringIncludes(counted, file);
});

test("fees are those that were in force when a market closed", async () => {
  using own = folder();
  await using past = pastOf(3);
  const { exchange, client, clock } = past;
  const [before, after] = [exchange.listMarket({ ticker: "RAIN" }), exchange.listMarket({ ticker: "SNOW" })];
  const seriesOf = async (ticker: string) => {
    const { event_ticker } = await client.markets.get(ticker);
    return (await client.events.get(event_ticker)).series_ticker;
  };
  exchange.determine(before, "yes", { settle: true });
  await clock.advance(MINUTE);
  for (const ticker of [before, after]) exchange.setSeriesFees(await seriesOf(ticker), "flat", 2);
  await clock.advance(MINUTE);
  exchange.determine(after, "0.2500", { settle: true });
  await clock.advance(3 * MINUTE);
  await downloadHistory(client, { dir: own.path, what: "markets", tickers: [before, after], clock });
  const rows = [];
  for await (const row of openHistory(own.path).markets()) rows.push(row);
  assertEquals(rows.map(({ ticker, feeType, feeMultiplier }) => [ticker, feeType, feeMultiplier]), [
    [before, undefined, undefined],
    [after, "flat", 2],
  ]);
  assertEquals(await openHistory(own.path).results(), { [before]: "yes", [after]: "0.2500" });
});

test("every call waits for the client's budget", async () => {
  let [admitted, asked] = [0, 0];
  const rateLimit = {
    admit() {
      admitted++;
      return Promise.resolve();
    },
    refused() {},
  };
  using own = folder();
  await using past = pastOf(3, { rateLimit, onRequest: () => void asked++ });
  const { client, clock } = past;
  await downloadHistory(client, { dir: own.path, what: everything, from: "2026-11-01", clock });
  assert(asked > 10);
  assertEquals(admitted, asked);
});

test("what is wrong is refused before anything is sent, and a folder without a kind says so", async () => {
  let asked = 0;
  using own = folder();
  await using past = pastOf(1, { onRequest: () => void asked++ });
  const { client, clock } = past;
  const wrong: [Partial<DownloadOptions>, string][] = [
    [{ what: "fills" as "trades" }, "what"],
    [{ what: [] }, "what"],
    [{ what: "candles", from: "2026-11-01" }, "`tickers` or `series`"],
    [{}, "needs `from`"],
    [{ tickers: [] }, "empty"],
    [{ tickers: ["A"], series: "B" }, "not both"],
    [{ tickers: ["A"], from: "2026-11-12" }, "before `to`"],
    [{ tickers: ["A"], from: 1_793_000_000 }, "not seconds"],
    [{ tickers: ["A"], batchRows: 0 }, "batchRows"],
  ];
  for (const [options, message] of wrong) {
    await assertRejects(
      () => downloadHistory(client, { dir: own.path, what: "trades", clock, ...options }),
      KalshiConfigError,
      message,
    );
  }
  assertEquals(asked, 0);
  assertEquals(readdirSync(own.path), []);
  await assertRejects(
    () => downloadHistory(client, { dir: own.path, what: "trades", tickers: ["NO-SUCH"], clock }),
    KalshiNotFoundError,
    "no market NO-SUCH",
  );
  await assertRejects(() => openHistory(own.path).candles().next(), KalshiTableError, "holds no candles");
  writeFileSync(join(own.path, "file"), "");
  await assertRejects(
    () => downloadHistory(client, { dir: join(own.path, "file"), what: "trades", from: "2026-11-01", clock }),
    KalshiTableError,
  );
  assert(!existsSync(join(own.path, "kind=trades")));
});
