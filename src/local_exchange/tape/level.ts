/** One price of a recorded book, as the engine's book has it. */
import type { Level } from "../engine/book.ts";
import type { Order, Side } from "../engine/model.ts";
import { Pairing } from "./pairing.ts";

/** A price of one side. Counts are hundredths of contracts. */
export class TapeLevel extends Pairing {
  readonly side: Side;
  readonly price: number;
  /** What the recording has there. */
  recorded = 0;
  /** Of that, what bots took: it is not there again before the recording has less. */
  gone = 0;
  /** What whoever recorded had there; not part of `recorded`. */
  own = 0;
  /** What the crowd has on the engine's book. */
  shown = 0;
  /** Its order, the first of them where our orders stand between. */
  crowd: Order | undefined;
  /** An order that left the book whole, for when the crowd comes back: books flicker, and orders are large. */
  spare: Order | undefined;
  /** The engine's level, while the crowd has an order on it. */
  level: Level<Order> | undefined;
  /** Orders of ours that rest there, the first in line first. */
  ours: readonly Order[] = NOBODY;
  /** Whether the crowd may have more than one order there. */
  isSplit = false;

  constructor(side: Side, price: number) {
    super();
    this.side = side;
    this.price = price;
  }

  /** What the crowd should have on the engine's book. */
  get wanted(): number {
    return Math.max(0, this.recorded - this.gone - this.hidden);
  }

  /** How much of that is not there; below zero how much there is too much. */
  get lack(): number {
    return this.wanted - this.shown;
  }
}

/** Shared by all levels at which none of ours rests. */
const NOBODY: readonly Order[] = [];
