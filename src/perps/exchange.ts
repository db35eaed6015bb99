/**
 * Whether the margin exchange is open, and to whom: Kalshi's tag `exchange`.
 *
 * @module
 */

import { GetMarginEnabled, GetMarginExchangeStatus } from "../contract/perps/operations.ts";
import type { ExchangeStatus } from "../contract/perps/types.ts";
import type { CallOptions } from "../http/call_options.ts";
import { call, callFor } from "../http/call_operation.ts";
import { Namespace } from "../http/namespace.ts";

/** `client.exchange` */
export class PerpsExchange extends Namespace {
  /**
   * Whether the margin exchange is up and trading. Public.
   *
   * @see https://docs.kalshi.com/margin-rest/exchange/get-exchange-status
   */
  status(options?: CallOptions): Promise<ExchangeStatus> {
    return call(this.http, GetMarginExchangeStatus, undefined, options);
  }

  /**
   * Whether this account may trade on the margin exchange. Kalshi opens it member by member: ask this first, since an
   * account that is not enabled is refused with 403.
   *
   * @see https://docs.kalshi.com/margin-rest/exchange/get-enabled-status
   *
   * @example
   * ```ts
   * import { PerpsClient } from "@unofficial/kalshi/perps";
   *
   * await using client = await PerpsClient.fromEnv();
   * if (!await client.exchange.enabled()) console.log("This account may not trade perps yet.");
   * ```
   */
  enabled(options?: CallOptions): Promise<boolean> {
    return callFor(this.http, GetMarginEnabled, "enabled", undefined, options);
  }
}
