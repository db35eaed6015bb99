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
import type { CallOptions, WriteOptions } from "../http/call_options.ts";
import { call } from "../http/call_operation.ts";
import {
  createGroup,
  type GroupProduct,
  limitGroup,
  removeGroup,
  resetGroup,
  triggerGroup,
} from "../writes/order_groups.ts";
import { Namespace } from "../http/namespace.ts";

/** The types of these calls. */
interface EventGroupShapes {
  readonly create: CreateOrderGroupRequest;
  readonly created: CreateOrderGroupResponse;
  readonly remove: DeleteOrderGroupParams;
  readonly limit: UpdateOrderGroupLimitParams;
  readonly change: UpdateOrderGroupLimitRequest;
  readonly reset: ResetOrderGroupParams;
  readonly trigger: TriggerOrderGroupParams;
}

const eventGroups: GroupProduct<EventGroupShapes> = {
  create: CreateOrderGroup,
  get: GetOrderGroup,
  remove: DeleteOrderGroup,
  limit: UpdateOrderGroupLimit,
  reset: ResetOrderGroup,
  trigger: TriggerOrderGroup,
};

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
  create(body: CreateOrderGroupRequest, options?: CallOptions): Promise<CreateOrderGroupResponse> {
    return createGroup(this.http, eventGroups, body, options);
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
  delete(
    orderGroupId: string,
    params: Omit<DeleteOrderGroupParams, "order_group_id"> = {},
    options: WriteOptions = {},
  ): Promise<void> {
    return removeGroup(this.http, eventGroups, orderGroupId, params, options);
  }

  /**
   * Changes the limit. When what traded in the last 15 seconds is over the new one, the group triggers at once.
   *
   * @throws {KalshiConfigError} when `contracts_limit_fp` is no decimal string; nothing was sent.
   * @see https://docs.kalshi.com/api-reference/order-groups/update-order-group-limit
   */
  updateLimit(
    orderGroupId: string,
    body: UpdateOrderGroupLimitRequest,
    params: Omit<UpdateOrderGroupLimitParams, "order_group_id"> = {},
    options: WriteOptions = {},
  ): Promise<void> {
    return limitGroup(this.http, eventGroups, orderGroupId, body, params, options);
  }

  /**
   * Sets the group's count to zero, so that it takes orders again.
   *
   * @see https://docs.kalshi.com/api-reference/order-groups/reset-order-group
   */
  reset(
    orderGroupId: string,
    params: Omit<ResetOrderGroupParams, "order_group_id"> = {},
    options?: CallOptions,
  ): Promise<void> {
    return resetGroup(this.http, eventGroups, orderGroupId, params, options);
  }

  /**
   * Cancels the group's orders and refuses new ones until {@linkcode OrderGroups.reset}.
   *
   * @see https://docs.kalshi.com/api-reference/order-groups/trigger-order-group
   */
  trigger(
    orderGroupId: string,
    params: Omit<TriggerOrderGroupParams, "order_group_id"> = {},
    options: WriteOptions = {},
  ): Promise<void> {
    return triggerGroup(this.http, eventGroups, orderGroupId, params, options);
  }
}
