/** The error of recordings. */
import { KalshiError } from "../base/errors.ts";
import { failureText } from "../tables/errors.ts";

/**
 * A recording cannot be written or read, or another recorder writes into its folder. The message says what to do;
 * `cause` has what the system said.
 */
export class KalshiRecordingError extends KalshiError {
  /** The class name. */
  override readonly name = "KalshiRecordingError";
  /** The code of this class. */
  override readonly code = "RECORDING";
}

/** The error for what a system call threw. */
export function recordingError(what: string, cause: unknown): KalshiRecordingError {
  if (cause instanceof KalshiRecordingError) return cause;
  return new KalshiRecordingError(failureText(what, cause), { cause });
}
