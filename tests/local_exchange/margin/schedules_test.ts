import { assertEquals } from "@std/assert";
import { nextWeekendChange } from "../../../src/local_exchange/margin/schedules.ts";
import { test } from "../../support/test.ts";
import { acceptOn, addMember, addPerp, newMargin, NOON, placeOn } from "../support/margin.ts";

test("the weekend begins on Friday at 17:00 and ends on Sunday at 18:00 in New York, also when clocks change", () => {
  const changes: string[] = [];
  // The Sundays of 8 March and 1 November 2026 have 23 and 25 hours.
  for (const from of [Date.UTC(2026, 2, 5), Date.UTC(2026, 9, 29)]) {
    let at = from;
    for (let count = 0; count < 3; count++) {
      const next = nextWeekendChange(at);
      changes.push(`${next.opens ? "opens" : "closes"} ${new Date(next.at).toISOString().slice(5, 16)}`);
      at = next.at;
    }
  }
  assertEquals(changes, [
    "closes 03-06T22:00",
    "opens 03-08T22:00",
    "closes 03-13T21:00",
    "closes 10-30T21:00",
    "opens 11-01T23:00",
    "closes 11-06T22:00",
  ]);
});

test("a market that follows the week opens and closes by itself, and says when it does next", () => {
  // NOON is that of a Monday.
  const margin = newMargin();
  const info = addPerp(margin, "GOLD", { isClosedOnWeekends: true });
  const closes = Date.UTC(2026, 10, 6, 22);
  const opens = Date.UTC(2026, 10, 8, 23);
  assertEquals([info.schedule, info.market.status], [{ isOpen: true, nextAt: closes }, "active"]);
  margin.engine.runUntil(closes);
  assertEquals([info.schedule, margin.statusOf(info)], [{ isOpen: false, nextAt: opens }, "active"]);
  margin.engine.runUntil(opens);
  assertEquals(info.schedule, { isOpen: true, nextAt: closes + 7 * 86_400_000 });
});

test("what rests stays on the book of a closed market and can be canceled, and nothing is placed", () => {
  const margin = newMargin();
  const info = addPerp(margin, "BTC");
  const { market } = info;
  const wallet = addMember(margin, "ann", 1_000).wallet(0, 0);
  const [first, second] = [99_000, 98_000].map((price) =>
    acceptOn(margin, { wallet, market, side: "bid", price, count: 100 }).order
  );
  const told: string[] = [];
  margin.watch((event) => {
    if (event.type === "market") told.push(event.change);
    if (event.type === "terms") told.push(`open: ${event.info.schedule?.isOpen}`);
  });
  margin.schedules.set(info, { isOpen: false, nextAt: NOON + 1_000 });
  assertEquals(placeOn(margin, { wallet, market, side: "bid", price: 99_000, count: 100 }), {
    rejected: "market_inactive",
  });
  if (second !== undefined) margin.cancel(second);
  margin.engine.runUntil(NOON + 1_000);
  assertEquals([first?.status, second?.status, info.schedule], [
    "resting",
    "canceled",
    { isOpen: true, nextAt: undefined },
  ]);
  margin.schedules.set(info, undefined);
  assertEquals(told, ["closed", "open: false", "opened", "open: true", "open: undefined"]);
});
