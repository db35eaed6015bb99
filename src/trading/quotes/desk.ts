/** What a manager knows: the markets it quotes in, their wishes, its orders, and what they filled. */
import { formatCount } from "../../base/fixed_point.ts";
import type { LiveOrderBook } from "../../books/live_order_book.ts";
import type { KnownOrder, Level } from "./decide.ts";
import { Ledger } from "./ledger.ts";
import type { QuotedMarket, ToldOrder } from "./port.ts";
import { lockedBy, type TrackedOrder } from "./tracked.ts";
import type { QuoteEvent, QuoteRefusal, QuoteSide, QuoteWish } from "./types.ts";

/** A level of a wish, and how much of it is still to be traded. */
export interface WishedLevel extends Level {
  left: number;
}

/** One side of a market. */
export interface Lane {
  readonly desk: MarketDesk;
  readonly side: QuoteSide;
  /** What is wished, best first; undefined where nothing was said yet. */
  levels: WishedLevel[] | undefined;
  readonly orders: Set<TrackedOrder>;
  /** Refusals in a row, and until when nothing but cancels is sent. */
  block: { readonly times: number; readonly untilMs: number } | undefined;
  /** Why a level is not placed, as was told last. */
  held: QuoteRefusal | undefined;
  /** Whether the wish has led to a request since it was said. */
  isServed: boolean;
}

/** A market that is quoted in. */
export interface MarketDesk {
  market: QuotedMarket;
  readonly bid: Lane;
  readonly ask: Lane;
  /** What was wished, in the owner's own words. */
  wish: QuoteWish;
  book: LiveOrderBook | undefined;
  isStale: boolean;
  /** Until when orders of an earlier process wait for a wish, in Unix milliseconds. */
  adoptUntilMs: number;
}

/** The other side. */
export const opposite = ({ desk, side }: Lane): Lane => side === "bid" ? desk.ask : desk.bid;

/** What decisions are made from. */
export class KnownOrderView implements KnownOrder {
  readonly order: TrackedOrder;
  readonly price: number;
  readonly remaining: number;
  readonly worst: number;
  readonly worstLocked: number;
  readonly is: KnownOrder["is"];
  readonly aim: number | undefined;

  constructor(order: TrackedOrder) {
    this.order = order;
    this.price = order.price;
    this.remaining = order.remaining;
    this.worst = order.worst;
    this.worstLocked = order.worstLocked;
    const { phase } = order;
    switch (phase.kind) {
      case "resting":
        this.is = "resting";
        break;
      case "lost":
      case "doubtful":
        this.is = "unknown";
        this.aim = order.price;
        break;
      default:
        this.is = "busy";
        if (phase.kind === "amending") this.aim = phase.to.price;
        else if (phase.kind !== "canceling") this.aim = order.price;
    }
  }
}

const sum = <T>(items: Iterable<T>, of: (item: T) => number): number => {
  let total = 0;
  for (const item of items) total += of(item);
  return total;
};

/** The most that may rest on a side. */
export const worstOf = ({ orders }: Lane): number => sum(orders, ({ worst }) => worst);

/** The most that a side may rest or wants to. */
export const demandOf = (lane: Lane): number =>
  Math.max(worstOf(lane), sum(lane.levels ?? [], ({ left }) => left));

/** The most that a side may lock up. */
export const worstLockedOf = ({ orders }: Lane): number => sum(orders, ({ worstLocked }) => worstLocked);

/** The most that a side may lock up or wants to. */
export const lockedDemandOf = (lane: Lane): number =>
  Math.max(
    worstLockedOf(lane),
    sum(lane.levels ?? [], ({ price, left }) => lockedBy(lane.side, price, left)),
  );

/** How many orders that have ended are still known by their ids: late news of them are no news. */
const ENDED = 2_000;

/** Everything that a manager knows. */
export class Desk {
  readonly markets = new Map<string, MarketDesk>();
  readonly ledger = new Ledger();
  readonly #byOrderId = new Map<string, TrackedOrder>();
  readonly #byClientId = new Map<string, TrackedOrder>();
  readonly #lanes = new Map<TrackedOrder, Lane>();
  readonly #ended: TrackedOrder[] = [];
  readonly #emit: (event: QuoteEvent) => void;
  readonly #refill: boolean;

  constructor(emit: (event: QuoteEvent) => void, refill: boolean) {
    this.#emit = emit;
    this.#refill = refill;
  }

  /** Begins to quote in a market. */
  open(market: QuotedMarket): MarketDesk {
    const lane = (side: QuoteSide): Lane => ({
      get desk() {
        return desk;
      },
      side,
      levels: undefined,
      orders: new Set(),
      block: undefined,
      held: undefined,
      isServed: true,
    });
    const desk: MarketDesk = {
      market,
      bid: lane("bid"),
      ask: lane("ask"),
      wish: {},
      book: undefined,
      isStale: false,
      adoptUntilMs: 0,
    };
    this.markets.set(market.ticker, desk);
    return desk;
  }

  /** Both sides of every market. */
  *lanes(): Iterable<Lane> {
    for (const { bid, ask } of this.markets.values()) {
      yield bid;
      yield ask;
    }
  }

  /** Every order that has not ended, as far as is known. */
  get orders(): Iterable<TrackedOrder> {
    return this.#lanes.keys();
  }

  /** The side that an order is on; undefined once it has ended. */
  laneOf(order: TrackedOrder): Lane | undefined {
    return this.#lanes.get(order);
  }

  /** The order that goes by these ids. */
  find(orderId: string | undefined, clientOrderId: string): TrackedOrder | undefined {
    return (orderId === undefined ? undefined : this.#byOrderId.get(orderId)) ??
      this.#byClientId.get(clientOrderId);
  }

  /** Follows an order from now on. */
  add(lane: Lane, order: TrackedOrder): void {
    lane.orders.add(order);
    this.#lanes.set(order, lane);
    this.name(order);
  }

  /** An order may go by other ids from now on. */
  name(order: TrackedOrder): void {
    for (const id of order.ids) this.#byClientId.set(id, order);
    if (order.orderId !== undefined) this.#byOrderId.set(order.orderId, order);
  }

  /** An order never came to be, or has ended. */
  drop(order: TrackedOrder): void {
    const { ids } = order;
    order.end();
    this.#lanes.get(order)?.orders.delete(order);
    if (!this.#lanes.delete(order)) return;
    for (const id of ids) this.#byClientId.set(id, order);
    if (this.#ended.push(order) > ENDED) {
      for (const old of this.#ended.splice(0, ENDED / 2)) this.forget(old);
    }
  }

  /** Forgets the ids of orders that ended: what is told of them from now on is news of strangers. */
  forget(order: TrackedOrder): void {
    for (const id of order.everyId) this.#byClientId.delete(id);
    if (order.orderId !== undefined) this.#byOrderId.delete(order.orderId);
  }

  /** Takes what the exchange tells of an order; whether it ended with that. */
  take(order: TrackedOrder, told: ToldOrder): { readonly ended: boolean; readonly filledBy: number } {
    const lane = this.#lanes.get(order);
    const cashBefore = order.cash;
    const { filledBy, ended } = order.take(told);
    this.name(order);
    const { market: { ticker }, side } = order;
    const change = side === "bid" ? filledBy : -filledBy;
    if (change !== 0 || order.cash !== cashBefore) this.ledger.trade(ticker, change, order.cash - cashBefore);
    if (filledBy > 0) {
      if (lane !== undefined && !this.#refill) spend(lane, order.price, filledBy);
      const position = formatCount(this.ledger.position(ticker));
      this.#emit({ type: "filled", order: order.shown(), count: formatCount(filledBy), position });
    }
    if (ended) this.drop(order);
    return { ended, filledBy };
  }
}

/** What filled is no longer wished: of the level at its price first, then of the best. */
function spend({ levels = [] }: Lane, price: number, count: number): void {
  let open = count;
  for (const level of [...levels.filter((level) => level.price === price), ...levels]) {
    const spent = Math.min(level.left, open);
    level.left -= spent;
    open -= spent;
  }
}
