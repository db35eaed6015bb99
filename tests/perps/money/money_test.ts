/** The money helpers of `./perps`, by hand and against exact fractions. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { KalshiValueError } from "../../../src/base/errors.ts";
import { formatCount, formatPrice } from "../../../src/base/fixed_point.ts";
import {
  addFill,
  bigMicros,
  breakEvenPrice,
  contractsFor,
  contractsWorth,
  entryPrice,
  estimateCrossLiquidation,
  estimateFunding,
  estimateIsolatedLiquidation,
  estimateMargin,
  flatPosition,
  formatBigMicros,
  fundingPaymentMicros,
  isInPriceBand,
  leverageOf,
  marginState,
  notionalMicros,
  priceBand,
  returnOnMargin,
  roundToTick,
  tradeFeeMicros,
  underlyingOf,
  underlyingPrice,
  unrealizedPnlMicros,
} from "../../../src/perps/money/mod.ts";
import { test } from "../../support/test.ts";
import {
  absolute,
  add,
  compare,
  microsDown,
  microsUp,
  multiply,
  over,
  type Rational,
  rational,
  subtract,
} from "./rational.ts";

const price = fc.integer({ min: 1, max: 900_000_000 }).map(formatPrice);
const count = fc.integer({ min: -1_000_000, max: 1_000_000 }).map(formatCount);
const size = fc.integer({ min: 1, max: 1_000_000 }).map(formatCount);
const rate = fc.oneof(
  fc.integer({ min: 0, max: 20_000 }).map((units) => units / 1_000_000),
  fc.double({ min: 1e-9, max: 0.02, noNaN: true }),
);

const bitcoin = {
  contract_size: "0.000100",
  underlying_multiplier: "1.000000",
  fractional_trading_enabled: false,
};
/** A contract of 1000 kSHIB, each of which is 1000 SHIB. */
const shib = {
  contract_size: "1000.000000",
  underlying_multiplier: "1000",
  fractional_trading_enabled: true,
};

test("contracts, their worth and what is in them", () => {
  assertEquals(notionalMicros("6.2590", "100.00"), 625_900_000);
  assertEquals(notionalMicros("6.2590", "-100.00"), 625_900_000);
  assertEquals(notionalMicros("0.0001", "0.01"), 1);
  assertEquals(underlyingOf(bitcoin, "250.00"), "0.025");
  assertEquals(underlyingOf(bitcoin, "-250.00"), "-0.025");
  assertEquals(underlyingOf(bitcoin, "0.00"), "0");
  assertEquals(underlyingOf(shib, "1.50"), "1500000");
  assertEquals(underlyingPrice(bitcoin, "6.2590"), "62590.0000");
  assertEquals(underlyingPrice(shib, "5.2117", 10), "0.0000052117");
  assertEquals(underlyingPrice(shib, "5.2117", 6), "0.000005");
  assertEquals(underlyingPrice(bitcoin, "6.2590", 0), "62590");
  assertEquals(contractsFor(bitcoin, "0.0257"), "257.00");
  assertEquals(contractsFor(bitcoin, "0.02579999"), "257.00");
  assertEquals(contractsFor(bitcoin, "0"), "0.00");
  assertEquals(contractsFor(shib, "1234567"), "1.23");
  assertEquals(contractsWorth(bitcoin, "6.2590", "1000"), "159.00");
  assertEquals(contractsWorth(shib, "6.2590", "1000"), "159.76");
});

test("contracts that hold or are worth an amount are the most that do", () => {
  fc.assert(
    fc.property(price, fc.integer({ min: 0, max: 1_000_000_000 }), fc.boolean(), (each, micros, isWhole) => {
      const dollars = formatBigMicros(BigInt(micros));
      const step = rational(isWhole ? 1 : "0.01");
      const found = rational(contractsWorth({ fractional_trading_enabled: !isWhole }, each, dollars));
      assert(compare(multiply(found, rational(each)), rational(dollars)) <= 0);
      assert(compare(multiply(add(found, step), rational(each)), rational(dollars)) > 0);
      const units = { ...bitcoin, contract_size: "0.0037", fractional_trading_enabled: !isWhole };
      const held = rational(contractsFor(units, dollars));
      assert(compare(multiply(held, rational("0.0037")), rational(dollars)) <= 0);
      assert(compare(multiply(add(held, step), rational("0.0037")), rational(dollars)) > 0);
    }),
  );
});

test("sums of a whole market have no limit", () => {
  assertEquals(bigMicros("123456789012345.678901"), 123_456_789_012_345_678_901n);
  assertEquals(bigMicros("-0.5000000"), -500_000n);
  assertEquals(formatBigMicros(123_456_789_012_345_678_901n), "123456789012345.678901");
  assertEquals(formatBigMicros(-1n), "-0.000001");
  assertThrows(() => bigMicros("0.0000001"), KalshiValueError, "at most 6 decimals");
  fc.assert(fc.property(fc.bigInt(-(10n ** 40n), 10n ** 40n), (micros) => {
    assertEquals(bigMicros(formatBigMicros(micros)), micros);
  }));
});

test("what would not stay exact is refused, and what has no meaning, by the field's name", () => {
  // 9 007 199 254.740991 dollars are the most.
  assertEquals(notionalMicros("0.0001", "90071992547409.91"), Number.MAX_SAFE_INTEGER);
  assertThrows(() => notionalMicros("0.0002", "90071992547409.91"), KalshiValueError, "would not stay exact");
  const rates = { maker_fee_rates: { A: 0.0005 }, taker_fee_rates: { A: 0.0012 } };
  const trade = { ticker: "A", price: "6.2590", count: "100.00", isTaker: true };
  const market = { tick_size: "0.0001" };
  const fill = { side: "bid", price: "6.0000", count: "1.00", fees: "0.01" } as const;
  const wrong: [call: () => unknown, message: string][] = [
    [() => notionalMicros("6.25901", "1.00"), "price: "],
    [() => notionalMicros("6.2590", "1.001"), "count: "],
    [() => notionalMicros("-6.2590", "1.00"), "price: "],
    [() => notionalMicros(undefined as never, "1.00"), "price: Expected a decimal string"],
    [() => underlyingOf({ ...bitcoin, contract_size: "0" }, "1"), "contract_size takes a decimal above 0"],
    [() => underlyingOf({ ...bitcoin, underlying_multiplier: "x" }, "1"), "underlying_multiplier takes"],
    [() => underlyingPrice(bitcoin, "6", 16), "decimals takes"],
    ...["4", 4n, null, [4], Symbol("4"), NaN].map((
      decimals,
    ): [call: () => unknown, message: string] => [
      () => underlyingPrice(bitcoin, "6", decimals as number),
      "decimals takes",
    ]),
    [() => contractsFor(bitcoin, "-1"), "underlying takes a decimal of 0 or more"],
    [() => contractsWorth(bitcoin, "0.0000", "1"), "a price above 0"],
    [() => contractsWorth(bitcoin, "1.0000", "-1"), "dollars of 0 or more"],
    [() => tradeFeeMicros(rates, { ...trade, ticker: "B" }), 'taker_fee_rates has no "B": your account'],
    [() => tradeFeeMicros(rates, { ...trade, ticker: "toString" }), "taker_fee_rates has no"],
    [() => fundingPaymentMicros({ position: "1", markPrice: "6", rate: NaN }), "rate takes a plain decimal"],
    [() => roundToTick(market, "buy" as never, "6"), 'side takes "bid" or "ask"; got "buy".'],
    [() => roundToTick(market, "bid", "6", "down" as never), 'rounding takes "passive" or "aggressive"'],
    [() => roundToTick(market, "bid", 0), "price takes a decimal above 0"],
    [() => roundToTick({ tick_size: "0.0000" }, "bid", 1), "tick_size takes a decimal above 0"],
    [() => roundToTick({ tick_size: "0.5000" }, "bid", 0.4), "less than a tick"],
    [() => isInPriceBand({}, "bid", "6.00001"), "price: "],
    [() => addFill(flatPosition, { ...fill, side: "yes" }), "side takes"],
    [() => addFill(flatPosition, { ...fill, count: "0.00" }), "count takes a number of contracts above 0"],
    [() => addFill(flatPosition, { ...fill, count: "-1.00" }), "count takes a number of contracts above 0"],
    [() => addFill(flatPosition, { ...fill, fees: "free" }), "fees: "],
    [() => unrealizedPnlMicros({ position: "1", entry_price: "-6" }, "6"), "entry_price takes"],
    [
      () => underlyingOf(undefined as never, "1"),
      "market takes an object, such as Kalshi answers; got nothing",
    ],
    [() => contractsWorth(null as never, "1", "1"), "market takes an object"],
    [() => roundToTick("P" as never, "bid", 1), 'market takes an object, such as Kalshi answers; got "P"'],
    [() => priceBand(undefined as never), "best takes an object"],
    [() => isInPriceBand(undefined as never, "bid", "1"), "best takes an object"],
    [() => tradeFeeMicros(rates, undefined as never), "trade takes an object"],
    [() => tradeFeeMicros(undefined as never, trade), "rates takes an object"],
    [() => tradeFeeMicros({} as never, trade), "taker_fee_rates takes an object"],
    [() => fundingPaymentMicros(undefined as never), "funding takes an object"],
    [() => estimateFunding(null as never, "1"), "estimate takes an object"],
    [() => estimateMargin(undefined as never), "input takes an object"],
    [() => estimateCrossLiquidation({} as never), "position takes an object"],
    [() => estimateIsolatedLiquidation(undefined as never), "input takes an object"],
    [() => marginState(undefined as never, {} as never), "balance takes an object"],
    [() => marginState({ account_equity: "1", maintenance_margin: "1" }, null as never), "parameters takes"],
    [() => addFill(undefined as never, fill), "position takes an object"],
    [() => addFill(flatPosition, undefined as never), "fill takes an object"],
    // As they come from a file, or from what was counted with floats.
    [() => addFill({ ...flatPosition, costMicros: null as never }, fill), "costMicros takes a whole number"],
    [() => addFill({ ...flatPosition, feesMicros: "1" as never }, fill), "feesMicros takes a whole number"],
    [() => addFill({ ...flatPosition, realizedMicros: 0.5 }, fill), "realizedMicros takes a whole number"],
    [() => entryPrice(undefined as never), "position takes an object"],
    [
      () => entryPrice({ ...flatPosition, positionCenticontracts: NaN }),
      "positionCenticontracts takes a whole",
    ],
    [() => unrealizedPnlMicros({ ...flatPosition, costMicros: undefined as never }, "6"), "costMicros takes"],
    [() => returnOnMargin(undefined as never, "1"), "unrealizedMicros takes a whole number"],
    [() => formatBigMicros(1 as never), "micros takes a bigint"],
    [() => unrealizedPnlMicros(null as never, "6"), "position takes an object"],
    [() => breakEvenPrice(undefined as never, { exitFeeRate: 0 }), "position takes an object"],
    [() => breakEvenPrice({ position: "1", entry_price: "6", fees: "0" }, undefined as never), "costs takes"],
    [
      () => breakEvenPrice({ position: "1", entry_price: "6", fees: "0" }, { exitFeeRate: 1 }),
      "exitFeeRate takes a rate below 1",
    ],
  ];
  for (const [call, message] of wrong) {
    const error = assertThrows(call, KalshiValueError);
    assert(error.message.includes(message), `${error.message} / ${message}`);
    assertEquals([error.code, error.outcome], ["VALUE", "not-sent"]);
  }
});

test("prices go to the tick, in the order's favour or against it", () => {
  const half = { tick_size: "0.0005" };
  const cases: [side: "bid" | "ask", price: string | number, passive: string, aggressive: string][] = [
    ["bid", 6.25938, "6.2590", "6.2595"],
    ["ask", 6.25938, "6.2595", "6.2590"],
    ["bid", "6.2595", "6.2595", "6.2595"],
    ["ask", "6.259500", "6.2595", "6.2595"],
    ["bid", 6.259499999999999, "6.2590", "6.2595"],
    ["ask", "62590.12345678", "62590.1235", "62590.1230"],
  ];
  for (const [side, at, passive, aggressive] of cases) {
    assertEquals([roundToTick(half, side, at), roundToTick(half, side, at, "aggressive")], [
      passive,
      aggressive,
    ]);
  }
  fc.assert(fc.property(
    fc.double({ min: 1, max: 1e9, noNaN: true }),
    fc.integer({ min: 1, max: 10_000 }).map(formatPrice),
    fc.constantFrom("bid", "ask"),
    (model, tick_size, side) => {
      const exact = rational(model);
      const tick = rational(tick_size);
      const passive = rational(roundToTick({ tick_size }, side, model));
      const aggressive = rational(roundToTick({ tick_size }, side, model, "aggressive"));
      for (const rounded of [passive, aggressive]) {
        const [ticks, one] = over(rounded, tick);
        assertEquals(ticks % one, 0n);
        assert(compare(absolute(subtract(rounded, exact)), tick) < 0);
      }
      assertEquals(compare(passive, exact) * (side === "bid" ? 1 : -1) <= 0, true);
      assertEquals(compare(aggressive, exact) * (side === "bid" ? 1 : -1) >= 0, true);
    },
  ));
});

test("the price band: a fifth or ten cents, whichever is wider, and none on an empty side", () => {
  const bands: [bid: string | null, ask: string | null, low: string | undefined, high: string | undefined][] =
    [
      ["6.2590", "6.2600", "5.0072", "7.5120"],
      ["6.2599", "6.2599", "5.0080", "7.5118"],
      // Ten cents are more than a fifth.
      ["0.4000", "0.4100", "0.3000", "0.5100"],
      ["0.5000", "0.5000", "0.4000", "0.6000"],
      // Below ten cents every bid is within it.
      ["0.1000", "0.1000", undefined, "0.2000"],
      ["0.0000", "0.0000", undefined, undefined],
      [null, null, undefined, undefined],
    ];
  for (const [bid, ask, lowestBid, highestAsk] of bands) {
    assertEquals(priceBand({ bid, ask }), { lowestBid, highestAsk });
  }
  assertEquals(priceBand({}), { lowestBid: undefined, highestAsk: undefined });
  const best = { bid: "6.2590", ask: "6.2600" };
  assertEquals(
    [
      isInPriceBand(best, "bid", "5.0072"),
      isInPriceBand(best, "bid", "5.0071"),
      isInPriceBand(best, "ask", "7.5120"),
      isInPriceBand(best, "ask", "7.5121"),
      // A bid above every ask trades; the band is about the other direction.
      isInPriceBand(best, "bid", "99.0000"),
      isInPriceBand({}, "bid", "0.0001"),
    ],
    [true, false, true, false, true, true],
  );
  fc.assert(fc.property(price, price, (best, at) => {
    const [b, p] = [rational(best), rational(at)];
    const fifth = multiply(b, rational("0.2"));
    const width = compare(fifth, rational("0.1")) > 0 ? fifth : rational("0.1");
    assertEquals(isInPriceBand({ bid: best }, "bid", at), compare(p, subtract(b, width)) >= 0);
    assertEquals(isInPriceBand({ ask: best }, "ask", at), compare(p, add(b, width)) <= 0);
  }));
});

test("fees are a part of what is traded, rounded up", () => {
  const rates = { maker_fee_rates: { A: 0.0005, B: 0 }, taker_fee_rates: { A: 0.0012 } };
  const trade = { ticker: "A", price: "6.2590", count: "100.00" };
  assertEquals(tradeFeeMicros(rates, { ...trade, isTaker: true }), 751_080);
  assertEquals(tradeFeeMicros(rates, { ...trade, isTaker: false }), 312_950);
  assertEquals(tradeFeeMicros(rates, { ...trade, ticker: "B", isTaker: false }), 0);
  // A millionth for the least.
  assertEquals(tradeFeeMicros(rates, { ticker: "A", price: "0.0001", count: "0.01", isTaker: true }), 1);
  fc.assert(fc.property(price, count, rate, (at, contracts, part) => {
    const fee = tradeFeeMicros({ maker_fee_rates: {}, taker_fee_rates: { A: part } }, {
      ...{ ticker: "A", price: at, count: contracts, isTaker: true },
    });
    const exact = absolute(multiply(multiply(rational(at), rational(contracts)), rational(part)));
    assertEquals(BigInt(fee), microsUp(exact));
  }));
});

test("funding is above 0 when it is received", () => {
  const paid = { position: "100.00", markPrice: "6.2590", rate: 0.0001 };
  assertEquals(fundingPaymentMicros(paid), -62_590);
  assertEquals(fundingPaymentMicros({ ...paid, position: "-100.00" }), 62_590);
  assertEquals(fundingPaymentMicros({ ...paid, rate: "-0.0003971378687289" }), 248_568);
  assertEquals(fundingPaymentMicros({ ...paid, rate: -5e-7 }), 312);
  fc.assert(fc.property(price, count, rate, fc.boolean(), (markPrice, position, part, isBelow) => {
    const signed = isBelow ? -part : part;
    const exact = multiply(multiply(rational(markPrice), rational(position)), rational(-signed));
    assertEquals(BigInt(fundingPaymentMicros({ position, markPrice, rate: signed })), microsDown(exact));
  }));
});

test("the next funding is estimated where the exchange tells its rate", () => {
  const next_funding_time = "2026-11-29T20:00:00Z";
  const dueMs = Date.UTC(2026, 10, 29, 20);
  assertEquals(
    estimateFunding({ next_funding_time, funding_rate: 0.0001, mark_price: "6.2590" }, "100.00"),
    { state: "known", paymentMicros: -62_590, dueMs },
  );
  for (const missing of [{}, { funding_rate: 0.0001 }, { funding_rate: null, mark_price: "6.2590" }]) {
    assertEquals(estimateFunding({ next_funding_time, ...missing }, "100.00"), { state: "unknown", dueMs });
  }
  const never = { next_funding_time: "0001-01-01T00:00:00Z" };
  assertEquals(estimateFunding(never, "100.00"), { state: "unknown", dueMs: undefined });
});

test("a position is counted from its fills", () => {
  const fill = (side: "bid" | "ask", at: string, contracts: string, fees = "0.010000") => ({
    ...{ side, price: at, count: contracts, fees },
  });
  let position = addFill(flatPosition, fill("bid", "6.2500", "10.00"));
  position = addFill(position, fill("bid", "6.4000", "5.00"));
  assertEquals([entryPrice(position), position.positionCenticontracts], ["6.300000", 1500]);
  position = addFill(position, fill("ask", "6.6000", "6.00"));
  assertEquals([entryPrice(position), position.realizedMicros], ["6.300000", 1_800_000]);
  assertEquals(unrealizedPnlMicros(position, "6.1000"), -1_800_000);
  // Turned around: 9 close at a loss of $2.70, 3 are short at $6.00.
  position = addFill(position, fill("ask", "6.0000", "12.00"));
  assertEquals(position, {
    positionCenticontracts: -300,
    costMicros: -18_000_000,
    realizedMicros: -900_000,
    feesMicros: 40_000,
  });
  assertEquals([entryPrice(position), unrealizedPnlMicros(position, "5.5000")], ["6.000000", 1_500_000]);
  assertEquals(entryPrice(flatPosition), undefined);
  assertEquals(unrealizedPnlMicros(flatPosition, "5.5000"), 0);
});

test("of Kalshi's own positions, profit goes by their rounded price of entry", () => {
  assertEquals(unrealizedPnlMicros({ position: "9.00", entry_price: "6.3000" }, "6.1000"), -1_800_000);
  assertEquals(unrealizedPnlMicros({ position: "-3.00", entry_price: "6.000000" }, "5.5000"), 1_500_000);
  assertEquals(unrealizedPnlMicros({ position: "0.01", entry_price: "6.333333" }, "6.3334"), 0);
  assertEquals(unrealizedPnlMicros({ position: "-0.01", entry_price: "6.333333" }, "6.3334"), -1);
  const entry = fc.integer({ min: 0, max: 2_000_000_000 }).map((units) => formatBigMicros(BigInt(units)));
  fc.assert(fc.property(entry, count, price, (entry_price, position, mark) => {
    const exact = multiply(rational(position), subtract(rational(mark), rational(entry_price)));
    assertEquals(BigInt(unrealizedPnlMicros({ position, entry_price }, mark)), microsDown(exact));
  }));
});

test("return on margin is in percent, and leverage a quotient", () => {
  assertEquals(returnOnMargin(-1_800_000, "100.0000"), "-1.80");
  assertEquals(returnOnMargin(1_234_567, "37.000000"), "3.34");
  for (const none of [null, undefined, "0.0000"]) assertEquals(returnOnMargin(1, none), undefined);
  assertEquals(leverageOf("625.9000", "104.3200"), "5.9998");
  assertEquals(leverageOf("-625.9000", "104.3200"), "5.9998");
  for (const none of [null, undefined, "0.0000"]) assertEquals(leverageOf("625.9000", none), undefined);
});

test("closing at the break-even price is no loss, and one price worse is", () => {
  const position = { position: "10.00", entry_price: "6.0000", fees: "0.0720" };
  // (60 + 0.072) / 10 / (1 - 0.0012) is 6.01441...
  assertEquals(breakEvenPrice(position, { exitFeeRate: 0.0012 }), "6.0145");
  // Short: (60 - 0.072) / 10 / (1 + 0.0012) is 5.98561...
  assertEquals(breakEvenPrice({ ...position, position: "-10.00" }, { exitFeeRate: 0.0012 }), "5.9856");
  assertEquals(breakEvenPrice(position, { exitFeeRate: 0, funding: "1.0720" }), "5.9000");
  assertEquals(breakEvenPrice(position, { exitFeeRate: 0, funding: "-0.9280" }), "6.1000");
  assertEquals(breakEvenPrice(position, { exitFeeRate: 0, funding: "100" }), "0.0000");
  assertEquals(
    breakEvenPrice({ ...position, position: "-10.00" }, { exitFeeRate: 0, funding: "-100" }),
    undefined,
  );
  assertEquals(breakEvenPrice({ ...position, position: "0.00" }, { exitFeeRate: 0 }), undefined);
  fc.assert(
    fc.property(
      size,
      price,
      rate,
      fc.boolean(),
      fc.integer({ min: -9_000_000, max: 9_000_000 }),
      (...[contracts, entry_price, exitFeeRate, isLong, paid]) => {
        const funding = formatBigMicros(BigInt(paid));
        const fees = "0.123456";
        const signed = isLong ? contracts : `-${contracts}`;
        const found = breakEvenPrice({ position: signed, entry_price, fees }, { exitFeeRate, funding });
        /** All of it, if it is closed at `at`. */
        const gained = (at: Rational) => {
          const gross = multiply(rational(signed), subtract(at, rational(entry_price)));
          const fee = multiply(multiply(rational(contracts), at), rational(exitFeeRate));
          return add(subtract(subtract(gross, rational(fees)), fee), rational(funding));
        };
        if (found === undefined) {
          return assert(
            !isLong && compare(gained(rational("0.0001")), rational(0)) < 0,
          );
        }
        const step = rational(isLong ? "-0.0001" : "0.0001");
        assert(compare(gained(rational(found)), rational(0)) >= 0);
        if (found !== "0.0000") assert(compare(gained(add(rational(found), step)), rational(0)) < 0);
      },
    ),
  );
});

test("money never comes as a minus zero", () => {
  for (const position of ["0.00", "-0.00"]) {
    for (const rate of [0, -0, 0.01, -0.01]) {
      assert(Object.is(fundingPaymentMicros({ position, markPrice: "6.0000", rate }), 0));
    }
    assert(Object.is(notionalMicros("6.0000", position), 0));
    assert(Object.is(unrealizedPnlMicros({ position, entry_price: "6.0000" }, "7.0000"), 0));
  }
});
