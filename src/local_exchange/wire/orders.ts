/** Orders, fills and public trades, as REST has them. */
import type {
  Fill as FillPayload,
  Order as OrderPayload,
  Trade as TradePayload,
} from "../../contract/event/types.ts";
import { complement, outcomeOf } from "../engine/event_contract.ts";
import type { Fill, Order, Trade } from "../engine/model.ts";
import { formatCount, formatMoney, formatPrice } from "../units.ts";
import { isoTime, unixSeconds } from "./format.ts";

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
    no_price_dollars: formatPrice(complement(order.price)),
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
    no_price_dollars: formatPrice(complement(trade.price)),
    is_taker: isTaker,
    created_time: isoTime(trade.at),
    fee_cost: formatMoney(fee),
    subaccount_number: order.wallet.subaccount,
    ts: unixSeconds(trade.at),
  };
}

/** A trade's payload. */
export function tradePayload({ id, market, price, count, takerSide, at, isBlock }: Trade): TradePayload {
  return {
    trade_id: id,
    ticker: market.ticker,
    count_fp: formatCount(count),
    yes_price_dollars: formatPrice(price),
    no_price_dollars: formatPrice(complement(price)),
    taker_side: outcomeOf(takerSide),
    taker_outcome_side: outcomeOf(takerSide),
    taker_book_side: takerSide,
    created_time: isoTime(at),
    is_block_trade: isBlock,
  };
}
