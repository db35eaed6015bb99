/** Series, events, markets and books, as REST has them. */
import type {
  EventData,
  GetMarketOrderbookResponse,
  Market as MarketPayload,
  MveSelectedLeg,
  PriceRange,
  Series as SeriesPayload,
} from "../../contract/event/types.ts";
import type { Book, Level } from "../engine/book.ts";
import { complement, noQuote } from "../engine/event_contract.ts";
import type { Market, Order, Side } from "../engine/model.ts";
import type { PriceGrid } from "../engine/price_grid.ts";
import { formatCount, formatPrice } from "../units.ts";
import type { Candles } from "../world/candles.ts";
import type { ComboLeg, EventInfo, MarketInfo, SeriesInfo } from "../world/catalog.ts";
import { SETTLEMENT_TIMER_S } from "../world/lifecycle.ts";
import { isoTime } from "./format.ts";

/** What a market's past is read from, and the time it is seen from. */
export interface MarketHistory {
  readonly engine: { readonly now: number };
  readonly candles: Candles;
}

/** The bands of a price grid. */
export function priceRanges(bands: PriceGrid): PriceRange[] {
  return bands.map(({ start, end, step }) => ({
    start: formatPrice(start),
    end: formatPrice(end),
    step: formatPrice(step),
  }));
}

/** A leg of a combo. */
export function legPayload({ info, side }: ComboLeg): MveSelectedLeg {
  return {
    event_ticker: info.event.ticker,
    market_ticker: info.market.ticker,
    side,
    ...(info.settlementValue === undefined
      ? {}
      : { yes_settlement_value_dollars: formatPrice(info.settlementValue) }),
  };
}

const DAY = 86_400_000;

/** What was traded after a time. */
function volumeSince({ trades, volume }: Market, at: number): number {
  let low = 0;
  let high = trades.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((trades[middle]?.at ?? Infinity) <= at) low = middle + 1;
    else high = middle;
  }
  return volume - (trades[low]?.volumeBefore ?? volume);
}

/** A market's payload. */
export function marketPayload({ engine, candles }: MarketHistory, info: MarketInfo): MarketPayload {
  const { market, listing, event } = info;
  const yesterday = engine.now - DAY;
  const dayAgo = candles.latest(market, yesterday / 1_000);
  const bid = market.book.best("bid");
  const ask = market.book.best("ask");
  const size = (side: Side, price: number | undefined) =>
    formatCount(price === undefined ? 0 : market.book.level(side, price)?.total ?? 0);
  const closes = isoTime(info.closeAt);
  return {
    ticker: market.ticker,
    event_ticker: event.ticker,
    market_type: "binary",
    title: event.listing.title,
    subtitle: listing.yesSubTitle,
    yes_sub_title: listing.yesSubTitle,
    no_sub_title: listing.noSubTitle,
    created_time: isoTime(info.createdAt),
    updated_time: isoTime(market.updatedAt),
    open_time: isoTime(info.openAt),
    close_time: closes,
    expected_expiration_time: closes,
    expiration_time: closes,
    latest_expiration_time: isoTime(info.closeAt + 7 * 86_400_000),
    settlement_timer_seconds: SETTLEMENT_TIMER_S,
    status: market.status,
    yes_bid_dollars: formatPrice(bid ?? noQuote.bid),
    yes_bid_size_fp: size("bid", bid),
    yes_ask_dollars: formatPrice(ask ?? noQuote.ask),
    yes_ask_size_fp: size("ask", ask),
    no_bid_dollars: formatPrice(complement(ask ?? noQuote.ask)),
    no_ask_dollars: formatPrice(complement(bid ?? noQuote.bid)),
    last_price_dollars: formatPrice(market.lastPrice),
    volume_fp: formatCount(market.volume),
    volume_24h_fp: formatCount(volumeSince(market, yesterday)),
    result: info.result,
    can_close_early: true,
    open_interest_fp: formatCount(market.openInterest),
    notional_value_dollars: "1.0000",
    previous_yes_bid_dollars: formatPrice(dayAgo?.bid.close ?? 0),
    previous_yes_ask_dollars: formatPrice(dayAgo?.ask.close ?? 0),
    previous_price_dollars: formatPrice(candles.priceBefore(market, yesterday / 1_000) ?? 0),
    ...(info.settlementValue === undefined
      ? {}
      : { settlement_value_dollars: formatPrice(info.settlementValue) }),
    ...(info.settledAt === undefined ? {} : { settlement_ts: isoTime(info.settledAt) }),
    expiration_value: "",
    strike_type: listing.strikeType,
    ...(listing.floorStrike === undefined ? {} : { floor_strike: listing.floorStrike }),
    ...(listing.capStrike === undefined ? {} : { cap_strike: listing.capStrike }),
    rules_primary: listing.rules,
    rules_secondary: "",
    price_level_structure: info.structure,
    price_ranges: priceRanges(market.bands),
    exchange_index: market.shard,
    settlement_bounds_type: "default",
    ...(event.legs === undefined ? {} : {
      mve_collection_ticker: `${event.series.ticker}-R`,
      mve_selected_legs: event.legs.map(legPayload),
    }),
  };
}

/** An event's payload. */
export function eventPayload(
  history: MarketHistory,
  event: EventInfo,
  withMarkets: boolean,
  keep: (info: MarketInfo) => boolean = () => true,
): EventData {
  const { listing, series } = event;
  return {
    event_ticker: event.ticker,
    series_ticker: series.ticker,
    sub_title: listing.subTitle,
    title: listing.title,
    collateral_return_type: "",
    mutually_exclusive: listing.mutuallyExclusive,
    category: series.listing.category,
    strike_date: isoTime(listing.closeAt),
    strike_period: "",
    settlement_sources: [series.listing.source],
    last_updated_ts: isoTime(event.updatedAt),
    exchange_index: series.listing.shard,
    ...(event.feeTypeOverride === undefined ? {} : { fee_type_override: event.feeTypeOverride }),
    ...(event.feeMultiplierOverride === undefined
      ? {}
      : { fee_multiplier_override: event.feeMultiplierOverride }),
    ...(withMarkets
      ? { markets: event.markets.filter(keep).map((info) => marketPayload(history, info)) }
      : {}),
  };
}

/** A series' payload. */
export function seriesPayload(series: SeriesInfo, withVolume: boolean): SeriesPayload {
  const { listing } = series;
  const volume = () =>
    series.events.flatMap(({ markets }) => markets).reduce((sum, { market }) => sum + market.volume, 0);
  return {
    ticker: series.ticker,
    frequency: listing.frequency,
    title: listing.title,
    category: listing.category,
    categories: [listing.category],
    tags: [...listing.tags],
    settlement_sources: [listing.source],
    contract_url: `https://example.com/contracts/${series.ticker}.pdf`,
    contract_terms_url: `https://example.com/contracts/${series.ticker}-terms.pdf`,
    fee_type: series.feeType,
    fee_multiplier: series.feeMultiplier,
    additional_prohibitions: [],
    last_updated_ts: isoTime(series.updatedAt),
    exchange_index: listing.shard,
    ...(withVolume ? { volume_fp: formatCount(volume()) } : {}),
  };
}

/** A book's payload: bids for YES and bids for NO, best last; of each side the best `depth`, 0 for all. */
export function bookPayload(book: Book<Order>, depth: number): GetMarketOrderbookResponse["orderbook_fp"] {
  const side = (levels: Level<Order>[], price: (level: Level<Order>) => number) =>
    (depth === 0 ? levels : levels.slice(0, depth)).reverse()
      .map((level): [string, string] => [formatPrice(price(level)), formatCount(level.total)]);
  return {
    yes_dollars: side(book.levels("bid"), (level) => level.price),
    no_dollars: side(book.levels("ask"), (level) => complement(level.price)),
  };
}
