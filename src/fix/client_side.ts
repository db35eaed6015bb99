/** What the parts of a FIX client see of it, and send through. */
import type { Clock } from "../base/clock.ts";
import { KalshiConfigError, type KalshiError } from "../base/errors.ts";
import type { QueueOptions } from "../base/queue.ts";
import type { AsyncItems } from "../base/web_types.ts";
import type { ReceivedMessage } from "../contract/fix/codec.ts";
import type { FixMessage } from "../contract/fix/messages.ts";
import { type FixSessionKind, fixSessions } from "../contract/fix/sessions.ts";
import type { FixFeedEvent } from "./client_state.ts";
import type { FixConfig } from "./config.ts";
import type { FixItem } from "./items.ts";
import type { Requests } from "./requests/requests.ts";

/** A client as its parts see it. */
export interface ClientSide {
  readonly config: FixConfig;
  readonly clock: Clock;
  /** Whether messages can be sent. */
  readonly active: boolean;
  /** When the connection last gave a sign of life, in Unix milliseconds. */
  readonly heardAtMs: number;
  /** The same, before the message that is being told. */
  readonly heardBeforeMs: number;
  /** Why nothing can be sent now; undefined when it can. */
  obstacle(): KalshiError | undefined;
  /** Sends a message; returns its number. */
  send(message: FixMessage): number;
  /** Sends requests that wait for an answer. */
  readonly requests: Requests;
  /** An iterable of the messages that `takes` says. */
  open<Message extends ReceivedMessage>(
    name: string,
    takes: (message: ReceivedMessage) => boolean,
    queue?: QueueOptions,
  ): AsyncItems<FixItem<Message>>;
  /** Tells the user of what has happened. */
  tell(event: FixFeedEvent): void;
}

/**
 * Refuses a method on a session that does not have it.
 *
 * @throws {KalshiConfigError} where the session is none of these
 */
export function assertSession(
  { config }: ClientSide,
  method: string,
  ...sessions: readonly FixSessionKind[]
): void {
  if (!sessions.includes(config.session)) {
    const names = sessions.map((session) => `"${session}" (${fixSessions[session].targetCompId})`).join(
      " or ",
    );
    throw new KalshiConfigError(
      `${method} is for a session ${names}; this one is "${config.session}" (${config.targetCompId}).`,
    );
  }
  if (sessions.every((session) => fixSessions[session].places[config.product] === undefined)) {
    throw new KalshiConfigError(`${method} is not for the product "${config.product}".`);
  }
}

/**
 * Refuses a method that the gateways of perps have nothing for.
 *
 * @throws {KalshiConfigError} where the session is one of theirs
 */
export function assertEvent({ config }: ClientSide, method: string, why: string): void {
  if (config.product !== "event") throw new KalshiConfigError(`${method} is for event contracts: ${why}`);
}
