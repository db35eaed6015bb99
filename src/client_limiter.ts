/**
 * The limiter of a client, from its options.
 *
 * @module
 */
import { KalshiConfigError } from "./base/errors.ts";
import { readOptions } from "./base/options.ts";
import { isPlain } from "./base/plain.ts";
import type { ProductClientOptions } from "./client_options.ts";
import type { ClientTraits } from "./client_traits.ts";
import type { ClientConfig } from "./config/client_config.ts";
import type { Operation } from "./contract/operation.ts";
import { request } from "./http/call_operation.ts";
import type { HttpPipeline } from "./http/pipeline.ts";
import { budgetsRules, type RateBudgets } from "./rate_limits/budgets.ts";
import { assertLimiterOf, lazyLimiter, type Limiter } from "./rate_limits/limiter.ts";

/** The limiter of a client. The code of one that the client makes is loaded by its first request. */
export function chooseLimiter(
  { owner, limits }: Pick<ClientTraits<ClientConfig>, "owner" | "limits">,
  { rateLimit = false, auth, keyId, clock }: ProductClientOptions<unknown>,
  http: () => HttpPipeline,
): Limiter | undefined {
  if (rateLimit === false) return undefined;
  const { product } = limits;
  if (rateLimit === "auto") {
    if (auth === undefined && keyId === undefined) {
      throw new KalshiConfigError(
        '`rateLimit: "auto"` reads the budgets of an account: give the client a key.',
      );
    }
    const read = <R>(operation: Operation<object | undefined, R>) =>
      request<R>(http(), operation, {}, { unlimited: true });
    const { markets } = limits;
    return lazyLimiter(async () => {
      const { AutoRateLimiter } = await import("./rate_limits/auto.ts");
      return new AutoRateLimiter({
        product,
        readLimits: () => read(limits.budgets),
        readCosts: () => read(limits.costs),
        readMarkets: markets && (async () => (await read(markets)).markets),
        clock,
      });
    }, product);
  }
  if (isPlain(rateLimit) ? Object.hasOwn(rateLimit, "admit") : "admit" in rateLimit) {
    assertLimiterOf(product, rateLimit as Limiter, owner);
    return rateLimit as Limiter;
  }
  const budgets = readOptions(`${owner}.rateLimit`, rateLimit as RateBudgets, budgetsRules);
  return lazyLimiter(async () => {
    const { RateLimiter } = await import("./rate_limits/rate_limiter.ts");
    return new RateLimiter({ ...budgets, product, clock });
  }, product);
}
