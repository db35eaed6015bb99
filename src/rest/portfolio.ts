/**
 * What an account holds and did: Kalshi's tag `portfolio`.
 *
 * @module
 */

import {
  GetBalance,
  type GetBalanceParams,
  GetFills,
  type GetFillsParams,
  GetPositions,
  type GetPositionsParams,
} from "../contract/operations.ts";
import type {
  Fill,
  GetBalanceResponse,
  GetFillsResponse,
  GetPositionsResponse,
  MarketPosition,
} from "../contract/types.ts";
import type { ListAllOptions, Page } from "../http/page.ts";
import type { CallOptions } from "../http/pipeline.ts";
import { call, listAll, listPage, Namespace } from "./namespace.ts";

/** `client.portfolio` */
export class Portfolio extends Namespace {
  /** What the account holds. */
  readonly positions: Positions = new Positions(this.http);
  /** What the account traded; also at `client.fills`. */
  readonly fills: Fills = new Fills(this.http);

  /**
   * Cash and the value of what is held. `balance` is whole cents, cut; `balance_dollars` is exact.
   *
   * @see https://docs.kalshi.com/api-reference/portfolio/get-balance
   */
  balance(params: GetBalanceParams = {}, options?: CallOptions): Promise<GetBalanceResponse> {
    return call(this.http, GetBalance, params, options);
  }
}

/** `client.portfolio.positions` */
export class Positions extends Namespace {
  /**
   * One page of market positions; `response.event_positions` sums them up by event. A positive `position_fp`
   * is YES, a negative one NO.
   *
   * @see https://docs.kalshi.com/api-reference/portfolio/get-positions
   */
  list(
    params: GetPositionsParams = {},
    options?: CallOptions,
  ): Promise<Page<MarketPosition, GetPositionsResponse>> {
    return listPage(this.http, GetPositions, params, options);
  }

  /** Every market position, over all pages. See {@linkcode Positions.list}. */
  listAll(
    params: GetPositionsParams = {},
    options?: ListAllOptions,
  ): AsyncGenerator<MarketPosition, void, undefined> {
    return listAll(this.http, GetPositions, params, options);
  }
}

/** `client.portfolio.fills`, also `client.fills` */
export class Fills extends Namespace {
  /**
   * One page of the account's own fills, newest first.
   *
   * @see https://docs.kalshi.com/api-reference/portfolio/get-fills
   */
  list(params: GetFillsParams = {}, options?: CallOptions): Promise<Page<Fill, GetFillsResponse>> {
    return listPage(this.http, GetFills, params, options);
  }

  /** Every fill, over all pages. See {@linkcode Fills.list}. */
  listAll(params: GetFillsParams = {}, options?: ListAllOptions): AsyncGenerator<Fill, void, undefined> {
    return listAll(this.http, GetFills, params, options);
  }
}
