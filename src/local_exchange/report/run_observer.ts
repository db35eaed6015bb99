/**
 * Watches an exchange for some of its accounts: what they traded, what that brought, and what the market did after it.
 * It only looks, and nothing but the exchange's events and their times decides, so that the same run gives the same
 * report.
 *
 * @module
 */
import type { OrderEvent } from "../engine/events.ts";
import type { Account, Fill, Market, Settlement, Side } from "../engine/model.ts";
import type { Exchange, ExchangeEvent } from "../exchange.ts";
import { MarketStake, type TopOf, topWithout } from "./market_stake.ts";
import { type DoubledPrice, measure } from "./movements.ts";
import type { ReadReportOptions } from "./options.ts";
import { cashOf, type ObservedRun, RunRecord, type SeenFill } from "./run_record.ts";
import { RunReport } from "./run_report.ts";
import { writeData } from "./write_data.ts";

/** The watcher of one run. */
export class RunObserver {
  readonly #record: RunRecord;
  readonly #exchange: Pick<Exchange, "engine" | "catalog" | "watch">;
  readonly #accounts = new Set<Account>();
  readonly #top: TopOf;
  /** Whether best prices are told, and not read from the engine's books. */
  readonly #isTold: boolean;
  readonly #stop: () => void;

  constructor(
    exchange: Pick<Exchange, "engine" | "catalog" | "watch">,
    run: ObservedRun,
    options: ReadReportOptions,
  ) {
    this.#exchange = exchange;
    const { engine } = exchange;
    this.#record = new RunRecord(run, options, engine.now);
    this.#top = run.top ?? topWithout(({ account }) => this.#accounts.has(account));
    this.#isTold = run.top !== undefined;
    if (engine.tradingPaused) this.#record.halted.halt(engine, engine.now);
    for (const account of run.accounts) this.add(account);
    this.#stop = exchange.watch((event) => this.#happened(event));
  }

  /** Watches one more account, from now on. */
  add(account: Account): void {
    if (this.#accounts.has(account)) return;
    this.#moveTo(this.#exchange.engine.now);
    this.#accounts.add(account);
    this.#record.members.push({ account, startCash: cashOf(account) });
    for (const wallet of account.wallets()) {
      this.#record.totals.look(wallet);
      for (const holding of wallet.holdings.values()) {
        if (holding.position === 0 && holding.bids.count === 0 && holding.asks.count === 0) continue;
        const stake = this.#stakeIn(holding.market);
        const before = stake.worth;
        this.#record.totals.move(stake, () => stake.hold(holding));
        stake.startWorth += stake.worth - before;
        this.#record.totals.startWorth += stake.worth - before;
      }
    }
  }

  /** A best price has changed that is not the engine's to tell. */
  look(market: Market, side: Side): void {
    const stake = this.#record.stakes.get(market);
    if (stake === undefined) return;
    this.#moveTo(this.#exchange.engine.now);
    this.#lookAt(stake, side, side === "bid" ? Infinity : -Infinity);
  }

  /** The report of all that has happened by now. */
  report(): RunReport {
    const { now } = this.#exchange.engine;
    if (now > this.#record.now) this.#moveTo(now);
    this.#record.totals.endMoment(this.#record.now);
    this.#measureUntil(this.#record.now, true);
    return new RunReport(writeData(this.#record));
  }

  /** Watches no longer. A second call is harmless. */
  stop(): void {
    this.#stop();
  }

  /** What is about nobody and nothing of the run moves no time: most events are, and a moment ends with the next that is. */
  #happened(event: ExchangeEvent): void {
    switch (event.type) {
      case "book": {
        const stake = this.#isTold ? undefined : this.#record.stakes.get(event.market);
        if (stake === undefined) return;
        this.#moveTo(event.at);
        return this.#lookAt(stake, event.side, event.price);
      }
      case "order":
        return this.#order(event);
      case "position": {
        const { holding } = event;
        if (!this.#owns(holding.wallet.account)) return;
        this.#moveTo(event.at);
        const stake = this.#stakeIn(holding.market);
        this.#record.totals.move(stake, () => stake.hold(holding));
        return this.#record.totals.look(holding.wallet);
      }
      case "market":
        return this.#market(event.market, event.at);
      case "settlement":
        this.#moveTo(event.settlement.at);
        return this.#settled(event.settlement);
      case "rejected": {
        this.#moveTo(event.at);
        const { request: { wallet, market, side, price, count }, rejection, at } = event;
        if (!this.#owns(wallet.account)) return;
        return this.#record.tally.refuse({ at, market, what: "order", side, price, count, rejection });
      }
      case "amendment_rejected": {
        this.#moveTo(event.at);
        const { order: { account, market, side }, amendment: { price, count }, rejection, at } = event;
        if (!this.#owns(account)) return;
        return this.#record.tally.refuse({ at, market, what: "amendment", side, price, count, rejection });
      }
      case "pause":
        this.#moveTo(event.at);
        return this.#paused(event.what !== "nothing", event.at);
    }
  }

  #order(event: OrderEvent): void {
    const { order, change } = event;
    const isOwn = this.#owns(order.account);
    if (!isOwn && !this.#record.stakes.has(order.market)) return;
    this.#moveTo(event.at);
    const stake = isOwn ? this.#stakeIn(order.market) : this.#record.stakes.get(order.market);
    // An order comes to the book: what trades now trades against the middle that was before it.
    if (stake !== undefined && (change === "accepted" || change === "replaced")) stake.midBefore = stake.mid;
    if (stake === undefined || !isOwn) return;
    this.#record.tally.count(event);
    if (change === "accepted") stake.orders++;
    if (event.change === "filled") this.#filled(stake, event.fill);
    this.#record.totals.look(order.wallet);
  }

  #filled(stake: MarketStake, fill: Fill): void {
    const { trade: { price, count, at }, order, isTaker, cash, fee } = fill;
    this.#record.totals.pay(stake, cash, fee);
    stake.fills++;
    if (order.side === "bid") stake.bought += count;
    else stake.sold += count;
    this.#record.contractsFilled += count;
    if (!isTaker) {
      this.#record.makerFills++;
      this.#record.contractsMade += count;
    }
    const queueAhead = this.#record.tally.queueAhead(order);
    // What is told does not move with what is traded here.
    const mid = this.#isTold ? stake.mid : stake.midBefore;
    const seen = { at, side: order.side, price, count, isTaker, mid, after: [], fill, stake, queueAhead };
    this.#record.fills.add(seen);
    measure(stake.movements, seen, 0, mid);
    for (const queue of this.#record.pending) queue.add(at, seen);
  }

  #paused(isPaused: boolean, at: number): void {
    const { halted } = this.#record;
    if (isPaused) halted.halt(this.#exchange.engine, at);
    else halted.resume(this.#exchange.engine, at);
  }

  /** A market stands still, goes on, ends, or is known to be worth something. */
  #market(market: Market, at: number): void {
    const stake = this.#record.stakes.get(market);
    if (stake === undefined) return;
    this.#moveTo(at);
    this.#record.totals.move(stake, () => {});
    this.#seeStatus(stake);
  }

  #seeStatus(stake: MarketStake): void {
    const { halted, now } = this.#record;
    // Kept, since the next moment begins with a status that has changed already.
    stake.isOpen = stake.market.status === "active";
    for (const time of [halted, stake.halted]) {
      if (stake.market.status === "inactive") time.halt(stake.market, now);
      else time.resume(stake.market, now);
    }
  }

  #settled(settlement: Settlement): void {
    const { holding, revenue, fee } = settlement;
    if (!this.#owns(holding.wallet.account)) return;
    this.#record.totals.pay(this.#stakeIn(holding.market), revenue, fee);
    this.#record.settlements.add(settlement);
  }

  #lookAt(stake: MarketStake, side: "bid" | "ask", price: number): void {
    const hasMoved = stake.look(side, price, this.#record.now);
    if (stake.yes === 0 && stake.no === 0) return;
    // A mark by the last middle can move without one.
    if (hasMoved || stake.mid === undefined) this.#record.totals.move(stake, () => {});
  }

  #owns(account: Account): boolean {
    if (this.#accounts.has(account)) return true;
    if (this.#record.run.joins?.(account) !== true) return false;
    this.add(account);
    return true;
  }

  #stakeIn(market: Market): MarketStake {
    let stake = this.#record.stakes.get(market);
    if (stake === undefined) {
      stake = new MarketStake(market, this.#exchange.catalog.markets.get(market.ticker), {
        at: this.#record.now,
        top: this.#top,
        horizons: this.#record.pending.length,
        mostMids: this.#record.options.midPoints,
      });
      this.#record.stakes.set(market, stake);
      this.#seeStatus(stake);
    }
    return stake;
  }

  /** Ends the moment that was, before anything of a later one counts. */
  #moveTo(at: number): void {
    if (at <= this.#record.now) return;
    this.#record.totals.endMoment(this.#record.now);
    this.#measureUntil(at, false);
    this.#record.now = at;
  }

  /** Measures what is due before a time, or, at the end, by that. */
  #measureUntil(at: number, inclusive: boolean): void {
    for (const [index, queue] of this.#record.pending.entries()) {
      while (queue.next < at || (inclusive && queue.next === at)) this.#measure(queue.take(), index);
    }
  }

  #measure(seen: SeenFill | undefined, index: number): void {
    if (seen === undefined) return;
    const later = laterMid(seen);
    seen.after[index] = later;
    measure(seen.stake.movements, seen, index + 1, later);
  }
}

/** The middle now; none where the market has ended, or stands still. */
function laterMid({ stake: { isOpen, mid } }: SeenFill): DoubledPrice | undefined {
  return isOpen ? mid : undefined;
}
