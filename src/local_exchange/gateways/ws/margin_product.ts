/** Perps: their channels are those of any market, and their tickers tell of marks and funding as well. */
import { perpsVenue } from "../../../config/perps_venue.ts";
import type { MarginExchange } from "../../margin/margin_exchange.ts";
import type { MarginEvent } from "../../margin/events.ts";
import { delta, fill, snapshot, ticker, trade, userOrder } from "../../wire/margin/messages.ts";
import { orderGroup } from "../../wire/messages/portfolio.ts";
import { marginChannels } from "./margin_channels.ts";
import type { Desk, SocketProduct } from "./product.ts";

/** A market has one ticker a second at most. */
const TICKER_GAP_MS = 1_000;

/** The perps of an exchange. */
export function marginSockets(margin: MarginExchange): SocketProduct {
  return {
    path: perpsVenue.wsPath,
    channels: marginChannels,
    sources: {},
    tickerGapMs: TICKER_GAP_MS,
    messages: {
      snapshot,
      delta: (event, _, isOwn) => delta(event, isOwn),
      ticker: (market) => ticker(margin, margin.catalog.infoOf(market)),
      trade,
      fill,
      userOrder,
      orderGroup,
    },
    market: (ticker) => margin.find(ticker)?.market,
    *tickersOf(ids) {
      for (const { id, market } of margin.listed) if (ids.has(id)) yield market.ticker;
    },
    watch: (desk) => margin.watch((event) => bring(desk, event)),
  };
}

function bring(desk: Desk, event: MarginEvent): void {
  switch (event.type) {
    case "mark":
      return desk.touch(event.info.market);
    case "funding":
      return desk.touch(event.funding.info.market);
    case "terms":
    case "trigger":
    case "liquidation":
      return;
    case "market":
      // A perp is open from the moment it is listed.
      return desk.happened(event.change === "opened" ? { ...event, change: "created" } : event);
    default:
      return desk.happened(event);
  }
}
