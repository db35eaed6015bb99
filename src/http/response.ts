/** From an HTTP response to a value or the error that fits. */

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
} from "../errors.ts";
import type { PoolResponse } from "../runtime/types.ts";
import { retryAfterMs } from "./retry.ts";

/** What an error about a response says of its request. */
export interface RequestIdentity {
  /** HTTP method. */
  readonly method: string;
  /** Path below the API root, without query. */
  readonly path: string;
  /** How many attempts were made. */
  readonly attempts: number;
  /** The client ids that the request carried. */
  readonly clientIds?: readonly string[] | undefined;
  /** Whether an earlier attempt of a write may have acted. */
  readonly repeat?: { readonly ambiguous?: boolean } | undefined;
}

const MAX_ERROR_BYTES = 65_536;
const MAX_SKEW_MS = 5_000;

/** Takes a signature out of what a server sent back, in whatever way it escapes what is no letter or digit. */
function redact(text: string, signature = ""): string {
  const parts = signature.match(/\w+/g);
  return parts ? text.replace(new RegExp(parts.join(".{1,8}?"), "g"), "[redacted]") : text;
}

function excerpt(text: string): string {
  const line = text.trim().replace(/\s+/g, " ");
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}

/** Reads an error's body, but not without end; what is left is cancelled, so that the connection is freed. */
async function readBounded(response: PoolResponse): Promise<string> {
  if (response.body === null) return "";
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  while (size < MAX_ERROR_BYTES) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    size += value.byteLength;
    text += decoder.decode(value, { stream: true });
  }
  await reader.cancel();
  return text;
}

interface ErrorBody {
  readonly code?: string | undefined;
  readonly message?: string | undefined;
  readonly details?: unknown;
}

function asText(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** Kalshi sends `{code, message, details}`, also inside `error`, or `{msg}`, or `{error: "text"}`; a proxy, anything. */
function parseErrorBody(text: string): ErrorBody {
  try {
    const body = JSON.parse(text);
    if (typeof body === "object" && body !== null) {
      const inner = typeof body.error === "object" && body.error !== null ? body.error : body;
      const code = asText(inner.code);
      const message = asText(inner.message) ?? asText(inner.msg) ?? asText(body.error);
      // An answer such as the exchange's status at 503 is no error body; the caller gets it whole.
      return { code, message, details: code ?? message ? inner.details : body };
    }
  } catch {
    // Not JSON: the text itself is the message.
  }
  return { message: excerpt(text) || undefined };
}

function clockHint(response: PoolResponse, nowMs: number): string {
  const date = Date.parse(response.headers.get("date") ?? "");
  const skew = nowMs - date;
  if (Number.isNaN(date) || Math.abs(skew) <= MAX_SKEW_MS) {
    return " Check that the key belongs to this environment (demo and production keys differ), and its scopes.";
  }
  const seconds = Math.round(Math.abs(skew) / 1000);
  return ` This machine's clock is about ${seconds} s ${skew > 0 ? "ahead of" : "behind"} the server's, ` +
    "and Kalshi refuses timestamps that are off: set the clock (NTP).";
}

/** The error for an answer outside 2xx. Consumes the body. */
export async function responseError(
  response: PoolResponse,
  request: RequestIdentity,
  nowMs: number,
  signature?: string,
): Promise<KalshiError> {
  const { status } = response;
  // An earlier attempt can have acted, even where this one was refused.
  const outcome = status >= 500 || status === 408 || request.repeat?.ambiguous ? "unknown" : "rejected";
  const said = `${request.method} ${request.path} answered ${status}`;
  // 0 is what a browser shows of a redirect.
  if (status === 0 || (status >= 300 && status < 400)) {
    // Read, not cancelled: workerd would close the connection.
    await readBounded(response);
    const location = response.headers.get("location") ?? "a place that this runtime does not show";
    const target = redact(location, signature);
    return new KalshiRedirectError(
      `${said}, a redirect to ${target}. It is not followed, since it would carry your signed headers along: set ` +
        "baseUrl to the API itself.",
      { ...request, status, details: { location: target }, outcome },
    );
  }
  const body = parseErrorBody(redact(await readBounded(response), signature));
  const context: KalshiErrorContext = {
    ...request,
    status,
    serverCode: body.code,
    details: body.details,
    outcome,
    retryAfterMs: retryAfterMs(status, response.headers.get("retry-after"), nowMs),
  };
  const detail = [body.code, body.message].filter((part) => part !== undefined).join(": ");
  const message = detail ? `${said}: ${detail}` : `${said}.`;
  switch (status) {
    case 401:
      return new KalshiAuthRejectedError(
        `${message.replace(/\.$/, "")}.${clockHint(response, nowMs)}`,
        context,
      );
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

/** The value of a 2xx answer. */
export async function decodeResponse(
  response: PoolResponse,
  request: RequestIdentity,
  empty: boolean | "maybe",
  parse: JsonParse | undefined,
  signature?: string,
): Promise<unknown> {
  if (empty === true) {
    await response.body?.cancel();
    return undefined;
  }
  let text = "";
  try {
    if (parse !== undefined) {
      const bytes = new Uint8Array(await response.arrayBuffer());
      if (bytes.byteLength > 0) {
        text = "restJsonParse refused it";
        return parse(bytes);
      }
    } else {
      text = await response.text();
      if (text !== "") return JSON.parse(text);
    }
    if (empty === "maybe") return undefined;
  } catch (error) {
    // A broken connection while reading is no fault of the body.
    if (text === "") throw error;
    const type = response.headers.get("content-type") ?? "no content type";
    throw new KalshiDecodeError(
      `${request.method} ${request.path} answered ${response.status} with a body that is not JSON (${type}): ${
        excerpt(redact(text, signature))
      }`,
      { ...request, status: response.status, outcome: "unknown", cause: error },
    );
  }
  throw new KalshiDecodeError(
    `${request.method} ${request.path} answered ${response.status} with an empty body where one is due.`,
    { ...request, status: response.status, outcome: "unknown" },
  );
}
