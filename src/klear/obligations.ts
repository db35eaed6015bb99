/**
 * What settlements made due between a clearing member and Klear.
 *
 * @module
 */
import {
  GetActiveMarginObligations,
  GetObligationFundingPayments,
  GetObligationHistory,
  type GetObligationHistoryParams,
  GetObligationMaintenanceMarginDetails,
  GetObligationSettlementDetails,
  type GetObligationSettlementDetailsParams,
} from "../contract/klear/operations.ts";
import type {
  FundingPaymentDetail,
  GetObligationFundingPaymentsResponse,
  GetObligationHistoryResponse,
  GetObligationMaintenanceMarginDetailsResponse,
  GetObligationSettlementDetailsResponse,
  MaintenanceMarginDetail,
  ObligationEntry,
  SettlementDetail,
} from "../contract/klear/types.ts";
import { callForList, listAll, listPage } from "../http/call_operation.ts";
import type { CallOptions, ListAllOptions } from "../http/call_options.ts";
import { withIds } from "../http/check_call.ts";
import { Namespace } from "../http/namespace.ts";
import type { PageCall } from "../http/page.ts";

/** Which page of the details of an obligation: those of every kind have the same. */
export type ObligationPageParams = Omit<GetObligationSettlementDetailsParams, "obligation_id">;

/** Stands for parameters that are read when the call is made. */
const UNREAD = { obligation_id: "" } as const;

/** `client.margin.obligations.settlementDetails` */
export class KlearSettlementDetails extends Namespace {
  /**
   * The parts of an obligation by market and subtrader, page by page.
   *
   * @param params A page has 1000 of them, which is the most.
   * @throws {KalshiNotFoundError} when there is no such obligation.
   * @see https://docs.kalshi.com/api-reference/get-obligation-settlement-details
   */
  list(
    obligationId: string,
    params: ObligationPageParams = {},
    options?: CallOptions,
  ): PageCall<SettlementDetail, GetObligationSettlementDetailsResponse> {
    const read = () => withIds(GetObligationSettlementDetails, params, { obligation_id: obligationId });
    return listPage(this.http, GetObligationSettlementDetails, UNREAD, options, read);
  }

  /** The same over every page. */
  async *listAll(
    obligationId: string,
    params: ObligationPageParams = {},
    options?: ListAllOptions,
  ): AsyncGenerator<SettlementDetail, void, undefined> {
    const whole = withIds(GetObligationSettlementDetails, params, { obligation_id: obligationId });
    yield* listAll(this.http, GetObligationSettlementDetails, whole, options);
  }
}

/** `client.margin.obligations.fundingPayments` */
export class KlearObligationFunding extends Namespace {
  /**
   * The funding payments of an obligation, page by page.
   *
   * @param params A page has 1000 of them, which is the most.
   * @throws {KalshiNotFoundError} when there is no such obligation.
   * @see https://docs.kalshi.com/api-reference/get-obligation-funding-payments
   */
  list(
    obligationId: string,
    params: ObligationPageParams = {},
    options?: CallOptions,
  ): PageCall<FundingPaymentDetail, GetObligationFundingPaymentsResponse> {
    const read = () => withIds(GetObligationFundingPayments, params, { obligation_id: obligationId });
    return listPage(this.http, GetObligationFundingPayments, UNREAD, options, read);
  }

  /** The same over every page. */
  async *listAll(
    obligationId: string,
    params: ObligationPageParams = {},
    options?: ListAllOptions,
  ): AsyncGenerator<FundingPaymentDetail, void, undefined> {
    const whole = withIds(GetObligationFundingPayments, params, { obligation_id: obligationId });
    yield* listAll(this.http, GetObligationFundingPayments, whole, options);
  }
}

/** `client.margin.obligations.maintenanceMarginDetails` */
export class KlearMaintenanceMarginDetails extends Namespace {
  /**
   * The margin of an obligation by subtrader, page by page.
   *
   * @param params A page has 1000 of them, which is the most.
   * @throws {KalshiNotFoundError} when there is no such obligation.
   * @see https://docs.kalshi.com/api-reference/get-obligation-maintenance-margin-details
   */
  list(
    obligationId: string,
    params: ObligationPageParams = {},
    options?: CallOptions,
  ): PageCall<MaintenanceMarginDetail, GetObligationMaintenanceMarginDetailsResponse> {
    const read = () =>
      withIds(GetObligationMaintenanceMarginDetails, params, { obligation_id: obligationId });
    return listPage(this.http, GetObligationMaintenanceMarginDetails, UNREAD, options, read);
  }

  /** The same over every page. */
  async *listAll(
    obligationId: string,
    params: ObligationPageParams = {},
    options?: ListAllOptions,
  ): AsyncGenerator<MaintenanceMarginDetail, void, undefined> {
    const whole = withIds(GetObligationMaintenanceMarginDetails, params, { obligation_id: obligationId });
    yield* listAll(this.http, GetObligationMaintenanceMarginDetails, whole, options);
  }
}

/** `client.margin.obligations` */
export class KlearObligations extends Namespace {
  /** Its parts by market and subtrader. */
  readonly settlementDetails: KlearSettlementDetails = new KlearSettlementDetails(this.http);
  /** Funding in it. */
  readonly fundingPayments: KlearObligationFunding = new KlearObligationFunding(this.http);
  /** Its margin by subtrader. */
  readonly maintenanceMarginDetails: KlearMaintenanceMarginDetails = new KlearMaintenanceMarginDetails(
    this.http,
  );

  /**
   * What is due now. An `amount_centicents` below 0 is what the member pays Klear, above 0 what Klear pays.
   *
   * @see https://docs.kalshi.com/api-reference/get-active-margin-obligations
   */
  async active(options?: CallOptions): Promise<ObligationEntry[]> {
    return await callForList(this.http, GetActiveMarginObligations, "obligations", undefined, options);
  }

  /**
   * What was due before, page by page.
   *
   * @param params A page has 20 of them; 100 are the most.
   * @see https://docs.kalshi.com/api-reference/get-obligation-history
   */
  list(
    params: GetObligationHistoryParams = {},
    options?: CallOptions,
  ): PageCall<ObligationEntry, GetObligationHistoryResponse> {
    return listPage(this.http, GetObligationHistory, params, options);
  }

  /** The same over every page. */
  listAll(
    params: GetObligationHistoryParams = {},
    options?: ListAllOptions,
  ): AsyncGenerator<ObligationEntry, void, undefined> {
    return listAll(this.http, GetObligationHistory, params, options);
  }
}
