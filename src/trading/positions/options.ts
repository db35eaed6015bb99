/**
 * What positions are made from.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";
import {
  callable,
  clock,
  having,
  milliseconds,
  oneOf,
  type Rules,
  signal,
  whole,
  withPreset,
} from "../../base/options.ts";
import type { KalshiStream } from "../../stream/mod.ts";
import type { FixPrices } from "./facts.ts";
import type { MarkBy } from "./marks.ts";
import type { PositionProductName } from "./product.ts";

/** What {@linkcode Positions} are made from. */
export interface PositionsOptions {
  /**
   * The subaccount whose positions they are: 0 is the primary one. Fills of others are left out of account.
   *
   * @default 0
   */
  readonly subaccount?: number | undefined;
  /**
   * Whose fills are counted: `event`, or `perps`, where a position below 0 is short and its cost is below 0 as well. One
   * object counts one of them.
   *
   * @default "event"
   */
  readonly product?: PositionProductName | undefined;
  /**
   * What a position is marked by: `mid`, `close` (the best price of the side that would close it), `last` (the last trade)
   * or `none`.
   *
   * @default "none"
   */
  readonly mark?: MarkBy | undefined;
  /**
   * How prices of execution reports of FIX are written: `dollars` after a Logon with UseDollars(21005), else `cents`. Without
   * it such reports are refused, as they do not say.
   */
  readonly fixPrices?: FixPrices | undefined;
  /**
   * How many fills of each market are remembered at least, so that late and repeated ones are known as such. What is older
   * is summed up.
   *
   * @default 10000
   */
  readonly remember?: number | undefined;
}

/** What `Positions.open` takes besides. */
export interface OpenPositionsOptions extends Omit<PositionsOptions, "product"> {
  /** The stream to read fills and books from; one of the client's own unless told, which `close()` closes. */
  readonly stream?: KalshiStream | undefined;
  /**
   * What to begin with: `snapshot`, the positions that Kalshi has now, or `history`, all fills and settlements that there
   * ever were, archived ones too, which take a call for each thousand.
   *
   * @default "snapshot"
   */
  readonly from?: "snapshot" | "history" | undefined;
  /**
   * How often REST is asked for settlements, of which no channel of the stream tells an account, and for fills that were lost
   * without a trace, in milliseconds.
   *
   * @default 60000
   */
  readonly everyMs?: number | undefined;
  /** The clock that waits are measured by; the system's unless told. */
  readonly clock?: Clock | undefined;
  /** Ends the opening, and everything after it. */
  readonly signal?: AbortSignal | undefined;
  /** Told of what goes wrong while positions are kept up, and will be tried again; `console.error` unless told. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

const counting = {
  subaccount: withPreset(whole(0, 63), 0),
  mark: withPreset(oneOf("mid", "close", "last", "none"), "none"),
  fixPrices: oneOf("cents", "dollars"),
  remember: withPreset(whole(1), 10_000),
} satisfies Rules<Omit<PositionsOptions, "product">>;

/** What the options of positions may be. */
export const positionsRules = {
  ...counting,
  product: withPreset(oneOf("event", "perps"), "event"),
} satisfies Rules<PositionsOptions>;

/** What the options of `Positions.open` may be. */
export const openPositionsRules = {
  ...counting,
  stream: having<KalshiStream>("a KalshiStream", "fills", "orderBooks"),
  from: withPreset(oneOf("snapshot", "history"), "snapshot"),
  everyMs: withPreset(milliseconds(1_000), 60_000),
  clock: clock(),
  signal: signal(),
  onError: callable(),
} satisfies Rules<OpenPositionsOptions>;
