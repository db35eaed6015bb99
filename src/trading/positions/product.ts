/**
 * What differs between products in how positions are counted.
 *
 * @module
 */

import type { FillFact } from "./facts.ts";
import { readFill, readPerpsFill } from "./facts.ts";

/** Whose positions they are: of event contracts, or of perpetual futures. */
export type PositionProductName = "event" | "perps";

/** One product. */
export interface PositionProduct {
  /**
   * What both sides of a contract cost together, in ten-thousandths of a dollar. YES and NO are a dollar. Long and short
   * are nothing: who is short of what costs 6 dollars has paid 6 dollars less than nothing for it.
   */
  readonly pair: number;
  /** Reads a fill of REST, or the payload of one of the stream. */
  readonly readFill: (fields: object, rank?: number) => FillFact;
  /** The id of a fill in rows of REST. */
  readonly fillId: "trade_id" | "fill_id";
  /** Where frames tell the price of the last trade. */
  readonly last: Readonly<Record<"ticker" | "trade", string>>;
}

/** Every product. */
export const positionProducts: Readonly<Record<PositionProductName, PositionProduct>> = {
  event: {
    pair: 10_000,
    readFill,
    fillId: "trade_id",
    last: { ticker: "price_dollars", trade: "yes_price_dollars" },
  },
  perps: {
    pair: 0,
    readFill: readPerpsFill,
    fillId: "fill_id",
    last: { ticker: "price", trade: "price" },
  },
};
