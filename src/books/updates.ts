/**
 * What books are fed with, whatever product and protocol it came by: exact integers, and a sequence number.
 *
 * @module
 */

import type { BookLevel } from "./order_book.ts";

/** The whole book. */
export interface BookSnapshot {
  /** What it is. */
  readonly type: "snapshot";
  /** The market it is of; undefined where it is not said. */
  readonly ticker?: string | undefined;
  /** Sequence number of the subscription, from 1. A book that is fed with an update without one is not live. */
  readonly seq: number | undefined;
  /** Whether somebody asked for it. One that nobody asked for is a change like any other; false unless told. */
  readonly isAsked?: boolean | undefined;
  /** All levels of the bids, in any order. */
  readonly bids: readonly BookLevel[];
  /** All levels of the asks, in any order. */
  readonly asks: readonly BookLevel[];
}

/** A change of one level. */
export interface BookDelta {
  /** What it is. */
  readonly type: "delta";
  /** The market it is of; undefined where it is not said. */
  readonly ticker?: string | undefined;
  /** Sequence number of the subscription, from 1. */
  readonly seq: number | undefined;
  /** Side; of an event market in YES terms. */
  readonly side: "bid" | "ask";
  /** Price in ten-thousandths of a dollar; of an event market the YES price. */
  readonly price: number;
  /** By how much the contracts at this price changed, in hundredths, with its sign. */
  readonly delta: number;
  /** When the exchange recorded it, in Unix milliseconds. */
  readonly ts_ms?: number | undefined;
  /** Yours, when an order of yours made this change. */
  readonly client_order_id?: string | undefined;
  /** The subaccount of that order. */
  readonly subaccount?: number | undefined;
  /** Of a perps market: why an order at this price changed, in Kalshi's words, such as `Trade` or `Decrease`. */
  readonly last_update_reason?: string | undefined;
}

/** A level as it is now. */
export interface LevelSize {
  /** Side; of an event market in YES terms. */
  readonly side: "bid" | "ask";
  /** Price in ten-thousandths of a dollar; of an event market the YES price. */
  readonly price: number;
  /** Contracts resting there now, in hundredths; 0 when there are none. */
  readonly size: number;
  /** When the exchange recorded it, in Unix milliseconds. */
  readonly ts_ms?: number | undefined;
  /** Yours, when an order of yours made this change. */
  readonly client_order_id?: string | undefined;
  /** The subaccount of that order. */
  readonly subaccount?: number | undefined;
}

/** Some levels as they are now, changed in one step: between two of them the book may look like none that there was. */
export interface BookLevels {
  /** What it is. */
  readonly type: "levels";
  /** The market it is of; undefined where it is not said. */
  readonly ticker?: string | undefined;
  /** Sequence number of the subscription, from 1. */
  readonly seq: number | undefined;
  /** The levels, in their order; those that are not named stay as they are. */
  readonly levels: readonly LevelSize[];
}

/** One of those that could not be read. */
export interface UnreadableUpdate {
  /** What it is. */
  readonly type: "unreadable";
  /** What it would have been. */
  readonly of: "snapshot" | "delta" | "levels";
  /** The market it is of; undefined where it is not said. */
  readonly ticker?: string | undefined;
  /** Sequence number of the subscription, from 1. */
  readonly seq: number | undefined;
}

/** What a book is fed with. */
export type BookUpdate = BookSnapshot | BookDelta | BookLevels | UnreadableUpdate;

/** A frame from the wire or from a recording, as far as a decoder reads it. Nothing in it is taken on trust. */
export interface BookFrame {
  /** Kalshi's name of the message. */
  readonly type: string;
  /** Of a snapshot that was asked for: the number of the command. */
  readonly id?: number | undefined;
  /** Sequence number of the subscription, from 1. */
  readonly seq?: number | undefined;
  /** The payload. */
  readonly msg: Readonly<Record<string, unknown>>;
}

/** A change that was read from the bytes of its frame. */
export interface ScannedDelta {
  /** Subscription id. */
  readonly sid: number;
  /** When Kalshi sent the frame, in Unix milliseconds; undefined where it is not said. */
  readonly sentAtMs: number | undefined;
  /** The change. */
  readonly update: BookDelta;
}

/**
 * The change that the bytes of a frame hold, as `decode` makes it of what `JSON.parse` makes of them; undefined where
 * they have to be parsed, as the frame is of another kind, or spelled in an unusual way. What it reads is ASCII.
 */
export type DeltaScanner = (bytes: Uint8Array) => ScannedDelta | undefined;

/** How the books of one product come: what reads their frames. */
export interface BookDecoder {
  /** The channel that carries them. */
  readonly channel: string;
  /** What a frame does to a book; undefined for a frame that is none of a book. It never throws. */
  decode(frame: BookFrame): BookUpdate | undefined;
  /** Makes a reader of changes, which remembers the names that it has met. Without it every frame is parsed. */
  scanner?(): DeltaScanner;
}

/** Whether an update is, or was to be, the whole book. */
export function isSnapshot(update: BookUpdate): boolean {
  return update.type === "snapshot" || update.type === "unreadable" && update.of === "snapshot";
}
