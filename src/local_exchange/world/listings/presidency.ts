/** The next president. */
import type { Random } from "../../random.ts";
import { priceOf } from "./chances.ts";
import { DAY } from "./dates.ts";
import type { SeriesListing } from "./listing.ts";

/** The series, with one event. */
export function presidency(random: Random, now: number): SeriesListing {
  const names = [
    "Ada Lovelace",
    "Grace Hopper",
    "Emmy Noether",
    "Mary Jackson",
    "Hedy Lamarr",
    "Rosalind Franklin",
  ];
  return {
    ticker: "KXPRESPERSON",
    title: "Presidential election winner",
    category: "Elections",
    frequency: "custom",
    tags: ["US elections"],
    feeType: "quadratic",
    feeMultiplier: 1,
    structure: "deci_cent",
    shard: 0,
    source: { name: "Library of Congress", url: "https://www.congress.gov/" },
    events: [{
      ticker: "KXPRESPERSON-28",
      title: "Who will win the next presidential election?",
      subTitle: "In 2028",
      mutuallyExclusive: true,
      openAt: now - 200 * DAY,
      closeAt: now + 700 * DAY,
      markets: names.map((person) => ({
        ticker: `KXPRESPERSON-28-${person.split(" ").map((part) => part.charAt(0)).join("")}`,
        yesSubTitle: person,
        noSubTitle: person,
        strikeType: "custom",
        floorStrike: undefined,
        capStrike: undefined,
        rules:
          `If ${person} is the next person to win the presidential election, then the market resolves to Yes.`,
        fair: priceOf(0.05 + random.int(20) / 100),
      })),
    }],
  };
}
