/**
 * Whether the exchange is open, and when: Kalshi's tag `exchange`.
 *
 * @module
 */

import {
  GetExchangeSchedule,
  GetExchangeStatus,
  GetUserDataTimestamp,
} from "../contract/event/operations.ts";
import type { ExchangeStatus, Schedule } from "../contract/event/types.ts";
import type { CallOptions } from "../http/call_options.ts";
import { call, callFor } from "../http/call_operation.ts";
import { Namespace } from "../http/namespace.ts";

/** `client.exchange` */
export class Exchange extends Namespace {
  /**
   * Whether the exchange is up and trading, as a whole and for each shard. Public.
   *
   * @see https://docs.kalshi.com/api-reference/exchange/get-exchange-status
   */
  status(options?: CallOptions): Promise<ExchangeStatus> {
    return call(this.http, GetExchangeStatus, undefined, options);
  }

  /**
   * Trading hours of each weekday and planned maintenance. Public.
   *
   * @see https://docs.kalshi.com/api-reference/exchange/get-exchange-schedule
   */
  schedule(options?: CallOptions): Promise<Schedule> {
    return callFor(this.http, GetExchangeSchedule, "schedule", undefined, options);
  }

  /**
   * How fresh the portfolio reads are: an RFC 3339 time up to which balance, orders, fills and positions are
   * complete. Needs a key: it speaks of the account that asks.
   *
   * @see https://docs.kalshi.com/api-reference/exchange/get-user-data-timestamp
   */
  userDataTimestamp(options?: CallOptions): Promise<string> {
    return callFor(this.http, GetUserDataTimestamp, "as_of_time", undefined, options);
  }
}
