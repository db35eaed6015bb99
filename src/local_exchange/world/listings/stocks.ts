/** The S&P 500. */
import type { Random } from "../../random.ts";
import { midnight, zoneName } from "../new_york.ts";
import { day, HOUR } from "./dates.ts";
import { ladder } from "./ladder.ts";
import type { EventListing, SeriesListing } from "./listing.ts";

/** The S&P 500 on the day that begins at `start`; markets close `closesInMs` later. */
export function stocksEvent(random: Random, start: number, closesInMs: number): EventListing {
  const { code, text } = day(start);
  const at = `4pm ${zoneName(start + 16 * HOUR)}`;
  const name = `KXINXU-${code}H1600`;
  return {
    ticker: name,
    title: `S&P 500 above on ${text} at ${at}?`,
    subTitle: `${text} at ${at}`,
    mutuallyExclusive: false,
    openAt: start - 30 * HOUR,
    closeAt: start + closesInMs,
    markets: ladder(random, {
      name,
      what: "the S&P 500 index",
      at,
      text,
      center: 6_600 + random.int(20) * 10,
      step: 25,
      count: 12,
      spread: 60,
    }),
  };
}

/** The series, with today and tomorrow. */
export function stocks(random: Random, today: number): SeriesListing {
  const events = [0, 1].map((offset) => stocksEvent(random, midnight(today, offset), 40 * HOUR));
  return {
    ticker: "KXINXU",
    title: "S&P 500 Above/below",
    category: "Financials",
    frequency: "daily",
    tags: ["S&P"],
    feeType: "quadratic",
    feeMultiplier: 0.5,
    structure: "linear_cent",
    shard: 0,
    source: { name: "Standard and Poor's", url: "https://www.spglobal.com/" },
    events,
  };
}
