/**
 * One call: what it carries, and how far it has come.
 *
 * @module
 */

import type { Authenticator } from "../auth/authenticator.ts";
import type { KalshiError, KalshiErrorContext } from "../base/errors.ts";
import type { Secrets } from "../base/redact.ts";
import type { RequestIdentity } from "../base/request_identity.ts";
import type { RequestTemplate } from "../contract/request_template.ts";
import type { Limiter } from "../rate_limits/limiter.ts";
import type { PoolResponse } from "../runtime/types.ts";
import type { WriteOptions } from "./call_options.ts";
import type { RetryEvent } from "./hooks.ts";
import { outcomeOf } from "./status.ts";
import type { Refused } from "./status_error.ts";
import type { Params } from "./url.ts";

/** What the attempts of a write have come to so far. */
export interface Attempts {
  /** Number of the call, for hooks. */
  readonly callId: number;
  readonly count: number;
  /** When the time of all of them is over, on the monotonic clock. */
  readonly endsAt: number;
  /** One of them may have taken effect. */
  readonly ambiguous: boolean;
  /** How the last one failed; undefined where it was answered. */
  readonly last: KalshiError | undefined;
  /** What nobody may see of any of them. */
  readonly secrets: Secrets;
  /** What was asked; filled in by the first attempt. */
  readonly asked: { method: string; path: string };
}

/** One attempt of a write, as `writes/` makes them. */
export interface WriteAttempt {
  /** The ids that the exchange knows the write by, for errors. */
  readonly clientIds?: readonly string[] | undefined;
  /** What went before, where it is sent again. */
  readonly before?: Attempts | undefined;
}

/**
 * A file that is somewhere else than the API. It is asked for without credentials and without the client's own header
 * fields, and its URL is told to nobody: whoever has it may read the file.
 */
export interface Elsewhere {
  readonly url: string;
  /** Tells what of the URL nobody may see. */
  hide(secrets: Secrets): void;
  /** Reads the body of a success. */
  receive(response: PoolResponse): Promise<unknown>;
  /** The error of another answer. Its body is not read. */
  refuse(status: number, request: RequestIdentity): KalshiError;
}

/** What a request carries, checked: copies of what its caller gave, and the options that he chose. */
export interface Payload extends WriteOptions, WriteAttempt {
  /** Path and query parameters by name. */
  readonly params?: Params | undefined;
  /** JSON body. */
  readonly body?: unknown;
  /** It goes there, and not to the API. */
  readonly elsewhere?: Elsewhere | undefined;
  /** Passes by the rate limiter: what the limiter itself asks. */
  readonly unlimited?: boolean | undefined;
  /** What to do about an error with this code of Kalshi's. */
  readonly advise?: ((serverCode: string | undefined, status: number) => string | undefined) | undefined;
  /** Takes the result out of a decoded answer; what it throws is the call's error. */
  readonly read?: ((value: unknown, request: RequestIdentity, status: number) => unknown) | undefined;
}

/** A payload of these parts. It has no prototype: what is not given is not there. */
export function payloadOf(...parts: readonly Payload[]): Payload {
  return Object.assign(Object.create(null), ...parts);
}

/** How far a call has come. */
export type Progress =
  | {
    /** No attempt runs. */
    readonly at: "between";
    /** How the last attempt failed. */
    readonly last: KalshiError | undefined;
  }
  | {
    /** An attempt runs of which nothing has left: it is signed, or waits for one of the connections that `limits` allows. */
    readonly at: "signing" | "queue";
  }
  | {
    /** Bytes of it may have left. */
    readonly at: "sent";
  }
  | {
    /** Its answer has come, though maybe not all of its body. */
    readonly at: "answered";
    readonly status: number;
    /** The error of that answer, where it is one; made while its body is still read. */
    readonly refusal?: ((refused: Refused) => KalshiError) | undefined;
  };

/** A call over all its attempts. */
export interface Call {
  readonly id: number;
  readonly method: string;
  readonly path: string;
  readonly url: string;
  /** The same as it may be shown. */
  readonly shownUrl: string;
  readonly signedPath: string;
  readonly template: RequestTemplate;
  readonly body: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly auth: Authenticator | undefined;
  readonly options: Payload;
  readonly clientIds: readonly string[] | undefined;
  /** An earlier attempt of the same write may have taken effect. */
  readonly ambiguous: boolean;
  readonly timeoutMs: number;
  readonly maxRetries: number;
  /** When its time is over, on the monotonic clock. */
  readonly endsAt: number;
  readonly limiter: Limiter | undefined;
  readonly secrets: Secrets;
  readonly redact: (value: unknown) => unknown;
  /** How many attempts were made, the running one included. */
  attempts: number;
  progress: Progress;
}

/** What all events of a call say of it. */
export function eventOf(
  { id, attempts, method, path }: Call,
): Pick<RetryEvent, "callId" | "attempt" | "method" | "path"> {
  return { callId: id, attempt: attempts, method, path };
}

/** What is known of a call when it ends early. */
export function contextOf(call: Call): KalshiErrorContext {
  const { method, path, attempts, clientIds, ambiguous, progress } = call;
  const known = { method, path, attempts, clientIds };
  // Between two attempts, and while its body is read, what the last answer said is still all that is known.
  const last = progress.at === "between"
    ? progress.last
    : progress.at === "answered"
    ? progress.refusal?.({ unreadable: "the call ended first" })
    : undefined;
  if (last !== undefined) return { ...last, cause: last, attempts };
  if (progress.at === "answered") {
    const { status } = progress;
    return { ...known, status, outcome: outcomeOf(status, ambiguous) };
  }
  return { ...known, outcome: progress.at === "sent" || ambiguous ? "unknown" : "not-sent" };
}
