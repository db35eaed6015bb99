/** What an order of perps tells of its end, which has no status and no first count. */
import { assertEquals, assertInstanceOf } from "@std/assert";
import { KalshiNotFoundError } from "../../src/base/errors.ts";
import { test } from "../support/test.ts";
import { writeProducts } from "./support/products.ts";
import { failure, ID, listed, run, stageOf, wish } from "./support/stage.ts";

const [product] = writeProducts.filter(({ name }) => name === "perps");
if (product === undefined) throw new Error("there are no perps");
const { stage, order, orderWith, found } = stageOf(product);

/** The order with this reason of its last change. */
const ended = (last_update_reason: string, filled: string, remaining: string) => ({
  order: { ...orderWith({ filled, remaining }), last_update_reason },
});

test("an order has ended by a cancel where its reason says so, or nothing was filled and nothing rests", async () => {
  const cases: [reason: string, filled: string, remaining: string, isCancelled: boolean][] = [
    ["", "0.00", "0.00", true],
    ["MarginCancel", "3.00", "0.00", true],
    ["SelfTradeCancel", "0.00", "0.00", true],
    // Of another day.
    ["SomethingCancel", "3.00", "0.00", true],
    ["Amend", "3.00", "0.00", true],
    ["Decrease", "3.00", "0.00", true],
    ["Trade", "10.00", "0.00", false],
    // Nobody says whether the rest of it was filled or cancelled.
    ["", "3.00", "0.00", false],
    ["", "3.00", "7.00", false],
    ["Trade", "3.00", "7.00", false],
    ["Amend", "0.00", "7.00", false],
  ];
  for (const [reason, filled, remaining, isCancelled] of cases) {
    const scene = stage(["cut", 404], [ended(reason, filled, remaining)]);
    const call = scene.client.orders.cancel("o-1");
    const what = `${reason} ${filled} ${remaining}`;
    if (isCancelled) {
      const { order_id, reduced_by } = await run(scene, call);
      assertEquals([order_id, reduced_by], ["o-1", undefined], what);
      continue;
    }
    const error = await failure(scene, call);
    assertInstanceOf(error, KalshiNotFoundError, what);
    assertEquals(error.outcome, "unknown", what);
  }
});

test("an order that names its market by id is found without a ticker", async () => {
  const { ticker: _, ...others } = wish;
  const scene = stage(["cut"], [listed(orderWith({ side: "ask" }), order)]);
  const placed = scene.client.orders.create({ ...others, market_id: "9f4c1f0e-6b1c-4b7e-9d3a-5a0b8d1c2e3f" });
  assertEquals(await run(scene, placed), found);
  assertEquals(scene.requests[1]?.query.some((pair) => pair.startsWith("ticker=")), false);
});

test("another version of the market is a refusal, and none of the id", async () => {
  const mismatch = { refusedWith: 409, code: "market_version_mismatch" };
  const first = stage([mismatch], [listed(order)]);
  const error = await failure(first, first.client.orders.create({ ...wish, market_version: 2 }));
  assertEquals([error.serverCode, error.outcome, first.sent()], [
    "market_version_mismatch",
    "rejected",
    "POST",
  ]);
  // After an unknown outcome the first one may have landed, whatever the second is refused for.
  const there = stage(["cut", mismatch], [503, listed(order)]);
  const { client_order_id } = await run(there, there.client.orders.create({ ...wish, market_version: 2 }));
  assertEquals([client_order_id, there.sent()], [ID, "POST GET POST GET"]);
});
