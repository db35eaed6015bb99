/**
 * Quotes: you say what you want, it works on it.
 *
 * @module
 */
import { type ClockTimer, systemClock } from "../../base/clock.ts";
import { KalshiClosedError, KalshiConfigError } from "../../base/errors.ts";
import { formatCount, formatMoney } from "../../base/fixed_point.ts";
import { assertValue, readOptions, text } from "../../base/options.ts";
import { type QueueOptions, readQueueOptions, StreamQueue } from "../../base/queue.ts";
import { tell } from "../../base/tell.ts";
import { waitFor, type WaitOptions, waitRules } from "../../base/wait_options.ts";
import { onAborted } from "../../base/waits.ts";
import type { AsyncItems } from "../../base/web_types.ts";
import type { Context, Counts } from "./context.ts";
import { Desk, type MarketDesk } from "./desk.ts";
import { Ender } from "./ender.ts";
import { QuoteGroups } from "./groups.ts";
import { QuoteIds } from "./ids.ts";
import { Limits } from "./limits.ts";
import { Markets } from "./markets.ts";
import {
  type QuoteManagerOptions,
  quoteManagerRules,
  type QuoteStopOptions,
  quoteStopRules,
  type ReadQuoteManagerOptions,
  type ReadQuoteStopOptions,
} from "./options.ts";
import type { QuoteSink, ToldOrder } from "./port.ts";
import { Reconciler } from "./reconciler.ts";
import type { KillCause, QuoteEvent, QuoteManagerState, QuoteOrder, QuoteStats, QuoteWish } from "./types.ts";
import { applyWish } from "./apply_wish.ts";
import { copyWish, NO_WISH } from "./wish.ts";
import { Worker } from "./worker.ts";

const tickerRule = text("a market's ticker");

/** What options are refused together, or need another. */
function assertAgree({ books, pullWhenStale, limits, repricing, postOnly }: ReadQuoteManagerOptions): void {
  const needs = (what: string) => {
    throw new KalshiConfigError(`QuoteManager: ${what} needs live books: give \`books\` a KalshiStream.`);
  };
  if (books === undefined && pullWhenStale) needs("`pullWhenStale`");
  if (books === undefined && limits?.maxFromMid !== undefined) needs("`limits.maxFromMid`");
  if (books === undefined && limits?.maxLoss !== undefined) needs("`limits.maxLoss`");
  if (repricing === "amend" && postOnly) {
    throw new KalshiConfigError(
      'QuoteManager: `repricing: "amend"` needs `postOnly: false`: an amend cannot say that the order must not trade at once.',
    );
  }
}

/**
 * Keeps the quotes that you want resting, in any number of markets.
 *
 * Of each side only the newest wish is worked on. Smaller sizes keep their place in the queue. A request whose outcome
 * is unknown is looked up before anything else is sent for its side, so that nothing rests twice. Its orders have client
 * order ids of their own, by which it finds them again after its process died, and nobody else's.
 *
 * @example
 * ```ts
 * import { KalshiClient } from "@unofficial/kalshi";
 * import { QuoteManager, restQuotePort } from "@unofficial/kalshi/trading";
 *
 * await using client = await KalshiClient.fromEnv();
 * await using stream = await client.stream();
 * await using quotes = await QuoteManager.open({
 *   port: restQuotePort({ client, stream }),
 *   name: "maker",
 *   limits: { maxPosition: "100.00", maxNotional: "250.00" },
 * });
 * await quotes.set("KXHIGHNY-26NOV24-T60", {
 *   bid: { price: "0.4400", count: "10.00" },
 *   ask: { price: "0.4700", count: "10.00" },
 * });
 * for await (const event of quotes.events()) console.log(event.type);
 * ```
 */
export class QuoteManager implements AsyncDisposable {
  readonly #options: ReadQuoteManagerOptions;
  readonly #context: Context;
  readonly #desk: Desk;
  readonly #worker: Worker;
  readonly #reconciler: Reconciler;
  readonly #ender: Ender;
  readonly #groups: QuoteGroups;
  readonly #markets: Markets;
  readonly #queues = new Set<StreamQueue<QuoteEvent>>();
  readonly #counts: Counts = {
    placed: 0,
    amended: 0,
    keptPlace: 0,
    canceled: 0,
    refused: 0,
    unknown: 0,
    coalesced: 0,
  };
  readonly #closing = new AbortController();
  readonly #timers = new Set<ClockTimer>();
  #state: QuoteManagerState = { name: "quoting" };
  #closePort: (() => Promise<void>) | undefined;
  #unheard: () => void = () => {};
  #stopping: Promise<void> | undefined;

  private constructor(options: ReadQuoteManagerOptions) {
    this.#options = options;
    const { port, name, limits, postOnly, repricing, groupLimit, clock = systemClock } = options;
    const emit = (event: QuoteEvent) => this.#emit(event);
    this.#desk = new Desk(emit, options.refill);
    this.#groups = new QuoteGroups(port, groupLimit);
    this.#context = {
      port,
      clock,
      ids: new QuoteIds(name),
      desk: this.#desk,
      limits: new Limits(limits),
      counts: this.#counts,
      settings: {
        moves: (repricing ?? (postOnly ? "replace" : "amend")) === "amend",
        offGrid: options.offGrid,
        postOnly,
        selfTradePrevention: options.selfTradePrevention,
        maxUnderWay: options.maxUnderWay,
        pullWhenStale: options.pullWhenStale,
        adoptMs: options.adoptMs,
        lateMs: options.lateMs,
      },
      closed: this.#closing.signal,
      state: () => this.#state,
      emit,
      groups: this.#groups,
      trip: (cause) => this.#trip(cause),
    };
    this.#worker = new Worker(this.#context);
    this.#markets = new Markets(
      this.#context,
      this.#worker,
      options.books,
      () => this.#reconcile("interval"),
    );
    this.#worker.onMarketDoubt = (ticker) => void this.#markets.refresh(ticker);
    this.#reconciler = new Reconciler(this.#context, () => this.#worker.wakeAll());
    this.#ender = new Ender(this.#context, this.#groups, this.#worker, this.#reconciler);
  }

  /**
   * Opens one: finds the orders that an earlier process of the same `name` has left, and cancels them, or with
   * `adoptMs` keeps them for a while.
   *
   * @throws {KalshiConfigError} for an option that is unknown or wrong, and for options that do not go together
   * @throws what the client throws when orders and positions cannot be read
   */
  static async open(given: QuoteManagerOptions): Promise<QuoteManager> {
    const options = readOptions("QuoteManager", given, quoteManagerRules);
    assertAgree(options);
    const manager = new QuoteManager(options);
    try {
      await manager.#start();
    } catch (error) {
      await manager.#close();
      throw error;
    }
    return manager;
  }

  /** Where it stands. */
  get state(): QuoteManagerState {
    return this.#state;
  }

  /** What its client order ids begin with: its orders, of this process and of earlier ones, are those. */
  get orderPrefix(): string {
    return this.#context.ids.prefix;
  }

  /** Its orders that rest, or may rest, as far as is known now. */
  get orders(): QuoteOrder[] {
    return [...this.#desk.orders].map((order) => order.shown());
  }

  /** What is held in a market, in contracts: below zero it is NO. Its own fills count at once, others' when they are told. */
  position(ticker: string): string {
    return formatCount(this.#desk.ledger.position(ticker));
  }

  /** What was gained since it was opened, realized and marked, fees paid, in dollars. It counts markets with `books` alone. */
  get gain(): string {
    return formatMoney(this.#desk.ledger.gain);
  }

  /** What it did so far. */
  stats(): QuoteStats {
    let resting = 0;
    for (const { phase } of this.#desk.orders) {
      if (phase.kind !== "placing" && phase.kind !== "lost") resting++;
    }
    return { ...this.#counts, resting, underWay: this.#worker.underWay };
  }

  /**
   * Says which quotes you want in a market: from now on, in place of what you wanted before. Resolves when the wish is
   * taken, which is at once for a market that was named before; {@linkcode settled} tells when it rests.
   *
   * A count is what shall rest from now on. What fills of it is gone until you say it again, unless the manager was
   * opened with `refill`.
   *
   * @param wish A side that is left out stays; `null`, or an empty list, takes it away; `null` in place of the wish
   * takes both.
   * @throws {KalshiConfigError} for a wish that is none
   * @throws {KalshiValueError} for a price or count that is no exact decimal
   * @throws {KalshiQuoteRefusedError} for one that breaks a limit, is off the grid or crosses itself, and after the kill
   * switch; the wish before it stands
   * @throws {KalshiNotFoundError} when there is no such market
   * @throws {KalshiClosedError} after `stop`
   */
  async set(ticker: string, wish: QuoteWish | null): Promise<void> {
    assertValue("QuoteManager.set", "ticker", ticker, tickerRule);
    const copy = copyWish(wish);
    this.#assertOpen();
    this.#apply(this.#markets.ready(ticker) ?? await this.#markets.load(ticker), copy);
  }

  /** Takes every quote away, in every market; the manager stays open. */
  clear(): void {
    this.#assertOpen();
    for (const desk of this.#desk.markets.values()) this.#apply(desk, NO_WISH);
  }

  /**
   * Resolves when what rests is what is wished, as far as the limits let it be: nothing is under way, in doubt, or waits to
   * be sent.
   *
   * @throws {KalshiTimeoutError} after `timeoutMs` (30 seconds unless told)
   */
  async settled(given: WaitOptions = {}): Promise<void> {
    const options = readOptions("QuoteManager.settled", given, waitRules);
    if (this.#worker.isSettled) return;
    let unheard = () => {};
    const work = new Promise<void>((resolve) => {
      unheard = this.#worker.onRest(() => this.#worker.isSettled && resolve());
    });
    try {
      await waitFor(
        work,
        "Quotes that rest as wished",
        { timeoutMs: 30_000, ...options },
        this.#context.clock,
      );
    } finally {
      unheard();
    }
  }

  /** Compares orders and positions with the exchange's own now. */
  async reconcile(): Promise<void> {
    this.#assertOpen();
    await this.#reconciler.run("asked");
  }

  /**
   * Everything that it does from now on, and why. A reader that is too slow for its queue (10,000 events unless told)
   * gets a {@linkcode KalshiStreamOverflowError}. Ends when the manager has stopped.
   */
  events(queue?: QueueOptions): AsyncItems<QuoteEvent> {
    const made: StreamQueue<QuoteEvent> = new StreamQueue({
      name: "QuoteManager.events()",
      ...readQueueOptions(queue, "error", 10_000),
      onEnd: () => void this.#queues.delete(made),
    });
    if (this.#state.name === "stopped") made.end();
    else this.#queues.add(made);
    return made;
  }

  /**
   * The kill switch: places nothing any more, triggers its order groups where it has some, and cancels every order as
   * well. Resolves when the exchange shows none of its own resting. What is not proven can be tried again. A manager
   * that was killed stays so: `stop` it and open another one.
   *
   * @throws {KalshiQuotesLeftError} when that cannot be proven in time
   */
  async kill(reason = "kill() was called", given: QuoteStopOptions = {}): Promise<void> {
    const options = readOptions("QuoteManager.kill", given, quoteStopRules);
    this.#assertOpen();
    this.#trip({ type: "called", reason });
    await this.#ender.prove(options);
  }

  /**
   * Cancels everything and proves it: asks the exchange until no order of its own rests and nothing is in doubt. Then
   * the manager is closed; a second call waits for the first one.
   *
   * @throws {KalshiQuotesLeftError} when it cannot prove that in time: `left` holds what may rest. It is closed all the
   * same.
   */
  stop(given: QuoteStopOptions = {}): Promise<void> {
    const options = readOptions("QuoteManager.stop", given, quoteStopRules);
    return this.#stopping ??= this.#stop(options);
  }

  /** {@linkcode stop} */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #start(): Promise<void> {
    const { port, settings } = this.#context;
    const { signal, reconcileMs } = this.#options;
    signal?.throwIfAborted();
    this.#closePort = await port.open(this.#sink());
    await this.#reconciler.run("start");
    if (settings.adoptMs > 0) this.#timer(settings.adoptMs, () => this.#worker.wakeAll());
    const again = () => {
      this.#timer(reconcileMs, () => {
        this.#reconcile("interval");
        again();
      });
    };
    again();
    this.#unheard = onAborted(signal, () => {
      this.stop().catch((error) => this.#emit({ type: "error", error }));
    });
    if (signal?.aborted) await this.stop();
  }

  #timer(waitMs: number, act: () => void): void {
    const timer = this.#context.clock.setTimer(() => {
      this.#timers.delete(timer);
      act();
    }, waitMs);
    this.#timers.add(timer);
  }

  #reconcile(why: "reconnect" | "interval"): void {
    this.#reconciler.run(why).catch((error) => {
      if (this.#closing.signal.aborted) return;
      this.#emit({ type: "error", error });
      // What may have been missed is asked for until it is known.
      if (why === "reconnect") this.#timer(1_000, () => this.#reconcile(why));
    });
  }

  #sink(): QuoteSink {
    const { ids, desk } = this.#context;
    return {
      order: (told) => this.#told(told),
      position: (ticker, orderId, clientOrderId, change) => {
        if (ids.isOwn(clientOrderId) || desk.find(orderId, clientOrderId) !== undefined) return;
        desk.ledger.changes++;
        desk.ledger.setPosition(ticker, desk.ledger.position(ticker) + change);
        this.#worker.wakeAll();
      },
      gap: () => this.#reconcile("reconnect"),
      // Blind, it cannot know what fills.
      ended: (error) => {
        if (!this.#closing.signal.aborted) this.#trip({ type: "stream-closed", error });
      },
    };
  }

  #told(told: ToldOrder): void {
    const { ids, desk } = this.#context;
    const order = desk.find(told.orderId, told.clientOrderId);
    // One that was given up has arrived after all.
    if (order?.isGivenUp && told.isOpen) {
      desk.take(order, told);
      desk.forget(order);
    }
    if (order === undefined || order.isGivenUp && told.isOpen) {
      if (!told.isOpen || !ids.isOwn(told.clientOrderId)) return;
      this.#reconciler.adopt(told).then(
        () => this.#worker.wakeAll(),
        (error) => this.#emit({ type: "error", error }),
      );
      return;
    }
    const lane = desk.laneOf(order);
    const wasCanceling = order.phase.kind === "canceling";
    const { ended, filledBy } = desk.take(order, told);
    if (ended && !wasCanceling && told.filled < order.total) {
      this.#emit({ type: "gone", order: order.shown(), reason: told.reason });
    }
    if (filledBy > 0) this.#markets.checkLoss();
    if (lane !== undefined) this.#worker.changed(lane);
  }

  #emit(event: QuoteEvent): void {
    tell(this.#options.onEvent, () => event);
    for (const queue of this.#queues) queue.push(event);
  }

  #assertOpen(): void {
    const { name } = this.#state;
    if (name === "stopping" || name === "stopped") {
      throw new KalshiClosedError("The quote manager was stopped: open another one.");
    }
  }

  #apply(desk: MarketDesk, wish: QuoteWish): void {
    this.#assertOpen();
    for (const lane of applyWish(this.#context, desk, wish)) this.#worker.changed(lane);
  }

  #trip(cause: KillCause): void {
    if (this.#state.name !== "quoting") return;
    this.#state = { name: "killed", cause };
    this.#emit({ type: "killed", cause });
    this.#worker.wakeAll();
    // Whoever pulled it waits for the proof; by itself it works on it as long as it is open.
    void this.#ender.triggerGroups();
  }

  async #stop(options: ReadQuoteStopOptions): Promise<void> {
    this.#state = { name: "stopping" };
    this.#worker.wakeAll();
    try {
      await this.#ender.prove(options);
      await this.#ender.deleteGroups();
    } finally {
      await this.#close();
    }
  }

  async #close(): Promise<void> {
    this.#state = { name: "stopped" };
    this.#closing.abort(new KalshiClosedError("The quote manager was stopped."));
    this.#unheard();
    for (const timer of this.#timers) timer.clear();
    this.#worker.close();
    await Promise.allSettled([this.#markets.close(), this.#closePort?.()]);
    for (const queue of this.#queues) queue.end();
    this.#queues.clear();
  }
}
