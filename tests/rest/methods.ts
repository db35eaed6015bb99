/** Which method is which operation, and how every method is called. */
import type { KalshiClient } from "../../src/client.ts";
import { Namespace } from "../../src/rest/namespace.ts";
import {
  fieldsOf,
  type Fullness,
  type Json,
  operationOf,
  request,
  type Sent,
  type SpecOperation,
} from "./spec.ts";

/** Method by method, in the order of the docs. A paged `list` has a `listAll` beside it. */
export const methods: Readonly<Record<string, string>> = {
  "exchange.status": "GetExchangeStatus",
  "exchange.schedule": "GetExchangeSchedule",
  "exchange.userDataTimestamp": "GetUserDataTimestamp",
  "markets.list": "GetMarkets",
  "markets.get": "GetMarket",
  "markets.orderBook": "GetMarketOrderbook",
  "markets.bulkOrderBooks": "GetMarketOrderbooks",
  "markets.candlesticks": "GetMarketCandlesticks",
  "markets.bulkCandlesticks": "BatchGetMarketCandlesticks",
  "trades.list": "GetTrades",
  "series.list": "GetSeriesList",
  "series.get": "GetSeries",
  "series.feeChanges.list": "GetSeriesFeeChanges",
  "events.list": "GetEvents",
  "events.get": "GetEvent",
  "events.metadata": "GetEventMetadata",
  "events.candlesticks": "GetMarketCandlesticksByEvent",
  "events.forecastPercentilesHistory": "GetEventForecastPercentilesHistory",
  "events.multivariate.list": "GetMultivariateEvents",
  "events.feeChanges.list": "GetEventFeeChanges",
  "orders.create": "CreateOrderV2",
  "orders.batchCreate": "BatchCreateOrdersV2",
  "orders.get": "GetOrder",
  "orders.list": "GetOrders",
  "orders.cancel": "CancelOrderV2",
  "orders.batchCancel": "BatchCancelOrdersV2",
  "orders.cancelAll": "CancelAllOrders",
  "orders.amend": "AmendOrderV2",
  "orders.decrease": "DecreaseOrderV2",
  "orders.queuePosition": "GetOrderQueuePosition",
  "orders.queuePositions": "GetOrderQueuePositions",
  "orderGroups.list": "GetOrderGroups",
  "orderGroups.create": "CreateOrderGroup",
  "orderGroups.get": "GetOrderGroup",
  "orderGroups.delete": "DeleteOrderGroup",
  "orderGroups.updateLimit": "UpdateOrderGroupLimit",
  "orderGroups.reset": "ResetOrderGroup",
  "orderGroups.trigger": "TriggerOrderGroup",
  "portfolio.balance": "GetBalance",
  "portfolio.totalRestingOrderValue": "GetPortfolioRestingOrderTotalValue",
  "portfolio.targetBalanceAllocation": "GetTargetBalanceAllocation",
  "portfolio.setTargetBalanceAllocation": "SetTargetBalanceAllocation",
  "portfolio.positions.list": "GetPositions",
  "portfolio.settlements.list": "GetSettlements",
  "portfolio.deposits.list": "GetDeposits",
  "portfolio.withdrawals.list": "GetWithdrawals",
  "portfolio.transfers.list": "GetIntraExchangeInstanceTransfers",
  "portfolio.transfers.get": "GetIntraExchangeInstanceTransfer",
  "portfolio.transfers.create": "IntraExchangeInstanceTransfer",
  "fills.list": "GetFills",
  "subaccounts.create": "CreateSubaccount",
  "subaccounts.balances": "GetSubaccountBalances",
  "subaccounts.netting": "GetSubaccountNetting",
  "subaccounts.updateNetting": "UpdateSubaccountNetting",
  "subaccounts.transfers.list": "GetSubaccountTransfers",
  "subaccounts.transfers.create": "ApplySubaccountTransfer",
  "communications.id": "GetCommunicationsID",
  "communications.rfqs.list": "GetRFQs",
  "communications.rfqs.create": "CreateRFQ",
  "communications.rfqs.get": "GetRFQ",
  "communications.rfqs.delete": "DeleteRFQ",
  "communications.quotes.list": "GetQuotes",
  "communications.quotes.create": "CreateQuote",
  "communications.quotes.get": "GetRFQQuote",
  "communications.quotes.delete": "DeleteRFQQuote",
  "communications.quotes.accept": "AcceptRFQQuote",
  "communications.quotes.confirm": "ConfirmRFQQuote",
  "communications.quotes.getByQuoteId": "GetQuote",
  "communications.quotes.deleteByQuoteId": "DeleteQuote",
  "communications.quotes.acceptByQuoteId": "AcceptQuote",
  "communications.quotes.confirmByQuoteId": "ConfirmQuote",
  "communications.blockTradeProposals.list": "GetBlockTradeProposals",
  "communications.blockTradeProposals.create": "ProposeBlockTrade",
  "communications.blockTradeProposals.accept": "AcceptBlockTradeProposal",
  "multivariateEventCollections.list": "GetMultivariateEventCollections",
  "multivariateEventCollections.get": "GetMultivariateEventCollection",
  "multivariateEventCollections.createMarket": "CreateMarketInMultivariateEventCollection",
  "historical.cutoff": "GetHistoricalCutoff",
  "historical.markets.list": "GetHistoricalMarkets",
  "historical.markets.get": "GetHistoricalMarket",
  "historical.markets.candlesticks": "GetMarketCandlesticksHistorical",
  "historical.trades.list": "GetTradesHistorical",
  "historical.orders.list": "GetHistoricalOrders",
  "historical.fills.list": "GetFillsHistorical",
  "historical.positions.list": "GetHistoricalPositions",
  "liveData.get": "GetLiveDataByMilestone",
  "liveData.bulk": "GetLiveDatas",
  "liveData.getTyped": "GetLiveData",
  "liveData.event": "GetEventLiveData",
  "liveData.gameStats": "GetGameStats",
  "liveData.weather": "GetWeatherIndex",
  "liveData.weatherCalibrations": "GetWeatherIndexCalibrations",
  "milestones.list": "GetMilestones",
  "milestones.get": "GetMilestone",
  "structuredTargets.list": "GetStructuredTargets",
  "structuredTargets.get": "GetStructuredTarget",
  "incentivePrograms.list": "GetIncentivePrograms",
  "search.tagsByCategories": "GetTagsForSeriesCategories",
  "search.filtersBySport": "GetFiltersForSports",
  "account.limits": "GetAccountApiLimits",
  "account.endpointCosts": "GetAccountEndpointCosts",
  "account.upgradeApiUsageLevel": "UpgradeAccountApiUsageLevel",
  "account.apiUsageLevelVolumeProgress": "GetAccountApiUsageLevelVolumeProgress",
  "apiKeys.list": "GetApiKeys",
  "apiKeys.create": "CreateApiKey",
  "apiKeys.generate": "GenerateApiKey",
  "apiKeys.delete": "DeleteApiKey",
  "fcm.subtraders.list": "ListFCMSubtraders",
  "fcm.subtraders.create": "CreateFCMSubtrader",
  "fcm.subtraders.blockedCategories": "GetFCMSubtraderBlockedCategories",
  "fcm.subtraders.updateBlockedCategories": "UpdateFCMSubtraderBlockedCategories",
  "fcm.subtraders.eventContractDailyCap": "GetFCMEventContractDailyCap",
  "fcm.subtraders.updateEventContractDailyCap": "UpdateFCMEventContractDailyCap",
  "fcm.subtraders.deleteEventContractDailyCap": "DeleteFCMEventContractDailyCap",
  "fcm.orders.list": "GetFCMOrders",
  "fcm.positions.list": "GetFCMPositions",
  "fcm.positions.transfer": "CreateFCMPositionTransfer",
  "fcm.fills.list": "GetFCMFills",
};

/** Methods that are made of others. */
export const conveniences: readonly string[] = ["orders.getByClientOrderId"];

/** One object under several names. */
export const aliases: Readonly<Record<string, string>> = {
  "markets.trades": "trades",
  "markets.series": "series",
  "portfolio.fills": "fills",
  "portfolio.subaccounts": "subaccounts",
};

/** Whether it answers page by page: it takes a cursor. */
export function isPaged({ queryParams }: SpecOperation): boolean {
  return queryParams.some(({ name }) => name === "cursor");
}

/** A namespace of a client by its path, such as `events.feeChanges`. */
export function namespaceAt(client: KalshiClient, path: string): Json {
  return path === "" ? client : path.split(".").reduce((at: Json, name) => at[name], client);
}

/** Every method of every namespace, by the shortest path that leads there. */
export function methodsOf(client: KalshiClient): string[] {
  const found: string[] = [];
  const seen = new Set<unknown>();
  let level: [string, Json][] = [["", client]];
  while (level.length > 0) {
    const next: [string, Json][] = [];
    for (const [path, at] of level) {
      for (const [name, value] of Object.entries<Json>(at)) {
        if (!(value instanceof Namespace) || seen.has(value)) continue;
        seen.add(value);
        const own = path === "" ? name : `${path}.${name}`;
        next.push([own, value]);
        for (const method of Object.getOwnPropertyNames(Object.getPrototypeOf(value))) {
          if (method !== "constructor") found.push(`${own}.${method}`);
        }
      }
    }
    level = next;
  }
  return found;
}

/** The arguments in the order that all methods keep: ids, then a body, then parameters. */
export function argumentsFor(operation: SpecOperation, sent: Sent): unknown[] {
  const takesBody = fieldsOf(operation.body).length > 0;
  return [
    ...sent.ids,
    ...(takesBody ? [sent.body] : []),
    ...(operation.queryParams.length > 0 ? [sent.query] : []),
  ];
}

/** Calls a method by its name. */
export function call(client: KalshiClient, method: string, ...args: unknown[]): Json {
  const at = method.lastIndexOf(".");
  const namespace = namespaceAt(client, method.slice(0, at));
  return namespace[method.slice(at + 1)](...args);
}

/** Calls the method of an operation, with all that is optional or with nothing of it. */
export function callSampled(client: KalshiClient, method: string, fullness: Fullness): Json {
  const operation = operationOf(methods[method] ?? "");
  return call(client, method, ...argumentsFor(operation, request(operation, fullness)));
}
