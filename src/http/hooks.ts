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
  /** Header fields of the answer; what looks like a credential, by name or by value, reads `[redacted]`. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A call has ended: with its result, or with the error that it throws. */
export interface EndEvent {
  /** See {@linkcode RequestEvent.callId}. */
  readonly callId: number;
  /** How many attempts it took; 0 where nothing was sent. */
  readonly attempts: number;
  /** HTTP method. */
  readonly method: string;
  /** Path below the API root, without query. */
  readonly path: string;
  /** Milliseconds from the start of the call, waits included. */
  readonly durationMs: number;
  /** What it throws; undefined where it gives a result. */
  readonly error: KalshiError | undefined;
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
  /**
   * Once for each call that was well-formed, when it ends. A write under `orderRetries: "idempotent"` is one call; what
   * it looks up in between are calls of their own.
   */
  readonly onEnd?: ((event: EndEvent) => void) | undefined;
  /** For each answer that differs from the contract, where `validate` is `warn`. */
  readonly onDrift?: ((event: DriftEvent) => void) | undefined;
}
