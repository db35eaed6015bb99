/** The products of a local exchange, as tests that run over both of them speak of them. */
import type {
  ExchangeSockets,
  LocalExchange,
  LocalExchangeOptions,
} from "../../../src/local_exchange/mod.ts";
import type { Json } from "./session.ts";
import { orderBody } from "./session.ts";

/** A side of a book. */
export type Side = "bid" | "ask";

/** Somebody else's order; its price is a number of cents above the least that a market of the product has. */
export interface Counter {
  readonly ticker: string;
  readonly side: Side;
  readonly cents: number;
  readonly count: string;
}

/** One product. */
export interface TestedProduct {
  /** What an exchange with this product alone, and nobody who quotes, is made with. */
  readonly options: LocalExchangeOptions;
  /** Where orders are placed, and below which each is. */
  readonly orders: string;
  /** Where they are listed. */
  readonly orderList: string;
  /** What only a key with all of an account may read. */
  readonly wholeAccount: string;
  /** Where subaccounts are made, and below which cash is moved between them. */
  readonly subaccounts: string;
  /** What nobody needs a key for. */
  readonly open: string;
  /** Where order groups are. */
  readonly groups: string;
  /** Channels about one's own account, and the types of their frames. */
  readonly ownChannels: Readonly<Record<string, string>>;
  /** What a subscription to books needs beside its markets. */
  readonly bookParams: Readonly<Record<string, unknown>>;
  sockets(exchange: LocalExchange): ExchangeSockets;
  wsBaseUrl(exchange: LocalExchange): string;
  pause(exchange: LocalExchange, what: "trading" | "nothing"): void;
  /** Tickers of the markets that are open. */
  tickers(exchange: LocalExchange): string[];
  /** Lists a market; returns its ticker. */
  list(exchange: LocalExchange, ticker: string): string;
  counter(exchange: LocalExchange, order: Counter): string;
  /** A price of so many cents above the least. */
  price(cents: number): string;
  /** The levels of a snapshot. */
  levelsOf(msg: Json): Readonly<Record<Side, readonly (readonly [string, string])[]>>;
  /** What a change of a book says. */
  changeOf(msg: Json): readonly [side: Side, price: string, delta: string];
  positionAfter(msg: Json): string;
}

const twoDigits = (cents: number) => String(cents).padStart(2, "0");

const event: TestedProduct = {
  options: { markets: 0, marketMakers: false },
  orders: "/portfolio/events/orders",
  orderList: "/portfolio/orders",
  wholeAccount: "/api_keys",
  subaccounts: "/portfolio/subaccounts",
  open: "/markets",
  groups: "/portfolio/order_groups",
  ownChannels: { fill: "fill", user_orders: "user_order", market_positions: "market_position" },
  bookParams: { use_yes_price: true },
  sockets: (exchange) => exchange.sockets,
  wsBaseUrl: (exchange) => exchange.wsBaseUrl,
  pause: (exchange, what) => exchange.pause(what),
  tickers: (exchange) => exchange.openTickers(),
  list: (exchange, ticker) => exchange.listMarket({ ticker, closesInMs: 30 * 86_400_000 }),
  counter: (exchange, { cents, ...order }) =>
    exchange.placeCounterOrder({ ...order, price: event.price(cents) }),
  price: (cents) => `0.${twoDigits(cents)}00`,
  levelsOf: ({ yes_dollars_fp = [], no_dollars_fp = [] }) => ({ bid: yes_dollars_fp, ask: no_dollars_fp }),
  changeOf: ({ side, price_dollars, delta_fp }) => [side === "yes" ? "bid" : "ask", price_dollars, delta_fp],
  positionAfter: ({ post_position_fp }) => post_position_fp,
};

const perps: TestedProduct = {
  options: { markets: 0, marketMakers: false, perps: { marketMakers: false } },
  orders: "/margin/orders",
  orderList: "/margin/orders",
  wholeAccount: "/margin/balance",
  subaccounts: "/portfolio/margin/subaccounts",
  open: "/margin/markets",
  groups: "/margin/order_groups",
  ownChannels: { fill: "fill", user_orders: "user_order" },
  bookParams: {},
  sockets: ({ perps }) => perps.sockets,
  wsBaseUrl: ({ perpsConfig }) => perpsConfig.wsBaseUrl,
  pause: ({ perps }, what) => perps.pause(what),
  tickers: ({ perps }) => perps.tickers(),
  list: (exchange, ticker) => exchange.perps.listMarket({ ticker, indexPrice: "10.5000" }),
  counter: (exchange, { cents, ...order }) =>
    exchange.perps.placeCounterOrder({ ...order, price: perps.price(cents) }),
  price: (cents) => `10.${twoDigits(cents)}00`,
  levelsOf: ({ bid = [], ask = [] }) => ({ bid, ask }),
  changeOf: ({ side, price, delta }) => [side, price, delta],
  positionAfter: ({ post_position }) => post_position,
};

/** Both. */
export const testedProducts: Readonly<Record<"event" | "perps", TestedProduct>> = { event, perps };

let named = 0;

/** An order; one without an id of its own gets one, as perps need it. */
export function orderOf(
  product: TestedProduct,
  { cents, ...fields }: Record<string, unknown> & { readonly ticker: string; readonly cents: number },
): Record<string, unknown> {
  return orderBody({ client_order_id: `test-${++named}`, ...fields, price: product.price(cents) });
}
