/** Candles, trades and fills of any length of time. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  KalshiAbortError,
  KalshiConfigError,
  KalshiNotFoundError,
  KalshiPaginationError,
} from "../../src/base/errors.ts";
import { formatCount, formatPrice } from "../../src/base/fixed_point.ts";
import { KalshiClient } from "../../src/client.ts";
import type { KalshiClientOptions } from "../../src/client_options.ts";
import type { MarketCandlestick } from "../../src/contract/event/types.ts";
import { LocalExchange } from "../../src/local_exchange/mod.ts";
import { midnight } from "../../src/local_exchange/world/new_york.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import { Periods } from "../../src/trading/history/times.ts";
import {
  type CandleRow,
  candles,
  type FillRow,
  fillsHistory,
  type HistoryProgress,
  type HistoryRows,
  type TradeRow,
  tradesHistory,
} from "../../src/trading/mod.ts";
import { test } from "../support/test.ts";

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;
/** A Wednesday, nine days after the clocks were put back. */
const START = Date.parse("2026-11-11T17:00:20.000Z");

interface Past extends AsyncDisposable {
  readonly exchange: LocalExchange;
  readonly client: KalshiClient;
  readonly clock: ManualClock;
}

/** An exchange with a past, at a time that stands still. */
async function pastOf(days: number, options: Partial<KalshiClientOptions> = {}): Promise<Past> {
  const clock = new ManualClock(START);
  const exchange = LocalExchange.create({ clock, history: { days }, marketMakers: false });
  const { auth } = await exchange.createAccount({ history: true });
  const config = exchange.config;
  const client = new KalshiClient({ ...options, auth, config, transport: exchange.fetch, clock });
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

/** The market with the longest past that is still open. */
async function oldestOf({ client }: Past): Promise<{ ticker: string; series: string; madeMs: number }> {
  let oldest: { ticker: string; event: string; madeMs: number } | undefined;
  for await (const market of client.markets.listAll({ limit: 1_000, status: "open" })) {
    const { ticker, event_ticker: event, created_time, volume_fp } = market;
    const madeMs = Date.parse(created_time);
    if (volume_fp !== "0.00" && madeMs < (oldest?.madeMs ?? Infinity)) oldest = { ticker, event, madeMs };
  }
  assert(oldest !== undefined);
  const { series_ticker: series } = await client.events.get(oldest.event);
  return { ...oldest, series };
}

/** Compares long lists, of which a difference is shown as the first row that differs. */
function assertSame(found: readonly unknown[], wanted: readonly unknown[]): void {
  const at = wanted.findIndex((row, n) => JSON.stringify(row) !== JSON.stringify(found[n]));
  if (at >= 0) assertEquals(found[at], wanted[at], `row ${at}`);
  assertEquals(found.length, wanted.length);
}

/** What Kalshi's own calls give, a day at a time. */
async function plainCandles(
  { client }: Past,
  { ticker, series }: { ticker: string; series: string },
  period_interval: 1 | 60 | 1440,
  fromMs: number,
  toMs: number,
): Promise<Map<number, MarketCandlestick>> {
  const found = new Map<number, MarketCandlestick>();
  for (let ms = fromMs; ms < toMs; ms += DAY) {
    const { candlesticks } = await client.markets.candlesticks(series, ticker, {
      start_ts: Math.floor(ms / 1_000),
      end_ts: Math.floor((ms + DAY) / 1_000),
      period_interval,
    });
    for (const candle of candlesticks) found.set(candle.end_period_ts, candle);
  }
  return found;
}

const dollars = (price: number | undefined) => price === undefined ? undefined : formatPrice(price);

/** A row in Kalshi's own terms. */
const asCandle = (row: CandleRow) => ({
  end_period_ts: row.endsMs / 1_000,
  open: dollars(row.openCenticents),
  high: dollars(row.highCenticents),
  low: dollars(row.lowCenticents),
  close: dollars(row.closeCenticents),
  mean: row.meanMicros === undefined ? undefined : formatPrice(row.meanMicros / 100),
  previous: dollars(row.previousCenticents),
  bid: [row.bidOpenCenticents, row.bidLowCenticents, row.bidHighCenticents, row.bidCloseCenticents].map(
    dollars,
  ),
  ask: [row.askOpenCenticents, row.askLowCenticents, row.askHighCenticents, row.askCloseCenticents].map(
    dollars,
  ),
  volume: formatCount(row.volumeCenticontracts),
  interest: formatCount(row.openInterestCenticontracts),
});

const asPlain = (
  { end_period_ts, price, yes_bid, yes_ask, volume_fp, open_interest_fp }: MarketCandlestick,
) => ({
  end_period_ts,
  open: price.open_dollars ?? undefined,
  high: price.high_dollars ?? undefined,
  low: price.low_dollars ?? undefined,
  close: price.close_dollars ?? undefined,
  mean: price.mean_dollars ?? undefined,
  previous: price.previous_dollars ?? undefined,
  bid: [yes_bid.open_dollars, yes_bid.low_dollars, yes_bid.high_dollars, yes_bid.close_dollars],
  ask: [yes_ask.open_dollars, yes_ask.low_dollars, yes_ask.high_dollars, yes_ask.close_dollars],
  volume: volume_fp,
  interest: open_interest_fp,
});

test("candles of any length are those of Kalshi's calls, each once, and the running one is marked", async () => {
  await using past = await pastOf(12);
  const market = await oldestOf(past);
  for (const [interval, minutes] of [["1m", 1], ["1h", 60], ["1d", 1_440]] as const) {
    const progress: HistoryProgress[] = [];
    const rows = await candles(past.client, market.ticker, {
      interval,
      clock: past.clock,
      onProgress: (step) => progress.push(step),
    }).toArray();
    const wanted = await plainCandles(past, market, minutes, market.madeMs, START + 2 * DAY);
    assertSame(rows.map(asCandle), [...wanted.values()].map(asPlain));
    assertEquals(rows.filter(({ isOpen }) => isOpen).length, 1);
    assertEquals(rows.at(-1)?.isOpen, true);
    assertEquals(rows.filter(({ isFilled }) => isFilled), []);
    for (const { beginsMs, endsMs } of rows.slice(1)) {
      assert(endsMs > beginsMs);
    }
    // 5,000 candles a call.
    const calls = minutes === 1 ? Math.ceil((START - market.madeMs) / (4_999 * MINUTE)) : 1;
    assertEquals(progress.length, calls);
    assertEquals(progress.at(-1)?.done, 1);
    assertEquals(progress.at(-1)?.rows, rows.length);
    assertEquals(progress.at(-1)?.resume, undefined);
    assert(progress.every(({ done }, n) => done > (progress[n - 1]?.done ?? 0)));
  }
});

test("`from` and `to` say which periods: those that overlap the time between them", async () => {
  await using past = await pastOf(5);
  const { ticker } = await oldestOf(past);
  const between = async (from: Date | string | number, to: Date | string | number) => {
    const rows = await candles(past.client, ticker, { from, to, interval: "1h", clock: past.clock })
      .toArray();
    return rows.map(({ beginsMs }) => new Date(beginsMs).toISOString().slice(5, 16));
  };
  assertEquals(await between("2026-11-10T10:00:00Z", "2026-11-10T12:00:00Z"), ["11-10T10:00", "11-10T11:00"]);
  assertEquals(await between(Date.UTC(2026, 10, 10, 10, 30), new Date("2026-11-10T11:00:01Z")), [
    "11-10T10:00",
    "11-10T11:00",
  ]);
  assertEquals((await between("2026-11-10", "2026-11-11")).length, 24);
  assertEquals((await between("2026-11-11T16:00:00Z", "2026-11-12")).length, 2);
});

test("candles of an archived market are the same, also when it is archived in between", async () => {
  await using past = await pastOf(20);
  let settled: { ticker: string; volume: number } | undefined;
  for await (const market of past.client.markets.listAll({ limit: 1_000, status: "settled" })) {
    const volume = Number(market.volume_fp) *
      Number(Date.parse(market.close_time) - Date.parse(market.open_time));
    if (volume > (settled?.volume ?? 0)) settled = { ticker: market.ticker, volume };
  }
  const { ticker = "" } = settled ?? {};
  const options = { interval: "1m", clock: past.clock } as const;
  const live = await candles(past.client, ticker, options).toArray();
  assert(live.length > 1_000);
  let calls = 0;
  const { exchange, clock } = past;
  await using moving = new KalshiClient({
    config: exchange.config,
    clock,
    transport: exchange.fetch,
    onRequest: ({ path }) => {
      if (/candlesticks/.test(path) && ++calls === 1) exchange.setHistoricalCutoff(START);
    },
  });
  assertSame(await candles(moving, ticker, options).toArray(), live);
  assertSame(await candles(past.client, ticker, options).toArray(), live);
  await assertRejects(() => candles(past.client, "NO-SUCH", options).toArray(), KalshiNotFoundError);
});

/** A client whose answers lack some candles. */
function withGaps({ exchange, clock }: Past, isMissing: (endS: number) => boolean): KalshiClient {
  return new KalshiClient({
    config: exchange.config,
    clock,
    transport: async (request) => {
      const answer = await exchange.fetch(request);
      if (!request.url.includes("/candlesticks")) return answer;
      const body = await answer.json();
      if (!new URL(request.url).searchParams.has("include_latest_before_start")) {
        body.candlesticks = body.candlesticks.filter((one: MarketCandlestick) =>
          !isMissing(one.end_period_ts)
        );
      } else {
        const [first, ...rest] = body.candlesticks;
        const kept = rest.filter((one: MarketCandlestick) => !isMissing(one.end_period_ts));
        body.candlesticks = [first, ...kept];
      }
      return new Response(JSON.stringify(body), { status: answer.status, headers: answer.headers });
    },
  });
}

test("what Kalshi has no candle of is filled in on request, and says so", async () => {
  await using past = await pastOf(10);
  const { ticker } = await oldestOf(past);
  const options = { interval: "1h", from: "2026-11-08", clock: past.clock } as const;
  const whole = await candles(past.client, ticker, options).toArray();
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.integer({ min: 1, max: whole.length - 2 })), async (missing) => {
      const gone = new Set(missing.map((n) => whole[n]?.endsMs));
      await using client = withGaps(past, (endS) => gone.has(endS * 1_000));
      const bare = await candles(client, ticker, options).toArray();
      assertEquals(bare, whole.filter(({ endsMs }) => !gone.has(endsMs)));
      const filled = await candles(client, ticker, { ...options, fillGaps: true }).toArray();
      assertEquals(filled.map(({ endsMs }) => endsMs), whole.map(({ endsMs }) => endsMs));
      for (const [n, row] of filled.entries()) {
        if (!gone.has(row.endsMs)) {
          if (n > 0) assertEquals(row, whole[n]);
          continue;
        }
        const before = filled[n - 1] as CandleRow;
        assertEquals([row.isFilled, row.volumeCenticontracts, row.closeCenticents], [true, 0, undefined]);
        assertEquals(
          [row.bidOpenCenticents, row.askCloseCenticents, row.previousCenticents, row.beginsMs],
          [
            before.bidCloseCenticents,
            before.askCloseCenticents,
            before.closeCenticents ?? before.previousCenticents,
            before.endsMs,
          ],
        );
      }
    }),
    { numRuns: 25 },
  );
});

test("days are those of New York, also when its clocks change", () => {
  const periods = new Periods("1d");
  for (let ms = Date.UTC(2025, 0); ms < Date.UTC(2027, 0); ms += 17 * MINUTE * 13) {
    assertEquals(periods.beginOf(ms), midnight(ms));
    assertEquals(periods.endOf(midnight(ms)), midnight(ms, 1));
    assertEquals(periods.beginOfEnding(midnight(ms, 1)), midnight(ms));
    assertEquals(periods.beginOf(midnight(ms)), midnight(ms));
  }
});

/** CSV as a table. */
const table = (text: string) => text.trimEnd().split("\r\n").map((line) => line.split(","));

test("rows, CSV, JSON lines and columns say the same", async () => {
  await using past = await pastOf(10);
  const { ticker } = await oldestOf(past);
  const lists: HistoryRows<CandleRow | TradeRow | FillRow>[] = [
    candles(past.client, ticker, { interval: "1h", clock: past.clock }),
    tradesHistory(past.client, { ticker, clock: past.clock }),
    fillsHistory(past.client, { clock: past.clock }),
  ];
  for (const list of lists) {
    const rows = await list.toArray();
    assert(rows.length > 10);
    let [csv, bare, json] = ["", "", ""];
    for await (const text of list.csv()) csv += text;
    for await (const text of list.csv({ header: false })) bare += text;
    for await (const text of list.jsonLines()) json += text;
    assertEquals(
      json.trimEnd().split("\n").map((line) => JSON.parse(line)),
      JSON.parse(JSON.stringify(rows)),
    );
    const [names = [], ...lines] = table(csv);
    assertEquals(table(bare), lines);
    const wanted = rows.map((row) =>
      names.map((name) => String((row as object as Record<string, unknown>)[name] ?? ""))
    );
    assertEquals(lines, wanted);
    const { length, columns } = await list.columns();
    assertEquals([length, Object.keys(columns)], [rows.length, names]);
    for (const [name, column] of Object.entries(columns)) {
      const isSet = (bits: Uint8Array, at: number) => ((bits[at >> 3] ?? 0) >> (at & 7) & 1) === 1;
      const values = rows.map((_, at) => {
        if (column.validity !== undefined && !isSet(column.validity, at)) return undefined;
        if (column.type === "bool") return isSet(column.values, at);
        return column.type === "text" ? column.values[at] : Number(column.values[at]);
      });
      assertEquals(values, rows.map((row) => (row as object as Record<string, unknown>)[name] as string));
      assertEquals(column.nullCount, values.filter((value) => value === undefined).length);
    }
  }
});

test("trades and fills are live and historical ones as one list, each once, newest first", async () => {
  await using past = await pastOf(12);
  past.exchange.setHistoricalCutoff(START - 9 * DAY);
  const { client, clock } = past;
  const trades = await tradesHistory(client, { clock }).toArray();
  const plain: string[] = [];
  for await (const trade of client.trades.listAll({ limit: 1_000 }, { history: true })) {
    plain.push(trade.trade_id);
  }
  assertSame(trades.map(({ tradeId }) => tradeId), plain);
  assert(trades.every(({ atMs }, n) => atMs <= (trades[n - 1]?.atMs ?? Infinity)));
  assert(
    trades.some(({ atMs }) => atMs < START - 9 * DAY) && trades.some(({ atMs }) => atMs > START - 9 * DAY),
  );

  const fills = await fillsHistory(client, { clock }).toArray();
  const own: string[] = [];
  for await (const fill of client.fills.listAll({ limit: 1_000 }, { history: true })) own.push(fill.fill_id);
  assertEquals(fills.map(({ fillId }) => fillId), own);

  const [from, to] = [START - 11 * DAY + 123, START - 7 * DAY + 456];
  const part = await tradesHistory(client, { clock, from, to }).toArray();
  assertSame(part, trades.filter(({ atMs }) => atMs >= from && atMs < to));
  const { ticker } = trades[0] as TradeRow;
  assertEquals(
    await tradesHistory(client, { clock, ticker }).toArray(),
    trades.filter((trade) => trade.ticker === ticker),
  );
  assertEquals(await tradesHistory(client, { clock, isBlockTrade: true }).toArray(), []);
});

test("rows that are archived during a walk come once", async () => {
  let cutoff = START - 12 * DAY;
  let calls = 0;
  const past: Past = await pastOf(20, {
    // Half a day goes to the archive with each call.
    onRequest: ({ path }) => {
      if (/trades/.test(path) && calls++ > 0) past.exchange.setHistoricalCutoff(cutoff += DAY / 2);
    },
  });
  await using _ = past;
  past.exchange.setHistoricalCutoff(cutoff);
  const { client, clock } = past;
  const found = (await tradesHistory(client, { clock }).toArray()).map(({ tradeId }) => tradeId);
  assertEquals(new Set(found).size, found.length);
  past.exchange.setHistoricalCutoff(START - 19 * DAY);
  const all: string[] = [];
  for await (const { tradeId } of tradesHistory(past.client, { clock })) all.push(tradeId);
  assertSame([...found].sort(), [...all].sort());
  assert(calls > 10);
});

test("a walk goes on where another one stopped", async () => {
  await using past = await pastOf(8);
  past.exchange.setHistoricalCutoff(START - 5 * DAY);
  const { client, clock } = past;
  const { ticker } = await oldestOf(past);
  const walks: ((options: object) => HistoryRows<object>)[] = [
    (options) => tradesHistory(client, { clock, ...options }),
    (options) => fillsHistory(client, { clock, ...options }),
    (options) => candles(client, ticker, { clock, interval: "1m", fillGaps: true, ...options }),
  ];
  for (const walk of walks) {
    const steps: HistoryProgress[] = [];
    const all = await walk({ onProgress: (step: HistoryProgress) => steps.push(step) }).toArray();
    assert(steps.length > 1);
    // The first, where the live rows end, and some in between: every fifth.
    const stops = steps.slice(0, -1).filter(({ rows }, n) => n % 5 === 0 || rows === steps[n + 1]?.rows);
    for (const { resume, rows } of stops) {
      assertSame(await walk({ resume }).toArray(), all.slice(rows));
    }
    assertEquals(steps.at(-1)?.resume, undefined);
    assertThrows(() => walk({ resume: "page 2" }), KalshiConfigError, "resume");
  }
});

test("a walk asks for no more than its reader reads, waits for its budget, and ends with its signal", async () => {
  let admitted = 0;
  let asked = 0;
  const limiter = {
    admit() {
      admitted++;
      return Promise.resolve();
    },
    refused() {},
  };
  await using past = await pastOf(12, { rateLimit: limiter, onRequest: () => void asked++ });
  const { client, clock } = past;
  for await (const _ of tradesHistory(client, { clock })) break;
  assertEquals([admitted, asked], [1, 1]);
  for await (const _ of tradesHistory(client, { clock }).csv()) break;
  assertEquals(asked, 1);
  const stop = new AbortController();
  let rows = 0;
  const reading = (async () => {
    for await (const page of tradesHistory(client, { clock, signal: stop.signal }).pages()) {
      rows += page.length;
      stop.abort();
    }
  })();
  await assertRejects(() => reading, KalshiAbortError);
  assertEquals([rows, admitted === asked], [1_000, true]);
});

test("wrong options are refused before anything is sent", async () => {
  let asked = 0;
  await using past = await pastOf(1, { onRequest: () => void asked++ });
  const { client } = past;
  const bad = (options: object, says: string) =>
    assertThrows(() => candles(client, "T", options as { interval: "1m" }), KalshiConfigError, says);
  bad({}, "needs `interval`");
  bad({ interval: "5m" }, '"1m" or "1h" or "1d"');
  bad({ interval: "1m", from: 1_700_000_000 }, "not seconds");
  bad({ interval: "1m", from: "yesterday" }, "RFC 3339");
  bad({ interval: "1m", from: new Date(NaN) }, "RFC 3339");
  bad({ interval: "1m", from: "2026-01-02", to: "2026-01-01" }, "before `to`");
  bad({ interval: "1m", fillgaps: true }, "fillGaps");
  assertThrows(() => candles(client, "", { interval: "1m" }), KalshiConfigError, "ticker");
  assertThrows(() => candles({} as KalshiClient, "T", { interval: "1m" }), KalshiConfigError, "KalshiClient");
  assertThrows(() => tradesHistory(client, { tickers: "T" } as object), KalshiConfigError, "ticker");
  assertThrows(() => fillsHistory(client, { subaccount: 64 }), KalshiConfigError, "subaccount");
  assertThrows(() => fillsHistory(client).csv({ headers: false } as object), KalshiConfigError, "header");
  assertEquals(asked, 0);
});

test("a walk over pages that bring nothing, and name others for ever, ends in an error", async () => {
  const clock = new ManualClock(START);
  const ids = {
    trade_id: "1",
    fill_id: "1",
    order_id: "1",
    ticker: "A",
    created_time: "2026-11-11T00:00:00Z",
  };
  const prices = {
    yes_price_dollars: "0.5000",
    no_price_dollars: "0.5000",
    count_fp: "1.00",
    fee_cost: "0.00",
  };
  const sides = { side: "yes", action: "buy", taker_side: "yes", is_taker: true };
  for (const items of [[], [{ ...ids, ...prices, ...sides }]]) {
    let asked = 0;
    const client = new KalshiClient({
      auth: { keyId: "key-1", sign: (text: string) => Promise.resolve(btoa(text)) },
      clock,
      transport: () => Promise.resolve(Response.json({ trades: items, fills: items, cursor: `c${asked++}` })),
    });
    for (const rows of [tradesHistory(client, { clock }), fillsHistory(client, { clock })]) {
      asked = 0;
      const error = await assertRejects(() => rows.toArray(), KalshiPaginationError, "pages in a row");
      assertEquals([error.outcome, asked <= 22], ["rejected", true]);
    }
  }
});
