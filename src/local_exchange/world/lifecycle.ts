/** The life of markets: they open, close, are determined and pay out, by the clock or by hand. */
import type { Engine } from "../engine/engine.ts";
import { priceGrids, resultOf, worthOf } from "../engine/event_contract.ts";
import type { Random } from "../random.ts";
import { type Catalog, type EventInfo, listEvent, listSeries, type MarketInfo } from "./catalog.ts";
import type { SeriesListing } from "./listings/listing.ts";

/** From a market's close until its outcome is known. */
const DETERMINATION_MS = 60_000;

/** From a known outcome until positions are paid out: `settlement_timer_seconds`. */
export const SETTLEMENT_TIMER_S = 60;

/** Drives the markets of one exchange. */
export class Lifecycle {
  readonly #engine: Engine;
  readonly #catalog: Catalog;
  readonly #random: Random;
  readonly #combos: MarketInfo[] = [];
  readonly #draws: boolean;

  /** `draws`: whether the outcome of a market that has closed is drawn; else somebody knows it. */
  constructor(engine: Engine, catalog: Catalog, random: Random, draws = true) {
    this.#engine = engine;
    this.#catalog = catalog;
    this.#random = random;
    this.#draws = draws;
    for (const event of catalog.events.values()) this.follow(event);
  }

  /** Opens, closes, determines and settles an event's markets when their time comes. */
  follow(event: EventInfo): void {
    if (event.legs !== undefined) this.#combos.push(...event.markets);
    for (const info of event.markets) this.followMarket(info);
  }

  /** The same of one market. */
  followMarket(info: MarketInfo): void {
    if (info.market.status === "initialized") {
      this.#engine.schedule.add(info.openAt, () => this.#open(info));
    }
    this.#closeAt(info);
  }

  /** Lists a series with its events and markets, from now on. */
  list(listing: SeriesListing): void {
    const { now } = this.#engine;
    const series = listSeries(this.#catalog, listing, now);
    for (const each of listing.events) {
      const event = listEvent(this.#engine, this.#catalog, series, each, now);
      this.follow(event);
      for (const { market } of event.markets) {
        this.#engine.emit({ type: "market", market, change: "created", at: now });
      }
    }
  }

  /** Changes a market's price grid, by its name; resting orders stay. */
  setPriceGrid(info: MarketInfo, name: string): void {
    const { market } = info;
    info.structure = name;
    market.bands = priceGrids[name] ?? market.bands;
    const { now } = this.#engine;
    this.#engine.emit({ type: "market", market, change: "price_level_structure_updated", at: now });
  }

  /** Moves the close of a market; into the future reopens one that has closed. */
  setCloseTime(info: MarketInfo, at: number): void {
    info.closeAt = at;
    const { market } = info;
    this.#engine.emit({ type: "market", market, change: "close_date_updated", at: this.#engine.now });
    if (at > this.#engine.now && market.status === "closed") {
      this.#engine.setStatus(market, "active", "activated");
    }
    if (at <= this.#engine.now && (market.status === "active" || market.status === "inactive")) {
      this.#close(info);
    } else this.#closeAt(info);
  }

  /** Pauses a market, or ends its pause, which cancels what rests in it. */
  setActive(info: MarketInfo, active: boolean): void {
    const { market } = info;
    if (active && market.status === "inactive") this.#engine.setStatus(market, "active", "activated");
    if (!active && market.status === "active") this.#engine.setStatus(market, "inactive", "deactivated");
  }

  /** Makes a market's outcome known: the worth of a YES contract. It pays out after the settlement timer. */
  determine(info: MarketInfo, value: number): void {
    const { market } = info;
    if (market.status === "determined" || market.status === "finalized") return;
    info.settlementValue = value;
    info.result = resultOf(value);
    this.#engine.setStatus(market, "determined", "determined");
    this.#engine.schedule.add(this.#engine.now + SETTLEMENT_TIMER_S * 1_000, () => this.settle(info));
    this.#determineCombos(info);
  }

  /** Pays a determined market out now. */
  settle(info: MarketInfo): void {
    const { market } = info;
    if (market.status !== "determined" || info.settlementValue === undefined) return;
    this.#engine.settle(market, info.settlementValue);
    info.settledAt = this.#engine.now;
    this.#engine.setStatus(market, "finalized", "settled");
  }

  #open(info: MarketInfo): void {
    if (info.market.status === "initialized") this.#engine.setStatus(info.market, "active", "opened");
  }

  #closeAt(info: MarketInfo): void {
    const { closeAt } = info;
    this.#engine.schedule.add(closeAt, () => {
      if (info.closeAt === closeAt) this.#close(info);
    });
  }

  #close(info: MarketInfo): void {
    const { market } = info;
    if (market.status !== "active" && market.status !== "inactive") return;
    this.#engine.setStatus(market, "closed", "closed");
    if (!this.#draws) return;
    this.#engine.schedule.add(this.#engine.now + DETERMINATION_MS, () => {
      if (market.status === "closed") this.#draw(info.event);
    });
  }

  /** Draws the outcome of an event whose markets have all closed, in line with what its makers believe. */
  #draw(event: EventInfo): void {
    const open = event.markets.filter(({ market }) =>
      market.status === "active" || market.status === "inactive"
    );
    const closed = event.markets.filter(({ market }) => market.status === "closed");
    if (open.length > 0 || closed.length === 0 || event.legs !== undefined) return;
    if (event.listing.mutuallyExclusive) {
      let left = this.#random.int(closed.reduce((sum, { fair }) => sum + fair, 0));
      let winner: MarketInfo | undefined;
      for (const info of closed) {
        if (winner === undefined && left < info.fair) winner = info;
        left -= info.fair;
      }
      for (const info of closed) this.determine(info, worthOf(info === winner ? "yes" : "no"));
    } else {
      // One draw for all keeps a ladder of strikes consistent.
      const luck = this.#random.int(worthOf("yes"));
      let most = worthOf("yes");
      for (const info of closed.sort((a, b) => (a.listing.floorStrike ?? 0) - (b.listing.floorStrike ?? 0))) {
        // What is above a strike is above every lower one, whatever is believed of each by itself.
        most = Math.min(most, info.fair);
        this.determine(info, worthOf(most > luck ? "yes" : "no"));
      }
    }
  }

  /** A combo is worth a dollar when every leg is: it is known with its last leg, or with the first that fails. */
  #determineCombos(leg: MarketInfo): void {
    for (const combo of this.#combos) {
      const legs = combo.event.legs;
      if (legs === undefined || !legs.some(({ info }) => info === leg)) continue;
      const outcomes = legs.map(({ info, side }) => info.result === "" ? undefined : info.result === side);
      if (outcomes.includes(false)) this.determine(combo, worthOf("no"));
      else if (!outcomes.includes(undefined)) this.determine(combo, worthOf("yes"));
    }
  }
}
