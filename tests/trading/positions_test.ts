/** Positions from whatever tells of fills and settlements, in any order. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { KalshiClosedError, KalshiConfigError, KalshiValueError } from "../../src/base/errors.ts";
import { formatCount, formatMoney, formatPrice } from "../../src/base/fixed_point.ts";
import type { Fill, Settlement } from "../../src/contract/event/types.ts";
import { Positions, type PositionView } from "../../src/trading/mod.ts";
import { test } from "../support/test.ts";

interface Made {
  readonly n: number;
  readonly ticker: string;
  readonly side: "bid" | "ask";
  readonly price: number;
  readonly count: number;
  readonly fee: number;
  readonly atMs: number;
  /** The position after it, and its place in its millisecond. */
  readonly after: number;
  readonly rank: number;
}

const DAY_MS = Date.UTC(2026, 10, 29);

/** Fills as an exchange makes them, one after the other, some in one millisecond. */
const fills = (most: number) =>
  fc.array(
    fc.record({
      ticker: fc.constantFrom("A", "B"),
      side: fc.constantFrom<"bid" | "ask">("bid", "ask"),
      price: fc.integer({ min: 1, max: 9_999 }),
      count: fc.integer({ min: 1, max: 5_000 }),
      fee: fc.integer({ min: 0, max: 90_000 }),
      stepMs: fc.constantFrom(0, 0, 1, 700),
    }),
    { minLength: 1, maxLength: most },
  ).map((list) => {
    let atMs = DAY_MS;
    const held: Record<string, number> = {};
    const ranks: Record<string, number> = {};
    return list.map(({ stepMs, ...fill }, n): Made => {
      atMs += stepMs;
      const { ticker, side, count } = fill;
      const after = held[ticker] = (held[ticker] ?? 0) + (side === "bid" ? count : -count);
      const place = `${ticker} ${atMs}`;
      const rank = ranks[place] ?? 0;
      ranks[place] = rank + 1;
      return { ...fill, n, atMs, after, rank };
    });
  });

const ids = ({ n }: Made) => ({ trade_id: `trade-${n}`, order_id: `order-${n % 3}` });

const restFill = (fill: Made): Fill => ({
  ...ids(fill),
  fill_id: `fill-${fill.n}`,
  exchange_index: 0,
  ticker: fill.ticker,
  market_ticker: fill.ticker,
  outcome_side: fill.side === "bid" ? "yes" : "no",
  book_side: fill.side,
  count_fp: formatCount(fill.count),
  yes_price_dollars: formatPrice(fill.price),
  no_price_dollars: formatPrice(10_000 - fill.price),
  is_taker: true,
  created_time: new Date(fill.atMs).toISOString().replace("Z", "456Z"),
  fee_cost: formatMoney(fill.fee),
  subaccount_number: 0,
});

const frame = (fill: Made) => ({
  type: "fill",
  sid: 1,
  msg: {
    ...ids(fill),
    market_ticker: fill.ticker,
    exchange_index: 0,
    is_taker: true,
    side: fill.side === "bid" ? "yes" : "no",
    action: "buy",
    outcome_side: fill.side === "bid" ? "yes" : "no",
    count_fp: formatCount(fill.count),
    yes_price_dollars: formatPrice(fill.price),
    fee_cost: formatMoney(fill.fee),
    ts: Math.floor(fill.atMs / 1_000),
    ts_ms: fill.atMs,
    post_position_fp: formatCount(fill.after),
    subaccount: 0,
  },
});

const report = (fill: Made, prices: "cents" | "dollars") => ({
  MsgType: "8",
  ExecType: "F",
  ExecID: `1;${fill.n}`,
  OrderID: ids(fill).order_id,
  TrdMatchID: ids(fill).trade_id,
  Symbol: fill.ticker,
  Side: fill.side === "bid" ? "1" : "2",
  LastPx: prices === "dollars" ? formatPrice(fill.price) : String(fill.price / 100),
  LastQty: formatCount(fill.count),
  LongQty: formatCount(Math.max(0, fill.after)),
  ShortQty: formatCount(Math.max(0, -fill.after)),
  NoMiscFees: [{ MiscFeeAmt: formatMoney(fill.fee), MiscFeeCurr: "USD" }],
  TransactTime: new Date(fill.atMs).toISOString().replaceAll("-", "").replace("T", "-").replace("Z", ""),
});

/** The same positions, written as they stand in a textbook: money as fractions of BigInts nowhere cut, then compared. */
function inOrder(list: readonly Made[], ticker: string) {
  let [position, cost, realized, fees] = [0, 0, 0, 0];
  for (const { side, price, count, fee } of list.filter((one) => one.ticker === ticker)) {
    const unit = side === "bid" ? price : 10_000 - price;
    const isClosing = side === "bid" ? position < 0 : position > 0;
    const closing = isClosing ? Math.min(count, Math.abs(position)) : 0;
    const share = closing === 0 ? 0 : Number(BigInt(cost) * BigInt(closing) / BigInt(Math.abs(position)));
    realized += closing * (10_000 - unit) - share;
    cost += (count - closing) * unit - share;
    position += side === "bid" ? count : -count;
    fees += fee;
  }
  return { position, cost, realized, fees };
}

const figures = (view: PositionView | undefined) =>
  view && {
    position: view.positionCenticontracts,
    cost: view.costMicros,
    realized: view.realizedMicros,
    fees: view.feesMicros,
  };

type Way = "frame" | "cents" | "dollars" | "rest";
const ways = fc.constantFrom<Way>("frame", "cents", "dollars");

function told(fill: Made, way: Way): object {
  return way === "frame" ? frame(fill) : way === "rest" ? restFill(fill) : report(fill, way);
}

test("fills count once, by whatever way and in any order they come", () => {
  fc.assert(
    fc.property(
      fills(40).chain((list) =>
        fc.tuple(
          fc.constant(list),
          // Every fill once at least, in any order, and some again by another way.
          fc.shuffledSubarray(list, { minLength: list.length }),
          fc.array(fc.tuple(fc.constantFrom(...list), ways), { maxLength: 40 }),
          ways,
        )
      ),
      ([list, shuffled, again, way]) => {
        const positions = {
          cents: new Positions({ fixPrices: "cents" }),
          dollars: new Positions({ fixPrices: "dollars" }),
        };
        const prices = way === "dollars" ? "dollars" : "cents";
        const mine = positions[prices];
        const isOwn = (other: Way) => other === "frame" || other === prices;
        const half = Math.floor(again.length / 2);
        for (const [fill, other] of again.slice(0, half)) if (isOwn(other)) mine.take(told(fill, other));
        for (const fill of shuffled) mine.take(told(fill, way));
        for (const [fill, other] of again.slice(half)) {
          if (isOwn(other)) assertEquals(mine.take(told(fill, other)), "known");
        }
        for (const ticker of ["A", "B"]) {
          const wanted = inOrder(list, ticker);
          const has = list.some((fill) => fill.ticker === ticker);
          assertEquals(figures(mine.get(ticker)), has ? wanted : undefined);
          assertEquals(mine.get(ticker)?.isDoubtful ?? false, false);
        }
        assertEquals(mine.stats.fills, list.length);
      },
    ),
    { numRuns: 300 },
  );
});

test("pages of REST, newest first, tell the order within a millisecond; frames before or after them change nothing", async () => {
  await fc.assert(
    fc.asyncProperty(fills(40), fc.func(fc.boolean()), fc.boolean(), async (list, picks, isBefore) => {
      const positions = new Positions();
      const live = list.filter((fill) => picks(fill.n));
      if (isBefore) { for (const fill of live) positions.take(frame(fill)); }
      await positions.follow([...list].reverse().map(restFill));
      if (!isBefore) { for (const fill of live) positions.take(frame(fill)); }
      for (const ticker of new Set(list.map((fill) => fill.ticker))) {
        assertEquals(figures(positions.get(ticker)), inOrder(list, ticker));
      }
    }),
  );
});

test("remembering few fills sums the older ones up, and changes no figure", () => {
  fc.assert(
    fc.property(fills(60), fc.integer({ min: 1, max: 8 }), (list, remember) => {
      const positions = new Positions({ remember });
      for (const fill of list) positions.take(frame(fill));
      for (const ticker of new Set(list.map((fill) => fill.ticker))) {
        assertEquals(figures(positions.get(ticker)), inOrder(list, ticker));
      }
      // Each is known again: by its key, or by its age.
      for (const fill of list) assertEquals(positions.take(frame(fill)), "known");
      const { repeated, tooOld } = positions.stats;
      assertEquals(repeated + tooOld, list.length);
    }),
  );
});

const fill = (over: Partial<Made> = {}): Made => ({
  n: 1,
  ticker: "A",
  side: "bid",
  price: 4_000,
  count: 1_000,
  fee: 17_000,
  atMs: DAY_MS,
  after: 1_000,
  rank: 0,
  ...over,
});

const settlement = (over: Partial<Settlement> = {}): Settlement => ({
  ticker: "A",
  exchange_index: 0,
  event_ticker: "E",
  market_result: "yes",
  yes_count_fp: "10.00",
  yes_total_cost_dollars: "4.000000",
  no_count_fp: "0.00",
  no_total_cost_dollars: "0.000000",
  revenue: 1_000,
  settled_time: new Date(DAY_MS + 1_000).toISOString(),
  fee_cost: "0.000000",
  value: 100,
  ...over,
});

test("the money of a position: cost, average, gains, fees, and what is left after them", () => {
  const positions = new Positions();
  positions.take(frame(fill()));
  positions.take(frame(fill({ n: 2, price: 5_001, count: 500, after: 1_500, atMs: DAY_MS + 1 })));
  const view = positions.get("A");
  assertEquals(figures(view), { position: 1_500, cost: 6_500_500, realized: 0, fees: 34_000 });
  assertEquals(view?.averageCostMicros, 433_367);
  positions.take(
    frame(fill({ n: 3, side: "ask", price: 6_000, count: 2_000, after: -500, atMs: DAY_MS + 2 })),
  );
  // 15 sold at 0.60 that cost 6.5005, and 5 NO bought at 0.40.
  assertEquals(figures(positions.get("A")), {
    position: -500,
    cost: 2_000_000,
    realized: 2_499_500,
    fees: 51_000,
  });
  assertEquals(positions.get("A")?.averageCostMicros, 400_000);
  assertEquals(positions.get("A")?.realizedNetMicros, 2_448_500);
  assertEquals(positions.get("A")?.tradedMicros, 8_500_500);
});

test("a settlement pays: cents and dollars of REST, the outcome of the stream, the price of FIX", () => {
  const ends: [string, (positions: Positions) => void, Record<string, number>][] = [
    ["rest", (to) => to.take(settlement()), { realized: 6_000_000, fees: 0 }],
    [
      // 10 contracts at 0.3355 are 3.355: 3.35 are paid, half a cent is the fee.
      "rest, scalar",
      (to) => to.take(settlement({ market_result: "scalar", revenue: 335, fee_cost: "0.005000", value: 33 })),
      { realized: -645_000, fees: 5_000 },
    ],
    [
      "stream",
      (to) => {
        to.take({
          type: "market_lifecycle_v2",
          msg: { event_type: "determined", market_ticker: "A", result: "scalar", settlement_value: "0.3355" },
        });
        to.take({
          type: "market_lifecycle_v2",
          msg: { event_type: "settled", market_ticker: "A", settled_ts: DAY_MS / 1_000 + 9 },
        });
      },
      { realized: -645_000, fees: 5_000 },
    ],
    [
      "fix",
      (to) => to.take({ type: "settlement", Symbol: "A", price: 3_355 }),
      { realized: -645_000, fees: 5_000 },
    ],
  ];
  for (const [name, settle, wanted] of ends) {
    const positions = new Positions();
    positions.take(frame(fill()));
    settle(positions);
    const view = positions.get("A");
    assertEquals([name, view?.positionCenticontracts, view?.costMicros, view?.isSettled], [name, 0, 0, true]);
    assertEquals([name, view?.realizedMicros, view?.settlementFeesMicros], [
      name,
      wanted.realized,
      wanted.fees,
    ]);
    assertEquals(view?.netMicros, (wanted.realized ?? 0) - (wanted.fees ?? 0) - 17_000);
    // Told again by REST: once is enough.
    const again = name === "rest" ? settlement() : settlement({ revenue: 335, fee_cost: "0.005000" });
    assertEquals(positions.take(again), "known");
    assertEquals(positions.get("A")?.realizedMicros, wanted.realized);
    assertEquals(positions.stats.settlements, 1);
  }
});

test("a fill that comes after the settlement still counts before it", () => {
  const [one, two] = [fill(), fill({ n: 2, price: 3_000, count: 500, after: 1_500, atMs: DAY_MS + 5 })];
  const row = settlement({ yes_count_fp: "15.00", revenue: 1_500 });
  const first = new Positions();
  for (const item of [frame(one), frame(two), row]) first.take(item);
  const late = new Positions();
  late.take(row);
  late.take(frame(two));
  // A settlement of 15 contracts, of which 5 are known.
  assertEquals(late.get("A")?.isDoubtful, true);
  late.take(frame(one));
  assertEquals(late.list(), first.list());
  assertEquals(late.get("A")?.isDoubtful, false);
});

test("a position that the exchange tells otherwise is doubtful, until what is missing comes", async () => {
  const positions = new Positions();
  const changes = positions.changes();
  positions.take(frame(fill({ n: 2, count: 500, after: 1_500, atMs: DAY_MS + 5 })));
  assertEquals(positions.get("A")?.isDoubtful, true);
  assertEquals(positions.stats.doubts, 1);
  assertEquals([(await changes.next()).value?.type, (await changes.next()).value?.type], ["fill", "doubt"]);
  positions.take(frame(fill()));
  assertEquals(positions.get("A")?.isDoubtful, false);
  assertEquals(positions.get("A")?.positionCenticontracts, 1_500);
  await positions.close();
});

test("fills of another subaccount, other frames and other messages are none of it", () => {
  const positions = new Positions({ subaccount: 2, fixPrices: "dollars" });
  assertEquals(positions.take(frame(fill())), "ignored");
  assertEquals(positions.take(restFill(fill())), "ignored");
  assertEquals(positions.take(report(fill(), "dollars")), "ignored");
  assertEquals(positions.take({ ...report(fill(), "dollars"), AllocAccount: 2 }), "counted");
  assertEquals(positions.take({ ...restFill(fill()), subaccount_number: 2 }), "known");
  const others = [
    { type: "orderbook_delta", sid: 1, seq: 1, msg: {} },
    { type: "user_order", sid: 1, msg: {} },
    { type: "multivariate_market_lifecycle", msg: { event_type: "settled", market_ticker: "B" } },
    { ...report(fill(), "dollars"), ExecType: "0" },
    { MsgType: "9" },
  ];
  for (const other of others) assertEquals(positions.take(other), "ignored");
  assertEquals(positions.stats.others, 3);
  assertEquals(positions.list().length, 1);
});

test("what is no fill, or only a part of one, is refused, and nothing is counted", async () => {
  const positions = new Positions();
  const bad = (item: unknown) => () => positions.take(item as object);
  assertThrows(bad(undefined), KalshiConfigError, "fills and settlements");
  assertThrows(bad("fill"), KalshiConfigError, "fills and settlements");
  assertThrows(bad({ ticker: "A" }), KalshiConfigError, "fills and settlements");
  assertThrows(bad({ ...restFill(fill()), count_fp: undefined }), KalshiConfigError, "count_fp");
  assertThrows(bad({ ...restFill(fill()), trade_id: "" }), KalshiConfigError, "trade_id");
  assertThrows(bad({ ...restFill(fill()), book_side: null, outcome_side: null }), KalshiConfigError, "side");
  assertThrows(bad({ ...restFill(fill()), fee_cost: "1e-3" }), KalshiValueError);
  assertThrows(bad({ ...settlement(), revenue: 10.5 }), KalshiConfigError, "whole cents");
  assertThrows(bad(report(fill(), "cents")), KalshiConfigError, "fixPrices");
  assertThrows(() => new Positions({ mark: "best" as "mid" }), KalshiConfigError, "mark");
  await assertRejects(() => positions.follow([{}]), KalshiConfigError);
  await assertRejects(() => Positions.open({} as never), KalshiConfigError, "KalshiClient");
  assertEquals(positions.list(), []);
  await positions.close();
  await positions.close();
  assertThrows(bad(frame(fill())), KalshiClosedError);
  assertEquals(positions.state, { name: "closed" });
});

test("changes tell of fills with the position that they make, and end with it", async () => {
  await using positions = new Positions();
  const changes = positions.changes();
  positions.take(frame(fill()));
  positions.take({ type: "reconnected", missedFromMs: 1, missedToMs: 2, recovered: 0 });
  positions.take(settlement());
  await positions.close();
  const seen = [];
  for await (const change of changes) seen.push(change);
  assertEquals(seen.map(({ type }) => type), ["fill", "gap", "settlement"]);
  const [first, gap] = seen;
  assert(first?.type === "fill" && gap?.type === "gap");
  assertEquals([first.priceCenticents, first.countCenticontracts, first.feeMicros], [4_000, 1_000, 17_000]);
  assertEquals([first.position.positionCenticontracts, gap.recovered], [1_000, true]);
  assertEquals((await positions.changes().next()).done, true);
});
