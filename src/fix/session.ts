/**
 * One FIX session over any number of connections: logon, numbers, heartbeats, gaps, resends, logout.
 *
 * It knows no socket and no exchange: bytes come in by a connection's `receive`, go out through its link, and the
 * counterparty's dialect, the logon and the application are given to it.
 */
import { type Clock, type ClockTimer, systemClock } from "../base/clock.ts";
import { KalshiClosedError, KalshiConfigError } from "../base/errors.ts";
import { decodeMessage, encodeMessage, type ReceivedMessage } from "../contract/fix/codec.ts";
import type {
  FixMessage,
  Logon,
  Reject,
  ResendRequest,
  SequenceReset,
  TestRequest,
} from "../contract/fix/messages.ts";
import type { FixDictionary } from "../contract/fix_dictionary.ts";
import { type ExtraField, FixFields, type FixHeader } from "../contract/fix_fields.ts";
import type { UnknownMessage } from "../contract/fix_records.ts";
import { FixWriter, type OutgoingHeader } from "../contract/fix_writer.ts";
import { fault, FieldChecks, type FieldFault } from "./checks.ts";
import { FixFramer, type FrameFault } from "./framer.ts";
import { IncomingGap } from "./incoming_gap.ts";
import { Liveness } from "./liveness.ts";
import { readKept } from "./resend.ts";
import type { FixStore, SentFrame } from "./store.ts";
import { utcTimestamp } from "./times.ts";

/** One connection as the session uses it. */
export interface FixLink {
  /** Sends bytes; they stay as they are until they are sent. */
  write(bytes: Uint8Array): void;
  /** Closes the connection once everything written is sent. */
  close(): void;
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
  /** BeginString(8). @default "FIXT.1.1" */
  readonly beginString?: string;
  /** Where it keeps its numbers and what it sent. */
  readonly store: FixStore;
  /** Its time and timers; the system's, unless a test moves one. */
  readonly clock?: Clock;
  /** Whether missing messages can be asked for, in both directions. */
  readonly retransmission: boolean;
  /** Begins every connection at 1: sends ResetSeqNumFlag. */
  readonly resetOnLogon?: boolean;
  /** Judges every message against this dictionary, and insists on the session rules. Tolerant when left out. */
  readonly strict?: FixDictionary;
  /** How far SendingTime may be off in strict mode, in milliseconds. @default 30_000 */
  readonly sendingTimeToleranceMs?: number;
  /** How long a Logon may be waited for, in milliseconds. @default 10_000 */
  readonly logonTimeoutMs?: number;
  /** How long a Logout waits for its answer, in milliseconds. @default 2_000 */
  readonly logoutTimeoutMs?: number;
  /** How many messages one ResendRequest asks for; 0 asks for all. @default 0 */
  readonly resendChunk?: number;
  /** How long a ResendRequest may bring nothing, in milliseconds. @default 10_000 */
  readonly resendTimeoutMs?: number;
  /** How often one is sent before the session ends. @default 3 */
  readonly resendAttempts?: number;
  /** How many messages behind a gap are held; later ones are asked for again. @default 10_000 */
  readonly mostHeld?: number;
  /** The longest frame that is read, in bytes. @default 1_048_576 */
  readonly maxFrameBytes?: number;
  /** Which kept messages are sent again as they are; the others are filled over. All application messages, unless told. */
  readonly sendAgain?: (msgType: string, sequence: number) => boolean;
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

/** A message behind a gap; without one, what its number stood for is done. */
interface Held {
  readonly message: ReceivedMessage | undefined;
}

interface Wire {
  readonly link: FixLink;
  readonly framer: FixFramer;
  readonly resolve: (logon: Received<Logon>) => void;
  readonly end: (end: FixEnd) => void;
}

type State =
  | { readonly name: "disconnected" }
  /** The store opens, the Logon is signed or judged: nothing is read meanwhile. */
  | { readonly name: "preparing"; readonly wire: Wire; readonly timer: ClockTimer }
  /** An initiator waits for the answer, an acceptor for the Logon. */
  | { readonly name: "logging-on"; readonly wire: Wire; readonly timer: ClockTimer }
  | {
    readonly name: "active";
    readonly wire: Wire;
    readonly liveness: Liveness;
    readonly gap: IncomingGap<Held>;
  }
  /** A Logout went out; messages still come. */
  | {
    readonly name: "logging-out";
    readonly wire: Wire;
    readonly liveness: Liveness;
    readonly gap: IncomingGap<Held>;
    readonly timer: ClockTimer;
    readonly end: FixEnd;
  };

const adminTypes: ReadonlySet<string> = new Set(["0", "1", "2", "3", "4", "5", "A"]);

/** Where a session stands. */
export type FixSessionState = "disconnected" | "preparing" | "logging-on" | "active" | "logging-out";

/** A session. */
export class FixSession {
  readonly #options: FixSessionOptions;
  readonly #clock: Clock;
  readonly #store: FixStore;
  readonly #writer: FixWriter;
  readonly #fields = new FixFields();
  readonly #checks: FieldChecks | undefined;
  readonly #beginString: string;
  readonly #theirIds: readonly string[];
  #state: State = { name: "disconnected" };
  #pending:
    | { readonly bytes: Uint8Array; readonly from: number; to: number; readonly link: FixLink }
    | undefined;

  /** Does nothing until it has a connection. */
  constructor(options: FixSessionOptions) {
    const { beginString = "FIXT.1.1", SenderCompID, TargetCompID, strict } = options;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#store = options.store;
    this.#beginString = beginString;
    this.#theirIds = [TargetCompID, ...options.alsoTargetCompID ?? []];
    this.#writer = new FixWriter({ beginString, SenderCompID, TargetCompID });
    this.#checks = strict === undefined ? undefined : new FieldChecks(strict);
  }

  /** Whether messages can be sent. */
  get active(): boolean {
    return this.#state.name === "active";
  }

  /** Where it stands. */
  get state(): FixSessionState {
    return this.#state.name;
  }

  /** Begins on a new connection. An initiator sends its Logon at once, an acceptor waits for one. */
  connect(link: FixLink): FixConnection {
    if (this.#state.name !== "disconnected") {
      throw new KalshiConfigError("This FIX session has a connection already.");
    }
    const { role, maxFrameBytes, strict, onEvent } = this.#options;
    let resolve!: (logon: Received<Logon>) => void;
    let reject!: (error: Error) => void;
    let ended!: (end: FixEnd) => void;
    const loggedOn = new Promise<Received<Logon>>((yes, no) => [resolve, reject] = [yes, no]);
    const whenEnded = new Promise<FixEnd>((done) => ended = done);
    loggedOn.catch(() => {});
    const framer = new FixFramer({
      ...(maxFrameBytes === undefined ? {} : { maxFrameBytes }),
      afterWrongLength: strict === undefined ? "next-frame" : "told-length",
      onFault: (fault, bytes) => {
        onEvent?.({ type: "garbled", fault, bytes: bytes.length });
        if (this.#state.name === "logging-on") {
          this.#drop({ kind: "refused", text: `no Logon but bytes without sense (${fault})` });
        }
      },
    });
    const wire: Wire = {
      link,
      framer,
      resolve,
      end: (end) => {
        reject(new KalshiClosedError(`The FIX connection ended before its logon: ${end.text}`));
        ended(end);
      },
    };
    const timer = this.#clock.setTimer(
      () => this.#drop({ kind: "silent", text: "no Logon came in time" }),
      this.#options.logonTimeoutMs ?? 10_000,
    );
    if (role.side === "initiator") {
      this.#state = { name: "preparing", wire, timer };
      this.#logOn(role.logon, wire, timer).catch((error) => this.#failed(wire, error));
    } else {
      this.#state = { name: "logging-on", wire, timer };
    }
    return {
      loggedOn,
      ended: whenEnded,
      receive: (bytes) => {
        if (this.#wire !== wire) return;
        framer.push(bytes);
        this.#read(wire);
      },
      lost: (text) => {
        if (this.#wire === wire) this.#drop({ kind: "lost", text });
      },
    };
  }

  /** Sends a message of the application; returns its number. */
  send(message: FixMessage | UnknownMessage, marks: { readonly PossResend?: boolean } = {}): number {
    if (this.#state.name !== "active") throw new KalshiClosedError("This FIX session is not logged on.");
    return this.#send(message, this.#state.wire.link, marks);
  }

  /** Says goodbye and waits for the answer; harmless when there is no connection. */
  logout(text?: string): void {
    const state = this.#state;
    if (state.name === "active") this.#logOut({ kind: "logout", text: text ?? "we logged out" }, text);
    else if (state.name !== "disconnected" && state.name !== "logging-out") {
      this.#drop({ kind: "logout", text: "we closed before the logon" });
    }
  }

  /** Ends the connection without a word. */
  abandon(text: string): void {
    if (this.#state.name !== "disconnected") this.#drop({ kind: "lost", text });
  }

  get #wire(): Wire | undefined {
    return this.#state.name === "disconnected" ? undefined : this.#state.wire;
  }

  async #logOn(
    make: (facts: LogonFacts) => Omit<Logon, "MsgType"> | Promise<Omit<Logon, "MsgType">>,
    wire: Wire,
    timer: ClockTimer,
  ): Promise<void> {
    await this.#store.open();
    if (this.#wire !== wire) return;
    if (this.#options.resetOnLogon === true) this.#reset("us", 1);
    const sendingTimeMs = this.#clock.now();
    const { SenderCompID, TargetCompID } = this.#options;
    const logon = await make({
      SenderCompID,
      TargetCompID,
      MsgSeqNum: this.#store.nextOutgoing,
      SendingTime: utcTimestamp(sendingTimeMs),
    });
    if (this.#wire !== wire) return;
    const flag = this.#options.resetOnLogon === true ? { ResetSeqNumFlag: true } : {};
    this.#send({ MsgType: "A", ...logon, ...flag }, wire.link, {}, sendingTimeMs);
    this.#state = { name: "logging-on", wire, timer };
    this.#read(wire);
  }

  #failed(wire: Wire, error: unknown): void {
    if (this.#wire !== wire) return;
    this.#drop({
      kind: "refused",
      text: error instanceof Error ? error.message : "the logon could not be made",
    });
  }

  // Reading

  #read(wire: Wire): void {
    while (this.#wire === wire && this.#state.name !== "preparing") {
      if (!wire.framer.next(this.#fields)) return;
      const { bytes, start, end } = this.#fields;
      this.#options.onFrame?.("in", bytes.subarray(start, end));
      this.#fields.session();
      if (this.#state.name === "logging-on") this.#firstFrame(this.#state);
      else if (this.#state.name === "active" || this.#state.name === "logging-out") this.#frame(this.#state);
    }
  }

  #firstFrame(state: State & { name: "logging-on" }): void {
    const fields = this.#fields;
    const { role } = this.#options;
    const refused = (text: string): void => this.#drop({ kind: "refused", text });
    if (role.side === "initiator" && (fields.type === "5" || fields.type === "3")) {
      const message = decodeMessage(fields) as Received<{ Text?: string }>;
      return refused(
        message.Text ?? (fields.type === "5" ? "the peer logged out" : "the peer rejected the Logon"),
      );
    }
    if (fields.type !== "A") return refused(`the first message is ${fields.type}, not a Logon`);
    const wrong = this.#wrongIdentity() ?? this.#checks?.find(fields) ?? this.#wrongTime();
    if (wrong !== undefined) return refused(wrong.text);
    if (this.#beginStringDiffers()) return refused("Incorrect BeginString");
    const logon = decodeMessage(fields) as Received<Logon>;
    if (role.side === "initiator") return this.#activate(state, logon, fields.sequence);
    this.#state = { name: "preparing", wire: state.wire, timer: state.timer };
    this.#judge(role.accept, state, logon, fields.sequence).catch((error) => this.#failed(state.wire, error));
  }

  async #judge(
    accept: (logon: Received<Logon>) => LogonAnswer | Promise<LogonAnswer>,
    { wire, timer }: State & { name: "logging-on" },
    logon: Received<Logon>,
    sequence: number,
  ): Promise<void> {
    await this.#store.open();
    const answer = await accept(logon);
    if (this.#wire !== wire) return;
    if ("close" in answer) return this.#drop({ kind: "refused", text: answer.close });
    if (logon.ResetSeqNumFlag === true) this.#reset("peer", 1);
    const { nextIncoming } = this.#store;
    const low = sequence < nextIncoming && logon.header.PossDupFlag !== true
      ? `MsgSeqNum too low, expecting ${nextIncoming} but received ${sequence}`
      : undefined;
    const refusal = "refuse" in answer ? answer.refuse : low;
    if (refusal !== undefined) {
      this.#send({ MsgType: "5", Text: refusal }, wire.link);
      return this.#drop({ kind: low === undefined ? "refused" : "sequence", text: refusal });
    }
    const flag = logon.ResetSeqNumFlag === true ? { ResetSeqNumFlag: true } : {};
    this.#send(
      { MsgType: "A", ...(answer as { accept: Omit<Logon, "MsgType"> }).accept, ...flag },
      wire.link,
    );
    this.#activate({ name: "logging-on", wire, timer }, logon, sequence);
    this.#read(wire);
  }

  /** The logon is complete on both sides. */
  #activate({ wire, timer }: State & { name: "logging-on" }, logon: Received<Logon>, sequence: number): void {
    timer.clear();
    const { role, resetOnLogon } = this.#options;
    if (role.side === "initiator" && logon.ResetSeqNumFlag === true && resetOnLogon !== true) {
      // The peer begins anew without being asked: our Logon counts as its number 1.
      this.#reset("peer", 1);
      this.#store.setOutgoing(2);
    }
    const liveness = new Liveness(this.#clock, (logon.HeartBtInt ?? 30) * 1000, {
      heartbeat: () => this.#send({ MsgType: "0" }, wire.link),
      test: (TestReqID) => this.#send({ MsgType: "1", TestReqID }, wire.link),
      dead: () => this.#drop({ kind: "silent", text: "no answer to a TestRequest" }),
    });
    const gap = new IncomingGap<Held>(this.#clock, {
      chunk: this.#options.resendChunk ?? 0,
      timeoutMs: this.#options.resendTimeoutMs ?? 10_000,
      attempts: this.#options.resendAttempts ?? 3,
      most: this.#options.mostHeld ?? 10_000,
    }, {
      request: (BeginSeqNo, EndSeqNo) => this.#send({ MsgType: "2", BeginSeqNo, EndSeqNo }, wire.link),
      giveUp: (missing) =>
        this.#logOut(
          { kind: "gap", text: `message ${missing} was asked for and not sent again` },
          "gap not filled",
        ),
    });
    this.#state = { name: "active", wire, liveness, gap };
    this.#options.onEvent?.({ type: "logged-on", logon });
    wire.resolve(logon);
    if (this.#wire !== wire) return;
    const expected = this.#store.nextIncoming;
    if (sequence > expected) this.#tooHigh(sequence, { message: undefined });
    else if (sequence === expected) this.#advance(expected + 1);
    else this.#tooLow(sequence);
  }

  #frame(state: State & { name: "active" | "logging-out" }): void {
    const fields = this.#fields;
    state.liveness.received();
    if (this.#beginStringDiffers()) {
      return this.#logOut({ kind: "protocol", text: "Incorrect BeginString" }, "Incorrect BeginString");
    }
    const { type, sequence } = fields;
    if (Number.isNaN(sequence)) {
      return this.#logOut({ kind: "sequence", text: "MsgSeqNum missing" }, "MsgSeqNum missing");
    }
    const wrong = this.#checks?.find(fields);
    if (wrong !== undefined) return this.#refuse(wrong);
    if (this.#wrongIdentity() !== undefined) return this.#refuseAndEnd(fault(9));
    const late = this.#wrongTime();
    if (late !== undefined) return this.#refuseAndEnd(late);
    const expected = this.#store.nextIncoming;
    // These are acted on whatever their number: a gap may be what they are about.
    if (type === "5") return this.#loggedOut(state);
    if (type === "4" && !isGapFill(fields)) return this.#sequenceReset();
    if (type === "2") this.#resend(decodeMessage(fields) as Received<ResendRequest>, state.wire);
    if (type === "A" && state.name === "active" && this.#logonAgain(state)) return;
    if (sequence > expected) {
      return this.#tooHigh(sequence, { message: type === "2" ? undefined : decodeMessage(fields) });
    }
    if (sequence < expected) return type === "2" ? undefined : this.#tooLow(sequence);
    const message = type === "2" ? undefined : decodeMessage(fields);
    this.#inOrder(message, sequence);
  }

  /** The message under the expected number, and then what was held behind it. */
  #inOrder(message: ReceivedMessage | undefined, sequence: number): void {
    this.#process(message, sequence);
    this.#inOrderHeld();
  }

  #inOrderHeld(): void {
    for (;;) {
      const state = this.#state;
      if (state.name !== "active" && state.name !== "logging-out") return;
      const expected = this.#store.nextIncoming;
      if (!state.gap.open) return;
      const held = state.gap.take(expected);
      if (held === undefined) return;
      this.#process(held.message, expected);
    }
  }

  #process(message: ReceivedMessage | undefined, sequence: number): void {
    if (message === undefined) return this.#advance(sequence + 1);
    switch (message.MsgType) {
      case "0":
      case "A":
        break;
      case "1": {
        this.#advance(sequence + 1);
        const link = this.#wire?.link;
        if (link !== undefined) {
          this.#send({ MsgType: "0", TestReqID: (message as TestRequest).TestReqID }, link);
        }
        return;
      }
      case "3":
        this.#options.onEvent?.({ type: "rejected", reject: message as Received<Reject> });
        break;
      case "4": {
        const { NewSeqNo } = message as SequenceReset;
        if (NewSeqNo > sequence) return this.#advance(NewSeqNo);
        this.#reject(message.header, sequence, fault(5));
        break;
      }
      default:
        this.#options.onMessage(message);
    }
    this.#advance(sequence + 1);
  }

  #advance(next: number): void {
    this.#store.setIncoming(next);
    const state = this.#state;
    if (state.name !== "active" && state.name !== "logging-out") return;
    const { open } = state.gap;
    state.gap.advanced(next);
    if (open && !state.gap.open) this.#options.onEvent?.({ type: "gap-filled" });
  }

  #tooHigh(sequence: number, held: Held): void {
    const state = this.#state;
    if (state.name !== "active" && state.name !== "logging-out") return;
    const expected = this.#store.nextIncoming;
    const { retransmission, onEvent, onMessage } = this.#options;
    if (!state.gap.open) {
      onEvent?.({ type: "gap", from: expected, to: sequence - 1, recoverable: retransmission });
    }
    if (retransmission) return state.gap.beyond(sequence, expected, held);
    // Nobody sends it again. What came is told, for it is true; then the session ends.
    if (held.message !== undefined && !adminTypes.has(held.message.MsgType)) onMessage(held.message);
    this.#store.setIncoming(sequence + 1);
    const text = `MsgSeqNum too high, expecting ${expected} but received ${sequence}`;
    this.#logOut({ kind: "gap", text }, text);
  }

  /** A number that was used before. */
  #tooLow(sequence: number): void {
    const fields = this.#fields;
    const { type } = fields;
    const expected = this.#store.nextIncoming;
    if (!fields.possDup) {
      const text = `MsgSeqNum too low, expecting ${expected} but received ${sequence}`;
      return this.#logOut({ kind: "sequence", text }, text);
    }
    if (this.#checks !== undefined && type !== "4") {
      const original = fields.find(122);
      if (original < 0) return this.#reject(fields.header(), sequence, fault(1, 122));
      if (fields.timeMs(original) > fields.sendingTimeMs) return this.#refuseAndEnd(fault(10));
    }
    this.#options.onEvent?.({ type: "duplicate", MsgType: type, MsgSeqNum: sequence });
  }

  /** Numbers begin where the peer says, whatever is missing. */
  #sequenceReset(): void {
    const fields = this.#fields;
    const { NewSeqNo } = decodeMessage(fields) as Received<SequenceReset>;
    const expected = this.#store.nextIncoming;
    if (!(NewSeqNo >= expected)) {
      return this.#reject(fields.header(), fields.sequence, fault(5));
    }
    if (NewSeqNo === expected) return;
    this.#options.onEvent?.({ type: "reset", by: "peer", nextIncoming: NewSeqNo });
    this.#advance(NewSeqNo);
    this.#inOrderHeld();
  }

  /** A Logon while logged on: the peer begins both numbers anew, which is answered once. */
  #logonAgain(state: State & { name: "active" }): boolean {
    const logon = decodeMessage(this.#fields) as Received<Logon>;
    if (logon.ResetSeqNumFlag !== true) return false;
    if (this.#store.nextOutgoing === 2 && this.#store.nextIncoming === 2) return true;
    state.gap.stop();
    this.#reset("peer", 2);
    const { EncryptMethod, HeartBtInt, DefaultApplVerID } = logon;
    this.#send(
      { MsgType: "A", EncryptMethod, HeartBtInt, DefaultApplVerID, ResetSeqNumFlag: true } as Logon,
      state.wire.link,
    );
    return true;
  }

  #loggedOut(state: State & { name: "active" | "logging-out" }): void {
    const { sequence } = this.#fields;
    const { Text } = decodeMessage(this.#fields) as { Text?: string };
    if (sequence === this.#store.nextIncoming) this.#store.setIncoming(sequence + 1);
    if (state.name === "logging-out") return this.#drop(state.end);
    this.#send({ MsgType: "5" }, state.wire.link);
    this.#drop({ kind: "peer-logout", text: Text ?? "the peer logged out" });
  }

  // Refusing

  #wrongIdentity(): FieldFault | undefined {
    const fields = this.#fields;
    const sender = fields.find(49);
    const target = fields.find(56);
    fields.read();
    return sender >= 0 && target >= 0 && this.#theirIds.includes(fields.string(sender)) &&
        fields.string(target) === this.#options.SenderCompID
      ? undefined
      : fault(9);
  }

  #wrongTime(): FieldFault | undefined {
    if (this.#checks === undefined) return undefined;
    const off = Math.abs(this.#clock.now() - this.#fields.sendingTimeMs);
    return off <= (this.#options.sendingTimeToleranceMs ?? 30_000) ? undefined : fault(10);
  }

  #beginStringDiffers(): boolean {
    const { bytes, start } = this.#fields;
    const expected = this.#beginString;
    for (let i = 0; i < expected.length; i++) {
      if (bytes[start + 2 + i] !== expected.charCodeAt(i)) return true;
    }
    return bytes[start + 2 + expected.length] !== 1;
  }

  #refuse(why: FieldFault): void {
    const { sequence } = this.#fields;
    this.#reject(this.#fields.header(), sequence, why);
    if (sequence === this.#store.nextIncoming) {
      this.#advance(sequence + 1);
      this.#inOrderHeld();
    }
  }

  #refuseAndEnd(why: FieldFault): void {
    this.#reject(this.#fields.header(), this.#fields.sequence, why);
    this.#logOut({ kind: "protocol", text: why.text });
  }

  #reject(header: FixHeader, RefSeqNum: number, why: FieldFault): void {
    const { MsgType } = header;
    this.#options.onEvent?.({ type: "refused", MsgType, MsgSeqNum: RefSeqNum, fault: why });
    const link = this.#wire?.link;
    if (link === undefined) return;
    const reject: Reject = {
      MsgType: "3",
      RefSeqNum,
      Text: why.text,
      RefTagID: why.tag,
      RefMsgType: MsgType === "" ? undefined : MsgType,
      SessionRejectReason: why.reason,
    };
    this.#send(reject, link, { routing: turned(header) });
  }

  // Sending

  #resend({ BeginSeqNo, EndSeqNo }: ResendRequest, wire: Wire): void {
    const last = this.#store.nextOutgoing - 1;
    const to = EndSeqNo > 0 && EndSeqNo < last ? EndSeqNo : last;
    const from = Math.max(BeginSeqNo, 1);
    if (!(from <= to)) return;
    const frames = this.#store.sent(from, to);
    if (Array.isArray(frames)) return this.#sendAgain(frames, from, to, wire);
    (frames as Promise<readonly SentFrame[]>).then(
      (read) => {
        if (this.#wire === wire) this.#sendAgain(read, from, to, wire);
      },
      (error) => this.#failed(wire, error),
    );
  }

  #sendAgain(frames: readonly SentFrame[], from: number, to: number, { link }: Wire): void {
    const { sendAgain, onEvent, retransmission } = this.#options;
    let next = from;
    let messages = 0;
    for (const { sequence, frame } of frames) {
      if (sequence < next || sequence > to) continue;
      const kept = readKept(frame, sequence);
      if (kept === undefined) {
        onEvent?.({ type: "store-damaged", MsgSeqNum: sequence });
        continue;
      }
      if (!retransmission || adminTypes.has(kept.msgType) || sendAgain?.(kept.msgType, sequence) === false) {
        continue;
      }
      if (sequence > next) this.#gapFill(next, sequence, link);
      this.#flush();
      const again = kept.again(utcTimestamp(this.#clock.now()));
      this.#options.onFrame?.("out", again);
      link.write(again);
      messages++;
      next = sequence + 1;
    }
    if (next <= to) this.#gapFill(next, to + 1, link);
    onEvent?.({ type: "resent", from, to, messages });
  }

  #gapFill(from: number, NewSeqNo: number, link: FixLink): void {
    const now = this.#clock.now();
    const header = {
      MsgSeqNum: from,
      sendingTimeMs: now,
      PossDupFlag: true,
      OrigSendingTime: utcTimestamp(now),
    };
    encodeMessage(this.#writer, header, { MsgType: "4", GapFillFlag: true, NewSeqNo });
    this.#queue(link);
  }

  #send(
    message: FixMessage | UnknownMessage,
    link: FixLink,
    marks: Pick<OutgoingHeader, "PossResend" | "routing"> = {},
    sendingTimeMs: number = this.#clock.now(),
  ): number {
    const MsgSeqNum = this.#store.nextOutgoing;
    const { PossResend, routing } = marks;
    encodeMessage(this.#writer, { MsgSeqNum, sendingTimeMs, PossResend, routing }, message);
    if (this.#options.retransmission) {
      this.#store.append(this.#writer.bytes.subarray(this.#writer.start, this.#writer.end));
    } else {
      this.#store.setOutgoing(MsgSeqNum + 1);
    }
    this.#queue(link);
    return MsgSeqNum;
  }

  /** Hands over what was written when this turn is done, all frames of it at once. */
  #queue(link: FixLink): void {
    const { bytes, start, end } = this.#writer;
    this.#options.onFrame?.("out", bytes.subarray(start, end));
    if (this.#state.name === "active" || this.#state.name === "logging-out") this.#state.liveness.sent();
    const pending = this.#pending;
    if (pending !== undefined && pending.link === link && pending.bytes === bytes && pending.to === start) {
      pending.to = end;
      return;
    }
    this.#flush();
    this.#pending = { bytes, from: start, to: end, link };
    queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    const pending = this.#pending;
    if (pending === undefined) return;
    this.#pending = undefined;
    pending.link.write(pending.bytes.subarray(pending.from, pending.to));
  }

  // Ending

  #logOut(end: FixEnd, Text?: string): void {
    const state = this.#state;
    if (state.name !== "active") return;
    const { wire, liveness, gap } = state;
    this.#send({ MsgType: "5", Text }, wire.link);
    const timer = this.#clock.setTimer(() => this.#drop(end), this.#options.logoutTimeoutMs ?? 2_000);
    this.#state = { name: "logging-out", wire, liveness, gap, timer, end };
  }

  #drop(end: FixEnd): void {
    const state = this.#state;
    if (state.name === "disconnected") return;
    if ("timer" in state) state.timer.clear();
    if ("liveness" in state) {
      state.liveness.stop();
      state.gap.stop();
    }
    this.#flush();
    this.#state = { name: "disconnected" };
    state.wire.link.close();
    this.#options.onEvent?.({ type: "ended", end });
    state.wire.end(end);
  }

  #reset(by: "us" | "peer", nextIncoming: number): void {
    this.#store.reset();
    this.#store.setIncoming(nextIncoming);
    this.#options.onEvent?.({ type: "reset", by, nextIncoming });
  }
}

function isGapFill(fields: FixFields): boolean {
  const k = fields.find(123);
  return k >= 0 && fields.flag(k) === true;
}

const other: Readonly<Record<number, number>> = {
  115: 128,
  128: 115,
  116: 129,
  129: 116,
  144: 145,
  145: 144,
};

/** Routing turned round: what was on behalf of somebody goes back to them. */
function turned({ routing }: FixHeader): ExtraField[] | undefined {
  return routing?.filter(([tag, value]) => other[tag] !== undefined && value !== "")
    .map(([tag, value]) => [other[tag] as number, value]);
}
