/**
 * The writes of order groups, for every product. A group has no id of its maker's, so that its making is sent once.
 * What says how a group shall be is sent until it is so; a reset is sent once: a late one would let orders in again
 * that the group has stopped since.
 *
 * @module
 */

import type { Operation } from "../contract/operation.ts";
import { parseCount } from "../base/fixed_point.ts";
import { KalshiError } from "../base/errors.ts";
import { checkFirst, ownFields } from "../http/arguments.ts";
import { call, callForNothing, callWith } from "../http/call_operation.ts";
import { type CallOptions, readCallOptions, type WriteOptions } from "../http/call_options.ts";
import { withIds } from "../http/check_call.ts";
import type { HttpPipeline } from "../http/pipeline.ts";
import { writeOne } from "./once.ts";

interface ById {
  readonly order_group_id: string;
  readonly subaccount?: number | undefined;
}

interface Limit {
  readonly contracts_limit?: number | undefined;
  readonly contracts_limit_fp?: string | null | undefined;
}

/** The types of a product's order groups. */
export interface GroupShapes {
  readonly create: object;
  readonly created: { readonly order_group_id: string };
  readonly remove: ById;
  readonly limit: ById;
  readonly change: Limit;
  readonly reset: ById;
  readonly trigger: ById;
}

/** A product's order groups. */
export interface GroupProduct<S extends GroupShapes> {
  readonly create: Operation<undefined, S["created"], S["create"]>;
  readonly get: Operation<
    { order_group_id: string; subaccount?: number | undefined },
    { contracts_limit_fp?: string | null | undefined }
  >;
  readonly remove: Operation<S["remove"], object>;
  readonly limit: Operation<S["limit"], object, S["change"]>;
  readonly reset: Operation<S["reset"], object, object | undefined>;
  readonly trigger: Operation<S["trigger"], object, object | undefined>;
}

/** Makes a group. */
export async function createGroup<S extends GroupShapes>(
  http: HttpPipeline,
  { create }: GroupProduct<S>,
  body: S["create"],
  options: WriteOptions | undefined,
): Promise<S["created"]> {
  return await callWith(http, create, "order_group_id", undefined, options, body);
}

/** Removes a group. */
export async function removeGroup<S extends GroupShapes>(
  http: HttpPipeline,
  { remove, get }: GroupProduct<S>,
  orderGroupId: string,
  params: Omit<S["remove"], "order_group_id">,
  options: WriteOptions,
): Promise<void> {
  const ids = withIds(remove, params, { order_group_id: orderGroupId }) as S["remove"];
  await writeOne(http, options, {
    send: done((options, attempt) => callForNothing(http, remove, ids, options, undefined, attempt)),
    lookUp: async ({ options }) => await limitOf(http, get, ids, options) === undefined ? true : undefined,
  });
}

/** Changes the limit of a group. */
export async function limitGroup<S extends GroupShapes>(
  http: HttpPipeline,
  { limit, get }: GroupProduct<S>,
  orderGroupId: string,
  body: S["change"],
  params: Omit<S["limit"], "order_group_id">,
  wanted: WriteOptions,
): Promise<void> {
  const options = readCallOptions(limit, wanted);
  const own = ownFields(limit, body);
  const ids = withIds(limit, params, { order_group_id: orderGroupId }) as S["limit"];
  const { contracts_limit = 0, contracts_limit_fp } = checkFirst(limit, ids, own, options);
  const sought = parseCount(contracts_limit_fp ?? String(contracts_limit));
  await writeOne(http, options, {
    send: done((options, attempt) => callForNothing(http, limit, ids, options, own, attempt)),
    lookUp: async ({ options }) => await limitOf(http, get, ids, options) === sought ? true : undefined,
  });
}

/** Cancels a group's orders and lets none in. */
export async function triggerGroup<S extends GroupShapes>(
  http: HttpPipeline,
  { trigger }: GroupProduct<S>,
  orderGroupId: string,
  params: Omit<S["trigger"], "order_group_id">,
  options: WriteOptions,
): Promise<void> {
  const ids = withIds(trigger, params, { order_group_id: orderGroupId }) as S["trigger"];
  await writeOne(http, options, {
    send: done((options, attempt) => callForNothing(http, trigger, ids, options, {}, attempt)),
    // Nothing tells.
    lookUp: () => Promise.resolve(undefined),
  });
}

/** Lets orders of a group in again. */
export async function resetGroup<S extends GroupShapes>(
  http: HttpPipeline,
  { reset }: GroupProduct<S>,
  orderGroupId: string,
  params: Omit<S["reset"], "order_group_id">,
  options: WriteOptions | undefined,
): Promise<void> {
  const ids = withIds(reset, params, { order_group_id: orderGroupId }) as S["reset"];
  await callForNothing(http, reset, ids, options, {});
}

type Send = Parameters<typeof writeOne>[2]["send"];

/** A request whose success says nothing but that. */
function done(send: (...of: Parameters<Send>) => Promise<void>): (...of: Parameters<Send>) => Promise<true> {
  return async (...of) => {
    await send(...of);
    return true;
  };
}

/** The limit of a group; undefined where the group is not there. */
async function limitOf<S extends GroupShapes>(
  http: HttpPipeline,
  get: GroupProduct<S>["get"],
  { order_group_id, subaccount }: ById,
  options: CallOptions,
): Promise<number | undefined> {
  try {
    const params = subaccount === undefined ? { order_group_id } : { order_group_id, subaccount };
    const { contracts_limit_fp } = await call(http, get, params, options);
    return parseCount(contracts_limit_fp ?? "0");
  } catch (error) {
    if (error instanceof KalshiError && error.code === "NOT_FOUND") return undefined;
    throw error;
  }
}
