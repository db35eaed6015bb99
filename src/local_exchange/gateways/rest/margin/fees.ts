/** Kalshi's tag `fees`, of perps. */
import { GetMarginFeeTierRates, GetMarginFeeTiers } from "../../../../contract/perps/operations.ts";
import type { FeeSchedule } from "../../../engine/fees.ts";
import { accountOf } from "../read.ts";
import { type Call, route } from "../route.ts";
import { marginOf } from "./side.ts";

const MILLION = 1_000_000;

/** A rate of each market, as a part of what is traded. */
function rates(call: Call, rateOf: (fees: FeeSchedule) => number): Record<string, number> {
  const { listed, fees } = marginOf(call);
  const account = accountOf(call);
  return Object.fromEntries(
    listed.map(({ market }) => [market.ticker, rateOf(fees.feesOf(account, market)) / MILLION]),
  );
}

export const marginFeeRoutes = [
  route(GetMarginFeeTierRates, (call) => {
    const { listed: [first], fees } = marginOf(call);
    const tiers = first === undefined ? [] : fees.rates(first);
    return {
      fee_tier_rates: tiers.map(({ schedule, tier, makerRate, takerRate }) => ({
        fee_schedule: schedule,
        tier,
        maker_fee_rate: makerRate / MILLION,
        taker_fee_rate: takerRate / MILLION,
      })),
    };
  }),
  route(GetMarginFeeTiers, (call) => ({
    maker_fee_rates: rates(call, ({ makerRate }) => makerRate),
    taker_fee_rates: rates(call, ({ takerRate }) => takerRate),
  })),
];
