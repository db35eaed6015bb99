/**
 * What an account holds, what it cost, and what it made.
 *
 * @module
 */

import { systemClock } from "../../base/clock.ts";
import { KalshiClosedError, KalshiConfigError } from "../../base/errors.ts";
import { hasMethods, readOptions } from "../../base/options.ts";
import { shown } from "../../base/plain.ts";
import { onAborted } from "../../base/waits.ts";
import { type QueueOptions, readQueueOptions, StreamQueue } from "../../base/queue.ts";
import type { AsyncItems } from "../../base/web_types.ts";
import type { BookToRead } from "../../books/mod.ts";
import type { KalshiClient } from "../../client.ts";
import type { MarketPosition } from "../../contract/event/types.ts";
import { differencesOf, type PositionDifference } from "./differences.ts";
import { type LedgerChange, type LedgerStats, PositionLedger, type Taken } from "./ledger.ts";
import {
  type OpenPositionsOptions,
  openPositionsRules,
  type PositionsOptions,
  positionsRules,
} from "./options.ts";
import { positionProducts } from "./product.ts";
import { inRuns } from "./rows.ts";
import { Upkeep } from "./upkeep.ts";
import type { EventFacts, EventView, PositionView, TotalView } from "./views.ts";

/** A fill was counted. */
export interface PositionFill {
  /** What it is. */
  readonly type: "fill";
  /** Market ticker. */
  readonly ticker: string;
  /** `bid` bought YES or sold NO, or went long; `ask` the other way round. */
  readonly side: "bid" | "ask";
  /** Price, of YES where there are two sides, in ten-thousandths of a dollar. */
  readonly priceCenticents: number;
  /** Contracts in hundredths. */
  readonly countCenticontracts: number;
  /** Fee in millionths of a dollar. */
  readonly feeMicros: number;
  /** The exchange's id of the order. */
  readonly orderId: string;
  /** When it happened, in Unix milliseconds; undefined where nobody told. */
  readonly atMs: number | undefined;
  /** The position with it. */
  readonly position: PositionView;
}

/** A market was settled. */
export interface PositionSettled {
  /** What it is. */
  readonly type: "settlement";
  /** The position after it. */
  readonly position: PositionView;
}

/** Kalshi told another position than all that was told comes to: a fill is missing. */
export interface PositionDoubt {
  /** What it is. */
  readonly type: "doubt";
  /** The position as far as it is known. */
  readonly position: PositionView;
}

/** Some positions began anew with what Kalshi says of them. */
export interface PositionSnapshot {
  /** What it is. */
  readonly type: "snapshot";
  /** Which, by market ticker. */
  readonly tickers: readonly string[];
}

/** The stream, or the session, told of a loss. */
export interface PositionGap {
  /** What it is. */
  readonly type: "gap";
  /** The last moment from which nothing is missing, in Unix milliseconds. */
  readonly missedFromMs: number;
  /** When the loss was noticed, in Unix milliseconds. */
  readonly missedToMs: number;
  /** Whether all that was missed follows. */
  readonly recovered: boolean;
}

/** What happens to positions. */
export type PositionChange = PositionFill | PositionSettled | PositionDoubt | PositionSnapshot | PositionGap;

/** How positions fare. */
export interface PositionsStats extends Readonly<LedgerStats> {
  /** Markets in which something was ever held. */
  readonly markets: number;
}

/**
 * Whether they are kept up: `open`; `ended`, when the stream of fills has ended and no more are counted; `closed`. Those
 * that you feed yourself stay `open`.
 */
export type PositionsState =
  | { readonly name: "open" }
  | {
    readonly name: "ended";
    /** Why. */
    readonly error: unknown;
  }
  | { readonly name: "closed" };

/** A loop that reads changes. */
const CHANGES_LIMIT = 10_000;

/**
 * What an account holds, what it cost, and what it made after fees, from its fills and settlements: Kalshi's own figures,
 * to a millionth of a dollar. Each fill counts once, whatever way and however often it is told, in any order.
 *
 * All money is integers of millionths of a dollar, counts are hundredths of a contract, as the names say.
 *
 * @see https://docs.kalshi.com/getting_started/fixed_point_migration
 *
 * @example
 * ```ts
 * import { KalshiClient } from "@unofficial/kalshi";
 * import { formatCount, formatMoney } from "@unofficial/kalshi/fixed-point";
 * import { Positions } from "@unofficial/kalshi/trading";
 *
 * await using client = await KalshiClient.fromEnv();
 * await using positions = await Positions.open(client, { mark: "close" });
 * for (const { ticker, positionCenticontracts, netMicros } of positions.list()) {
 *   console.log(ticker, formatCount(positionCenticontracts), netMicros === undefined ? "?" : formatMoney(netMicros));
 * }
 * for await (const change of positions.changes()) console.log(change.type, positions.totals().netMicros);
 * ```
 */
export class Positions implements AsyncDisposable {
  readonly #ledger: PositionLedger;
  readonly #queues = new Set<StreamQueue<PositionChange>>();
  #state: PositionsState = { name: "open" };
  #upkeep: Upkeep | undefined;
  #closeMore: () => Promise<void> = () => Promise.resolve();
  #closing: Promise<void> | undefined;

  /**
   * Positions of nothing yet, to be fed with {@linkcode take} or {@linkcode follow}.
   *
   * @throws {KalshiConfigError} for an option that is unknown or wrong
   */
  constructor(given: PositionsOptions = {}) {
    const { product, subaccount, mark, fixPrices, remember } = readOptions(
      "Positions",
      given,
      positionsRules,
    );
    this.#ledger = new PositionLedger(
      { subaccount, mark, fixPrices, remember, product: positionProducts[product] },
      (change) => this.#changed(change),
    );
  }

  /**
   * The positions of a client's account, kept up: a snapshot of what Kalshi has, and from there on the stream, without a
   * fill between them that is missed or counted twice. Settlements are asked for once a minute. With a `mark`, books (or
   * last prices) of what is held are followed as well.
   *
   * @throws {KalshiConfigError} for an option that is unknown or wrong
   * @throws {KalshiAuthRequiredError} when the client has no key
   * @throws what the client's reads and its stream throw
   */
  static async open(client: KalshiClient, given: OpenPositionsOptions = {}): Promise<Positions> {
    const options = readOptions("Positions.open", given, openPositionsRules);
    if (!hasMethods(client, "stream", "request")) {
      throw new KalshiConfigError(`Positions.open takes a KalshiClient first; got ${shown(client)}.`);
    }
    if ((client.config.product as string) === "margin") {
      throw new KalshiConfigError(
        "Positions.open takes a KalshiClient first, and this is a client of perps: read its fills into " +
          '`new Positions({ product: "perps" })`, first those of `client.portfolio.fills`, then those of its stream.',
      );
    }
    const { subaccount, mark, fixPrices, remember, from, everyMs, clock = systemClock } = options;
    const { onError = (error: unknown) => console.error("Positions:", error) } = options;
    const positions = new Positions({ subaccount, mark, fixPrices, remember });
    const stop = new AbortController();
    const signal = options.signal === undefined
      ? stop.signal
      : AbortSignal.any([options.signal, stop.signal]);
    const stream = options.stream ?? await client.stream({ signal });
    const upkeep = new Upkeep({
      client,
      stream,
      ledger: positions.#ledger,
      clock,
      subaccount,
      mark,
      everyMs,
      signal,
      onError,
      onEnd: (error) => positions.#end({ name: "ended", error }),
    });
    positions.#upkeep = upkeep;
    const unheard = onAborted(options.signal, () => void positions.close().catch(onError));
    positions.#closeMore = async () => {
      unheard();
      stop.abort();
      if (options.stream === undefined) await stream.close();
    };
    try {
      await upkeep.start(from);
    } catch (error) {
      await positions.close();
      throw error;
    }
    return positions;
  }

  /** Whether they are kept up. */
  get state(): PositionsState {
    return this.#state;
  }

  /** Counts of what was told so far. */
  get stats(): PositionsStats {
    return { ...this.#ledger.stats, markets: this.#ledger.tickers.length };
  }

  /**
   * Takes one thing that tells of a fill or a settlement, and says what became of it:
   *
   * - rows of `client.fills` and `client.portfolio.settlements`, live and historical;
   * - frames of the stream: `fill`, `market_lifecycle_v2` (a settlement, where the outcome was told), and `ticker` or `trade`
   *   for marks by the last trade;
   * - messages of FIX: ExecutionReport(8), and what `settlements()` of a session yields.
   *
   * Every other frame and message is `ignored`, so that a whole stream may be given.
   *
   * @throws {KalshiConfigError} for what is none of these, and for a fill that lacks what it must have
   * @throws {KalshiValueError} for a price or an amount that is no exact decimal
   */
  take(item: object): Taken {
    if (this.#state.name === "closed") throw new KalshiClosedError("These positions are closed.");
    return this.#ledger.take(item);
  }

  /**
   * Takes everything that an iterable yields, until it ends: a subscription, the reports of a FIX session, a list of
   * REST. Rows of REST must come newest first, as Kalshi lists them: that tells the order of fills of one millisecond.
   *
   * @throws what {@linkcode take} throws, and what the iterable throws
   */
  async follow(items: AsyncIterable<object> | Iterable<object>): Promise<void> {
    for await (const { item, rank } of inRuns(items)) {
      if (this.#state.name === "closed") return;
      this.#ledger.take(item, rank);
    }
  }

  /** The position in one market; undefined when nothing was ever held there. */
  get(ticker: string): PositionView | undefined {
    return this.#ledger.position(ticker);
  }

  /** Every position, closed and settled ones too, by ticker. */
  list(): readonly PositionView[] {
    return this.#ledger.positions();
  }

  /** Positions by event, with the worst that can come of each. Markets whose event was not told are left out. */
  events(): readonly EventView[] {
    return this.#ledger.events();
  }

  /** The positions in one event; undefined when nothing was ever held there. */
  event(eventTicker: string): EventView | undefined {
    return this.#ledger.events().find((event) => event.eventTicker === eventTicker);
  }

  /** All positions together. */
  totals(): TotalView {
    return this.#ledger.totals();
  }

  /**
   * Marks the positions in a market by a book: a `LiveOrderBook`, an `OrderBook`, or `book.without(own)`. It is read when a
   * position is; of a live book that is stale, the mark is unknown. `undefined` takes it away.
   */
  useBook(ticker: string, book: BookToRead | undefined): void {
    if (book !== undefined && !hasMethods(book, "depth")) {
      throw new KalshiConfigError(
        `useBook takes a LiveOrderBook or an OrderBook second; got ${shown(book)}.`,
      );
    }
    this.#ledger.setBook(ticker, book);
  }

  /**
   * Says which event a market is of, and what is known of that event. `Positions.open` asks Kalshi itself; that an event is
   * exhaustive nobody tells but you.
   */
  describe(ticker: string, eventTicker: string, facts?: EventFacts): void {
    this.#ledger.setEvent(ticker, eventTicker);
    if (facts !== undefined) this.#ledger.setEventFacts(eventTicker, facts);
  }

  /**
   * Compares with what Kalshi itself says, `client.portfolio.positions.listAll({ settlement_status: "all" })`: each figure
   * that differs. None, where all is well; a fill that is under way makes one that is gone the next time.
   *
   * @throws {KalshiValueError} for an amount that is no exact decimal
   */
  async compare(
    rows: AsyncIterable<MarketPosition> | Iterable<MarketPosition>,
  ): Promise<readonly PositionDifference[]> {
    const differences: PositionDifference[] = [];
    for await (const row of rows) differences.push(...differencesOf(row, this.get(row.ticker)));
    return differences;
  }

  /**
   * What happens from now on, in order. The queue's policy is `error` unless told. Leaving the loop leaves the positions
   * as they are.
   */
  changes(queue?: QueueOptions): AsyncItems<PositionChange> {
    const made: StreamQueue<PositionChange> = new StreamQueue({
      name: "changes()",
      ...readQueueOptions(queue, "error", CHANGES_LIMIT),
      keyOf: (change) => "position" in change ? change.position.ticker : undefined,
      onEnd: () => this.#queues.delete(made),
    });
    if (this.#state.name === "open") this.#queues.add(made);
    else made.end(this.#state.name === "ended" ? this.#state.error : undefined);
    return made;
  }

  /** Stops keeping them up; loops get what is queued, then end. What was counted can still be read. A second call is harmless. */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  /** The same as {@linkcode close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    this.#end({ name: "closed" });
    const closing = this.#upkeep?.close();
    await this.#closeMore();
    await closing;
  }

  #end(state: PositionsState): void {
    if (this.#state.name === "closed") return;
    this.#state = state;
    for (const queue of this.#queues) queue.end(state.name === "ended" ? state.error : undefined);
    this.#queues.clear();
  }

  #changed(change: LedgerChange): void {
    if (change.type === "fill") this.#upkeep?.changed(change.fill.ticker);
    else if (change.type === "settlement") this.#upkeep?.changed(change.ticker);
    else if (change.type === "doubt") this.#upkeep?.doubt(change.ticker);
    // What a change looks like costs something; nobody may be looking.
    if (this.#queues.size === 0) return;
    const told = this.#told(change);
    if (told !== undefined) { for (const queue of this.#queues) queue.push(told); }
  }

  #told(change: LedgerChange): PositionChange | undefined {
    if (change.type === "snapshot" || change.type === "gap") return change;
    const position = this.#ledger.position(change.type === "fill" ? change.fill.ticker : change.ticker);
    if (position === undefined) return undefined;
    if (change.type !== "fill") return { type: change.type, position };
    const { ticker, side, price, count, feeMicros, orderId, atMs } = change.fill;
    return {
      type: "fill",
      ticker,
      side,
      priceCenticents: price,
      countCenticontracts: count,
      feeMicros,
      orderId,
      atMs,
      position,
    };
  }
}
