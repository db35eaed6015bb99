/** The markets of a margin exchange. */
import { Book } from "../engine/book.ts";
import type { Engine } from "../engine/engine.ts";
import type { Market } from "../engine/model.ts";
import type { Random } from "../random.ts";
import type { PerpListing } from "./listings.ts";
import type { MarginMarketInfo } from "./model.ts";

/** The highest price of a contract, 500 dollars: beyond it sums of money would not be exact. */
export const MOST_PRICE = 5_000_000;

/** The markets of one exchange. */
export class MarginCatalog {
  readonly markets = new Map<string, MarginMarketInfo>();
  readonly byId = new Map<string, MarginMarketInfo>();
  /** In the order they were listed. */
  readonly listed: MarginMarketInfo[] = [];
  readonly #byMarket = new Map<Market, MarginMarketInfo>();

  /** What is known of a market of the engine. */
  infoOf(market: Market): MarginMarketInfo {
    const info = this.#byMarket.get(market);
    if (info === undefined) throw new Error(`${market.ticker} is no market of this exchange`);
    return info;
  }

  /** Lists a market, which is open at once. */
  list(engine: Engine, listing: PerpListing, random: Random): MarginMarketInfo {
    const { ticker, asset, index, tick, takerRate, makerRate, ...terms } = listing;
    const { now } = engine;
    const market: Market = {
      ticker,
      eventTicker: asset,
      shard: 0,
      status: "active",
      bands: [{ start: 0, end: MOST_PRICE, step: tick }],
      fees: { type: "notional", multiplier: 1, takerRate, makerRate },
      book: new Book(),
      trades: [],
      lastPrice: 0,
      volume: 0,
      openInterest: 0,
      updatedAt: now,
    };
    const price = { price: index, at: now };
    const { title, assetClass, contractSize, underlyingMultiplier, fractional, funding } = terms;
    const info: MarginMarketInfo = {
      market,
      id: random.uuid(),
      title,
      assetClass,
      contractSize,
      tick,
      underlyingMultiplier,
      fractional,
      version: 1,
      schedule: undefined,
      isPaused: false,
      maintenanceRate: terms.maintenanceRate,
      initialMultiplier: terms.initialMultiplier,
      funding,
      index: price,
      settlementMark: price,
      liquidationMark: price,
      fair: index,
    };
    engine.markets.set(ticker, market);
    this.markets.set(ticker, info);
    this.byId.set(info.id, info);
    this.#byMarket.set(market, info);
    this.listed.push(info);
    return info;
  }
}
