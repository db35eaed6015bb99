/** Funding of the margin exchange, as REST has it. */
import type {
  GetMarginFundingRateEstimateResponse,
  MarginFundingHistoryEntry,
  MarginFundingRate,
  MarginPremiumIndexPoint,
} from "../../../contract/perps/types.ts";
import type { FundingEstimate } from "../../margin/funding.ts";
import {
  type FundingPayment,
  type FundingRate,
  isIsolated,
  type MarginMarketInfo,
  RATE_ONE,
} from "../../margin/model.ts";
import type { PremiumSample } from "../../margin/premium.ts";
import { formatCount, formatMoney, formatPrice } from "../../units.ts";
import { isoTime } from "../format.ts";
import { rateOf } from "./markets.ts";

const PLACES = Math.log10(RATE_ONE);

/** A rate as exact decimal text: `"0.0001"` is 0.01 %. */
export function rateText(rate: number): string {
  const digits = String(Math.abs(rate)).padStart(PLACES + 1, "0");
  const text = `${digits.slice(0, -PLACES)}.${digits.slice(-PLACES)}`.replace(/\.?0+$/, "");
  return rate < 0 ? `-${text}` : text;
}

/** What the next funding will be if nothing changes. */
export function estimatePayload(
  { market }: MarginMarketInfo,
  { rate, computedAt, mark, nextAt, premium }: FundingEstimate,
): GetMarginFundingRateEstimateResponse {
  return {
    market_ticker: market.ticker,
    computed_time: isoTime(computedAt),
    ...(rate !== undefined && { funding_rate: rateOf(rate) }),
    mark_price: formatPrice(mark),
    next_funding_time: isoTime(nextAt),
    ...(premium !== undefined && {
      premium_index: rateText(premium.premium),
      premium_index_ts: isoTime(premium.at),
    }),
  };
}

/** A rate that was paid by. */
export function fundingPayload({ info, at, rate, mark }: FundingRate): MarginFundingRate {
  return {
    market_ticker: info.market.ticker,
    funding_time: isoTime(at),
    funding_rate: rateOf(rate),
    mark_price: formatPrice(mark),
  };
}

/** What funding did to a position. */
export function paymentPayload(payment: FundingPayment): MarginFundingHistoryEntry {
  const { wallet, amount, position } = payment;
  return {
    ...fundingPayload(payment),
    funding_amount: formatMoney(amount),
    quantity: formatCount(position),
    subaccount_number: isIsolated(wallet) ? null : wallet.subaccount,
  };
}

/** A second's sample of the premium index. */
export function premiumPayload({ at, premium }: PremiumSample): MarginPremiumIndexPoint {
  return { second_ts: isoTime(at), premium_index: rateText(premium) };
}
