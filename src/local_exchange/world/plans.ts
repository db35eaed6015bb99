/** What there is to list: tickers, texts, dates and first prices, as data. */
import { complement, priceOfChance } from "../engine/event_contract.ts";
import type { FeeType } from "../engine/fees.ts";
import type { Random } from "../random.ts";
import { midnight, newYorkTime, zoneName } from "./new_york.ts";

/** A market to list. */
export interface MarketPlan {
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
export interface EventPlan {
  readonly ticker: string;
  readonly title: string;
  readonly subTitle: string;
  readonly mutuallyExclusive: boolean;
  readonly openAt: number;
  readonly closeAt: number;
  readonly markets: readonly MarketPlan[];
}

/** A series to list. */
export interface SeriesPlan {
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
  readonly events: readonly EventPlan[];
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

function two(value: number): string {
  return String(value).padStart(2, "0");
}

/** A day in New York as tickers and titles write it, from its first moment. */
function day(start: number): { code: string; text: string } {
  const date = newYorkTime(start);
  const month = months[date.getUTCMonth()] ?? "";
  const name = month.charAt(0) + month.slice(1).toLowerCase();
  return {
    code: `${two(date.getUTCFullYear() % 100)}${month}${two(date.getUTCDate())}`,
    text: `${name} ${date.getUTCDate()}, ${date.getUTCFullYear()}`,
  };
}

/** Whether the clock of New York showed the same an hour earlier. */
function isShownTwice(at: number): boolean {
  return newYorkTime(at).getTime() === newYorkTime(at - HOUR).getTime();
}

/** The share of a bell-like curve below `x` spreads; plain arithmetic, so that every runtime agrees. */
function below(x: number): number {
  return 0.5 + 0.5 * (x / (0.7 + Math.abs(x)));
}

function asPrice(probability: number): number {
  return priceOfChance(Math.min(0.97, Math.max(0.03, probability)));
}

/** A series for one market that somebody lists. */
export function ownSeries(ticker: string, title: string): SeriesPlan {
  return {
    ticker: `${ticker}-SERIES`,
    title,
    category: "Local",
    frequency: "one-off",
    tags: [],
    feeType: "quadratic",
    feeMultiplier: 1,
    structure: "linear_cent",
    shard: 0,
    source: { name: "Local", url: "https://example.com/" },
    events: [],
  };
}

/** A market that somebody lists. */
export function ownMarket(ticker: string, title: string): MarketPlan {
  return {
    ticker,
    yesSubTitle: title,
    noSubTitle: title,
    strikeType: "custom",
    floorStrike: undefined,
    capStrike: undefined,
    rules: `If "${title}" is true, then the market resolves to Yes.`,
    fair: priceOfChance(0.5),
  };
}

/** What to plan. */
export interface PlanOptions {
  /** How many markets at least. */
  readonly atLeast: number;
  /** Whether crypto is on shard 2, as at Kalshi; else everything is on shard 0. */
  readonly shards: boolean;
}

/** All series. */
export function planSeries(random: Random, now: number, { atLeast, shards }: PlanOptions): SeriesPlan[] {
  const today = midnight(now);
  const plans = [
    ...cities.map((city) => weather(random, today, city)),
    fed(random, now),
    stocks(random, today),
    football(random, today),
    presidency(random, now),
  ];
  const listed = plans.flatMap((plan) => plan.events).reduce((sum, event) => sum + event.markets.length, 0);
  return [...plans, bitcoin(random, today, now, Math.max(0, atLeast - listed), shards ? 2 : 0)];
}

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
export function weatherEvent(random: Random, start: number, { code, city, usual }: City): EventPlan {
  const ticker = `KXHIGH${code}`;
  const { code: date, text } = day(start);
  const center = usual + random.int(9) - 4;
  const low = center - 4;
  const name = `${ticker}-${date}`;
  const rules = (what: string) =>
    `If the highest temperature recorded in ${city} on ${text} is ${what}, then the market resolves to Yes.`;
  const markets: MarketPlan[] = [{
    ticker: `${name}-T${low}`,
    yesSubTitle: `${low - 1}° or below`,
    noSubTitle: `${low - 1}° or below`,
    strikeType: "less",
    floorStrike: undefined,
    capStrike: low,
    rules: rules(`less than ${low}°`),
    fair: asPrice(below((low - 0.5 - center) / 4)),
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
      fair: asPrice(below((from + 1.5 - center) / 4) - below((from - 0.5 - center) / 4)),
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
    fair: asPrice(1 - below((low + 7.5 - center) / 4)),
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

function weather(random: Random, today: number, of: City): SeriesPlan {
  // Yesterday has settled, tomorrow is open already, the day after is not yet.
  const events = [-1, 0, 1, 2].map((offset): EventPlan => {
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

/** When the next meeting of the Federal Reserve is; they are six weeks apart. */
export function nextMeeting(now: number): number {
  return Math.floor(now / DAY) * DAY + 30 * DAY + 19 * HOUR;
}

/** A decision of the Federal Reserve; markets open at `openAt`. */
export function fedEvent(random: Random, meeting: number, openAt: number): EventPlan {
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
      fair: asPrice(probability + (random.int(5) - 2) / 100),
    })),
  };
}

function fed(random: Random, now: number): SeriesPlan {
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

/** A ladder of "above" markets on a price at a time. */
function ladder(
  random: Random,
  { name, what, at, text, center, step, count, spread }: {
    readonly name: string;
    readonly what: string;
    readonly at: string;
    readonly text: string;
    readonly center: number;
    readonly step: number;
    readonly count: number;
    readonly spread: number;
  },
): MarketPlan[] {
  const drift = (random.int(201) - 100) / 100 * step;
  return Array.from({ length: count }, (_, index) => {
    const strike = center + (index - Math.floor(count / 2)) * step - 0.01;
    const label = `$${(strike + 0.01).toLocaleString("en-US")} or above`;
    return {
      ticker: `${name}-T${strike.toFixed(2)}`,
      yesSubTitle: label,
      noSubTitle: label,
      strikeType: "greater",
      floorStrike: Number(strike.toFixed(2)),
      capStrike: undefined,
      rules: `If ${what} is above ${strike.toFixed(2)} at ${at} on ${text}, then the market resolves to Yes.`,
      fair: asPrice(1 - below((strike - center - drift) / spread)),
    };
  });
}

/** The S&P 500 on the day that begins at `start`; markets close `closesInMs` later. */
export function stocksEvent(random: Random, start: number, closesInMs: number): EventPlan {
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

function stocks(random: Random, today: number): SeriesPlan {
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

const games = [["BUF", "Buffalo", "MIA", "Miami"], ["KC", "Kansas City", "DEN", "Denver"], [
  "PHI",
  "Philadelphia",
  "DAL",
  "Dallas",
]] as const;

/** The game so many of {@linkcode games} is, on the day that begins at `start`. */
export function gameEvent(random: Random, start: number, openAt: number, which: number): EventPlan {
  const [away, awayName, home, homeName] = games[which % games.length] ?? games[0];
  const { code, text } = day(start);
  const name = `KXNFLGAME-${code}${away}${home}`;
  const homeFair = asPrice(0.35 + random.int(31) / 100);
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

function football(random: Random, today: number): SeriesPlan {
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

function presidency(random: Random, now: number): SeriesPlan {
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
        fair: asPrice(0.05 + random.int(20) / 100),
      })),
    }],
  };
}

/** The price of Bitcoin at an hour, in steps of 250 dollars around `center`. */
export function bitcoinEvent(
  random: Random,
  closeAt: number,
  openAt: number,
  center: number,
  count: number,
): EventPlan {
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

function bitcoin(random: Random, today: number, now: number, atLeast: number, shard: number): SeriesPlan {
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
