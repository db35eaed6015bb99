/**
 * The connection to NATS, which is its user's own.
 *
 * @module
 */
import type * as core from "@nats-io/nats-core";
import { having, needed, type NeededRule } from "../base/options.ts";

/** A connection to NATS, as `@nats-io/transport-node` and the other transports of NATS make it. */
export type NatsConnection = core.NatsConnection;

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
