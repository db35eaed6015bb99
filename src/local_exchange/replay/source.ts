/**
 * What a replay reads.
 *
 * @module
 */

/** What every item of a recording has. */
export interface ReplayTime {
  /** When it was received, in Unix milliseconds. */
  readonly atMs: number;
}

/**
 * One thing of a recording, as far as a replay looks at it. What `openRecording` of `@unofficial/kalshi/recordings` reads
 * is such; a test writes its own.
 */
export type ReplayItem =
  /** A frame as Kalshi sends it. */
  | ReplayTime & {
    readonly kind: "frame";
    readonly frame: { readonly type?: string | undefined; readonly msg?: unknown };
  }
  /** The same as its text. */
  | ReplayTime & { readonly kind: "frame"; readonly frame?: undefined; readonly text: string }
  /** What a market is, as REST has it: the payloads of the market, its event and its series. */
  | ReplayTime & {
    readonly kind: "market";
    readonly ticker: string;
    readonly market: Readonly<Record<string, unknown>>;
    readonly event?: Readonly<Record<string, unknown>> | undefined;
    readonly series?: Readonly<Record<string, unknown>> | undefined;
  }
  /** A file of a recording begins. */
  | ReplayTime & {
    readonly kind: "start";
    readonly isSession: boolean;
    readonly header: {
      readonly tickers?: readonly string[] | undefined;
      readonly channels: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    };
  }
  /** Frames of a channel are missing, or may be. */
  | ReplayTime & { readonly kind: "gap" | "reconnected" | "ended"; readonly channel: string }
  /** The connection changed. */
  | ReplayTime & { readonly kind: "status"; readonly state: string }
  /** Something is missing, and nobody knows of what. */
  | ReplayTime & { readonly kind: "dropped" | "damaged" }
  /** What says nothing of a market. */
  | ReplayTime & { readonly kind: "end" | "text" | "other" };

/** How a replay reads. */
export interface ReplayReadOptions {
  /** Nothing from this time on, in Unix milliseconds. */
  readonly toMs?: number | undefined;
}

/** A file of a recording, as far as a replay looks at it. */
export interface RecordedFileHead {
  /** Its first line. */
  readonly header: { readonly tickers?: readonly string[] | undefined } | undefined;
}

/** What can be replayed: a `Recording` of `@unofficial/kalshi/recordings`, or anything that gives its items in order. */
export interface RecordingSource {
  /** Its files, the header of each with the markets that were asked for, where any were named. */
  readonly files?: readonly RecordedFileHead[] | undefined;
  /** Its items, in the order in which they were received. */
  read(options?: ReplayReadOptions): AsyncIterable<ReplayItem> | Iterable<ReplayItem>;
  /** The same, a run of items at a time, each of which is gone through before the next one: taken where it is there. */
  readRuns?(options?: ReplayReadOptions): AsyncIterable<Iterable<ReplayItem>>;
}
