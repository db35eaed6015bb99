/**
 * The past of an exchange, lived through before it begins: the engine's own time runs from then until now, markets open,
 * trade, close and pay out by the same rules as later. So whatever is told of it agrees.
 *
 * @module
 */
import type { Engine } from "../engine/engine.ts";
import type { Account, Order, Side, Wallet } from "../engine/model.ts";
import type { Random } from "../random.ts";
import { COUNT_ONE, MONEY_ONE } from "../units.ts";
import type { Catalog, EventInfo, MarketInfo } from "./catalog.ts";
import { priceOn } from "./makers.ts";
import type { Treasury } from "./treasury.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const BANKROLL = 50_000_000 * MONEY_ONE;
/** Traders whose accounts can be had. */
const TRADERS = 4;
const STAKE = 5_000 * MONEY_ONE;
/** Prices that beliefs stay between, and how far they go from where they began. */
const LOWEST = 300;
const HIGHEST = 9_700;
const FARTHEST = 1_500;

function mayMove({ fair, listing }: MarketInfo, by: number): boolean {
  const next = fair + by;
  return next >= LOWEST && next <= HIGHEST && Math.abs(next - listing.fair) <= FARTHEST;
}

/** What a past is made from. */
export interface PastOptions {
  readonly engine: Engine;
  readonly catalog: Catalog;
  readonly treasury: Treasury;
  readonly random: Random;
  /** When it is over: Unix milliseconds. */
  readonly now: number;
}

/** The past of one exchange. */
export class Past {
  readonly #engine: Engine;
  readonly #catalog: Catalog;
  readonly #random: Random;
  readonly #now: number;
  readonly #maker: Account;
  readonly #public: Account;
  readonly #traders: Account[];
  /** Open markets; those that have closed are taken out when they are met. */
  readonly #open: MarketInfo[] = [];
  /** How far the beliefs of a ladder have moved. */
  readonly #shifts = new Map<EventInfo, number>();

  /** Lives through it, from the engine's time on. */
  constructor({ engine, catalog, treasury, random, now }: PastOptions) {
    this.#engine = engine;
    this.#catalog = catalog;
    this.#random = random;
    this.#now = now;
    this.#maker = engine.open();
    this.#public = engine.open();
    this.#traders = Array.from({ length: TRADERS }, () => engine.open());
    for (const trader of this.#traders) {
      treasury.move(trader.wallet(0, 0), STAKE);
      this.#actLater(trader);
    }
    const stop = engine.listen((event) => {
      if (event.type !== "market" || event.change !== "opened") return;
      const info = catalog.markets.get(event.market.ticker);
      if (info !== undefined) this.#begin(info);
    });
    for (const info of catalog.listed) if (info.market.status === "active") this.#begin(info);
    this.#tidyLater();
    engine.runUntil(now);
    stop();
    for (const account of [this.#maker, this.#public, ...this.#traders]) {
      for (const order of [...account.resting]) engine.cancel(order);
    }
    this.#tidy();
  }

  /** How many accounts of those who were there are left. */
  get left(): number {
    return this.#traders.length;
  }

  /** The account of somebody who was there; undefined when all were given away. */
  adopt(): Account | undefined {
    return this.#traders.shift();
  }

  /** A market has opened, or was open when the past began: spreads its trades over the time that it has. */
  #begin(info: MarketInfo): void {
    const random = this.#random;
    this.#open.push(info);
    this.#quote(info);
    const from = this.#engine.now;
    const span = Math.min(info.closeAt, this.#now) - from - 2_000;
    if (span <= 0) return;
    const days = Math.max(1, Math.ceil(span / DAY));
    // What is as good as decided trades less.
    const doubt = info.fair * (10_000 - info.fair) / 25_000_000;
    const count = Math.ceil((4 + random.int(10)) * days * (0.3 + 0.7 * doubt));
    const times = Array.from({ length: count }, () => from + 1_000 + random.int(span)).sort((a, b) => a - b);
    this.#tradeLater(info, times, 0);
  }

  #tradeLater(info: MarketInfo, times: readonly number[], index: number): void {
    const at = times[index];
    if (at === undefined) return;
    this.#engine.schedule.add(at, () => {
      if (info.market.status !== "active" || this.#isOver()) return;
      this.#trade(info);
      this.#tradeLater(info, times, index + 1);
    });
  }

  /** Belief wanders, and somebody takes what is offered then. */
  #trade(info: MarketInfo): void {
    const random = this.#random;
    this.#wander(info);
    this.#quote(info);
    const count = (1 + random.int(30)) * COUNT_ONE + (random.int(8) === 0 ? random.int(COUNT_ONE) : 0);
    this.#take(this.#wallet(this.#public, info), info, random.int(2) === 0 ? "bid" : "ask", count);
  }

  /**
   * Beliefs of an event move together, not too far from where they began: what one of several exclusive outcomes gains
   * another one loses, and a ladder of strikes moves as a whole.
   */
  #wander(info: MarketInfo): void {
    const { event } = info;
    const move = (this.#random.int(5) - 2) * 100;
    if (event.listing.mutuallyExclusive) {
      const other = event.markets[this.#random.int(event.markets.length)];
      if (other === undefined || other === info || !mayMove(info, move) || !mayMove(other, -move)) return;
      info.fair += move;
      other.fair -= move;
    } else {
      const shift = (this.#shifts.get(event) ?? 0) + move;
      if (Math.abs(shift) > FARTHEST) return;
      this.#shifts.set(event, shift);
      for (const each of event.markets) {
        each.fair = Math.min(HIGHEST, Math.max(LOWEST, each.listing.fair + shift));
      }
    }
  }

  #wallet(account: Account, { market }: MarketInfo): Wallet {
    const wallet = account.wallet(0, market.shard);
    if (wallet.cash < BANKROLL / 2) this.#engine.deposit(wallet, BANKROLL);
    return wallet;
  }

  /** Replaces what the maker bids and asks. */
  #quote(info: MarketInfo): void {
    const { market, fair } = info;
    const wallet = this.#wallet(this.#maker, info);
    const { bids, asks } = wallet.holding(market);
    for (const order of [...bids.orders, ...asks.orders]) this.#engine.cancel(order);
    const half = 50 + this.#random.int(2) * 100;
    for (const side of ["bid", "ask"] as const) {
      this.#engine.place({
        wallet,
        market,
        clientOrderId: "",
        side,
        price: priceOn(market, side, side === "bid" ? fair - half : fair + half),
        count: (10 + this.#random.int(40)) * 10 * COUNT_ONE,
        timeInForce: "good_till_canceled",
        selfTradePrevention: "maker",
      });
    }
  }

  /** Buys or sells at the best price. */
  #take(wallet: Wallet, { market }: MarketInfo, side: Side, count: number, named = false): void {
    const price = market.book.best(side === "bid" ? "ask" : "bid");
    if (price === undefined) return;
    this.#engine.place({
      wallet,
      market,
      clientOrderId: named ? this.#random.uuid() : "",
      side,
      price,
      count,
      timeInForce: "immediate_or_cancel",
      selfTradePrevention: "taker_at_cross",
    });
  }

  #actLater(trader: Account): void {
    this.#engine.schedule.add(this.#engine.now + 2 * HOUR + this.#random.int(8 * HOUR), () => {
      if (this.#isOver()) return;
      this.#act(trader);
      this.#actLater(trader);
    });
  }

  /** A trader buys, lets an order rest for some hours, or closes a position. */
  #act(trader: Account): void {
    const random = this.#random;
    const wallet = trader.wallet(0, 0);
    const held = [...wallet.holdings.values()].filter(({ position, market }) =>
      position !== 0 && market.status === "active"
    );
    const what = random.int(5);
    const closing = what === 0 ? held[random.int(held.length)] : undefined;
    const info = closing === undefined ? this.#somewhere() : this.#catalog.markets.get(closing.market.ticker);
    if (info === undefined) return;
    const side = random.int(2) === 0 ? "bid" : "ask";
    const count = (1 + random.int(20)) * COUNT_ONE;
    if (closing !== undefined) {
      const { position } = closing;
      return this.#take(wallet, info, position > 0 ? "ask" : "bid", Math.abs(position), true);
    }
    if (what !== 1) return this.#take(wallet, info, side, count, true);
    const order = this.#rest(wallet, info, side, count);
    if (order === undefined) return;
    this.#engine.schedule.add(this.#engine.now + HOUR + random.int(4 * HOUR), () => {
      this.#engine.cancel(order);
    });
  }

  #rest(wallet: Wallet, { market, fair }: MarketInfo, side: Side, count: number): Order | undefined {
    const off = (this.#random.int(5)) * 100;
    const placed = this.#engine.place({
      wallet,
      market,
      clientOrderId: this.#random.uuid(),
      side,
      price: priceOn(market, side, side === "bid" ? fair - off : fair + off),
      count,
      timeInForce: "good_till_canceled",
      selfTradePrevention: "taker_at_cross",
    });
    return "order" in placed ? placed.order : undefined;
  }

  /** An open market of the shard where the traders have their cash. */
  #somewhere(): MarketInfo | undefined {
    while (this.#open.length > 0) {
      const index = this.#random.int(this.#open.length);
      const info = this.#open[index];
      const last = this.#open.at(-1);
      if (info === undefined || last === undefined) return undefined;
      if (info.market.status === "active") return info.market.shard === 0 ? info : undefined;
      this.#open[index] = last;
      this.#open.pop();
    }
    return undefined;
  }

  #isOver(): boolean {
    return this.#engine.now >= this.#now;
  }

  #tidyLater(): void {
    this.#engine.schedule.add(this.#engine.now + DAY, () => {
      if (this.#isOver()) return;
      this.#tidy();
      this.#tidyLater();
    });
  }

  /** Forgets the orders of those that nobody can ask about. */
  #tidy(): void {
    for (const account of [this.#maker, this.#public]) {
      for (const { id } of account.orders.forget()) this.#engine.orders.delete(id);
      account.fills.length = 0;
      account.settlements.length = 0;
    }
  }
}
