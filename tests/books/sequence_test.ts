import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Sequence } from "../../src/books/sequence.ts";
import { test } from "../support/test.ts";

const verdicts = (...numbers: number[]) => {
  const sequence = new Sequence();
  return numbers.map((seq) => sequence.check(seq, "update")).join(" ");
};

test("numbers in order are next, from wherever they start", () => {
  assertEquals(verdicts(2, 3, 4), "next next next");
});

test("a missing frame is a gap with its size, and is late when it comes after all", () => {
  const sequence = new Sequence();
  assertEquals(sequence.check(1, "update"), "next");
  assertEquals(sequence.check(4, "update"), "gap");
  assertEquals(sequence.missed, 2);
  assertEquals(sequence.check(3, "update"), "late");
  assertEquals(sequence.check(3, "update"), "suspect");
  assertEquals(sequence.check(5, "update"), "next");
});

test("a repeated frame is a duplicate, an older one is suspect", () => {
  assertEquals(verdicts(1, 2, 2, 3), "next next duplicate next");
  assertEquals(verdicts(1, 2, 3, 1, 4), "next next next suspect next");
});

test("bytes that come twice are known by what they hold", () => {
  const sequence = new Sequence();
  sequence.check(1, "update", new Uint8Array([1, 2]));
  assertEquals(sequence.check(1, "update", new Uint8Array([0, 1, 2]).subarray(1)), "duplicate");
  for (const other of [[1, 3], [1], [1, 2, 3]]) {
    assertEquals(sequence.check(1, "update", new Uint8Array(other)), "suspect");
  }
});

test("a sequence that starts over is found at its second frame", () => {
  assertEquals(verdicts(7, 8, 9, 1, 2, 3), "next next next suspect reset next");
});

test("an answer may take a number of its own or repeat the last one", () => {
  const own = new Sequence();
  assertEquals(own.check(1, "update"), "next");
  assertEquals(own.check(2, "control"), "next");
  assertEquals(own.check(3, "update"), "next");
  const repeated = new Sequence();
  assertEquals(repeated.check(1, "update"), "next");
  assertEquals(repeated.check(1, "control"), "next");
  assertEquals(repeated.check(2, "update"), "next");
  const ahead = new Sequence();
  assertEquals(ahead.check(1, "update"), "next");
  assertEquals(ahead.check(2, "control"), "next");
  assertEquals(ahead.check(2, "update"), "next");
});

test("whatever is dropped, repeated or swapped, no loss goes unnoticed", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 40 }), (numbers) => {
      const sequence = new Sequence();
      const seen = new Set<number>();
      let told = 0;
      let trusted = true;
      for (const seq of numbers) {
        const verdict = sequence.check(seq, "update");
        if (verdict === "gap") told += sequence.missed ?? 0;
        if (verdict === "suspect" || verdict === "reset") trusted = false;
        if (verdict === "late") told--;
        seen.add(seq);
      }
      if (!trusted) return; // it has said so
      const first = numbers[0] ?? 0;
      let missing = 0;
      for (let seq = first; seq <= (sequence.last ?? 0); seq++) if (!seen.has(seq)) missing++;
      assertEquals(told, missing);
    }),
  );
});
