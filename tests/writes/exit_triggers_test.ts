/** Exit triggers take effect once, or say what is not known, over a network that answers as it is told. */
import { assertEquals, assertInstanceOf } from "@std/assert";
import { KalshiConflictError, KalshiNotFoundError } from "../../src/base/errors.ts";
import type { ExitTrigger } from "../../src/contract/perps/types.ts";
import { test } from "../support/test.ts";
import { writeProducts } from "./support/products.ts";
import { bodies, failure, type Reply, run, type Scene, stageOf } from "./support/stage.ts";

const [product] = writeProducts.filter(({ name }) => name === "perps");
if (product === undefined) throw new Error("no exchange has exit triggers");
const { stage } = stageOf(product);

const ID = "t-mine";
const T = "KXBTCPERP";

/** A bracket of part of a cross position, as the exchange shows it. */
const trigger: ExitTrigger = {
  id: "g-1",
  ticker: T,
  kind: "bracket",
  status: "active",
  count: "3.00",
  filled_count: "0.00",
  client_trigger_id: ID,
  stop_loss_price: "0.5000",
  created_time: "2026-11-24T12:00:00Z",
  updated_time: "2026-11-24T12:00:00Z",
};
const { client_trigger_id: _, ...nameless } = trigger;
const listed = (...exit_triggers: object[]) => ({ exit_triggers });
const conflict = (code: string): Reply => ({ refusedWith: 409, code });

const added = { count: "3", stop_loss_price: "0.5", client_trigger_id: ID };
const whole = { stop_loss_price: "0.5" };
/** Of now, by the clock of a scene. */
const fresh = ({ clock }: Scene, fields: object = {}) =>
  listed({ ...nameless, updated_time: new Date(clock.now()).toISOString(), ...fields });

test("a trigger that is added is sent again with its id, and the first one comes back as it is by then", async () => {
  // The exchange itself knows it again.
  const replayed = stage(["cut", { ...trigger, status: "canceled" }], [500]);
  const cross = replayed.client.exitTriggers.cross;
  assertEquals((await run(replayed, cross.set(T, added))).status, "canceled");
  assertEquals([replayed.sent(), bodies(replayed)[0]], ["PUT GET PUT", bodies(replayed)[1]]);
  // Or the list shows it, so that nothing is sent again.
  for (const status of ["active", "filled", "canceled"]) {
    const scene = stage(["cut"], [
      listed({ ...trigger, id: "g-0", client_trigger_id: "other" }, { ...trigger, status }),
    ]);
    const found = await run(scene, scene.client.exitTriggers.cross.set(T, added, { subaccount: 2 }));
    assertEquals([found.id, found.status, scene.sent()], ["g-1", status, "PUT GET"]);
    assertEquals(scene.requests[1]?.query, ["subaccount=2"]);
  }
  for (const orderRetries of ["never", "idempotent"] as const) {
    const lost = stage(["cut"], [listed()], { orderRetries });
    const error = await failure(lost, lost.client.exitTriggers.cross.set(T, added));
    assertEquals([error.outcome, error.clientIds], ["unknown", [ID]]);
    assertEquals(lost.requests.length, orderRetries === "never" ? 1 : 8);
  }
});

test("a trigger whose id belongs to another position is refused, whatever went before", async () => {
  const scene = stage([conflict("idempotency_key_already_used")], [listed()]);
  const error = await failure(scene, scene.client.exitTriggers.cross.set(T, added));
  assertInstanceOf(error, KalshiConflictError);
  assertEquals([error.outcome, scene.sent()], ["rejected", "PUT"]);
  const doubtful = stage(["cut", conflict("idempotency_key_already_used")], [listed()]);
  assertEquals(
    (await failure(doubtful, doubtful.client.exitTriggers.cross.set(T, added))).outcome,
    "unknown",
  );
});

test("an anchor that is not there yet is asked for again, since nothing was written", async () => {
  const anchored = { anchor_order_id: "o-1", stop_loss_price: "0.5", client_trigger_id: ID };
  const scene = stage([conflict("anchor_order_unavailable"), conflict("anchor_order_unavailable"), {
    ...trigger,
  }]);
  assertEquals((await run(scene, scene.client.exitTriggers.cross.set(T, anchored))).id, "g-1");
  assertEquals(scene.sent(), "PUT PUT PUT");
  const tired = stage([conflict("anchor_order_unavailable")], [listed()]);
  const error = await failure(tired, tired.client.exitTriggers.cross.set(T, anchored));
  assertEquals([error.outcome, tired.requests.filter(({ method }) => method === "PUT").length], [
    "rejected",
    4,
  ]);
  const never = stage([conflict("anchor_order_unavailable")], [], { orderRetries: "never" });
  await failure(never, never.client.exitTriggers.cross.set(T, anchored));
  assertEquals(never.sent(), "PUT");
});

test("a trigger that replaces is sent until the position has it", async () => {
  for (const kind of ["cross", "isolated"] as const) {
    const set = (scene: Scene, body: object) => run(scene, scene.client.exitTriggers[kind].set(T, body));
    const clock = stage([]);
    const there = stage(["cut"], [fresh(clock)]);
    assertEquals((await set(there, whole)).id, "g-1");
    assertEquals(there.sent(), "PUT GET");
    const others: object[] = [
      { stop_loss_price: "0.4900" },
      { take_profit_price: "0.9000" },
      { status: "canceled" },
      { kind: "trailing" },
      { client_trigger_id: "other" },
      // As it was before the call.
      { updated_time: new Date(clock.clock.now() - 120_000).toISOString() },
    ];
    for (const fields of others) {
      const scene = stage(["cut", { ...trigger, id: "g-2" }], [fresh(clock, fields)]);
      assertEquals((await set(scene, whole)).id, "g-2", JSON.stringify(fields));
      assertEquals(scene.sent(), "PUT GET PUT");
    }
    const trailing = { kind: "trailing", trail_bps: 250 };
    const stop = { kind: "trailing", stop_loss_price: null, trail_bps: 250 };
    const trails = stage(["cut"], [fresh(clock, stop)]);
    assertEquals((await set(trails, trailing)).id, "g-1");
    const wider = stage(["cut", { ...trigger, id: "g-2" }], [fresh(clock, { ...stop, trail_bps: 300 })]);
    assertEquals((await set(wider, trailing)).id, "g-2");
  }
});

test("legs are changed until the bracket has them", async () => {
  const legs = { stop_loss_price: "0.55", take_profit_price: "0.9" };
  const changed = { ...trigger, stop_loss_price: "0.5500", take_profit_price: "0.9000" };
  const update = (scene: Scene) => run(scene, scene.client.exitTriggers.cross.update(T, "g-1", legs));
  const there = stage(["cut"], [listed({ ...changed, id: "g-9" }, changed)]);
  assertEquals([(await update(there)).id, there.sent()], ["g-1", "PUT GET"]);
  const again = stage(["cut", { ...changed }], [listed(trigger)]);
  assertEquals([(await update(again)).id, again.sent()], ["g-1", "PUT GET PUT"]);
  const gone = stage([404], [listed({ ...changed, status: "filled" })]);
  assertInstanceOf(
    await failure(gone, gone.client.exitTriggers.cross.update(T, "g-1", legs)),
    KalshiNotFoundError,
  );
});

test("triggers are taken away until none is left, and one until it is canceled", async () => {
  for (const kind of ["cross", "isolated"] as const) {
    const remove = (scene: Scene, params: object = {}) =>
      run(scene, scene.client.exitTriggers[kind].delete(T, params));
    const none = stage(["cut"], [listed({ ...trigger, status: "canceled" })]);
    await remove(none);
    assertEquals(none.sent(), "DELETE GET");
    // What is not known to have ended has not.
    for (const status of ["active", "pending_on_entry", "unknown", "of another day"]) {
      const some = stage(["cut", ""], [listed({ ...trigger, status })]);
      await remove(some);
      assertEquals(some.sent(), "DELETE GET DELETE", status);
    }
    const ofKind = stage(["cut"], [listed(trigger)]);
    await remove(ofKind, { kind: "trailing" });
    assertEquals(ofKind.sent(), "DELETE GET");
  }
  const one = (scene: Scene) => scene.client.exitTriggers.cross.deleteById(T, "g-1");
  const canceled = stage(["cut"], [listed({ ...trigger, status: "canceled" })]);
  await run(canceled, one(canceled));
  assertEquals(canceled.sent(), "DELETE GET");
  const again = stage(["cut", ""], [listed(trigger)]);
  await run(again, one(again));
  assertEquals(again.sent(), "DELETE GET DELETE");
  // Something on the way sent it twice.
  const echo = stage([404], [listed({ ...trigger, status: "canceled" })]);
  await run(echo, one(echo));
  const fired = stage([404], [listed({ ...trigger, status: "filled" })]);
  assertEquals((await failure(fired, one(fired))).outcome, "rejected");
});
