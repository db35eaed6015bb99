/**
 * The cash of a clearing member at Klear, and its way out.
 *
 * @module
 */
import {
  GetSettlementBalance,
  GetSettlementBalanceHistory,
  type GetSettlementBalanceHistoryParams,
  GetSettlementBalanceWithdrawal,
  type GetSettlementBalanceWithdrawalParams,
  WithdrawSettlementBalance,
} from "../contract/klear/operations.ts";
import type {
  GetSettlementBalanceHistoryResponse,
  GetSettlementBalanceResponse,
  GetSettlementBalanceWithdrawalResponse,
  SettlementBalanceHistoryEntry,
  WithdrawSettlementBalanceRequest,
} from "../contract/klear/types.ts";
import { callFor, callWith, listAll, listPage } from "../http/call_operation.ts";
import type { CallOptions, ListAllOptions } from "../http/call_options.ts";
import { Namespace } from "../http/namespace.ts";
import type { PageCall } from "../http/page.ts";

/** `client.margin.settlementBalance` */
export class KlearSettlementBalance extends Namespace {
  /**
   * The cash that can be used, and what of it is held back, in centicents.
   *
   * @see https://docs.kalshi.com/api-reference/get-settlement-balance
   */
  async get(options?: CallOptions): Promise<GetSettlementBalanceResponse> {
    return await callWith(
      this.http,
      GetSettlementBalance,
      "balance_available_centicents",
      undefined,
      options,
    );
  }

  /**
   * What changed it, newest first, page by page.
   *
   * @param params A page has 100 of them; 500 are the most.
   * @see https://docs.kalshi.com/api-reference/get-settlement-balance-history
   */
  list(
    params: GetSettlementBalanceHistoryParams = {},
    options?: CallOptions,
  ): PageCall<SettlementBalanceHistoryEntry, GetSettlementBalanceHistoryResponse> {
    return listPage(this.http, GetSettlementBalanceHistory, params, options);
  }

  /** The same over every page. */
  listAll(
    params: GetSettlementBalanceHistoryParams = {},
    options?: ListAllOptions,
  ): AsyncGenerator<SettlementBalanceHistoryEntry, void, undefined> {
    return listAll(this.http, GetSettlementBalanceHistory, params, options);
  }

  /**
   * Asks for a withdrawal by wire, and gives its id: it is made later, and {@linkcode withdrawal} says how far it is.
   *
   * It is sent once. Nothing tells Klear that a second request is the first one again, so that no failure after its
   * sending is tried again, whatever the config says: where `outcome` of the error is `unknown`, look with
   * {@linkcode list} whether cash was held back before you ask again.
   *
   * @param body `amount`: dollars above 0 as text with at most four decimals, such as `"2500.00"`.
   * @throws {KalshiConfigError} for another amount; nothing was sent.
   * @see https://docs.kalshi.com/api-reference/withdraw-settlement-balance
   */
  async withdraw(body: WithdrawSettlementBalanceRequest, options?: CallOptions): Promise<string> {
    return await callFor(this.http, WithdrawSettlementBalance, "id", undefined, options, body);
  }

  /**
   * How far a withdrawal is: `pending`, `processing`, and in the end `processed` or `failed`.
   *
   * @param params `id`: as {@linkcode withdraw} gave it.
   * @see https://docs.kalshi.com/api-reference/get-settlement-balance-withdrawal
   */
  async withdrawal(
    params: GetSettlementBalanceWithdrawalParams,
    options?: CallOptions,
  ): Promise<GetSettlementBalanceWithdrawalResponse> {
    return await callWith(this.http, GetSettlementBalanceWithdrawal, "status", params, options);
  }
}
