/**
 * The connection as NATS' own packages take it. Apart from what is public: whoever reads the declarations of this library
 * need not have those of NATS.
 *
 * @module
 */
import type * as core from "@nats-io/nats-core";
import type { NatsConnection } from "./connection.ts";

/** A user's connection, by its whole type. */
export const coreOf = (connection: NatsConnection): core.NatsConnection =>
  connection as unknown as core.NatsConnection;
