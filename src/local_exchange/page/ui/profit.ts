/** Positions, what they are worth now and what came of them: integers, as everywhere. */
import { complementPrice, notional, parseCount } from "../../../base/fixed_point.ts";
import type { MarketPositionData } from "../../../contract/event/channels.ts";
import type { MarketPosition } from "../../../contract/event/types.ts";
import { moneyOf } from "./format.ts";

/** What is held in a market. Money is in millionths of a dollar, counts in hundredths of a contract. */
export interface Position {
  readonly ticker: string;
  /** Above 0 YES, below 0 NO. */
  readonly count: number;
  /** What it cost. */
  readonly cost: number;
  readonly realized: number;
  readonly fees: number;
}

/** The best prices of a market, in ten-thousandths of a dollar; undefined where nobody quotes. */
export interface Quote {
  readonly bid: number | undefined;
  readonly ask: number | undefined;
  readonly last: number | undefined;
}

/** A position as REST tells it. */
export const restPosition = (one: MarketPosition): Position => ({
  ticker: one.ticker,
  count: parseCount(one.position_fp),
  cost: moneyOf(one.market_exposure_dollars),
  realized: moneyOf(one.realized_pnl_dollars),
  fees: moneyOf(one.fees_paid_dollars),
});

/** A position as the feed tells it. */
export const feedPosition = (one: MarketPositionData): Position => ({
  ticker: one.market_ticker,
  count: parseCount(one.position_fp),
  cost: moneyOf(one.position_cost_dollars),
  realized: moneyOf(one.realized_pnl_dollars),
  fees: moneyOf(one.fees_paid_dollars),
});

/** The YES price at which it could be closed now; undefined where nobody would take it. */
export function markOf({ count }: Position, quote: Quote | undefined): number | undefined {
  return count > 0 ? quote?.bid : count < 0 ? quote?.ask : undefined;
}

/** What it is worth at that price. */
export function valueAt({ count }: Position, mark: number): number {
  return count >= 0 ? notional(mark, count) : notional(complementPrice(mark), -count);
}

/** What one contract of it cost on average, as a price of its own outcome; rounded, for reading. */
export function averageOf({ count, cost }: Position): number | undefined {
  return count === 0 ? undefined : Math.round(cost / Math.abs(count));
}

/** What all of it comes to. `unmarked`: positions that nobody would take now, which the sums leave out. */
export interface Totals {
  readonly value: number;
  readonly unrealized: number;
  readonly realized: number;
  readonly fees: number;
  readonly unmarked: number;
}

/** Adds positions up. */
export function totalsOf(
  positions: Iterable<Position>,
  quoteOf: (ticker: string) => Quote | undefined,
): Totals {
  let [value, unrealized, realized, fees, unmarked] = [0, 0, 0, 0, 0];
  for (const position of positions) {
    realized += position.realized;
    fees += position.fees;
    if (position.count === 0) continue;
    const mark = markOf(position, quoteOf(position.ticker));
    if (mark === undefined) {
      unmarked++;
      continue;
    }
    const worth = valueAt(position, mark);
    value += worth;
    unrealized += worth - position.cost;
  }
  return { value, unrealized, realized, fees, unmarked };
}
