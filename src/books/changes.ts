/**
 * What a book tells of itself: whether it can be trusted, and what happened to it.
 *
 * @module
 */

/**
 * Whether a book can be trusted.
 *
 * - `waiting`: its first snapshot has not come.
 * - `live`: it has every frame that was sent, as far as can be known.
 * - `stale`: something is wrong with it; nothing was asked for yet.
 * - `resyncing`: a new snapshot was asked for.
 * - `closed`: it is no longer kept up.
 */
export type BookState = "waiting" | "live" | "stale" | "resyncing" | "closed";

/**
 * Why a book is not live.
 *
 * - `gap`: a frame of its subscription is missing.
 * - `early-delta`: a change came before the first snapshot.
 * - `negative-level`: a change took more from a level than it held.
 * - `crossed`: the best bid reached the best ask.
 * - `unreadable`: a frame could not be read: it has a side that there is not, a price that no level can have (over one
 *   dollar on the event exchange), a size too large to stay exact, or is no frame at all.
 * - `unnumbered`: a frame came without a sequence number, so that a loss could not be seen.
 * - `unknown-frame`: a frame came of a type, subscription or market that nobody knows, and may have been meant for this
 *   book.
 * - `mismatch`: a snapshot that was asked for as a check differed from the book.
 * - `late-snapshot`: the snapshot that is due did not come in time.
 * - `disconnected`: the connection broke, or Kalshi ended the subscription.
 */
export type StaleReason =
  | "gap"
  | "early-delta"
  | "negative-level"
  | "crossed"
  | "unreadable"
  | "unnumbered"
  | "unknown-frame"
  | "mismatch"
  | "late-snapshot"
  | "disconnected";

/**
 * The book was replaced by a snapshot, and is live. A live book meets one that nobody asked for when Kalshi replaces
 * the whole book in one go, as with an empty one when the market closes.
 */
export interface BookSnapshotChange {
  /** What happened. */
  readonly type: "snapshot";
  /** True when the book was resynchronised; false for the first snapshot, and for one that nobody asked for. */
  readonly resynced: boolean;
  /** Why it had to be, where it had to. */
  readonly reason?: StaleReason | undefined;
  /** Sequence number of the subscription that the book stands at. */
  readonly seq?: number | undefined;
}

/** One level changed. */
export interface BookDeltaChange {
  /** What happened. */
  readonly type: "delta";
  /** Side; of an event market in YES terms. */
  readonly side: "bid" | "ask";
  /** Price in ten-thousandths of a dollar; of an event market the YES price. */
  readonly price: number;
  /** Contracts at this price now, in hundredths; 0 when the level is gone. */
  readonly size: number;
  /** By how much they changed, in hundredths of a contract. */
  readonly delta: number;
  /** Sequence number of the subscription. */
  readonly seq?: number | undefined;
  /** When the exchange recorded it, in Unix milliseconds. */
  readonly ts_ms?: number | undefined;
  /** Yours, when an order of yours made this change. */
  readonly client_order_id?: string | undefined;
  /** The subaccount of that order. */
  readonly subaccount?: number | undefined;
  /** Of a perps market: why an order at this price changed, in Kalshi's words, such as `Trade` or `Decrease`. */
  readonly last_update_reason?: string | undefined;
}

/** The book cannot be trusted until the next `snapshot`. */
export interface BookStaleChange {
  /** What happened. */
  readonly type: "stale";
  /** Why. */
  readonly reason: StaleReason;
}

/** What happened to a book. `dropped`: how many changes a full queue dropped just before this one. */
export type BookChange = (BookSnapshotChange | BookDeltaChange | BookStaleChange) & {
  readonly dropped?: number | undefined;
};
