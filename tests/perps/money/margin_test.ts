/** Margin, leverage and liquidation, by hand and against exact fractions. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { KalshiValueError } from "../../../src/base/errors.ts";
import { formatCount, formatPrice } from "../../../src/base/fixed_point.ts";
import {
  estimateCrossLiquidation,
  estimateIsolatedLiquidation,
  estimateMargin,
  formatBigMicros,
  type IsolatedLiquidationInput,
  marginState,
  type MarketLeverage,
  type NoLiquidationEstimate,
} from "../../../src/perps/money/mod.ts";
import { test } from "../../support/test.ts";
import {
  absolute,
  add,
  compare,
  microsUp,
  multiply,
  over,
  type Rational,
  rational,
  subtract,
} from "./rational.ts";

const ticker = "KXBTCPERP";
/** As production has them. */
const parameters = {
  liquidation_margin_ratio_threshold: 1,
  queue_entry_margin_ratio_threshold: 0.91,
  initial_margin_multiplier: { [ticker]: 1.3 },
};
/** The other way round: equity over maintenance margin. */
const falling = { liquidation_margin_ratio_threshold: 1.1, queue_entry_margin_ratio_threshold: 1.25 };
const market: MarketLeverage = {
  ticker,
  leverage_estimate: 6,
  leverage_estimates: { "1000": 6, "10000": 5, "100000": 4, "1000000": 2.5 },
};
const dollars = (least: number, most: number) =>
  fc.integer({ min: least, max: most }).map((micros) => formatBigMicros(BigInt(micros)));

test("the margin of a position is its value over the leverage of the next larger size", () => {
  const cases: [position: string, maintenance: number, initial: number, assumed: string][] = [
    // $600, $1000, $1000.01 and so on at $6.
    ["100.00", 100_000_000, 130_000_000, "listed-sizes"],
    ["-100.00", 100_000_000, 130_000_000, "listed-sizes"],
    ["166.66", 166_660_000, 216_658_000, "listed-sizes"],
    ["166.67", 200_004_000, 260_005_200, "listed-sizes"],
    ["166666.00", 399_998_400_000, 519_997_920_000, "listed-sizes"],
    ["200000.00", 480_000_000_000, 624_000_000_000, "beyond-listed-sizes"],
  ];
  for (const [position, maintenanceMicros, initialMicros, assumed] of cases) {
    const found = estimateMargin({ market, parameters, position, price: "6.0000" });
    assertEquals(
      [found?.maintenanceMicros, found?.initialMicros, found?.assumes],
      [maintenanceMicros, initialMicros, [assumed, "no-offsets"]],
      position,
    );
  }
  const sided = {
    ...market,
    long_leverage_estimates: { "1000": 3 },
    short_leverage_estimates: { "1000": 2 },
  };
  const of = (position: string) => estimateMargin({ market: sided, parameters, position, price: "6.0000" });
  assertEquals([of("100.00")?.maintenanceMicros, of("-100.00")?.maintenanceMicros], [
    200_000_000,
    300_000_000,
  ]);
  assertEquals(of("100.00")?.maintenanceRate, "0.333334");
  const one = { ticker, leverage_estimate: 5.89, leverage_estimates: null };
  const small = estimateMargin({ market: one, parameters, position: "100.00", price: "6.0000" });
  assertEquals([small?.maintenanceMicros, small?.assumes[0]], [101_867_573, "one-leverage-for-all"]);
  for (const none of [{ ticker }, { ticker, leverage_estimate: null, leverage_estimates: {} }]) {
    assertEquals(estimateMargin({ market: none, parameters, position: "1.00", price: "6.0000" }), undefined);
  }
  const other = { market: { ...market, ticker: "OTHER" }, parameters, position: "1.00", price: "6.0000" };
  assertThrows(() => estimateMargin(other), KalshiValueError, 'initial_margin_multiplier has no "OTHER"');
});

test("maintenance and initial margin are exact fractions, rounded up", () => {
  const leverage = fc.double({ min: 1.01, max: 60, noNaN: true });
  const multiplier = fc.integer({ min: 1000, max: 2000 }).map((thousandths) => thousandths / 1000);
  const position = fc.integer({ min: -100_000, max: 100_000 }).map(formatCount);
  fc.assert(
    fc.property(
      leverage,
      multiplier,
      position,
      fc.integer({ min: 1, max: 900_000 }),
      (...[at, factor, contracts, units]) => {
        const price = formatPrice(units);
        const found = estimateMargin({
          market: { ticker, leverage_estimate: at },
          parameters: { initial_margin_multiplier: { [ticker]: factor } },
          position: contracts,
          price,
        });
        const worth = absolute(multiply(rational(contracts), rational(price)));
        const maintenance = microsUp(over(worth, rational(at)));
        assertEquals(BigInt(found?.maintenanceMicros ?? -1), maintenance);
        const exact = multiply([maintenance, 1_000_000n], rational(factor));
        assertEquals(BigInt(found?.initialMicros ?? -1), microsUp(exact));
      },
    ),
  );
});

test("how near liquidation is, whichever way round the thresholds are", () => {
  const at = (account_equity: string, maintenance_margin: string, by: typeof falling = parameters) => {
    const { state, ratio, cushionMicros, assumes } = marginState({ account_equity, maintenance_margin }, by);
    assertEquals(assumes, ["ratio-of-equity"]);
    return [state, ratio, cushionMicros];
  };
  assertEquals(at("200.0000", "100.0000"), ["covered", "0.5000", 100_000_000]);
  assertEquals(at("110.0000", "100.0000"), ["covered", "0.9091", 10_000_000]);
  assertEquals(at("109.0000", "100.0000"), ["queued", "0.9175", 9_000_000]);
  assertEquals(at("100.0000", "100.0000"), ["liquidation", "1.0000", 0]);
  assertEquals(at("-5.0000", "100.0000"), ["liquidation", undefined, -105_000_000]);
  assertEquals(at("0.0000", "0.0000"), ["covered", undefined, 0]);
  assertEquals(at("-1.0000", "0.0000"), ["covered", undefined, -1_000_000]);
  assertEquals(at("126.0000", "100.0000", falling)[0], "covered");
  assertEquals(at("125.0000", "100.0000", falling)[0], "queued");
  assertEquals(at("110.0000", "100.0000", falling), ["liquidation", "0.9091", 0]);
  assertThrows(
    () =>
      marginState({ account_equity: "1", maintenance_margin: "1" }, {
        ...parameters,
        liquidation_margin_ratio_threshold: 0,
      }),
    KalshiValueError,
    "liquidation_margin_ratio_threshold takes a decimal above 0",
  );
});

const isolated: IsolatedLiquidationInput = {
  ...{ position: "100.00", entryPrice: "6.0000", collateral: "150.00", maintenanceRate: "0.2" },
  ...{ markPrice: "6.0000", parameters },
};
const risk = {
  ...{ position: "100.00", mark_price: "6.0000", position_notional: "600.0000", is_portfolio: false },
  maintenance_margin_required: "120.0000",
};
const balance = { account_equity: "150.0000", maintenance_margin: "120.0000" };

test("where an isolated position is liquidated", () => {
  const assumes = ["rate-stays", "no-fees-or-funding", "ratio-of-equity"] as const;
  assertEquals(estimateIsolatedLiquidation(isolated), {
    ...{ state: "at", price: "5.6250", isReached: false, distanceBps: 625, assumes },
  });
  assertEquals(estimateIsolatedLiquidation({ ...isolated, position: "-100.00" }), {
    ...{ state: "at", price: "6.2500", isReached: false, distanceBps: 416, assumes },
  });
  // The mark does not move the price, only the distance.
  assertEquals(estimateIsolatedLiquidation({ ...isolated, markPrice: "5.6000" }), {
    ...{ state: "at", price: "5.6250", isReached: true, distanceBps: 0, assumes },
  });
  assertEquals(estimateIsolatedLiquidation({ ...isolated, collateral: "600" }), { state: "never", assumes });
  assertEquals(estimateIsolatedLiquidation({ ...isolated, position: "0.00" }), {
    state: "unknown",
    reason: "flat",
  });
  for (
    const [wrong, message] of [
      [{ maintenanceRate: "0" }, "maintenanceRate takes a decimal above 0"],
      [{ maintenanceRate: "1" }, "check the rate"],
      [{ collateral: "-1" }, "collateral takes dollars of 0 or more"],
      [{ markPrice: "x" }, "markPrice: "],
      [{ entryPrice: "x" }, "entryPrice takes"],
    ] as const
  ) {
    assertThrows(() => estimateIsolatedLiquidation({ ...isolated, ...wrong }), KalshiValueError, message);
  }
});

test("where a cross position is liquidated", () => {
  const estimate = (of: Partial<typeof risk>, and: Partial<typeof balance> = {}) =>
    estimateCrossLiquidation({ position: { ...risk, ...of }, balance: { ...balance, ...and }, parameters });
  const long = estimate({});
  assert(long.state === "at");
  assertEquals([long.price, long.isReached, long.distanceBps], ["5.6250", false, 625]);
  assertEquals(long.assumes, [
    ...["other-positions-stay", "no-offsets", "rate-stays", "no-fees-or-funding", "ratio-of-equity"] as const,
  ]);
  // Others need $30 of the same equity.
  const beside = estimate({}, { maintenance_margin: "150.0000" });
  assert(beside.state === "at");
  assertEquals([beside.price, beside.isReached], ["6.0000", true]);
  assertEquals(estimate({}, { account_equity: "700" }).state, "never");
  const unknown: [reason: NoLiquidationEstimate, of: Partial<typeof risk>, and?: Partial<typeof balance>][] =
    [
      ["flat", { position: "0.00" }],
      ["portfolio", { is_portfolio: true }],
      ["no-margin", { maintenance_margin_required: "0.0000" }],
      ["no-margin", { position_notional: "0.0000" }],
      ["no-equity", {}, { account_equity: "0.0000" }],
    ];
  for (const [reason, of, and] of unknown) assertEquals(estimate(of, and), { state: "unknown", reason });
  const { maintenance_margin_required: _, ...unsaid } = risk;
  assertEquals(
    estimateCrossLiquidation({ position: unsaid, balance, parameters }),
    { state: "unknown", reason: "no-margin" },
  );
});

test("at the estimate the margin state is liquidation, and a step before it is not", () => {
  const thresholds = fc.constantFrom(parameters, falling);
  const position = fc.integer({ min: -1_000_000, max: 1_000_000 }).filter((units) => units !== 0).map(
    formatCount,
  );
  fc.assert(fc.property(
    position,
    fc.integer({ min: 100, max: 1_000_000 }).map(formatPrice),
    dollars(0, 1_000_000_000),
    fc.integer({ min: 1, max: 600 }).map((thousandths) => `0.${String(thousandths).padStart(3, "0")}`),
    thresholds,
    (contracts, entryPrice, collateral, maintenanceRate, by) => {
      const found = estimateIsolatedLiquidation({
        ...{ position: contracts, entryPrice, collateral, maintenanceRate },
        ...{ markPrice: entryPrice, parameters: by },
      });
      const limit = by === falling ? over(rational(1), rational("1.1")) : rational(1);
      /** Whether maintenance margin is the threshold's part of the equity at a mark, or more. */
      const isOver = (mark: Rational) => {
        const gained = multiply(rational(contracts), subtract(mark, rational(entryPrice)));
        const need = multiply(absolute(multiply(rational(contracts), mark)), rational(maintenanceRate));
        return compare(need, multiply(add(rational(collateral), gained), limit)) >= 0;
      };
      const isLong = !contracts.startsWith("-");
      if (found.state === "never") return assert(isLong && !isOver(rational("0.0001")));
      assert(found.state === "at");
      const step = (steps: bigint): Rational => add(rational(found.price), [steps, 10_000n]);
      const [safe, beyond] = isLong ? [step(1n), step(-1n)] : [step(-1n), step(1n)];
      if (compare(safe, rational(0)) > 0) assertEquals([isOver(safe), isOver(beyond)], [false, true]);
    },
  ));
});
