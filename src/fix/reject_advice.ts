/** What to do about each reason that Kalshi's gateways give. */
import type { FixProduct } from "../contract/fix/sessions.ts";

/** By Text(58) of reports and rejects; what is the same for every product. */
const byText: Readonly<Record<string, string>> = {
  EXCHANGE_UNAVAILABLE:
    "Whether it took effect is unknown: look before you send it again, in the drop copy or REST.",
  INTERNAL_ERROR: "It surely had no effect: the same can be sent again.",
  MARKET_NOT_FOUND: "There is no such market: check Symbol (upper case), environment and product.",
  SELF_CROSS_ATTEMPT:
    "It would have traded with an order of your own: cancel that one, or choose another price or SelfTradePreventionType.",
  ORDER_ALREADY_EXISTS: "The ClOrdID was used before, and the first order stands: take a new one.",
  EXCEEDED_ORDER_GROUP_RISK_LIMIT:
    "The order group has triggered: reset it when it may trade again (OrderGroupAction 2).",
  EXCHANGE_PAUSED: "The exchange is paused: wait for it, nothing was done.",
  EXCEEDED_SELL_POSITION_FLOOR: "It would sell more than may be sold: take a smaller OrderQty.",
  CUSTOMER_ACCOUNT_NOT_FOUND: "There is no such subaccount: check AllocAccount.",
  PERMISSION_DENIED_FOR_CUSTOMER_ACCOUNT:
    "The key may not use this subaccount: check AllocAccount and the key.",
  EXPIRED: "The quote was no longer good: ask for a new one.",
  EVENT_CONTRACT_DAILY_CAP_EXCEEDED: "The day's cap is used up: it can be sent again tomorrow.",
  EVENT_CONTRACT_DAILY_CAP_NOT_FOUND: "The customer has no daily cap: set one first.",
  INVALID_AMEND_QTY_FOR_ORDER:
    "OrderQty is the new total, what has filled included, and cannot be less than that.",
  CANNOT_UPDATE_FILLED_ORDER: "The order has filled whole.",
  ORDER_AMEND_IN_PROGRESS: "Another amend of this order is under way: wait for its report.",
  ORDER_ATTRIBUTES_MISMATCH: "OrigClOrdID, Symbol and Side must be those of the order.",
};

/** The same, where it depends on the product. */
const byProduct: Readonly<Record<FixProduct, Readonly<Record<string, string>>>> = {
  event: {
    MARKET_ALREADY_CLOSED: "The market has closed: what rested is gone.",
    MARKET_INACTIVE: "The market is inactive now and may open again.",
    INSUFFICIENT_BALANCE:
      "The account cannot pay for it: resting orders hold cash too, and each subaccount has its own.",
    TRADING_PAUSED:
      "Trading is paused, such as on Thursdays from 03:00 to 05:00 ET: cancels work, new orders do not.",
    ORDER_GROUP_NOT_FOUND:
      "There is no such order group in this subaccount: give the AllocAccount it was made with.",
    EXCEEDED_PER_MARKET_RISK_LIMIT:
      "It would go over the position limit of the market: take a smaller OrderQty.",
  },
  margin: {
    MARKET_ALREADY_CLOSED: "The market is closed for good.",
    MARKET_INACTIVE:
      "The market does not trade now: it is halted, or outside of its hours, which its `schedule` in REST has.",
    INSUFFICIENT_BALANCE:
      "The account has too little margin for it: positions and resting orders need margin too. Deposit, close something, " +
      "or take a smaller OrderQty.",
    TRADING_PAUSED: "Trading is paused: cancels work, new orders do not.",
    ORDER_GROUP_NOT_FOUND:
      "There is no such order group: one is of the account that made it, and those of event contracts are others.",
    EXCEEDED_PER_MARKET_RISK_LIMIT:
      "It would go over the notional limit of the market, Kalshi's or your own: take a smaller OrderQty, or cancel what " +
      "rests there.",
  },
};

/**
 * By OrdRejReason(103), in words and what to do, which a text that means the same may say: for what came without a text,
 * or with one that nobody knows.
 */
const orderReasons: Readonly<Record<number, readonly [words: string, advice: string]>> = {
  1: ["unknown symbol", "MARKET_NOT_FOUND"],
  2: ["exchange closed", "MARKET_INACTIVE"],
  3: ["order exceeds limit", "It would go over a limit of the account: take a smaller OrderQty."],
  4: ["too late to enter", "MARKET_ALREADY_CLOSED"],
  6: ["duplicate order", "ORDER_ALREADY_EXISTS"],
  11: ["unsupported order characteristic", "Check TimeInForce, ExecInst and SecondaryClOrdID."],
  13: ["incorrect quantity", "Check OrderQty."],
  15: ["unknown account", "CUSTOMER_ACCOUNT_NOT_FOUND"],
};

/** OrdRejReason(103) of what came too late, such as after its ExpireTime; the other number means nothing. */
const stale: Readonly<Record<FixProduct, number>> = { event: 8, margin: 5 };

function readOrderReason(
  product: FixProduct,
  reason: number | undefined,
): readonly [words: string, advice: string] | undefined {
  if (reason === undefined) return undefined;
  return reason === stale[product]
    ? ["stale order", "It came too late: send a new one."]
    : orderReasons[reason];
}

/** What an OrdRejReason(103) says, in words. */
export const orderReason = (product: FixProduct, reason: number | undefined): string | undefined =>
  readOrderReason(product, reason)?.[0];

/** By CxlRejReason(102). */
const byCancelReason: Readonly<Record<number, string>> = {
  0: "The order is done: it has filled, expired or was cancelled.",
  1: "Kalshi knows no such open order: OrigClOrdID, Symbol and Side must be those of the order.",
};

const bySessionReason: Readonly<Record<number, string>> = {
  1: "A field is missing that the message needs.",
  2: "The message has a field that does not belong to it.",
  3: "The message has a field that Kalshi does not know.",
  5: "A field has a value that Kalshi does not take.",
  6: "A field has the wrong form.",
  10: "This machine's clock is off by more than 30 s: set it (NTP).",
  11: "This session does not take such a message.",
};

const byBusinessReason: Readonly<Record<number, string>> = {
  3: "This session does not take such a message: see the table of sessions.",
  4: "Try again in a while.",
  6: "The key, or a listener's session, may not do this.",
  8: "The rate budget is used up: give the client the `limiter` that the account's other clients have.",
};

/** The reason that a refusal gives beside its text. */
export interface RefusalReason {
  /** SessionRejectReason(373). */
  readonly session?: number | undefined;
  /** BusinessRejectReason(380). */
  readonly business?: number | undefined;
  /** OrdRejReason(103). */
  readonly order?: number | undefined;
  /** CxlRejReason(102). */
  readonly cancel?: number | undefined;
}

/** What to do, as a sentence; empty where nothing can be said. */
export function rejectAdvice(
  text: string | undefined,
  product: FixProduct,
  { session, business, order, cancel }: RefusalReason = {},
): string {
  const [known = ""] = /[A-Z]+(_[A-Z]+)+|EXPIRED/.exec(text ?? "") ?? [];
  const adviceOf = (key: string) => byProduct[product][key] ?? byText[key];
  const said = adviceOf(known);
  if (said !== undefined) return said;
  if (session !== undefined) return bySessionReason[session] ?? "";
  if (business !== undefined) return byBusinessReason[business] ?? "";
  if (order !== undefined) {
    const [, advice = ""] = readOrderReason(product, order) ?? [];
    return adviceOf(advice) ?? advice;
  }
  return cancel === undefined ? "" : byCancelReason[cancel] ?? "";
}
