/**
 * What a store in Redis is made from, and what each may be.
 *
 * @module
 */
import { callable, needed, positiveMs, type Rules, withPreset } from "../base/options.ts";

/**
 * Runs a Lua script with your client: `EVAL script keys.length ...keys ...args`. In short, with
 *
 * - `redis` and `@redis/client`: `(script, keys, args) => client.eval(script, { keys, arguments: args })`
 * - `ioredis`: `(script, keys, args) => client.eval(script, keys.length, ...keys, ...args)`
 * - Bun's `RedisClient`: `(script, keys, args) => client.send("EVAL", [script, "1", ...keys, ...args])`
 * - `@upstash/redis`: `(script, keys, args) => client.eval(script, keys, args)`
 */
export type RedisEval = (script: string, keys: string[], args: string[]) => Promise<unknown>;

/** Options of a {@linkcode RedisRateStore}. */
export interface RedisRateStoreOptions {
  /** Runs a Lua script with your client. The client stays yours: the store never closes it. */
  readonly eval: RedisEval;
  /**
   * How long an answer of Redis may take, in milliseconds. After it the limiter goes on alone and tells
   * `onStoreError`. It waits no longer than its own `storeTimeoutMs` (1,000).
   *
   * @default 500
   */
  readonly timeoutMs?: number | undefined;
}

/** What the options of a store may be. */
export const redisRules = {
  eval: needed(
    callable<RedisEval>(
      "a function that runs a Lua script, such as " +
        "(script, keys, args) => client.eval(script, { keys, arguments: args })",
    ),
  ),
  timeoutMs: withPreset(
    positiveMs(),
    500,
  ),
} satisfies Rules<RedisRateStoreOptions>;
