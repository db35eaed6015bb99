/** What the controls of the WebSocket do to what a session is sent. */
import { assertEquals, assertRejects } from "@std/assert";
import { KalshiConnectionError } from "../../../../src/base/errors.ts";
import { LocalExchange } from "../../../../src/local_exchange/mod.ts";
import { HandshakeRefusedError } from "../../../../src/runtime/types.ts";
import { ManualClock } from "../../../../src/testing/manual_clock.ts";
import { test } from "../../../support/test.ts";

type Frame = Readonly<Record<string, unknown>>;

/** An exchange with the markets A and B, and a bare WebSocket of it. */
async function setUp() {
  const clock = new ManualClock();
  const exchange = LocalExchange.create({ clock, markets: 20, marketMakers: false });
  const { auth } = await exchange.createAccount();
  for (const ticker of ["A", "B"]) exchange.listMarket({ ticker });
  const told: (string | Uint8Array)[] = [];
  const connect = async () => {
    const headers = { ...await auth.headers("GET", "/trade-api/ws/v2", { timestampMs: clock.now() }) };
    const handlers = { onMessage: (data: string | Uint8Array) => void told.push(data), onClose: () => {} };
    return exchange.createRuntime().connectWebSocket(exchange.wsBaseUrl, handlers, { headers });
  };
  /** What came since the last look. */
  const frames = async () => {
    await clock.advance(0);
    return told.splice(0).map((text) => JSON.parse(String(text)) as Frame);
  };
  return { clock, exchange, told, connect, frames };
}

const summary = (frames: readonly Frame[]) => frames.map(({ id, type, seq }) => [id, type, seq]);
const bid = (ticker: string) => ({ ticker, side: "bid", price: "0.4000", count: "1.00" }) as const;
const books = (id: number, ...market_tickers: string[]) =>
  JSON.stringify({ id, cmd: "subscribe", params: { channels: ["orderbook_delta"], market_tickers } });
const update = (id: number, action: string, ...market_tickers: string[]) =>
  JSON.stringify({ id, cmd: "update_subscription", params: { sids: [1], action, market_tickers } });

test("what is withheld is neither numbered nor sent", async () => {
  const { exchange, connect, frames } = await setUp();
  await using _ = exchange;
  const socket = await connect();
  exchange.sockets.fail({ fault: "withhold", update: "orderbook_snapshot", ticker: "A", times: Infinity });
  socket.send(books(1, "A", "B"));
  exchange.placeCounterOrder(bid("A"));
  assertEquals(
    summary(await frames()),
    [
      [1, "subscribed", undefined],
      [undefined, "orderbook_snapshot", 1],
      [undefined, "orderbook_delta", 2],
    ].filter(([, type]) => type !== "orderbook_delta"),
  );
  exchange.placeCounterOrder(bid("A"));
  assertEquals(summary(await frames()), [[undefined, "orderbook_delta", 2]]);
  exchange.sockets.clearFaults();
  socket.send(update(2, "get_snapshot", "A"));
  assertEquals(summary(await frames()), [[2, "orderbook_snapshot", 3]]);
});

test("a command can be ignored, or obeyed without a word, by its name, its action or its market", async () => {
  const { exchange, connect, frames } = await setUp();
  await using _ = exchange;
  const socket = await connect();
  exchange.sockets.fail({ fault: "ignore", ticker: "B" });
  exchange.sockets.fail({ fault: "ignore", action: "delete_markets", afterProcessing: true });
  exchange.sockets.fail({ fault: "refuse", code: 16, action: "add_markets", ticker: "B" });
  socket.send(books(1, "A", "B"));
  assertEquals(await frames(), []);
  socket.send(books(2, "A"));
  socket.send(update(3, "delete_markets", "A"));
  socket.send(update(4, "add_markets", "B"));
  exchange.placeCounterOrder(bid("A"));
  assertEquals(summary(await frames()), [
    [2, "subscribed", undefined],
    [undefined, "orderbook_snapshot", 1],
    [4, "error", undefined],
  ]);
  socket.send(update(5, "add_markets", "B"));
  assertEquals(summary(await frames()), [[5, "ok", 3], [undefined, "orderbook_snapshot", 4]]);
});

test("a subscription can be renumbered, and forgotten", async () => {
  const { exchange, connect, frames } = await setUp();
  await using _ = exchange;
  const socket = await connect();
  socket.send(books(1, "A"));
  await frames();
  exchange.sockets.fail({ fault: "renumber", channel: "orderbook_delta", seq: 9 });
  exchange.placeCounterOrder(bid("A"));
  assertEquals(summary(await frames()), [[undefined, "orderbook_delta", 9]]);
  exchange.sockets.fail({ fault: "forget", channel: "orderbook_delta" });
  exchange.placeCounterOrder(bid("A"));
  socket.send(JSON.stringify({ id: 2, cmd: "list_subscriptions" }));
  const [answer, ...more] = await frames();
  assertEquals([answer?.msg, more], [[], []]);
});

test("any text and any bytes can be sent, and messages of any channel, to those who asked for them", async () => {
  const { exchange, clock, told, connect, frames } = await setUp();
  await using _ = exchange;
  const socket = await connect();
  exchange.sockets.send("{");
  exchange.sockets.send(new Uint8Array([1, 2]));
  await clock.advance(0);
  assertEquals(told.splice(0), ["{", new Uint8Array([1, 2])]);
  socket.send(books(1, "A"));
  await frames();
  for (const market_ticker of ["A", "B"]) exchange.sockets.publish("orderbook_delta", { market_ticker });
  exchange.sockets.publish("orderbook_delta", { market_ticker: "A" }, "orderbook_snapshot");
  assertEquals(summary(await frames()), [
    [undefined, "orderbook_delta", 2],
    [undefined, "orderbook_snapshot", 3],
  ]);
});

test("a handshake can be answered with any body, or cut", async () => {
  const { exchange, connect } = await setUp();
  await using _ = exchange;
  exchange.sockets.refuse({ status: 403, body: "<html>" });
  exchange.sockets.refuse({ status: "cut" });
  const error = await assertRejects(connect, HandshakeRefusedError);
  assertEquals([error.status, error.isForeign], [403, true]);
  await assertRejects(connect, KalshiConnectionError);
  await connect();
});
