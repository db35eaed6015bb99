/**
 * The writes of orders, for every product: what a call is given is checked and copied, and takes effect once.
 *
 * @module
 */

import { assertNoExtra, assertOneOf, checkFirst, isGiven, ownFields, withExtras } from "../http/arguments.ts";
import { callForNothing, callWith } from "../http/call_operation.ts";
import { readCallOptions, type WriteOptions } from "../http/call_options.ts";
import { withIds } from "../http/check_call.ts";
import type { HttpPipeline } from "../http/pipeline.ts";
import { isIdempotent, lookUpOptions, writeOne } from "./once.ts";
import type { Named, OrderProduct, OrderShapes, Placing } from "./order_product.ts";
import { amendedNow, cancelledNow, decreasedNow, findPlaced, sizeAfter } from "./order_state.ts";
import { stepsOf } from "./steps.ts";

/** Once for each call, before its first attempt: another id for each attempt would be another order. */
export function withClientOrderId<I extends Placing>(order: I): Named<I> {
  return {
    ...order,
    client_order_id: order.client_order_id === undefined ? crypto.randomUUID() : order.client_order_id,
  };
}

/** Places an order. */
export async function placeOrder<S extends OrderShapes>(
  http: HttpPipeline,
  product: OrderProduct<S>,
  order: S["place"],
  wanted: WriteOptions,
): Promise<S["placed"]> {
  const { place } = product;
  const options = readCallOptions(place, wanted);
  assertNoExtra(place, options, "client_order_id");
  const given = ownFields(place, order);
  const body = withClientOrderId(given);
  const { client_order_id } = body;
  product.check?.(place, checkFirst(place, undefined, body, options));
  const sought = withExtras(body, options.extraBody);
  const sinceMs = http.now();
  return await writeOne(http, options, {
    clientIds: [client_order_id],
    // Nobody else knows an id that was made here.
    isEcho: (verdict) => verdict === "taken" && given.client_order_id === undefined,
    send: (options, attempt) => callWith(http, place, "order_id", undefined, options, body, attempt),
    lookUp: async ({ options, maxItems }) =>
      (await findPlaced(http, product, [sought], sinceMs, { ...options, maxItems })).get(sought),
  });
}

/** Cancels what rests of an order. */
export function cancelOrder<S extends OrderShapes>(
  http: HttpPipeline,
  product: OrderProduct<S>,
  orderId: string,
  params: Omit<S["cancel"], "order_id">,
  options: WriteOptions,
): Promise<S["cancelled"]> {
  const { cancel } = product;
  return writeOne(http, options, {
    isEcho: (verdict) => verdict === "missing",
    send: (options, attempt) => {
      const ids = withIds(cancel, params, { order_id: orderId });
      return callWith(http, cancel, "order_id", ids, options, undefined, attempt);
    },
    lookUp: ({ options }) => cancelledNow(http, product, orderId, options),
  });
}

/** Cancels every resting order. */
export function cancelAllOrders<S extends OrderShapes>(
  http: HttpPipeline,
  { cancelAll }: OrderProduct<S>,
  params: S["cancelAll"],
  options: WriteOptions,
): Promise<void> {
  return writeOne<void>(http, options, {
    send: (options, attempt) => callForNothing(http, cancelAll, params, options, undefined, attempt),
    lookUp: () => Promise.resolve(undefined),
  });
}

/** Changes price, count or expiry of an order. */
export async function amendOrder<S extends OrderShapes>(
  http: HttpPipeline,
  product: OrderProduct<S>,
  orderId: string,
  change: S["amend"],
  params: Omit<S["amendParams"], "order_id">,
  wanted: WriteOptions,
): Promise<S["amended"]> {
  const { amend } = product;
  const options = readCallOptions(amend, wanted);
  const body = ownFields(amend, change);
  const ids = withIds(amend, params, { order_id: orderId });
  const sought = checkFirst(amend, ids, body, options);
  product.check?.(amend, sought);
  return await writeOne(http, options, {
    isEcho: () => true,
    // It may have given the order another id.
    mayBeOwn: ({ serverCode }) => serverCode === "order_id_and_client_order_id_mismatch",
    send: (options, attempt) => callWith(http, amend, "order_id", ids, options, body, attempt),
    lookUp: ({ options }) => amendedNow(http, product, orderId, sought, options),
  });
}

/** Takes contracts off an order. */
export async function decreaseOrder<S extends OrderShapes>(
  http: HttpPipeline,
  product: OrderProduct<S>,
  orderId: string,
  change: S["decrease"],
  params: Omit<S["decreaseParams"], "order_id">,
  wanted: WriteOptions,
): Promise<S["decreased"]> {
  const { decrease } = product;
  const options = readCallOptions(decrease, wanted);
  const body = ownFields(decrease, change);
  const ids = withIds(decrease, params, { order_id: orderId });
  const sought = checkFirst(decrease, ids, body, options);
  assertOneOf(decrease, sought, ["reduce_by"], ["reduce_to"]);
  const step = stepsOf(http, options);
  const byCount = isGiven(sought.reduce_by);
  // Sent twice it would act twice, so that what it shall lead to has to be known before.
  const size = byCount && isIdempotent(http, options)
    ? await sizeAfter(http, product, orderId, sought, lookUpOptions(step()))
    : undefined;
  return await writeOne(http, step(), {
    onlyRefused: byCount,
    isEcho: () => true,
    // It needs nothing but the order: refused is what it leads to, or what is too little for it by now.
    mayBeOwn: ({ code }) => code === "BAD_REQUEST" || code === "CONFLICT",
    send: (options, attempt) => callWith(http, decrease, "order_id", ids, options, body, attempt),
    lookUp: ({ options }) => decreasedNow(http, product, orderId, { ...sought, size }, options),
  });
}
