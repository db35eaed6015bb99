/**
 * The namespaces of a client of perps, by Kalshi's tags, and the parameters of their methods.
 *
 * @module
 */
export type {
  AmendMarginOrderParams,
  CancelAllMarginOrdersParams,
  CancelMarginOrderParams,
  DecreaseMarginOrderParams,
  DeleteCrossMarginExitTriggerByIdParams,
  DeleteCrossMarginExitTriggerParams,
  DeleteFCMSubtraderRiskControlsParams,
  DeleteIsolatedMarginExitTriggerParams,
  DeleteMarginOrderGroupParams,
  GetCrossMarginExitTriggersParams,
  GetFCMSubtraderRiskControlsParams,
  GetIsolatedMarginExitTriggersParams,
  GetMarginBalanceParams,
  GetMarginFillsParams,
  GetMarginFundingHistoryParams,
  GetMarginFundingRateEstimateParams,
  GetMarginHistoricalFundingRatesParams,
  GetMarginMarketCandlesticksParams,
  GetMarginMarketOrderbookParams,
  GetMarginMarketParams,
  GetMarginMarketsParams,
  GetMarginOrderGroupParams,
  GetMarginOrderGroupsParams,
  GetMarginOrderParams,
  GetMarginOrdersParams,
  GetMarginPositionsParams,
  GetMarginPremiumIndexParams,
  GetMarginTradesParams,
  ResetMarginOrderGroupParams,
  SetCrossMarginExitTriggerParams,
  SetIsolatedMarginExitTriggerParams,
  TriggerMarginOrderGroupParams,
  UpdateCrossMarginExitTriggerParams,
  UpdateMarginOrderGroupLimitParams,
} from "../contract/perps/operations.ts";
export type * from "./account.ts";
export type * from "./cross_exit_triggers.ts";
export type * from "./exchange.ts";
export type * from "./exit_triggers.ts";
export type * from "./fcm.ts";
export type * from "./fees.ts";
export type * from "./funding.ts";
export type * from "./isolated_exit_triggers.ts";
export type * from "./markets.ts";
export type * from "./order_groups.ts";
export type * from "./orders.ts";
export type * from "./portfolio.ts";
export type * from "./risk.ts";
export type * from "./subaccounts.ts";
export type * from "./trades.ts";
