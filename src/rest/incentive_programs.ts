/**
 * Rewards for trading and quoting: Kalshi's tag `incentive-programs`.
 *
 * @module
 */

import { GetIncentivePrograms, type GetIncentiveProgramsParams } from "../contract/event/operations.ts";
import type { GetIncentiveProgramsResponse, IncentiveProgram } from "../contract/event/types.ts";
import type { ListAllOptions } from "../http/call_options.ts";
import type { PageCall } from "../http/page.ts";
import type { CallOptions } from "../http/call_options.ts";
import { listAll, listPage } from "../http/call_operation.ts";
import { Namespace } from "../http/namespace.ts";

/** `client.incentivePrograms` */
export class IncentivePrograms extends Namespace {
  /**
   * One page of incentive programs. Rewards are centicents: 10,000 are one dollar. Public.
   *
   * @see https://docs.kalshi.com/api-reference/incentive-programs/get-incentives
   */
  list(
    params: GetIncentiveProgramsParams = {},
    options?: CallOptions,
  ): PageCall<IncentiveProgram, GetIncentiveProgramsResponse> {
    return listPage(this.http, GetIncentivePrograms, params, options);
  }

  /** Every incentive program, over all pages. See {@linkcode IncentivePrograms.list}. */
  listAll(
    params: GetIncentiveProgramsParams = {},
    options?: ListAllOptions,
  ): AsyncGenerator<IncentiveProgram, void, undefined> {
    return listAll(this.http, GetIncentivePrograms, params, options);
  }
}
