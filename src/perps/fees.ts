/**
 * What trading costs: Kalshi's tag `fees`.
 *
 * @module
 */

import { GetMarginFeeTierRates, GetMarginFeeTiers } from "../contract/perps/operations.ts";
import type { GetMarginFeeTiersResponse, MarginFeeTierRate } from "../contract/perps/types.ts";
import type { CallOptions } from "../http/call_options.ts";
import { call, callForList } from "../http/call_operation.ts";
import { Namespace } from "../http/namespace.ts";

/** `client.fees` */
export class PerpsFees extends Namespace {
  /**
   * The fee rates of this account by market, as fractions of the notional value: 0.0005 is 5 cents on 100 dollars.
   *
   * @see https://docs.kalshi.com/margin-rest/fees/get-fee-tiers
   */
  tiers(options?: CallOptions): Promise<GetMarginFeeTiersResponse> {
    return call(this.http, GetMarginFeeTiers, undefined, options);
  }

  /**
   * The fee schedule that applies to this account: a maker and a taker rate for each tier.
   *
   * @throws {KalshiAuthError} with status 403 when no schedule applies, or the account is not enabled for margin trading.
   * @see https://docs.kalshi.com/changelog
   */
  tierRates(options?: CallOptions): Promise<MarginFeeTierRate[]> {
    return callForList(this.http, GetMarginFeeTierRates, "fee_tier_rates", undefined, options);
  }
}
