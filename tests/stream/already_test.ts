/** Error 6, with which old gateways refuse to subscribe to what is subscribed to already. */
import { assertEquals } from "@std/assert";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";
import { startTimed } from "./support/timed_exchange.ts";

/** What the next subscribe does at the exchange, which then answers with error 6. */
const already = { fault: "refuse", code: 6, command: "subscribe", afterProcessing: true } as const;

test("error 6 keeps the subscription: its sid is looked up, books get their snapshots, and frames go on", async () => {
  await using timed = await startTimed();
  const { exchange } = timed;
  const [ticker = "", other = ""] = exchange.openTickers();
  const errors: unknown[] = [];
  const stream = await timed.connect({ onError: (error) => errors.push(error) });
  exchange.sockets.fail(already);
  const books = await stream.orderBooks([ticker, other]);
  exchange.placeCounterOrder({ ticker, side: "bid", price: "0.4000", count: "1.00" });
  await until(() => books.get(ticker)?.bestBid === 4_000);
  assertEquals(stream.stats().books.live, 2);

  exchange.sockets.fail(already);
  const seen: string[] = [];
  await stream.on("ticker", (item) => seen.push(item.type), {
    market_tickers: [ticker],
    send_initial_snapshot: true,
  });
  await until(() => seen.length === 1);
  exchange.sockets.fail(already);
  const values = await stream.on("cfbenchmarks_value", (item) => seen.push(item.type), {
    index_ids: ["BRTI"],
  });
  exchange.sockets.publish("cfbenchmarks_value", { index_id: "BRTI" });
  await until(() => seen.length === 2);
  exchange.sockets.fail(already);
  await stream.on("trade", () => {});

  // The sids are the right ones: what is left is left at the exchange, too.
  await values.unsubscribe();
  exchange.sockets.publish("cfbenchmarks_value", { index_id: "BRTI" });
  await timed.clock.advance(1_000);
  assertEquals([seen, errors], [["ticker", "cfbenchmarks_value"], []]);
  assertEquals([stream.stats().resyncs, stream.stats().reconnects], [0, 0]);
});

test("error 6 for several channels at once, after a reconnect, restores each of them", async () => {
  await using timed = await startTimed();
  const { exchange, clock } = timed;
  const subscribes: unknown[][] = [];
  let isBack = false;
  const wsJsonStringify = (command: unknown) => {
    const { cmd, params } = command as { cmd: string; params: { channels: string[] } };
    if (cmd === "subscribe" && isBack) {
      subscribes.push(params.channels);
      exchange.sockets.fail(already);
    }
    return JSON.stringify(command);
  };
  const stream = await timed.connect({}, { wsJsonStringify });
  const seen: string[] = [];
  for (const channel of ["cfbenchmarks_value", "cfbenchmarks_value_5hz"] as const) {
    await stream.on(channel, (item) => seen.push(item.type), { index_ids: ["BRTI"] });
  }
  isBack = true;
  exchange.sockets.restart();
  await until(() => stream.state === "reconnecting");
  await clock.advance(1_000);
  await until(() => stream.state === "open");
  await clock.advance(1_000);
  assertEquals(subscribes, [["cfbenchmarks_value", "cfbenchmarks_value_5hz"]]);
  for (const channel of ["cfbenchmarks_value", "cfbenchmarks_value_5hz"]) {
    exchange.sockets.publish(channel, { index_id: "BRTI" });
  }
  await until(() => seen.includes("cfbenchmarks_value") && seen.includes("cfbenchmarks_value_5hz"));
});

test("error 6 for an addition counts the market as there", async () => {
  await using timed = await startTimed();
  const [first = "", second = "", third = ""] = timed.exchange.openTickers();
  const stream = await timed.connect();
  const trades = await stream.subscribe("trade", { market_tickers: [first] });
  timed.exchange.sockets.fail({ fault: "refuse", code: 6, command: "update_subscription", times: 3 });
  await trades.add([second, third]);
  assertEquals(trades.keys, [first, second, third]);
});
