/** What is refused, and in which words. */
import { CxlRejReason, OrdRejReason, SessionRejectReason } from "../../../contract/fix/codes.ts";
import type { RejectReason } from "../../engine/requests.ts";

/** A message that is answered with a Reject(3): it is not what the dictionary says. */
export class FieldRefusal extends Error {
  override readonly name = "FieldRefusal";
  /** SessionRejectReason(373). */
  readonly reason: number;
  /** RefTagID(371). */
  readonly tag: number;

  constructor(tag: number, text: string, reason: number = SessionRejectReason.IncorrectValue) {
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
  MARKET_NOT_FOUND: OrdRejReason.UnknownSymbol,
  MARKET_ALREADY_CLOSED: OrdRejReason.ExchangeClosed,
  MARKET_INACTIVE: OrdRejReason.ExchangeClosed,
  EXCHANGE_PAUSED: OrdRejReason.ExchangeClosed,
  TRADING_PAUSED: OrdRejReason.ExchangeClosed,
  EXCEEDED_ORDER_GROUP_RISK_LIMIT: OrdRejReason.OrderExceedsLimit,
  EXCEEDED_PER_MARKET_RISK_LIMIT: OrdRejReason.OrderExceedsLimit,
  INSUFFICIENT_BALANCE: OrdRejReason.OrderExceedsLimit,
  ORDER_ALREADY_EXISTS: OrdRejReason.DuplicateOrder,
  INVALID_ORDER: OrdRejReason.UnsupportedOrderCharacteristic,
  ORDER_GROUP_NOT_FOUND: OrdRejReason.UnsupportedOrderCharacteristic,
  INVALID_ORDER_SIZE: OrdRejReason.IncorrectQuantity,
  CUSTOMER_ACCOUNT_NOT_FOUND: OrdRejReason.UnknownAccount,
  PERMISSION_DENIED_FOR_CUSTOMER_ACCOUNT: OrdRejReason.UnknownAccount,
};

/** OrdRejReason(103) of a Text. */
export const ordRejReason = (text: string): number => ordRejReasons[text] ?? OrdRejReason.Other;

const cxlRejReasons: Readonly<Record<string, number>> = {
  ORDER_NOT_FOUND: CxlRejReason.UnknownOrder,
  ORDER_ATTRIBUTES_MISMATCH: CxlRejReason.UnknownOrder,
  INVALID_AMEND_QTY_FOR_ORDER: CxlRejReason.Broker,
  CANNOT_UPDATE_FILLED_ORDER: CxlRejReason.Broker,
  ORDER_AMEND_IN_PROGRESS: CxlRejReason.Broker,
  SELF_CROSS_ATTEMPT: CxlRejReason.InvalidPriceIncrement,
  INVALID_PRICE: CxlRejReason.InvalidPriceIncrement,
};

/** CxlRejReason(102) of a Text. */
export const cxlRejReason = (text: string): number => cxlRejReasons[text] ?? CxlRejReason.Other;

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
