/**
 * Exit triggers of cross-margin positions: part of Kalshi's tag `exit-triggers`.
 *
 * @module
 */

import {
  DeleteCrossMarginExitTrigger,
  DeleteCrossMarginExitTriggerById,
  type DeleteCrossMarginExitTriggerByIdParams,
  type DeleteCrossMarginExitTriggerParams,
  GetCrossMarginExitTriggers,
  type GetCrossMarginExitTriggersParams,
  SetCrossMarginExitTrigger,
  type SetCrossMarginExitTriggerParams,
  UpdateCrossMarginExitTrigger,
  type UpdateCrossMarginExitTriggerParams,
} from "../contract/perps/operations.ts";
import type {
  ExitTrigger,
  SetCrossExitTriggerRequest,
  UpdateExitTriggerRequest,
} from "../contract/perps/types.ts";
import { checkFirst, isGiven, ownFields } from "../http/arguments.ts";
import { type CallOptions, readCallOptions, type WriteOptions } from "../http/call_options.ts";
import { callForList, callForNothing, callWith } from "../http/call_operation.ts";
import { withIds } from "../http/check_call.ts";
import { Namespace } from "../http/namespace.ts";
import { assertLegs, assertTrigger } from "./exit_trigger_rules.ts";

/** `client.exitTriggers.cross` */
export class PerpsCrossExitTriggers extends Namespace {
  /**
   * The triggers of the position in one market, of the primary account unless `params` name a subaccount.
   *
   * @see https://docs.kalshi.com/margin-rest/exit-triggers/get-cross-exit-triggers
   */
  async list(
    ticker: string,
    params: Omit<GetCrossMarginExitTriggersParams, "ticker"> = {},
    options?: CallOptions,
  ): Promise<ExitTrigger[]> {
    const ids = withIds(GetCrossMarginExitTriggers, params, { ticker });
    return await callForList(this.http, GetCrossMarginExitTriggers, "exit_triggers", ids, options);
  }

  /**
   * Sets a trigger.
   *
   * A bracket (the kind when `kind` is left out) takes `stop_loss_price`, `take_profit_price` or both. With `count`, in
   * whole contracts, or with `anchor_order_id`, whose fills it then follows, it is added to those that are there, and
   * needs a `client_trigger_id`: sent again with the same one it is added once, and the first trigger is given as it is
   * by now. Without them it is the one trigger of the whole position, and what it leaves out is cleared.
   *
   * A trailing stop (`kind: "trailing"`) takes exactly one of `trail_amount`, in dollars, and `trail_bps`, in hundredths
   * of a percent of the best mark seen.
   *
   * @param body Prices in dollars above 0, as strings.
   * @throws {KalshiConfigError} for fields that do not go together; nothing was sent.
   * @throws {KalshiBadRequestError} with `stop_loss_past_liquidation` when the position would be liquidated first.
   * @throws {KalshiConflictError} with `anchor_order_unavailable` when nothing was written, so that it can be sent again;
   * with `idempotency_key_already_used` when the `client_trigger_id` belongs to another position.
   * @see https://docs.kalshi.com/margin-rest/exit-triggers/set-cross-exit-trigger
   *
   * @example
   * ```ts
   * import { PerpsClient } from "@unofficial/kalshi/perps";
   *
   * await using client = await PerpsClient.fromEnv();
   * const [position] = await client.portfolio.positions.list();
   * if (position !== undefined) {
   *   const trigger = await client.exitTriggers.cross.set(position.market_ticker, { kind: "trailing", trail_bps: 250 });
   *   console.log(trigger.status, trigger.effective_stop_price);
   * }
   * ```
   */
  async set(
    ticker: string,
    body: SetCrossExitTriggerRequest,
    params: Omit<SetCrossMarginExitTriggerParams, "ticker"> = {},
    wanted: WriteOptions = {},
  ): Promise<ExitTrigger> {
    const options = readCallOptions(SetCrossMarginExitTrigger, wanted);
    const own = ownFields(SetCrossMarginExitTrigger, body);
    const ids = withIds(SetCrossMarginExitTrigger, params, { ticker });
    assertTrigger(SetCrossMarginExitTrigger, checkFirst(SetCrossMarginExitTrigger, ids, own, options));
    const { client_trigger_id } = own;
    return await callWith(this.http, SetCrossMarginExitTrigger, "id", ids, options, own, {
      clientIds: isGiven(client_trigger_id) ? [client_trigger_id as string] : undefined,
    });
  }

  /**
   * Changes the legs of a bracket; the one that is left out is cleared. A trailing stop is changed by setting it anew.
   *
   * @param body Prices in dollars above 0, as strings.
   * @throws {KalshiConfigError} when it has no leg, or a price is no decimal string above 0; nothing was sent.
   * @throws {KalshiBadRequestError} with `stop_loss_past_liquidation` when the position would be liquidated first.
   * @throws {KalshiNotFoundError} when there is no such trigger.
   * @see https://docs.kalshi.com/margin-rest/exit-triggers/update-cross-exit-trigger
   */
  async update(
    ticker: string,
    triggerId: string,
    body: UpdateExitTriggerRequest,
    params: Omit<UpdateCrossMarginExitTriggerParams, "ticker" | "trigger_id"> = {},
    wanted: WriteOptions = {},
  ): Promise<ExitTrigger> {
    const options = readCallOptions(UpdateCrossMarginExitTrigger, wanted);
    const own = ownFields(UpdateCrossMarginExitTrigger, body);
    const ids = withIds(UpdateCrossMarginExitTrigger, params, { ticker, trigger_id: triggerId });
    assertLegs(UpdateCrossMarginExitTrigger, checkFirst(UpdateCrossMarginExitTrigger, ids, own, options));
    return await callWith(this.http, UpdateCrossMarginExitTrigger, "id", ids, options, own);
  }

  /**
   * Takes every trigger of the position away, or those of one `kind`. Where there is none it succeeds too.
   *
   * @see https://docs.kalshi.com/margin-rest/exit-triggers/cancel-cross-exit-triggers
   */
  async delete(
    ticker: string,
    params: Omit<DeleteCrossMarginExitTriggerParams, "ticker"> = {},
    options: WriteOptions = {},
  ): Promise<void> {
    const ids = withIds(DeleteCrossMarginExitTrigger, params, { ticker });
    await callForNothing(this.http, DeleteCrossMarginExitTrigger, ids, options);
  }

  /**
   * Takes one trigger away.
   *
   * @throws {KalshiNotFoundError} when there is no such trigger.
   * @see https://docs.kalshi.com/margin-rest/exit-triggers/cancel-cross-exit-trigger-by-id
   */
  async deleteById(
    ticker: string,
    triggerId: string,
    params: Omit<DeleteCrossMarginExitTriggerByIdParams, "ticker" | "trigger_id"> = {},
    options: WriteOptions = {},
  ): Promise<void> {
    const ids = withIds(DeleteCrossMarginExitTriggerById, params, { ticker, trigger_id: triggerId });
    await callForNothing(this.http, DeleteCrossMarginExitTriggerById, ids, options);
  }
}
