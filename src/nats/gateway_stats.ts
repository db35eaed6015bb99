/**
 * What a gateway tells of itself.
 *
 * @module
 */

/** How one lane of a gateway fares. Counters run from the gateway's start. */
export interface LaneStats {
  /** The JetStream stream. */
  readonly stream: string;
  /** `leading`: this gateway publishes. `standby`: it waits for its turn. */
  readonly state: "leading" | "standby";
  /** The epoch in which it leads. */
  readonly epoch: number | undefined;
  /** Frames that it had to publish. */
  readonly frames: number;
  /** Messages that are in the JetStream stream for certain: frames, whole books and markers. */
  readonly published: number;
  /** Messages that wait for their acknowledgement. */
  readonly waiting: number;
  /** Frames that found no room while NATS was away or slow. */
  readonly dropped: number;
  /** Messages that were sent again, since nobody knew whether they had arrived; they are stored once. */
  readonly resent: number;
  /** Markers published. */
  readonly markers: number;
  /** Whole books published. */
  readonly snapshots: number;
  /** Times that it began to lead. */
  readonly takeovers: number;
}

/** How a gateway fares. */
export interface NatsGatewayStats {
  /** Its id, which its lease and its markers name. */
  readonly gateway: string;
  /** Whether it has Kalshi: whether its stream is open, with every channel restored. */
  readonly upstream: "open" | "lost";
  /** Books that are live. */
  readonly liveBooks: number;
  /** Books that wait for a snapshot of Kalshi's. */
  readonly missingBooks: number;
  /** One for the public channels, and one for the private ones, as far as it carries them. */
  readonly lanes: readonly LaneStats[];
}

/** What becomes of a gateway: one item for each change of a lane. */
export interface NatsGatewayStatus {
  /** `leading`: it publishes in every lane. `standby`: in none. `partly`: another leads in one of them. */
  readonly state: "leading" | "standby" | "partly" | "closed";
  /** Whether it has Kalshi. */
  readonly upstream: "open" | "lost";
}
