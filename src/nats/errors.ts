/** The error of what goes over NATS. */
import { KalshiError } from "../base/errors.ts";

/**
 * NATS does not do what a gateway, a feed or a store needs of it: it is away, refuses, or holds something else than was
 * written. The message says what to do; `cause` has what NATS said.
 */
export class KalshiNatsError extends KalshiError {
  /** The class name. */
  override readonly name = "KalshiNatsError";
  /** The code of this class. */
  override readonly code = "NATS";
}

/** The error for what a call to NATS threw. */
export function natsError(what: string, cause: unknown): KalshiNatsError {
  if (cause instanceof KalshiNatsError) return cause;
  const why = cause instanceof Error ? cause.message : String(cause);
  return new KalshiNatsError(`${what}: ${why}`, { cause });
}
