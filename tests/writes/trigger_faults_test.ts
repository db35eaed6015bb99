/** Exit triggers through a network that loses one request or answer of five, against what the exchange then holds. */
import { assert, assertEquals } from "@std/assert";
import { KalshiAuth } from "../../src/auth/kalshi_auth.ts";
import type { ExitTrigger } from "../../src/contract/perps/types.ts";
import { KalshiError } from "../../src/base/errors.ts";
import { PerpsClient } from "../../src/perps/mod.ts";
import { startExchange } from "../support/exchange.ts";
import { realFaults, startFaultProxy } from "../support/fault_proxy.ts";
import { runtimeName, test } from "../support/test.ts";
import { faultProducts } from "./support/fault_products.ts";

/** So many brackets there may be of one position. */
const PER_POSITION = 20;
const POSITIONS = runtimeName === "deno" ? 24 : 8;
const SOME = POSITIONS * PER_POSITION;

const orders = {
  time_in_force: "good_till_canceled",
  self_trade_prevention_type: "taker_at_cross",
} as const;

/** Where a position is. */
interface Place {
  readonly ticker: string;
  readonly subaccount: number;
}

async function startScene(maxRetries: number) {
  const [, product] = faultProducts;
  if (product === undefined) throw new Error("no exchange has exit triggers");
  const exchange = await startExchange({ marketMakers: false, ...product.exchange });
  const proxy = await startFaultProxy(exchange.baseUrl, { kinds: realFaults });
  const [mine, other] = await Promise.all([1, 2].map(() => exchange.createAccount(product.account)));
  const authOf = ({ keyId, privateKey }: { keyId: string; privateKey: string }) =>
    KalshiAuth.fromPem(keyId, privateKey);
  assert(mine && other);
  const auth = await authOf(mine);
  const client = new PerpsClient({
    auth,
    config: {
      baseUrl: proxy.baseUrl,
      timeoutMs: 1_000,
      maxRetries,
      retryBaseDelayMs: 1,
      retryMaxDelayMs: 20,
      orderRetries: "idempotent",
    },
  });
  const direct = new PerpsClient({ auth, config: { baseUrl: exchange.baseUrl } });
  const seller = new PerpsClient({ auth: await authOf(other), config: { baseUrl: exchange.baseUrl } });
  const markets = (await direct.markets.list({ status: "active" })).filter(({ schedule }) =>
    schedule === null
  );
  const places: Place[] = [];
  for (let subaccount = 0; places.length < POSITIONS; subaccount++) {
    if (subaccount > 0) {
      assertEquals(await direct.portfolio.subaccounts.create(), subaccount);
      await direct.portfolio.subaccounts.transfers.create({
        client_transfer_id: crypto.randomUUID(),
        from_subaccount: 0,
        to_subaccount: subaccount,
        amount_cents: 10_000_000,
      });
    }
    for (const { ticker, settlement_mark_price } of markets) {
      if (places.length === POSITIONS) break;
      const price = settlement_mark_price?.price ?? "";
      const order = { ...orders, ticker, price, count: `${PER_POSITION}.00` };
      await seller.orders.create({ ...order, side: "ask" });
      const bought = await direct.orders.create({ ...order, side: "bid", subaccount });
      assertEquals(bought.remaining_count, "0.00");
      places.push({ ticker, subaccount });
    }
  }
  return {
    client,
    proxy,
    places,
    /** Every trigger that is there, by its client's id, once nothing is under way any more. */
    async triggers(): Promise<Map<string, ExitTrigger>> {
      await proxy.settled();
      const found = new Map<string, ExitTrigger>();
      for (const { ticker, subaccount } of places) {
        for (const trigger of await direct.exitTriggers.cross.list(ticker, { subaccount })) {
          const id = trigger.client_trigger_id ?? trigger.id;
          assert(!found.has(id), `${id} is there twice`);
          found.set(id, trigger);
        }
      }
      return found;
    },
    async [Symbol.asyncDispose]() {
      for (const part of [client, direct, seller, proxy, exchange]) await part[Symbol.asyncDispose]();
    },
  };
}

type Scene = Awaited<ReturnType<typeof startScene>>;

/** Calls `work` for each trigger, some at a time. */
async function each({ places }: Scene, work: (index: number, place: Place, id: string) => Promise<void>) {
  let next = 0;
  await Promise.all(Array.from({ length: 16 }, async () => {
    while (next < SOME) {
      const index = next++;
      const place = places[index % places.length];
      if (place !== undefined) await work(index, place, `trigger-${index}`);
    }
  }));
}

/** A stop loss that is far away, of one contract. */
const wish = (client_trigger_id: string) => ({ count: "1", stop_loss_price: "0.0500", client_trigger_id });

test("triggers at 20% faults are added once, changed, and taken away", { timeoutMs: 600_000 }, async () => {
  await using scene = await startScene(60);
  const { client: { exitTriggers: { cross } } } = scene;
  const ids: string[] = [];
  await each(scene, async (index, { ticker, subaccount }, id) => {
    const trigger = await cross.set(ticker, wish(id), { subaccount });
    assertEquals([trigger.client_trigger_id, trigger.status], [id, "active"]);
    ids[index] = trigger.id;
  });
  const added = await scene.triggers();
  assertEquals([added.size, new Set(ids).size], [SOME, SOME]);
  for (const [index, id] of ids.entries()) assertEquals(added.get(`trigger-${index}`)?.id, id);

  await each(scene, async (index, { ticker, subaccount }) => {
    const id = ids[index] ?? "";
    if (index % 2 === 0) await cross.update(ticker, id, { stop_loss_price: "0.0600" }, { subaccount });
    else await cross.deleteById(ticker, id, { subaccount });
  });
  const left = [...(await scene.triggers()).values()].filter(({ status }) => status === "active");
  assertEquals(left.length, SOME / 2);
  for (const { stop_loss_price } of left) assertEquals(stop_loss_price, "0.0600");

  // One of a whole position, and none in the end.
  for (const { ticker, subaccount } of scene.places) {
    await cross.delete(ticker, { subaccount });
    const whole = { kind: "trailing", trail_bps: 900 } as const;
    assertEquals((await cross.set(ticker, whole, { subaccount })).status, "active");
    await cross.delete(ticker, { subaccount, kind: "trailing" });
  }
  const log = await scene.proxy.takeLog();
  const faulty = log.filter(({ fault }) => fault !== undefined);
  assert(faulty.length > log.length / 10);
  for (const { status } of (await scene.triggers()).values()) assert(status !== "active", status);
});

test("with too few retries what a trigger's error says is true", { timeoutMs: 600_000 }, async () => {
  await using scene = await startScene(1);
  const { client: { exitTriggers: { cross } } } = scene;
  const outcomes = new Map<string, "done" | KalshiError>();
  await each(scene, async (_, { ticker, subaccount }, id) => {
    try {
      await cross.set(ticker, wish(id), { subaccount });
      outcomes.set(id, "done");
    } catch (error) {
      if (!(error instanceof KalshiError)) throw error;
      assertEquals(error.clientIds, [id]);
      outcomes.set(id, error);
    }
  });
  const there = await scene.triggers();
  for (const [id, outcome] of outcomes) {
    if (outcome === "done") assert(there.has(id), id);
    else if (outcome.outcome !== "unknown") assert(!there.has(id), `${id}: ${outcome.message}`);
  }
});
