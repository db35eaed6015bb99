import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { KalshiClosedError, KalshiConfigError, KalshiTimeoutError } from "../../src/base/errors.ts";
import { KalshiStaleBookError } from "../../src/books/errors.ts";
import type { LiveOrderBook } from "../../src/books/live_order_book.ts";
import type {
  MarketDataIncrementalRefreshMDEntry,
  MarketDataRequest,
  SecurityStatusRequest,
} from "../../src/contract/fix/messages.ts";
import type { FixClient } from "../../src/fix/client.ts";
import { KalshiFixBusinessRejectError, KalshiFixRequestRejectError } from "../../src/fix/errors.ts";
import type { TradeItem } from "../../src/fix/market_data/trades.ts";
import { test } from "../support/test.ts";
import { configOf, connected, Gateway } from "./gateway_bed.ts";

const when = { MDEntryDate: "20261129", MDEntryTime: "09:30:00.007" };
type Level = readonly [side: "0" | "1", price: string, size: string];

/** A gateway with books, which answers as Kalshi's does. */
class MarketGateway extends Gateway {
  readonly books = new Map<string, Level[]>();
  readonly subscribed = new Set<string>();
  /** Requests: their type and how many symbols they name, or which if few. */
  readonly asked: string[] = [];
  /** What is not answered. */
  silent = false;

  constructor() {
    super("market-data");
    this.onMessage = (message) => {
      if (message.MsgType === "V") this.#requested(message as MarketDataRequest);
      if (message.MsgType === "e") {
        const { SubscriptionRequestType, Symbol } = message as SecurityStatusRequest;
        this.asked.push(`e${SubscriptionRequestType} ${Symbol}`);
      }
    };
  }

  #requested({ SubscriptionRequestType: type, NoRelatedSym = [] }: MarketDataRequest): void {
    const symbols = NoRelatedSym.map(({ Symbol }) => Symbol);
    this.asked.push(`${type} ${symbols.length > 5 ? symbols.length : symbols.join(",")}`.trim());
    if (this.silent) return;
    for (const symbol of symbols) {
      if (type === "2") this.subscribed.delete(symbol);
      else {
        if (type === "1") this.subscribed.add(symbol);
        this.refresh(symbol);
      }
    }
    if (type === "2" && symbols.length === 0) this.subscribed.clear();
  }

  refresh(Symbol: string): void {
    this.says({
      MsgType: "W",
      Symbol,
      NoMDEntries: (this.books.get(Symbol) ?? []).map(([MDEntryType, MDEntryPx, MDEntrySize]) => ({
        MDEntryType,
        MDEntryPx,
        MDEntrySize,
        ...when,
      })),
    });
  }

  changes(...entries: [Symbol: string, type: string, price: string, size: string, more?: object][]): void {
    this.says({
      MsgType: "X",
      NoMDEntries: entries.map(([Symbol, MDEntryType, MDEntryPx, MDEntrySize, more]) => ({
        MDUpdateAction: Number(MDEntrySize) === 0 ? "2" : "1",
        Symbol,
        MDEntryType,
        MDEntryPx,
        MDEntrySize,
        ...when,
        ...more,
      } as MarketDataIncrementalRefreshMDEntry)),
    });
  }

  async settle(ms = 0): Promise<void> {
    for (let turn = 0; turn < 6; turn++) await this.clock.advance(turn === 0 ? ms : 0);
  }

  /** What a call comes to, once everything has gone back and forth. */
  async of<T>(work: Promise<T>): Promise<T> {
    work.catch(() => {});
    await this.settle();
    return await work;
  }
}

async function opened(session?: MarketGateway): Promise<{ gateway: MarketGateway; client: FixClient }> {
  const gateway = session ?? new MarketGateway();
  gateway.books.set("A", [["0", "0.5600", "10.00"], ["1", "0.6000", "5.00"]]);
  gateway.books.set("B", [["0", "0.1000", "1.00"]]);
  return { gateway, client: await connected(gateway) };
}

const best = (book: LiveOrderBook) => [book.bestBid, book.bestBidSize, book.bestAsk, book.bestAskSize];

test("an order book is live with its full refresh and follows the changes", async () => {
  const { gateway, client } = await opened();
  const book = await gateway.of(client.orderBook("A"));
  assertEquals(best(book), [5600, 1000, 6000, 500]);
  gateway.changes(["A", "0", "0.5700", "3.00", { ClOrdID: "mine", AllocAccount: 2 }], [
    "A",
    "1",
    "0.6000",
    "0.00",
  ]);
  await gateway.settle();
  assertEquals(best(book), [5700, 300, undefined, 0]);
  assertEquals(gateway.asked, ["1 A"]);
  await book.close();
  await gateway.settle();
  assertEquals(gateway.asked, ["1 A", "2 A"]);
  assertThrows(() => book.bestBid, KalshiStaleBookError, "closed");
  await gateway.of(client.close());
});

test("many books go out in requests of 1,000, and each is opened once", async () => {
  const { gateway, client } = await opened();
  const symbols = Array.from({ length: 2_500 }, (_, index) => `M${index}`);
  const books = await gateway.of(client.orderBooks([...symbols, "M0"]));
  assertEquals(gateway.asked, ["1 1000", "1 1000", "1 500"]);
  assertEquals(books.length, 2_500);
  await gateway.of(client.close());
});

test("a broken connection makes every book stale at once; they are live again with the next full refresh", async () => {
  const { gateway, client } = await opened();
  const [a, b] = await gateway.of(client.orderBooks(["A", "B"]));
  assert(a !== undefined && b !== undefined);
  const changes = a.changes();
  await gateway.cut();
  assertEquals([a.state, a.reason, b.state], ["stale", "disconnected", "stale"]);
  assertThrows(() => a.bestBid, KalshiStaleBookError);
  gateway.books.set("A", [["0", "0.4000", "2.00"]]);
  await gateway.settle(1_000);
  assertEquals([a.bestBid, b.bestBid], [4000, 1000]);
  assertEquals(gateway.asked, ["1 A,B", "1 A,B"]);
  assertEquals((await changes.next()).value?.type, "stale");
  const { value } = await changes.next();
  assert(value?.type === "snapshot" && value.resynced && value.reason === "disconnected");
  await gateway.of(client.close());
});

test("a missing number makes every book stale, and nothing that still comes heals them", async () => {
  const { gateway, client } = await opened();
  const book = await gateway.of(client.orderBook("A"));
  const states: string[] = [];
  gateway.store.setOutgoing(gateway.store.nextOutgoing + 1);
  gateway.refresh("A");
  for (let turn = 0; turn < 3; turn++) {
    states.push(book.state);
    await gateway.clock.advance(0);
  }
  assert(!states.slice(1).includes("live"), `${states}`);
  await gateway.settle(5_000);
  assertEquals(best(book), [5600, 1000, 6000, 500]);
  assertEquals(gateway.connects, 2);
  await gateway.of(client.close());
});

test("a book that goes wrong is asked for whole, then subscribed to anew", async () => {
  const { gateway, client } = await opened();
  const book = await gateway.of(client.orderBook("A"));
  gateway.changes(["A", "0", "0.6100", "1.00"]);
  await gateway.clock.advance(0);
  await gateway.settle();
  assertEquals(gateway.asked, ["1 A", "0 A"]);
  assertEquals([book.state, book.bestBid], ["live", 5600]);
  gateway.changes(["A", "0", "1.5000", "1.00"]);
  await gateway.settle(2_000);
  assertEquals(gateway.asked, ["1 A", "0 A", "2 A", "1 A"]);
  assertEquals(book.state, "live");
  await gateway.of(client.close());
});

test("a book whose full refresh does not come is told, and asked for again", async () => {
  const { gateway, client } = await opened();
  gateway.silent = true;
  const late = assertRejects(() => client.orderBook("A"), KalshiTimeoutError, "Waiting for a snapshot of A");
  const [book] = await client.orderBooks(["A"], { awaitLive: false });
  assert(book !== undefined);
  await gateway.settle();
  await gateway.settle(10_000);
  await late;
  assertEquals([book.state, book.reason], ["resyncing", "late-snapshot"]);
  gateway.silent = false;
  await gateway.settle(10_000);
  await gateway.settle(2_000);
  assertEquals(book.bestBid, 5600);
  await gateway.of(client.close());
});

test("full refreshes that come slowly, one after the other, are waited for", async () => {
  const { gateway, client } = await opened();
  gateway.silent = true;
  const NoRelatedSym = ["A", "B", "C"].map((Symbol) => ({ Symbol }));
  const asked = client.marketDataRequest({ SubscriptionRequestType: "0", NoRelatedSym });
  for (const { Symbol } of NoRelatedSym) {
    await gateway.settle(6_000);
    gateway.refresh(Symbol);
  }
  assertEquals((await gateway.of(asked)).snapshots.length, 3);
  await gateway.of(client.close());
  assertEquals(gateway.clock.pending, 0);
});

test("a market that Kalshi does not know has an empty book, and that is told", async () => {
  const { gateway, client } = await opened();
  const book = await gateway.of(client.orderBook("NOPE"));
  assertEquals([book.state, book.bestBid], ["live", undefined]);
  const { told } = client as FixClient & { told: readonly { readonly type: string }[] };
  assertEquals(told.filter(({ type }) => type === "empty-book"), [
    { type: "empty-book", Symbol: "NOPE" } as never,
  ]);
  await gateway.of(client.close());
});

test("a refused request ends the books that it was for, with Kalshi's words and what to do", async () => {
  const { gateway, client } = await opened();
  gateway.silent = true;
  const opening = client.orderBook("A");
  opening.catch(() => {});
  await gateway.settle();
  gateway.says({ MsgType: "Y", MDReqRejReason: "2", Text: "TOO_MANY" });
  const error = await assertRejects(() => gateway.of(opening), KalshiFixRequestRejectError, "TOO_MANY");
  assert(error.message.includes("100,000 subscriptions"), error.message);
  await gateway.of(client.close());
});

test("requests for market data: snapshots, subscriptions, their end", async () => {
  const { gateway, client } = await opened();
  const NoRelatedSym = [{ Symbol: "A" }, { Symbol: "NOPE" }, { Symbol: "A" }];
  const answer = await gateway.of(client.marketDataRequest({ SubscriptionRequestType: "0", NoRelatedSym }));
  assertEquals(answer.snapshots.map(({ Symbol, NoMDEntries }) => [Symbol, NoMDEntries.length]), [["A", 2], [
    "NOPE",
    0,
  ]]);
  assertEquals(answer.empty, ["NOPE"]);
  await gateway.of(
    client.marketDataRequest({ SubscriptionRequestType: "1", NoRelatedSym: [{ Symbol: "A" }] }),
  );
  assertEquals([...gateway.subscribed], ["A"]);
  // A second one is no second subscription.
  await gateway.of(
    client.marketDataRequest({ SubscriptionRequestType: "1", NoRelatedSym: [{ Symbol: "A" }] }),
  );
  await gateway.cut();
  gateway.subscribed.clear();
  await gateway.settle(1_000);
  assertEquals([...gateway.subscribed], ["A"]);
  const book = await gateway.of(client.orderBook("B"));
  await gateway.of(client.marketDataRequest({ SubscriptionRequestType: "2" }));
  assertEquals([...gateway.subscribed], ["B"]);
  assertEquals(gateway.asked, ["0 A,NOPE", "1 A", "0 A", "1 A", "1 B", "2 A"]);
  assertEquals(book.state, "live");
  await gateway.of(client.close());
});

test("requests for market data fail by number, in time, and with their connection", async () => {
  const { gateway, client } = await opened();
  gateway.silent = true;
  const ask = () => {
    const asked = client.marketDataRequest({ SubscriptionRequestType: "0", NoRelatedSym: [{ Symbol: "A" }] });
    asked.catch(() => {});
    return asked;
  };
  const refused = ask();
  await gateway.settle();
  const RefSeqNum = gateway.messages.at(-1)?.header.MsgSeqNum ?? 0;
  gateway.says({ MsgType: "j", RefSeqNum, BusinessRejectReason: 8, Text: "slow down" });
  await assertRejects(() => gateway.of(refused), KalshiFixBusinessRejectError, "slow down");
  const unnumbered = ask();
  await gateway.settle();
  gateway.says({ MsgType: "j", RefMsgType: "V", BusinessRejectReason: 4, Text: "not now" });
  await assertRejects(() => gateway.of(unnumbered), KalshiFixBusinessRejectError, "not now");
  const late = ask();
  await gateway.settle();
  await gateway.settle(10_000);
  const error = await assertRejects(
    () => late,
    KalshiTimeoutError,
    "of 1 of 1 symbols no full refresh came, and no other for 10000 ms",
  );
  assertEquals(error.details, { missing: ["A"] });
  const lost = ask();
  await gateway.settle();
  await gateway.cut();
  assertEquals((await lost.catch((error) => error)).outcome, "unknown");
  await gateway.of(client.close());
});

test("what cannot be asked for is refused before anything is sent", async () => {
  const { gateway, client } = await opened();
  const wrong: [string, () => Promise<unknown>][] = [
    ["needs `NoRelatedSym`", () => client.marketDataRequest({ SubscriptionRequestType: "1" })],
    ["SubscriptionRequestType", () => client.marketDataRequest({ SubscriptionRequestType: "3" })],
    [
      "a list of { Symbol }",
      () => client.marketDataRequest({ SubscriptionRequestType: "1", NoRelatedSym: ["A"] } as never),
    ],
    ["a list of tickers", () => client.orderBooks("A" as never)],
    ["a list of tickers", () => client.orderBook("")],
    ["a list of tickers", () => client.orderBook("A\x01263=2")],
    [
      "100000 subscriptions",
      () => client.orderBooks(Array.from({ length: 100_001 }, (_, index) => `M${index}`)),
    ],
    ["is for a session", () => client.eventResendRequest({ BeginExecID: "1;1" })],
    ["goes out on", () => client.quoteCancel({ QuoteID: crypto.randomUUID() })],
  ];
  for (const [text, call] of wrong) await assertRejects(call, KalshiConfigError, text);
  assertThrows(() => client.securityStatus("A B"), KalshiConfigError, "the ticker of a market");
  assertThrows(() => client.trades([]), KalshiConfigError, "one ticker or more");
  assertThrows(() => client.settlements(), KalshiConfigError, "is for a session");
  assertEquals(gateway.asked, []);
  await gateway.of(client.close());
});

async function taken(trades: AsyncIterator<TradeItem, undefined>, count: number): Promise<string[]> {
  const items: string[] = [];
  while (items.length < count) {
    const { value } = await trades.next();
    if (value === undefined) break;
    items.push(value.type === "trade" ? `${value.Symbol} ${value.TradeID} ${value.MDEntrySize}` : value.type);
  }
  return items;
}

test("trades come with a marker where some may be missing, and change no book", async () => {
  const { gateway, client } = await opened();
  const trades = client.trades(["A"])[Symbol.asyncIterator]();
  const book = await gateway.of(client.orderBook("A"));
  assertEquals(gateway.asked, ["1 A"]);
  gateway.changes(["A", "2", "0.5600", "1.00", { TradeID: "t1" }], ["B", "2", "0.5600", "1.00", {
    TradeID: "t2",
  }]);
  await gateway.settle();
  await gateway.cut();
  await gateway.settle(1_000);
  gateway.changes(["A", "2", "0.5600", "2.00", { TradeID: "t3" }]);
  await gateway.settle();
  assertEquals(await taken(trades, 3), ["A t1 1.00", "reconnected", "A t3 2.00"]);
  await trades.return?.();
  await gateway.settle();
  assertEquals(book.state, "live");
  assertEquals([...gateway.subscribed], ["A"]);
  await book.close();
  await gateway.settle();
  assertEquals([...gateway.subscribed], []);
  await gateway.of(client.close());
});

test("a book of a market whose trades are read already is asked for whole, and no trade is missed for it", async () => {
  const { gateway, client } = await opened();
  const trades = client.trades(["A"]);
  await gateway.settle();
  const book = await gateway.of(client.orderBook("A"));
  assertEquals([gateway.asked, book.bestBid], [["1 A", "0 A"], 5600]);
  await trades.return?.();
  await gateway.of(client.close());
});

test("a book that was closed and is opened again in one turn is asked for whole", async () => {
  const { gateway, client } = await opened();
  const first = await gateway.of(client.orderBook("A"));
  const closing = first.close();
  const again = client.orderBook("A");
  await closing;
  assertEquals((await gateway.of(again)).bestBid, 5600);
  assertEquals([...gateway.subscribed], ["A"]);
  await gateway.of(client.close());
});

test("the status of a market comes until it is settled, and is asked for again after a reconnect", async () => {
  const { gateway, client } = await opened();
  const statuses = client.securityStatus("A")[Symbol.asyncIterator]();
  await gateway.settle();
  gateway.says({ MsgType: "f", Symbol: "A", SecurityTradingStatus: 2 });
  gateway.says({ MsgType: "f", Symbol: "B", SecurityTradingStatus: 2 });
  await gateway.settle();
  await gateway.cut();
  await gateway.settle(1_000);
  gateway.says({ MsgType: "f", Symbol: "A", SecurityTradingStatus: 101 });
  await gateway.settle();
  const seen: unknown[] = [];
  for (let item = await statuses.next(); !item.done; item = await statuses.next()) {
    seen.push(item.value.MsgType === "f" ? item.value.SecurityTradingStatus : item.value.MsgType ?? "marker");
  }
  assertEquals(seen, [2, "marker", 101]);
  assertEquals(gateway.asked, ["e1 A", "e1 A"]);
  const left = client.securityStatus("B");
  await left.return?.();
  await gateway.settle();
  assertEquals(gateway.asked.slice(2), ["e1 B", "e2 B"]);
  await gateway.of(client.close());
});

test("a closed client ends its books and loops, and opens no more", async () => {
  const { gateway, client } = await opened();
  const book = await gateway.of(client.orderBook("A"));
  const loops = [client.trades(["A"]), client.securityStatus("A"), book.changes()];
  await gateway.of(client.close());
  assertEquals(book.state, "closed");
  for (const loop of loops) {
    const iterator = loop[Symbol.asyncIterator]();
    for (let item = await iterator.next(); !item.done; item = await iterator.next());
  }
  await assertRejects(() => client.orderBook("A"), KalshiClosedError);
  assertThrows(() => client.trades(["A"]), KalshiClosedError);
  await assertRejects(() => book.live(), KalshiClosedError);
  assertEquals(gateway.clock.pending, 0);
});

test("perps have books of any price, and no status", async () => {
  const gateway = new MarketGateway();
  gateway.books.set("KXBTCPERP1", [["0", "94123.5000", "0.50"]]);
  const client = await connected(gateway, { config: configOf("market-data", { product: "margin" }) });
  assertEquals((await gateway.of(client.orderBook("KXBTCPERP1"))).bestBid, 941_235_000);
  assertThrows(() => client.securityStatus("KXBTCPERP1"), KalshiConfigError, "perps");
  await gateway.of(client.close());
});
