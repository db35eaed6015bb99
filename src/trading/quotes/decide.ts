/**
 * What to do next for one side of a market: the wish, and what is known to rest, give the requests to send now. It looks
 * at nothing else and changes nothing, so that every case can be tried.
 *
 * What holds at any moment, whatever of what is under way takes effect: no more than the wish rests on the side, no more
 * than `money` is locked up, and nothing meets the manager's own orders on the other side.
 *
 * @module
 */
import { lockedBy } from "./tracked.ts";
import type { QuoteSide } from "./types.ts";

/** A level of a wish: a price, and how much shall rest there. */
export interface Level {
  readonly price: number;
  readonly count: number;
}

/** An order as a decision sees it. */
export interface KnownOrder {
  readonly price: number;
  readonly remaining: number;
  /** The most that may rest of it. */
  readonly worst: number;
  /** The most that it may lock up, in millionths of a dollar. */
  readonly worstLocked: number;
  /**
   * `resting`: it can be changed; `busy`: something is under way that ends with its resting at `aim`, or with its end
   * where there is none; `unknown`: nobody knows what became of it.
   */
  readonly is: "resting" | "busy" | "unknown";
  readonly aim?: number | undefined;
}

/** What a decision is made from. */
export interface Situation<Order extends KnownOrder> {
  readonly side: QuoteSide;
  /** The levels wished, best first, as far as the limits let them be. */
  readonly levels: readonly Level[];
  readonly orders: readonly Order[];
  /** The most that the side may lock up; infinite without a limit. */
  readonly money: number;
  /** Whether an order may change its price; else it is cancelled, and placed anew. */
  readonly moves: boolean;
  /** Whether anything but cancels may be sent: not after a refusal, for a while. */
  readonly isFree: boolean;
  /** Prices at which orders of the other side may rest. */
  readonly opposite: readonly number[];
  /** Whether an order may be sent to that price now. */
  readonly mayRest: (price: number) => boolean;
}

/** A request to send. */
export type Action<Order> =
  | { readonly kind: "cancel"; readonly order: Order }
  | {
    readonly kind: "amend";
    readonly order: Order;
    readonly price: number;
    /** How much shall rest after it. */
    readonly remaining: number;
    readonly why: "price" | "larger" | "smaller";
  }
  | { readonly kind: "place"; readonly price: number; readonly count: number };

/** What may still be added to a side. */
class Room {
  #count: number;
  #money: number;

  constructor({ levels, orders, money }: Situation<KnownOrder>) {
    this.#count = sum(levels, ({ count }) => count) - sum(orders, ({ worst }) => worst);
    this.#money = money - sum(orders, ({ worstLocked }) => worstLocked);
  }

  /** Takes what an addition needs, where it is there. */
  take(count: number, money: number): boolean {
    if (count > this.#count && count > 0 || money > this.#money && money > 0) return false;
    this.#count -= Math.max(0, count);
    this.#money -= Math.max(0, money);
    return true;
  }
}

const sum = <T>(items: readonly T[], of: (item: T) => number): number =>
  items.reduce((total, item) => total + of(item), 0);

/** The requests to send now, cancels first. What has to wait for them comes of a later decision. */
export function decide<Order extends KnownOrder>(situation: Situation<Order>): Action<Order>[] {
  const { side, levels, orders, moves, opposite } = situation;
  const mayAdd = situation.isFree && !orders.some((order) => order.is === "unknown");
  const room = new Room(situation);
  const isOpen = (price: number) =>
    situation.mayRest(price) && !opposite.some((other) => side === "bid" ? other <= price : other >= price);
  const { kept, open, spare } = match(levels, orders);

  const cancels: Action<Order>[] = [];
  const others: Action<Order>[] = [];
  for (const order of spare) {
    const level = moves && mayAdd ? open[0] : undefined;
    if (level !== undefined && isOpen(level.price)) {
      const locked = lockedBy(side, level.price, level.count) - order.worstLocked;
      if (room.take(level.count - order.worst, locked)) {
        open.shift();
        others.push({ kind: "amend", order, price: level.price, remaining: level.count, why: "price" });
        continue;
      }
    }
    cancels.push({ kind: "cancel", order });
  }
  for (const [order, { price, count }] of kept) {
    const more = count - order.remaining;
    if (more === 0) continue;
    if (more < 0) {
      if (mayAdd) others.push({ kind: "amend", order, price, remaining: count, why: "smaller" });
      else if (!situation.isFree) cancels.push({ kind: "cancel", order });
    } else if (mayAdd && room.take(count - order.worst, lockedBy(side, price, count) - order.worstLocked)) {
      others.push({ kind: "amend", order, price, remaining: count, why: "larger" });
    }
  }
  for (const { price, count } of open) {
    // The best levels come first: one that has to wait leaves no room to those behind it.
    if (!mayAdd || !isOpen(price) || !room.take(count, lockedBy(side, price, count))) break;
    others.push({ kind: "place", price, count });
  }
  return [...cancels, ...others];
}

/** Which order stands for which level; levels that have none, and orders that stand for none. */
function match<Order extends KnownOrder>(levels: readonly Level[], orders: readonly Order[]) {
  const kept = new Map<Order, Level>();
  const open: Level[] = [];
  const taken = new Set<Order>();
  for (const level of levels) {
    const order = orders.find((order) =>
      !taken.has(order) && (order.is === "resting" ? order.price : order.aim) === level.price
    );
    if (order === undefined) {
      open.push(level);
      continue;
    }
    taken.add(order);
    if (order.is === "resting") kept.set(order, level);
  }
  const spare = orders.filter((order) => order.is === "resting" && !taken.has(order));
  return { kept, open, spare };
}
