/**
 * Exit triggers of isolated positions: part of Kalshi's tag `exit-triggers`.
 *
 * @module
 */

import {
  DeleteIsolatedMarginExitTrigger,
  type DeleteIsolatedMarginExitTriggerParams,
  GetIsolatedMarginExitTriggers,
  type GetIsolatedMarginExitTriggersParams,
  SetIsolatedMarginExitTrigger,
} from "../contract/perps/operations.ts";
import type { ExitTrigger, SetIsolatedExitTriggerRequest } from "../contract/perps/types.ts";
import { checkFirst, ownFields } from "../http/arguments.ts";
import { type CallOptions, readCallOptions, type WriteOptions } from "../http/call_options.ts";
import { callForList, callForNothing, callWith } from "../http/call_operation.ts";
import { withIds } from "../http/check_call.ts";
import { Namespace } from "../http/namespace.ts";
import { assertTrigger } from "./exit_trigger_rules.ts";

/** `client.exitTriggers.isolated` */
export class PerpsIsolatedExitTriggers extends Namespace {
  /**
   * The triggers of the isolated position in one market.
   *
   * @see https://docs.kalshi.com/margin-rest/exit-triggers/get-isolated-exit-triggers
   */
  async list(
    ticker: string,
    params: Omit<GetIsolatedMarginExitTriggersParams, "ticker"> = {},
    options?: CallOptions,
  ): Promise<ExitTrigger[]> {
    const ids = withIds(GetIsolatedMarginExitTriggers, params, { ticker });
    return await callForList(this.http, GetIsolatedMarginExitTriggers, "exit_triggers", ids, options);
  }

  /**
   * Sets the bracket or the trailing stop of the position, which closes it in full. It takes the place of the one of its
   * kind: a leg that is left out is cleared.
   *
   * @param body Prices in dollars above 0, as strings. A bracket takes `stop_loss_price`, `take_profit_price` or both; a
   * trailing stop (`kind: "trailing"`) exactly one of `trail_amount`, in dollars, and `trail_bps`, in hundredths of a
   * percent of the best mark seen.
   * @throws {KalshiConfigError} for fields that do not go together; nothing was sent.
   * @throws {KalshiBadRequestError} with `stop_loss_past_liquidation` when the position would be liquidated first.
   * @see https://docs.kalshi.com/margin-rest/exit-triggers/set-isolated-exit-trigger
   */
  async set(
    ticker: string,
    body: SetIsolatedExitTriggerRequest,
    wanted: WriteOptions = {},
  ): Promise<ExitTrigger> {
    const options = readCallOptions(SetIsolatedMarginExitTrigger, wanted);
    const own = ownFields(SetIsolatedMarginExitTrigger, body);
    assertTrigger(
      SetIsolatedMarginExitTrigger,
      checkFirst(SetIsolatedMarginExitTrigger, { ticker }, own, options),
    );
    return await callWith(this.http, SetIsolatedMarginExitTrigger, "id", { ticker }, options, own);
  }

  /**
   * Takes the triggers of the position away, or those of one `kind`. Where there is none it succeeds too.
   *
   * @see https://docs.kalshi.com/margin-rest/exit-triggers/cancel-isolated-exit-trigger
   */
  async delete(
    ticker: string,
    params: Omit<DeleteIsolatedMarginExitTriggerParams, "ticker"> = {},
    options: WriteOptions = {},
  ): Promise<void> {
    const ids = withIds(DeleteIsolatedMarginExitTrigger, params, { ticker });
    await callForNothing(this.http, DeleteIsolatedMarginExitTrigger, ids, options);
  }
}
