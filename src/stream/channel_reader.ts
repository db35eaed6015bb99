/**
 * Who reads a channel: a subscription of the user's, its recovery, the order books.
 *
 * @module
 */

import type { KalshiError } from "../base/errors.ts";
import type { BookDelta } from "../books/updates.ts";
import type { StreamMarker } from "./items.ts";
import type { Frame } from "./frame.ts";

/** What a reader of a channel is told, and what it wants of it. */
export interface ChannelReader {
  /** The parameter that its keys are named by. */
  readonly param: string | undefined;
  /** What it reads; undefined for everything. */
  readonly keys: Set<string> | undefined;
  /** True when it looks at the keys itself. */
  readonly picks?: boolean;
  /** A frame that it asked for. */
  deliver(frame: Frame): void;
  /** A change of a book that was read from a frame's text. Where it is left out, frames are parsed. */
  update?(update: BookDelta): void;
  /** Something was lost. `needed`: what healed it has this sequence number or a higher one. */
  mark(marker: StreamMarker, needed?: number): void;
  /**
   * A frame came that nobody knows, of this subscription or of none, or one that was given up: a change may have been
   * lost with it. `needed` as for `mark`.
   */
  strange?(reason: "unknown-frame" | "gap", needed: number): void;
  /** The connection is gone, or the subscription. */
  interrupted?(): void;
  /** The server has what this reader wants. */
  synced?(): void;
  /** Kalshi refuses these keys, which were taken out of `keys`. Without it, calls that wait for them are rejected. */
  refused?(keys: readonly string[], error: KalshiError): void;
  /** The channel has ended for this reader. */
  end(error?: KalshiError): void;
}
