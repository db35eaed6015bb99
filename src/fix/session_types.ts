/** What a session is made with, what it is given, and what it tells. */
import type { Clock } from "../base/clock.ts";
import type { ReceivedMessage } from "../contract/fix/codec.ts";
import type { Logon, Reject, ResendRequest } from "../contract/fix/messages.ts";
import type { FixDictionary } from "../contract/fix_dictionary.ts";
import type { FixHeader } from "../contract/fix_fields.ts";
import type { FieldFault } from "./checks.ts";
import type { FrameFault } from "./framer.ts";
import type { FixStore } from "./store.ts";

/** One connection as the session uses it. */
export interface FixLink {
  /** Sends bytes; they stay as they are until they are sent. */
  write(bytes: Uint8Array): void;
  /** Closes the connection once everything written is sent. */
  close(): void;
  /** Resolves when the peer has taken what was written; undefined when little waits. A long resend is paced by it. */
  drained?(): Promise<void> | undefined;
}

/** What a Logon is made with. */
export interface LogonFacts {
  /** SenderCompID(49). */
  readonly SenderCompID: string;
  /** TargetCompID(56). */
  readonly TargetCompID: string;
  /** MsgSeqNum(34). */
  readonly MsgSeqNum: number;
  /** As it will stand in the header. */
  readonly SendingTime: string;
}

/** What an acceptor says to a Logon: take it, refuse it with a Logout that tells why, or close without a word. */
export type LogonAnswer =
  | { readonly accept: Omit<Logon, "MsgType"> }
  | { readonly refuse: string }
  | { readonly close: string };

/** Which side a session is. */
export type FixRole =
  | {
    readonly side: "initiator";
    /** Makes the Logon, signed where the counterparty wants it. */
    logon(facts: LogonFacts): Omit<Logon, "MsgType"> | Promise<Omit<Logon, "MsgType">>;
  }
  | {
    readonly side: "acceptor";
    /** Judges a Logon. */
    accept(logon: Received<Logon>): LogonAnswer | Promise<LogonAnswer>;
  };

/** A message as it came. */
export type Received<Message> = Message & { readonly header: FixHeader };

/** Why a connection ended. */
export interface FixEnd {
  /** What it was. */
  readonly kind:
    /** We asked for it. */
    | "logout"
    /** The peer asked for it. */
    | "peer-logout"
    /** The Logon was refused, or answered with something else. */
    | "refused"
    /** A number that is too low, or missing. */
    | "sequence"
    /** Messages are missing that cannot be asked for, or were not sent again. */
    | "gap"
    /** No answer to a TestRequest, a Logon or a Logout. */
    | "silent"
    /** The peer breaks the protocol. */
    | "protocol"
    /** The store failed: what it cannot keep is not sent. */
    | "store"
    /** The connection broke. */
    | "lost";
  /** In words; the counterparty's own where it said any. */
  readonly text: string;
}

/** What a session tells beside its messages. */
export type FixSessionEvent =
  | { readonly type: "logged-on"; readonly logon: Received<Logon> }
  | { readonly type: "ended"; readonly end: FixEnd }
  /** Numbers are missing; asked for again where the session can. */
  | { readonly type: "gap"; readonly from: number; readonly to: number; readonly recoverable: boolean }
  /** The gap is closed. */
  | { readonly type: "gap-filled" }
  /** The peer refused a message of ours. */
  | { readonly type: "rejected"; readonly reject: Received<Reject> }
  /** We refused a message of the peer's. */
  | {
    readonly type: "refused";
    readonly MsgType: string;
    readonly MsgSeqNum: number;
    readonly fault: FieldFault;
  }
  /** Both numbers, or one, began anew. */
  | { readonly type: "reset"; readonly by: "us" | "peer"; readonly nextIncoming: number }
  /** The peer asked for messages again. */
  | { readonly type: "resent"; readonly from: number; readonly to: number; readonly messages: number }
  /** A message that had come before, passed over. */
  | { readonly type: "duplicate"; readonly MsgType: string; readonly MsgSeqNum: number }
  /** Bytes that are no frame. */
  | { readonly type: "garbled"; readonly fault: FrameFault; readonly bytes: number }
  /** A kept message that cannot be read; it is filled over. */
  | { readonly type: "store-damaged"; readonly MsgSeqNum: number };

/** Settings of a session. */
export interface FixSessionOptions {
  /** Its side. */
  readonly role: FixRole;
  /** What it calls itself: SenderCompID(49). */
  readonly SenderCompID: string;
  /** What the peer calls itself: TargetCompID(56). */
  readonly TargetCompID: string;
  /** What the peer may call itself instead of `TargetCompID`. */
  readonly alsoTargetCompID?: readonly string[];
  /** What the peer may call this side instead of `SenderCompID`. */
  readonly alsoSenderCompID?: readonly string[];
  /** BeginString(8). @default "FIXT.1.1" */
  readonly beginString?: string;
  /** Where it keeps its numbers and what it sent. */
  readonly store: FixStore;
  /** Its time and timers; the system's, unless a test moves one. */
  readonly clock?: Clock;
  /** Whether missing messages can be asked for, in both directions. */
  readonly retransmission: boolean;
  /** Begins every connection at 1: sends ResetSeqNumFlag. A function is asked before each Logon. */
  readonly resetOnLogon?: boolean | (() => boolean);
  /** Judges every message against this dictionary, and insists on the session rules. Tolerant when left out. */
  readonly strict?: FixDictionary;
  /** How far SendingTime may be off in strict mode, in milliseconds. @default 30000 */
  readonly sendingTimeToleranceMs?: number;
  /** How long a Logon may be waited for, in milliseconds. @default 10000 */
  readonly logonTimeoutMs?: number;
  /** How long a Logout waits for its answer, in milliseconds. @default 2000 */
  readonly logoutTimeoutMs?: number;
  /** How many messages one ResendRequest asks for; 0 asks for all. @default 0 */
  readonly resendChunk?: number;
  /** How long a ResendRequest may bring nothing, in milliseconds. @default 10000 */
  readonly resendTimeoutMs?: number;
  /** How often one is sent before the session ends. @default 3 */
  readonly resendAttempts?: number;
  /** How many messages behind a gap are held; later ones are asked for again. @default 10000 */
  readonly mostHeld?: number;
  /** The longest frame that is read, in bytes. @default 1048576 */
  readonly maxFrameBytes?: number;
  /** Which kept messages are sent again as they are; the others are filled over. All application messages, unless told. */
  readonly sendAgain?: (msgType: string, sequence: number) => boolean;
  /** Refuses a ResendRequest, such as one for messages that are kept no longer. */
  readonly refuseResend?: (request: ResendRequest) => FieldFault | undefined;
  /** How a fault is told, where a counterparty has words of its own. */
  readonly worded?: (fault: FieldFault) => FieldFault;
  /** Takes a message of the application. */
  readonly onMessage: (message: ReceivedMessage) => void;
  /** Takes what it tells beside messages. */
  readonly onEvent?: (event: FixSessionEvent) => void;
  /** Every frame, as it is on the wire. */
  readonly onFrame?: (direction: "in" | "out", frame: Uint8Array) => void;
}

/** A connection of a session; what comes to one that has ended is not looked at. */
export interface FixConnection {
  /** Resolves with the peer's Logon; rejects when the connection ends before. */
  readonly loggedOn: Promise<Received<Logon>>;
  /** Resolves when the connection has ended. */
  readonly ended: Promise<FixEnd>;
  /** Takes what was read. */
  receive(bytes: Uint8Array): void;
  /** The link broke, or the peer closed it. */
  lost(text: string): void;
}

/** Where a session stands. */
export type FixSessionState = "disconnected" | "preparing" | "logging-on" | "active" | "logging-out";
