/** The event-contract product: the channels that it alone has, on lifecycles, positions and requests for quotes. */
import { eventVenue } from "../../../config/venue.ts";
import type { MarketEvent } from "../../engine/events.ts";
import type { Exchange, ExchangeEvent } from "../../exchange.ts";
import type { EventInfo } from "../../world/catalog.ts";
import type { CommunicationEvent } from "../../world/communications.ts";
import { quote, rfq } from "../../wire/messages/communications.ts";
import { eventCreated, eventFees, marketLifecycle } from "../../wire/messages/lifecycle.ts";
import { delta, marketId, snapshot, ticker, trade } from "../../wire/messages/market_data.ts";
import { fill, orderGroup, position, userOrder } from "../../wire/messages/portfolio.ts";
import { eventChannels } from "./event_channels.ts";
import type { Desk, SocketProduct } from "./product.ts";

/** The indices and underlyings that there are, by channel. */
const sources: Readonly<Record<string, readonly string[]>> = {
  cfbenchmarks_value: ["BRTI", "ETHUSD_RTI", "SOLUSD_RTI"],
  cfbenchmarks_value_5hz: ["BRTI", "ETHUSD_RTI"],
  pyth_value: ["XAU/USD", "WTI/USD"],
};

/** Which shard of the `communications` channel a market is on. */
function shardOf(ticker: string, factor: number): number {
  let hash = 0;
  for (let at = 0; at < ticker.length; at++) hash = Math.imul(hash, 31) + ticker.charCodeAt(at) >>> 0;
  return hash % factor;
}

/** The event contracts of an exchange. */
export function eventSockets(exchange: Exchange): SocketProduct {
  const { catalog, engine } = exchange;
  return {
    path: eventVenue.wsPath,
    channels: eventChannels,
    sources,
    tickerGapMs: 0,
    messages: {
      snapshot,
      delta,
      ticker: (market) => ticker(market, engine.now),
      trade,
      fill,
      userOrder,
      orderGroup,
    },
    market: (ticker) => catalog.markets.get(ticker)?.market,
    *tickersOf(ids) {
      for (const { market } of catalog.listed) if (ids.has(marketId(market.ticker))) yield market.ticker;
    },
    watch(desk) {
      const known = new WeakSet<EventInfo>(catalog.events.values());
      return exchange.watch((event) => bring(exchange, desk, known, event));
    },
  };
}

function bring(exchange: Exchange, desk: Desk, known: WeakSet<EventInfo>, event: ExchangeEvent): void {
  switch (event.type) {
    case "position": {
      const { holding } = event;
      return desk.privately("market_positions", "market_position", holding, () => position(holding));
    }
    case "event_fees":
      return desk.publish("market_lifecycle_v2", "event_fee_update", eventFees(event.event));
    case "rfq":
    case "quote":
      return negotiated(exchange, desk, event);
    case "market":
      lived(exchange, desk, known, event);
      return desk.happened(event);
    default:
      return desk.happened(event);
  }
}

function lived({ catalog }: Exchange, desk: Desk, known: WeakSet<EventInfo>, event: MarketEvent): void {
  const info = catalog.markets.get(event.market.ticker);
  if (info === undefined) return;
  const channel = info.event.legs === undefined ? "market_lifecycle_v2" : "multivariate_market_lifecycle";
  if (event.change === "created" && !known.has(info.event)) {
    known.add(info.event);
    desk.publish(channel, "event_lifecycle", eventCreated(info.event));
  }
  const msg = marketLifecycle(event, info);
  if (msg !== undefined) desk.publish(channel, channel, msg);
}

function negotiated({ communications }: Exchange, desk: Desk, event: CommunicationEvent): void {
  // The WebSocket does not tell of these two.
  if (event.change === "confirmed" || event.change === "cancelled") return;
  const request = event.type === "rfq" ? event.rfq : event.quote.rfq;
  const { market } = request.info;
  for (const [subscriber, subscription] of desk.subscribed("communications")) {
    const { shard, ownOnly } = subscription;
    if (shard !== undefined && shardOf(market.ticker, shard.factor) !== shard.key) continue;
    const isRequester = subscriber.owns(request.wallet.account, request.wallet.subaccount);
    if (event.type === "rfq") {
      if (ownOnly && !isRequester) continue;
      const msg = rfq(communications, request, event.change, subscriber.account);
      subscriber.update(subscription, `rfq_${event.change}`, msg);
    } else {
      const { account, subaccount } = event.quote.wallet;
      if (!isRequester && !subscriber.owns(account, subaccount)) continue;
      const msg = quote(communications, event.quote, event.change, subscriber.account);
      subscriber.update(subscription, `quote_${event.change}`, msg);
    }
  }
}
