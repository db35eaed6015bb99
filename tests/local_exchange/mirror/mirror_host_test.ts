/** A mirror that listens, over real sockets, and one that is fed by NATS. */
import { assertEquals } from "@std/assert";
import { KalshiClient } from "../../../src/client.ts";
import { FixClient } from "../../../src/fix/mod.ts";
import { LocalExchange, type MirrorHalt } from "../../../src/local_exchange/mod.ts";
import { openFeed } from "../../nats/support/feed_bed.ts";
import { startGatewayBed } from "../../nats/support/gateway_bed.ts";
import { natsTest } from "../../nats/support/server.ts";
import { test } from "../../support/test.ts";
import { until } from "../../support/until.ts";

test("a mirror on a port answers REST, WebSocket and FIX as any exchange", async () => {
  await using live = await LocalExchange.start({ port: 0, markets: 0, marketMakers: false });
  const ticker = live.listMarket({ ticker: "M" });
  live.placeCounterOrder({ ticker, side: "bid", price: "0.4000", count: "100" });
  live.placeCounterOrder({ ticker, side: "ask", price: "0.4500", count: "100" });
  const { auth } = await live.createAccount();
  await using client = new KalshiClient({ auth, config: live.config });
  await using stream = await client.stream();
  await using mirror = await LocalExchange.mirror(stream, {
    tickers: [ticker],
    lookup: client,
    port: 0,
    fix: true,
  });
  const own = await mirror.createAccount({ balance: "1000.00" });
  await using bot = new KalshiClient({ auth: own.auth, config: mirror.config });
  await using feed = await bot.stream();
  const fills: string[] = [];
  await feed.on(
    "fill",
    (item) => item.type === "fill" && fills.push(`${item.msg.count_fp} ${item.msg.yes_price_dollars}`),
  );
  const config = mirror.exchange.fixConfig("order-entry", { logon: { UseDollars: true } });
  const fixKey = await mirror.exchange.createKey(own.id);
  await using fix = await FixClient.connect({ auth: fixKey.auth, config });
  const order = await fix.newOrderSingle({
    Symbol: ticker,
    Side: "1",
    OrderQty: "10",
    Price: "0.4500",
    TimeInForce: "3",
  });
  assertEquals([order.report.ExecType, order.report.LastPx], ["F", "0.4500"]);
  await bot.orders.create({
    ticker,
    side: "bid",
    count: "5.00",
    price: "0.4400",
    time_in_force: "good_till_canceled",
    self_trade_prevention_type: "taker_at_cross",
  });
  // Who offers below the bot's bid meets it here, and nobody there.
  live.placeCounterOrder({ ticker, side: "ask", price: "0.4300", count: "3" });
  await until(() => fills.length === 2);
  assertEquals(fills, ["10.00 0.4500", "3.00 0.4400"]);
  assertEquals((await client.portfolio.fills.list()).items, []);
});

natsTest("a mirror is fed by NATS as by a stream, and halts while no gateway leads", async () => {
  await using bed = await startGatewayBed();
  const channels = ["orderbook_delta", "trade", "market_lifecycle_v2"];
  const first = await bed.start({ channels });
  await using feed = await openFeed(bed);
  const tickers = bed.tickers.slice(0, 2);
  const lookup = bed.trader.client as KalshiClient;
  const halts: MirrorHalt[] = [];
  await using mirror = await LocalExchange.mirror(feed, {
    tickers,
    lookup,
    onHalt: (halt) => halts.push(halt),
    onError: () => {},
  });
  const { auth } = await mirror.createAccount();
  await using bot = new KalshiClient({ auth, config: mirror.config, runtime: mirror.runtime });
  const isRight = async () => {
    for (const ticker of tickers) {
      const [ours, theirs] = [await bot.markets.orderBook(ticker), await lookup.markets.orderBook(ticker)];
      if (JSON.stringify(ours) !== JSON.stringify(theirs)) return false;
    }
    return true;
  };
  bed.exchange.step(5);
  await until(isRight);
  await first[Symbol.asyncDispose]();
  await until(() => mirror.status().state === "halted");
  assertEquals((await bot.exchange.status()).trading_active, false);
  await using _ = await bed.start({ channels });
  await until(() => Object.values(mirror.status().markets).every(({ state }) => state === "live"));
  bed.exchange.step(5);
  await until(isRight);
  assertEquals(halts.filter(({ ticker }) => ticker === undefined).map(({ reason }) => reason), [
    "disconnected",
  ]);
});
