/** The stream against a local exchange, over real sockets, on every runtime. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { KalshiAuth, KalshiAuthError, KalshiClient, KalshiConfig, KalshiError } from "../../mod.ts";
import { KalshiStream, type LiveOrderBook } from "../../src/stream/mod.ts";
import { type ExchangeAccount, startExchange, type TestExchange } from "../support/exchange.ts";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";
import { take } from "./support/take.ts";

const quick = {
  retryBaseDelayMs: 20,
  retryMaxDelayMs: 100,
  wsCloseTimeoutMs: 1_000,
  // Where a socket must not be given up, it is not probed in the time of a test.
  wsPingIntervalMs: 300_000,
  timeoutMs: 60_000,
};

interface SetUp extends AsyncDisposable {
  readonly exchange: TestExchange;
  readonly account: ExchangeAccount;
  readonly client: KalshiClient;
  readonly stream: KalshiStream;
}

async function setUp(wsPingIntervalMs = quick.wsPingIntervalMs): Promise<SetUp> {
  const exchange = await startExchange({ markets: 20, marketMakers: false });
  const account = await exchange.createAccount();
  const { baseUrl } = exchange;
  const config = new KalshiConfig({ baseUrl, ...quick, wsPingIntervalMs });
  const client = new KalshiClient({ keyId: account.keyId, privateKey: account.privateKey, config });
  const stream = await client.stream();
  return {
    exchange,
    account,
    client,
    stream,
    async [Symbol.asyncDispose]() {
      await stream.close();
      await client.close();
      await exchange[Symbol.asyncDispose]();
    },
  };
}

/** Both sides of the book as the exchange tells over REST, and as the stream has it. */
async function agree({ client }: SetUp, book: LiveOrderBook): Promise<boolean> {
  const truth = JSON.stringify(await client.markets.orderBook(book.ticker));
  return book.state === "live" && JSON.stringify(book.toRest().orderbook_fp) === truth;
}

test("a list of subscriptions that is null is an empty one: what is missing in it is subscribed to again", async () => {
  const exchange = await startExchange({ markets: 20, marketMakers: false });
  await using _ = exchange;
  const account = await exchange.createAccount();
  let again = false;
  const config = new KalshiConfig({
    baseUrl: exchange.baseUrl,
    ...quick,
    wsPingIntervalMs: 50,
    wsJsonParse(text) {
      const frame = JSON.parse(text);
      // The exchange has it after all, and says so when it is asked for it once more.
      if (frame.type === "ok" && frame.sid !== undefined) again = true;
      if (Array.isArray(frame.msg) && !again) frame.msg = null;
      return frame;
    },
  });
  await using client = new KalshiClient({ keyId: account.keyId, privateKey: account.privateKey, config });
  await using stream = await client.stream();
  const [ticker = ""] = await exchange.openTickers();
  const trades = await stream.subscribe("trade", { market_ticker: ticker });
  await until(() => again);
  await exchange.placeCounterOrder({ ticker, side: "bid", price: "0.4000", count: "2.00" });
  await exchange.placeCounterOrder({ ticker, side: "ask", price: "0.4000", count: "2.00" });
  await take(trades, 1);
});

test("a book follows the exchange, and so do trades, orders and fills", async () => {
  await using things = await setUp();
  const { exchange, client, stream } = things;
  const [ticker = ""] = await exchange.openTickers();
  await exchange.placeCounterOrder({ ticker, side: "bid", price: "0.4000", count: "2.00" });
  const book = await stream.orderBook(ticker);
  assertEquals(book.bestBid, 4_000);
  const trades = await stream.subscribe("trade", { market_ticker: ticker });
  const fills = await stream.fills();
  const orders = await stream.userOrders();
  const changes = book.changes();
  const order = await client.orders.create({
    ticker,
    side: "bid",
    price: "0.5000",
    count: "3.00",
    client_order_id: "mine",
    time_in_force: "good_till_canceled",
    self_trade_prevention_type: "taker_at_cross",
  });
  await exchange.placeCounterOrder({ ticker, side: "ask", price: "0.5000", count: "1.00" });
  const [placed, hit] = await take(changes, 2);
  assert(placed?.type === "delta" && hit?.type === "delta");
  assertEquals([placed.client_order_id, placed.size, hit.size], ["mine", 300, 200]);
  const [trade] = await take(trades, 1);
  assert(trade?.type === "trade");
  assertEquals([trade.msg.yes_price_dollars, trade.msg.count_fp], ["0.5000", "1.00"]);
  const [fill] = await take(fills, 1);
  assert(fill?.type === "fill");
  assertEquals([fill.msg.order_id, fill.msg.trade_id], [order.order_id, trade.msg.trade_id]);
  const states = (await take(orders, 2)).map((item) =>
    item.type === "user_order" && item.msg.remaining_count_fp
  );
  assertEquals(states, ["3.00", "2.00"]);
  await until(() => agree(things, book));
});

test("after a restart everything is restored, and fills that were missed come once", async () => {
  await using things = await setUp();
  const { exchange, client, stream } = things;
  const [ticker = ""] = await exchange.openTickers();
  const book = await stream.orderBook(ticker);
  const fills = await stream.fills({}, { recover: true });
  const order = (price: string) => ({
    ticker,
    side: "bid" as const,
    price,
    count: "1.00",
    time_in_force: "good_till_canceled" as const,
    self_trade_prevention_type: "taker_at_cross" as const,
  });
  const hit = (price: string) => exchange.placeCounterOrder({ ticker, side: "ask", price, count: "1.00" });
  await client.orders.create(order("0.3000"));
  await hit("0.3000");
  assertEquals((await take(fills, 1)).map(({ type }) => type), ["fill"]);
  await exchange.refuseSockets({ status: 503, times: 2 });
  await exchange.restartSockets();
  await client.orders.create(order("0.3100"));
  await hit("0.3100");
  await until(() => stream.state === "open" && stream.stats().reconnects === 1);
  await client.orders.create(order("0.3200"));
  await hit("0.3200");
  const [marker, ...rest] = await take(fills, 3);
  assertEquals(marker?.type, "reconnected");
  assertEquals(rest.map((item) => item.type === "fill" && item.msg.yes_price_dollars), ["0.3100", "0.3200"]);
  await until(() => agree(things, book));
  assertEquals(stream.stats().queues, [{
    channel: "fill",
    policy: "error",
    size: 0,
    dropped: 0,
    conflated: 0,
  }]);
});

for (const fault of ["half-open", "cut", "bad-frame", "cut-frame"] as const) {
  test(`${fault}: the connection is given up and made anew, and the book is right again`, async () => {
    // Only a probe tells that a half-open socket is dead; on a busy machine it may say so of others, too.
    await using things = await setUp(fault === "half-open" ? 250 : undefined);
    const { exchange, stream } = things;
    const [ticker = ""] = await exchange.openTickers();
    const book = await stream.orderBook(ticker);
    await exchange.failSockets({ fault });
    await exchange.placeCounterOrder({ ticker, side: "bid", price: "0.2000", count: "1.00" });
    await until(() => stream.stats().reconnects >= 1 && book.state === "live");
    await until(() => agree(things, book));
    assertEquals(book.bestBid, 2_000);
  });
}

for (const fault of ["drop", "repeat", "reorder", "corrupt", "truncate"] as const) {
  test(`a frame that is hit by ${fault} does not make a book wrong`, async () => {
    await using things = await setUp();
    const { exchange, stream } = things;
    const [ticker = ""] = await exchange.openTickers();
    const book = await stream.orderBook(ticker);
    for (const price of ["0.2000", "0.2100", "0.2200"]) {
      if (price !== "0.2200") await exchange.failSockets({ fault, channel: "orderbook_delta" });
      await exchange.placeCounterOrder({ ticker, side: "bid", price, count: "1.00" });
    }
    await until(() => agree(things, book));
    assertEquals(stream.stats().reconnects, 0);
  });
}

test("a key that is refused is said to be", async () => {
  await using exchange = await startExchange({ markets: 20, marketMakers: false });
  const { keyId } = await exchange.createAccount();
  const stranger = await exchange.createAccount();
  const auth = await KalshiAuth.fromPem(keyId, stranger.privateKey);
  const config = new KalshiConfig({ baseUrl: exchange.baseUrl, ...quick });
  const error = await assertRejects(() => KalshiStream.connect({ auth, config }), KalshiError);
  assert(error instanceof KalshiAuthError);
  assertEquals(error.status, 401);
});

test("closing ends the socket at the exchange, with everything open", async () => {
  const things = await setUp();
  const { exchange, stream } = things;
  const tickers = await exchange.openTickers();
  await stream.orderBooks(tickers);
  await stream.subscribe("ticker");
  assertEquals(await exchange.openSockets(), 1);
  await stream.close();
  await until(async () => await exchange.openSockets() === 0);
  await things[Symbol.asyncDispose]();
});
