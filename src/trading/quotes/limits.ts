/** The limits of a manager: what a wish may be, and how much of it may rest now. */
import {
  formatCount,
  formatMoney,
  formatPrice,
  parseCount,
  parseMoney,
  parsePrice,
} from "../../base/fixed_point.ts";
import type { Level } from "./decide.ts";
import {
  demandOf,
  type Desk,
  type Lane,
  lockedDemandOf,
  type MarketDesk,
  opposite,
  worstLockedOf,
  worstOf,
} from "./desk.ts";
import { KalshiQuoteRefusedError } from "./errors.ts";
import { quoteLimitRules, type QuoteLimits } from "./options.ts";
import { lockedBy } from "./tracked.ts";
import type { QuoteRefusal } from "./types.ts";

/** How much of a side may rest. */
export interface Capacity {
  readonly count: number;
  readonly money: number;
  /** Which limit bounds the count. */
  readonly why: QuoteRefusal;
}

const optional = (text: string | undefined, parse: (text: string) => number, none: number): number =>
  text === undefined ? none : parse(text);

/** The limits in numbers; infinite where there is none. */
export class Limits {
  readonly maxOrderCount: number;
  readonly maxPosition: number;
  readonly maxEventPosition: number;
  readonly maxNotional: number;
  readonly lowest: number;
  readonly highest: number;
  readonly maxFromMid: number;
  readonly maxLoss: number;
  readonly lossWindowMs: number;

  constructor(limits: QuoteLimits = {}) {
    this.maxOrderCount = optional(limits.maxOrderCount, parseCount, Infinity);
    this.maxPosition = optional(limits.maxPosition, parseCount, Infinity);
    this.maxEventPosition = optional(limits.maxEventPosition, parseCount, Infinity);
    this.maxNotional = optional(limits.maxNotional, parseMoney, Infinity);
    this.lowest = optional(limits.lowestPrice, parsePrice, -Infinity);
    this.highest = optional(limits.highestPrice, parsePrice, Infinity);
    this.maxFromMid = optional(limits.maxFromMid, parsePrice, Infinity);
    this.maxLoss = optional(limits.maxLoss, parseMoney, Infinity);
    this.lossWindowMs = limits.lossWindowMs ?? quoteLimitRules.lossWindowMs.preset;
  }

  /** How much of a side may rest now, whatever rests on it already counted in. */
  capacity(desk: Desk, lane: Lane): Capacity {
    return this.#capacity(desk, lane, worstOf, worstLockedOf);
  }

  /**
   * Refuses a wish that breaks a limit; other wishes count as if they rested.
   *
   * @throws {KalshiQuoteRefusedError} for the first limit that it breaks
   */
  check(
    desk: Desk,
    market: MarketDesk,
    sides: { readonly bid?: readonly Level[]; readonly ask?: readonly Level[] },
  ): void {
    let locked = 0;
    for (const side of ["bid", "ask"] as const) {
      const levels = sides[side];
      const lane = market[side];
      if (levels === undefined) continue;
      for (const level of levels) this.#checkLevel(market, level);
      const total = levels.reduce((sum, { count }) => sum + count, 0);
      const { count, money, why } = this.#capacity(desk, lane, demandOf, lockedDemandOf, sides);
      if (total > count) {
        const allowed = formatCount(Math.max(0, count));
        throw refused(
          market,
          why,
          `quotes ${formatCount(total)} contracts on the ${side}, ${allowed} are allowed`,
          allowed,
        );
      }
      locked += levels.reduce((sum, level) => sum + lockedBy(side, level.price, level.count), 0);
      if (locked > money) {
        throw refused(
          market,
          "notional",
          `would lock up ${formatMoney(locked)} dollars, ${formatMoney(Math.max(0, money))} are left`,
        );
      }
    }
  }

  #checkLevel(market: MarketDesk, { price, count }: Level): void {
    if (count > this.maxOrderCount) {
      const allowed = formatCount(this.maxOrderCount);
      throw refused(
        market,
        "order-count",
        `has an order of ${formatCount(count)} contracts, ${allowed} are allowed`,
        allowed,
      );
    }
    if (price < this.lowest || price > this.highest) {
      throw refused(
        market,
        "price-band",
        `has a price of ${formatPrice(price)}, outside of the limits' prices`,
      );
    }
    if (!this.isNearMid(market, price)) {
      throw refused(
        market,
        "from-mid",
        `has a price of ${formatPrice(price)}, too far from the middle of a live book`,
      );
    }
  }

  /** Whether a price is near enough to the middle of the live book. */
  isNearMid({ book }: MarketDesk, price: number): boolean {
    if (this.maxFromMid === Infinity) return true;
    if (book?.state !== "live") return false;
    const { mid } = book;
    return mid !== undefined && Math.abs(price - mid) <= this.maxFromMid;
  }

  #capacity(
    desk: Desk,
    lane: Lane,
    countOf: (lane: Lane) => number,
    lockedOf: (lane: Lane) => number,
    wished?: object,
  ): Capacity {
    const { market: { ticker, eventTicker } } = lane.desk;
    const sign = lane.side === "bid" ? 1 : -1;
    const position = desk.ledger.position(ticker) * sign;
    const inMarket = this.maxPosition - position;
    let inEvent = Infinity;
    if (this.maxEventPosition !== Infinity) {
      inEvent = this.maxEventPosition - this.#elsewhere(desk, eventTicker, ticker, countOf) - position;
    }
    let money = Infinity;
    if (this.maxNotional !== Infinity) {
      money = this.maxNotional;
      for (const other of desk.lanes()) {
        // The other side of the same wish is counted as it will be.
        const isNew = wished !== undefined && other === opposite(lane) && other.side in wished;
        if (other !== lane && !isNew) money -= lockedOf(other);
      }
    }
    return inEvent < inMarket
      ? { count: inEvent, money, why: "event-position" }
      : { count: inMarket, money, why: "position" };
  }

  /** How large the positions in the event's other markets can become. */
  #elsewhere(desk: Desk, event: string, market: string, countOf: (lane: Lane) => number): number {
    let total = 0;
    for (const ticker of new Set([...desk.ledger.tickers, ...desk.markets.keys()])) {
      if (ticker === market || !ticker.startsWith(`${event}-`)) continue;
      const other = desk.markets.get(ticker);
      const position = desk.ledger.position(ticker);
      const [bids, asks] = other === undefined ? [0, 0] : [countOf(other.bid), countOf(other.ask)];
      total += Math.max(Math.abs(position + bids), Math.abs(position - asks), Math.abs(position));
    }
    return total;
  }
}

/** The best of these levels that fit; `why` where they do not all fit. */
export function fit(
  { side }: Lane,
  levels: readonly Level[],
  { count, money, why }: Capacity,
): { readonly levels: Level[]; readonly why: QuoteRefusal | undefined } {
  let [countLeft, moneyLeft] = [Math.max(0, count), Math.max(0, money)];
  const fitting: Level[] = [];
  let cut: QuoteRefusal | undefined;
  for (const level of levels) {
    const unit = lockedBy(side, level.price, 1);
    const affordable = unit === 0 || moneyLeft === Infinity ? Infinity : Math.floor(moneyLeft / unit);
    let fits = Math.min(level.count, countLeft, affordable);
    // A part of what is whole contracts is whole contracts.
    if (fits < level.count && level.count % 100 === 0) fits -= fits % 100;
    if (fits < level.count) cut ??= countLeft <= affordable ? why : "notional";
    if (fits <= 0) continue;
    fitting.push({ price: level.price, count: fits });
    countLeft -= fits;
    moneyLeft -= lockedBy(side, level.price, fits);
  }
  return { levels: fitting, why: cut };
}

/** The error of a wish that is not taken. */
export function refused(
  { market: { ticker } }: MarketDesk,
  reason: QuoteRefusal,
  says: string,
  allowed?: string,
): KalshiQuoteRefusedError {
  return new KalshiQuoteRefusedError(
    `The wish for ${ticker} ${says}. Nothing was sent; the wish before it stands.`,
    reason,
    allowed,
  );
}
