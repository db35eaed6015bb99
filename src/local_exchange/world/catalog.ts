/** The series, events and markets that a new exchange lists: made up, but shaped like Kalshi's. */
import { Book } from "../engine/book.ts";
import type { Engine } from "../engine/engine.ts";
import { feeSchedule, type FeeType } from "../engine/fees.ts";
import type { Market } from "../engine/model.ts";
import { priceGrids, worthOf } from "../engine/event_contract.ts";
import type { EventListing, MarketListing, SeriesListing } from "./listings/listing.ts";

/** A series as it is listed. */
export interface SeriesInfo {
  readonly ticker: string;
  readonly listing: SeriesListing;
  readonly events: EventInfo[];
  feeType: FeeType;
  feeMultiplier: number;
  updatedAt: number;
}

/** An event as it is listed. */
export interface EventInfo {
  readonly ticker: string;
  readonly series: SeriesInfo;
  readonly listing: EventListing;
  readonly markets: MarketInfo[];
  /** What a combo consists of; undefined for other events. */
  readonly legs: readonly ComboLeg[] | undefined;
  feeTypeOverride: FeeType | undefined;
  feeMultiplierOverride: number | undefined;
  updatedAt: number;
}

/** A leg of a combo. */
export interface ComboLeg {
  readonly info: MarketInfo;
  readonly side: "yes" | "no";
}

/** A market as it is listed; what the engine knows of it is `market`. */
export interface MarketInfo {
  readonly market: Market;
  readonly event: EventInfo;
  readonly listing: MarketListing;
  structure: string;
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

/**
 * Lists what is planned, with dates around `now`. Markets are where they are in their lives at the engine's time, which
 * is earlier where there is a past to live through.
 */
export function createCatalog(engine: Engine, listings: readonly SeriesListing[], now: number): Catalog {
  const catalog: Catalog = { series: new Map(), events: new Map(), markets: new Map(), listed: [] };
  for (const listing of listings) {
    const series = listSeries(catalog, listing, now);
    for (const event of listing.events) listEvent(engine, catalog, series, event, now);
  }
  return catalog;
}

/** Lists a series without events. */
export function listSeries(catalog: Catalog, listing: SeriesListing, now: number): SeriesInfo {
  const { ticker, feeType, feeMultiplier } = listing;
  const series: SeriesInfo = { ticker, listing, events: [], feeType, feeMultiplier, updatedAt: now };
  catalog.series.set(ticker, series);
  return series;
}

/** Lists an event with its markets. */
export function listEvent(
  engine: Engine,
  catalog: Catalog,
  series: SeriesInfo,
  listing: EventListing,
  now: number,
  legs?: readonly ComboLeg[],
): EventInfo {
  const event: EventInfo = {
    ticker: listing.ticker,
    series,
    listing,
    markets: [],
    legs,
    feeTypeOverride: undefined,
    feeMultiplierOverride: undefined,
    updatedAt: Math.min(now, listing.closeAt),
  };
  series.events.push(event);
  catalog.events.set(event.ticker, event);
  for (const market of listing.markets) listMarket(engine, catalog, event, market, now);
  return event;
}

/** Lists one market of an event. */
export function listMarket(
  engine: Engine,
  catalog: Catalog,
  event: EventInfo,
  listing: MarketListing,
  now: number,
): MarketInfo {
  const { openAt, closeAt } = event.listing;
  const { structure, shard } = event.series.listing;
  const settledAt = closeAt + 120_000;
  const isSettled = settledAt <= engine.now && listing.result !== undefined;
  const market: Market = {
    ticker: listing.ticker,
    eventTicker: event.ticker,
    shard,
    status: isSettled ? "finalized" : openAt > engine.now ? "initialized" : "active",
    bands: priceGrids[structure] ?? [],
    fees: feeSchedule(event.series.feeType, event.series.feeMultiplier),
    book: new Book(),
    trades: [],
    lastPrice: 0,
    volume: 0,
    openInterest: 0,
    updatedAt: isSettled ? settledAt : now,
  };
  const info: MarketInfo = {
    market,
    event,
    listing,
    structure,
    createdAt: Math.min(now, openAt - 86_400_000),
    openAt,
    closeAt,
    result: isSettled ? listing.result ?? "" : "",
    settlementValue: isSettled ? worthOf(listing.result === "yes" ? "yes" : "no") : undefined,
    settledAt: isSettled ? settledAt : undefined,
    fair: listing.fair,
  };
  engine.markets.set(market.ticker, market);
  catalog.markets.set(market.ticker, info);
  catalog.listed.push(info);
  event.markets.push(info);
  return info;
}
