import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { KalshiValueError } from "../../src/base/errors.ts";
import { centicentsFromDollars, dollarsFromCenticents, dueOf } from "../../src/klear/mod.ts";
import { test } from "../support/test.ts";

test("centicents become dollars and come back, every safe integer of them", () => {
  for (
    const [centicents, dollars] of [
      [0, "0.0000"],
      [-1, "-0.0001"],
      [25_000_000, "2500.0000"],
      [Number.MAX_SAFE_INTEGER, "900719925474.0991"],
    ] as const
  ) {
    assertEquals(dollarsFromCenticents(centicents), dollars);
    assertEquals(centicentsFromDollars(dollars), centicents);
  }
  assertEquals([centicentsFromDollars("2500"), centicentsFromDollars(-0.1)], [25_000_000, -1_000]);
  assertEquals(dollarsFromCenticents(-0), "0.0000");
  assertEquals(Object.is(centicentsFromDollars("-0.00"), 0), true);
  fc.assert(fc.property(fc.maxSafeInteger(), (centicents) => {
    assertEquals(centicentsFromDollars(dollarsFromCenticents(centicents)), centicents + 0);
  }));
});

test("below 0 the member pays, above 0 Klear does", () => {
  assertEquals(dueOf(-125_000), { payer: "member", dollars: "12.5000" });
  assertEquals(dueOf(125_000), { payer: "klear", dollars: "12.5000" });
  for (const nothing of [0, -0]) assertEquals(dueOf(nothing), { payer: "nobody", dollars: "0.0000" });
});

test("what is no exact amount is refused", () => {
  const values: unknown[] = [undefined, null, NaN, Infinity, 0.5, 2 ** 53, "1", 1n, {}, Object.create(null)];
  for (const value of [...values, Symbol("s"), () => 1]) {
    assertThrows(() => dueOf(value as never), KalshiValueError);
    assertThrows(() => dollarsFromCenticents(value as never), KalshiValueError);
  }
  for (
    const value of [
      undefined,
      null,
      NaN,
      Infinity,
      "",
      " 1",
      "1e5",
      "0.00001",
      "900719925474.0992",
      "1,5",
      {},
    ]
  ) {
    assertThrows(() => centicentsFromDollars(value as never), KalshiValueError);
  }
});
