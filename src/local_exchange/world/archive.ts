/** What has moved to the historical data: everything that ended before a cutoff. */
import type { Engine } from "../engine/engine.ts";
import type { Holding, Order, Trade } from "../engine/model.ts";
import type { Catalog, MarketInfo } from "./catalog.ts";

const DAY = 86_400_000;
/** Live data goes three months back, orders two weeks. */
const LIVE_MS = 90 * DAY;
const LIVE_ORDERS_MS = 14 * DAY;

/** The archive of one exchange. */
export class Archive {
  readonly #engine: Engine;
  readonly #catalog: Catalog;
  #fixed: number | undefined;

  constructor(engine: Engine, catalog: Catalog) {
    this.#engine = engine;
    this.#catalog = catalog;
  }

  /** Sets the cutoff, in Unix milliseconds; undefined goes back to Kalshi's windows. */
  fix(at: number | undefined): void {
    this.#fixed = at;
  }

  /** Until when markets, trades and positions are historical. */
  get cutoff(): number {
    return this.#fixed ?? this.#engine.now - LIVE_MS;
  }

  /** Until when orders are. */
  get ordersCutoff(): number {
    return this.#fixed ?? this.#engine.now - LIVE_ORDERS_MS;
  }

  hasMarket({ settledAt }: MarketInfo): boolean {
    return settledAt !== undefined && settledAt < this.cutoff;
  }

  hasTrade({ at }: Trade): boolean {
    return at < this.cutoff;
  }

  /** Resting orders never are. */
  hasOrder({ status, updatedAt }: Order): boolean {
    return status !== "resting" && updatedAt < this.ordersCutoff;
  }

  /** An event's positions move together, once all of its markets have. */
  hasPosition({ market }: Holding): boolean {
    const event = this.#catalog.events.get(market.eventTicker);
    return event !== undefined && event.markets.every((info) => this.hasMarket(info));
  }
}
