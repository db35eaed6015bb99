/** What a FIX client is to the parts of it: what they send through, and what they are told. */
import type { Clock } from "../base/clock.ts";
import { KalshiConfigError, type KalshiError } from "../base/errors.ts";
import type { QueueOptions } from "../base/queue.ts";
import type { AsyncItems } from "../base/web_types.ts";
import type { ReceivedMessage } from "../contract/fix/codec.ts";
import type { FixMessage } from "../contract/fix/messages.ts";
import { type FixSessionKind, fixSessions } from "../contract/fix/sessions.ts";
import type { FixFeedEvent } from "./client_state.ts";
import type { FixConfig } from "./config.ts";
import type { FixItem, FixMarker } from "./items.ts";
import type { FixMessageOf, FixMsgType } from "./message_types.ts";
import type { RequestKind } from "./requests/kind.ts";
import type { FixRequestOptions } from "./requests/options.ts";
import type { FixSessionEvent } from "./session_types.ts";

/** A part of a client that hears what it hears, in order. */
export interface ClientTap {
  /** A message of the application came. */
  message?(message: ReceivedMessage): void;
  /** Something happened to the session. */
  event?(event: FixSessionEvent): void;
  /** Messages may be missing here. */
  mark?(marker: FixMarker): void;
  /** The client is closed; `cause` says why, unless its user closed it. */
  closed?(cause: KalshiError | undefined): void;
}

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
  /** Sends a request and waits for its answer. */
  run<Sent extends FixMessage, Result>(
    kind: RequestKind<Sent, Result>,
    message: Sent,
    options?: FixRequestOptions,
  ): Promise<Result>;
  /** Every message of a type from now on. */
  messages<Type extends FixMsgType>(
    type: Type,
    queue: QueueOptions | undefined,
  ): AsyncItems<FixItem<FixMessageOf<Type>>>;
  /** Has a part hear from now on; returns what ends that. */
  tap(tap: ClientTap): () => void;
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
