/**
 * A rate budget that several processes share through Redis or Valkey.
 *
 * @module
 */
import { readOptions } from "../base/options.ts";
import { systemClock } from "../base/clock.ts";
import { deadline } from "../base/waits.ts";
import { KalshiConfigError, KalshiTimeoutError } from "../base/errors.ts";
import { type RedisEval, type RedisRateStoreOptions, redisRules } from "./redis_options.ts";
import type { RateGrant, RateStore, RateTake } from "./store.ts";

export type { RateGrant, RateStore, RateTake };

export type { RedisEval, RedisRateStoreOptions };

// The clock is that of Redis, so that the processes' own need not agree.
//
// All buckets of a kind are fields of one hash, so that a call which several pay for is one step, in a cluster too.
// Which shards there are is what processes have named; the field `new` is for all others, and pays for what all pay
// for: a shard that is named for the first time starts as its copy.
//
// A bucket that many use never gathers the tokens of a large batch while small calls take every drop. So the
// first taker that is refused holds a claim: until it has had its turn only cancels go before it. A claim is given
// up with the first grant, so that processes take turns, and lapses when its owner does not come back.
//
// What was saved is not believed where it cannot be. A time that is still to come is of a clock that was set back since:
// the bucket goes on from now, and a claim that is due later than any can be is none. No level is below nothing.
const openScript = `
local function within(text, least, most, otherwise)
  local value = tonumber(text or '')
  if value and value == value then return math.min(math.max(value, least), most) end
  return otherwise
end
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local known = {}
local saved = redis.call('HGETALL', KEYS[1])
for item = 1, #saved, 2 do
  local level, at, due, claimant = string.match(saved[item + 1], '^(%S+) (%S+) (%S+) (%S*)$')
  known[saved[item]] = {
    level = within(level, 0, 1e300, 0),
    at = within(at, 0, now, now),
    due = within(due, 0, 1e300, 0),
    claimant = claimant or '',
  }
end
local function payers(shard, level)
  local like = known['new'] or { level = level, at = now, due = 0, claimant = '' }
  local name = shard == 'all' and '0' or shard
  if not known[name] then
    known[name] = { level = like.level, at = like.at, due = like.due, claimant = like.claimant }
  end
  if shard ~= 'all' then return { known[name] } end
  known['new'] = like
  local paying = {}
  for _, bucket in pairs(known) do paying[#paying + 1] = bucket end
  return paying
end
local function save(ms)
  for name, bucket in pairs(known) do
    redis.call('HSET', KEYS[1], name,
      string.format('%.6f %.3f %.3f %s', bucket.level, bucket.at, bucket.due, bucket.claimant))
  end
  redis.call('PEXPIRE', KEYS[1], string.format('%.0f', math.min(ms, 1e14)))
end
`;

const takeScript = `${openScript}
local rate, capacity, reserve, spare = tonumber(ARGV[1]) / 1000, tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local taker, urgent = ARGV[5], ARGV[6] == '1'
local most = capacity + spare
local paying = payers(ARGV[7], most)
local granted, wait, behind = 0, 0, false
for _, bucket in ipairs(paying) do
  bucket.level, bucket.at = math.min(bucket.level + (now - bucket.at) * rate, most), now
  if now > bucket.due + 250 or bucket.due > now + most / rate + 1 then bucket.claimant = '' end
  if bucket.claimant ~= '' and bucket.claimant ~= taker and not urgent then
    behind = true
    wait = math.max(wait, math.max(bucket.due - now, 0) + ARGV[8] / rate)
  end
end
if not behind then
  for item = 8, #ARGV do
    local cost, missing = tonumber(ARGV[item]), 0
    for _, bucket in ipairs(paying) do
      missing = math.max(missing, math.min(cost + reserve, most) - bucket.level)
    end
    if missing > 0.000001 then
      wait = missing / rate
      break
    end
    for _, bucket in ipairs(paying) do bucket.level = math.min(bucket.level, capacity) - cost end
    granted = granted + 1
  end
  if not urgent then
    for _, bucket in ipairs(paying) do
      bucket.claimant = granted > 0 and '' or taker
      bucket.due = now + wait
    end
  end
end
save(math.ceil(most / rate) + 60000)
-- Rounded up: who is let through by none is told to wait.
return { granted, string.format('%.3f', math.ceil(wait * 1000) / 1000) }
`;

const drainScript = `${openScript}
for _, bucket in ipairs(payers(ARGV[1], 0)) do
  bucket.level, bucket.at = 0, now
end
save(3600000)
return 1
`;

/**
 * Keeps an account's buckets in Redis 5 or newer, or Valkey. One round trip lets through as many waiting calls as
 * the buckets cover, and processes that wait take turns. The buckets of a kind are one key, so that a call which draws
 * on several takes from all or from none, and a cluster will do.
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
 *   write: { tokensPerSecond: 1200, capacity: 3600 },
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
  constructor(options: RedisRateStoreOptions) {
    const { eval: run, timeoutMs } = readOptions("RedisRateStore", options, redisRules);
    this.#eval = run;
    this.#timeoutMs = timeoutMs;
  }

  /** Takes tokens for as many of the costs as the buckets cover. Rejects with what your client rejects with. */
  async take(take: RateTake): Promise<RateGrant> {
    const { key, shard, tokensPerSecond, capacity, reserve, spare, urgent, costs } = take;
    const args = [tokensPerSecond, capacity, reserve, spare, this.#taker, urgent ? 1 : 0, shard, ...costs];
    const answer = await this.#run(takeScript, key, args.map(String));
    const [granted = NaN, waitMs = NaN] = Array.isArray(answer) ? answer.map(numberIn) : [];
    if (!(granted >= 0 && granted <= costs.length && Number.isInteger(granted) && waitMs >= 0)) {
      throw new KalshiConfigError(
        "RedisRateStore: eval must resolve with the script's answer, a list of two numbers: how many calls were " +
          "granted, and a wait in milliseconds. It resolved with something else.",
      );
    }
    return { granted, waitMs };
  }

  /** Empties a bucket, or all of them. */
  async drain(key: string, shard: number | "all"): Promise<void> {
    await this.#run(drainScript, key, [String(shard)]);
  }

  async #run(script: string, key: string, args: string[]): Promise<unknown> {
    const late = () => new KalshiTimeoutError(`Redis did not answer within ${this.#timeoutMs} ms.`);
    return await deadline(systemClock, this.#timeoutMs, this.#eval(script, [key], args), late);
  }
}

/** The number that a client gave for an integer, or for a text: some clients make numbers of texts, some bigints. */
function numberIn(value: unknown): number {
  const isOne = typeof value === "number" || typeof value === "bigint" ||
    typeof value === "string" && value.trim() !== "";
  return isOne ? Number(value) : NaN;
}
