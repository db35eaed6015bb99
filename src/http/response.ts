/** From an HTTP response to a value or the error that fits. */

import type { RequestIdentity } from "../base/request_identity.ts";
import {
  KalshiAuthRejectedError,
  KalshiBadRequestError,
  KalshiConflictError,
  KalshiDecodeError,
  type KalshiError,
  type KalshiErrorContext,
  KalshiNotFoundError,
  KalshiRateLimitError,
  KalshiRedirectError,
  KalshiServerError,
  KalshiTimeoutError,
  KalshiUnexpectedStatusError,
  type Outcome,
} from "../base/errors.ts";
import type { KalshiSettings } from "../config/kalshi_config.ts";
import type { Clock } from "../base/clock.ts";
import { deadline } from "../base/waits.ts";
import { type ErrorBody, errorIn, excerpt, readErrorBody } from "../base/error_body.ts";
import { BodyTooLongError, readUpTo, UnknownCodingError } from "../runtime/content_coding.ts";
import type { PoolResponse } from "../runtime/types.ts";
import { advise } from "../base/advice.ts";
import { retryAfterMs } from "./retry.ts";
import type { Bytes } from "../base/web_types.ts";

/** What is read of an error's body, and how long it may take. Kalshi's are short and come at once. */
const MAX_ERROR_BYTES = 65_536;
const MAX_ERROR_MS = 5_000;

/** The body of an error, or why it could not be read. */
export type Refused = { readonly body: ErrorBody } | { readonly unreadable: string };

/**
 * Whether the exchange can have acted, by the status of its answer. An earlier attempt can have acted, even where
 * this one was refused.
 */
export function outcomeOf(status: number, ambiguous = false): Outcome {
  return status >= 500 || status === 408 || status >= 200 && status < 300 || ambiguous
    ? "unknown"
    : "rejected";
}

/** Whether the length of a body says that it is not too long, so that the runtime may read it in its own way. */
function isKnownToFit({ headers, coding }: PoolResponse, limit: number): boolean {
  const length = headers.get("content-length");
  if (length === null || !(Number(length) <= limit)) return false;
  // Where the runtime unpacks it, the length is that of what came.
  return coding !== undefined || headers.get("content-encoding") === null;
}

/** The whole body, unpacked; where its length is not known, it is read by chunks, and not further than the limit. */
async function wholeOf(response: PoolResponse, limit: number): Promise<Bytes> {
  const { body, coding, headers } = response;
  // A body of no bytes may still be labelled as compressed.
  if (body === null || headers.get("content-length")?.trim() === "0") {
    body?.cancel().catch(() => {});
    return new Uint8Array();
  }
  if (isKnownToFit(response, limit)) {
    const coded = new Uint8Array(await response.arrayBuffer());
    return coding ? await coding.undo(coded, limit) : coded;
  }
  const { bytes, isWhole } = await readUpTo(body, limit);
  if (!isWhole) throw new BodyTooLongError(limit);
  return coding ? await coding.undo(bytes, limit) : bytes;
}

/** Reads the body of an error within bounds of its own; whatever is wrong with it, the status stands. Never rejects. */
export async function readRefusal(
  response: PoolResponse,
  clock: Clock,
  maxBodyBytes: number,
): Promise<Refused> {
  const late = () => new Error(`it did not come within ${MAX_ERROR_MS} ms`);
  try {
    const whole = wholeOf(response, Math.min(MAX_ERROR_BYTES, maxBodyBytes));
    return {
      body: readErrorBody(new TextDecoder().decode(await deadline(clock, MAX_ERROR_MS, whole, late))),
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { unreadable: excerpt(reason.replace(/https?:\/\/[^\s)]+/g, "the server"), 120) };
  }
}

/** The error for an answer outside 2xx. */
export function responseError(
  { status, headers }: PoolResponse,
  request: RequestIdentity,
  nowMs: number,
  refused: Refused,
): KalshiError {
  const outcome = outcomeOf(status, request.ambiguous);
  const said = `${request.method} ${request.path} answered ${status}`;
  const wait = retryAfterMs(status, headers.get("retry-after"), nowMs);
  // 0 is what a browser shows of a redirect.
  if (status === 0 || (status >= 300 && status < 400)) {
    const location = headers.get("location") ?? "a place that this runtime does not show";
    return new KalshiRedirectError(
      `${said}, a redirect to ${location}. It is not followed, since it would carry your signed headers along: set ` +
        "baseUrl to the API itself.",
      { ...request, status, details: { location }, outcome },
    );
  }
  const body = "body" in refused ? refused.body : undefined;
  const context: KalshiErrorContext = {
    ...request,
    status,
    serverCode: body?.code,
    details: body?.details,
    outcome,
    retryAfterMs: wait,
  };
  const detail = "unreadable" in refused
    ? ` (its body could not be read: ${refused.unreadable.replace(/\.$/, "")})`
    : refused.body.texts.length > 0
    ? `: ${refused.body.texts.join(": ")}`
    : "";
  const advice = advise({ status, headers, body, nowMs }, request);
  const message = `${said}${detail}.${advice && ` ${advice}`}`;
  switch (status) {
    case 401:
    case 403:
      return new KalshiAuthRejectedError(message, context);
    case 404:
      return new KalshiNotFoundError(message, context);
    case 408:
    case 504:
      return new KalshiTimeoutError(message, context);
    case 409:
      return new KalshiConflictError(message, context);
    case 429:
      return new KalshiRateLimitError(message, context);
  }
  if (status >= 500) return new KalshiServerError(message, context);
  if (status >= 400) return new KalshiBadRequestError(message, context);
  return new KalshiUnexpectedStatusError(message, context);
}

/** How a body is parsed. */
export type JsonParse = (body: Uint8Array) => unknown;

/** The value of a 2xx answer; undefined where it has no body, and for a success that says nothing. */
export async function decodeResponse(
  response: PoolResponse,
  request: RequestIdentity,
  empty: boolean | "maybe",
  { restJsonParse: parse, maxBodyBytes }: Pick<KalshiSettings, "restJsonParse" | "maxBodyBytes">,
): Promise<unknown> {
  const said = `${request.method} ${request.path} answered ${response.status}`;
  const wrong = (what: string, more?: KalshiErrorContext) =>
    new KalshiDecodeError(`${said} with ${what}`, {
      ...request,
      status: response.status,
      outcome: "unknown",
      ...more,
    });
  const content = await contentOf(response, empty === true, parse, maxBodyBytes).catch((error) => {
    if (error instanceof BodyTooLongError) {
      const { limit } = error;
      const why = limit === maxBodyBytes ? ", the most that maxBodyBytes allows" : "";
      throw wrong(`a body of more than ${limit} bytes when unpacked${why}. The rest was not read.`);
    }
    if (error instanceof UnknownCodingError) throw wrong(`a body that cannot be read: ${error.message}.`);
    throw error;
  });
  let value: unknown;
  const type = response.headers.get("content-type") ?? "no content type";
  try {
    if (content.length > 0) value = typeof content === "string" ? JSON.parse(content) : parse?.(content);
  } catch (cause) {
    if (typeof content !== "string") {
      throw wrong(`a body that restJsonParse could not read (${type}): see \`cause\`.`, { cause });
    }
    // What JSON.parse throws quotes the text, secrets and all, and says no more than this.
    throw wrong(`a body that is not JSON (${type}): ${excerpt(content, 200)}`);
  }
  if (typeof (value as { then?: unknown } | null | undefined)?.then === "function") {
    // Nobody waits for it: what it rejects with must not end the process.
    Promise.resolve(value).catch(() => {});
    throw wrong("a body for which restJsonParse returned a promise: it must not be async.");
  }
  // A text where there should be nothing is no success either.
  const told = empty === true && typeof value === "string" ? { texts: [value] } : errorIn(value);
  if (told !== undefined) {
    const { code, texts, details } = readErrorBody(JSON.stringify(value, plainly));
    throw wrong(
      `an error instead of a result: ${
        texts.join(": ") || excerpt(JSON.stringify(details))
      }. Whether it took ` +
        "effect is not known: look before you send it again.",
      { serverCode: code, details },
    );
  }
  if (value === undefined && !empty) throw wrong("an empty body where one is due.");
  return empty === true ? undefined : value;
}

/** The content of a body, as what is to be parsed: bytes where the caller parses them himself. */
async function contentOf(
  response: PoolResponse,
  isEmpty: boolean,
  parse: JsonParse | undefined,
  limit: number,
): Promise<string | Uint8Array> {
  if (isEmpty) {
    // It should say nothing; should it say something, it is an error.
    const bytes = await wholeOf(response, Math.min(MAX_ERROR_BYTES, limit));
    return new TextDecoder().decode(bytes).trim();
  }
  if (parse === undefined && !response.coding && isKnownToFit(response, limit)) {
    return (await response.text()).trimEnd();
  }
  const bytes = await wholeOf(response, limit);
  return parse === undefined ? new TextDecoder().decode(bytes).trimEnd() : bytes;
}

/** What a parser of the caller's may give that JSON does not know. */
function plainly(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}
