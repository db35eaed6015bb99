/**
 * What is held of one market and what it cost, by Kalshi's rules: a fill closes before it opens, by average cost.
 *
 * @module
 */

import {
  addFixed,
  complementPrice,
  notional,
  parseCount,
  parseMoney,
  subtractFixed,
} from "../../base/fixed_point.ts";
import type { MarketPosition } from "../../contract/event/types.ts";
import type { FillFact, SettlementFact } from "./facts.ts";

/** A position and its money, in the figures that Kalshi keeps. */
export interface Holding {
  /** Contracts in hundredths: above 0 YES or long, below 0 NO or short. */
  readonly position: number;
  /** What the position cost, without fees: Kalshi's `market_exposure_dollars`. */
  readonly costMicros: number;
  /** What was gained by closing and settling, before fees: Kalshi's `realized_pnl_dollars`. */
  readonly realizedMicros: number;
  /** Fees of fills: Kalshi's `fees_paid_dollars`. */
  readonly feesMicros: number;
  /** Fees of the settlement. */
  readonly settlementFeesMicros: number;
  /** What was spent on opening: Kalshi's `total_traded_dollars`. */
  readonly tradedMicros: number;
}

/** Before anything. */
export const NOTHING: Holding = {
  position: 0,
  costMicros: 0,
  realizedMicros: 0,
  feesMicros: 0,
  settlementFeesMicros: 0,
  tradedMicros: 0,
};

/** `part / whole` of an amount, cut to a millionth of a dollar; exact also where the product passes 2^53. */
function shareOf(amount: number, part: number, whole: number): number {
  const product = amount * part;
  if (Number.isSafeInteger(product)) return Math.trunc(product / whole) + 0;
  return Number(BigInt(amount) * BigInt(part) / BigInt(whole));
}

/** What the other side of a contract costs. */
const otherSide = (price: number, pair: number): number => pair === 0 ? 0 - price : complementPrice(price);

/** What a fill adds to a position, in hundredths of a contract. */
export const signed = ({ side, count }: FillFact): number => side === "bid" ? count : -count;

/** A holding after a fill, of a product whose two sides cost `pair` together. */
export function afterFill(held: Holding, fill: FillFact, pair: number): Holding {
  const { side, price, count, feeMicros } = fill;
  const { position, costMicros } = held;
  // What the fill buys: YES at its price, NO at the rest of the dollar; long at its price, short at less than nothing.
  const unit = side === "bid" ? price : otherSide(price, pair);
  const closing = Math.min(count, Math.max(0, side === "bid" ? -position : position));
  const share = closing === 0 ? 0 : shareOf(costMicros, closing, Math.abs(position));
  const opened = notional(unit, count - closing);
  const gained = subtractFixed(notional(pair - unit, closing), share);
  return {
    position: addFixed(position, signed(fill)),
    costMicros: addFixed(subtractFixed(costMicros, share), opened),
    realizedMicros: addFixed(held.realizedMicros, gained),
    feesMicros: addFixed(held.feesMicros, feeMicros),
    settlementFeesMicros: held.settlementFeesMicros,
    tradedMicros: addFixed(held.tradedMicros, Math.abs(opened)),
  };
}

/** What a position is worth where a YES contract is worth `value`, in ten-thousandths of a dollar. */
export const worthOf = (position: number, value: number): number =>
  position >= 0 ? notional(value, position) : notional(complementPrice(value), -position);

/** Payouts are cut to whole cents; what that takes is the settlement's fee. */
const CENT_MICROS = 10_000;

/** A holding after its market was settled. */
export function afterSettlement(held: Holding, { pays }: SettlementFact): Holding {
  const worth = pays.kind === "told" ? pays.worthMicros : worthOf(held.position, pays.value);
  const fee = pays.kind === "told" ? pays.feeMicros : worth % CENT_MICROS;
  return {
    ...held,
    position: 0,
    costMicros: 0,
    realizedMicros: addFixed(held.realizedMicros, subtractFixed(worth, held.costMicros)),
    settlementFeesMicros: addFixed(held.settlementFeesMicros, fee),
  };
}

/** A position as REST tells of it. What its settlement cost in fees is not told there. */
export function readPosition(row: MarketPosition): Holding {
  return {
    position: parseCount(row.position_fp),
    costMicros: parseMoney(row.market_exposure_dollars),
    realizedMicros: parseMoney(row.realized_pnl_dollars),
    feesMicros: parseMoney(row.fees_paid_dollars),
    settlementFeesMicros: 0,
    tradedMicros: parseMoney(row.total_traded_dollars),
  };
}
