import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Timed, TimeHeap } from "../../src/base/time_heap.ts";
import { test } from "../support/test.ts";

test("what waits comes in the order of its times, and as it was added within a time", () => {
  fc.assert(fc.property(fc.array(fc.option(fc.nat(5), { nil: undefined })), (steps) => {
    const heap = new TimeHeap<Timed>();
    let plain: Timed[] = [];
    for (const [order, at] of steps.entries()) {
      if (at === undefined) {
        const [next, ...others] = plain;
        assertEquals(heap.take(), next);
        plain = others;
      } else {
        heap.push({ at, order });
        plain = [...plain, { at, order }].sort((a, b) => a.at - b.at || a.order - b.order);
      }
      assertEquals([heap.first, heap.size], [plain[0], plain.length]);
    }
    const left = heap.takeAll().sort((a, b) => a.at - b.at || a.order - b.order);
    assertEquals([left, heap.size], [plain, 0]);
  }));
});
