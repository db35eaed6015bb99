import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Recent } from "../../src/fix/recent.ts";
import { test } from "../support/test.ts";

test("it keeps the last ones, and finds them by number", () => {
  const step = fc.record({ up: fc.integer({ min: 1, max: 3 }), back: fc.integer({ min: 0, max: 30 }) });
  fc.assert(
    fc.property(fc.nat(40), fc.array(step, { maxLength: 200 }), fc.nat(), fc.nat(), (keep, steps, a, b) => {
      const recent = new Recent<string>(keep);
      let model: [number, string][] = [];
      let number = 0;
      for (const { up, back } of steps) {
        number = Math.max(1, number + (back === 30 ? -20 : up));
        recent.set(number, `value ${number}`);
        model = [...model.filter(([other]) => other < number), [number, `value ${number}`]];
        if (model.length > keep) model = model.slice(model.length - keep);
      }
      const [from, to] = [a % 400, b % 400];
      assertEquals(recent.size, model.length);
      assertEquals(recent.between(0, Infinity), model);
      assertEquals(recent.between(from, to), model.filter(([other]) => other >= from && other <= to));
    }),
  );
});

test("what is let go does not stay in memory", () => {
  const recent = new Recent<number>(10);
  for (let number = 1; number <= 100_000; number++) recent.set(number, number);
  assertEquals(recent.between(0, Infinity).map(([number]) => number), [
    99_991,
    99_992,
    99_993,
    99_994,
    99_995,
    99_996,
    99_997,
    99_998,
    99_999,
    100_000,
  ]);
  recent.clear();
  assertEquals([recent.size, recent.between(0, Infinity)], [0, []]);
});
