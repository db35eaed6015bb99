/** What an exchange starts from, and what it is unless told. */
import { ExchangeClock } from "./clock.ts";
import type { ErrorBodies, LocalExchangeOptions, RequestReading, UnknownTickers } from "./types.ts";

const DEFAULT_MARKETS = 240;

/** What an exchange starts from. */
export interface ExchangeSettings {
  readonly seed: number;
  readonly clock: ExchangeClock;
  readonly markets: number;
  readonly shards: boolean;
  readonly marketMakers: boolean;
  readonly stepMs: number | undefined;
  readonly rateLimits: boolean;
  readonly errorBodies: ErrorBodies;
  readonly cors: readonly string[];
  readonly requests: RequestReading;
  /** Days of past to live through; 0 for none. */
  readonly pastDays: number;
  readonly unknownTickers: UnknownTickers;
  readonly onInternalError: (error: unknown) => void;
}

/** The settings that options, which are checked, ask for. */
export function settingsOf(options: LocalExchangeOptions): ExchangeSettings {
  const { clock, history } = options;
  return {
    seed: options.seed ?? 1,
    clock: new ExchangeClock(clock),
    markets: options.markets ?? DEFAULT_MARKETS,
    shards: options.shards ?? false,
    marketMakers: options.marketMakers ?? true,
    stepMs: options.stepMs,
    rateLimits: options.rateLimits ?? false,
    errorBodies: options.errorBodies ?? "flat",
    cors: options.cors ?? [],
    requests: options.requests ?? "strict",
    pastDays: history === undefined ? 0 : history.days,
    unknownTickers: options.unknownTickers ?? "ignore",
    onInternalError: options.onInternalError ?? ((error) => console.error(error)),
  };
}
