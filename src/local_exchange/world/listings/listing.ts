/** What there is to list, as data: tickers, texts, dates and first prices. */
import type { FeeType } from "../../engine/fees.ts";

/** A market to list. */
export interface MarketListing {
  readonly ticker: string;
  readonly yesSubTitle: string;
  readonly noSubTitle: string;
  readonly strikeType: "greater" | "less" | "between" | "custom";
  readonly floorStrike: number | undefined;
  readonly capStrike: number | undefined;
  readonly rules: string;
  readonly fair: number;
  /** The outcome of a market that has settled before the exchange begins. */
  readonly result?: "yes" | "no" | undefined;
}

/** An event to list. */
export interface EventListing {
  readonly ticker: string;
  readonly title: string;
  readonly subTitle: string;
  readonly mutuallyExclusive: boolean;
  readonly openAt: number;
  readonly closeAt: number;
  readonly markets: readonly MarketListing[];
}

/** A series to list. */
export interface SeriesListing {
  readonly ticker: string;
  readonly title: string;
  readonly category: string;
  readonly frequency: string;
  readonly tags: readonly string[];
  readonly feeType: FeeType;
  readonly feeMultiplier: number;
  readonly structure: string;
  readonly shard: number;
  readonly source: { readonly name: string; readonly url: string };
  readonly events: readonly EventListing[];
}
