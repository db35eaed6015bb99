/**
 * What the REST API of the perps exchange tells of what a stream missed.
 *
 * @module
 */

import type { KalshiError } from "../base/errors.ts";
import { timeMs } from "../base/wire_time.ts";
import type { FillData, UserOrderData } from "../contract/perps/channels.ts";
import type { MarginFill, MarginOrder } from "../contract/perps/types.ts";
import { alikeFills } from "./alike_fills.ts";
import type { ProductLookup } from "./options.ts";
import { field, ordersThrough, type RecoveryFacts, since } from "./recovery_plans.ts";

/** A fill as REST tells it, with the subaccount that was asked for. */
export type PerpsLookupFill = MarginFill & { readonly subaccount?: number | undefined };

/** Where a stream of perps looks up what it missed; `client.stream()` brings one along. */
export interface PerpsLookup extends ProductLookup<PerpsLookupFill, MarginOrder> {}

/** A client of the perps exchange, as far as a stream looks up what it missed through it. */
export interface PerpsLookupClient {
  /** Balances, which tell the subaccounts, and fills. */
  readonly portfolio: {
    balance(): Promise<{ readonly subaccount_balances: readonly { readonly subaccount: number }[] }>;
    readonly fills: {
      listAll(params: { min_ts: number; subaccount?: number | undefined }): AsyncIterable<MarginFill>;
    };
  };
  /** The account's orders. */
  readonly orders: {
    listAll(params: { min_ts: number } | { status: "resting" }): AsyncIterable<MarginOrder>;
    get(orderId: string): Promise<MarginOrder>;
  };
  /** The markets; those whose order books do not come are not looked up when left out. */
  readonly markets?: { get(ticker: string): Promise<{ readonly status: string }> };
}

/**
 * A fill of the perps exchange that was looked up. It lacks what only the live message tells: the position after it, and
 * the order's `client_order_id`.
 */
export interface RecoveredPerpsFill {
  /** As the live message. */
  readonly type: "fill";
  /** True: it was looked up. */
  readonly recovered: true;
  /** What REST tells of it, in the fields of the live message, and what only REST tells. */
  readonly msg:
    & Omit<FillData, "client_order_id" | "order_source" | "post_position" | "ts_ms">
    & Pick<MarginFill, "entry_price" | "order_source" | "realized_pnl">
    & {
      client_order_id?: undefined;
      post_position?: undefined;
      /** When it happened, in Unix milliseconds; not there where REST tells no time. */
      ts_ms?: number | undefined;
    };
}

/** The present state of an order of the perps exchange whose changes were missed. It lacks the subaccount. */
export interface RecoveredPerpsOrder {
  /** As the live message. */
  readonly type: "user_order";
  /** True: it was looked up. */
  readonly recovered: true;
  /** What REST tells of it, in the fields of the live message, and what only REST tells. */
  readonly msg: Omit<UserOrderData, "order_source" | "subaccount_number"> & {
    subaccount_number?: undefined;
    order_source?: MarginOrder["order_source"];
    order_reason?: MarginOrder["order_reason"];
  };
}

/** Fills and orders of the perps exchange. */
export const perpsRecovery: RecoveryFacts<PerpsLookupFill, MarginOrder> = {
  fillMsg({ fill_id, ticker, fees, created_time, ...same }) {
    return {
      ...same,
      trade_id: fill_id,
      market_ticker: ticker,
      fee_cost: fees,
      ...field("ts_ms", timeMs(created_time)),
    };
  },
  orderMsg({ created_time, last_update_time, expiration_time, last_update_reason, ...order }) {
    const { cancel_order_on_pause: _, ...same } = order;
    return {
      ...same,
      // REST writes "" where the live message has none.
      ...field("last_update_reason", last_update_reason || undefined),
      created_ts_ms: timeMs(created_time) ?? null,
      ...field("last_updated_ts_ms", timeMs(last_update_time)),
      ...field("expiration_ts_ms", timeMs(expiration_time)),
    };
  },
  // REST has the id of a fill, the live message that of a trade, and nothing says that they are the same.
  fillMemory: () => alikeFills(["order_id", "price", "count", "is_taker", "ts_ms"]),
  stateFields: ["fill_count", "remaining_count", "price"],
  filledField: "fill_count",
  // Its orders have no status: one of which nothing is left has ended.
  rests: ({ remaining_count }) => Number(remaining_count) > 0,
};

/** How far Kalshi's answers are taken to lag behind: nothing tells it on this exchange. */
const LOOK_AGAIN_MS = 10_000;

/** The subaccounts, of which fills are listed one by one; undefined for a key that may know of its own alone. */
async function subaccountsOf(portfolio: PerpsLookupClient["portfolio"]): Promise<(number | undefined)[]> {
  try {
    const { subaccount_balances } = await portfolio.balance();
    return [...new Set([0, ...subaccount_balances.map(({ subaccount }) => subaccount)])];
  } catch (error) {
    if ((error as Partial<KalshiError>).status === 403) return [undefined];
    throw error;
  }
}

/** Looks up through a client, or as it was given. */
export function perpsLookup(lookup: PerpsLookupClient | PerpsLookup): PerpsLookup {
  if (!("portfolio" in lookup)) return lookup;
  const { portfolio, orders } = lookup;
  return {
    async *fills(sinceMs) {
      for (const subaccount of await subaccountsOf(portfolio)) {
        const own = field("subaccount", subaccount);
        for await (const fill of portfolio.fills.listAll({ ...since(sinceMs), ...own })) {
          yield { ...fill, ...own };
        }
      }
    },
    orders: (sinceMs) => ordersThrough(orders, sinceMs),
    order: (orderId) => orders.get(orderId),
    lookAgainMs: LOOK_AGAIN_MS,
  };
}
