/** Lists a recorded market on the exchange, by what is known of it. */
import { priceGrids, priceOfChance } from "../engine/event_contract.ts";
import type { Engine } from "../engine/engine.ts";
import { feeSchedule, type FeeType } from "../engine/fees.ts";
import {
  type Catalog,
  type EventInfo,
  listEvent,
  listMarket,
  listSeries,
  type MarketInfo,
} from "../world/catalog.ts";
import type { MarketListing } from "../world/listings/listing.ts";
import type { MarketFacts } from "./facts.ts";

/** How a series is charged. */
export interface TapeFees {
  readonly type: FeeType;
  readonly multiplier: number;
}

/** What a market that nobody described is taken for: whole cents, and no end that is known. */
const DEFAULT_GRID = "linear_cent";
const FAR_MS = 365 * 86_400_000;

const strikes = ["greater", "less", "between", "custom"] as const;

/** The ticker of an event, by Kalshi's way of writing that of a market: what comes before its last part. */
export function eventTickerOf(ticker: string): string {
  const end = ticker.lastIndexOf("-");
  return end > 0 ? ticker.slice(0, end) : `${ticker}-EVENT`;
}

/** The ticker of a series: what comes before the first part of an event's. */
export function seriesTickerOf(eventTicker: string): string {
  const end = eventTicker.indexOf("-");
  return end > 0 ? eventTicker.slice(0, end) : `${eventTicker}-SERIES`;
}

/** Where markets are listed. */
export interface ListingPlace {
  readonly engine: Engine;
  readonly catalog: Catalog;
  feesOf(series: string): TapeFees;
}

/** Lists a market; it does not trade before it has a book. */
export function listTaped(place: ListingPlace, ticker: string, facts: Partial<MarketFacts>): MarketInfo {
  const { engine, catalog } = place;
  const event = eventOf(place, facts.eventTicker ?? eventTickerOf(ticker), ticker, facts);
  const info = listMarket(engine, catalog, event, marketListing(ticker, facts), engine.now);
  const { market } = info;
  market.status = "inactive";
  market.fees = feesOf(event);
  market.bands = facts.bands ?? priceGrids[DEFAULT_GRID] ?? [];
  info.structure = facts.structure ?? DEFAULT_GRID;
  info.closeAt = facts.closeAt ?? engine.now + FAR_MS;
  market.lastPrice = facts.lastPrice ?? 0;
  market.volume = facts.volume ?? 0;
  market.openInterest = facts.openInterest ?? 0;
  return info;
}

const feesOf = ({ series, feeTypeOverride, feeMultiplierOverride }: EventInfo) =>
  feeSchedule(feeTypeOverride ?? series.feeType, feeMultiplierOverride ?? series.feeMultiplier);

function eventOf(
  { engine, catalog, feesOf }: ListingPlace,
  eventTicker: string,
  ticker: string,
  { title, openAt, closeAt, shard = 0, structure }: Partial<MarketFacts>,
): EventInfo {
  const found = catalog.events.get(eventTicker);
  if (found !== undefined) return found;
  const { now } = engine;
  const seriesTicker = seriesTickerOf(eventTicker);
  const { type, multiplier } = feesOf(seriesTicker);
  const series = catalog.series.get(seriesTicker) ?? listSeries(catalog, {
    ticker: seriesTicker,
    title: title ?? seriesTicker,
    category: "Recorded",
    frequency: "custom",
    tags: [],
    feeType: type,
    feeMultiplier: multiplier,
    structure: structure ?? DEFAULT_GRID,
    shard,
    source: { name: "Recorded", url: "https://kalshi.com/" },
    events: [],
  }, now);
  return listEvent(engine, catalog, series, {
    ticker: eventTicker,
    title: title ?? ticker,
    subTitle: "",
    mutuallyExclusive: false,
    openAt: Math.min(now, openAt ?? now),
    closeAt: closeAt ?? now + FAR_MS,
    markets: [],
  }, now);
}

function marketListing(
  ticker: string,
  { title = ticker, yesSubTitle = title, rules = "", strikeType, floorStrike, capStrike }: Partial<
    MarketFacts
  >,
): MarketListing {
  return {
    ticker,
    yesSubTitle,
    noSubTitle: yesSubTitle,
    strikeType: strikes.find((known) => known === strikeType) ?? "custom",
    floorStrike,
    capStrike,
    rules,
    fair: priceOfChance(0.5),
  };
}
