/** Quotes over REST, with what the WebSocket tells of the account. */
import type { KalshiClient } from "../../client.ts";
import { KalshiError, KalshiNotFoundError } from "../../base/errors.ts";
import {
  formatCount,
  formatPrice,
  notional,
  parseCount,
  parseMoney,
  parsePrice,
  priceGrid,
} from "../../base/fixed_point.ts";
import { having, needed, readOptions, type Rules, whole, withPreset } from "../../base/options.ts";
import type { UserOrderData } from "../../contract/event/channels.ts";
import type { Order } from "../../contract/event/types.ts";
import type { WriteOptions } from "../../http/call_options.ts";
import type { KalshiStream } from "../../stream/stream.ts";
import type {
  QuoteChange,
  QuotedMarket,
  QuotePort,
  QuoteSink,
  QuoteToChange,
  QuoteToFind,
  QuoteToPlace,
  QuoteVerdict,
  ToldOrder,
} from "./port.ts";
import { verdictOf } from "./verdicts.ts";

/** What a {@linkcode restQuotePort} is made from. */
export interface RestQuotePortOptions {
  /** Sends the requests. Give it a `rateLimit`: cancels go first in it. */
  readonly client: KalshiClient;
  /** Tells what happens to the account's orders. */
  readonly stream: KalshiStream;
  /**
   * Number of the subaccount that quotes.
   *
   * @default 0
   */
  readonly subaccount?: number | undefined;
}

/** What the options may be. */
export const restPortRules = {
  client: needed(having<KalshiClient>("a KalshiClient", "request")),
  stream: needed(having<KalshiStream>("a KalshiStream", "on")),
  subaccount: withPreset(whole(0), 0),
} satisfies Rules<RestQuotePortOptions>;

/** A write is sent once: what became of it is found out with a look, and a newer wish may have come meanwhile. */
const ONCE: WriteOptions = { orderRetries: "never", maxRetries: 0 };

/** How far this clock and the exchange's may be apart. */
const SLACK_MS = 60_000;

/** States in which a market trades, or may trade again. */
const LIVING: ReadonlySet<string> = new Set(["initialized", "inactive", "active"]);

/** What an order's fills brought in. An ask pays for NO what YES does not cost: the dollar less that is what it sold for. */
function cashOf(order: Order | UserOrderData, filled: number): number {
  const paid = parseMoney(order.taker_fill_cost_dollars) + parseMoney(order.maker_fill_cost_dollars);
  const fees = parseMoney(order.taker_fees_dollars) + parseMoney(order.maker_fees_dollars);
  return (order.book_side === "bid" ? 0 : notional(10_000, filled)) - paid - fees;
}

/** An order, as REST or the WebSocket have it. */
export function toldOrder(order: Order | UserOrderData): ToldOrder {
  const filled = parseCount(order.fill_count_fp);
  const told: ToldOrder = {
    orderId: order.order_id,
    clientOrderId: order.client_order_id,
    ticker: order.ticker,
    side: order.book_side === "bid" ? "bid" : "ask",
    price: parsePrice(order.yes_price_dollars),
    filled,
    remaining: parseCount(order.remaining_count_fp),
    isOpen: order.status === "resting",
    cash: cashOf(order, filled),
  };
  const reason = (order as UserOrderData).last_update_reason;
  return {
    ...told,
    ...(order.order_group_id && { orderGroupId: order.order_group_id }),
    ...(reason && { reason }),
  };
}

/** REST's way to an exchange. */
export class RestPort implements QuotePort {
  readonly kind: QuotePort["kind"] = "rest";
  protected readonly client: KalshiClient;
  protected readonly subaccount: number;
  readonly #stream: KalshiStream;

  constructor({ client, stream, subaccount = 0 }: RestQuotePortOptions) {
    this.client = client;
    this.#stream = stream;
    this.subaccount = subaccount;
  }

  async open(sink: QuoteSink): Promise<() => Promise<void>> {
    const { subaccount } = this;
    const orders = await this.#stream.on("user_orders", (item) => {
      if (item.type !== "user_order") return sink.gap();
      if ((item.msg.subaccount_number ?? 0) === subaccount && item.msg.status !== "unknown") {
        sink.order(toldOrder(item.msg));
      }
    });
    const fills = await this.#stream.on("fill", (item) => {
      // A loss is told by the other channel as well.
      if (item.type !== "fill" || (item.msg.subaccount ?? 0) !== subaccount) return;
      const { market_ticker, order_id, client_order_id, count_fp, book_side } = item.msg;
      const count = parseCount(count_fp);
      sink.position(market_ticker, order_id, client_order_id ?? "", book_side === "bid" ? count : -count);
    });
    const status = this.#stream.status();
    void (async () => {
      for await (const item of status) if (item.state === "closed") sink.ended(item.cause);
    })();
    return async () => {
      await status.return?.();
      await Promise.allSettled([orders.unsubscribe(), fills.unsubscribe()]);
    };
  }

  async place(quote: QuoteToPlace): Promise<ToldOrder> {
    const { clientOrderId, market: { ticker, exchangeIndex }, side, price, count, orderGroupId } = quote;
    const answer = await this.client.orders.create({
      ticker,
      client_order_id: clientOrderId,
      side,
      price: formatPrice(price),
      count: formatCount(count),
      time_in_force: "good_till_canceled",
      self_trade_prevention_type: quote.selfTradePrevention,
      post_only: quote.postOnly,
      subaccount: this.subaccount,
      exchange_index: exchangeIndex,
      ...(orderGroupId !== undefined && { order_group_id: orderGroupId }),
    }, ONCE);
    const remaining = parseCount(answer.remaining_count);
    const filled = parseCount(answer.fill_count);
    const { order_id: orderId } = answer;
    return { orderId, clientOrderId, ticker, side, price, filled, remaining, isOpen: remaining > 0 };
  }

  async amend(order: QuoteToChange, { clientOrderId, price, total }: QuoteChange): Promise<ToldOrder> {
    const { orderId, side, market: { ticker, exchangeIndex } } = order;
    const answer = await this.client.orders.amend(
      orderId,
      {
        ticker,
        side,
        price: formatPrice(price),
        count: formatCount(total),
        // One that comes late names an id that the order has no more, and is refused.
        client_order_id: order.clientOrderId,
        updated_client_order_id: clientOrderId,
        exchange_index: exchangeIndex,
      },
      { subaccount: this.subaccount },
      ONCE,
    );
    const remaining = parseCount(answer.remaining_count ?? "0");
    if (remaining > 0) {
      return {
        orderId,
        clientOrderId,
        ticker,
        side,
        price,
        filled: total - remaining,
        remaining,
        isOpen: true,
      };
    }
    // It has ended with the amend, or the answer does not say what rests.
    return toldOrder(await this.client.orders.get(orderId));
  }

  async cancel(order: QuoteToChange): Promise<ToldOrder> {
    const { orderId, clientOrderId, side, price, total, market: { ticker, exchangeIndex } } = order;
    const params = { subaccount: this.subaccount, exchange_index: exchangeIndex };
    const { reduced_by } = await this.client.orders.cancel(orderId, params, ONCE);
    // What was not cancelled has filled, of an order whose size is known.
    if (!order.isCertain) return toldOrder(await this.client.orders.get(orderId));
    const filled = Math.max(0, total - parseCount(reduced_by));
    return { orderId, clientOrderId, ticker, side, price, filled, remaining: 0, isOpen: false };
  }

  async find({ orderId, clientOrderId, ticker, sinceMs }: QuoteToFind): Promise<ToldOrder | undefined> {
    if (orderId !== undefined) {
      try {
        return toldOrder(await this.client.orders.get(orderId));
      } catch (error) {
        if (error instanceof KalshiNotFoundError) return undefined;
        throw error;
      }
    }
    const params = {
      ticker,
      subaccount: this.subaccount,
      min_ts: Math.max(0, Math.floor((sinceMs - SLACK_MS) / 1_000)),
    };
    const order = await this.client.orders.getByClientOrderId(clientOrderId, params);
    return order && toldOrder(order);
  }

  async resting(): Promise<readonly ToldOrder[]> {
    const told: ToldOrder[] = [];
    const params = { status: "resting", limit: 1_000, subaccount: this.subaccount };
    for await (const order of this.client.orders.listAll(params)) told.push(toldOrder(order));
    return told;
  }

  async positions(): Promise<ReadonlyMap<string, number>> {
    const positions = new Map<string, number>();
    const params = { limit: 1_000, subaccount: this.subaccount };
    for await (const { ticker, position_fp } of this.client.portfolio.positions.listAll(params)) {
      positions.set(ticker, parseCount(position_fp));
    }
    return positions;
  }

  async market(ticker: string): Promise<QuotedMarket> {
    const market = await this.client.markets.get(ticker);
    return {
      ticker,
      eventTicker: market.event_ticker,
      exchangeIndex: market.exchange_index ?? 0,
      grid: priceGrid(market.price_ranges),
      status: market.status,
      isOver: !LIVING.has(market.status),
    };
  }

  async createGroup(contractsLimit: number, exchangeIndex: number): Promise<string> {
    const { order_group_id } = await this.client.orderGroups.create({
      contracts_limit: contractsLimit,
      subaccount: this.subaccount,
      exchange_index: exchangeIndex,
    });
    return order_group_id;
  }

  async triggerGroup(id: string, exchangeIndex: number): Promise<void> {
    const params = { subaccount: this.subaccount, exchange_index: exchangeIndex };
    await this.client.orderGroups.trigger(id, params);
  }

  async deleteGroup(id: string, exchangeIndex: number): Promise<void> {
    const params = { subaccount: this.subaccount, exchange_index: exchangeIndex };
    await this.client.orderGroups.delete(id, params);
  }

  verdict(error: unknown): QuoteVerdict {
    return error instanceof KalshiError ? verdictOf(error) : "unknown";
  }
}

/**
 * Lets a {@linkcode QuoteManager} work over REST; what happens to its orders comes over the WebSocket.
 *
 * @throws {KalshiConfigError} for an option that is unknown, missing or wrong
 *
 * @example
 * ```ts
 * import { KalshiClient } from "@unofficial/kalshi";
 * import { QuoteManager, restQuotePort } from "@unofficial/kalshi/trading";
 *
 * await using client = await KalshiClient.fromEnv(undefined, { rateLimit: "auto" });
 * await using stream = await client.stream();
 * await using quotes = await QuoteManager.open({ port: restQuotePort({ client, stream }), name: "maker" });
 * console.log(quotes.orders);
 * ```
 */
export function restQuotePort(options: RestQuotePortOptions): QuotePort {
  return new RestPort(readOptions("restQuotePort", options, restPortRules));
}
