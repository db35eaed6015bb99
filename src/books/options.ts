/**
 * What the options of books may be.
 *
 * @module
 */

import { callable, flag, having, needed, readOptions, type Rules, withPreset } from "../base/options.ts";
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

/** What the options of a book may be. */
export const bookRules: Rules<BookOptions> = { onChange: callable() };

/** What the options of a replay may be. */
export const replayRules: Rules<ReplayOptions> = {
  decoder: needed(having<BookDecoder>("eventBookDecoder(), perpsBookDecoder() or another decoder", "decode")),
  onChange: callable(),
};

/** What the options of a decoder may be. */
export const decoderRules = { useYesPrice: withPreset(flag(), true) } satisfies Rules<DecoderOptions>;

/** A checked copy of a book's options. */
export const readBookOptions = (options: BookOptions): BookOptions =>
  readOptions("MarketBook", options, bookRules);

/** The same of a replay. */
export const readReplayOptions = (options: ReplayOptions): ReplayOptions =>
  readOptions("BookReplay", options, replayRules);

/** The same of the decoder of event markets. */
export const readDecoderOptions = (options: DecoderOptions): { readonly useYesPrice: boolean } =>
  readOptions("eventBookDecoder", options, decoderRules);
