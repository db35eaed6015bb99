/**
 * The life of one REST request: build, sign, send, retry, decode. Every call of the library goes through
 * {@linkcode HttpPipeline.request}; there is no way around it.
 *
 * @module
 */

import type { RequestTemplate } from "../contract/request_template.ts";
import type { RequestSigner } from "../auth/signer.ts";
import { signedHeaders } from "../auth/signed_headers.ts";
import type { Clock, ClockTimer } from "../base/clock.ts";
import type { KalshiSettings } from "../config/kalshi_config.ts";
import {
  KalshiAbortError,
  KalshiAuthKeyError,
  KalshiAuthRequiredError,
  KalshiClosedError,
  KalshiConfigError,
  KalshiConnectionError,
  KalshiError,
  type KalshiErrorContext,
  KalshiTimeoutError,
  type Outcome,
} from "../base/errors.ts";
import { readOwn } from "../base/plain.ts";
import { withContext } from "../base/error_classes.ts";
import { assertValue } from "../base/options.ts";
import { delay, LONGEST_MS, onAborted } from "../base/waits.ts";
import type { HttpPool } from "../runtime/types.ts";
import { assertSignable } from "../config/url_policy.ts";
import { type CallOptions, callRules, type WriteOptions } from "./call_options.ts";
import { tell } from "../base/tell.ts";
import { hideSecrets } from "../base/hide_secrets.ts";
import { redactHeaders, Secrets } from "../base/redact.ts";
import type { ClientHooks, RetryEvent } from "./hooks.ts";
import { Gate, type Place } from "./gate.ts";
import type { Limiter } from "../rate_limits/limiter.ts";
import type { RequestIdentity } from "../base/request_identity.ts";
import { decodeResponse, outcomeOf, readRefusal, type Refused, responseError } from "./response.ts";
import { backoffMs } from "../base/backoff.ts";
import { isSafeMethod } from "../base/http_method.ts";
import { isSuccess, isTransient } from "./retry.ts";
import { buildQuery, fillPath, type Params } from "./url.ts";

export type { CallOptions, WriteOptions };

/** What the attempts of a write have come to so far. */
export interface Attempts {
  /** Number of the call, for hooks. */
  readonly callId: number;
  readonly count: number;
  /** One of them may have taken effect. */
  readonly ambiguous: boolean;
  /** How the last one failed; undefined where it was answered. */
  readonly last: KalshiError | undefined;
  /** What nobody may see of any of them. */
  readonly secrets: Secrets;
}

/** One attempt of a write, as `writes/` makes them. */
export interface WriteAttempt {
  /** The ids that the exchange knows the write by, for errors. */
  readonly clientIds?: readonly string[] | undefined;
  /** What went before, where it is sent again. */
  readonly before?: Attempts | undefined;
}

/** What a request carries, checked: copies of what its caller gave. */
export interface Payload extends WriteAttempt {
  /** What its caller chose. */
  readonly options: WriteOptions;
  /** Path and query parameters by name. */
  readonly params?: Params | undefined;
  /** JSON body. */
  readonly body?: unknown;
  /** Passes by the rate limiter: what the limiter itself asks. */
  readonly unlimited?: boolean | undefined;
  /** What to do about an error with this code of Kalshi's. */
  readonly advise?: ((serverCode: string | undefined) => string | undefined) | undefined;
  /** Takes the result out of a decoded answer; what it throws is the call's error. */
  readonly read?: ((value: unknown, request: RequestIdentity, status: number) => unknown) | undefined;
}

/** What a pipeline is made of. */
export interface PipelineParts {
  readonly config: KalshiSettings;
  readonly auth: (() => Promise<RequestSigner>) | RequestSigner | undefined;
  readonly pool: HttpPool;
  readonly hooks: ClientHooks;
  readonly clock: Clock;
  readonly random: () => number;
  /** Admits each attempt. */
  readonly limiter?: Limiter | undefined;
  /** Looks at each decoded answer of an operation; what it throws is the call's error. */
  readonly inspect?: InspectResponse | undefined;
}

/**
 * Looks at a decoded answer. What it throws is the call's error.
 *
 * @param operation Method and path template, such as `GET /markets/{ticker}`.
 * @param value The decoded body.
 * @param request What was asked, for messages.
 */
export type InspectResponse = (
  operation: string,
  value: unknown,
  request: RequestIdentity,
) => void | Promise<void>;

/** The state of one call over all its attempts. */
interface Call {
  readonly id: number;
  readonly method: string;
  readonly path: string;
  readonly url: string;
  readonly signedPath: string;
  readonly template: RequestTemplate;
  readonly body: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly auth: PipelineParts["auth"];
  readonly options: WriteOptions & Omit<Payload, "options">;
  readonly clientIds: readonly string[] | undefined;
  /** An earlier attempt of the same write may have taken effect. */
  readonly ambiguous: boolean;
  readonly timeoutMs: number;
  readonly maxRetries: number;
  readonly endsAt: number;
  readonly limiter: Limiter | undefined;
  readonly secrets: Secrets;
  readonly redact: (value: unknown) => unknown;
  attempts: number;
  /** Whether bytes of the running attempt may have left. */
  sent: boolean;
  /** Whether the running attempt waits for one of the connections that `limits` allows. */
  isWaiting: boolean;
  /** The status that the running attempt was answered with. */
  status: number | undefined;
  /** The error of that answer, where it is one; made while its body is still read. */
  refusal: ((refused: Refused) => KalshiError) | undefined;
  /** How the last attempt failed, until the next one begins. */
  last: KalshiError | undefined;
}

function limit(
  name: "timeoutMs" | "totalTimeoutMs" | "maxRetries",
  options: CallOptions,
  config: KalshiSettings,
): number {
  const { [name]: value = config[name] ?? Infinity } = options;
  assertValue("A call", name, value, callRules[name]);
  return value;
}

/** Sends requests for one client. */
export class HttpPipeline {
  readonly #parts: PipelineParts;
  readonly #headers: Readonly<Record<string, string>>;
  /** What ends each call and wait under way. No AbortSignal: Node warns of one that more than ten listen to. */
  readonly #ends = new Set<() => void>();
  /** What `limits` lets through at once; undefined where it says nothing of that. */
  readonly #gate: Gate | undefined;
  #isClosed = false;
  #calls = 0;

  /** Takes its parts; opens nothing. */
  constructor(parts: PipelineParts) {
    this.#parts = parts;
    const { config, pool } = parts;
    const { limits, baseUrl } = config;
    this.#headers = mergeHeaders({ accept: "application/json" }, config.extraHeaders);
    this.#gate = (limits?.maxConnections ?? limits?.maxKeepaliveConnections) === undefined
      ? undefined
      : new Gate(limits ?? {}, {
        untilFree: pool.untilFree,
        isShared: () => pool.isShared?.(baseUrl) ?? false,
      });
  }

  /** The configuration in use. */
  get config(): KalshiSettings {
    return this.#parts.config;
  }

  /** True when there is a key to sign with. */
  get isAuthenticated(): boolean {
    return this.#parts.auth !== undefined;
  }

  /**
   * Sends one request and returns the decoded body of its answer, or throws a {@linkcode KalshiError}.
   *
   * @param read Reads and checks what the caller gave, and returns what is sent. What it throws is the call's error.
   */
  async request<T>(template: RequestTemplate, read: () => Payload): Promise<T> {
    let call: Call;
    try {
      call = this.#prepare(readOwn(template), readOwn(read()));
    } catch (cause) {
      if (cause instanceof KalshiError) throw cause;
      // A body that refers to itself, an id that is no Unicode.
      throw new KalshiConfigError(`${template.path} cannot be sent: ${cause}`, { cause });
    }
    try {
      return await this.#run(call);
    } catch (error) {
      throw error instanceof KalshiError ? hideSecrets(stillUnknown(call, error), call.secrets) : error;
    }
  }

  async #run<T>(call: Call): Promise<T> {
    const { limiter } = call;
    for (;;) {
      if (limiter !== undefined && (call.options.signal?.aborted || !limiter.tryAdmit?.(call))) {
        await this.#limited(call, Infinity, async (signal) => await limiter.admit(call, signal));
      }
      try {
        return await this.#attempt<T>(call);
      } catch (cause) {
        call.last = hideSecrets(this.#failure(call, cause), call.secrets);
        call.refusal = undefined;
      }
      const error = call.last;
      const delayMs = this.#retryDelay(call, error);
      if (delayMs === undefined) throw error;
      tell(this.#parts.hooks.onRetry, () => ({ ...eventOf(call), delayMs, error }));
      await this.#wait(call, delayMs);
    }
  }

  /**
   * The options for the steps of a longer call: each step gets what is then left of the call's total time.
   */
  steps<O extends CallOptions>(options: O): () => O {
    const { config, clock } = this.#parts;
    const endsAt = clock.monotonic() + limit("totalTimeoutMs", options, config);
    // A step at the very end gets a moment that passes at once, not an unlimited time.
    return () => ({ ...options, totalTimeoutMs: Math.max(0, endsAt - clock.monotonic()) });
  }

  /** How many attempts a call may have. */
  attemptsOf(options: CallOptions): number {
    return 1 + limit("maxRetries", options, this.#parts.config);
  }

  /** The number of a call that sends its attempts one by one. */
  nextCall(): number {
    return ++this.#calls;
  }

  /**
   * Waits between two steps of a longer call, as before a retry, and tells of the failure that it waits for. Ends
   * early with the caller's signal, the client or the call's time.
   */
  async pause(
    { callId, count, last }: Pick<Attempts, "callId" | "count" | "last">,
    { signal, totalTimeoutMs = Infinity }: CallOptions,
  ): Promise<void> {
    const { clock, config, hooks, random } = this.#parts;
    const waitMs = backoffMs(Math.max(0, count - 1), config, last?.retryAfterMs, random);
    if (last !== undefined) {
      const { method = "", path = "" } = last;
      tell(hooks.onRetry, () => ({ callId, attempt: count, method, path, delayMs: waitMs, error: last }));
    }
    const closing = new AbortController();
    const end = () => closing.abort();
    this.#ends.add(end);
    if (this.#isClosed) end();
    await delay(clock, Math.min(waitMs, totalTimeoutMs), signal, closing.signal);
    this.#ends.delete(end);
  }

  /** Wall-clock time, in Unix milliseconds. */
  now(): number {
    return this.#parts.clock.now();
  }

  /** Ends running calls and refuses new ones, then closes the pool. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const end of this.#ends) end();
    await this.#parts.pool.close();
  }

  #prepare(template: RequestTemplate, { options, ...payload }: Payload): Call {
    const { config, clock, auth } = this.#parts;
    const method = template.method ?? "GET";
    // Without a prototype: what is not given is not there.
    const input: Call["options"] = Object.assign(Object.create(null), options, payload);
    const { params = {}, clientIds, before } = input;
    const { path, used } = fillPath(template.path, params);
    const needsAuth = template.auth ?? "required";
    const ambiguous = before?.ambiguous ?? false;
    const outcome: Outcome = ambiguous ? "unknown" : "not-sent";
    const context = { method, path, attempts: before?.count ?? 0, clientIds, outcome };
    if (this.#isClosed) {
      throw new KalshiClosedError(`${method} ${path} was not sent: the client is closed.`, context);
    }
    if (needsAuth === "required" && auth === undefined) {
      throw new KalshiAuthRequiredError(
        `${method} ${path} needs an API key and this client has none: give it \`keyId\` and \`privateKey\`, or use ` +
          "KalshiClient.fromEnv().",
        context,
      );
    }
    const secrets = before?.secrets ?? new Secrets();
    const url = config.baseUrl + path + buildQuery(params, used, template.params);
    const signedPath = assertSignable(config, url);
    let headers = this.#headers;
    if (input.headers !== undefined) {
      headers = mergeHeaders(headers, input.headers);
    }
    const body = input.body === undefined ? undefined : JSON.stringify(input.body);
    if (body !== undefined) headers = mergeHeaders(headers, { "content-type": "application/json" });
    return {
      id: before?.callId ?? this.nextCall(),
      method,
      path,
      url,
      signedPath,
      template,
      body,
      headers,
      auth: needsAuth === "none" && (template.raw || !config.signPublicCalls) ? undefined : auth,
      options: input,
      clientIds,
      ambiguous,
      timeoutMs: limit("timeoutMs", input, config),
      maxRetries: limit("maxRetries", input, config),
      endsAt: clock.monotonic() + limit("totalTimeoutMs", input, config),
      limiter: input.unlimited ? undefined : this.#parts.limiter,
      secrets,
      redact: (value) => secrets.redactValue(value),
      attempts: before?.count ?? 0,
      sent: false,
      isWaiting: false,
      status: undefined,
      refusal: undefined,
      last: before?.last,
    };
  }

  async #attempt<T>(call: Call): Promise<T> {
    return await this.#limited(call, call.timeoutMs, async (signal) => {
      call.attempts++;
      call.sent = false;
      call.status = call.refusal = undefined;
      call.last = undefined;
      const value = await this.#inTurn(call, signal, (place) => this.#exchange(call, signal, place));
      const { inspect } = this.#parts;
      const { path, empty = false } = call.template;
      const { read = (value) => value } = call.options;
      // What is not read has nothing to compare, and a path of the caller's own no contract.
      if (!empty && inspect !== undefined) await inspect(`${call.method} ${path}`, value, call);
      return read(value, call, call.status ?? 0) as T;
    });
  }

  /** Runs `send` once there is a connection for it; its place is free again when it ends or is ended. */
  async #inTurn<T>(
    call: Call,
    signal: AbortSignal,
    send: (place?: Place) => Promise<T>,
  ): Promise<T> {
    if (this.#gate === undefined) return await send();
    call.isWaiting = true;
    const place = await this.#gate.enter(signal).finally(() => call.isWaiting = false);
    // Also where the runtime is slow to end what was aborted, or never does.
    const onAbort = () => place.leave(true);
    let isEnding = true;
    try {
      if (signal.aborted) throw signal.reason;
      signal.addEventListener("abort", onAbort, { once: true });
      const value = await send(place);
      isEnding = false;
      return value;
    } finally {
      signal.removeEventListener("abort", onAbort);
      place.leave(isEnding);
    }
  }

  /** Signs and sends one attempt, and decodes its answer. */
  async #exchange(call: Call, signal: AbortSignal, place?: Place): Promise<unknown> {
    const { clock, pool, hooks, config } = this.#parts;
    const started = hooks.onResponse && clock.monotonic();
    const { method, url, body } = call;
    const headers = await this.#sign(call);
    call.secrets.addHeaders(headers);
    tell(hooks.onRequest, () => ({ ...eventOf(call), url, headers: redactHeaders(headers) }));
    // A limit that struck while signing must not be followed by a request.
    if (signal.aborted) throw signal.reason;
    call.sent = true;
    const response = await pool.fetch(url, { method, headers, body, signal, place });
    const { status } = response;
    call.status = status;
    tell(hooks.onResponse, () => ({
      ...eventOf(call),
      status,
      durationMs: clock.monotonic() - (started ?? 0),
    }));
    if (!isSuccess(status)) {
      if (status === 429) call.limiter?.refused(call);
      const nowMs = clock.now();
      const refusal = (refused: Refused) => responseError(response, call, nowMs, refused);
      call.refusal = refusal;
      throw refusal(await readRefusal(response, clock, config.maxBodyBytes));
    }
    return await decodeResponse(response, call, call.template.empty ?? false, config);
  }

  async #sign(call: Call): Promise<Record<string, string>> {
    if (call.auth === undefined) return { ...call.headers };
    const signer = typeof call.auth === "function" ? await call.auth() : call.auth;
    const signed = await signedHeaders(signer, call.method, call.signedPath, this.#parts.clock.now());
    return { ...call.headers, ...signed };
  }

  /**
   * Runs `work` under this attempt's limit, the call's deadline, the caller's signal and the client's end. It
   * returns when one of them strikes, even where a transport ignores its signal.
   */
  async #limited<T>(call: Call, limitMs: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { clock } = this.#parts;
    const { signal } = call.options;
    const said = `${call.method} ${call.path}`;
    const remainingMs = call.endsAt - clock.monotonic();
    const ms = Math.min(limitMs, remainingMs);
    const controller = new AbortController();
    let timer: ClockTimer | undefined;
    let unheard = () => {};
    let strike: (error: KalshiError) => void = () => {};
    const struck = new Promise<never>((_, reject) => {
      strike = (error) => {
        reject(error);
        controller.abort(error);
      };
    });
    const onAbort = () =>
      strike(
        new KalshiAbortError(`${said} was ended by its AbortSignal.`, {
          ...contextOf(call),
          cause: signal?.reason,
        }),
      );
    const onClose = () =>
      strike(new KalshiClosedError(`${said} was ended: the client was closed.`, contextOf(call)));
    const onTime = () =>
      strike(
        // The status of an answer stands, whenever its body comes.
        call.refusal?.({ unreadable: "it did not come in time" }) ?? new KalshiTimeoutError(
          call.isWaiting
            ? this.#waitedInVain(call, remainingMs < limitMs ? "totalTimeoutMs" : "timeoutMs", ms)
            : remainingMs < limitMs
            ? `${said} had no answer within its total time limit (totalTimeoutMs), after ${call.attempts} ` +
              `attempt${call.attempts === 1 ? "" : "s"}.`
            : `${said} had no whole answer within timeoutMs (${limitMs} ms).`,
          contextOf(call),
        ),
      );
    try {
      if (signal?.aborted) onAbort();
      else if (this.#isClosed) onClose();
      else if (remainingMs <= 0) onTime();
      // Timers hold no more, and fire at once instead; what is longer than 24 days counts as no limit.
      else if (ms <= LONGEST_MS) timer = clock.setTimer(onTime, ms);
      if (controller.signal.aborted) return await struck;
      unheard = onAborted(signal, onAbort);
      this.#ends.add(onClose);
      return await Promise.race([struck, work(controller.signal)]);
    } finally {
      timer?.clear();
      unheard();
      this.#ends.delete(onClose);
    }
  }

  #waitedInVain({ method, path }: Call, limit: string, ms: number): string {
    return `${method} ${path} was not sent: the connection pool was full. All ${this.#gate?.most} connections of ` +
      `limits.maxConnections were in use for the ${ms} ms that ${limit} left. Raise one of the two, or make fewer calls ` +
      "at once.";
  }

  /** Whatever broke an attempt, as an error of this library. */
  #failure(call: Call, cause: unknown): KalshiError {
    if (cause instanceof KalshiError) return cause;
    const said = `${call.method} ${call.path}`;
    const context = { ...contextOf(call), cause };
    if (!call.sent) {
      return new KalshiAuthKeyError(`${said} was not sent: signing it failed.`, context);
    }
    const answered = call.status !== undefined;
    if (!answered && !call.ambiguous && this.#parts.pool.isNotSent(cause)) {
      context.outcome = "not-sent";
    }
    const why = context.outcome === "not-sent"
      ? "could not connect, nothing was sent"
      : answered
      ? `it answered ${call.status}, and its body broke off or cannot be read`
      : "the connection broke";
    return new KalshiConnectionError(`${said}: ${why} (${reasonOf(cause)}).`, context);
  }

  /** Milliseconds until the next attempt, or undefined when this failure is final. */
  #retryDelay(call: Call, error: KalshiError): number | undefined {
    const { config, random } = this.#parts;
    if (call.attempts > call.maxRetries || error.code === "ABORTED" || error.code === "CLOSED") {
      return undefined;
    }
    if (!isTransient(error) || call.endsAt <= this.#parts.clock.monotonic()) return undefined;
    const { orderRetries = config.orderRetries } = call.options;
    const harmless = isSafeMethod(call.method) || error.outcome === "not-sent" ||
      error.status === 429 && orderRetries === "idempotent";
    if (!harmless) return undefined;
    return backoffMs(call.attempts - 1, config, error.retryAfterMs, random);
  }

  async #wait(call: Call, delayMs: number): Promise<void> {
    await this.#limited(call, Infinity, (signal) => delay(this.#parts.clock, delayMs, signal));
  }
}

/** What all events of a call say of it. */
function eventOf(
  { id, attempts, method, path }: Call,
): Pick<RetryEvent, "callId" | "attempt" | "method" | "path"> {
  return { callId: id, attempt: attempts, method, path };
}

/** What is known of a call when it ends early. */
function contextOf(call: Call): { -readonly [Name in keyof KalshiErrorContext]: KalshiErrorContext[Name] } {
  const { method, path, attempts, clientIds, sent, ambiguous, status } = call;
  // Between two attempts, and while its body is read, what the last answer said is still all that is known.
  const last = call.last ?? call.refusal?.({ unreadable: "the call ended first" });
  if (last !== undefined) return { ...last, cause: last, attempts };
  const outcome = status !== undefined
    ? outcomeOf(status, ambiguous)
    : sent || ambiguous
    ? "unknown"
    : "not-sent";
  return { method, path, attempts, clientIds, status, outcome };
}

/** What breaks a later attempt (a key, a limiter, a transport) does not undo what an earlier one may have done. */
function stillUnknown({ attempts, clientIds, ambiguous }: Call, error: KalshiError): KalshiError {
  if (!ambiguous || error.outcome === "unknown") return error;
  return withContext(error, { attempts, clientIds, outcome: "unknown" });
}

/** The fields of both, names in lower case; the second one's win. */
function mergeHeaders(
  first: Readonly<Record<string, string>>,
  second: Readonly<Record<string, string>>,
): Record<string, string> {
  const merged: Record<string, string> = {};
  for (const fields of [first, second]) {
    for (const name of Object.keys(fields)) merged[name.toLowerCase()] = fields[name] ?? "";
  }
  return merged;
}

/** The innermost reason that a runtime gives, without a URL: "fetch failed" alone helps nobody. */
function reasonOf(error: unknown): string {
  let text = "unknown reason";
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    const code = (at as { code?: unknown }).code;
    text = at.message || (typeof code === "string" ? code : at.name);
  }
  return text.replace(/https?:\/\/[^\s)]+/g, "the server").trim().replace(/\.$/, "");
}
