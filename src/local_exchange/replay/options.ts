/**
 * What a replay is told.
 *
 * @module
 */
import {
  assertValue,
  callable,
  finite,
  flag,
  group,
  list,
  number,
  oneOf,
  type Rule,
  rule,
  type Rules,
  signal,
  whole,
  withPreset,
} from "../../base/options.ts";
import { isPlain } from "../../base/plain.ts";
import type { FeeType } from "../engine/fees.ts";
import { isWorth } from "../engine/event_contract.ts";
import { type RunReportOptions, runReportRules } from "../report/options.ts";
import { type QueueModel, queueModels } from "../tape/queue_models.ts";
import type { LocalAccountOptions } from "../types.ts";
import { parsePrice } from "../units.ts";
import type { ReplayLatency } from "./latency.ts";

/** How fills are charged, in the words of a series. */
export interface ReplayFees {
  /** The `fee_type` of a series. @default "quadratic" */
  readonly type?: FeeType | undefined;
  /** The `fee_multiplier` of a series; 0 for no fees. @default 1 */
  readonly multiplier?: number | undefined;
}

/** How a recording is replayed. */
export interface LocalReplayOptions {
  /**
   * Where the contracts stood in the queue of a price that were canceled, which no recording says: `behind` our order
   * (the worst case), `pro-rata`, or `ahead` of it (the best case).
   *
   * @default "behind"
   */
  readonly queue?: QueueModel | undefined;
  /**
   * How long things take: a number of milliseconds for each way, or each by itself.
   *
   * @default 0
   */
  readonly latencyMs?: number | ReplayLatency | undefined;
  /** What is drawn, such as ids and jitter: the same seed gives the same run. @default 1 */
  readonly seed?: number | undefined;
  /**
   * How every series is charged. Left out, it is what the recording says of the series, and else Kalshi's formula for
   * takers (`quadratic`, times 1).
   */
  readonly fees?: ReplayFees | undefined;
  /**
   * How markets ended whose end is not in the recording: `"yes"`, `"no"`, or what a YES contract was worth, such as
   * `"0.2500"`, by ticker. They are paid out when the recording is over.
   */
  readonly results?: Readonly<Record<string, string>> | undefined;
  /** The markets that are played; all of the recording when left out. */
  readonly tickers?: readonly string[] | undefined;
  /** When the bot begins, in Unix milliseconds: what came before it is played ahead of it, so that the books are there. */
  readonly fromMs?: number | undefined;
  /** When the run ends, in Unix milliseconds. */
  readonly toMs?: number | undefined;
  /** Accounts that are opened with it, as `createAccount` does: they are its `accounts`. */
  readonly accounts?: readonly LocalAccountOptions[] | undefined;
  /** Whether requests over Kalshi's rate limits are refused, as in `LocalExchange.create`. @default false */
  readonly rateLimits?: boolean | undefined;
  /** What the report is called, and how much it keeps. */
  readonly report?: RunReportOptions | undefined;
  /** Whether it speaks FIX, at `exchange.fixConfig(…)`. @default false */
  readonly fix?: boolean | undefined;
}

/** How far a run has come. */
export interface ReplayProgress {
  /** Frames that were played. */
  readonly frames: number;
  /** The time of the replay, in Unix milliseconds. */
  readonly atMs: number;
}

/** How a recording is run. */
export interface ReplayRunOptions {
  /** Ends the run, with a KalshiAbortError. Another `run` goes on from there. */
  readonly signal?: AbortSignal | undefined;
  /** Told how far it has come, each 10,000 frames and at the end. */
  readonly onProgress?: ((progress: ReplayProgress) => void) | undefined;
  /** Runs no further than this, in Unix milliseconds. Another `run` goes on from there. */
  readonly toMs?: number | undefined;
}

const time = () => number(0, Number.MAX_SAFE_INTEGER, "Unix milliseconds");
/** An hour: no connection is slower. */
const MOST_MS = 3_600_000;
const latency = () => whole(0, MOST_MS);

export const latencyRules = {
  orderMs: withPreset(latency(), 0),
  answerMs: withPreset(latency(), 0),
  feedMs: withPreset(latency(), 0),
  jitterMs: withPreset(latency(), 0),
} satisfies Rules<ReplayLatency>;

export const replayFeesRules = {
  type: withPreset(
    oneOf("quadratic", "quadratic_with_maker_fees", "quadratic_with_combo_maker_fees", "flat"),
    "quadratic",
  ),
  multiplier: withPreset(finite(0, "a number"), 1),
} satisfies Rules<ReplayFees>;

const latencyGroup = group<ReplayLatency>(latencyRules);

const latencyShape = rule<number | ReplayLatency>(
  "whole milliseconds from 0 to 3600000, or { orderMs, answerMs, feedMs, jitterMs }",
  (value) => typeof value === "number" ? latency().test(value) : isPlain(value),
);

const latencyRule = (): Rule<number | ReplayLatency> => ({
  ...latencyShape,
  read(owner, name, value) {
    assertValue(owner, name, value, latencyShape);
    return typeof value === "number" ? value : latencyGroup.read?.(owner, name, value);
  },
});

const isResult = (value: unknown) => {
  if (value === "yes" || value === "no") return true;
  const worth = typeof value === "string" ? parsePrice(value) : undefined;
  return worth !== undefined && isWorth(worth);
};

const isTicker = (item: unknown) => typeof item === "string" && item !== "";

/** What the options of a replay may be. */
export const localReplayRules = {
  queue: withPreset(oneOf(...queueModels), "behind"),
  latencyMs: withPreset(latencyRule(), 0),
  seed: withPreset(whole(Number.MIN_SAFE_INTEGER), 1),
  fees: group<ReplayFees>(replayFeesRules),
  results: rule<Readonly<Record<string, string>>>(
    'an object of results by ticker: "yes", "no", or a worth such as "0.2500"',
    (value) => isPlain(value) && Object.values(value).every(isResult),
  ),
  tickers: list<string>("a list of tickers", isTicker),
  fromMs: time(),
  toMs: time(),
  accounts: list<LocalAccountOptions>("a list of options of accounts", isPlain),
  rateLimits: withPreset(flag(), false),
  report: group<RunReportOptions>(runReportRules),
  fix: withPreset(flag(), false),
} satisfies Rules<LocalReplayOptions>;

/** What the options of a run may be. */
export const replayRunRules = {
  signal: signal(),
  onProgress: callable<(progress: ReplayProgress) => void>(),
  toMs: time(),
} satisfies Rules<ReplayRunOptions>;
