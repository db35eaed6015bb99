/** Kalshi's tag `order-groups`, of each product. */
import * as operations from "../../../contract/event/operations.ts";
import type {
  CreateOrderGroupResponse,
  EmptyResponse,
  GetOrderGroupResponse,
  GetOrderGroupsResponse,
} from "../../../contract/event/types.ts";
import type { Operation } from "../../../contract/operation.ts";
import { ApiError } from "../../api_error.ts";
import type { OrderGroup } from "../../engine/model.ts";
import { type Call, type Route, route } from "./route.ts";
import { COUNT_ONE, formatCount } from "../../units.ts";
import { Fields, integer, invalid, keyOf, subaccountOf, walletFor } from "./read.ts";

const MOST_GROUPS = 100_000;
const MOST_CONTRACTS = 1_000_000 * COUNT_ONE;

/** The limit in a body: two fields that must agree. */
function limitOf(fields: Fields): number {
  const whole = fields.integer("contracts_limit", { min: 1 });
  const exact = fields.count("contracts_limit_fp");
  if (whole !== undefined && exact !== undefined && whole * COUNT_ONE !== exact) {
    throw invalid("contracts_limit and contracts_limit_fp do not match");
  }
  const limit = exact ?? (whole === undefined ? undefined : whole * COUNT_ONE);
  if (limit === undefined) throw invalid("contracts_limit or contracts_limit_fp is required");
  if (limit < COUNT_ONE || limit > MOST_CONTRACTS) {
    throw invalid("the limit must be from 1 to 1,000,000 contracts");
  }
  return limit;
}

/** The group that a call names. */
function groupOf(call: Call): OrderGroup {
  const key = keyOf(call);
  const group = key.account.groups.get(call.path.order_group_id ?? "");
  const subaccount = subaccountOf(call) ?? 0;
  const shard = integer(call, "exchange_index", { min: 0 });
  if (group === undefined || group.wallet.subaccount !== subaccount) throw new ApiError("not_found");
  if (shard !== undefined && shard !== group.wallet.shard) throw new ApiError("not_found");
  return group;
}

type Group<Response> = Operation<unknown, Response, unknown>;

/** The operations of a product's order groups. */
export interface GroupOperations {
  readonly list: Group<GetOrderGroupsResponse>;
  readonly create: Group<CreateOrderGroupResponse>;
  readonly read: Group<GetOrderGroupResponse>;
  readonly remove: Group<EmptyResponse>;
  readonly setLimit: Group<EmptyResponse>;
  readonly reset: Group<EmptyResponse>;
  readonly trigger: Group<EmptyResponse>;
}

/** How the order groups of a product are answered. */
export function groupRoutes(
  { list, create, read, remove, setLimit, reset, trigger }: GroupOperations,
): readonly Route[] {
  return [
    route(list, (call) => {
      const key = keyOf(call);
      const subaccount = subaccountOf(call);
      const groups = [...key.account.groups.values()]
        .filter(({ wallet }) => subaccount === undefined || wallet.subaccount === subaccount);
      return {
        order_groups: groups.map(({ id, limit, wallet, triggered }) => ({
          id,
          contracts_limit_fp: formatCount(limit),
          is_auto_cancel_enabled: !triggered,
          exchange_index: wallet.shard,
        })),
      };
    }),
    route(create, (call) => {
      const key = keyOf(call);
      const fields = new Fields(call.body);
      const limit = limitOf(fields);
      // Without a ticker there is nothing to find a shard by: -1 is the first.
      const shard = Math.max(0, fields.integer("exchange_index", { min: -1 }) ?? 0);
      const wallet = walletFor(key, fields.subaccount("subaccount"), shard);
      if (key.account.groups.size >= MOST_GROUPS) throw invalid("there are 100,000 order groups already");
      const group = call.side.engine.groups.create(wallet, limit);
      return { order_group_id: group.id, subaccount: wallet.subaccount, exchange_index: shard };
    }),
    route(read, (call) => {
      const { triggered, limit, orders, wallet } = groupOf(call);
      return {
        is_auto_cancel_enabled: !triggered,
        contracts_limit_fp: formatCount(limit),
        orders: [...orders].map(({ id }) => id),
        exchange_index: wallet.shard,
      };
    }),
    route(remove, (call) => {
      call.side.engine.groups.delete(groupOf(call));
      return {};
    }),
    route(setLimit, (call) => {
      const group = groupOf(call);
      call.side.engine.groups.setLimit(group, limitOf(new Fields(call.body)));
      return {};
    }),
    route(reset, (call) => {
      call.side.engine.groups.reset(groupOf(call));
      return {};
    }),
    route(trigger, (call) => {
      call.side.engine.groups.trigger(groupOf(call));
      return {};
    }),
  ];
}

export const orderGroupRoutes = groupRoutes({
  list: operations.GetOrderGroups,
  create: operations.CreateOrderGroup,
  read: operations.GetOrderGroup,
  remove: operations.DeleteOrderGroup,
  setLimit: operations.UpdateOrderGroupLimit,
  reset: operations.ResetOrderGroup,
  trigger: operations.TriggerOrderGroup,
});
