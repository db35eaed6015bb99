/**
 * What a clearing member owes, holds and may be asked for: Kalshi's tag `margin` of Klear.
 *
 * @module
 */
import {
  EstimatePortfolioMaintenanceMargin,
  GetGuarantyFundBalance,
  GetLargeTraderPositions,
  type GetLargeTraderPositionsParams,
  GetMemberFundingPayments,
  type GetMemberFundingPaymentsParams,
  GetSettlementEstimateByAssetClass,
  GetSettlementPrices,
  type GetSettlementPricesParams,
} from "../contract/klear/operations.ts";
import type {
  EstimatePortfolioMaintenanceMarginRequest,
  EstimatePortfolioMaintenanceMarginResponse,
  GetGuarantyFundBalanceResponse,
  GetLargeTraderPositionsResponse,
  GetMemberFundingPaymentsResponse,
  GetSettlementEstimateByAssetClassResponse,
  MemberFundingPayment,
} from "../contract/klear/types.ts";
import { checkFirst, ownFields } from "../http/arguments.ts";
import { call, callFor, callWith, listAll, listPage } from "../http/call_operation.ts";
import { type CallOptions, type ListAllOptions, refuseCall } from "../http/call_options.ts";
import { Namespace } from "../http/namespace.ts";
import type { PageCall } from "../http/page.ts";
import { isPlain, readOwn, shownText } from "../base/plain.ts";
import { KlearObligations } from "./obligations.ts";
import { KlearReports } from "./reports.ts";
import { KlearSettlementBalance } from "./settlement_balance.ts";

/** `client.margin.fundingPayments` */
export class KlearFundingPayments extends Namespace {
  /**
   * The funding payments of all subtraders at one time of funding, page by page: above 0 received, below 0 paid.
   *
   * @param params `funding_time` as an RFC 3339 time, such as `"2026-11-24T12:00:00Z"`. A page has 1000 payments; 10,000
   * are the most.
   * @see https://docs.kalshi.com/api-reference/get-member-funding-payments
   */
  list(
    params: GetMemberFundingPaymentsParams,
    options?: CallOptions,
  ): PageCall<MemberFundingPayment, GetMemberFundingPaymentsResponse> {
    return listPage(this.http, GetMemberFundingPayments, params, options);
  }

  /** The same over every page. */
  listAll(
    params: GetMemberFundingPaymentsParams,
    options?: ListAllOptions,
  ): AsyncGenerator<MemberFundingPayment, void, undefined> {
    return listAll(this.http, GetMemberFundingPayments, params, options);
  }
}

/** A copy of a portfolio that holds each market once. */
function readPortfolio(
  given: EstimatePortfolioMaintenanceMarginRequest,
  options: CallOptions | undefined,
): EstimatePortfolioMaintenanceMarginRequest {
  const operation = EstimatePortfolioMaintenanceMargin;
  const body = ownFields(operation, given);
  // What are no options is left for the call to refuse.
  const own = isPlain(options) ? readOwn(options as CallOptions) : {};
  const seen = new Set<string>();
  for (const { market_ticker: ticker } of checkFirst(operation, undefined, body, own).positions) {
    if (seen.has(ticker)) {
      refuseCall(operation, `\`positions\` holds ${shownText(ticker)} twice: add its quantities up.`);
    }
    seen.add(ticker);
  }
  return body;
}

/** `client.margin` */
export class KlearMargin extends Namespace {
  /** Reports, and their files. */
  readonly reports: KlearReports = new KlearReports(this.http);
  /** What settlements made due. */
  readonly obligations: KlearObligations = new KlearObligations(this.http);
  /** Funding that was paid and received. */
  readonly fundingPayments: KlearFundingPayments = new KlearFundingPayments(this.http);
  /** Cash at Klear, and its withdrawal. */
  readonly settlementBalance: KlearSettlementBalance = new KlearSettlementBalance(this.http);

  /**
   * What would be due at the next settlement, by asset class, subtrader and group. `user_breakdown` counts all
   * subtraders; of the others at most 1,000 are there, and `omitted_subtrader_count` and `omitted_group_count` say how
   * many are not.
   *
   * @see https://docs.kalshi.com/api-reference/get-settlement-estimate-by-asset-class
   */
  async settlementEstimate(options?: CallOptions): Promise<GetSettlementEstimateByAssetClassResponse> {
    return await callWith(this.http, GetSettlementEstimateByAssetClass, "estimates", undefined, options);
  }

  /**
   * The prices of one settlement in centicents, by ticker.
   *
   * @param params `asset_class`, such as `"Crypto"`, and `settlement_time` as an RFC 3339 time.
   * @see https://docs.kalshi.com/api-reference/get-settlement-prices
   */
  async settlementPrices(
    params: GetSettlementPricesParams,
    options?: CallOptions,
  ): Promise<Record<string, number>> {
    return await callFor(this.http, GetSettlementPrices, "settlement_prices", params, options);
  }

  /**
   * The member's part of the guaranty fund, in centicents.
   *
   * @see https://docs.kalshi.com/api-reference/get-guaranty-fund-balance
   */
  async guarantyFundBalance(options?: CallOptions): Promise<GetGuarantyFundBalanceResponse> {
    return await callWith(this.http, GetGuarantyFundBalance, "amount_centicents", undefined, options);
  }

  /**
   * Positions that must be reported as a large trader's: those above the level, and those that were the day before and
   * are below it now (`exit_day`).
   *
   * @param params `report_date`: a settlement day in New York; the last one that is over when left out.
   * @see https://docs.kalshi.com/api-reference/get-large-trader-positions
   */
  async largeTraderPositions(
    params: GetLargeTraderPositionsParams = {},
    options?: CallOptions,
  ): Promise<GetLargeTraderPositionsResponse> {
    return await call(this.http, GetLargeTraderPositions, params, options);
  }

  /**
   * The maintenance margin of a portfolio that need not exist, in dollars as text. Its parts need not add up to it. It
   * changes nothing: it is sent again where it failed, as reads are, and a client with `readOnly` may ask.
   *
   * @param body 1 to 500 positions in markets of one asset class, each market once: a whole `quantity` (below 0 short,
   * never 0), and a `price` in dollars.
   * @throws {KalshiConfigError} for a portfolio that Klear would refuse; nothing was sent.
   * @throws {KalshiNotFoundError} when Klear has calibrated no margin for that day.
   * @see https://docs.kalshi.com/api-reference/estimate-portfolio-maintenance-margin
   */
  async estimateMaintenanceMargin(
    body: EstimatePortfolioMaintenanceMarginRequest,
    options?: CallOptions,
  ): Promise<EstimatePortfolioMaintenanceMarginResponse> {
    const portfolio = readPortfolio(body, options);
    return await call(this.http, EstimatePortfolioMaintenanceMargin, undefined, options, portfolio);
  }
}
