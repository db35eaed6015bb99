/** A book less your own orders. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { KalshiConfigError, KalshiValueError } from "../../src/base/errors.ts";
import { formatCount, formatPrice } from "../../src/base/fixed_point.ts";
import { OrderBook } from "../../src/books/mod.ts";
import type { Order } from "../../src/contract/event/types.ts";
import { LocalExchange } from "../../src/local_exchange/mod.ts";
import { KalshiClient } from "../../src/client.ts";
import { type OwnOrder, withoutOwn } from "../../src/trading/mod.ts";
import { test } from "../support/test.ts";

type Side = "bid" | "ask";
interface Rests {
  readonly side: Side;
  readonly price: number;
  readonly size: number;
}

/** Bids below and asks above 0.50, so that no book is crossed. */
const rests = fc.record({
  side: fc.constantFrom<Side>("bid", "ask"),
  price: fc.integer({ min: 1, max: 4 }),
  size: fc.integer({ min: 1, max: 100_000 }),
}).map(({ side, price, size }): Rests => ({
  side,
  price: side === "bid" ? 5_000 - price : 5_000 + price,
  size,
}));

function bookOf(levels: readonly Rests[]): OrderBook {
  const book = new OrderBook();
  for (const { side, price, size } of levels) book.add(side, price, size);
  return book;
}

const priceOfNo = (price: number) => formatPrice(10_000 - price);

/** The same order in each of Kalshi's terms. */
const spellings: Readonly<Record<string, (order: Rests) => OwnOrder | Rests>> = {
  "a level": (order) => order,
  book_side: ({ side, price, size }) => ({
    book_side: side,
    yes_price_dollars: formatPrice(price),
    remaining_count_fp: formatCount(size),
  }),
  "outcome_side and the price of NO": ({ side, price, size }) => ({
    outcome_side: side === "bid" ? "yes" : "no",
    no_price_dollars: priceOfNo(price),
    remaining_count_fp: formatCount(size),
  }),
  "bought YES or bought NO": ({ side, price, size }) => ({
    action: "buy",
    side: side === "bid" ? "yes" : "no",
    yes_price_dollars: formatPrice(price),
    remaining_count_fp: formatCount(size),
  }),
  "sold NO or sold YES": ({ side, price, size }) => ({
    action: "sell",
    side: side === "bid" ? "no" : "yes",
    yes_price_dollars: formatPrice(price),
    status: "resting",
    remaining_count_fp: formatCount(size),
  }),
};

for (const [name, spell] of Object.entries(spellings)) {
  test(`a book less own orders is that of the others: ${name}`, () => {
    fc.assert(
      fc.property(fc.array(rests, { maxLength: 30 }), fc.array(rests, { maxLength: 20 }), (others, own) => {
        const view = withoutOwn(bookOf([...others, ...own]), own.map(spell));
        const wanted = bookOf(others);
        assertEquals(view.excess, []);
        assertEquals(view.depth(), wanted.depth());
        assertEquals(view.depth(2), wanted.depth(2));
        assertEquals(
          [
            view.bestBid,
            view.bestBidSize,
            view.bestAsk,
            view.bestAskSize,
            view.mid,
            view.spread,
            view.levels,
          ],
          [
            wanted.bestBid,
            wanted.bestBidSize,
            wanted.bestAsk,
            wanted.bestAskSize,
            wanted.mid,
            wanted.spread,
            wanted.levels,
          ],
        );
        for (const { side, price } of [...others, ...own]) {
          assertEquals(view.sizeAt(side, price), wanted.sizeAt(side, price));
        }
      }),
    );
  });
}

test("more of one's own than the book shows leaves nothing, never less, and is told", () => {
  const book = bookOf([{ side: "bid", price: 4_900, size: 1_000 }, { side: "ask", price: 5_100, size: 500 }]);
  const view = withoutOwn(book, [
    { side: "bid", price: 4_900, size: 700 },
    { side: "bid", price: 4_900, size: 301 },
    { side: "ask", price: 5_200, size: 100 },
    { side: "ask", price: 5_100, size: 500 },
  ]);
  assertEquals(view.depth(), { bids: [], asks: [] });
  assertEquals(view.bestBid, undefined);
  assertEquals(view.excess, [
    { side: "bid", price: 4_900, own: 1_001, shown: 1_000 },
    { side: "ask", price: 5_200, own: 100, shown: 0 },
  ]);
  assert(Object.isFrozen(view.excess));
});

test("an order that is given twice counts as it was given last, one that rests no longer not at all", () => {
  const book = bookOf([{ side: "bid", price: 4_900, size: 1_000 }]);
  const order = (id: string, remaining: string, status?: string): OwnOrder => ({
    order_id: id,
    book_side: "bid",
    yes_price_dollars: "0.4900",
    remaining_count_fp: remaining,
    status,
  });
  const own = [
    order("a", "10.00"),
    order("a", "4.00", "resting"),
    order("b", "5.00", "canceled"),
    order("c", "0.00"),
  ];
  assertEquals(withoutOwn(book, own).bestBidSize, 600);
  assertEquals(book.without(own).bestBidSize, 600);
});

test("the book stays as it is, and the view as it was", () => {
  const book = bookOf([{ side: "bid", price: 4_900, size: 1_000 }]);
  const view = book.without([{ side: "bid", price: 4_900, size: 400 }]);
  assertEquals([book.bestBidSize, view.bestBidSize], [1_000, 600]);
  book.add("bid", 4_900, 500);
  assertEquals([book.bestBidSize, view.bestBidSize], [1_500, 600]);
  assertEquals(book.without([]).depth(), book.depth());
});

test("what is no book, order or level is refused with what to give", () => {
  const book = new OrderBook();
  const bad = (own: unknown) => () => book.without(own as Iterable<OwnOrder>);
  assertThrows(() => withoutOwn({} as OrderBook, []), KalshiConfigError, "LiveOrderBook");
  assertThrows(bad(undefined), KalshiConfigError, "give a list");
  assertThrows(bad([undefined]), KalshiConfigError, "one of them is none");
  assertThrows(bad([{ remaining_count_fp: "1", yes_price_dollars: "0.5" }]), KalshiConfigError, "book_side");
  assertThrows(bad([{ book_side: "bid", remaining_count_fp: "1" }]), KalshiConfigError, "yes_price_dollars");
  assertThrows(
    bad([{ book_side: "bid", yes_price_dollars: "0.5" }]),
    KalshiConfigError,
    "remaining_count_fp",
  );
  assertThrows(bad([{ side: "yes", price: 5_000, size: 100 }]), KalshiConfigError, '"bid" or "ask"');
  assertThrows(bad([{ side: "bid", price: 0.5, size: 100 }]), KalshiConfigError, "ten-thousandths");
  assertThrows(bad([{ side: "bid", price: 5_000, size: -1 }]), KalshiConfigError, "hundredths of a contract");
  assertThrows(
    bad([{ book_side: "bid", yes_price_dollars: "half", remaining_count_fp: "1" }]),
    KalshiValueError,
  );
});

test("orders of several markets are for a book that says which it is of", () => {
  const levels = [
    { ticker: "A", side: "bid", price: 4_900, size: 400 },
    { ticker: "B", side: "bid", price: 4_900, size: 100 },
  ] as const;
  const book = bookOf([{ side: "bid", price: 4_900, size: 1_000 }]);
  assertThrows(() => book.without(levels), KalshiConfigError, "of its market alone");
  const named = { ticker: "B", depth: () => book.depth() };
  assertEquals(withoutOwn(named, levels).bestBidSize, 900);
});

test("a live book less the orders that REST tells of is that of the others", async () => {
  const exchange = LocalExchange.create({ marketMakers: false });
  const runtime = exchange.createRuntime();
  const { auth } = await exchange.createAccount({ balance: "1000.00" });
  const ticker = exchange.listMarket({ ticker: "M" });
  const other = exchange.listMarket({ ticker: "OTHER" });
  await using client = new KalshiClient({ auth, config: exchange.config, runtime });
  await using stream = await client.stream();
  const place = (ticker: string, side: Side, price: string, count: string) =>
    client.orders.create({
      ticker,
      side,
      price,
      count,
      time_in_force: "good_till_canceled",
      self_trade_prevention_type: "taker_at_cross",
    });
  exchange.placeCounterOrder({ ticker, side: "bid", price: "0.4000", count: "7.00" });
  exchange.placeCounterOrder({ ticker, side: "ask", price: "0.6000", count: "3.50" });
  await place(ticker, "bid", "0.4000", "10.00");
  await place(ticker, "bid", "0.4500", "1.00");
  await place(ticker, "ask", "0.5500", "2.25");
  await place(other, "bid", "0.4000", "99.00");
  const book = await stream.orderBook(ticker);
  const own: Order[] = [];
  for await (const order of client.orders.listAll({ status: "resting" })) own.push(order);
  assertEquals(own.length, 4);
  assertEquals([book.bestBid, book.bestAsk, book.sizeAt("bid", 4_000)], [4_500, 5_500, 1_700]);
  const others = book.without(own);
  assertEquals(others.depth(), {
    bids: [{ price: 4_000, size: 700 }],
    asks: [{ price: 6_000, size: 350 }],
  });
  assertEquals(others.excess, []);
});
