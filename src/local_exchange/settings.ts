/** What an exchange starts from. */
import { ExchangeClock } from "./clock.ts";
import { type PerpsFacts, perpsOptionsOf, type ReadExchangeOptions } from "./options.ts";
import type { ErrorBodies, RequestReading, UnknownTickers } from "./types.ts";

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
  /** Undefined for none. */
  readonly perps: PerpsFacts | undefined;
  /** Whether its markets come from elsewhere, with a crowd that trades in them: it lists none and draws no outcome. */
  readonly isTaped: boolean;
  readonly onInternalError: (error: unknown) => void;
}

/** The settings that options, which are checked, ask for. */
export function settingsOf(options: ReadExchangeOptions, isTaped = false): ExchangeSettings {
  const {
    clock,
    history,
    perps,
    fix: _,
    state: __,
    onInternalError = (error) => console.error(error),
    ...others
  } = options;
  return {
    ...others,
    isTaped,
    stepMs: others.stepMs,
    clock: new ExchangeClock(clock),
    perps: perpsOptionsOf(perps),
    pastDays: history === undefined ? 0 : history.days,
    onInternalError,
  };
}
