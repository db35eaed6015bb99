import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { OrderBook } from "../../src/books/mod.ts";
import { orderCost, takerFee } from "../../src/cli/order_cost.ts";
import { bookFromRest } from "../../src/cli/rest_book.ts";
import { feeSchedule, tradeFee } from "../../src/local_exchange/engine/fees.ts";
import { test } from "../support/test.ts";

const rule = { fee_type: "quadratic", fee_multiplier: 1 };

test("an order is reckoned against what rests on the other side", () => {
  const book = bookFromRest({
    yes_dollars: [["0.5400", "7.00"], ["0.5500", "3.00"]],
    no_dollars: [["0.4200", "5.00"], ["0.4400", "10.00"]],
  });
  assertEquals([book.bestBid, book.bestAsk], [5_500, 5_600]);
  // 10 at 0.56 and 2 of the 5 at 0.58; nothing dearer.
  assertEquals(orderCost({ side: "bid", price: 5_800, count: 1_200 }, book, rule), {
    takes: 1_200,
    takesFor: 10 * 560_000 + 2 * 580_000,
    rests: 0,
    costAtMost: 12 * 580_000,
    feeEstimate: 206_700,
  });
  assertEquals(orderCost({ side: "ask", price: 5_500, count: 500 }, book, undefined), {
    takes: 300,
    takesFor: 3 * 450_000,
    rests: 200,
    costAtMost: 5 * 450_000,
    feeEstimate: undefined,
  });
  assertEquals(orderCost({ side: "bid", price: 5_500, count: 500 }, book, rule).takes, 0);
  assertEquals(orderCost({ side: "bid", price: 5_500, count: 500 }, new OrderBook(), rule).rests, 500);
});

test("the fee is that of the exchange, and none is made up", () => {
  fc.assert(fc.property(
    fc.integer({ min: 1, max: 9_999 }),
    fc.integer({ min: 1, max: 100_000_000 }),
    fc.constantFrom("quadratic", "quadratic_with_maker_fees", "quadratic_with_combo_maker_fees" as const),
    fc.constantFrom(0, 0.5, 1, 2),
    (price, count, type, multiplier) => {
      assertEquals(
        takerFee({ side: "bid", price, count }, { fee_type: type, fee_multiplier: multiplier }),
        tradeFee(feeSchedule(type, multiplier), true, price, count),
      );
    },
  ));
  const order = { side: "bid", price: 5_000, count: 100 } as const;
  assertEquals(takerFee(order, { fee_type: "flat", fee_multiplier: 1 }), undefined);
  assertEquals(takerFee(order, { fee_type: "something new", fee_multiplier: 1 }), undefined);
  assertEquals(takerFee(order, undefined), undefined);
});

test("whatever the book, it takes no more than it asks for, at no worse a price, and sets aside enough", () => {
  const level = fc.record({
    price: fc.integer({ min: 1, max: 99 }),
    size: fc.integer({ min: 1, max: 5_000 }),
  });
  fc.assert(fc.property(
    fc.array(level, { maxLength: 20 }),
    fc.constantFrom("bid", "ask" as const),
    fc.integer({ min: 1, max: 99 }),
    fc.integer({ min: 1, max: 10_000 }),
    (levels, side, cents, count) => {
      const book = new OrderBook();
      for (const { price, size } of levels) book.add(side === "bid" ? "ask" : "bid", price * 100, size);
      const { takes, takesFor, rests, costAtMost } = orderCost(
        { side: side as "bid" | "ask", price: cents * 100, count },
        book,
        rule,
      );
      assertEquals(takes + rests, count);
      const unit = side === "bid" ? cents * 100 : 10_000 - cents * 100;
      assertEquals(takesFor <= takes * unit, true);
      assertEquals(costAtMost, count * unit);
    },
  ));
});
