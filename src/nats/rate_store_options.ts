/**
 * What a store of rate budgets in NATS is made from, and what each may be.
 *
 * @module
 */
import { positiveMs, rule, type Rules, whole, withPreset } from "../base/options.ts";
import { connectionRule, type NatsConnection } from "./connection.ts";
import { RATES_BUCKET } from "./protocol.ts";

/** Options of a {@linkcode NatsRateStore}. */
export interface NatsRateStoreOptions {
  /** Your connection, such as that of `connect` of `@nats-io/transport-node`. It stays yours: the store never closes it. */
  readonly connection: NatsConnection;
  /**
   * The KV bucket that the budgets are kept in; made with the first call where there is none.
   *
   * @default "KALSHI_RATES"
   */
  readonly bucket?: string | undefined;
  /**
   * How long a call may take, its tries together, in milliseconds. After it the limiter goes on alone and tells
   * `onStoreError`. It waits no longer than its own `storeTimeoutMs` (1,000).
   *
   * @default 500
   */
  readonly timeoutMs?: number | undefined;
  /**
   * How often a call is tried while others write before it.
   *
   * @default 32
   */
  readonly maxTries?: number | undefined;
}

/** The name of a KV bucket. */
export const bucketName = () =>
  rule<string>(
    "a name of letters, digits, `_` and `-`",
    (value) => typeof value === "string" && /^[\w-]{1,200}$/.test(value),
  );

/** What the options of a store may be. */
export const natsRateRules = {
  connection: connectionRule,
  bucket: withPreset(bucketName(), RATES_BUCKET),
  timeoutMs: withPreset(positiveMs(), 500),
  maxTries: withPreset(whole(1, 1_000), 32),
} satisfies Rules<NatsRateStoreOptions>;
