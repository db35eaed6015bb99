/** Kalshi's tag `funding`, of perps. */
import {
  GetMarginFundingHistory,
  GetMarginFundingRateEstimate,
  GetMarginHistoricalFundingRates,
  GetMarginPremiumIndex,
} from "../../../../contract/perps/operations.ts";
import {
  estimatePayload,
  fundingPayload,
  paymentPayload,
  premiumPayload,
} from "../../../wire/margin/funding.ts";
import { subaccountOf as shownIn } from "../../../wire/margin/orders.ts";
import { accountOf, integer, invalid, subaccountOf, text } from "../read.ts";
import { type Call, route } from "../route.ts";
import { marginOf, marketOf } from "./side.ts";

const HOUR_S = 3_600;
const DAY_MS = 86_400_000;

/** The market that a parameter names, which must be there. */
function namedMarket(call: Call) {
  const ticker = text(call, "ticker");
  if (ticker === undefined) throw invalid("ticker is required");
  return marketOf(call, ticker);
}

/** The beginning of a day in UTC, in Unix milliseconds. */
function dayOf(call: Call, name: string): number {
  const value = text(call, name) ?? "";
  const at = /^\d{4}-\d\d-\d\d$/.test(value) ? Date.parse(value) : NaN;
  // What is no day of its month is the one after it elsewhere.
  if (Number.isNaN(at) || !new Date(at).toISOString().startsWith(value)) {
    throw invalid(`${name} must be a date such as 2026-10-15`);
  }
  return at;
}

/** A time in seconds, in Unix milliseconds. */
function secondsOf(call: Call, name: string): number | undefined {
  const seconds = integer(call, name, { min: 0 });
  return seconds === undefined ? undefined : seconds * 1_000;
}

export const marginFundingRoutes = [
  route(GetMarginFundingRateEstimate, (call) => {
    const info = namedMarket(call);
    return estimatePayload(info, marginOf(call).funding.estimate(info));
  }),
  route(GetMarginHistoricalFundingRates, (call) => {
    const ticker = text(call, "ticker");
    if (ticker !== undefined) marketOf(call, ticker);
    const rates = marginOf(call).funding.rates(
      ticker,
      secondsOf(call, "start_ts"),
      secondsOf(call, "end_ts"),
    );
    return { funding_rates: rates.map(fundingPayload) };
  }),
  route(GetMarginPremiumIndex, (call) => {
    const info = namedMarket(call);
    const start = secondsOf(call, "start_ts");
    const end = secondsOf(call, "end_ts");
    if (start === undefined || end === undefined) throw invalid("start_ts and end_ts are required");
    if (end < start) throw invalid("end_ts is before start_ts");
    if (end - start > HOUR_S * 1_000) throw invalid("start_ts and end_ts are more than an hour apart");
    return { points: marginOf(call).funding.premiums(info, start, end).map(premiumPayload) };
  }),
  route(GetMarginFundingHistory, (call) => {
    const ticker = text(call, "ticker");
    const from = dayOf(call, "start_date");
    const until = dayOf(call, "end_date") + DAY_MS;
    if (until <= from) throw invalid("end_date is before start_date");
    const subaccount = subaccountOf(call);
    const kept = marginOf(call).funding.payments(accountOf(call)).filter(({ at, info, wallet }) =>
      at >= from && at < until &&
      (ticker === undefined || info.market.ticker === ticker) &&
      (subaccount === undefined || shownIn(wallet) === subaccount)
    );
    return { funding_history: kept.map(paymentPayload) };
  }),
];
