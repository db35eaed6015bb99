import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { KalshiConfigError } from "../../mod.ts";
import { parseTime, shownSpan, shownTime, unixSeconds } from "../../src/cli/times.ts";
import { test } from "../support/test.ts";

const now = Date.UTC(2026, 10, 29, 15, 4, 5);
const read = (text: string) => parseTime("--from", text, now);

test("times are read as people type them", () => {
  assertEquals(read("now"), now);
  assertEquals(read("7d"), now - 7 * 86_400_000);
  assertEquals(read("90s"), now - 90_000);
  assertEquals(read("30m"), now - 1_800_000);
  assertEquals(read("2w"), now - 14 * 86_400_000);
  assertEquals(read("+1h"), now + 3_600_000);
  assertEquals(read("2026-11-29"), Date.UTC(2026, 10, 29));
  assertEquals(read("2026-11-29T15:00"), Date.UTC(2026, 10, 29, 15));
  assertEquals(read("2026-11-29 15:00:30"), Date.UTC(2026, 10, 29, 15, 0, 30));
  assertEquals(read("2026-11-29T15:00:00.250Z"), Date.UTC(2026, 10, 29, 15, 0, 0, 250));
  assertEquals(read("2026-11-29T15:00-05:00"), Date.UTC(2026, 10, 29, 20));
  assertEquals(read("2028-02-29"), Date.UTC(2028, 1, 29));
  assertEquals(read("1795960800"), 1_795_960_800_000);
});

test("what is no time is refused, with what is one", () => {
  for (
    const text of [
      "",
      "yesterday",
      "7",
      "-7d",
      "7 d",
      "7dd",
      "1.5h",
      "2026",
      "2026-13-01",
      "2026-02-30",
      "2026-02-29",
      "2026-11-29T25:00",
      "2026-11-29T15",
      "29.11.2026",
      "999999999w",
      "+999999999w",
      "NaN",
      "toString",
    ]
  ) {
    const error = assertThrows(() => read(text), KalshiConfigError);
    assertEquals(error.message.startsWith("--from takes now, a span such as"), true, text);
  }
});

test("what is shown of a time is read as that time again, to the second", () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 4_000_000_000 }), (seconds) => {
    assertEquals(unixSeconds(read(shownTime(seconds * 1_000))), seconds);
  }));
  assertEquals(shownTime(undefined), "-");
});

test("spans are said in two units at most", () => {
  assertEquals(shownSpan(0), "0s");
  assertEquals(shownSpan(59_999), "59s");
  assertEquals(shownSpan(3 * 86_400_000 + 4 * 3_600_000 + 5_000), "3d 4h");
  assertEquals(shownSpan(-725_000), "12m 5s");
  assertEquals(shownSpan(86_400_000 + 5_000), "1d");
});
