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
import type { CallOptions, WriteOptions } from "../http/call_options.ts";
import { callForList } from "../http/call_operation.ts";
import { withIds } from "../http/check_call.ts";
import { Namespace } from "../http/namespace.ts";
import { removeTrigger, removeTriggers, setTrigger, updateTrigger } from "./trigger_writes.ts";

const crossTriggers = {
  list: GetCrossMarginExitTriggers,
  set: SetCrossMarginExitTrigger,
  update: UpdateCrossMarginExitTrigger,
  remove: DeleteCrossMarginExitTrigger,
  removeOne: DeleteCrossMarginExitTriggerById,
};

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
   * by now. Without them it is the one bracket of the whole position, which then must have none of
   * a part, and what it leaves out is cleared.
   *
   * A trailing stop (`kind: "trailing"`) takes exactly one of `trail_amount`, in dollars, and `trail_bps`, in hundredths
   * of a percent of the best mark seen.
   *
   * With `orderRetries: "idempotent"` it is sent again after an unknown outcome: one that is added with the same
   * `client_trigger_id`, one that replaces unless the position has it by now. So is `anchor_order_unavailable`, since
   * nothing was written and the order may be there in a moment.
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
  set(
    ticker: string,
    body: SetCrossExitTriggerRequest,
    params: Omit<SetCrossMarginExitTriggerParams, "ticker"> = {},
    options: WriteOptions = {},
  ): Promise<ExitTrigger> {
    return setTrigger(this.http, crossTriggers, ticker, body, params, options);
  }

  /**
   * Changes the legs of a bracket; the one that is left out is cleared. A trailing stop is changed by setting it anew.
   * With `orderRetries: "idempotent"` it is sent again after an unknown outcome, unless the bracket has these legs.
   *
   * @param body Prices in dollars above 0, as strings.
   * @throws {KalshiConfigError} when it has no leg, or a price is no decimal string above 0; nothing was sent.
   * @throws {KalshiBadRequestError} with `stop_loss_past_liquidation` when the position would be liquidated first.
   * @throws {KalshiNotFoundError} when there is no such trigger.
   * @see https://docs.kalshi.com/margin-rest/exit-triggers/update-cross-exit-trigger
   */
  update(
    ticker: string,
    triggerId: string,
    body: UpdateExitTriggerRequest,
    params: Omit<UpdateCrossMarginExitTriggerParams, "ticker" | "trigger_id"> = {},
    options: WriteOptions = {},
  ): Promise<ExitTrigger> {
    return updateTrigger(this.http, crossTriggers, ticker, triggerId, body, params, options);
  }

  /**
   * Takes every trigger of the position away, or those of one `kind`. Where there is none it succeeds too.
   * With `orderRetries: "idempotent"` it is sent again after an unknown outcome, unless none is left.
   *
   * @see https://docs.kalshi.com/margin-rest/exit-triggers/cancel-cross-exit-triggers
   */
  delete(
    ticker: string,
    params: Omit<DeleteCrossMarginExitTriggerParams, "ticker"> = {},
    options: WriteOptions = {},
  ): Promise<void> {
    return removeTriggers(this.http, crossTriggers, ticker, params, options);
  }

  /**
   * Takes one trigger away. With `orderRetries: "idempotent"` it is sent again after an unknown outcome, and a trigger
   * that is canceled is a success.
   *
   * @throws {KalshiNotFoundError} when there is no such trigger.
   * @see https://docs.kalshi.com/margin-rest/exit-triggers/cancel-cross-exit-trigger-by-id
   */
  deleteById(
    ticker: string,
    triggerId: string,
    params: Omit<DeleteCrossMarginExitTriggerByIdParams, "ticker" | "trigger_id"> = {},
    options: WriteOptions = {},
  ): Promise<void> {
    return removeTrigger(this.http, crossTriggers, ticker, triggerId, params, options);
  }
}
