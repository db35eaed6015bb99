/**
 * What differs between products in the writes of orders: their calls, and what their orders' states are called.
 *
 * @module
 */

import type { Operation, PagedOperation } from "../contract/operation.ts";

import type { CheckedTemplate } from "../http/call_options.ts";

/** What is read of an order that is to be placed. */
export interface Placing {
  /** Its market; absent where it is named in another way. */
  readonly ticker?: string | undefined;
  readonly side: string;
  readonly client_order_id?: string | undefined;
  readonly subaccount?: number | undefined;
}

/** What is read of a change of an order. */
export interface Amending {
  readonly price: string;
  readonly count: string;
  readonly expiration_time?: number | undefined;
  readonly updated_client_order_id?: string | undefined;
}

/** What is read of a decrease. */
export interface Decreasing {
  readonly reduce_by?: string | null | undefined;
  readonly reduce_to?: string | null | undefined;
}

/** The order that a call is about, in its parameters. */
export interface ById {
  readonly order_id: string;
}

/** The types of a product's orders: what its calls take and give. */
export interface OrderShapes {
  readonly order: { readonly client_order_id: string };
  readonly place: Placing;
  readonly placed: { readonly order_id: string };
  readonly cancel: ById;
  readonly cancelled: ById;
  readonly cancelAll: object;
  readonly amend: Amending;
  readonly amendParams: ById;
  readonly amended: ById;
  readonly decrease: Decreasing;
  readonly decreaseParams: ById;
  readonly decreased: ById;
}

/** An order of a product with the id that makes it one of a kind. */
export type Named<I> = I & { readonly client_order_id: string };

/** What an order's state tells, by the names that it has here. */
export interface OrderState {
  readonly ticker: string;
  readonly side: string;
  /** Dollars. */
  readonly price: string;
  readonly filled: string;
  readonly remaining: string;
  readonly expires: string | null | undefined;
  /** Undefined where a product's orders do not tell. */
  readonly subaccount: number | undefined;
}

/** A product's orders. */
export interface OrderProduct<S extends OrderShapes> {
  readonly place: Operation<undefined, S["placed"], S["place"]>;
  readonly cancel: Operation<S["cancel"], S["cancelled"]>;
  readonly cancelAll: Operation<S["cancelAll"]>;
  readonly amend: Operation<S["amendParams"], S["amended"], S["amend"]>;
  readonly decrease: Operation<S["decreaseParams"], S["decreased"], S["decrease"]>;
  readonly get: Operation<{ order_id: string }, { order: S["order"] }>;
  readonly list: PagedOperation<ListFilters, { orders: S["order"][] }, "orders">;
  /** Refuses an order, or a change of one, for what no schema says. */
  readonly check?: ((template: CheckedTemplate, fields: object) => void) | undefined;
  /** What an order's state says. */
  readonly stateOf: (order: S["order"]) => OrderState;
  /** The answer to the create that made this order, as far as its state tells. */
  readonly placedFrom: (order: S["order"]) => S["placed"];
  /** The answer to the cancel that ended this order; undefined where none has. */
  readonly cancelledFrom: (order: S["order"]) => S["cancelled"] | undefined;
  /** The answer to the amend that made this order so. */
  readonly amendedFrom: (order: S["order"]) => S["amended"];
  /** The answer to the decrease that made this order so. */
  readonly decreasedFrom: (order: S["order"]) => S["decreased"];
}

/** By what orders are looked for. */
export interface ListFilters {
  ticker?: string | undefined;
  subaccount?: number | undefined;
  min_ts?: number | undefined;
  limit?: number | undefined;
}
