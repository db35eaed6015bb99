/**
 * What markets are, beside what they do: their payloads, by REST, for whoever reads the recording to know grids, fees,
 * times and results. It goes on beside the recording, which never waits for it for long.
 *
 * @module
 */
import type { Clock, ClockTimer } from "../base/clock.ts";
import { KalshiNotFoundError } from "../base/errors.ts";
import { delay } from "../base/waits.ts";
import { KalshiRecordingError } from "./errors.ts";

/** What ends a lookup. */
export interface LookupOptions {
  /** Ends it. */
  readonly signal?: AbortSignal | undefined;
}

/** What markets are looked up with: a `KalshiClient`, or a `PerpsClient`. */
export interface MarketLookup {
  /** Its markets. */
  readonly markets: {
    /** One of them. */
    readonly get: (ticker: string, options?: LookupOptions) => Promise<object>;
    /** Many of them at once. */
    readonly listAll?: (
      params: { readonly tickers: readonly string[] },
      options?: LookupOptions,
    ) => AsyncIterable<object>;
  };
  /** Its events, which say what series a market is of. */
  readonly events?: {
    /** One of them. */
    readonly get: (ticker: string, params?: object, options?: LookupOptions) => Promise<object>;
  };
  /** Its series, which say what fees there are. */
  readonly series?: {
    /** One of them. */
    readonly get: (ticker: string, params?: object, options?: LookupOptions) => Promise<object>;
  };
}

type Payload = Readonly<Record<string, unknown>>;

/** What was found of a market. */
export interface FoundMarket {
  /** Its ticker. */
  readonly ticker: string;
  /** Its payload. */
  readonly market: Payload;
  /** That of its event. */
  readonly event?: Payload | undefined;
  /** That of its series. */
  readonly series?: Payload | undefined;
}

/** What lookups are made with. */
export interface MarketLookupsOptions {
  readonly lookup: MarketLookup;
  readonly clock: Clock;
  /** Told of each market that was found. */
  readonly onFound: (found: FoundMarket) => void;
  readonly onError: (error: unknown) => void;
}

/** Kalshi's most in one call. */
const BATCH = 100;
/** Markets that are heard of soon after one another are asked for together. */
const GATHER_MS = 250;
/** After a failure, and for a market that is so new that REST does not know it yet. */
const AGAIN_MS = 10_000;
const TRIES = 4;

/** Looks markets up, each when it is first heard of and when it has changed. */
export class MarketLookups {
  readonly #options: MarketLookupsOptions;
  readonly #ending = new AbortController();
  readonly #known = new Set<string>();
  readonly #waiting = new Set<string>();
  /** How often a market was not there. */
  readonly #missed = new Map<string, number>();
  /** The events and series of this round of lookups. */
  readonly #events = new Map<string, Promise<Payload | undefined>>();
  readonly #series = new Map<string, Promise<Payload | undefined>>();
  #timer: ClockTimer | undefined;
  #work: Promise<void> | undefined;

  constructor(options: MarketLookupsOptions) {
    this.#options = options;
  }

  /** A market is heard of. */
  hear(ticker: string): void {
    if (!this.#known.has(ticker)) this.changed(ticker);
  }

  /** A market is not what it was. */
  changed(ticker: string): void {
    if (this.#ending.signal.aborted) return;
    this.#known.add(ticker);
    this.#waiting.add(ticker);
    this.#later(GATHER_MS);
  }

  /** Looks these up at once; resolves when that is done, or has failed, or takes longer than `mostMs`. */
  async first(tickers: readonly string[], mostMs: number): Promise<void> {
    for (const ticker of tickers) this.changed(ticker);
    const isDone = new AbortController();
    await Promise.race([this.#start(), delay(this.#options.clock, mostMs, isDone.signal)]);
    isDone.abort();
  }

  /** Looks all of them up once more: what was recorded before does not help a reader of what follows. */
  again(): void {
    this.#events.clear();
    this.#series.clear();
    for (const ticker of this.#known) this.changed(ticker);
  }

  /** Ends it. */
  close(): void {
    this.#ending.abort();
    this.#timer?.clear();
    this.#waiting.clear();
  }

  #later(waitMs: number): void {
    if (this.#work !== undefined || this.#timer !== undefined || this.#ending.signal.aborted) return;
    this.#timer = this.#options.clock.setTimer(() => void this.#start(), waitMs);
  }

  #start(): Promise<void> {
    this.#timer?.clear();
    this.#timer = undefined;
    return this.#work ??= this.#run().finally(() => this.#work = undefined);
  }

  async #run(): Promise<void> {
    const missed = new Set<string>();
    while (this.#waiting.size > 0 && !this.#ending.signal.aborted) {
      const tickers = [...this.#waiting].slice(0, BATCH);
      for (const ticker of tickers) this.#waiting.delete(ticker);
      try {
        for (const ticker of await this.#lookUp(tickers)) missed.add(ticker);
      } catch (cause) {
        if (this.#ending.signal.aborted) return;
        for (const ticker of tickers) missed.add(ticker);
        this.#tell("Markets could not be looked up; it is tried again in ten seconds", cause);
        break;
      }
    }
    for (const ticker of missed) this.#waiting.add(ticker);
    if (this.#waiting.size === 0 || this.#ending.signal.aborted) return;
    // Not sooner, whatever is heard of meanwhile: what has just failed would fail again.
    this.#timer = this.#options.clock.setTimer(() => void this.#start(), AGAIN_MS);
  }

  /** Resolves to those that are not there and may be later. */
  async #lookUp(tickers: readonly string[]): Promise<string[]> {
    const { lookup: { markets }, onFound } = this.#options;
    const { signal } = this.#ending;
    const found = new Map<string, Payload>();
    const take = (market: object) => {
      const { ticker } = market as Payload;
      if (typeof ticker === "string") found.set(ticker, market as Payload);
    };
    if (markets.listAll !== undefined && tickers.length > 1) {
      for await (const market of markets.listAll({ tickers }, { signal })) take(market);
    }
    const missed: string[] = [];
    for (const ticker of tickers) {
      if (found.has(ticker)) continue;
      try {
        take(await markets.get(ticker, { signal }));
      } catch (error) {
        if (!(error instanceof KalshiNotFoundError)) throw error;
        const tries = (this.#missed.get(ticker) ?? 0) + 1;
        this.#missed.set(ticker, tries);
        if (tries < TRIES) missed.push(ticker);
        else this.#tell(`There is no market ${ticker}: nothing is recorded of what it is`, error);
      }
    }
    await Promise.all([...found].map(async ([ticker, market]) => {
      this.#missed.delete(ticker);
      const event = await this.#eventOf(market);
      const series = await this.#seriesOf(event);
      if (!signal.aborted) onFound({ ticker, market, event, series });
    }));
    return missed;
  }

  #eventOf({ event_ticker }: Payload): Promise<Payload | undefined> {
    const { events } = this.#options.lookup;
    return this.#once(
      this.#events,
      event_ticker,
      events && ((ticker, signal) => events.get(ticker, {}, { signal })),
    );
  }

  #seriesOf(event: Payload | undefined): Promise<Payload | undefined> {
    const { series } = this.#options.lookup;
    return this.#once(
      this.#series,
      event?.series_ticker,
      series && ((ticker, signal) => series.get(ticker, {}, { signal })),
    );
  }

  /** Asks once for many markets; what fails is told, and the market is recorded without it. */
  #once(
    kept: Map<string, Promise<Payload | undefined>>,
    ticker: unknown,
    get: ((ticker: string, signal: AbortSignal) => Promise<object>) | undefined,
  ): Promise<Payload | undefined> {
    if (typeof ticker !== "string" || get === undefined) return Promise.resolve(undefined);
    const found = kept.get(ticker);
    if (found !== undefined) return found;
    const asked = get(ticker, this.#ending.signal).then((answer) => answer as Payload, (cause: unknown) => {
      kept.delete(ticker);
      if (!this.#ending.signal.aborted) this.#tell(`${ticker} could not be looked up`, cause);
      return undefined;
    });
    kept.set(ticker, asked);
    return asked;
  }

  #tell(what: string, cause: unknown): void {
    const words = cause instanceof Error ? cause.message : String(cause);
    this.#options.onError(
      new KalshiRecordingError(`${what} (${words}). Frames are recorded meanwhile.`, { cause }),
    );
  }
}

/** Tells of the market that a frame is about. */
export function hearOf(
  lookups: MarketLookups,
  { type, msg }: { readonly type?: unknown; readonly msg?: unknown },
): void {
  const { market_ticker, ticker } = (msg ?? {}) as Readonly<Record<string, unknown>>;
  const name = market_ticker ?? ticker;
  if (typeof name !== "string") return;
  if (type === "market_lifecycle_v2") lookups.changed(name);
  else lookups.hear(name);
}
