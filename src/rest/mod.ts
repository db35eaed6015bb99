/**
 * The namespaces of a client, by Kalshi's tags, and the parameters of their methods.
 *
 * @module
 */
export type {
  AcceptBlockTradeProposalParams,
  AcceptQuoteParams,
  AcceptRFQQuoteParams,
  AmendOrderV2Params,
  BatchGetMarketCandlesticksParams,
  CancelAllOrdersParams,
  CancelOrderV2Params,
  ConfirmQuoteParams,
  ConfirmRFQQuoteParams,
  CreateMarketInMultivariateEventCollectionParams,
  DecreaseOrderV2Params,
  DeleteApiKeyParams,
  DeleteFCMEventContractDailyCapParams,
  DeleteOrderGroupParams,
  DeleteQuoteParams,
  DeleteRFQParams,
  DeleteRFQQuoteParams,
  GetApiKeysParams,
  GetBalanceParams,
  GetBlockTradeProposalsParams,
  GetDepositsParams,
  GetEventFeeChangesParams,
  GetEventForecastPercentilesHistoryParams,
  GetEventLiveDataParams,
  GetEventMetadataParams,
  GetEventParams,
  GetEventsParams,
  GetFCMEventContractDailyCapParams,
  GetFCMFillsParams,
  GetFCMOrdersParams,
  GetFCMPositionsParams,
  GetFCMSubtraderBlockedCategoriesParams,
  GetFillsHistoricalParams,
  GetFillsParams,
  GetGameStatsParams,
  GetHistoricalMarketParams,
  GetHistoricalMarketsParams,
  GetHistoricalOrdersParams,
  GetHistoricalPositionsParams,
  GetIncentiveProgramsParams,
  GetIntraExchangeInstanceTransferParams,
  GetIntraExchangeInstanceTransfersParams,
  GetLiveDataByMilestoneParams,
  GetLiveDataParams,
  GetLiveDatasParams,
  GetMarketCandlesticksByEventParams,
  GetMarketCandlesticksHistoricalParams,
  GetMarketCandlesticksParams,
  GetMarketOrderbookParams,
  GetMarketOrderbooksParams,
  GetMarketParams,
  GetMarketsParams,
  GetMilestoneParams,
  GetMilestonesParams,
  GetMultivariateEventCollectionParams,
  GetMultivariateEventCollectionsParams,
  GetMultivariateEventsParams,
  GetOrderGroupParams,
  GetOrderGroupsParams,
  GetOrderParams,
  GetOrderQueuePositionParams,
  GetOrderQueuePositionsParams,
  GetOrdersParams,
  GetPositionsParams,
  GetQuoteParams,
  GetQuotesParams,
  GetRFQParams,
  GetRFQQuoteParams,
  GetRFQsParams,
  GetSeriesFeeChangesParams,
  GetSeriesListParams,
  GetSeriesParams,
  GetSettlementsParams,
  GetStructuredTargetParams,
  GetStructuredTargetsParams,
  GetSubaccountTransfersParams,
  GetTradesHistoricalParams,
  GetTradesParams,
  GetWeatherIndexCalibrationsParams,
  GetWeatherIndexParams,
  GetWithdrawalsParams,
  ResetOrderGroupParams,
  TriggerOrderGroupParams,
  UpdateOrderGroupLimitParams,
} from "../contract/event/operations.ts";
export type * from "./account.ts";
export type * from "./api_keys.ts";
export type * from "./communications.ts";
export type * from "./events.ts";
export type * from "./exchange.ts";
export type * from "./fcm.ts";
export type * from "./historical.ts";
export type { HistoryOptions } from "./history.ts";
export type * from "./incentive_programs.ts";
export type * from "./live_data.ts";
export type * from "./markets.ts";
export type * from "./milestones.ts";
export type * from "./multivariate_event_collections.ts";
export type { Namespace } from "../http/namespace.ts";
export type * from "./order_groups.ts";
export type * from "./orders.ts";
export type * from "./portfolio.ts";
export type * from "./search.ts";
export type * from "./series.ts";
export type * from "./structured_targets.ts";
export type * from "./subaccounts.ts";
export type * from "./trades.ts";
export type { WriteOptions } from "../http/call_options.ts";
