/** Where a client's session stands, and what it tells. */
import type { KalshiError } from "../base/errors.ts";
import type { FixSessionEvent } from "./session_types.ts";

/** Where a client stands; `name` tells which. */
export type FixClientState =
  /** A connection is made, and logged on. */
  | {
    readonly name: "connecting";
    /** Which try in a row this is, from 1. */
    readonly attempt: number;
  }
  /** Logged on: messages come, and can be sent. */
  | {
    readonly name: "active";
    /** Which connection of this client it is, from 1. */
    readonly connection: number;
    /** Since when, in Unix milliseconds. */
    readonly sinceMs: number;
  }
  /** A connection ended, or did not come up: another try follows. */
  | {
    readonly name: "waiting";
    /** Which try in a row follows. */
    readonly attempt: number;
    /** How long it waits before it, in milliseconds. */
    readonly delayMs: number;
    /** Why. */
    readonly cause: KalshiError;
  }
  /** The Logout is on its way. */
  | { readonly name: "closing" }
  /** For good. */
  | {
    readonly name: "closed";
    /** Why; undefined when you closed it. */
    readonly cause?: KalshiError | undefined;
  };

/** What a client tells of its market data. */
export type FixFeedEvent =
  /** The first full refresh of a book has no level: nobody bids or asks, or there is no such market. */
  | { readonly type: "empty-book"; readonly Symbol: string }
  /** Kalshi refused to send these. */
  | {
    readonly type: "market-data-refused";
    readonly symbols: readonly string[];
    readonly error: KalshiError;
  };

/**
 * A message that was sent on an earlier connection, maybe by an earlier process with the same store, never arrived:
 * Kalshi asked for its number, and it was filled over. It had no effect and will have none.
 */
export interface FixNeverArrived {
  /** What it is. */
  readonly type: "never-arrived";
  /** MsgType(35). */
  readonly MsgType: string;
  /** MsgSeqNum(34). */
  readonly MsgSeqNum: number;
  /** ClOrdID(11), where it has one. */
  readonly ClOrdID: string | undefined;
}

/** What a client tells beside its messages: changes of its state, and what the session and its market data tell. */
export type FixClientEvent =
  | { readonly type: "state"; readonly state: FixClientState }
  | FixFeedEvent
  | FixNeverArrived
  | FixSessionEvent;
