/** Orders that the exchange itself places to close a position. */
import type { Side } from "../engine/book.ts";
import type { Engine } from "../engine/engine.ts";
import type { Market } from "../engine/model.ts";
import { MOST_PRICE } from "./catalog.ts";
import type { MarginMarketInfo } from "./model.ts";

/** Whether an order could trade in a market now. */
export const canTrade = ({ tradingPaused }: Engine, { status }: Market): boolean =>
  status === "active" && !tradingPaused;

/** They take prices so far beyond the liquidation mark: a twentieth of it. */
const BEYOND_PARTS = 20;

/** The worst price that such an order takes: 5 % beyond the liquidation mark, on the tick. */
export function priceBeyond({ liquidationMark: { price }, tick }: MarginMarketInfo, side: Side): number {
  const distance = Math.floor(price / BEYOND_PARTS);
  return side === "bid"
    ? Math.min(Math.floor(MOST_PRICE / tick), Math.ceil((price + distance) / tick)) * tick
    : Math.max(1, Math.floor((price - distance) / tick)) * tick;
}
