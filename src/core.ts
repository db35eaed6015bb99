/**
 * A client without namespaces: key, connection pool and the request pipeline.
 *
 * @module
 */

import { detectRestRuntime } from "#runtime";
import { systemClock } from "./base/clock.ts";
import type { KalshiSettings } from "./config/client_config.ts";
import { hideValues, isHidden, readHeaders } from "./config/headers.ts";
import { isReadOnly } from "./config/read_only.ts";
import { DEFAULTS } from "./config/settings.ts";
import { eventVenue, type KalshiVenue } from "./config/venue.ts";
import { KalshiConfigError } from "./base/errors.ts";
import type { Advice } from "./http/advice.ts";
import { HttpPipeline } from "./http/pipeline.ts";
import { isSafeMethod } from "./base/http_method.ts";
import { transportPool } from "./http/transport.ts";
import { assertPlainPath } from "./http/url.ts";
import { assertSendable, readRawCall } from "./http/raw_call.ts";
import { assertObject, assertValue, readOptions, refusal } from "./base/options.ts";
import { placeHint } from "./config/option_places.ts";
import { coreRules, type KalshiCoreOptions, type RawRequestOptions, requestAuth } from "./core_options.ts";
import { readOwn, shownSecret } from "./base/plain.ts";

/**
 * The client without namespaces, for bundles that count every byte: {@linkcode KalshiCore.request} reaches
 * every path of the API. Its errors say what Kalshi says, and of a refused key what to do; the advice on every other
 * code is the client's.
 *
 * @example
 * ```ts
 * import { KalshiCore } from "@unofficial/kalshi";
 *
 * await using core = new KalshiCore();
 * console.log(await core.request("GET", "/exchange/status"));
 * ```
 */
export class KalshiCore implements AsyncDisposable {
  /** The configuration in use; frozen. */
  readonly config: KalshiSettings;
  /**
   * The request pipeline that every method goes through.
   *
   * @internal
   */
  protected readonly http: HttpPipeline;

  /**
   * Opens nothing: connections are made by the first call.
   *
   * @throws {KalshiConfigError} for an unknown option, and when the config asks for what this runtime cannot do.
   */
  constructor(given: KalshiCoreOptions = {}) {
    // An option such as `demo`, which is the client's, must not be taken for granted and trade for real.
    const options = readOptions(
      "KalshiCore",
      given,
      coreRules,
      placeHint("KalshiCore", Object.keys(coreRules)),
    );
    const {
      auth,
      config = DEFAULTS,
      venue = eventVenue,
      runtime,
      transport,
      limiter,
      inspect,
      clock = systemClock,
    } = options;
    const { onRequest, onResponse, onRetry, onEnd, readOnly } = options;
    this.config = settled(config, venue);
    const { http2, limits } = this.config;
    if (transport !== undefined && (http2 || limits !== undefined)) {
      throw new KalshiConfigError(
        "A transport replaces the network: leave http2 and limits out of the config.",
      );
    }
    const host = runtime ?? detectRestRuntime();
    this.http = new HttpPipeline({
      venue,
      config: this.config,
      auth,
      pool: transport === undefined ? host.createHttpPool({ http2, limits }) : transportPool(transport),
      isReadOnly: isReadOnly(readOnly, host),
      hooks: { onRequest, onResponse, onRetry, onEnd },
      clock,
      random: Math.random,
      limiter,
      inspect,
      advice: () => this.advice,
    });
  }

  /** True when the client has a key to sign with. */
  get isAuthenticated(): boolean {
    return this.http.isAuthenticated;
  }

  /**
   * Sends a request to any path of the API, with the same signing, retries and errors as every method.
   *
   * @param method HTTP method.
   * @param path Path below the API root, percent-encoded and without query: `/markets/TICKER`.
   * @returns The decoded JSON body; undefined when the answer has none.
   * @throws {KalshiConfigError} for another method, a path that cannot be signed as it is sent, and a body where the
   * method has none; nothing was sent.
   */
  async request<T = unknown>(method: string, path: string, given: RawRequestOptions = {}): Promise<T> {
    assertObject("request()", given);
    const options = readOwn(given);
    assertSendable(options);
    const { query, auth = "optional", body, ...rest } = options;
    const verb = String(method).toUpperCase();
    if (!/^(GET|HEAD|OPTIONS|POST|PUT|PATCH|DELETE)$/.test(verb)) {
      throw new KalshiConfigError(
        `request() takes an HTTP method first, such as "GET"; got ${shownSecret(method)}.`,
      );
    }
    assertValue("request()", "auth", auth, requestAuth());
    if (body !== undefined && isSafeMethod(verb)) {
      throw new KalshiConfigError(`A ${verb} has no \`body\`.`);
    }
    assertPlainPath(path);
    // Which row of the contract this is, nobody looks up: a write is counted as that of an order.
    const payer = isSafeMethod(verb) ? undefined : { bucket: "write", shard: "index" } as const;
    const template = { method: verb, path, auth, empty: "maybe", raw: true, ...payer } as const;
    const advise = this.http.advice?.remedyOf;
    return await this.http.request<T>(
      template,
      () => ({ ...readRawCall(template, rest, { query, body }), advise }),
    );
  }

  /**
   * What to do about the errors of the product. The core leaves that to the docs; a client knows it.
   *
   * @internal
   */
  protected get advice(): Advice | undefined {
    return undefined;
  }

  /** Ends running calls, closes every connection, and refuses new calls. A second call is harmless. */
  close(): Promise<void> {
    return this.http.close();
  }

  /** The same as {@linkcode close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** A configuration that nothing can change any more: itself where it is one, else a frozen copy of what it says now. */
function settled(config: KalshiSettings, { wsPath }: KalshiVenue): KalshiSettings {
  const names = Object.keys(DEFAULTS).filter((name) => name !== "environment");
  const given = Object(config) as KalshiSettings;
  if (given.environment === undefined || !names.every((name) => Object.hasOwn(given, name))) {
    throw new KalshiConfigError(refusal("KalshiCore", "config", coreRules.config.takes, config));
  }
  if (!String(given.wsBaseUrl).endsWith(wsPath)) {
    throw new KalshiConfigError(
      `The config leads to another exchange of Kalshi: this one's WebSocket ends in ${wsPath}. Give both \`venue\` and ` +
        "`config` of one exchange.",
    );
  }
  const isFixed = Object.isFrozen(given) &&
    names.every((name) => "value" in (Object.getOwnPropertyDescriptor(given, name) ?? {}));
  if (isFixed && isHidden(Object(given.extraHeaders))) return given;
  const extraHeaders = hideValues(readHeaders("KalshiCore.config", "extraHeaders", given.extraHeaders));
  return Object.freeze({ ...readOwn(given), environment: given.environment, extraHeaders });
}
