/** Every operation of perps. */
import { ApiError } from "../../../api_error.ts";
import type { RestProduct } from "../route.ts";
import { marginAccountRoutes } from "./account.ts";
import { marginExchangeRoutes } from "./exchange.ts";
import { marginTriggerRoutes } from "./exit_triggers.ts";
import { marginFcmRoutes } from "./fcm.ts";
import { marginFeeRoutes } from "./fees.ts";
import { marginFundingRoutes } from "./funding.ts";
import { marginMarketRoutes } from "./market.ts";
import { marginGroupRoutes } from "./order_groups.ts";
import { marginOrderRoutes } from "./orders.ts";
import { marginPortfolioRoutes } from "./portfolio.ts";
import { marginRiskRoutes } from "./risk.ts";
import { GetMarginEnabled, GetPerpsAccountApiLimits } from "../../../../contract/perps/operations.ts";
import { marginIn, memberOf } from "./side.ts";

/** What those are answered who may not trade perps. */
const openToAll: ReadonlySet<unknown> = new Set([GetMarginEnabled, GetPerpsAccountApiLimits]);

/** Perps, which are open to those who are enabled for them. */
export const marginRest: RestProduct = {
  side: marginIn,
  limits: ({ perpsLimits }) => perpsLimits,
  callerOf(exchange, key, operation) {
    const account = memberOf(marginIn(exchange), key.account);
    if (account !== undefined) return { ...key, account };
    if (openToAll.has(operation)) return key;
    throw new ApiError(
      "margin_not_enabled",
      "GET /margin/enabled says whether an account may trade perps",
    );
  },
  routes: [
    ...marginAccountRoutes,
    ...marginExchangeRoutes,
    ...marginFcmRoutes,
    ...marginFeeRoutes,
    ...marginFundingRoutes,
    ...marginGroupRoutes,
    ...marginMarketRoutes,
    ...marginOrderRoutes,
    ...marginPortfolioRoutes,
    ...marginRiskRoutes,
    ...marginTriggerRoutes,
  ],
};
