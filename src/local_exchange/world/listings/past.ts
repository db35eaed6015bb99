/** What was listed before an exchange begins: the events of the days gone by. */
import type { Random } from "../../random.ts";
import { midnight, newYorkTime } from "../new_york.ts";
import { bitcoinEvent } from "./bitcoin.ts";
import { DAY, HOUR } from "./dates.ts";
import { fedEvent, nextMeeting } from "./fed.ts";
import { gameEvent } from "./football.ts";
import type { EventListing, SeriesListing } from "./listing.ts";
import { stocksEvent } from "./stocks.ts";
import { cities, weatherEvent } from "./weather.ts";

const GAMES = 3;
const MEETINGS_APART = 42 * DAY;

/** Adds to each series the events that closed in the `days` before `now`, oldest first. */
export function withPast(
  listings: readonly SeriesListing[],
  random: Random,
  now: number,
  days: number,
): SeriesListing[] {
  const past = new Map<string, EventListing[]>();
  const add = (series: string, event: EventListing) => {
    const list = past.get(series);
    if (list === undefined) past.set(series, [event]);
    else list.push(event);
  };
  const since = midnight(now, -days);
  for (let meeting = nextMeeting(now) - MEETINGS_APART; meeting > since; meeting -= MEETINGS_APART) {
    past.set("KXFEDDECISION", [
      fedEvent(random, meeting, meeting - 60 * DAY),
      ...past.get("KXFEDDECISION") ?? [],
    ]);
  }
  let center = 90_000;
  for (let back = days; back > 0; back--) {
    const start = midnight(now, -back);
    // Yesterday's weather is among what is listed anyway.
    if (back > 1) { for (const city of cities) add(`KXHIGH${city.code}`, weatherEvent(random, start, city)); }
    const weekday = newYorkTime(start).getUTCDay();
    if (weekday >= 1 && weekday <= 5) add("KXINXU", stocksEvent(random, start, 16 * HOUR));
    center += (random.int(9) - 4) * 250;
    const closeAt = start + 17 * HOUR;
    add("KXBTCD", bitcoinEvent(random, closeAt, closeAt - DAY, center, 20));
    for (let game = 0; weekday === 0 && game < GAMES; game++) {
      add("KXNFLGAME", gameEvent(random, start, start - 7 * DAY, game));
    }
  }
  return listings.map((listing) => ({
    ...listing,
    events: [...past.get(listing.ticker) ?? [], ...listing.events],
  }));
}
