/** What an error's message says to do. */

import type { ErrorBody } from "../base/error_body.ts";
import type { RequestIdentity } from "../base/request_identity.ts";

const MAX_SKEW_MS = 5_000;

/** What is known of an answer that is an error. */
export interface RefusedAnswer {
  readonly status: number;
  readonly headers: Pick<Headers, "get">;
  /** Its body; undefined where there is none to read. */
  readonly body: ErrorBody | undefined;
  /** This machine's time, in Unix milliseconds. */
  readonly nowMs: number;
}

/** What to do about an answer that is an error; empty where nothing can be said. */
export function advise({ status, headers, body, nowMs }: RefusedAnswer, request: RequestIdentity): string {
  if (isForeign(headers, body)) {
    const key = status === 401 || status === 403 ? ", so that this says nothing of your key" : "";
    return "It is no JSON of Kalshi's: something on the way answered, such as a CDN, a firewall or a proxy, or " +
      `\`baseUrl\` leads elsewhere${key}.`;
  }
  const code = body?.code;
  const advise = request.options?.advise;
  // A 403 may come with a code that nobody knows.
  const remedy = advise?.(code ?? (status === 429 ? "too_many_requests" : undefined), status) ??
    (status === 403 ? advise?.("permission_denied", status) : undefined);
  if (status === 401) {
    return request.auth?.whenRefused ?? keyAdvice(remedy, body?.details, skewOf(headers, nowMs));
  }
  const ticker = status === 404 && !code?.includes("balance") ? lowerCaseTicker(request) : undefined;
  if (ticker !== undefined) {
    return `Tickers are in upper case: did you mean ${ticker.toUpperCase()}?`;
  }
  return remedy ?? "";
}

/** Whether a body is surely not Kalshi's: a page, or another text. */
function isForeign(headers: Pick<Headers, "get">, body: ErrorBody | undefined): boolean {
  if (body === undefined || body.code !== undefined || body.details !== undefined) return false;
  return /^\s*</.test(body.texts[0] ?? "") || /\bhtml\b/i.test(headers.get("content-type") ?? "");
}

/** How far this machine's clock is from the server's, where that matters; positive when it is ahead. */
function skewOf(headers: Pick<Headers, "get">, nowMs: number): number {
  const skew = nowMs - Date.parse(headers.get("date") ?? "");
  return Math.abs(skew) > MAX_SKEW_MS ? skew : 0;
}

/**
 * What to do about a key that was refused, by the details of the refusal and how far the clocks are apart, or else what
 * its code says.
 */
export function keyAdvice(remedy: string | undefined, details: unknown, skewMs = 0): string {
  if (skewMs !== 0) {
    const seconds = Math.round(Math.abs(skewMs) / 1000);
    return `This machine's clock is about ${seconds} s ${
      skewMs > 0 ? "ahead of" : "behind"
    } the server's, and ` +
      "Kalshi refuses timestamps that are off: set the clock (NTP).";
  }
  if (/NOT_FOUND/i.test(String(details))) {
    return "Kalshi has no key of this id here: check the key id, that the key was not deleted, and that it belongs to " +
      "this environment (demo and production have keys of their own).";
  }
  if (/INCORRECT_API_KEY_SIGNATURE/i.test(String(details))) {
    return "Kalshi knows the key id, but the private key does not belong to it: give the private key that was made " +
      "together with this id.";
  }
  return remedy ??
    "Check that the key belongs to this environment (demo and production keys differ), and its scopes.";
}

/** A ticker of the request that has letters in lower case, which no ticker has. */
function lowerCaseTicker({ path, options }: RequestIdentity): string | undefined {
  const inPath = /^\/(?:historical\/|margin\/(?:\w+\/)?)?(?:markets|events|series|positions)\/([^/]+)/.exec(
    path,
  )?.[1];
  return [inPath, ...tickersIn(options?.params), ...tickersIn(options?.body)]
    // The paths beside the tickers, such as /markets/trades, are words.
    .find((ticker) =>
      ticker !== undefined && /[a-z]/.test(ticker) && /[-\d]/.test(ticker) || /^kx/.test(ticker ?? "")
    );
}

function tickersIn(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) => {
    if (!/(^|_)tickers?$/.test(name)) return Array.isArray(part) ? part.flatMap(tickersIn) : [];
    return [part].flat().flatMap((ticker) => typeof ticker === "string" ? ticker.split(",") : []);
  });
}
