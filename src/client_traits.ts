/**
 * What differs between the clients of Kalshi's exchanges, as a value.
 *
 * @module
 */
import type { ProductClientOptions } from "./client_options.ts";
import type { Rules } from "./base/options.ts";
import type { ClientConfig, ClientConfigOptions, KalshiConfigContext } from "./config/client_config.ts";
import type { KalshiVenue } from "./config/venue.ts";
import type { Operation } from "./contract/operation.ts";
import type { Advice } from "./http/error_advice.ts";
import type { AccountLimits } from "./rate_limits/auto.ts";
import type { RateCosts } from "./rate_limits/costs.ts";
import type { RateProduct } from "./rate_limits/limiter.ts";
import type { ShardedMarket } from "./rate_limits/rate_limiter.ts";

/** A client's product. */
export interface ClientTraits<Config extends ClientConfig> {
  /** The class of the client, for messages. */
  readonly owner: string;
  /** The exchange that it talks to. */
  readonly venue: KalshiVenue;
  /** What the client's options may be. */
  readonly rules: Rules<ProductClientOptions<unknown>>;
  /** Makes its configuration. */
  readonly makeConfig: (options?: ClientConfigOptions, context?: KalshiConfigContext) => Config;
  /** Whether it is one. */
  readonly isConfig: (value: unknown) => value is Config;
  /** Whose rate budgets the client has, and what tells them. */
  readonly limits: {
    readonly product: RateProduct;
    readonly budgets: Operation<undefined, AccountLimits>;
    readonly costs: Operation<undefined, RateCosts>;
    /** What tells the shard of each market; absent where a request says it itself. */
    readonly markets?: Operation<object, { readonly markets: readonly ShardedMarket[] }>;
  };
  /** What to do about the errors of the product. */
  readonly advice: Advice;
}
