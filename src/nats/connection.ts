/**
 * The connection to NATS, which is its user's own.
 *
 * @module
 */
import { having, needed, type NeededRule } from "../base/options.ts";

/**
 * A connection to NATS, as `connect` of `@nats-io/transport-node` and the other transports of NATS make it. It is told by
 * what it does, so that these declarations need none of NATS'.
 */
export interface NatsConnection {
  /** Publishes a message. */
  publish(subject: string, payload?: string | Uint8Array): void;
  /** Subscribes to messages. */
  subscribe(subject: string): object;
  /** Publishes a message, and waits for its answer. */
  request(subject: string): Promise<object>;
  /** What becomes of the connection. */
  status(): AsyncIterable<object>;
}

/** What an option may be that takes a connection. */
export const connectionRule: NeededRule<NatsConnection> = needed(
  having<NatsConnection>(
    "a connection to NATS, such as `await connect()` of @nats-io/transport-node gives,",
    "publish",
    "subscribe",
    "request",
    "status",
  ),
);
