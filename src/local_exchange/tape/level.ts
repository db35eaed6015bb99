/** One price of a recorded book, as the engine's book has it. */
import type { Level } from "../engine/book.ts";
import type { Order, Side } from "../engine/model.ts";

/** Contracts that left a queue without a known reason, and which order of ours stood behind them. */
export interface Departure {
  /** Our order that they stood ahead of; undefined for those behind all of ours. */
  readonly before: Order | undefined;
  count: number;
}

/** A price of one side. Counts are hundredths of contracts. */
export class TapeLevel {
  readonly side: Side;
  readonly price: number;
  /** What the recording has there. */
  recorded = 0;
  /** Of that, what bots took: it is not there again before the recording has less. */
  gone = 0;
  /** What whoever recorded had there; not part of `recorded`. */
  own = 0;
  /** Trades that were told, and whose decrease has not been. */
  traded = 0;
  tradedAt = 0;
  /** Of `traded`, what the crowd has less by already. */
  applied = 0;
  /** Decreases that no trade has explained. */
  left = 0;
  leftAt = 0;
  /** Where those stood, newest last; kept while an order of ours is there. */
  departures: Departure[] = [];
  /** What the crowd has on the engine's book. */
  shown = 0;
  /** Its order, the first of them where our orders stand between. */
  crowd: Order | undefined;
  /** An order that left the book whole, for when the crowd comes back: books flicker, and orders are large. */
  spare: Order | undefined;
  /** The engine's level, while the crowd has an order on it. */
  level: Level<Order> | undefined;
  /** Orders of ours that rest there. */
  stakes = 0;
  /** Whether the crowd may have more than one order there. */
  isSplit = false;

  constructor(side: Side, price: number) {
    this.side = side;
    this.price = price;
  }

  /** What the crowd should have on the engine's book. */
  get wanted(): number {
    return Math.max(0, this.recorded - this.gone - this.applied);
  }
}
