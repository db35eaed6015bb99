/**
 * What a subscription yields: frames, and markers where something was lost.
 *
 * @module
 */

import type { Channel, ChannelMessages } from "../contract/event/channels.ts";

/** A frame of a channel that this version does not know. */
export interface OtherFrame {
  /** Kalshi's name of the message. */
  readonly type: string;
  /** Subscription id. */
  readonly sid?: number | undefined;
  /** Sequence number of the subscription, where it has one. */
  readonly seq?: number | undefined;
  /** The payload. */
  readonly msg?: unknown;
  /** When Kalshi sent it, in Unix milliseconds. */
  readonly sending_ts_ms?: number | null | undefined;
}

/** What `recover` made of a loss. */
export interface RecoveryReport {
  /** With `recover`: how many items that were missed follow this one. */
  readonly recovered?: number | undefined;
  /**
   * With `recover`: why they could not be fetched. It is tried again until it succeeds; what is found then comes
   * later, with `recovered: true`.
   */
  readonly recoverError?: unknown;
}

/** Frames of the subscription are missing, or may be. */
export interface GapMarker extends RecoveryReport {
  /** What it is. */
  readonly type: "gap";
  /** How many are missing; undefined when nobody knows. */
  readonly missed: number | undefined;
  /**
   * Why: `sequence` (numbers are missing), `unreadable` (a frame could not be read), `ended` (Kalshi ended the
   * subscription and it was made anew).
   */
  readonly reason: "sequence" | "unreadable" | "ended";
  /** The last moment from which nothing is missing, in Unix milliseconds by this machine's clock. */
  readonly missedFromMs: number;
  /** When the loss was noticed or made good, in Unix milliseconds. */
  readonly missedToMs: number;
}

/** The connection broke and the subscription was restored: what happened between is not among the items. */
export interface ReconnectedMarker extends RecoveryReport {
  /** What it is. */
  readonly type: "reconnected";
  /** Last sign of life of the old connection, in Unix milliseconds: from here on something may be missing. */
  readonly missedFromMs: number;
  /** When the subscription was restored, in Unix milliseconds. */
  readonly missedToMs: number;
}

/** What stands between the frames where something was lost. */
export type StreamMarker = GapMarker | ReconnectedMarker;

/** What a subscription yields: frames as they are on the wire, and markers. */
export type StreamItem<Message> = (Message | StreamMarker) & {
  /** How many items a full queue dropped just before this one. */
  readonly dropped?: number | undefined;
};

/** What a subscription to a channel yields. */
export type ChannelItem<C extends Channel> = StreamItem<ChannelMessages[C]>;
