/** Live books of a stream whose frames are changed on the way: stale with a reason, never live and wrong. */
import { assertEquals } from "@std/assert";
import type { Runtime } from "../../src/runtime/types.ts";
import type { KalshiStream, LiveOrderBook, StaleReason } from "../../src/stream/mod.ts";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";
import { streamProducts, type StreamsOfProduct } from "./support/products.ts";
import { startTimed } from "./support/timed_exchange.ts";

// deno-lint-ignore no-explicit-any
type Untyped = any;
type Change = (frame: Untyped) => unknown;

const encoder = new TextEncoder();

for (const product of streamProducts) hostileTests(product);

function hostileTests(product: StreamsOfProduct): void {
  const { name, books } = product;
  /** The local exchange in memory, two books of a stream whose frames `change` may alter, and the same two untouched. */
  async function setUp() {
    const timed = await startTimed({}, product);
    const { exchange, clock } = timed;
    const [a = "", b = ""] = ["KXA", "KXB", "KXC", "KXD"].map((ticker) =>
      product.local.list(exchange, ticker)
    );
    const between: { change: Change | undefined; errors: unknown[] } = { change: undefined, errors: [] };
    const runtime: Runtime = exchange.createRuntime();
    const tampered: Runtime = {
      ...runtime,
      connectWebSocket: (url, handlers, options) =>
        runtime.connectWebSocket(url, {
          ...handlers,
          // As bytes first, as sockets bring them.
          onMessage: (data) => {
            const changed = between.change?.(JSON.parse(String(data)));
            const text = changed === undefined ? String(data) : JSON.stringify(changed);
            const { onMessage } = handlers;
            if (!onMessage.ofBytes?.(encoder.encode(text))) onMessage(text, text.length);
          },
        }, options),
    };
    const open = async (stream: KalshiStream) =>
      [...(await stream.orderBooks([a, b])).values()] as [LiveOrderBook, LiveOrderBook];
    const stream = await timed.connect({ runtime: tampered, onError: (error) => between.errors.push(error) });
    const books = await open(stream);
    const truths = await open(await timed.connect());
    let cents = 10;
    /** Something happens in the first market; resolves when both streams have been told. */
    const trade = async (ticker = a) => {
      const before = stream.stats().frames;
      const truth = ticker === a ? truths[0] : truths[1];
      const { seq } = truth;
      product.local.counter(exchange, { ticker, side: "bid", cents: ++cents, count: "1.00" });
      await until(() => truth.seq !== seq && stream.stats().frames > before);
    };
    /** Why each has been stale first: the exchange in memory heals it in the same moment. */
    const reasons: (StaleReason | undefined)[] = [undefined, undefined];
    books.forEach(async (book, index) => {
      for await (const change of book.changes()) {
        if (change.type === "stale") reasons[index] ??= change.reason;
      }
    });
    /** All are live and right in the end. */
    const heal = async () => {
      between.change = undefined;
      for (let turn = 0; turn < 100 && books.some(({ state }) => state !== "live"); turn++) {
        await clock.advance(200);
      }
      assertEquals(books.map((book) => book.toRest()), truths.map((book) => book.toRest()));
      assertEquals([stream.stats().reconnects, between.errors], [0, []]);
    };
    return { timed, between, books, stream, trade, reasons, heal, a, b };
  }

  const isDelta = ({ type }: Untyped) => type === "orderbook_delta";
  /** Changes the next delta alone. */
  function once(change: (frame: Untyped) => object): Change {
    let isDone = false;
    return (frame) => {
      if (isDone || !isDelta(frame)) return undefined;
      isDone = true;
      return change(frame);
    };
  }
  const payload = (msg: object) => (frame: Untyped) => ({ ...frame, msg: { ...frame.msg, ...msg } });

  const cases: readonly [
    what: string,
    reason: StaleReason,
    isForAll: boolean,
    change: (frame: Untyped) => object,
  ][] = [
    ["seq null", "unnumbered", false, (frame) => ({ ...frame, seq: null })],
    ["seq 0", "unnumbered", false, (frame) => ({ ...frame, seq: 0 })],
    ["no seq", "unnumbered", false, (frame) => ({ ...frame, seq: undefined })],
    ["a seq from the past", "gap", true, (frame) => ({ ...frame, seq: 1 })],
    ["a seq that is no number", "unreadable", true, (frame) => ({ ...frame, seq: "5" })],
    ["an unknown ticker", "unknown-frame", true, payload({ market_ticker: "NOPE" })],
    ["no ticker", "unknown-frame", true, payload({ market_ticker: undefined })],
    ["an unknown sid", "unknown-frame", true, (frame) => ({ ...frame, sid: 99 })],
    ["no sid", "unknown-frame", true, (frame) => ({ ...frame, sid: undefined })],
    [
      "an unknown type",
      "unknown-frame",
      true,
      (frame) => ({ ...frame, type: "orderbook_change" }),
    ],
    ["the type of an answer", "unknown-frame", true, (frame) => ({ ...frame, type: "ok" })],
    ["a side renamed", "unreadable", false, payload({ side: name === "event" ? "bid" : "yes" })],
    ['the side ""', "unreadable", false, payload({ side: "" })],
    ["a size beyond 2^53", "unreadable", false, payload({ [books.delta]: "90071992547409.93" })],
    name === "event"
      ? ["an ask over a dollar", "unreadable", false, payload({ side: "no", price_dollars: "1.5000" })]
      : ["a price below zero", "unreadable", false, payload({ price: "-1.5000" })],
  ];
  for (const [what, reason, isForAll, change] of cases) {
    test(`${name}: a delta with ${what}: stale at once, then right again`, async () => {
      const world = await setUp();
      await using _ = world.timed;
      world.between.change = once(change);
      await world.trade();
      await until(() => world.reasons[0] !== undefined);
      assertEquals(world.reasons[0], reason);
      if (isForAll) assertEquals(world.reasons[1], reason);
      for (const book of world.books) books.toRest(book.lastKnown);
      await world.heal();
      await world.trade();
      await world.heal();
    });
  }

  test(`${name}: a lost delta whose number the answer to a command repeats is a gap where answers repeat numbers`, async () => {
    const world = await setUp();
    await using _ = world.timed;
    // A server that numbers updates alone: an answer has the number of the last of them.
    let answers = 0;
    let isLosing = false;
    world.between.change = (frame) => {
      if (!frame.sid || !frame.seq) return undefined;
      const isAnswer = frame.type === "ok" || frame.type === "unsubscribed";
      if (isAnswer) answers++;
      // What is of no concern to anybody takes the place of what is lost.
      if (isLosing && isDelta(frame)) return { type: "pong" };
      return { ...frame, seq: frame.seq - answers };
    };
    const more = ["KXC", "KXD"];
    await world.stream.orderBook(more[0] ?? "");
    assertEquals(world.reasons, [undefined, undefined]);
    isLosing = true;
    await world.trade();
    isLosing = false;
    await world.stream.orderBook(more[1] ?? "");
    await until(() => world.reasons.every((reason) => reason !== undefined));
    assertEquals(world.reasons, ["gap", "gap"]);
  });

  test(`${name}: a server that numbers nothing has no live book, and says so`, async () => {
    const world = await setUp();
    await using _ = world.timed;
    world.between.change = (frame) => frame.sid ? { ...frame, seq: undefined } : undefined;
    await world.trade();
    for (let turn = 0; turn < 40; turn++) {
      await world.timed.clock.advance(1_000);
      assertEquals(world.books[0].state === "live", false);
      assertEquals(world.books[0].reason, "unnumbered");
    }
    await world.heal();
  });

  test(`${name}: what still comes of a market that was let go, or of a subscription that was, disturbs no other`, async () => {
    const world = await setUp();
    await using _ = world.timed;
    const [first, second] = world.books;
    await first.close();
    // A delta of it comes after the server has said that it sends no more.
    world.between.change = once(payload({ market_ticker: world.a }));
    await world.trade(world.b);
    assertEquals(second.state, "live");
  });
}
