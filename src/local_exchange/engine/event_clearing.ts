/**
 * The clearing of the event exchange: a contract is worth between nothing and a dollar, a bid pays its price and
 * an ask pays the rest of the dollar, in full and at once.
 *
 * @module
 */
import { shareOf } from "../units.ts";
import type { BookedFill, Clearing, Intent } from "./clearing.ts";
import { complement, isPrice, unitCost } from "./event_contract.ts";
import { settleFill, tradeFee } from "./fees.ts";
import { isOnGrid } from "./price_grid.ts";
import type { Fill, Holding, Market, Order, RestingSide, Settlement, Side, Trade } from "./model.ts";

/** What `count` contracts of an order would cost if all of them opened a position as a maker. */
function openingCost(order: Order, count: number): number {
  return unitCost(order.side, order.price) * count + tradeFee(order.market.fees, false, order.price, count);
}

const restingOf = (holding: Holding, side: Side): RestingSide => side === "bid" ? holding.bids : holding.asks;

/** The contracts that an order on this side would close before it opens any. */
const closable = (holding: Holding, side: Side): number =>
  Math.max(0, side === "bid" ? -holding.position : holding.position);

/**
 * What a side's resting orders can cost, one of them left out where told. Orders that would close the position
 * need nothing; the oldest ones are taken to close it. Whichever order fills first, its proceeds pay for what
 * another must then set aside, so that a balance cannot fall below zero.
 */
function needOf(side: RestingSide, cover: number, without?: Order): number {
  let needed = side.cost - (without?.cost ?? 0);
  let left = cover;
  for (const order of side.orders) {
    if (left <= 0) break;
    if (order === without) continue;
    const covered = Math.min(left, order.remaining);
    needed -= order.cost - openingCost(order, order.remaining - covered);
    left -= covered;
  }
  return needed;
}

function setAside(holding: Holding): void {
  for (const side of ["bid", "ask"] as const) {
    const resting = restingOf(holding, side);
    const needed = needOf(resting, closable(holding, side));
    holding.wallet.reserved += needed - resting.reserved;
    resting.reserved = needed;
  }
}

/**
 * Moves a position by a trade, which closes before it opens; returns what that brings before fees, below zero what it
 * costs.
 */
function movePosition(holding: Holding, side: Side, price: number, count: number): number {
  const cost = unitCost(side, price);
  const closing = Math.min(count, closable(holding, side));
  const opening = count - closing;
  if (closing > 0) {
    const share = shareOf(holding.exposure, closing, Math.abs(holding.position));
    holding.exposure -= share;
    holding.realized += closing * complement(cost) - share;
  }
  holding.exposure += opening * cost;
  holding.traded += opening * cost;
  holding.tradedCount += count;
  holding.position += side === "bid" ? count : -count;
  return closing * complement(cost) - opening * cost;
}

function bookOnOrder(order: Order, { price, count, at }: Trade, isTaker: boolean, fee: number): void {
  const cost = unitCost(order.side, price) * count;
  order.filled += count;
  order.updatedAt = at;
  if (isTaker) {
    order.takerCost += cost;
    order.takerFees += fee;
  } else {
    order.makerCost += cost;
    order.makerFees += fee;
  }
}

/** Trading paid in full. */
export const eventClearing: Clearing = {
  isOnGrid({ bands }: Market, price: number): boolean {
    return isPrice(price) && isOnGrid(bands, price);
  },

  affords({ holding, side, price, count, isTaker, instead }: Intent): boolean {
    const resting = restingOf(holding, side);
    const closes = closable(holding, side);
    const spare = instead === undefined ? 0 : resting.reserved - needOf(resting, closes, instead);
    const others = resting.count - (instead?.remaining ?? 0);
    const opening = count - Math.min(count, Math.max(0, closes - others));
    const { fees } = holding.market;
    const fee = tradeFee(fees, false, price, opening);
    const needed = unitCost(side, price) * opening +
      (isTaker ? Math.max(fee, tradeFee(fees, true, price, opening)) : fee);
    return holding.wallet.available + spare >= needed;
  },

  rest(order: Order): void {
    const side = restingOf(order.holding, order.side);
    order.cost = openingCost(order, order.remaining);
    side.orders.add(order);
    side.count += order.remaining;
    side.cost += order.cost;
    order.account.resting.add(order);
    setAside(order.holding);
  },

  reduce(order: Order, count: number): void {
    const side = restingOf(order.holding, order.side);
    order.remaining -= count;
    const cost = openingCost(order, order.remaining);
    side.count -= count;
    side.cost += cost - order.cost;
    order.cost = cost;
    if (order.remaining === 0) {
      side.orders.delete(order);
      order.account.resting.delete(order);
    }
    setAside(order.holding);
  },

  reprice(holding: Holding): void {
    for (const side of [holding.bids, holding.asks]) {
      side.cost = 0;
      for (const order of side.orders) {
        order.cost = openingCost(order, order.remaining);
        side.cost += order.cost;
      }
    }
    setAside(holding);
  },

  bookFill(id: string, order: Order, trade: Trade, isTaker: boolean): BookedFill {
    const { holding, wallet, side, market, account } = order;
    const { price, count, at } = trade;
    const revenue = movePosition(holding, side, price, count);
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
    bookOnOrder(order, trade, isTaker, fee);
    const fill: Fill = { id, trade, order, isTaker, fee, cash, position: holding.position };
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
