/**
 * What the contract of a product tells of a channel of its WebSocket.
 *
 * @module
 */

/** One channel. */
export interface ChannelFacts {
  /** The types of its frames. */
  readonly types: readonly string[];
  /** Whether frames of it are numbered within their subscription. */
  readonly numbered: boolean;
  /** The parameters of `subscribe` that pick what it carries, the usual one first; none where it cannot be picked. */
  readonly picks: readonly string[];
  /** Whether it is about one's own account. */
  readonly isPrivate: boolean;
}
