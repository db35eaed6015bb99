/** What a client's iterables yield: messages as they came, and markers where something may be missing. */

/** Messages of the session may be missing here. */
export interface FixGapMarker {
  /** No message: that is how a marker is told from one. */
  readonly MsgType?: undefined;
  /** What it is. */
  readonly type: "gap";
  /**
   * Why: `sequence` (numbers are missing on a session that sends nothing again), `not-sent-again` (they were asked for
   * and did not come), `reset` (both numbers began anew, whatever was under way).
   */
  readonly reason: "sequence" | "not-sent-again" | "reset";
  /** The first MsgSeqNum(34) that may be missing; undefined when nobody knows. */
  readonly from: number | undefined;
  /** The last one. */
  readonly to: number | undefined;
  /** The last moment from which nothing is missing, in Unix milliseconds by this machine's clock. */
  readonly missedFromMs: number;
  /** When the loss was noticed, in Unix milliseconds. */
  readonly missedToMs: number;
}

/** The connection of a session that sends nothing again was lost and made anew: what happened between is missing. */
export interface FixReconnectedMarker {
  /** No message: that is how a marker is told from one. */
  readonly MsgType?: undefined;
  /** What it is. */
  readonly type: "reconnected";
  /** Last sign of life of the old connection, in Unix milliseconds by this machine's clock. */
  readonly missedFromMs: number;
  /** When the new one was logged on, in Unix milliseconds. */
  readonly missedToMs: number;
}

/** What stands between messages where something may be missing: ask the drop copy, or REST. */
export type FixMarker = FixGapMarker | FixReconnectedMarker;

/** What an iterable of a client yields; `item.MsgType === undefined` tells a marker. */
export type FixItem<Message> = (Message | FixMarker) & {
  /** How many items a full queue dropped just before this one. */
  readonly dropped?: number | undefined;
};
