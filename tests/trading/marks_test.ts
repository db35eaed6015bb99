/** What positions are worth, and the worst that can come of them. */
import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { KalshiConfigError } from "../../src/base/errors.ts";
import { KalshiStaleBookError, OrderBook } from "../../src/books/mod.ts";
import { type HeldMarket, type MarkBy, Positions, worstCase } from "../../src/trading/mod.ts";
import { test } from "../support/test.ts";

function bookOf(bid: number | undefined, ask: number | undefined): OrderBook {
  const book = new OrderBook();
  if (bid !== undefined) book.add("bid", bid, 100);
  if (ask !== undefined) book.add("ask", ask, 100);
  return book;
}

function holding(mark: MarkBy, side: "bid" | "ask", count = "10.00"): Positions {
  const positions = new Positions({ mark });
  positions.take({
    trade_id: "t",
    order_id: "o",
    ticker: "A",
    book_side: side,
    yes_price_dollars: "0.4000",
    count_fp: count,
    fee_cost: "0.010000",
    created_time: "2026-11-29T00:00:00Z",
  });
  return positions;
}

test("a position is marked by the mid, by the price that would close it, or by the last trade", () => {
  const cases: [MarkBy, "bid" | "ask", number, number, number][] = [
    // mark, side, price in micros, value of ten contracts, gain on it
    ["mid", "bid", 455_000, 4_550_000, 550_000],
    ["mid", "ask", 455_000, 5_450_000, -550_000],
    ["close", "bid", 440_000, 4_400_000, 400_000],
    ["close", "ask", 470_000, 5_300_000, -700_000],
    ["last", "bid", 333_300, 3_333_000, -667_000],
    ["last", "ask", 333_300, 6_667_000, 667_000],
  ];
  for (const [mark, side, priceMicros, valueMicros, unrealizedMicros] of cases) {
    const positions = holding(mark, side);
    positions.useBook("A", bookOf(4_400, 4_700));
    positions.take({ type: "ticker", msg: { market_ticker: "A", price_dollars: "0.3333" } });
    const view = positions.get("A");
    assertEquals(view?.mark, {
      state: "known",
      by: mark as "mid",
      priceMicros,
      valueMicros,
      unrealizedMicros,
    });
    assertEquals([view?.unrealizedMicros, view?.netMicros], [unrealizedMicros, unrealizedMicros - 10_000]);
    assertEquals(positions.totals().netMicros, unrealizedMicros - 10_000);
  }
});

test("half a ten-thousandth of a dollar is not lost of a mid", () => {
  const positions = holding("mid", "bid", "0.02");
  positions.useBook("A", bookOf(4_400, 4_401));
  assertEquals(positions.get("A")?.mark, {
    state: "known",
    by: "mid",
    priceMicros: 440_050,
    valueMicros: 8_801,
    unrealizedMicros: 801,
  });
});

test("without a price that can be trusted the mark is unknown, and so is every sum with it", () => {
  const stale = {
    depth: (): never => {
      throw new KalshiStaleBookError("A", "stale", "gap");
    },
  };
  const cases: [MarkBy, OrderBook | typeof stale | undefined, string][] = [
    ["none", bookOf(4_400, 4_700), "none-asked"],
    ["mid", undefined, "no-book"],
    ["mid", stale, "stale-book"],
    ["close", stale, "stale-book"],
    ["mid", bookOf(4_400, undefined), "no-quote"],
    ["close", bookOf(undefined, 4_700), "no-quote"],
    ["last", bookOf(4_400, 4_700), "no-trade"],
  ];
  for (const [mark, book, reason] of cases) {
    const positions = holding(mark, "bid");
    positions.useBook("A", book);
    const view = positions.get("A");
    assertEquals(view?.mark, { state: "unknown", reason: reason as "no-book" });
    assertEquals([view?.valueMicros, view?.unrealizedMicros, view?.netMicros], [
      undefined,
      undefined,
      undefined,
    ]);
    const { unmarked, netMicros, costMicros } = positions.totals();
    assertEquals([unmarked, netMicros, costMicros], [["A"], undefined, 4_000_000]);
    // What is closed needs no mark.
    positions.take({
      trade_id: "t2",
      order_id: "o",
      ticker: "A",
      book_side: "ask",
      yes_price_dollars: "0.5000",
      count_fp: "10.00",
      fee_cost: "0.000000",
      created_time: "2026-11-29T00:00:01Z",
    });
    assertEquals(positions.get("A")?.mark, { state: "flat" });
    assertEquals(positions.totals().netMicros, 990_000);
  }
  const positions = holding("close", "bid");
  positions.useBook("A", bookOf(4_400, 4_700));
  positions.useBook("A", undefined);
  assertEquals(positions.get("A")?.mark, { state: "unknown", reason: "no-book" });
  assertThrows(() => positions.useBook("A", {} as OrderBook), KalshiConfigError, "LiveOrderBook");
});

const held = fc.uniqueArray(
  fc.record({
    ticker: fc.constantFrom("A", "B", "C", "D", "E"),
    position: fc.integer({ min: -5_000, max: 5_000 }),
    costMicros: fc.integer({ min: 0, max: 50_000_000 }),
  }),
  { selector: ({ ticker }) => ticker, maxLength: 5 },
);

/** What positions pay when exactly these markets end YES. */
const payout = (list: readonly HeldMarket[], yes: readonly string[]) =>
  list.reduce(
    (sum, { ticker, position }) =>
      sum + (position > 0 === yes.includes(ticker) ? Math.abs(position) * 10_000 : 0),
    0,
  );

test("the worst case is the least that any outcome pays", () => {
  fc.assert(
    fc.property(held, fc.boolean(), (list, isExhaustive) => {
      const cost = list.reduce((sum, { costMicros }) => sum + costMicros, 0);
      const outcomes = list.map(({ ticker }) => [ticker]);
      const one = Math.min(
        ...(isExhaustive && list.length > 0 ? outcomes : [...outcomes, []]).map((yes) => payout(list, yes)),
      );
      const found = worstCase(list, true, isExhaustive);
      assertEquals([found.payoutMicros, found.pnlMicros], [one, one - cost]);
      const named = found.outcome === "none" ? [] : [found.outcome];
      assertEquals(payout(list, named), one);
      // Of markets that have nothing to do with each other every one may be lost.
      const subsets = Array.from(
        { length: 2 ** list.length },
        (_, bits) => list.filter((_, n) => (bits >> n & 1) === 1).map(({ ticker }) => ticker),
      );
      const least = Math.min(...subsets.map((yes) => payout(list, yes)));
      assertEquals(worstCase(list, false).payoutMicros, least);
    }),
  );
});

test("NO of every market of a mutually exclusive event loses one of them alone", () => {
  const positions = new Positions();
  for (const [n, ticker] of ["A", "B", "C"].entries()) {
    positions.describe(ticker, "E", { isMutuallyExclusive: true });
    positions.take({
      trade_id: `t${n}`,
      order_id: "o",
      ticker,
      book_side: "ask",
      yes_price_dollars: "0.4000",
      count_fp: "10.00",
      fee_cost: "0.000000",
      created_time: "2026-11-29T00:00:00Z",
    });
  }
  // Each NO cost 0.60: 18 dollars, of which two markets pay 20.
  assertEquals(positions.event("E")?.worst, { outcome: "A", payoutMicros: 20_000_000, pnlMicros: 2_000_000 });
  assertEquals(positions.event("E")?.costMicros, 18_000_000);
  assertEquals(positions.event("E")?.isMutuallyExclusive, true);
  positions.describe("A", "E", { isMutuallyExclusive: false });
  assertEquals(positions.event("E")?.worst, {
    outcome: "every-market-lost",
    payoutMicros: 0,
    pnlMicros: -18_000_000,
  });
  assertEquals(positions.event("F"), undefined);
});

test("YES of every market gains only where one of them must come", () => {
  const list = ["A", "B"].map((ticker) => ({ ticker, position: 1_000, costMicros: 4_800_000 }));
  for (const wrong of [null, "A", [null], ["A"], new Map(), { 0: list[0] }]) {
    assertThrows(
      () => worstCase(wrong as never, true),
      KalshiConfigError,
      "`held` takes a list of positions",
    );
  }
  assertEquals(worstCase(list, true), { outcome: "none", payoutMicros: 0, pnlMicros: -9_600_000 });
  assertEquals(worstCase(list, true, true), { outcome: "A", payoutMicros: 10_000_000, pnlMicros: 400_000 });
});
