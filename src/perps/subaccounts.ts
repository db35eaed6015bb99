/**
 * Subaccounts of the margin exchange and money moved between them: part of Kalshi's tag `portfolio`.
 *
 * @module
 */

import { ApplyMarginSubaccountTransfer, CreateMarginSubaccount } from "../contract/perps/operations.ts";
import type { ApplySubaccountTransferRequest } from "../contract/perps/types.ts";
import type { CallOptions, WriteOptions } from "../http/call_options.ts";
import { callFor } from "../http/call_operation.ts";
import { Namespace } from "../http/namespace.ts";
import { moveBetweenSubaccounts } from "../writes/transfers.ts";

/** `client.portfolio.subaccounts` */
export class PerpsSubaccounts extends Namespace {
  /** Money moved between subaccounts. */
  readonly transfers: PerpsSubaccountTransfers = new PerpsSubaccountTransfers(this.http);

  /**
   * Makes the next subaccount and gives its number. Needs the Advanced tier.
   *
   * @see https://docs.kalshi.com/margin-rest/portfolio/create-subaccount
   */
  create(options?: CallOptions): Promise<number> {
    return callFor(this.http, CreateMarginSubaccount, "subaccount_number", undefined, options);
  }
}

/** `client.portfolio.subaccounts.transfers` */
export class PerpsSubaccountTransfers extends Namespace {
  /**
   * Moves cents between two subaccounts; 0 is the primary account. It is sent once, unless `orderRetries` is
   * `"idempotent"`: then again after an unknown outcome, with the same `client_transfer_id`.
   *
   * @param body A `client_transfer_id` is applied once, however often it is sent.
   * @throws {KalshiConfigError} when `amount_cents` is no whole number; nothing was sent.
   * @throws {KalshiConflictError} when the `client_transfer_id` was used before: the first one stands.
   * @see https://docs.kalshi.com/margin-rest/portfolio/transfer-between-subaccounts
   */
  create(body: ApplySubaccountTransferRequest, options: WriteOptions = {}): Promise<void> {
    return moveBetweenSubaccounts(this.http, ApplyMarginSubaccountTransfer, body, options);
  }
}
