/**
 * For futures commission merchants, who trade for others: Kalshi's tag `fcm`. Every call here needs FCM access.
 *
 * @module
 */

import {
  CreateMarginFCMSubtrader,
  DeleteFCMNotionalRiskLimit,
  DeleteFCMSubtraderRiskControls,
  type DeleteFCMSubtraderRiskControlsParams,
  GetFCMSubtraderRiskControls,
  type GetFCMSubtraderRiskControlsParams,
  UpdateFCMNotionalRiskLimit,
  UpdateFCMSubtraderRiskControls,
} from "../contract/perps/operations.ts";
import type {
  CreateMarginFCMSubtraderRequest,
  GetFCMSubtraderRiskControlsResponse,
  UpdateFCMNotionalRiskLimitRequest,
  UpdateFCMSubtraderRiskControlsRequest,
} from "../contract/perps/types.ts";
import { type CallOptions, readCallOptions, refuseCall } from "../http/call_options.ts";
import { call, callFor, callForNothing } from "../http/call_operation.ts";
import { endOnce } from "../http/end_once.ts";
import { checkFirst, isGiven, ownFields, readParams } from "../http/arguments.ts";
import { Namespace } from "../http/namespace.ts";
import { shown } from "../base/plain.ts";

/** `client.fcm` */
export class PerpsFcm extends Namespace {
  /** Those the FCM trades for, and their limits. */
  readonly subtraders: PerpsFcmSubtraders = new PerpsFcmSubtraders(this.http);

  /**
   * Sets the FCM's own limit on the value of the positions and resting orders of its whole account. Resting orders are
   * cancelled until they fit.
   *
   * @param body `notional_value_risk_limit` in dollars, as a string; at most Kalshi's own limit.
   * @throws {KalshiConfigError} when it is no decimal string; nothing was sent.
   * @throws {KalshiBadRequestError} when it is above Kalshi's limit.
   * @see https://docs.kalshi.com/changelog
   */
  async updateNotionalRiskLimit(
    body: UpdateFCMNotionalRiskLimitRequest,
    options?: CallOptions,
  ): Promise<void> {
    await callForNothing(this.http, UpdateFCMNotionalRiskLimit, undefined, options, body);
  }

  /**
   * Takes the FCM's own limit away, so that Kalshi's alone counts. No order is cancelled.
   *
   * @see https://docs.kalshi.com/changelog
   */
  async deleteNotionalRiskLimit(options?: CallOptions): Promise<void> {
    await endOnce(callForNothing(this.http, DeleteFCMNotionalRiskLimit, undefined, options));
  }
}

/** Of a market or of an asset class: a cap in both, Kalshi does not know. */
function refuseBoth(
  template: { readonly method?: string; readonly path: string },
  given: { readonly market_ticker?: string | undefined; readonly asset_class?: string | undefined },
): void {
  if (isGiven(given.market_ticker) && isGiven(given.asset_class)) {
    refuseCall(
      template as Parameters<typeof refuseCall>[0],
      "a cap is for one market (`market_ticker`), for one `asset_class`, or for all markets, with neither: give one of them.",
    );
  }
}

/** `client.fcm.subtraders` */
export class PerpsFcmSubtraders extends Namespace {
  /**
   * Makes a subtrader and gives its id.
   *
   * @param body `subtrader_suffix`: 1 to 16 letters and digits, whose case counts. `require_category_cap`: true where
   * ordinary orders shall need a margin cap of their asset class, which can never be changed.
   * @throws {KalshiConfigError} for another suffix, or without `require_category_cap`; nothing was sent.
   * @throws {KalshiConflictError} when there is a subtrader of that suffix.
   * @see https://docs.kalshi.com/margin-rest/fcm/create-margin-fcm-subtrader
   */
  async create(body: CreateMarginFCMSubtraderRequest, given: CallOptions = {}): Promise<string> {
    const options = readCallOptions(CreateMarginFCMSubtrader, given);
    const own = ownFields(CreateMarginFCMSubtrader, body);
    const { subtrader_suffix } = checkFirst(CreateMarginFCMSubtrader, undefined, own, options);
    if (!/^[A-Za-z0-9]{1,16}$/.test(String(subtrader_suffix))) {
      refuseCall(
        CreateMarginFCMSubtrader,
        `\`subtrader_suffix\` takes 1 to 16 letters and digits; got ${shown(subtrader_suffix)}.`,
      );
    }
    return await callFor(this.http, CreateMarginFCMSubtrader, "subtrader_id", undefined, options, own);
  }

  /**
   * The caps on initial margin that are set, with what is in use, and the firm's limits on notional value, in dollars as
   * strings. A key that is bound to a subtrader may leave `subtrader_id` out.
   *
   * @see https://docs.kalshi.com/margin-rest/fcm/get-fcm-subtrader-risk-controls
   */
  riskControls(
    params: GetFCMSubtraderRiskControlsParams = {},
    options?: CallOptions,
  ): Promise<GetFCMSubtraderRiskControlsResponse> {
    return call(this.http, GetFCMSubtraderRiskControls, params, options);
  }

  /**
   * Sets a cap on the initial margin of a subtrader: for all markets, for one (`market_ticker`) or for an `asset_class`.
   * Each cap in whose scope an order is counts by itself.
   *
   * @param body `im_cap` in dollars, as a string.
   * @throws {KalshiConfigError} when `im_cap` is no decimal string, or both a market and an asset class are given;
   * nothing was sent.
   * @see https://docs.kalshi.com/margin-rest/fcm/update-fcm-subtrader-risk-controls
   */
  async updateRiskControls(
    body: UpdateFCMSubtraderRiskControlsRequest,
    given: CallOptions = {},
  ): Promise<void> {
    const options = readCallOptions(UpdateFCMSubtraderRiskControls, given);
    const own = ownFields(UpdateFCMSubtraderRiskControls, body);
    refuseBoth(
      UpdateFCMSubtraderRiskControls,
      checkFirst(UpdateFCMSubtraderRiskControls, undefined, own, options),
    );
    await callForNothing(this.http, UpdateFCMSubtraderRiskControls, undefined, options, own);
  }

  /**
   * Takes such a cap away: that of one market, of an asset class, or the one for all markets.
   *
   * @throws {KalshiConfigError} when both a market and an asset class are given; nothing was sent.
   * @see https://docs.kalshi.com/margin-rest/fcm/delete-fcm-subtrader-risk-controls
   */
  async deleteRiskControls(
    params: DeleteFCMSubtraderRiskControlsParams,
    options?: CallOptions,
  ): Promise<void> {
    const { params: own, sent } = readParams(DeleteFCMSubtraderRiskControls, params, options);
    refuseBoth(DeleteFCMSubtraderRiskControls, sent);
    await endOnce(callForNothing(this.http, DeleteFCMSubtraderRiskControls, own, options));
  }
}
