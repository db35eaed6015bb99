import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { canceledFrom, queueModels } from "../../../src/local_exchange/tape/queue_models.ts";
import { test } from "../../support/test.ts";

test("40 of 100 ahead and 60 behind are cancelled where the model says", () => {
  assertEquals(canceledFrom("behind", [100, 60], 40), [0, 40]);
  assertEquals(canceledFrom("pro-rata", [100, 60], 40), [25, 15]);
  assertEquals(canceledFrom("ahead", [100, 60], 40), [40, 0]);
  // More than there are on that side.
  assertEquals(canceledFrom("behind", [100, 60], 70), [10, 60]);
  assertEquals(canceledFrom("ahead", [100, 60], 110), [100, 10]);
  // What does not divide leaves from behind.
  assertEquals(canceledFrom("pro-rata", [1, 1, 1], 1), [0, 0, 1]);
});

test("every model takes as many as were cancelled, and from nobody more than there is", () => {
  fc.assert(fc.property(
    fc.constantFrom(...queueModels),
    fc.array(fc.integer({ min: 0, max: 1_000 }), { minLength: 1, maxLength: 5 }),
    fc.nat(),
    (model, parts, dice) => {
      const total = parts.reduce((sum, part) => sum + part, 0);
      fc.pre(total > 0);
      const count = 1 + dice % total;
      const taken = canceledFrom(model, parts, count);
      assertEquals(taken.reduce((sum, part) => sum + part, 0), count);
      assert(taken.every((part, index) => part >= 0 && part <= (parts[index] ?? 0)));
    },
  ));
});
