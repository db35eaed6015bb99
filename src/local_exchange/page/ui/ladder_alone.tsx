/** The ladder for a page that has no bundler, as the Worker's example has it. */
import { render } from "preact";
import { parseCount, parsePrice } from "../../../base/fixed_point.ts";
import { Ladder, type LadderLevel, type LadderProps } from "./ladder.tsx";

export { showPrice } from "./format.ts";

/** Levels as a feed tells them: `[price in dollars, contracts]`. */
export type ToldLevel = readonly [price: string, contracts: string | number];

/** What {@linkcode showLadder} takes: the props of a ladder, with levels as a feed tells them. */
export interface ToldLadder extends Omit<LadderProps, "bids" | "asks"> {
  /** Best first. */
  readonly bids: readonly ToldLevel[];
  /** Best first. */
  readonly asks: readonly ToldLevel[];
}

/** The exact integers of levels. */
const read = (levels: readonly ToldLevel[]): LadderLevel[] =>
  levels.map(([price, contracts]) => ({ price: parsePrice(price), size: parseCount(contracts) }));

/** Shows a ladder in an element, in place of the one that was there. */
export function showLadder(place: Element, told: ToldLadder): void {
  render(<Ladder {...told} bids={read(told.bids)} asks={read(told.asks)} />, place);
}
