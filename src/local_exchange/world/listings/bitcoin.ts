/** The price of Bitcoin. */
import type { Random } from "../../random.ts";
import { newYorkTime, zoneName } from "../new_york.ts";
import { DAY, day, HOUR, isShownTwice, two } from "./dates.ts";
import { ladder } from "./ladder.ts";
import type { EventListing, SeriesListing } from "./listing.ts";

/** The price of Bitcoin at an hour, in steps of 250 dollars around `center`. */
export function bitcoinEvent(
  random: Random,
  closeAt: number,
  openAt: number,
  center: number,
  count: number,
): EventListing {
  const { code, text } = day(closeAt);
  const hour = newYorkTime(closeAt).getUTCHours();
  const name = `KXBTCD-${code}${two(hour)}`;
  const at = `${hour % 12 === 0 ? 12 : hour % 12}${hour < 12 ? "am" : "pm"} ${zoneName(closeAt)}`;
  return {
    ticker: name,
    title: `Bitcoin price on ${text} at ${at}?`,
    subTitle: `${text} at ${at}`,
    mutuallyExclusive: false,
    openAt,
    closeAt,
    markets: ladder(random, {
      name,
      what: "the price of Bitcoin",
      at,
      text,
      center,
      step: 250,
      count,
      spread: 1_500,
    }),
  };
}

/** The series, with as many hours as make `atLeast` markets. */
export function bitcoin(
  random: Random,
  today: number,
  now: number,
  atLeast: number,
  shard: number,
): SeriesListing {
  const perEvent = 40;
  const center = 90_000 + random.int(80) * 250;
  const firstHour = Math.floor((now - today) / HOUR) + 2;
  const wanted = Math.max(2, Math.ceil(atLeast / perEvent));
  const hours = Array.from({ length: wanted + 1 }, (_, index) => today + (firstHour + index) * HOUR);
  // The hour that the clock shows twice in autumn has one ticker, and one event: the first.
  const closes = hours.filter((at) => !isShownTwice(at)).slice(0, wanted);
  const events = closes.map((closeAt) => bitcoinEvent(random, closeAt, now - 2 * DAY, center, perEvent));
  return {
    ticker: "KXBTCD",
    title: "Bitcoin price Above/below",
    category: "Crypto",
    frequency: "hourly",
    tags: ["BTC"],
    feeType: "quadratic",
    feeMultiplier: 1,
    structure: "tapered_deci_cent",
    shard,
    source: { name: "CF Benchmarks", url: "https://www.cfbenchmarks.com/" },
    events,
  };
}
