/** Kalshi's tag `exchange`, of perps. */
import { GetMarginEnabled, GetMarginExchangeStatus } from "../../../../contract/perps/operations.ts";
import { accountOf } from "../read.ts";
import { route } from "../route.ts";
import { marginOf, memberOf } from "./side.ts";

export const marginExchangeRoutes = [
  route(GetMarginEnabled, (call) => ({ enabled: memberOf(marginOf(call), accountOf(call)) !== undefined })),
  route(GetMarginExchangeStatus, ({ side: { engine } }) => ({
    exchange_active: !engine.exchangePaused,
    trading_active: !engine.tradingPaused,
  })),
];
