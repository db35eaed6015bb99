/**
 * The positions of one subaccount, from whatever tells of fills and settlements.
 *
 * @module
 */

import { KalshiConfigError } from "../../base/errors.ts";
import { parsePrice } from "../../base/fixed_point.ts";
import { shown } from "../../base/plain.ts";
import type { BookToRead } from "../../books/mod.ts";
import type { MarketLifecycleV2Data } from "../../contract/event/channels.ts";
import type { Settlement } from "../../contract/event/types.ts";
import type { ExecutionReport } from "../../contract/fix/messages.ts";
import type { Settlement as FixSettlement } from "../../fix/settlements.ts";
import {
  type FillFact,
  type FixPrices,
  readFixSettlement,
  readOutcome,
  readReport,
  readSettlement,
  type SettlementFact,
} from "./facts.ts";
import type { Holding } from "./holding.ts";
import { type MarkBy, markOf } from "./marks.ts";
import type { PositionProduct } from "./product.ts";
import { MarketTimeline } from "./timeline.ts";
import {
  type EventFacts,
  type EventView,
  eventView,
  type PositionView,
  positionView,
  type TotalView,
  totalView,
} from "./views.ts";

/** What became of something that was told: it was counted, was known already, or is about no position of this subaccount. */
export type Taken = "counted" | "known" | "ignored";

/** What happened to positions. */
export type LedgerChange =
  | { readonly type: "fill"; readonly fill: FillFact }
  | { readonly type: "settlement"; readonly ticker: string }
  | { readonly type: "doubt"; readonly ticker: string }
  | { readonly type: "snapshot"; readonly tickers: readonly string[] }
  | {
    readonly type: "gap";
    readonly missedFromMs: number;
    readonly missedToMs: number;
    readonly recovered: boolean;
  };

/** Counts of what was told. */
export interface LedgerStats {
  /** Fills that were counted, each once. */
  fills: number;
  /** Fills that were told again, by whatever way. */
  repeated: number;
  /** Settlements that were counted. */
  settlements: number;
  /** Fills from before the snapshot, or so late that their like are forgotten: they were counted before. */
  tooOld: number;
  /** Fills of other subaccounts. */
  others: number;
  /** Losses that a stream or a session told of. */
  gaps: number;
  /** How often a fill or a settlement told another position than was counted. */
  doubts: number;
  /** Snapshots of positions that it began with, or began anew with. */
  snapshots: number;
}

/** How a ledger counts. */
export interface LedgerOptions {
  readonly subaccount: number;
  readonly mark: MarkBy;
  readonly fixPrices: FixPrices | undefined;
  readonly remember: number;
  readonly product: PositionProduct;
}

type Fields = Readonly<Record<string, unknown>>;

/** What the exchange says of a market's position at one moment. */
export interface SnapshotFact {
  readonly ticker: string;
  readonly holding: Holding;
  readonly atMs: number | undefined;
  readonly settlement: SettlementFact | undefined;
  /** Late fills that are in it, by their key. */
  readonly known: ReadonlySet<string>;
}

/** Positions of one subaccount. */
export class PositionLedger {
  readonly stats: LedgerStats = {
    fills: 0,
    repeated: 0,
    settlements: 0,
    tooOld: 0,
    others: 0,
    gaps: 0,
    doubts: 0,
    snapshots: 0,
  };
  readonly #options: LedgerOptions;
  readonly #onChange: (change: LedgerChange) => void;
  readonly #markets = new Map<string, MarketTimeline>();
  /** Fills that were counted, by their key. */
  readonly #known = new Map<string, FillFact>();
  /** By market, the keys of late fills that its snapshot holds. */
  readonly #inBase = new Map<string, ReadonlySet<string>>();
  readonly #outcomes = new Map<string, number>();
  readonly #eventOf = new Map<string, string>();
  readonly #events = new Map<string, EventFacts>();
  readonly #books = new Map<string, BookToRead>();
  readonly #lasts = new Map<string, number>();
  readonly #doubted = new Set<string>();

  constructor(options: LedgerOptions, onChange: (change: LedgerChange) => void) {
    this.#options = options;
    this.#onChange = onChange;
  }

  /** Takes whatever tells of a fill or a settlement. `rank`: the place of a row among those of its millisecond. */
  take(item: object, rank?: number): Taken {
    if (typeof item !== "object" || item === null) throw notToTake(item);
    const fields = item as Fields;
    const { MsgType, type } = fields;
    if (MsgType === "8") return this.#fill(readReport(item as ExecutionReport, this.#options.fixPrices));
    if (typeof MsgType === "string") return "ignored";
    if (typeof type === "string") return this.#typed(type, fields);
    const { readFill, fillId } = this.#options.product;
    if (fillId in item && "order_id" in item) return this.#fill(readFill(item, rank));
    if ("market_result" in item && "revenue" in item) return this.#settle(readSettlement(item as Settlement));
    throw notToTake(item);
  }

  #typed(type: string, fields: Fields): Taken {
    const { msg } = fields;
    switch (type) {
      case "fill":
        return this.#fill(this.#options.product.readFill(msg as object));
      case "market_lifecycle_v2":
      case "multivariate_market_lifecycle":
        return this.#lifecycle(msg as MarketLifecycleV2Data);
      case "settlement":
        return "Symbol" in fields
          ? this.#settle(readFixSettlement(fields as object as FixSettlement))
          : "ignored";
      case "ticker":
      case "trade":
        return this.#traded(msg as Fields, this.#options.product.last[type]);
      case "gap":
      case "reconnected":
        return this.#gap(fields);
      default:
        return "ignored";
    }
  }

  #gap({ missedFromMs, missedToMs, recovered, recoverError }: Fields): Taken {
    this.stats.gaps++;
    this.#onChange({
      type: "gap",
      missedFromMs: Number(missedFromMs),
      missedToMs: Number(missedToMs),
      recovered: recovered !== undefined && recoverError === undefined,
    });
    return "counted";
  }

  #traded({ market_ticker: ticker, ...fields }: Fields, name: string): Taken {
    const price = parsePrice(String(fields[name]));
    // Kalshi writes a price of nothing where nothing was traded.
    if (typeof ticker !== "string" || price === 0) return "ignored";
    this.setLast(ticker, price);
    return "counted";
  }

  #fill(fill: FillFact | undefined): Taken {
    if (fill === undefined) return "ignored";
    const { subaccount } = this.#options;
    if ((fill.subaccount ?? subaccount) !== subaccount) {
      this.stats.others++;
      return "ignored";
    }
    const market = this.#market(fill.ticker);
    const before = this.#known.get(fill.key);
    if (before !== undefined || this.#inBase.get(fill.ticker)?.has(fill.key) === true) {
      this.stats.repeated++;
      if (before !== undefined) this.#improve(market, before, fill);
      return "known";
    }
    if (fill.atMs !== undefined && market.isTooOld(fill)) {
      this.stats.tooOld++;
      return "known";
    }
    this.#known.set(fill.key, fill);
    market.add(fill);
    this.stats.fills++;
    for (const { key } of market.fold(this.#options.remember)) this.#known.delete(key);
    this.#onChange({ type: "fill", fill });
    this.#look(market);
    return "counted";
  }

  /** One way tells of a fill what another does not. */
  #improve(market: MarketTimeline, before: FillFact, fill: FillFact): void {
    const { after = fill.after, rank = fill.rank, atMs = fill.atMs } = before;
    // A time of whole seconds, the only one that some rows have, gives way to one of milliseconds.
    const isFiner = fill.atMs !== undefined && atMs !== undefined && atMs % 1_000 === 0 && fill.atMs > atMs;
    const better = { ...before, after, rank, atMs: isFiner ? fill.atMs : atMs };
    if (after === before.after && rank === before.rank && better.atMs === before.atMs) return;
    this.#known.set(fill.key, better);
    market.improve(fill.key, better);
    this.#look(market);
  }

  #lifecycle(msg: MarketLifecycleV2Data): Taken {
    const { event_type: change, market_ticker: ticker, settled_ts: settledS } = msg;
    const value = readOutcome(msg);
    if (value !== undefined) this.#outcomes.set(ticker, value);
    if (change !== "settled" || !this.#markets.has(ticker)) return "ignored";
    const outcome = this.#outcomes.get(ticker);
    // Who has not heard of the outcome hears of it from the settlements of REST.
    if (outcome === undefined) return "ignored";
    const atMs = typeof settledS === "number" && settledS > 0 ? settledS * 1_000 : undefined;
    return this.#settle({ ticker, eventTicker: undefined, atMs, pays: { kind: "value", value: outcome } });
  }

  #settle(settlement: SettlementFact): Taken {
    const { ticker, eventTicker } = settlement;
    if (eventTicker !== undefined) this.#eventOf.set(ticker, eventTicker);
    const market = this.#market(ticker);
    const isNew = market.settle(settlement);
    this.#look(market);
    if (!isNew) {
      this.stats.repeated++;
      return "known";
    }
    this.stats.settlements++;
    this.#onChange({ type: "settlement", ticker });
    return "counted";
  }

  /** Looks whether what was told fits together. Where all would have to be counted anew, the next one looks. */
  #look(market: MarketTimeline): void {
    if (!market.isCheap) return;
    if (!market.isDoubtful) {
      this.#doubted.delete(market.ticker);
      return;
    }
    if (this.#doubted.has(market.ticker)) return;
    this.#doubted.add(market.ticker);
    this.stats.doubts++;
    this.#onChange({ type: "doubt", ticker: market.ticker });
  }

  /**
   * Begins anew with what the exchange says of some markets: fills from before `floorMs` are in it, and those that it
   * names. Later ones that were counted stay.
   */
  rebase(snapshots: readonly SnapshotFact[], floorMs: number): void {
    for (const { ticker, holding, atMs, settlement, known } of snapshots) {
      const market = this.#market(ticker);
      this.#inBase.set(ticker, known);
      for (const { key } of market.rebase(holding, floorMs, known, atMs)) this.#known.delete(key);
      if (settlement !== undefined) {
        market.wasSettled(settlement);
        if (settlement.eventTicker !== undefined) this.#eventOf.set(ticker, settlement.eventTicker);
      }
      this.#look(market);
    }
    this.stats.snapshots++;
    this.#onChange({ type: "snapshot", tickers: snapshots.map(({ ticker }) => ticker) });
  }

  #market(ticker: string): MarketTimeline {
    let market = this.#markets.get(ticker);
    if (market === undefined) {
      this.#markets.set(ticker, market = new MarketTimeline(ticker, this.#options.product.pair));
    }
    return market;
  }

  /** Which event a market is of. */
  setEvent(ticker: string, eventTicker: string): void {
    this.#eventOf.set(ticker, eventTicker);
  }

  setEventFacts(eventTicker: string, facts: EventFacts): void {
    this.#events.set(eventTicker, { ...this.#events.get(eventTicker), ...facts });
  }

  eventOf(ticker: string): string | undefined {
    return this.#eventOf.get(ticker);
  }

  hasFacts(eventTicker: string): boolean {
    return this.#events.has(eventTicker);
  }

  setBook(ticker: string, book: BookToRead | undefined): void {
    if (book === undefined) this.#books.delete(ticker);
    else this.#books.set(ticker, book);
  }

  setLast(ticker: string, price: number | undefined): void {
    if (price === undefined) this.#lasts.delete(ticker);
    else this.#lasts.set(ticker, price);
  }

  /** Tickers of the markets in which something was ever held. */
  get tickers(): string[] {
    return [...this.#markets.keys()].sort();
  }

  has(ticker: string): boolean {
    return this.#markets.has(ticker);
  }

  isHeld(ticker: string): boolean {
    return (this.#markets.get(ticker)?.holding.position ?? 0) !== 0;
  }

  /** Markets of which another position was told than was counted. */
  doubtful(): string[] {
    return [...this.#markets.values()].filter(({ isDoubtful }) => isDoubtful).map(({ ticker }) => ticker);
  }

  position(ticker: string): PositionView | undefined {
    const market = this.#markets.get(ticker);
    if (market === undefined) return undefined;
    const { holding, isDoubtful, lastMs, settlement } = market;
    const { position, costMicros } = holding;
    const mark = markOf(
      this.#options.mark,
      position,
      costMicros,
      this.#books.get(ticker),
      this.#lasts.get(ticker),
      this.#options.product.pair,
    );
    return positionView(holding, mark, {
      ticker,
      eventTicker: this.#eventOf.get(ticker),
      isSettled: settlement !== undefined,
      isDoubtful,
      updatedMs: lastMs,
    });
  }

  positions(): PositionView[] {
    return this.tickers.flatMap((ticker) => this.position(ticker) ?? []);
  }

  events(): EventView[] {
    const byEvent = new Map<string, PositionView[]>();
    for (const position of this.positions()) {
      const { eventTicker } = position;
      if (eventTicker === undefined) continue;
      const others = byEvent.get(eventTicker);
      if (others === undefined) byEvent.set(eventTicker, [position]);
      else others.push(position);
    }
    return [...byEvent].map(([ticker, positions]) => eventView(ticker, positions, this.#events.get(ticker)));
  }

  totals(): TotalView {
    return totalView(this.positions());
  }
}

function notToTake(item: unknown): KalshiConfigError {
  return new KalshiConfigError(
    "Positions take fills and settlements as Kalshi tells of them: rows of REST, frames of a stream, messages of FIX; " +
      `got ${shown(item)}.`,
  );
}
