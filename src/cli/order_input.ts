/**
 * What the options of an order say, checked before anything is sent.
 *
 * @module
 */
import {
  formatCount,
  formatPrice,
  nextTick,
  parseCount,
  parsePrice,
  previousTick,
  type PriceGrid,
  priceGrid,
  snapDown,
  snapUp,
} from "../base/fixed_point.ts";
import { shown } from "../base/plain.ts";
import type { CreateOrderV2Request, Market } from "../contract/event/types.ts";
import { CliError } from "./exit_codes.ts";
import { parseTime, unixSeconds } from "./times.ts";

/** The options of `kalshi order`. */
export interface OrderOptions {
  readonly side: "bid" | "ask";
  readonly price: string;
  readonly count: string;
  readonly tif: keyof typeof timesInForce;
  readonly expires?: string;
  readonly postOnly?: boolean;
  readonly reduceOnly?: boolean;
  readonly selfTrade: "taker_at_cross" | "maker";
  readonly clientOrderId?: string;
  readonly group?: string;
  readonly subaccount?: number;
  readonly cancelOnPause?: boolean;
}

/** Kalshi's words for how long an order lives, by the usual short ones. */
export const timesInForce = {
  gtc: "good_till_canceled",
  ioc: "immediate_or_cancel",
  fok: "fill_or_kill",
} as const;

/** An order as it was typed, in exact numbers. */
export interface ReadOrder {
  readonly side: "bid" | "ask";
  readonly price: number;
  readonly count: number;
}

const ONE_DOLLAR = 10_000;

const refuse = (message: string): never => {
  throw new CliError("usage", `${message} Nothing was sent.`);
};

function read<Value>(option: string, text: string, parse: (text: string) => Value, takes: string): Value {
  try {
    return parse(text);
  } catch {
    return refuse(`${option} takes ${takes}; got ${shown(text)}.`);
  }
}

/** A price in dollars, between 0 and 1. */
export function readPrice(option: string, text: string): number {
  const takes = "the YES price in dollars, such as 0.56, with 4 decimals at most, over 0 and under 1";
  const price = read(option, text, parsePrice, takes);
  return price > 0 && price < ONE_DOLLAR ? price : refuse(`${option} takes ${takes}; got ${shown(text)}.`);
}

/** A number of contracts, over 0. */
export function readCount(option: string, text: string): number {
  const takes = "contracts, such as 10 or 2.50, with 2 decimals at most, over 0";
  const count = read(option, text, parseCount, takes);
  return count > 0 ? count : refuse(`${option} takes ${takes}; got ${shown(text)}.`);
}

/** Refuses a price that is not on a market's grid, with the nearest ones. */
export function assertOnGrid(
  option: string,
  price: number,
  market: Pick<Market, "ticker" | "price_ranges">,
): void {
  const grid: PriceGrid = priceGrid(market.price_ranges);
  const down = snapDown(grid, price);
  if (down === price) return;
  const up = snapUp(grid, price);
  // Nothing trades at 0 and at 1.
  const lower = down === undefined || down > 0 ? down : undefined;
  const upper = up !== undefined && up < ONE_DOLLAR ? up : undefined;
  const nearest = [
    lower ?? (up === 0 ? nextTick(grid, 0) : undefined),
    upper ?? previousTick(grid, ONE_DOLLAR),
  ]
    .filter((one) => one !== undefined && one > 0);
  const bands = market.price_ranges.map(({ start, end, step }) => `${start} to ${end} by ${step}`).join(", ");
  refuse(
    `${option}: ${formatPrice(price)} is not on the price grid of ${market.ticker} (${bands}). Nearest: ${
      [...new Set(nearest)].map((one) => formatPrice(one as number)).join(" and ")
    }.`,
  );
}

/** What no order can be, whatever the market. */
export function readOrder(options: OrderOptions): ReadOrder {
  const { side, tif, expires, postOnly = false, reduceOnly = false } = options;
  const order = {
    side,
    price: readPrice("--price", options.price),
    count: readCount("--count", options.count),
  };
  if (expires !== undefined && tif !== "gtc") refuse(`--expires goes with --tif gtc alone; it is ${tif}.`);
  if (postOnly && tif !== "gtc") {
    refuse(`--post-only rests and never takes: it goes with --tif gtc alone; it is ${tif}.`);
  }
  if (reduceOnly && tif !== "ioc") refuse(`--reduce-only needs --tif ioc; it is ${tif}.`);
  if (options.clientOrderId === "") refuse("--client-order-id is empty: leave it out, and one is made.");
  return order;
}

/** Statuses of a market in which no order is taken. */
const closed = ["initialized", "inactive", "closed", "determined", "disputed", "amended", "finalized"];

/** Refuses a market that takes no orders. */
export function assertOpenMarket(market: Pick<Market, "ticker" | "status">): void {
  if (closed.includes(market.status)) {
    throw new CliError(
      "refused",
      `${market.ticker} is ${market.status}: it takes no orders. Nothing was sent.`,
    );
  }
}

/** Refuses an order that its market does not take. */
export function assertTaken({ price }: ReadOrder, market: Market): void {
  assertOpenMarket(market);
  assertOnGrid("--price", price, market);
}

/** The request that Kalshi takes. */
export function orderRequest(
  { side, price, count }: ReadOrder,
  options: OrderOptions,
  market: Market,
  nowMs: number,
): CreateOrderV2Request {
  const { expires, postOnly, reduceOnly, clientOrderId, group, subaccount, cancelOnPause } = options;
  const expiresAt = expires === undefined ? undefined : parseTime("--expires", expires, nowMs);
  if (expiresAt !== undefined && expiresAt <= nowMs) refuse("--expires lies in the past: +1h is in an hour.");
  return {
    ticker: market.ticker,
    // One that the library makes itself is known to be nobody else's, whatever the exchange says of it later.
    ...(clientOrderId !== undefined && { client_order_id: clientOrderId }),
    side,
    count: formatCount(count),
    price: formatPrice(price),
    time_in_force: timesInForce[options.tif],
    self_trade_prevention_type: options.selfTrade,
    ...(expiresAt !== undefined && { expiration_time: unixSeconds(expiresAt) }),
    ...(postOnly === true && { post_only: true }),
    ...(reduceOnly === true && { reduce_only: true }),
    ...(group !== undefined && { order_group_id: group }),
    ...(subaccount !== undefined && { subaccount }),
    ...(cancelOnPause === true && { cancel_order_on_pause: true }),
    // Named, the shard costs no more of the write budget than it has to.
    ...(typeof market.exchange_index === "number" && { exchange_index: market.exchange_index }),
  };
}
