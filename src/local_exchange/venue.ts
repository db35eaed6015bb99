/** The state of one exchange, shared by everything that serves it. */
import type { Clock } from "../clock.ts";
import type { ExchangeClock } from "./clock.ts";
import { Engine } from "./engine/engine.ts";
import type { Account } from "./engine/ledger.ts";
import type { Fill, Market, Order, Trade } from "./engine/types.ts";
import { Faults } from "./faults.ts";
import type { ApiKey } from "./keys.ts";
import { createRandom, type Random } from "./random.ts";
import { type Catalog, createCatalog } from "./world/catalog.ts";
import { MarketMakers } from "./world/makers.ts";

/** How an error body is written. */
export type ErrorBodies = "flat" | "nested";

/** What a venue starts from. */
export interface VenueOptions {
  readonly seed: number;
  readonly clock: ExchangeClock;
  readonly markets: number;
  readonly marketMakers: boolean;
  readonly errorBodies: ErrorBodies;
  readonly onInternalError: (error: unknown) => void;
}

/** One exchange. */
export class Venue {
  readonly random: Random;
  readonly clock: ExchangeClock;
  readonly engine: Engine;
  readonly catalog: Catalog;
  readonly makers: MarketMakers | undefined;
  readonly keys = new Map<string, ApiKey>();
  readonly faults = new Faults();
  readonly errorBodies: ErrorBodies;
  readonly onInternalError: (error: unknown) => void;
  /** Added to the time that signatures are checked against and that `Date` headers show. */
  skewMs = 0;
  readonly #base: Clock;

  constructor({ seed, clock, markets, marketMakers, errorBodies, onInternalError }: VenueOptions) {
    this.random = createRandom(seed);
    this.clock = clock;
    this.#base = clock.base;
    this.errorBodies = errorBodies;
    this.onInternalError = onInternalError;
    this.engine = new Engine(this.random, clock.now());
    this.catalog = createCatalog(this.engine, createRandom(seed + 1), clock.now(), markets);
    if (marketMakers) this.makers = new MarketMakers(this.engine, this.catalog, createRandom(seed + 2));
  }

  /** Lets everything happen that is due by now. */
  tick(): void {
    this.engine.runUntil(this.clock.now());
  }

  /** The time of the machine room, which does not follow {@linkcode ExchangeClock.advance}. */
  wallClock(): number {
    return this.#base.now() + this.skewMs;
  }

  /** Waits on the base clock. */
  wait(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#base.setTimer(resolve, ms));
  }
}

export type { Account, Fill, Market, Order, Trade };
