import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { KalshiValueError } from "../../../src/base/errors.ts";
import {
  afterFill,
  feeMicros,
  FLAT,
  fundingMicros,
  type Held,
  liquidationPrice,
  marginMicros,
  unrealizedMicros,
  valueMicros,
} from "../../../src/perps/money/arithmetic.ts";
import {
  compareRatios,
  divide,
  exactNumber,
  inverse,
  ONE,
  product,
  type Ratio,
  readRatio,
  type Rounding,
  times,
} from "../../../src/perps/money/ratio.ts";
import { test } from "../../support/test.ts";

const roundings: readonly Rounding[] = ["down", "up", "nearest"];
const price = fc.integer({ min: 1, max: 2_000_000_000 });
const count = fc.oneof(fc.integer({ min: -1_000_000, max: 1_000_000 }), fc.integer({ min: -300, max: 300 }));
const rate = fc.tuple(fc.integer({ min: 0, max: 99_999 }), fc.integer({ min: 5, max: 9 })).map((
  [digits, places],
) => ({ numerator: BigInt(digits), denominator: 10n ** BigInt(places) }));

/** Whether `whole` is `n / d` rounded so: by comparing products, without dividing. */
function isRounded(whole: bigint, n: bigint, d: bigint, rounding: Rounding): boolean {
  const low = whole * d;
  if (rounding === "down") return low <= n && n < low + d;
  if (rounding === "up") return low - d < n && n <= low;
  const twice = 2n * (n - low);
  return n >= 0n ? -d <= twice && twice < d : -d < twice && twice <= d;
}

test("a ratio is the decimal that was written, with exponents as JavaScript prints them", () => {
  const cases: [value: string | number, numerator: bigint, denominator: bigint][] = [
    [0.0012, 12n, 10_000n],
    ["0.0012", 12n, 10_000n],
    [-0.0003971378687289, -3_971_378_687_289n, 10n ** 16n],
    [5e-7, 5n, 10n ** 7n],
    [1e21, 10n ** 21n, 1n],
    [1.5e22, 15n * 10n ** 21n, 1n],
    [0, 0n, 1n],
    [6, 6n, 1n],
    ["1000.000000", 1_000_000_000n, 1_000_000n],
  ];
  for (const [value, numerator, denominator] of cases) {
    const read = readRatio(value, "rate");
    assertEquals(compareRatios(read, { numerator, denominator }), 0, String(value));
  }
  const bad: unknown[] = [
    NaN,
    Infinity,
    "",
    ".5",
    "1.",
    "+1",
    " 1",
    "0x1",
    "1e",
    "1e400",
    1e-60,
    null,
    true,
    {},
    10n,
  ];
  for (const value of bad) {
    const error = assertThrows(() => readRatio(value as string, "The fee rate"), KalshiValueError);
    assert(error.message.startsWith("The fee rate takes a plain decimal"), error.message);
  }
});

test("a number and what it prints are the same ratio", () => {
  fc.assert(fc.property(fc.double({ min: -1e6, max: 1e6, noNaN: true, minExcluded: false }), (value) => {
    fc.pre(Math.abs(value) > 1e-20 || value === 0);
    const read = readRatio(value, "rate");
    const places = String(read.denominator).length - 1;
    assertEquals(Number(`${read.numerator}e-${places}`), value || 0);
  }));
});

test("division rounds as it is told", () => {
  const big = fc.bigInt(-(10n ** 30n), 10n ** 30n);
  const small = fc.bigInt(-200n, 200n);
  fc.assert(
    fc.property(fc.oneof(big, small), fc.oneof(fc.bigInt(1n, 50n), fc.bigInt(1n, 10n ** 20n)), (n, d) => {
      for (const rounding of roundings) assert(isRounded(divide(n, d, rounding), n, d, rounding), rounding);
    }),
  );
  assertEquals([divide(5n, 2n, "nearest"), divide(-5n, 2n, "nearest")], [3n, -3n]);
  assertEquals([divide(-7n, 2n, "down"), divide(-7n, 2n, "up")], [-4n, -3n]);
});

test("ratios are ordered, multiplied and turned over exactly", () => {
  const ratio: fc.Arbitrary<Ratio> = fc.record({
    numerator: fc.bigInt(1n, 10n ** 18n),
    denominator: fc.bigInt(1n, 10n ** 18n),
  });
  fc.assert(fc.property(ratio, ratio, (a, b) => {
    assertEquals(compareRatios(a, b), 0 - compareRatios(b, a) + 0);
    assertEquals(compareRatios(product(a, inverse(a)), ONE), 0);
    assertEquals(compareRatios(product(a, b), a), compareRatios(b, ONE));
  }));
});

test("what is beyond 2^53 is refused, in sums and products too", () => {
  assertEquals(exactNumber(9_007_199_254_740_991n, "It"), Number.MAX_SAFE_INTEGER);
  for (const units of [9_007_199_254_740_992n, -9_007_199_254_740_992n]) {
    assertThrows(() => exactNumber(units, "The fee"), KalshiValueError, "The fee is beyond 9007199254740991");
  }
  assertThrows(() => times(Number.MAX_SAFE_INTEGER, readRatio(2, "rate"), "up", "It"), KalshiValueError);
  assertThrows(() => valueMicros(10_000_000_000, 1_000_000), KalshiValueError);
  assertThrows(() => afterFill(FLAT, 10_000_000_000, 1_000_000), KalshiValueError);
  // A product that does not fit, of which a small part does.
  assertEquals(feeMicros(9_000_000_000_000_000, readRatio(0.0012, "rate")), 10_800_000_000_000);
});

test("fills open, add to, reduce, close and turn a position", () => {
  const steps: [
    count: number,
    price: number,
    position: number,
    costMicros: number,
    realizedMicros: number,
  ][] = [
    // 10 at $6.25, 5 more at $6.40.
    [1000, 62_500, 1000, 62_500_000, 0],
    [500, 64_000, 1500, 94_500_000, 0],
    // 6 sold at $6.60: of $94.50, two fifths are closed.
    [-600, 66_000, 900, 56_700_000, 39_600_000 - 37_800_000],
    // 12 sold at $6.00: 9 close, 3 are short.
    [-1200, 60_000, -300, -18_000_000, 54_000_000 - 56_700_000],
    // Bought back at $5.50.
    [300, 55_000, 0, 0, 1_500_000],
  ];
  let held: Held = FLAT;
  for (const [signed, at, position, costMicros, realizedMicros] of steps) {
    const after = afterFill(held, signed, at);
    assertEquals(after, { position, costMicros, realizedMicros });
    held = after;
  }
});

test("whatever the fills: cost, gain and cash agree to the millionth", () => {
  fc.assert(fc.property(fc.array(fc.tuple(count, price), { maxLength: 40 }), (fills) => {
    let held: Held = FLAT;
    let [cash, position, realized] = [0n, 0, 0n];
    for (const [signed, at] of fills) {
      const before = held;
      const after = afterFill(before, signed, at);
      cash -= BigInt(signed) * BigInt(at);
      realized += BigInt(after.realizedMicros);
      position += signed;
      held = after;
      assertEquals(held.position, position);
      // All that was paid is what the open part cost, less what was gained.
      assertEquals(cash, realized - BigInt(held.costMicros));
      if (position === 0) assertEquals(held.costMicros, 0);
      // The average of what stays is within a millionth of what it was, when nothing was added.
      if (
        Math.sign(before.position) * Math.sign(signed) < 0 && Math.abs(signed) < Math.abs(before.position)
      ) {
        const drift = BigInt(held.costMicros) * BigInt(before.position) -
          BigInt(before.costMicros) * BigInt(held.position);
        assert((drift < 0n ? -drift : drift) < BigInt(Math.abs(before.position)));
      }
      // At any mark, what is realized and what is not is cash and value.
      assertEquals(
        BigInt(unrealizedMicros(held, 12_345)) + realized,
        cash + BigInt(valueMicros(held.position, 12_345)),
      );
      assertEquals([Object.is(held.costMicros, -0), Object.is(after.realizedMicros, -0)], [false, false]);
    }
  }));
});

test("fees and margin round up, funding down: never in the trader's favour", () => {
  fc.assert(
    fc.property(count, price, rate, fc.boolean(), (signed, at, { numerator, denominator }, isBelow) => {
      const value = BigInt(signed) * BigInt(at);
      const notional = Math.abs(signed * at);
      const signedRate = { numerator: isBelow ? -numerator : numerator, denominator };
      const fee = feeMicros(notional, { numerator, denominator });
      assert(isRounded(BigInt(fee), BigInt(notional) * numerator, denominator, "up"));
      assertEquals(marginMicros(notional, { numerator, denominator }), fee);
      const paid = fundingMicros(signed, at, signedRate);
      assert(isRounded(BigInt(paid), -value * signedRate.numerator, denominator, "down"));
      // The two sides of a position never get more than was paid.
      assert(paid + fundingMicros(-signed, at, signedRate) <= 0);
      assertEquals(Object.is(paid, -0), false);
    }),
  );
});

test("funding: while the rate is above 0, long pays short", () => {
  const tenth = readRatio(0.0001, "rate");
  // 100 contracts at $6.2590: $625.90.
  assertEquals(fundingMicros(10_000, 62_590, tenth), -62_590);
  assertEquals(fundingMicros(-10_000, 62_590, tenth), 62_590);
  assertEquals(fundingMicros(10_000, 62_590, readRatio(-0.0001, "rate")), 62_590);
  assertEquals(fundingMicros(0, 62_590, tenth), 0);
});

test("a liquidation price that was worked out by hand", () => {
  const sixth = { maintenanceRate: readRatio("0.2", "rate"), threshold: ONE, otherMaintenanceMicros: 0 };
  // 100 contracts at $6: $600 of value, $120 of maintenance, $150 of equity. 150 - 100 (6 - P) = 0.2 * 100 P at 5.625.
  const long = { ...sixth, position: 10_000, mark: 60_000, equityMicros: 150_000_000 };
  assertEquals(liquidationPrice(long), 56_250);
  // Short: 150 - 100 (P - 6) = 20 P at 6.25.
  assertEquals(liquidationPrice({ ...long, position: -10_000 }), 62_500);
  // $30 that others need take as much of the equity.
  assertEquals(liquidationPrice({ ...long, otherMaintenanceMicros: 30_000_000 }), 60_000);
  // Half the equity as a threshold: 0.5 (150 - 100 (6 - P)) = 20 P at 7.5, beyond the mark: it is over already.
  assertEquals(liquidationPrice({ ...long, threshold: readRatio(0.5, "t") }), 75_000);
  // Paid in full: no price does it. Nothing held: neither.
  assertEquals(liquidationPrice({ ...long, equityMicros: 600_000_000 }), undefined);
  assertEquals(liquidationPrice({ ...long, position: 0 }), undefined);
  // A short one without equity is over at any price.
  assertEquals(liquidationPrice({ ...long, position: -10_000, equityMicros: -600_000_000 }), 0);
  assertThrows(() => liquidationPrice({ ...long, maintenanceRate: ONE }), KalshiValueError, "check the rate");
});

test("at the liquidation price the threshold is reached, and one step before it is not", () => {
  const fraction = (least: number, most: number) =>
    fc.integer({ min: least, max: most }).map((digits): Ratio => ({
      numerator: BigInt(digits),
      denominator: 1000n,
    }));
  fc.assert(fc.property(
    fc.integer({ min: -1_000_000, max: 1_000_000 }).filter((position) => position !== 0),
    price,
    fc.integer({ min: -1_000_000, max: 3_000_000_000 }),
    fc.integer({ min: 0, max: 1_000_000_000 }),
    fraction(10, 600),
    fraction(700, 1200),
    (position, mark, equityMicros, otherMaintenanceMicros, maintenanceRate, threshold) => {
      const found = liquidationPrice({
        ...{ position, mark, equityMicros, otherMaintenanceMicros, maintenanceRate, threshold },
      });
      /** Whether maintenance is at the threshold's part of the equity, or over it. */
      const isOver = (at: bigint) => {
        const equity = BigInt(equityMicros) + BigInt(position) * (at - BigInt(mark));
        const size = BigInt(Math.abs(position)) * at;
        const need = BigInt(otherMaintenanceMicros) * 1000n + size * maintenanceRate.numerator;
        return need >= equity * threshold.numerator;
      };
      if (found === undefined) return assertEquals([position > 0, isOver(1n)], [true, false]);
      const at = BigInt(found);
      // Rounded to where it is reached earlier: the next price in the other direction is over in any case.
      if (position > 0) assertEquals([isOver(at - 1n), isOver(at + 1n)], [true, false]);
      else if (found > 0) assertEquals([isOver(at - 1n), isOver(at + 1n)], [false, true]);
      else assert(isOver(1n));
    },
  ));
});
