/** The products that the FIX gateway of a local exchange speaks, for tests that are the same for each. */
import type { FixProduct, FixSessionKind } from "../../../../../src/contract/fix/sessions.ts";
import type { FixConfig } from "../../../../../src/fix/config.ts";
import type { FixConfigOptions } from "../../../../../src/fix/config_options.ts";
import type { LogonOptions } from "../../../../../src/fix/mod.ts";
import type {
  ExchangeFix,
  LocalAccountOptions,
  LocalExchange,
  LocalExchangeOptions,
} from "../../../../../src/local_exchange/mod.ts";
import type { Json, Session } from "../../../support/session.ts";

/** What somebody else wants to trade, in dollars. */
export interface Counter {
  readonly ticker: string;
  readonly side: "bid" | "ask";
  readonly price: string;
  readonly count: string;
}

/** One product. Its markets trade below a dollar, so that tests of both may use the same prices. */
export interface FixBench {
  readonly product: FixProduct;
  /** What an exchange needs to have it and nothing else. */
  readonly exchange: LocalExchangeOptions;
  /** An account that has a thousand dollars there. */
  readonly account: LocalAccountOptions;
  /** What a Logon needs for prices in dollars. */
  readonly dollars: LogonOptions;
  /** Lists a market. */
  list(exchange: LocalExchange, ticker: string): string;
  /** Places an order of somebody else's. */
  counter(exchange: LocalExchange, order: Counter): string;
  /** Ends what somebody else wanted. */
  pause(exchange: LocalExchange, what: "trading" | "exchange" | "nothing"): void;
  /** Its sessions and their faults. */
  fix(exchange: LocalExchange): ExchangeFix;
  /** A configuration that leads there. */
  config(exchange: LocalExchange, session: FixSessionKind, options?: Partial<FixConfigOptions>): FixConfig;
  /** What REST has of an account: orders, fills, and the levels of a book. */
  readonly rest: {
    place(rest: Session, order: { ticker: string; count: string; price: string; id?: string }): Promise<Json>;
    cancel(rest: Session, id: string): Promise<Json>;
    orders(rest: Session): Promise<Json[]>;
    fills(rest: Session): Promise<Json[]>;
    book(rest: Session, ticker: string): Promise<{ bids: [string, string][]; asks: [string, string][] }>;
  };
}

const usual = { time_in_force: "good_till_canceled", self_trade_prevention_type: "taker_at_cross" };

/** Event contracts sell YES at what NO is not. */
const fromNo = (price: string) => (1 - Number(price)).toFixed(4);

const event: FixBench = {
  product: "event",
  exchange: { markets: 0, marketMakers: false, fix: true },
  account: { balance: "1000.00" },
  dollars: { UseDollars: true },
  list: (exchange, ticker) => exchange.listMarket({ ticker, closesInMs: 30 * 86_400_000 }),
  counter: (exchange, order) => exchange.placeCounterOrder(order),
  pause: (exchange, what) => exchange.pause(what),
  fix: (exchange) => exchange.fix,
  config: (exchange, session, options) => exchange.fixConfig(session, options),
  rest: {
    place: async (rest, { id, ...order }) =>
      (await rest.post("/portfolio/events/orders", { ...usual, ...order, side: "bid", client_order_id: id }))
        .value,
    cancel: async (rest, id) => (await rest.delete(`/portfolio/events/orders/${id}`)).value,
    orders: (rest) => rest.all("/portfolio/orders?limit=200", "orders"),
    fills: (rest) => rest.all("/portfolio/fills?limit=200", "fills"),
    async book(rest, ticker) {
      const { value: { orderbook_fp: { yes_dollars, no_dollars } } } = await rest.get(
        `/markets/${ticker}/orderbook`,
      );
      const asks = no_dollars.map(([price, size]: [string, string]) => [fromNo(price), size]);
      return { bids: yes_dollars.toReversed(), asks: asks.toReversed() };
    },
  },
};

const margin: FixBench = {
  product: "margin",
  exchange: {
    markets: 0,
    marketMakers: false,
    fix: true,
    perps: { markets: 0, marketMakers: false },
  },
  account: { perpsBalance: "1000.00" },
  dollars: {},
  list: (exchange, ticker) => exchange.perps.listMarket({ ticker, indexPrice: "0.5500" }),
  counter: (exchange, order) => exchange.perps.placeCounterOrder(order),
  pause: (exchange, what) => exchange.perps.pause(what),
  fix: (exchange) => exchange.fixOf("margin"),
  config: (exchange, session, options) => exchange.fixConfig(session, { product: "margin", ...options }),
  rest: {
    place: async (rest, { id, ...order }) =>
      (await rest.post("/margin/orders", { ...usual, ...order, side: "bid", client_order_id: id })).value,
    cancel: async (rest, id) => (await rest.delete(`/margin/orders/${id}`)).value,
    orders: (rest) => rest.all("/margin/orders?limit=200", "orders"),
    fills: (rest) => rest.all("/margin/fills?limit=200", "fills"),
    book: async (rest, ticker) => (await rest.get(`/margin/markets/${ticker}/orderbook`)).value.orderbook,
  },
};

/** Each product. */
export const benches: readonly FixBench[] = [event, margin];
