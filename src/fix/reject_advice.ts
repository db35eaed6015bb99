/** What to do about each reason that Kalshi's gateways give. */

/** By Text(58) of reports and rejects. */
const byText: Readonly<Record<string, string>> = {
  EXCHANGE_UNAVAILABLE:
    "Whether it took effect is unknown: look before you send it again, in the drop copy or REST.",
  INTERNAL_ERROR: "It surely had no effect: the same can be sent again.",
  MARKET_ALREADY_CLOSED: "The market has closed: what rested is gone.",
  MARKET_INACTIVE: "The market is inactive now and may open again.",
  MARKET_NOT_FOUND: "There is no such market: check Symbol (upper case), environment and product.",
  SELF_CROSS_ATTEMPT:
    "It would have traded with an order of your own: cancel that one, or choose another price or SelfTradePreventionType.",
  ORDER_ALREADY_EXISTS: "The ClOrdID was used before, and the first order stands: take a new one.",
  EXCEEDED_ORDER_GROUP_RISK_LIMIT:
    "The order group has triggered: reset it when it may trade again (OrderGroupAction 2).",
  INSUFFICIENT_BALANCE:
    "The account cannot pay for it: resting orders hold cash too, and each subaccount has its own.",
  EXCHANGE_PAUSED: "The exchange is paused: wait for it, nothing was done.",
  TRADING_PAUSED:
    "Trading is paused, such as on Thursdays from 03:00 to 05:00 ET: cancels work, new orders do not.",
  ORDER_GROUP_NOT_FOUND:
    "There is no such order group in this subaccount: give the AllocAccount it was made with.",
  EXCEEDED_PER_MARKET_RISK_LIMIT:
    "It would go over the position limit of the market: take a smaller OrderQty.",
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

/** What to do, as a sentence; empty where nothing can be said. */
export function rejectAdvice(
  text: string | undefined,
  { session, business }: { readonly session?: number | undefined; readonly business?: number | undefined } =
    {},
): string {
  const [known] = /[A-Z]+(_[A-Z]+)+|EXPIRED/.exec(text ?? "") ?? [];
  return (known === undefined ? undefined : byText[known]) ??
    (session === undefined ? undefined : bySessionReason[session]) ??
    (business === undefined ? undefined : byBusinessReason[business]) ?? "";
}
