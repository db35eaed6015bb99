/** Fees of the perps exchange: a part of what is traded. */
import { KalshiValueError } from "../../base/errors.ts";
import { shown } from "../../base/plain.ts";
import type { GetMarginFeeTiersResponse } from "../../contract/perps/types.ts";
import { feeMicros } from "./arithmetic.ts";
import { notionalMicros } from "./contracts.ts";
import { type Ratio, readRatio } from "./ratio.ts";
import { readObject } from "./read.ts";

/** A trade whose fee is asked for. */
export interface TradeToPay {
  /** Market ticker. */
  readonly ticker: string;
  /** Price in dollars. */
  readonly price: string;
  /** Contracts. */
  readonly count: string;
  /** Whether the order trades at once, and pays the taker's rate. */
  readonly isTaker: boolean;
}

/** A rate of a map by ticker. */
export function rateOf(rates: Record<string, number>, ticker: string, what: string, advice: string): Ratio {
  const rate = Object.hasOwn(readObject(rates, what), ticker) ? rates[ticker] : undefined;
  if (rate !== undefined) return readRatio(rate, `${what}.${ticker}`);
  throw new KalshiValueError(`${what} has no ${shown(ticker)}: ${advice}`);
}

/**
 * The fee of a trade, in millionths of a dollar: its notional times the rate that your account has in that market,
 * rounded up to the next of them. Kalshi does not say how it rounds: what was charged stands in the fill. Exact up to 9 007 199 254 dollars of notional.
 *
 * @param rates what `fees.tiers()` answers
 * @throws {KalshiValueError} for a ticker that has no rate, and what is no price or count
 *
 * @example
 * ```ts
 * import { formatMoney } from "@unofficial/kalshi/fixed-point";
 * import { tradeFeeMicros } from "@unofficial/kalshi/perps";
 *
 * const rates = { maker_fee_rates: { KXBTCPERP: 0.0005 }, taker_fee_rates: { KXBTCPERP: 0.0012 } };
 * const trade = { ticker: "KXBTCPERP", price: "6.2590", count: "100.00", isTaker: true };
 * console.log(formatMoney(tradeFeeMicros(rates, trade))); // "0.751080"
 * ```
 */
export function tradeFeeMicros(rates: GetMarginFeeTiersResponse, trade: TradeToPay): number {
  const { ticker, price, count, isTaker } = readObject(trade, "trade");
  const which = isTaker ? "taker_fee_rates" : "maker_fee_rates";
  const advice = "your account has no fee schedule there, or the ticker is another one.";
  return feeMicros(
    notionalMicros(price, count),
    rateOf(readObject(rates, "rates")[which], ticker, which, advice),
  );
}
