/**
 * What the options of books may be.
 *
 * @module
 */

import { callable, flag, having, needed, readOptions, type Rules, withPreset } from "../base/options.ts";
import { type WaitOptions, waitRules } from "../base/wait_options.ts";
import type { BookChange } from "./changes.ts";
import type { BookDecoder } from "./updates.ts";

interface BookOptions {
  readonly onChange?: ((change: BookChange) => void) | undefined;
}

interface ReplayOptions {
  readonly decoder: BookDecoder;
  readonly onChange?: ((ticker: string, change: BookChange) => void) | undefined;
}

interface DecoderOptions {
  readonly useYesPrice?: boolean | undefined;
}

/** Options of several order books. */
export interface OrderBooksOptions extends WaitOptions {
  /**
   * Resolve when every book has its first snapshot, or with `false` as soon as Kalshi has acknowledged them.
   *
   * @default true
   */
  readonly awaitLive?: boolean | undefined;
}

/** What the options of a book may be. */
export const bookRules: Rules<BookOptions> = { onChange: callable() };

/** What the options of a replay may be. */
export const replayRules: Rules<ReplayOptions> = {
  decoder: needed(having<BookDecoder>("eventBookDecoder(), perpsBookDecoder() or another decoder", "decode")),
  onChange: callable(),
};

/** What the options of a decoder may be. */
export const decoderRules = { useYesPrice: withPreset(flag(), true) } satisfies Rules<DecoderOptions>;

/** What the options of several order books may be. */
export const orderBooksRules = {
  ...waitRules,
  awaitLive: withPreset(flag(), true),
} satisfies Rules<OrderBooksOptions>;

/** A checked copy of a book's options. */
export const readBookOptions = (options: BookOptions): BookOptions =>
  readOptions("MarketBook", options, bookRules);

/** The same of a replay. */
export const readReplayOptions = (options: ReplayOptions): ReplayOptions =>
  readOptions("BookReplay", options, replayRules);

/** The same of the decoder of event markets. */
export const readDecoderOptions = (options: DecoderOptions): { readonly useYesPrice: boolean } =>
  readOptions("eventBookDecoder", options, decoderRules);
