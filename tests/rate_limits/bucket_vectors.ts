/**
 * What a bucket gives, step by step. Every bucket of this library is held against it: the limiter's own, which the
 * local exchange refuses with as well, and the script that keeps one in Redis.
 */

/** One moment: what is asked for, and what comes of it. */
export interface VectorStep {
  readonly atMs: number;
  /** Empties the bucket instead. */
  readonly drain?: true;
  readonly shard?: number | "all";
  readonly cost?: number;
  readonly reserve?: number;
  /** 0 where the tokens were taken, else the milliseconds until they could be. */
  readonly waitMs?: number;
}

/** Steps on buckets that start full. */
export interface Vector {
  readonly name: string;
  readonly tokensPerSecond: number;
  readonly capacity: number;
  readonly spare?: number;
  readonly steps: readonly VectorStep[];
}

export const VECTORS: readonly Vector[] = [
  {
    name: "it starts full, gives what it holds, and refills at its rate",
    tokensPerSecond: 100,
    capacity: 100,
    steps: [
      { atMs: 0, cost: 100, waitMs: 0 },
      { atMs: 0, cost: 10, waitMs: 100 },
      { atMs: 50, cost: 10, waitMs: 50 },
      { atMs: 100, cost: 10, waitMs: 0 },
      { atMs: 100, cost: 1, waitMs: 10 },
    ],
  },
  {
    name: "it holds no more than its capacity, however long nobody asks",
    tokensPerSecond: 1_000,
    capacity: 50,
    steps: [
      { atMs: 0, cost: 50, waitMs: 0 },
      { atMs: 3_600_000, cost: 50, waitMs: 0 },
      { atMs: 3_600_000, cost: 1, waitMs: 1 },
    ],
  },
  {
    name: "the reserve is left behind, and is there for who asks without one",
    tokensPerSecond: 100,
    capacity: 100,
    steps: [
      { atMs: 0, cost: 90, reserve: 10, waitMs: 0 },
      { atMs: 0, cost: 5, reserve: 10, waitMs: 50 },
      { atMs: 0, cost: 10, waitMs: 0 },
    ],
  },
  {
    name: "what is too large for the reserve waits until the bucket has been full for the spare's time",
    tokensPerSecond: 100,
    capacity: 100,
    spare: 5,
    steps: [
      { atMs: 0, cost: 10, waitMs: 0 },
      { atMs: 100, cost: 100, reserve: 10, waitMs: 50 },
      { atMs: 150, cost: 100, reserve: 10, waitMs: 0 },
      { atMs: 150, cost: 1, waitMs: 10 },
    ],
  },
  {
    name: "the spare cannot be spent",
    tokensPerSecond: 100,
    capacity: 100,
    spare: 50,
    steps: [
      { atMs: 0, cost: 100, waitMs: 0 },
      { atMs: 10_000, cost: 100, waitMs: 0 },
      { atMs: 10_000, cost: 50, waitMs: 500 },
    ],
  },
  {
    name: "a drained bucket refills from nothing",
    tokensPerSecond: 1_000,
    capacity: 1_000,
    steps: [
      { atMs: 0, drain: true },
      { atMs: 0, cost: 10, waitMs: 10 },
      { atMs: 10, cost: 10, waitMs: 0 },
      { atMs: 500, drain: true, shard: 0 },
      { atMs: 500, cost: 1, waitMs: 1 },
    ],
  },
  {
    name: "a call for all shards takes from every bucket or from none; a shard pays for itself alone",
    tokensPerSecond: 100,
    capacity: 100,
    steps: [
      { atMs: 0, shard: 2, cost: 80, waitMs: 0 },
      { atMs: 0, shard: "all", cost: 30, waitMs: 100 },
      { atMs: 0, shard: 0, cost: 100, waitMs: 0 },
      { atMs: 1_000, shard: "all", cost: 60, waitMs: 0 },
      { atMs: 1_000, shard: 2, cost: 40, waitMs: 0 },
      { atMs: 1_000, shard: 0, cost: 41, waitMs: 10 },
    ],
  },
  {
    name: "a shard that nobody has named has paid what all have paid, and nothing else",
    tokensPerSecond: 100,
    capacity: 100,
    steps: [
      { atMs: 0, shard: 0, cost: 40, waitMs: 0 },
      { atMs: 0, shard: "all", cost: 60, waitMs: 0 },
      { atMs: 0, shard: 7, cost: 40, waitMs: 0 },
      { atMs: 0, shard: 7, cost: 1, waitMs: 10 },
      { atMs: 0, drain: true, shard: "all" },
      { atMs: 0, shard: 8, cost: 1, waitMs: 10 },
    ],
  },
  {
    name: "fractions of a token are kept",
    tokensPerSecond: 30,
    capacity: 3,
    steps: [
      { atMs: 0, cost: 3, waitMs: 0 },
      { atMs: 10, cost: 1, waitMs: 70 / 3 },
      { atMs: 20, cost: 1, waitMs: 40 / 3 },
      { atMs: 34, cost: 1, waitMs: 0 },
      { atMs: 67, cost: 1, waitMs: 0 },
    ],
  },
  {
    name: "a clock that steps back neither adds nor takes tokens",
    tokensPerSecond: 100,
    capacity: 100,
    steps: [
      { atMs: 1_000, cost: 90, waitMs: 0 },
      { atMs: 0, cost: 10, waitMs: 0 },
      { atMs: 0, cost: 1, waitMs: 10 },
    ],
  },
];
