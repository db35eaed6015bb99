import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Book, type Queued, type Side } from "../../../src/local_exchange/engine/book.ts";
import type { Clearing } from "../../../src/local_exchange/engine/clearing.ts";
import { Engine } from "../../../src/local_exchange/engine/engine.ts";
import { eventClearing } from "../../../src/local_exchange/engine/event_clearing.ts";
import { createRandom } from "../../../src/local_exchange/random.ts";
import { test } from "../../support/test.ts";
import { accept, addAccount, addMarket, place } from "../support/engine.ts";

interface Resting extends Queued<Resting> {
  remaining: number;
}

test("a book over any integer prices keeps the order of prices and of time, as a sorted list does", () => {
  fc.assert(fc.property(
    fc.array(fc.record({
      side: fc.constantFrom<Side>("bid", "ask"),
      price: fc.oneof(fc.integer({ min: -5, max: 5 }), fc.maxSafeInteger()),
      remaining: fc.integer({ min: 1, max: 9 }),
      leaves: fc.nat(),
      by: fc.integer({ min: 1, max: 9 }),
    })),
    (steps) => {
      const book = new Book<Resting>();
      const list: Resting[] = [];
      for (const { side, price, remaining, leaves, by } of steps) {
        const order: Resting = { side, price, remaining, ahead: undefined, behind: undefined };
        book.add(order);
        list.push(order);
        const other = list[leaves % (list.length * 2)];
        if (other !== undefined) {
          const count = Math.min(by, other.remaining);
          book.reduce(other, count);
          other.remaining -= count;
          if (other.remaining === 0) list.splice(list.indexOf(other), 1);
        }
        for (const one of ["bid", "ask"] as const) {
          const mine = list.filter((resting) => resting.side === one)
            .sort((a, b) => one === "bid" ? b.price - a.price : a.price - b.price);
          assertEquals(book.best(one), mine[0]?.price);
          const queued = book.levels(one).flatMap((level) => {
            const orders: Resting[] = [];
            for (let at = level.first; at !== undefined; at = at.behind) orders.push(at);
            assertEquals(level.total, orders.reduce((sum, order) => sum + order.remaining, 0));
            assertEquals(level.orders, orders.length);
            return orders;
          });
          assertEquals(queued.length, mine.length);
          assertEquals(queued.every((order, at) => order === mine[at]), true);
        }
      }
    },
  ));
});

test("an engine with a clearing of another product matches at prices far beyond a dollar and below zero", () => {
  // Money is a matter of the clearing: this one lets everybody trade and only moves positions.
  const onCredit: Clearing = {
    ...eventClearing,
    isOnGrid: (_market, price) => price % 25 === 0,
    refusal: () => undefined,
    rest: (order) => void order.account.resting.add(order),
    reduce: (order, count) => {
      order.remaining -= count;
      if (order.remaining === 0) order.account.resting.delete(order);
    },
    bookFill: (id, order, trade, isTaker) => {
      order.holding.position += order.side === "bid" ? trade.count : -trade.count;
      order.filled += trade.count;
      const fill = { id, trade, order, isTaker, fee: 0, cash: 0, position: order.holding.position };
      order.account.fills.push(fill);
      return { fill, taken: 0 };
    },
  };
  const engine = new Engine(createRandom(3), 0, onCredit);
  const market = addMarket(engine, "BTC-PERP");
  const [maker, taker] = [addAccount(engine, 0), addAccount(engine, 0)];
  for (const price of [1_120_000_000, 1_120_000_025, -75, 50]) {
    accept(engine, { wallet: maker, market, side: "ask", price, count: 100 });
  }
  const { order } = accept(engine, { wallet: taker, market, side: "bid", price: 1_120_000_000, count: 400 });
  assertEquals(order.account.fills.map(({ trade }) => trade.price), [-75, 50, 1_120_000_000]);
  assertEquals([market.book.best("bid"), market.book.best("ask")], [1_120_000_000, 1_120_000_025]);
  assertEquals([maker.holding(market).position, taker.holding(market).position], [-300, 300]);
  assertEquals(place(engine, { wallet: taker, market, side: "bid", price: 26, count: 1 }), {
    rejected: "invalid_price",
  });
});

test("an amendment may spend what its own order has set aside, and one that is refused leaves all as it was", () => {
  const engine = new Engine(createRandom(3), 0, eventClearing);
  const market = addMarket(engine, "T", "quadratic");
  const wallet = addAccount(engine, 400 * 4_000 + 100 * 1_000);
  const first = accept(engine, { wallet, market, side: "bid", price: 4_000, count: 400 }).order;
  const second = accept(engine, { wallet, market, side: "bid", price: 1_000, count: 100 }).order;
  assertEquals(wallet.available, 0);
  const before = [wallet.reserved, ...wallet.holding(market).bids.orders];
  assertEquals(engine.amend(first, { price: 4_100, count: 400 }), { rejected: "insufficient_balance" });
  assertEquals(
    [wallet.reserved, ...wallet.holding(market).bids.orders].every((it, at) => it === before[at]),
    true,
  );
  const amended = engine.amend(first, { price: 8_000, count: 200 });
  assertEquals("rejected" in amended ? amended : amended.order.remaining, 200);
  assertEquals([wallet.available, first.price, second.remaining], [0, 8_000, 100]);
});
