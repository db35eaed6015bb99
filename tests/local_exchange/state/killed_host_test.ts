/** An exchange in a process that is killed (SIGKILL) while it is traded on: nothing that was answered is lost. */
import { assert, assertEquals } from "@std/assert";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KalshiAuth } from "../../../src/auth/kalshi_auth.ts";
import { generateKey } from "../../../src/local_exchange/keys.ts";
import type { RestoredState } from "../../../src/local_exchange/mod.ts";
import { prepareScript } from "../../support/run_script.ts";
import { test } from "../../support/test.ts";
import { orderOf, testedProducts } from "../support/products.ts";
import { Session } from "../support/session.ts";

const KILLS = 5;

/** Reads the first line of what a process says. */
async function firstLine(child: ChildProcess): Promise<string> {
  let text = "";
  for await (const chunk of child.stdout ?? []) {
    text += `${chunk}`;
    if (text.includes("\n")) break;
  }
  return text;
}

for (const [name, product] of Object.entries(testedProducts)) {
  test(`${name}: an exchange that is killed at any moment has lost nothing that it answered`, async () => {
    const folder = mkdtempSync(join(tmpdir(), "exchange-killed-"));
    const keyId = "a952bcbe-ec3b-4b5b-b8f9-11dae589608c";
    const { privateKey } = await generateKey("ed25519");
    const auth = await KalshiAuth.fromPem(keyId, privateKey);
    using script = await prepareScript("tests/local_exchange/state/support/served.ts");
    const args = [
      ...script.args,
      join(folder, "exchange.state"),
      keyId,
      privateKey.replaceAll("\n", "|"),
      name,
    ];
    const acknowledged = new Map<string, { client_order_id: string; fill: string }>();
    let asked = 0;
    let restored: RestoredState | undefined;
    try {
      for (let kill = 0; kill <= KILLS; kill++) {
        const child = spawn(script.command, args, { stdio: ["ignore", "pipe", "inherit"] });
        const ended = once(child, "exit");
        try {
          const said = JSON.parse(await firstLine(child));
          restored = said.restored;
          const session = new Session({ baseUrl: said.baseUrl }, auth);
          const orders = await session.all(`${product.orderList}?limit=1000`, "orders");
          const byId = new Map(orders.map((order) => [order.order_id, order]));
          for (const [id, { client_order_id }] of acknowledged) {
            assertEquals(
              byId.get(id)?.client_order_id,
              client_order_id,
              "an order that was answered is there, with its id",
            );
          }
          assertEquals(new Set(orders.map(({ client_order_id }) => client_order_id)).size, orders.length);
          assert(
            orders.length - acknowledged.size <= kill,
            "of each life at most the order that was on its way",
          );
          for (const { order_id, client_order_id } of orders) {
            acknowledged.set(order_id, { client_order_id, fill: "" });
          }
          if (kill === KILLS) break;
          // Killed while an order is on its way, after as many as the round says.
          for (let order = 0;; order++) {
            const client_order_id = `order-${asked++}`;
            const sent = session.post(
              product.orders,
              orderOf(product, { ticker: "KILLED", count: "1.00", client_order_id, cents: 40 + asked % 20 }),
            );
            if (order === 7 + 5 * kill) child.kill("SIGKILL");
            const answer = await sent.catch(() => undefined);
            if (answer === undefined) break;
            assertEquals(answer.status, 201);
            acknowledged.set(answer.value.order_id, { client_order_id, fill: answer.value.fill_count });
          }
        } finally {
          child.kill("SIGKILL");
          await ended;
        }
      }
      assert((restored?.commands ?? 0) > acknowledged.size);
      assert(acknowledged.size >= 7 * KILLS);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}
