import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { KalshiClient, KalshiConfigError } from "../../mod.ts";
import { parseCount, parsePrice } from "../../src/base/fixed_point.ts";
import { BookReplay, eventBookDecoder, MarketBook, OrderBook } from "../../src/books/mod.ts";
import { KalshiStream } from "../../src/stream/mod.ts";
import { LocalExchange } from "../../src/local_exchange/mod.ts";
import { feedFrame } from "../books/support/feed_frame.ts";
import { test } from "../support/test.ts";

// deno-lint-ignore no-explicit-any -- arguments as plain JavaScript gives them.
type Untyped = any;

class Odd {
  readonly signal = undefined;
}

const noObjects = (): readonly unknown[] => [
  null,
  "x",
  7,
  true,
  [],
  new Map(),
  new Date(),
  new AbortController().signal,
  new Odd(),
  () => {},
];
const noSides: readonly unknown[] = [undefined, null, "", "yes", "no", "Bid", "BID", "buy", "sell", 0, {}, [
  "bid",
]];
const noPrices: readonly unknown[] = [
  undefined,
  null,
  "0.10",
  "5600",
  "",
  0.1,
  0.56,
  -1,
  NaN,
  Infinity,
  2 ** 53,
  10n,
  true,
  {},
  [5600],
  new Date(),
];
const noCounts: readonly unknown[] = [null, -1, 0, 1.5, "5", "", NaN, -Infinity, true, 10n, {}, [5]];

function refusal(call: () => unknown): string {
  return assertThrows(call, KalshiConfigError).message;
}

function filled(): OrderBook {
  const book = new OrderBook();
  book.add("bid", parsePrice("0.5600"), parseCount("10.00"));
  book.add("ask", parsePrice("0.5700"), parseCount("5.00"));
  return book;
}

const snapshot = { type: "orderbook_snapshot", seq: 1, msg: { yes_dollars_fp: [["0.5600", "10.00"]] } };

/** A stream to a local exchange in memory, as plain JavaScript sees it, and the commands that it has sent. */
async function silent() {
  const exchange = LocalExchange.create({ markets: 0, marketMakers: false });
  const { auth } = await exchange.createAccount();
  exchange.listMarket({ ticker: "A" });
  exchange.placeCounterOrder({ ticker: "A", side: "bid", price: "0.5600", count: "10.00" });
  const sent: Untyped[] = [];
  const memory = exchange.createRuntime();
  const runtime: typeof memory = {
    ...memory,
    async connectWebSocket(...args) {
      const socket = await memory.connectWebSocket(...args);
      const send = socket.send.bind(socket);
      socket.send = (text) => {
        sent.push(JSON.parse(String(text)));
        send(text);
      };
      return socket;
    },
  };
  const stream: Untyped = await KalshiStream.connect({ auth, config: exchange.config, runtime });
  const refused = async (call: () => Promise<unknown>, ...says: string[]) => {
    const { message } = await assertRejects(call, KalshiConfigError);
    for (const words of says) assertStringIncludes(message, words);
  };
  const commands = () => sent.filter(({ cmd }) => cmd !== "list_subscriptions").map(({ cmd }) => cmd);
  const close = async () => {
    await stream.close();
    await exchange.close();
  };
  return { stream, refused, commands, close };
}

/** Every kind of book that is read, filled. */
async function books(): Promise<{ readonly all: readonly Untyped[]; readonly close: () => Promise<void> }> {
  const market = new MarketBook("A");
  feedFrame(market, snapshot);
  const replay = new BookReplay({ decoder: eventBookDecoder() });
  replay.feed({ ...snapshot, sid: 1, msg: { market_ticker: "A", ...snapshot.msg } });
  const { stream, close } = await silent();
  const live = await stream.orderBook("A");
  return {
    all: [filled(), market.read(), market.lastKnown, replay.books.get("A")?.read(), live, live.lastKnown],
    close,
  };
}

test("sizeAt: a side or a price that is none is refused, on every kind of book", async () => {
  const { all, close } = await books();
  for (const book of all) {
    assertEquals(book.sizeAt("bid", 5600), 1000);
    assertEquals(book.sizeAt("ask", 0), 0);
    for (const side of noSides) {
      assertStringIncludes(
        refusal(() => book.sizeAt(side, 5600)),
        'sizeAt takes a side first, "bid" or "ask"',
      );
    }
    for (const price of noPrices) {
      const message = refusal(() => book.sizeAt("bid", price));
      assertStringIncludes(message, "ten-thousandths of a dollar");
      assertStringIncludes(message, 'parsePrice("0.5600")');
    }
    refusal(() => book.sizeAt(5600, "bid"));
    refusal(() => book.sizeAt(5600));
  }
  assertStringIncludes(
    refusal(() => filled().sizeAt("yes" as Untyped, 1)),
    'got "yes". The book is in YES terms',
  );
  await close();
});

test("depth: what is no number of levels is refused, on every kind of book", async () => {
  const { all, close } = await books();
  for (const book of all) {
    assertEquals(book.depth(1).bids.length, 1);
    assertEquals(book.depth().bids, book.depth(Infinity).bids);
    assertEquals(book.depth(undefined).bids.length, 1);
    for (const count of noCounts) {
      assertStringIncludes(refusal(() => book.depth(count)), "a whole number of levels from 1");
    }
  }
  await close();
});

test("add and equals: what cannot be a change or a book is refused, and the book stays as it is", () => {
  const book: Untyped = filled();
  const before = book.depth();
  for (const side of noSides) refusal(() => book.add(side, 5600, 100));
  for (const price of noPrices) refusal(() => book.add("bid", price, 100));
  for (const delta of [undefined, null, "1.00", 0.5, NaN, Infinity, 1n, true]) {
    assertStringIncludes(refusal(() => book.add("bid", 5600, delta)), 'parseCount("10.00")');
  }
  for (const other of [undefined, null, {}, [], before, "x", new MarketBook("A")]) {
    assertStringIncludes(refusal(() => book.equals(other)), "another OrderBook");
  }
  assertEquals(book.depth(), before);
});

test("MarketBook, BookReplay and decoders: no ticker, no decoder, unknown options and values that cannot be are refused", () => {
  for (const ticker of [undefined, null, "", 7, {}, ["A"]]) {
    assertStringIncludes(refusal(() => new MarketBook(ticker as Untyped)), "the ticker of a market");
  }
  const decoder = eventBookDecoder();
  const makers: readonly ((options: Untyped) => unknown)[] = [
    (options) => new MarketBook("A", options),
    (options) => new BookReplay(options),
    (options) => eventBookDecoder(options),
  ];
  for (const make of makers) for (const options of noObjects()) refusal(() => make(options));
  const hooked: readonly ((hook: Untyped) => unknown)[] = [
    (hook) => new MarketBook("A", hook),
    (hook) => new BookReplay({ decoder, ...hook }),
  ];
  for (const make of hooked) {
    assertStringIncludes(refusal(() => make({ onChanges: () => {} })), "Did you mean onChange?");
    assertStringIncludes(refusal(() => make({ onChange: "log" })), "`onChange` takes a function");
  }
  for (const none of [undefined, null, "event", {}, eventBookDecoder]) {
    assertStringIncludes(refusal(() => new BookReplay({ decoder: none as Untyped })), "eventBookDecoder()");
  }
  const make = (options: Untyped) => eventBookDecoder(options);
  assertStringIncludes(refusal(() => make({ use_yes_price: false })), "Did you mean useYesPrice?");
  assertStringIncludes(refusal(() => make({ useYesPrices: false })), "Did you mean useYesPrice?");
  assertStringIncludes(refusal(() => make({ useYesPrice: "false" })), "`useYesPrice` takes true or false");
});

test("MarketBook.feed: what is no update of its market is refused; one that no book can follow is told as stale", () => {
  const book: Untyped = new MarketBook("A");
  const whole = { type: "snapshot", seq: 1, bids: [{ price: 5600, size: 1000 }], asks: [] };
  const others = [undefined, null, "x", JSON.stringify(whole), {}, [], snapshot, {
    ...whole,
    type: "ticker",
  }];
  for (const update of [...others, { ...whole, ticker: "B" }]) refusal(() => book.feed(update));
  assertEquals(book.state, "waiting");
  const impossible = [
    { ...whole, seq: 2, bids: undefined },
    { ...whole, seq: 2, bids: [{ price: 5600, size: -1 }] },
    { ...whole, seq: 2, asks: [{ price: 0.5, size: 1 }] },
    { type: "delta", seq: 2, side: "yes", price: 5600, delta: 100 },
    { type: "delta", seq: 2, side: "bid", price: "0.5600", delta: 100 },
    { type: "delta", seq: 2, side: "bid", price: 5600, delta: 0.5 },
    { type: "delta", seq: 2, side: "bid", price: 5600, delta: 2 ** 53 - 1 },
    { type: "unreadable", of: "delta", seq: 2 },
    { type: "unreadable", of: "snapshot", seq: 2 },
  ];
  for (const update of impossible) {
    const other: Untyped = new MarketBook("A");
    other.feed(whole);
    other.feed(update);
    assertEquals([other.state, other.reason], ["stale", "unreadable"], JSON.stringify(update));
  }
});

test("a decoder reads the frames of books alone, and never throws", () => {
  const decode = (frame: Untyped) => eventBookDecoder().decode(frame);
  for (const frame of [undefined, null, "x", 7, {}, [], snapshot.msg, { ...snapshot, type: "ticker" }]) {
    assertEquals(decode(frame), undefined);
  }
  for (const msg of [undefined, null, [], "x", 7]) {
    assertEquals(decode({ ...snapshot, msg })?.type, "unreadable", `${msg}`);
  }
  for (const price_dollars of ["-0.1000", "x", "", null]) {
    const msg = { price_dollars, delta_fp: "1.00", side: "yes" };
    assertEquals(decode({ type: "orderbook_delta", seq: 2, msg })?.type, "unreadable", `${price_dollars}`);
  }
  assertEquals(decode({ ...snapshot, msg: { ...snapshot.msg, market_ticker: 5 } })?.ticker, "");
});

/** The methods that open something, each with good arguments; the last one is the options. */
const openings: readonly [name: string, ...args: readonly Untyped[]][] = [
  ["subscribe", "ticker", { market_tickers: ["A"] }],
  ["on", "ticker", () => {}, { market_tickers: ["A"] }],
  ["fills", { market_tickers: ["A"] }],
  ["userOrders", { market_tickers: ["A"] }],
  ["orderBook", "A"],
  ["orderBooks", ["A"]],
];

test("options of a stream's methods: unknown names, wrong values and what is no object are refused, nothing is sent", async () => {
  const { stream, refused, commands, close } = await silent();
  for (const [name, ...args] of openings) {
    const call = (options: Untyped) => () => stream[name](...args, options);
    for (const options of noObjects()) await refused(call(options), name);
    await refused(call({ timeout: 5 }), "Did you mean timeoutMs (in milliseconds)?");
    await refused(call({ timeoutMs: "5" }), "`timeoutMs` takes milliseconds");
    await refused(call({ timeoutMs: -1 }), "`timeoutMs` takes milliseconds");
    await refused(call({ signal: {} }), "`signal` takes an AbortSignal");
    await refused(call({ signal: null }), "`signal` takes an AbortSignal");
    await refused(call({ signal: new AbortController() }), "`signal` takes an AbortSignal");
  }
  for (const [name, ...args] of openings.slice(0, 4)) {
    await refused(() => stream[name](...args, { market_tickers: ["A"] }), "the argument before the options");
    if (name === "on") continue;
    const call = (queue: Untyped) => () => stream[name](...args, { queue });
    for (const queue of noObjects()) await refused(call(queue), "queue");
    await refused(call({ policy: "oldest" }), "queue: `policy` takes");
    await refused(call({ limit: 0 }), "queue: `limit` takes a whole number");
    await refused(call({ size: 5 }), 'no option "size"');
  }
  for (const name of ["fills", "userOrders"]) {
    for (
      const recover of [null, 0, "", "yes", 1, [], {}, { everyMs: "5" }, { everyMs: 1 }, { every: 5_000 }]
    ) {
      await refused(() => stream[name]({}, { recover }));
    }
    await refused(() => stream[name]({ recover: true }), "It is an option: it goes into the last argument");
  }
  assertEquals(commands(), []);
  await close();
});

test("parameters of a channel: unknown names, wrong types and what is no object are refused, nothing is sent", async () => {
  const { stream, refused, commands, close } = await silent();
  for (const params of noObjects()) {
    for (
      const call of [
        () => stream.subscribe("ticker", params),
        () => stream.on("ticker", () => {}, params),
        () => stream.fills(params),
        () => stream.userOrders(params),
      ]
    ) await refused(call, "plain object");
  }
  for (const name of ["marketTickers", "market_tickerz", "tickers", "marketTicker"]) {
    await refused(() => stream.subscribe("trade", { [name]: ["A"] }), "Did you mean market_ticker");
  }
  for (const list of [null, "A", [], [""], [7], [null], { 0: "A" }, new Set(["A"])]) {
    await refused(() => stream.subscribe("trade", { market_tickers: list }), "market_tickers");
    await refused(() => stream.orderBooks(list));
    await refused(() => stream.orderBook(list === "A" ? "" : list));
  }
  await refused(() => stream.subscribe("orderbook_delta"), "needs market_tickers");
  await refused(
    () => stream.subscribe("orderbook_delta", { market_tickers: ["A"], use_yes_price: "true" }),
    "true or false",
  );
  await refused(() => stream.subscribe("ticker", { send_initial_snapshot: 1 }), "true or false");
  await refused(() => stream.subscribe("communications", { shard_factor: 101 }), "shard_factor");
  await refused(() => stream.subscribe("communications", { shard_factor: "4" }), "without quotes");
  await refused(() => stream.subscribe("communications", { user_filter: "me" }), "user_filter");
  await refused(() => stream.subscribe("trade", { timeoutMs: 5 }), "It is an option");
  for (const channel of [undefined, null, "", 7, ["trade"], { channel: "trade" }]) {
    await refused(() => stream.subscribe(channel), "the name of one channel");
    await refused(() => stream.on(channel, () => {}), "the name of one channel");
  }
  for (
    const [channel, meant] of [["Trade", "trade"], ["orderbookDelta", "orderbook_delta"], [
      "user-orders",
      "user_orders",
    ]]
  ) {
    await refused(() => stream.subscribe(channel), `Did you mean "${meant}"?`);
  }
  for (const handler of [undefined, null, "log", {}]) {
    await refused(() => stream.on("trade", handler), "on: `handler` takes a function");
  }
  assertEquals(commands(), []);
  await close();
});

test("a subscription's and a book's own methods refuse options and names that cannot be", async () => {
  const { stream, refused, commands, close } = await silent();
  const subscription = await stream.subscribe("trade", { market_tickers: ["A"] });
  for (const method of ["add", "remove"]) {
    for (const keys of [undefined, null, "A", { 0: "A" }, [7], [""], ["all"]]) {
      await refused(() => subscription[method](keys), "a list of names");
    }
    await refused(() => subscription[method](["A"], { timeout: 5 }), "Did you mean timeoutMs");
    for (const options of noObjects()) await refused(() => subscription[method](["A"], options), method);
  }
  assertEquals(commands(), ["subscribe"]);
  const book = await stream.orderBook("A");
  await refused(() => book.live({ timeout: 5 }), "Did you mean timeoutMs");
  assertThrows(() => book.changes({ policy: "never" }), KalshiConfigError, "queue: `policy`");
  assertThrows(() => book.changes("latest"), KalshiConfigError, "queue takes an object");
  await close();
});

test("a stream's own options: what cannot be is refused before it connects", async () => {
  const auth = { keyId: "key-1", sign: (text: string) => Promise.resolve(btoa(text)) };
  const wrong: readonly [Untyped, string][] = [
    [{ onError: "log" }, "`onError` takes a function"],
    [{ onUnknown: {} }, "`onUnknown` takes a function"],
    [{ onUnreadable: null }, "`onUnreadable` takes a function"],
    [{ verifyBooks: "false" }, "`verifyBooks` takes true or false"],
    [{ verifyBooks: 0 }, "`verifyBooks` takes true or false"],
    [{ signal: {} }, "`signal` takes an AbortSignal"],
    [{ onErrors: () => {} }, "Did you mean onError?"],
  ];
  const client: Untyped = new KalshiClient({ auth });
  for (const [options, says] of wrong) {
    const error = await assertRejects(() => KalshiStream.connect({ auth, ...options }), KalshiConfigError);
    assertStringIncludes(error.message, says);
    const ofClient = await assertRejects(() => client.stream(options), KalshiConfigError);
    assertStringIncludes(ofClient.message, says);
  }
  const clock: Untyped = { now: () => 0 };
  await assertRejects(
    () => KalshiStream.connect({ auth, clock }),
    KalshiConfigError,
    "`clock` takes a clock",
  );
  assert(client.isAuthenticated);
});
