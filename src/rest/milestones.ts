/**
 * Milestones, such as a game or a release, to which events belong: Kalshi's tag `milestone`.
 *
 * @module
 */

import { GetMilestone, GetMilestones, type GetMilestonesParams } from "../contract/event/operations.ts";
import type { GetMilestonesResponse, Milestone } from "../contract/event/types.ts";
import type { ListAllOptions } from "../http/call_options.ts";
import type { PageCall } from "../http/page.ts";
import type { CallOptions } from "../http/call_options.ts";
import { callFor, listAll, listPage } from "../http/call_operation.ts";
import { Namespace } from "../http/namespace.ts";

/** `client.milestones` */
export class Milestones extends Namespace {
  /**
   * One page of milestones. Public.
   *
   * @param params `limit` is a must here: 1 to 500.
   * @see https://docs.kalshi.com/api-reference/milestone/get-milestones
   */
  list(params: GetMilestonesParams, options?: CallOptions): PageCall<Milestone, GetMilestonesResponse> {
    return listPage(this.http, GetMilestones, params, options);
  }

  /** Every milestone, over all pages. See {@linkcode Milestones.list}. */
  listAll(
    params: GetMilestonesParams,
    options?: ListAllOptions,
  ): AsyncGenerator<Milestone, void, undefined> {
    return listAll(this.http, GetMilestones, params, options);
  }

  /**
   * One milestone. Public.
   *
   * @throws {KalshiNotFoundError} when there is none.
   * @see https://docs.kalshi.com/api-reference/milestone/get-milestone
   */
  get(milestoneId: string, options?: CallOptions): Promise<Milestone> {
    return callFor(this.http, GetMilestone, "milestone", { milestone_id: milestoneId }, options);
  }
}
