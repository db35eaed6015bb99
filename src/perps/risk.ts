/**
 * How close an account is to its limits: Kalshi's tag `risk`.
 *
 * @module
 */

import {
  GetMarginNotionalRiskLimit,
  GetMarginRisk,
  GetMarginRiskParameters,
} from "../contract/perps/operations.ts";
import type {
  GetMarginRiskParametersResponse,
  GetMarginRiskResponse,
  NotionalRiskLimitResponse,
} from "../contract/perps/types.ts";
import type { CallOptions } from "../http/call_options.ts";
import { call } from "../http/call_operation.ts";
import { Namespace } from "../http/namespace.ts";

/** `client.risk` */
export class PerpsRisk extends Namespace {
  /**
   * Leverage and maintenance margin of the account and of each position, with an estimate of the price at which it
   * would be liquidated. Dollars are strings. `account_leverage` is null when no maintenance margin is needed; margin,
   * leverage and that price are null for a position that others hedge (`is_portfolio`).
   *
   * @throws {KalshiAuthError} with status 403 when the account is not enabled for margin trading.
   * @see https://docs.kalshi.com/margin-rest/risk/get-risk
   */
  get(options?: CallOptions): Promise<GetMarginRiskResponse> {
    return call(this.http, GetMarginRisk, undefined, options);
  }

  /**
   * At which margin ratio positions are queued for liquidation and liquidated, and how much more than its maintenance
   * margin a position of each market needs to be opened. Public.
   *
   * @see https://docs.kalshi.com/margin-rest/risk/get-risk-parameters
   */
  parameters(options?: CallOptions): Promise<GetMarginRiskParametersResponse> {
    return call(this.http, GetMarginRiskParameters, undefined, options);
  }

  /**
   * How large positions and resting orders may be, in dollars as strings, by market and in all, and how much of it is
   * used.
   *
   * @throws {KalshiAuthError} with status 403 when the account is not enabled for margin trading.
   * @see https://docs.kalshi.com/margin-rest/risk/get-notional-risk-limit
   */
  notionalRiskLimit(options?: CallOptions): Promise<NotionalRiskLimitResponse> {
    return call(this.http, GetMarginNotionalRiskLimit, undefined, options);
  }
}
