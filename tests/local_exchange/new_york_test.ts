import { assertEquals } from "@std/assert";
import { behindUtc, midnight, newYorkTime, zoneName } from "../../src/local_exchange/world/new_york.ts";
import { test } from "../support/test.ts";

const HOUR = 3_600_000;

test("New York changes its clock on the second Sunday of March and the first of November", () => {
  const changes = {
    "2026-03-08T07:00:00Z": "EDT",
    "2026-11-01T06:00:00Z": "EST",
    "2027-03-14T07:00:00Z": "EDT",
    "2027-11-07T06:00:00Z": "EST",
    "2037-03-08T07:00:00Z": "EDT",
    "2037-11-01T06:00:00Z": "EST",
  } as const;
  for (const [text, after] of Object.entries(changes)) {
    const at = Date.parse(text);
    assertEquals([text, zoneName(at), zoneName(at - 1) === after], [text, after, false]);
  }
});

test("New York agrees with the time zones of the runtime, hour by hour through the years", () => {
  const zone = new Intl.DateTimeFormat("en-US", {
    timeZone: "America/New_York",
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
  });
  const shown = (at: number) => {
    const parts = Object.fromEntries(zone.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
    const { year = 0, month = 0, day = 0, hour = 0, minute = 0 } = parts;
    return Date.UTC(year, month - 1, day, hour, minute);
  };
  // Around each change hour by hour, else every 61 hours, so that every hour of the day comes up.
  for (let year = 2007; year <= 2037; year += 3) {
    for (let at = Date.UTC(year, 0, 1); at < Date.UTC(year + 1, 0, 1); at += 61 * HOUR) {
      assertEquals(newYorkTime(at).getTime(), shown(at));
    }
    for (const around of [Date.UTC(year, 2, 7), Date.UTC(year, 9, 31)]) {
      for (let at = around; at < around + 9 * 24 * HOUR; at += HOUR) {
        assertEquals(newYorkTime(at).getTime(), shown(at));
      }
    }
  }
});

test("days of New York begin at midnight there, and have 23, 24 or 25 hours", () => {
  const day = (text: string, later = 0) => new Date(midnight(Date.parse(text), later)).toISOString();
  assertEquals(day("2026-03-08T04:59:59.999Z"), "2026-03-07T05:00:00.000Z");
  assertEquals(day("2026-03-08T05:00:00Z"), "2026-03-08T05:00:00.000Z");
  assertEquals(day("2026-03-08T05:00:00Z", 1), "2026-03-09T04:00:00.000Z");
  assertEquals(day("2026-03-09T03:59:59Z"), "2026-03-08T05:00:00.000Z");
  assertEquals(day("2026-11-01T04:00:00Z"), "2026-11-01T04:00:00.000Z");
  assertEquals(day("2026-11-02T04:59:59Z"), "2026-11-01T04:00:00.000Z");
  assertEquals(day("2026-11-01T12:00:00Z", 1), "2026-11-02T05:00:00.000Z");
  assertEquals(day("2026-11-02T05:00:00Z", -1), "2026-11-01T04:00:00.000Z");
  assertEquals(day("2026-01-01T04:00:00Z"), "2025-12-31T05:00:00.000Z");
  assertEquals(day("2026-07-01T00:00:00Z", 365), "2027-06-30T04:00:00.000Z");
  assertEquals([behindUtc(Date.parse("2026-07-01")), behindUtc(Date.parse("2026-12-01"))], [
    4 * HOUR,
    5 * HOUR,
  ]);
});
