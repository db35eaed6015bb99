/**
 * Kalshi's tag `fcm`: what a futures commission merchant does for its customers. Subtraders, blocked categories
 * and daily caps are kept; subtraders do not trade, so that their orders, fills and positions are empty and transfers move nothing.
 */
import {
  CreateFCMPositionTransfer,
  CreateFCMSubtrader,
  DeleteFCMEventContractDailyCap,
  GetFCMEventContractDailyCap,
  GetFCMFills,
  GetFCMOrders,
  GetFCMPositions,
  GetFCMSubtraderBlockedCategories,
  ListFCMSubtraders,
  UpdateFCMEventContractDailyCap,
  UpdateFCMSubtraderBlockedCategories,
} from "../../../contract/event/operations.ts";
import { ApiError } from "../../api_error.ts";
import { type Call, route } from "./route.ts";
import { formatPrice } from "../../units.ts";
import type { Subtrader } from "../../exchange.ts";
import { marketOf } from "./market.ts";
import { accountOf, Fields, invalid, text } from "./read.ts";
import { readSuffix } from "./subtrader_ids.ts";

function subtradersOf(call: Call): Map<string, Subtrader> {
  return call.exchange.subtraders.get(accountOf(call)) ?? new Map();
}

function subtraderOf(call: Call, id: string | undefined): Subtrader {
  if (id === undefined) throw invalid("subtrader_id is required");
  const found = subtradersOf(call).get(id);
  if (found === undefined) throw new ApiError("not_found");
  return found;
}

export const fcmRoutes = [
  route(ListFCMSubtraders, (call) => ({
    subtraders: [...subtradersOf(call).values()].map(({ id }) => ({
      subtrader_id: id,
      exchange_indices: [0],
      trading_blocked: false,
      fcm_trading_blocked: false,
      propagation_pending: false,
    })),
  })),
  route(CreateFCMSubtrader, (call) => {
    const subtraders = subtradersOf(call);
    const id = `${accountOf(call).id}_${readSuffix(new Fields(call.body))}`;
    if (subtraders.has(id)) throw new ApiError("subtrader_already_exists");
    subtraders.set(id, { id, blocked: new Set(), cap: undefined });
    call.exchange.subtraders.set(accountOf(call), subtraders);
    return { subtrader_id: id };
  }),
  route(GetFCMSubtraderBlockedCategories, (call) => ({
    categories: [...subtraderOf(call, text(call, "subtrader_id")).blocked],
  })),
  route(UpdateFCMSubtraderBlockedCategories, (call) => {
    const fields = new Fields(call.body);
    const { blocked } = subtraderOf(call, fields.requiredText("subtrader_id"));
    const category = fields.requiredText("category");
    if (!fields.has("blocked")) throw invalid("blocked is required");
    if (fields.flag("blocked")) blocked.add(category);
    else blocked.delete(category);
    return { categories: [...blocked] };
  }),
  route(GetFCMEventContractDailyCap, (call) => {
    const { id, cap } = subtraderOf(call, text(call, "subtrader_id"));
    if (cap === undefined) throw new ApiError("not_found");
    return {
      subtrader_id: id,
      limit: formatPrice(cap),
      executed_utilization: formatPrice(0),
      resting_order_utilization: formatPrice(0),
      pending_order_utilization: formatPrice(0),
      cap_date: new Date(call.exchange.engine.now).toISOString().slice(0, 10),
    };
  }),
  route(UpdateFCMEventContractDailyCap, (call) => {
    const fields = new Fields(call.body);
    const limit = fields.price("limit");
    if (limit === undefined || limit < 0) throw invalid("limit is required");
    subtraderOf(call, fields.requiredText("subtrader_id")).cap = limit;
    return {};
  }),
  route(DeleteFCMEventContractDailyCap, (call) => {
    subtraderOf(call, text(call, "subtrader_id")).cap = undefined;
    return {};
  }),
  route(CreateFCMPositionTransfer, (call) => {
    const fields = new Fields(call.body);
    subtraderOf(call, fields.requiredText("source_subtrader_id"));
    subtraderOf(call, fields.requiredText("target_subtrader_id"));
    marketOf(call, fields.requiredText("market_ticker"));
    return { position_transfer_id: call.exchange.random.uuid() };
  }),
  route(GetFCMOrders, () => ({ orders: [], cursor: "" })),
  route(GetFCMFills, () => ({ fills: [], cursor: "" })),
  route(GetFCMPositions, (call) => {
    subtraderOf(call, text(call, "subtrader_id"));
    return { market_positions: [], event_positions: [], cursor: "" };
  }),
];
