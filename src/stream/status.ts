/**
 * What becomes of a stream's connection.
 *
 * @module
 */

import type { KalshiError } from "../base/errors.ts";

/** One item for each change of state. */
export type StreamStatus =
  | {
    /** The handshake runs. */
    readonly state: "connecting";
  }
  | {
    /** Connected; subscriptions are being restored, if there are any. */
    readonly state: "open";
  }
  | {
    /** The connection broke or could not be made; another attempt follows. */
    readonly state: "reconnecting";
    /** Which attempt in a row comes next, from 1. A connection that comes back and delivers ends the row. */
    readonly attempt: number;
    /**
     * How many times in a row the connection came back, delivered, and broke again within ten seconds, this time
     * included. The wait grows with them as it does with failed attempts, but they never end the stream.
     */
    readonly flaps: number;
    /** What ended the last one. */
    readonly cause: KalshiError;
    /** How long it waits before the attempt, in milliseconds. */
    readonly delayMs: number;
  }
  | {
    /** For good. */
    readonly state: "closed";
    /** Why; undefined when you closed it. */
    readonly cause?: KalshiError | undefined;
  };
