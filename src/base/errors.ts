/**
 * The error classes. Every failure of this library is a {@linkcode KalshiError}: a stable `code` to branch
 * on, a message that says what to do, and an `outcome` that says whether the exchange can have acted.
 *
 * @module
 */

import { copyThrown } from "./foreign_error.ts";
import type { KalshiServerCode } from "./server_codes.ts";

/**
 * What is known of the effect of a failed call.
 *
 * - `not-sent`: nothing reached the exchange.
 * - `rejected`: the exchange answered and refused; it did not act.
 * - `unknown`: the request may have been processed. Look before you send a write again.
 */
export type Outcome = "not-sent" | "rejected" | "unknown";

/**
 * The stable code of each kind of error; compare with `error.code`. Every code has one class and every class one
 * code, so that `instanceof` and `code` say the same.
 */
export type KalshiErrorCode =
  | "CONFIG"
  | "VALUE"
  | "AUTH_REQUIRED"
  | "AUTH_KEY"
  | "AUTH_REJECTED"
  | "BAD_REQUEST"
  | "NOT_FOUND"
  | "CONFLICT"
  | "RATE_LIMITED"
  | "SERVER"
  | "TIMEOUT"
  | "CONNECTION"
  | "DECODE"
  | "REDIRECT"
  | "PAGINATION"
  | "UNEXPECTED_STATUS"
  | "ABORTED"
  | "CLOSED"
  | "READ_ONLY"
  | "HANDSHAKE"
  | "STREAM"
  | "STREAM_CLOSED"
  | "OVERFLOW"
  | "STALE_BOOK"
  | "MARKET_CLOSED"
  | "QUOTE_REFUSED"
  | "QUOTES_LEFT"
  | "EVENT_RESEND"
  | "FIX_LOGON"
  | "FIX_SEQUENCE"
  | "FIX_STORE"
  | "FIX_CLOSED"
  | "FIX_SESSION_REJECT"
  | "FIX_BUSINESS_REJECT"
  | "FIX_ORDER_REJECT"
  | "FIX_CANCEL_REJECT"
  | "FIX_REQUEST_REJECT"
  | "RECORDING"
  | "TABLE"
  | "NATS"
  | "UNMATCHED";

/** What an error knows of the request that failed. */
export interface KalshiErrorContext {
  /** HTTP method of the request. */
  readonly method?: string | undefined;
  /** Path below the API root, without query: `/portfolio/balance`. */
  readonly path?: string | undefined;
  /** HTTP status of the answer. */
  readonly status?: number | undefined;
  /** `code` of Kalshi's error body, such as `insufficient_balance`. */
  readonly serverCode?: KalshiServerCode | undefined;
  /** `details` or `errors` of Kalshi's error body. */
  readonly details?: unknown;
  /** How many attempts were made. */
  readonly attempts?: number | undefined;
  /** Whether the exchange can have acted; `not-sent` unless told otherwise. */
  readonly outcome?: Outcome | undefined;
  /** The wait that the server asked for, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** The `client_order_id`s or `client_transfer_id` that the request carried. */
  readonly clientIds?: readonly string[] | undefined;
  /**
   * The error below. One that is not this library's is copied: its name, message, code and stack, nothing else that it
   * holds.
   */
  readonly cause?: unknown;
}

/** A {@linkcode KalshiError} as JSON. */
export interface KalshiErrorJson extends Omit<KalshiErrorContext, "cause"> {
  /** The class name. */
  readonly name: string;
  /** What happened, and what to do. */
  readonly message: string;
  /** The code of the class. */
  readonly code: KalshiErrorCode;
}

/**
 * Base class of every error that this library throws. It is never thrown itself: what is thrown is one of the
 * classes below it, each with a code of its own.
 *
 * @example
 * ```ts
 * import { KalshiClient, KalshiError } from "@unofficial/kalshi";
 *
 * await using client = new KalshiClient({ demo: true });
 * try {
 *   await client.markets.get("NO-SUCH-MARKET");
 * } catch (error) {
 *   if (error instanceof KalshiError && error.code === "NOT_FOUND") console.log(error.path);
 *   else throw error;
 * }
 * ```
 */
export abstract class KalshiError extends Error {
  /** The class name, also where bundlers rename classes. */
  override readonly name: string = "KalshiError";
  /** Stable code of this kind of error. */
  abstract readonly code: KalshiErrorCode;
  /** Whether the exchange can have acted. */
  readonly outcome: Outcome;
  /** HTTP method of the request that failed. */
  readonly method: string | undefined;
  /** Path below the API root, without query. */
  readonly path: string | undefined;
  /** HTTP status of the answer, where there was one. */
  readonly status: number | undefined;
  /** `code` of Kalshi's error body, where it could be read. What the known ones mean: docs/errors.md. */
  readonly serverCode: KalshiServerCode | undefined;
  /** What Kalshi's error body gave as `details`, or as `errors`; a body of another form as a whole. */
  readonly details: unknown;
  /** How many attempts were made; 0 when nothing was tried. */
  readonly attempts: number;
  /** The wait that the server asked for, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** The `client_order_id`s or `client_transfer_id` that the request carried: what to look a write up by. */
  readonly clientIds: readonly string[];

  /** Made by the library; its classes are public so that tests and transports can make one too. */
  constructor(message: string, context: KalshiErrorContext = {}) {
    const { cause } = context;
    super(
      message,
      cause === undefined ? undefined : { cause: cause instanceof KalshiError ? cause : copyThrown(cause) },
    );
    this.outcome = context.outcome ?? "not-sent";
    this.method = context.method;
    this.path = context.path;
    this.status = context.status;
    this.serverCode = context.serverCode;
    this.details = context.details;
    this.attempts = context.attempts ?? 0;
    this.retryAfterMs = context.retryAfterMs;
    this.clientIds = context.clientIds ?? [];
  }

  /** What `JSON.stringify` shows: everything but the stack and the cause. No secret is in it. */
  toJSON(): KalshiErrorJson {
    const {
      name,
      message,
      code,
      outcome,
      method,
      path,
      status,
      serverCode,
      attempts,
      retryAfterMs,
      clientIds,
    } = this;
    const details = plain(this.details);
    return {
      ...{ name, message, code, outcome, method, path, status, serverCode, details },
      ...{ attempts, retryAfterMs, clientIds },
    };
  }
}

/** What is certain to be JSON: a parser of the caller's may give more, such as bigints. */
function plain(details: unknown): unknown {
  if (typeof details !== "object" || details === null) {
    return typeof details === "bigint" ? `${details}` : details;
  }
  try {
    return JSON.parse(JSON.stringify(details, (_, value) => typeof value === "bigint" ? `${value}` : value));
  } catch {
    return String(details);
  }
}

/** An option is wrong, unknown, or asks for what this runtime cannot do. Thrown before any network use. */
export class KalshiConfigError extends KalshiError {
  /** The class name. */
  override readonly name = "KalshiConfigError";
  /** The code of this class. */
  override readonly code = "CONFIG";
}

/** A price, count or amount is no exact decimal, or would not stay exact. Thrown before any network use. */
export class KalshiValueError extends KalshiError {
  /** The class name. */
  override readonly name = "KalshiValueError";
  /** The code of this class. */
  override readonly code = "VALUE";
}

/**
 * A key is missing or unusable, or the exchange refused it. The three cases are the three classes below this one,
 * which is never thrown itself.
 */
export abstract class KalshiAuthError extends KalshiError {
  /** The code of the case. */
  abstract override readonly code: "AUTH_REQUIRED" | "AUTH_KEY" | "AUTH_REJECTED";
}

/** The call needs a key and there is none. Nothing was sent. */
export class KalshiAuthRequiredError extends KalshiAuthError {
  /** The class name. */
  override readonly name = "KalshiAuthRequiredError";
  /** The code of this class. */
  override readonly code = "AUTH_REQUIRED";
}

/** The key cannot be read or cannot sign. Nothing was sent. */
export class KalshiAuthKeyError extends KalshiAuthError {
  /** The class name. */
  override readonly name = "KalshiAuthKeyError";
  /** The code of this class. */
  override readonly code = "AUTH_KEY";
}

/** The exchange refused the key or what it asked for: 401, 403. The message says which of the two and what to do. */
export class KalshiAuthRejectedError extends KalshiAuthError {
  /** The class name. */
  override readonly name = "KalshiAuthRejectedError";
  /** The code of this class. */
  override readonly code = "AUTH_REJECTED";
}

/** The exchange refused the request as wrong: 400, 422 and other 4xx without a class of their own. */
export class KalshiBadRequestError extends KalshiError {
  /** The class name. */
  override readonly name = "KalshiBadRequestError";
  /** The code of this class. */
  override readonly code = "BAD_REQUEST";
}

/** 404: no such market, order or path. */
export class KalshiNotFoundError extends KalshiError {
  /** The class name. */
  override readonly name = "KalshiNotFoundError";
  /** The code of this class. */
  override readonly code = "NOT_FOUND";
}

/**
 * 409: the request conflicts with what is there. `serverCode` says how: for a create, `order_already_exists` means
 * that its `client_order_id` was used before and the first order stands; other codes, such as that of a fill-or-kill
 * order that could not fill, mean that there is no order.
 */
export class KalshiConflictError extends KalshiError {
  /** The class name. */
  override readonly name = "KalshiConflictError";
  /** The code of this class. */
  override readonly code = "CONFLICT";
}

/** 429: over the rate budget; the request was not processed. */
export class KalshiRateLimitError extends KalshiError {
  /** The class name. */
  override readonly name = "KalshiRateLimitError";
  /** The code of this class. */
  override readonly code = "RATE_LIMITED";
}

/** 5xx: for a write the outcome is unknown. */
export class KalshiServerError extends KalshiError {
  /** The class name. */
  override readonly name = "KalshiServerError";
  /** The code of this class. */
  override readonly code = "SERVER";
}

/** An attempt ran past `timeoutMs`, the call past `totalTimeoutMs`, or the server answered 408 or 504. */
export class KalshiTimeoutError extends KalshiError {
  /** The class name. */
  override readonly name = "KalshiTimeoutError";
  /** The code of this class. */
  override readonly code = "TIMEOUT";
}

/**
 * Why a TCP or TLS connection did not come up.
 *
 * - `dns`: the host's name is not known.
 * - `refused`, `unreachable`, `timeout`: nobody answers there.
 * - `cut`: the other side, or something on the way, ended it.
 * - `proxy`: the proxy refused it.
 * - `no-tls`, `tls-version`, `tls`: no TLS there, none of 1.2 or later, or none that both sides can speak.
 * - `certificate-date`: the certificate has expired, or is not valid yet.
 * - `certificate-host`: it is another host's.
 * - `certificate-authority`: nobody trusted has signed it.
 * - `certificate`: it is wrong otherwise.
 * - `pin`: it is good, but its key is none of the pinned ones.
 */
export type ConnectFailure =
  | "dns"
  | "refused"
  | "unreachable"
  | "timeout"
  | "cut"
  | "proxy"
  | "no-tls"
  | "tls-version"
  | "tls"
  | "certificate-date"
  | "certificate-host"
  | "certificate-authority"
  | "certificate"
  | "pin";

/** The connection could not be made or broke. `outcome` says whether anything was sent. */
export class KalshiConnectionError extends KalshiError {
  /** The class name. */
  override readonly name = "KalshiConnectionError";
  /** The code of this class. */
  override readonly code = "CONNECTION";
  /** Why a TCP or TLS connection did not come up, where that is known. */
  readonly reason: ConnectFailure | undefined;
  /** Takes, beside what every error knows, why a connection did not come up. */
  constructor(
    message: string,
    { reason, ...context }: KalshiErrorContext & { readonly reason?: ConnectFailure | undefined } = {},
  ) {
    super(message, context);
    this.reason = reason;
  }
}

/** The answer is not what the contract says: HTML, cut JSON, or no body where one is due. */
export class KalshiDecodeError extends KalshiError {
  /** The class name. */
  override readonly name = "KalshiDecodeError";
  /** The code of this class. */
  override readonly code = "DECODE";
}

/** The caller's `AbortSignal` ended the call; `cause` is the signal's reason. */
export class KalshiAbortError extends KalshiError {
  /** `AbortError`, as the web platform names it. */
  override readonly name = "AbortError";
  /** The code of this class. */
  override readonly code = "ABORTED";
  /** Takes the signal's reason as `cause`; it is the caller's own and stays what it is. */
  constructor(message: string, { cause, ...context }: KalshiErrorContext = {}) {
    super(message, context);
    if (cause !== undefined) {
      Object.defineProperty(this, "cause", { value: cause, configurable: true, writable: true });
    }
  }
}

/**
 * The answer was a redirect (3xx). It is not followed, since it would carry the signed headers along; `details`
 * holds its target.
 */
export class KalshiRedirectError extends KalshiError {
  /** The class name. */
  override readonly name = "KalshiRedirectError";
  /** The code of this class. */
  override readonly code = "REDIRECT";
}

/** A list would never end: the server named the same next page twice. */
export class KalshiPaginationError extends KalshiError {
  /** The class name. */
  override readonly name = "KalshiPaginationError";
  /** The code of this class. */
  override readonly code = "PAGINATION";
}

/** The answer has a status that HTTP has no final meaning for, such as 150. */
export class KalshiUnexpectedStatusError extends KalshiError {
  /** The class name. */
  override readonly name = "KalshiUnexpectedStatusError";
  /** The code of this class. */
  override readonly code = "UNEXPECTED_STATUS";
}

/** The client was closed, by `close()` or the end of `await using`, before or while the call ran. */
export class KalshiClosedError extends KalshiError {
  /** The class name. */
  override readonly name = "KalshiClosedError";
  /** The code of this class. */
  override readonly code = "CLOSED";
}

/** A write was refused before it was sent: the client, or `KALSHI_READONLY=1`, says that nothing may be changed. */
export class KalshiReadOnlyError extends KalshiError {
  /** The class name. */
  override readonly name = "KalshiReadOnlyError";
  /** The code of this class. */
  override readonly code = "READ_ONLY";
}
