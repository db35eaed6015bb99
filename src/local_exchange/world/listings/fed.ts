/** Decisions of the Federal Reserve. */
import type { Random } from "../../random.ts";
import { priceOf } from "./chances.ts";
import { DAY, day, HOUR } from "./dates.ts";
import type { EventListing, SeriesListing } from "./listing.ts";

/** When the next meeting of the Federal Reserve is; they are six weeks apart. */
export function nextMeeting(now: number): number {
  return Math.floor(now / DAY) * DAY + 30 * DAY + 19 * HOUR;
}

/** A decision of the Federal Reserve; markets open at `openAt`. */
export function fedEvent(random: Random, meeting: number, openAt: number): EventListing {
  const { code, text } = day(meeting);
  const name = `KXFEDDECISION-${code.slice(0, 5)}`;
  const choices = [
    ["C26", "Cut of more than 25 bps", 0.04],
    ["C25", "Cut of 25 bps", 0.55],
    ["H0", "Fed maintains rate", 0.36],
    ["H25", "Hike of 25 bps", 0.03],
    ["H26", "Hike of more than 25 bps", 0.03],
  ] as const;
  return {
    ticker: name,
    title: "Fed decision at the next meeting?",
    subTitle: `On ${text}`,
    mutuallyExclusive: true,
    openAt,
    closeAt: meeting,
    markets: choices.map(([suffix, label, probability]) => ({
      ticker: `${name}-${suffix}`,
      yesSubTitle: label,
      noSubTitle: label,
      strikeType: "custom",
      floorStrike: undefined,
      capStrike: undefined,
      rules: `If the Federal Reserve announces "${label}" on ${text}, then the market resolves to Yes.`,
      fair: priceOf(probability + (random.int(5) - 2) / 100),
    })),
  };
}

/** The series, with the next meeting. */
export function fed(random: Random, now: number): SeriesListing {
  return {
    ticker: "KXFEDDECISION",
    title: "Fed decision",
    category: "Economics",
    frequency: "custom",
    tags: ["Fed", "Interest rates"],
    feeType: "quadratic_with_maker_fees",
    feeMultiplier: 1,
    structure: "tapered_deci_cent",
    shard: 0,
    source: { name: "Federal Reserve", url: "https://www.federalreserve.gov/" },
    events: [fedEvent(random, nextMeeting(now), now - 60 * DAY)],
  };
}
