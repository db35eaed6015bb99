/** What a tap hears: every message as its text. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { KalshiConfigError } from "../../mod.ts";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";
import { startTimed } from "./support/timed_exchange.ts";

test("a tap hears every message as its text and with its time, after those who read it, until it is ended", async () => {
  await using timed = await startTimed();
  const stream = await timed.connect();
  const heard: string[] = [];
  const end = stream.tap((text, atMs) => {
    assertEquals(atMs, timed.clock.now());
    heard.push(text);
  });
  await stream.on("cfbenchmarks_value", (item) => void heard.push(`read ${item.type}`), {
    index_ids: ["all"],
  });
  timed.exchange.sockets.publish("cfbenchmarks_value", { index_id: "BRTI" });
  timed.exchange.sockets.send("no JSON");
  await until(() => heard.includes("no JSON"));
  const types = heard.map((text) => text.startsWith("{") ? JSON.parse(text).type : text);
  assertEquals(types, ["subscribed", "read cfbenchmarks_value", "cfbenchmarks_value", "read gap", "no JSON"]);
  end();
  end();
  timed.exchange.sockets.publish("cfbenchmarks_value", { index_id: "BRTI" });
  await until(() => heard.length === 6);
  assertEquals(heard.at(-1), "read cfbenchmarks_value");
});

test("books are read from the text of their changes all the same, and a tap that throws disturbs nobody", async () => {
  await using timed = await startTimed();
  const errors: unknown[] = [];
  const stream = await timed.connect({ onError: (error) => errors.push(error) });
  const ticker = timed.exchange.listMarket({ ticker: "RAIN" });
  const heard: string[] = [];
  stream.tap(() => {
    throw new Error("mine");
  });
  stream.tap((text) => heard.push(text));
  const book = await stream.orderBook(ticker);
  timed.exchange.placeCounterOrder({ ticker, side: "bid", price: "0.4500", count: "10" });
  await until(() => book.bestBid === 4_500);
  assertEquals(heard.map((text) => JSON.parse(text).type), [
    "subscribed",
    "orderbook_snapshot",
    "orderbook_delta",
  ]);
  assertEquals(errors.map(String), heard.map(() => "Error: mine"));
});

test("an error frame comes without secrets, and what is no function is refused", async () => {
  await using timed = await startTimed();
  const signatures: string[] = [];
  const { keyId, auth } = timed.account;
  const sign = async (text: string) => {
    const signature = await auth.sign(text);
    signatures.push(signature);
    return signature;
  };
  const stream = await timed.connect({ auth: { keyId, sign }, onError: () => {} });
  const heard: string[] = [];
  stream.tap((text) => heard.push(text));
  const [signature = ""] = signatures;
  for (
    const text of [
      JSON.stringify({ type: "error", msg: { code: 9, msg: signature } }),
      `no JSON ${signature}`,
    ]
  ) {
    timed.exchange.sockets.send(text);
  }
  await until(() => heard.length === 2);
  assert(signature.length > 20);
  for (const text of heard) {
    assertEquals([text.includes(signature), text.includes("[redacted]")], [false, true]);
  }
  assertThrows(() => stream.tap("log" as never), KalshiConfigError, "tap");
});
