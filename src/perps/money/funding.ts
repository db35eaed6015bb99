/** What funding pays. */
import { timeMs } from "../../base/wire_time.ts";
import type { GetMarginFundingRateEstimateResponse } from "../../contract/perps/types.ts";
import { fundingMicros } from "./arithmetic.ts";
import { readRatio } from "./ratio.ts";
import { readCount, readObject, readPrice } from "./read.ts";

/** What a funding payment depends on. */
export interface FundingInput {
  /** Contracts held: above 0 long, below 0 short. */
  readonly position: string;
  /** Mark price at the time of funding. */
  readonly markPrice: string;
  /** Rate of the period, such as 0.0001 for 0.01 %. */
  readonly rate: number | string;
}

/**
 * What funding pays to a position, in millionths of a dollar: above 0 it is received, below 0 paid, as Kalshi's
 * `funding_amount` has it. Long pays short while the rate is above 0. Rounded down to a millionth, so never in your favour;
 * Kalshi does not say how it rounds: what was paid stands in the funding history.
 *
 * @throws {KalshiValueError} for what is no count, price or rate, and beyond 9 007 199 254 dollars of notional
 *
 * @example
 * ```ts
 * import { formatMoney } from "@unofficial/kalshi/fixed-point";
 * import { fundingPaymentMicros } from "@unofficial/kalshi/perps";
 *
 * const paid = fundingPaymentMicros({ position: "100.00", markPrice: "6.2590", rate: 0.0001 });
 * console.log(formatMoney(paid)); // "-0.062590"
 * ```
 */
export function fundingPaymentMicros(funding: FundingInput): number {
  const { position, markPrice, rate } = readObject(funding, "funding");
  return fundingMicros(
    readCount(position, "position"),
    readPrice(markPrice, "markPrice"),
    readRatio(rate, "rate"),
  );
}

/** What the next funding would pay, as things are. */
export type FundingEstimate =
  | {
    /** Rate and mark were told. */
    readonly state: "known";
    /** What the position would get, in millionths of a dollar; below 0 it pays. */
    readonly paymentMicros: number;
    /** When it is due, in Unix milliseconds; undefined where the exchange says none. */
    readonly dueMs: number | undefined;
  }
  | {
    /** The exchange has no rate or no mark price yet: just after a funding, or while the index is away. */
    readonly state: "unknown";
    /** When the next funding is due, in Unix milliseconds; undefined where the exchange says none. */
    readonly dueMs: number | undefined;
  };

/**
 * What a position would get at the next funding, by the estimate of this moment. It assumes that the position, the mark
 * price and the rate stay: the rate is a mean over the whole period and moves until it ends.
 *
 * @param estimate what `funding.rateEstimate()` answers
 * @param position contracts held in that market: above 0 long, below 0 short
 * @throws {KalshiValueError} for what is no count, price or rate
 */
export function estimateFunding(
  estimate: GetMarginFundingRateEstimateResponse,
  position: string,
): FundingEstimate {
  const { funding_rate: rate, mark_price: markPrice, next_funding_time } = readObject(estimate, "estimate");
  const dueMs = timeMs(next_funding_time);
  if (rate === null || rate === undefined || markPrice === null || markPrice === undefined) {
    return { state: "unknown", dueMs };
  }
  return { state: "known", paymentMicros: fundingPaymentMicros({ position, markPrice, rate }), dueMs };
}
