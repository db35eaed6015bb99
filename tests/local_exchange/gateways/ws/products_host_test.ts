/** What the WebSockets of all products have in common: subscriptions and their numbers, handshakes, faults. */
import { assert, assertEquals } from "@std/assert";
import WebSocket from "ws";
import type { LocalExchangeOptions } from "../../../../src/local_exchange/mod.ts";
import { LocalExchange } from "../../../../src/local_exchange/mod.ts";
import { ManualClock } from "../../../../src/testing/manual_clock.ts";
import { test } from "../../../support/test.ts";
import { until } from "../../../support/until.ts";
import { orderOf, type TestedProduct, testedProducts } from "../../support/products.ts";
import { Session } from "../../support/session.ts";
import { eventFrames, perpsFrames } from "./support/async_spec.ts";
import { RawClient } from "./support/raw_client.ts";

/** What is read in the specification of each. */
const specs = new Map([[testedProducts.event, eventFrames], [testedProducts.perps, perpsFrames]]);

async function setUp(product: TestedProduct, options: LocalExchangeOptions = {}) {
  const exchange = await LocalExchange.start({ ...product.options, ...options });
  const tickers = ["KXONE", "KXTWO", "KXTHREE"].map((ticker) => product.list(exchange, ticker));
  const account = await exchange.createAccount();
  const wsBaseUrl = product.wsBaseUrl(exchange);
  const connect = (auth = account.auth) =>
    RawClient.connect({ clock: exchange.clock, wsBaseUrl }, auth, specs.get(product));
  const sockets = product.sockets(exchange);
  const [ticker = "", second = "", third = ""] = tickers;
  const rest = new Session(exchange, account.auth);
  return {
    exchange,
    account,
    connect,
    client: await connect(),
    sockets,
    rest,
    wsBaseUrl,
    ticker,
    second,
    third,
  };
}

/** The status that a handshake is refused with. */
function refusal(url: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { headers });
    socket.on(
      "unexpected-response",
      (_: unknown, response: { readonly statusCode: number }) => resolve(response.statusCode),
    );
    socket.on("open", () => reject(new Error("it was let in")));
    socket.on("error", () => {});
  });
}

for (const [name, product] of Object.entries(testedProducts)) {
  const { price, counter, levelsOf, changeOf } = product;

  test(`${name}: every type of frame that orders and groups feed is as its specification says`, async () => {
    const { exchange, client, rest, ticker } = await setUp(product);
    await using _ = exchange;
    await using __ = client;
    const channels = ["ticker", "trade", "order_group_updates", ...Object.keys(product.ownChannels)];
    for (const channel of channels) await client.command("subscribe", { channels: [channel] });
    const books = { channels: ["orderbook_delta"], market_tickers: [ticker], ...product.bookParams };
    await client.command("subscribe", books);
    const { value: group } = await rest.post(`${product.groups}/create`, { contracts_limit: 5 });
    const order_group_id = group.order_group_id;
    await rest.post(product.orders, orderOf(product, { ticker, cents: 40, count: "3.00", order_group_id }));
    counter(exchange, { ticker, side: "ask", cents: 40, count: "1.00" });
    await rest.put(`${product.groups}/${order_group_id}/trigger`);
    await client.of("order_group_updates", 2);
    await client.of("user_order", 3);
    await client.of("ticker");
    const seen = new Set(client.frames.map(({ type }) => type));
    const types = [
      "ticker",
      "trade",
      "order_group_updates",
      "orderbook_snapshot",
      "orderbook_delta",
      ...Object.values(product.ownChannels),
    ];
    assertEquals(types.filter((type) => !seen.has(type)), []);
    client.check();
  });

  test(`${name}: commands that are wrong get Kalshi's error codes`, async () => {
    const { exchange, client } = await setUp(product);
    await using _ = exchange;
    await using __ = client;
    const { sid: trade } = (await client.command("subscribe", { channels: ["trade"] }))[0].msg;
    const { sid: groups } = (await client.command("subscribe", { channels: ["order_group_updates"] }))[0].msg;
    const wrong: [number, string, unknown?][] = [
      [2, "subscribe"],
      [3, "subscribe", {}],
      [4, "unsubscribe", {}],
      [5, "nonsense", {}],
      [7, "unsubscribe", { sids: [999] }],
      [7, "update_subscription", { sid: 999, action: "add_markets" }],
      [8, "subscribe", { channels: ["multivariate"] }],
      [11, "subscribe", { channels: ["ticker"], market_ticker: "A", market_tickers: ["B"] }],
      [11, "subscribe", { channels: ["ticker"], market_tickerz: ["A"] }],
      [12, "update_subscription", { sids: [trade, groups], action: "add_markets" }],
      [13, "update_subscription", { sid: groups, action: "add_markets", market_tickers: ["A"] }],
      [13, "update_subscription", { sid: trade, action: "get_snapshot", market_tickers: ["A"] }],
      [14, "subscribe", { channels: ["orderbook_delta"] }],
      [14, "update_subscription", { sid: trade, action: "add_markets" }],
      [15, "update_subscription", { sid: trade }],
    ];
    for (const [code, cmd, params] of wrong) {
      const answer = (await client.command(cmd, params)).at(-1);
      assertEquals([answer.type, answer.msg?.code], ["error", code], `${cmd} ${JSON.stringify(params)}`);
    }
    client.check();
  });

  test(`${name}: one sid for each channel, whose numbers all that it says shares; books on both sides`, async () => {
    const { exchange, client, ticker: a, second: b, third: c } = await setUp(product);
    await using _ = exchange;
    await using __ = client;
    counter(exchange, { ticker: a, side: "bid", cents: 40, count: "2.00" });
    counter(exchange, { ticker: a, side: "ask", cents: 61, count: "3.00" });
    const options = { channels: ["orderbook_delta"], ...product.bookParams };
    await client.command("subscribe", { ...options, market_ticker: a });
    const [{ sid, seq, msg }] = await client.of("orderbook_snapshot");
    assertEquals([seq, msg.market_ticker], [1, a]);
    assertEquals(levelsOf(msg), { bid: [[price(40), "2.00"]], ask: [[price(61), "3.00"]] });
    // A repeat on the channel is no error: it adds.
    await client.command("subscribe", { ...options, market_tickers: [a, b] });
    const [ok] = await client.of("ok");
    const [, empty] = await client.of("orderbook_snapshot", 2);
    assertEquals([ok.sid, ok.seq, ok.msg.market_tickers], [sid, 2, [a, b]]);
    assertEquals([empty.seq, levelsOf(empty.msg)], [3, { bid: [], ask: [] }]);
    const added = await client.command("update_subscription", {
      sids: [sid],
      action: "add_markets",
      market_tickers: [c],
    });
    assertEquals([added[0].seq, added[0].msg.market_tickers], [4, [a, b, c]]);
    await client.of("orderbook_snapshot", 3);
    counter(exchange, { ticker: c, side: "bid", cents: 20, count: "1.00" });
    const [change] = await client.of("orderbook_delta");
    assertEquals([change.seq, changeOf(change.msg)], [6, ["bid", price(20), "1.00"]]);
    await client.command("update_subscription", { sid, action: "delete_markets", market_tickers: [c, b] });
    counter(exchange, { ticker: c, side: "bid", cents: 20, count: "1.00" });
    counter(exchange, { ticker: a, side: "ask", cents: 61, count: "1.00" });
    const [, next] = await client.of("orderbook_delta", 2);
    assertEquals([next.msg.market_ticker, changeOf(next.msg)], [a, ["ask", price(61), "1.00"]]);
    const gone = (await client.command("unsubscribe", { sids: [sid] })).at(-1);
    assertEquals([gone.type, gone.sid, gone.seq], ["unsubscribed", sid, next.seq + 1]);
    client.check();
  });

  test(`${name}: private messages go to their owner alone, and only one's own changes carry client_order_id`, async () => {
    const { exchange, client, rest, connect, ticker } = await setUp(product);
    await using _ = exchange;
    await using __ = client;
    const stranger = await exchange.createAccount();
    await using other = await connect(stranger.auth);
    const channels = Object.keys(product.ownChannels);
    for (const reader of [client, other]) {
      await reader.command("subscribe", { channels }, channels.length);
      await reader.command("subscribe", { channels: ["orderbook_delta"], market_tickers: [ticker] });
    }
    const mine = { ticker, cents: 50, count: "2.00", client_order_id: "mine-1" };
    await rest.post(product.orders, orderOf(product, mine));
    counter(exchange, { ticker, side: "ask", cents: 50, count: "2.00" });
    const [fill] = await client.of("fill");
    assertEquals(
      [fill.msg.client_order_id, product.positionAfter(fill.msg), fill.msg.is_taker],
      ["mine-1", "2.00", false],
    );
    const [own] = await client.of("orderbook_delta");
    assertEquals([own.msg.client_order_id, own.msg.subaccount], ["mine-1", 0]);
    const [seen] = await other.of("orderbook_delta");
    assertEquals([seen.msg.client_order_id, seen.msg.subaccount], [undefined, undefined]);
    await other.command("list_subscriptions");
    const types = Object.values(product.ownChannels);
    assertEquals(other.frames.filter(({ type }) => types.includes(type)), []);
    client.check();
    other.check();
  });

  test(`${name}: user_order says why the order last changed, and nothing where none of Kalshi's reasons applies`, async () => {
    const { exchange, client, rest, ticker } = await setUp(product, { clock: new ManualClock() });
    await using _ = exchange;
    await using __ = client;
    await client.command("subscribe", { channels: ["user_orders"] });
    const { orders } = product;
    const place = async (side: "bid" | "ask", cents: number, more: object = {}) =>
      (await rest.post(orders, orderOf(product, { ticker, side, cents, count: "3.00", ...more }))).value
        .order_id;
    const somebody = (side: "bid" | "ask", cents: number) =>
      counter(exchange, { ticker, side, cents, count: "1.00" });
    const a = await place("bid", 40);
    somebody("ask", 40);
    await rest.post(`${orders}/${a}/amend`, { ticker, side: "bid", price: price(39), count: "3.00" });
    await rest.post(`${orders}/${a}/decrease`, { reduce_by: "1.00" });
    const atOnce = { time_in_force: "immediate_or_cancel" };
    await place("ask", 39, { self_trade_prevention_type: "maker", ...atOnce });
    await rest.delete(`${orders}/${await place("bid", 30)}`);
    await place("bid", 20, { expiration_time: Math.floor(exchange.clock.now() / 1_000) + 60 });
    exchange.clock.advance(61_000);
    somebody("bid", 25);
    // One contract is held, and three are to be sold.
    await place("ask", 25, { reduce_only: true, ...atOnce });
    somebody("ask", 50);
    assertEquals(await place("bid", 50, { post_only: true }), undefined);
    const paused = await place("bid", 21, { cancel_order_on_pause: true });
    product.pause(exchange, "trading");
    product.pause(exchange, "nothing");
    const told = (await client.of("user_order", 14)).map(({ msg }) => msg.last_update_reason ?? "-");
    assertEquals(told, [
      "-",
      "Trade",
      "Amend",
      "Decrease",
      "SelfTradeCancel",
      "-", // the rest of the immediate-or-cancel order
      "-",
      "-", // canceled by its owner
      "-",
      "ExpiryCancel",
      "ReduceOnlyCancel",
      "PostOnlyCrossCancel",
      "-",
      "HaltCancel",
    ]);
    assert(client.frames.some(({ type, msg }) => type === "user_order" && msg.order_id === paused));
    client.check();
  });

  test(`${name}: handshakes: signature, time, path and scopes are checked; refusals can be asked for`, async () => {
    const { exchange, account, client, connect, sockets, wsBaseUrl: url } = await setUp(product);
    await using _ = exchange;
    await using __ = client;
    const { pathname } = new URL(url);
    const signed = () => account.auth.headers("GET", pathname);
    assertEquals(await refusal(url, {}), 401);
    assertEquals(
      await refusal(url, { ...await signed(), "KALSHI-ACCESS-SIGNATURE": btoa("x".repeat(64)) }),
      401,
    );
    assertEquals(await refusal(url, await account.auth.headers("GET", "/trade-api/v2/ws")), 401);
    assertEquals(await refusal(url.replace("/ws/v2", "/ws/v3"), await signed()), 404);
    exchange.setClockSkew(60_000);
    assertEquals(await refusal(url, await signed()), 401);
    exchange.setClockSkew(0);
    sockets.refuse({ status: 503, times: 2 });
    assertEquals(await refusal(url, await signed()), 503);
    assertEquals(await refusal(url, await signed()), 503);
    const again = await connect();
    assertEquals(sockets.open, 2);
    await again[Symbol.asyncDispose]();
    await until(() => sockets.open === 1);
  });

  test(`${name}: faults: frames dropped, repeated, swapped, damaged and cut`, async () => {
    const { exchange, client, sockets, ticker } = await setUp(product);
    await using _ = exchange;
    await using __ = client;
    await client.command("subscribe", { channels: ["orderbook_delta"], market_tickers: [ticker] });
    await client.command("subscribe", { channels: ["trade"] });
    const change = () => counter(exchange, { ticker, side: "bid", cents: 10, count: "1.00" });
    const faults = ["drop", "repeat", "reorder", "corrupt", "truncate"] as const;
    for (const fault of faults) {
      sockets.fail({ fault, channel: "orderbook_delta" });
      for (let n = 0; n < 3; n++) change();
    }
    sockets.fail({ fault: "drop", channel: "trade" });
    sockets.clearFaults();
    change();
    const numbers = () =>
      client.frames.slice(3).map(({ type, seq }) => type === "unreadable" ? "x" : seq - 1);
    await until(() => numbers().at(-1) === 16);
    // dropped 1; repeated 4; 7 after 8; 10 damaged; 13 cut
    assertEquals(numbers(), [2, 3, 4, 4, 5, 6, 8, 7, 9, "x", 11, 12, "x", 14, 15, 16]);
  });

  test(`${name}: faults: several swaps in a row, one that is called off, and a subscription that ends`, async () => {
    const { exchange, client, sockets, ticker } = await setUp(product);
    await using _ = exchange;
    await using __ = client;
    await client.command("subscribe", { channels: ["orderbook_delta"], market_tickers: [ticker] });
    const change = () => counter(exchange, { ticker, side: "bid", cents: 10, count: "1.00" });
    const numbers = () => client.frames.slice(2).map(({ seq }) => seq);
    sockets.fail({ fault: "reorder", times: 2 });
    for (let n = 0; n < 4; n++) change();
    sockets.fail({ fault: "reorder" });
    change();
    sockets.clearFaults();
    change();
    await until(() => numbers().length === 6);
    assertEquals(numbers(), [3, 2, 5, 4, 6, 7]);

    sockets.fail({ fault: "error", channel: "orderbook_delta", code: 25 });
    const [error] = await client.of("error", 1);
    assertEquals([error.seq, error.msg.code], [8, 25]);
    specs.get(product)?.checkFrame(error);
    assertEquals((await client.command("list_subscriptions")).at(-1).msg, []);
  });

  test(`${name}: faults: stalled, half-open, closed, cut, broken frames and restarts`, async () => {
    const clock = new ManualClock();
    const { exchange, account, client, connect, sockets } = await setUp(product, { clock });
    await using _ = exchange;
    await using __ = client;
    sockets.fail({ fault: "stall", forMs: 30 });
    const answered = client.command("list_subscriptions");
    await clock.advance(29);
    await using later = await connect();
    await later.command("list_subscriptions");
    assertEquals(client.frames, []);
    await clock.advance(1);
    await answered;

    const ends: Record<string, number | undefined> = {};
    for (
      const [name, act] of [
        ["close", () => sockets.fail({ fault: "close", code: 4_321, reason: "on request" })],
        ["cut", () => sockets.fail({ fault: "cut" }, account.id)],
        ["bad-frame", () => sockets.fail({ fault: "bad-frame" })],
        ["cut-frame", () => sockets.fail({ fault: "cut-frame" })],
        ["restart", () => sockets.restart()],
      ] as const
    ) {
      const victim = await connect();
      act();
      await until(() => victim.closed !== undefined);
      ends[name] = victim.closed?.code;
    }
    // Clients differ in what they call a frame that may not be.
    assert([1002, 1006].includes(ends["bad-frame"] ?? 0));
    assertEquals(ends, {
      close: 4_321,
      cut: 1006,
      "bad-frame": ends["bad-frame"],
      "cut-frame": 1006,
      restart: 1012,
    });

    const deaf = await connect();
    sockets.fail({ fault: "half-open" });
    deaf.send({ id: 1, cmd: "list_subscriptions" });
    const heard = await connect();
    await heard.command("list_subscriptions");
    assertEquals(deaf.frames, []);
    const { sid } = (await heard.command("subscribe", { channels: ["trade"] }))[0].msg;
    assert(sid > 1_000);
    await deaf[Symbol.asyncDispose]();
    await heard[Symbol.asyncDispose]();
  });
}

test("the sockets of one product know nothing of the other's faults, and neither do their channels", async () => {
  const { perps, event } = testedProducts;
  const { exchange, account, client, ticker } = await setUp(perps);
  await using _ = exchange;
  await using __ = client;
  await using other = await RawClient.connect(exchange, account.auth);
  exchange.sockets.fail({ fault: "drop", times: 5 });
  await client.command("subscribe", { channels: ["ticker"], market_tickers: [ticker] });
  exchange.sockets.clearFaults();
  exchange.perps.sockets.restart();
  await until(() => client.closed !== undefined);
  assertEquals((await other.command("list_subscriptions")).at(-1).type, "ok");
  const refused = (act: () => void) => {
    try {
      act();
    } catch (error) {
      return `${error}`;
    }
    return "";
  };
  const withhold = { fault: "withhold", channel: "market_positions" } as const;
  assert(refused(() => perps.sockets(exchange).fail(withhold)).includes("a channel"));
  assertEquals(refused(() => event.sockets(exchange).fail(withhold)), "");
  assert(
    refused(() => perps.sockets(exchange).publish("cfbenchmarks_value", {})).includes("orderbook_delta"),
  );
});

test("perps: a market has one ticker a second at most, of which the last tells what there is", async () => {
  const clock = new ManualClock(1_790_000_000_000);
  const { exchange, client, ticker } = await setUp(testedProducts.perps, { clock });
  await using _ = exchange;
  await using __ = client;
  await client.command("subscribe", { channels: ["ticker"], market_tickers: [ticker] });
  await client.command("subscribe", { channels: ["trade"], market_tickers: [ticker] });
  const quote = async (cents: number) => {
    testedProducts.perps.counter(exchange, { ticker, side: "bid", cents, count: "1.00" });
    await clock.advance(100);
  };
  for (const cents of [10, 11, 12, 13, 14]) await quote(cents);
  assertEquals((await client.of("ticker")).map(({ msg }) => msg.bid), ["10.1000"]);
  await clock.advance(600);
  const [, last] = await client.of("ticker", 2);
  assertEquals(last.msg.bid, "10.1400");
  await client.command("list_subscriptions");
  assertEquals((await client.of("ticker")).length, 2);
  exchange.perps.setIndexPrice(ticker, "10.2000");
  await clock.advance(1_000);
  const [, , marked] = await client.of("ticker", 3);
  assertEquals(marked.msg.reference_price.price, "10.2000");
  // The exchange's own time counts, also where it was moved or stands still.
  exchange.clock.stop();
  exchange.perps.setIndexPrice(ticker, "10.3000");
  await clock.advance(5_000);
  assertEquals((await client.of("ticker")).length, 3);
  exchange.clock.run();
  exchange.clock.advance(1_000);
  const [, , , moved] = await client.of("ticker", 4);
  assertEquals(moved.msg.reference_price.price, "10.3000");
  client.check();
});
