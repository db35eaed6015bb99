/**
 * The connection to NATS, which is its user's own.
 *
 * @module
 */
import type { NatsConnection } from "@nats-io/nats-core";
import { having, needed, type NeededRule } from "../base/options.ts";

export type { NatsConnection };

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
