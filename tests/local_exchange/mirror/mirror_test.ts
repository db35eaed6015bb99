/** Paper trading: a mirror of a live exchange, which here is another one of ours. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { KalshiConfigError, KalshiConflictError } from "../../../src/base/errors.ts";
import { KalshiClient } from "../../../src/client.ts";
import { LocalExchange, type LocalMirrorOptions, type MirrorHalt } from "../../../src/local_exchange/mod.ts";
import { PerpsConfig } from "../../../src/perps/mod.ts";
import { KalshiStream } from "../../../src/stream/mod.ts";
import { test } from "../../support/test.ts";
import { type Live, startLive } from "./support/live.ts";

/** A mirror with an account and a bot's client. */
async function startPaper(live: Live, options: Partial<LocalMirrorOptions> = {}) {
  const halts: MirrorHalt[] = [];
  const resumed: (string | undefined)[] = [];
  const starting = LocalExchange.mirror(live.stream, {
    tickers: ["M"],
    lookup: live.client,
    clock: live.clock,
    onHalt: (halt) => halts.push(halt),
    onResume: ({ ticker }) => resumed.push(ticker),
    ...options,
  });
  await live.clock.advance(0);
  const mirror = await starting;
  const { auth } = await mirror.createAccount({ balance: "1000.00" });
  const bot = new KalshiClient({ auth, config: mirror.config, runtime: mirror.runtime, clock: live.clock });
  return {
    mirror,
    bot,
    auth,
    halts,
    resumed,
    async [Symbol.asyncDispose]() {
      await bot.close();
      const closing = mirror.close();
      await live.clock.advance(10_000);
      await closing;
    },
  };
}

const order = (side: "bid" | "ask", price: string, count: string, more: object = {}) => ({
  ticker: "M",
  side,
  price,
  count,
  time_in_force: "good_till_canceled" as const,
  self_trade_prevention_type: "taker_at_cross" as const,
  ...more,
});

/** A book as REST of each has it. */
async function books(live: Live, bot: KalshiClient, ticker = "M"): Promise<[unknown, unknown]> {
  const [theirs, ours] = await Promise.all([
    live.client.markets.orderBook(ticker),
    bot.markets.orderBook(ticker),
  ]);
  return [ours, theirs];
}

test("a mirror has the live book, whatever becomes of it", async () => {
  await using live = await startLive(["M", "M2"]);
  await using paper = await startPaper(live, { tickers: ["M", "M2"] });
  const { bot } = paper;
  let state = 7;
  const random = (below: number) => (state = (state * 48_271) % 2_147_483_647) % below;
  for (let round = 0; round < 60; round++) {
    const ticker = random(2) === 0 ? "M" : "M2";
    const price = (30 + random(40)) / 100;
    live.exchange.placeCounterOrder({
      ticker,
      side: random(2) === 0 ? "bid" : "ask",
      price: price.toFixed(4),
      count: `${1 + random(50)}`,
    });
    await live.clock.advance(200);
    if (round % 10 !== 9) continue;
    for (const each of ["M", "M2"]) {
      const [ours, theirs] = await books(live, bot, each);
      assertEquals(ours, theirs);
    }
  }
  assertEquals(paper.mirror.status().state, "live");
  assertEquals(paper.halts, []);
});

test("a bot's orders meet the live market, and nothing but reads and subscriptions reaches it", async () => {
  await using live = await startLive();
  await using paper = await startPaper(live);
  const { bot } = paper;
  const resting = await bot.orders.create(order("bid", "0.4000", "10.00"));
  const taken = await bot.orders.create(
    order("bid", "0.4500", "30.00", { time_in_force: "immediate_or_cancel" }),
  );
  assertEquals([taken.fill_count, taken.average_fill_price], ["30.00", "0.4500"]);
  // A hundred are ahead; 104 are sold.
  live.exchange.placeCounterOrder({ ticker: "M", side: "bid", price: "0.4000", count: "20" });
  await live.sell("0.4000", 104);
  await live.clock.advance(100);
  const { filled } = await filledOf(bot, resting.order_id);
  assertEquals(filled, "4.00");
  // Of the hundred that are offered live, thirty are the bot's.
  const { no_dollars } = await bot.markets.orderBook("M");
  assertEquals(no_dollars, [["0.5500", "70.00"]]);

  await bot.orders.cancel(resting.order_id);
  assertEquals((await live.client.orders.list()).items, []);
  assertEquals((await live.client.portfolio.fills.list()).items, []);
  assertEquals(
    live.asked.filter((one) => !/^(GET |cmd (subscribe|update_subscription|list_subscriptions)$)/.test(one)),
    [],
  );
  assert(live.asked.includes("cmd subscribe"));
});

async function filledOf(bot: KalshiClient, id: string) {
  const { fill_count_fp, status } = await bot.orders.get(id);
  return { filled: fill_count_fp, status };
}

test("a connection that is lost halts everything, and it goes on when the books are right again", async () => {
  await using live = await startLive(["M", "M2"]);
  await using paper = await startPaper(live, { tickers: ["M", "M2"] });
  const { bot, mirror, halts, resumed } = paper;
  const resting = await bot.orders.create(order("bid", "0.4000", "10.00"));
  live.exchange.sockets.refuse({ status: 503, times: 1 });
  live.exchange.sockets.restart();
  await live.clock.advance(0);
  const status = mirror.status();
  assertEquals(status.state, "halted");
  assertEquals(Object.values(status.markets).map(({ state }) => state), ["halted", "halted"]);
  assertEquals(halts.map(({ ticker, reason }) => [ticker, reason]), [[undefined, "disconnected"]]);
  // What Kalshi says in a pause of trading, and what it still takes.
  assertEquals((await bot.exchange.status()).trading_active, false);
  const refused = await assertRejects(
    () => bot.orders.create(order("bid", "0.4100", "1.00")),
    KalshiConflictError,
  );
  assertEquals(refused.serverCode, "trading_is_paused");
  // While it is away, 60 of the hundred ahead go: by trades, or by cancels, nobody will know.
  await live.sell("0.4000", 60);
  await live.clock.advance(60_000);

  assertEquals(mirror.status().state, "live");
  assertEquals(Object.values(mirror.status().markets).map(({ state }) => state), ["live", "live"]);
  assertEquals(resumed, [undefined, "M", "M2"]);
  assertEquals((await bot.exchange.status()).trading_active, true);
  assertEquals(await filledOf(bot, resting.order_id), { filled: "0.00", status: "resting" });
  await live.sell("0.4000", 40);
  live.exchange.placeCounterOrder({ ticker: "M", side: "bid", price: "0.4000", count: "5" });
  await live.clock.advance(2_000);
  await live.sell("0.4000", 5);
  await live.clock.advance(100);
  assertEquals((await filledOf(bot, resting.order_id)).filled, "5.00");
});

test("a market whose book is wrong halts alone, and bots are told as of Kalshi's pause", async () => {
  await using live = await startLive(["M", "M2"]);
  await using paper = await startPaper(live, { tickers: ["M", "M2"] });
  const { bot, mirror, halts, resumed, auth } = paper;
  const told: unknown[] = [];
  const stream = await KalshiStream.connect({
    auth,
    config: mirror.config,
    runtime: mirror.runtime,
    clock: live.clock,
  });
  await stream.on("market_lifecycle_v2", (item) => {
    if (item.type === "market_lifecycle_v2") told.push([item.msg.market_ticker, item.msg.is_deactivated]);
  });
  const resting = await bot.orders.create(order("bid", "0.4000", "10.00"));
  // The change that shows it takes more than there is: no answer to it comes before the clock moves.
  live.exchange.sockets.fail({ fault: "withhold", update: "orderbook_snapshot", ticker: "M" });
  live.exchange.sockets.fail({ fault: "withhold", update: "orderbook_delta", ticker: "M" });
  live.exchange.placeCounterOrder({ ticker: "M", side: "bid", price: "0.4100", count: "5" });
  await live.clock.advance(0);
  await live.sell("0.4100", 5);
  await live.clock.advance(0);
  assertEquals(mirror.status().state, "live");
  assertEquals(mirror.status().markets.M?.state, "halted");
  assertEquals(mirror.status().markets.M2?.state, "live");
  assertEquals(halts.map(({ ticker, reason, detail }) => [ticker, reason, detail]), [[
    "M",
    "book",
    "negative-level",
  ]]);
  const refused = await assertRejects(
    () => bot.orders.create(order("bid", "0.4100", "1.00")),
    KalshiConflictError,
  );
  assertEquals(refused.serverCode, "market_inactive");
  await bot.orders.create({ ...order("bid", "0.4100", "1.00"), ticker: "M2" });
  await live.clock.advance(10_000);
  assertEquals(mirror.status().markets.M?.state, "live");
  assertEquals(resumed, ["M"]);
  assertEquals(told, [["M", true], ["M", false]]);
  assertEquals((await filledOf(bot, resting.order_id)).status, "resting");
  const closing = stream.close();
  await live.clock.advance(5_000);
  await closing;
});

test("trades that are missing halt what they may have filled, until the books show what they did", async () => {
  await using live = await startLive();
  await using paper = await startPaper(live);
  const { bot, mirror, halts, resumed } = paper;
  await live.sell("0.4000", 1);
  await live.clock.advance(2_000);
  const resting = await bot.orders.create(order("bid", "0.4100", "10.00"));
  live.exchange.sockets.fail({ fault: "drop", channel: "trade" });
  await live.sell("0.4000", 3);
  await live.sell("0.4000", 2);
  await live.clock.advance(100);
  assertEquals(mirror.status().markets.M?.state, "halted");
  assertEquals(halts.map(({ ticker, reason }) => [ticker, reason]), [["M", "trades"]]);
  await live.clock.advance(1_000);
  assertEquals(mirror.status().markets.M?.state, "live");
  assertEquals(resumed, ["M"]);
  assertEquals((await filledOf(bot, resting.order_id)).filled, "0.00");
  await live.sell("0.4000", 2);
  await live.clock.advance(100);
  assertEquals((await filledOf(bot, resting.order_id)).filled, "2.00");
});

test("a stream that ends halts the mirror for good", async () => {
  await using live = await startLive();
  await using paper = await startPaper(live);
  const { bot, mirror, halts } = paper;
  const closing = live.stream.close();
  await live.clock.advance(5_000);
  await closing;
  const status = mirror.status();
  assert(status.state === "halted");
  assertEquals(status.halt.reason, "ended");
  assertEquals(halts.filter(({ ticker }) => ticker === undefined).length, 1);
  await assertRejects(() => bot.orders.create(order("bid", "0.4100", "1.00")), KalshiConflictError);
  // Its accounts can still be read.
  assertEquals(Number((await bot.portfolio.balance()).balance_dollars), 1_000);
});

test("a market pays out when it does at the exchange, and what was paused there is paused here", async () => {
  await using live = await startLive();
  await using paper = await startPaper(live);
  const { bot, mirror } = paper;
  await bot.orders.create(order("bid", "0.4500", "10.00"));
  live.exchange.setMarketActive("M", false);
  await live.clock.advance(100);
  assertEquals(mirror.status().markets.M?.state, "paused");
  live.exchange.setMarketActive("M", true);
  await live.clock.advance(100);
  live.exchange.determine("M", "yes");
  await live.clock.advance(100);
  assertEquals(mirror.status().markets.M?.state, "closed");
  assertEquals((await bot.markets.get("M")).result, "yes");
  live.exchange.settle("M");
  await live.clock.advance(100);
  const { items: [settlement] } = await bot.portfolio.settlements.list();
  assertEquals([settlement?.ticker, settlement?.market_result], ["M", "yes"]);
  // 1000 - 4.50 - 0.1733 + 10.00
  assertEquals(Number((await bot.portfolio.balance()).balance_dollars), 1_005.3267);
  const report = mirror.report();
  assertEquals(report.toJSON().kind, "mirror");
  assertEquals(report.fills.kept.length, 1);
});

test("a market that ends while the connection is away pays out when it is back", async () => {
  await using live = await startLive(["M", "M2"]);
  await using paper = await startPaper(live, { tickers: ["M", "M2"] });
  const { bot, mirror } = paper;
  await bot.orders.create(order("bid", "0.4500", "10.00"));
  live.exchange.sockets.refuse({ status: 503, times: 2 });
  live.exchange.sockets.restart();
  await live.clock.advance(0);
  live.exchange.determine("M", "0.2500", { settle: true });
  await live.clock.advance(60_000);
  assertEquals(mirror.status().state, "live");
  const { markets } = mirror.status();
  assertEquals([markets.M?.state, markets.M2?.state], ["closed", "live"]);
  // 1000 - 4.50 - 0.1733 + 2.50
  assertEquals(Number((await bot.portfolio.balance()).balance_dollars), 997.8267);
});

test("what cannot be mirrored is refused before anything is subscribed to", async () => {
  await using live = await startLive();
  const { stream, client: lookup, clock } = live;
  const before = live.asked.length;
  const wrong: [object, string][] = [
    [{ lookup }, "tickers"],
    [{ tickers: [], lookup }, "tickers"],
    [{ tickers: ["M"] }, "lookup"],
    [{ tickers: ["M"], lookup, queue: "middle" }, "queue"],
    [{ tickers: ["M"], lookup, qeue: "ahead" }, "queue"],
  ];
  for (const [options, says] of wrong) {
    const error = await assertRejects(
      () => LocalExchange.mirror(stream, { clock, ...options } as unknown as LocalMirrorOptions),
      KalshiConfigError,
    );
    assert(error.message.includes(says), error.message);
  }
  const perps = { markets: { get: () => Promise.resolve({ ticker: "KXBTCPERP" }) } };
  const error = await assertRejects(
    () => LocalExchange.mirror(stream, { tickers: ["KXBTCPERP"], lookup: perps, clock }),
    KalshiConfigError,
  );
  assert(error.message.includes("Perps are not mirrored"), error.message);
  await assertRejects(
    () => LocalExchange.mirror({} as KalshiStream, { tickers: ["M"], lookup, clock }),
    KalshiConfigError,
    "a KalshiStream or a NatsFeed",
  );
  const perpsStream = { orderBooks() {}, subscribe() {}, status() {}, config: new PerpsConfig() };
  await assertRejects(
    () => LocalExchange.mirror(perpsStream as unknown as KalshiStream, { tickers: ["M"], lookup, clock }),
    KalshiConfigError,
    "`stream` is of perps",
  );
  assertEquals(live.asked.length, before);
});

test("fees are those of the live series, and of the live event when that gets its own", async () => {
  await using live = await startLive();
  live.exchange.setSeriesFees("M-SERIES", "quadratic_with_maker_fees", 2);
  await using paper = await startPaper(live);
  const { bot } = paper;
  const paid = async (force: "good_till_canceled" | "immediate_or_cancel", price: string) => {
    const { order_id } = await bot.orders.create(order("bid", price, "10.00", { time_in_force: force }));
    live.exchange.placeCounterOrder({ ticker: "M", side: "ask", price: "0.4100", count: "10" });
    await live.clock.advance(2_000);
    const { taker_fees_dollars, maker_fees_dollars } = await bot.orders.get(order_id);
    return [Number(taker_fees_dollars), Number(maker_fees_dollars)];
  };
  // 2 x 0.07 x 10 x 0.45 x 0.55 = 0.3465; a quarter of 2 x 0.07 x 10 x 0.41 x 0.59 is 0.084665, and so 0.0847.
  assertEquals(await paid("immediate_or_cancel", "0.4500"), [0.3465, 0]);
  assertEquals(await paid("good_till_canceled", "0.4000"), [0, 0]);
  live.exchange.setEventFees("M-EVENT", "flat", 0);
  await live.clock.advance(100);
  assertEquals(await paid("immediate_or_cancel", "0.4500"), [0, 0]);
});
