/** What the WebSocket of the margin exchange says: books, tickers, trades, orders, fills. */
import type {
  FillData,
  OrderbookDeltaData,
  OrderbookSnapshotData,
  TickerData,
  TradeData,
  UserOrderData,
} from "../../../contract/perps/channels.ts";
import type { BookEvent } from "../../engine/events.ts";
import type { Fill, Market, Order, Side, Trade, Wallet } from "../../engine/model.ts";
import type { MarginExchange } from "../../margin/margin_exchange.ts";
import { isIsolated, type MarginMarketInfo } from "../../margin/model.ts";
import { formatCount, formatMoney, formatPrice } from "../../units.ts";
import { updateReasonOf } from "../messages/portfolio.ts";
import { bestOf, bookPayload, pricePoint, rateOf } from "./markets.ts";
import { sourceOf } from "./orders.ts";

/** The subaccount that something is in; that of an isolated position has no number. */
const subaccountIn = (wallet: Wallet) => isIsolated(wallet) ? {} : { subaccount: wallet.subaccount };

/** A whole book; an empty side is left out. */
export function snapshot({ ticker, book }: Market): OrderbookSnapshotData {
  const { bids, asks } = bookPayload(book, 0, undefined);
  return {
    market_ticker: ticker,
    ...(bids.length > 0 && { bid: bids }),
    ...(asks.length > 0 && { ask: asks }),
  };
}

/** A change of a book; `isOwn` when the reader's order made it. */
export function delta(
  { market, side, price, delta, order, at }: BookEvent,
  isOwn: boolean,
): OrderbookDeltaData {
  const reason = updateReasonOf(order);
  return {
    market_ticker: market.ticker,
    price: formatPrice(price),
    delta: formatCount(delta),
    side,
    ...(reason !== undefined && { last_update_reason: reason }),
    ...(isOwn && { client_order_id: order.clientOrderId, ...subaccountIn(order.wallet) }),
    ts_ms: at,
  };
}

/** A market's ticker. */
export function ticker(margin: MarginExchange, info: MarginMarketInfo): TickerData {
  const { market } = info;
  const stats = margin.statsOf(info);
  const side = (side: Side) => {
    const { price = formatPrice(0), size } = bestOf(market, side);
    return { price, size };
  };
  const [bid, ask] = [side("bid"), side("ask")];
  const { now } = margin.engine;
  const { rate, computedAt, nextAt } = margin.funding.estimate(info);
  return {
    market_ticker: market.ticker,
    price: formatPrice(market.lastPrice),
    bid: bid.price,
    ask: ask.price,
    bid_size_fp: bid.size,
    ask_size_fp: ask.size,
    last_trade_size_fp: formatCount(market.trades.at(-1)?.count ?? 0),
    volume: formatCount(market.volume),
    volume_notional_value_dollars: formatMoney(stats.volumeValue),
    volume_24h: formatCount(stats.volume24h),
    volume_24h_notional_value_dollars: formatMoney(stats.volumeValue24h),
    open_interest: formatCount(market.openInterest),
    open_interest_notional_value_dollars: formatMoney(stats.openInterestValue),
    reference_price: pricePoint(info.index),
    settlement_mark_price: pricePoint(info.settlementMark),
    liquidation_mark_price: pricePoint(info.liquidationMark),
    ...(rate !== undefined && {
      funding_rate: { rate: rateOf(rate), next_funding_time_ms: nextAt, ts_ms: computedAt },
    }),
    ts_ms: now,
  };
}

/** A public trade. */
export function trade({ id, market, price, count, takerSide, at }: Trade): TradeData {
  return {
    trade_id: id,
    market_ticker: market.ticker,
    price: formatPrice(price),
    count: formatCount(count),
    taker_side: takerSide,
    ts_ms: at,
  };
}

/** An account's half of a trade. */
export function fill({ trade: { id, price, count, at }, order, isTaker, fee, position }: Fill): FillData {
  return {
    trade_id: id,
    order_id: order.id,
    client_order_id: order.clientOrderId,
    market_ticker: order.market.ticker,
    is_taker: isTaker,
    side: order.side,
    ts_ms: at,
    price: formatPrice(price),
    count: formatCount(count),
    fee_cost: formatMoney(fee),
    post_position: formatCount(position),
    ...subaccountIn(order.wallet),
    order_source: sourceOf(order),
  };
}

/** An order's state. */
export function userOrder(order: Order): UserOrderData {
  const { group, expiresAt } = order;
  const reason = updateReasonOf(order);
  return {
    order_id: order.id,
    user_id: order.account.id,
    client_order_id: order.clientOrderId,
    ticker: order.market.ticker,
    side: order.side,
    price: formatPrice(order.price),
    fill_count: formatCount(order.filled),
    remaining_count: formatCount(order.remaining),
    self_trade_prevention_type: order.selfTradePrevention,
    ...(group !== undefined && { order_group_id: group.id }),
    ...(expiresAt !== undefined && { expiration_ts_ms: expiresAt }),
    created_ts_ms: order.createdAt,
    last_updated_ts_ms: order.updatedAt,
    ...(!isIsolated(order.wallet) && { subaccount_number: order.wallet.subaccount }),
    order_source: sourceOf(order),
    ...(reason !== undefined && { last_update_reason: reason }),
  };
}
