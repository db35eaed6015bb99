/** The classes of errors that a request can fail with. */

import {
  KalshiAbortError,
  KalshiAuthKeyError,
  KalshiAuthRejectedError,
  KalshiAuthRequiredError,
  KalshiBadRequestError,
  KalshiClosedError,
  KalshiConfigError,
  KalshiConflictError,
  KalshiConnectionError,
  KalshiDecodeError,
  type KalshiError,
  type KalshiErrorContext,
  KalshiNotFoundError,
  KalshiPaginationError,
  KalshiRateLimitError,
  KalshiReadOnlyError,
  KalshiRedirectError,
  KalshiServerError,
  KalshiTimeoutError,
  KalshiUnexpectedStatusError,
  KalshiValueError,
} from "./errors.ts";

const CLASSES = [
  KalshiAbortError,
  KalshiAuthKeyError,
  KalshiAuthRejectedError,
  KalshiAuthRequiredError,
  KalshiBadRequestError,
  KalshiClosedError,
  KalshiConfigError,
  KalshiConflictError,
  KalshiConnectionError,
  KalshiDecodeError,
  KalshiNotFoundError,
  KalshiPaginationError,
  KalshiRateLimitError,
  KalshiReadOnlyError,
  KalshiRedirectError,
  KalshiServerError,
  KalshiTimeoutError,
  KalshiUnexpectedStatusError,
  KalshiValueError,
];

/**
 * The same error of the same class, with more known of its request; the error given is its cause and stays as it
 * is, since others may hold it too.
 */
export function withContext(error: KalshiError, context: KalshiErrorContext): KalshiError {
  // A class of somebody else's is made in a way that is not known here.
  const Class = CLASSES.find((Class) => error instanceof Class) ?? KalshiConnectionError;
  return new Class(error.message, { ...error, ...context, cause: error });
}
