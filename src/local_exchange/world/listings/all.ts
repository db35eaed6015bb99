/** Everything that a new exchange lists. */
import type { Random } from "../../random.ts";
import { midnight } from "../new_york.ts";
import { bitcoin } from "./bitcoin.ts";
import { fed } from "./fed.ts";
import { football } from "./football.ts";
import type { SeriesListing } from "./listing.ts";
import { presidency } from "./presidency.ts";
import { stocks } from "./stocks.ts";
import { cities, weather } from "./weather.ts";

/** How much there is to list. */
export interface ListingOptions {
  /** How many markets at least. */
  readonly atLeast: number;
  /** Whether crypto is on shard 2, as at Kalshi; else everything is on shard 0. */
  readonly shards: boolean;
}

/** All series. */
export function makeListings(
  random: Random,
  now: number,
  { atLeast, shards }: ListingOptions,
): SeriesListing[] {
  const today = midnight(now);
  const listings = [
    ...cities.map((city) => weather(random, today, city)),
    fed(random, now),
    stocks(random, today),
    football(random, today),
    presidency(random, now),
  ];
  const listed = listings.flatMap((listing) => listing.events).reduce(
    (sum, event) => sum + event.markets.length,
    0,
  );
  return [...listings, bitcoin(random, today, now, Math.max(0, atLeast - listed), shards ? 2 : 0)];
}
