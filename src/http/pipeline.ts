/**
 * The life of one REST request: build, budget, sign, send, retry, decode. Every call of the library goes through
 * {@linkcode HttpPipeline.request}; there is no way around it.
 *
 * @module
 */

import type { Authenticator } from "../auth/authenticator.ts";
import { backoffMs } from "../base/backoff.ts";
import type { Clock } from "../base/clock.ts";
import { KalshiClosedError, KalshiConfigError, KalshiError, KalshiReadOnlyError } from "../base/errors.ts";
import { hideSecrets } from "../base/hide_secrets.ts";
import type { RequestIdentity } from "../base/request_identity.ts";
import { tell } from "../base/tell.ts";
import type { HttpSettings } from "../config/client_config.ts";
import type { RestVenue } from "../config/venue.ts";
import { ownTemplate, type RequestTemplate } from "../contract/request_template.ts";
import type { Limiter } from "../rate_limits/limiter.ts";
import type { CallTimers, HttpPool } from "../runtime/types.ts";
import { buildCall, type Common, commonHeaders } from "./build_call.ts";
import { type Attempts, type Call, contextOf, eventOf, type Payload } from "./call.ts";
import type { Advice } from "./error_advice.ts";
import { failureOf, stillUnknown } from "./call_failure.ts";
import { CallLimits } from "./call_limits.ts";
import type { CallOptions } from "./call_options.ts";
import { Gate } from "./gate.ts";
import type { ClientHooks, EndEvent } from "./hooks.ts";
import { isHarmless, retryDelayMs } from "./retry.ts";
import { type Answer, send } from "./send.ts";
import { SignedPaths } from "./signed_paths.ts";

/** What a pipeline is made of. */
export interface PipelineParts {
  /** The exchange that is spoken to. */
  readonly venue: RestVenue;
  readonly config: HttpSettings;
  readonly auth: Authenticator | undefined;
  readonly pool: HttpPool;
  readonly hooks: ClientHooks;
  readonly clock: Clock;
  /** What times its calls; each has a timer of the clock's where there is none. */
  readonly timers?: CallTimers | undefined;
  readonly random: () => number;
  /** Admits each attempt. */
  readonly limiter?: Limiter | undefined;
  /** Looks at each decoded answer of an operation; what it throws is the call's error. */
  readonly inspect?: InspectResponse | undefined;
  /** What to do about the errors of the product; left out where the docs are to say it. */
  readonly advice?: (() => Advice | undefined) | undefined;
  /** Refuses every write. */
  readonly isReadOnly?: boolean | undefined;
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

/** Sends requests for one client. */
export class HttpPipeline {
  readonly #parts: PipelineParts;
  /** What its calls have in common. */
  readonly #common: Common;
  /** What `limits` lets through at once; undefined where it says nothing of that. */
  readonly #gate: Gate | undefined;
  readonly #limits: CallLimits;
  #calls = 0;

  /** Takes its parts; opens nothing. */
  constructor(parts: PipelineParts) {
    this.#parts = parts;
    const { venue, config, pool, clock, auth, limiter, timers } = parts;
    const { limits, baseUrl } = config;
    const signedPaths = new SignedPaths(venue, config);
    this.#common = { venue, config, clock, auth, limiter, headers: commonHeaders(config), signedPaths };
    this.#gate = (limits?.maxConnections ?? limits?.maxKeepaliveConnections) === undefined
      ? undefined
      : new Gate(limits ?? {}, {
        untilFree: pool.untilFree,
        isShared: () => pool.isShared?.(baseUrl) ?? false,
      });
    this.#limits = new CallLimits(clock, { mostInFlight: this.#gate?.most, timers });
  }

  /** The configuration in use. */
  get config(): HttpSettings {
    return this.#parts.config;
  }

  /** What to do about the errors of the product, where that is known. */
  get advice(): Advice | undefined {
    return this.#parts.advice?.();
  }

  /** Its time. */
  get clock(): Clock {
    return this.#parts.clock;
  }

  /** True when there is a key to sign with. */
  get isAuthenticated(): boolean {
    return this.#parts.auth !== undefined;
  }

  /**
   * Sends one request and returns the decoded body of its answer, or throws a {@linkcode KalshiError}.
   *
   * @param read Reads and checks what the caller gave by the template, and returns what is sent. What it throws is the
   * call's error.
   */
  async request<T>(row: RequestTemplate, read: (template: RequestTemplate) => Payload): Promise<T> {
    const template = ownTemplate(row);
    let call: Call;
    try {
      call = this.#build(template, read(template));
    } catch (cause) {
      if (cause instanceof KalshiError) throw cause;
      // A body that refers to itself, an id that is no Unicode.
      throw new KalshiConfigError(`${template.path} cannot be sent: ${cause}`, { cause });
    }
    // The attempts of a longer call are told of by whoever makes them.
    const ended = call.options.before === undefined ? this.watchEnd() : undefined;
    try {
      const value = await this.#run<T>(call);
      ended?.({ ...call, callId: call.id });
      return value;
    } catch (error) {
      if (!(error instanceof KalshiError)) throw error;
      const shown = hideSecrets(stillUnknown(call, error), call.secrets);
      ended?.({ ...call, callId: call.id, error: shown });
      throw shown;
    }
  }

  /** What tells that a call has ended which starts now; undefined where nobody listens. */
  watchEnd():
    | ((ended: Omit<EndEvent, "durationMs" | "error"> & { error?: KalshiError }) => void)
    | undefined {
    const { clock, hooks: { onEnd } } = this.#parts;
    if (onEnd === undefined) return undefined;
    const startedAt = clock.monotonic();
    return ({ callId, attempts, method, path, error }) => {
      const durationMs = clock.monotonic() - startedAt;
      tell(onEnd, () => ({ callId, attempts, method, path, durationMs, error }));
    };
  }

  #build(template: RequestTemplate, payload: Payload): Call {
    const call = buildCall(template, payload, this.#common, () => this.nextCall());
    const { method, path } = call;
    if (this.#parts.isReadOnly && !isHarmless(call)) {
      throw new KalshiReadOnlyError(
        `${method} ${path} was not sent: this client may change nothing, since it has \`readOnly: true\` or ` +
          "KALSHI_READONLY is 1. Unset both where it is to trade.",
        contextOf(call),
      );
    }
    if (!this.#limits.isClosed) return call;
    throw new KalshiClosedError(`${method} ${path} was not sent: the client is closed.`, contextOf(call));
  }

  /** Sends a call until it is answered or its failure is final. */
  async #run<T>(call: Call): Promise<T> {
    const { limiter } = call;
    const { config, clock, random, hooks, pool } = this.#parts;
    for (;;) {
      if (limiter !== undefined && (call.options.signal?.aborted || !limiter.tryAdmit?.(call))) {
        await this.#limits.run(call, Infinity, async (signal) => await limiter.admit(call, signal));
      }
      let error: KalshiError;
      try {
        return await this.#attempt<T>(call);
      } catch (cause) {
        error = hideSecrets(failureOf(call, cause, pool), call.secrets);
        call.progress = { at: "between", last: error };
      }
      const delayMs = retryDelayMs(call, error, config, clock, random);
      if (delayMs === undefined) throw error;
      tell(hooks.onRetry, () => ({ ...eventOf(call), delayMs, error }));
      await this.#limits.wait(call, delayMs);
    }
  }

  #attempt<T>(call: Call): Promise<T> {
    return this.#limits.run(call, call.timeoutMs, async (signal) => {
      call.attempts++;
      call.progress = { at: "signing" };
      const { status, value } = this.#gate === undefined
        ? await send(this.#parts, call, signal)
        : await this.#inTurn(this.#gate, call, signal);
      const { template: { path, empty = false }, options: { read } } = call;
      const { inspect } = this.#parts;
      // What is not read has nothing to compare, and a path of the caller's own no contract.
      if (!empty && inspect !== undefined) await inspect(`${call.method} ${path}`, value, call);
      return (read === undefined ? value : read(value, call, status)) as T;
    });
  }

  /** Sends once there is a connection for it; its place is free again when it ends or is ended. */
  async #inTurn(gate: Gate, call: Call, signal: AbortSignal): Promise<Answer> {
    call.progress = { at: "queue" };
    const place = await gate.enter(signal);
    call.progress = { at: "signing" };
    // Also where the runtime is slow to end what was aborted, or never does.
    const onAbort = () => place.leave(true);
    let isEnding = true;
    try {
      if (signal.aborted) throw signal.reason;
      signal.addEventListener("abort", onAbort, { once: true });
      const answer = await send(this.#parts, call, signal, place);
      isEnding = false;
      return answer;
    } finally {
      signal.removeEventListener("abort", onAbort);
      place.leave(isEnding);
    }
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
    const { config, hooks, random } = this.#parts;
    const waitMs = backoffMs(Math.max(0, count - 1), config, last?.retryAfterMs, random);
    if (last !== undefined) {
      const { method = "", path = "" } = last;
      tell(hooks.onRetry, () => ({ callId, attempt: count, method, path, delayMs: waitMs, error: last }));
    }
    await this.#limits.pause(Math.min(waitMs, totalTimeoutMs), signal);
  }

  /** Wall-clock time, in Unix milliseconds. */
  now(): number {
    return this.#parts.clock.now();
  }

  /** Ends running calls and refuses new ones, then closes the pool. */
  async close(): Promise<void> {
    this.#limits.close();
    await this.#parts.pool.close();
  }
}
