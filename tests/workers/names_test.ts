import { assertEquals } from "@std/assert";
import { Names } from "../../src/workers/names.ts";
import { test } from "../support/test.ts";

function makeNames() {
  return new Names({
    lookUp: () => Promise.resolve(new Map()),
    onAnswer() {},
    onAnswered() {},
    onError() {},
  });
}

test("Names: one who brings too many is refused, and leaves room for the others", () => {
  const names = makeNames();
  const taken = (owner: unknown) => {
    let count = 0;
    for (let n = 0; n < 1_000; n++) if (names.add(`${String(owner)}-${n}`, owner)) count++;
    return count;
  };
  assertEquals([taken("a"), taken("b"), taken("c"), taken("d"), taken("e")], [150, 150, 150, 50, 0]);
});

test("Names: the newest of many thousand stay known, a doubted one does not", () => {
  const names = makeNames();
  for (let n = 0; n <= 10_000; n++) names.know(`M${n}`);
  names.doubt("M5");
  assertEquals(["M0", "M1", "M5", "M10000"].map((name) => names.isKnown(name)), [false, true, false, true]);
});
