/**
 * Subaccounts and money moved between them: part of Kalshi's tag `portfolio`.
 *
 * @module
 */

import {
  ApplySubaccountTransfer,
  CreateSubaccount,
  GetSubaccountBalances,
  GetSubaccountNetting,
  GetSubaccountTransfers,
  type GetSubaccountTransfersParams,
  UpdateSubaccountNetting,
} from "../contract/event/operations.ts";
import type {
  ApplySubaccountTransferRequest,
  CreateSubaccountRequest,
  GetSubaccountTransfersResponse,
  SubaccountBalance,
  SubaccountNettingConfig,
  SubaccountTransfer,
  UpdateSubaccountNettingRequest,
} from "../contract/event/types.ts";
import type { ListAllOptions } from "../http/call_options.ts";
import type { PageCall } from "../http/page.ts";
import type { CallOptions, WriteOptions } from "../http/call_options.ts";
import { moveBetweenSubaccounts } from "../writes/transfers.ts";
import { callFor, callForList, callForNothing, listAll, listPage } from "../http/call_operation.ts";
import { Namespace } from "../http/namespace.ts";

/** `client.subaccounts`, also `client.portfolio.subaccounts` */
export class Subaccounts extends Namespace {
  /** Money moved between subaccounts. */
  readonly transfers: SubaccountTransfers = new SubaccountTransfers(this.http);

  /**
   * Makes the next subaccount and gives its number, 1 to 63. Needs the Advanced tier.
   *
   * @see https://docs.kalshi.com/api-reference/portfolio/create-subaccount
   */
  create(body: CreateSubaccountRequest = {}, options?: CallOptions): Promise<number> {
    return callFor(this.http, CreateSubaccount, "subaccount_number", undefined, options, body);
  }

  /**
   * Balance of each subaccount on each shard, the primary account (0) included, in dollars as strings.
   *
   * @see https://docs.kalshi.com/api-reference/portfolio/get-all-subaccount-balances
   */
  balances(options?: CallOptions): Promise<SubaccountBalance[]> {
    return callForList(this.http, GetSubaccountBalances, "subaccount_balances", undefined, options);
  }

  /**
   * Which subaccounts net their positions.
   *
   * @see https://docs.kalshi.com/api-reference/portfolio/get-subaccount-netting
   */
  netting(options?: CallOptions): Promise<SubaccountNettingConfig[]> {
    return callForList(this.http, GetSubaccountNetting, "netting_configs", undefined, options);
  }

  /**
   * Turns netting on or off for one subaccount.
   *
   * @see https://docs.kalshi.com/api-reference/portfolio/update-subaccount-netting
   */
  updateNetting(body: UpdateSubaccountNettingRequest, options?: CallOptions): Promise<void> {
    return callForNothing(this.http, UpdateSubaccountNetting, undefined, options, body);
  }
}

/** `client.subaccounts.transfers` */
export class SubaccountTransfers extends Namespace {
  /**
   * One page of transfers between subaccounts, amounts in cents.
   *
   * @see https://docs.kalshi.com/api-reference/portfolio/get-subaccount-transfers
   */
  list(
    params: GetSubaccountTransfersParams = {},
    options?: CallOptions,
  ): PageCall<SubaccountTransfer, GetSubaccountTransfersResponse> {
    return listPage(this.http, GetSubaccountTransfers, params, options);
  }

  /** Every transfer, over all pages. See {@linkcode SubaccountTransfers.list}. */
  listAll(
    params: GetSubaccountTransfersParams = {},
    options?: ListAllOptions,
  ): AsyncGenerator<SubaccountTransfer, void, undefined> {
    return listAll(this.http, GetSubaccountTransfers, params, options);
  }

  /**
   * Moves cents between two subaccounts of one shard; 0 is the primary account. It is sent once, unless
   * `orderRetries` is `"idempotent"`: then again after an unknown outcome, with the same `client_transfer_id`.
   *
   * @param body A `client_transfer_id` is applied once, however often it is sent.
   * @throws {KalshiConfigError} when `amount_cents` is no whole number; nothing was sent.
   * @throws {KalshiConflictError} when the `client_transfer_id` was used before: the first one stands.
   * @see https://docs.kalshi.com/api-reference/portfolio/transfer-between-subaccounts
   */
  create(body: ApplySubaccountTransferRequest, options: WriteOptions = {}): Promise<void> {
    return moveBetweenSubaccounts(this.http, ApplySubaccountTransfer, body, options);
  }
}
