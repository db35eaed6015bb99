/** What the lifecycle channels of the WebSocket say of markets and events. */
import type {
  MarketLifecycleV2Data,
  MultivariateMarketLifecycleData,
} from "../../../contract/event/channels.ts";
import type { MarketEvent } from "../../engine/events.ts";
import { formatPrice } from "../../units.ts";
import type { EventInfo, MarketInfo } from "../../world/catalog.ts";
import type { MarketListing } from "../../world/listings/listing.ts";
import { unixSeconds } from "../format.ts";
import { priceRanges } from "../markets.ts";

function strikesOf({ floorStrike, capStrike }: MarketListing) {
  return {
    ...(floorStrike !== undefined && { floor_strike: floorStrike }),
    ...(capStrike !== undefined && { cap_strike: capStrike }),
  };
}

/** What a new market is about. */
function metadataOf({ listing, event, closeAt }: MarketInfo) {
  return {
    name: listing.yesSubTitle,
    title: event.listing.title,
    yes_sub_title: listing.yesSubTitle,
    no_sub_title: listing.noSubTitle,
    rules_primary: listing.rules,
    rules_secondary: "",
    can_close_early: true,
    event_ticker: event.ticker,
    expected_expiration_ts: unixSeconds(closeAt),
    strike_type: listing.strikeType,
    ...strikesOf(listing),
  };
}

/**
 * What a market went through; undefined for what Kalshi sends no message of. Of combos it tells less: no bands of
 * prices, and no change of grid or strikes.
 */
export function marketLifecycle(
  { change, at }: MarketEvent,
  info: MarketInfo,
): MarketLifecycleV2Data | MultivariateMarketLifecycleData | undefined {
  const { market, listing, event } = info;
  const isCombo = event.legs !== undefined;
  const grid = {
    price_level_structure: info.structure,
    ...(!isCombo && { price_ranges: priceRanges(market.bands) }),
  };
  const common = { event_type: change, market_ticker: market.ticker, exchange_index: market.shard };
  switch (change) {
    case "opened":
    case "closed":
      return undefined;
    case "created":
      return {
        ...common,
        open_ts: unixSeconds(info.openAt),
        close_ts: unixSeconds(info.closeAt),
        ...grid,
        additional_metadata: metadataOf(info),
      };
    case "activated":
    case "deactivated":
      return { ...common, is_deactivated: change === "deactivated" };
    case "close_date_updated":
      return { ...common, close_ts: unixSeconds(info.closeAt) };
    case "determined":
      return {
        ...common,
        result: info.result,
        determination_ts: unixSeconds(at),
        ...(info.settlementValue !== undefined && { settlement_value: formatPrice(info.settlementValue) }),
      };
    case "settled":
      return { ...common, settled_ts: unixSeconds(at) };
    case "price_level_structure_updated":
      return isCombo ? undefined : { ...common, ...grid };
    case "metadata_updated":
      return isCombo ? undefined : {
        ...common,
        yes_sub_title: listing.yesSubTitle,
        strike_type: listing.strikeType,
        ...strikesOf(listing),
      };
  }
}

/** A new event. */
export function eventCreated(event: EventInfo): Record<string, unknown> {
  return {
    event_ticker: event.ticker,
    exchange_index: event.series.listing.shard,
    title: event.listing.title,
    subtitle: event.listing.subTitle,
    collateral_return_type: "",
    series_ticker: event.series.ticker,
    strike_date: unixSeconds(event.listing.closeAt),
  };
}

/** The fees of an event's own. */
export function eventFees(event: EventInfo): Record<string, unknown> {
  return {
    event_ticker: event.ticker,
    fee_type_override: event.feeTypeOverride ?? null,
    fee_multiplier_override: event.feeMultiplierOverride ?? null,
  };
}
