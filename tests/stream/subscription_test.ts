import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  KalshiAbortError,
  KalshiConfigError,
  type KalshiError,
  KalshiTimeoutError,
} from "../../src/base/errors.ts";
import {
  KalshiStreamClosedError,
  KalshiStreamError,
  KalshiStreamOverflowError,
} from "../../src/stream/mod.ts";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";
import { startTimed, type TimedExchange } from "./support/timed_exchange.ts";
import { take } from "./support/take.ts";

const config = { retryBaseDelayMs: 1_000, wsMaxRetries: 3, wsPingIntervalMs: 1_000_000 };

/** Something happens on a channel; the exchange numbers it and sends it to those who asked for its market. */
const trade = (venue: TimedExchange, market_ticker: string, n: number) =>
  venue.exchange.sockets.publish("trade", { trade_id: `${n}`, market_ticker });

/** A frame as it is. */
const send = (venue: TimedExchange, frame: object) => venue.exchange.sockets.send(JSON.stringify(frame));

const rawTrade = (venue: TimedExchange, market_ticker: string, sid: number, seq: number) =>
  send(venue, { type: "trade", sid, seq, msg: { trade_id: `${seq}`, market_ticker } });

const ids = (items: readonly object[]) =>
  items.map((item) => {
    const { type, msg } = item as { type: string; msg?: { trade_id?: string } };
    return msg?.trade_id ?? type;
  });

test("subscribe resolves at the acknowledgement, and frames that came before the loop are in it", async () => {
  await using venue = await startTimed();
  const stream = await venue.connect({}, config);
  let done = false;
  venue.exchange.sockets.fail({ fault: "ignore", command: "subscribe" });
  const pending = stream.subscribe("trade", { market_tickers: ["A", "B"] }).then((
    made,
  ) => (done = true, made));
  await venue.clock.advance(100);
  assertEquals(done, false);
  assertEquals(venue.wire.sent("subscribe"), [
    {
      id: 1,
      cmd: "subscribe",
      params: { channels: ["trade"], market_tickers: ["A", "B"], skip_ticker_ack: true },
    },
  ]);
  rawTrade(venue, "A", 7, 1); // before the acknowledgement, which should not be
  send(venue, { id: 1, type: "subscribed", msg: { channel: "trade", sid: 7 } });
  rawTrade(venue, "B", 7, 2);
  rawTrade(venue, "C", 7, 3);
  const trades = await pending;
  assertEquals(ids(await take(trades, 2)), ["1", "2"]);
  await stream.close();
});

test("a message's type is not always its channel's name, and unknown types go to the hook", async () => {
  await using venue = await startTimed();
  const unknown: string[] = [];
  const stream = await venue.connect({ onUnknown: ({ type }) => unknown.push(type) }, config);
  const orders = await stream.subscribe("user_orders");
  const positions = await stream.subscribe("market_positions");
  const lifecycle = await stream.subscribe("market_lifecycle_v2");
  const { sockets } = venue.exchange;
  sockets.publish("user_orders", { order_id: "o", ticker: "A" }, "user_order");
  sockets.publish("market_positions", { market_ticker: "A" }, "market_position");
  sockets.publish("market_lifecycle_v2", { event_ticker: "E" }, "event_fee_update");
  sockets.publish("market_lifecycle_v2", { event_ticker: "E" }, "brand_new");
  sockets.publish("market_lifecycle_v2", { market_ticker: "A" });
  send(venue, { type: "hello", msg: {} });
  assertEquals((await take(orders, 1)).map(({ type }) => type), ["user_order"]);
  assertEquals((await take(positions, 1)).map(({ type }) => type), ["market_position"]);
  assertEquals((await take(lifecycle, 2)).map(({ type }) => type), [
    "event_fee_update",
    "market_lifecycle_v2",
  ]);
  assertEquals(unknown, ["brand_new", "hello"]);
  assertEquals(stream.stats().unknown, 2);
  await stream.close();
});

test("a channel that is not known here can be subscribed to, with any parameters", async () => {
  await using venue = await startTimed();
  const stream = await venue.connect({}, config);
  venue.exchange.sockets.fail({ fault: "ignore", command: "subscribe" });
  const subscribing = stream.subscribe("news", { market_tickers: ["A"], flavour: "mild" });
  await venue.clock.advance(0);
  send(venue, { id: 1, type: "subscribed", msg: { channel: "news", sid: 7 } });
  const news = await subscribing;
  assertEquals(venue.wire.sent("subscribe")[0]?.params, {
    channels: ["news"],
    flavour: "mild",
    market_tickers: ["A"],
    skip_ticker_ack: true,
  });
  send(venue, { type: "anything", sid: 7, msg: { market_ticker: "A" } });
  assertEquals((await take(news, 1)).map(({ type }) => type), ["anything"]);
  await stream.close();
});

test("wrong parameters are refused before anything is sent", async () => {
  await using venue = await startTimed();
  const stream = await venue.connect({}, config);
  const wrong: [() => Promise<unknown>, string][] = [
    [() => stream.subscribe("trade", { market_tickerz: ["A"] } as never), "Did you mean market_tickers"],
    [() => stream.subscribe("trade", { market_tickers: [] }), "one or more"],
    [() => stream.subscribe("trade", { market_tickers: "A" } as never), "one or more"],
    [() => stream.subscribe("trade", { market_ids: ["x"] } as never), "no option"],
    [() => stream.subscribe("ticker", { market_tickers: ["A"], market_ids: ["x"] }), "one of"],
    [() => stream.subscribe("orderbook_delta"), "needs market_tickers"],
    [() => stream.subscribe("order_group_updates", { market_tickers: ["A"] } as never), "no option"],
    [() => stream.subscribe("trade", {}, { queue: { policy: "block" as never } }), "queue: `policy`"],
    [() => stream.subscribe("trade", {}, { queue: { limit: 0 } }), "queue: `limit`"],
    [() => stream.fills({}, { recover: true }), "client.stream()"],
    [
      () => stream.subscribe("orderbook_delta", { market_ticker: "A", use_yes_price: "yes" } as never),
      "true or false",
    ],
    [() => stream.subscribe("ticker", { send_initial_snapshot: 1 } as never), "true or false"],
    [() => stream.subscribe("communications", { shard_factor: "2" } as never), "whole number from 1 to 100"],
    [() => stream.subscribe("communications", { shard_factor: 101 }), "whole number from 1 to 100"],
    [() => stream.subscribe("communications", { user_filter: "me" } as never), '"self"'],
  ];
  for (const odd of [null, "A", ["A"], 7, new Map(), new AbortController().signal]) {
    wrong.push([
      () => stream.subscribe("trade", odd as never),
      "plain object such as { market_tickers: [ticker] }",
    ]);
    wrong.push([() => stream.on("trade", () => {}, odd as never), "plain object"]);
    wrong.push([() => stream.fills(odd as never), "plain object"]);
    wrong.push([
      () => stream.subscribe("trade", {}, odd === null ? 7 as never : odd as never),
      "object of options",
    ]);
  }
  for (const [call, message] of wrong) await assertRejects(call, KalshiConfigError, message);
  assertEquals(venue.wire.socket.commands, []);
  await stream.close();
});

test("readers of one channel share one sid; each gets what it asked for", async () => {
  await using venue = await startTimed();
  const stream = await venue.connect({}, config);
  const a = await stream.subscribe("trade", { market_ticker: "A" });
  const ab = await stream.subscribe("trade", { market_tickers: ["A", "B"] });
  const { socket } = venue.wire;
  assertEquals(socket.commands.map(({ cmd, params }) => [cmd, params.action, params.market_tickers]), [
    ["subscribe", undefined, ["A"]],
    ["update_subscription", "add_markets", ["B"]],
  ]);
  trade(venue, "A", 1);
  trade(venue, "B", 2);
  assertEquals(ids(await take(a, 1)), ["1"]);
  assertEquals(ids(await take(ab, 2)), ["1", "2"]);
  assertEquals([a.stats.size, a.keys], [0, ["A"]]);

  await ab.unsubscribe();
  assertEquals(socket.commands.at(-1)?.params, {
    sids: [1],
    action: "delete_markets",
    market_tickers: ["B"],
  });
  await a.unsubscribe();
  await a.unsubscribe();
  assertEquals(socket.commands.at(-1), { id: 4, cmd: "unsubscribe", params: { sids: [1] } });
  assertEquals(stream.stats().queues, []);
  await stream.close();
});

test("add and remove send only what changes for Kalshi", async () => {
  await using venue = await startTimed();
  const stream = await venue.connect({}, config);
  const one = await stream.subscribe("ticker", { market_tickers: ["A"], send_initial_snapshot: true });
  const two = await stream.subscribe("ticker", { market_tickers: ["B"] });
  await one.add(["A", "B", "C"]);
  await one.remove(["B"]);
  await one.remove(["A", "C"]);
  assertEquals(venue.wire.socket.commands.map(({ params }) => params), [
    { channels: ["ticker"], send_initial_snapshot: true, market_tickers: ["A"], skip_ticker_ack: true },
    { sids: [1], action: "add_markets", market_tickers: ["B"], send_initial_snapshot: true },
    { sids: [1], action: "add_markets", market_tickers: ["C"], send_initial_snapshot: true },
    { sids: [1], action: "add_markets", market_tickers: ["B"], send_initial_snapshot: true },
    { sids: [1], action: "delete_markets", market_tickers: ["A", "C"] },
  ]);
  // Nothing named would mean everything: without markets there is no subscription.
  await two.remove(["B"]);
  assertEquals(venue.wire.socket.commands.at(-1)?.cmd, "unsubscribe");
  await one.add(["Z"]);
  assertEquals(venue.wire.socket.commands.at(-1)?.params.market_tickers, ["Z"]);
  const all = await stream.subscribe("order_group_updates");
  await assertRejects(() => all.add(["A"]), KalshiConfigError, "everything");
  assertThrows(() => two.snapshot(), KalshiConfigError, "no snapshots");
  await assertRejects(() => two.list(), KalshiConfigError, "no list");
  await stream.close();
});

test("changes made in one go are sent in one command", async () => {
  await using venue = await startTimed();
  const stream = await venue.connect({}, config);
  await Promise.all(
    Array.from({ length: 50 }, (_, n) => stream.subscribe("trade", { market_ticker: `M${n}` })),
  );
  assertEquals(venue.wire.socket.commands.length, 1);
  await stream.close();
});

test("tickers can be picked by id as well", async () => {
  await using venue = await startTimed();
  const stream = await venue.connect({}, config);
  const [a = "", b = ""] = venue.exchange.openTickers();
  const both = await stream.subscribe("ticker", { market_tickers: [a, b], send_initial_snapshot: true });
  const found = (await take(both, 2)).flatMap((item) => item.type === "ticker" ? [item.msg] : []);
  const market_id = found.find(({ market_ticker }) => market_ticker === b)?.market_id ?? "";
  await stream.close();

  const other = await venue.connect({}, config);
  const [byTicker, byId] = await Promise.all([
    other.subscribe("ticker", { market_tickers: [a] }),
    other.subscribe("ticker", { market_ids: [market_id] }),
  ]);
  assertEquals(venue.wire.socket.commands.map(({ params }) => params), [
    { channels: ["ticker"], market_tickers: [a], skip_ticker_ack: true },
    { sids: [2], action: "add_markets", market_ids: [market_id] },
  ]);
  venue.exchange.sockets.publish("ticker", { market_ticker: a, market_id: "another" });
  venue.exchange.sockets.publish("ticker", { market_ticker: b, market_id });
  assertEquals((await take(byTicker, 1)).map((item) => item.type === "ticker" && item.msg.market_ticker), [
    a,
  ]);
  assertEquals((await take(byId, 1)).map((item) => item.type === "ticker" && item.msg.market_ticker), [b]);
  await other.close();
});

test("a wider reader widens the subscription, and those who were there are told", async () => {
  await using venue = await startTimed();
  const stream = await venue.connect({}, config);
  const one = await stream.subscribe("trade", { market_ticker: "A" });
  const all = await stream.subscribe("trade");
  assertEquals(venue.wire.socket.commands.map(({ cmd, params }) => [cmd, params.market_tickers]), [
    ["subscribe", ["A"]],
    ["unsubscribe", undefined],
    ["subscribe", undefined],
  ]);
  trade(venue, "B", 1);
  trade(venue, "A", 2);
  assertEquals(ids(await take(one, 2)), ["gap", "2"]);
  assertEquals(ids(await take(all, 3)), ["gap", "1", "2"]);
  await all.unsubscribe();
  assertEquals(venue.wire.socket.commands.length, 3);
  await stream.close();
});

test("private channels are never cut by ticker at Kalshi, only here", async () => {
  await using venue = await startTimed();
  const stream = await venue.connect({}, config);
  const fills = await stream.fills({ market_tickers: ["A"] });
  assertEquals(venue.wire.socket.commands[0]?.params, { channels: ["fill"] });
  venue.exchange.sockets.publish("fill", { trade_id: "1", market_ticker: "B" });
  venue.exchange.sockets.publish("fill", { trade_id: "2", market_ticker: "A" });
  assertEquals(ids(await take(fills, 1)), ["2"]);
  await stream.close();
});

test("indices and underlyings: none, some, all, and the list of what there is", async () => {
  await using venue = await startTimed();
  const stream = await venue.connect({}, config);
  const index = await stream.subscribe("cfbenchmarks_value");
  await index.add(["BRTI"]);
  assertEquals(await index.list(), ["BRTI", "ETHUSD_RTI", "SOLUSD_RTI"]);
  await index.remove(["BRTI"]);
  const pyth = await stream.subscribe("pyth_value", { underlying_tickers: ["all"] });
  assertEquals(venue.wire.socket.commands.map(({ params }) => params), [
    { channels: ["cfbenchmarks_value"] },
    { sids: [1], action: "subscribe_indices", index_ids: ["BRTI"] },
    { sids: [1], action: "indexlist" },
    { sids: [1], action: "unsubscribe_indices", index_ids: ["BRTI"] },
    { channels: ["pyth_value"], underlying_tickers: ["all"] },
  ]);
  venue.exchange.sockets.publish("pyth_value", { underlying_ticker: "X" });
  assertEquals((await take(pyth, 1)).map(({ type }) => type), ["pyth_value"]);
  await stream.close();
});

test("one channel has one set of options on a stream", async () => {
  await using venue = await startTimed();
  const stream = await venue.connect({}, config);
  const first = await stream.subscribe("communications", { shard_factor: 4, shard_key: 1 });
  await stream.subscribe("communications", { shard_key: 1, shard_factor: 4 });
  await assertRejects(() => stream.subscribe("communications"), KalshiConfigError, "another stream");
  await assertRejects(
    async () => {
      await stream.subscribe("orderbook_delta", { market_ticker: "A", use_yes_price: false });
      await stream.orderBook("A");
    },
    KalshiConfigError,
    '"use_yes_price":false',
  );
  void first;
  await stream.close();
});

test("when the last reader leaves, the next one may choose other options", async () => {
  await using venue = await startTimed();
  const stream = await venue.connect({}, config);
  const first = await stream.subscribe("communications", { user_filter: "self" });
  const leaving = first.unsubscribe();
  const second = stream.subscribe("communications");
  await Promise.all([leaving, second]);
  assertEquals(venue.wire.socket.commands.map(({ cmd, params }) => [cmd, params.user_filter]), [
    ["subscribe", "self"],
    ["unsubscribe", undefined],
    ["subscribe", undefined],
  ]);
  await stream.close();
});

test("a second raw reader of a book gets a snapshot of its own", async () => {
  await using venue = await startTimed();
  const stream = await venue.connect({}, config);
  await stream.subscribe("orderbook_delta", { market_tickers: ["A", "B"] });
  await stream.subscribe("orderbook_delta", { market_tickers: ["B"] });
  assertEquals(venue.wire.socket.commands.at(-1)?.params, {
    sids: [1],
    action: "get_snapshot",
    market_tickers: ["B"],
  });
  await stream.close();
});

test("callbacks get every item, and what they throw goes to onError", async () => {
  await using venue = await startTimed();
  const errors: unknown[] = [];
  const stream = await venue.connect({ onError: (error) => errors.push(error) }, config);
  const seen: string[] = [];
  const reader = await stream.subscribe("trade");
  const handled = await stream.on("trade", (item) => {
    seen.push(item.type);
    if (item.type === "trade" && item.msg.trade_id === "1") throw new Error("mine");
  });
  trade(venue, "A", 1);
  trade(venue, "A", 2);
  await venue.clock.advance(0);
  assertEquals([seen, errors.length], [["trade", "trade"], 1]);
  await handled.unsubscribe();
  trade(venue, "A", 3);
  await venue.clock.advance(0);
  assertEquals(seen.length, 2);
  assertEquals(ids(await take(reader, 3)), ["1", "2", "3"]);
  await stream.close();
});

test("what an async callback rejects with goes to onError, and what a hook throws goes nowhere", async () => {
  await using venue = await startTimed();
  const errors: string[] = [];
  const onError = async (error: unknown) => {
    errors.push((error as Error).message);
    await Promise.reject(new Error("the hook's own"));
  };
  const stream = await venue.connect({ onError }, config);
  const log = console.error;
  const logged: unknown[] = [];
  console.error = (...words) => logged.push(words.join(" "));
  try {
    await stream.on("trade", async () => {
      await Promise.resolve();
      throw new Error("mine");
    });
    trade(venue, "A", 1);
    await venue.clock.advance(0);
    assertEquals(errors, ["mine"]);
    await until(() => logged.length === 1);
    assertEquals(logged, ["A hook threw: Error: the hook's own"]);
  } finally {
    console.error = log;
  }
  await stream.close();
});

test("a callback's owner hears when nothing comes any longer, but not of its own leaving", async () => {
  await using venue = await startTimed();
  const errors: unknown[] = [];
  const stream = await venue.connect({ onError: (error) => errors.push(error) }, {
    ...config,
    wsMaxRetries: 0,
  });
  const left = await stream.on("ticker", () => {});
  await left.unsubscribe();
  await stream.on("trade", () => {});
  assertEquals(errors, []);
  venue.exchange.sockets.fail({ fault: "close", code: 4_000 });
  await until(() => errors.length === 1);
  assert(errors[0] instanceof KalshiStreamClosedError);
  await assertRejects(() => stream.on("trade", () => {}), KalshiStreamClosedError);
  assertEquals(errors.length, 1);
});

test("defaults: tickers conflate, public feeds drop the oldest, private channels end with an error", async () => {
  await using venue = await startTimed();
  const stream = await venue.connect({}, config);
  const tickers = await stream.subscribe("ticker");
  const trades = await stream.subscribe("trade");
  const fills = await stream.subscribe("fill");
  const { sockets } = venue.exchange;
  for (let n = 1; n <= 2_000; n++) {
    sockets.publish("ticker", { market_ticker: `M${n % 3}`, n });
    trade(venue, "A", n);
    sockets.publish("fill", { trade_id: `${n}`, market_ticker: "A" });
  }
  await venue.clock.advance(0);
  assertEquals(stream.stats().queues, [
    { channel: "ticker", policy: "latest", size: 3, dropped: 0, conflated: 1_997 },
    { channel: "trade", policy: "drop-oldest", size: 1_024, dropped: 976, conflated: 0 },
  ]);
  const [first, second] = await take(trades, 2);
  assertEquals([first?.dropped, ids([first ?? {}])[0], second?.dropped], [976, "977", undefined]);
  const latest = (await take(tickers, 3)).map((item) => item.type === "ticker" && item.msg);
  assertEquals(latest.map((msg) => (msg as unknown as { n: number }).n), [1_999, 2_000, 1_998]);
  let held = 0;
  await assertRejects(
    async () => {
      for await (const item of fills) held += Number(item.type === "fill");
    },
    KalshiStreamOverflowError,
    'The queue of "fill" is full',
  );
  assertEquals(held, 1_024);
  assertEquals(stream.state, "open");
  await stream.close();
});

test("after a reconnect everything is restored in as few commands as possible, with one marker each", async () => {
  await using venue = await startTimed();
  const stream = await venue.connect({}, config);
  const fills = await stream.subscribe("fill");
  const orders = await stream.subscribe("user_orders");
  const groups = await stream.subscribe("order_group_updates");
  const trades = await stream.subscribe("trade", { market_tickers: ["A"] });
  const tickers = await stream.subscribe("ticker", { market_tickers: ["A"] });
  await trades.add(["B"]);
  await tickers.add(["B"]);
  await tickers.remove(["A"]);
  trade(venue, "A", 1);
  await venue.clock.advance(5_000);
  const lostAt = venue.clock.now() - 5_000;
  venue.exchange.sockets.fail({ fault: "cut" });
  await venue.clock.advance(1_000);
  assertEquals(
    venue.wire.socket.commands.map(({ params: { channels, market_tickers } }) => [channels, market_tickers]),
    [
      [["fill", "user_orders", "order_group_updates"], undefined],
      [["trade"], ["A", "B"]],
      [["ticker"], ["B"]],
    ],
  );
  trade(venue, "B", 2);
  const [before, marker, after] = await take(trades, 3);
  assertEquals(ids([before ?? {}, marker ?? {}, after ?? {}]), ["1", "reconnected", "2"]);
  assert(marker?.type === "reconnected");
  assertEquals(marker.missedFromMs, lostAt);
  assert(marker.missedToMs >= lostAt + 5_000);
  for (const other of [fills, orders, groups, tickers]) {
    assertEquals((await take<{ type: string }>(other, 1)).map(({ type }) => type), ["reconnected"]);
  }
  await stream.close();
});

test("a grouped restore that fails is tried channel by channel, and one refusal ends only its own readers", async () => {
  await using venue = await startTimed();
  const stream = await venue.connect({}, config);
  const fills = await stream.subscribe("fill");
  const orders = await stream.subscribe("user_orders");
  venue.wire.onOpen = () =>
    venue.exchange.sockets.fail({ fault: "refuse", code: 9, command: "subscribe", times: 2 });
  venue.exchange.sockets.fail({ fault: "cut" });
  await venue.clock.advance(1_000);
  assertEquals(venue.wire.socket.commands.map(({ params: { channels } }) => channels), [
    ["fill", "user_orders"],
    ["fill"],
    ["user_orders"],
  ]);
  await assertRejects(() => take(fills, 1), KalshiStreamError, "error 9");
  assertEquals((await take<{ type: string }>(orders, 1)).map(({ type }) => type), ["reconnected"]);
  await stream.close();
});

test("subscribing while it reconnects waits for the connection; leaving does not", async () => {
  await using venue = await startTimed();
  const stream = await venue.connect({}, config);
  const gone = await stream.subscribe("trade");
  venue.exchange.sockets.fail({ fault: "cut" });
  await venue.clock.advance(0);
  await gone.unsubscribe();
  const subscribing = stream.subscribe("fill");
  await venue.clock.advance(1_000);
  await subscribing;
  assertEquals(venue.wire.socket.commands.map(({ params: { channels } }) => channels), [["fill"]]);
  await stream.close();
});

test("timeoutMs and signal end a subscribe, which then leaves nothing at Kalshi", async () => {
  await using venue = await startTimed();
  const stream = await venue.connect({}, config);
  venue.exchange.sockets.fail({ fault: "stall", forMs: 1_000 });
  const slow = assertRejects(() => stream.subscribe("trade", {}, { timeoutMs: 500 }), KalshiTimeoutError);
  const controller = new AbortController();
  const aborted = assertRejects(
    () => stream.subscribe("fill", {}, { signal: controller.signal }),
    KalshiAbortError,
  );
  await venue.clock.advance(500);
  controller.abort();
  await slow;
  await aborted;
  // The answers come after all: both subscriptions are given back.
  assertEquals(venue.wire.sent("unsubscribe"), []);
  await venue.clock.advance(500);
  assertEquals(venue.wire.sent("unsubscribe").map(({ params }) => params.sids), [[1], [2]]);
  assertEquals(stream.stats().queues, []);
  await stream.close();
  assertEquals(venue.clock.pending, 0);
});

test("a subscription that nobody knows of is given back", async () => {
  await using venue = await startTimed();
  const stream = await venue.connect({}, config);
  send(venue, { type: "subscribed", msg: { channel: "ticker", sid: 99 } });
  await venue.clock.advance(0);
  assertEquals(venue.wire.socket.commands.map(({ cmd, params }) => [cmd, params.sids]), [["unsubscribe", [
    99,
  ]]]);
  await stream.close();
});

test("a repeat subscribe that answers ok is an acknowledgement, with or without the sid", async () => {
  for (const more of [{ sid: 1 }, {}]) {
    await using venue = await startTimed();
    const stream = await venue.connect({}, config);
    venue.exchange.sockets.fail({ fault: "ignore", command: "subscribe", afterProcessing: true });
    const subscribing = stream.subscribe("trade");
    await venue.clock.advance(0);
    send(venue, { id: 1, type: "ok", msg: {}, ...more });
    const trades = await subscribing;
    trade(venue, "A", 1);
    assertEquals(ids(await take(trades, 1)), ["1"]);
    await stream.close();
  }
});

test("passing errors are tried again with a pause; lasting ones are not", async () => {
  await using venue = await startTimed();
  const stream = await venue.connect({}, config);
  venue.exchange.sockets.fail({ fault: "refuse", code: 27, times: 3 });
  const subscribing = stream.subscribe("trade");
  await venue.clock.advance(20_000);
  await subscribing;
  assertEquals(venue.wire.socket.commands.length, 4);

  venue.exchange.sockets.fail({ fault: "refuse", code: 27, times: Infinity });
  const never = assertRejects(() => stream.subscribe("fill"), KalshiStreamError, "error 27");
  await venue.clock.advance(29_000);
  await never;
  assertEquals(venue.wire.socket.commands.length, 4 + 6);

  // Closed in such a pause, nothing is left.
  const last = assertRejects(() => stream.subscribe("fill"), KalshiStreamClosedError);
  await venue.clock.advance(0);
  await stream.close();
  await last;
  assertEquals(venue.clock.pending, 0);
});

test("tickers that are refused are forgotten, and the others stay", async () => {
  await using venue = await startTimed();
  const stream = await venue.connect({}, config);
  const trades = await stream.subscribe("trade", { market_tickers: ["A"] });
  venue.exchange.sockets.fail({ fault: "refuse", code: 11, ticker: "bad", times: Infinity });
  await assertRejects(() => trades.add(["bad"]), KalshiStreamError, "error 11");
  await trades.add(["C"]);
  assertEquals(trades.keys, ["A", "C"]);
  await stream.close();
});

for (const code of [10, 25, undefined]) {
  const name = code === undefined ? "unsubscribed" : `code ${code}`;
  test(`a subscription that Kalshi ends with ${name} is told and made anew`, async () => {
    await using venue = await startTimed();
    const errors: unknown[] = [];
    const stream = await venue.connect({ onError: (error) => errors.push(error) }, config);
    const trades = await stream.subscribe("trade", { market_tickers: ["A"] });
    trade(venue, "A", 1);
    if (code === undefined) {
      venue.exchange.sockets.fail({ fault: "forget", channel: "trade" });
      send(venue, { type: "unsubscribed", sid: 1, seq: 2 });
    } else venue.exchange.sockets.fail({ fault: "error", code, channel: "trade" });
    await venue.clock.advance(1_000);
    assertEquals(venue.wire.sent("subscribe").length, 2);
    trade(venue, "A", 2);
    assertEquals(ids(await take(trades, 3)), ["1", "gap", "2"]);
    assertEquals(errors.length, code === undefined ? 0 : 1);
    await stream.close();
  });
}

test("list_subscriptions shows a subscription that was lost without a word", async () => {
  await using venue = await startTimed();
  const runtime = venue.wire.watch(venue.exchange.createRuntime({ ping: false }));
  const stream = await venue.connect({ runtime }, { ...config, wsPingIntervalMs: 10_000 });
  const trades = await stream.subscribe("trade");
  venue.exchange.sockets.fail({ fault: "forget", channel: "trade" });
  await venue.clock.advance(12_000);
  assertEquals(venue.wire.sent("subscribe").length, 2);
  assertEquals((await take(trades, 1)).map(({ type }) => type), ["gap"]);
  await stream.close();
});

for (const fault of ["refuse", "ignore"] as const) {
  test(`a list of subscriptions that Kalshi does not give (${fault}) is told, and costs nothing`, async () => {
    await using venue = await startTimed();
    const errors: unknown[] = [];
    const onError = (error: unknown) => errors.push(error);
    const stream = await venue.connect({ onError }, { ...config, wsPingIntervalMs: 10_000 });
    await stream.subscribe("trade");
    const choice = { command: "list_subscriptions", times: 1 } as const;
    venue.exchange.sockets.fail(fault === "refuse" ? { ...choice, fault, code: 27 } : { ...choice, fault });
    // Pings are the signs of life: the sixth asks for the list as well.
    await venue.clock.advance(75_000);
    assertEquals(venue.wire.sent("list_subscriptions").length, 1);
    const codes = errors.map((error) => (error as Partial<KalshiError>).code);
    assertEquals(codes, [fault === "refuse" ? "STREAM" : "TIMEOUT"]);
    assertEquals([stream.state, stream.stats().reconnects, venue.wire.sent("subscribe").length], [
      "open",
      0,
      1,
    ]);
    await stream.close();
  });
}

test("missing numbers are told, repeated frames are dropped, late ones still come", async () => {
  await using venue = await startTimed();
  const stream = await venue.connect({}, config);
  const trades = await stream.subscribe("trade");
  for (const seq of [1, 2, 2]) rawTrade(venue, "A", 1, seq);
  const missedFromMs = venue.clock.now();
  await venue.clock.advance(3_000);
  send(venue, { type: "something", msg: {} });
  await venue.clock.advance(1_000);
  for (const seq of [5, 4, 6]) rawTrade(venue, "A", 1, seq);
  const missedToMs = venue.clock.now();
  const items = await take(trades, 6);
  assertEquals(ids(items), ["1", "2", "gap", "5", "4", "6"]);
  assertEquals(items[2], { type: "gap", missed: 2, reason: "sequence", missedFromMs, missedToMs });
  assertEquals([stream.stats().gaps, stream.stats().duplicates], [1, 1]);
  await stream.close();
});

test("a frame that cannot be read may have been anyone's: everyone is told", async () => {
  await using venue = await startTimed();
  const stream = await venue.connect({}, config);
  const fills = await stream.subscribe("fill");
  const missedFromMs = venue.clock.now();
  await venue.clock.advance(5_000);
  venue.exchange.sockets.send("{");
  assertEquals(await take(fills, 1), [
    { type: "gap", missed: undefined, reason: "unreadable", missedFromMs, missedToMs: missedFromMs + 5_000 },
  ]);
  await stream.close();
});

const BAD = "BAD";

/** Refuses every command with a name in it that Kalshi does not know, on the sockets to come. */
function refuseBad({ wire, exchange }: TimedExchange): void {
  wire.onOpen = () => exchange.sockets.fail({ fault: "refuse", code: 11, ticker: BAD, times: Infinity });
}

test("a bad ticker costs nobody else anything, while connected and while reconnecting", async () => {
  await using venue = await startTimed();
  refuseBad(venue);
  const stream = await venue.connect({}, config);
  const both = (bad: string[], good: string[]) =>
    Promise.allSettled([
      stream.subscribe("trade", { market_tickers: bad }),
      stream.subscribe("trade", { market_tickers: good }),
    ]);
  const [first, second] = await both([BAD], ["A"]);
  assertEquals([first?.status, second?.status], ["rejected", "fulfilled"]);

  venue.exchange.sockets.fail({ fault: "cut" });
  const many = Array.from({ length: 500 }, (_, n) => `M${n}`);
  const later = both([BAD, "B"], many);
  await venue.clock.advance(2_000);
  const [third, fourth] = await later;
  assertEquals([third?.status, fourth?.status], ["rejected", "fulfilled"]);
  await venue.clock.advance(0);
  assert(venue.wire.socket.commands.length < 30, `${venue.wire.socket.commands.length} commands`);

  const trades = second?.status === "fulfilled" ? second.value : undefined;
  assert(trades !== undefined);
  const [add, ok] = await Promise.allSettled([trades.add([BAD]), trades.add(["C"])]);
  assertEquals([add?.status, ok?.status], ["rejected", "fulfilled"]);
  assertEquals(trades.keys, ["A", "C"]);
  for (const [n, ticker] of ["A", "B", "C", "M7"].entries()) trade(venue, ticker, n + 1);
  assertEquals(ids(await take(trades, 3)), ["reconnected", "1", "3"]);
  await stream.close();
});

test("a ticker that has become unknown while reconnecting ends its readers alone", async () => {
  await using venue = await startTimed();
  const errors: unknown[] = [];
  const stream = await venue.connect({ onError: (error) => errors.push(error) }, config);
  const good = await stream.subscribe("trade", { market_tickers: ["A", BAD] });
  const gone = await stream.subscribe("trade", { market_tickers: [BAD] });
  refuseBad(venue);
  venue.exchange.sockets.fail({ fault: "cut" });
  await venue.clock.advance(2_000);
  await assertRejects(() => take(gone, 2), KalshiStreamError, "error 11");
  trade(venue, "A", 1);
  assertEquals(ids(await take(good, 2)), ["reconnected", "1"]);
  assertEquals([good.keys, errors.length], [["A"], 1]);
  await stream.close();
});

test("an answer that is lost leaves nobody with a subscription that is none", async () => {
  await using venue = await startTimed();
  const stream = await venue.connect({}, config);
  const first = await stream.subscribe("trade", { market_tickers: ["A"] });
  const { sockets } = venue.exchange;
  sockets.fail({ fault: "ignore", command: "unsubscribe", afterProcessing: true });
  void first.unsubscribe();
  await venue.clock.advance(1_000);
  const joining = stream.subscribe("trade", { market_tickers: ["A"] }, { timeoutMs: 120_000 });
  await venue.clock.advance(60_000);
  const second = await joining;
  trade(venue, "A", 1);
  assertEquals(ids(await take(second, 2)), ["gap", "1"]);

  // The same for a removal, whose ticker is wanted again.
  await second.add(["B"]);
  sockets.fail({ fault: "ignore", action: "delete_markets" });
  const removing = second.remove(["B"]).catch(() => {});
  await venue.clock.advance(1_000);
  const { commands } = venue.wire.socket;
  const before = commands.length;
  const adding = second.add(["B"], { timeoutMs: 120_000 });
  await venue.clock.advance(60_000);
  await Promise.all([removing, adding]);
  assertEquals(commands.slice(before).map(({ cmd }) => cmd), ["unsubscribe", "subscribe"]);
  assertEquals(commands.at(-1)?.params.market_tickers, ["A", "B"]);
  await stream.close();
});

test("an ended subscription whose sid is not told is found by asking which there are", async () => {
  await using venue = await startTimed();
  const stream = await venue.connect({}, config);
  const trades = await stream.subscribe("trade");
  await stream.subscribe("fill");
  venue.exchange.sockets.fail({ fault: "forget", channel: "trade" });
  send(venue, { type: "error", msg: { code: 25, msg: "Subscription buffer overflow" } });
  await venue.clock.advance(2_000);
  assertEquals(venue.wire.socket.commands.slice(-2).map(({ cmd }) => cmd), [
    "list_subscriptions",
    "subscribe",
  ]);
  assertEquals(venue.wire.socket.commands.at(-1)?.params.channels, ["trade"]);
  assertEquals(ids(await take(trades, 1)), ["gap"]);
  await stream.close();
});

test("with pings, too, what Kalshi has is asked now and then", async () => {
  await using venue = await startTimed();
  const stream = await venue.connect({}, { ...config, wsPingIntervalMs: 10_000 });
  const fills = await stream.subscribe("fill");
  const { sockets } = venue.exchange;
  sockets.fail({ fault: "forget", channel: "fill" });
  // One that the stream does not know of.
  sockets.fail({ fault: "ignore", command: "subscribe", afterProcessing: true });
  const { socket } = venue.wire;
  socket.send({ id: 99, cmd: "subscribe", params: { channels: ["ticker"] } });
  await venue.clock.advance(70_000);
  assertEquals(socket.pings, 7);
  assertEquals(ids(await take(fills, 1)), ["gap"]);
  assertEquals(venue.wire.sent("unsubscribe").map(({ params }) => params.sids), [[2]], "given back");
  sockets.publish("fill", { trade_id: "1", market_ticker: "A" });
  assertEquals(ids(await take(fills, 1)), ["1"]);
  await stream.close();
});

test("a subscription that ends while a command of it is under way is made anew", async () => {
  await using venue = await startTimed();
  const stream = await venue.connect({}, config);
  const tickers = await stream.subscribe("ticker", { market_tickers: ["A"], send_initial_snapshot: true });
  const { sockets } = venue.exchange;
  let sid = 1;
  for (const answer of ["ok", "error"]) {
    sockets.fail({ fault: "ignore", command: "update_subscription" });
    // Reads what is there already: its first message is asked for again.
    const second = stream.subscribe("ticker", { market_tickers: ["A"], send_initial_snapshot: true });
    await venue.clock.advance(0);
    const id = venue.wire.sent("update_subscription").at(-1)?.id;
    sockets.fail({ fault: "error", code: 25, channel: "ticker" });
    send(venue, answer === "ok" ? { id, type: "ok", sid } : { id, type: "error", msg: { code: 7, msg: "" } });
    await venue.clock.advance(30_000);
    await (await second).unsubscribe();
    assertEquals([answer, venue.wire.sent("subscribe").length], [answer, ++sid]);
    assertEquals(ids(await take(tickers, 1)), ["gap"]);
  }
  await stream.close();
});

test("a reader that joins while its market is being added gets a first snapshot of its own", async () => {
  await using venue = await startTimed();
  const stream = await venue.connect({}, config);
  const first = await stream.subscribe("orderbook_delta", { market_tickers: ["A"] });
  const { sockets } = venue.exchange;
  sockets.fail({ fault: "ignore", action: "add_markets", afterProcessing: true });
  const added = first.add(["B"]);
  await venue.clock.advance(0);
  sockets.publish("orderbook_delta", {
    market_ticker: "B",
    market_id: "",
    yes_dollars_fp: [],
    no_dollars_fp: [],
  }, "orderbook_snapshot");
  const joining = stream.subscribe("orderbook_delta", { market_tickers: ["B"] });
  await venue.clock.advance(0);
  send(venue, { id: venue.wire.sent("update_subscription")[0]?.id, type: "ok", sid: 1 });
  await Promise.all([added, joining]);
  assertEquals(venue.wire.socket.commands.at(-1)?.params, {
    sids: [1],
    action: "get_snapshot",
    market_tickers: ["B"],
  });
  await stream.close();
});

test("an ended subscription takes no changes, and lists of names are checked", async () => {
  await using venue = await startTimed();
  const stream = await venue.connect({}, config);
  const trades = await stream.subscribe("trade", { market_tickers: ["A"] });
  for (const wrong of ["B", [5], [""], ["all"], undefined]) {
    await assertRejects(() => trades.add(wrong as never), KalshiConfigError);
    await assertRejects(() => trades.remove(wrong as never), KalshiConfigError);
  }
  await trades.unsubscribe();
  await assertRejects(() => trades.add(["B"]), KalshiStreamClosedError, "has ended");
  const index = await stream.subscribe("cfbenchmarks_value");
  await assertRejects(() => index.add(["all"]), KalshiConfigError, '["all"]');
  await stream.close();
});

test("an add that is given up is not wanted later either", async () => {
  await using venue = await startTimed();
  const stream = await venue.connect({}, config);
  const trades = await stream.subscribe("trade", { market_tickers: ["A"] });
  venue.exchange.sockets.fail({ fault: "cut" });
  const adding = trades.add(["B"], { timeoutMs: 1 });
  await Promise.all([assertRejects(() => adding, KalshiTimeoutError), venue.clock.advance(1)]);
  await venue.clock.advance(2_000);
  assertEquals(venue.wire.socket.commands.at(-1)?.params.market_tickers, ["A"]);
  await stream.close();
});

test("options that do not exist, and values that mean nothing, are refused before anything is sent", async () => {
  await using venue = await startTimed();
  const stream = await venue.connect({}, config);
  const never = () => {};
  const calls: Record<string, () => Promise<unknown>> = {
    "recover": () => stream.subscribe("fill", {}, { recover: true } as never),
    "timeout": () => stream.subscribe("fill", {}, { timeout: 5 } as never),
    "timeoutMs NaN": () => stream.subscribe("fill", {}, { timeoutMs: NaN }),
    "timeoutMs -1": () => stream.on("fill", never, {}, { timeoutMs: -1 }),
    "queue.size": () => stream.subscribe("fill", {}, { queue: { size: 5 } } as never),
    "queue text": () => stream.subscribe("fill", {}, { queue: "latest" } as never),
    "on queue": () => stream.on("fill", never, {}, { queue: {} } as never),
    "on swapped": () => stream.on("fill", {} as never, never as never),
    "book": () => stream.orderBook("A", { awaitLive: false } as never),
    "books": () => stream.orderBooks("A" as never),
    "no books": () => stream.orderBooks([]),
    "book name": () => stream.orderBook(5 as never),
  };
  for (const [name, call] of Object.entries(calls)) {
    await assertRejects(call, KalshiConfigError, undefined, name);
  }
  assertEquals(venue.wire.socket.commands.length, 0);
  // More than a timer holds is no limit, and nothing said is what the configuration says.
  await stream.subscribe("fill", {}, { timeoutMs: Infinity });
  await stream.subscribe("ticker", {}, { timeoutMs: 30 * 86_400_000 });
  venue.exchange.sockets.fail({ fault: "ignore", command: "subscribe" });
  const late = assertRejects(
    () => stream.subscribe("trade", {}, { timeoutMs: undefined }),
    KalshiTimeoutError,
    "30000 ms",
  );
  await venue.clock.advance(30_000);
  await late;
  await stream.close();
});

test("frames of unknown types may carry anything, and are told whatever their sid", async () => {
  await using venue = await startTimed();
  const unknown: unknown[] = [];
  const stream = await venue.connect({ onUnknown: (frame) => unknown.push(frame) }, config);
  await stream.subscribe("trade");
  const frames = [
    { type: "news", msg: "text" },
    { type: "news", sid: 99, seq: 4 },
    { type: "news", sid: null, msg: [1] },
    { type: "news", sid: 1, msg: 5 },
  ];
  for (const frame of frames) send(venue, frame);
  await venue.clock.advance(0);
  assertEquals(unknown.length, 4);
  assertEquals((unknown as { msg: unknown }[]).map(({ msg }) => msg), ["text", {}, [1], 5]);
  const { unreadable, gaps, bytes } = stream.stats();
  assertEquals([stream.stats().unknown, unreadable, gaps], [4, 0, 0]);
  assert(bytes > frames.map((frame) => JSON.stringify(frame)).join("").length);
  await stream.close();
});

test("leaving the loop unsubscribes", async () => {
  await using venue = await startTimed();
  const stream = await venue.connect({}, config);
  const trades = await stream.subscribe("trade");
  trade(venue, "A", 1);
  for await (const _ of trades) break;
  await venue.clock.advance(0);
  assertEquals(venue.wire.socket.commands.at(-1)?.cmd, "unsubscribe");
  await stream.close();
});

test("when the stream gives up, loops get what is queued and then the error with its cause", async () => {
  await using venue = await startTimed();
  const stream = await venue.connect({}, { ...config, wsMaxRetries: 0 });
  const trades = await stream.subscribe("trade");
  trade(venue, "A", 1);
  const waiting = stream.subscribe("fill", {}, { timeoutMs: 60_000 });
  venue.exchange.sockets.fail({ fault: "close", code: 4_000 });
  await assertRejects(() => waiting, KalshiStreamClosedError);
  const seen: string[] = [];
  await assertRejects(
    async () => {
      for await (const item of trades) seen.push(item.type);
    },
    KalshiStreamClosedError,
    "code 4000",
  );
  assertEquals(seen, ["trade"]);
  assertEquals(venue.clock.pending, 0);
});

test("the lag of sending_ts_ms is shown", async () => {
  await using venue = await startTimed();
  const stream = await venue.connect({}, config);
  assertEquals(stream.stats().lagMs, undefined);
  await stream.subscribe("trade");
  assertEquals(stream.stats().lagMs, { last: 0, max: 0 });
  for (const lag of [40, 10]) {
    const sending_ts_ms = venue.clock.now() - lag;
    send(venue, { type: "trade", sid: 1, sending_ts_ms, msg: { market_ticker: "A" } });
  }
  await venue.clock.advance(0);
  assertEquals(stream.stats().lagMs, { last: 10, max: 40 });
  await stream.close();
});
