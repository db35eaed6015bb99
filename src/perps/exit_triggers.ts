/**
 * Stop losses, take profits and trailing stops of positions: Kalshi's tag `exit-triggers`.
 *
 * @module
 */

import { PerpsCrossExitTriggers } from "./cross_exit_triggers.ts";
import { PerpsIsolatedExitTriggers } from "./isolated_exit_triggers.ts";
import { Namespace } from "../http/namespace.ts";

/**
 * `client.exitTriggers`
 *
 * A trigger closes a position, or a part of it, with a reduce-only order once the liquidation mark reaches its price. A
 * bracket has a stop loss, a take profit or both; a trailing stop follows the mark. Prices are dollars as strings.
 */
export class PerpsExitTriggers extends Namespace {
  /** Of cross-margin positions: one trailing stop, and up to 20 brackets for parts of the position. */
  readonly cross: PerpsCrossExitTriggers = new PerpsCrossExitTriggers(this.http);
  /** Of isolated positions: a trigger closes the whole position. */
  readonly isolated: PerpsIsolatedExitTriggers = new PerpsIsolatedExitTriggers(this.http);
}
