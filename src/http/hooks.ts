/**
 * What a client tells about its requests: for logs, traces and metrics.
 *
 * @module
 */

import type { SchemaDifference } from "../contract/validation.ts";
import type { KalshiError } from "../base/errors.ts";

/** One attempt, about to be sent. */
export interface RequestEvent {
  /** The same for all attempts of one call; counts up from 1 within a client. */
  readonly callId: number;
  /** Counts up from 1. */
  readonly attempt: number;
  /** HTTP method. */
  readonly method: string;
  /** Path below the API root, without query. */
  readonly path: string;
  /** The whole URL. It holds no secret. */
  readonly url: string;
  /** Header fields; the signature and what looks like a credential, by name or by value, read `[redacted]`. */
  readonly headers: Readonly<Record<string, string>>;
}

/** An answer has arrived. */
export interface ResponseEvent {
  /** See {@linkcode RequestEvent.callId}. */
  readonly callId: number;
  /** Counts up from 1. */
  readonly attempt: number;
  /** HTTP method. */
  readonly method: string;
  /** Path below the API root, without query. */
  readonly path: string;
  /** HTTP status. */
  readonly status: number;
  /** Milliseconds from the start of this attempt, signing included. */
  readonly durationMs: number;
}

/** An attempt failed and another one follows. */
export interface RetryEvent {
  /** See {@linkcode RequestEvent.callId}. */
  readonly callId: number;
  /** The attempt that failed. */
  readonly attempt: number;
  /** HTTP method. */
  readonly method: string;
  /** Path below the API root, without query. */
  readonly path: string;
  /** Milliseconds until the next attempt. */
  readonly delayMs: number;
  /** Why it failed. */
  readonly error: KalshiError;
}

/** An answer is not what the contract says, and `validate` is `warn`. */
export interface DriftEvent {
  /** Method and path template: `GET /markets/{ticker}`. */
  readonly operation: string;
  /** HTTP method. */
  readonly method: string;
  /** Path below the API root, without query. */
  readonly path: string;
  /** The first difference. */
  readonly difference: SchemaDifference;
}

/** Functions to be told. They run synchronously; one that throws or rejects is reported to the console and changes nothing. */
export interface ClientHooks {
  /** Before each attempt is sent. */
  readonly onRequest?: ((event: RequestEvent) => void) | undefined;
  /** After each answer, whatever its status. */
  readonly onResponse?: ((event: ResponseEvent) => void) | undefined;
  /** Before each wait for another attempt. */
  readonly onRetry?: ((event: RetryEvent) => void) | undefined;
  /** For each answer that differs from the contract, where `validate` is `warn`. */
  readonly onDrift?: ((event: DriftEvent) => void) | undefined;
}
