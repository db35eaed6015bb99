import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  publicFrame,
  readChannels,
  readCommand,
  readTickers,
  RefusedError,
} from "../../src/workers/frames.ts";
import { eventSpelling } from "../../src/workers/event_feed.ts";
import { perpsSpelling } from "../../src/workers/perps_feed.ts";
import { test } from "../support/test.ts";

const mark = { price: "91250.5000", ts_ms: 1 };
const spellings = {
  event: {
    spelling: eventSpelling,
    ticker: { market_ticker: "A", price_dollars: "0.5600", ts_ms: 1 },
    hidden: { my_order_id: "x", client_order_id: "y", constructor: 1, price: "1.0000" },
    trade: { trade_id: "t", market_ticker: "A", count_fp: "1.00" },
  },
  perps: {
    spelling: perpsSpelling,
    ticker: { market_ticker: "A", price: "91250.5000", reference_price: mark, settlement_mark_price: null },
    hidden: { my_order_id: "x", client_order_id: "y", constructor: 1, price_dollars: "0.5600" },
    trade: { trade_id: "t", market_ticker: "A", count: "1.00" },
  },
};
for (const [name, { spelling, ticker, hidden, trade }] of Object.entries(spellings)) {
  test(`${name}: publicFrame hands on what Kalshi documents as public, and nothing else`, () => {
    const shown = (type: "ticker" | "trade", msg: object) => JSON.parse(publicFrame(type, msg, spelling));
    assertEquals(shown("ticker", { ...ticker, ...hidden }), { type: "ticker", msg: ticker });
    assertEquals(shown("trade", { ...trade, ...hidden, subaccount: 1, ...trade }), {
      type: "trade",
      msg: trade,
    });
  });
}

test("perps: of what is within a ticker, too, the known fields alone are handed on", () => {
  const msg = { market_ticker: "A", reference_price: { ...mark, order_id: "x" } };
  assertEquals(JSON.parse(publicFrame("ticker", msg, perpsSpelling)).msg, {
    market_ticker: "A",
    reference_price: mark,
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
