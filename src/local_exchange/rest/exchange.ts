/** Kalshi's tag `exchange`. */
import { GetExchangeStatus, GetUserDataTimestamp } from "../../contract/operations.ts";
import { route } from "../route.ts";
import { isoTime } from "./shapes.ts";

export const exchangeRoutes = [
  route(GetExchangeStatus, ({ venue: { engine } }) => {
    const state = {
      exchange_active: !engine.exchangePaused,
      trading_active: !engine.tradingPaused,
      intra_exchange_transfers_active: !engine.exchangePaused,
    };
    return {
      ...state,
      exchange_index_statuses: [{ exchange_index: 0, description: "Event contracts", ...state }],
    };
  }),
  route(GetUserDataTimestamp, ({ venue }) => ({ as_of_time: isoTime(venue.engine.now) })),
];
