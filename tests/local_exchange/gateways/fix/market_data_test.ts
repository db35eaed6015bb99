import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { MarketDataRequest, SecurityStatusRequest } from "../../../../src/contract/fix/messages.ts";
import type { Market, Side } from "../../../../src/local_exchange/engine/model.ts";
import type { Exchange } from "../../../../src/local_exchange/exchange.ts";
import { MarketDataSession } from "../../../../src/local_exchange/gateways/fix/market_data.ts";
import { BusinessRefusal, FieldRefusal } from "../../../../src/local_exchange/gateways/fix/refusals.ts";
import { formatCount, formatPrice } from "../../../../src/local_exchange/units.ts";
import { there } from "../../../../tools/there.ts";
import { test } from "../../../support/test.ts";
import { accept, addAccount, addMarket, place } from "../../support/engine.ts";
import { keyOf, newExchange, Reader, received, type Wire } from "./support/reader.ts";

const wants = (type: string, ...symbols: string[]) =>
  received<MarketDataRequest>({
    MsgType: "V",
    SubscriptionRequestType: type,
    ...(symbols.length > 0 && { NoRelatedSym: symbols.map((Symbol) => ({ Symbol })) }),
  });
const watches = (type: string, Symbol: string) =>
  received<SecurityStatusRequest>({ MsgType: "e", SubscriptionRequestType: type, Symbol });

function setUp() {
  const exchange = newExchange({ markets: 0 });
  const { engine } = exchange;
  const [market, other] = [addMarket(engine, "A"), addMarket(engine, "B")];
  const [mine, theirs] = [addAccount(engine, 1_000_000_000), addAccount(engine, 1_000_000_000)];
  const reader = new Reader(keyOf(mine.account));
  const session = new MarketDataSession(exchange, reader);
  return { exchange, engine, market, other, mine, theirs, reader, session };
}

test("a snapshot has every level, best first, with its time; an unknown symbol has none and is no fault", () => {
  const { engine, market, theirs, reader, session } = setUp();
  for (
    const [side, price, count] of [["bid", 4_000, 150], ["bid", 4_100, 20], ["ask", 5_500, 100]] as const
  ) {
    accept(engine, { wallet: theirs, market, side, price, count });
  }
  session.request(wants("0", "A", "NOBODY", "A"));
  const entry = (MDEntryType: string, MDEntryPx: string, MDEntrySize: string) => ({
    MDEntryType,
    MDEntryPx,
    MDEntrySize,
    MDEntryDate: "20261129",
    MDEntryTime: "17:00:00.000",
  });
  assertEquals(reader.got(), [
    {
      MsgType: "W",
      Symbol: "A",
      NoMDEntries: [
        entry("0", "0.4100", "0.20"),
        entry("0", "0.4000", "1.50"),
        entry("1", "0.5500", "1.00"),
      ],
    },
    { MsgType: "W", Symbol: "NOBODY", NoMDEntries: [] },
  ]);
  accept(engine, { wallet: theirs, market, side: "bid", price: 3_000, count: 100 });
  assertEquals(reader.got(), []);
});

test("updates are single levels with what is there now; own orders have their name, trades their aggressor", () => {
  const { engine, market, mine, theirs, reader, session } = setUp();
  session.request(wants("1", "A"));
  assertEquals(reader.got().map(({ MsgType }) => MsgType), ["W"]);
  const brief = () =>
    reader.got().map(({ NoMDEntries: [entry] }: Wire) => {
      const {
        MDEntryDate: _,
        MDEntryTime: __,
        MDEntryType,
        MDEntryPx,
        MDEntrySize,
        MDUpdateAction,
        ...more
      } = entry;
      return [MDUpdateAction, MDEntryType, MDEntryPx, MDEntrySize, more];
    });
  const maker = accept(engine, {
    wallet: mine,
    market,
    side: "ask",
    price: 5_000,
    count: 100,
    clientOrderId: "my-order",
  });
  accept(engine, { wallet: theirs, market, side: "ask", price: 5_000, count: 200, clientOrderId: "theirs" });
  accept(engine, {
    wallet: theirs,
    market,
    side: "bid",
    price: 5_000,
    count: 50,
    selfTradePrevention: "maker",
  });
  engine.cancel(maker.order);
  const own = { Symbol: "A", ClOrdID: "my-order", AllocAccount: 0 };
  const [trade] = market.trades;
  assertEquals(brief(), [
    ["0", "1", "0.5000", "1.00", own],
    ["1", "1", "0.5000", "3.00", { Symbol: "A" }],
    ["0", "2", "0.5000", "0.50", { Symbol: "A", AggressorSide: "1", TradeID: trade?.id }],
    ["1", "1", "0.5000", "2.50", own],
    ["1", "1", "0.5000", "2.00", own],
  ]);
  const block = engine.block(market, { bid: mine, ask: theirs }, {
    price: 3_000,
    count: 500,
    takerSide: "ask",
  });
  assert("buyerOrder" in block);
  assertEquals(brief(), [
    ["0", "2", "0.3000", "5.00", {
      Symbol: "A",
      AggressorSide: "2",
      TrdType: 1,
      TradeID: market.trades[1]?.id,
    }],
  ]);
  engine.setStatus(market, "closed", "closed");
  assertEquals(brief(), [["2", "1", "0.5000", "0.00", { Symbol: "A" }]]);
});

test("263=2 ends what it names, or everything; asking again is no second stream", () => {
  const { engine, market, other, theirs, reader, session } = setUp();
  session.request(wants("1", "A", "B"));
  session.request(wants("1", "A"));
  assertEquals(reader.got().map(({ MsgType, Symbol }) => MsgType + Symbol), ["WA", "WB", "WA"]);
  const stir = () => {
    for (const each of [market, other]) {
      accept(engine, { wallet: theirs, market: each, side: "bid", price: 100, count: 1 });
    }
    return reader.got().map(({ NoMDEntries: [entry] }: Wire) => entry.Symbol);
  };
  assertEquals(stir(), ["A", "B"]);
  session.request(wants("2", "A", "NOBODY"));
  assertEquals(stir(), ["B"]);
  session.request(wants("1", "A"));
  reader.got();
  session.request(wants("2"));
  assertEquals(stir(), []);
  session.request(wants("1", "A"));
  session.close();
  reader.got();
  assertEquals(stir(), []);
});

test("too much, another kind and no symbol at all are refused, and nothing of them is done", () => {
  const { engine, market, theirs, reader, session } = setUp();
  const many = Array.from({ length: 1_000 }, (_, index) => `S${index}`);
  session.request(wants("1", "A", ...many));
  session.request(wants("7", "A"));
  assertEquals(assertThrows(() => session.request(wants("1")), BusinessRefusal).reason, 5);
  assertEquals(
    reader.got().map(({ MsgType, MDReqRejReason }) => [MsgType, MDReqRejReason]),
    [["Y", "2"], ["Y", "4"]],
  );
  accept(engine, { wallet: theirs, market, side: "bid", price: 100, count: 1 });
  assertEquals(reader.got(), []);
  for (let thousand = 0; thousand < 100; thousand++) {
    session.request(wants("1", ...many.map((symbol) => `${thousand}${symbol}`)));
  }
  assertEquals(reader.got().length, 100_000);
  session.request(wants("1", "0S0", "A"));
  assertEquals(reader.got().map(({ MDReqRejReason }) => MDReqRejReason), ["2"]);
  session.request(wants("1", "0S0"));
  assertEquals(reader.got().map(({ MsgType }) => MsgType), ["W"]);
  session.request(wants("2", "0S0"));
  session.request(wants("1", "A"));
  assertEquals(reader.got().map(({ MsgType }) => MsgType), ["W"]);
});

test("a market's changes are told from now on, until it is settled or nobody wants to know", () => {
  const exchange = newExchange();
  const [info, other] = exchange.catalog.listed.filter(({ market }) => market.status === "active");
  const reader = new Reader(keyOf(exchange.engine.open()));
  const session = new MarketDataSession(exchange, reader);
  const { ticker } = there(info).market;
  session.status(watches("1", ticker));
  assertEquals(reader.got(), []);
  const halt = () => {
    exchange.lifecycle.setActive(there(info), false);
    exchange.lifecycle.setActive(there(info), true);
    exchange.lifecycle.setActive(there(other), false);
  };
  halt();
  const f = (SecurityTradingStatus: number) => ({ MsgType: "f", Symbol: ticker, SecurityTradingStatus });
  assertEquals(reader.got(), [f(2), f(3)]);
  session.status(watches("2", ticker));
  halt();
  assertEquals(reader.got(), []);
  session.status(watches("1", ticker));
  exchange.lifecycle.setCloseTime(there(info), exchange.engine.now);
  assertEquals(reader.got(), [], "a close is not told");
  exchange.lifecycle.determine(there(info), 10_000);
  exchange.lifecycle.settle(there(info));
  assertEquals(reader.got(), [f(100), f(101)]);
  assertEquals(assertThrows(() => session.status(watches("0", ticker)), FieldRefusal).tag, 263);
  assertEquals(assertThrows(() => session.status(watches("1", "NOBODY")), BusinessRefusal).reason, 2);
});

/** What a reader knows of books, by what it was sent; a change that does not fit is a fault. */
class ReadBooks {
  readonly books = new Map<string, Map<string, string>>();
  readonly trades = new Map<string, number>();

  take(messages: readonly Wire[]): void {
    for (const { MsgType, Symbol, NoMDEntries } of messages) {
      if (MsgType === "W") this.books.set(Symbol, new Map());
      for (const { MDEntryType, MDEntryPx, MDEntrySize, ...entry } of NoMDEntries) {
        const symbol = Symbol ?? entry.Symbol;
        if (MDEntryType === "2") {
          this.trades.set(symbol, (this.trades.get(symbol) ?? 0) + 1);
          continue;
        }
        const book = this.books.get(symbol);
        assert(book, `an update of ${symbol} before its snapshot`);
        const level = `${MDEntryType} ${MDEntryPx}`;
        if (MsgType === "X") {
          assertEquals(entry.MDUpdateAction === "0", !book.has(level), "new means that it was not there");
          assertEquals(entry.MDUpdateAction === "2", MDEntrySize === "0.00");
          assert(book.get(level) !== MDEntrySize, "nothing changed");
        }
        if (MDEntrySize === "0.00") book.delete(level);
        else book.set(level, MDEntrySize);
      }
    }
  }
}

const levelsOf = ({ book }: Market) =>
  new Map(
    (["bid", "ask"] as const).flatMap((side) =>
      book.levels(side).map(({ price, total }): [string, string] => [
        `${side === "bid" ? 0 : 1} ${formatPrice(price)}`,
        formatCount(total),
      ])
    ),
  );

const act = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("place" as const),
      who: fc.nat(2),
      market: fc.nat(1),
      side: fc.constantFrom<Side>("bid", "ask"),
      price: fc.integer({ min: 45, max: 55 }).map((cents) => cents * 100),
      count: fc.integer({ min: 1, max: 500 }),
      selfTradePrevention: fc.constantFrom("taker_at_cross", "maker"),
      timeInForce: fc.constantFrom("good_till_canceled", "immediate_or_cancel"),
      expiresIn: fc.option(fc.integer({ min: 1, max: 500 }), { nil: undefined }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("cancel" as const), which: fc.nat() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("amend" as const),
      which: fc.nat(),
      price: fc.integer({ min: 45, max: 55 }).map((cents) => cents * 100),
      more: fc.integer({ min: -200, max: 300 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 200 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("ask" as const),
      market: fc.nat(1),
      type: fc.constantFrom("0", "1", "2"),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("reopen" as const), market: fc.nat(1) }) },
);

type Act = typeof act extends fc.Arbitrary<infer T> ? T : never;

function perform(exchange: Exchange, markets: readonly Market[], step: Exclude<Act, { kind: "ask" }>): void {
  const { engine } = exchange;
  const market = there(markets["market" in step ? step.market : 0]);
  if (step.kind === "place") {
    const wallet = there([...engine.accounts.values()][step.who]).wallet(0, 0);
    place(engine, {
      ...step,
      wallet,
      market,
      expiresAt: step.timeInForce === "good_till_canceled" && step.expiresIn !== undefined
        ? engine.now + step.expiresIn
        : undefined,
    });
  } else if (step.kind === "wait") engine.runUntil(engine.now + step.ms);
  else if (step.kind === "reopen") {
    engine.setStatus(market, "inactive", "deactivated");
    engine.setStatus(market, "active", "activated");
  } else {
    const resting = [...engine.accounts.values()].flatMap((account) => [...account.resting]);
    const order = resting[step.which % Math.max(1, resting.length)];
    if (order === undefined) return;
    if (step.kind === "cancel") engine.cancel(order);
    else engine.amend(order, { price: step.price, count: order.initial + step.more });
  }
}

test("a book that is read is the engine's book, whenever it was asked for and whatever happened before and after", () => {
  fc.assert(
    fc.property(fc.array(act, { minLength: 5, maxLength: 80, size: "max" }), (steps) => {
      const exchange = newExchange({ markets: 0 });
      const markets = [addMarket(exchange.engine, "A"), addMarket(exchange.engine, "B")];
      for (let who = 0; who < 3; who++) addAccount(exchange.engine, 1_000_000_000);
      const reader = new Reader(keyOf(there([...exchange.engine.accounts.values()][0])));
      const session = new MarketDataSession(exchange, reader);
      const read = new ReadBooks();
      const followed = new Map<Market, number>();
      for (const step of steps) {
        if (step.kind === "ask") {
          const market = there(markets[step.market]);
          session.request(wants(step.type, market.ticker));
          const first = reader.got();
          read.take(first);
          assertEquals(first.length, step.type === "2" ? 0 : 1);
          if (step.type !== "2") assertEquals(read.books.get(market.ticker), levelsOf(market));
          if (step.type === "1" && !followed.has(market)) {
            followed.set(market, market.trades.length - (read.trades.get(market.ticker) ?? 0));
          }
          if (step.type === "2") followed.delete(market);
        } else {
          perform(exchange, markets, step);
          read.take(reader.got());
        }
        for (const [market, unseen] of followed) {
          assertEquals(read.books.get(market.ticker), levelsOf(market));
          assertEquals(read.trades.get(market.ticker) ?? 0, market.trades.length - unseen);
        }
      }
    }),
    { numRuns: 150 },
  );
});
