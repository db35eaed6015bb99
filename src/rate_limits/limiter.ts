/**
 * What a client asks of a rate limiter, and one that is loaded when it is first asked.
 *
 * @module
 */
import { KalshiConfigError, KalshiConnectionError } from "../base/errors.ts";
import type { RequestTemplate } from "../contract/request_template.ts";

/** Which of Kalshi's exchanges has the buckets: that of event contracts, or the margin exchange with its perps. */
export type RateProduct = "event" | "margin";

/** One request as a rate limiter sees it. */
export interface LimitedCall {
  /** HTTP method. */
  readonly method: string;
  /** What the contract says of it: its path, who pays and how much. */
  readonly template: RequestTemplate;
  /** What it carries: path and query parameters by name, and the body before it is serialised. */
  readonly options: {
    readonly params?: Readonly<Record<string, unknown>> | undefined;
    readonly body?: unknown;
  };
}

/** What keeps requests inside a rate budget: `RateLimiter` of `@unofficial/kalshi/rate-limits` is one. */
export interface Limiter {
  /** Whose budgets it keeps, so that no client of the other exchange draws on them; anyone may where it is absent. */
  readonly product?: RateProduct | undefined;
  /** Takes the tokens of one request; a promise of its turn where it has to wait, which `signal` ends. */
  admit(call: LimitedCall, signal?: AbortSignal): void | Promise<void>;
  /**
   * Takes the tokens if that takes no wait, and says whether it did: spares a call that does not wait what ends a
   * wait. A limiter without it is asked by `admit` alone.
   */
  tryAdmit?(call: LimitedCall): boolean;
  /** Told of a request that was answered with 429. */
  refused(call: LimitedCall): void;
}

/** A limiter whose code is not loaded before a request needs it. */
export function lazyLimiter(load: () => Promise<Limiter>, product?: RateProduct): Limiter {
  let limiter: Limiter | undefined;
  let loading: Promise<Limiter> | undefined;
  return {
    product,
    admit(call, signal) {
      if (limiter !== undefined) return limiter.admit(call, signal);
      loading ??= load().catch((cause) => {
        loading = undefined;
        throw new KalshiConnectionError("The rate limiter could not be loaded: see `cause`.", { cause });
      });
      return loading.then((loaded) => (limiter = loaded).admit(call, signal));
    },
    tryAdmit: (call) => limiter?.tryAdmit?.(call) ?? false,
    refused: (call) => limiter?.refused(call),
  };
}

/**
 * Refuses a limiter that keeps the budgets of the other exchange.
 *
 * @throws {KalshiConfigError} since event contracts and perps never draw on each other's buckets
 */
export function assertLimiterOf(product: RateProduct, limiter: Limiter, owner: string): void {
  if ((limiter.product ?? product) === product) return;
  throw new KalshiConfigError(
    `${owner}: this rate limiter keeps the budgets of the other exchange. Make one with \`product: "${product}"\`.`,
  );
}
