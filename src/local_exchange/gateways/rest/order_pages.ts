/** Pages of the caller's orders. */
import type { Order } from "../../engine/model.ts";
import { placeOf } from "../../engine/order_list.ts";
import { type PageOf, pageOf, type PageOptions } from "./page.ts";
import { accountOf, choice, integer, list, subaccountOf, text, timeWindow } from "./read.ts";
import type { Call } from "./route.ts";

/** The page of the caller's orders that a call asks for, newest first: of those of the status that it names. */
export function ordersPage(
  call: Call,
  options: Omit<PageOptions<Order>, "newestFirst" | "numbering">,
): PageOf<Order> {
  const { orders } = accountOf(call);
  const status = choice(call, "status", ["resting", "canceled", "executed"] as const);
  return pageOf(call, status === undefined ? orders.all : orders.of(status), {
    ...options,
    newestFirst: true,
    numbering: { numberOf: ({ number }) => number, placeOf },
  });
}

/** What a call to list orders keeps, whatever their status. */
export function orderFilter(call: Call): (order: Order) => boolean {
  const ticker = text(call, "ticker");
  const events = list(call, "event_ticker");
  const isWithin = timeWindow(call);
  const subaccount = subaccountOf(call);
  const shard = integer(call, "exchange_index", { min: 0 });
  return (order) =>
    (ticker === undefined || order.market.ticker === ticker) &&
    (events === undefined || events.includes(order.market.eventTicker)) &&
    isWithin(order.createdAt) &&
    (subaccount === undefined || order.wallet.subaccount === subaccount) &&
    (shard === undefined || order.market.shard === shard);
}
