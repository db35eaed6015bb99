/**
 * A contract of the event exchange: its YES and its NO are worth a dollar together, and each between nothing and all
 * of it. Whatever follows from that bound stands here; the engine and its books know of none.
 *
 * @module
 */
import type { Side } from "./book.ts";
import type { PriceGrid } from "./price_grid.ts";

/** A dollar in ticks of 0.0001. */
const DOLLAR = 10_000;

/** The two ways to hold a contract. */
export type Outcome = "yes" | "no";

/** The outcome that an order on this side of the book buys. */
export const outcomeOf = (side: Side): Outcome => side === "bid" ? "yes" : "no";

/** The price of NO for that of YES, and the other way round. */
export const complement = (price: number): number => DOLLAR - price;

/** What an order on this side pays for a contract that it opens. */
export const unitCost = (side: Side, price: number): number => side === "bid" ? price : DOLLAR - price;

/** What a YES contract is worth when it ends so. */
export const worthOf = (outcome: Outcome): number => outcome === "yes" ? DOLLAR : 0;

/** How a market ended whose YES contracts are worth this. */
export const resultOf = (worth: number): Outcome | "scalar" =>
  worth === DOLLAR ? "yes" : worth === 0 ? "no" : "scalar";

/** Whether this is what a YES contract can be worth in the end. */
export const isWorth = (value: number): boolean => value >= 0 && value <= DOLLAR;

/** Whether a contract can trade at this price: an end's worth is none. */
export const isPrice = (price: number): boolean => price > 0 && price < DOLLAR;

/** The nearest value that a contract can have. */
export const withinWorth = (value: number): number => Math.max(0, Math.min(DOLLAR, value));

/** The price of a chance from 0 to 1, in whole cents. */
export const priceOfChance = (chance: number): number => Math.round(chance * 100) * (DOLLAR / 100);

/** What an empty book quotes. */
export const noQuote: Readonly<Record<Side, number>> = { bid: 0, ask: DOLLAR };

/** The price grids, by the name in `price_level_structure`. */
export const priceGrids: Readonly<Record<string, PriceGrid>> = {
  linear_cent: [{ start: 0, end: DOLLAR, step: 100 }],
  deci_cent: [{ start: 0, end: DOLLAR, step: 10 }],
  tapered_deci_cent: [
    { start: 0, end: 1_000, step: 10 },
    { start: 1_000, end: 9_000, step: 100 },
    { start: 9_000, end: DOLLAR, step: 10 },
  ],
  center_half_edge_half_cent: [{ start: 0, end: DOLLAR, step: 50 }],
  center_deci_edge_centi_cent: [
    { start: 0, end: 100, step: 1 },
    { start: 100, end: 9_900, step: 10 },
    { start: 9_900, end: DOLLAR, step: 1 },
  ],
};
