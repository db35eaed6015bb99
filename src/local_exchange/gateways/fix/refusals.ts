/** What is refused, and in which words. */
import type { RejectReason } from "../../engine/requests.ts";

/** A message that is answered with a Reject(3): it is not what the dictionary says. */
export class FieldRefusal extends Error {
  override readonly name = "FieldRefusal";
  /** SessionRejectReason(373). */
  readonly reason: number;
  /** RefTagID(371). */
  readonly tag: number;

  constructor(tag: number, text: string, reason = 5) {
    super(text);
    this.tag = tag;
    this.reason = reason;
  }
}

/** A message that is answered with a BusinessMessageReject(j). */
export class BusinessRefusal extends Error {
  override readonly name = "BusinessRefusal";
  /** BusinessRejectReason(380). */
  readonly reason: number;
  /** BusinessRejectRefID(379). */
  readonly refId: string | undefined;

  constructor(reason: number, text: string, refId?: string) {
    super(text);
    this.reason = reason;
    this.refId = refId;
  }
}

/** An order, a cancel or a replace that is refused, with Kalshi's Text. */
export class OrderRefusal extends Error {
  override readonly name = "OrderRefusal";
}

/** Text of what came too late, whose number depends on the product. */
export const STALE = "EXPIRED";

const ordRejReasons: Readonly<Record<string, number>> = {
  MARKET_NOT_FOUND: 1,
  MARKET_ALREADY_CLOSED: 2,
  MARKET_INACTIVE: 2,
  EXCHANGE_PAUSED: 2,
  TRADING_PAUSED: 2,
  EXCEEDED_ORDER_GROUP_RISK_LIMIT: 3,
  EXCEEDED_PER_MARKET_RISK_LIMIT: 3,
  INSUFFICIENT_BALANCE: 3,
  ORDER_ALREADY_EXISTS: 6,
  INVALID_ORDER: 11,
  ORDER_GROUP_NOT_FOUND: 11,
  INVALID_ORDER_SIZE: 13,
  CUSTOMER_ACCOUNT_NOT_FOUND: 15,
  PERMISSION_DENIED_FOR_CUSTOMER_ACCOUNT: 15,
};

/** OrdRejReason(103) of a Text. */
export const ordRejReason = (text: string): number => ordRejReasons[text] ?? 99;

const cxlRejReasons: Readonly<Record<string, number>> = {
  ORDER_NOT_FOUND: 1,
  ORDER_ATTRIBUTES_MISMATCH: 1,
  INVALID_AMEND_QTY_FOR_ORDER: 2,
  CANNOT_UPDATE_FILLED_ORDER: 2,
  ORDER_AMEND_IN_PROGRESS: 2,
  SELF_CROSS_ATTEMPT: 18,
  INVALID_PRICE: 18,
};

/** CxlRejReason(102) of a Text. */
export const cxlRejReason = (text: string): number => cxlRejReasons[text] ?? 99;

/** Kalshi's Text for what the engine did not take. */
export const rejectTexts: Readonly<Record<RejectReason, string>> = {
  exceeded_order_group_risk_limit: "EXCEEDED_ORDER_GROUP_RISK_LIMIT",
  exceeded_per_market_risk_limit: "EXCEEDED_PER_MARKET_RISK_LIMIT",
  exchange_is_paused: "EXCHANGE_PAUSED",
  fill_or_kill_insufficient_resting_volume: "FOK_INSUFFICIENT_VOLUME",
  insufficient_balance: "INSUFFICIENT_BALANCE",
  invalid_order: "INVALID_ORDER",
  invalid_order_size: "INVALID_ORDER_SIZE",
  invalid_price: "INVALID_PRICE",
  market_inactive: "MARKET_INACTIVE",
  market_version_mismatch: "MARKET_VERSION_MISMATCH",
  order_already_exists: "ORDER_ALREADY_EXISTS",
  self_cross_attempt: "SELF_CROSS_ATTEMPT",
  trading_is_paused: "TRADING_PAUSED",
};
