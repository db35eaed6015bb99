/**
 * From what a caller gave, once it was checked, to a call that is ready to be sent.
 *
 * @module
 */

import type { RequestTemplate } from "../contract/request_template.ts";
import { KalshiAuthRequiredError, type KalshiErrorContext } from "../base/errors.ts";
import { Secrets } from "../base/redact.ts";
import type { Clock } from "../base/clock.ts";
import type { HttpSettings } from "../config/client_config.ts";
import { assertValue } from "../base/options.ts";
import type { RestVenue } from "../config/venue.ts";
import type { Limiter } from "../rate_limits/limiter.ts";
import type { Call, Payload } from "./call.ts";
import { type CallOptions, callRules } from "./call_options.ts";
import type { SignedPaths } from "./signed_paths.ts";
import { buildQuery, fillPath } from "./url.ts";

type Fields = Readonly<Record<string, string>>;

/** What calls of a client have in common. */
export interface Common {
  /** The exchange that is spoken to. */
  readonly venue: RestVenue;
  readonly config: HttpSettings;
  readonly clock: Clock;
  readonly auth: Call["auth"];
  readonly limiter?: Limiter | undefined;
  /** Header fields of every request. */
  readonly headers: Fields;
  readonly signedPaths: SignedPaths;
}

/** A limit of a call: its own, or the config's. */
export function limitOf(
  name: "timeoutMs" | "totalTimeoutMs" | "maxRetries",
  options: CallOptions,
  config: HttpSettings,
): number {
  const { [name]: value = config[name] ?? Infinity } = options;
  assertValue("A call", name, value, callRules[name]);
  return value;
}

/** When the time of a call that starts now is over, on the monotonic clock. Without a limit nobody asks what time it is. */
export function endOf(options: CallOptions, config: HttpSettings, clock: Clock): number {
  const limitMs = limitOf("totalTimeoutMs", options, config);
  return limitMs === Infinity ? Infinity : clock.monotonic() + limitMs;
}

/** The header fields of every request. */
export function commonHeaders(config: HttpSettings): Fields {
  return mergeHeaders({ accept: "application/json" }, config.extraHeaders);
}

/** The fields of both, names in lower case; the second one's win. */
function mergeHeaders(first: Fields, second: Fields): Record<string, string> {
  const merged: Record<string, string> = {};
  for (const fields of [first, second]) {
    for (const name of Object.keys(fields)) merged[name.toLowerCase()] = fields[name] ?? "";
  }
  return merged;
}

function headersOf(common: Fields, own: Fields | undefined, body: string | undefined): Fields {
  let headers = common;
  if (own !== undefined) headers = mergeHeaders(headers, own);
  return body === undefined ? headers : { ...headers, "content-type": "application/json" };
}

/**
 * Builds URL, header fields and body.
 *
 * @param nextId The number of a call that has no attempts before it.
 * @throws {KalshiAuthRequiredError} when it needs a key and there is none
 */
export function buildCall(
  template: RequestTemplate,
  options: Payload,
  { venue, config, clock, auth, limiter, headers, signedPaths }: Common,
  nextId: () => number,
): Call {
  const { method = "GET", auth: needsAuth = "required" } = template;
  const { params = {}, clientIds, before, elsewhere } = options;
  const { path, used } = fillPath(template.path, params);
  if (before !== undefined) Object.assign(before.asked, { method, path });
  const attempts = before?.count ?? 0;
  const ambiguous = before?.ambiguous ?? false;
  if (needsAuth === "required" && auth === undefined) {
    throw needsKey(venue, { method, path, attempts, clientIds, outcome: ambiguous ? "unknown" : "not-sent" });
  }
  const body = options.body === undefined ? undefined : JSON.stringify(options.body);
  const secrets = before?.secrets ?? new Secrets();
  const signs = needsAuth !== "none" || !template.raw && config.signPublicCalls;
  const url = elsewhere?.url ?? config.baseUrl + path + buildQuery(params, used, template.params);
  elsewhere?.hide(secrets);
  return {
    id: before?.callId ?? nextId(),
    method,
    path,
    url,
    shownUrl: elsewhere === undefined ? url : "[redacted]",
    signedPath: elsewhere === undefined ? signedPaths.of(url) : "",
    headers: elsewhere === undefined ? headersOf(headers, options.headers, body) : { accept: "*/*" },
    auth: elsewhere === undefined && signs ? auth : undefined,
    template,
    body,
    options,
    clientIds,
    ambiguous,
    timeoutMs: limitOf("timeoutMs", options, config),
    // Whoever makes the attempts of a longer call decides whether there is another one.
    maxRetries: before === undefined ? limitOf("maxRetries", options, config) : 0,
    endsAt: before?.endsAt ?? endOf(options, config, clock),
    limiter: options.unlimited ? undefined : limiter,
    secrets,
    redact: (value) => secrets.redactValue(value),
    attempts,
    progress: { at: "between", last: before?.last },
  };
}

function needsKey({ needs, variables }: RestVenue, context: KalshiErrorContext): KalshiAuthRequiredError {
  const what = needs ??
    `an API key and this client has none: give it \`keyId\` and \`privateKey\`, or set ${variables.keyId} and its private key and make it with fromEnv()`;
  return new KalshiAuthRequiredError(`${context.method} ${context.path} needs ${what}.`, context);
}
