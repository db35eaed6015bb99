/** Exit triggers: what closes a position, or a part of it, when the liquidation mark reaches a price. */
import type { Holding, Order, Side, Wallet } from "../engine/model.ts";
import { shareUp } from "../units.ts";
import type { MarginMarketInfo } from "./model.ts";

/** Kinds of triggers: a stop loss and a take profit, or a stop that follows the mark. */
export type TriggerKind = "bracket" | "trailing";

/** Where a trigger is in its life; the last three are its end. */
export type TriggerStatus = "pending_on_entry" | "active" | "filled" | "failed" | "canceled";

/** Why it ended so. */
export type TriggerReason =
  | "user_canceled"
  | "position_closed"
  | "entry_not_filled"
  | "order_rejected"
  | "position_flipped";

/** Which price was reached. */
export type TriggerLeg = "stop_loss" | "take_profit";

/** The prices of a bracket; at least one. */
export interface TriggerLegs {
  readonly stopLoss?: number | undefined;
  readonly takeProfit?: number | undefined;
}

/** A wish for a trigger. */
export interface TriggerWish extends TriggerLegs {
  readonly kind: TriggerKind;
  readonly trailAmount?: number | undefined;
  readonly trailBps?: number | undefined;
  /** Contracts; the whole position where there is none. */
  readonly count?: number | undefined;
  readonly anchorOrderId?: string | undefined;
  readonly clientTriggerId?: string | undefined;
}

/** A trigger. */
export interface ExitTrigger {
  readonly id: string;
  readonly wallet: Wallet;
  readonly info: MarginMarketInfo;
  readonly kind: TriggerKind;
  readonly clientTriggerId: string | undefined;
  readonly createdAt: number;
  updatedAt: number;
  status: TriggerStatus;
  reason: TriggerReason | undefined;
  stopLoss: number | undefined;
  takeProfit: number | undefined;
  trailAmount: number | undefined;
  trailBps: number | undefined;
  /** The best liquidation mark since it was set, of a trailing stop. */
  watermark: number | undefined;
  /** The leg that was reached last, and the order that was placed then. */
  leg: TriggerLeg | undefined;
  orderId: string | undefined;
  /** The order whose fills it follows, until that has ended. */
  anchor: Order | undefined;
  /** Contracts that it closes, with those that it has closed; 0 for all that there are. */
  count: number;
  filled: number;
  /** While it is closing: how often it has tried. Undefined while its price was not reached. */
  attempts: number | undefined;
}

/** Why a trigger is not what somebody wants it to be. */
export interface TriggerRefusal {
  readonly refused:
    | "invalid_parameters"
    | "no_open_position"
    | "stop_loss_past_liquidation"
    | "anchor_order_unavailable"
    | "idempotency_key_already_used"
    | "exit_trigger_not_found";
  readonly details: string;
}

/** Whether a trigger may still do something. */
export const isLive = ({ status }: ExitTrigger): boolean =>
  status === "active" || status === "pending_on_entry";

/** Whether it has contracts of its own, and not all that there are. */
export const isPartial = ({ count, anchor, clientTriggerId }: ExitTrigger): boolean =>
  count > 0 || anchor !== undefined || clientTriggerId !== undefined;

/** The side that closes a position. */
export const closingSideOf = ({ position }: Holding): Side => position > 0 ? "ask" : "bid";

/** Where a trailing stop stands for a position that is long, or short; undefined for a bracket. */
export function effectiveStopOf(trigger: ExitTrigger, isLong: boolean): number | undefined {
  const { watermark, trailAmount, trailBps = 0 } = trigger;
  if (watermark === undefined) return undefined;
  const distance = trailAmount ?? shareUp(watermark, trailBps, 10_000);
  return isLong ? watermark - distance : watermark + distance;
}

/** The leg that a liquidation mark reaches. */
export function legReached(trigger: ExitTrigger, isLong: boolean, mark: number): TriggerLeg | undefined {
  const { stopLoss = effectiveStopOf(trigger, isLong), takeProfit } = trigger;
  const way = isLong ? 1 : -1;
  if (stopLoss !== undefined && (mark - stopLoss) * way <= 0) return "stop_loss";
  return takeProfit !== undefined && (mark - takeProfit) * way >= 0 ? "take_profit" : undefined;
}
