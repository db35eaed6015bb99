/** Quotes at a local exchange in memory, on every runtime: requests whose outcome is unknown, and the rate budget. */
import { assert, assertEquals } from "@std/assert";
import { KalshiClient } from "../../src/client.ts";
import type { KalshiClientOptions } from "../../src/client_options.ts";
import { LocalExchange, type LocalExchangeOptions } from "../../src/local_exchange/mod.ts";
import {
  type QuoteEvent,
  QuoteManager,
  type QuoteManagerOptions,
  restQuotePort,
} from "../../src/trading/quotes/mod.ts";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";

const level = (price: string, count: string) => ({ price, count });

async function start(
  options: Partial<QuoteManagerOptions> = {},
  more: { readonly exchange?: LocalExchangeOptions; readonly client?: KalshiClientOptions } = {},
) {
  const exchange = LocalExchange.create({ markets: 0, marketMakers: false, ...more.exchange });
  const account = await exchange.createAccount({ balance: "10000.00" });
  const { auth } = account;
  const runtime = exchange.createRuntime();
  const ticker = exchange.listMarket({ ticker: "EVENT-A" });
  /** Method, path below the API's root, and status of every answer. */
  const answers: string[] = [];
  const client = new KalshiClient({
    auth,
    config: exchange.config,
    runtime,
    onResponse: ({ method, path, status }) => answers.push(`${method} ${path} ${status}`),
    ...more.client,
  });
  const stream = await client.stream();
  const events: QuoteEvent[] = [];
  const quotes = await QuoteManager.open({
    port: restQuotePort({ client, stream }),
    name: "test",
    onEvent: (event) => events.push(event),
    ...options,
  });
  return {
    exchange,
    ticker,
    client,
    stream,
    quotes,
    events,
    answers,
    /** What rests on the exchange, as `side price count`. */
    async resting(): Promise<string[]> {
      const { items } = await client.orders.list({ status: "resting" });
      return items.map((order) => `${order.book_side} ${order.yes_price_dollars} ${order.remaining_count_fp}`)
        .sort();
    },
    async [Symbol.asyncDispose]() {
      exchange.clearFaults();
      await quotes.stop();
      await client.close();
      await exchange.close();
    },
  };
}

const orders = { method: "POST", path: "/portfolio/events/orders" };

test("a wish rests, is changed and is taken away, on any runtime", async () => {
  await using scene = await start();
  const { quotes, ticker, resting, events } = scene;
  await quotes.set(ticker, {
    bid: level("0.4000", "10.00"),
    ask: [level("0.6000", "5.00"), level("0.6100", "5.00")],
  });
  await quotes.settled();
  assertEquals(await resting(), ["ask 0.6000 5.00", "ask 0.6100 5.00", "bid 0.4000 10.00"]);
  scene.exchange.placeCounterOrder({ ticker, side: "ask", price: "0.4000", count: "3" });
  await until(() => quotes.position(ticker) === "3.00");
  await quotes.set(ticker, { bid: level("0.4000", "2.00"), ask: null });
  await quotes.settled();
  assertEquals(await resting(), ["bid 0.4000 2.00"]);
  const amended = events.find(({ type }) => type === "amended");
  assert(amended?.type === "amended");
  assertEquals([amended.why, amended.kept, amended.order.filled], ["smaller", true, "3.00"]);
  const { placed, canceled, keptPlace } = quotes.stats();
  assertEquals([placed, canceled, keptPlace], [3, 2, 1]);
});

test("only the newest wish of a side is worked on", async () => {
  await using scene = await start();
  const { quotes, ticker, answers, resting } = scene;
  await quotes.set(ticker, { bid: level("0.0100", "1.00") });
  await quotes.settled();
  scene.exchange.fail({ delayMs: 30, ...orders });
  for (let cents = 10; cents < 60; cents++) await quotes.set(ticker, { bid: level(`0.${cents}00`, "1.00") });
  await quotes.settled();
  assertEquals(await resting(), ["bid 0.5900 1.00"]);
  const sent = answers.filter((answer) => answer.startsWith("POST")).length;
  assert(sent <= 4, `${sent} orders for 51 wishes`);
  assert(quotes.stats().coalesced >= 45);
});

test("an order whose answer got lost is found, and not placed again", async () => {
  await using scene = await start();
  const { quotes, ticker, events, answers, resting } = scene;
  scene.exchange.fail({ status: 503, afterProcessing: true, ...orders });
  await quotes.set(ticker, { bid: level("0.4000", "1.00") });
  await quotes.settled();
  assertEquals(await resting(), ["bid 0.4000 1.00"]);
  assertEquals(answers.filter((answer) => answer.startsWith("POST")).length, 1);
  const resolved = events.find(({ type }) => type === "resolved");
  // What the stream tells may be faster than the answer that is none.
  assert(resolved === undefined || resolved.type === "resolved" && resolved.tookEffect);
});

test("an order that never arrived is sent again under its id, for what is wished by then", async () => {
  await using scene = await start();
  const { quotes, ticker, events, client } = scene;
  scene.exchange.fail({ status: 503, ...orders });
  // The first look for it takes its time.
  scene.exchange.fail({ delayMs: 50, method: "GET", path: "/portfolio/orders" });
  await quotes.set(ticker, { bid: level("0.4000", "1.00") });
  await until(() => events.some(({ type }) => type === "unknown"));
  await quotes.set(ticker, { bid: level("0.4100", "2.00") });
  await quotes.settled();
  const { items } = await client.orders.list({});
  const unknown = events.find(({ type }) => type === "unknown");
  assert(unknown?.type === "unknown");
  assertEquals(
    items.map((order) => [order.client_order_id, order.yes_price_dollars, order.remaining_count_fp]),
    [
      [unknown.order.clientOrderId, "0.4100", "2.00"],
    ],
  );
  assertEquals(quotes.stats().unknown, 1);
});

test("an order that may still arrive counts until it cannot, and is not sent again where nothing is wished", async () => {
  await using scene = await start({ lateMs: 200 });
  const { quotes, ticker, events, answers } = scene;
  scene.exchange.fail({ status: 503, ...orders });
  scene.exchange.fail({ delayMs: 50, method: "GET", path: "/portfolio/orders" });
  await quotes.set(ticker, { bid: level("0.4000", "1.00") });
  await until(() => events.some(({ type }) => type === "unknown"));
  await quotes.set(ticker, { bid: null });
  assertEquals(quotes.orders.length, 1);
  await quotes.settled();
  assertEquals([quotes.orders, answers.filter((answer) => answer.startsWith("POST")).length], [[], 1]);
  const resolved = events.find(({ type }) => type === "resolved");
  assertEquals(resolved?.type === "resolved" && resolved.tookEffect, false);
});

test("a lost amend and a lost cancel are looked up", async () => {
  await using scene = await start();
  const { quotes, ticker, resting, exchange, events } = scene;
  await quotes.set(ticker, { bid: level("0.4000", "9.00") });
  await quotes.settled();
  for (const [at, afterProcessing] of [true, false].entries()) {
    exchange.fail({ status: 500, method: "POST", path: "/amend", afterProcessing });
    await quotes.set(ticker, { bid: level("0.4000", `${5 - at}.00`) });
    await quotes.settled();
    assertEquals(await resting(), [`bid 0.4000 ${5 - at}.00`]);
  }
  for (const afterProcessing of [false, true]) {
    exchange.fail({ status: 500, method: "DELETE", path: "/orders/", afterProcessing });
    await quotes.set(ticker, null);
    await quotes.settled();
    assertEquals(await resting(), []);
    await quotes.set(ticker, { bid: level("0.4000", "1.00") });
    await quotes.settled();
  }
  assertEquals(quotes.orders.length, 1);
  assert(events.some(({ type }) => type === "unknown"));
});

test("a fill that races an amend leaves less, never more", async () => {
  await using scene = await start();
  const { quotes, ticker, resting, exchange } = scene;
  await quotes.set(ticker, { bid: level("0.4000", "10.00") });
  await quotes.settled();
  exchange.fail({ delayMs: 50, method: "POST", path: "/amend" });
  await quotes.set(ticker, { bid: level("0.4000", "6.00") });
  await until(() => quotes.stats().underWay === 1);
  exchange.placeCounterOrder({ ticker, side: "ask", price: "0.4000", count: "4" });
  await until(() => quotes.position(ticker) === "4.00");
  await quotes.settled();
  // Six were wished, and four of them have filled.
  assertEquals(await resting(), ["bid 0.4000 2.00"]);
});

test("a loaded account stays inside its rate budget: nothing is answered with 429", async () => {
  await using scene = await start({}, { exchange: { rateLimits: true }, client: { rateLimit: "auto" } });
  const { quotes, ticker, resting, answers, exchange } = scene;
  const tickers = [ticker, exchange.listMarket({ ticker: "EVENT-B" })];
  for (let round = 0; round < 30; round++) {
    for (const of of tickers) {
      const cents = 20 + round;
      await quotes.set(of, { bid: [level(`0.${cents}00`, "1.00"), level(`0.${cents - 1}00`, "1.00")] });
    }
    await until(() => quotes.stats().underWay < 8);
  }
  await quotes.settled();
  assertEquals(await resting(), ["bid 0.4800 1.00", "bid 0.4800 1.00", "bid 0.4900 1.00", "bid 0.4900 1.00"]);
  assertEquals(answers.filter((answer) => answer.endsWith("429")), []);
});

test("several orders of a side that never arrived are each sent again", async () => {
  await using scene = await start();
  const { quotes, ticker, client } = scene;
  scene.exchange.fail({ status: 503, times: 3, ...orders });
  await quotes.set(ticker, { bid: ["0.4000", "0.3900", "0.3800"].map((price) => level(price, "1.00")) });
  await quotes.settled();
  const { items } = await client.orders.list({});
  assertEquals(items.map((order) => order.yes_price_dollars).sort(), ["0.3800", "0.3900", "0.4000"]);
});

test("a stream that has ended for good ends the quotes too", async () => {
  await using scene = await start();
  const { quotes, ticker, resting, stream } = scene;
  await quotes.set(ticker, { bid: level("0.4000", "1.00") });
  await quotes.settled();
  await stream.close();
  await until(async () => (await resting()).length === 0);
  const { state } = quotes;
  assertEquals(state.name === "killed" && state.cause.type, "stream-closed");
  await quotes.kill("once more");
});

test("cancels go first: what was wished before them and waits for the budget is not sent any more", async () => {
  const sent: string[] = [];
  await using scene = await start({ maxUnderWay: 2 }, {
    client: {
      // Five orders at once, and one more a second.
      rateLimit: { read: { tokensPerSecond: 1_000 }, write: { tokensPerSecond: 10, capacity: 60 } },
      onRequest: ({ method }) => method !== "GET" && sent.push(method),
    },
  });
  const { quotes, ticker, resting } = scene;
  const ladder = Array.from({ length: 20 }, (_, at) => level(`0.${40 - at}00`, "1.00"));
  await quotes.set(ticker, { bid: ladder });
  await until(() => sent.length >= 5);
  quotes.clear();
  await quotes.settled();
  assertEquals(await resting(), []);
  const first = sent.indexOf("DELETE");
  const later = sent.slice(first).filter((method) => method === "POST").length;
  // Only those that were in line for the budget already.
  assert(first >= 5 && later <= 2, sent.join(" "));
});

test("a manager whose signal aborts while it opens is stopped once, and asks nothing more", async () => {
  await using scene = await start();
  const { client, stream, answers } = scene;
  const controller = new AbortController();
  const port = restQuotePort({ client, stream });
  const open = port.open.bind(port);
  const aborting = Object.assign(port, {
    open: (sink: Parameters<typeof open>[0]) => {
      controller.abort();
      return open(sink);
    },
  });
  const quotes = await QuoteManager.open({ port: aborting, name: "other", signal: controller.signal });
  assertEquals(quotes.state.name, "stopped");
  const asked = answers.length;
  assert(asked > 0);
  await quotes.stop();
  assertEquals([quotes.state.name, answers.length], ["stopped", asked]);
});
