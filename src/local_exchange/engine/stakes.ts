/** What every clearing keeps of resting orders and positions, whatever its product makes of it in money. */
import { shareOf } from "../units.ts";
import type { Clearing } from "./clearing.ts";
import type { Holding, Order, RestingSide, Side, Trade } from "./model.ts";

/** What `count` contracts of an order would cost: if all of them opened a position, or if all of them closed one. */
export type CostOf = (order: Order, count: number) => number;

const nothing: CostOf = () => 0;

/** The resting orders of a side. */
export const restingOf = (holding: Holding, side: Side): RestingSide =>
  side === "bid" ? holding.bids : holding.asks;

/** The contracts that an order on this side would close before it opens any. */
export const closable = (holding: Holding, side: Side): number =>
  Math.max(0, side === "bid" ? -holding.position : holding.position);

/** The contracts of an order that would open a position, given those that rest and close before it. */
export function openingCount(holding: Holding, side: Side, count: number, instead?: Order): number {
  const others = restingOf(holding, side).count - (instead?.remaining ?? 0);
  return count - Math.min(count, Math.max(0, closable(holding, side) - others));
}

/**
 * What a side's resting orders can cost, one of them left out where told. Orders that would close the position
 * need nothing unless told; the oldest ones are taken to close it. Whichever order fills first, its proceeds pay for
 * what another must then set aside, so that a balance cannot fall below zero.
 */
export function needOf(
  costOf: CostOf,
  side: RestingSide,
  cover: number,
  without?: Order,
  closingCost: CostOf = nothing,
): number {
  let needed = side.cost - (without?.cost ?? 0);
  let left = cover;
  for (const order of side.orders) {
    if (left <= 0) break;
    if (order === without) continue;
    const covered = Math.min(left, order.remaining);
    needed -= order.cost - costOf(order, order.remaining - covered) - closingCost(order, covered);
    left -= covered;
  }
  return needed;
}

/** How resting orders are kept: `setAside` is told whenever what a holding needs may be another. */
export function restingOrders(
  costOf: CostOf,
  setAside: (holding: Holding) => void,
): Pick<Clearing, "rest" | "reduce" | "reprice"> {
  return {
    rest(order: Order): void {
      const side = restingOf(order.holding, order.side);
      order.cost = costOf(order, order.remaining);
      side.orders.add(order);
      side.count += order.remaining;
      side.cost += order.cost;
      order.account.resting.add(order);
      setAside(order.holding);
    },

    reduce(order: Order, count: number): void {
      const side = restingOf(order.holding, order.side);
      order.remaining -= count;
      const cost = costOf(order, order.remaining);
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
          order.cost = costOf(order, order.remaining);
          side.cost += order.cost;
        }
      }
      setAside(holding);
    },
  };
}

/** How a trade moved a position. */
export interface Moved {
  /** Contracts that were closed, and what these had cost. */
  readonly closed: number;
  readonly closedCost: number;
  readonly opened: number;
}

/** Moves a position by a trade, which closes before it opens; an opened contract costs `unit`. */
export function movePosition(holding: Holding, side: Side, count: number, unit: number): Moved {
  const closed = Math.min(count, closable(holding, side));
  const opened = count - closed;
  const closedCost = closed > 0 ? shareOf(holding.exposure, closed, Math.abs(holding.position)) : 0;
  holding.exposure += opened * unit - closedCost;
  holding.traded += opened * unit;
  holding.tradedCount += count;
  holding.position += side === "bid" ? count : -count;
  return { closed, closedCost, opened };
}

/** Writes a fill on its order; `unit` is what it says a contract cost. */
export function bookOnOrder(
  order: Order,
  { count, at }: Trade,
  { isTaker, unit, fee }: { readonly isTaker: boolean; readonly unit: number; readonly fee: number },
): void {
  order.filled += count;
  order.updatedAt = at;
  if (isTaker) {
    order.takerCost += unit * count;
    order.takerFees += fee;
  } else {
    order.makerCost += unit * count;
    order.makerFees += fee;
  }
}
