/**
 * What an account holds and did: Kalshi's tag `portfolio`.
 *
 * @module
 */

import {
  GetBalance,
  type GetBalanceParams,
  GetDeposits,
  type GetDepositsParams,
  GetFills,
  GetFillsHistorical,
  type GetFillsParams,
  GetIntraExchangeInstanceTransfer,
  GetIntraExchangeInstanceTransfers,
  type GetIntraExchangeInstanceTransfersParams,
  GetPortfolioRestingOrderTotalValue,
  GetPositions,
  type GetPositionsParams,
  GetSettlements,
  type GetSettlementsParams,
  GetTargetBalanceAllocation,
  GetWithdrawals,
  type GetWithdrawalsParams,
  IntraExchangeInstanceTransfer as CreateTransfer,
  SetTargetBalanceAllocation,
} from "../contract/event/operations.ts";
import type {
  Deposit,
  Fill,
  GetBalanceResponse,
  GetDepositsResponse,
  GetFillsResponse,
  GetIntraExchangeInstanceTransfersResponse,
  GetPortfolioRestingOrderTotalValueResponse,
  GetPositionsResponse,
  GetSettlementsResponse,
  GetTargetBalanceAllocationResponse,
  GetWithdrawalsResponse,
  IntraExchangeInstanceTransfer,
  IntraExchangeInstanceTransferRequest,
  MarketPosition,
  SetTargetBalanceAllocationRequest,
  Settlement,
  Withdrawal,
} from "../contract/event/types.ts";
import type { ListAllOptions } from "../http/call_options.ts";
import type { PageCall } from "../http/page.ts";
import type { CallOptions, WriteOptions } from "../http/call_options.ts";
import { moveMoney } from "../writes/transfers.ts";
import { type HistoryOptions, listTiers } from "./history.ts";
import { call, callFor, callForNothing, listAll, listPage } from "../http/call_operation.ts";
import { Namespace } from "../http/namespace.ts";
import { Subaccounts } from "./subaccounts.ts";

/** `client.portfolio` */
export class Portfolio extends Namespace {
  /** What the account holds. */
  readonly positions: Positions = new Positions(this.http);
  /** What the account traded; also at `client.fills`. */
  readonly fills: Fills = new Fills(this.http);
  /** What markets paid when they settled. */
  readonly settlements: Settlements = new Settlements(this.http);
  /** Money that came in. */
  readonly deposits: Deposits = new Deposits(this.http);
  /** Money that went out. */
  readonly withdrawals: Withdrawals = new Withdrawals(this.http);
  /** Money moved between shards, or between event contracts and perps. */
  readonly transfers: Transfers = new Transfers(this.http);
  /** Subaccounts; also at `client.subaccounts`. */
  readonly subaccounts: Subaccounts = new Subaccounts(this.http);

  /**
   * Cash and the value of what is held, of the primary account over all shards unless `params` say otherwise.
   * `balance` is whole cents, cut; `balance_dollars` is exact.
   *
   * @see https://docs.kalshi.com/api-reference/portfolio/get-balance
   */
  balance(params: GetBalanceParams = {}, options?: CallOptions): Promise<GetBalanceResponse> {
    return call(this.http, GetBalance, params, options);
  }

  /**
   * Value of all resting orders in cents. For FCM members only.
   *
   * @throws {KalshiAuthError} for everyone else.
   * @see https://docs.kalshi.com/api-reference/portfolio/get-total-resting-order-value
   */
  totalRestingOrderValue(options?: CallOptions): Promise<GetPortfolioRestingOrderTotalValueResponse> {
    return call(this.http, GetPortfolioRestingOrderTotalValue, undefined, options);
  }

  /**
   * How the cash is spread over the shards on its own, in percent for each; no entries when it is not.
   *
   * @see https://docs.kalshi.com/api-reference/portfolio/get-target-balance-allocation
   */
  targetBalanceAllocation(options?: CallOptions): Promise<GetTargetBalanceAllocationResponse> {
    return call(this.http, GetTargetBalanceAllocation, undefined, options);
  }

  /**
   * Replaces that allocation. The percentages must add up to 100; an empty list turns it off.
   *
   * @see https://docs.kalshi.com/api-reference/portfolio/set-target-balance-allocation
   */
  setTargetBalanceAllocation(body: SetTargetBalanceAllocationRequest, options?: CallOptions): Promise<void> {
    return callForNothing(this.http, SetTargetBalanceAllocation, undefined, options, body);
  }
}

/** `client.portfolio.positions` */
export class Positions extends Namespace {
  /**
   * One page of market positions; `response.event_positions` sums them up by event. A positive `position_fp`
   * is YES, a negative one NO. Unsettled ones of the primary account unless `params` say otherwise; old settled
   * ones are at `client.historical.positions`.
   *
   * @see https://docs.kalshi.com/api-reference/portfolio/get-positions
   */
  list(
    params: GetPositionsParams = {},
    options?: CallOptions,
  ): PageCall<MarketPosition, GetPositionsResponse> {
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

/** `client.fills`, also `client.portfolio.fills` */
export class Fills extends Namespace {
  /**
   * One page of the account's own fills, newest first, of all subaccounts unless `params` say otherwise.
   *
   * @see https://docs.kalshi.com/api-reference/portfolio/get-fills
   */
  list(params: GetFillsParams = {}, options?: CallOptions): PageCall<Fill, GetFillsResponse> {
    return listPage(this.http, GetFills, params, options);
  }

  /**
   * Every fill, over all pages. With `history: true` those before the cutoff too, after the live ones and each
   * once, by `fill_id`. See {@linkcode Fills.list}.
   *
   * @example
   * ```ts
   * import { KalshiClient } from "@unofficial/kalshi";
   *
   * await using client = await KalshiClient.fromEnv();
   * for await (const fill of client.fills.listAll({ limit: 1000 }, { history: true })) {
   *   console.log(fill.created_time, fill.ticker, fill.book_side, fill.count_fp, fill.yes_price_dollars);
   * }
   * ```
   */
  listAll(params: GetFillsParams = {}, options?: HistoryOptions): AsyncGenerator<Fill, void, undefined> {
    return listTiers(
      this.http,
      {
        live: GetFills,
        old: GetFillsHistorical,
        id: "fill_id",
        filters: ["ticker", "min_ts", "max_ts", "limit", "subaccount"],
      },
      params,
      options,
    );
  }
}

/** `client.portfolio.settlements` */
export class Settlements extends Namespace {
  /**
   * One page of settlements. `revenue` and `value` are cents, the other amounts dollars as strings.
   *
   * @see https://docs.kalshi.com/api-reference/portfolio/get-settlements
   */
  list(
    params: GetSettlementsParams = {},
    options?: CallOptions,
  ): PageCall<Settlement, GetSettlementsResponse> {
    return listPage(this.http, GetSettlements, params, options);
  }

  /** Every settlement, over all pages. See {@linkcode Settlements.list}. */
  listAll(
    params: GetSettlementsParams = {},
    options?: ListAllOptions,
  ): AsyncGenerator<Settlement, void, undefined> {
    return listAll(this.http, GetSettlements, params, options);
  }
}

/** `client.portfolio.deposits` */
export class Deposits extends Namespace {
  /**
   * One page of deposits, amounts in cents.
   *
   * @see https://docs.kalshi.com/api-reference/portfolio/get-deposits
   */
  list(params: GetDepositsParams = {}, options?: CallOptions): PageCall<Deposit, GetDepositsResponse> {
    return listPage(this.http, GetDeposits, params, options);
  }

  /** Every deposit, over all pages. See {@linkcode Deposits.list}. */
  listAll(
    params: GetDepositsParams = {},
    options?: ListAllOptions,
  ): AsyncGenerator<Deposit, void, undefined> {
    return listAll(this.http, GetDeposits, params, options);
  }
}

/** `client.portfolio.withdrawals` */
export class Withdrawals extends Namespace {
  /**
   * One page of withdrawals, amounts in cents.
   *
   * @see https://docs.kalshi.com/api-reference/portfolio/get-withdrawals
   */
  list(
    params: GetWithdrawalsParams = {},
    options?: CallOptions,
  ): PageCall<Withdrawal, GetWithdrawalsResponse> {
    return listPage(this.http, GetWithdrawals, params, options);
  }

  /** Every withdrawal, over all pages. See {@linkcode Withdrawals.list}. */
  listAll(
    params: GetWithdrawalsParams = {},
    options?: ListAllOptions,
  ): AsyncGenerator<Withdrawal, void, undefined> {
    return listAll(this.http, GetWithdrawals, params, options);
  }
}

/** `client.portfolio.transfers` */
export class Transfers extends Namespace {
  /**
   * One page of transfers between shards and exchanges. Their `amount` is dollars as a string, where
   * {@linkcode Transfers.create} takes centicents.
   *
   * @see https://docs.kalshi.com/api-reference/portfolio/get-intra-account-transfers
   */
  list(
    params: GetIntraExchangeInstanceTransfersParams = {},
    options?: CallOptions,
  ): PageCall<IntraExchangeInstanceTransfer, GetIntraExchangeInstanceTransfersResponse> {
    return listPage(this.http, GetIntraExchangeInstanceTransfers, params, options);
  }

  /** Every transfer, over all pages. See {@linkcode Transfers.list}. */
  listAll(
    params: GetIntraExchangeInstanceTransfersParams = {},
    options?: ListAllOptions,
  ): AsyncGenerator<IntraExchangeInstanceTransfer, void, undefined> {
    return listAll(this.http, GetIntraExchangeInstanceTransfers, params, options);
  }

  /**
   * One transfer; `status` says whether it is complete.
   *
   * @throws {KalshiNotFoundError} when there is none.
   * @see https://docs.kalshi.com/api-reference/portfolio/get-intra-account-transfer
   */
  get(transferId: string, options?: CallOptions): Promise<IntraExchangeInstanceTransfer> {
    return callFor(
      this.http,
      GetIntraExchangeInstanceTransfer,
      "transfer",
      { transfer_id: transferId },
      options,
    );
  }

  /**
   * Moves money between shards, or between event contracts and perps, and gives the transfer's id. The money
   * arrives later: {@linkcode Transfers.get} tells. It gets a `client_transfer_id` where it has none, and is sent
   * once. With `orderRetries: "idempotent"` it is sent again after an unknown outcome, unless it names a subaccount
   * other than 0: Kalshi knows only transfers between primary accounts again.
   *
   * @param body `amount` is in centicents: 10,000 are one dollar. Between subaccounts of different shards it
   * takes up to three steps, of which those done stay done when a later one fails.
   * @throws {KalshiConfigError} when `amount` is no whole number; nothing was sent.
   * @throws {KalshiConflictError} when the `client_transfer_id` was used before: the first one stands.
   * @see https://docs.kalshi.com/api-reference/portfolio/intra-account-transfer
   */
  create(body: IntraExchangeInstanceTransferRequest, options: WriteOptions = {}): Promise<string> {
    return moveMoney(this.http, CreateTransfer, body, options);
  }
}
