import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  publicFrame,
  readChannels,
  readCommand,
  readTickers,
  RefusedError,
} from "../../src/workers/frames.ts";
import { test } from "../support/test.ts";

test("publicFrame hands on what Kalshi documents as public, and nothing else", () => {
  const ticker = { market_ticker: "A", price_dollars: "0.5600", ts_ms: 1 };
  assertEquals(
    JSON.parse(publicFrame("ticker", { ...ticker, my_order_id: "x", client_order_id: "y", constructor: 1 })),
    { type: "ticker", msg: ticker },
  );
  const trade = { trade_id: "t", market_ticker: "A", count_fp: "1.00" };
  assertEquals(JSON.parse(publicFrame("trade", { ...trade, subaccount: 1, price_dollars: "0.5" })), {
    type: "trade",
    msg: trade,
  });
});

test("whatever a reader sends is a command or refused", () => {
  const read = (text: string) => {
    try {
      const { params } = readCommand(text);
      readChannels(params.channels);
      readTickers(params.market_tickers);
    } catch (error) {
      assert(error instanceof RefusedError, String(error));
    }
  };
  fc.assert(fc.property(fc.string(), read));
  fc.assert(fc.property(fc.json(), read));
  const value = fc.oneof(fc.jsonValue(), fc.constantFrom("trade", ["trade"], ["A"]));
  const params = fc.record({ channels: value, market_tickers: value }, { requiredKeys: [] });
  fc.assert(fc.property(fc.record({ id: value, cmd: value, params }), (it) => read(JSON.stringify(it))));
});

test("tickers are names, not paths, lists or markup", () => {
  assertEquals(readTickers(["KXHIGHNY-26NOV24-T60", "KXBTCD-25AUG0517-T113499.99", "A", "A"]), [
    "KXHIGHNY-26NOV24-T60",
    "KXBTCD-25AUG0517-T113499.99",
    "A",
  ]);
  for (const ticker of ["", "..", "a/b", "a,b", "<b>", "%41", " A", "A".repeat(101), 1, null]) {
    assertThrows(() => readTickers([ticker]), RefusedError);
  }
});
