/** What a fill costs: Kalshi's fee formula, its rounding, and the rebate of rounding paid too much. */
import { COUNT_ONE } from "../units.ts";
import { complement, worthOf } from "./event_contract.ts";

/** How fills are charged: the `fee_type` of a series. */
export type FeeType =
  | "quadratic"
  | "quadratic_with_maker_fees"
  | "quadratic_with_combo_maker_fees"
  | "flat";

/** Rates in millionths: 70,000 is 0.07. */
export interface FeeSchedule {
  /** How fills are charged; `notional` is by what was traded, whatever the price. */
  readonly type: FeeType | "notional";
  readonly multiplier: number;
  readonly takerRate: number;
  readonly makerRate: number;
}

const TAKER_RATE = 70_000;
/** A cent a contract: Kalshi's schedule gives no general formula for flat fees. */
const FLAT_RATE = 1_000_000;
const makerShare: Readonly<Record<FeeType, number>> = {
  quadratic: 0,
  quadratic_with_maker_fees: 0.25,
  quadratic_with_combo_maker_fees: 0.5,
  flat: 0,
};

/** The rates of a series' `fee_type` and `fee_multiplier`. */
export function feeSchedule(type: FeeType, multiplier: number): FeeSchedule {
  const takerRate = Math.round((type === "flat" ? FLAT_RATE : TAKER_RATE) * multiplier);
  return { type, multiplier, takerRate, makerRate: Math.round(takerRate * makerShare[type]) };
}

/** The fee of one fill in money, rounded up to 0.0001 dollars. */
export function tradeFee(schedule: FeeSchedule, isTaker: boolean, price: number, count: number): number {
  const rate = isTaker ? schedule.takerRate : schedule.makerRate;
  if (rate === 0) return 0;
  // rate * count * price * (1 - price) can pass 2^53: rate * count is split so that every product is exact.
  const spread = schedule.type === "flat"
    ? worthOf("yes") * COUNT_ONE
    : price * (schedule.type === "notional" ? worthOf("yes") : complement(price));
  const scaled = rate * count;
  const high = Math.floor(scaled / 1_000_000);
  const low = scaled - high * 1_000_000;
  const product = spread * high;
  const whole = Math.floor(product / 1_000_000);
  const rest = (product - whole * 1_000_000) * 1_000_000 + spread * low;
  return (whole + Math.ceil(rest / 1_000_000_000_000)) * 100;
}

/** How a fill changes a balance. */
export interface Settled {
  /** Added to the balance: a multiple of the account's precision. */
  readonly change: number;
  /** Trade fee plus rounding less rebate; never below 0. */
  readonly fee: number;
  /** Rounding paid and not given back, to carry to the order's next fill. */
  readonly owed: number;
}

const REBATE = 10_000;

/** Applies a fill's `revenue` (negative for a cost) and fee to a balance kept at `precision`. */
export function settleFill(revenue: number, fee: number, precision: number, owedBefore: number): Settled {
  const exact = revenue - fee;
  const floored = Math.floor(exact / precision) * precision;
  const rounding = exact - floored;
  const owed = owedBefore + rounding;
  // The net fee of a fill never goes below zero, so a rebate may have to wait for a later fill.
  const rebate = owed > REBATE && fee + rounding >= REBATE ? REBATE : 0;
  return { change: floored + rebate, fee: fee + rounding - rebate, owed: owed - rebate };
}
