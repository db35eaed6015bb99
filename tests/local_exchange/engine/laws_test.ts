import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { feeSchedule } from "../../../src/local_exchange/engine/fees.ts";
import type { Order, Side } from "../../../src/local_exchange/engine/model.ts";
import { test } from "../../support/test.ts";
import { addAccount, addMarket, audit, followEvents, newEngine, place } from "../support/engine.ts";

const order = fc.record({
  kind: fc.constant("place" as const),
  who: fc.nat(3),
  market: fc.nat(1),
  side: fc.constantFrom<Side>("bid", "ask"),
  price: fc.integer({ min: 1, max: 99 }).map((cents) => cents * 100),
  count: fc.integer({ min: 1, max: 3_000 }),
  timeInForce: fc.constantFrom("good_till_canceled", "immediate_or_cancel", "fill_or_kill"),
  selfTradePrevention: fc.constantFrom("taker_at_cross", "maker"),
  postOnly: fc.boolean(),
  reduceOnly: fc.boolean(),
  expiresIn: fc.option(fc.integer({ min: 1, max: 500 }), { nil: undefined }),
});
const step = fc.oneof(
  { weight: 8, arbitrary: order },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("cancel" as const), which: fc.nat() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("decrease" as const),
      which: fc.nat(),
      count: fc.integer({ min: 1, max: 500 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 200 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("amend" as const),
      which: fc.nat(),
      price: fc.integer({ min: 1, max: 99 }).map((cents) => cents * 100),
      more: fc.integer({ min: -200, max: 500 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("block" as const),
      buyer: fc.nat(3),
      seller: fc.nat(3),
      price: fc.integer({ min: 1, max: 99 }).map((cents) => cents * 100),
      count: fc.integer({ min: 1, max: 500 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("fees" as const),
      multiplier: fc.constantFrom(0, 0.5, 1, 2),
    }),
  },
);

test("whatever happens, money and positions are conserved, books uncrossed, nobody overdrawn, and every step told", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 60, size: "max" }), (steps) => {
      const engine = newEngine();
      const auditEvents = followEvents(engine);
      const markets = [addMarket(engine, "A"), addMarket(engine, "B", "quadratic_with_maker_fees", 10)];
      const wallets = [30, 20, 5, 1].map((dollars, index) =>
        addAccount(engine, dollars * 1_000_000, index % 2 ? 10_000 : 100)
      );
      const placed: Order[] = [];
      for (const next of steps) {
        if (next.kind === "place") {
          const wallet = wallets[next.who];
          const market = markets[next.market];
          assert(wallet && market);
          const { expiresIn, timeInForce } = next;
          const gtc = timeInForce === "good_till_canceled";
          const result = place(engine, {
            wallet,
            market,
            side: next.side,
            price: next.price,
            count: next.count,
            timeInForce: next.reduceOnly ? "immediate_or_cancel" : timeInForce,
            selfTradePrevention: next.selfTradePrevention,
            postOnly: next.postOnly && gtc && !next.reduceOnly,
            reduceOnly: next.reduceOnly,
            expiresAt: gtc && expiresIn !== undefined ? engine.now + expiresIn : undefined,
          });
          if ("order" in result) placed.push(result.order);
        } else if (next.kind === "wait") {
          engine.runUntil(engine.now + next.ms);
        } else if (next.kind === "block") {
          const [buyer, seller, market] = [wallets[next.buyer], wallets[next.seller], markets[0]];
          assert(buyer && seller && market);
          if (buyer !== seller) {
            engine.block(market, { bid: buyer, ask: seller }, {
              price: next.price,
              count: next.count,
              takerSide: "bid",
            });
          }
        } else if (next.kind === "fees") {
          const [market] = markets;
          assert(market);
          engine.setFees(market, feeSchedule("quadratic_with_combo_maker_fees", next.multiplier));
        } else {
          const found = placed[next.which % Math.max(1, placed.length)];
          if (found?.status !== "resting") continue;
          if (next.kind === "cancel") engine.cancel(found);
          else if (next.kind === "decrease") engine.decrease(found, next.count);
          else engine.amend(found, { price: next.price, count: found.initial + next.more });
        }
        audit(engine);
        auditEvents();
      }
      for (const [index, market] of markets.entries()) {
        engine.setStatus(market, "closed", "closed");
        engine.settle(market, index === 0 ? 10_000 : 3_333);
        audit(engine);
        auditEvents();
      }
      assertEquals(wallets.reduce((sum, { cash }) => sum + cash, 0) + engine.feesTaken, engine.deposited);
    }),
    { numRuns: 150 },
  );
});

interface Plain {
  readonly who: number;
  readonly side: Side;
  readonly price: number;
  remaining: number;
}

test("trades come out as from a book that is a sorted list", () => {
  const flow = fc.array(
    fc.record({
      who: fc.nat(5),
      side: fc.constantFrom<Side>("bid", "ask"),
      price: fc.integer({ min: 40, max: 60 }).map((cents) => cents * 100),
      count: fc.integer({ min: 1, max: 1_000 }),
    }),
    { minLength: 1, maxLength: 80, size: "max" },
  );
  fc.assert(
    fc.property(flow, (orders) => {
      const engine = newEngine();
      const market = addMarket(engine, "A");
      const wallets = Array.from({ length: 6 }, () => addAccount(engine, 10_000_000_000));
      const book: Plain[] = [];
      const expected: string[] = [];
      for (const { who, side, price, count } of orders) {
        const wallet = wallets[who];
        assert(wallet);
        place(engine, { wallet, market, side, price, count, selfTradePrevention: "maker" });
        const taker: Plain = { who, side, price, remaining: count };
        while (taker.remaining > 0) {
          const sign = side === "bid" ? 1 : -1;
          const best = book
            .filter((other) => other.side !== side && (price - other.price) * sign >= 0)
            .sort((a, b) => (a.price - b.price) * sign)[0];
          if (best === undefined) break;
          const size = best.who === who ? best.remaining : Math.min(best.remaining, taker.remaining);
          if (best.who !== who) {
            expected.push(`${size} at ${best.price}`);
            taker.remaining -= size;
          }
          best.remaining -= size;
          if (best.remaining === 0) book.splice(book.indexOf(best), 1);
        }
        if (taker.remaining > 0) book.push(taker);
      }
      assertEquals(engine.trades.map((trade) => `${trade.count} at ${trade.price}`), expected);
      const resting = [...engine.accounts.values()].flatMap((account) => [...account.resting]);
      assertEquals(
        resting.map((other) => `${other.side} ${other.remaining} at ${other.price}`).sort(),
        book.map((other) => `${other.side} ${other.remaining} at ${other.price}`).sort(),
      );
      audit(engine);
    }),
    { numRuns: 200 },
  );
});
