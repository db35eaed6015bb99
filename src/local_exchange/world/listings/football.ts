/** Games of football. */
import { complement } from "../../engine/event_contract.ts";
import type { Random } from "../../random.ts";
import { midnight } from "../new_york.ts";
import { priceOf } from "./chances.ts";
import { DAY, day } from "./dates.ts";
import type { EventListing, SeriesListing } from "./listing.ts";

const games = [["BUF", "Buffalo", "MIA", "Miami"], ["KC", "Kansas City", "DEN", "Denver"], [
  "PHI",
  "Philadelphia",
  "DAL",
  "Dallas",
]] as const;

/** The game so many of {@linkcode games} is, on the day that begins at `start`. */
export function gameEvent(random: Random, start: number, openAt: number, which: number): EventListing {
  const [away, awayName, home, homeName] = games[which % games.length] ?? games[0];
  const { code, text } = day(start);
  const name = `KXNFLGAME-${code}${away}${home}`;
  const homeFair = priceOf(0.35 + random.int(31) / 100);
  return {
    ticker: name,
    title: `${awayName} at ${homeName} Winner?`,
    subTitle: `${away} at ${home} (${text})`,
    mutuallyExclusive: true,
    openAt,
    closeAt: start + 2 * DAY,
    markets: ([[away, awayName, complement(homeFair)], [home, homeName, homeFair]] as const).map((
      [team, label, fair],
    ) => ({
      ticker: `${name}-${team}`,
      yesSubTitle: label,
      noSubTitle: label,
      strikeType: "custom",
      floorStrike: undefined,
      capStrike: undefined,
      rules: `If ${label} wins the ${awayName} at ${homeName} game, then the market resolves to Yes.`,
      fair,
    })),
  };
}

/** The series, with a game on each of the next days. */
export function football(random: Random, today: number): SeriesListing {
  return {
    ticker: "KXNFLGAME",
    title: "Professional Football Game",
    category: "Sports",
    frequency: "custom",
    tags: ["Football"],
    feeType: "quadratic_with_maker_fees",
    feeMultiplier: 1,
    structure: "linear_cent",
    shard: 0,
    source: { name: "NFL", url: "https://www.nfl.com/" },
    events: games.map((_, index) => gameEvent(random, midnight(today, index + 1), today - 7 * DAY, index)),
  };
}
