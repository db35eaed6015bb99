/** What differs between the exchanges when writes go through a network that loses things. */
import { assert } from "@std/assert";
import type { Order } from "../../../mod.ts";
import type { MarginMarket, MarginOrder } from "../../../src/contract/perps/types.ts";
import type { AnyClient } from "../../rest/products.ts";
import type { ExchangeAccount, TestExchange } from "../../support/exchange.ts";
import type { ExchangeThingOptions } from "../../support/things/exchange.ts";
import { type WriteProduct, writeProducts } from "./products.ts";

/** An order as the exchange shows it, by one name for each thing. */
export interface OrderView {
  readonly order_id: string;
  readonly client_order_id: string;
  /** Status, price and what rests: `resting 0.0100 10.00`. */
  readonly state: string;
}

export interface FaultProduct extends WriteProduct {
  readonly exchange: ExchangeThingOptions;
  readonly account: NonNullable<Parameters<TestExchange["createAccount"]>[0]>;
  /** Markets to trade in. */
  readonly tickers: (direct: AnyClient, exchange: TestExchange) => Promise<string[]>;
  // deno-lint-ignore no-explicit-any -- an order of either exchange
  readonly view: (order: any) => OrderView;
  /** What has the exchange refuse an order. */
  readonly wrong: object;
  /** Places orders that rest, past all faults, and gives their ids. */
  readonly placeAll: (direct: AnyClient, orders: readonly object[]) => Promise<string[]>;
  /** Money that leaves the exchange for the other one. */
  readonly movement: { readonly source: string; readonly destination: string };
  /** Opens a subaccount. */
  readonly openSubaccount: (direct: AnyClient) => Promise<number>;
  /** Cash of a subaccount, in dollars. */
  readonly cashOf: (direct: AnyClient, subaccount: number) => Promise<string>;
}

export type { ExchangeAccount };

const facts: Readonly<Record<WriteProduct["name"], Omit<FaultProduct, keyof WriteProduct>>> = {
  event: {
    exchange: { perps: { marketMakers: false } },
    account: { balance: "1000000.00" },
    movement: { source: "event_contract", destination: "margined" },
    tickers: (_, exchange) => exchange.openTickers(),
    view: ({ order_id, client_order_id, status, yes_price_dollars, remaining_count_fp }: Order) => ({
      order_id,
      client_order_id,
      state: `${status} ${yes_price_dollars} ${remaining_count_fp}`,
    }),
    // No price of these markets.
    wrong: { price: "0.0101" },
    async placeAll(direct, orders) {
      const ids: string[] = [];
      for (let at = 0; at < orders.length; at += 100) {
        const results = await direct.orders.batchCreate({ orders: orders.slice(at, at + 100) });
        for (const { order_id } of results) ids.push(order_id ?? "");
      }
      return ids;
    },
    openSubaccount: (direct) => direct.subaccounts.create(),
    async cashOf(direct, subaccount) {
      const balances = await direct.subaccounts.balances();
      const { balance } = balances.find(
        ({ subaccount_number }: { readonly subaccount_number: number }) => subaccount_number === subaccount,
      );
      return balance;
    },
  },
  perps: {
    exchange: { markets: 1, perps: { marketMakers: false } },
    account: { perpsBalance: "1000000.00" },
    movement: { source: "margined", destination: "event_contract" },
    async tickers(direct) {
      const markets = await direct.markets.list({ status: "active" });
      // Those that trade around the clock, whatever day it is.
      return markets.filter(({ schedule }: MarginMarket) => schedule === null)
        .map(({ ticker }: MarginMarket) => ticker);
    },
    // No order trades here: what does not rest was cancelled.
    view: ({ order_id, client_order_id, price, remaining_count }: MarginOrder) => ({
      order_id,
      client_order_id,
      state: `${remaining_count === "0.00" ? "canceled" : "resting"} ${price} ${remaining_count}`,
    }),
    // No version of these markets.
    wrong: { market_version: 99 },
    async placeAll(direct, orders) {
      const ids: string[] = [];
      for (let at = 0; at < orders.length; at += 50) {
        const placed = orders.slice(at, at + 50).map((order) => direct.orders.create(order));
        for (const { order_id } of await Promise.all(placed)) ids.push(order_id);
      }
      return ids;
    },
    openSubaccount: (direct) => direct.portfolio.subaccounts.create(),
    async cashOf(direct, subaccount) {
      const { subaccount_balances } = await direct.portfolio.balance();
      const found = subaccount_balances.find(
        (balance: { readonly subaccount: number }) => balance.subaccount === subaccount,
      );
      assert(found !== undefined, JSON.stringify(subaccount_balances));
      return found.account_equity;
    },
  },
};

export const faultProducts: readonly FaultProduct[] = writeProducts.map((product) => ({
  ...product,
  ...facts[product.name],
}));
