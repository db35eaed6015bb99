import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { KalshiClient } from "../../mod.ts";
import { KalshiConfigError } from "../../src/base/errors.ts";
import { LocalExchange, type LocalExchangeOptions } from "../../src/local_exchange/mod.ts";
import { parseCount, parseMoney, parsePrice } from "../../src/local_exchange/units.ts";
import { checkResponse } from "../../src/contract/schemas.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import { startExchange } from "../support/exchange.ts";
import { test } from "../support/test.ts";
import { type Json, Session } from "./support/session.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Wednesday noon in New York, ten days after its clocks were put back. */
const start = Date.parse("2026-11-11T17:00:00.000Z");

function setUp(options: LocalExchangeOptions = {}) {
  const exchange = LocalExchange.create({
    clock: new ManualClock(start),
    history: { days: 14 },
    marketMakers: false,
    ...options,
  });
  return { exchange, session: new Session(exchange) };
}

const count = (text: string) => parseCount(text) ?? NaN;
const price = (text: string) => parsePrice(text) ?? NaN;
const money = (text: string) => parseMoney(text.replace("-", "")) ?? NaN;
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** Every trade of an exchange, live or not, oldest first, by ticker. */
async function tradesOf(session: Session): Promise<Map<string, Json[]>> {
  const byTicker = new Map<string, Json[]>();
  for (const path of ["/historical/trades", "/markets/trades"]) {
    for (const trade of (await session.all(`${path}?limit=1000`, "trades")).reverse()) {
      const own = byTicker.get(trade.ticker);
      if (own === undefined) byTicker.set(trade.ticker, [trade]);
      else own.push(trade);
    }
  }
  return byTicker;
}

const at = (trade: Json) => Date.parse(trade.created_time);

test("history: the same seed and clock make the same past, another seed another one", async () => {
  const read = async (seed: number) => {
    const { exchange, session } = setUp({ seed, history: { days: 3 }, marketMakers: true });
    const trader = new Session(exchange, (await exchange.createAccount({ history: true })).auth);
    return JSON.stringify([
      await session.all("/markets?limit=1000", "markets"),
      await session.all("/markets/trades?limit=1000", "trades"),
      await trader.all("/portfolio/fills?limit=1000", "fills"),
      await trader.all("/portfolio/settlements?limit=1000", "settlements"),
    ]);
  };
  const first = await read(7);
  assertEquals(await read(7) === first, true);
  assertEquals(await read(8) === first, false);
});

test("history: the past of a seed and a time is the same on every runtime", async () => {
  const { session } = setUp({ history: { days: 3 } });
  const trades = await session.all("/markets/trades?limit=1000", "trades");
  const results = (await session.all("/markets?limit=1000&status=settled", "markets"))
    .map(({ ticker, result, volume_fp }) => [ticker, result, volume_fp]);
  const text = new TextEncoder().encode(JSON.stringify([trades, results]));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", text));
  // Another figure on all runtimes at once: the made-up world was changed.
  assertEquals([trades.length, results.length, ...digest.slice(0, 4)], [4_510, 144, 97, 76, 81, 49]);
});

test("history: over sockets it is as in memory", async () => {
  const clock = new ManualClock(start);
  const local = LocalExchange.create({ clock, seed: 5, history: { days: 2 } });
  await using exchange = await startExchange({ seed: 5, startMs: clock.now(), history: { days: 2 } });
  const read = async (session: Session) =>
    JSON.stringify([
      await session.all("/markets?limit=1000", "markets"),
      await session.all("/markets/trades?limit=1000", "trades"),
    ]);
  assertEquals(await read(new Session(exchange)) === await read(new Session(local)), true);
});

test("history: markets of every day gone by have settled, with results that agree", async () => {
  const { session } = setUp();
  const settled = await session.all("/markets?limit=1000&status=settled", "markets");
  const byEvent = new Map<string, Json[]>();
  for (const market of settled) {
    assert(market.result === "yes" || market.result === "no", market.ticker);
    assertEquals(market.settlement_value_dollars, market.result === "yes" ? "1.0000" : "0.0000");
    assertEquals(Date.parse(market.settlement_ts) - Date.parse(market.close_time), 120_000);
    assert(Date.parse(market.settlement_ts) <= start);
    assert(Date.parse(market.created_time) < Date.parse(market.open_time));
    assertEquals([market.yes_bid_dollars, market.yes_ask_dollars, market.open_interest_fp], [
      "0.0000",
      "1.0000",
      "0.00",
    ]);
    byEvent.set(market.event_ticker, [...byEvent.get(market.event_ticker) ?? [], market]);
  }
  for (const [ticker, markets] of byEvent) {
    const { event } = (await session.get(`/events/${ticker}`)).value;
    const results = markets.map(({ result }) => result);
    if (event.mutually_exclusive) {
      assertEquals([ticker, results.filter((one) => one === "yes").length], [ticker, 1]);
    } else {
      const byStrike = markets.sort((a, b) => a.floor_strike - b.floor_strike).map(({ result }) => result);
      assertEquals(byStrike, [...byStrike].sort().reverse());
    }
  }
  // Weather and Bitcoin on each of the days.
  const closed = (series: string) =>
    new Set(
      settled.filter(({ event_ticker }) => event_ticker.startsWith(`${series}-`)).map((one) =>
        one.close_time
      ),
    );
  for (const series of ["KXHIGHNY", "KXHIGHCHI", "KXHIGHMIA", "KXBTCD"]) {
    assertEquals(closed(series).size, 14);
  }
  assert(closed("KXNFLGAME").size > 0);
  // Nothing that should be over is not.
  for (const status of ["open", "closed", "paused"]) {
    for (const market of await session.all(`/markets?limit=1000&status=${status}`, "markets")) {
      assert(Date.parse(market.close_time) > start, market.ticker);
    }
  }
});

test("history: trades sum up to volumes, and the last one is the last price", async () => {
  const { session } = setUp();
  const trades = await tradesOf(session);
  const markets = await session.all("/markets?limit=1000", "markets");
  let traded = 0;
  for (const market of markets) {
    const own = trades.get(market.ticker) ?? [];
    traded += own.length;
    assertEquals(count(market.volume_fp), sum(own.map(({ count_fp }) => count(count_fp))));
    const day = own.filter((trade) => at(trade) > start - DAY);
    assertEquals(count(market.volume_24h_fp), sum(day.map(({ count_fp }) => count(count_fp))));
    assertEquals(market.last_price_dollars, own.at(-1)?.yes_price_dollars ?? "0.0000");
    const before = own.filter((trade) => at(trade) < start - DAY).at(-1);
    assertEquals(market.previous_price_dollars, before?.yes_price_dollars ?? "0.0000");
    for (const trade of own) {
      assert(at(trade) >= Date.parse(market.open_time) && at(trade) < Date.parse(market.close_time));
      assert(at(trade) <= start);
    }
    const times = own.map(at);
    assertEquals(times, [...times].sort((a, b) => a - b));
  }
  assert(traded > 5_000, `${traded} trades`);
  const { series } = (await session.get("/series?include_volume=true")).value;
  const total = (of: Json[]) => sum(of.map(({ volume_fp }) => count(volume_fp)));
  assertEquals(total(series), total(markets));
  // Each day has some of them.
  const days = new Set([...trades.values()].flat().map((trade) => Math.floor((start - at(trade)) / DAY)));
  assertEquals([...days].sort((a, b) => a - b), Array.from({ length: 15 }, (_, index) => index));
});

test("history: candlesticks of every period say what was traded", async () => {
  const { session } = setUp();
  const trades = await tradesOf(session);
  const markets = await session.all("/markets?limit=1000", "markets");
  const busiest = new Map<string, Json>();
  for (const market of markets) {
    const series = market.event_ticker.split("-")[0];
    if (count(market.volume_fp) > count(busiest.get(series)?.volume_fp ?? "0")) busiest.set(series, market);
  }
  assert(busiest.size >= 7);
  for (const [series, { ticker, volume_fp, open_time }] of busiest) {
    const own = trades.get(ticker) ?? [];
    const from = Math.max(Date.parse(open_time), start - 16 * DAY);
    const read = async (minutes: number, fromMs: number, toMs: number): Promise<Json[]> =>
      (await session.get(
        `/series/${series}/markets/${ticker}/candlesticks?start_ts=${Math.floor(fromMs / 1_000)}&end_ts=${
          Math.ceil(toMs / 1_000)
        }&period_interval=${minutes}`,
      )).value.candlesticks;
    const days = await read(1_440, from, start + DAY);
    const hours = await read(60, from, start + HOUR);
    const minutes: Json[] = [];
    for (let day = from; day < start; day += 3 * DAY) {
      // Each end belongs to one of the pages: an end is inclusive, so the next page begins after it.
      minutes.push(...await read(1, day + 60_000, Math.min(day + 3 * DAY, start + 60_000)));
    }
    for (const candles of [days, hours, minutes]) {
      assertEquals(sum(candles.map((candle) => count(candle.volume_fp))), count(volume_fp));
      let done = 0;
      let open = 0;
      for (const { end_period_ts, price: range, volume_fp, open_interest_fp, yes_bid, yes_ask } of candles) {
        const within: Json[] = [];
        for (; done < own.length && at(own[done]) < end_period_ts * 1_000; done++) within.push(own[done]);
        const prices = within.map(({ yes_price_dollars }) => price(yes_price_dollars));
        assertEquals(count(volume_fp), sum(within.map(({ count_fp }) => count(count_fp))));
        assertEquals(
          [range.open_dollars, range.close_dollars],
          [within[0]?.yes_price_dollars, within.at(-1)?.yes_price_dollars],
        );
        if (prices.length > 0) {
          assertEquals([price(range.low_dollars), price(range.high_dollars)], [
            Math.min(...prices),
            Math.max(...prices),
          ]);
          const turnover = sum(within.map((trade) => price(trade.yes_price_dollars) * count(trade.count_fp)));
          assertEquals(price(range.mean_dollars), Math.round(turnover / count(volume_fp)));
        } else assertEquals(count(open_interest_fp), open);
        open = count(open_interest_fp);
        for (const { open_dollars, low_dollars, high_dollars, close_dollars } of [yes_bid, yes_ask]) {
          for (const one of [open_dollars, close_dollars]) {
            assert(price(low_dollars) <= price(one) && price(one) <= price(high_dollars));
          }
        }
      }
      assertEquals(done, own.length);
    }
    // The days of New York: the clocks were put back on the first of November.
    for (const { end_period_ts } of days) {
      const end = new Date(end_period_ts * 1_000).toISOString();
      assertStringIncludes(end, end < "2026-11-02" ? "T04:00:00" : "T05:00:00");
    }
  }
});

test("history: what is older than the cutoffs is below /historical, and nowhere else", async () => {
  const { exchange, session } = setUp({ history: { days: 94 } });
  const trader = new Session(exchange, (await exchange.createAccount({ history: true })).auth);
  const { value: cutoff } = await session.get("/historical/cutoff");
  const settledBy = Date.parse(cutoff.market_settled_ts);
  assertEquals(start - settledBy, 90 * DAY);
  const live = await session.all("/markets?limit=1000", "markets");
  const old = await session.all("/historical/markets?limit=1000", "markets");
  assert(old.length > 100 && old.every((market) => Date.parse(market.settlement_ts) < settledBy));
  assert(
    live.every(({ settlement_ts }) => settlement_ts === undefined || Date.parse(settlement_ts) >= settledBy),
  );
  assertEquals(new Set([...live, ...old].map(({ ticker }) => ticker)).size, live.length + old.length);

  const trades = await tradesOf(session);
  for (const market of [...live, ...old]) {
    const own = trades.get(market.ticker) ?? [];
    assertEquals(count(market.volume_fp), sum(own.map(({ count_fp }) => count(count_fp))));
  }
  const created = Date.parse(cutoff.trades_created_ts);
  assert((await session.all("/markets/trades?limit=1000", "trades")).every((trade) => at(trade) >= created));
  assert(
    (await session.all("/historical/trades?limit=1000", "trades")).every((trade) => at(trade) < created),
  );

  // A market that has moved, with its candlesticks; its event stays, without it.
  const moved = old.find(({ volume_fp }) => count(volume_fp) > 0);
  const series = moved.event_ticker.split("-")[0];
  const query = `start_ts=${(start - 95 * DAY) / 1_000}&end_ts=${
    (start - 85 * DAY) / 1_000
  }&period_interval=1440`;
  assertEquals((await session.get(`/markets/${moved.ticker}`)).status, 404);
  assertEquals(
    (await session.get(`/series/${series}/markets/${moved.ticker}/candlesticks?${query}`)).status,
    404,
  );
  assertEquals((await session.get(`/historical/markets/${moved.ticker}`)).value.market, moved);
  const { value } = await session.get(`/historical/markets/${moved.ticker}/candlesticks?${query}`);
  assertEquals(sum(value.candlesticks.map((candle: Json) => count(candle.volume))), count(moved.volume_fp));
  const event = await session.get(`/events/${moved.event_ticker}?with_nested_markets=true`);
  assertEquals([event.status, event.value.event.markets], [200, []]);
  assertEquals((await session.get(`/events/${moved.event_ticker}`)).value.markets, []);
  const ofEvent = await session.get(`/series/${series}/events/${moved.event_ticker}/candlesticks?${query}`);
  assertEquals([ofEvent.status, ofEvent.value.market_tickers], [200, []]);

  // Orders go two weeks after their last change, fills with the trades.
  const updatedBy = Date.parse(cutoff.orders_updated_ts);
  assertEquals(start - updatedBy, 14 * DAY);
  const oldOrders = await trader.all("/historical/orders?limit=200", "orders");
  const liveOrders = await trader.all("/portfolio/orders?limit=200", "orders");
  assert(oldOrders.length > 50 && oldOrders.every((order) => Date.parse(order.last_update_time) < updatedBy));
  assert(
    liveOrders.length > 10 && liveOrders.every((order) => Date.parse(order.last_update_time) >= updatedBy),
  );
  const oldFills = await trader.all("/historical/fills?limit=200", "fills");
  const liveFills = await trader.all("/portfolio/fills?limit=200", "fills");
  assert(oldFills.length > 0 && oldFills.every((fill) => at(fill) < created));
  assert(liveFills.every((fill) => at(fill) >= created));
  const filledOf = new Map<string, number>();
  for (const { order_id, count_fp } of [...oldFills, ...liveFills]) {
    filledOf.set(order_id, (filledOf.get(order_id) ?? 0) + count(count_fp));
  }
  for (const order of [...oldOrders, ...liveOrders]) {
    assertEquals(count(order.fill_count_fp), filledOf.get(order.order_id) ?? 0);
  }
});

test("history: an account that was there has orders, fills, positions and settlements that agree", async () => {
  const { exchange, session } = setUp();
  const account = await exchange.createAccount({ history: true, balance: "750.00" });
  const trader = new Session(exchange, account.auth);
  const fills = (await trader.all("/portfolio/fills?limit=200", "fills")).reverse();
  const settlements = await trader.all("/portfolio/settlements?limit=200", "settlements");
  const positions = await trader.all(
    "/portfolio/positions?settlement_status=all&limit=200",
    "market_positions",
  );
  const balance = (await trader.get("/portfolio/balance")).value;
  assert(fills.length > 20 && settlements.length > 5 && positions.length > settlements.length);
  assertEquals(balance.balance_dollars, "750.0000");

  const trades = new Map(
    [...(await tradesOf(session)).values()].flat().map((trade) => [trade.trade_id, trade]),
  );
  const held = new Map<string, number>();
  let cash = 0;
  for (const fill of fills) {
    const trade = trades.get(fill.trade_id);
    assertEquals([trade.ticker, trade.count_fp, trade.yes_price_dollars, trade.created_time], [
      fill.ticker,
      fill.count_fp,
      fill.yes_price_dollars,
      fill.created_time,
    ]);
    const size = count(fill.count_fp) * (fill.book_side === "bid" ? 1 : -1);
    held.set(fill.ticker, (held.get(fill.ticker) ?? 0) + size);
    // A contract sold is one of NO bought: in terms of cash and worth, both are the price of YES.
    cash -= size * price(fill.yes_price_dollars) + money(fill.fee_cost);
  }
  for (const { ticker, market_result, yes_count_fp, no_count_fp, revenue } of settlements) {
    const { market } = (await session.get(`/markets/${ticker}`)).value;
    assertEquals([market.status, market.result], ["finalized", market_result]);
    assertEquals(held.get(ticker), count(yes_count_fp) - count(no_count_fp));
    const won = market_result === "yes" ? yes_count_fp : no_count_fp;
    // Counts are hundredths, revenue is in cents.
    assertEquals(revenue, count(won));
    cash += (held.get(ticker) ?? 0) * (market_result === "yes" ? 10_000 : 0);
    held.set(ticker, 0);
  }
  for (const { ticker, position_fp } of positions) {
    const open = Number(position_fp) * 100;
    assertEquals(Math.round(open), held.get(ticker) ?? 0, ticker);
  }
  const open = positions.filter(({ position_fp }) => position_fp !== "0.00");
  const unsettled = await trader.all(
    "/portfolio/positions?limit=200&count_filter=position",
    "market_positions",
  );
  assertEquals(unsettled.map(({ ticker }) => ticker).sort(), open.map(({ ticker }) => ticker).sort());
  // What NO costs beyond the price of YES is what its contracts hold: a dollar each.
  const short = sum(open.map(({ position_fp }) => Math.max(0, Math.round(-Number(position_fp) * 100)))) *
    10_000;
  const paidIn = sum(
    (await trader.all("/portfolio/deposits", "deposits")).map(({ amount_cents }) => amount_cents),
  );
  const paidOut = sum(
    (await trader.all("/portfolio/withdrawals", "withdrawals")).map(({ amount_cents }) => amount_cents),
  );
  const expected = (paidIn - paidOut) * 10_000 + cash - short;
  assert(Math.abs(expected - 750 * 1_000_000) <= 10_000, `${expected / 1_000_000} dollars`);

  for (const order of await trader.all("/portfolio/orders?limit=200", "orders")) {
    assert(order.status !== "resting");
  }
});

test("history: answers are those of the contract, and a client joins live and old rows", async () => {
  const clock = new ManualClock(start);
  const { exchange } = setUp({ clock, history: { days: 95 } });
  const { auth } = await exchange.createAccount({ history: true });
  await using client = new KalshiClient({
    auth,
    config: exchange.config,
    runtime: exchange.createRuntime(),
    clock,
    validate: "strict",
    checkResponse,
  });
  const collect = async <T>(rows: AsyncIterable<T>): Promise<T[]> => {
    const all: T[] = [];
    for await (const row of rows) all.push(row);
    return all;
  };
  const { markets, fills, orders } = client;
  const live = await collect(markets.listAll({ limit: 1_000 }));
  const every = await collect(markets.listAll({ limit: 1_000 }, { history: true }));
  assert(every.length > live.length);
  for (const list of [fills, orders]) {
    const recent = await collect<{ order_id: string }>(list.listAll({ limit: 1_000 }));
    const whole = await collect<{ order_id: string }>(list.listAll({ limit: 1_000 }, { history: true }));
    assert(recent.length > 0 && whole.length > recent.length);
  }
  const { ticker } =
    every.find(({ settlement_ts }) => Date.parse(settlement_ts ?? "9999-12-31") < start - 91 * DAY) ?? {};
  assert(ticker !== undefined);
  assertEquals((await collect(markets.trades.listAll({ ticker }, { history: true }))).length > 0, true);
});

test("history: the exchange goes on from there", async () => {
  const { exchange, session } = setUp({ history: { days: 2 }, marketMakers: true });
  const open = await session.all("/markets?limit=1000&status=open", "markets");
  const ticker = open.find(({ ticker }) => ticker.startsWith("KXHIGHNY")).ticker;
  assert(open.every(({ yes_bid_dollars, yes_ask_dollars }) => yes_bid_dollars < yes_ask_dollars));
  const before = (await session.get(`/markets/${ticker}`)).value.market;
  // The makers quote where the last trades were.
  assert(Math.abs(price(before.last_price_dollars) - price(before.yes_bid_dollars)) <= 600);
  const trader = new Session(exchange, (await exchange.createAccount({ history: true })).auth);
  const { status } = await trader.post("/portfolio/events/orders", {
    ticker,
    side: "bid",
    count: "3.00",
    price: before.yes_ask_dollars,
    time_in_force: "immediate_or_cancel",
    self_trade_prevention_type: "taker_at_cross",
  });
  assertEquals(status, 201);
  const after = (await session.get(`/markets/${ticker}`)).value.market;
  assertEquals(count(after.volume_fp), count(before.volume_fp) + 300);
  assertEquals(count(after.volume_24h_fp), count(before.volume_24h_fp) + 300);
  exchange.clock.advance(2 * DAY);
  const { result, status: settled } = (await session.get(`/markets/${ticker}`)).value.market;
  assertEquals([["yes", "no"].includes(result), settled], [true, "finalized"]);
});

test("history: prices of an event agree: what one of exclusive outcomes gains another loses, ladders fall", async () => {
  const read = async (history: LocalExchangeOptions["history"]) => {
    const { session } = setUp({ marketMakers: true, history });
    const events = await session.all("/events?status=open&with_nested_markets=true", "events");
    return new Map(events.map((event) => [event.event_ticker, {
      isExclusive: event.mutually_exclusive,
      middles: event.markets.filter((market: Json) => market.status === "active").map((market: Json) =>
        (price(market.yes_bid_dollars) + price(market.yes_ask_dollars)) / 2
      ),
    }]));
  };
  const [began, now] = [await read(undefined), await read({ days: 14 })];
  assert(now.size >= began.size);
  for (const [ticker, { isExclusive, middles }] of now) {
    const first = began.get(ticker)?.middles;
    if (first === undefined) continue;
    assertEquals(middles.length, first.length);
    // Where quotes lie on the grid moves each by a cent at most.
    if (isExclusive) assert(Math.abs(sum(middles) - sum(first)) <= 100 * first.length, ticker);
    else {
      for (let index = 1; index < middles.length; index++) {
        assert(middles[index] <= middles[index - 1] + 150, `${ticker}: ${middles}`);
      }
    }
  }
});

test("history: with shards, few markets or none, on any day, there is a past", async () => {
  for (
    const startsAt of [
      "2026-03-09T03:30:00Z",
      "2026-11-01T05:30:00Z",
      "2028-02-29T05:00:00Z",
      "2026-01-01T04:59:59Z",
    ]
  ) {
    const exchange = LocalExchange.create({
      clock: new ManualClock(Date.parse(startsAt)),
      history: { days: 9 },
      markets: 0,
      shards: true,
    });
    const session = new Session(exchange);
    const trades = await tradesOf(session);
    for (const market of await session.all("/markets?limit=1000", "markets")) {
      const own = trades.get(market.ticker) ?? [];
      assertEquals([startsAt, count(market.volume_fp)], [
        startsAt,
        sum(own.map(({ count_fp }) => count(count_fp))),
      ]);
    }
    assert(trades.size > 200);
  }
});

test("history: what makes no sense is refused, with what to say", async () => {
  const refused: [unknown, string][] = [
    [null, "LocalExchange.history takes an object of options; got null"],
    [30, "takes an object of options; got the number 30"],
    [true, "takes an object of options; got true"],
    [{}, "LocalExchange.history needs `days`: it takes a whole number from 1 to 365"],
    [[30], "takes an object of options; got a list"],
    [{ days: undefined }, "needs `days`"],
    [{ days: 0 }, "`days` takes a whole number from 1 to 365; got the number 0"],
    [{ days: -1 }, "got the number -1"],
    [{ days: 1.5 }, "got the number 1.5"],
    [{ days: 366 }, "got the number 366"],
    [{ days: "30" }, "got text of 2 characters"],
    [{ days: NaN }, "got the number NaN"],
    [{ days: 30n }, "got a bigint"],
    [{ days: Infinity }, "got the number Infinity"],
    [{ days: null }, "`days` takes a whole number"],
    [{ days: 3, hours: 2 }, "hours"],
    [{ day: 3 }, 'no option "day". Did you mean days?'],
    [Object.create({ days: 3 }), "takes an object of options"],
  ];
  for (const [history, message] of refused) {
    const error = assertThrows(
      () => LocalExchange.create({ history } as unknown as LocalExchangeOptions),
      KalshiConfigError,
    );
    assertStringIncludes(error.message, message);
  }
  await using without = LocalExchange.create();
  assertStringIncludes(
    (await assertRejects(() => without.createAccount({ history: true }), KalshiConfigError)).message,
    "history: { days: 30 }",
  );
  await without.createAccount({ history: false });
  const { exchange } = setUp({ history: { days: 1 } });
  const rough = await assertRejects(
    () => exchange.createAccount({ history: true, balancePrecision: "0.01" }),
    KalshiConfigError,
  );
  assertStringIncludes(rough.message, "balancePrecision");
  const ids = new Set<string>();
  for (let index = 0; index < 4; index++) ids.add((await exchange.createAccount({ history: true })).id);
  assertEquals(ids.size, 4);
  const full = await assertRejects(() => exchange.createAccount({ history: true }), KalshiConfigError);
  assertStringIncludes(full.message, "four");
});
