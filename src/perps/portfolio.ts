/**
 * What an account holds and did on the margin exchange: Kalshi's tag `portfolio`.
 *
 * @module
 */

import {
  GetMarginBalance,
  type GetMarginBalanceParams,
  GetMarginFills,
  type GetMarginFillsParams,
  GetMarginPositions,
  type GetMarginPositionsParams,
  IntraExchangeInstanceTransfer,
} from "../contract/perps/operations.ts";
import type {
  GetMarginBalanceResponse,
  GetMarginFillsResponse,
  IntraExchangeInstanceTransferRequest,
  MarginFill,
  MarginPosition,
} from "../contract/perps/types.ts";
import type { CallOptions, ListAllOptions, WriteOptions } from "../http/call_options.ts";
import { call, callForList, listAll, listPage } from "../http/call_operation.ts";
import { Namespace } from "../http/namespace.ts";
import type { PageCall } from "../http/page.ts";
import { moveMoney } from "../writes/transfers.ts";
import { PerpsSubaccounts } from "./subaccounts.ts";

/** `client.portfolio` */
export class PerpsPortfolio extends Namespace {
  /** What the account holds. */
  readonly positions: PerpsPositions = new PerpsPositions(this.http);
  /** What the account traded. */
  readonly fills: PerpsFills = new PerpsFills(this.http);
  /** Subaccounts, and money moved between them. */
  readonly subaccounts: PerpsSubaccounts = new PerpsSubaccounts(this.http);
  /** Money moved between perps and event contracts. */
  readonly transfers: PerpsTransfers = new PerpsTransfers(this.http);

  /**
   * Equity, margin and the value of positions, by subaccount, in dollars as strings; `settled_funds` is the cash of all
   * of them. `resting_orders_margin` and `available_balance` are 0 unless `compute_available_balance` is true: the call
   * then costs 50 tokens in place of 5. Available is 0 for institutions, equity and initial margin for self-clearing
   * members.
   *
   * @throws {KalshiAuthError} with status 403 when the account is not enabled for margin trading.
   * @see https://docs.kalshi.com/margin-rest/portfolio/get-balance
   */
  balance(params: GetMarginBalanceParams = {}, options?: CallOptions): Promise<GetMarginBalanceResponse> {
    return call(this.http, GetMarginBalance, params, options);
  }
}

/** `client.portfolio.positions` */
export class PerpsPositions extends Namespace {
  /**
   * All open positions, of one market (`ticker`) or one subaccount where `params` say so; there are no pages. A
   * `position` above 0 is long, below 0 short, in contracts; dollars are strings, `roe` is in percent. `margin_used` and
   * `roe` are null for a position that others hedge (`is_portfolio`).
   *
   * @see https://docs.kalshi.com/margin-rest/portfolio/get-positions
   */
  list(params: GetMarginPositionsParams = {}, options?: CallOptions): Promise<MarginPosition[]> {
    return callForList(this.http, GetMarginPositions, "positions", params, options);
  }
}

/** `client.portfolio.fills` */
export class PerpsFills extends Namespace {
  /**
   * One page of the account's own fills, newest first, of the primary account unless `params` say otherwise. `price`,
   * `fees` and `realized_pnl` (what this fill alone realised, against `entry_price`) are dollars as strings.
   *
   * @param params `min_ts` and `max_ts` in Unix seconds.
   * @see https://docs.kalshi.com/margin-rest/portfolio/get-fills
   */
  list(
    params: GetMarginFillsParams = {},
    options?: CallOptions,
  ): PageCall<MarginFill, GetMarginFillsResponse> {
    return listPage(this.http, GetMarginFills, params, options);
  }

  /**
   * Every fill, over all pages. See {@linkcode PerpsFills.list}.
   *
   * @example
   * ```ts
   * import { PerpsClient } from "@unofficial/kalshi/perps";
   *
   * await using client = await PerpsClient.fromEnv();
   * for await (const fill of client.portfolio.fills.listAll({ limit: 1000 })) {
   *   console.log(fill.created_time, fill.ticker, fill.side, fill.count, fill.price, fill.realized_pnl);
   * }
   * ```
   */
  listAll(
    params: GetMarginFillsParams = {},
    options?: ListAllOptions,
  ): AsyncGenerator<MarginFill, void, undefined> {
    return listAll(this.http, GetMarginFills, params, options);
  }
}

/** `client.portfolio.transfers` */
export class PerpsTransfers extends Namespace {
  /**
   * Moves money between perps (`margined`) and event contracts (`event_contract`), or between shards, and gives the
   * transfer's id. The money arrives later. It gets a `client_transfer_id` where it has none, and is sent once: an error
   * with `outcome: "unknown"` carries that id in `clientIds`. With `orderRetries: "idempotent"` it is sent again after an
   * unknown outcome, with the same id.
   *
   * @param body `amount` is in centicents: 10,000 are one dollar.
   * @throws {KalshiConfigError} when `amount` is no whole number above 0; nothing was sent.
   * @throws {KalshiConflictError} when the `client_transfer_id` was used before: the first one stands.
   * @see https://docs.kalshi.com/margin-rest/portfolio/intra-account-transfer
   */
  create(body: IntraExchangeInstanceTransferRequest, options: WriteOptions = {}): Promise<string> {
    return moveMoney(this.http, IntraExchangeInstanceTransfer, body, options);
  }
}
