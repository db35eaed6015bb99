/**
 * The error codes that Kalshi is known to answer with, and what to do about each.
 *
 * @module
 */

import type { Open } from "./open.ts";

/** The codes that are known. */
export type KnownServerCode =
  | "anchor_order_unavailable"
  | "authentication_error"
  | "bad_request"
  | "conflicting_leg_outcomes"
  | "customer_account_not_found"
  | "duplicated_legs"
  | "exceeded_order_group_risk_limit"
  | "exceeded_per_market_risk_limit"
  | "exchange_is_paused"
  | "fill_or_kill_insufficient_resting_volume"
  | "header_timestamp_expired"
  | "idempotency_key_already_used"
  | "insufficient_balance"
  | "insufficient_shard_balance"
  | "internal_server_error"
  | "invalid_content_type"
  | "invalid_market_combination"
  | "invalid_order"
  | "invalid_order_size"
  | "invalid_parameters"
  | "invalid_price"
  | "invalid_public_key"
  | "market_already_closed"
  | "market_closed"
  | "market_inactive"
  | "market_not_found"
  | "market_version_mismatch"
  | "method_not_allowed"
  | "not_found"
  | "order_already_exists"
  | "order_group_not_found"
  | "order_id_and_client_order_id_mismatch"
  | "order_side_mismatch"
  | "order_ticker_mismatch"
  | "permission_denied"
  | "rfq_already_exists"
  | "rfq_closed"
  | "self_cross_attempt"
  | "service_unavailable"
  | "signature_is_missing_from_headers"
  | "stop_loss_past_liquidation"
  | "subtrader_already_exists"
  | "timestamp_is_missing_from_headers"
  | "token_authentication_failure"
  | "too_many_requests"
  | "trading_is_paused"
  | "transfer_already_exists"
  | "user_not_found";

/**
 * `code` of Kalshi's error body. Kalshi publishes no list and adds codes without notice, so that any other text is
 * possible as well. It writes some in upper case too, and some with more behind a colon.
 */
export type KalshiServerCode = Open<KnownServerCode>;

const PAUSED =
  "Wait and ask client.exchange.status(); nothing was placed, so that the same order can be sent again.";
const CLOSED_MARKET =
  "Look at the market's status and close_time: after its close no order can be placed, changed or " +
  "cancelled, and what rested is gone. A market that is inactive may open again.";
const STRIPPED =
  "Something between you and Kalshi takes the KALSHI-ACCESS-* fields away, such as a proxy or a transport.";
const OTHER_ORDER = "Get the order and send its own values along.";
const LEGS = "`details` names the legs: read the collection again, and give legs that it takes.";

/** What to do about each code; it stands in the error's message. Why Kalshi answers with it: docs/errors.md. */
export const REMEDIES: { readonly [Code in KnownServerCode]: string } = {
  anchor_order_unavailable: "Get the order, and try again.",
  authentication_error:
    "Check that the key belongs to this environment (demo and production have keys of their own).",
  bad_request: "`details` says which field.",
  conflicting_leg_outcomes: LEGS,
  customer_account_not_found: "Make it with client.subaccounts.create(), or leave `subaccount` out.",
  duplicated_legs: LEGS,
  exceeded_order_group_risk_limit: "Call client.orderGroups.reset() when it may trade again.",
  exceeded_per_market_risk_limit: "Lower `count`, or cancel what rests in this market.",
  exchange_is_paused: PAUSED,
  fill_or_kill_insufficient_resting_volume:
    "Take a smaller `count` or another `price`, or `immediate_or_cancel`, which takes what is there.",
  header_timestamp_expired:
    "Set this machine's clock (NTP). A request that waited long after it was signed has the same effect.",
  idempotency_key_already_used: "Take a new one.",
  insufficient_balance:
    "Compare `count` times the price (1 minus the price for an ask), and fees, with client.portfolio.balance(); " +
    "resting orders hold cash too, and each subaccount and exchange shard has cash of its own.",
  insufficient_shard_balance:
    "`balance_breakdown` of client.portfolio.balance() shows the cash of each shard: move some to the market's " +
    "`exchange_index` with client.portfolio.transfers.create().",
  internal_server_error: "A write may have taken effect: look before you send it again.",
  invalid_content_type: "Send `{}` as its body.",
  invalid_market_combination: LEGS,
  invalid_order: "`details` says what is wrong.",
  invalid_order_size: "Give a `count` over 0; that of an amend is the new total, what has filled included.",
  invalid_parameters: "The text says which one.",
  invalid_price: "client.markets.get(ticker) has the grid in `price_ranges`: priceGrid() and snapDown() of " +
    "@unofficial/kalshi/fixed-point find the nearest price on it.",
  invalid_public_key: "Give the PEM text that `openssl pkey -in key.pem -pubout` prints.",
  market_already_closed: CLOSED_MARKET,
  market_closed: CLOSED_MARKET,
  market_inactive: CLOSED_MARKET,
  market_not_found:
    "Check the ticker (in upper case) and the environment. A market created a moment ago may take some seconds; " +
    "an old one is at client.historical.markets.",
  market_version_mismatch: "Read the market again, and send the order with its version.",
  method_not_allowed: "Check method and path.",
  not_found: "Check the id and the environment. To cancel an order that is done already has this answer too.",
  order_already_exists:
    "client.orders.getByClientOrderId() finds the first order; a new order takes a new id.",
  order_group_not_found: "client.orderGroups.list() shows them.",
  order_id_and_client_order_id_mismatch: OTHER_ORDER,
  order_side_mismatch: OTHER_ORDER,
  order_ticker_mismatch: OTHER_ORDER,
  permission_denied: "Use a key whose scopes cover this call; client.apiKeys.list() shows them.",
  rfq_already_exists: "Use that one, or delete it first.",
  rfq_closed: "Make a new one.",
  self_cross_attempt:
    "Cancel your order on the other side, or let `self_trade_prevention_type` choose which of the two goes.",
  service_unavailable: "Try again later. A write may have taken effect: look before you send it again.",
  signature_is_missing_from_headers: STRIPPED,
  stop_loss_past_liquidation: "Move it closer to the market.",
  subtrader_already_exists: "Use it, or take another suffix.",
  timestamp_is_missing_from_headers: STRIPPED,
  token_authentication_failure:
    "Give the client a key of this environment (demo and production have keys of their own).",
  too_many_requests: 'Send less, or let the client keep within the budget: `rateLimit: "auto"`.',
  trading_is_paused: PAUSED,
  transfer_already_exists: "A new transfer takes a new id.",
  user_not_found: "Have it enabled on Kalshi's website.",
};

/** A known code, however Kalshi writes it. */
export function nameOfCode(code: string | undefined): KnownServerCode | undefined {
  // Some hold an id behind a colon, such as `user_not_found:_f50604b8-…`.
  const name = code?.split(":")[0]?.trim().toLowerCase().replaceAll(" ", "_") ?? "";
  return Object.hasOwn(REMEDIES, name) ? name as KnownServerCode : undefined;
}

/** What to do about a code, however Kalshi writes it. */
export function remedyOf(code: string | undefined): string | undefined {
  const name = nameOfCode(code);
  return name && REMEDIES[name];
}
