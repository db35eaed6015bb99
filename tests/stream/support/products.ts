/** The streams of both products on one local exchange, as tests of what they have in common need them. */
import { KalshiClient, KalshiConfig, type KalshiConfigOptions } from "../../../mod.ts";
import type { RequestSigner } from "../../../src/auth/signer.ts";
import type { Clock } from "../../../src/base/clock.ts";
import type { LocalExchange } from "../../../src/local_exchange/mod.ts";
import {
  PerpsClient,
  type PerpsConfig,
  PerpsStream,
  type PerpsStreamOptions,
} from "../../../src/perps/mod.ts";
import type { Runtime } from "../../../src/runtime/types.ts";
import { KalshiStream, type LiveOrderBook, type StreamOptions } from "../../../src/stream/mod.ts";
import { type BookProduct, eventBooks, perpsBooks } from "../../books/support/products.ts";
import { type TestedProduct, testedProducts } from "../../local_exchange/support/products.ts";

/** What a client is made with. */
export interface ClientParts {
  readonly auth: RequestSigner;
  readonly clock?: Clock;
  readonly runtime?: Runtime;
  readonly transport?: (request: Request) => Promise<Response>;
}

/** An order, as far as both products tell of it alike. */
export interface ToldOrder {
  readonly order_id: string;
  /** What of it differs when it has changed. */
  readonly state: string;
}

// deno-lint-ignore no-explicit-any
type Untyped = any;

/** A client of one of the exchanges, as a test trades through it. */
export interface TestTrader {
  readonly client: KalshiClient | PerpsClient;
  /** Places an order; resolves to its id. */
  place(ticker: string, side: "bid" | "ask", price: string, count: string): Promise<string>;
  cancel(orderId: string): Promise<unknown>;
  /** The fills that there were, each by what {@linkcode StreamsOfProduct.fillOf} makes of its live message. */
  fills(): AsyncIterable<string>;
  orders(): AsyncIterable<ToldOrder>;
  /** A book as REST tells it. */
  restBook(ticker: string): Promise<unknown>;
}

/** One product. */
export interface StreamsOfProduct {
  readonly name: "event" | "perps";
  readonly books: BookProduct;
  readonly local: TestedProduct;
  /** A configuration that leads to the exchange. */
  configOf(exchange: LocalExchange, more?: KalshiConfigOptions): KalshiConfig;
  trader(parts: ClientParts, config: KalshiConfig): TestTrader;
  /** What both streams have in common has the types of the one of event contracts. */
  connect(options: StreamOptions): Promise<KalshiStream>;
  /** The book of a stream as REST would tell it. */
  bookOf(book: LiveOrderBook): unknown;
  /** The same of an answer in the shape of REST's. */
  levelsOf(answer: object): unknown;
  /** What tells a live `fill` from another one. */
  fillOf(msg: object): string;
  /** What of a live `user_order` differs when it has changed. */
  stateOf(msg: object): string;
  /** Makers move. */
  step(exchange: LocalExchange): void;
}

const told = (...fields: readonly string[]) => (msg: object) =>
  fields.map((field) => (msg as Record<string, unknown>)[field]).join(" ");

const eventState = told("status", "fill_count_fp", "remaining_count_fp");
const perpsState = told("fill_count", "remaining_count", "price");

const orderOf = (ticker: string, side: "bid" | "ask", price: string, count: string) => ({
  ticker,
  side,
  price,
  count,
  time_in_force: "good_till_canceled" as const,
  self_trade_prevention_type: "taker_at_cross" as const,
});

async function* toldOrders(
  orders: AsyncIterable<{ readonly order_id: string }>,
  stateOf: (order: object) => string,
) {
  for await (const order of orders) yield { order_id: order.order_id, state: stateOf(order) };
}

export const eventStreams: StreamsOfProduct = {
  name: "event",
  books: eventBooks,
  local: testedProducts.event,
  configOf: ({ baseUrl }, more) => new KalshiConfig({ baseUrl, ...more }),
  trader(parts, config) {
    const client = new KalshiClient({ ...parts, config });
    return {
      client,
      place: async (...order) => (await client.orders.create(orderOf(...order))).order_id,
      cancel: (id) => client.orders.cancel(id),
      async *fills() {
        for await (const fill of client.fills.listAll({ limit: 1_000 })) {
          yield `${fill.trade_id} ${fill.order_id}`;
        }
      },
      orders: () => toldOrders(client.orders.listAll({ limit: 1_000 }), eventState),
      restBook: (ticker) => client.markets.orderBook(ticker),
    };
  },
  connect: (options) => KalshiStream.connect(options),
  bookOf: (book) => book.toRest().orderbook_fp,
  levelsOf: (answer) => (answer as Untyped).orderbook_fp,
  fillOf: told("trade_id", "order_id"),
  stateOf: eventState,
  step: (exchange) => exchange.step(),
};

/** In which order REST tells the levels is not to be relied on. */
const sorted = ({ bids, asks }: Record<"bids" | "asks", [string, string][]>) =>
  [bids, asks].map((side) => [...side].sort(([one], [other]) => Number(one) - Number(other)));

export const perpsStreams: StreamsOfProduct = {
  name: "perps",
  books: perpsBooks,
  local: testedProducts.perps,
  configOf: ({ perpsConfig }, more = {}) => perpsConfig.with(more) as Untyped,
  trader(parts, config) {
    const client = new PerpsClient({ ...parts, config: config as Untyped as PerpsConfig });
    return {
      client,
      place: async (...order) => (await client.orders.create(orderOf(...order))).order_id,
      cancel: (id) => client.orders.cancel(id),
      async *fills() {
        for await (const fill of client.portfolio.fills.listAll({ limit: 1_000 })) {
          yield [fill.order_id, fill.price, fill.count, fill.is_taker, Date.parse(fill.created_time)].join(
            " ",
          );
        }
      },
      orders: () => toldOrders(client.orders.listAll({ limit: 1_000 }), perpsState),
      restBook: async (ticker) => sorted(await client.markets.orderBook(ticker)),
    };
  },
  connect: async (options) => await PerpsStream.connect(options as Untyped as PerpsStreamOptions) as Untyped,
  bookOf: (book) => perpsStreams.levelsOf(book.toRest()),
  levelsOf: ({ orderbook }: Untyped) => orderbook && sorted(orderbook),
  // REST and the stream have other ids for a fill.
  fillOf: told("order_id", "price", "count", "is_taker", "ts_ms"),
  stateOf: perpsState,
  step: ({ perps }) => perps.step(),
};

/** Both. */
export const streamProducts: readonly StreamsOfProduct[] = [eventStreams, perpsStreams];
