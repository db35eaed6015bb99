/** Orders, fills and public trades of the margin exchange, as REST has them. */
import type {
  LastUpdateReason,
  MarginFill,
  MarginOrder,
  MarginTrade,
  OrderSource,
} from "../../../contract/perps/types.ts";
import type { Fill, Order, Trade, Wallet } from "../../engine/model.ts";
import { isIsolated } from "../../margin/model.ts";
import { formatCount, formatMoney, formatPrice } from "../../units.ts";
import { isoTime } from "../format.ts";
import { updateReasonOf } from "../messages/portfolio.ts";

/** Who placed an order: its owner, or the exchange itself. */
export function sourceOf({ origin }: Order): OrderSource {
  return origin === undefined ? "user" : "system";
}

/** The number of the subaccount that something is in; that of an isolated position has none, and counts as the primary. */
export function subaccountOf(wallet: Wallet): number {
  return isIsolated(wallet) ? 0 : wallet.subaccount;
}

/** The reasons that REST has names for; the WebSocket has two more. */
const restReasons: ReadonlySet<string> = new Set<LastUpdateReason>([
  "Decrease",
  "Amend",
  "MarginCancel",
  "SelfTradeCancel",
  "ExpiryCancel",
  "Trade",
  "PostOnlyCrossCancel",
  "ReduceOnlyCancel",
]);

/** An order's payload. */
export function orderPayload(order: Order): MarginOrder {
  const reason = updateReasonOf(order) ?? "";
  return {
    order_id: order.id,
    user_id: order.account.id,
    client_order_id: order.clientOrderId,
    ticker: order.market.ticker,
    side: order.side,
    last_update_reason: restReasons.has(reason) ? reason as LastUpdateReason : "",
    price: formatPrice(order.price),
    fill_count: formatCount(order.filled),
    remaining_count: formatCount(order.remaining),
    expiration_time: order.expiresAt === undefined ? null : isoTime(order.expiresAt),
    created_time: isoTime(order.createdAt),
    last_update_time: isoTime(order.updatedAt),
    self_trade_prevention_type: order.selfTradePrevention,
    cancel_order_on_pause: order.cancelOnPause,
    ...(order.group !== undefined && { order_group_id: order.group.id }),
    order_source: sourceOf(order),
    ...(order.origin !== undefined && { order_reason: order.origin }),
  };
}

/** A fill's payload. */
export function fillPayload({ id, trade, order, isTaker, fee, margin }: Fill): MarginFill {
  return {
    fill_id: id,
    order_id: order.id,
    is_taker: isTaker,
    side: order.side,
    count: formatCount(trade.count),
    created_time: isoTime(trade.at),
    ticker: order.market.ticker,
    price: formatPrice(trade.price),
    entry_price: formatPrice(margin?.entryPrice ?? trade.price),
    fees: formatMoney(fee),
    realized_pnl: formatMoney(margin?.realized ?? 0),
    order_source: sourceOf(order),
  };
}

/** A trade's payload. */
export function tradePayload({ id, market, price, count, takerSide, at }: Trade): MarginTrade {
  return {
    trade_id: id,
    ticker: market.ticker,
    count: formatCount(count),
    price: formatPrice(price),
    created_time: isoTime(at),
    taker_side: takerSide,
  };
}
