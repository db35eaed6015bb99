/**
 * Structured targets, such as a team or a player, that markets are about: Kalshi's tag `structured-targets`.
 *
 * @module
 */

import {
  GetStructuredTarget,
  GetStructuredTargets,
  type GetStructuredTargetsParams,
} from "../contract/event/operations.ts";
import type { GetStructuredTargetsResponse, StructuredTarget } from "../contract/event/types.ts";
import type { ListAllOptions } from "../http/call_options.ts";
import type { PageCall } from "../http/page.ts";
import type { CallOptions } from "../http/call_options.ts";
import { call, listAll, listPage } from "../http/call_operation.ts";
import { Namespace } from "../http/namespace.ts";

/** `client.structuredTargets` */
export class StructuredTargets extends Namespace {
  /**
   * One page of structured targets. Public.
   *
   * @param params The size of a page is `page_size` here, not `limit`: 1 to 2000.
   * @see https://docs.kalshi.com/api-reference/structured-targets/get-structured-targets
   */
  list(
    params: GetStructuredTargetsParams = {},
    options?: CallOptions,
  ): PageCall<StructuredTarget, GetStructuredTargetsResponse> {
    return listPage(this.http, GetStructuredTargets, params, options);
  }

  /** Every structured target, over all pages. See {@linkcode StructuredTargets.list}. */
  listAll(
    params: GetStructuredTargetsParams = {},
    options?: ListAllOptions,
  ): AsyncGenerator<StructuredTarget, void, undefined> {
    return listAll(this.http, GetStructuredTargets, params, options);
  }

  /**
   * One structured target; undefined where the answer holds none. Public.
   *
   * @throws {KalshiNotFoundError} when there is none.
   * @see https://docs.kalshi.com/api-reference/structured-targets/get-structured-target
   */
  async get(structuredTargetId: string, options?: CallOptions): Promise<StructuredTarget | undefined> {
    const params = { structured_target_id: structuredTargetId };
    return (await call(this.http, GetStructuredTarget, params, options)).structured_target ?? undefined;
  }
}
