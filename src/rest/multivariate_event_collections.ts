/**
 * Collections from which combo markets are made: Kalshi's tag `multivariate`.
 *
 * @module
 */

import {
  CreateMarketInMultivariateEventCollection,
  GetMultivariateEventCollection,
  GetMultivariateEventCollections,
  type GetMultivariateEventCollectionsParams,
} from "../contract/event/operations.ts";
import type {
  CreateMarketInMultivariateEventCollectionRequest,
  CreateMarketInMultivariateEventCollectionResponse,
  GetMultivariateEventCollectionsResponse,
  MultivariateEventCollection,
} from "../contract/event/types.ts";
import type { ListAllOptions } from "../http/call_options.ts";
import type { PageCall } from "../http/page.ts";
import type { CallOptions } from "../http/call_options.ts";
import { callFor, callWith, listAll, listPage } from "../http/call_operation.ts";
import { Namespace } from "../http/namespace.ts";

/** `client.multivariateEventCollections` */
export class MultivariateEventCollections extends Namespace {
  /**
   * One page of collections. Public.
   *
   * @see https://docs.kalshi.com/api-reference/multivariate/get-multivariate-event-collections
   */
  list(
    params: GetMultivariateEventCollectionsParams = {},
    options?: CallOptions,
  ): PageCall<MultivariateEventCollection, GetMultivariateEventCollectionsResponse> {
    return listPage(this.http, GetMultivariateEventCollections, params, options);
  }

  /** Every collection, over all pages. See {@linkcode MultivariateEventCollections.list}. */
  listAll(
    params: GetMultivariateEventCollectionsParams = {},
    options?: ListAllOptions,
  ): AsyncGenerator<MultivariateEventCollection, void, undefined> {
    return listAll(this.http, GetMultivariateEventCollections, params, options);
  }

  /**
   * One collection. Public.
   *
   * @throws {KalshiNotFoundError} when there is none.
   * @see https://docs.kalshi.com/api-reference/multivariate/get-multivariate-event-collection
   */
  get(collectionTicker: string, options?: CallOptions): Promise<MultivariateEventCollection> {
    const params = { collection_ticker: collectionTicker };
    return callFor(this.http, GetMultivariateEventCollection, "multivariate_contract", params, options);
  }

  /**
   * Makes the market of a combination, or finds the one that is there: needed once before it can be traded. An
   * account makes at most 5000 a week.
   *
   * @param body The legs; with `with_market_payload: true` the answer holds the whole `market`.
   * @see https://docs.kalshi.com/api-reference/multivariate/create-market-in-multivariate-event-collection
   */
  createMarket(
    collectionTicker: string,
    body: CreateMarketInMultivariateEventCollectionRequest,
    options?: CallOptions,
  ): Promise<CreateMarketInMultivariateEventCollectionResponse> {
    const params = { collection_ticker: collectionTicker };
    return callWith(
      this.http,
      CreateMarketInMultivariateEventCollection,
      "market_ticker",
      params,
      options,
      body,
    );
  }
}
