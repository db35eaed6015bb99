/**
 * For futures commission merchants, who trade for others: Kalshi's tag `fcm`. Every call here needs FCM access.
 *
 * @module
 */

import {
  CreateFCMPositionTransfer,
  CreateFCMSubtrader,
  DeleteFCMEventContractDailyCap,
  type DeleteFCMEventContractDailyCapParams,
  GetFCMEventContractDailyCap,
  type GetFCMEventContractDailyCapParams,
  GetFCMFills,
  type GetFCMFillsParams,
  GetFCMOrders,
  type GetFCMOrdersParams,
  GetFCMPositions,
  type GetFCMPositionsParams,
  GetFCMSubtraderBlockedCategories,
  type GetFCMSubtraderBlockedCategoriesParams,
  ListFCMSubtraders,
  UpdateFCMEventContractDailyCap,
  UpdateFCMSubtraderBlockedCategories,
} from "../contract/event/operations.ts";
import type {
  CreateFCMPositionTransferRequest,
  CreateFCMSubtraderRequest,
  FcmFill,
  FCMSubtrader,
  GetFCMEventContractDailyCapResponse,
  GetFcmFillsResponse,
  GetOrdersResponse,
  GetPositionsResponse,
  MarketPosition,
  Order,
  UpdateFCMEventContractDailyCapRequest,
  UpdateFCMSubtraderBlockedCategoriesRequest,
} from "../contract/event/types.ts";
import type { ListAllOptions } from "../http/call_options.ts";
import type { PageCall } from "../http/page.ts";
import type { CallOptions } from "../http/call_options.ts";
import { assertSomeOf, readParams } from "../http/arguments.ts";
import { call, callFor, callForList, callForNothing, listAll, listPage } from "../http/call_operation.ts";
import { endOnce } from "../http/end_once.ts";
import { Namespace } from "../http/namespace.ts";

/** `client.fcm` */
export class Fcm extends Namespace {
  /** Those the FCM trades for, and their limits. */
  readonly subtraders: FcmSubtraders = new FcmSubtraders(this.http);
  /** Orders of subtraders. */
  readonly orders: FcmOrders = new FcmOrders(this.http);
  /** Positions of subtraders. */
  readonly positions: FcmPositions = new FcmPositions(this.http);
  /** Fills of subtraders. */
  readonly fills: FcmFills = new FcmFills(this.http);
}

/** `client.fcm.subtraders` */
export class FcmSubtraders extends Namespace {
  /**
   * All subtraders.
   *
   * @see https://docs.kalshi.com/changelog
   */
  list(options?: CallOptions): Promise<FCMSubtrader[]> {
    return callForList(this.http, ListFCMSubtraders, "subtraders", undefined, options);
  }

  /**
   * Makes a subtrader and gives its id.
   *
   * @param body `subtrader_suffix`: 1 to 16 small letters and digits.
   * @see https://docs.kalshi.com/margin-rest/fcm/create-fcm-subtrader
   */
  create(body: CreateFCMSubtraderRequest, options?: CallOptions): Promise<string> {
    return callFor(this.http, CreateFCMSubtrader, "subtrader_id", undefined, options, body);
  }

  /**
   * Categories of markets that a subtrader may not trade.
   *
   * @see https://docs.kalshi.com/changelog
   */
  blockedCategories(
    params: GetFCMSubtraderBlockedCategoriesParams,
    options?: CallOptions,
  ): Promise<string[]> {
    return callForList(this.http, GetFCMSubtraderBlockedCategories, "categories", params, options);
  }

  /**
   * Blocks a category for a subtrader or frees it, and gives all that are blocked.
   *
   * @see https://docs.kalshi.com/changelog
   */
  updateBlockedCategories(
    body: UpdateFCMSubtraderBlockedCategoriesRequest,
    options?: CallOptions,
  ): Promise<string[]> {
    return callForList(
      this.http,
      UpdateFCMSubtraderBlockedCategories,
      "categories",
      undefined,
      options,
      body,
    );
  }

  /**
   * How much a subtrader may trade a day, and how much of it is used, in dollars as strings.
   *
   * @see https://docs.kalshi.com/changelog
   */
  eventContractDailyCap(
    params: GetFCMEventContractDailyCapParams = {},
    options?: CallOptions,
  ): Promise<GetFCMEventContractDailyCapResponse> {
    return call(this.http, GetFCMEventContractDailyCap, params, options);
  }

  /**
   * Sets that cap.
   *
   * @param body `limit` in dollars, as a string.
   * @throws {KalshiConfigError} when `limit` is no decimal string; nothing was sent.
   * @see https://docs.kalshi.com/changelog
   */
  async updateEventContractDailyCap(
    body: UpdateFCMEventContractDailyCapRequest,
    options?: CallOptions,
  ): Promise<void> {
    await callForNothing(this.http, UpdateFCMEventContractDailyCap, undefined, options, body);
  }

  /**
   * Takes that cap away.
   *
   * @see https://docs.kalshi.com/changelog
   */
  deleteEventContractDailyCap(
    params: DeleteFCMEventContractDailyCapParams,
    options?: CallOptions,
  ): Promise<void> {
    return endOnce(callForNothing(this.http, DeleteFCMEventContractDailyCap, params, options));
  }
}

/** A copy of the parameters, in which Kalshi is told whose orders. */
function readWhose(given: GetFCMOrdersParams, options: CallOptions | undefined): GetFCMOrdersParams {
  const { params, sent } = readParams(GetFCMOrders, given, options);
  assertSomeOf(GetFCMOrders, sent, ["subtrader_id", "client_order_ids"]);
  return params;
}

/** `client.fcm.orders` */
export class FcmOrders extends Namespace {
  /**
   * One page of orders of one subtrader (`subtrader_id`), or of up to 100 `client_order_ids`.
   *
   * @throws {KalshiConfigError} when it says neither; nothing was sent.
   * @see https://docs.kalshi.com/api-reference/fcm/get-fcm-orders
   */
  list(params: GetFCMOrdersParams, options?: CallOptions): PageCall<Order, GetOrdersResponse> {
    return listPage(this.http, GetFCMOrders, params, options, (params) => readWhose(params, options));
  }

  /** Every such order, over all pages. See {@linkcode FcmOrders.list}. */
  async *listAll(
    params: GetFCMOrdersParams,
    options?: ListAllOptions,
  ): AsyncGenerator<Order, void, undefined> {
    yield* listAll(this.http, GetFCMOrders, readWhose(params, options), options);
  }
}

/** `client.fcm.positions` */
export class FcmPositions extends Namespace {
  /**
   * One page of market positions of one subtrader; `response.event_positions` sums them up by event.
   *
   * @see https://docs.kalshi.com/api-reference/fcm/get-fcm-positions
   */
  list(
    params: GetFCMPositionsParams,
    options?: CallOptions,
  ): PageCall<MarketPosition, GetPositionsResponse> {
    return listPage(this.http, GetFCMPositions, params, options);
  }

  /** Every such position, over all pages. See {@linkcode FcmPositions.list}. */
  listAll(
    params: GetFCMPositionsParams,
    options?: ListAllOptions,
  ): AsyncGenerator<MarketPosition, void, undefined> {
    return listAll(this.http, GetFCMPositions, params, options);
  }

  /**
   * Moves a position from one subtrader to another and gives the transfer's id.
   *
   * @param body `position_centicount` in 1/100 of a contract, `price_centicents` in 1/10000 of a dollar.
   * @throws {KalshiConfigError} when count or price is no whole number; nothing was sent.
   * @see https://docs.kalshi.com/changelog
   */
  async transfer(body: CreateFCMPositionTransferRequest, options?: CallOptions): Promise<string> {
    return await callFor(
      this.http,
      CreateFCMPositionTransfer,
      "position_transfer_id",
      undefined,
      options,
      body,
    );
  }
}

/** `client.fcm.fills` */
export class FcmFills extends Namespace {
  /**
   * One page of fills of all subtraders.
   *
   * @see https://docs.kalshi.com/changelog
   */
  list(params: GetFCMFillsParams = {}, options?: CallOptions): PageCall<FcmFill, GetFcmFillsResponse> {
    return listPage(this.http, GetFCMFills, params, options);
  }

  /** Every such fill, over all pages. See {@linkcode FcmFills.list}. */
  listAll(
    params: GetFCMFillsParams = {},
    options?: ListAllOptions,
  ): AsyncGenerator<FcmFill, void, undefined> {
    return listAll(this.http, GetFCMFills, params, options);
  }
}
