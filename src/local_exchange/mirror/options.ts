/**
 * What a mirror is told.
 *
 * @module
 */
import {
  callable,
  clock,
  flag,
  group,
  hasMethods,
  needed,
  oneOf,
  rule,
  type Rules,
  signal,
  text,
  whole,
  withPreset,
} from "../../base/options.ts";
import type { Clock } from "../../base/clock.ts";
import type { MarketLookup } from "../../recordings/market_lookup.ts";
import { type RunReportOptions, runReportRules } from "../report/mod.ts";
import { type QueueModel, queueModels } from "../tape/queue_models.ts";
import type { MirrorHalt, MirrorResumption } from "./status.ts";

/** How a live market is mirrored. */
export interface LocalMirrorOptions {
  /** The markets, one or more: of event contracts. */
  readonly tickers: readonly string[];
  /**
   * What markets are looked up with: a client of the same exchange. It is asked for grids, fees, times and results, and
   * for nothing else; no order is ever sent to it.
   */
  readonly lookup: MarketLookup;
  /**
   * Where the contracts stood in the queue of a price that were canceled, which no feed says: `behind` our order (the
   * worst case), `pro-rata`, or `ahead` of it (the best case).
   *
   * @default "behind"
   */
  readonly queue?: QueueModel | undefined;
  /** The port of its REST API and WebSocket, 0 for any, on Deno, Bun and Node; it is reached in memory when left out. */
  readonly port?: number | undefined;
  /** The address that it listens on. @default "127.0.0.1" */
  readonly hostname?: string | undefined;
  /** Whether it speaks FIX, at `exchange.fixConfig(…)`. @default false */
  readonly fix?: boolean | undefined;
  /** Whether requests over Kalshi's rate limits are refused, as in `LocalExchange.create`. @default false */
  readonly rateLimits?: boolean | undefined;
  /** What is drawn, such as ids. @default 1 */
  readonly seed?: number | undefined;
  /** Time; the runtime's own when left out. */
  readonly clock?: Clock | undefined;
  /** How much the report keeps, and what it measures. */
  readonly report?: RunReportOptions | undefined;
  /** Ends the start, with a KalshiAbortError. */
  readonly signal?: AbortSignal | undefined;
  /** Told each time that trading halts: in a market, or everywhere. */
  readonly onHalt?: ((halt: MirrorHalt) => void) | undefined;
  /** Told each time that it goes on. */
  readonly onResume?: ((resumption: MirrorResumption) => void) | undefined;
  /** Told what fails beside the feed, such as a look-up, which is tried again. `console.error` when left out. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** What the options of a mirror may be. */
export const localMirrorRules = {
  tickers: needed(
    rule<readonly string[]>(
      "a list of one or more tickers",
      (value) =>
        Array.isArray(value) && value.length > 0 &&
        value.every((item) => typeof item === "string" && item !== ""),
    ),
  ),
  lookup: needed(
    rule<MarketLookup>(
      "a client with markets.get",
      (value) => hasMethods((value as Partial<MarketLookup> | null)?.markets, "get"),
    ),
  ),
  queue: withPreset(oneOf(...queueModels), "behind"),
  port: whole(0, 65_535),
  hostname: withPreset(text("an address as text"), "127.0.0.1"),
  fix: withPreset(flag(), false),
  rateLimits: withPreset(flag(), false),
  seed: withPreset(whole(Number.MIN_SAFE_INTEGER), 1),
  clock: clock(),
  report: group<RunReportOptions>(runReportRules),
  signal: signal(),
  onHalt: callable<(halt: MirrorHalt) => void>(),
  onResume: callable<(resumption: MirrorResumption) => void>(),
  onError: callable<(error: unknown) => void>(),
} satisfies Rules<LocalMirrorOptions>;
