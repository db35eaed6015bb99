import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { KalshiConfigError, KalshiError, KalshiValueError } from "../../src/base/errors.ts";
import * as fixedPoint from "../../src/base/fixed_point.ts";
import {
  addFixed,
  ceilToStep,
  compareFixed,
  complementPrice,
  floorToStep,
  formatCount,
  formatFixed,
  formatMoney,
  formatPrice,
  notional,
  parseCount,
  parseFixed,
  parseMoney,
  parsePrice,
  priceFromFloat,
  subtractFixed,
} from "../../src/base/fixed_point.ts";
import { test } from "../support/test.ts";

const units = fc.maxSafeInteger();
const decimals = fc.integer({ min: 0, max: 15 });

/** Calls `body`; a KalshiValueError becomes undefined. */
function orRefused<T>(body: () => T): T | undefined {
  try {
    return body();
  } catch (error) {
    if (error instanceof KalshiValueError) return undefined;
    throw error;
  }
}

/** What exact arithmetic says, or undefined where it is no safe integer. */
function safe(value: bigint): number | undefined {
  const number = Number(value);
  return Number.isSafeInteger(number) && BigInt(number) === value ? number : undefined;
}

test("the wire's decimals become integers and come back", () => {
  const prices: [text: string, price: number][] = [
    ["0.5600", 5600],
    ["0.0000", 0],
    ["1.0000", 10_000],
    ["0.0001", 1],
    ["0.9999", 9999],
    ["64250.5000", 642_505_000],
  ];
  for (const [text, price] of prices) assertEquals([parsePrice(text), formatPrice(price)], [price, text]);

  const counts: [text: string, count: number][] = [["10.00", 1000], ["0.01", 1], ["-2.50", -250], [
    "0.00",
    0,
  ]];
  for (const [text, count] of counts) assertEquals([parseCount(text), formatCount(count)], [count, text]);

  const amounts: [text: string, money: number][] = [
    ["5.6000", 5_600_000],
    ["0.009903", 9903],
    ["-0.009903", -9903],
    ["-12.3400", -12_340_000],
    ["0.0000", 0],
    ["0.0001", 100],
    ["0.000100", 100],
    ["0.000001", 1],
  ];
  for (const [text, money] of amounts) {
    assertEquals(parseMoney(text), money);
    assertEquals(parseMoney(formatMoney(money)), money);
  }
  assertEquals(
    [100, 1, -1, 5_600_000, -9903].map(formatMoney),
    ["0.0001", "0.000001", "-0.000001", "5.6000", "-0.009903"],
  );
});

test("shorter and longer spellings of the same value are the same", () => {
  for (const text of ["0.56", "0.560", "0.5600", "0.56000", "0.560000000000000000000", "00.56"]) {
    assertEquals(parsePrice(text), 5600, text);
  }
  for (const text of ["10", "10.0", "10.00", "10.000000"]) assertEquals(parseCount(text), 1000, text);
  for (const text of ["0", "-0", "0.0", "-0.00"]) assert(Object.is(parseCount(text), 0), text);
});

test("JavaScript numbers count as the decimal they print", () => {
  for (const cents of Array.from({ length: 101 }, (_, index) => index)) {
    assertEquals(parsePrice(cents / 100), cents * 100);
  }
  for (let tick = 0; tick <= 10_000; tick++) assertEquals(parsePrice(tick / 10_000), tick);
  assertEquals([parsePrice(0.575), parseCount(10), parseMoney(-0.5)], [5750, 1000, -500_000]);
  assert(Object.is(parseMoney(-0), 0));
  assertThrows(() => parsePrice(0.1 + 0.2), KalshiValueError, "more than 4 decimals");
  assertThrows(() => parsePrice(1e-7), KalshiValueError, "no plain decimal");
  assertThrows(() => parsePrice(1e21), KalshiValueError, "no plain decimal");
});

test("what is no plain exact decimal is refused", () => {
  const wrong: unknown[] = [
    "",
    " ",
    "-",
    ".",
    "-.",
    ".5",
    "5.",
    "-.5",
    "0..5",
    "0.5.0",
    "--5",
    "-+5",
    "+5",
    "5-",
    " 5",
    "5 ",
    "5\n",
    "0 .5",
    "1,000",
    "0,56",
    "1_000",
    "$5",
    "5%",
    "5e2",
    "5E-2",
    "0x10",
    "0b1",
    "NaN",
    "Infinity",
    "-Infinity",
    "null",
    "five",
    "\u0665",
    "\uff15",
    "\u22125",
    "5\0",
    Number.NaN,
    Infinity,
    -Infinity,
    true,
    false,
    null,
    undefined,
    5n,
    {},
    [],
    ["5"],
    new String("5"),
    Symbol("5"),
    () => 5,
  ];
  for (const value of wrong) {
    for (const parse of [parsePrice, parseCount, parseMoney]) {
      const error = assertThrows(() => parse(value as string), KalshiValueError, undefined, String(value));
      assertEquals([error.code, error.outcome, error instanceof KalshiError], ["VALUE", "not-sent", true]);
    }
  }
  assertThrows(() => parsePrice("0.56001"), KalshiValueError, "more than 4 decimals");
  assertThrows(() => parseCount("0.001"), KalshiValueError, "more than 2 decimals");
  assertThrows(() => parseMoney("0.0000001"), KalshiValueError, "more than 6 decimals");
  assertThrows(() => parsePrice("-0.0100"), KalshiValueError, "never negative");
  assertEquals(parseCount("90071992547409.91"), Number.MAX_SAFE_INTEGER);
  assertThrows(() => parseCount("90071992547409.92"), KalshiValueError, "too large");
  assertThrows(() => parseCount("9".repeat(500)), KalshiValueError, "too large");
});

test("units that are no safe integer never reach the wire", () => {
  for (const value of [0.5, Number.NaN, Infinity, 2 ** 53, "5600", null, undefined, true, 5n]) {
    const unit = value as number;
    for (
      const body of [
        () => formatPrice(unit),
        () => formatCount(unit),
        () => formatMoney(unit),
        () => notional(unit, 1),
        () => notional(1, unit),
        () => addFixed(unit, 0),
        () => subtractFixed(0, unit),
        () => compareFixed(unit, 0),
        () => compareFixed(0, unit),
        () => complementPrice(unit),
        () => floorToStep(unit, 1),
        () => ceilToStep(1, unit),
      ]
    ) {
      assertThrows(body, KalshiValueError, undefined, `${String(value)} ${body}`);
    }
  }
  assertThrows(() => formatPrice(-1), KalshiValueError, "never negative");
  for (const step of [0, -1]) {
    assertThrows(() => floorToStep(5, step), KalshiValueError, "step must be positive");
  }
});

test("writing and reading give back every safe integer, at every scale", () => {
  fc.assert(fc.property(units, decimals, (value, places) => {
    const text = formatFixed(value, places);
    assert(/^-?(0|[1-9]\d*)(\.\d+)?$/.test(text), text);
    assertEquals(text.split(".")[1]?.length ?? 0, places);
    assertEquals(parseFixed(text, places), value === 0 ? 0 : value);
    assertEquals(parseMoney(formatMoney(value)), value === 0 ? 0 : value);
  }));
});

test("reading agrees with BigInt on every decimal, and refuses exactly what does not fit", () => {
  const digits = fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(fc.boolean(), digits, fc.option(digits), decimals, (negative, whole, fraction, places) => {
      const text = (negative ? "-" : "") + whole + (fraction === null ? "" : `.${fraction}`);
      const kept = (fraction ?? "").slice(0, places).padEnd(places, "0");
      const lost = (fraction ?? "").slice(places);
      const exact = safe(BigInt(whole + kept) * (negative ? -1n : 1n));
      const expected = /[1-9]/.test(lost) ? undefined : exact;
      assertEquals(orRefused(() => parseFixed(text, places)), expected);
    }),
    { numRuns: 1000 },
  );
});

test("reading accepts nothing that is no decimal", () => {
  const nearly = fc.string({ unit: fc.constantFrom(..."0123456789.-+eE ,x_"), maxLength: 8 });
  fc.assert(
    fc.property(fc.oneof(nearly, fc.string({ unit: "binary" })), (text) => {
      const read = orRefused(() => parseFixed(text, 15)) !== undefined;
      assert(!read || /^-?\d+(\.\d+)?$/.test(text), text);
    }),
    { numRuns: 2000 },
  );
});

test("arithmetic agrees with BigInt, and refuses exactly what is not safe", () => {
  const small = fc.integer({ min: -2_000_000_000, max: 2_000_000_000 });
  const any = fc.oneof(units, small);
  fc.assert(
    fc.property(any, any, (a, b) => {
      assertEquals(orRefused(() => addFixed(a, b)), safe(BigInt(a) + BigInt(b)));
      assertEquals(orRefused(() => subtractFixed(a, b)), safe(BigInt(a) - BigInt(b)));
      assertEquals(orRefused(() => notional(a, b)), safe(BigInt(a) * BigInt(b)));
      assertEquals(Math.sign(compareFixed(a, b)), BigInt(a) < BigInt(b) ? -1 : BigInt(a) > BigInt(b) ? 1 : 0);
    }),
    { numRuns: 1000 },
  );
});

test("rounding to a step agrees with BigInt, below zero too", () => {
  const step = fc.oneof(fc.constantFrom(1, 50, 100, 10_000), fc.integer({ min: 1, max: 1_000_000_000 }));
  fc.assert(
    fc.property(units, step, (value, step) => {
      const [wide, by] = [BigInt(value), BigInt(step)];
      const below = ((wide % by) + by) % by;
      assertEquals(orRefused(() => floorToStep(value, step)), safe(wide - below));
      assertEquals(orRefused(() => ceilToStep(value, step)), safe(below === 0n ? wide : wide - below + by));
    }),
    { numRuns: 1000 },
  );
  assertEquals([floorToStep(-5, 10), ceilToStep(-5, 10), floorToStep(5, 10), ceilToStep(5, 10)], [
    -10,
    0,
    0,
    10,
  ]);
  assert(Object.is(ceilToStep(-5, 10), 0), "no negative zero");
});

test("price times count is exact money, and both sides of a contract make one dollar", () => {
  assertEquals(formatMoney(notional(parsePrice("0.3301"), parseCount("0.03"))), "0.009903");
  assertEquals(formatMoney(notional(parsePrice("0.5600"), parseCount("10.00"))), "5.6000");
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10_000 }), fc.integer({ min: 0, max: 1e9 }), (price, count) => {
      const other = complementPrice(price);
      assertEquals(complementPrice(other), price);
      assertEquals(addFixed(notional(price, count), notional(other, count)), count * 10_000);
    }),
  );
  for (const price of [-1, 10_001]) assertThrows(() => complementPrice(price), KalshiValueError);
});

test("the worked example of Kalshi's fee rounding comes out", () => {
  // Three fills of 0.03 contracts at 0.3301, each with a trade fee of 0.0005, on a balance in whole cents.
  const change = subtractFixed(-notional(parsePrice("0.3301"), parseCount("0.03")), parseMoney("0.0005"));
  assertEquals(formatMoney(change), "-0.010403");
  const floored = floorToStep(change, parseMoney("0.01"));
  assertEquals(formatMoney(floored), "-0.0200");
  assertEquals(formatMoney(subtractFixed(change, floored)), "0.009597");
});

test("a model's float becomes the nearest ten-thousandth", () => {
  const table: [dollars: number, price: number][] = [
    [0.57, 5700],
    [0.575, 5750],
    [0.1 + 0.2, 3000],
    [0.56371, 5637],
    [0.56378, 5638],
    [1 / 3, 3333],
    [-0.01, -100],
    [0.00001, 0],
  ];
  for (const [dollars, price] of table) assertEquals(priceFromFloat(dollars), price, `${dollars}`);
  assert(Object.is(priceFromFloat(-0.00001), 0), "no negative zero");
  for (const value of [Number.NaN, Infinity, 1e300, "0.57", null, true]) {
    assertThrows(() => priceFromFloat(value as number), KalshiValueError);
  }
});

test("absurd places end at once, with what they may be", () => {
  for (
    const places of [1e21, Infinity, -Infinity, NaN, -1, 0.5, 16, 2 ** 53, "4", null, undefined, {}, [2], 4n]
  ) {
    const wrong = places as number;
    assertThrows(
      () => parseFixed("1", wrong),
      KalshiConfigError,
      "decimals takes a whole number from 0 to 15",
    );
    assertThrows(
      () => formatFixed(1, wrong),
      KalshiConfigError,
      "decimals takes a whole number from 0 to 15",
    );
  }
});

test("every function answers any two absurd arguments with an error of this library, or not at all", () => {
  const absurd: unknown[] = [
    undefined,
    null,
    NaN,
    Infinity,
    -1,
    0.5,
    1e21,
    1e308,
    2 ** 53,
    "",
    "x",
    "1e5",
    {},
    [],
  ];
  absurd.push(true, 1n, Symbol("s"), () => {}, "9".repeat(1e6), { bands: [null] }, { bands: [] }, [null], [
    {},
  ]);
  for (const [name, use] of Object.entries(fixedPoint)) {
    if (typeof use !== "function") continue;
    for (const one of absurd) {
      for (const other of absurd) {
        try {
          (use as (...args: unknown[]) => unknown)(one, other);
        } catch (error) {
          assert(error instanceof KalshiError, `${name}: ${error}`);
          assert(error.message.length < 200, `${name}: ${error.message.length} letters`);
        }
      }
    }
  }
});
