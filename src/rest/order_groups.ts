/**
 * Order groups, which stop trading when they fill too fast: Kalshi's tag `order-groups`.
 *
 * @module
 */

import {
  CreateOrderGroup,
  DeleteOrderGroup,
  type DeleteOrderGroupParams,
  GetOrderGroup,
  type GetOrderGroupParams,
  GetOrderGroups,
  type GetOrderGroupsParams,
  ResetOrderGroup,
  type ResetOrderGroupParams,
  TriggerOrderGroup,
  type TriggerOrderGroupParams,
  UpdateOrderGroupLimit,
  type UpdateOrderGroupLimitParams,
} from "../contract/event/operations.ts";
import type {
  CreateOrderGroupRequest,
  CreateOrderGroupResponse,
  GetOrderGroupResponse,
  OrderGroup,
  UpdateOrderGroupLimitRequest,
} from "../contract/event/types.ts";
import { withIds } from "../http/check_call.ts";
import type { CallOptions } from "../http/call_options.ts";
import { call, callForNothing, callWith } from "../http/call_operation.ts";
import { endOnce } from "../http/end_once.ts";
import { Namespace } from "../http/namespace.ts";

/** `client.orderGroups` */
export class OrderGroups extends Namespace {
  /**
   * All order groups of the account, or of one subaccount.
   *
   * @see https://docs.kalshi.com/api-reference/order-groups/get-order-groups
   */
  async list(params: GetOrderGroupsParams = {}, options?: CallOptions): Promise<OrderGroup[]> {
    return (await call(this.http, GetOrderGroups, params, options)).order_groups ?? [];
  }

  /**
   * Makes an order group. When more contracts than its limit trade within 15 seconds, all its orders are
   * cancelled and new ones refused until {@linkcode OrderGroups.reset}.
   *
   * @param body The limit as `contracts_limit_fp` (a string) or `contracts_limit` (a whole number); both must
   * agree. A group lives on one shard and one subaccount.
   * @throws {KalshiConfigError} when `contracts_limit_fp` is no decimal string; nothing was sent.
   * @see https://docs.kalshi.com/api-reference/order-groups/create-order-group
   */
  async create(body: CreateOrderGroupRequest, options?: CallOptions): Promise<CreateOrderGroupResponse> {
    return await callWith(this.http, CreateOrderGroup, "order_group_id", undefined, options, body);
  }

  /**
   * One order group with the ids of its orders.
   *
   * @throws {KalshiNotFoundError} when there is none.
   * @see https://docs.kalshi.com/api-reference/order-groups/get-order-group
   */
  async get(
    orderGroupId: string,
    params: Omit<GetOrderGroupParams, "order_group_id"> = {},
    options?: CallOptions,
  ): Promise<GetOrderGroupResponse> {
    return await call(
      this.http,
      GetOrderGroup,
      withIds(GetOrderGroup, params, { order_group_id: orderGroupId }),
      options,
    );
  }

  /**
   * Removes an order group and cancels its orders.
   *
   * @see https://docs.kalshi.com/api-reference/order-groups/delete-order-group
   */
  async delete(
    orderGroupId: string,
    params: Omit<DeleteOrderGroupParams, "order_group_id"> = {},
    options?: CallOptions,
  ): Promise<void> {
    const ids = withIds(DeleteOrderGroup, params, { order_group_id: orderGroupId });
    await endOnce(callForNothing(this.http, DeleteOrderGroup, ids, options));
  }

  /**
   * Changes the limit. When what traded in the last 15 seconds is over the new one, the group triggers at once.
   *
   * @throws {KalshiConfigError} when `contracts_limit_fp` is no decimal string; nothing was sent.
   * @see https://docs.kalshi.com/api-reference/order-groups/update-order-group-limit
   */
  async updateLimit(
    orderGroupId: string,
    body: UpdateOrderGroupLimitRequest,
    params: Omit<UpdateOrderGroupLimitParams, "order_group_id"> = {},
    options?: CallOptions,
  ): Promise<void> {
    await callForNothing(
      this.http,
      UpdateOrderGroupLimit,
      withIds(UpdateOrderGroupLimit, params, { order_group_id: orderGroupId }),
      options,
      body,
    );
  }

  /**
   * Sets the group's count to zero, so that it takes orders again.
   *
   * @see https://docs.kalshi.com/api-reference/order-groups/reset-order-group
   */
  async reset(
    orderGroupId: string,
    params: Omit<ResetOrderGroupParams, "order_group_id"> = {},
    options?: CallOptions,
  ): Promise<void> {
    await callForNothing(
      this.http,
      ResetOrderGroup,
      withIds(ResetOrderGroup, params, { order_group_id: orderGroupId }),
      options,
      {},
    );
  }

  /**
   * Cancels the group's orders and refuses new ones until {@linkcode OrderGroups.reset}.
   *
   * @see https://docs.kalshi.com/api-reference/order-groups/trigger-order-group
   */
  async trigger(
    orderGroupId: string,
    params: Omit<TriggerOrderGroupParams, "order_group_id"> = {},
    options?: CallOptions,
  ): Promise<void> {
    await callForNothing(
      this.http,
      TriggerOrderGroup,
      withIds(TriggerOrderGroup, params, { order_group_id: orderGroupId }),
      options,
      {},
    );
  }
}
