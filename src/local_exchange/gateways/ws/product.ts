/** What the WebSocket has to know of the product that it is about. */
import type { BookEvent, EngineEvent, GroupChange } from "../../engine/events.ts";
import type { Account, Fill, Market, Order, OrderGroup, Trade } from "../../engine/model.ts";
import type { Channels } from "./channels.ts";
import type { Subscriber, Subscription } from "./subscriber.ts";

/** Whose something is, and in which market. */
export interface Owned {
  readonly market: Market;
  readonly wallet: { readonly account: Account; readonly subaccount: number };
}

/** Where what happens is brought to those who subscribed to it. */
export interface Desk {
  /** Something happened in the product's engine. */
  happened(event: EngineEvent): void;
  /** What the ticker of a market shows may have changed. */
  touch(market: Market): void;
  /** Sends a message of a channel to everyone who subscribed to it, and to `key` in it. */
  publish(channel: string, type: string, msg: object, key?: string): void;
  /** Sends a message to those who may see what is somebody's own. */
  privately(channel: string, type: string, owned: Owned, payload: () => object): void;
  /** Who subscribed to a channel, and how. */
  subscribed(channel: string): Iterable<readonly [Subscriber, Subscription]>;
}

/** What the messages say that every product has. */
export interface Messages {
  snapshot(market: Market, useYesPrice: boolean): object;
  delta(event: BookEvent, useYesPrice: boolean, isOwn: boolean): object;
  ticker(market: Market): object;
  trade(trade: Trade): object;
  fill(fill: Fill): object;
  userOrder(order: Order): object;
  orderGroup(group: OrderGroup, change: GroupChange, at: number): object;
}

/** One product of an exchange, as its WebSocket has it. */
export interface SocketProduct {
  /** Where it is; what is signed. */
  readonly path: string;
  readonly channels: Channels;
  /** The indices and underlyings that there are, by channel. */
  readonly sources: Readonly<Record<string, readonly string[]>>;
  /** How many milliseconds lie between two tickers of a market, at least. */
  readonly tickerGapMs: number;
  readonly messages: Messages;
  /** The market of a ticker. */
  market(ticker: string): Market | undefined;
  /** Tickers of the markets with these ids. */
  tickersOf(ids: ReadonlySet<string>): Iterable<string>;
  /** Brings what happens to a desk, from now on; returns how to stop. */
  watch(desk: Desk): () => void;
}
