import type { Rejection, RejectReason } from "./engine/requests.ts";

/** A refusal that goes to the caller as an error body. */
export class ApiError extends Error {
  /** The class name. */
  override readonly name = "ApiError";
  /** HTTP status. */
  readonly status: number;
  /** Kalshi's error code. */
  readonly code: string;
  /** More about it, where Kalshi gives more. */
  readonly details: string | undefined;

  /** Takes the status, the code, and what `details` says; the message is the code in words. */
  constructor(status: number, code: string, details?: string, message: string = code.replaceAll("_", " ")) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

const statusOf: Readonly<Partial<Record<RejectReason, number>>> = {
  order_already_exists: 409,
  fill_or_kill_insufficient_resting_volume: 409,
  trading_is_paused: 409,
  exchange_is_paused: 409,
  market_inactive: 409,
  market_version_mismatch: 409,
};

/** The error of an order that the engine did not take. */
export function rejectionError({ rejected, details }: Rejection): ApiError {
  return new ApiError(statusOf[rejected] ?? 400, rejected, details);
}
