/**
 * From what a socket delivers to frames, by the parser of the configuration where it has one.
 *
 * @module
 */

import { hideSecrets } from "../base/hide_secrets.ts";
import type { Secrets } from "../base/redact.ts";
import type { WsJsonParse } from "../config/client_config.ts";
import { type Frame, readFrame } from "./frame.ts";
import { parserReturned, parserThrew } from "./json_hooks.ts";
import type { StreamProduct } from "./product.ts";

/** As much of what is no frame as is told. */
const MOST_UNREADABLE = 65_536;

/** What frames are read with. */
export interface FrameReaderOptions {
  readonly product: StreamProduct;
  readonly parse: WsJsonParse | undefined;
  /** What a server may send back to us and nobody is to see. */
  readonly secrets: Secrets;
  /** Told of a parser that fails. */
  readonly onError: (error: unknown) => void;
}

/** Reads the frames of a stream. */
export class FrameReader {
  readonly #options: FrameReaderOptions;
  readonly #decoder = new TextDecoder();

  constructor(options: FrameReaderOptions) {
    this.#options = options;
  }

  /** A message as text. */
  textOf(data: string | Uint8Array): string {
    return typeof data === "string" ? data : this.#decoder.decode(data);
  }

  /** The frame that a text is; undefined where it is none. */
  read(text: string): Frame | undefined {
    const { product, parse, secrets, onError } = this.#options;
    try {
      const value = parse === undefined ? JSON.parse(text) : parse(text);
      const frame = readFrame(product, value);
      if (frame?.type === "error") return this.#withoutSecrets(frame);
      if (frame === undefined && parse !== undefined && this.#isFrame(text)) onError(parserReturned(value));
      return frame;
    } catch (cause) {
      if (parse !== undefined) onError(hideSecrets(parserThrew(cause), secrets));
      return undefined;
    }
  }

  /** As much as may be told of a text that is no frame. */
  shown(text: string): string {
    return this.#options.secrets.redact(text.slice(0, MOST_UNREADABLE));
  }

  /** Whether a text is a frame, by the runtime's own parser. */
  #isFrame(text: string): boolean {
    try {
      return readFrame(this.#options.product, JSON.parse(text)) !== undefined;
    } catch {
      return false;
    }
  }

  /** An error as Kalshi tells it becomes one of the library's, with all that it says. */
  #withoutSecrets(frame: Frame): Frame {
    const msg = this.#options.secrets.redactValue(frame.msg);
    return msg === frame.msg ? frame : { ...frame, msg: Object(msg) };
  }
}
