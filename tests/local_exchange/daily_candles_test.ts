import { assert, assertEquals } from "@std/assert";
import { LocalExchange } from "../../src/local_exchange/mod.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import { test } from "../support/test.ts";
import { type Json, orderBody, Session } from "./support/session.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

async function setUp(startsAt: string) {
  const start = Date.parse(startsAt);
  const exchange = LocalExchange.create({ clock: new ManualClock(start), marketMakers: false });
  const session = new Session(exchange, (await exchange.createAccount()).auth);
  let sold = 0;
  const trade = async (ticker: string, atMs: number, price: string) => {
    exchange.clock.advance(atMs - exchange.clock.now());
    exchange.placeCounterOrder({ ticker, side: "ask", price, count: "1" });
    const { status } = await session.post(
      "/portfolio/events/orders",
      orderBody({ ticker, price, count: "1", client_order_id: `order-${++sold}` }),
    );
    assertEquals(status, 201);
  };
  const ends = (candles: Json[]) =>
    candles.map(({ end_period_ts }) => new Date(end_period_ts * 1_000).toISOString());
  return { start, exchange, session, trade, ends };
}

const changes = [
  {
    name: "a day of 23 hours in March",
    startsAt: "2026-03-07T17:00:00.000Z",
    // Midnights in New York: 05:00Z in winter, 04:00Z in summer.
    ends: ["2026-03-08T05:00:00.000Z", "2026-03-09T04:00:00.000Z", "2026-03-10T04:00:00.000Z"],
  },
  {
    name: "a day of 25 hours in November",
    startsAt: "2026-10-31T16:00:00.000Z",
    ends: ["2026-11-01T04:00:00.000Z", "2026-11-02T05:00:00.000Z", "2026-11-03T05:00:00.000Z"],
  },
] as const;

for (const { name, startsAt, ends: expected } of changes) {
  test(`daily candles end at midnight in New York, wherever they are asked for: ${name}`, async () => {
    const { start, exchange, session, trade, ends } = await setUp(startsAt);
    const ticker = exchange.listMarket({ ticker: "KXD", closesInMs: 60 * DAY });
    const [first, second, third] = expected.map((text) => Date.parse(text)) as [number, number, number];
    // The last and the first second of each day: each belongs to the day that it is in.
    await trade(ticker, first - 1_000, "0.1000");
    await trade(ticker, first, "0.2000");
    await trade(ticker, second - 1_000, "0.3000");
    await trade(ticker, second, "0.4000");
    await trade(ticker, third - 1_000, "0.5000");
    const asked = (fromMs: number, toMs: number, minutes = 1_440) =>
      `start_ts=${fromMs / 1_000}&end_ts=${toMs / 1_000}&period_interval=${minutes}`;
    const read = async (query: string) =>
      (await session.get(`/series/KXD-SERIES/markets/${ticker}/candlesticks?${query}`)).value.candlesticks;
    const query = asked(start, third);
    const days = await read(query);
    assertEquals(ends(days), [...expected]);
    assertEquals(
      days.map(({ price, volume_fp }: Json) => [
        price.open_dollars,
        price.close_dollars,
        price.previous_dollars,
        volume_fp,
      ]),
      [
        ["0.1000", "0.1000", undefined, "1.00"],
        ["0.2000", "0.3000", "0.1000", "2.00"],
        ["0.4000", "0.5000", "0.3000", "2.00"],
      ],
    );
    const event = await session.get(`/series/KXD-SERIES/events/${ticker}-EVENT/candlesticks?${query}`);
    assertEquals(event.value.market_candlesticks, [days]);
    const batch = await session.get(`/markets/candlesticks?market_tickers=${ticker}&${query}`);
    assertEquals(batch.value.markets[0].candlesticks, days);
    // Of the second day alone, however its bounds are asked for.
    assertEquals(await read(asked(first + 1_000, second)), [days[1]]);
    assertEquals(await read(asked(second, second + HOUR)), [days[1]]);
    // What came before is carried to the end of the day that the start is in.
    const [carried] = await read(`${asked(second + 1_000, second + 2_000)}&include_latest_before_start=true`);
    assertEquals([ends([carried]), carried.price], [[expected[2]], { previous_dollars: "0.3000" }]);
    // Hours are those of UTC, 23 or 25 of them on the day of the change.
    const hours = await read(asked(first + 1_000, second, 60));
    assertEquals(hours.length, (second - first) / HOUR);
    assert(hours.every(({ end_period_ts }: Json) => end_period_ts % 3_600 === 0));
    exchange.determine(ticker, "yes", { settle: true });
    exchange.clock.advance(1_000);
    exchange.setHistoricalCutoff(exchange.clock.now());
    const historical = await session.get(`/historical/markets/${ticker}/candlesticks?${query}`);
    assertEquals(ends(historical.value.candlesticks), [...expected]);
    assertEquals(historical.value.candlesticks.map(({ volume }: Json) => volume), ["1.00", "2.00", "2.00"]);
  });
}

test("daily candles of a combo end at midnight in New York", async () => {
  const { start, exchange, session, trade, ends } = await setUp("2026-10-31T16:00:00.000Z");
  const games = exchange.openTickers().filter((ticker) => ticker.startsWith("KXNFLGAME"));
  const events = [...new Set(games.map((ticker) => ticker.slice(0, ticker.lastIndexOf("-"))))];
  const legs = events.slice(0, 2).map((event_ticker) => ({
    event_ticker,
    market_ticker: games.find((ticker) => ticker.startsWith(event_ticker)),
    side: "yes",
  }));
  const { value: made } = await session.post("/multivariate_event_collections/KXMVENFLMULTIGAME-R", {
    selected_markets: legs,
  });
  const ticker: string = made.market_ticker;
  await trade(ticker, Date.parse("2026-11-01T03:59:59Z"), "0.2000");
  await trade(ticker, Date.parse("2026-11-02T04:59:59Z"), "0.3000");
  const query = `start_ts=${start / 1_000}&end_ts=${
    Date.parse("2026-11-02T05:00:00Z") / 1_000
  }&period_interval=1440`;
  const { value } = await session.get(`/markets/candlesticks?market_tickers=${ticker}&${query}`);
  assertEquals(ends(value.markets[0].candlesticks), ["2026-11-01T04:00:00.000Z", "2026-11-02T05:00:00.000Z"]);
  assertEquals(value.markets[0].candlesticks.map(({ volume_fp }: Json) => volume_fp), ["1.00", "1.00"]);
});

test("the day that runs is shown up to now, and no day of the future", async () => {
  const { start, exchange, session, trade, ends } = await setUp("2026-11-01T04:00:00.000Z");
  const ticker = exchange.listMarket({ ticker: "KXD", closesInMs: 60 * DAY });
  await trade(ticker, start + HOUR, "0.2000");
  const { value } = await session.get(
    `/series/KXD-SERIES/markets/${ticker}/candlesticks?start_ts=${start / 1_000}&end_ts=${
      (start + 40 * DAY) / 1_000
    }&period_interval=1440`,
  );
  assertEquals(ends(value.candlesticks), ["2026-11-02T05:00:00.000Z"]);
});

test("candles asked for in milliseconds end at once", async () => {
  const { start, exchange, session, trade } = await setUp("2026-07-01T12:00:00.000Z");
  const ticker = exchange.listMarket({ ticker: "KXD", closesInMs: 60 * DAY });
  await trade(ticker, start + HOUR, "0.2000");
  for (const minutes of [1, 60, 1440]) {
    for (const latest of ["false", "true"]) {
      const { status } = await session.get(
        `/series/KXD-SERIES/markets/${ticker}/candlesticks?start_ts=${start}&end_ts=${
          start + DAY
        }&period_interval=${minutes}&include_latest_before_start=${latest}`,
      );
      assertEquals(status, 200);
    }
  }
});

test("events of a day close with the day in New York, and the hour shown twice has one event", async () => {
  for (
    const [at, close] of [
      ["2026-03-08T15:00:00Z", "2026-03-09T03:59:00.000Z"],
      ["2026-11-01T15:00:00Z", "2026-11-02T04:59:00.000Z"],
    ] as const
  ) {
    const exchange = LocalExchange.create({ clock: new ManualClock(Date.parse(at)), marketMakers: false });
    const { value } = await new Session(exchange).get("/markets?series_ticker=KXHIGHNY&status=open");
    assert(value.markets.some(({ close_time }: Json) => close_time === close));
  }
  const clock = new ManualClock(Date.parse("2026-11-01T02:00:00Z"));
  const exchange = LocalExchange.create({ clock, marketMakers: false, markets: 400 });
  const session = new Session(exchange);
  const events = await session.all("/events?series_ticker=KXBTCD&with_nested_markets=true", "events");
  assertEquals(events.slice(0, 4).map(({ sub_title }) => sub_title), [
    "Nov 1, 2026 at 12am EDT",
    "Nov 1, 2026 at 1am EDT",
    "Nov 1, 2026 at 2am EST",
    "Nov 1, 2026 at 3am EST",
  ]);
  const tickers = events.flatMap(({ markets }) => markets).map(({ ticker }) => ticker);
  assertEquals(new Set(tickers).size, tickers.length);
  assert((await session.all("/markets?limit=1000", "markets")).length >= 400);
});
