/** Simple market makers: they quote around a fair value that wanders, and now and then somebody takes. */
import type { Engine } from "../engine/engine.ts";
import { withinWorth } from "../engine/event_contract.ts";
import type { Market, Side, Wallet } from "../engine/model.ts";
import { snapDown, stepAt } from "../engine/price_grid.ts";
import type { Random } from "../random.ts";
import { COUNT_ONE, MONEY_ONE } from "../units.ts";
import type { Catalog, MarketInfo } from "./catalog.ts";

const LEVELS = 4;
const MOST_STEPS_AT_ONCE = 600;
/** After so many rounds the makers forget their orders that are over: nobody can ask for them. */
const FORGET_EVERY = 100;
const BANKROLL = 50_000_000 * MONEY_ONE;

/** The price on the grid that is as good as `wanted` for who takes it, or the next worse one. */
export function priceOn(market: Market, side: Side, wanted: number): number {
  const below = snapDown(market.bands, withinWorth(wanted));
  return side === "bid" || below === wanted ? below : below + stepAt(market.bands, below);
}

/** A market, and what its makers believe that a contract is worth. */
export interface QuotedMarket {
  readonly market: Market;
  fair: number;
}

/** What makers must be told of the markets that they quote in. */
export interface Quoting<M extends QuotedMarket> {
  readonly listed: readonly M[];
  /** A market that they quote in, if they do. */
  find(market: Market): M | undefined;
  /** Lets the belief in a market wander: so many steps, from -2 to 2. */
  wander(info: M, steps: number): void;
  /** Distance between two quotes of a maker. */
  stepOf(info: M): number;
  /** The price that is as good as `wanted` for who takes it, or the next worse one. */
  priceOn(market: Market, side: Side, wanted: number): number;
}

/** How makers quote in the markets of the event exchange: around a belief between 3 and 97 cents, a cent apart. */
export function eventQuoting(catalog: Catalog): Quoting<MarketInfo> {
  return {
    listed: catalog.listed,
    find(market) {
      const info = catalog.markets.get(market.ticker);
      return info?.event.legs === undefined ? info : undefined;
    },
    wander: (info, steps) => void (info.fair = Math.min(9_700, Math.max(300, info.fair + steps * 100))),
    stepOf: () => 100,
    priceOn,
  };
}

/** The makers of one exchange, and the public that trades with them. */
export class MarketMakers<M extends QuotedMarket = MarketInfo> {
  readonly #engine: Engine;
  readonly #quoting: Quoting<M>;
  readonly #random: Random;
  readonly #makers: readonly ReturnType<Engine["open"]>[];
  readonly #public: ReturnType<Engine["open"]>;
  /** Milliseconds between two rounds; undefined where they wait to be told. */
  #paceMs: number | undefined;
  #rounds = 0;
  /** Counts the paces there were: a round of an older one is none. */
  #paces = 0;

  /** Quotes in every open market; with `stepMs` it also moves by itself, each so many milliseconds. */
  constructor(engine: Engine, quoting: Quoting<M>, random: Random, stepMs: number | undefined) {
    this.#engine = engine;
    this.#quoting = quoting;
    this.#random = random;
    this.#makers = [engine.open(), engine.open()];
    this.#public = engine.open();
    for (const info of quoting.listed) {
      if (info.market.status === "active") this.#quote(info);
    }
    engine.listen((event) => {
      if (event.type !== "market" || (event.change !== "opened" && event.change !== "activated")) return;
      const info = quoting.find(event.market);
      if (info !== undefined) this.#quote(info);
    });
    this.pace(stepMs);
  }

  /** Milliseconds between two rounds; undefined where they wait to be told. */
  get paceMs(): number | undefined {
    return this.#paceMs;
  }

  /** Moves by itself each so many milliseconds from now on, or no longer. */
  pace(ms: number | undefined): void {
    this.#paceMs = ms;
    this.#paces++;
    if (ms !== undefined) this.#stepEvery(ms, this.#paces);
  }

  #stepEvery(ms: number, pace: number): void {
    // A clock that was moved on by days is not filled with steps: the last ones will do.
    const next = Math.max(this.#engine.now + ms, this.#engine.horizon - MOST_STEPS_AT_ONCE * ms);
    this.#engine.schedule.add(next, () => {
      if (pace !== this.#paces) return;
      this.step();
      this.#stepEvery(ms, pace);
    });
  }

  /** One round: some markets move, and somebody trades. */
  step(): void {
    if (++this.#rounds % FORGET_EVERY === 0) this.#forget();
    const { listed } = this.#quoting;
    const moves = 1 + Math.floor(listed.length / 40);
    for (let move = 0; move < moves; move++) {
      const info = listed[this.#random.int(listed.length)];
      if (info === undefined || info.market.status !== "active") continue;
      if (this.#quoting.find(info.market) === undefined) continue;
      this.#quoting.wander(info, this.#random.int(5) - 2);
      if (this.#random.int(3) === 0) this.#take(info);
      this.#quote(info);
    }
  }

  /** An exchange that runs for days would be full of them. */
  #forget(): void {
    for (const account of [...this.#makers, this.#public]) {
      for (const { id } of account.orders.forget("resting")) this.#engine.orders.delete(id);
      account.fills.length = 0;
    }
  }

  #wallet(account: ReturnType<Engine["open"]>, market: Market): Wallet {
    const wallet = account.wallet(0, market.shard);
    if (wallet.cash < BANKROLL / 2) this.#engine.deposit(wallet, BANKROLL);
    return wallet;
  }

  /** Replaces the makers' quotes, all of the old ones first: what the market is worth is something else at once. */
  requote(info: M): void {
    for (const maker of this.#makers) this.#withdraw(this.#wallet(maker, info.market), info.market);
    this.#quote(info);
  }

  #withdraw(wallet: Wallet, market: Market): void {
    const holding = wallet.holding(market);
    for (const order of [...holding.bids.orders, ...holding.asks.orders]) this.#engine.cancel(order);
  }

  /** Replaces the makers' quotes. */
  #quote(info: M): void {
    const step = this.#quoting.stepOf(info);
    for (const maker of this.#makers) {
      const wallet = this.#wallet(maker, info.market);
      this.#withdraw(wallet, info.market);
      const half = step / 2 + this.#random.int(2) * step;
      for (let level = 0; level < LEVELS; level++) {
        this.#place(wallet, info.market, "bid", info.fair - half - level * step);
        this.#place(wallet, info.market, "ask", info.fair + half + level * step);
      }
    }
  }

  #place(wallet: Wallet, market: Market, side: Side, wanted: number): void {
    this.#engine.place({
      wallet,
      market,
      clientOrderId: "",
      side,
      price: this.#quoting.priceOn(market, side, wanted),
      count: (1 + this.#random.int(40)) * 5 * COUNT_ONE,
      timeInForce: "good_till_canceled",
      selfTradePrevention: "taker_at_cross",
      postOnly: true,
    });
  }

  /** The public buys or sells at the best price. */
  #take(info: M): void {
    const side = this.#random.int(2) === 0 ? "bid" : "ask";
    const price = info.market.book.best(side === "bid" ? "ask" : "bid");
    if (price === undefined) return;
    this.#engine.place({
      wallet: this.#wallet(this.#public, info.market),
      market: info.market,
      clientOrderId: "",
      side,
      price,
      count: (1 + this.#random.int(30)) * COUNT_ONE,
      timeInForce: "immediate_or_cancel",
      selfTradePrevention: "taker_at_cross",
    });
  }
}
