import type { Rejection } from "./engine/requests.ts";

/** The codes that the exchange answers with, each with its HTTP status. */
const statuses = {
  anchor_order_unavailable: 409,
  authentication_error: 401,
  bad_request: 400,
  conflict: 409,
  conflicting_leg_outcomes: 400,
  customer_account_not_found: 400,
  duplicated_legs: 400,
  exceeded_order_group_risk_limit: 400,
  exceeded_per_market_risk_limit: 400,
  exchange_is_paused: 409,
  exit_trigger_not_found: 404,
  fill_or_kill_insufficient_resting_volume: 409,
  header_timestamp_expired: 401,
  idempotency_key_already_used: 409,
  insufficient_balance: 400,
  invalid_market_combination: 400,
  invalid_order: 400,
  invalid_order_size: 400,
  invalid_parameters: 400,
  invalid_price: 400,
  invalid_public_key: 400,
  margin_not_enabled: 403,
  market_inactive: 409,
  market_not_found: 404,
  market_version_mismatch: 409,
  method_not_allowed: 405,
  no_open_position: 400,
  not_found: 404,
  order_already_exists: 409,
  order_group_not_found: 404,
  order_id_and_client_order_id_mismatch: 400,
  order_side_mismatch: 400,
  order_ticker_mismatch: 400,
  origin_not_allowed: 403,
  permission_denied: 403,
  /** Of a handshake that a test has refused, which says the status. */
  refused_on_request: 400,
  request_too_large: 413,
  rfq_already_exists: 409,
  rfq_closed: 400,
  self_cross_attempt: 400,
  service_unavailable: 503,
  signature_is_missing_from_headers: 401,
  stop_loss_past_liquidation: 400,
  subtrader_already_exists: 409,
  timestamp_is_missing_from_headers: 401,
  token_authentication_failure: 401,
  too_many_requests: 429,
  trading_is_paused: 409,
  transfer_already_exists: 409,
  unauthorized: 401,
  user_not_found: 400,
} as const;

/** A code of an error body. */
export type ApiErrorCode = keyof typeof statuses;

/** A refusal that goes to the caller as an error body. */
export class ApiError extends Error {
  /** The class name. */
  override readonly name = "ApiError";
  /** Kalshi's error code. */
  readonly code: ApiErrorCode;
  /** HTTP status. */
  readonly status: number;
  /** More about it, where Kalshi gives more. */
  readonly details: string | undefined;

  /** Takes the code and what `details` says; the message is the code in words, and the status that of the code. */
  constructor(
    code: ApiErrorCode,
    details?: string,
    message: string = code.replaceAll("_", " "),
    status: number = statuses[code],
  ) {
    super(message);
    this.code = code;
    this.status = status;
    this.details = details;
  }
}

/** The error of an order that the engine did not take. */
export function rejectionError({ rejected, details }: Rejection): ApiError {
  return new ApiError(rejected, details);
}
