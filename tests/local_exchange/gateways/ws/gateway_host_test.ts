import { assert, assertEquals, assertRejects } from "@std/assert";
import WebSocket from "ws";
import { KalshiAuth } from "../../../../src/auth/mod.ts";
import { LocalExchange } from "../../../../src/local_exchange/mod.ts";
import { ManualClock } from "../../../../src/testing/manual_clock.ts";
import { test } from "../../../support/test.ts";
import { until } from "../../../support/until.ts";
import { Session } from "../../support/session.ts";
import { eventFrames } from "./support/async_spec.ts";
import { type Frame, RawClient } from "./support/raw_client.ts";

async function setUp(options: Parameters<typeof LocalExchange.start>[0] = {}) {
  const exchange = await LocalExchange.start({ markets: 20, marketMakers: false, ...options });
  const account = await exchange.createAccount();
  const client = await RawClient.connect(exchange, account.auth);
  return { exchange, account, client, rest: new Session(exchange, account.auth) };
}

const order = (ticker: string, side: string, price: string, count = "1.00", more: object = {}) => ({
  ticker,
  side,
  price,
  count,
  time_in_force: "good_till_canceled",
  self_trade_prevention_type: "taker_at_cross",
  ...more,
});
const CREATE = "/portfolio/events/orders";

test("every frame that the engine can feed is as Kalshi's AsyncAPI specification says", async () => {
  const { exchange, account, client, rest } = await setUp({ marketMakers: true, markets: 60 });
  await using _ = exchange;
  await using __ = client;
  const other = await exchange.createAccount();
  const maker = new Session(exchange, other.auth);
  await using makerClient = await RawClient.connect(exchange, other.auth);
  const ticker = exchange.listMarket({ ticker: "KXMINE-1" });
  const { event_ticker } = (await rest.get(`/markets/${ticker}`)).value.market;
  const { series_ticker } = (await rest.get(`/events/${event_ticker}`)).value.event;
  const channels = [
    "trade",
    "fill",
    "market_positions",
    "market_lifecycle_v2",
    "multivariate_market_lifecycle",
    "communications",
    "order_group_updates",
    "user_orders",
    "cfbenchmarks_value",
    "pyth_value",
    "cfbenchmarks_value_5hz",
  ];
  const all = { index_ids: ["all"], underlying_tickers: ["all"] };
  await client.command("subscribe", { channels, ...all }, channels.length);
  await makerClient.command("subscribe", { channels: ["communications"] });
  await client.command("subscribe", {
    channels: ["orderbook_delta", "ticker"],
    market_tickers: [ticker],
    send_initial_snapshot: true,
  }, 2);

  const group =
    (await rest.post("/portfolio/order_groups/create", { contracts_limit: 5 })).value.order_group_id;
  const made = await rest.post(CREATE, order(ticker, "bid", "0.5000", "3.00", { order_group_id: group }));
  exchange.placeCounterOrder({ ticker, side: "ask", price: "0.5000", count: "1.00" });
  await rest.post(
    CREATE,
    order(ticker, "ask", "0.7000", "2.00", {
      expiration_time: Math.floor(exchange.clock.now() / 1_000) + 60,
    }),
  );
  await rest.delete(`${CREATE}/${made.value.order_id}`);
  await rest.put(`/portfolio/order_groups/${group}/limit`, { contracts_limit: 9 });
  await rest.put(`/portfolio/order_groups/${group}/reset`);
  await rest.put(`/portfolio/order_groups/${group}/trigger`);
  await rest.delete(`/portfolio/order_groups/${group}`);

  const rfq =
    (await rest.post("/communications/rfqs", { market_ticker: ticker, contracts: 2, rest_remainder: false }))
      .value;
  const quoted = await maker.post("/communications/quotes", {
    rfq_id: rfq.id,
    yes_bid: "0.4000",
    no_bid: "0.5000",
    rest_remainder: false,
  });
  const quote = `/communications/rfqs/${rfq.id}/quotes/${quoted.value.id}`;
  await rest.put(`${quote}/accept`, { accepted_side: "yes" });
  await maker.put(`${quote}/confirm`);
  exchange.clock.advance(20_000);

  exchange.setMarketActive(ticker, false);
  exchange.setMarketActive(ticker, true);
  exchange.setPriceLevelStructure(ticker, "deci_cent");
  exchange.setCloseTime(ticker, exchange.clock.now() + 3_600_000);
  exchange.setEventFees(event_ticker, "flat", 2);
  exchange.setSeriesFees(series_ticker, "quadratic", 1);
  exchange.determine(ticker, "yes", { settle: true });
  exchange.listMarket({ ticker: "KXMINE-2" });
  const { multivariate_contracts: [collection] } =
    (await rest.get("/multivariate_event_collections?status=open")).value;
  const legs = await Promise.all(
    collection.associated_event_tickers.slice(0, 2).map(async (event_ticker: string) => ({
      event_ticker,
      market_ticker: (await rest.get(`/events/${event_ticker}`)).value.markets[0].ticker,
      side: "yes",
    })),
  );
  const combo = { selected_markets: legs, with_market_payload: true };
  const madeCombo = await rest.post(`/multivariate_event_collections/${collection.collection_ticker}`, combo);
  assertEquals(madeCombo.status, 200);
  exchange.step(5);
  const index = { received_at: 1, data: "{}", index_id: "BRTI" };
  const average = { value: "1.00", window_size: 1, window_start_ts_ms: 1, window_end_ts_exclusive: 2 };
  exchange.sockets.publish("cfbenchmarks_value", { ...index, avg_60s_data: average });
  exchange.sockets.publish("cfbenchmarks_value_5hz", { ...index, value_usd: "1.00000000", source_ts_ms: 1 });
  exchange.sockets.publish("pyth_value", {
    underlying_ticker: "XAU/USD",
    value_usd: "1.0",
    source_ts_ms: 1,
    received_at: 2,
  });
  const list = (await client.command("list_subscriptions")).at(-1);
  for (
    const [channel, action] of [["cfbenchmarks_value", "indexlist"], ["pyth_value", "underlying_list"], [
      "cfbenchmarks_value_5hz",
      "indexlist",
    ]]
  ) {
    const { sid } = list.msg.find((entry: { channel: string }) => entry.channel === channel);
    await client.command("update_subscription", { sid, action });
  }
  await client.command("unsubscribe", { sids: [list.msg[0].sid] });
  await client.command("nonsense");

  client.check();
  makerClient.check();
  const seen = new Set([...client.frames, ...makerClient.frames].map(({ type }) => type));
  const missing = eventFrames.messageTypes.filter((type) => !seen.has(type));
  assertEquals(missing, []);
  const events = client.frames.filter(({ type }) => type === "market_lifecycle_v2").map(({ msg }) =>
    msg.event_type
  );
  assertEquals([...new Set(events)].sort(), [
    "activated",
    "close_date_updated",
    "created",
    "deactivated",
    "determined",
    "price_level_structure_updated",
    "settled",
  ]);
  assertEquals(account.id, client.frames.find(({ type }) => type === "user_order").msg.user_id);
});

test("commands that are wrong get Kalshi's error codes", async () => {
  const { exchange, client } = await setUp();
  await using _ = exchange;
  await using __ = client;
  const { sid: trade } = (await client.command("subscribe", { channels: ["trade"] }))[0].msg;
  const { sid: groups } = (await client.command("subscribe", { channels: ["order_group_updates"] }))[0].msg;
  const { sid: index } = (await client.command("subscribe", { channels: ["cfbenchmarks_value"] }))[0].msg;
  const { sid: pyth } = (await client.command("subscribe", { channels: ["pyth_value"] }))[0].msg;
  const wrong: [number, string, unknown?][] = [
    [2, "subscribe"],
    [3, "subscribe", {}],
    [4, "unsubscribe", {}],
    [5, "nonsense", {}],
    [7, "unsubscribe", { sids: [999] }],
    [7, "update_subscription", { sid: 999, action: "add_markets" }],
    [8, "subscribe", { channels: ["multivariate"] }],
    [11, "subscribe", { channels: ["ticker"], market_ids: ["no-uuid"] }],
    [11, "subscribe", { channels: ["ticker"], market_ticker: "A", market_tickers: ["B"] }],
    [12, "update_subscription", { sids: [trade, groups], action: "add_markets" }],
    [12, "update_subscription", { action: "add_markets" }],
    [13, "update_subscription", { sid: groups, action: "add_markets", market_tickers: ["A"] }],
    [13, "update_subscription", { sid: trade, action: "get_snapshot", market_tickers: ["A"] }],
    [13, "update_subscription", { sid: trade, action: "dance", market_tickers: ["A"] }],
    [14, "subscribe", { channels: ["orderbook_delta"] }],
    [14, "update_subscription", { sid: trade, action: "add_markets" }],
    [15, "update_subscription", { sid: trade }],
    [19, "subscribe", { channels: ["communications"], shard_factor: 0 }],
    [20, "subscribe", { channels: ["communications"], shard_key: 1 }],
    [21, "subscribe", { channels: ["communications"], shard_factor: 2, shard_key: 2 }],
    [22, "subscribe", { channels: ["communications"], shard_factor: 101 }],
    [11, "subscribe", { channels: ["communications"], shard_factor: 2.5 }],
    [11, "subscribe", { channels: ["communications"], shard_factor: 2, shard_key: 0.5 }],
    [11, "subscribe", { channels: ["orderbook_delta"], market_ticker: "A", use_yes_price: "true" }],
    [24, "update_subscription", { sid: index, action: "subscribe_indices" }],
    [28, "update_subscription", { sid: pyth, action: "subscribe_underlyings" }],
    [26, "subscribe", {
      channels: ["ticker"],
      market_tickers: Array.from({ length: 500_001 }, (_, n) => `M${n}`),
    }],
  ];
  for (const [code, cmd, params] of wrong) {
    const answer = (await client.command(cmd, params)).at(-1);
    assertEquals(
      [answer.type, answer.msg?.code],
      ["error", code],
      `${cmd} ${JSON.stringify(params)?.slice(0, 200)}`,
    );
  }
  client.send("{");
  client.send('{"id":"x","cmd":"subscribe"}');
  const errors = await client.of("error", wrong.length + 2);
  assertEquals(errors.slice(-2).map(({ id, msg }) => [id, msg.code]), [[undefined, 1], [undefined, 1]]);
  const list = (await client.command("list_subscriptions")).at(-1);
  assertEquals(list.msg.length, 4);
});

test("names and types that a command does not have are refused by name, unless the exchange is lenient", async () => {
  const { exchange, client } = await setUp();
  await using _ = exchange;
  await using __ = client;
  const wrong: [string, unknown, string][] = [
    ["subscribe", { channels: ["trade"], market_tickerz: ["A"] }, "did you mean `market_ticker"],
    ["subscribe", { channels: ["trade"], useYesPrice: true }, "did you mean `use_yes_price`?"],
    ["subscribe", { channels: ["trade"], send_initial_snapshot: 1 }, "send_initial_snapshot"],
    ["subscribe", { channels: ["fill"], market_tickers: "A" }, "market_tickers"],
    ["subscribe", { channels: ["communications"], user_filter: "me" }, "user_filter"],
    ["unsubscribe", { sids: [1], sid: 1 }, "unknown parameter `sid`"],
    [
      "update_subscription",
      { sid: 1, action: "add_markets", tickers: ["A"] },
      "did you mean `market_tickers`?",
    ],
    ["list_subscriptions", { channels: ["trade"] }, "unknown parameter `channels`"],
  ];
  for (const [cmd, params, says] of wrong) {
    const answer = (await client.command(cmd, params)).at(-1);
    assertEquals([cmd, answer.msg.code], [cmd, 11]);
    assert(answer.msg.msg.startsWith("Invalid parameter: ") && answer.msg.msg.includes(says), answer.msg.msg);
  }
  const lenient = await setUp({ requests: "lenient" });
  await using ___ = lenient.exchange;
  await using ____ = lenient.client;
  const [answer] = await lenient.client.command("subscribe", { channels: ["trade"], newer: 1 });
  assertEquals(answer.type, "subscribed");
});

test("one sid for each channel: repeats, additions, removals and snapshots share it and its numbers", async () => {
  const { exchange, client } = await setUp();
  await using _ = exchange;
  await using __ = client;
  const [a = "", b = "", c = ""] = exchange.openTickers();
  exchange.placeCounterOrder({ ticker: a, side: "bid", price: "0.4000", count: "2.00" });
  exchange.placeCounterOrder({ ticker: a, side: "ask", price: "0.6100", count: "3.00" });
  const options = { channels: ["orderbook_delta"], use_yes_price: true };
  await client.command("subscribe", { ...options, market_ticker: a });
  const [first] = await client.of("orderbook_snapshot");
  const sid = first.sid;
  assertEquals(first, {
    type: "orderbook_snapshot",
    sid,
    seq: 1,
    msg: {
      market_ticker: a,
      market_id: first.msg.market_id,
      yes_dollars_fp: [["0.4000", "2.00"]],
      no_dollars_fp: [["0.6100", "3.00"]],
    },
    sending_ts_ms: first.sending_ts_ms,
  });
  // A repeat on the channel is no error: it adds.
  await client.command("subscribe", { ...options, market_tickers: [a, b] });
  const [ok] = await client.of("ok");
  const [, empty] = await client.of("orderbook_snapshot", 2);
  assertEquals([ok.type, ok.sid, ok.seq, ok.msg.market_tickers], ["ok", sid, 2, [a, b]]);
  assertEquals([empty.seq, Object.keys(empty.msg)], [3, ["market_ticker", "market_id"]]);
  const added = await client.command("update_subscription", {
    sids: [sid],
    action: "add_markets",
    market_tickers: [c],
  });
  assertEquals([added[0].type, added[0].seq, added[0].msg.market_tickers], ["ok", 4, [a, b, c]]);
  const ask = {
    cmd: "update_subscription",
    params: { sids: [sid], action: "get_snapshot", market_tickers: [a] },
  };
  client.send({ id: 900, ...ask });
  client.send(ask);
  const [, , , answer, unnumbered] = await client.of("orderbook_snapshot", 5);
  // The snapshot that answers a command carries its id, and no other.
  assertEquals([first.id, empty.id, answer.id, unnumbered.id], [undefined, undefined, 900, undefined]);
  exchange.placeCounterOrder({ ticker: c, side: "bid", price: "0.2000", count: "1.00" });
  const [change] = await client.of("orderbook_delta");
  assertEquals([change.seq, change.msg.delta_fp, change.msg.side], [8, "1.00", "yes"]);
  await client.command("update_subscription", { sid, action: "delete_markets", market_tickers: [c, b] });
  exchange.placeCounterOrder({ ticker: c, side: "bid", price: "0.2000", count: "1.00" });
  exchange.placeCounterOrder({ ticker: a, side: "ask", price: "0.6100", count: "1.00" });
  const [, next] = await client.of("orderbook_delta", 2);
  assertEquals([next.msg.market_ticker, next.msg.price_dollars, next.msg.side], [a, "0.6100", "no"]);
  const gone = (await client.command("unsubscribe", { sids: [sid] })).at(-1);
  assertEquals([gone.type, gone.sid, gone.seq], ["unsubscribed", sid, next.seq + 1]);
  client.check();
});

test("without use_yes_price the NO side is in NO prices; skip_ticker_ack leaves the list out", async () => {
  const { exchange, client } = await setUp();
  await using _ = exchange;
  await using __ = client;
  const [a = "", b = ""] = exchange.openTickers();
  exchange.placeCounterOrder({ ticker: a, side: "ask", price: "0.6100", count: "3.00" });
  await client.command("subscribe", {
    channels: ["orderbook_delta"],
    market_tickers: [a],
    skip_ticker_ack: true,
  });
  const [first] = await client.of("orderbook_snapshot");
  assertEquals(first.msg.no_dollars_fp, [["0.3900", "3.00"]]);
  exchange.placeCounterOrder({ ticker: a, side: "ask", price: "0.6000", count: "3.00" });
  assertEquals((await client.of("orderbook_delta"))[0].msg.price_dollars, "0.4000");
  const ok = await client.command("update_subscription", {
    sid: first.sid,
    action: "add_markets",
    market_tickers: [b],
  });
  assertEquals(ok[0].msg, {});
  client.check();
});

test("tickers: snapshots where asked for, one message for all that happens in one go", async () => {
  const { exchange, client } = await setUp();
  await using _ = exchange;
  await using __ = client;
  const [a = "", b = ""] = exchange.openTickers();
  await client.command("subscribe", {
    channels: ["ticker"],
    market_tickers: [a],
    send_initial_snapshot: true,
  });
  const [first] = await client.of("ticker");
  assertEquals([first.msg.market_ticker, first.seq], [a, undefined]);
  exchange.placeCounterOrder({ ticker: a, side: "bid", price: "0.4000", count: "2.00" });
  exchange.placeCounterOrder({ ticker: a, side: "bid", price: "0.4000", count: "2.00" });
  exchange.placeCounterOrder({ ticker: b, side: "bid", price: "0.4000", count: "2.00" });
  const [, second] = await client.of("ticker", 2);
  assertEquals([second.msg.yes_bid_dollars, second.msg.yes_bid_size_fp], ["0.4000", "4.00"]);
  await client.command("update_subscription", {
    sid: first.sid,
    action: "add_markets",
    market_ids: [marketIdOf(second)],
  });
  client.check();
});

const marketIdOf = (frame: Frame): string => frame.msg.market_id;

test("user_order says that a market has closed", async () => {
  const { exchange, client, rest } = await setUp();
  await using _ = exchange;
  await using __ = client;
  const ticker = exchange.listMarket({ ticker: "KXMINE-1" });
  await client.command("subscribe", { channels: ["user_orders"] });
  await rest.post(CREATE, order(ticker, "bid", "0.2200"));
  exchange.determine(ticker, "yes");
  const told = (await client.of("user_order", 2)).map(({ msg }) => [msg.status, msg.last_update_reason]);
  assertEquals(told, [["resting", undefined], ["canceled", "CloseCancel"]]);
});

test("a combo's lifecycle tells no bands of prices, and no change of grid", async () => {
  const { exchange, client, rest } = await setUp();
  await using _ = exchange;
  await using __ = client;
  await client.command("subscribe", { channels: ["multivariate_market_lifecycle"] });
  const { multivariate_contracts: [collection] } =
    (await rest.get("/multivariate_event_collections?status=open")).value;
  const selected_markets = await Promise.all(
    collection.associated_event_tickers.slice(0, 2).map(async (event_ticker: string) => ({
      event_ticker,
      market_ticker: (await rest.get(`/events/${event_ticker}`)).value.markets[0].ticker,
      side: "yes",
    })),
  );
  const made = await rest.post(`/multivariate_event_collections/${collection.collection_ticker}`, {
    selected_markets,
  });
  const ticker = made.value.market_ticker;
  exchange.setPriceLevelStructure(ticker, "deci_cent");
  exchange.setCloseTime(ticker, exchange.clock.now() + 3_600_000);
  const frames = (await client.of("multivariate_market_lifecycle", 2)).map(({ msg }) => msg);
  assertEquals(frames.map(({ event_type }) => event_type), ["created", "close_date_updated"]);
  assertEquals(["price_level_structure", "price_ranges", "strike_type"].map((name) => name in frames[0]), [
    true,
    false,
    false,
  ]);
  assertEquals(typeof frames[0].additional_metadata.rules_primary, "string");
  client.check();
});

test("the server pings every ten seconds and answers pings", async () => {
  const clock = new ManualClock();
  const { exchange, client } = await setUp({ clock });
  await using _ = exchange;
  await using __ = client;
  await clock.advance(10_000);
  await until(() => client.pings.length === 1);
  await clock.advance(20_000);
  await until(() => client.pings.length === 3);
  assertEquals(client.pings, ["heartbeat", "heartbeat", "heartbeat"]);
  assertEquals(await client.ping(), "are you there");
});

test("long, split and binary messages are read; what breaks the protocol ends the connection", async () => {
  const { exchange, account, client } = await setUp();
  await using _ = exchange;
  await using __ = client;
  const tickers = Array.from({ length: 20_000 }, (_, n) => `NO-SUCH-MARKET-${n}`);
  const [ack] = await client.command("subscribe", { channels: ["orderbook_delta"], market_tickers: tickers });
  assertEquals(ack.type, "subscribed");
  const socket = new WebSocket(exchange.wsBaseUrl, {
    headers: await account.auth.headers("GET", "/trade-api/ws/v2"),
  });
  await new Promise((resolve) => socket.once("open", resolve));
  const answer = new Promise((resolve) =>
    socket.once("message", (data: unknown) => resolve(JSON.parse(String(data)).id))
  );
  socket.send('{"id":7,"cmd":', { fin: false });
  socket.ping();
  socket.send('"list_subscriptions"}', { fin: true });
  assertEquals(await answer, 7);
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.on("error", () => {});
  socket.send(Buffer.from([0xff, 0xfe]), { binary: false });
  assertEquals(await closed, 1007);
});

test("communications: who asks is not told to others before the quote is executed, where so wished", async () => {
  const { exchange, client, rest } = await setUp({ clock: new ManualClock() });
  await using _ = exchange;
  await using __ = client;
  const { auth } = await exchange.createAccount();
  const maker = new Session(exchange, auth);
  await using makerClient = await RawClient.connect(exchange, auth);
  const market_ticker = exchange.listMarket({ ticker: "KXMINE-1" });
  for (const one of [client, makerClient]) await one.command("subscribe", { channels: ["communications"] });
  const { value: { id: rfq_id } } = await rest.post("/communications/rfqs", {
    market_ticker,
    contracts: 2,
    rest_remainder: false,
    obscure_creator_id: true,
  });
  const terms = { yes_bid: "0.4000", no_bid: "0.5000", rest_remainder: false };
  const { value: { id } } = await maker.post("/communications/quotes", { rfq_id, ...terms });
  await rest.put(`/communications/rfqs/${rfq_id}/quotes/${id}/accept`, { accepted_side: "yes" });
  await maker.put(`/communications/rfqs/${rfq_id}/quotes/${id}/confirm`);
  exchange.clock.advance(15_000);
  for (const one of [client, makerClient]) await one.of("rfq_deleted");
  const { communications_id } = (await rest.get("/communications/id")).value;
  const nobody = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  const seenBy = (one: RawClient) =>
    ["rfq_created", "quote_created", "quote_accepted", "quote_executed", "rfq_deleted"].map((wanted) => {
      const msg = one.frames.find(({ type }) => type === wanted)?.msg;
      return msg?.rfq_creator_id ?? msg?.creator_id;
    });
  assertEquals(seenBy(client), Array(5).fill(communications_id));
  assertEquals(seenBy(makerClient), [nobody, nobody, nobody, communications_id, communications_id]);
  client.check();
  makerClient.check();
});

test("communications: each shard has its part, and `self` only what is one's own", async () => {
  const { exchange, account, client, rest } = await setUp();
  await using _ = exchange;
  await using __ = client;
  const other = await exchange.createAccount();
  await using second = await RawClient.connect(exchange, account.auth);
  await using own = await RawClient.connect(exchange, account.auth);
  await using foreign = await RawClient.connect(exchange, other.auth);
  const channels = ["communications"];
  await client.command("subscribe", { channels, shard_factor: 2, shard_key: 0 });
  await second.command("subscribe", { channels, shard_factor: 2, shard_key: 1 });
  await own.command("subscribe", { channels, user_filter: "self" });
  await foreign.command("subscribe", { channels, user_filter: "self" });
  const tickers = exchange.openTickers().slice(0, 12);
  for (const market_ticker of tickers) {
    await rest.post("/communications/rfqs", { market_ticker, contracts: 2, rest_remainder: false });
  }
  const made = (from: RawClient) =>
    from.frames.filter(({ type }) => type === "rfq_created").map(({ msg }) => msg.market_ticker);
  await until(() => made(own).length === tickers.length);
  await until(() => made(client).length + made(second).length === tickers.length);
  assertEquals(made(own), tickers);
  assertEquals([...made(client), ...made(second)].sort(), [...tickers].sort());
  assert(made(client).length > 0 && made(second).length > 0);
  await foreign.command("list_subscriptions");
  assertEquals(made(foreign), []);
});

test("closing the exchange ends every WebSocket", async () => {
  const { exchange, client, account } = await setUp();
  exchange.sockets.refuse({ status: "hang" });
  const hanging = new WebSocket(exchange.wsBaseUrl, {
    headers: await account.auth.headers("GET", "/trade-api/ws/v2"),
  });
  const ended = new Promise((resolve) => hanging.once("error", resolve));
  await until(() => hanging.readyState === WebSocket.CONNECTING);
  // It has arrived by the time that others have been asked and have answered, one after the other.
  for (let n = 0; n < 5; n++) await client.command("list_subscriptions");
  await exchange.close();
  await exchange.close();
  await until(() => client.closed !== undefined);
  await ended;
});

test("a key without the scope to read, or of another account's making, is not let in", async () => {
  const { exchange, client, rest } = await setUp();
  await using _ = exchange;
  await using __ = client;
  const made = (await rest.post("/api_keys/generate", { name: "x", scopes: ["read"] })).value;
  const auth = await KalshiAuth.fromPem(made.api_key_id, made.private_key);
  await (await RawClient.connect(exchange, auth))[Symbol.asyncDispose]();
  const wrong = await KalshiAuth.fromPem("00000000-0000-4000-8000-000000000000", made.private_key);
  await assertRejects(() => RawClient.connect(exchange, wrong), Error, "401");
  eventFrames.checkFrame((await client.command("list_subscriptions"))[0]);
});
