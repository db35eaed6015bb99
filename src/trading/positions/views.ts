/**
 * What positions are shown as.
 *
 * @module
 */

import { addFixed, subtractFixed } from "../../base/fixed_point.ts";
import type { Holding } from "./holding.ts";
import type { Mark } from "./marks.ts";
import { type WorstCase, worstCase } from "./risk.ts";

/** The money that positions have made, in millionths of a dollar. */
export interface PositionMoney {
  /** What is held cost so much, without fees: Kalshi's `market_exposure_dollars`. Of a short position in perps, below 0. */
  readonly costMicros: number;
  /** What closing and settling gained, before fees: Kalshi's `realized_pnl_dollars`. */
  readonly realizedMicros: number;
  /** Fees of fills, rebates taken off: Kalshi's `fees_paid_dollars`. */
  readonly feesMicros: number;
  /** Fees of settlements, which only payouts of fractions of a cent have. */
  readonly settlementFeesMicros: number;
  /** `realizedMicros` less both fees. */
  readonly realizedNetMicros: number;
  /** What is held is worth so much at its mark; undefined when a mark is not known. */
  readonly valueMicros: number | undefined;
  /** That less what it cost; undefined when a mark is not known. */
  readonly unrealizedMicros: number | undefined;
  /** `realizedNetMicros` and `unrealizedMicros` together: all that was won or lost, after the fees that were paid. */
  readonly netMicros: number | undefined;
}

/** One market's position. */
export interface PositionView extends PositionMoney {
  /** Market ticker. */
  readonly ticker: string;
  /** Event ticker; undefined until it was told. */
  readonly eventTicker: string | undefined;
  /** Contracts in hundredths: above 0 YES or long, below 0 NO or short. */
  readonly positionCenticontracts: number;
  /**
   * What one contract of what is held cost on average, of YES or of NO, or what it was sold for, in millionths of a dollar, rounded to the nearest;
   * undefined when nothing is held.
   */
  readonly averageCostMicros: number | undefined;
  /** What was spent on opening, in millionths of a dollar: Kalshi's `total_traded_dollars`. */
  readonly tradedMicros: number;
  /** What it is worth by the mark that was asked for, or why that is not known. */
  readonly mark: Mark;
  /** Whether its market was settled. */
  readonly isSettled: boolean;
  /**
   * True when Kalshi told another position than all that was told comes to: a fill is missing. `Positions.open` then asks
   * REST for it.
   */
  readonly isDoubtful: boolean;
  /** When it last changed, in Unix milliseconds; undefined where nobody told. */
  readonly updatedMs: number | undefined;
}

/** The positions in one event's markets. */
export interface EventView extends PositionMoney {
  /** Event ticker. */
  readonly eventTicker: string;
  /** Whether one of its markets at most can end YES; undefined until it was told. */
  readonly isMutuallyExclusive: boolean | undefined;
  /** The positions in its markets. */
  readonly positions: readonly PositionView[];
  /** The worst that can come of what is held: where it is not known to be mutually exclusive, of each market by itself. */
  readonly worst: WorstCase;
}

/** All positions together. */
export interface TotalView extends PositionMoney {
  /** Tickers of the positions whose mark is not known. */
  readonly unmarked: readonly string[];
}

/** What is known of an event. */
export interface EventFacts {
  /** Whether one of its markets at most can end YES: `mutually_exclusive` of Kalshi's event. */
  readonly isMutuallyExclusive: boolean;
  /**
   * Whether one of the markets that you hold must end YES, which Kalshi does not say: with it, "none of them" is no
   * outcome of the worst case.
   *
   * @default false
   */
  readonly isExhaustive?: boolean | undefined;
}

/** Rounded to the nearest whole number, exact where the product passes 2^53. */
function perContract(costMicros: number, position: number): number {
  const count = BigInt(Math.abs(position));
  return Number((BigInt(Math.abs(costMicros)) * 200n + count) / (2n * count));
}

/** The position of a market. */
export function positionView(
  { position, costMicros, realizedMicros, feesMicros, settlementFeesMicros, tradedMicros }: Holding,
  mark: Mark,
  facts: Pick<PositionView, "ticker" | "eventTicker" | "isSettled" | "isDoubtful" | "updatedMs">,
): PositionView {
  const realizedNetMicros = subtractFixed(realizedMicros, addFixed(feesMicros, settlementFeesMicros));
  const valueMicros = mark.state === "known" ? mark.valueMicros : mark.state === "flat" ? 0 : undefined;
  const unrealizedMicros = valueMicros === undefined ? undefined : subtractFixed(valueMicros, costMicros);
  return {
    ...facts,
    positionCenticontracts: position,
    averageCostMicros: position === 0 ? undefined : perContract(costMicros, position),
    costMicros,
    tradedMicros,
    realizedMicros,
    feesMicros,
    settlementFeesMicros,
    realizedNetMicros,
    mark,
    valueMicros,
    unrealizedMicros,
    netMicros: unrealizedMicros === undefined ? undefined : addFixed(realizedNetMicros, unrealizedMicros),
  };
}

const MONEY = [
  "costMicros",
  "realizedMicros",
  "feesMicros",
  "settlementFeesMicros",
  "realizedNetMicros",
  "valueMicros",
  "unrealizedMicros",
  "netMicros",
] as const satisfies readonly (keyof PositionMoney)[];

/** What positions come to together; a sum with something unknown in it is unknown. */
function sumOf(positions: readonly PositionView[]): PositionMoney {
  const sum = (name: (typeof MONEY)[number]) =>
    positions.reduce<number | undefined>((total, { [name]: amount }) => {
      return total === undefined || amount === undefined ? undefined : addFixed(total, amount);
    }, 0);
  return Object.fromEntries(MONEY.map((name) => [name, sum(name)])) as object as PositionMoney;
}

/** The positions of an event. */
export function eventView(
  eventTicker: string,
  positions: readonly PositionView[],
  facts: EventFacts | undefined,
): EventView {
  const held = positions.filter(({ positionCenticontracts }) => positionCenticontracts !== 0)
    .map(({ ticker, positionCenticontracts, costMicros }) => ({
      ticker,
      position: positionCenticontracts,
      costMicros,
    }));
  return {
    eventTicker,
    isMutuallyExclusive: facts?.isMutuallyExclusive,
    positions,
    ...sumOf(positions),
    worst: worstCase(held, facts?.isMutuallyExclusive ?? false, facts?.isExhaustive),
  };
}

/** All of them. */
export function totalView(positions: readonly PositionView[]): TotalView {
  return {
    ...sumOf(positions),
    unmarked: positions.filter(({ mark }) => mark.state === "unknown").map(({ ticker }) => ticker),
  };
}
