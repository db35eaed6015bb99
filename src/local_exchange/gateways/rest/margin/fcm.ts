/**
 * Kalshi's tag `fcm`, of perps: what a futures commission merchant does for its customers. Caps are kept; customers do
 * not trade, so that no margin of theirs is in use. The merchant's own limit counts.
 */
import {
  CreateMarginFCMSubtrader,
  DeleteFCMNotionalRiskLimit,
  DeleteFCMSubtraderRiskControls,
  GetFCMSubtraderRiskControls,
  UpdateFCMNotionalRiskLimit,
  UpdateFCMSubtraderRiskControls,
} from "../../../../contract/perps/operations.ts";
import { ApiError } from "../../../api_error.ts";
import type { CapScope, MarginSubtrader } from "../../../margin/subtraders.ts";
import { formatMoney } from "../../../units.ts";
import { accountOf, choice, Fields, invalid, text } from "../read.ts";
import { type Call, route } from "../route.ts";
import { readSuffix } from "../subtrader_ids.ts";
import { marginOf, marketOf } from "./side.ts";

const assetClasses = ["Crypto", "Equities", "Metals"] as const;

function subtraderOf(call: Call, id: string | undefined): MarginSubtrader {
  if (id === undefined) throw invalid("subtrader_id is required");
  const found = marginOf(call).subtraders.find(accountOf(call), id);
  if (found === undefined) throw new ApiError("not_found");
  return found;
}

/** What a cap is about; a market and a class exclude each other. */
function checkedScope(call: Call, scope: CapScope): CapScope {
  const { ticker, assetClass } = scope;
  if (ticker !== undefined && assetClass !== undefined) {
    throw invalid("market_ticker and asset_class exclude each other");
  }
  if (ticker !== undefined) marketOf(call, ticker);
  return scope;
}

const scopeIn = (call: Call): CapScope =>
  checkedScope(call, {
    ticker: text(call, "market_ticker"),
    assetClass: choice(call, "asset_class", assetClasses),
  });

/** An amount in dollars, as money. */
function amount(fields: Fields, name: string): number {
  const dollars = fields.price(name);
  if (dollars === undefined || dollars < 0) throw invalid(`${name} must be dollars of at least 0`);
  return dollars * 100;
}

export const marginFcmRoutes = [
  route(UpdateFCMNotionalRiskLimit, (call) => {
    const limit = amount(new Fields(call.body), "notional_value_risk_limit");
    if (marginOf(call).notional.setOwn(accountOf(call), limit)) return {};
    throw invalid("notional_value_risk_limit is above the exchange's own limit");
  }),
  route(DeleteFCMNotionalRiskLimit, (call) => {
    marginOf(call).notional.clearOwn(accountOf(call));
    return {};
  }),
  route(CreateMarginFCMSubtrader, (call) => {
    const { subtraders } = marginOf(call);
    const account = accountOf(call);
    const fields = new Fields(call.body);
    if (!fields.has("require_category_cap")) throw invalid("require_category_cap is required");
    const requiresCategoryCap = fields.flag("require_category_cap");
    const made = subtraders.create(account, readSuffix(fields), requiresCategoryCap);
    if (made === undefined) throw new ApiError("subtrader_already_exists");
    return { subtrader_id: made.id };
  }),
  route(GetFCMSubtraderRiskControls, (call) => {
    const { id } = subtraderOf(call, text(call, "subtrader_id"));
    const caps = marginOf(call).subtraders.caps(accountOf(call), { subtraderId: id, ...scopeIn(call) });
    return {
      risk_controls: caps.map((cap) => ({
        subtrader_id: id,
        ...(cap.ticker !== undefined && { market_ticker: cap.ticker }),
        ...(cap.assetClass !== undefined && { asset_class: cap.assetClass }),
        im_cap: formatMoney(cap.cap),
        current_im: formatMoney(0),
      })),
      notional_limits: [],
    };
  }),
  route(UpdateFCMSubtraderRiskControls, (call) => {
    const fields = new Fields(call.body);
    const subtrader = subtraderOf(call, fields.requiredText("subtrader_id"));
    const cap = amount(fields, "im_cap");
    const scope = checkedScope(call, {
      ticker: fields.text("market_ticker"),
      assetClass: fields.has("asset_class") ? fields.choice("asset_class", assetClasses) : undefined,
    });
    marginOf(call).subtraders.setCap(subtrader, scope, cap);
    return {};
  }),
  route(DeleteFCMSubtraderRiskControls, (call) => {
    const subtrader = subtraderOf(call, text(call, "subtrader_id"));
    if (marginOf(call).subtraders.deleteCap(subtrader, scopeIn(call))) return {};
    throw new ApiError("not_found");
  }),
];
