/** Money that is moved once, and order groups, on both exchanges. */
import { assert, assertEquals } from "@std/assert";
import { test } from "../support/test.ts";
import { writeProducts } from "./support/products.ts";
import { bodies, failure, run, stageOf } from "./support/stage.ts";

const TRANSFER = "3f1c9a52-6d7e-4b80-9c11-0a2b3c4d5e6f";
const toSubaccount = {
  client_transfer_id: TRANSFER,
  from_subaccount: 0,
  to_subaccount: 1,
  amount_cents: 500,
};

for (const product of writeProducts) {
  const { name } = product;
  const { stage } = stageOf(product);

  test(`${name}: a transfer between subaccounts that is known has landed`, async () => {
    const scene = stage(["cut", 409], []);
    await run(scene, product.transfers(scene.client).create(toSubaccount));
    assertEquals(scene.sent(), "POST POST");
    assertEquals(bodies(scene)[0], bodies(scene)[1]);
    for (
      const [writes, code, outcome] of [[[409], "CONFLICT", "rejected"], [
        [500],
        "SERVER",
        "unknown",
      ]] as const
    ) {
      const failing = stage(writes, []);
      const error = await failure(failing, product.transfers(failing.client).create(toSubaccount));
      assertEquals([error.code, error.outcome, error.clientIds], [code, outcome, [TRANSFER]]);
    }
  });

  test(`${name}: a transfer between shards is found again only when it can be no other`, async () => {
    const body = {
      source: "event_contract",
      destination: "event_contract",
      amount: 12_500,
      source_exchange_shard: 2,
    } as const;
    const scene = stage(["cut", 409], []);
    const row = {
      transfer_id: "t-1",
      source: "event_contract",
      destination: "event_contract",
      source_exchange_shard: 2,
      destination_exchange_shard: 0,
      amount: "1.2500",
      status: "pending",
      created_ts: Math.floor(scene.clock.now() / 1000),
    };
    const other = { ...row, transfer_id: "t-2", amount: "1.2501" };
    const old = { ...row, transfer_id: "t-3", created_ts: row.created_ts - 300 };
    const known = stage(["cut", 409], [{ transfers: [other, row, old], cursor: "" }]);
    assertEquals(await run(known, known.client.portfolio.transfers.create(body)), "t-1");
    const [first, second] = bodies(known);
    assertEquals(first, second);
    assert(/^[0-9a-f-]{36}$/.test(first.client_transfer_id));
    const twins = stage(["cut", 409], [{ transfers: [row, { ...row, transfer_id: "t-4" }], cursor: "" }]);
    const error = await failure(twins, twins.client.portfolio.transfers.create(body));
    assertEquals([error.code, error.outcome], ["CONFLICT", "unknown"]);
    assertEquals(error.clientIds, [bodies(twins)[0].client_transfer_id]);
  });

  if (product.movesSubaccounts) {
    test(`${name}: a transfer between shards that names a subaccount is not sent again while its outcome is unknown`, async () => {
      const body = {
        source: "event_contract",
        destination: "event_contract",
        amount: 1,
        destination_subaccount: 2,
      } as const;
      const scene = stage(["cut", { transfer_id: "t-1" }], []);
      const error = await failure(scene, scene.client.portfolio.transfers.create(body));
      assertEquals([error.outcome, scene.sent()], ["unknown", "POST"]);
      const limited = stage([429, { transfer_id: "t-1" }], []);
      assertEquals(await run(limited, limited.client.portfolio.transfers.create(body)), "t-1");
    });
  }

  if (product.rest.name !== "perps") continue;
  test(`${name}: a group that is gone, and a limit that is so, are looked for; a reset is sent once`, async () => {
    const gone = stage(["cut"], [404]);
    await run(gone, gone.client.orderGroups.delete("g-1"));
    assertEquals(gone.sent(), "DELETE GET");
    const there = stage(["cut", "{}"], [{ contracts_limit_fp: "10.00", orders: [] }]);
    await run(there, there.client.orderGroups.delete("g-1", { subaccount: 2 }));
    assertEquals(there.sent(), "DELETE GET DELETE");
    assertEquals([there.requests[1]?.path, there.requests[1]?.query], [`${product.root}/order_groups/g-1`, [
      "subaccount=2",
    ]]);
    for (const [shown, sent] of [["20.00", "PUT GET"], ["10.00", "PUT GET PUT"]] as const) {
      for (const limit of [{ contracts_limit: 20 }, { contracts_limit_fp: "20.00" }]) {
        const scene = stage(["cut", "{}"], [{ contracts_limit_fp: shown, orders: [] }]);
        await run(scene, scene.client.orderGroups.updateLimit("g-1", limit));
        assertEquals(scene.sent(), sent);
      }
    }
    const trigger = stage(["cut", "{}"], []);
    await run(trigger, trigger.client.orderGroups.trigger("g-1"));
    assertEquals(trigger.sent(), "PUT PUT");
    // A late one would let in again what the group has stopped since; and a second group would be another one.
    for (const call of ["reset", "create"] as const) {
      const scene = stage(["cut", "{}"], []);
      const { orderGroups } = scene.client;
      const error = await failure(
        scene,
        call === "reset" ? orderGroups.reset("g-1") : orderGroups.create({ contracts_limit: 5 }),
      );
      assertEquals([error.outcome, scene.requests.length], ["unknown", 1], call);
    }
  });
}
