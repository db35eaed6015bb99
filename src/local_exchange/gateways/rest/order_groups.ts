/** Kalshi's tag `order-groups`. */
import {
  CreateOrderGroup,
  DeleteOrderGroup,
  GetOrderGroup,
  GetOrderGroups,
  ResetOrderGroup,
  TriggerOrderGroup,
  UpdateOrderGroupLimit,
} from "../../../contract/event/operations.ts";
import { ApiError } from "../../api_error.ts";
import type { OrderGroup } from "../../engine/model.ts";
import { type Call, route } from "./route.ts";
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
  if (group === undefined || group.wallet.subaccount !== subaccount) throw new ApiError(404, "not_found");
  if (shard !== undefined && shard !== group.wallet.shard) throw new ApiError(404, "not_found");
  return group;
}

export const orderGroupRoutes = [
  route(GetOrderGroups, (call) => {
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
  route(CreateOrderGroup, (call) => {
    const key = keyOf(call);
    const fields = new Fields(call.body);
    const limit = limitOf(fields);
    const shard = fields.integer("exchange_index") ?? 0;
    const wallet = walletFor(key, fields.subaccount("subaccount"), shard);
    if (key.account.groups.size >= MOST_GROUPS) throw invalid("there are 100,000 order groups already");
    const group = call.exchange.engine.groups.create(wallet, limit);
    return { order_group_id: group.id, subaccount: wallet.subaccount, exchange_index: shard };
  }),
  route(GetOrderGroup, (call) => {
    const { triggered, limit, orders, wallet } = groupOf(call);
    return {
      is_auto_cancel_enabled: !triggered,
      contracts_limit_fp: formatCount(limit),
      orders: [...orders].map(({ id }) => id),
      exchange_index: wallet.shard,
    };
  }),
  route(DeleteOrderGroup, (call) => {
    call.exchange.engine.groups.delete(groupOf(call));
    return {};
  }),
  route(UpdateOrderGroupLimit, (call) => {
    const group = groupOf(call);
    call.exchange.engine.groups.setLimit(group, limitOf(new Fields(call.body)));
    return {};
  }),
  route(ResetOrderGroup, (call) => {
    call.exchange.engine.groups.reset(groupOf(call));
    return {};
  }),
  route(TriggerOrderGroup, (call) => {
    call.exchange.engine.groups.trigger(groupOf(call));
    return {};
  }),
];
