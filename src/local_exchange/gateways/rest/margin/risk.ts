/** Kalshi's tag `risk`, of perps. */
import {
  GetMarginNotionalRiskLimit,
  GetMarginRisk,
  GetMarginRiskParameters,
} from "../../../../contract/perps/operations.ts";
import { riskParameters } from "../../../margin/margin_exchange.ts";
import { limitPayload, riskPayload } from "../../../wire/margin/portfolio.ts";
import { accountOf } from "../read.ts";
import { route } from "../route.ts";
import { marginOf } from "./side.ts";

export const marginRiskRoutes = [
  route(GetMarginRisk, (call) => riskPayload(marginOf(call).riskOf(accountOf(call)))),
  route(GetMarginRiskParameters, (call) => ({
    liquidation_margin_ratio_threshold: riskParameters.liquidationRatio,
    queue_entry_margin_ratio_threshold: riskParameters.queueRatio,
    initial_margin_multiplier: Object.fromEntries(
      marginOf(call).listed.map((
        { market, initialMultiplier },
      ) => [market.ticker, initialMultiplier / 1_000]),
    ),
  })),
  route(GetMarginNotionalRiskLimit, (call) => limitPayload(marginOf(call).notional.of(accountOf(call)))),
];
