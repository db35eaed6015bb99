/**
 * What a recording holds, as a reader gets it.
 *
 * @module
 */
import type { Open } from "../base/open.ts";
import type { RecordingHeader } from "./format.ts";

/** Where something stands in a recording, and when it was written. */
export interface RecordedPlace {
  /** The file, without its folder. */
  readonly file: string;
  /** The line in it, from 1. */
  readonly line: number;
  /** By the machine's clock, in Unix milliseconds. */
  readonly atMs: number;
  /** By a clock that never steps back, in microseconds since the session of the recorder began. */
  readonly us: number;
}

/** A frame as Kalshi sends it. */
export interface RecordedMessage {
  /** Kalshi's name of the message. */
  readonly type?: string | undefined;
  /** The number of the command that it answers. */
  readonly id?: number | undefined;
  /** Subscription id. */
  readonly sid?: number | undefined;
  /** Sequence number of the subscription, where it has one. */
  readonly seq?: number | undefined;
  /** The payload. */
  readonly msg?: unknown;
  /** When Kalshi sent it, in Unix milliseconds. */
  readonly sending_ts_ms?: number | null | undefined;
}

/** A frame, or the answer to a command, as it came. */
export interface RecordedFrame extends RecordedPlace {
  /** What it is. */
  readonly kind: "frame";
  /** Its text, exactly as it came. It keeps the memory of its whole block, about a megabyte. */
  readonly text: string;
  /** Its text, parsed. */
  readonly frame: RecordedMessage;
  /** Its channel; undefined for one that nobody can tell. */
  readonly channel: string | undefined;
  /** Its market; undefined where it names none. */
  readonly ticker: string | undefined;
}

/** A frame that nobody has looked into. */
export interface UnparsedFrame {
  /** What it is. */
  readonly kind: "frame";
  /** By the machine's clock, in Unix milliseconds. */
  readonly atMs: number;
  /** By a clock that never steps back, in microseconds since the session of the recorder began. */
  readonly us: number;
  /** Its text, exactly as it came. */
  readonly text: string;
}

/** Something came that is no frame. */
export interface RecordedText extends RecordedPlace {
  /** What it is. */
  readonly kind: "text";
  /** What came, of which secrets were taken out; cut after 65,536 characters. */
  readonly text: string;
}

/** A file begins. */
export interface RecordedStart extends RecordedPlace {
  /** What it is. */
  readonly kind: "start";
  /** Its first line. */
  readonly header: RecordingHeader;
  /** Whether a run of the recorder begins with it: what came before it was another connection. */
  readonly isSession: boolean;
}

/** A file ends as it should. One without this line was cut off, or is still being written. */
export interface RecordedEnd extends RecordedPlace {
  /** What it is. */
  readonly kind: "end";
  /** Why: the file was full or old, the recorder was closed, or it had to give up. */
  readonly reason: Open<"rotated" | "closed" | "failed">;
  /** How many frames of its channels the file has. */
  readonly frames: number;
}

/** The connection's state changed. */
export interface RecordedStatus extends RecordedPlace {
  /** What it is. */
  readonly kind: "status";
  /** Its state from here on. */
  readonly state: Open<"connecting" | "open" | "reconnecting" | "closed">;
  /** What ended the last connection, in words. */
  readonly cause?: string | undefined;
}

/** Frames of a channel are missing before the next frame, or may be. */
export interface RecordedGap extends RecordedPlace {
  /** What it is. */
  readonly kind: "gap";
  /** Whose. */
  readonly channel: string;
  /** How many are missing; undefined when nobody knows. */
  readonly missed: number | undefined;
  /** Why: see `GapMarker` of `./stream`. */
  readonly reason: Open<"sequence" | "unreadable" | "ended">;
  /** The last moment from which nothing is missing, in Unix milliseconds. */
  readonly missedFromMs: number;
  /** When the loss was noticed or made good, in Unix milliseconds. */
  readonly missedToMs: number;
}

/** A channel was restored after the connection broke: what happened between is not in the recording. */
export interface RecordedReconnect extends RecordedPlace {
  /** What it is. */
  readonly kind: "reconnected";
  /** Whose. */
  readonly channel: string;
  /** From here on something may be missing, in Unix milliseconds. */
  readonly missedFromMs: number;
  /** When the subscription was restored, in Unix milliseconds. */
  readonly missedToMs: number;
}

/** The recorder could not write as fast as lines came, and left some out here. */
export interface RecordedDrop extends RecordedPlace {
  /** What it is. */
  readonly kind: "dropped";
  /** Lines that are not there. */
  readonly lines: number;
  /** The frames among them. */
  readonly frames: number;
  /** When the first of them came, in Unix milliseconds. */
  readonly fromMs: number;
  /** When the last of them came, in Unix milliseconds. */
  readonly toMs: number;
}

/** The recording of a channel has ended, while others went on. */
export interface RecordedChannelEnd extends RecordedPlace {
  /** What it is. */
  readonly kind: "ended";
  /** Which. */
  readonly channel: string;
}

/** What a market is, as REST had it then: written with the recorder's option `lookup`. */
export interface RecordedMarket extends RecordedPlace {
  /** What it is. */
  readonly kind: "market";
  /** Which. */
  readonly ticker: string;
  /** The payload of the market: a `Market` of event contracts, or a `MarginMarket` of perps. */
  readonly market: Readonly<Record<string, unknown>>;
  /** The payload of its event, an `EventData`, which may have fees of its own; undefined where it has none. */
  readonly event?: Readonly<Record<string, unknown>> | undefined;
  /** The payload of its series, a `Series`, which has the fees; undefined where it has none. */
  readonly series?: Readonly<Record<string, unknown>> | undefined;
}

/** Something that a later version of the recorder writes. */
export interface RecordedOther extends RecordedPlace {
  /** What it is. */
  readonly kind: "other";
  /** The line, parsed. */
  readonly value: Readonly<Record<string, unknown>>;
}

/** The files do not say what was here. It has the time of what stands before it. */
export interface RecordedDamage extends RecordedPlace {
  /** What it is. */
  readonly kind: "damaged";
  /**
   * Why:
   *
   * - `torn`: the file ends in the middle of a block. Its whole lines come before.
   * - `unfinished`: the file has no `end`: its recorder was killed, or still writes.
   * - `unreadable`: bytes or a line that are not what was written.
   * - `missing`: one or more files of the session are not there.
   */
  readonly reason: "torn" | "unfinished" | "unreadable" | "missing";
  /** In words, with the file and the line. */
  readonly message: string;
}

/** One thing in a recording; `kind` tells them apart. */
export type RecordedItem =
  | RecordedFrame
  | RecordedText
  | RecordedStart
  | RecordedEnd
  | RecordedStatus
  | RecordedGap
  | RecordedReconnect
  | RecordedDrop
  | RecordedChannelEnd
  | RecordedMarket
  | RecordedOther
  | RecordedDamage;
