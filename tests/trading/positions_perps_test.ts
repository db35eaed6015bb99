/** Positions in perps: the same mechanism, whose two sides cost nothing together. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { KalshiConfigError } from "../../src/base/errors.ts";
import { formatCount, formatMoney, formatPrice } from "../../src/base/fixed_point.ts";
import type { FillMessage } from "../../src/contract/perps/channels.ts";
import type { MarginFill } from "../../src/contract/perps/types.ts";
import { addFill, flatPosition, PerpsClient, unrealizedPnlMicros } from "../../src/perps/mod.ts";
import { type OpenPositionsOptions, Positions } from "../../src/trading/mod.ts";
import { addMember, addPerp, newMargin, trade } from "../local_exchange/support/margin.ts";
import { test } from "../support/test.ts";

/** A fill as REST lists it. */
const row = (
  id: number,
  side: "bid" | "ask",
  price: string,
  count: string,
  fees = "0.010000",
): MarginFill => ({
  ...{ fill_id: `f${id}`, order_id: `o${id}`, ticker: "P", side, price, count, fees },
  ...{ is_taker: true, entry_price: "0.0000", realized_pnl: "0.0000" },
  created_time: new Date(1_790_000_000_000 + id).toISOString(),
});

/** The same as the stream tells it. */
const frame = (fill: MarginFill, post_position: string, subaccount = 0): FillMessage => {
  const { fill_id: trade_id, order_id, ticker: market_ticker, side, price, count, fees: fee_cost, is_taker } =
    fill;
  return {
    ...{ type: "fill", sid: 1 },
    msg: {
      ...{
        trade_id,
        order_id,
        market_ticker,
        is_taker,
        side,
        price,
        count,
        fee_cost,
        post_position,
        subaccount,
      },
      ...{ ts_ms: Date.parse(fill.created_time), order_source: "user" },
    },
  };
};

test("long and short positions, marked by a book and by the last trade", async () => {
  await using positions = new Positions({ product: "perps", mark: "last" });
  assertEquals(positions.take(row(1, "ask", "6.5000", "10.00")), "counted");
  assertEquals(positions.take(row(2, "ask", "6.2000", "5.00")), "counted");
  const quote = { type: "ticker", msg: { market_ticker: "P", price: "6.1000" } };
  assertEquals(positions.take(quote), "counted");
  const { updatedMs: _, ...short } = positions.get("P") ?? { updatedMs: 0 };
  assertEquals(short, {
    ...{ ticker: "P", eventTicker: undefined, isSettled: false, isDoubtful: false },
    ...{ positionCenticontracts: -1500, averageCostMicros: 6_400_000, tradedMicros: 96_000_000 },
    ...{ costMicros: -96_000_000, realizedMicros: 0, feesMicros: 20_000, settlementFeesMicros: 0 },
    realizedNetMicros: -20_000,
    mark: {
      ...{ state: "known", by: "last", priceMicros: 6_100_000 },
      ...{ valueMicros: -91_500_000, unrealizedMicros: 4_500_000 },
    },
    ...{ valueMicros: -91_500_000, unrealizedMicros: 4_500_000, netMicros: 4_480_000 },
  });
  // Bought back, and 5 more.
  positions.take(row(3, "bid", "6.0000", "20.00"));
  const long = positions.get("P");
  assertEquals(
    [long?.positionCenticontracts, long?.costMicros, long?.realizedMicros, long?.unrealizedMicros],
    [500, 30_000_000, 6_000_000, 500_000],
  );
  assertEquals(positions.events(), []);
});

test("each fill counts once, from REST or the stream, in any order; of one subaccount alone", async () => {
  const rows = [
    row(1, "bid", "6.0000", "10.00"),
    row(2, "ask", "6.3000", "4.00"),
    row(3, "ask", "6.1000", "9.00"),
  ];
  const frames = ["10.00", "6.00", "-3.00"].map((after, index) => frame(rows[index] as MarginFill, after));
  await using positions = new Positions({ product: "perps" });
  assertEquals(positions.take(frames[2] as object), "counted");
  assertEquals(positions.take(frame(row(9, "bid", "6.0000", "1.00"), "1.00", 7)), "ignored");
  await positions.follow([...rows].reverse());
  await positions.follow(frames);
  const view = positions.get("P");
  assertEquals(
    [view?.positionCenticontracts, view?.costMicros, view?.realizedMicros, view?.isDoubtful],
    [-300, -18_300_000, 1_800_000, false],
  );
  assertEquals([positions.stats.fills, positions.stats.repeated, positions.stats.others], [3, 4, 1]);
});

test("what is of event contracts is refused, and open takes no product", async () => {
  await using positions = new Positions({ product: "perps" });
  const event = {
    trade_id: "t",
    order_id: "o",
    market_ticker: "E",
    yes_price_dollars: "0.5000",
    count_fp: "1.00",
  };
  assertThrows(() => positions.take(event), KalshiConfigError, "Positions take fills");
  assertThrows(() => positions.take({ type: "fill", msg: event }), KalshiConfigError, "without side");
  await using events = new Positions();
  assertThrows(() => events.take(row(1, "bid", "6.0000", "1.00")), KalshiConfigError, "Positions take fills");
  assertThrows(() => new Positions({ product: "margin" as "perps" }), KalshiConfigError, "product");
  const wrong = { product: "perps" } as OpenPositionsOptions;
  const opening = Positions.open({} as never, wrong).then(() => undefined, (error) => error);
  assert((await opening)?.message.includes("product"));
  await using client = new PerpsClient();
  await assertRejects(() => Positions.open(client as never), KalshiConfigError, "this is a client of perps");
});

test("they come to what the margin exchange itself and the money of perps say", () => {
  const fills = fc.array(
    fc.record({
      side: fc.constantFrom("bid" as const, "ask" as const),
      price: fc.integer({ min: 95_000, max: 105_000 }),
      count: fc.integer({ min: 1, max: 5_000 }),
    }),
    { minLength: 1, maxLength: 15 },
  );
  fc.assert(fc.property(fills, (list) => {
    const margin = newMargin();
    const info = addPerp(margin, "P");
    const [ann, bob] = [addMember(margin, "ann", 1_000_000), addMember(margin, "bob", 1_000_000)];
    const positions = new Positions({ product: "perps" });
    let counted = flatPosition;
    for (const [index, { side, price, count }] of list.entries()) {
      margin.setIndex(info, price);
      trade(margin, info, ann.wallet(0, 0), bob.wallet(0, 0), { side, price, count });
      const fees = formatMoney(ann.fills.at(-1)?.fee ?? 0);
      const fill = row(index, side, formatPrice(price), formatCount(count), fees);
      positions.take(fill);
      counted = addFill(counted, fill);
    }
    const view = positions.get("P");
    assertEquals(
      {
        positionCenticontracts: view?.positionCenticontracts,
        costMicros: view?.costMicros,
        realizedMicros: view?.realizedMicros,
        feesMicros: view?.feesMicros,
      },
      counted,
    );
    // What was won, and what closing would win, is what the exchange has in cash and in the position.
    const mark = formatPrice(info.settlementMark.price);
    const cash = ann.wallet(0, 0).cash - 1_000_000_000_000;
    assertEquals(view?.realizedNetMicros, cash);
    assertEquals(
      margin.balanceOf(ann.wallet(0, 0)).equity - 1_000_000_000_000,
      cash + unrealizedPnlMicros(counted, mark),
    );
  }));
});
