/** A part of a client that follows its session: the client hands on to each what comes and what happens. */
import type { KalshiError } from "../base/errors.ts";
import type { ReceivedMessage } from "../contract/fix/codec.ts";
import type { FixMarker } from "./items.ts";
import type { FixSessionEvent } from "./session_types.ts";

/** What a part is told; it leaves out what does not concern it. */
export interface ClientPart {
  /** A message came. Requests that it answers are told afterwards. */
  take?(message: ReceivedMessage): void;
  /** Something happened to the session: it was logged on, its connection ended, numbers are missing. */
  event?(event: FixSessionEvent): void;
  /** Messages may be missing here. */
  mark?(marker: FixMarker): void;
  /** The client is closed for good; `cause` says why, unless the user closed it. */
  closed?(cause: KalshiError | undefined): void;
}
