/**
 * Tier and rate limits of an account on the margin exchange: Kalshi's tag `account`.
 *
 * @module
 */

import { GetPerpsAccountApiLimits } from "../contract/perps/operations.ts";
import type { GetAccountApiLimitsResponse } from "../contract/perps/types.ts";
import type { CallOptions } from "../http/call_options.ts";
import { call } from "../http/call_operation.ts";
import { Namespace } from "../http/namespace.ts";

/** `client.account` */
export class PerpsAccount extends Namespace {
  /**
   * The account's tier and its read and write buckets on the margin exchange: tokens a second and tokens at most. They
   * are other buckets than those of event contracts.
   *
   * @see https://docs.kalshi.com/margin-rest/account/get-perps-account-api-limits
   */
  limits(options?: CallOptions): Promise<GetAccountApiLimitsResponse> {
    return call(this.http, GetPerpsAccountApiLimits, undefined, options);
  }
}
