/** What recovery makes of times that REST does not tell, in the ways in which it does not tell them. */
import { assert, assertEquals } from "@std/assert";
import type { KalshiClient } from "../../mod.ts";
import type { Fill, Order } from "../../src/contract/event/types.ts";
import type { StreamLookup, Subscription } from "../../src/stream/mod.ts";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";
import { startTimed, type TimedExchange } from "./support/timed_exchange.ts";

const NO_TIMES = [null, undefined, "", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z", "never"] as const;

/** The client's answers, but for the times in them. */
function without(
  client: KalshiClient,
  times: { readonly fill?: object; readonly order?: object },
): StreamLookup {
  const since = (ms: number) => ({ min_ts: Math.floor(ms / 1_000) });
  return {
    async *fills(sinceMs) {
      for await (const fill of client.fills.listAll(since(sinceMs))) yield { ...fill, ...times.fill } as Fill;
    },
    async *orders(sinceMs) {
      for await (const order of client.orders.listAll(since(sinceMs))) {
        yield { ...order, ...times.order } as Order;
      }
    },
    order: async (id) => ({ ...await client.orders.get(id), ...times.order }) as Order,
  };
}

/** Breaks the connection, does something that it cannot tell, and lets it come back. */
async function miss(timed: TimedExchange, happens: () => Promise<unknown> | void): Promise<void> {
  timed.exchange.sockets.fail({ fault: "cut" });
  await timed.clock.advance(0);
  await happens();
  await timed.clock.advance(2_000);
}

/** Collects the messages of a subscription. */
function collect<Message>(items: Subscription<Message>): Record<string, unknown>[] {
  const found: Record<string, unknown>[] = [];
  void (async () => {
    for await (const item of items) if ("msg" in item) found.push(item.msg as Record<string, unknown>);
  })();
  return found;
}

const isSane = (msg: Record<string, unknown>) =>
  Object.values(msg).every((value) => typeof value !== "number" || Number.isFinite(value) && value >= 0);

async function rest(timed: TimedExchange, client: KalshiClient): Promise<[id: string, ticker: string]> {
  const [ticker = ""] = timed.exchange.openTickers();
  const { order_id } = await client.orders.create({
    ticker,
    side: "bid",
    count: "2.00",
    price: "0.4000",
    time_in_force: "good_till_canceled",
    self_trade_prevention_type: "taker_at_cross",
  });
  return [order_id, ticker];
}

for (const time of NO_TIMES) {
  test(`an order that was executed meanwhile is delivered where its last_update_time is ${JSON.stringify(time)}`, async () => {
    await using timed = await startTimed();
    const client = timed.client();
    const lookup = without(client, { order: { last_update_time: time, expiration_time: time } });
    const stream = await timed.connect({ lookup });
    const orders = collect(await stream.userOrders({}, { recover: true }));
    const [id, ticker] = await rest(timed, client);
    await until(() => orders.length > 0);
    await miss(timed, () => {
      timed.exchange.placeCounterOrder({ ticker, side: "ask", price: "0.4000", count: "2.00" });
    });
    await until(() => orders.length > 1);
    assertEquals(orders.map(({ order_id, status }) => [order_id, status]), [[id, "resting"], [
      id,
      "executed",
    ]]);
    assert(orders.every(isSane), JSON.stringify(orders));
    assertEquals(orders[1]?.last_updated_ts_ms, undefined);
    // Nothing new, and nothing comes twice.
    await miss(timed, () => {});
    assertEquals(orders.length, 2);
  });

  test(`a fill that was missed is delivered where its created_time is ${JSON.stringify(time)}`, async () => {
    await using timed = await startTimed();
    const client = timed.client();
    for (const ts of [time === null ? null : undefined, -62_135_596_800, 1_790_000_000]) {
      const stream = await timed.connect({ lookup: without(client, { fill: { created_time: time, ts } }) });
      const fills = collect(await stream.fills({}, { recover: true }));
      await miss(timed, async () => {
        const [, ticker] = await rest(timed, client);
        timed.exchange.placeCounterOrder({ ticker, side: "ask", price: "0.4000", count: "2.00" });
      });
      await until(() => fills.length > 0);
      const [fill] = fills;
      const known = ts === 1_790_000_000 ? [ts * 1_000, ts] : [undefined, undefined];
      assertEquals([fills.length, fill?.ts_ms, fill?.ts], [1, ...known]);
      await stream.close();
    }
  });
}

test("an answer without times that lies behind what was delivered is not delivered", async () => {
  await using timed = await startTimed();
  const client = timed.client();
  const old: Order[] = [];
  const fresh = without(client, { order: { last_update_time: null } });
  const lookup: StreamLookup = {
    ...fresh,
    async *orders(sinceMs) {
      if (old.length === 0) yield* fresh.orders(sinceMs);
      else yield* old;
    },
  };
  const stream = await timed.connect({ lookup });
  const orders = collect(await stream.userOrders({}, { recover: true }));
  const [id, ticker] = await rest(timed, client);
  old.push({ ...await client.orders.get(id), last_update_time: null });
  timed.exchange.placeCounterOrder({ ticker, side: "ask", price: "0.4000", count: "2.00" });
  await until(() => orders.length > 1);
  await miss(timed, () => {});
  assertEquals(orders.map(({ status }) => status), ["resting", "executed"]);
});
