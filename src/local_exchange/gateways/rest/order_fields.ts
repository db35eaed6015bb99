/** What the bodies of orders say, whichever product they are for. */
import { ApiError } from "../../api_error.ts";
import type { Market, Order, SelfTradePrevention, Side, TimeInForce } from "../../engine/model.ts";
import type { Amendment, OrderRequest } from "../../engine/requests.ts";
import type { Caller } from "../../signatures.ts";
import { type Fields, invalid, walletFor } from "./read.ts";

/** 9999-12-31T23:59:59Z, beyond which RFC 3339 has no dates; milliseconds in place of seconds are far beyond it. */
const LAST_S = 253_402_300_799;

/** An order as its body asks for it, before anybody looks for its market. */
export interface OrderWish {
  readonly side: Side;
  readonly timeInForce: TimeInForce;
  readonly selfTradePrevention: SelfTradePrevention;
  readonly price: number;
  readonly count: number;
  readonly postOnly: boolean;
  readonly reduceOnly: boolean;
  readonly subaccount: number | undefined;
  readonly groupId: string | undefined;
  readonly fields: Fields;
}

/** When an order expires, in Unix seconds: in the future; of an amendment also 0, which clears it. */
function expiryOf(fields: Fields, now: number, mayClear: boolean): number | undefined {
  const at = fields.integer("expiration_time", { min: -Number.MAX_SAFE_INTEGER });
  if (at === undefined || at === 0 && mayClear) return at;
  if (at > LAST_S) {
    throw invalid("expiration_time is after the year 9999: it takes Unix seconds", "invalid_order");
  }
  if (at * 1_000 <= now) throw invalid("expiration_time is in the past", "invalid_order");
  return at;
}

/** Reads what an order is to be. */
export function readWish(fields: Fields): OrderWish {
  const side = fields.choice("side", ["bid", "ask"]);
  const timeInForce = fields.choice("time_in_force", [
    "fill_or_kill",
    "good_till_canceled",
    "immediate_or_cancel",
  ]);
  const selfTradePrevention = fields.choice("self_trade_prevention_type", ["taker_at_cross", "maker"]);
  const price = fields.price("price");
  const count = fields.count("count");
  if (price === undefined || count === undefined) throw invalid("price and count are required");
  return {
    side,
    timeInForce,
    selfTradePrevention,
    price,
    count,
    postOnly: fields.flag("post_only"),
    reduceOnly: fields.flag("reduce_only"),
    subaccount: fields.subaccount("subaccount"),
    groupId: fields.text("order_group_id"),
    fields,
  };
}

/** The times in force that each wish goes with, where not with all. */
export interface ForceRules {
  readonly expires: readonly TimeInForce[];
  readonly reduceOnly: readonly TimeInForce[];
}

/** Refuses what does not go with a time in force. */
function assertAgree(
  { timeInForce, reduceOnly, postOnly }: OrderWish,
  expires: number | undefined,
  rules: ForceRules,
): void {
  if (expires !== undefined && !rules.expires.includes(timeInForce)) {
    throw invalid(`expiration_time does not go with ${timeInForce}`, "invalid_order");
  }
  if (reduceOnly && !rules.reduceOnly.includes(timeInForce)) {
    throw invalid(`reduce_only needs ${rules.reduceOnly.join(" or ")}`, "invalid_order");
  }
  if (postOnly && timeInForce !== "good_till_canceled") {
    throw invalid("post_only needs good_till_canceled", "invalid_order");
  }
}

/** The order that the engine is asked for. */
export function orderRequest(
  key: Caller,
  wish: OrderWish,
  market: Market,
  now: number,
  rules: ForceRules,
): OrderRequest {
  const { fields, subaccount, groupId, ...terms } = wish;
  const expires = expiryOf(fields, now, false);
  assertAgree(wish, expires, rules);
  const wallet = walletFor(key, subaccount, market.shard);
  const group = groupId === undefined ? undefined : key.account.groups.get(groupId);
  if (groupId !== undefined && group?.wallet !== wallet) throw new ApiError("order_group_not_found");
  return {
    ...terms,
    wallet,
    market,
    clientOrderId: fields.text("client_order_id") ?? "",
    cancelOnPause: fields.flag("cancel_order_on_pause"),
    expiresAt: expires === undefined ? undefined : expires * 1_000,
    group,
  };
}

/** What is to become of an order, before anybody looks for it. */
export interface AmendmentWish {
  readonly side: Side;
  readonly price: number;
  readonly count: number;
  readonly fields: Fields;
}

/** Reads what an order is to become. */
export function readAmendment(fields: Fields): AmendmentWish {
  const side = fields.choice("side", ["bid", "ask"]);
  const price = fields.price("price");
  const count = fields.count("count");
  if (price === undefined || count === undefined) throw invalid("price and count are required");
  return { side, price, count, fields };
}

/** The amendment that the engine is asked for, of an order that must be what the wish takes it for. */
export function amendmentOf(
  { side, price, count, fields }: AmendmentWish,
  order: Order,
  now: number,
): Amendment {
  if (order.side !== side) throw new ApiError("order_side_mismatch");
  const original = fields.text("client_order_id");
  if (original !== undefined && original !== order.clientOrderId) {
    throw new ApiError("order_id_and_client_order_id_mismatch");
  }
  const expires = expiryOf(fields, now, true);
  return {
    price,
    count,
    clientOrderId: fields.text("updated_client_order_id"),
    expiresAt: expires === undefined ? undefined : expires === 0 ? null : expires * 1_000,
  };
}

/** What a decrease says: exactly one of the two. */
export interface DecreaseWish {
  readonly by: number | undefined;
  readonly to: number | undefined;
}

/** Reads by how much, or to what, an order is to be made smaller. */
export function readDecrease(fields: Fields): DecreaseWish {
  const by = fields.count("reduce_by");
  const to = fields.count("reduce_to");
  if ((by === undefined) === (to === undefined)) {
    throw invalid("exactly one of reduce_by and reduce_to is required");
  }
  return { by, to };
}

/** By how much it is. */
export function decreaseOf({ by, to = 0 }: DecreaseWish, { remaining }: Order): number {
  const count = by ?? remaining - to;
  if (count <= 0 || count > remaining) throw new ApiError("invalid_order_size");
  return count;
}
