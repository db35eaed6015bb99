/**
 * Tier and rate limits of an account: Kalshi's tag `account`.
 *
 * @module
 */

import {
  GetAccountApiLimits,
  GetAccountApiUsageLevelVolumeProgress,
  GetAccountEndpointCosts,
  UpgradeAccountApiUsageLevel,
} from "../contract/event/operations.ts";
import type {
  AccountApiUsageLevelVolumeProgress,
  GetAccountApiLimitsResponse,
  GetAccountEndpointCostsResponse,
} from "../contract/event/types.ts";
import type { CallOptions } from "../http/call_options.ts";
import { call, callForList, callForNothing } from "../http/call_operation.ts";
import { Namespace } from "../http/namespace.ts";

/** `client.account` */
export class Account extends Namespace {
  /**
   * The account's tier and its read and write buckets: tokens a second and tokens at most.
   *
   * @see https://docs.kalshi.com/api-reference/account/get-account-api-limits
   */
  limits(options?: CallOptions): Promise<GetAccountApiLimitsResponse> {
    return call(this.http, GetAccountApiLimits, undefined, options);
  }

  /**
   * Tokens that a call costs by default, and the calls that cost something else. Public.
   *
   * @see https://docs.kalshi.com/api-reference/account/list-non-default-endpoint-costs
   */
  endpointCosts(options?: CallOptions): Promise<GetAccountEndpointCostsResponse> {
    return call(this.http, GetAccountEndpointCosts, undefined, options);
  }

  /**
   * Moves the account to the Advanced tier, for good. One of its last 100 orders must have come over the API.
   *
   * @see https://docs.kalshi.com/api-reference/account/upgrade-account-api-usage-level
   */
  upgradeApiUsageLevel(options?: CallOptions): Promise<void> {
    return callForNothing(this.http, UpgradeAccountApiUsageLevel, undefined, options);
  }

  /**
   * How far the account's volume of 30 days has come towards the higher tiers, in contracts.
   *
   * @see https://docs.kalshi.com/api-reference/account/get-account-api-usage-level-volume-progress
   */
  apiUsageLevelVolumeProgress(options?: CallOptions): Promise<AccountApiUsageLevelVolumeProgress[]> {
    return callForList(
      this.http,
      GetAccountApiUsageLevelVolumeProgress,
      "volume_progress",
      undefined,
      options,
    );
  }
}
