/** Batches of event contracts: a result for each item, and only what is unknown is sent again. */
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type {
  BatchCancelOrdersV2ResponseOrder,
  BatchCreateOrdersV2ResponseOrder,
  CreateOrderV2Request,
} from "../../mod.ts";
import { KalshiConfigError, KalshiError } from "../../src/base/errors.ts";
import { test } from "../support/test.ts";
import { writeProducts } from "./support/products.ts";
import { bodies, failure, listed, run, type Scene, stageOf, wish } from "./support/stage.ts";

const [product] = writeProducts.filter(({ hasBatches }) => hasBatches);
if (product === undefined) throw new Error("no exchange takes batches");
const { stage, orderWith } = stageOf(product);
const { client_order_id: _, ...unnamed } = wish;

const ids = ["c-1", "c-2", "c-3"];
const wishes = ids.map((client_order_id) => ({ ...wish, client_order_id }));
const orderNamed = (client_order_id: string) =>
  orderWith({ client_order_id, order_id: `o-${client_order_id}` });
const placed = (client_order_id: string) => ({ order_id: `o-${client_order_id}`, client_order_id });
const refused = (client_order_id: string, code: string) => ({
  client_order_id,
  error: { code, message: code },
});
const batch = (scene: Scene) => run(scene, scene.client.orders.batchCreate({ orders: wishes }));
const brief = (results: readonly BatchCreateOrdersV2ResponseOrder[]) =>
  results.map(({ order_id, error }) => order_id ?? error?.code);
const sentIds = (scene: Scene) =>
  bodies(scene).map(({ orders }) =>
    orders.map((order: CreateOrderV2Request) => order.client_order_id).join()
  );

test("of a batch only the orders of unknown outcome are sent again", async () => {
  const answers = [placed("c-1"), refused("c-2", "internal_server_error"), refused("c-3", "invalid_price")];
  const scene = stage([{ orders: answers }, { orders: [placed("c-2")] }]);
  assertEquals(brief(await batch(scene)), ["o-c-1", "o-c-2", "invalid_price"]);
  assertEquals(sentIds(scene), ["c-1,c-2,c-3", "c-2"]);
  const never = stage([{ orders: answers }], [], { orderRetries: "never" });
  assertEquals(brief(await batch(never)), ["o-c-1", "internal_server_error", "invalid_price"]);
  assertEquals(never.sent(), "POST");
});

test("of a batch that got lost only the orders that are not there are sent again", async () => {
  for (const reply of ["cut", 503, '{"orders":[]}', "<html>"]) {
    const scene = stage([reply, { orders: [placed("c-2")] }], [
      listed(orderNamed("c-3"), orderNamed("c-1")),
    ]);
    const results = await batch(scene);
    const isRepeated = reply === "cut" || reply === 503;
    assertEquals(brief(results), ["o-c-1", isRepeated ? "o-c-2" : "outcome_unknown", "o-c-3"], `${reply}`);
    assertEquals(sentIds(scene), isRepeated ? ["c-1,c-2,c-3", "c-2"] : ["c-1,c-2,c-3"]);
  }
});

test("an order of a batch whose id is taken has landed before", async () => {
  const answers = [
    refused("c-1", "order_already_exists"),
    placed("c-2"),
    refused("c-3", "insufficient_balance"),
  ];
  const reads = [500, 500, 500, 500, listed(orderNamed("c-3")), listed(), listed(orderNamed("c-1"))];
  const scene = stage(["cut", { orders: answers }], reads);
  assertEquals(brief(await batch(scene)), ["o-c-1", "o-c-2", "o-c-3"]);
  // Without anything unknown before it, the same says what it says.
  const first = stage([{ orders: answers }], reads);
  assertEquals(brief(await batch(first)), ["order_already_exists", "o-c-2", "insufficient_balance"]);
  assertEquals(first.sent(), "POST");
  // A 429 that was not true.
  const limited = stage([429, { orders: answers }], [listed(orderNamed("c-1"))]);
  assertEquals(brief(await batch(limited)), ["o-c-1", "o-c-2", "insufficient_balance"]);
});

test("orders of a batch that stay unknown say so, and the results of the others are not lost", async () => {
  const answers = [refused("c-1", "order_already_exists"), placed("c-2"), refused("c-3", "invalid_price")];
  for (const read of [500, listed()]) {
    const scene = stage(["cut", { orders: answers }], [read]);
    const results = await batch(scene);
    assertEquals(brief(results), ["outcome_unknown", "o-c-2", "outcome_unknown"]);
    assertStringIncludes(results[0]?.error?.message ?? "", "order_already_exists");
    assertEquals(results[0]?.client_order_id, "c-1");
  }
  const half = [placed("c-1"), refused("c-2", "service_unavailable"), placed("c-3")];
  for (const rest of [503, 400, "cut", { orders: [refused("c-2", "service_unavailable")] }]) {
    const scene = stage([{ orders: half }, rest]);
    assertEquals(brief(await batch(scene)), ["o-c-1", "outcome_unknown", "o-c-3"]);
  }
});

test("a batch of which nothing is known throws, with all its ids", async () => {
  for (
    const [replies, code] of [[[503], "SERVER"], [["cut", 400], "BAD_REQUEST"], [
      ["cut"],
      "CONNECTION",
    ]] as const
  ) {
    const scene = stage(replies);
    const error = await failure(scene, scene.client.orders.batchCreate({ orders: wishes }));
    assertEquals([error.code, error.outcome, error.clientIds], [code, "unknown", ids]);
  }
  const first = stage([400]);
  const error = await failure(first, first.client.orders.batchCreate({ orders: wishes }));
  assertEquals([error.outcome, error.clientIds, first.sent()], ["rejected", ids, "POST"]);
});

test("ended in the middle, a batch names all its orders", async () => {
  const half = [placed("c-1"), refused("c-2", "service_unavailable"), placed("c-3")];
  for (const how of ["abort", "close"]) {
    const scene = stage([{ orders: half }, "hang"]);
    const controller = new AbortController();
    const ending = assertRejects(
      () => scene.client.orders.batchCreate({ orders: wishes }, { signal: controller.signal }),
      KalshiError,
    );
    await scene.clock.advance(50);
    if (how === "abort") controller.abort();
    else await scene.client.close();
    const error = await ending;
    assertEquals([error.outcome, error.clientIds], ["unknown", ids]);
    assertEquals(error.code, how === "abort" ? "ABORTED" : "CLOSED");
  }
});

test("the results of a batch belong to its orders by id, in whatever order they come", async () => {
  for (const orderRetries of ["never", "idempotent"] as const) {
    const shuffled = stage([{ orders: [placed("c-3"), placed("c-1"), placed("c-2")] }], [], { orderRetries });
    assertEquals(brief(await batch(shuffled)), ["o-c-1", "o-c-2", "o-c-3"]);
    const nameless = stage([{ orders: ids.map((_, index) => ({ order_id: `o-${index}` })) }], [], {
      orderRetries,
    });
    assertEquals(brief(await batch(nameless)), ["o-0", "o-1", "o-2"]);
  }
  // The nameless one may be of any of them.
  const unclear = stage([{ orders: [{ error: { code: "x" } }, placed("c-1"), placed("c-3")] }], [], {
    orderRetries: "never",
  });
  const error = await failure(unclear, unclear.client.orders.batchCreate({ orders: wishes }));
  assertEquals([error.code, error.outcome, error.clientIds], ["DECODE", "unknown", ids]);
});

test("an id that comes twice in a batch is refused before anything is sent", async () => {
  const scene = stage([500]);
  await assertRejects(
    () => scene.client.orders.batchCreate({ orders: [wish, { ...wish, count: "5.00" }] }),
    KalshiConfigError,
    "twice",
  );
  assertEquals(scene.sent(), "");
});

test("of a batch of cancels only those that did not happen are sent again", async () => {
  const cancelled = (order_id: string) => ({
    order: orderWith({ order_id, status: "canceled", remaining: "0.00" }),
  });
  const orders = ["o-1", "o-2", "o-3"].map((order_id) => ({ order_id }));
  // One of the looks fails; the others count.
  const scene = stage(["cut", {
    orders: [{ order_id: "o-2", reduced_by: "7.00" }, {
      order_id: "o-3",
      reduced_by: "0.00",
      error: { code: "not_found" },
    }],
  }], [
    cancelled("o-1"),
    { order: orderWith({ order_id: "o-2" }) },
    404,
    cancelled("o-3"),
  ]);
  const results: BatchCancelOrdersV2ResponseOrder[] = await run(
    scene,
    scene.client.orders.batchCancel({ orders }),
  );
  assertEquals(results.map(({ order_id, reduced_by, error }) => [order_id, reduced_by, error]), [
    ["o-1", "7.00", undefined],
    ["o-2", "7.00", undefined],
    ["o-3", "7.00", undefined],
  ]);
  assertEquals(bodies(scene).map(({ orders }) => orders.length), [3, 2]);
});

test("of a batch, ids that were made here and are taken are looked for, else unknown", async () => {
  for (const orderRetries of ["never", "idempotent"] as const) {
    const scene = stage([{
      orders: [{ error: { code: "order_already_exists" } }, { error: { code: "order_already_exists" } }],
    }], [
      listed(),
    ], { orderRetries });
    const results: BatchCreateOrdersV2ResponseOrder[] = await run(
      scene,
      scene.client.orders.batchCreate({ orders: [unnamed, wish] }),
    );
    assertEquals(
      results.map(({ error }) => error?.code),
      ["outcome_unknown", "order_already_exists"],
      orderRetries,
    );
  }
  const gone = stage([{ orders: [{ order_id: "o-1", error: { code: "not_found" } }] }], [
    { order: orderWith({ status: "canceled", remaining: "0.00" }) },
  ]);
  const [cancelled] = await run(gone, gone.client.orders.batchCancel({ orders: [{ order_id: "o-1" }] }));
  assertEquals([cancelled?.order_id, cancelled?.error], ["o-1", undefined]);
});
