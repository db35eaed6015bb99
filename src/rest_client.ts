/**
 * What every client of a REST API of Kalshi's does, with and without namespaces.
 *
 * @module
 */
import type { Authenticator } from "./auth/authenticator.ts";
import { systemClock } from "./base/clock.ts";
import type { Clock } from "./base/clock.ts";
import { KalshiConfigError } from "./base/errors.ts";
import { isSafeMethod } from "./base/http_method.ts";
import { assertObject, assertValue } from "./base/options.ts";
import { readOwn, shownSecret } from "./base/plain.ts";
import type { HttpSettings } from "./config/client_config.ts";
import { isReadOnly } from "./config/read_only.ts";
import type { RestVenue } from "./config/venue.ts";
import { type RawRequestOptions, requestAuth } from "./core_options.ts";
import type { Advice } from "./http/error_advice.ts";
import type { ClientHooks } from "./http/hooks.ts";
import { HttpPipeline, type InspectResponse } from "./http/pipeline.ts";
import { assertSendable, readRawCall } from "./http/raw_call.ts";
import { type Transport, transportPool } from "./http/transport.ts";
import { assertPlainPath } from "./http/url.ts";
import type { Limiter } from "./rate_limits/limiter.ts";
import type { RestRuntime } from "./runtime/types.ts";

/** What a client is made of, read and checked. */
export interface RestClientParts<Settings extends HttpSettings> extends Omit<ClientHooks, "onDrift"> {
  /** The API that it talks to. */
  readonly venue: RestVenue;
  /** Its configuration, frozen. */
  readonly config: Settings;
  /** Says who asks. */
  readonly auth: Authenticator | undefined;
  /** The adapter of this runtime. */
  readonly runtime: RestRuntime;
  /** Replaces the network entirely. */
  readonly transport: Transport | undefined;
  /** Admits each attempt. */
  readonly limiter?: Limiter | undefined;
  /** Looks at each decoded answer. */
  readonly inspect: InspectResponse | undefined;
  /** Refuses every write. */
  readonly readOnly: boolean | undefined;
  /** Time; the runtime's own when left out. */
  readonly clock: Clock | undefined;
}

/** What every client is: a configuration, the pipeline that its methods go through, and its end. */
export abstract class RestClient<Settings extends HttpSettings> implements AsyncDisposable {
  /** The configuration in use; frozen. */
  readonly config: Settings;
  /**
   * The request pipeline that every method goes through.
   *
   * @internal
   */
  protected readonly http: HttpPipeline;

  /**
   * Opens nothing: connections are made by the first call.
   *
   * @throws {KalshiConfigError} when the config asks for what this runtime, or a transport, cannot do.
   */
  protected constructor(parts: RestClientParts<Settings>) {
    const { venue, config, auth, runtime, transport, limiter, inspect, readOnly, clock = systemClock } =
      parts;
    const { onRequest, onResponse, onRetry, onEnd } = parts;
    const { http2, limits } = this.config = config;
    if (transport !== undefined && (http2 || limits !== undefined)) {
      throw new KalshiConfigError(
        "A transport replaces the network: leave http2 and limits out of the config.",
      );
    }
    this.http = new HttpPipeline({
      venue,
      config,
      auth,
      pool: transport === undefined ? runtime.createHttpPool({ http2, limits }) : transportPool(transport),
      isReadOnly: isReadOnly(readOnly, runtime),
      hooks: { onRequest, onResponse, onRetry, onEnd },
      clock,
      timers: runtime.callTimers?.(clock),
      random: Math.random,
      limiter,
      inspect,
      advice: () => this.advice,
    });
  }

  /** True when the client has credentials. */
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
    const row = { method: verb, path, auth, empty: "maybe", raw: true, ...payer } as const;
    const advise = (code: string | undefined, status: number) =>
      this.http.advice?.remedyOf(code, status, `${verb} ${path}`);
    return await this.http.request<T>(
      readOwn(row),
      (template) => readRawCall(template, rest, { query, body, advise }),
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
