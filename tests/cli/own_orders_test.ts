import { assertEquals } from "@std/assert";
import { levelKey, OwnOrders } from "../../src/cli/own_orders.ts";
import { test } from "../support/test.ts";

const order = (order_id: string, remaining: string, atMs: number, status = "resting") => ({
  order_id,
  ticker: "A",
  status,
  book_side: "bid",
  yes_price_dollars: "0.5600",
  remaining_count_fp: remaining,
  last_updated_ts_ms: atMs,
});

test("own orders add up by level, and the newest state of each counts", () => {
  const own = new OwnOrders("A");
  own.take(order("1", "10.00", 5));
  own.take(order("2", "2.50", 5));
  own.take({ ...order("3", "1.00", 5), ticker: "B" });
  own.take({ ...order("4", "1.00", 5), book_side: "ask", yes_price_dollars: "0.6000" });
  assertEquals([...own.levels()], [[levelKey("bid", 5_600), 1_250], [levelKey("ask", 6_000), 100]]);
  own.take(order("1", "4.00", 9));
  own.take(order("1", "10.00", 6)); // an older one, which came late
  own.take(order("2", "0.00", 9, "executed"));
  assertEquals(own.levels().get(levelKey("bid", 5_600)), 400);
  assertEquals(own.resting, 2);
});

test("a list that was made before an order ended does not bring it back", () => {
  const own = new OwnOrders("A");
  own.take(order("1", "0.00", Date.UTC(2026, 10, 29), "canceled"));
  const { last_updated_ts_ms: _, ...listed } = order("1", "10.00", 0);
  own.take({ ...listed, last_update_time: "2026-11-28T23:59:59Z" });
  assertEquals(own.resting, 0);
});

test("an order that says its outcome alone has its side by that", () => {
  const own = new OwnOrders("A");
  const { book_side: _, ...streamed } = order("1", "1.00", 1);
  own.take({ ...streamed, outcome_side: "no" });
  assertEquals([...own.levels().keys()], [levelKey("ask", 5_600)]);
});

test("orders that have ended are forgotten, the oldest first", () => {
  const own = new OwnOrders("A");
  own.take(order("rests", "1.00", 1));
  for (let index = 0; index < 3_000; index++) own.take(order(`${index}`, "0.00", 1, "canceled"));
  assertEquals(own.resting, 1);
  own.take(order("2999", "1.00", 0)); // is remembered
  own.take(order("0", "1.00", 0)); // is not
  assertEquals(own.resting, 2);
});
