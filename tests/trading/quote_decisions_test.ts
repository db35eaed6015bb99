/** The decisions of quotes, in every order of events that can be: what holds at any moment, and where they end. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type Action,
  decide,
  type KnownOrder,
  type Level,
  type Situation,
} from "../../src/trading/quotes/decide.ts";
import { LossWindow } from "../../src/trading/quotes/ledger.ts";
import { lockedBy } from "../../src/trading/quotes/tracked.ts";
import { test } from "../support/test.ts";

type Side = "bid" | "ask";

/** An order of the simulated exchange, and what is under way for it. */
interface Simulated {
  price: number;
  remaining: number;
  is: KnownOrder["is"];
  next: Action<Known> | undefined;
}

interface Known extends KnownOrder {
  readonly of: Simulated;
}

const price = fc.integer({ min: 40, max: 60 }).map((cents) => cents * 100);
const levels = fc.uniqueArray(
  fc.record({ price, count: fc.integer({ min: 1, max: 9 }).map((n) => n * 100) }),
  {
    maxLength: 4,
    selector: (level) => level.price,
  },
);
const orders = fc.array(
  fc.record({
    price,
    remaining: fc.integer({ min: 1, max: 900 }),
    is: fc.constantFrom<KnownOrder["is"]>("resting", "busy", "unknown"),
  }),
  { maxLength: 5 },
);

/** Best first. */
const sorted = (side: Side, levels: readonly Level[]): Level[] =>
  [...levels].sort((a, b) => side === "bid" ? b.price - a.price : a.price - b.price);

/** An order as a decision sees it, with the most that what is under way can make of it. */
function known(side: Side, of: Simulated): Known {
  const { price, remaining, is, next } = of;
  const grown = next?.kind === "amend" ? next : undefined;
  return {
    of,
    price,
    remaining,
    is,
    worst: Math.max(remaining, grown?.remaining ?? 0),
    worstLocked: Math.max(
      lockedBy(side, price, remaining),
      grown === undefined ? 0 : lockedBy(side, grown.price, grown.remaining),
    ),
    aim: next?.kind === "cancel" ? undefined : grown?.price ?? price,
  };
}

const total = (items: readonly { readonly count?: number; readonly worst?: number }[]) =>
  items.reduce((sum, { count = 0, worst = 0 }) => sum + count + worst, 0);

function situationOf(
  side: Side,
  levels: readonly Level[],
  book: readonly Simulated[],
  more: Partial<Situation<Known>> = {},
): Situation<Known> {
  return {
    side,
    levels: sorted(side, levels),
    orders: book.map((order) => known(side, order)),
    money: Infinity,
    moves: false,
    isFree: true,
    opposite: [],
    mayRest: () => true,
    ...more,
  };
}

test("what is sent never makes more rest than is wished, locks up more than it may, or meets the other side", () => {
  fc.assert(
    fc.property(
      fc.constantFrom<Side>("bid", "ask"),
      levels,
      orders,
      fc.boolean(),
      fc.boolean(),
      fc.option(fc.integer({ min: 0, max: 5_000_000 }), { nil: Infinity }),
      fc.array(price, { maxLength: 2 }),
      (side, levels, book, moves, isFree, money, opposite) => {
        const simulated = book.map((order) => ({ ...order, next: undefined }));
        const situation = situationOf(side, levels, simulated, { moves, isFree, money, opposite });
        const actions = decide(situation);
        const hasUnknown = book.some(({ is }) => is === "unknown");
        // Each order is touched once, and only those with nothing under way.
        const touched = actions.flatMap((action) => action.kind === "place" ? [] : [action.order]);
        assertEquals(new Set(touched).size, touched.length);
        assert(touched.every(({ is }) => is === "resting"));
        for (const action of actions) {
          // In doubt, or after a refusal, nothing but cancels.
          if (hasUnknown || !isFree) assertEquals(action.kind, "cancel");
          if (action.kind === "cancel") continue;
          const isNew = action.kind === "place" || action.why === "price";
          if (isNew) {
            assert(levels.some((level) => level.price === action.price));
            assert(opposite.every((other) => side === "bid" ? other > action.price : other < action.price));
          }
          if (action.kind === "amend" && action.why === "smaller") {
            assertEquals(
              action.price,
              action.order.price,
            );
          }
          if (action.kind === "amend" && action.why === "price") assert(moves);
        }
        // Whatever of it takes effect, and whatever does not.
        const grown = (order: Known) => {
          const amend = actions.find((action) => action.kind === "amend" && action.order === order);
          return Math.max(order.worst, amend?.kind === "amend" ? amend.remaining : 0);
        };
        const placed = actions.flatMap((action) => action.kind === "place" ? [action] : []);
        const before = total(situation.orders);
        const worst = situation.orders.reduce((sum, order) => sum + grown(order), 0) + total(placed);
        assert(worst <= Math.max(before, total(levels)), `${worst} of ${total(levels)}`);
        const locked = situation.orders.reduce((sum, order) => {
          const amend = actions.find((action) => action.kind === "amend" && action.order === order);
          const to = amend?.kind === "amend" ? lockedBy(side, amend.price, amend.remaining) : 0;
          return sum + Math.max(order.worstLocked, to);
        }, 0) + placed.reduce((sum, { price, count }) => sum + lockedBy(side, price, count), 0);
        const lockedBefore = situation.orders.reduce((sum, order) => sum + order.worstLocked, 0);
        assert(locked <= Math.max(money, lockedBefore));
        // Cancels come first.
        const firstOther = actions.findIndex(({ kind }) => kind !== "cancel");
        assert(firstOther === -1 || actions.slice(firstOther).every(({ kind }) => kind !== "cancel"));
      },
    ),
    { numRuns: 3_000 },
  );
});

/** Carries out what is under way for one order, or loses it. */
function answer(book: Set<Simulated>, order: Simulated, takesEffect: boolean): void {
  const { next } = order;
  order.next = undefined;
  order.is = "resting";
  if (!takesEffect || next === undefined) return;
  if (next.kind === "cancel") book.delete(order);
  if (next.kind === "amend") {
    order.price = next.price;
    order.remaining = next.remaining;
  }
}

test("from anything that rests, whatever is lost on the way, it comes to what is wished, and then to rest", () => {
  fc.assert(
    fc.property(
      fc.constantFrom<Side>("bid", "ask"),
      fc.array(levels, { minLength: 1, maxLength: 4 }),
      orders,
      fc.boolean(),
      fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
      (side, wishes, begin, moves, chances) => {
        const chance = () => chances.next().value ?? 0;
        const book = new Set<Simulated>(begin.map((order) => ({ ...order, is: "resting", next: undefined })));
        for (const wish of wishes) {
          const most = Math.max(total(wish), [...book].reduce((sum, { remaining }) => sum + remaining, 0));
          let steps = 0;
          for (;;) {
            const actions = decide(situationOf(side, wish, [...book], { moves }));
            const busy = [...book].filter(({ is }) => is === "busy");
            if (actions.length === 0 && busy.length === 0) break;
            assert(++steps < 500, "it never comes to rest");
            for (const action of actions) {
              if (action.kind === "place") {
                const { price, count } = action;
                if (chance() < 0.8) book.add({ price, remaining: count, is: "resting", next: undefined });
              } else {
                action.order.of.next = action;
                action.order.of.is = "busy";
              }
            }
            // Answers come in any order, one or several at a time.
            for (const order of [...book]) {
              if (order.is === "busy" && chance() < 0.5) answer(book, order, chance() < 0.8);
            }
            assert([...book].reduce((sum, { remaining }) => sum + remaining, 0) <= most);
          }
          assertEquals(
            [...book].map(({ price, remaining }) => `${price} ${remaining}`).sort(),
            wish.map(({ price, count }) => `${price} ${count}`).sort(),
          );
        }
      },
    ),
    { numRuns: 1_000 },
  );
});

test("an order that gets smaller is amended at its price, and one of several levels keeps the others as they are", () => {
  const order = (price: number, remaining: number): Simulated => ({
    price,
    remaining,
    is: "resting",
    next: undefined,
  });
  const book = [order(5_000, 900), order(4_900, 400)];
  const actions = decide(
    situationOf("bid", [{ price: 5_000, count: 300 }, { price: 4_900, count: 400 }], book),
  );
  assertEquals(
    actions.map((action) => action.kind === "amend" && [action.price, action.remaining, action.why]),
    [
      [5_000, 300, "smaller"],
    ],
  );
  const whole = situationOf("bid", [{ price: 5_000, count: 900 }, { price: 4_900, count: 400 }], book);
  assertEquals(decide(whole), []);
});

test("the loss of a window is how far a gain has fallen below its highest", () => {
  const window = new LossWindow(1_000);
  assertEquals(window.add(0, 0), 0);
  assertEquals(window.add(100, 500), 0);
  assertEquals(window.add(200, -200), 700);
  assertEquals(window.add(1_000, 100), 400);
  // The highest is too long ago.
  assertEquals(window.add(1_150, 100), 0);
  fc.assert(fc.property(fc.array(fc.tuple(fc.nat(300), fc.integer({ min: -1_000, max: 1_000 }))), (steps) => {
    const window = new LossWindow(1_000);
    const past: { at: number; gain: number }[] = [];
    let at = 0;
    for (const [after, gain] of steps) {
      at += after;
      past.push({ at, gain });
      const highest = Math.max(...past.filter((one) => one.at >= at - 1_000).map(({ gain }) => gain));
      assertEquals(window.add(at, gain), highest - gain);
    }
  }));
});
