/** Every operation that the exchange answers. */
import type { Route } from "../route.ts";
import { eventRoutes } from "./events.ts";
import { exchangeRoutes } from "./exchange.ts";
import { marketRoutes } from "./market.ts";
import { orderRoutes } from "./orders.ts";
import { portfolioRoutes } from "./portfolio.ts";

export const allRoutes: readonly Route[] = [
  ...exchangeRoutes,
  ...marketRoutes,
  ...eventRoutes,
  ...orderRoutes,
  ...portfolioRoutes,
];
