/** The series, events and markets that a new exchange lists: made up, but shaped like Kalshi's. */
import { Book } from "../engine/book.ts";
import type { Engine } from "../engine/engine.ts";
import { feeSchedule, type FeeType } from "../engine/fees.ts";
import type { Market, PriceBand } from "../engine/types.ts";
import type { Random } from "../random.ts";
import { PRICE_ONE } from "../units.ts";
import { type EventPlan, type MarketPlan, planSeries, type SeriesPlan } from "./plans.ts";

/** A series as it is listed. */
export interface SeriesInfo {
  readonly ticker: string;
  readonly plan: SeriesPlan;
  readonly events: EventInfo[];
  feeType: FeeType;
  feeMultiplier: number;
  updatedAt: number;
}

/** An event as it is listed. */
export interface EventInfo {
  readonly ticker: string;
  readonly series: SeriesInfo;
  readonly plan: EventPlan;
  readonly markets: MarketInfo[];
  updatedAt: number;
}

/** A market as it is listed; what the engine knows of it is `market`. */
export interface MarketInfo {
  readonly market: Market;
  readonly event: EventInfo;
  readonly plan: MarketPlan;
  readonly structure: string;
  readonly createdAt: number;
  readonly openAt: number;
  closeAt: number;
  result: "" | "yes" | "no" | "scalar";
  /** Worth of a YES contract, once it is known. */
  settlementValue: number | undefined;
  settledAt: number | undefined;
  /** What its makers believe it is worth. */
  fair: number;
}

/** Everything listed. */
export interface Catalog {
  readonly series: Map<string, SeriesInfo>;
  readonly events: Map<string, EventInfo>;
  readonly markets: Map<string, MarketInfo>;
  /** Markets in the order they were listed. */
  readonly listed: MarketInfo[];
}

/** The price grids by the name in `price_level_structure`. */
export const priceStructures: Readonly<Record<string, readonly PriceBand[]>> = {
  linear_cent: [{ start: 0, end: PRICE_ONE, step: 100 }],
  deci_cent: [{ start: 0, end: PRICE_ONE, step: 10 }],
  tapered_deci_cent: [
    { start: 0, end: 1_000, step: 10 },
    { start: 1_000, end: 9_000, step: 100 },
    { start: 9_000, end: PRICE_ONE, step: 10 },
  ],
  center_half_edge_half_cent: [{ start: 0, end: PRICE_ONE, step: 50 }],
  center_deci_edge_centi_cent: [
    { start: 0, end: 100, step: 1 },
    { start: 100, end: 9_900, step: 10 },
    { start: 9_900, end: PRICE_ONE, step: 1 },
  ],
};

/** Lists at least `atLeast` markets, with dates around `now`. */
export function createCatalog(engine: Engine, random: Random, now: number, atLeast: number): Catalog {
  const catalog: Catalog = { series: new Map(), events: new Map(), markets: new Map(), listed: [] };
  for (const plan of planSeries(random, now, atLeast)) listSeries(engine, catalog, plan, now);
  return catalog;
}

function listSeries(engine: Engine, catalog: Catalog, plan: SeriesPlan, now: number): void {
  const series: SeriesInfo = {
    ticker: plan.ticker,
    plan,
    events: [],
    feeType: plan.feeType,
    feeMultiplier: plan.feeMultiplier,
    updatedAt: now,
  };
  catalog.series.set(series.ticker, series);
  for (const eventPlan of plan.events) {
    const event: EventInfo = {
      ticker: eventPlan.ticker,
      series,
      plan: eventPlan,
      markets: [],
      updatedAt: now,
    };
    series.events.push(event);
    catalog.events.set(event.ticker, event);
    for (const marketPlan of eventPlan.markets) listMarket(engine, catalog, event, marketPlan, now);
  }
}

function listMarket(engine: Engine, catalog: Catalog, event: EventInfo, plan: MarketPlan, now: number): void {
  const { openAt, closeAt } = event.plan;
  const { structure } = event.series.plan;
  const market: Market = {
    ticker: plan.ticker,
    eventTicker: event.ticker,
    seriesTicker: event.series.ticker,
    shard: event.series.plan.shard,
    status: openAt > now ? "initialized" : "active",
    bands: priceStructures[structure] ?? [],
    fees: feeSchedule(event.series.feeType, event.series.feeMultiplier),
    book: new Book(),
    trades: [],
    lastPrice: 0,
    volume: 0,
    openInterest: 0,
    updatedAt: now,
  };
  const info: MarketInfo = {
    market,
    event,
    plan,
    structure,
    createdAt: Math.min(now, openAt - 86_400_000),
    openAt,
    closeAt,
    result: "",
    settlementValue: undefined,
    settledAt: undefined,
    fair: plan.fair,
  };
  engine.markets.set(market.ticker, market);
  catalog.markets.set(market.ticker, info);
  catalog.listed.push(info);
  event.markets.push(info);
  if (openAt > now) {
    engine.schedule.add(openAt, () => {
      if (market.status === "initialized") engine.setStatus(market, "active", "activated");
    });
  }
  engine.schedule.add(closeAt, () => {
    if (market.status === "active" || market.status === "inactive") {
      engine.setStatus(market, "closed", "closed");
    }
  });
}
