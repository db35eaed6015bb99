/** Markets, books and candlesticks of the margin exchange, as REST has them. */
import type {
  MarginMarket,
  MarginMarketCandlestick,
  MarginOrderbookCount,
  TickerPrice,
} from "../../../contract/perps/types.ts";
import type { Book } from "../../engine/book.ts";
import type { Order, Side } from "../../engine/model.ts";
import type { MarginExchange } from "../../margin/margin_exchange.ts";
import { type MarginMarketInfo, type MarketSchedule, type PricePoint, RATE_ONE } from "../../margin/model.ts";
import { formatCount, formatMoney, formatPrice } from "../../units.ts";
import type { Candle, Range } from "../../world/candles.ts";
import { unixSeconds } from "../format.ts";

/** A price, and since when it is so. */
export function pricePoint({ price, at }: PricePoint): TickerPrice {
  return { price: formatPrice(price), ts_ms: at };
}

/** A rate as a number: 0.0001 is 0.01 %. */
export function rateOf(rate: number): number {
  return rate / RATE_ONE;
}

/** When a market that has hours opens or closes next. */
function schedulePayload(schedule: MarketSchedule | undefined): MarginMarket["schedule"] {
  if (schedule === undefined) return null;
  const { isOpen, nextAt } = schedule;
  const next = nextAt === undefined ? null : unixSeconds(nextAt);
  return { is_open: isOpen, next_close_ts: isOpen ? next : null, next_open_ts: isOpen ? null : next };
}

/** The best price of a side, where there is one, and how much there is at it. */
export function bestOf(
  { book }: { readonly book: Book<Order> },
  side: Side,
): { readonly price?: string; readonly size: string } {
  const best = book.best(side);
  if (best === undefined) return { size: formatCount(0) };
  return { price: formatPrice(best), size: formatCount(book.level(side, best)?.total ?? 0) };
}

/** A market's payload. */
export function marketPayload(margin: MarginExchange, info: MarginMarketInfo): MarginMarket {
  const { market, funding } = info;
  const { volumeValue, volume24h, volumeValue24h, openInterestValue } = margin.statsOf(info);
  const bid = bestOf(market, "bid");
  const ask = bestOf(market, "ask");
  return {
    ticker: market.ticker,
    title: info.title,
    exchange_index: market.shard,
    contract_size: info.contractSize,
    tick_size: formatPrice(info.tick),
    status: margin.statusOf(info),
    fractional_trading_enabled: info.fractional,
    leverage_estimate: margin.leverageOf(info),
    ...(market.lastPrice > 0 && { price: formatPrice(market.lastPrice) }),
    volume: formatCount(market.volume),
    volume_notional_value_dollars: formatMoney(volumeValue),
    open_interest: formatCount(market.openInterest),
    open_interest_notional_value_dollars: formatMoney(openInterestValue),
    volume_24h: formatCount(volume24h),
    volume_24h_notional_value_dollars: formatMoney(volumeValue24h),
    ...(bid.price !== undefined && { bid: bid.price }),
    ...(ask.price !== undefined && { ask: ask.price }),
    bid_size_fp: bid.size,
    ask_size_fp: ask.size,
    settlement_mark_price: pricePoint(info.settlementMark),
    liquidation_mark_price: pricePoint(info.liquidationMark),
    reference_price: pricePoint(info.index),
    schedule: schedulePayload(info.schedule),
    market_version: info.version,
    underlying_multiplier: info.underlyingMultiplier,
    ...(info.assetClass !== undefined && { asset_class: info.assetClass }),
    // As a percentage: 0.01 is 0.01 %.
    funding_deadband: rateOf(funding.deadband) * 100,
    funding_cap: rateOf(funding.cap) * 100,
    funding_limit_unit: "percentage",
  };
}

/**
 * A book, the best of each side last; `width` is that of the levels it is grouped into, whose prices are never better
 * than those of the orders in them.
 */
export function bookPayload(
  book: Book<Order>,
  depth: number,
  width: number | undefined,
): MarginOrderbookCount {
  const levels = (side: Side): [string, string][] => {
    const grouped = new Map<number, number>();
    for (const { price, total } of book.levels(side)) {
      const group = width === undefined
        ? price
        : (side === "bid" ? Math.floor(price / width) : Math.ceil(price / width)) * width;
      grouped.set(group, (grouped.get(group) ?? 0) + total);
    }
    return [...grouped].slice(0, depth === 0 ? undefined : depth).reverse()
      .map(([price, total]) => [formatPrice(price), formatCount(total)]);
  };
  return { bids: levels("bid"), asks: levels("ask") };
}

const distribution = ({ open, low, high, close }: Range) => ({
  open: formatPrice(open),
  low: formatPrice(low),
  high: formatPrice(high),
  close: formatPrice(close),
});

const nothingTraded = { open: null, low: null, high: null, close: null, mean: null };

/** A candlestick; `mean` is the mean price where something traded, `previous` the last price before. */
export function candlePayload(
  candle: Candle,
  mean: number,
  previous: number | undefined,
): MarginMarketCandlestick {
  const { price, bid, ask, openInterest } = candle;
  const last = price?.close ?? previous ?? Math.floor((bid.close + ask.close) / 2);
  return {
    end_period_ts: candle.end,
    bid: distribution(bid),
    ask: distribution(ask),
    price: {
      ...(price === undefined ? nothingTraded : { ...distribution(price), mean: formatPrice(mean) }),
      previous: previous === undefined ? null : formatPrice(previous),
    },
    volume: formatCount(candle.volume),
    volume_notional_value_dollars: formatMoney(candle.turnover),
    open_interest: formatCount(openInterest),
    open_interest_notional_value_dollars: formatMoney(openInterest * last),
  };
}
