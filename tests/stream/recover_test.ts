import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Fill, Order } from "../../src/contract/event/types.ts";
import {
  KalshiAbortError,
  KalshiConfigError,
  KalshiNotFoundError,
  KalshiTimeoutError,
} from "../../src/base/errors.ts";
import type { StreamLookup } from "../../src/stream/mod.ts";
import { test } from "../support/test.ts";
import { FakeVenue, take } from "./support/fake_venue.ts";

const config = { retryBaseDelayMs: 1_000, wsMaxRetries: 5, wsPingIntervalMs: 1_000_000 };

/** An account as REST tells of it. */
class Account implements StreamLookup {
  readonly #venue: FakeVenue;
  readonly #fills: Fill[] = [];
  readonly #orders = new Map<string, Order>();
  readonly asked: string[] = [];
  fails = false;
  /** Fills are not among the answers yet. */
  hides = false;
  /** How long an answer takes. */
  wait: () => Promise<void> = () => Promise.resolve();
  /** Called before fills are listed. */
  before: () => void = () => {};
  asOfMs: (() => Promise<number>) | undefined;

  constructor(venue: FakeVenue) {
    this.#venue = venue;
  }

  /** A fill happens; returns what the socket would tell of it. */
  trade(n: number, ticker = "A"): Record<string, unknown> {
    const created_time = new Date(this.#venue.clock.now() + n).toISOString();
    const fill: Fill = {
      fill_id: `f${n}`,
      trade_id: `${n}`,
      order_id: "o",
      exchange_index: 0,
      ticker,
      market_ticker: ticker,
      outcome_side: "yes",
      book_side: "bid",
      count_fp: "1.00",
      yes_price_dollars: "0.5000",
      no_price_dollars: "0.5000",
      is_taker: true,
      fee_cost: "0.0200",
      created_time,
      subaccount_number: 2,
    };
    this.#fills.unshift(fill); // newest first, as Kalshi lists them
    return { trade_id: `${n}`, order_id: "o", market_ticker: ticker, ts_ms: Date.parse(created_time) };
  }

  /** An order's state changes; returns what the socket would tell of it. */
  put(id: string, status: string, remaining: string): Record<string, unknown> {
    const now = new Date(this.#venue.clock.now()).toISOString();
    const created_time = this.#orders.get(id)?.created_time ?? now;
    const same = {
      order_id: id,
      user_id: "u",
      client_order_id: `c${id}`,
      ticker: "A",
      outcome_side: "no",
      book_side: "ask",
      status,
      yes_price_dollars: "0.6000",
      fill_count_fp: "0.00",
      remaining_count_fp: remaining,
      initial_count_fp: "5.00",
      taker_fees_dollars: "0.0000",
      maker_fees_dollars: "0.0000",
      taker_fill_cost_dollars: "0.0000",
      maker_fill_cost_dollars: "0.0000",
      created_time,
      last_update_time: now,
    };
    this.#orders.set(id, { ...same, type: "limit", no_price_dollars: "0.4000" });
    return { ...same, created_ts_ms: Date.parse(created_time), last_updated_ts_ms: Date.parse(now) };
  }

  async *fills(sinceMs: number): AsyncIterable<Fill> {
    this.asked.push(`fills ${this.#venue.clock.now() - sinceMs}`);
    this.before();
    await this.wait();
    if (this.hides) return;
    if (this.fails) throw new Error("REST is down");
    yield* this.#fills.filter(({ created_time }) => Date.parse(created_time ?? "") >= sinceMs);
  }

  async *orders(sinceMs: number): AsyncIterable<Order> {
    await Promise.resolve();
    for (const order of this.#orders.values()) {
      if (order.status === "resting" || Date.parse(order.created_time ?? "") >= sinceMs) yield order;
    }
  }

  order(orderId: string): Promise<Order> {
    this.asked.push(`order ${orderId}`);
    const order = this.#orders.get(orderId);
    if (order !== undefined) return Promise.resolve(order);
    return Promise.reject(new KalshiNotFoundError("There is no such order."));
  }

  /** An order becomes history. */
  forget(orderId: string): void {
    this.#orders.delete(orderId);
  }
}

interface Item {
  readonly type: string;
  readonly recovered?: boolean | number;
  readonly msg?: { readonly trade_id?: string; readonly order_id?: string; readonly status?: string };
}

const brief = (items: readonly object[]) =>
  (items as Item[]).map(({ type, recovered, msg }) =>
    msg === undefined
      ? `${type} ${recovered}`
      : `${recovered ? "+" : ""}${msg.trade_id ?? `${msg.order_id} ${msg.status}`}`
  );

test("fills that a reconnect missed follow the marker, each fill once, in order", async () => {
  const venue = new FakeVenue();
  const account = new Account(venue);
  account.trade(0);
  const stream = await venue.connect({ lookup: account }, config);
  const fills = await stream.fills({}, { recover: true });
  const send = (msg: unknown) => venue.socket.update("fill", "fill", msg);
  send(account.trade(1));
  await venue.clock.advance(5_000);
  send(account.trade(2));
  venue.socket.drop();
  account.trade(3);
  account.trade(4);
  account.before = () => {
    account.before = () => {};
    send(account.trade(5)); // while the lookup runs: it finds this one as well
    send(account.trade(6));
  };
  await venue.clock.advance(2_000);
  send(account.trade(7));
  assertEquals(brief(await take(fills, 8)), ["1", "2", "reconnected 2", "+3", "+4", "5", "6", "7"]);
  await stream.close();
});

test("a recovered fill has the fields of a live one", async () => {
  const venue = new FakeVenue();
  const account = new Account(venue);
  const stream = await venue.connect({ lookup: account }, config);
  const fills = await stream.fills({ market_tickers: ["A"] }, { recover: true });
  venue.socket.drop();
  const { ts_ms } = account.trade(1);
  account.trade(2, "B");
  await venue.clock.advance(1_000);
  const [, item] = await take(fills, 2);
  assertEquals(item, {
    type: "fill",
    recovered: true,
    msg: {
      trade_id: "1",
      order_id: "o",
      exchange_index: 0,
      market_ticker: "A",
      outcome_side: "yes",
      book_side: "bid",
      count_fp: "1.00",
      yes_price_dollars: "0.5000",
      is_taker: true,
      fee_cost: "0.0200",
      ts_ms: Number(ts_ms),
      ts: Math.floor(Number(ts_ms) / 1_000),
      side: "yes",
      action: "buy",
      purchased_side: "yes",
      subaccount: 2,
    },
  });
  await stream.close();
});

test("a lookup that fails is told in the marker, and the stream goes on", async () => {
  const venue = new FakeVenue();
  const account = new Account(venue);
  const stream = await venue.connect({ lookup: account }, config);
  const fills = await stream.fills({}, { recover: true });
  account.fails = true;
  venue.socket.drop();
  await venue.clock.advance(1_000);
  venue.socket.update("fill", "fill", account.trade(1));
  const [marker, fill] = await take(fills, 2);
  assert(marker?.type === "reconnected" && marker.recoverError instanceof Error);
  assertEquals(brief([fill ?? {}]), ["1"]);

  account.fails = false;
  account.trade(2);
  venue.socket.send("{"); // might have been a fill
  await venue.clock.advance(0);
  assertEquals(brief(await take(fills, 2)), ["gap 1", "+2"]);
  await stream.close();
  assertEquals(venue.clock.pending, 0);
});

test("what could not be looked up is looked up again until it can be", async () => {
  const venue = new FakeVenue();
  const account = new Account(venue);
  const errors: unknown[] = [];
  const stream = await venue.connect({ lookup: account, onError: (error) => errors.push(error) }, config);
  const fills = await stream.fills({}, { recover: true });
  account.fails = true;
  venue.socket.drop();
  account.trade(1);
  await venue.clock.advance(120_000);
  const [marker] = await take(fills, 1);
  assert(marker?.type === "reconnected" && marker.recoverError instanceof Error);
  assert(errors.length > 3 && account.asked.length < 20, `${errors.length} of ${account.asked.length}`);
  account.fails = false;
  await venue.clock.advance(30_000);
  assertEquals(brief(await take(fills, 1)), ["+1"]);
  const looks = account.asked.length;
  await venue.clock.advance(300_000);
  assertEquals([account.asked.length, fills.stats.size], [looks, 0]);
  account.fails = true;
  venue.socket.send("{");
  await venue.clock.advance(0);
  await stream.close();
  assertEquals(venue.clock.pending, 0);
});

test("losses noticed one after the other are filled up by one look, and each is told", async () => {
  const venue = new FakeVenue();
  const account = new Account(venue);
  const stream = await venue.connect({ lookup: account }, config);
  const fills = await stream.fills({}, { recover: true });
  account.trade(1);
  const before = account.asked.length;
  for (let n = 0; n < 100; n++) venue.socket.send("{");
  account.before = () => {
    account.before = () => {};
    account.trade(2);
    for (let n = 0; n < 100; n++) venue.socket.send("{");
  };
  await venue.clock.advance(0);
  assertEquals(account.asked.length - before, 2);
  const items = brief(await take(fills, 202));
  assertEquals(items.filter((item) => item === "gap 0").length, 199);
  assertEquals(items.filter((item) => item.startsWith("+")).sort(), ["+1", "+2"]);
  await stream.close();
});

test("closing while it waits for Kalshi's answers to catch up leaves no timer", async () => {
  const venue = new FakeVenue();
  const account = new Account(venue);
  const stream = await venue.connect({ lookup: account }, config);
  await stream.fills({}, { recover: true });
  account.asOfMs = () => Promise.resolve(0);
  venue.socket.send("{");
  await venue.clock.advance(0);
  assert(venue.clock.pending > 0);
  await stream.close();
  await venue.clock.advance(0);
  assertEquals(venue.clock.pending, 0);
});

test("an order that can no longer be looked up keeps no other from it", async () => {
  const venue = new FakeVenue();
  const account = new Account(venue);
  const errors: unknown[] = [];
  const stream = await venue.connect({ lookup: account, onError: (error) => errors.push(error) }, config);
  const orders = await stream.userOrders({}, { recover: true });
  const gone = account.put("gone", "resting", "5.00");
  venue.socket.update("user_orders", "user_order", gone);
  venue.socket.update("user_orders", "user_order", account.put("a", "resting", "5.00"));
  account.forget("gone");
  await venue.clock.advance(60_000);
  venue.socket.drop();
  account.put("a", "executed", "0.00");
  await venue.clock.advance(1_000);
  assertEquals(brief(await take(orders, 4)), ["gone resting", "a resting", "reconnected 1", "+a executed"]);
  assert(errors.length === 1 && errors[0] instanceof KalshiNotFoundError);
  venue.socket.drop();
  await venue.clock.advance(5_000);
  assertEquals(brief(await take(orders, 1)), ["reconnected 0"]);
  assertEquals(errors.length, 1);
  await stream.close();
});

test("{ everyMs } finds fills that were lost without a trace", async () => {
  const venue = new FakeVenue();
  const account = new Account(venue);
  const errors: unknown[] = [];
  const stream = await venue.connect({ lookup: account, onError: (error) => errors.push(error) }, config);
  const fills = await stream.fills({}, { recover: { everyMs: 30_000 } });
  account.trade(1);
  await venue.clock.advance(29_999);
  assertEquals(fills.stats.size, 0);
  await venue.clock.advance(1);
  account.fails = true;
  await venue.clock.advance(30_000);
  account.fails = false;
  venue.socket.update("fill", "fill", account.trade(2));
  await venue.clock.advance(30_000);
  assertEquals(brief(await take(fills, 2)), ["+1", "2"]);
  assertEquals([fills.stats.size, errors.length > 0], [0, true]);
  await fills.unsubscribe();
  await stream.close();
  assertEquals(venue.clock.pending, 0);
});

test("what is traded while an ended subscription is made anew is looked up", async () => {
  const venue = new FakeVenue();
  const account = new Account(venue);
  const stream = await venue.connect({ lookup: account }, config);
  const fills = await stream.fills({}, { recover: true });
  await venue.clock.advance(600_000);
  const end = () =>
    venue.socket.send({ type: "error", sid: venue.socket.sids.get("fill"), msg: { code: 25, msg: "" } });
  end();
  venue.socket.sids.clear();
  account.trade(1);
  await venue.clock.advance(2_000);
  assertEquals(brief(await take(fills, 2)), ["gap 1", "+1"]);

  end();
  venue.socket.drop();
  account.trade(2);
  await venue.clock.advance(2_000);
  assertEquals(brief(await take(fills, 2)), ["reconnected 1", "+2"]);
  await stream.close();
});

test("fills from before the subscription belong to nobody", async () => {
  const venue = new FakeVenue();
  const account = new Account(venue);
  account.trade(1);
  await venue.clock.advance(40_000);
  const stream = await venue.connect({ lookup: account }, config);
  const fills = await stream.fills({}, { recover: true });
  await venue.clock.advance(1_000);
  venue.socket.send("{");
  venue.socket.drop();
  await venue.clock.advance(2_000);
  assertEquals(brief(await take(fills, 2)), ["gap 0", "reconnected 0"]);
  assertEquals(fills.stats.size, 0);

  // Somebody leaves while the connection is down, and comes again much later.
  venue.handshakes = ["hang"];
  venue.socket.drop();
  await fills.unsubscribe();
  account.trade(2);
  await venue.clock.advance(3_600_000);
  const again = await stream.fills({}, { recover: true });
  venue.socket.update("fill", "fill", account.trade(3));
  assertEquals(brief(await take(again, 1)), ["3"]);
  await stream.close();
});

test("live fills are late by five seconds at most when REST is slow, and by nothing without a marker", async () => {
  const venue = new FakeVenue();
  const account = new Account(venue);
  const errors: unknown[] = [];
  const stream = await venue.connect({ lookup: account, onError: (error) => errors.push(error) }, config);
  const fills = await stream.fills({}, { recover: { everyMs: 600_000 } });
  let isSlow = true;
  account.wait = () => isSlow ? new Promise(() => {}) : Promise.resolve();
  const send = (n: number) => venue.socket.update("fill", "fill", account.trade(n));
  venue.socket.drop();
  account.trade(1);
  await venue.clock.advance(1_000);
  send(2);
  await venue.clock.advance(3_900);
  assertEquals(fills.stats.size, 0);
  await venue.clock.advance(1_200);
  const [marker, live] = await take(fills, 2);
  assert(marker?.type === "reconnected" && marker.recoverError instanceof KalshiTimeoutError);
  assertEquals(brief([live ?? {}]), ["2"]);
  send(3);
  assertEquals(brief(await take(fills, 1)), ["3"]);
  // The look-up itself gets a minute, and what it missed comes with the next one.
  isSlow = false;
  await venue.clock.advance(120_000);
  assertEquals(brief(await take(fills, 1)), ["+1"]);
  isSlow = true;
  await venue.clock.advance(600_000);
  send(4);
  assertEquals(brief(await take(fills, 1)), ["4"]);
  await stream.close();
  await venue.clock.advance(0);
  assertEquals(venue.clock.pending, 0);
});

test("answers that do not catch up are no success: what they lack comes later", async () => {
  const venue = new FakeVenue();
  const account = new Account(venue);
  const stream = await venue.connect({ lookup: account }, config);
  const fills = await stream.fills({}, { recover: true });
  venue.socket.drop();
  account.trade(1);
  let asOf = 0;
  account.asOfMs = () => Promise.resolve(asOf);
  account.hides = true;
  await venue.clock.advance(30_000);
  const [marker] = await take(fills, 1);
  assert(marker?.type === "reconnected" && marker.recoverError instanceof KalshiTimeoutError);
  account.hides = false;
  asOf = Infinity;
  await venue.clock.advance(60_000);
  assertEquals(brief(await take(fills, 1)), ["+1"]);
  await stream.close();
});

test("closing or leaving during a look-up loses no fill that has come already", async () => {
  for (const leave of ["close", "unsubscribe"] as const) {
    const venue = new FakeVenue();
    const account = new Account(venue);
    const stream = await venue.connect({ lookup: account }, config);
    const fills = await stream.fills({}, { recover: true });
    account.wait = () => new Promise(() => {});
    venue.socket.send("{");
    await venue.clock.advance(0);
    venue.socket.update("fill", "fill", account.trade(1));
    if (leave === "close") await stream.close();
    else await fills.unsubscribe();
    const items = await take(fills, 3);
    assertEquals(brief(items), ["gap 0", "1"]);
    assert(items[0]?.type === "gap" && items[0].recoverError instanceof Error);
    await stream.close();
    await venue.clock.advance(0);
    assertEquals(venue.clock.pending, 0);
  }
});

test("the first look-up obeys timeoutMs and signal", async () => {
  const venue = new FakeVenue();
  const account = new Account(venue);
  const stream = await venue.connect({ lookup: account }, config);
  account.wait = () => new Promise(() => {});
  const late = assertRejects(() => stream.fills({}, { recover: true, timeoutMs: 2_000 }), KalshiTimeoutError);
  await venue.clock.advance(2_000);
  await late;
  const signal = AbortSignal.abort();
  await assertRejects(() => stream.fills({}, { recover: true, signal }), KalshiAbortError);
  await stream.close();
  assertEquals(venue.clock.pending, 0);
});

test("it waits until Kalshi's portfolio answers have caught up", async () => {
  const venue = new FakeVenue();
  const account = new Account(venue);
  const stream = await venue.connect({ lookup: account }, config);
  const fills = await stream.fills({}, { recover: true });
  account.asOfMs = () =>
    Promise.resolve(account.asked.length > 3 ? Infinity : (account.asked.push("as of"), 0));
  venue.socket.drop();
  account.trade(1);
  await venue.clock.advance(1_000);
  assertEquals(fills.stats.size, 0);
  await venue.clock.advance(3_000);
  assertEquals(brief(await take(fills, 2)), ["reconnected 1", "+1"]);
  await stream.close();
});

test("orders: states that were missed come once, also of orders that no longer rest", async () => {
  const venue = new FakeVenue();
  const account = new Account(venue);
  account.put("old", "resting", "5.00");
  const stream = await venue.connect({ lookup: account }, config);
  const orders = await stream.userOrders({}, { recover: true });
  const send = (msg: unknown) => venue.socket.update("user_orders", "user_order", msg);
  send(account.put("a", "resting", "5.00"));
  send(account.put("b", "resting", "5.00"));
  send(account.put("c", "resting", "5.00"));
  await venue.clock.advance(60_000);
  venue.socket.send({ type: "hello", msg: {} });
  venue.socket.drop();
  account.put("old", "canceled", "0.00");
  account.put("a", "executed", "0.00");
  account.put("b", "resting", "3.00");
  account.put("d", "executed", "0.00");
  await venue.clock.advance(1_000);
  send(account.put("b", "canceled", "0.00"));
  assertEquals(brief(await take(orders, 3)), ["a resting", "b resting", "c resting"]);
  const [marker, ...recovered] = brief(await take(orders, 5));
  assertEquals([marker, recovered.sort()], ["reconnected 4", [
    "+a executed",
    "+b resting",
    "+d executed",
    "+old canceled",
  ]]);
  assertEquals(brief(await take(orders, 1)), ["b canceled"]);
  assertEquals(account.asked.filter((asked) => asked.startsWith("order")).sort(), ["order a", "order old"]);
  await stream.close();
});

test("what `recover` is told is checked", async () => {
  const venue = new FakeVenue();
  const stream = await venue.connect({ lookup: new Account(venue) }, config);
  for (const everyMs of [10, Infinity, NaN, 30 * 86_400_000, "60000"]) {
    await assertRejects(
      () => stream.fills({}, { recover: { everyMs: everyMs as number } }),
      KalshiConfigError,
      "recover.everyMs",
    );
  }
  for (const recover of [{ every: 5_000 }, "no", 1]) {
    await assertRejects(() => stream.fills({}, { recover: recover as never }), KalshiConfigError, "recover");
  }
  await assertRejects(() => stream.fills({}, { recovr: true } as never), KalshiConfigError, "recover");
  await stream.close();
});
