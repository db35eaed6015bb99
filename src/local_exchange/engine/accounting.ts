/** What a trade and a settlement do to a wallet and its holding. */
import { PRICE_ONE, shareOf } from "../units.ts";
import { settleFill, tradeFee } from "./fees.ts";
import { type Holding, reserve, unitCost } from "./ledger.ts";
import type { Fill, Order, Settlement, Trade } from "./types.ts";

/** A fill, and what the exchange took of it in fees and rounding. */
export interface BookedFill {
  readonly fill: Fill;
  readonly taken: number;
}

/** Moves one side of a trade: its cash, its position and what it gained. */
export function bookFill(id: string, order: Order, trade: Trade, isTaker: boolean): BookedFill {
  const { holding, wallet, side, market, account } = order;
  const { price, count, at } = trade;
  const direction = side === "bid" ? 1 : -1;
  const cost = unitCost(side, price);
  const closing = Math.min(count, Math.max(0, -direction * holding.position));
  const opening = count - closing;
  const revenue = closing * (PRICE_ONE - cost) - opening * cost;
  const settled = settleFill(
    revenue,
    tradeFee(market.fees, isTaker, price, count),
    account.precision,
    order.roundingOwed,
  );
  let { fee } = settled;
  let taken = revenue - settled.change;
  order.roundingOwed = settled.owed;
  wallet.cash += settled.change;

  if (closing > 0) {
    const share = shareOf(holding.exposure, closing, Math.abs(holding.position));
    holding.exposure -= share;
    holding.realized += closing * (PRICE_ONE - cost) - share;
  }
  holding.exposure += opening * cost;
  holding.traded += opening * cost;
  holding.tradedCount += count;
  holding.position += direction * count;
  reserve(holding);
  if (wallet.available < 0) {
    // Fees and rounding of many small fills can pass what was set aside for the whole order by a trifle.
    const waived = Math.ceil(-wallet.available / account.precision) * account.precision;
    wallet.cash += waived;
    taken -= waived;
    fee = Math.max(0, fee - waived);
  }
  holding.fees += fee;
  holding.updatedAt = at;
  wallet.updatedAt = at;

  order.filled += count;
  order.updatedAt = at;
  if (isTaker) {
    order.takerCost += cost * count;
    order.takerFees += fee;
  } else {
    order.makerCost += cost * count;
    order.makerFees += fee;
  }
  const fill: Fill = { id, trade, order, isTaker, fee, position: holding.position };
  account.fills.push(fill);
  return { fill, taken };
}

/** Pays a position out at `value` for a YES contract. */
export function payOut(holding: Holding, value: number, at: number): Settlement {
  const { wallet, position, exposure } = holding;
  const worth = position > 0 ? position * value : -position * (PRICE_ONE - value);
  // Payouts are cut to whole cents; what a sub-cent value leaves is the settlement fee.
  const revenue = Math.floor(worth / 10_000) * 10_000;
  wallet.cash += revenue;
  wallet.updatedAt = at;
  holding.position = 0;
  holding.exposure = 0;
  holding.realized += worth - exposure;
  holding.updatedAt = at;
  const settlement = { holding, position, cost: exposure, revenue, fee: worth - revenue, value, at };
  wallet.account.settlements.push(settlement);
  return settlement;
}
