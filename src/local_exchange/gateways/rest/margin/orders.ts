/** Kalshi's tag `orders`, of perps. */
import {
  AmendMarginOrder,
  CancelAllMarginOrders,
  CancelMarginOrder,
  CreateMarginOrder,
  DecreaseMarginOrder,
  GetMarginOrder,
  GetMarginOrders,
} from "../../../../contract/perps/operations.ts";
import { ApiError, rejectionError } from "../../../api_error.ts";
import type { Order } from "../../../engine/model.ts";
import type { Placed } from "../../../engine/requests.ts";
import { formatCount } from "../../../units.ts";
import { averageDollars } from "../../../wire/format.ts";
import { orderPayload, subaccountOf as shownIn } from "../../../wire/margin/orders.ts";
import {
  amendmentOf,
  decreaseOf,
  type ForceRules,
  orderRequest,
  readAmendment,
  readDecrease,
  readWish,
} from "../order_fields.ts";
import { orderOf } from "../orders.ts";
import { ordersPage } from "../order_pages.ts";
import { accountOf, Fields, keyOf, subaccountOf, text, timeWindow } from "../read.ts";
import { type Call, route } from "../route.ts";
import { marginOf, marketOf } from "./side.ts";

const forceRules: ForceRules = {
  expires: ["good_till_canceled"],
  reduceOnly: ["immediate_or_cancel", "fill_or_kill"],
};

/** The market that a body names: by its ticker, or by its id where there is no ticker. */
function marketIn(call: Call, fields: Fields) {
  return marketOf(call, fields.text("ticker"), fields.text("market_id"));
}

const named = ({ clientOrderId }: Order) => clientOrderId === "" ? {} : { client_order_id: clientOrderId };

/** What was traded at once, on average. */
function averages({ filled, value, fees }: Placed) {
  return filled === 0 ? {} : {
    average_fill_price: averageDollars(value, filled),
    average_fee_paid: averageDollars(fees, filled),
  };
}

/** A resting order of the caller's that may be changed, in the primary subaccount unless another one is named. */
function changeableOrderOf(call: Call): Order {
  const { engine } = call.side;
  if (engine.exchangePaused) throw new ApiError("exchange_is_paused");
  const order = orderOf(call, call.path.order_id);
  const { market, wallet, status } = order;
  if (shownIn(wallet) !== (subaccountOf(call) ?? 0)) throw new ApiError("not_found");
  if (market.status === "closed") throw new ApiError("market_inactive");
  if (status !== "resting") throw new ApiError("not_found");
  return order;
}

export const marginOrderRoutes = [
  route(CreateMarginOrder, (call) => {
    const { engine } = call.side;
    const fields = new Fields(call.body);
    fields.requiredText("client_order_id");
    const wish = readWish(fields);
    const marketVersion = fields.integer("market_version");
    const { market } = marketIn(call, fields);
    const request = orderRequest(keyOf(call), wish, market, engine.now, forceRules);
    const placed = marginOf(call).place({ ...request, marketVersion });
    if ("rejected" in placed) throw rejectionError(placed);
    return {
      order_id: placed.order.id,
      ...named(placed.order),
      fill_count: formatCount(placed.filled),
      remaining_count: formatCount(placed.order.remaining),
      ...averages(placed),
    };
  }),
  route(AmendMarginOrder, (call) => {
    const fields = new Fields(call.body);
    const wish = readAmendment(fields);
    const order = changeableOrderOf(call);
    if (marketIn(call, fields).market !== order.market) throw new ApiError("order_ticker_mismatch");
    const placed = marginOf(call).amend(order, amendmentOf(wish, order, call.side.engine.now));
    if ("rejected" in placed) throw rejectionError(placed);
    return {
      order_id: order.id,
      ...named(order),
      fill_count: formatCount(placed.filled),
      remaining_count: formatCount(order.remaining),
      ...averages(placed),
    };
  }),
  route(CancelMarginOrder, (call) => {
    const order = changeableOrderOf(call);
    const reduced = marginOf(call).cancel(order);
    return { order_id: order.id, ...named(order), reduced_by: formatCount(reduced) };
  }),
  route(DecreaseMarginOrder, (call) => {
    const wish = readDecrease(new Fields(call.body));
    const order = changeableOrderOf(call);
    marginOf(call).decrease(order, decreaseOf(wish, order));
    return { order_id: order.id, ...named(order), remaining_count: formatCount(order.remaining) };
  }),
  route(CancelAllMarginOrders, (call) => {
    if (call.side.engine.exchangePaused) throw new ApiError("exchange_is_paused");
    marginOf(call).cancelAll(accountOf(call), subaccountOf(call));
    return undefined;
  }),
  route(GetMarginOrder, (call) => ({ order: orderPayload(orderOf(call, call.path.order_id)) })),
  route(GetMarginOrders, (call) => {
    const ticker = text(call, "ticker");
    const isWithin = timeWindow(call);
    const subaccount = subaccountOf(call);
    const { items, cursor } = ordersPage(call, {
      most: 10_000,
      usual: 10_000,
      keep: (order) =>
        (ticker === undefined || order.market.ticker === ticker) &&
        isWithin(order.createdAt) &&
        (subaccount === undefined || shownIn(order.wallet) === subaccount),
    });
    return { orders: items.map(orderPayload), cursor };
  }),
];
