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
import type { Answer, Json, Session } from "../../../support/session.ts";

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
  /** Market makers who move by themselves, for an exchange that is busy. */
  readonly busy: LocalExchangeOptions;
  /** Its open markets. */
  tickers(exchange: LocalExchange): string[];
  /** What REST has of it. */
  readonly rest: BenchRest;
}

/** An order as REST has it. */
export interface RestOrder {
  readonly id: string;
  readonly ClOrdID: string;
  readonly filled: number;
  readonly rests: boolean;
  readonly ticker: string;
}

/** A fill as REST has it; prices in dollars. */
export interface RestFill {
  readonly orderId: string;
  readonly price: number;
  readonly count: number;
  readonly isTaker: boolean;
  readonly fee: number;
}

/** Levels as price and size, best first. */
export interface RestBook {
  readonly bids: readonly (readonly [price: number, size: number])[];
  readonly asks: readonly (readonly [price: number, size: number])[];
}

/** What REST has of one product. */
export interface BenchRest {
  place(
    rest: Session,
    order: { ticker: string; count: string; price: string; id?: string | undefined },
  ): Promise<Json>;
  cancel(rest: Session, id: string): Promise<Json>;
  orders(rest: Session): Promise<RestOrder[]>;
  fills(rest: Session): Promise<RestFill[]>;
  book(rest: Session, ticker: string): Promise<RestBook>;
}

/** What an answer has that must not be a refusal. */
function taken({ status, value }: Answer): Json {
  if (status >= 300) throw new Error(`refused: ${JSON.stringify(value)}`);
  return value;
}

/** Levels by their price, best first; of event contracts those of NO are asks at what NO is not. */
function sorted(levels: readonly [string, string][], side: "bid" | "ask", isNo = false): [number, number][] {
  return levels.map(([price, size]): [number, number] => [
    isNo ? Number((1 - Number(price)).toFixed(4)) : Number(price),
    Number(size),
  ]).toSorted(([a], [b]) => side === "bid" ? b - a : a - b);
}

const usual = { time_in_force: "good_till_canceled", self_trade_prevention_type: "taker_at_cross" };

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
  busy: { markets: 12, fix: true, stepMs: 250 },
  tickers: (exchange) => exchange.openTickers(),
  rest: {
    place: async (rest, { id, ...order }) =>
      taken(
        await rest.post("/portfolio/events/orders", { ...usual, ...order, side: "bid", client_order_id: id }),
      ),
    cancel: async (rest, id) => (await rest.delete(`/portfolio/events/orders/${id}`)).value,
    async orders(rest) {
      const orders = await rest.all("/portfolio/orders?limit=200", "orders");
      return orders.map(({ order_id, client_order_id, fill_count_fp, status, ticker }) => ({
        id: order_id,
        ClOrdID: client_order_id,
        filled: Number(fill_count_fp),
        rests: status === "resting",
        ticker,
      }));
    },
    async fills(rest) {
      const fills = await rest.all("/portfolio/fills?limit=200", "fills");
      return fills.map(({ order_id, yes_price_dollars, count_fp, is_taker, fee_cost }) => ({
        orderId: order_id,
        price: Number(yes_price_dollars),
        count: Number(count_fp),
        isTaker: is_taker,
        fee: Number(fee_cost),
      }));
    },
    async book(rest, ticker) {
      const { value: { orderbook_fp } } = await rest.get(`/markets/${ticker}/orderbook?depth=0`);
      const { yes_dollars, no_dollars } = orderbook_fp;
      return { bids: sorted(yes_dollars, "bid"), asks: sorted(no_dollars, "ask", true) };
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
  busy: { markets: 0, marketMakers: false, fix: true, stepMs: 250, perps: true },
  tickers: (exchange) => exchange.perps.tickers(),
  rest: {
    // An id has to be there.
    place: async (rest, { id = crypto.randomUUID(), ...order }) =>
      taken(await rest.post("/margin/orders", { ...usual, ...order, side: "bid", client_order_id: id })),
    cancel: async (rest, id) => (await rest.delete(`/margin/orders/${id}`)).value,
    async orders(rest) {
      const orders = await rest.all("/margin/orders?limit=200", "orders");
      return orders.map(({ order_id, client_order_id, fill_count, remaining_count, ticker }) => ({
        id: order_id,
        ClOrdID: client_order_id,
        filled: Number(fill_count),
        rests: Number(remaining_count) > 0,
        ticker,
      }));
    },
    async fills(rest) {
      const fills = await rest.all("/margin/fills?limit=200", "fills");
      return fills.map(({ order_id, price, count, is_taker, fees }) => ({
        orderId: order_id,
        price: Number(price),
        count: Number(count),
        isTaker: is_taker,
        fee: Number(fees),
      }));
    },
    async book(rest, ticker) {
      const { value: { orderbook: { bids, asks } } } = await rest.get(
        `/margin/markets/${ticker}/orderbook?depth=0`,
      );
      return { bids: sorted(bids, "bid"), asks: sorted(asks, "ask") };
    },
  },
};

/** Each product. */
export const benches: readonly FixBench[] = [event, margin];
