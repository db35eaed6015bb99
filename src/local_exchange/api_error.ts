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

const statusOf: Readonly<Record<string, number>> = {
  order_already_exists: 409,
  fill_or_kill_insufficient_resting_volume: 409,
  trading_is_paused: 409,
  exchange_is_paused: 409,
  market_inactive: 409,
  market_not_found: 404,
  order_group_not_found: 404,
  not_found: 404,
};

/** The error of a refusal of the engine. */
export function refusalError({ refused, details }: { refused: string; details?: string }): ApiError {
  return new ApiError(statusOf[refused] ?? 400, refused, details);
}
