/** What happens on a product, brought to the subscribers that subscribed to it. */
import type { ClockTimer } from "../../../base/clock.ts";
import type { ExchangeClock } from "../../clock.ts";
import type { BookEvent, EngineEvent, MarketEvent, OrderEvent } from "../../engine/events.ts";
import type { Market } from "../../engine/model.ts";
import type { Desk, Owned, SocketProduct } from "./product.ts";
import type { Subscriber, Subscription } from "./subscriber.ts";

/** What was last told of a market. */
interface Told {
  readonly text: string;
  readonly at: number;
}

/** The feed of one product. */
export class Feed implements Desk {
  readonly #product: SocketProduct;
  readonly #clock: ExchangeClock;
  readonly #subscribers = new Set<Subscriber>();
  /** Subscribers with a subscription to a channel; rebuilt when subscriptions change. */
  #byChannel = new Map<string, Subscriber[]>();
  /** Subscribers by the market of their order books: where most of the traffic is. */
  #byBook = new Map<string, Subscriber[]>();
  readonly #dirty = new Set<Market>();
  readonly #tickers = new WeakMap<Market, Told>();
  readonly #stops: readonly (() => void)[];
  /** Set while it waits for a ticker that came too soon. */
  #timer: ClockTimer | undefined;
  #isAwaited = false;

  constructor(product: SocketProduct, clock: ExchangeClock) {
    this.#product = product;
    this.#clock = clock;
    this.#stops = [
      product.watch(this),
      clock.onAdvance(() => {
        if (this.#dirty.size > 0) this.#flushSoon();
      }),
    ];
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

  publish(channel: string, type: string, msg: object, key?: string): void {
    for (const subscriber of this.#byChannel.get(channel) ?? []) {
      const subscription = subscriber.wanting(channel, key);
      if (subscription !== undefined) subscriber.update(subscription, type, msg);
    }
  }

  /** Stops listening. */
  close(): void {
    for (const stop of this.#stops) stop();
    this.#timer?.clear();
    this.#dirty.clear();
  }

  happened(event: EngineEvent): void {
    const { messages } = this.#product;
    switch (event.type) {
      case "book":
        return this.#book(event);
      case "trade":
        this.touch(event.trade.market);
        if (!this.#byChannel.has("trade")) return;
        return this.publish("trade", "trade", messages.trade(event.trade), event.trade.market.ticker);
      case "order":
        return this.#order(event);
      case "group": {
        const { group, change, at } = event;
        const { account, subaccount } = group.wallet;
        for (const [subscriber, subscription] of this.subscribed("order_group_updates")) {
          if (!subscriber.owns(account, subaccount)) continue;
          subscriber.update(subscription, "order_group_updates", messages.orderGroup(group, change, at));
        }
        return;
      }
      case "market":
        return this.#market(event);
      case "position":
      case "rejected":
      case "amendment_rejected":
      case "pause":
      case "settlement":
        return;
    }
  }

  *subscribed(channel: string): Iterable<readonly [Subscriber, Subscription]> {
    for (const subscriber of this.#byChannel.get(channel) ?? []) {
      const subscription = subscriber.subscriptions.get(channel);
      if (subscription !== undefined) yield [subscriber, subscription];
    }
  }

  privately(channel: string, type: string, { market, wallet }: Owned, payload: () => object): void {
    for (const subscriber of this.#byChannel.get(channel) ?? []) {
      const subscription = subscriber.wanting(channel, market.ticker);
      if (subscription !== undefined && subscriber.owns(wallet.account, wallet.subaccount)) {
        subscriber.update(subscription, type, payload());
      }
    }
  }

  /** Sent once for all that happens in one go. */
  touch(market: Market): void {
    if (!this.#byChannel.has("ticker")) return;
    this.#dirty.add(market);
    this.#flushSoon();
  }

  #order(event: OrderEvent): void {
    const { order } = event;
    const { messages } = this.#product;
    if (event.change === "filled") this.privately("fill", "fill", order, () => messages.fill(event.fill));
    // Kalshi tells of an order what became of it, and not what it went through on its way in.
    if (event.after.status === "entering") return;
    this.privately("user_orders", "user_order", order, () => messages.userOrder(order));
  }

  #book(event: BookEvent): void {
    const { market, order } = event;
    this.touch(market);
    // What rests in a market that closes goes in one go: an empty snapshot tells it.
    if (market.status !== "active" && market.status !== "inactive") return;
    for (const subscriber of this.#byBook.get(market.ticker) ?? []) {
      const subscription = subscriber.subscriptions.get("orderbook_delta");
      if (subscription === undefined) continue;
      const isOwn = subscriber.owns(order.account, order.wallet.subaccount);
      const msg = this.#product.messages.delta(event, subscription.useYesPrice, isOwn);
      subscriber.update(subscription, "orderbook_delta", msg);
    }
  }

  /** Who asked for its book before it was there gets it now, and everybody an empty one when it closes. */
  #market({ market, change }: MarketEvent): void {
    const { messages } = this.#product;
    if (change !== "created" && change !== "closed") return;
    if (this.#product.market(market.ticker) === undefined) return;
    for (const subscriber of this.#byBook.get(market.ticker) ?? []) {
      const subscription = subscriber.subscriptions.get("orderbook_delta");
      if (subscription === undefined) continue;
      subscriber.update(
        subscription,
        "orderbook_snapshot",
        messages.snapshot(market, subscription.useYesPrice),
      );
    }
  }

  #flushSoon(): void {
    if (this.#isAwaited) return;
    this.#isAwaited = true;
    queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    this.#isAwaited = false;
    const now = this.#clock.now();
    let soonestMs = Infinity;
    for (const market of this.#dirty) {
      const told = this.#tickers.get(market);
      const earlyMs = told === undefined ? 0 : this.#product.tickerGapMs - (now - told.at);
      if (earlyMs > 0) {
        soonestMs = Math.min(soonestMs, earlyMs);
        continue;
      }
      this.#dirty.delete(market);
      const payload = this.#product.messages.ticker(market) as Readonly<Record<string, unknown>>;
      const { ts: _, ts_ms: __, time: ___, ...shown } = payload;
      const text = JSON.stringify(shown);
      if (told?.text === text) continue;
      this.#tickers.set(market, { text, at: now });
      this.publish("ticker", "ticker", payload, market.ticker);
    }
    this.#timer?.clear();
    this.#timer = undefined;
    // While time stands still it never comes; that it goes on is told.
    if (soonestMs === Infinity || !this.#clock.isRunning) return;
    this.#timer = this.#clock.setTimer(() => this.#flush(), soonestMs);
  }
}

function push<Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
