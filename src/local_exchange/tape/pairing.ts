/**
 * A trade and the decrease of the level that it made come on two channels, in either order. This is what one level of a
 * book keeps until the other comes.
 *
 * @module
 */
import type { Order } from "../engine/model.ts";
import type { Due } from "../engine/schedule.ts";

/** So long a trade and its decrease wait for each other, in milliseconds. */
export const PAIRING_MS = 1_000;

/** Decreases of a level that are looked through for older ones when there are so many. */
const MOST_DEPARTURES = 64;

/** Contracts of the crowd that stood at one place of a queue. */
export interface Stood {
  /** Our order that stood behind them; undefined where none did. */
  before: Order | undefined;
  /** How many. */
  count: number;
}

/** A decrease that no trade has explained yet, or a part of it: where those stood that are gone. */
interface Departure extends Stood {
  at: number;
  /** Of it, what bots had taken by then: nobody stood there. */
  absent: number;
}

/** A trade whose decrease is yet to be told. */
export interface AwaitedTrade extends Stood {
  /** Of its contracts, those that the crowd has less by already. They come back to the same place if nothing is told. */
  hidden: number;
  /** Ends the wait. */
  readonly due: Due;
}

/** What waits at one level. Half of all that a recording says are decreases, so one that comes alone makes no object. */
export class Pairing {
  /** The newest decrease, while no order of ours stands at the level: those all stood at the end of the queue. */
  #loneAt = -Infinity;
  #loneCount = 0;
  #loneAbsent = 0;
  /** Those before it, or all of them; newest last. */
  #departures: Departure[] = NONE;
  /** Oldest first. */
  awaited: AwaitedTrade[] = NO_TRADES;
  /** What the crowd has less by than the recording: trades whose decreases have not been told. */
  hidden = 0;

  /** A decrease of `count` that no trade explains, at a level without orders of ours; `absent` of it bots had taken. */
  departAlone(at: number, count: number, absent: number): void {
    if (at - this.#loneAt < PAIRING_MS) this.#listLone();
    this.#loneAt = at;
    this.#loneCount = count;
    this.#loneAbsent = absent;
  }

  /** The same, with which order of ours it stood before. */
  depart(at: number, before: Order | undefined, count: number, absent: number): void {
    this.#listLone();
    const departures = this.#departures = this.#departures === NONE ? [] : this.#departures;
    const newest = departures.at(-1);
    // Those before it are older still, and of no use any longer.
    if (newest !== undefined && at - newest.at >= PAIRING_MS) departures.length = 0;
    if (departures.length >= MOST_DEPARTURES) {
      const first = departures.findIndex((one) => at - one.at < PAIRING_MS);
      departures.splice(0, first === -1 ? departures.length : first);
    }
    departures.push({ at, before, count, absent });
  }

  /**
   * A trade of `count`: what left in the second before it, newest first, was it. Returns how much that is, and puts where
   * it stood into `places`.
   */
  takeBack(now: number, count: number, places: Stood[]): number {
    this.#listLone();
    const departures = this.#departures;
    let left = count;
    for (let last = departures.at(-1); left > 0 && last !== undefined; last = departures.at(-1)) {
      if (now - last.at >= PAIRING_MS) {
        this.#departures = NONE;
        break;
      }
      const taken = Math.min(left, last.count);
      left -= taken;
      places.push({ before: last.before, count: taken });
      last.count -= taken;
      const nobody = Math.min(left, last.absent);
      left -= nobody;
      last.absent -= nobody;
      if (last.count + last.absent === 0) departures.pop();
    }
    return count - left;
  }

  /** A trade waits for its decrease. */
  await(trade: AwaitedTrade): void {
    if (this.awaited === NO_TRADES) this.awaited = [trade];
    else this.awaited.push(trade);
  }

  /** A decrease of `count`: returns how much of it trades explain that were told before. */
  explain(count: number): number {
    let left = count;
    for (let [first] = this.awaited; left > 0 && first !== undefined; [first] = this.awaited) {
      const met = Math.min(left, first.count);
      left -= met;
      first.count -= met;
      this.#show(first, Math.min(met, first.hidden));
      if (first.count > 0) break;
      this.awaited.shift();
      first.due.cancel();
    }
    return count - left;
  }

  /** The wait of a trade is over. Returns what of the crowd comes back, and where. */
  giveUp(trade: AwaitedTrade): Stood {
    const at = this.awaited.indexOf(trade);
    if (at !== -1) this.awaited.splice(at, 1);
    trade.due.cancel();
    const { before, hidden: count } = trade;
    this.#show(trade, count);
    return { before, count };
  }

  /** Trades that wait have taken what has come to the level since, of `recorded` contracts. */
  hide(recorded: number): void {
    for (const trade of this.awaited) {
      const more = Math.min(trade.count - trade.hidden, recorded - this.hidden);
      if (more <= 0) continue;
      trade.hidden += more;
      this.hidden += more;
    }
  }

  /** An order of ours has joined the queue: whatever left before that stood ahead of it. */
  joined(order: Order): void {
    this.#listLone();
    this.#move(undefined, order);
  }

  /** An order of ours has left the queue, in which `next` of ours stood behind it. */
  left(order: Order, next: Order | undefined): void {
    this.#move(order, next);
  }

  /** The level is no more. */
  clear(): void {
    this.#departures = NONE;
    for (const { due } of this.awaited.splice(0)) due.cancel();
    this.hidden = 0;
  }

  /** Lists the newest decrease with the others, where it is of any use to do so. */
  #listLone(): void {
    const at = this.#loneAt;
    if (at === -Infinity) return;
    const [count, absent] = [this.#loneCount, this.#loneAbsent];
    this.#loneAt = -Infinity;
    this.depart(at, undefined, count, absent);
  }

  #move(from: Order | undefined, to: Order | undefined): void {
    for (const departure of this.#departures) if (departure.before === from) departure.before = to;
    for (const trade of this.awaited) if (trade.before === from) trade.before = to;
  }

  #show(trade: AwaitedTrade, count: number): void {
    trade.hidden -= count;
    this.hidden -= count;
  }
}

/** Shared by levels at which nothing waits: most of them, most of the time. Nothing is ever put into these. */
const NONE: Departure[] = [];
const NO_TRADES: AwaitedTrade[] = [];
