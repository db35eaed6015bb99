/** Kalshi's tag `multivariate`, and the events of combos. */
import {
  CreateMarketInMultivariateEventCollection,
  GetMultivariateEventCollection,
  GetMultivariateEventCollections,
  GetMultivariateEvents,
} from "../../../contract/event/operations.ts";
import type { MultivariateEventCollection } from "../../../contract/event/types.ts";
import { ApiError } from "../../api_error.ts";
import { type Call, route } from "./route.ts";
import { priceGrids } from "../../engine/event_contract.ts";
import type { ComboCollection } from "../../world/combos.ts";
import { pageOf } from "./page.ts";
import { choice, Fields, flag, text } from "./read.ts";
import { isoTime } from "../../wire/format.ts";
import { eventPayload, marketPayload, priceRanges } from "../../wire/markets.ts";

function collectionOf({ exchange, path }: Call): ComboCollection {
  const found = exchange.combos.collections.get(path.collection_ticker ?? "");
  if (found === undefined) throw new ApiError("not_found");
  return found;
}

function collectionPayload(collection: ComboCollection): MultivariateEventCollection {
  const { series, events } = collection;
  const { structure, shard } = series.listing;
  return {
    collection_ticker: collection.ticker,
    series_ticker: series.ticker,
    exchange_index: shard,
    title: collection.title,
    description: collection.description,
    open_date: isoTime(collection.openAt),
    close_date: isoTime(collection.closeAt),
    associated_events: events.map(({ ticker }) => ({
      ticker,
      is_yes_only: false,
      size_max: 1,
      size_min: 0,
      active_quoters: [],
    })),
    associated_event_tickers: events.map(({ ticker }) => ticker),
    is_ordered: false,
    is_single_market_per_event: true,
    is_all_yes: false,
    size_min: collection.sizeMin,
    size_max: collection.sizeMax,
    functional_description: "all",
    price_level_structure: structure,
    price_ranges: priceRanges(priceGrids[structure] ?? []),
  };
}

export const multivariateRoutes = [
  route(GetMultivariateEventCollections, (call) => {
    const { engine: { now } } = call.exchange;
    const status = choice(call, "status", ["unopened", "open", "closed"]);
    const event = text(call, "associated_event_ticker");
    const series = text(call, "series_ticker");
    const { items, cursor } = pageOf(call, [...call.exchange.combos.collections.values()], {
      most: 200,
      keep: (collection) =>
        (status === undefined ||
          status === (now < collection.openAt ? "unopened" : now < collection.closeAt ? "open" : "closed")) &&
        (event === undefined || collection.events.some(({ ticker }) => ticker === event)) &&
        (series === undefined || collection.series.ticker === series),
    });
    return { multivariate_contracts: items.map(collectionPayload), cursor };
  }),
  route(
    GetMultivariateEventCollection,
    (call) => ({ multivariate_contract: collectionPayload(collectionOf(call)) }),
  ),
  route(CreateMarketInMultivariateEventCollection, (call) => {
    const collection = collectionOf(call);
    const fields = new Fields(call.body);
    const legs = fields.items("selected_markets").map((leg) => {
      const info = call.exchange.catalog.markets.get(leg.requiredText("market_ticker"));
      if (info === undefined || info.event.ticker !== leg.requiredText("event_ticker")) {
        throw new ApiError("invalid_market_combination", leg.requiredText("market_ticker"));
      }
      return { info, side: leg.choice("side", ["yes", "no"]) };
    });
    const made = call.exchange.combos.resolve(collection, legs);
    if ("code" in made) throw new ApiError(made.code, made.tickers.join(","), made.message);
    return {
      event_ticker: made.event.ticker,
      market_ticker: made.market.ticker,
      ...(fields.flag("with_market_payload") ? { market: marketPayload(call.exchange, made) } : {}),
    };
  }),
  route(GetMultivariateEvents, (call) => {
    const series = text(call, "series_ticker");
    const ticker = text(call, "collection_ticker");
    const collection = ticker === undefined ? undefined : call.exchange.combos.collections.get(ticker);
    const { items, cursor } = pageOf(call, [...call.exchange.catalog.events.values()], {
      most: 200,
      keep: (event) =>
        event.legs !== undefined &&
        (series === undefined || event.series.ticker === series) &&
        (ticker === undefined || event.series === collection?.series),
    });
    const nested = flag(call, "with_nested_markets") ?? false;
    return { events: items.map((event) => eventPayload(call.exchange, event, nested)), cursor };
  }),
];
