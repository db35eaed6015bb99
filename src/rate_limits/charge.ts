/**
 * Who pays for a request, and how much: read from the row of its operation, by the client's rate limiter and by the
 * local exchange alike.
 *
 * @module
 */
import type { Operation } from "../contract/operation.ts";

/**
 * Which of an account's write buckets pays: 0 is the unscoped one, 1 or more that shard's, `all` stands for the
 * unscoped one and every shard's.
 */
export type Payer = number | "all";

/** What a row says of costs. */
export type Priced = {
  readonly [Column in "bucket" | "shard" | "cost" | "costPer" | "costWith"]?: Operation[Column] | undefined;
};

/** What one request draws. */
export interface Charge {
  readonly bucket: "read" | "write";
  readonly payer: Payer;
  /** Tokens of each item; undefined where Kalshi's default counts. */
  readonly cost: number | undefined;
  /** Set where a parameter makes the call dearer: a list of costs by path does not tell that. */
  readonly isDearer: boolean;
  readonly items: number;
}

/** Who pays for an order on a market of this ticker. */
export type PayerOf = (ticker: string) => Payer;

/** What the exchange counts for a ticker that it does not know. */
const unscoped: PayerOf = () => 0;

const isGiven = (value: unknown) => value !== undefined && value !== null && value !== "";

function payerOf(
  { bucket, shard }: Priced,
  valueOf: (name: string) => unknown,
  payerOfTicker: PayerOf,
): Payer {
  if (bucket !== "write") return 0;
  if (typeof shard === "number") return shard;
  if (shard === "ticker") {
    const ticker = valueOf("ticker");
    return isGiven(ticker) ? payerOfTicker(String(ticker)) : 0;
  }
  if (shard !== "index") return 0;
  const index = valueOf("exchange_index");
  if (isGiven(index)) {
    return Number(index) >= 0 && Number.isSafeInteger(Number(index)) ? Number(index) : "all";
  }
  return isGiven(valueOf("ticker")) || isGiven(valueOf("market_ticker")) ? "all" : 0;
}

/**
 * What a request draws. `valueOf` gives what it holds under a name, in its parameters or else in its body;
 * `payerOfTicker` says whose bucket pays where that goes by the ticker alone, as on the margin exchange.
 */
export function chargeOf(
  row: Priced,
  valueOf: (name: string) => unknown,
  payerOfTicker: PayerOf = unscoped,
): Charge {
  const { bucket = "read", costPer, costWith } = row;
  const dearer = costWith && Object.keys(costWith).find((name) => String(valueOf(name)) === "true");
  const items = costPer === undefined ? undefined : valueOf(costPer);
  return {
    bucket,
    payer: payerOf(row, valueOf, payerOfTicker),
    cost: dearer === undefined ? row.cost : costWith?.[dearer],
    isDearer: dearer !== undefined,
    items: Array.isArray(items) ? Math.max(1, items.length) : 1,
  };
}
