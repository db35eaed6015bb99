/** Markets that a test lists. */
import { priceOfChance } from "../../engine/event_contract.ts";
import type { MarketListing, SeriesListing } from "./listing.ts";

/** A market of a series of its own, which somebody lists by hand: open from `openAt` on. */
export function ownListing(
  { ticker, title, grid, openAt, closeAt }: {
    readonly ticker: string;
    readonly title: string;
    /** Name of its price grid. */
    readonly grid: string;
    readonly openAt: number;
    readonly closeAt: number;
  },
): SeriesListing {
  const market: MarketListing = {
    ticker,
    yesSubTitle: title,
    noSubTitle: title,
    strikeType: "custom",
    floorStrike: undefined,
    capStrike: undefined,
    rules: `If "${title}" is true, then the market resolves to Yes.`,
    fair: priceOfChance(0.5),
  };
  return {
    ticker: `${ticker}-SERIES`,
    title,
    category: "Local",
    frequency: "one-off",
    tags: [],
    feeType: "quadratic",
    feeMultiplier: 1,
    structure: grid,
    shard: 0,
    source: { name: "Local", url: "https://example.com/" },
    events: [{
      ticker: `${ticker}-EVENT`,
      title,
      subTitle: title,
      mutuallyExclusive: false,
      openAt,
      closeAt,
      markets: [market],
    }],
  };
}
