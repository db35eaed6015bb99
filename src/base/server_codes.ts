/**
 * The error codes that Kalshi is known to answer with: what each means, and what to do.
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

/** What is known of a code. */
interface Meaning {
  /** Why Kalshi answers with it. */
  readonly cause: string;
  /** What to do; it stands in the error's message. */
  readonly remedy: string;
}

const PAUSED =
  "Wait and ask client.exchange.status(); nothing was placed, so that the same order can be sent again.";
const CLOSED_MARKET =
  "Look at the market's status and close_time: after its close no order can be placed, changed or " +
  "cancelled, and what rested is gone. A market that is inactive may open again.";
const STRIPPED =
  "Something between you and Kalshi takes the KALSHI-ACCESS-* fields away, such as a proxy or a transport.";
const OTHER_ORDER = "Get the order and send its own values along.";
const LEGS = "`details` names the legs: read the collection again, and give legs that it takes.";

/** The codes, by name. */
export const SERVER_CODES: { readonly [Code in KnownServerCode]: Meaning } = {
  anchor_order_unavailable: {
    cause: "The order that a trigger hangs on is not there (any more). Nothing was written.",
    remedy: "Get the order, and try again.",
  },
  authentication_error: {
    cause:
      "The key was refused: `details` says `NOT_FOUND` for an unknown key id, and `INCORRECT_API_KEY_SIGNATURE` " +
      "for a private key that does not belong to it.",
    remedy: "Check that the key belongs to this environment (demo and production have keys of their own).",
  },
  bad_request: {
    cause: "The body or a parameter could not be read.",
    remedy: "`details` says which field.",
  },
  conflicting_leg_outcomes: { cause: "Legs of a combo exclude one another.", remedy: LEGS },
  customer_account_not_found: {
    cause: "The account has no such subaccount.",
    remedy: "Make it with client.subaccounts.create(), or leave `subaccount` out.",
  },
  duplicated_legs: { cause: "A combo has a leg twice.", remedy: LEGS },
  exceeded_order_group_risk_limit: {
    cause: "The order group has triggered: its orders were cancelled and it takes no new ones.",
    remedy: "Call client.orderGroups.reset() when it may trade again.",
  },
  exceeded_per_market_risk_limit: {
    cause: "The order would go over the position limit of the market.",
    remedy: "Lower `count`, or cancel what rests in this market.",
  },
  exchange_is_paused: { cause: "The whole exchange is paused, such as for maintenance.", remedy: PAUSED },
  fill_or_kill_insufficient_resting_volume: {
    cause: "A fill-or-kill order could not fill at once and whole. There is no order.",
    remedy: "Take a smaller `count` or another `price`, or `immediate_or_cancel`, which takes what is there.",
  },
  header_timestamp_expired: {
    cause: "The time of signing is too far from Kalshi's time.",
    remedy:
      "Set this machine's clock (NTP). A request that waited long after it was signed has the same effect.",
  },
  idempotency_key_already_used: {
    cause: "The `client_trigger_id` belongs to a trigger of another position.",
    remedy: "Take a new one.",
  },
  insufficient_balance: {
    cause: "The account cannot pay for the order.",
    remedy:
      "Compare `count` times the price (1 minus the price for an ask), and fees, with client.portfolio.balance(); " +
      "resting orders hold cash too, and each subaccount and exchange shard has cash of its own.",
  },
  insufficient_shard_balance: {
    cause: "The account has no cash on the exchange shard of this market. Kalshi answers 404 with it.",
    remedy:
      "`balance_breakdown` of client.portfolio.balance() shows the cash of each shard: move some to the market's " +
      "`exchange_index` with client.portfolio.transfers.create().",
  },
  internal_server_error: {
    cause: "Kalshi failed.",
    remedy: "A write may have taken effect: look before you send it again.",
  },
  invalid_content_type: {
    cause: "The request has no JSON body where Kalshi wants one.",
    remedy: "Send `{}` as its body.",
  },
  invalid_market_combination: { cause: "The legs make no market of this collection.", remedy: LEGS },
  invalid_order: {
    cause:
      "The order is wrong in itself, or cannot be placed now: `details` says how. `post only cross`: a post-only " +
      "order would have traded at once.",
    remedy: "`details` says what is wrong.",
  },
  invalid_order_size: {
    cause: "`count` is out of range: none, too much, or less than what has filled already.",
    remedy: "Give a `count` over 0; that of an amend is the new total, what has filled included.",
  },
  invalid_parameters: {
    cause: "A parameter or field has a value that Kalshi does not take.",
    remedy: "The text says which one.",
  },
  invalid_price: {
    cause: "The price is not on the market's grid, or not between 0 and 1.",
    remedy: "client.markets.get(ticker) has the grid in `price_ranges`: priceGrid() and snapDown() of " +
      "@unofficial/kalshi/fixed-point find the nearest price on it.",
  },
  invalid_public_key: {
    cause: "The public key to register cannot be read.",
    remedy: "Give the PEM text that `openssl pkey -in key.pem -pubout` prints.",
  },
  market_already_closed: { cause: "The market has closed.", remedy: CLOSED_MARKET },
  market_closed: { cause: "The market has closed.", remedy: CLOSED_MARKET },
  market_inactive: { cause: "The market is paused, has closed or is not open yet.", remedy: CLOSED_MARKET },
  market_not_found: {
    cause: "There is no market of that ticker, or `exchange_index` is not its shard.",
    remedy:
      "Check the ticker (in upper case) and the environment. A market created a moment ago may take some seconds; " +
      "an old one is at client.historical.markets.",
  },
  market_version_mismatch: {
    cause: "The market has changed since its `market_version` was read.",
    remedy: "Read the market again, and send the order with its version.",
  },
  method_not_allowed: { cause: "The path has no such HTTP method.", remedy: "Check method and path." },
  not_found: {
    cause:
      "There is no such thing: an order that is done, an id or ticker of another environment or account, a path.",
    remedy: "Check the id and the environment. To cancel an order that is done already has this answer too.",
  },
  order_already_exists: {
    cause:
      "The `client_order_id` was used before, and stays used when its order is done. The first order stands.",
    remedy: "client.orders.getByClientOrderId() finds the first order; a new order takes a new id.",
  },
  order_group_not_found: {
    cause: "There is no such order group on this subaccount and shard.",
    remedy: "client.orderGroups.list() shows them.",
  },
  order_id_and_client_order_id_mismatch: { cause: "The two ids are of two orders.", remedy: OTHER_ORDER },
  order_side_mismatch: { cause: "The order has another side.", remedy: OTHER_ORDER },
  order_ticker_mismatch: { cause: "The order is in another market.", remedy: OTHER_ORDER },
  permission_denied: {
    cause: "The key lacks a scope, is restricted to a subaccount, or the account may not do this.",
    remedy: "Use a key whose scopes cover this call; client.apiKeys.list() shows them.",
  },
  rfq_already_exists: {
    cause: "There is an open request for quotes in this market already.",
    remedy: "Use that one, or delete it first.",
  },
  rfq_closed: { cause: "The request for quotes is closed.", remedy: "Make a new one." },
  self_cross_attempt: {
    cause: "The order would have traded with one of your own.",
    remedy:
      "Cancel your order on the other side, or let `self_trade_prevention_type` choose which of the two goes.",
  },
  service_unavailable: {
    cause: "A part of Kalshi is not there for the moment.",
    remedy: "Try again later. A write may have taken effect: look before you send it again.",
  },
  signature_is_missing_from_headers: { cause: "The request came without its signature.", remedy: STRIPPED },
  stop_loss_past_liquidation: {
    cause: "The stop loss is at or past the price at which the position is liquidated.",
    remedy: "Move it closer to the market.",
  },
  subtrader_already_exists: {
    cause: "There is a subtrader of that suffix.",
    remedy: "Use it, or take another suffix.",
  },
  timestamp_is_missing_from_headers: {
    cause: "The request came without its time of signing.",
    remedy: STRIPPED,
  },
  token_authentication_failure: {
    cause: "The request came without a key, or with one that Kalshi does not know.",
    remedy: "Give the client a key of this environment (demo and production have keys of their own).",
  },
  too_many_requests: {
    cause: "The account is over its rate budget. The request was not processed.",
    remedy: 'Send less, or let the client keep within the budget: `rateLimit: "auto"`.',
  },
  trading_is_paused: { cause: "Trading is paused, in this market or everywhere.", remedy: PAUSED },
  transfer_already_exists: {
    cause: "The `client_transfer_id` was used before. The first transfer stands.",
    remedy: "A new transfer takes a new id.",
  },
  user_not_found: {
    cause: "The account is not known on this exchange, such as one that is not enabled for margin trading.",
    remedy: "Have it enabled on Kalshi's website.",
  },
};

/** What is known of a code, however Kalshi writes it. */
export function meaningOf(code: string | undefined): Meaning | undefined {
  // Some hold an id behind a colon, such as `user_not_found:_f50604b8-…`.
  const name = code?.split(":")[0]?.trim().toLowerCase().replaceAll(" ", "_") ?? "";
  return Object.hasOwn(SERVER_CODES, name) ? SERVER_CODES[name as KnownServerCode] : undefined;
}
