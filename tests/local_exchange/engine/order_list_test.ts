import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { OrderList, placeOf } from "../../../src/local_exchange/engine/order_list.ts";
import { KalshiClient } from "../../../src/client.ts";
import { LocalExchange } from "../../../src/local_exchange/mod.ts";
import { test } from "../../support/test.ts";

const statuses = ["entering", "resting", "canceled", "executed"] as const;
type Status = (typeof statuses)[number];

test("a list has the orders of each status as a walk over all of them would find them", () => {
  const steps = fc.array(fc.record({ at: fc.nat(40), to: fc.constantFrom(...statuses) }), { maxLength: 120 });
  fc.assert(fc.property(steps, fc.constantFrom(undefined, ...statuses), (given, kept) => {
    const list = new OrderList<{ readonly number: number; status: Status }, Status>();
    const check = () => {
      for (const status of statuses) {
        assertEquals([...list.of(status)], list.all.filter((one) => one.status === status));
      }
    };
    for (const { at, to } of given) {
      const found = list.all[at];
      if (found === undefined) {
        const order = { number: list.nextNumber, status: to };
        list.add(order);
        list.move(order, undefined, to);
      } else {
        const before = found.status;
        found.status = to;
        list.move(found, before, to);
      }
    }
    check();
    const all = [...list.all];
    const { nextNumber } = list;
    const gone = new Set(list.forget(kept));
    assertEquals([...list.all], all.filter(({ status }) => status === kept));
    assertEquals(gone.size, all.length - list.all.length);
    assertEquals(list.nextNumber, nextNumber);
    for (const [index, { number }] of list.all.entries()) assertEquals(placeOf(list.all, number), index);
    check();
  }));
});

test("pages of what rests go on where they were, whatever has left meanwhile", async () => {
  await using exchange = LocalExchange.create({ seed: 3, marketMakers: false });
  const { auth } = await exchange.createAccount();
  await using client = new KalshiClient({ auth, config: exchange.config, runtime: exchange.createRuntime() });
  const [ticker = ""] = exchange.openTickers();
  const ids: string[] = [];
  for (let n = 0; n < 12; n++) {
    const { order_id } = await client.orders.create({
      ticker,
      side: "bid",
      price: "0.0100",
      count: "1.00",
      time_in_force: "good_till_canceled",
      self_trade_prevention_type: "taker_at_cross",
    });
    ids.unshift(order_id);
  }
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.orders.list({ status: "resting", limit: 4, ...(cursor && { cursor }) });
    seen.push(...page.items.map(({ order_id }) => order_id));
    cursor = page.cursor;
    // The newest, which was seen, and the one that the next page would begin with.
    const [next] = ids.filter((id) => !seen.includes(id));
    if (seen.length === 4) { for (const id of [ids[0], next]) await client.orders.cancel(id ?? ""); }
  } while (cursor);
  assertEquals(seen, ids.filter((_, index) => index !== 4));
  assertEquals((await client.orders.list({ status: "canceled" })).items.map(({ order_id }) => order_id), [
    ids[0],
    ids[4],
  ]);
  assertEquals((await client.orders.list()).items.length, 12);
});
