/** What a trigger may be, beside the position and the triggers that there are. */
import type { Holding, Order } from "../engine/model.ts";
import { COUNT_ONE } from "../units.ts";
import { liquidationPriceOf } from "./accounts_view.ts";
import { isIsolated, type MarginMarketInfo } from "./model.ts";
import {
  type ExitTrigger,
  isPartial,
  type TriggerLegs,
  type TriggerRefusal,
  type TriggerWish,
} from "./trigger_model.ts";

/** Brackets of one position. */
const MOST_BRACKETS = 20;

const invalid = (details: string): TriggerRefusal => ({
  refused: "invalid_parameters",
  details,
});

/** What is wrong with the fields of a wish; undefined where nothing is. */
function shapeRefusal(wish: TriggerWish, ofIsolated: boolean): TriggerRefusal | undefined {
  const { kind, stopLoss, takeProfit, trailAmount, trailBps, count, anchorOrderId, clientTriggerId } = wish;
  if (kind === "bracket") {
    if (trailAmount !== undefined || trailBps !== undefined) {
      return invalid("trail_amount and trail_bps belong to a trailing stop");
    }
    if (stopLoss === undefined && takeProfit === undefined) {
      return invalid("a bracket has a stop_loss_price, a take_profit_price or both");
    }
  } else {
    if (stopLoss !== undefined || takeProfit !== undefined) {
      return invalid("stop_loss_price and take_profit_price belong to a bracket");
    }
    if ((trailAmount === undefined) === (trailBps === undefined)) {
      return invalid("a trailing stop has one of trail_amount and trail_bps");
    }
    if (anchorOrderId !== undefined) return invalid("anchor_order_id belongs to a bracket");
  }
  for (const price of [stopLoss, takeProfit, trailAmount]) {
    if (price !== undefined && price <= 0) return invalid("prices are above 0");
  }
  if (trailBps !== undefined && (trailBps < 1 || trailBps > 9_999)) {
    return invalid("trail_bps is from 1 to 9999");
  }
  if (count !== undefined && anchorOrderId !== undefined) {
    return invalid("count and anchor_order_id exclude each other");
  }
  if (count !== undefined && (count <= 0 || count % COUNT_ONE !== 0)) {
    return invalid("count is whole contracts above 0");
  }
  const appends = count !== undefined || anchorOrderId !== undefined;
  if (appends && ofIsolated) return invalid("a trigger of an isolated position closes all of it");
  if (appends && kind === "trailing") return invalid("a trailing stop closes the whole position");
  if (appends && (clientTriggerId === undefined || clientTriggerId === "")) {
    return invalid("client_trigger_id is needed with count or anchor_order_id");
  }
  if (!appends && clientTriggerId !== undefined) {
    return invalid("client_trigger_id goes with count or anchor_order_id alone");
  }
  return undefined;
}

/** What is wrong with the prices of a bracket for a position that is open. */
export function legsRefusal(
  { stopLoss, takeProfit }: TriggerLegs,
  holding: Holding,
  info: MarginMarketInfo,
): TriggerRefusal | undefined {
  if (stopLoss === undefined && takeProfit === undefined) {
    return invalid("a bracket has a stop_loss_price, a take_profit_price or both");
  }
  if (holding.position === 0) return undefined;
  const way = holding.position > 0 ? 1 : -1;
  if (stopLoss !== undefined && takeProfit !== undefined && (takeProfit - stopLoss) * way <= 0) {
    return invalid(
      "the take_profit_price is not on the side of the stop_loss_price where the position gains",
    );
  }
  const others = [...holding.wallet.holdings.values()].filter(({ position }) => position !== 0);
  // Several positions have no liquidation price of their own.
  const end = others.length > 1 ? undefined : liquidationPriceOf(holding, info);
  if (stopLoss === undefined || end === undefined || (stopLoss - end) * way > 0) return undefined;
  return {
    refused: "stop_loss_past_liquidation",
    details: "the position would be liquidated before its stop loss is reached",
  };
}

/** What there is where a trigger is to be set. */
export interface TriggerPlace {
  readonly holding: Holding;
  readonly info: MarginMarketInfo;
  /** The triggers of the position that are live. */
  readonly live: readonly ExitTrigger[];
  readonly anchor: Order | undefined;
}

/** Why a trigger cannot be set; undefined where it can. */
export function wishRefusal(
  wish: TriggerWish,
  { holding, info, live, anchor }: TriggerPlace,
): TriggerRefusal | undefined {
  const shape = shapeRefusal(wish, isIsolated(holding.wallet));
  if (shape !== undefined) return shape;
  const isAnchored = wish.anchorOrderId !== undefined;
  if (isAnchored && !isAnchor(anchor, holding)) {
    return {
      refused: "anchor_order_unavailable",
      details: "the order is none that rests for this position",
    };
  }
  if (!isAnchored && holding.position === 0) {
    return { refused: "no_open_position", details: "there is no position to close" };
  }
  const legs = wish.kind === "bracket" ? legsRefusal(wish, holding, info) : undefined;
  if (legs !== undefined || wish.kind === "trailing") return legs;
  const brackets = live.filter(({ kind }) => kind === "bracket");
  const partial = brackets.filter(isPartial);
  if (wish.count === undefined && !isAnchored) {
    return partial.length === 0
      ? undefined
      : invalid("triggers with a count or an anchor cover a part of the position");
  }
  if (brackets.length > partial.length) return invalid("a trigger covers the whole position already");
  if (brackets.length >= MOST_BRACKETS) return invalid(`a position has ${MOST_BRACKETS} brackets at most`);
  const covered = partial.reduce((sum, { count, filled }) => sum + count - filled, wish.count ?? 0);
  if (wish.count !== undefined && covered > Math.abs(holding.position)) {
    return invalid("the counts of the triggers are more than the position");
  }
  return undefined;
}

function isAnchor(order: Order | undefined, holding: Holding): boolean {
  return order !== undefined && order.holding === holding && order.status === "resting" &&
    order.origin === undefined;
}
