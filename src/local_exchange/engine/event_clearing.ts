/**
 * The clearing of the event exchange: a contract is worth between nothing and a dollar, a bid pays its price and
 * an ask pays the rest of the dollar, in full and at once.
 *
 * @module
 */
import type { BookedFill, Clearing, Intent } from "./clearing.ts";
import { complement, isPrice, unitCost } from "./event_contract.ts";
import { settleFill, tradeFee } from "./fees.ts";
import { isOnGrid } from "./price_grid.ts";
import type { Rejection } from "./requests.ts";
import type { Fill, Holding, Market, Order, Settlement, Side, Trade } from "./model.ts";
import {
  bookOnOrder,
  closable,
  type CostOf,
  movePosition,
  needOf,
  openingCount,
  restingOf,
  restingOrders,
} from "./stakes.ts";

/** What `count` contracts of an order would cost if all of them opened a position as a maker. */
const openingCost: CostOf = (order, count) =>
  unitCost(order.side, order.price) * count + tradeFee(order.market.fees, false, order.price, count);

function setAside(holding: Holding): void {
  for (const side of ["bid", "ask"] as const) {
    const resting = restingOf(holding, side);
    const needed = needOf(openingCost, resting, closable(holding, side));
    holding.wallet.reserved += needed - resting.reserved;
    resting.reserved = needed;
  }
}

/** Moves a position by a trade; returns what that brings before fees, below zero what it costs. */
function trade(holding: Holding, side: Side, price: number, count: number): number {
  const cost = unitCost(side, price);
  const { closed, closedCost, opened } = movePosition(holding, side, count, cost);
  const proceeds = closed * complement(cost);
  holding.realized += proceeds - closedCost;
  return proceeds - opened * cost;
}

/** Trading paid in full. */
export const eventClearing: Clearing = {
  isOnGrid({ bands }: Market, price: number): boolean {
    return isPrice(price) && isOnGrid(bands, price);
  },

  // An event contract's price is bounded as it is.
  isInBand: () => true,

  refusal({ holding, side, price, count, isTaker, instead }: Intent): Rejection | undefined {
    const resting = restingOf(holding, side);
    const spare = instead === undefined
      ? 0
      : resting.reserved - needOf(openingCost, resting, closable(holding, side), instead);
    const opening = openingCount(holding, side, count, instead);
    const { fees } = holding.market;
    const fee = tradeFee(fees, false, price, opening);
    const needed = unitCost(side, price) * opening +
      (isTaker ? Math.max(fee, tradeFee(fees, true, price, opening)) : fee);
    return holding.wallet.available + spare >= needed ? undefined : { rejected: "insufficient_balance" };
  },

  ...restingOrders(openingCost, setAside),

  bookFill(id: string, order: Order, made: Trade, isTaker: boolean): BookedFill {
    const { holding, wallet, side, market, account } = order;
    const { price, count, at } = made;
    const revenue = trade(holding, side, price, count);
    const settled = settleFill(
      revenue,
      tradeFee(market.fees, isTaker, price, count),
      account.precision,
      order.roundingOwed,
    );
    let { fee } = settled;
    let cash = settled.change;
    order.roundingOwed = settled.owed;
    wallet.cash += settled.change;
    setAside(holding);
    if (wallet.available < 0) {
      // Fees and rounding of many small fills can pass what was set aside for the whole order by a trifle.
      const waived = Math.ceil(-wallet.available / account.precision) * account.precision;
      wallet.cash += waived;
      cash += waived;
      fee = Math.max(0, fee - waived);
    }
    holding.fees += fee;
    holding.updatedAt = at;
    wallet.updatedAt = at;
    bookOnOrder(order, made, { isTaker, unit: unitCost(side, price), fee });
    const fill: Fill = { id, trade: made, order, isTaker, fee, cash, position: holding.position };
    account.fills.push(fill);
    return { fill, taken: revenue - cash };
  },

  settle(holding: Holding, value: number, at: number): Settlement {
    const { wallet, position, exposure } = holding;
    const worth = position > 0 ? position * value : -position * complement(value);
    // Payouts are cut to whole cents; what a sub-cent value leaves is the settlement fee.
    const revenue = Math.floor(worth / 10_000) * 10_000;
    wallet.cash += revenue;
    wallet.updatedAt = at;
    holding.position = 0;
    holding.exposure = 0;
    holding.realized += worth - exposure;
    holding.updatedAt = at;
    setAside(holding);
    const settlement = { holding, position, cost: exposure, revenue, fee: worth - revenue, value, at };
    wallet.account.settlements.push(settlement);
    return settlement;
  },
};
