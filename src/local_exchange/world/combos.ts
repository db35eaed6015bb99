/** Combos: markets made of several others, which are listed when somebody first asks for them. */
import type { Engine } from "../engine/engine.ts";
import type { Random } from "../random.ts";
import {
  type Catalog,
  type ComboLeg,
  type EventInfo,
  listEvent,
  listSeries,
  type MarketInfo,
  type SeriesInfo,
} from "./catalog.ts";
import type { Lifecycle } from "./lifecycle.ts";

/** Which events can be combined, and how. */
export interface ComboCollection {
  readonly ticker: string;
  readonly title: string;
  readonly description: string;
  readonly series: SeriesInfo;
  readonly events: readonly EventInfo[];
  readonly openAt: number;
  readonly closeAt: number;
  readonly sizeMin: number;
  readonly sizeMax: number;
}

/** Why legs make no combo, in the codes of Kalshi's errors. */
export interface BadCombo {
  readonly code: "duplicated_legs" | "conflicting_leg_outcomes" | "invalid_market_combination";
  readonly message: string;
  readonly tickers: readonly string[];
}

/** The combos of one exchange. */
export class Combos {
  readonly collections = new Map<string, ComboCollection>();
  readonly #engine: Engine;
  readonly #catalog: Catalog;
  readonly #lifecycle: Lifecycle;
  readonly #random: Random;
  readonly #made = new Map<string, MarketInfo>();

  constructor(engine: Engine, catalog: Catalog, lifecycle: Lifecycle, random: Random, shard: number) {
    this.#engine = engine;
    this.#catalog = catalog;
    this.#lifecycle = lifecycle;
    this.#random = random;
    const now = engine.now;
    const games = [...catalog.events.values()].filter(({ series, listing }) =>
      series.listing.category === "Sports" && listing.closeAt > now
    );
    if (games.length < 2) return;
    const series = listSeries(catalog, {
      ticker: "KXMVENFLMULTIGAME",
      title: "Professional Football Multi-Game Combo",
      category: "Exotics",
      frequency: "custom",
      tags: ["Combos"],
      feeType: "quadratic_with_combo_maker_fees",
      feeMultiplier: 1,
      structure: "center_deci_edge_centi_cent",
      shard,
      source: { name: "NFL", url: "https://www.nfl.com/" },
      events: [],
    }, now);
    const ticker = "KXMVENFLMULTIGAME-R";
    this.collections.set(ticker, {
      ticker,
      title: "Football combos",
      description: "Combine the winners of several games.",
      series,
      events: games,
      openAt: Math.min(...games.map(({ listing }) => listing.openAt)),
      closeAt: Math.max(...games.map(({ listing }) => listing.closeAt)),
      sizeMin: 2,
      sizeMax: games.length,
    });
  }

  /** The market of these legs, made when it is not there yet; or what is wrong with them. */
  resolve(collection: ComboCollection, legs: readonly ComboLeg[]): MarketInfo | BadCombo {
    const bad = check(collection, legs);
    if (bad !== undefined) return bad;
    const key = legs.map(({ info, side }) => `${info.market.ticker} ${side}`).sort().join(", ");
    const known = this.#made.get(key);
    if (known !== undefined) return known;
    const id = this.#random.uuid().replaceAll("-", "").toUpperCase();
    const now = this.#engine.now;
    const name = `${collection.series.ticker}-S${new Date(now).getUTCFullYear()}${id.slice(0, 11)}`;
    const text = legs.map(({ info, side }) => `${side} ${info.listing.yesSubTitle}`).join(", ");
    const fair = legs.reduce(
      (product, { info, side }) =>
        Math.round(product * (side === "yes" ? info.fair : 10_000 - info.fair) / 10_000),
      10_000,
    );
    const event = listEvent(
      this.#engine,
      this.#catalog,
      collection.series,
      {
        ticker: name,
        title: "Combo",
        subTitle: text,
        mutuallyExclusive: false,
        openAt: now,
        closeAt: Math.max(...legs.map(({ info }) => info.closeAt)),
        markets: [{
          ticker: `${name}-${id.slice(11, 22)}`,
          yesSubTitle: text,
          noSubTitle: text,
          strikeType: "custom",
          floorStrike: undefined,
          capStrike: undefined,
          rules:
            `If every leg of this combo resolves as selected (${text}), then the market resolves to Yes.`,
          fair,
        }],
      },
      now,
      legs,
    );
    const [info] = event.markets;
    if (info === undefined) throw new Error("A combo has one market.");
    this.#lifecycle.follow(event);
    this.#made.set(key, info);
    this.#engine.emit({ type: "market", market: info.market, change: "created", at: now });
    return info;
  }
}

function check(
  { events, sizeMin, sizeMax }: ComboCollection,
  legs: readonly ComboLeg[],
): BadCombo | undefined {
  const tickers = legs.map(({ info }) => info.market.ticker);
  const bad = (code: BadCombo["code"], message: string, offenders = tickers) => ({
    code,
    message,
    tickers: offenders,
  });
  if (legs.length < sizeMin || legs.length > sizeMax) {
    return bad("invalid_market_combination", `a combo has ${sizeMin} to ${sizeMax} legs`);
  }
  const strangers = legs.filter(({ info }) => !events.includes(info.event)).map(({ info }) =>
    info.market.ticker
  );
  if (strangers.length > 0) {
    return bad("invalid_market_combination", "a leg is not of this collection", strangers);
  }
  const closed = legs.filter(({ info }) => info.market.status !== "active").map(({ info }) =>
    info.market.ticker
  );
  if (closed.length > 0) return bad("invalid_market_combination", "a leg is not open", closed);
  const twice = tickers.filter((ticker, index) => tickers.indexOf(ticker) !== index);
  if (twice.length > 0) {
    const same = legs.filter(({ info }) => info.market.ticker === twice[0]);
    return same.every(({ side }) => side === same[0]?.side)
      ? bad("duplicated_legs", "a leg is selected twice", twice)
      : bad("conflicting_leg_outcomes", "both outcomes of a market are selected", twice);
  }
  const ofEvent = legs.filter(({ info }, index) =>
    legs.some((other, at) => at !== index && other.info.event === info.event)
  );
  if (ofEvent.length > 0) {
    return bad(
      "conflicting_leg_outcomes",
      "two legs are of one event",
      ofEvent.map(({ info }) => info.market.ticker),
    );
  }
  return undefined;
}
