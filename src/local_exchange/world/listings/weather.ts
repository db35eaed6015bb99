/** The highest temperatures of cities. */
import type { Random } from "../../random.ts";
import { midnight } from "../new_york.ts";
import { below, priceOf } from "./chances.ts";
import { day, HOUR } from "./dates.ts";
import type { EventListing, MarketListing, SeriesListing } from "./listing.ts";

/** A city whose highest temperature is traded. */
interface City {
  readonly code: string;
  readonly city: string;
  /** Degrees Fahrenheit. */
  readonly usual: number;
}

/** The cities that have weather markets. */
export const cities: readonly City[] = [
  { code: "NY", city: "New York City", usual: 52 },
  { code: "CHI", city: "Chicago", usual: 44 },
  { code: "MIA", city: "Miami", usual: 79 },
];

/** The highest temperature of a city on the day that begins at `start`. */
export function weatherEvent(random: Random, start: number, { code, city, usual }: City): EventListing {
  const ticker = `KXHIGH${code}`;
  const { code: date, text } = day(start);
  const center = usual + random.int(9) - 4;
  const low = center - 4;
  const name = `${ticker}-${date}`;
  const rules = (what: string) =>
    `If the highest temperature recorded in ${city} on ${text} is ${what}, then the market resolves to Yes.`;
  const markets: MarketListing[] = [{
    ticker: `${name}-T${low}`,
    yesSubTitle: `${low - 1}° or below`,
    noSubTitle: `${low - 1}° or below`,
    strikeType: "less",
    floorStrike: undefined,
    capStrike: low,
    rules: rules(`less than ${low}°`),
    fair: priceOf(below((low - 0.5 - center) / 4)),
  }];
  for (let from = low; from < low + 8; from += 2) {
    markets.push({
      ticker: `${name}-B${from}.5`,
      yesSubTitle: `${from}° to ${from + 1}°`,
      noSubTitle: `${from}° to ${from + 1}°`,
      strikeType: "between",
      floorStrike: from,
      capStrike: from + 1,
      rules: rules(`between ${from}° and ${from + 1}°`),
      fair: priceOf(below((from + 1.5 - center) / 4) - below((from - 0.5 - center) / 4)),
    });
  }
  markets.push({
    ticker: `${name}-T${low + 7}`,
    yesSubTitle: `${low + 8}° or above`,
    noSubTitle: `${low + 8}° or above`,
    strikeType: "greater",
    floorStrike: low + 7,
    capStrike: undefined,
    rules: rules(`greater than ${low + 7}°`),
    fair: priceOf(1 - below((low + 7.5 - center) / 4)),
  });
  return {
    ticker: name,
    title: `Highest temperature in ${city} on ${text}?`,
    subTitle: `On ${text}`,
    mutuallyExclusive: true,
    openAt: start - 14 * HOUR,
    closeAt: midnight(start, 1) - 60_000,
    markets,
  };
}

/** The series of a city: yesterday's event has settled, two are open, the last one is not yet. */
export function weather(random: Random, today: number, of: City): SeriesListing {
  // Yesterday has settled, tomorrow is open already, the day after is not yet.
  const events = [-1, 0, 1, 2].map((offset): EventListing => {
    const event = weatherEvent(random, midnight(today, offset), of);
    if (offset >= 0) return event;
    return {
      ...event,
      markets: event.markets.map((market, index) => ({ ...market, result: index === 2 ? "yes" : "no" })),
    };
  });
  const { code, city } = of;
  return {
    ticker: `KXHIGH${code}`,
    title: `Highest temperature in ${city}`,
    category: "Climate and Weather",
    frequency: "daily",
    tags: ["Daily temperature"],
    feeType: "quadratic",
    feeMultiplier: 1,
    structure: "linear_cent",
    shard: 0,
    source: { name: "National Weather Service", url: "https://www.weather.gov/" },
    events,
  };
}
