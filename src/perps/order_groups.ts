/**
 * Order groups, which stop trading when they fill too fast: Kalshi's tag `order-groups`.
 *
 * @module
 */

import {
  CreateMarginOrderGroup,
  DeleteMarginOrderGroup,
  type DeleteMarginOrderGroupParams,
  GetMarginOrderGroup,
  type GetMarginOrderGroupParams,
  GetMarginOrderGroups,
  type GetMarginOrderGroupsParams,
  ResetMarginOrderGroup,
  type ResetMarginOrderGroupParams,
  TriggerMarginOrderGroup,
  type TriggerMarginOrderGroupParams,
  UpdateMarginOrderGroupLimit,
  type UpdateMarginOrderGroupLimitParams,
} from "../contract/perps/operations.ts";
import type {
  CreateOrderGroupRequest,
  CreateOrderGroupResponse,
  GetOrderGroupResponse,
  OrderGroup,
  UpdateOrderGroupLimitRequest,
} from "../contract/perps/types.ts";
import { parseCount } from "../base/fixed_point.ts";
import { KalshiError } from "../base/errors.ts";
import { checkFirst, ownFields } from "../http/arguments.ts";
import type { WriteAttempt } from "../http/call.ts";
import { type CallOptions, readCallOptions, type WriteOptions } from "../http/call_options.ts";
import { call, callForNothing, callWith } from "../http/call_operation.ts";
import { endOnce } from "../http/end_once.ts";
import { withIds } from "../http/check_call.ts";
import { Namespace } from "../http/namespace.ts";
import type { HttpPipeline } from "../http/pipeline.ts";
import { writeOne } from "../writes/once.ts";

/** `client.orderGroups` */
export class PerpsOrderGroups extends Namespace {
  /**
   * All order groups of the account, or of one subaccount.
   *
   * @see https://docs.kalshi.com/margin-rest/order-groups/get-order-groups
   */
  async list(params: GetMarginOrderGroupsParams = {}, options?: CallOptions): Promise<OrderGroup[]> {
    return (await call(this.http, GetMarginOrderGroups, params, options)).order_groups ?? [];
  }

  /**
   * Makes an order group. It has no id of yours, so that it is sent once, whatever `orderRetries` says. When more contracts than its limit trade within 15 seconds, all its orders are cancelled and
   * new ones refused until {@linkcode PerpsOrderGroups.reset}.
   *
   * @param body The limit as `contracts_limit_fp` (a string) or `contracts_limit` (a whole number); both must agree. A
   * group holds orders of one subaccount, in markets of its own `exchange_index`.
   * @throws {KalshiConfigError} when `contracts_limit_fp` is no decimal string; nothing was sent.
   * @see https://docs.kalshi.com/margin-rest/order-groups/create-order-group
   */
  async create(body: CreateOrderGroupRequest, options?: CallOptions): Promise<CreateOrderGroupResponse> {
    return await callWith(this.http, CreateMarginOrderGroup, "order_group_id", undefined, options, body);
  }

  /**
   * One order group with the ids of its orders.
   *
   * @throws {KalshiNotFoundError} when there is none.
   * @see https://docs.kalshi.com/margin-rest/order-groups/get-order-group
   */
  async get(
    orderGroupId: string,
    params: Omit<GetMarginOrderGroupParams, "order_group_id"> = {},
    options?: CallOptions,
  ): Promise<GetOrderGroupResponse> {
    const ids = withIds(GetMarginOrderGroup, params, { order_group_id: orderGroupId });
    return await call(this.http, GetMarginOrderGroup, ids, options);
  }

  /**
   * Removes an order group and cancels its orders. With `orderRetries: "idempotent"` it is sent again after an unknown
   * outcome, unless the group is gone.
   *
   * @see https://docs.kalshi.com/margin-rest/order-groups/delete-order-group
   */
  async delete(
    orderGroupId: string,
    params: Omit<DeleteMarginOrderGroupParams, "order_group_id"> = {},
    options: WriteOptions = {},
  ): Promise<void> {
    const ids = withIds(DeleteMarginOrderGroup, params, { order_group_id: orderGroupId });
    await endOnce(writeOne(this.http, options, {
      send: done((options, attempt) =>
        callForNothing(this.http, DeleteMarginOrderGroup, ids, options, undefined, attempt)
      ),
      lookUp: async ({ options }) => await limitOf(this.http, ids, options) === undefined ? true : undefined,
    }));
  }

  /**
   * Changes the limit. When what traded in the last 15 seconds is over the new one, the group triggers at once.
   * With `orderRetries: "idempotent"` it is sent again after an unknown outcome, unless the group has that limit.
   *
   * @throws {KalshiConfigError} when `contracts_limit_fp` is no decimal string; nothing was sent.
   * @see https://docs.kalshi.com/margin-rest/order-groups/update-order-group-limit
   */
  async updateLimit(
    orderGroupId: string,
    body: UpdateOrderGroupLimitRequest,
    params: Omit<UpdateMarginOrderGroupLimitParams, "order_group_id"> = {},
    wanted: WriteOptions = {},
  ): Promise<void> {
    const options = readCallOptions(UpdateMarginOrderGroupLimit, wanted);
    const own = ownFields(UpdateMarginOrderGroupLimit, body);
    const ids = withIds(UpdateMarginOrderGroupLimit, params, { order_group_id: orderGroupId });
    const { contracts_limit = 0, contracts_limit_fp } = checkFirst(
      UpdateMarginOrderGroupLimit,
      ids,
      own,
      options,
    );
    const sought = parseCount(contracts_limit_fp ?? String(contracts_limit));
    await writeOne(this.http, options, {
      send: done((options, attempt) =>
        callForNothing(this.http, UpdateMarginOrderGroupLimit, ids, options, own, attempt)
      ),
      lookUp: async ({ options }) => await limitOf(this.http, ids, options) === sought ? true : undefined,
    });
  }

  /**
   * Sets the group's count to zero, so that it takes orders again. It is sent once, whatever `orderRetries` says: a late
   * one would let orders in that the group has stopped since.
   *
   * @see https://docs.kalshi.com/margin-rest/order-groups/reset-order-group
   */
  async reset(
    orderGroupId: string,
    params: Omit<ResetMarginOrderGroupParams, "order_group_id"> = {},
    options?: CallOptions,
  ): Promise<void> {
    const ids = withIds(ResetMarginOrderGroup, params, { order_group_id: orderGroupId });
    await callForNothing(this.http, ResetMarginOrderGroup, ids, options, {});
  }

  /**
   * Cancels the group's orders and refuses new ones until {@linkcode PerpsOrderGroups.reset}. With
   * `orderRetries: "idempotent"` it is sent again after an unknown outcome.
   *
   * @see https://docs.kalshi.com/margin-rest/order-groups/trigger-order-group
   */
  async trigger(
    orderGroupId: string,
    params: Omit<TriggerMarginOrderGroupParams, "order_group_id"> = {},
    options: WriteOptions = {},
  ): Promise<void> {
    const ids = withIds(TriggerMarginOrderGroup, params, { order_group_id: orderGroupId });
    await writeOne(this.http, options, {
      send: done((options, attempt) =>
        callForNothing(this.http, TriggerMarginOrderGroup, ids, options, {}, attempt)
      ),
      // Nothing tells.
      lookUp: () => Promise.resolve(undefined),
    });
  }
}

/** A request whose success says nothing but that. */
function done(
  send: (options: WriteOptions, attempt: WriteAttempt) => Promise<void>,
): (options: WriteOptions, attempt: WriteAttempt) => Promise<true> {
  return async (options, attempt) => {
    await send(options, attempt);
    return true;
  };
}

/** The limit of a group, in hundredths of a contract; undefined where the group is not there. */
async function limitOf(
  http: HttpPipeline,
  { order_group_id, subaccount }: GetMarginOrderGroupParams,
  options: CallOptions,
): Promise<number | undefined> {
  try {
    const params = subaccount === undefined ? { order_group_id } : { order_group_id, subaccount };
    const { contracts_limit_fp } = await call(http, GetMarginOrderGroup, params, options);
    return parseCount(contracts_limit_fp ?? "0");
  } catch (error) {
    if (error instanceof KalshiError && error.code === "NOT_FOUND") return undefined;
    throw error;
  }
}
