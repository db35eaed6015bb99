/** What a socket in process answers, compared with what a local exchange's own socket does. */
import { assertEquals } from "@std/assert";
import { FeedSession, type LineSink, type LineSource, type Refusal } from "../../src/nats/feed_session.ts";
import { eventProduct } from "../../src/stream/event_product.ts";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";

/** A source that says what was opened, and through which frames are given. */
function makeSource() {
  const sinks = new Map<string, LineSink>();
  const log: string[] = [];
  let failure: Error | undefined;
  const gone = new Set(["GONE"]);
  let onRefresh = () => {};
  const source: LineSource = {
    refusal(channel, name): Refusal | undefined {
      if (channel === "pyth_value") return { code: 8, text: "not carried" };
      return gone.has(name ?? "") ? { code: 16, text: "no such market" } : undefined;
    },
    refresh() {
      onRefresh();
      return Promise.resolve();
    },
    open(channel, name, sink, fresh) {
      const key = `${channel} ${name ?? "all"}`;
      log.push(`open ${key}${fresh ? " fresh" : ""}`);
      sinks.set(key, sink);
      return {
        again: (id) => log.push(`again ${key} ${id}`),
        close: (isWish) => log.push(`close ${key} ${isWish}`),
      };
    },
    started: () => failure === undefined ? Promise.resolve() : Promise.reject(failure),
  };
  return {
    source,
    sinks,
    log,
    gone,
    whenRefreshed: (act: () => void) => onRefresh = act,
    fail: (error: Error | undefined) => failure = error,
  };
}

function makeSession() {
  const { source, ...rest } = makeSource();
  const frames: string[] = [];
  const closes: object[] = [];
  let sid = 0;
  const session = new FeedSession({
    product: eventProduct,
    source,
    nextSid: () => ++sid,
    handlers: { onMessage: (text) => frames.push(String(text)), onClose: (info) => closes.push(info) },
  });
  let id = 0;
  return {
    ...rest,
    session,
    frames,
    closes,
    /** Sends a command, and resolves to what came until its answer. */
    async command(cmd: string, params?: object): Promise<unknown[]> {
      const own = ++id;
      const from = frames.length;
      session.send(JSON.stringify({ id: own, cmd, params }));
      await until(() => frames.slice(from).some((text) => JSON.parse(text).id === own));
      return frames.slice(from).map((text) => JSON.parse(text));
    },
  };
}

test("subscriptions are acknowledged, changed, listed and ended as Kalshi does", async () => {
  const { command, sinks, log, frames } = makeSession();
  const params = { channels: ["orderbook_delta"], market_tickers: ["A"], use_yes_price: true };
  assertEquals(await command("subscribe", params), [
    { id: 1, type: "subscribed", msg: { channel: "orderbook_delta", sid: 1 } },
  ]);
  assertEquals(
    await command("update_subscription", { sids: [1], action: "add_markets", market_tickers: ["B"] }),
    [
      { id: 2, type: "ok", sid: 1, seq: 1, msg: { market_tickers: ["A"] } },
    ],
  );
  sinks.get("orderbook_delta B")?.frame('{"type":"orderbook_delta","msg":{"price":"0.10"}}');
  assertEquals(frames.at(-1), '{"type":"orderbook_delta","sid":1,"seq":2,"msg":{"price":"0.10"}}');
  sinks.get("orderbook_delta B")?.lost(3);
  sinks.get("orderbook_delta A")?.frame('{"type":"orderbook_snapshot","msg":{}}', 7);
  assertEquals(frames.at(-1), '{"id":7,"type":"orderbook_snapshot","sid":1,"seq":6,"msg":{}}');
  assertEquals(await command("list_subscriptions"), [
    { id: 3, type: "ok", msg: [{ channel: "orderbook_delta", sid: 1 }] },
  ]);
  await command("update_subscription", { sids: [1], action: "delete_markets", market_tickers: ["A"] });
  assertEquals(await command("unsubscribe", { sids: [1] }), [{
    id: 5,
    type: "unsubscribed",
    sid: 1,
    seq: 8,
  }]);
  assertEquals(log, [
    "open orderbook_delta A",
    "open orderbook_delta B",
    "close orderbook_delta A true",
    "close orderbook_delta B true",
  ]);
});

test("snapshots are asked for by name, and first frames where they are wanted", async () => {
  const { session, command, log } = makeSession();
  await command("subscribe", { channels: ["orderbook_delta"], market_tickers: ["A"] });
  await command("subscribe", { channels: ["ticker"], market_tickers: ["A"], send_initial_snapshot: true });
  await command("subscribe", { channels: ["trade"] });
  session.send(JSON.stringify({
    id: 9,
    cmd: "update_subscription",
    params: { sids: [1], action: "get_snapshot", market_tickers: ["A", "UNKNOWN"] },
  }));
  await until(() => log.length === 4);
  assertEquals(log, [
    "open orderbook_delta A",
    "open ticker A fresh",
    "open trade all",
    "again orderbook_delta A 9",
  ]);
});

const refusals: [name: string, cmd: string, params: object | undefined, code: number][] = [
  ["a command that there is not", "dance", {}, 5],
  ["no parameters", "subscribe", undefined, 2],
  ["no channels", "subscribe", {}, 3],
  ["a channel that is not carried", "subscribe", { channels: ["pyth_value"] }, 8],
  ["a market that is not carried", "subscribe", { channels: ["trade"], market_tickers: ["GONE"] }, 16],
  ["a book without a market", "subscribe", { channels: ["orderbook_delta"] }, 14],
  ["another way to pick", "subscribe", { channels: ["ticker"], market_ids: ["x"] }, 11],
  ["prices of the other side", "subscribe", {
    channels: ["orderbook_delta"],
    market_tickers: ["A"],
    use_yes_price: false,
  }, 11],
  [
    "a part that the gateway did not choose",
    "subscribe",
    { channels: ["communications"], shard_factor: 2 },
    11,
  ],
  ["names that are no text", "subscribe", { channels: ["trade"], market_tickers: [1] }, 1],
  ["no sids", "unsubscribe", {}, 4],
  ["a sid that there is not", "unsubscribe", { sids: [5] }, 7],
  ["two sids in an update", "update_subscription", { sids: [1, 2], action: "add_markets" }, 12],
];
for (const [name, cmd, params, code] of refusals) {
  test(`refused: ${name}`, async () => {
    const { command } = makeSession();
    const [answer] = await command(cmd, params) as { type: string; msg: { code: number } }[];
    assertEquals(answer?.type, "error");
    assertEquals(answer?.msg.code, code);
  });
}

test("a channel that cannot be read is refused, for good where that is forbidden", async () => {
  const { command, fail, log } = makeSession();
  fail(new Error("'Permissions Violation for Publish to \"$JS.API\"'"));
  const [forbidden] = await command("subscribe", { channels: ["fill"] }) as { msg: { code: number } }[];
  assertEquals(forbidden?.msg.code, 9);
  fail(new Error("timeout"));
  const [late] = await command("subscribe", { channels: ["fill"] }) as { msg: { code: number } }[];
  assertEquals(late?.msg.code, 10);
  assertEquals(log, ["open fill all", "close fill all true", "open fill all", "close fill all true"]);
});

test("what is new is found before it is refused, and a subscription to what is gone ends", async () => {
  const { command, session, gone, whenRefreshed, frames } = makeSession();
  await command("subscribe", { channels: ["trade"], market_tickers: ["A"] });
  const add = { sids: [1], action: "add_markets", market_tickers: ["GONE"] };
  assertEquals(await command("update_subscription", add), [
    { id: 2, type: "error", msg: { code: 16, msg: "no such market" } },
  ]);
  whenRefreshed(() => gone.delete("GONE"));
  assertEquals(await command("update_subscription", add), [
    { id: 3, type: "ok", sid: 1, seq: 1, msg: { market_tickers: ["A"] } },
  ]);
  const before = frames.length;
  session.changed();
  assertEquals(frames.length, before);
  gone.add("A");
  session.changed();
  assertEquals(frames.slice(before), ['{"type":"unsubscribed","sid":1,"seq":2}']);
  // The subscription ends while it is looked whether there is what is added.
  gone.delete("A");
  await command("subscribe", { channels: ["ticker"], market_tickers: ["A"] });
  gone.add("B");
  whenRefreshed(() => {
    gone.delete("B");
    gone.add("A");
    session.changed();
  });
  const [ended, refused] = await command("update_subscription", {
    sids: [2],
    action: "add_markets",
    market_tickers: ["B"],
  }) as { type: string; msg?: { code: number } }[];
  assertEquals([ended?.type, refused?.msg?.code], ["unsubscribed", 7]);
});

test("a loss that nobody can count ends the subscription, and a cut ends the socket once", async () => {
  const { session, command, sinks, frames, closes, log } = makeSession();
  await command("subscribe", { channels: ["trade"] });
  sinks.get("trade all")?.ended();
  assertEquals(frames.at(-1), '{"type":"unsubscribed","sid":1,"seq":1}');
  await command("subscribe", { channels: ["fill"] });
  session.cut("NATS is away");
  session.cut("again");
  session.terminate();
  sinks.get("fill all")?.frame('{"type":"fill","msg":{}}');
  assertEquals(closes, [{ code: 1006, reason: "NATS is away" }]);
  assertEquals(frames.length, 3);
  assertEquals(log, ["open trade all", "close trade all false", "open fill all", "close fill all false"]);
});
