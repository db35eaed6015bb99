/** What the engine keeps, as Kalshi's payloads. */
import type {
  EventData,
  Fill as FillPayload,
  GetMarketOrderbookResponse,
  Market as MarketPayload,
  MarketPosition,
  MveSelectedLeg,
  Order as OrderPayload,
  PriceRange,
  Series as SeriesPayload,
  Trade as TradePayload,
} from "../../contract/event/types.ts";
import type { Book, Level } from "../engine/book.ts";
import type { Fill, Holding, Market, Order, PriceBand, Side, Trade } from "../engine/model.ts";
import { formatCount, formatMoney, formatPrice, PRICE_ONE } from "../units.ts";
import type { Exchange } from "../exchange.ts";
import type { ComboLeg, EventInfo, MarketInfo, SeriesInfo } from "../world/catalog.ts";
import { SETTLEMENT_TIMER_S } from "../world/lifecycle.ts";

/** A time as Kalshi writes it. */
export function isoTime(at: number): string {
  return new Date(at).toISOString();
}

/** YES or NO, for a side of the book. */
export function outcomeOf(side: Side): "yes" | "no" {
  return side === "bid" ? "yes" : "no";
}

/** The bands of a price grid. */
export function priceRanges(bands: readonly PriceBand[]): PriceRange[] {
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
export function marketPayload({ engine, candles }: Exchange, info: MarketInfo): MarketPayload {
  const { market, plan, event } = info;
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
    title: event.plan.title,
    subtitle: plan.yesSubTitle,
    yes_sub_title: plan.yesSubTitle,
    no_sub_title: plan.noSubTitle,
    created_time: isoTime(info.createdAt),
    updated_time: isoTime(market.updatedAt),
    open_time: isoTime(info.openAt),
    close_time: closes,
    expected_expiration_time: closes,
    expiration_time: closes,
    latest_expiration_time: isoTime(info.closeAt + 7 * 86_400_000),
    settlement_timer_seconds: SETTLEMENT_TIMER_S,
    status: market.status,
    yes_bid_dollars: formatPrice(bid ?? 0),
    yes_bid_size_fp: size("bid", bid),
    yes_ask_dollars: formatPrice(ask ?? PRICE_ONE),
    yes_ask_size_fp: size("ask", ask),
    no_bid_dollars: formatPrice(PRICE_ONE - (ask ?? PRICE_ONE)),
    no_ask_dollars: formatPrice(PRICE_ONE - (bid ?? 0)),
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
    strike_type: plan.strikeType,
    ...(plan.floorStrike === undefined ? {} : { floor_strike: plan.floorStrike }),
    ...(plan.capStrike === undefined ? {} : { cap_strike: plan.capStrike }),
    rules_primary: plan.rules,
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
  exchange: Exchange,
  event: EventInfo,
  withMarkets: boolean,
  keep: (info: MarketInfo) => boolean = () => true,
): EventData {
  const { plan, series } = event;
  return {
    event_ticker: event.ticker,
    series_ticker: series.ticker,
    sub_title: plan.subTitle,
    title: plan.title,
    collateral_return_type: "",
    mutually_exclusive: plan.mutuallyExclusive,
    category: series.plan.category,
    strike_date: isoTime(plan.closeAt),
    strike_period: "",
    settlement_sources: [series.plan.source],
    last_updated_ts: isoTime(event.updatedAt),
    exchange_index: series.plan.shard,
    ...(event.feeTypeOverride === undefined ? {} : { fee_type_override: event.feeTypeOverride }),
    ...(event.feeMultiplierOverride === undefined
      ? {}
      : { fee_multiplier_override: event.feeMultiplierOverride }),
    ...(withMarkets ? { markets: event.markets.filter(keep).map((info) => marketPayload(exchange, info)) } : {}),
  };
}

/** A series' payload. */
export function seriesPayload(series: SeriesInfo, withVolume: boolean): SeriesPayload {
  const { plan } = series;
  const volume = () =>
    series.events.flatMap(({ markets }) => markets).reduce((sum, { market }) => sum + market.volume, 0);
  return {
    ticker: series.ticker,
    frequency: plan.frequency,
    title: plan.title,
    category: plan.category,
    categories: [plan.category],
    tags: [...plan.tags],
    settlement_sources: [plan.source],
    contract_url: `https://example.com/contracts/${series.ticker}.pdf`,
    contract_terms_url: `https://example.com/contracts/${series.ticker}-terms.pdf`,
    fee_type: series.feeType,
    fee_multiplier: series.feeMultiplier,
    additional_prohibitions: [],
    last_updated_ts: isoTime(series.updatedAt),
    exchange_index: plan.shard,
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
    no_dollars: side(book.levels("ask"), (level) => PRICE_ONE - level.price),
  };
}

/** An order's payload. */
export function orderPayload(order: Order): OrderPayload {
  const outcome = outcomeOf(order.side);
  return {
    order_id: order.id,
    user_id: order.account.id,
    client_order_id: order.clientOrderId,
    ticker: order.market.ticker,
    side: outcome,
    action: "buy",
    outcome_side: outcome,
    book_side: order.side,
    type: "limit",
    status: order.status,
    yes_price_dollars: formatPrice(order.price),
    no_price_dollars: formatPrice(PRICE_ONE - order.price),
    fill_count_fp: formatCount(order.filled),
    remaining_count_fp: formatCount(order.remaining),
    initial_count_fp: formatCount(order.initial),
    taker_fill_cost_dollars: formatMoney(order.takerCost),
    maker_fill_cost_dollars: formatMoney(order.makerCost),
    taker_fees_dollars: formatMoney(order.takerFees),
    maker_fees_dollars: formatMoney(order.makerFees),
    expiration_time: order.expiresAt === undefined ? null : isoTime(order.expiresAt),
    created_time: isoTime(order.createdAt),
    last_update_time: isoTime(order.updatedAt),
    self_trade_prevention_type: order.selfTradePrevention,
    order_group_id: order.group?.id ?? null,
    cancel_order_on_pause: order.cancelOnPause,
    subaccount_number: order.wallet.subaccount,
    exchange_index: order.market.shard,
  };
}

/** A fill's payload. */
export function fillPayload({ id, trade, order, isTaker, fee }: Fill): FillPayload {
  const outcome = outcomeOf(order.side);
  return {
    fill_id: id,
    exchange_index: order.market.shard,
    trade_id: trade.id,
    order_id: order.id,
    ticker: order.market.ticker,
    market_ticker: order.market.ticker,
    side: outcome,
    action: "buy",
    outcome_side: outcome,
    book_side: order.side,
    count_fp: formatCount(trade.count),
    yes_price_dollars: formatPrice(trade.price),
    no_price_dollars: formatPrice(PRICE_ONE - trade.price),
    is_taker: isTaker,
    created_time: isoTime(trade.at),
    fee_cost: formatMoney(fee),
    subaccount_number: order.wallet.subaccount,
    ts: Math.floor(trade.at / 1_000),
  };
}

/** A trade's payload. */
export function tradePayload({ id, market, price, count, takerSide, at, isBlock }: Trade): TradePayload {
  return {
    trade_id: id,
    ticker: market.ticker,
    count_fp: formatCount(count),
    yes_price_dollars: formatPrice(price),
    no_price_dollars: formatPrice(PRICE_ONE - price),
    taker_side: outcomeOf(takerSide),
    taker_outcome_side: outcomeOf(takerSide),
    taker_book_side: takerSide,
    created_time: isoTime(at),
    is_block_trade: isBlock,
  };
}

/** A position's payload. */
export function positionPayload(holding: Holding): MarketPosition {
  return {
    ticker: holding.market.ticker,
    exchange_index: holding.market.shard,
    total_traded_dollars: formatMoney(holding.traded),
    position_fp: formatCount(holding.position),
    market_exposure_dollars: formatMoney(holding.exposure),
    realized_pnl_dollars: formatMoney(holding.realized),
    fees_paid_dollars: formatMoney(holding.fees),
    last_updated_ts: isoTime(holding.updatedAt),
  };
}

/** Money spread over contracts, as dollars with 4 decimals, rounded half up. */
export function averageDollars(money: number, count: number): string {
  return formatPrice(Math.floor(money / count + 0.5));
}
