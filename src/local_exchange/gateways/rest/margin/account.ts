/** Kalshi's tag `account`, of perps. */
import { GetPerpsAccountApiLimits } from "../../../../contract/perps/operations.ts";
import { route } from "../route.ts";
import { limitsPayload } from "../account.ts";

export const marginAccountRoutes = [
  route(GetPerpsAccountApiLimits, (call) => limitsPayload(call, call.exchange.perpsLimits)),
];
