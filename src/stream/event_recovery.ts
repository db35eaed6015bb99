/**
 * What the REST API of the event exchange tells of what a stream missed.
 *
 * @module
 */

import { knownMs, timeMs } from "../base/wire_time.ts";
import type { FillData, UserOrderData } from "../contract/event/channels.ts";
import type { Fill, Order } from "../contract/event/types.ts";
import type { LookupClient, StreamLookup } from "./options.ts";
import { field, ordersThrough, type RecoveryFacts, since } from "./recovery_plans.ts";

/** A fill that was looked up. It lacks the position after it and the order's `client_order_id`, which only the live message tells. */
export interface RecoveredFill {
  /** As the live message. */
  readonly type: "fill";
  /** True: it was looked up. */
  readonly recovered: true;
  /** What REST tells of it, in the fields of the live message; it has no `ts` and `ts_ms` where REST tells no time. */
  readonly msg: Omit<FillData, "post_position_fp" | "ts" | "ts_ms"> & {
    post_position_fp?: undefined;
    ts?: number | undefined;
    ts_ms?: number | undefined;
  };
}

/** The present state of an order whose changes were missed. */
export interface RecoveredOrder {
  /** As the live message. */
  readonly type: "user_order";
  /** True: it was looked up. */
  readonly recovered: true;
  /** What REST tells of it, in the fields of the live message. */
  readonly msg: UserOrderData;
}

/** Fills and orders of the event exchange. */
export const eventRecovery: RecoveryFacts<Fill, Order> = {
  fillMsg(fill) {
    const { created_time, subaccount_number, ts, fill_id: _, no_price_dollars: __, ticker: ___, ...same } =
      fill;
    const seconds = knownMs(ts);
    const ms = timeMs(created_time) ?? (seconds && seconds * 1_000);
    return {
      ...same,
      ...field("ts_ms", ms),
      ...field("ts", seconds ?? (ms && Math.floor(ms / 1_000))),
      side: same.side ?? same.outcome_side,
      action: same.action ?? "buy",
      purchased_side: same.outcome_side,
      ...(typeof subaccount_number === "number" && { subaccount: subaccount_number }),
    };
  },
  orderMsg(order) {
    const { type: _, no_price_dollars: __, action: ___, cancel_order_on_pause: ____, ...same } = order;
    const { created_time, last_update_time, expiration_time, outcome_side } = order;
    return {
      ...same,
      side: same.side ?? outcome_side,
      is_yes: outcome_side === "yes",
      created_ts_ms: timeMs(created_time) ?? null,
      ...field("last_updated_ts_ms", timeMs(last_update_time)),
      ...field("expiration_ts_ms", timeMs(expiration_time)),
    };
  },
  stateFields: ["status", "fill_count_fp", "remaining_count_fp", "yes_price_dollars"],
  filledField: "fill_count_fp",
  rests: ({ status }) => status === "resting",
};

/** Looks up through a client, or as it was given. */
export function eventLookup(lookup: LookupClient | StreamLookup): StreamLookup {
  if (!("exchange" in lookup)) return lookup;
  const { fills, orders, exchange } = lookup;
  return {
    fills: (sinceMs) => fills.listAll(since(sinceMs)),
    orders: (sinceMs) => ordersThrough(orders, sinceMs),
    order: (orderId) => orders.get(orderId),
    asOfMs: async () => Date.parse(await exchange.userDataTimestamp()),
  };
}
