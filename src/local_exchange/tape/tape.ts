/**
 * A recorded or live market on an engine: what is told of it, as it was told, with orders of others among it.
 *
 * Nothing is decided by what comes later: a tape knows what it was told so far.
 *
 * @module
 */
import type { Engine } from "../engine/engine.ts";
import { priceGrids } from "../engine/event_contract.ts";
import type { EngineEvent } from "../engine/events.ts";
import type { FeeType } from "../engine/fees.ts";
import { feeSchedule } from "../engine/fees.ts";
import type { Market, Side } from "../engine/model.ts";
import type { Catalog, MarketInfo } from "../world/catalog.ts";
import type { Lifecycle } from "../world/lifecycle.ts";
import { Crowd, isCrowd } from "./crowd.ts";
import type { MarketFacts } from "./facts.ts";
import { listTaped, type TapeFees } from "./listing.ts";
import type { QueueModel } from "./queue_models.ts";
import { MarketEnd } from "./market_end.ts";
import type { TapeTrade } from "./takers.ts";
import { type PricedCount, TapeMarket } from "./tape_market.ts";

/** The exchange that a tape plays on. */
export interface TapeHost {
  readonly engine: Engine;
  readonly catalog: Catalog;
  readonly lifecycle: Lifecycle;
}

/** How a tape plays. */
export interface TapeOptions {
  readonly queue: QueueModel;
  /** How a series is charged, where nobody says it on the tape. */
  feesOf(series: string): TapeFees;
  /** Whether what the tape says of fees is left aside: they were told. */
  readonly fixesFees: boolean;
}

/** A time in which a market did not trade here, since nobody knew its book. */
export interface TapeHalt {
  /** Its market. */
  readonly ticker: string;
  /** Why, in words. */
  readonly reason: string;
  /** Unix milliseconds. */
  readonly fromMs: number;
  /** When its next snapshot came; undefined where none has. */
  toMs: number | undefined;
}

/** What a tape was told so far. */
export interface TapeCounts {
  readonly snapshots: number;
  readonly deltas: number;
  readonly trades: number;
  /** Changes and trades of a book that was not known, and so were not followed. */
  readonly skipped: number;
  /** How often a market stood still for want of a book. */
  readonly halts: number;
}

/** Where a market of a tape is. */
type Place =
  /** Nobody knows its book: before its first snapshot, or after a loss. */
  | { readonly kind: "unknown"; readonly halt: TapeHalt | undefined }
  | { readonly kind: "known" };

interface Listed {
  readonly info: MarketInfo;
  readonly tape: TapeMarket;
  place: Place;
  /** Whether the exchange itself has paused it. */
  isPaused: boolean;
  /** Whether its grid was told; else it is what its prices ask for. */
  hasGrid: boolean;
  readonly end: MarketEnd;
}

/** Halts that are kept; more of them are only counted. */
const MOST_HALTS = 10_000;
/** Trades that are kept of a market and of all, twice as many at most: a day of them would fill the memory. */
const KEPT_TRADES = { market: 250, all: 20_000 } as const;

/** The tape of one exchange. */
export class Tape {
  readonly #host: TapeHost;
  readonly #options: TapeOptions;
  readonly #crowd: Crowd;
  readonly #listed = new Map<string, Listed>();
  readonly #halts: TapeHalt[] = [];
  readonly #unlisten: () => void;
  /** Told after a best price of the recording may have changed, which {@linkcode quote} has. */
  onMoved: ((market: Market, side: Side) => void) | undefined;
  #snapshots = 0;
  #deltas = 0;
  #trades = 0;
  #skipped = 0;
  #halted = 0;

  constructor(host: TapeHost, options: TapeOptions) {
    this.#host = host;
    this.#options = options;
    this.#crowd = new Crowd(host.engine);
    this.#unlisten = host.engine.listen((event) => this.#happened(event));
  }

  /** What it was told so far. */
  get counts(): TapeCounts {
    return {
      snapshots: this.#snapshots,
      deltas: this.#deltas,
      trades: this.#trades,
      skipped: this.#skipped,
      halts: this.#halted,
    };
  }

  /** When markets stood still for want of a book, oldest first. */
  get halts(): readonly TapeHalt[] {
    return this.#halts;
  }

  /** Tickers of its markets, in the order in which they came up. */
  tickers(): string[] {
    return [...this.#listed.keys()];
  }

  /** Whether it has a market. */
  has(ticker: string): boolean {
    return this.#listed.has(ticker);
  }

  /** Tickers of markets that have ended, and of which nobody has said what they are worth. */
  unsettled(): string[] {
    return [...this.#listed].filter(([, { end }]) => end.isUnsettled).map(([ticker]) => ticker);
  }

  /** Whether a market's book is known. */
  isLive(ticker: string): boolean {
    return this.#listed.get(ticker)?.place.kind === "known";
  }

  /** The best price of one side of a market in the recording, without any order of ours. */
  best(ticker: string, side: Side): number | undefined {
    return this.#listed.get(ticker)?.tape.best(side);
  }

  /** The best prices of a market in the recording, without any order of ours. */
  quote(ticker: string): Readonly<Record<Side, number | undefined>> {
    return { bid: this.best(ticker, "bid"), ask: this.best(ticker, "ask") };
  }

  /** Half way between those; undefined where one is missing. In ticks of 0.0001 dollars. */
  mid(ticker: string): number | undefined {
    const { bid, ask } = this.quote(ticker);
    return bid === undefined || ask === undefined ? undefined : (bid + ask) / 2;
  }

  /** Lists a market, or learns more of one: its grid, its times, its result. */
  learn(ticker: string, facts: Partial<MarketFacts> = {}): void {
    const listed = this.#listed.get(ticker);
    if (listed === undefined) {
      const { info } = this.#list(ticker, facts);
      this.#host.lifecycle.followMarket(info);
    } else this.#update(listed, facts);
    if (facts.status === "closed") this.close(ticker);
    const end = this.#listed.get(ticker)?.end;
    if (facts.worth !== undefined) end?.tellWorth(facts.worth);
    if (facts.status === "determined") end?.determine();
    else if (isOver(facts.status)) end?.settle();
  }

  /** A market's whole book. It trades from here on. */
  snapshot(ticker: string, bids: readonly PricedCount[], asks: readonly PricedCount[]): void {
    this.#snapshots++;
    const listed = this.#listed.get(ticker) ?? this.#list(ticker, {});
    const { market } = listed.info;
    if (market.status !== "active" && market.status !== "inactive") return;
    listed.tape.snapshot(bids, asks);
    const { place } = listed;
    listed.place = { kind: "known" };
    if (place.kind === "unknown" && place.halt !== undefined) place.halt.toMs = this.#host.engine.now;
    this.#showStatus(listed);
  }

  /** A level of a market changed by `delta`; `isOwn`: through an order of whoever recorded. */
  delta(ticker: string, side: Side, price: number, delta: number, isOwn = false): void {
    const listed = this.#listed.get(ticker);
    if (listed === undefined || listed.place.kind !== "known") {
      this.#skipped++;
      return;
    }
    this.#deltas++;
    if (isOwn) listed.tape.ownDelta(side, price, delta);
    else listed.tape.delta(side, price, delta);
  }

  /** A trade of a market. */
  trade(ticker: string, trade: TapeTrade): void {
    const listed = this.#listed.get(ticker);
    if (listed === undefined || listed.place.kind !== "known") {
      this.#skipped++;
      return;
    }
    this.#trades++;
    listed.tape.trade(trade);
    const { engine } = this.#host;
    trim(listed.info.market.trades, KEPT_TRADES.market);
    trim(engine.trades, KEPT_TRADES.all);
  }

  /**
   * From here on nobody knows the books of these markets, or of all: they do not trade before their next snapshots. What
   * rests in them stays, as in Kalshi's own pause.
   */
  halt(reason: string, tickers: Iterable<string> = this.#listed.keys()): void {
    const { now } = this.#host.engine;
    for (const ticker of tickers) {
      const listed = this.#listed.get(ticker);
      if (listed === undefined || listed.place.kind === "unknown") continue;
      const { status } = listed.info.market;
      const isTrading = status === "active" || status === "inactive";
      const halt: TapeHalt | undefined = isTrading
        ? { ticker, reason, fromMs: now, toMs: undefined }
        : undefined;
      if (halt !== undefined) {
        this.#halted++;
        if (this.#halts.length < MOST_HALTS) this.#halts.push(halt);
      }
      listed.place = { kind: "unknown", halt };
      this.#showStatus(listed);
    }
  }

  /** The exchange paused a market, or ended its pause, which cancels what rests in it. */
  setPaused(ticker: string, isPaused: boolean): void {
    const listed = this.#listed.get(ticker);
    if (listed === undefined || listed.isPaused === isPaused) return;
    listed.isPaused = isPaused;
    if (!isPaused) this.#cancelOurs(listed);
    this.#showStatus(listed);
  }

  /** A market closes now. */
  close(ticker: string): void {
    this.#listed.get(ticker)?.end.close();
  }

  /** The outcome of a market is known; `worth` of a YES contract is undefined where nobody has said it yet. */
  determine(ticker: string, worth?: number): void {
    this.#listed.get(ticker)?.end.determine(worth);
  }

  /** A market pays out, now or once it is known what it is worth. */
  settle(ticker: string): void {
    this.#listed.get(ticker)?.end.settle();
  }

  /** Every market whose worth is known pays out now. */
  payOut(): void {
    for (const { end } of this.#listed.values()) end.payOut();
  }

  /** An event is charged by fees of its own from now on, or as its series where they are undefined. */
  setEventFees(eventTicker: string, type: FeeType | undefined, multiplier: number | undefined): void {
    const { engine, catalog } = this.#host;
    const event = catalog.events.get(eventTicker);
    if (event === undefined || this.#options.fixesFees) return;
    event.feeTypeOverride = type;
    event.feeMultiplierOverride = multiplier;
    const fees = feeSchedule(type ?? event.series.feeType, multiplier ?? event.series.feeMultiplier);
    for (const { market } of event.markets) engine.setFees(market, fees);
  }

  /** A series is charged so from now on, where its events have no fees of their own. */
  setSeriesFees(seriesTicker: string, { type, multiplier }: TapeFees): void {
    const { engine, catalog } = this.#host;
    const series = catalog.series.get(seriesTicker);
    if (series === undefined || this.#options.fixesFees) return;
    if (series.feeType === type && series.feeMultiplier === multiplier) return;
    series.feeType = type;
    series.feeMultiplier = multiplier;
    for (const event of series.events) {
      const fees = feeSchedule(event.feeTypeOverride ?? type, event.feeMultiplierOverride ?? multiplier);
      for (const { market } of event.markets) engine.setFees(market, fees);
    }
  }

  /** The ticker of the series that a market belongs to, once it is listed. */
  seriesOf(ticker: string): string | undefined {
    return this.#listed.get(ticker)?.info.event.series.ticker;
  }

  /** Ends listening to the engine. */
  dispose(): void {
    this.#unlisten();
  }

  #list(ticker: string, facts: Partial<MarketFacts>): Listed {
    const { engine, catalog } = this.#host;
    const { feesOf } = this.#options;
    const info = listTaped({ engine, catalog, feesOf }, ticker, facts);
    const tape = new TapeMarket(info.market, {
      engine,
      crowd: this.#crowd,
      queue: this.#options.queue,
      moved: (market, side) => this.onMoved?.(market, side),
      offGrid: ({ ticker }, price) => this.#widen(ticker, price),
    });
    const listed: Listed = {
      info,
      tape,
      place: { kind: "unknown", halt: undefined },
      isPaused: facts.status === "inactive",
      hasGrid: facts.bands !== undefined,
      end: new MarketEnd(info, engine, this.#host.lifecycle),
    };
    this.#listed.set(ticker, listed);
    engine.emit({ type: "market", market: info.market, change: "created", at: engine.now });
    return listed;
  }

  #update(listed: Listed, facts: Partial<MarketFacts>): void {
    const { info } = listed;
    const { engine, lifecycle } = this.#host;
    const { market } = info;
    const isSame = facts.bands === undefined || JSON.stringify(facts.bands) === JSON.stringify(market.bands);
    if (facts.bands !== undefined) listed.hasGrid = true;
    if (!isSame && facts.bands !== undefined) {
      market.bands = facts.bands;
      info.structure = facts.structure ?? info.structure;
      engine.emit({ type: "market", market, change: "price_level_structure_updated", at: engine.now });
    }
    if (facts.closeAt !== undefined && facts.closeAt !== info.closeAt && !isOver(market.status)) {
      lifecycle.setCloseTime(info, facts.closeAt);
      // One that opens again has no book yet.
      this.#showStatus(listed);
    }
    if (facts.status === "active" || facts.status === "inactive") {
      this.setPaused(market.ticker, facts.status === "inactive");
    }
  }

  /** A grid that was not told is what its prices ask for. */
  #widen(ticker: string, price: number): void {
    const listed = this.#listed.get(ticker);
    if (listed === undefined || listed.hasGrid) return;
    const { info } = listed;
    const [name, step] = price % 10 === 0 ? ["deci_cent", 10] : ["banded_centi_cent", 1];
    info.structure = `${name}`;
    info.market.bands = priceGrids[`${name}`] ?? [{ start: 0, end: 10_000, step: Number(step) }];
  }

  /** Shows whether a market trades: not while it is paused, and not while nobody knows its book. */
  #showStatus({ info: { market }, place, isPaused }: Listed): void {
    if (market.status !== "active" && market.status !== "inactive") return;
    const status = place.kind === "known" && !isPaused ? "active" : "inactive";
    if (status === market.status) return;
    market.status = status;
    const { engine } = this.#host;
    market.updatedAt = engine.now;
    const change = status === "active" ? "activated" : "deactivated";
    engine.emit({ type: "market", market, change, at: engine.now });
  }

  #cancelOurs({ info: { market } }: Listed): void {
    const { engine } = this.#host;
    for (const account of engine.accounts.values()) {
      for (const order of account.resting) if (order.market === market) engine.cancel(order, "reactivated");
    }
  }

  #happened(event: EngineEvent): void {
    if (event.type === "market") {
      const listed = isEnded(event.market.status) ? this.#listed.get(event.market.ticker) : undefined;
      if (listed === undefined) return;
      listed.tape.forget();
      listed.place = { kind: "unknown", halt: undefined };
      return;
    }
    if (event.type !== "order") return;
    const { order, before, after } = event;
    const tape = this.#listed.get(order.market.ticker)?.tape;
    if (tape === undefined) return;
    if (isCrowd(order.account)) {
      if (event.change === "filled" && !event.fill.isTaker) tape.taken(order, event.fill.trade.count);
      return;
    }
    const rested = before?.status === "resting";
    const rests = after.status === "resting";
    if (rested && !rests) tape.unstaked(order, before.price);
    if (rests && !rested) tape.staked(order);
  }
}

const isOver = (status: string | undefined) =>
  status === "determined" || status === "finalized" || status === "settled";

const isEnded = (status: string) => status === "closed" || isOver(status);

function trim(list: unknown[], kept: number): void {
  if (list.length > 2 * kept) list.splice(0, list.length - kept);
}
