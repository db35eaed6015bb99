import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { feeSchedule, settleFill, tradeFee } from "../../../src/local_exchange/engine/fees.ts";
import { test } from "../../support/test.ts";

const CENT = 10_000;
const quadratic = feeSchedule("quadratic", 1);

test("the taker's fee is 0.07 * count * price * (1 - price), rounded up to 0.0001 dollars", () => {
  assertEquals(tradeFee(quadratic, true, 5_200, 100), 17_500);
  assertEquals(tradeFee(quadratic, true, 9_900, 100), 700);
  assertEquals(tradeFee(quadratic, true, 5_000, 10_000), 1_750_000);
  assertEquals(tradeFee(feeSchedule("quadratic", 0.5), true, 5_000, 10_000), 875_000);
});

test("makers pay nothing, a quarter, or half, as the fee type says", () => {
  assertEquals(tradeFee(quadratic, false, 5_000, 10_000), 0);
  assertEquals(tradeFee(feeSchedule("quadratic_with_maker_fees", 1), false, 5_000, 10_000), 437_500);
  assertEquals(tradeFee(feeSchedule("quadratic_with_combo_maker_fees", 1), false, 5_000, 10_000), 875_000);
  assertEquals(tradeFee(feeSchedule("flat", 1), true, 5_000, 200), 20_000);
});

test("a fee equals exact arithmetic, also where a product passes 2^53", () => {
  const types = ["quadratic", "quadratic_with_maker_fees", "quadratic_with_combo_maker_fees"] as const;
  fc.assert(
    fc.property(
      fc.constantFrom(...types),
      fc.constantFrom(0, 0.5, 1, 1.35, 2),
      fc.boolean(),
      fc.integer({ min: 1, max: 9_999 }),
      fc.integer({ min: 1, max: 1_000_000_000 }),
      (type, multiplier, isTaker, price, count) => {
        const schedule = feeSchedule(type, multiplier);
        const rate = BigInt(isTaker ? schedule.takerRate : schedule.makerRate);
        const product = rate * BigInt(count) * BigInt(price) * BigInt(10_000 - price);
        const whole = (product + 999_999_999_999n) / 1_000_000_000_000n;
        assertEquals(BigInt(tradeFee(schedule, isTaker, price, count)), whole * 100n);
      },
    ),
    { examples: [["quadratic", 2, true, 5_000, 1_000_000_000], ["quadratic", 2, true, 5_001, 999_999_999]] },
  );
});

/** Three fills of an order in a row: trade fee, net fee, and change of the balance without the rebate. */
function threeFills(revenue: number, fee: number) {
  let owed = 0;
  return [1, 2, 3].map(() => {
    const settled = settleFill(revenue, fee, CENT, owed);
    owed = settled.owed;
    return { net: settled.fee, owed };
  });
}

// The worked examples of https://docs.kalshi.com/getting_started/fee_rounding
test("sub-cent prices: three fills of 1 contract at 0.055", () => {
  assertEquals(threeFills(-55_000, 8_500), [
    { net: 15_000, owed: 6_500 },
    { net: 5_000, owed: 3_000 },
    { net: 15_000, owed: 9_500 },
  ]);
});

test("fractional contracts: three fills of 0.30 at 0.50", () => {
  assertEquals(threeFills(-150_000, 4_100), [
    { net: 10_000, owed: 5_900 },
    { net: 0, owed: 1_800 },
    { net: 10_000, owed: 7_700 },
  ]);
});

test("both at once: three fills of 0.03 at 0.3301", () => {
  assertEquals(threeFills(-9_903, 500), [
    { net: 10_097, owed: 9_597 },
    { net: 97, owed: 9_194 },
    { net: 97, owed: 8_791 },
  ]);
});

test("a balance stays a multiple of its precision, and no net fee is negative", () => {
  fc.assert(fc.property(
    fc.constantFrom(100, 10_000),
    fc.array(fc.record({ revenue: fc.integer({ min: -2_000_000, max: 2_000_000 }), cents: fc.nat(20_000) }), {
      minLength: 1,
      maxLength: 40,
      size: "max",
    }),
    (precision, fills) => {
      let owed = 0;
      let balance = 0;
      let exact = 0;
      let fees = 0;
      for (const { revenue, cents } of fills) {
        const settled = settleFill(revenue, cents * 100, precision, owed);
        owed = settled.owed;
        balance += settled.change;
        exact += revenue;
        fees += settled.fee;
        assertEquals(balance % precision === 0, true);
        assertEquals(settled.fee >= 0, true);
        assertEquals(exact - balance, fees);
      }
    },
  ));
});
