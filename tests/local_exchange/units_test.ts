import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  formatCount,
  formatMoney,
  formatMoney4,
  formatPrice,
  parseCount,
  parseMoney,
  parsePrice,
  shareOf,
  toCents,
} from "../../src/local_exchange/units.ts";
import { test } from "../support/test.ts";

test("what is written reads as what it was", () => {
  fc.assert(fc.property(fc.integer({ min: -99_999_999_999, max: 99_999_999_999 }), (value) => {
    assertEquals(parsePrice(formatPrice(value)), value);
    assertEquals(parseCount(formatCount(value)), value);
    assertEquals(parseMoney(formatMoney(value)), value);
  }));
});

test("amounts are read with as many decimals as they may have, and no others", () => {
  assertEquals(["0.56", "0.5600", "0.560000", "1", "-0.5"].map(parsePrice), [
    5_600,
    5_600,
    5_600,
    10_000,
    -5_000,
  ]);
  for (const text of ["", ".5", "0.", "0.56001", "1e3", "0x1", " 1", "+1", "NaN", "12345678901", "0,5"]) {
    assertEquals([text, parsePrice(text)], [text, undefined]);
  }
});

test("cents and four decimals are cut, towards minus infinity", () => {
  assertEquals([formatMoney4(1_999_999), formatMoney4(-1), toCents(19_999), toCents(-1)], [
    "1.9999",
    "-0.0001",
    1,
    -1,
  ]);
});

test("a share is exact, however large the product", () => {
  const amount = fc.integer({ min: 0, max: 10_000_000_000_000 });
  fc.assert(
    fc.property(amount, fc.integer({ min: 1, max: 1_000_000_000 }), fc.nat(), (total, whole, some) => {
      const part = some % (whole + 1);
      assertEquals(BigInt(shareOf(total, part, whole)), BigInt(total) * BigInt(part) / BigInt(whole));
    }),
  );
});
