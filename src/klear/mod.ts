/**
 * Klear, which clears the margin exchange: `@unofficial/kalshi/klear`. A client for clearing members, its configuration,
 * and their money, exact.
 *
 * @example
 * ```ts
 * import { KlearClient } from "@unofficial/kalshi/klear";
 *
 * await using client = await KlearClient.fromEnv();
 * console.log(await client.margin.settlementBalance.get());
 * ```
 *
 * @module
 */
export { type AccessToken, KlearAuth } from "./auth.ts";
export { KlearClient } from "./client.ts";
export type { KlearClientOptions } from "./client_options.ts";
export { KlearConfig, type KlearConfigOptions, type KlearPresetOptions } from "./config.ts";
export type { KlearEnv } from "./env.ts";
export type { KlearApiKeys, KlearFcm, KlearSubtraderGroups } from "./fcm.ts";
export type { KlearFundingPayments, KlearMargin } from "./margin.ts";
export { centicentsFromDollars, dollarsFromCenticents, type Due, dueOf } from "./money.ts";
export type {
  KlearMaintenanceMarginDetails,
  KlearObligationFunding,
  KlearObligations,
  KlearSettlementDetails,
  ObligationPageParams,
} from "./obligations.ts";
export type { DownloadProgress } from "./report_body.ts";
export type { DownloadOptions, ReportFile } from "./report_download.ts";
export type { KlearReports } from "./reports.ts";
export type { KlearSettlementBalance } from "./settlement_balance.ts";
export { klearVenue } from "./venue.ts";
export type { Authenticator, RequestToSign } from "../auth/authenticator.ts";
export type { KalshiEnvironment, KalshiHosts, KalshiVariables, RestVenue } from "../config/venue.ts";
export type { RestConfig, RestConfigOptions, RestSettings } from "../config/rest_config.ts";
export type { HttpSettings, KalshiSettings } from "../config/client_config.ts";
export type { RestClient } from "../rest_client.ts";
export type * from "../contract/klear/types.ts";
export type {
  GetLargeTraderPositionsParams,
  GetMarginReportsParams,
  GetMemberFundingPaymentsParams,
  GetObligationHistoryParams,
  GetObligationSettlementDetailsParams,
  GetSettlementBalanceHistoryParams,
  GetSettlementBalanceWithdrawalParams,
  GetSettlementPricesParams,
  ListMarginFcmApiKeysParams,
} from "../contract/klear/operations.ts";
