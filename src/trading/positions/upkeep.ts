/**
 * What keeps positions up: the stream of fills, settlements as they come, and what marks them.
 *
 * @module
 */

import type { ClockTimer } from "../../base/clock.ts";
import { parsePrice } from "../../base/fixed_point.ts";
import type { LiveOrderBook } from "../../books/mod.ts";
import type { KalshiStream } from "../../stream/mod.ts";
import type { MarkBy } from "./marks.ts";
import { inRuns } from "./rows.ts";
import { type SnapshotSource, takeHistory, takeSnapshot } from "./snapshot.ts";

/** What it is kept up with. */
export interface UpkeepOptions extends SnapshotSource {
  readonly stream: KalshiStream;
  readonly mark: MarkBy;
  readonly everyMs: number;
  /** Told what goes wrong beside; what is told may come later. */
  readonly onError: (error: unknown) => void;
  /** Told that no more fills come, and why. */
  readonly onEnd: (error: unknown) => void;
}

/** How many tickers Kalshi's list of markets takes at once. */
const MOST_TICKERS = 100;
/** How long a fill that is missing may still come by itself. */
const DOUBT_MS = 1_000;
/** Settlements are asked for from this long before the last look on. */
const OVERLAP_MS = 15 * 60_000;

/** How long the first snapshots of books are waited for; a market that has closed has none. */
const FIRST_BOOKS_MS = 5_000;
/** Clocks differ, and the last frames before a loss may not have been the latest. */
const MARGIN_MS = 15_000;

type FillItems = Awaited<ReturnType<KalshiStream["fills"]>>;

/** Keeps one ledger up, until it is closed. */
export class Upkeep {
  readonly #options: UpkeepOptions;
  readonly #timers = new Set<ClockTimer>();
  readonly #books = new Map<string, LiveOrderBook>();
  #fills: FillItems | undefined;
  #tickers: Awaited<ReturnType<typeof subscribeTickers>> | undefined;
  /** What has been begun, one after the other. */
  #work: Promise<void> = Promise.resolve();
  #doubted = new Set<string>();
  /** From when on fills are to be read again, in Unix milliseconds. */
  #unranked: number | undefined;
  /** Markets whose position has changed, and that were not looked at since. */
  readonly #changed = new Set<string>();
  /** Markets whose event was asked for: archived ones are not listed. */
  readonly #asked = new Set<string>();
  #isStarted = false;
  #isClosed = false;

  constructor(options: UpkeepOptions) {
    this.#options = options;
  }

  /** Reads everything that there is, and goes on reading. What comes meanwhile waits for it. */
  async start(from: "snapshot" | "history"): Promise<void> {
    const { stream, everyMs } = this.#options;
    // First, so that nothing falls between the snapshot and the stream.
    this.#fills = await stream.fills({}, {
      recover: { everyMs },
      queue: { policy: "unbounded" },
      signal: this.#options.signal,
    });
    if (from === "snapshot") await takeSnapshot(this.#options);
    else await takeHistory(this.#options);
    this.#isStarted = true;
    for (const ticker of this.#options.ledger.tickers) this.#changed.add(ticker);
    await this.#catchUp();
    // So that marks are there from the beginning, as far as they come soon.
    const limits = { signal: this.#options.signal, timeoutMs: FIRST_BOOKS_MS };
    await Promise.all([...this.#books.values()].map((book) => book.live(limits).catch(() => {})));
    void this.#read(this.#fills);
    this.#again(everyMs);
  }

  /** A fill or a settlement has changed what is held of a market. */
  changed(ticker: string): void {
    if (this.#isClosed || !this.#isStarted) return;
    const isBegun = this.#changed.size > 0;
    this.#changed.add(ticker);
    if (!isBegun) this.#later(() => this.#catchUp());
  }

  /** Looks up and follows what has changed; what fails is tried again with the next look. */
  async #catchUp(): Promise<void> {
    const tickers = [...this.#changed];
    this.#changed.clear();
    try {
      await this.#describe(tickers);
      await this.#follow(tickers);
    } catch (error) {
      for (const ticker of tickers) this.#changed.add(ticker);
      throw error;
    }
  }

  /** What was told of a market does not fit together. */
  doubt(ticker: string): void {
    if (this.#isClosed || this.#doubted.has(ticker)) return;
    this.#doubted.add(ticker);
    this.#timer(() => {
      this.#doubted.delete(ticker);
      // What was missing may have come.
      if (this.#options.ledger.position(ticker)?.isDoubtful !== true) return;
      this.#later(() => takeSnapshot(this.#options, ticker));
    }, DOUBT_MS);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const timer of this.#timers) timer.clear();
    this.#timers.clear();
    await Promise.all([
      this.#fills?.unsubscribe(),
      this.#tickers?.unsubscribe(),
      ...[...this.#books.values()].map((book) => book.close()),
    ]);
    await this.#work;
  }

  async #read(fills: FillItems): Promise<void> {
    const { ledger, onEnd } = this.#options;
    try {
      for await (const item of fills) {
        ledger.take(item);
        if (item.type !== "fill") this.#reread(item.missedFromMs);
        else if ("recovered" in item) this.#reread(item.msg.ts_ms);
      }
      onEnd(undefined);
    } catch (error) {
      onEnd(error);
    }
  }

  /** Asks for what no stream tells, and again for what failed before. */
  async #look(): Promise<void> {
    await this.#settlements();
    if (this.#unranked !== undefined) await this.#rerank();
    for (const ticker of this.#options.ledger.doubtful()) await takeSnapshot(this.#options, ticker);
    if (this.#changed.size > 0) await this.#catchUp();
  }

  /** What was missed came without its place among the fills of its millisecond: the list of REST tells that. */
  #reread(sinceMs: number | undefined): void {
    const isBegun = this.#unranked !== undefined;
    this.#unranked = Math.min(this.#unranked ?? Infinity, sinceMs ?? this.#options.clock.now() - OVERLAP_MS);
    if (!isBegun) this.#later(() => this.#rerank());
  }

  async #rerank(): Promise<void> {
    const { ledger, client, clock, subaccount, signal } = this.#options;
    const sinceMs = this.#unranked ?? clock.now();
    this.#unranked = undefined;
    try {
      const min_ts = Math.floor((sinceMs - MARGIN_MS) / 1_000);
      const rows = client.fills.listAll({ min_ts, subaccount, limit: 1_000 }, { signal });
      for await (const { item, rank } of inRuns(rows)) ledger.take(item, rank);
    } catch (error) {
      this.#unranked = Math.min(this.#unranked ?? Infinity, sinceMs);
      throw error;
    }
  }

  #timer(act: () => void, delayMs: number): void {
    const timer = this.#options.clock.setTimer(() => {
      this.#timers.delete(timer);
      act();
    }, delayMs);
    this.#timers.add(timer);
  }

  #again(everyMs: number): void {
    this.#timer(() => {
      this.#later(() => this.#look());
      this.#again(everyMs);
    }, everyMs);
  }

  /** Does something after what was begun before; what goes wrong is told. */
  #later(work: () => Promise<void>): void {
    this.#work = this.#work.then(() => this.#isClosed ? undefined : work()).catch((error) => {
      if (!this.#isClosed) this.#options.onError(error);
    });
  }

  async #settlements(): Promise<void> {
    const { client, ledger, clock, everyMs, subaccount, signal } = this.#options;
    const min_ts = Math.floor((clock.now() - everyMs - OVERLAP_MS) / 1_000);
    const rows = client.portfolio.settlements.listAll({ min_ts, subaccount, limit: 1_000 }, { signal });
    for await (const row of rows) {
      // One of a market that nothing is known of was over before it began.
      if (ledger.has(row.ticker)) ledger.take(row);
    }
  }

  /** Finds the events of markets that are not known yet, and what is known of those events. */
  async #describe(tickers: readonly string[]): Promise<void> {
    const { client, ledger, signal } = this.#options;
    await this.#markets(
      tickers.filter((ticker) => ledger.eventOf(ticker) === undefined && !this.#asked.has(ticker)),
    );
    for (const ticker of tickers) {
      this.#asked.add(ticker);
      const event = ledger.eventOf(ticker);
      if (event === undefined || ledger.hasFacts(event) || !ledger.isHeld(ticker)) continue;
      const { mutually_exclusive: isMutuallyExclusive } = await client.events.get(event, {}, { signal });
      ledger.setEventFacts(event, { isMutuallyExclusive });
    }
  }

  async #markets(tickers: readonly string[]): Promise<void> {
    const { client, ledger, signal } = this.#options;
    for (let at = 0; at < tickers.length; at += MOST_TICKERS) {
      const part = tickers.slice(at, at + MOST_TICKERS);
      for await (const market of client.markets.listAll({ tickers: part, limit: 1_000 }, { signal })) {
        ledger.setEvent(market.ticker, market.event_ticker);
        const last = parsePrice(market.last_price_dollars);
        if (last > 0) ledger.setLast(market.ticker, last);
      }
    }
  }

  /** Opens what marks the positions in these markets, and closes it where nothing is held any longer. */
  async #follow(tickers: readonly string[]): Promise<void> {
    const { ledger, mark } = this.#options;
    if (mark === "none") return;
    const held = tickers.filter((ticker) => ledger.isHeld(ticker));
    const flat = tickers.filter((ticker) => !ledger.isHeld(ticker));
    if (mark === "last") await this.#followTrades(held, flat);
    else await this.#followBooks(held, flat);
  }

  async #followBooks(held: readonly string[], flat: readonly string[]): Promise<void> {
    const { stream, ledger, signal } = this.#options;
    for (const ticker of flat) {
      const book = this.#books.get(ticker);
      this.#books.delete(ticker);
      ledger.setBook(ticker, undefined);
      await book?.close();
    }
    const wanted = held.filter((ticker) => !this.#books.has(ticker));
    if (wanted.length === 0) return;
    for (const [ticker, book] of await openBooks(stream, wanted, signal)) {
      this.#books.set(ticker, book);
      ledger.setBook(ticker, book);
    }
  }

  async #followTrades(held: readonly string[], flat: readonly string[]): Promise<void> {
    const { stream, signal } = this.#options;
    if (this.#tickers === undefined) {
      if (held.length === 0) return;
      this.#tickers = await subscribeTickers(stream, held, signal);
      void this.#readTickers(this.#tickers);
      return;
    }
    const read = new Set(this.#tickers.keys);
    const added = held.filter((ticker) => !read.has(ticker));
    const gone = flat.filter((ticker) => read.has(ticker));
    if (added.length > 0) await this.#tickers.add(added, { signal });
    if (gone.length > 0 && gone.length < read.size) await this.#tickers.remove(gone, { signal });
  }

  async #readTickers(items: Awaited<ReturnType<typeof subscribeTickers>>): Promise<void> {
    const { ledger, onError } = this.#options;
    try {
      for await (const item of items) {
        if (item.type === "ticker") ledger.take(item);
        else {
          // Trades were missed: what was the last one is not any longer.
          const tickers = ledger.tickers;
          for (const ticker of tickers) ledger.setLast(ticker, undefined);
          this.#later(() => this.#markets(tickers));
        }
      }
    } catch (error) {
      if (!this.#isClosed) onError(error);
    }
  }
}

/** Books of those of the markets that have one. */
async function openBooks(
  stream: KalshiStream,
  tickers: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, LiveOrderBook>> {
  try {
    return await stream.orderBooks(tickers, { awaitLive: false, signal });
  } catch (error) {
    // Markets that have closed have no book any longer, and so no mark.
    const { code } = error as { readonly code?: unknown };
    if (code === "MARKET_CLOSED" || code === "NOT_FOUND") return new Map();
    throw error;
  }
}

const subscribeTickers = (stream: KalshiStream, tickers: readonly string[], signal: AbortSignal) =>
  stream.subscribe("ticker", { market_tickers: [...tickers] }, { signal, queue: { policy: "latest" } });
