/** What the private channels of the WebSocket say: orders, fills, positions, order groups. */
import type {
  FillData,
  MarketPositionData,
  OrderGroupUpdatesData,
  UserOrderData,
} from "../../../contract/event/channels.ts";
import { outcomeOf } from "../../engine/event_contract.ts";
import type { Fill, Holding, Order, OrderChange, OrderGroup } from "../../engine/model.ts";
import { formatCount, formatMoney, formatPrice } from "../../units.ts";
import { isoTime, unixSeconds } from "../format.ts";
import { orderPayload } from "../orders.ts";

/** An account's half of a trade. */
export function fill({ trade: { id, price, count, at }, order, isTaker, fee, position }: Fill): FillData {
  const outcome = outcomeOf(order.side);
  return {
    trade_id: id,
    order_id: order.id,
    market_ticker: order.market.ticker,
    exchange_index: order.market.shard,
    is_taker: isTaker,
    side: outcome,
    yes_price_dollars: formatPrice(price),
    count_fp: formatCount(count),
    fee_cost: formatMoney(fee),
    action: "buy",
    outcome_side: outcome,
    book_side: order.side,
    ts: unixSeconds(at),
    ts_ms: at,
    client_order_id: order.clientOrderId,
    post_position_fp: formatCount(position),
    purchased_side: outcome,
    subaccount: order.wallet.subaccount,
  };
}

/** Kalshi's names of what an order went through; the rest has none, and is sent without a reason. */
const updateReasons = {
  trade: "Trade",
  amend: "Amend",
  decrease: "Decrease",
  self_trade: "SelfTradeCancel",
  expired: "ExpiryCancel",
  market_closed: "CloseCancel",
  paused: "HaltCancel",
  unpaid: "MarginCancel",
  post_only: "PostOnlyCrossCancel",
  reduce_only: "ReduceOnlyCancel",
} as const satisfies Partial<Record<OrderChange, string>>;

type UpdateReasons = Readonly<
  Partial<Record<OrderChange, (typeof updateReasons)[keyof typeof updateReasons]>>
>;

/** Why an order last changed, in Kalshi's words; undefined where it has none. */
export function updateReasonOf({ lastChange }: Order) {
  const reasons: UpdateReasons = updateReasons;
  return lastChange && reasons[lastChange];
}

/** An order's state. */
export function userOrder(order: Order): UserOrderData {
  const { createdAt, updatedAt, expiresAt, group, side } = order;
  const reason = updateReasonOf(order);
  const {
    order_id,
    user_id,
    ticker,
    status,
    outcome_side,
    book_side,
    yes_price_dollars,
    fill_count_fp,
    remaining_count_fp,
    initial_count_fp,
    taker_fill_cost_dollars,
    maker_fill_cost_dollars,
    taker_fees_dollars,
    maker_fees_dollars,
    client_order_id,
  } = orderPayload(order);
  return {
    order_id,
    user_id,
    ticker,
    status,
    side: outcomeOf(side),
    is_yes: side === "bid",
    outcome_side,
    book_side,
    yes_price_dollars,
    fill_count_fp,
    remaining_count_fp,
    initial_count_fp,
    taker_fill_cost_dollars,
    maker_fill_cost_dollars,
    taker_fees_dollars,
    maker_fees_dollars,
    client_order_id,
    ...(group !== undefined && { order_group_id: group.id }),
    self_trade_prevention_type: order.selfTradePrevention,
    created_time: isoTime(createdAt),
    created_ts_ms: createdAt,
    last_update_time: isoTime(updatedAt),
    last_updated_ts_ms: updatedAt,
    ...(expiresAt !== undefined && { expiration_time: isoTime(expiresAt), expiration_ts_ms: expiresAt }),
    subaccount_number: order.wallet.subaccount,
    exchange_index: order.market.shard,
    ...(reason !== undefined && { last_update_reason: reason }),
  };
}

/** A position. */
export function position(holding: Holding): MarketPositionData {
  const { market, wallet } = holding;
  return {
    user_id: wallet.account.id,
    market_ticker: market.ticker,
    position_fp: formatCount(holding.position),
    position_cost_dollars: formatMoney(holding.exposure),
    realized_pnl_dollars: formatMoney(holding.realized),
    fees_paid_dollars: formatMoney(holding.fees),
    position_fee_cost_dollars: formatMoney(0),
    volume_fp: formatCount(holding.tradedCount),
    subaccount: wallet.subaccount,
  };
}

/** An order group. */
export function orderGroup(
  group: OrderGroup,
  change: OrderGroupUpdatesData["event_type"],
  at: number,
): OrderGroupUpdatesData {
  return {
    event_type: change,
    order_group_id: group.id,
    ...((change === "created" || change === "limit_updated") &&
      { contracts_limit_fp: formatCount(group.limit) }),
    ts_ms: at,
  };
}
