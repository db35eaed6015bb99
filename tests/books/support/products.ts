/** Frames of books as each product spells them, for tests that run over both of them. */
import {
  type BookDecoder,
  eventBookDecoder,
  type OrderBook,
  perpsBookDecoder,
  restOrderBook,
  restPerpsOrderBook,
} from "../../../src/books/mod.ts";

/** Levels as text. */
export type Pairs = readonly (readonly [string, string])[];

/** One product, as a test of books needs it. */
export interface BookProduct {
  readonly name: "event" | "perps";
  readonly decoder: BookDecoder;
  /** What a change calls its sides. */
  readonly bid: string;
  readonly ask: string;
  /** The fields of a snapshot, and of a change. */
  readonly bids: string;
  readonly asks: string;
  readonly price: string;
  readonly delta: string;
  /** A price below a dollar as this product has it: those of perps are far above. */
  readonly at: (price: string) => string;
  /** The same in ten-thousandths of a dollar. */
  readonly ticks: (price: number) => number;
  /** The book as REST tells it. */
  readonly toRest: (book: OrderBook) => object;
}

const DOLLARS = 91_250;

export const eventBooks: BookProduct = {
  name: "event",
  decoder: eventBookDecoder(),
  bid: "yes",
  ask: "no",
  bids: "yes_dollars_fp",
  asks: "no_dollars_fp",
  price: "price_dollars",
  delta: "delta_fp",
  at: (price) => price,
  ticks: (price) => price,
  toRest: restOrderBook,
};

export const perpsBooks: BookProduct = {
  name: "perps",
  decoder: perpsBookDecoder(),
  bid: "bid",
  ask: "ask",
  bids: "bid",
  asks: "ask",
  price: "price",
  delta: "delta",
  at: (price) => price.replace(/^0(?=\.\d+$)/, String(DOLLARS)),
  ticks: (price) => DOLLARS * 10_000 + price,
  toRest: restPerpsOrderBook,
};

/** Both. */
export const bookProducts: readonly BookProduct[] = [eventBooks, perpsBooks];

/** The levels of both sides, in the fields of a snapshot; a side that is undefined is left out. */
export function levelsOf({ bids: bidsName, asks: asksName, at }: BookProduct, bids?: Pairs, asks?: Pairs) {
  const pairs = (side: Pairs) => side.map(([price, size]) => [at(price), size]);
  return {
    ...(bids !== undefined && { [bidsName]: pairs(bids) }),
    ...(asks !== undefined && { [asksName]: pairs(asks) }),
  };
}

/** A change of a level, in its fields. */
export function changeOf(
  product: BookProduct,
  side: "bid" | "ask",
  price: string,
  delta: string,
): Record<string, unknown> {
  return { side: product[side], [product.price]: product.at(price), [product.delta]: delta };
}
