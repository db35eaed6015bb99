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
import type { CallOptions, WriteOptions } from "../http/call_options.ts";
import { callForList } from "../http/call_operation.ts";
import { withIds } from "../http/check_call.ts";
import { Namespace } from "../http/namespace.ts";
import { removeTriggers, setTrigger } from "./trigger_writes.ts";

const isolatedTriggers = {
  list: GetIsolatedMarginExitTriggers,
  set: SetIsolatedMarginExitTrigger,
  remove: DeleteIsolatedMarginExitTrigger,
};

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
   * kind: a leg that is left out is cleared. With `orderRetries: "idempotent"` it is sent again after an unknown outcome,
   * unless the position has it by now.
   *
   * @param body Prices in dollars above 0, as strings. A bracket takes `stop_loss_price`, `take_profit_price` or both; a
   * trailing stop (`kind: "trailing"`) exactly one of `trail_amount`, in dollars, and `trail_bps`, in hundredths of a
   * percent of the best mark seen.
   * @throws {KalshiConfigError} for fields that do not go together; nothing was sent.
   * @throws {KalshiBadRequestError} with `stop_loss_past_liquidation` when the position would be liquidated first.
   * @see https://docs.kalshi.com/margin-rest/exit-triggers/set-isolated-exit-trigger
   */
  set(ticker: string, body: SetIsolatedExitTriggerRequest, options: WriteOptions = {}): Promise<ExitTrigger> {
    return setTrigger(this.http, isolatedTriggers, ticker, body, {}, options);
  }

  /**
   * Takes the triggers of the position away, or those of one `kind`. Where there is none it succeeds too.
   * With `orderRetries: "idempotent"` it is sent again after an unknown outcome, unless none is left.
   *
   * @see https://docs.kalshi.com/margin-rest/exit-triggers/cancel-isolated-exit-trigger
   */
  delete(
    ticker: string,
    params: Omit<DeleteIsolatedMarginExitTriggerParams, "ticker"> = {},
    options: WriteOptions = {},
  ): Promise<void> {
    return removeTriggers(this.http, isolatedTriggers, ticker, params, options);
  }
}
