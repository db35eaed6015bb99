/** What happens on the exchange, brought to the subscribers that subscribed to it. */
import type { BookEvent, MarketEvent, OrderEvent } from "../../engine/events.ts";
import type { Account, Market } from "../../engine/model.ts";
import type { Exchange, ExchangeEvent } from "../../exchange.ts";
import type { EventInfo } from "../../world/catalog.ts";
import type { CommunicationEvent } from "../../world/communications.ts";
import { quote, rfq } from "../../wire/messages/communications.ts";
import { eventCreated, eventFees, marketLifecycle } from "../../wire/messages/lifecycle.ts";
import { delta, snapshot, ticker, trade } from "../../wire/messages/market_data.ts";
import { fill, orderGroup, position, userOrder } from "../../wire/messages/portfolio.ts";
import type { Subscriber } from "./subscriber.ts";

/** Which shard of the `communications` channel a market is on. */
function shardOf(ticker: string, factor: number): number {
  let hash = 0;
  for (let at = 0; at < ticker.length; at++) hash = Math.imul(hash, 31) + ticker.charCodeAt(at) >>> 0;
  return hash % factor;
}

/** The feed of one exchange. */
export class Feed {
  readonly #exchange: Exchange;
  readonly #subscribers = new Set<Subscriber>();
  /** Subscribers with a subscription to a channel; rebuilt when subscriptions change. */
  #byChannel = new Map<string, Subscriber[]>();
  /** Subscribers by the market of their order books: where most of the traffic is. */
  #byBook = new Map<string, Subscriber[]>();
  readonly #dirty = new Set<Market>();
  readonly #tickers = new WeakMap<Market, string>();
  readonly #stop: () => void;
  readonly #events = new WeakSet<EventInfo>();

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
    for (const event of exchange.catalog.events.values()) this.#events.add(event);
    this.#stop = exchange.watch((event) => this.#happened(event));
  }

  /** Adds a subscriber. */
  add(subscriber: Subscriber): void {
    this.#subscribers.add(subscriber);
  }

  /** Takes a subscriber out. */
  delete(subscriber: Subscriber): void {
    this.#subscribers.delete(subscriber);
    this.refresh();
  }

  /** Subscriptions have changed. */
  refresh(): void {
    this.#byChannel = new Map();
    this.#byBook = new Map();
    for (const subscriber of this.#subscribers) {
      for (const { channel, keys } of subscriber.subscriptions.values()) {
        push(this.#byChannel, channel, subscriber);
        if (channel === "orderbook_delta") {
          for (const ticker of keys ?? []) push(this.#byBook, ticker, subscriber);
        }
      }
    }
  }

  /** Sends a message of a channel to everyone who subscribed to it, and to `key` in it. */
  publish(channel: string, type: string, msg: object, key?: string): void {
    for (const subscriber of this.#byChannel.get(channel) ?? []) {
      const subscription = subscriber.wanting(channel, key);
      if (subscription !== undefined) subscriber.update(subscription, type, msg);
    }
  }

  /** Stops listening. */
  close(): void {
    this.#stop();
  }

  #happened(event: ExchangeEvent): void {
    switch (event.type) {
      case "book":
        return this.#book(event);
      case "trade":
        this.#touch(event.trade.market);
        return this.publish("trade", "trade", trade(event.trade), event.trade.market.ticker);
      case "order":
        return this.#order(event);
      case "position": {
        const { holding } = event;
        return this.#private(
          "market_positions",
          "market_position",
          holding,
          () => position(holding),
        );
      }
      case "group": {
        const { group, change, at } = event;
        for (const subscriber of this.#byChannel.get("order_group_updates") ?? []) {
          const subscription = subscriber.subscriptions.get("order_group_updates");
          const { account, subaccount } = group.wallet;
          if (subscription !== undefined && subscriber.owns(account, subaccount)) {
            subscriber.update(subscription, "order_group_updates", orderGroup(group, change, at));
          }
        }
        return;
      }
      case "market":
        return this.#market(event);
      case "event_fees":
        return this.publish("market_lifecycle_v2", "event_fee_update", eventFees(event.event));
      case "rfq":
      case "quote":
        return this.#negotiated(event);
      case "rejected":
      case "settlement":
        return;
    }
  }

  #order(event: OrderEvent): void {
    const { order } = event;
    if (event.change === "filled") this.#private("fill", "fill", order, () => fill(event.fill));
    // Kalshi tells of an order what became of it, and not what it went through on its way in.
    if (event.after.status === "entering") return;
    this.#private("user_orders", "user_order", order, () => userOrder(order));
  }

  #book(event: BookEvent): void {
    const { market, order } = event;
    this.#touch(market);
    // What rests in a market that closes goes in one go: an empty snapshot tells it.
    if (market.status !== "active" && market.status !== "inactive") return;
    for (const subscriber of this.#byBook.get(market.ticker) ?? []) {
      const subscription = subscriber.subscriptions.get("orderbook_delta");
      if (subscription === undefined) continue;
      const isOwn = subscriber.owns(order.account, order.wallet.subaccount);
      subscriber.update(subscription, "orderbook_delta", delta(event, subscription.useYesPrice, isOwn));
    }
  }

  #private(
    channel: string,
    type: string,
    { market, wallet: { account, subaccount } }: {
      readonly market: Market;
      readonly wallet: { readonly account: Account; readonly subaccount: number };
    },
    payload: () => object,
  ): void {
    for (const subscriber of this.#byChannel.get(channel) ?? []) {
      const subscription = subscriber.wanting(channel, market.ticker);
      if (subscription !== undefined && subscriber.owns(account, subaccount)) {
        subscriber.update(subscription, type, payload());
      }
    }
  }

  /** The ticker of a market may have changed: sent once for all that happens in one go. */
  #touch(market: Market): void {
    if (!this.#byChannel.has("ticker")) return;
    if (this.#dirty.size === 0) queueMicrotask(() => this.#flush());
    this.#dirty.add(market);
  }

  #flush(): void {
    for (const market of this.#dirty) {
      const payload = ticker(market, this.#exchange.engine.now);
      const { ts: _, ts_ms: __, time: ___, ...shown } = payload;
      const text = JSON.stringify(shown);
      if (this.#tickers.get(market) === text) continue;
      this.#tickers.set(market, text);
      this.publish("ticker", "ticker", payload, market.ticker);
    }
    this.#dirty.clear();
  }

  #market(event: MarketEvent): void {
    const { market, change } = event;
    const info = this.#exchange.catalog.markets.get(market.ticker);
    if (info === undefined) return;
    const channel = info.event.legs === undefined ? "market_lifecycle_v2" : "multivariate_market_lifecycle";
    if (change === "created" && !this.#events.has(info.event)) {
      this.#events.add(info.event);
      this.publish(channel, "event_lifecycle", eventCreated(info.event));
    }
    const msg = marketLifecycle(event, info);
    if (msg !== undefined) this.publish(channel, channel, msg);
    // Who asked for its book before it was there gets it now, and everybody an empty one when it closes.
    if (change !== "created" && change !== "closed") return;
    for (const subscriber of this.#byBook.get(market.ticker) ?? []) {
      const subscription = subscriber.subscriptions.get("orderbook_delta");
      if (subscription === undefined) continue;
      subscriber.update(subscription, "orderbook_snapshot", snapshot(market, subscription.useYesPrice));
    }
  }

  #negotiated(event: CommunicationEvent): void {
    // The WebSocket does not tell of these two.
    if (event.change === "confirmed" || event.change === "cancelled") return;
    const request = event.type === "rfq" ? event.rfq : event.quote.rfq;
    const { market } = request.info;
    for (const subscriber of this.#byChannel.get("communications") ?? []) {
      const subscription = subscriber.subscriptions.get("communications");
      if (subscription === undefined) continue;
      const { shard, ownOnly } = subscription;
      if (shard !== undefined && shardOf(market.ticker, shard.factor) !== shard.key) continue;
      const isRequester = subscriber.owns(request.wallet.account, request.wallet.subaccount);
      if (event.type === "rfq") {
        if (ownOnly && !isRequester) continue;
        const msg = rfq(this.#exchange.communications, request, event.change, subscriber.account);
        subscriber.update(subscription, `rfq_${event.change}`, msg);
      } else {
        const { account, subaccount } = event.quote.wallet;
        if (!isRequester && !subscriber.owns(account, subaccount)) continue;
        const msg = quote(this.#exchange.communications, event.quote, event.change, subscriber.account);
        subscriber.update(subscription, `quote_${event.change}`, msg);
      }
    }
  }
}

function push<Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
