import { assert, assertEquals } from "@std/assert";
import { priceGrid } from "../../../src/base/fixed_point.ts";
import {
  checkTicket,
  sayOrder,
  stepPrice,
  type TicketFields,
  type TicketMarket,
} from "../../../src/local_exchange/page/ui/ticket_check.ts";
import { test } from "../../support/test.ts";

const cents = priceGrid([{ start: "0.0000", end: "1.0000", step: "0.0100" }]);
const tapered = priceGrid([
  { start: "0.0000", end: "0.1000", step: "0.0010" },
  { start: "0.1000", end: "0.9000", step: "0.0100" },
  { start: "0.9000", end: "1.0000", step: "0.0010" },
]);
const market: TicketMarket = {
  ticker: "A",
  grid: cents,
  status: "active",
  bestBid: 4800,
  bestAsk: 5200,
  position: 0,
  cash: 1_000_000_000,
};
const ticket: TicketFields = {
  side: "bid",
  price: "0.50",
  count: "10",
  timeInForce: "good_till_canceled",
  postOnly: false,
};

const ready = (fields: Partial<TicketFields>, more: Partial<TicketMarket> = {}) => {
  const verdict = checkTicket({ ...ticket, ...fields }, { ...market, ...more });
  assert(verdict.kind === "ready", JSON.stringify(verdict));
  return verdict;
};
const problems = (fields: Partial<TicketFields>, more: Partial<TicketMarket> = {}) => {
  const verdict = checkTicket({ ...ticket, ...fields }, { ...market, ...more });
  assert(verdict.kind === "unready", JSON.stringify(verdict));
  return verdict.problems;
};

test("a ticket becomes the order that it says, with exact amounts", () => {
  const { order, cost } = ready({});
  assertEquals([order.price, order.count, order.side, order.post_only], [
    "0.5000",
    "10.00",
    "bid",
    undefined,
  ]);
  assertEquals(cost, { cost: 5_000_000, closes: 0, payout: 10_000_000, crosses: false });
  assertEquals(sayOrder(order), "Buy 10 Yes at 0.50");
  assertEquals(ready({ side: "ask", price: ".3", count: "0.03" }).order.count, "0.03");
  // 0.03 contracts of No at 70 cents.
  assertEquals(ready({ side: "ask", price: ".3", count: "0.03" }).cost.cost, 21_000);
  assertEquals(ready({ price: "0.52" }).cost.crosses, true);
  assertEquals(ready({ side: "ask", price: "0.48" }).cost.crosses, true);
  assertEquals(
    ready({ price: "0.0335" }, { grid: priceGrid([{ start: "0", end: "1", step: "0.0005" }]) })
      .order.price,
    "0.0335",
  );
});

test("what closes a position costs nothing, and what goes beyond it does", () => {
  assertEquals(ready({ side: "ask", count: "10" }, { position: 600 }).cost, {
    cost: 2_000_000,
    closes: 600,
    payout: 4_000_000,
    crosses: false,
  });
  assertEquals(ready({ count: "10" }, { position: -1_000, cash: 0 }).cost.cost, 0);
  assertEquals(ready({ count: "10" }, { position: 1_000 }).cost.closes, 0);
});

test("what is no order is told by field", () => {
  for (const price of ["", "abc", "-0.5", "1e-1", "0.12345", "0", "1", "1.00"]) {
    assert(problems({ price }).price !== undefined, price);
  }
  for (const count of ["", "0", "0.00", "-1", "1.001", "ten", "1,000"]) {
    assert(problems({ count }).count !== undefined, count);
  }
  assertEquals(
    problems({ price: "0.505" }).price,
    "This market has no price 0.505: the nearest are 0.50 and 0.51.",
  );
  assertEquals(
    problems({ price: "0.0005" }, { grid: tapered }).price,
    "This market has no price 0.0005: the nearest is 0.001.",
  );
  for (const status of ["inactive", "closed", "finalized", "a new word"]) {
    assert(problems({}, { status }).order !== undefined, status);
  }
  assertEquals(problems({ count: "3000" }).order, "It costs up to $1,500.00, and you have $1,000.00.");
  assert(problems({ postOnly: true, price: "0.52" }).postOnly?.includes("someone asks 0.52"));
  assert(problems({ postOnly: true, timeInForce: "fill_or_kill" }).postOnly !== undefined);
  // Without a live book nobody knows what would cross.
  assertEquals(ready({ postOnly: true, price: "0.52" }, { bestAsk: undefined }).order.post_only, true);
});

test("a tick goes along the grid and stays within it", () => {
  assertEquals(stepPrice(tapered, "0.10", true), "0.11");
  assertEquals(stepPrice(tapered, "0.10", false), "0.099");
  assertEquals(stepPrice(tapered, "0.999", true), "0.999");
  assertEquals(stepPrice(tapered, "0.001", false), "0.001");
  assertEquals(stepPrice(cents, "", true), "0.51");
});
