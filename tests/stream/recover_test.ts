import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  KalshiAbortError,
  KalshiConfigError,
  KalshiNotFoundError,
  KalshiTimeoutError,
} from "../../src/base/errors.ts";
import { test } from "../support/test.ts";
import { breath } from "../support/until.ts";
import { Account } from "./support/account.ts";
import { take } from "./support/take.ts";
import { startTimed, type TimedExchange } from "./support/timed_exchange.ts";

const config = { retryMaxDelayMs: 30_000, wsMaxRetries: 5 };

interface Item {
  readonly type: string;
  readonly recovered?: boolean | number;
  readonly msg?: {
    readonly count_fp?: string;
    readonly client_order_id?: string;
    readonly status?: string;
  };
}

/** Fills by their counts, orders by the ids that the client gave them; a plus before what was looked up. */
const brief = (items: readonly object[]) =>
  (items as Item[]).map(({ type, recovered, msg }) => {
    if (msg === undefined) return `${type} ${recovered}`;
    const { count_fp, client_order_id, status } = msg;
    return `${recovered ? "+" : ""}${
      status === undefined ? Number(count_fp) : `${client_order_id} ${status}`
    }`;
  });

/** Breaks the connection; whatever happens next is missed, until the clock moves on. */
async function cut({ exchange, clock }: TimedExchange): Promise<void> {
  exchange.sockets.fail({ fault: "cut" });
  await clock.advance(0);
}

/** Sends what might have been a fill. */
const garble = ({ exchange }: TimedExchange) => exchange.sockets.send("{");

test("fills that a reconnect missed follow the marker, each fill once, in order", async () => {
  await using timed = await startTimed({ markets: 0 });
  const { clock } = timed;
  const account = await Account.open(timed);
  account.trade(9);
  const stream = await timed.connect({ lookup: account }, config);
  const fills = await stream.fills({}, { recover: true });
  account.trade(1);
  await clock.advance(5_000);
  account.trade(2);
  timed.exchange.sockets.refuse({ status: 503, times: Infinity });
  await cut(timed);
  account.trade(3);
  await clock.advance(1);
  account.trade(4);
  timed.exchange.sockets.clearFaults();
  account.before = () => {
    account.before = () => {};
    account.trade(5); // while the lookup runs: it finds this one as well
    account.trade(6);
  };
  await clock.advance(5_000);
  account.trade(7);
  assertEquals(brief(await take(fills, 8)), ["1", "2", "reconnected 2", "+3", "+4", "5", "6", "7"]);
});

test("recovered fills of one millisecond come in the order in which they happened", async () => {
  await using timed = await startTimed({ markets: 0 });
  const account = await Account.open(timed);
  const stream = await timed.connect({ lookup: account }, config);
  const fills = await stream.fills({}, { recover: true });
  await timed.clock.advance(20_000);
  await cut(timed);
  for (const count of [1, 2, 3]) account.trade(count);
  await timed.clock.advance(1);
  for (const count of [4, 5]) account.trade(count);
  await timed.clock.advance(5_000);
  assertEquals(brief(await take(fills, 6)), ["reconnected 5", "+1", "+2", "+3", "+4", "+5"]);
});

test("a recovered fill has the fields of a live one", async () => {
  await using timed = await startTimed({ markets: 0 });
  const { clock } = timed;
  const account = await Account.open(timed);
  const stream = await timed.connect({ lookup: account }, config);
  const fills = await stream.fills({ market_tickers: ["A"] }, { recover: true });
  await cut(timed);
  const undisturbed = await timed.connect();
  const live = await undisturbed.subscribe("fill", { market_ticker: "A" });
  account.trade(1);
  account.trade(2, "B");
  const [told] = await take(live, 1);
  assert(told?.type === "fill");
  await clock.advance(1_000);
  const [marker, item] = await take(fills, 2);
  assertEquals(brief([marker ?? {}]), ["reconnected 1"]);
  const { post_position_fp: _, client_order_id: __, ...msg } = told.msg;
  assertEquals(item, { type: "fill", recovered: true, msg } as typeof item);
});

test("a lookup that fails is told in the marker, and the stream goes on", async () => {
  await using timed = await startTimed({ markets: 0 });
  const { clock } = timed;
  const account = await Account.open(timed);
  const stream = await timed.connect({ lookup: account }, config);
  const fills = await stream.fills({}, { recover: true });
  account.fails = true;
  await cut(timed);
  await clock.advance(1_000);
  account.trade(1);
  const [marker, fill] = await take(fills, 2);
  assert(marker?.type === "reconnected" && marker.recoverError instanceof Error);
  assertEquals(brief([fill ?? {}]), ["1"]);

  account.fails = false;
  timed.exchange.sockets.fail({ fault: "truncate", channel: "fill" });
  account.trade(2);
  await clock.advance(0);
  assertEquals(brief(await take(fills, 2)), ["gap 1", "+2"]);
  await stream.close();
  assertEquals(clock.pending, 0);
});

test("what could not be looked up is looked up again until it can be", async () => {
  await using timed = await startTimed({ markets: 0 });
  const { clock } = timed;
  const account = await Account.open(timed);
  const errors: unknown[] = [];
  const stream = await timed.connect({ lookup: account, onError: (error) => errors.push(error) }, config);
  const fills = await stream.fills({}, { recover: true });
  account.fails = true;
  await cut(timed);
  account.trade(1);
  await clock.advance(120_000);
  const [marker] = await take(fills, 1);
  assert(marker?.type === "reconnected" && marker.recoverError instanceof Error);
  // The pauses are drawn: many short ones in a row are rare, not impossible.
  assert(errors.length > 3 && account.asked.length < 60, `${errors.length} of ${account.asked.length}`);
  account.fails = false;
  await clock.advance(30_000);
  assertEquals(brief(await take(fills, 1)), ["+1"]);
  const looks = account.asked.length;
  await clock.advance(300_000);
  assertEquals([account.asked.length, fills.stats.size], [looks, 0]);
  account.fails = true;
  garble(timed);
  await clock.advance(0);
  await stream.close();
  assertEquals(clock.pending, 0);
});

test("losses noticed one after the other are filled up by one look, and each is told", async () => {
  await using timed = await startTimed({ markets: 0 });
  const account = await Account.open(timed);
  const stream = await timed.connect({ lookup: account }, config);
  const fills = await stream.fills({}, { recover: true });
  account.tradeUnheard(1);
  const before = account.asked.length;
  account.wait = breath; // long enough for what was sent to arrive
  for (let n = 0; n < 100; n++) garble(timed);
  account.before = () => {
    account.before = () => {};
    account.tradeUnheard(2);
    for (let n = 0; n < 100; n++) garble(timed);
  };
  const items = brief(await take(fills, 202));
  assertEquals(account.asked.length - before, 2);
  assertEquals(items.filter((item) => item === "gap 0").length, 199);
  assertEquals(items.filter((item) => item.startsWith("+")).sort(), ["+1", "+2"]);
  await stream.close();
});

test("closing while it waits for Kalshi's answers to catch up leaves no timer", async () => {
  await using timed = await startTimed({ markets: 0 });
  const { clock } = timed;
  const account = await Account.open(timed);
  const stream = await timed.connect({ lookup: account }, config);
  await stream.fills({}, { recover: true });
  account.asOfMs = () => Promise.resolve(0);
  const { pending } = clock;
  garble(timed);
  await clock.advance(0);
  assert(clock.pending > pending);
  await stream.close();
  await clock.advance(0);
  assertEquals(clock.pending, 0);
});

test("an order that can no longer be looked up keeps no other from it", async () => {
  await using timed = await startTimed({ markets: 0 });
  const { clock } = timed;
  const account = await Account.open(timed);
  const errors: unknown[] = [];
  const stream = await timed.connect({ lookup: account, onError: (error) => errors.push(error) }, config);
  const orders = await stream.userOrders({}, { recover: true });
  const gone = await account.rest("gone", "0.0200", "5.00");
  await account.rest("a", "0.0300", "5.00");
  await clock.advance(60_000);
  await cut(timed);
  await account.client.orders.cancel(gone);
  timed.exchange.fail({ status: 404, path: gone, times: Infinity });
  account.hit("0.0300", 5);
  await clock.advance(1_000);
  assertEquals(brief(await take(orders, 4)), ["gone resting", "a resting", "reconnected 1", "+a executed"]);
  assert(errors.length === 1 && errors[0] instanceof KalshiNotFoundError);
  await cut(timed);
  await clock.advance(5_000);
  assertEquals(brief(await take(orders, 1)), ["reconnected 0"]);
  assertEquals(errors.length, 1);
  await stream.close();
});

test("{ everyMs } finds fills that were lost without a trace", async () => {
  await using timed = await startTimed({ markets: 0 });
  const { clock } = timed;
  const account = await Account.open(timed);
  const errors: unknown[] = [];
  const stream = await timed.connect({ lookup: account, onError: (error) => errors.push(error) }, config);
  const fills = await stream.fills({}, { recover: { everyMs: 30_000 } });
  account.tradeUnheard(1);
  await clock.advance(29_999);
  assertEquals(fills.stats.size, 0);
  await clock.advance(1);
  account.fails = true;
  await clock.advance(30_000);
  account.fails = false;
  account.trade(2);
  await clock.advance(30_000);
  assertEquals(brief(await take(fills, 2)), ["+1", "2"]);
  assertEquals([fills.stats.size, errors.length > 0], [0, true]);
  await fills.unsubscribe();
  await stream.close();
  assertEquals(clock.pending, 0);
});

test("what is traded while an ended subscription is made anew is looked up", async () => {
  await using timed = await startTimed({ markets: 0 });
  const { clock } = timed;
  const account = await Account.open(timed);
  const stream = await timed.connect({ lookup: account }, config);
  const fills = await stream.fills({}, { recover: true });
  await clock.advance(600_000);
  const end = () => timed.exchange.sockets.fail({ fault: "error", code: 25, channel: "fill" });
  end();
  account.trade(1);
  await clock.advance(2_000);
  assertEquals(brief(await take(fills, 2)), ["gap 1", "+1"]);

  end();
  await cut(timed);
  account.trade(2);
  await clock.advance(2_000);
  assertEquals(brief(await take(fills, 2)), ["reconnected 1", "+2"]);
  await stream.close();
});

test("fills from before the subscription belong to nobody", async () => {
  await using timed = await startTimed({ markets: 0 });
  const { clock } = timed;
  const account = await Account.open(timed);
  account.trade(1);
  await clock.advance(40_000);
  const stream = await timed.connect({ lookup: account }, config);
  const fills = await stream.fills({}, { recover: true });
  await clock.advance(1_000);
  garble(timed);
  await cut(timed);
  await clock.advance(2_000);
  assertEquals(brief(await take(fills, 2)), ["gap 0", "reconnected 0"]);
  assertEquals(fills.stats.size, 0);

  // Somebody leaves while the connection is down, and comes again much later.
  timed.exchange.sockets.refuse({ status: "hang" });
  await cut(timed);
  await fills.unsubscribe();
  account.trade(2);
  await clock.advance(3_600_000);
  const again = await stream.fills({}, { recover: true });
  account.trade(3);
  assertEquals(brief(await take(again, 1)), ["3"]);
  await stream.close();
});

test("live fills are late by five seconds at most when REST is slow, and by nothing without a marker", async () => {
  await using timed = await startTimed({ markets: 0 });
  const { clock } = timed;
  const account = await Account.open(timed);
  const errors: unknown[] = [];
  const stream = await timed.connect({ lookup: account, onError: (error) => errors.push(error) }, config);
  const fills = await stream.fills({}, { recover: { everyMs: 600_000 } });
  let isSlow = true;
  account.wait = () => isSlow ? new Promise(() => {}) : Promise.resolve();
  await cut(timed);
  account.trade(1);
  await clock.advance(1_000);
  account.trade(2);
  await clock.advance(3_900);
  assertEquals(fills.stats.size, 0);
  await clock.advance(1_200);
  const [marker, live] = await take(fills, 2);
  assert(marker?.type === "reconnected" && marker.recoverError instanceof KalshiTimeoutError);
  assertEquals(brief([live ?? {}]), ["2"]);
  account.trade(3);
  assertEquals(brief(await take(fills, 1)), ["3"]);
  // The look-up itself gets a minute, and what it missed comes with the next one.
  isSlow = false;
  await clock.advance(120_000);
  assertEquals(brief(await take(fills, 1)), ["+1"]);
  isSlow = true;
  await clock.advance(600_000);
  account.trade(4);
  assertEquals(brief(await take(fills, 1)), ["4"]);
  await stream.close();
  await clock.advance(0);
  assertEquals(clock.pending, 0);
});

test("answers that do not catch up are no success: what they lack comes later", async () => {
  await using timed = await startTimed({ markets: 0 });
  const { clock } = timed;
  const account = await Account.open(timed);
  const stream = await timed.connect({ lookup: account }, config);
  const fills = await stream.fills({}, { recover: true });
  await cut(timed);
  account.trade(1);
  let asOf = 0;
  account.asOfMs = () => Promise.resolve(asOf);
  account.hides = true;
  await clock.advance(30_000);
  const [marker] = await take(fills, 1);
  assert(marker?.type === "reconnected" && marker.recoverError instanceof KalshiTimeoutError);
  account.hides = false;
  asOf = Infinity;
  await clock.advance(60_000);
  assertEquals(brief(await take(fills, 1)), ["+1"]);
  await stream.close();
});

test("closing or leaving during a look-up loses no fill that has come already", async () => {
  for (const leave of ["close", "unsubscribe"] as const) {
    await using timed = await startTimed({ markets: 0 });
    const { clock } = timed;
    const account = await Account.open(timed);
    const stream = await timed.connect({ lookup: account }, config);
    const fills = await stream.fills({}, { recover: true });
    account.wait = () => new Promise(() => {});
    garble(timed);
    await clock.advance(0);
    account.trade(1);
    await clock.advance(0);
    if (leave === "close") await stream.close();
    else await fills.unsubscribe();
    const items = await take(fills, 3);
    assertEquals(brief(items), ["gap 0", "1"]);
    assert(items[0]?.type === "gap" && items[0].recoverError instanceof Error);
    await stream.close();
    await clock.advance(0);
    assertEquals(clock.pending, 0);
  }
});

test("the first look-up obeys timeoutMs and signal", async () => {
  await using timed = await startTimed({ markets: 0 });
  const { clock } = timed;
  const account = await Account.open(timed);
  const stream = await timed.connect({ lookup: account }, config);
  account.wait = () => new Promise(() => {});
  const late = assertRejects(() => stream.fills({}, { recover: true, timeoutMs: 2_000 }), KalshiTimeoutError);
  await clock.advance(2_000);
  await late;
  const signal = AbortSignal.abort();
  await assertRejects(() => stream.fills({}, { recover: true, signal }), KalshiAbortError);
  await stream.close();
  assertEquals(clock.pending, 0);
});

test("it waits until Kalshi's portfolio answers have caught up", async () => {
  await using timed = await startTimed({ markets: 0 });
  const { clock } = timed;
  const account = await Account.open(timed);
  const stream = await timed.connect({ lookup: account }, config);
  const fills = await stream.fills({}, { recover: true });
  account.asOfMs = () =>
    Promise.resolve(account.asked.length > 3 ? Infinity : (account.asked.push("as of"), 0));
  await cut(timed);
  account.trade(1);
  await clock.advance(1_000);
  assertEquals(fills.stats.size, 0);
  await clock.advance(3_000);
  assertEquals(brief(await take(fills, 2)), ["reconnected 1", "+1"]);
  await stream.close();
});

test("orders: states that were missed come once, also of orders that no longer rest", async () => {
  await using timed = await startTimed({ markets: 0 });
  const { clock } = timed;
  const account = await Account.open(timed);
  const old = await account.rest("old", "0.0200", "5.00");
  const stream = await timed.connect({ lookup: account }, config);
  const orders = await stream.userOrders({}, { recover: true });
  const a = await account.rest("a", "0.0500", "5.00");
  const b = await account.rest("b", "0.0400", "5.00");
  await account.rest("c", "0.0300", "5.00");
  await clock.advance(60_000);
  timed.exchange.sockets.send('{"type":"hello","msg":{}}');
  await cut(timed);
  await account.client.orders.cancel(old);
  account.hit("0.0500", 5);
  account.hit("0.0400", 2);
  await account.rest("d", "0.0600", "5.00");
  account.hit("0.0600", 5);
  await clock.advance(1_000);
  await account.client.orders.cancel(b);
  assertEquals(brief(await take(orders, 3)), ["a resting", "b resting", "c resting"]);
  const [marker, ...recovered] = brief(await take(orders, 5));
  assertEquals([marker, recovered.sort()], ["reconnected 4", [
    "+a executed",
    "+b resting",
    "+d executed",
    "+old canceled",
  ]]);
  assertEquals(brief(await take(orders, 1)), ["b canceled"]);
  const asked = account.asked.filter((what) => what.startsWith("order"));
  assertEquals(asked.sort(), [`order ${a}`, `order ${old}`].sort());
});

test("what `recover` is told is checked", async () => {
  await using timed = await startTimed({ markets: 0 });
  const stream = await timed.connectWithClient();
  for (const everyMs of [10, Infinity, NaN, 30 * 86_400_000, "60000"]) {
    await assertRejects(
      () => stream.fills({}, { recover: { everyMs: everyMs as number } }),
      KalshiConfigError,
      "everyMs",
    );
  }
  for (const recover of [{ every: 5_000 }, "no", 1]) {
    await assertRejects(() => stream.fills({}, { recover: recover as never }), KalshiConfigError, "recover");
  }
  await assertRejects(() => stream.fills({}, { recovr: true } as never), KalshiConfigError, "recover");
  await stream.close();
});
