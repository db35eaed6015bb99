/** The orders of each exchange, as one table of tests writes them. */
import { type AnyClient, eventProduct, perpsProduct, type TestProduct } from "../../rest/products.ts";

/** What an order's state says, by one name for both exchanges. */
export interface Fields {
  readonly order_id?: string;
  readonly client_order_id?: string;
  readonly ticker?: string;
  readonly side?: "bid" | "ask";
  readonly status?: "resting" | "canceled" | "executed";
  readonly price?: string;
  readonly filled?: string;
  readonly remaining?: string;
  readonly subaccount?: number;
  readonly expiration_time?: string | null;
}

/** An exchange's orders. */
export interface WriteProduct {
  /** Klear has no orders. */
  readonly name: Exclude<TestProduct["name"], "klear">;
  readonly rest: TestProduct;
  /** Below which its orders and order groups are. */
  readonly root: string;
  /** Whether orders can be placed and cancelled in batches. */
  readonly hasBatches: boolean;
  /** Whether an order tells of which subaccount it is, and how large it once was. */
  readonly tellsAll: boolean;
  /** Whether money can be moved between exchanges and subaccounts in one call. */
  readonly movesSubaccounts: boolean;
  /** An order as the exchange shows it. */
  readonly wire: (fields: Required<Omit<Fields, "subaccount" | "expiration_time">> & Fields) => object;
  /** What an answer made from an order's state says of the order, beside its ids. */
  readonly stamp: object;
  readonly transfers: (client: AnyClient) => { create(body: object, options?: object): Promise<void> };
}

const createdAt = "2026-11-24T12:00:00Z";

export const writeProducts: readonly WriteProduct[] = [
  {
    name: "event",
    rest: eventProduct,
    root: "/portfolio",
    movesSubaccounts: true,
    hasBatches: true,
    tellsAll: true,
    wire: ({ side, price, filled, remaining, subaccount, ...others }) => ({
      initial_count_fp: "10.00",
      created_time: createdAt,
      book_side: side,
      yes_price_dollars: price,
      fill_count_fp: filled,
      remaining_count_fp: remaining,
      ...(subaccount !== undefined && { subaccount_number: subaccount }),
      ...others,
    }),
    stamp: { ts_ms: Date.parse(createdAt) },
    transfers: (client) => client.subaccounts.transfers,
  },
  {
    name: "perps",
    rest: perpsProduct,
    root: "/margin",
    movesSubaccounts: false,
    hasBatches: false,
    tellsAll: false,
    wire: ({ filled, remaining, status, subaccount: _, ...others }) => ({
      user_id: "u-1",
      created_time: createdAt,
      fill_count: filled,
      remaining_count: remaining,
      last_update_reason: { resting: "", canceled: "MarginCancel", executed: "Trade" }[status],
      ...others,
    }),
    stamp: {},
    transfers: (client) => client.portfolio.subaccounts.transfers,
  },
];
