/**
 * One FIX session over any number of connections: logon, numbers, heartbeats, gaps, resends, logout.
 *
 * It knows no socket and no exchange: bytes come in by a connection's `receive`, go out through its link, and the
 * counterparty's dialect, the logon and the application are given to it.
 */
import { type Clock, type ClockTimer, systemClock } from "../base/clock.ts";
import { KalshiClosedError, KalshiConfigError } from "../base/errors.ts";
import { readOptions } from "../base/options.ts";
import { decodeMessage } from "../contract/fix/codec.ts";
import { SessionRejectReason } from "../contract/fix/codes.ts";
import type { FixMessage, Logon, Reject, ResendRequest } from "../contract/fix/messages.ts";
import { FixFields, type FixHeader } from "../contract/fix_fields.ts";
import type { UnknownMessage } from "../contract/fix_records.ts";
import { fault, FieldChecks, type FieldFault } from "./checks.ts";
import { KalshiFixStoreError } from "./errors.ts";
import { FixFramer } from "./framer.ts";
import { HeaderChecks, turned } from "./header_checks.ts";
import { Incoming } from "./incoming.ts";
import { Liveness } from "./liveness.ts";
import { Outgoing } from "./outgoing.ts";
import { sessionRules, type SessionSettings } from "./session_rules.ts";
import { type State, Wire } from "./session_state.ts";
import type {
  FixConnection,
  FixEnd,
  FixLink,
  FixSessionOptions,
  FixSessionState,
  LogonAnswer,
  LogonFacts,
  Received,
} from "./session_types.ts";
import type { FixStore } from "./store.ts";
import { utcTimestamp } from "./times.ts";

/** The longest HeartBtInt(108) that is taken, in seconds: beyond it nobody would notice a dead peer for a day. */
const LONGEST_HEARTBEAT = 86_400;

/** ResendRequests of a peer that may wait for one another. */
const MOST_RESENDS = 100;

/** A session. */
export class FixSession {
  readonly #options: SessionSettings;
  readonly #clock: Clock;
  readonly #store: FixStore;
  readonly #out: Outgoing;
  readonly #fields = new FixFields();
  readonly #checks: FieldChecks | undefined;
  readonly #header: HeaderChecks;
  /** Our last Logon, of an initiator. */
  #asked: Partial<Logon> = {};
  #state: State = { name: "disconnected" };

  /**
   * Does nothing until it has a connection.
   *
   * @throws {KalshiConfigError} for an option that is unknown, missing or wrong
   */
  constructor(options: FixSessionOptions) {
    const read = readOptions("FixSession", options, sessionRules);
    const { beginString, SenderCompID, TargetCompID, strict } = read;
    this.#options = read;
    this.#clock = read.clock ?? systemClock;
    this.#store = read.store;
    this.#header = new HeaderChecks({
      beginString,
      theirIds: [TargetCompID, ...read.alsoTargetCompID ?? []],
      ourIds: [SenderCompID, ...read.alsoSenderCompID ?? []],
      toleranceMs: strict === undefined ? undefined : read.sendingTimeToleranceMs,
    });
    this.#out = new Outgoing(read, beginString, this.#clock, () => {
      if ("liveness" in this.#state) this.#state.liveness.sent();
    });
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
    const framer = new FixFramer({
      maxFrameBytes,
      afterWrongLength: strict === undefined ? "next-frame" : "told-length",
      onFault: (fault, bytes) => {
        onEvent?.({ type: "garbled", fault, bytes: bytes.length });
        if (this.#state.name === "logging-on") {
          this.#drop({ kind: "refused", text: `no Logon but bytes without sense (${fault})` });
        }
      },
    });
    const wire = new Wire(link, framer);
    const timer = this.#clock.setTimer(
      () => this.#drop({ kind: "silent", text: "no Logon came in time" }),
      this.#options.logonTimeoutMs,
    );
    if (role.side === "initiator") {
      this.#state = { name: "preparing", wire, timer };
      this.#logOn(role.logon, wire, timer).catch((error) => this.#failed(wire, error));
    } else {
      this.#state = { name: "logging-on", wire, timer };
    }
    return {
      loggedOn: wire.loggedOn,
      ended: wire.ended,
      receive: (bytes) => {
        if (this.#wire !== wire) return;
        framer.push(bytes);
        this.#unlessStoreFails(wire, () => this.#read(wire));
      },
      lost: (text) => {
        if (this.#wire !== wire) return;
        const unanswered = this.#logonSent
          ? ` before it answered the Logon, whose MsgSeqNum was ${this.#store.nextOutgoing - 1}`
          : "";
        this.#drop({ kind: "lost", text: `${text}${unanswered}` });
      },
    };
  }

  /** Sends a message of the application; returns its number. */
  send(message: FixMessage | UnknownMessage, marks: { readonly PossResend?: boolean } = {}): number {
    if (this.#state.name !== "active") throw new KalshiClosedError("This FIX session is not logged on.");
    return this.#out.send(message, this.#state.wire.link, marks);
  }

  /**
   * Keeps a message for a peer that is away, under the next number: it asks for it when it is back. Only of use where
   * the session sends again.
   */
  keep(message: FixMessage | UnknownMessage): void {
    this.#out.keep(message);
  }

  /** Refuses a message of the application that came, with a Reject(3). */
  refuse(header: FixHeader, why: FieldFault): void {
    this.#reject(header, header.MsgSeqNum, why);
  }

  /** Says goodbye and waits for the answer; harmless when there is no connection. */
  logout(text?: string): void {
    const state = this.#state;
    if (state.name === "active") {
      const end: FixEnd = { kind: "logout", text: text ?? "we logged out" };
      this.#unlessStoreFails(state.wire, () => this.#logOut(end, text));
    } else if (state.name !== "disconnected" && state.name !== "logging-out") {
      this.#drop({ kind: "logout", text: "we closed before the logon" });
    }
  }

  /** Ends the connection without a word. */
  abandon(text: string): void {
    if (this.#state.name !== "disconnected") this.#drop({ kind: "lost", text });
  }

  /** Our Logon went out and has no answer yet. */
  get #logonSent(): boolean {
    return this.#state.name === "logging-on" && this.#options.role.side === "initiator";
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
    const { resetOnLogon = false } = this.#options;
    wire.resets = typeof resetOnLogon === "function" ? resetOnLogon() : resetOnLogon;
    if (wire.resets) this.#reset("us", 1);
    const sendingTimeMs = this.#clock.now();
    const { SenderCompID, TargetCompID } = this.#options;
    const logon = await make({
      SenderCompID,
      TargetCompID,
      MsgSeqNum: this.#store.nextOutgoing,
      SendingTime: utcTimestamp(sendingTimeMs),
    });
    if (this.#wire !== wire) return;
    this.#asked = logon;
    const flag = wire.resets ? { ResetSeqNumFlag: true } : {};
    this.#out.send({ MsgType: "A", ...logon, ...flag }, wire.link, {}, sendingTimeMs);
    this.#state = { name: "logging-on", wire, timer };
    this.#read(wire);
  }

  #failed(wire: Wire, error: unknown): void {
    if (this.#wire !== wire) return;
    this.#drop({
      kind: error instanceof KalshiFixStoreError ? "store" : "refused",
      text: error instanceof Error ? error.message : "the logon could not be made",
    });
  }

  /** Without its store a session cannot count, and ends. */
  #unlessStoreFails(wire: Wire, work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof KalshiFixStoreError)) throw error;
      this.#failed(wire, error);
    }
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
    const refused = (text: string, kind: "refused" | "sequence" = "refused"): void =>
      this.#drop({ kind, text });
    if (role.side === "initiator" && (fields.type === "5" || fields.type === "3")) {
      const message = decodeMessage(fields) as Received<{ Text?: string }>;
      const text = message.Text ??
        (fields.type === "5" ? "the peer logged out" : "the peer rejected the Logon");
      return refused(text, /\b(MsgSeqNum|sequence)\b/i.test(text) ? "sequence" : "refused");
    }
    // Some ask for what they miss before they answer the Logon that showed it.
    const asks = fields.type === "2" && role.side === "initiator";
    if (fields.type !== "A" && !asks) return refused(`the first message is ${fields.type}, not a Logon`);
    const wrong = this.#header.wrongIdentity(fields) ?? this.#checks?.find(fields) ??
      this.#header.wrongTime(fields, this.#clock.now());
    if (wrong !== undefined) return refused(wrong.text);
    if (this.#header.beginStringDiffers(fields)) return refused("Incorrect BeginString");
    const { wire, timer } = state;
    if (asks) {
      if (fields.sequence === this.#store.nextIncoming) this.#store.setIncoming(fields.sequence + 1);
      return this.#resend(decodeMessage(fields) as Received<ResendRequest>, wire);
    }
    const logon = decodeMessage(fields) as Received<Logon>;
    if (role.side === "initiator") {
      const wrong = wrongHeartbeat(logon);
      return wrong === undefined ? this.#activate(wire, timer, logon, fields.sequence) : refused(wrong);
    }
    this.#state = { name: "preparing", wire, timer };
    this.#judge(role.accept, wire, timer, logon, fields.sequence).catch((error) => this.#failed(wire, error));
  }

  async #judge(
    accept: (logon: Received<Logon>) => LogonAnswer | Promise<LogonAnswer>,
    wire: Wire,
    timer: ClockTimer,
    logon: Received<Logon>,
    sequence: number,
  ): Promise<void> {
    await this.#store.open();
    const answer = await accept(logon);
    if (this.#wire !== wire) return;
    if ("close" in answer) return this.#drop({ kind: "refused", text: answer.close });
    const refuse = (kind: "refused" | "sequence", Text: string): void => {
      this.#out.send({ MsgType: "5", Text }, wire.link);
      this.#drop({ kind, text: Text });
    };
    const wrong = wrongHeartbeat(logon);
    if ("refuse" in answer) return refuse("refused", answer.refuse);
    if (wrong !== undefined) return refuse("refused", wrong);
    // Only a Logon that is accepted may begin the numbers anew: anybody can write one.
    const reset = logon.ResetSeqNumFlag === true;
    if (reset) this.#reset("peer", 1);
    const { nextIncoming } = this.#store;
    if (sequence < nextIncoming && logon.header.PossDupFlag !== true) {
      return refuse("sequence", `MsgSeqNum too low, expecting ${nextIncoming} but received ${sequence}`);
    }
    const flag = reset ? { ResetSeqNumFlag: true } : {};
    this.#out.send({ MsgType: "A", ...answer.accept, ...flag }, wire.link);
    this.#activate(wire, timer, logon, sequence);
    this.#read(wire);
  }

  /** The logon is complete on both sides. */
  #activate(wire: Wire, timer: ClockTimer, logon: Received<Logon>, sequence: number): void {
    timer.clear();
    if (this.#options.role.side === "initiator" && logon.ResetSeqNumFlag === true && !wire.resets) {
      // The peer begins anew without being asked: our Logon counts as its number 1.
      this.#reset("peer", 1);
      this.#store.setOutgoing(2);
    }
    const send = (message: FixMessage) =>
      this.#unlessStoreFails(wire, () => void this.#out.send(message, wire.link));
    const liveness = new Liveness(this.#clock, this.#heartbeatMs(logon), {
      heartbeat: () => send({ MsgType: "0" }),
      test: (TestReqID) => send({ MsgType: "1", TestReqID }),
      dead: () => this.#drop({ kind: "silent", text: "no answer to a TestRequest" }),
    });
    const incoming = new Incoming(this.#options, this.#clock, {
      send,
      reject: (header, sequence, why) => this.#reject(header, sequence, why),
      end: (end, text) => this.#logOut(end, text),
    });
    this.#state = { name: "active", wire, liveness, incoming };
    this.#options.onEvent?.({ type: "logged-on", logon });
    wire.logOn(logon);
    if (this.#wire !== wire) return;
    const expected = this.#store.nextIncoming;
    if (sequence > expected) incoming.tooHigh(sequence, undefined);
    else if (sequence === expected) incoming.advance(expected + 1);
    else incoming.tooLow(this.#fields);
  }

  /**
   * An acceptor takes what the Logon asks for. An initiator has asked: a longer interval in the answer, or none, would
   * keep it from noticing that the peer is dead.
   */
  #heartbeatMs({ HeartBtInt = 30 }: Received<Logon>): number {
    const asked = this.#asked.HeartBtInt ?? 30;
    if (this.#options.role.side === "acceptor" || asked === 0) return HeartBtInt * 1000;
    return (HeartBtInt > 0 ? Math.min(asked, HeartBtInt) : asked) * 1000;
  }

  #frame(state: State & { name: "active" | "logging-out" }): void {
    const fields = this.#fields;
    state.liveness.received();
    if (this.#header.beginStringDiffers(fields)) {
      return this.#logOut({ kind: "protocol", text: "Incorrect BeginString" }, "Incorrect BeginString");
    }
    const { type, sequence } = fields;
    if (Number.isNaN(sequence)) {
      return this.#logOut({ kind: "sequence", text: "MsgSeqNum missing" }, "MsgSeqNum missing");
    }
    const wrong = this.#checks?.find(fields);
    if (wrong !== undefined) return this.#refuse(wrong);
    if (this.#header.wrongIdentity(fields) !== undefined) {
      return this.#refuseAndEnd(fault(SessionRejectReason.CompIDProblem));
    }
    const late = this.#header.wrongTime(fields, this.#clock.now());
    if (late !== undefined) return this.#refuseAndEnd(late);
    // These are acted on whatever their number: a gap may be what they are about.
    if (type === "5") return this.#loggedOut(state);
    if (type === "4" && !isGapFill(fields)) return state.incoming.sequenceReset(fields);
    if (type === "2") this.#resend(decodeMessage(fields) as Received<ResendRequest>, state.wire);
    if (type === "A" && state.name === "active" && this.#logonAgain(state)) return;
    state.incoming.take(fields, type === "2");
  }

  /** A Logon while logged on: the peer begins both numbers anew, which is answered once. */
  #logonAgain(state: State & { name: "active" }): boolean {
    const logon = decodeMessage(this.#fields) as Received<Logon>;
    if (logon.ResetSeqNumFlag !== true) return false;
    if (this.#store.nextOutgoing === 2 && this.#store.nextIncoming === 2) return true;
    state.incoming.forgetGap();
    this.#reset("peer", 2);
    const { EncryptMethod, HeartBtInt, DefaultApplVerID } = logon;
    this.#out.send(
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
    this.#out.send({ MsgType: "5" }, state.wire.link);
    this.#drop({ kind: "peer-logout", text: Text ?? "the peer logged out" });
  }

  // Refusing

  #refuse(why: FieldFault): void {
    const { sequence } = this.#fields;
    this.#reject(this.#fields.header(), sequence, why);
    if ("incoming" in this.#state) this.#state.incoming.passOver(sequence);
  }

  #refuseAndEnd(why: FieldFault): void {
    this.#reject(this.#fields.header(), this.#fields.sequence, why);
    this.#logOut({ kind: "protocol", text: why.text });
  }

  #reject(header: FixHeader, RefSeqNum: number, found: FieldFault): void {
    const { MsgType } = header;
    const why = this.#options.worded?.(found) ?? found;
    this.#options.onEvent?.({ type: "refused", MsgType, MsgSeqNum: RefSeqNum, fault: why });
    const link = this.#wire?.link;
    // Two sides that refuse each other's refusals would never end.
    if (link === undefined || MsgType === "3") return;
    const reject: Reject = {
      MsgType: "3",
      RefSeqNum,
      Text: why.text,
      RefTagID: why.tag,
      RefMsgType: MsgType === "" ? undefined : MsgType,
      SessionRejectReason: why.reason,
    };
    this.#out.send(reject, link, { routing: turned(header) });
  }

  // Sending

  #resend(request: ResendRequest, wire: Wire): void {
    const { BeginSeqNo, EndSeqNo } = request;
    const fields = this.#fields;
    if (!(BeginSeqNo >= 0)) {
      return this.#reject(fields.header(), fields.sequence, fault(SessionRejectReason.RequiredTagMissing, 7));
    }
    if (EndSeqNo > 0 && EndSeqNo < BeginSeqNo) {
      return this.#reject(fields.header(), fields.sequence, fault(SessionRejectReason.IncorrectValue, 16));
    }
    const last = this.#store.nextOutgoing - 1;
    const to = EndSeqNo > 0 && EndSeqNo < last ? EndSeqNo : last;
    const from = Math.max(BeginSeqNo, 1);
    if (!(from <= to)) return;
    const refused = this.#options.refuseResend?.(request);
    if (refused !== undefined) return this.#reject(fields.header(), fields.sequence, refused);
    if (this.#out.resendsWaiting >= MOST_RESENDS) {
      const text = "too many ResendRequests at once";
      return this.#logOut({ kind: "protocol", text }, text);
    }
    this.#out.resend(from, to, wire.link).catch((error) => this.#failed(wire, error));
  }

  // Ending

  #logOut(end: FixEnd, Text?: string): void {
    const state = this.#state;
    if (state.name !== "active") return;
    const { wire, liveness, incoming } = state;
    this.#out.send({ MsgType: "5", Text }, wire.link);
    const timer = this.#clock.setTimer(() => this.#drop(end), this.#options.logoutTimeoutMs);
    this.#state = { name: "logging-out", wire, liveness, incoming, timer, end };
  }

  #drop(end: FixEnd): void {
    const state = this.#state;
    if (state.name === "disconnected") return;
    if ("timer" in state) state.timer.clear();
    if ("liveness" in state) {
      state.liveness.stop();
      state.incoming.stop();
    }
    this.#out.stop();
    const refused = this.#logonSent && end.kind === "sequence";
    this.#state = { name: "disconnected" };
    state.wire.link.close();
    // A number that was refused is not used up: with a store that was lost, every try would climb by one until one fits.
    if (refused) {
      try {
        this.#store.setOutgoing(this.#store.nextOutgoing - 1);
      } catch {
        // It is refused again.
      }
    }
    this.#options.onEvent?.({ type: "ended", end });
    state.wire.end(end);
  }

  #reset(by: "us" | "peer", nextIncoming: number): void {
    this.#store.reset();
    this.#store.setIncoming(nextIncoming);
    this.#options.onEvent?.({ type: "reset", by, nextIncoming });
  }
}

function wrongHeartbeat({ HeartBtInt = 30 }: Received<Logon>): string | undefined {
  return HeartBtInt >= 0 && HeartBtInt <= LONGEST_HEARTBEAT
    ? undefined
    : `HeartBtInt(108) must be from 0 to ${LONGEST_HEARTBEAT} seconds, not ${HeartBtInt}`;
}

function isGapFill(fields: FixFields): boolean {
  const k = fields.find(123);
  return k >= 0 && fields.flag(k) === true;
}
