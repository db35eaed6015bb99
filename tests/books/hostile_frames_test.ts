/** Frames of a hostile or changed server: a book that they could have made wrong is not live, and nothing throws. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { formatCount, formatPrice } from "../../src/base/fixed_point.ts";
import { type BookFrame, BookReplay, MarketBook, OrderBook } from "../../src/books/mod.ts";
import { Sequence } from "../../src/books/sequence.ts";
import { test } from "../support/test.ts";
import { feedFrame } from "./support/feed_frame.ts";
import { type BookProduct, bookProducts, changeOf, levelsOf } from "./support/products.ts";

// deno-lint-ignore no-explicit-any
type Untyped = any;

test("an answer that has the number of the next delta hides no loss of it", () => {
  const sequence = new Sequence();
  const frames = [[1, "update"], [2, "control"], [2, "update"], [3, "control"], [3, "update"]] as const;
  assertEquals(
    frames.map(([seq, kind]) => sequence.check(seq, kind, kind)).join(" "),
    "next next next next next",
  );
  assertEquals([sequence.check(4, "control"), sequence.check(5, "update")], ["next", "gap"]);
  assertEquals([sequence.missed, sequence.check(6, "control"), sequence.check(7, "update")], [
    1,
    "next",
    "next",
  ]);
});

for (const product of bookProducts) hostileTests(product);

function hostileTests(product: BookProduct): void {
  const { name, decoder, toRest } = product;
  const levels = levelsOf(product, [["0.5600", "10.00"]], [["0.6000", "5.00"]]);
  const at = (price: string) => product.at(price);
  const snapshot = (
    seq: unknown,
    market_ticker: unknown = "A",
    msg: object = levels,
    more = {},
  ): Untyped => ({
    type: "orderbook_snapshot",
    sid: 3,
    seq,
    msg: { market_ticker, ...msg },
    ...more,
  });
  const delta = (seq: unknown, msg: object = {}, more = {}): Untyped => ({
    type: "orderbook_delta",
    sid: 3,
    seq,
    msg: { market_ticker: "A", ...changeOf(product, "bid", "0.5600", "1.00"), ...msg },
    ...more,
  });

  const feed = (book: MarketBook, frame: Untyped) => feedFrame(book, frame, decoder);

  function replayed(...frames: unknown[]): BookReplay {
    const replay = new BookReplay({ decoder });
    for (const frame of frames) replay.feed(frame);
    return replay;
  }
  const state = (replay: BookReplay, ticker = "A") => {
    const book = replay.books.get(ticker);
    return book?.state === "live" ? book.read().bestBidSize : book?.reason;
  };

  for (const seq of [undefined, null, 0, -1, 1.5, "2", NaN, 2 ** 53, {}]) {
    test(`${name}: a frame with the number ${JSON.stringify(seq)} makes its book stale until a newer snapshot`, () => {
      for (const frame of [delta(seq), snapshot(seq, "A", {}), snapshot(seq)]) {
        const book = new MarketBook("A");
        feed(book, snapshot(1));
        feed(book, frame);
        assertEquals([book.state, book.reason], ["stale", "unnumbered"]);
        book.asked();
        feed(book, frame); // what was asked for is no better: it is asked for again
        assertEquals([book.state, book.reason], ["stale", "unnumbered"]);
        feed(book, snapshot(1));
        assertEquals(book.state, "stale");
        feed(book, snapshot(2));
        assertEquals(book.state, "live");
        assertEquals(state(replayed(snapshot(1), frame)), "unnumbered");
      }
    });
  }

  test(`${name}: a server that numbers nothing has no live book`, () => {
    const replay = replayed(snapshot(undefined), delta(undefined), snapshot(undefined), delta(undefined));
    assertEquals(state(replay), "unnumbered");
  });

  const unreadable: readonly [string, unknown][] = [
    ["a side renamed", delta(2, { side: name === "event" ? "bid" : "yes" })],
    ['the side ""', delta(2, { side: "" })],
    ["no side", delta(2, { side: undefined })],
    ["one side of a snapshot renamed", snapshot(2, "A", { [product.bids]: [], other: levels[product.asks] })],
    [
      "one side under no name",
      snapshot(2, "A", { ...levels, [product.asks]: undefined, "": [[at("0.6"), "1"]] }),
    ],
    ["a side that is a text", snapshot(2, "A", { ...levels, [product.asks]: "" })],
    ["a side that is an object", snapshot(2, "A", { ...levels, [product.asks]: {} })],
    ["a level that is a text", snapshot(2, "A", { ...levels, [product.asks]: ["11"] })],
    [
      "a level that comes twice",
      snapshot(2, "A", levelsOf(product, undefined, [["0.6", "1"], ["0.6", "1"]])),
    ],
    ["a size beyond 2^53", delta(2, { [product.delta]: "90071992547409.93" })],
    ["a size that grows beyond 2^53", delta(2, { [product.delta]: "90071992547409.91" })],
    ["a level beyond 2^53", snapshot(2, "A", levelsOf(product, [["0.5600", "90071992547409.93"]]))],
    ["a price below zero", delta(2, { [product.price]: "-0.0100" })],
    ["a price of five decimals", delta(2, { [product.price]: at("0.56001") })],
    // Of perps a price over a dollar is like any other.
    ...(name === "event"
      ? [
        ["an ask over a dollar", delta(2, { ...changeOf(product, "ask", "1.0001", "1.00") })],
        ["a bid over a dollar", delta(2, { ...changeOf(product, "bid", "1.0001", "1.00") })],
        ["a level over a dollar", snapshot(2, "A", levelsOf(product, undefined, [["1.5000", "1.00"]]))],
      ] satisfies [string, unknown][]
      : []),
  ];
  for (const [what, frame] of unreadable) {
    test(`${name}: unreadable: ${what}`, () => {
      const book = new MarketBook("A");
      feed(book, snapshot(1));
      feed(book, frame as BookFrame);
      assertEquals([book.state, book.reason], ["stale", "unreadable"]);
      toRest(book.lastKnown);
      assertEquals(state(replayed(snapshot(1), frame)), "unreadable");
    });
  }

  const unknown: readonly [string, unknown][] = [
    ["an unknown ticker", delta(3, { market_ticker: "AA" })],
    ["no ticker", delta(3, { market_ticker: undefined })],
    ['the ticker ""', delta(3, { market_ticker: "" })],
    ["a ticker that is no text", delta(3, { market_ticker: 5 })],
    ["a snapshot without a ticker", snapshot(3, "", {})],
    ["an unknown type", delta(3, {}, { type: "orderbook_delta_v2" })],
    ["an answer that nobody asked for", delta(3, {}, { type: "ok" })],
    ["an error without a code", delta(3, {}, { type: "error" })],
    ["a subscription without a number", delta(3, {}, { type: "subscribed" })],
  ];
  for (const [what, frame] of unknown) {
    test(`${name}: unknown: ${what} makes every book of the subscription stale`, () => {
      const replay = replayed(snapshot(1), snapshot(2, "B"), frame);
      assertEquals([state(replay), state(replay, "B")], ["unknown-frame", "unknown-frame"]);
      replay.feed(snapshot(4));
      assertEquals([state(replay), state(replay, "B")], [1_000, "unknown-frame"]);
    });
  }

  test(`${name}: a delta of another subscription id, or of none, makes its book stale at once and the others at the next frame`, () => {
    for (const sid of [9, null, undefined, "3", {}]) {
      const replay = replayed(snapshot(1), snapshot(2, "B"), delta(3, {}, { sid }));
      assertEquals([state(replay), state(replay, "B")], ["disconnected", 1_000]);
      replay.feed(delta(4, { market_ticker: "B" }));
      assertEquals(state(replay, "B"), "gap");
    }
  });

  test(`${name}: a subscription that has ended has no live book`, () => {
    const ends = [
      { type: "unsubscribed", id: 1, sid: 3, seq: 2 },
      { type: "error", sid: 3, seq: 2, msg: { code: 25, msg: "Subscription buffer overflow" } },
    ];
    for (const end of ends) assertEquals(state(replayed(snapshot(1), end)), "disconnected");
    assertEquals(
      state(replayed(snapshot(1), { type: "error", sid: 3, seq: 2, id: 1, msg: { code: 26 } })),
      1_000,
    );
  });

  test(`${name}: an answer that repeats the number of a lost delta is a gap where answers repeat numbers`, () => {
    const ok = (seq: number, id: number) => ({ type: "ok", id, sid: 3, seq, msg: {} });
    assertEquals(state(replayed(snapshot(1), ok(1, 1), delta(2), ok(2, 2))), 1_100);
    assertEquals(state(replayed(snapshot(1), ok(1, 1), ok(2, 2))), "gap"); // the delta 2 is lost
    // Nobody knew that yet; the next answer says so.
    assertEquals(state(replayed(snapshot(1), ok(2, 1), ok(2, 2))), "gap");
    assertEquals(state(replayed(snapshot(1), ok(2, 1), delta(3), ok(3, 2))), "gap");
    // Where they have numbers of their own nothing is lost, though one frame may come twice.
    assertEquals(state(replayed(snapshot(1), ok(2, 1), ok(2, 1), ok(3, 2), delta(4))), 1_100);
  });

  test(`${name}: another frame with the number of the last one is no repetition`, () => {
    assertEquals(state(replayed(snapshot(1), delta(2), delta(2))), 1_100);
    assertEquals(state(replayed(snapshot(1), delta(2), delta(2, { [product.delta]: "2.00" }))), "gap");
    const book = new MarketBook("A");
    for (const frame of [snapshot(1), delta(2), delta(5), delta(3)]) feed(book, frame);
    assertEquals([book.state, book.reason], ["stale", "gap"]);
  });

  // --- one frame of a recorded run is changed

  interface Run {
    readonly frames: Untyped[];
    /** The books after each frame. */
    readonly truths: ReadonlyMap<string, OrderBook>[];
  }

  /** Snapshots of three markets, changes, answers, and snapshots that nobody asked for. */
  function record(
    steps: readonly { ticker: string; side: "bid" | "ask"; price: number; size: number; what: string }[],
  ): Run {
    const books = new Map(["A", "B", "C"].map((ticker) => [ticker, new OrderBook()]));
    const run: Run = { frames: [], truths: [] };
    let seq = 0;
    const keep = (frame: Untyped) => {
      run.frames.push(frame);
      run.truths.push(new Map([...books].map(([ticker, book]) => [ticker, copy(book)])));
    };
    const whole = (ticker: string, id?: number) =>
      keep({ ...snapshot(++seq, ticker, sides(books.get(ticker))), id });
    for (const ticker of books.keys()) whole(ticker);
    for (const { ticker, side, price, size, what } of steps) {
      const book = books.get(ticker) as OrderBook;
      if (what === "ok") keep({ type: "ok", id: seq + 1, sid: 3, seq: ++seq, msg: {} });
      else if (what === "snapshot") whole(ticker);
      else {
        const ticks = product.ticks(side === "bid" ? price * 500 : 10_000 - price * 500);
        const change = Math.max(size, -book.sizeAt(side, ticks));
        book.add(side, ticks, change);
        const msg = changeOf(product, side, formatPrice(ticks), formatCount(change));
        keep(delta(++seq, { market_ticker: ticker, ...msg }));
      }
    }
    // The check that a stream makes of its live books in turns.
    for (const ticker of books.keys()) whole(ticker, 7);
    return run;
  }

  function sides(book = new OrderBook()): object {
    const { bids, asks } = book.depth();
    const pairs = (side: typeof bids) =>
      side.map(({ price, size }) => [formatPrice(price), formatCount(size)] as const);
    return levelsOf(product, pairs(bids), pairs(asks));
  }

  function copy(book: OrderBook): OrderBook {
    const made = new OrderBook();
    const { bids, asks } = book.depth();
    for (const { price, size } of bids) made.add("bid", price, size);
    for (const { price, size } of asks) made.add("ask", price, size);
    return made;
  }

  const step = fc.record({
    ticker: fc.constantFrom("A", "B", "C"),
    side: fc.constantFrom("bid" as const, "ask" as const),
    price: fc.integer({ min: 1, max: 9 }),
    size: fc.integer({ min: -3, max: 5 }),
    what: fc.constantFrom("delta", "delta", "delta", "delta", "ok", "snapshot"),
  });
  const nonsense = fc.constantFrom<unknown>(
    undefined,
    null,
    "",
    "x",
    0,
    -1,
    1.5,
    2 ** 53,
    1e300,
    "1e3",
    "1.0001",
    "90071992547409.93",
    true,
    [],
    [[]],
    {},
  );
  const mutation = fc.oneof(
    fc.record({
      field: fc.constantFrom(
        "type",
        "sid",
        "seq",
        "msg",
        "market_ticker",
        "side",
        product.price,
        product.delta,
      ),
      value: nonsense,
    }),
    fc.record({ field: fc.constant("seq"), value: fc.integer({ min: 1, max: 60 }) }),
    fc.record({ field: fc.constant("side"), value: fc.constantFrom<unknown>("yes", "no", "bid", "ask") }),
    fc.record({ field: fc.constant("market_ticker"), value: fc.constantFrom<unknown>("A", "B", "Z") }),
    fc.record({
      field: fc.constant("type"),
      value: fc.constantFrom<unknown>("ok", "error", "orderbook_snapshot"),
    }),
    fc.record({ field: fc.constant(product.bids), value: nonsense }),
  );

  function mutate(
    frame: Untyped,
    { field, value }: { readonly field: string; readonly value: unknown },
  ): Untyped {
    if (["type", "sid", "seq", "msg"].includes(field)) return { ...frame, [field]: value };
    return { ...frame, msg: { ...frame.msg, [field]: value } };
  }

  test(`${name}: one changed frame never leaves a live book that differs from the truth without being found out`, () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.nat(), mutation, (steps, where, change) => {
        const { frames, truths } = record(steps);
        const at = where % (frames.length - 3);
        const wrong = new Map<string, string>();
        // What has the right shape and says something else only a snapshot can tell: the one that is asked for as a check,
        // or one that replaces the whole book anyway. Everything else is known at once, or by the next frame.
        const isShapeless = ["sid", "seq", "msg"].includes(change.field) ||
          change.field === "type" && change.value !== "orderbook_snapshot";
        const replay = new BookReplay({
          decoder,
          onChange: (ticker, { type }) => type !== "delta" && wrong.delete(ticker),
        });
        frames.forEach((frame, index) => {
          replay.feed(index === at ? mutate(frame, change) : frame);
          for (const [ticker, truth] of truths[index] ?? []) {
            const book = replay.books.get(ticker);
            if (book?.state !== "live") continue;
            toRest(book.read());
            if (book.read().equals(truth)) continue;
            wrong.set(ticker, `${index} after ${at}`);
            assert(!isShapeless || index === at, `${ticker} is live and wrong ${index - at} frames later`);
          }
        });
        assertEquals([...wrong], []);
      }),
      { numRuns: 3_000 },
    );
  });
}
