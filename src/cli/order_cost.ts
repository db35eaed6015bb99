/**
 * What an order would cost: what it would take from the book as it is, what it would set aside at most, and the fee
 * after the formula that Kalshi publishes (https://kalshi.com/docs/kalshi-fee-schedule.pdf). The exchange's own count
 * is what is charged.
 *
 * @module
 */
import { addFixed, complementPrice, notional } from "../base/fixed_point.ts";
import type { OrderBook } from "../books/order_book.ts";

/** An order, as far as its cost goes. */
export interface OrderSize {
  readonly side: "bid" | "ask";
  /** Ten-thousandths of a dollar, YES. */
  readonly price: number;
  /** Hundredths of a contract. */
  readonly count: number;
}

/** How a series charges its fills. */
export interface FeeRule {
  readonly fee_type: string;
  readonly fee_multiplier: number;
}

/** A taker pays 0.07 times the multiplier, of contracts times price times what the price lacks to a dollar. */
const TAKER_RATE_MILLIONTHS = 70_000;
const quadratic = new Set([
  "quadratic",
  "quadratic_with_maker_fees",
  "quadratic_with_combo_maker_fees",
]);

/**
 * The fee of a taker, as money, rounded up to 0.0001 dollars; undefined where Kalshi publishes no formula, as for a
 * `flat` fee.
 */
export function takerFee({ price, count }: OrderSize, rule: FeeRule | undefined): number | undefined {
  if (rule === undefined || !quadratic.has(rule.fee_type)) return undefined;
  const rate = Math.round(TAKER_RATE_MILLIONTHS * rule.fee_multiplier);
  if (!Number.isSafeInteger(rate) || rate < 0) return undefined;
  // The product passes what a number holds exactly.
  const product = BigInt(rate) * BigInt(count) * BigInt(price) * BigInt(complementPrice(price));
  const unit = 1_000_000n * 100n * 10_000n;
  return Number((product + unit - 1n) / unit) * 100;
}

/** What one contract sets aside: the price of YES, or that of NO for who sells YES. */
function unitCost({ side, price }: Pick<OrderSize, "side" | "price">): number {
  return side === "bid" ? price : complementPrice(price);
}

/** What an order would come to. */
export interface OrderCost {
  /** Contracts that rest on the other side at its price or better, in hundredths: it would be filled by these. */
  readonly takes: number;
  /** What those cost, as money. */
  readonly takesFor: number;
  /** Contracts that would be left to rest, in hundredths. */
  readonly rests: number;
  /**
   * What it sets aside at most, without fees, as money; less where it closes contracts that are held, and where it is
   * filled at a better price.
   */
  readonly costAtMost: number;
  /**
   * The fee, as money, if all of it took at once; what rests pays less. Each fill is rounded up, and for some accounts
   * to whole cents, which adds a little. Undefined where it is not known.
   */
  readonly feeEstimate: number | undefined;
}

/** Reckons it; `book` is what stands there now. */
export function orderCost(order: OrderSize, book: OrderBook, rule: FeeRule | undefined): OrderCost {
  const { bids, asks } = book.depth();
  let takes = 0;
  let takesFor = 0;
  let fee = takerFee(order, rule);
  let taken: number | undefined = fee === undefined ? undefined : 0;
  for (const { price, size } of order.side === "bid" ? asks : bids) {
    if (order.side === "bid" ? price > order.price : price < order.price) break;
    const count = Math.min(size, order.count - takes);
    if (count <= 0) break;
    takes += count;
    takesFor = addFixed(takesFor, notional(unitCost({ side: order.side, price }), count));
    if (taken !== undefined) taken += takerFee({ side: order.side, price, count }, rule) ?? 0;
  }
  // A better price may be nearer to the middle, where the fee is highest.
  if (fee !== undefined && taken !== undefined) {
    fee = Math.max(fee, taken + (takerFee({ ...order, count: order.count - takes }, rule) ?? 0));
  }
  return {
    takes,
    takesFor,
    rests: order.count - takes,
    costAtMost: notional(unitCost(order), order.count),
    feeEstimate: fee,
  };
}
