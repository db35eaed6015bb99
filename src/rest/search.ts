/**
 * What can be searched for: Kalshi's tag `search`.
 *
 * @module
 */

import { GetFiltersForSports, GetTagsForSeriesCategories } from "../contract/event/operations.ts";
import type { GetFiltersBySportsResponse } from "../contract/event/types.ts";
import type { CallOptions } from "../http/call_options.ts";
import { call, callFor } from "../http/call_operation.ts";
import { Namespace } from "../http/namespace.ts";

/** `client.search` */
export class Search extends Namespace {
  /**
   * The tags of each category of series. Public.
   *
   * @see https://docs.kalshi.com/api-reference/search/get-tags-for-series-categories
   */
  tagsByCategories(options?: CallOptions): Promise<Record<string, string[]>> {
    return callFor(this.http, GetTagsForSeriesCategories, "tags_by_categories", undefined, options);
  }

  /**
   * Scopes and competitions of each sport, and the order in which Kalshi shows the sports. Public.
   *
   * @see https://docs.kalshi.com/api-reference/search/get-filters-for-sports
   */
  filtersBySport(options?: CallOptions): Promise<GetFiltersBySportsResponse> {
    return call(this.http, GetFiltersForSports, undefined, options);
  }
}
