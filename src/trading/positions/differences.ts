/**
 * Where positions differ from what the exchange says of them.
 *
 * @module
 */

import type { MarketPosition } from "../../contract/event/types.ts";
import { readPosition } from "./holding.ts";
import type { PositionView } from "./views.ts";

/** A figure of a position that is not Kalshi's. */
export interface PositionDifference {
  /** Market ticker. */
  readonly ticker: string;
  /** The figure, by its name in a position. */
  readonly figure:
    | "positionCenticontracts"
    | "costMicros"
    | "realizedMicros"
    | "feesMicros"
    | "tradedMicros";
  /** What was counted here, in the unit of its name. */
  readonly counted: number;
  /** What Kalshi says, in the same unit. */
  readonly told: number;
}

/** Compares one. */
export function differencesOf(row: MarketPosition, view: PositionView | undefined): PositionDifference[] {
  const { position, costMicros, realizedMicros, feesMicros, tradedMicros } = readPosition(row);
  const told = { positionCenticontracts: position, costMicros, realizedMicros, feesMicros, tradedMicros };
  return (Object.keys(told) as (keyof typeof told)[]).flatMap((figure) => {
    const counted = view?.[figure] ?? 0;
    return counted === told[figure] ? [] : [{ ticker: row.ticker, figure, counted, told: told[figure] }];
  });
}
