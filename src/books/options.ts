/**
 * The options of books.
 *
 * @module
 */

import { KalshiConfigError } from "../base/errors.ts";
import { shown } from "../base/plain.ts";
import { assertFlag, assertFunction, readOptions } from "../config/options.ts";
import type { BookChange } from "./changes.ts";
import type { BookDecoder } from "./updates.ts";

/** A copy of a book's options; refuses those that it does not have, and values that they cannot have. */
export function readBookOptions<O extends { readonly onChange?: ((change: BookChange) => void) | undefined }>(
  options: O,
): O {
  const own = readOptions("MarketBook", options, ["onChange"]);
  if (own.onChange !== undefined) assertFunction("onChange", own.onChange);
  return own;
}

/** The same of a replay. */
export function readReplayOptions<O extends { readonly decoder: BookDecoder; readonly onChange?: unknown }>(
  options: O,
): O {
  const own = readOptions("BookReplay", options, ["decoder", "onChange"]);
  if (typeof own.decoder?.decode !== "function") {
    throw new KalshiConfigError(
      "BookReplay needs `decoder`, which says what was recorded: eventBookDecoder() or perpsBookDecoder(); got " +
        `${shown(own.decoder)}.`,
    );
  }
  if (own.onChange !== undefined) assertFunction("onChange", own.onChange);
  return own;
}

/** The same of the decoder of event markets. */
export function readDecoderOptions<O extends { readonly useYesPrice?: boolean | undefined }>(options: O): O {
  const own = readOptions("eventBookDecoder", options, ["useYesPrice"]);
  if (own.useYesPrice !== undefined) assertFlag("useYesPrice", own.useYesPrice);
  return own;
}
