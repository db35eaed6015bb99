/**
 * A rate budget that several processes share through Redis or Valkey.
 *
 * @module
 */
import { KalshiConfigError, KalshiTimeoutError } from "./errors.ts";
import type { RateGrant, RateStore, RateTake } from "./http/rate_store.ts";

export type { RateGrant, RateStore, RateTake };

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
   * How long an answer of Redis may take, in milliseconds; 500 unless told. After it the limiter goes on alone
   * and tells `onStoreError`.
   */
  readonly timeoutMs?: number | undefined;
}

// The clock is that of Redis, so that the processes' own need not agree.
//
// A bucket that many use never gathers the tokens of a large batch while small calls take every drop. So the
// first taker that is refused holds a claim: until it has had its turn only cancels go before it. A claim is given
// up with the first grant, so that processes take turns, and lapses when its owner does not come back.
const takeScript = `
local rate, capacity, reserve, spare = tonumber(ARGV[1]) / 1000, tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local taker, urgent = ARGV[5], ARGV[6] == '1'
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local saved = redis.call('HMGET', KEYS[1], 'level', 'at', 'claimant', 'due')
local level, at, claimant, due = tonumber(saved[1]), tonumber(saved[2]), saved[3], tonumber(saved[4])
if level == nil or at == nil then level, at = capacity + spare, now end
now = math.max(now, at)
level = math.min(level + (now - at) * rate, capacity + spare)
if claimant and (claimant == '' or now > due + 250) then claimant = false end
local granted, wait = 0, 0
if claimant and claimant ~= taker and not urgent then
  wait = math.max(due - now, 0) + ARGV[7] / rate
else
  for item = 7, #ARGV do
    local cost = tonumber(ARGV[item])
    local missing = math.min(cost + reserve, capacity + spare) - level
    if missing > 0.000001 then
      wait = missing / rate
      break
    end
    level = math.min(level, capacity) - cost
    granted = granted + 1
  end
  if not urgent then
    if granted > 0 then claimant = false else claimant, due = taker, now + wait end
  end
end
redis.call('HSET', KEYS[1], 'level', string.format('%.6f', level), 'at', string.format('%.3f', now),
  'claimant', claimant or '', 'due', string.format('%.3f', due or 0))
redis.call('PEXPIRE', KEYS[1], math.ceil((capacity + spare) / rate) + 60000)
return { granted, string.format('%.3f', wait) }
`;

const drainScript = `
local time = redis.call('TIME')
redis.call('HSET', KEYS[1], 'level', '0', 'at', string.format('%.3f', time[1] * 1000 + time[2] / 1000))
redis.call('PEXPIRE', KEYS[1], 3600000)
return 1
`;

/**
 * Keeps an account's buckets in Redis 5 or newer, or Valkey. One round trip lets through as many waiting calls as
 * the bucket covers, and processes that wait take turns. Each bucket is one key, so a cluster will do.
 *
 * @example
 * ```ts
 * import { createClient } from "@redis/client";
 * import { KalshiClient } from "@unofficial/kalshi";
 * import { RateLimiter } from "@unofficial/kalshi/rate-limits";
 * import { RedisRateStore } from "@unofficial/kalshi/rate-store-redis";
 *
 * const redis = await createClient({ url: "redis://127.0.0.1:6379" }).connect();
 * const rateLimit = new RateLimiter({
 *   read: { tokensPerSecond: 1200 },
 *   write: { tokensPerSecond: 1200, capacity: 2400 },
 *   store: new RedisRateStore({
 *     eval: (script, keys, args) => redis.eval(script, { keys, arguments: args }),
 *   }),
 *   onStoreError: (error) => console.warn("rate store", error),
 * });
 * await using client = new KalshiClient({ demo: true, rateLimit });
 * console.log(await client.exchange.status());
 * ```
 */
export class RedisRateStore implements RateStore {
  readonly #eval: RedisEval;
  readonly #timeoutMs: number;
  readonly #taker = crypto.randomUUID();

  /** Throws a `KalshiConfigError` when `eval` is no function or `timeoutMs` no positive number. */
  constructor({ eval: run, timeoutMs = 500, ...unknown }: RedisRateStoreOptions) {
    const [name] = Object.keys(unknown);
    if (name !== undefined) {
      throw new KalshiConfigError(`RedisRateStore has no option "${name}". It takes eval and timeoutMs.`);
    }
    if (typeof run !== "function") {
      throw new KalshiConfigError(
        "RedisRateStore: eval takes a function that runs a Lua script, such as " +
          "(script, keys, args) => client.eval(script, { keys, arguments: args }).",
      );
    }
    if (!(timeoutMs > 0)) throw new KalshiConfigError("RedisRateStore: timeoutMs takes a positive number.");
    this.#eval = run;
    this.#timeoutMs = timeoutMs;
  }

  /** Takes tokens for as many of the costs as the bucket covers. Rejects with what your client rejects with. */
  async take(take: RateTake): Promise<RateGrant> {
    const { key, tokensPerSecond, capacity, reserve, spare, urgent, costs } = take;
    const args = [tokensPerSecond, capacity, reserve, spare, this.#taker, urgent ? 1 : 0, ...costs];
    const answer = await this.#run(takeScript, key, args.map(String));
    const [granted, waitMs] = Array.isArray(answer) ? answer.map(Number) : [];
    if (granted === undefined || waitMs === undefined || !(granted >= 0 && waitMs >= 0)) {
      throw new KalshiConfigError(
        "RedisRateStore: eval must resolve with the script's answer, a list of two; it resolved with something else.",
      );
    }
    return { granted, waitMs };
  }

  /** Empties a bucket. */
  async drain(key: string): Promise<void> {
    await this.#run(drainScript, key, []);
  }

  async #run(script: string, key: string, args: string[]): Promise<unknown> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new KalshiTimeoutError(`Redis did not answer within ${this.#timeoutMs} ms.`)),
        this.#timeoutMs,
      );
    });
    try {
      return await Promise.race([late, this.#eval(script, [key], args)]);
    } finally {
      clearTimeout(timer);
    }
  }
}
