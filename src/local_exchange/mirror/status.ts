/**
 * Whether a mirror trades, and why not.
 *
 * @module
 */

/**
 * Why a mirror, or a market of it, does not trade:
 *
 * - `disconnected`: the connection of the live stream is lost, and is being made again.
 * - `book`: the market's book is not known; `detail` has the word of its `StaleReason`.
 * - `trades`: trades are missing. It goes on when what they did to the books has come.
 * - `ended`: the live stream has given up or was closed, or a market's book is no longer kept. It does not go on.
 */
export type MirrorHaltReason = "disconnected" | "book" | "trades" | "ended";

/** Trading has halted. */
export interface MirrorHalt {
  /** The market; undefined where all of them are meant. */
  readonly ticker: string | undefined;
  /** Why. */
  readonly reason: MirrorHaltReason;
  /** The same in words. */
  readonly detail: string;
  /** Since when, in Unix milliseconds. */
  readonly sinceMs: number;
}

/** Trading goes on. */
export interface MirrorResumption {
  /** The market; undefined where it is the connection that is back: each market goes on when its book is right. */
  readonly ticker: string | undefined;
  /** Since when, in Unix milliseconds. */
  readonly atMs: number;
  /** How long it had halted, in milliseconds. */
  readonly haltedMs: number;
}

/** Where a market of a mirror is. */
export type MirrorMarketStatus =
  /** Its book is the live one. */
  | { readonly state: "live" }
  /** It does not trade before its book is known. */
  | { readonly state: "halted"; readonly halt: MirrorHalt }
  /** The exchange itself has paused it. */
  | { readonly state: "paused" }
  /** It has closed, and may be settled. */
  | { readonly state: "closed" };

/** Where a mirror is. */
export type MirrorStatus =
  & (
    /** The connection stands; `markets` says which of them trade. */
    | { readonly state: "live" }
    /** Nothing trades. */
    | { readonly state: "halted"; readonly halt: MirrorHalt }
    /** It was closed. */
    | { readonly state: "closed" }
  )
  & {
    /** Its markets, by ticker. */
    readonly markets: Readonly<Record<string, MirrorMarketStatus>>;
    /** Halts so far: of markets, and of all of them. */
    readonly halts: number;
  };
