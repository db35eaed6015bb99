/** Every operation of the event contracts. */
import type { RestProduct } from "./route.ts";
import { accountRoutes } from "./account.ts";
import { apiKeyRoutes } from "./api_keys.ts";
import { candlestickRoutes } from "./candlesticks.ts";
import { communicationRoutes } from "./communications.ts";
import { eventRoutes } from "./events.ts";
import { exchangeRoutes } from "./exchange.ts";
import { fcmRoutes } from "./fcm.ts";
import { fixtureRoutes } from "./fixtures.ts";
import { historicalRoutes } from "./historical.ts";
import { marketRoutes } from "./market.ts";
import { milestoneRoutes } from "./milestones.ts";
import { multivariateRoutes } from "./multivariate.ts";
import { orderGroupRoutes } from "./order_groups.ts";
import { orderRoutes } from "./orders.ts";
import { portfolioRoutes } from "./portfolio.ts";
import { searchRoutes } from "./search.ts";

/** The event contracts, which are open to everybody. */
export const eventRest: RestProduct = {
  side: (exchange) => exchange,
  limits: ({ limits }) => limits,
  callerOf: (_, key) => key,
  routes: [
    ...accountRoutes,
    ...apiKeyRoutes,
    ...candlestickRoutes,
    ...communicationRoutes,
    ...eventRoutes,
    ...exchangeRoutes,
    ...fcmRoutes,
    ...fixtureRoutes,
    ...historicalRoutes,
    ...marketRoutes,
    ...milestoneRoutes,
    ...multivariateRoutes,
    ...orderGroupRoutes,
    ...orderRoutes,
    ...portfolioRoutes,
    ...searchRoutes,
  ],
};
