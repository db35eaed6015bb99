/**
 * What comes in over one connection, number by number: each message is acted on once and in order, what is missing is
 * asked for, what came before is passed over.
 */
import type { Clock } from "../base/clock.ts";
import { decodeMessage, type ReceivedMessage } from "../contract/fix/codec.ts";
import { SessionRejectReason } from "../contract/fix/codes.ts";
import type { FixMessage, Reject, SequenceReset, TestRequest } from "../contract/fix/messages.ts";
import type { FixFields, FixHeader } from "../contract/fix_fields.ts";
import { fault, type FieldFault } from "./checks.ts";
import { IncomingGap } from "./incoming_gap.ts";
import { adminTypes } from "./resend.ts";
import type { SessionSettings } from "./session_rules.ts";
import type { FixEnd, Received } from "./session_types.ts";
import type { FixStore } from "./store.ts";

/** A message behind a gap; without one, what its number stood for is done. */
interface Held {
  readonly message: ReceivedMessage | undefined;
}

/** What comes in makes the session do this. */
export interface IncomingActions {
  /** Sends a message of the session. */
  send(message: FixMessage): void;
  /** Refuses a message. */
  reject(header: FixHeader, sequence: number, why: FieldFault): void;
  /** Logs out. */
  end(end: FixEnd, text?: string): void;
}

/** The messages of one connection. */
export class Incoming {
  readonly #options: SessionSettings;
  readonly #store: FixStore;
  readonly #actions: IncomingActions;
  readonly #gap: IncomingGap<Held>;
  #stopped = false;

  constructor(options: SessionSettings, clock: Clock, actions: IncomingActions) {
    this.#options = options;
    this.#store = options.store;
    this.#actions = actions;
    this.#gap = new IncomingGap<Held>(clock, {
      chunk: options.resendChunk,
      timeoutMs: options.resendTimeoutMs,
      attempts: options.resendAttempts,
      most: options.mostHeld,
    }, {
      request: (BeginSeqNo, EndSeqNo) => actions.send({ MsgType: "2", BeginSeqNo, EndSeqNo }),
      giveUp: (missing) =>
        actions.end(
          { kind: "gap", text: `message ${missing} was asked for and not sent again` },
          "gap not filled",
        ),
    });
  }

  /** The connection has ended: nothing more is acted on. */
  stop(): void {
    this.#stopped = true;
    this.#gap.stop();
  }

  /** Numbers begin anew: what is missing stays so, what came behind it is acted on. */
  forgetGap(): void {
    this.#actOnHeld(Infinity);
    this.#gap.stop();
  }

  /** A frame that may be acted on when its number is the next; `done` when that has happened whatever its number. */
  take(fields: FixFields, done: boolean): void {
    const { sequence } = fields;
    const expected = this.#store.nextIncoming;
    if (sequence < expected) {
      if (!done) this.tooLow(fields);
      return;
    }
    const message = done ? undefined : decodeMessage(fields);
    if (sequence > expected) return this.tooHigh(sequence, message);
    this.#process(message, sequence);
    this.#inOrderHeld();
  }

  /** A frame that was refused uses up its number. */
  passOver(sequence: number): void {
    if (sequence !== this.#store.nextIncoming) return;
    this.advance(sequence + 1);
    this.#inOrderHeld();
  }

  /** Numbers begin where the peer says, whatever is missing. */
  sequenceReset(fields: FixFields): void {
    const { NewSeqNo } = decodeMessage(fields) as Received<SequenceReset>;
    const expected = this.#store.nextIncoming;
    if (!(NewSeqNo >= expected)) {
      return this.#actions.reject(
        fields.header(),
        fields.sequence,
        fault(SessionRejectReason.IncorrectValue),
      );
    }
    if (NewSeqNo === expected) return;
    this.#options.onEvent?.({ type: "reset", by: "peer", nextIncoming: NewSeqNo });
    this.#jump(NewSeqNo);
    this.#inOrderHeld();
  }

  /** The next number that is expected. */
  advance(next: number): void {
    this.#store.setIncoming(next);
    if (this.#stopped) return;
    const { open } = this.#gap;
    this.#gap.advanced(next);
    if (open && !this.#gap.open) this.#options.onEvent?.({ type: "gap-filled" });
  }

  tooHigh(sequence: number, message: ReceivedMessage | undefined): void {
    const expected = this.#store.nextIncoming;
    const { retransmission, onEvent, onMessage } = this.#options;
    if (!this.#gap.open) {
      onEvent?.({ type: "gap", from: expected, to: sequence - 1, recoverable: retransmission });
    }
    if (message?.MsgType === "3" && this.#gap.open && (message as Reject).RefMsgType === "2") {
      return this.#notSentAgain(message as Received<Reject>);
    }
    if (retransmission) return this.#gap.beyond(sequence, expected, { message });
    // Nobody sends it again. What came is told, for it is true; then the session ends.
    if (message !== undefined && !adminTypes.has(message.MsgType)) onMessage(message);
    this.#store.setIncoming(sequence + 1);
    const text = `MsgSeqNum too high, expecting ${expected} but received ${sequence}`;
    this.#actions.end({ kind: "gap", text }, text);
  }

  /** The peer refuses to send again: it stands behind the very gap that it keeps open, so it is acted on at once. */
  #notSentAgain(reject: Received<Reject>): void {
    const { nextIncoming } = this.#store;
    this.#act(reject);
    const text = `message ${nextIncoming} was asked for and is not sent again: ${reject.Text ?? "no reason"}`;
    this.#actions.end({ kind: "gap", text }, "gap not filled");
  }

  /** A number that was used before. */
  tooLow(fields: FixFields): void {
    const { type, sequence } = fields;
    const expected = this.#store.nextIncoming;
    if (!fields.possDup) {
      const text = `MsgSeqNum too low, expecting ${expected} but received ${sequence}`;
      return this.#actions.end({ kind: "sequence", text }, text);
    }
    if (this.#options.strict !== undefined && type !== "4") {
      const original = fields.find(122);
      if (original < 0) {
        return this.#actions.reject(
          fields.header(),
          sequence,
          fault(SessionRejectReason.RequiredTagMissing, 122),
        );
      }
      if (fields.timeMs(original) > fields.sendingTimeMs) {
        const late = fault(SessionRejectReason.SendingTimeAccuracy);
        this.#actions.reject(fields.header(), sequence, late);
        return this.#actions.end({ kind: "protocol", text: late.text });
      }
    }
    this.#options.onEvent?.({ type: "duplicate", MsgType: type, MsgSeqNum: sequence });
  }

  #inOrderHeld(): void {
    while (!this.#stopped && this.#gap.open) {
      const expected = this.#store.nextIncoming;
      const held = this.#gap.take(expected);
      if (held === undefined) return;
      this.#process(held.message, expected);
    }
  }

  #process(message: ReceivedMessage | undefined, sequence: number): void {
    if (message?.MsgType === "4") {
      const { NewSeqNo } = message as SequenceReset;
      if (NewSeqNo > sequence) return this.#jump(NewSeqNo);
      this.#actions.reject(message.header, sequence, fault(SessionRejectReason.IncorrectValue));
    } else if (message?.MsgType === "1") {
      this.advance(sequence + 1);
      return this.#act(message);
    } else if (message !== undefined) {
      this.#act(message);
    }
    this.advance(sequence + 1);
  }

  /**
   * Numbers go on at `next`. What was held under lower ones did come, once and whole: nobody will send it again, so it
   * is acted on.
   */
  #jump(next: number): void {
    this.#actOnHeld(next);
    this.advance(next);
  }

  #actOnHeld(below: number): void {
    for (const { message } of this.#gap.takeBelow(below)) {
      if (this.#stopped) return;
      if (message !== undefined) this.#act(message);
    }
  }

  #act(message: ReceivedMessage): void {
    switch (message.MsgType) {
      case "0":
      case "4":
      case "A":
        return;
      case "1":
        if (this.#stopped) return;
        return this.#actions.send({ MsgType: "0", TestReqID: (message as TestRequest).TestReqID });
      case "3":
        return this.#options.onEvent?.({ type: "rejected", reject: message as Received<Reject> });
      default:
        this.#options.onMessage(message);
    }
  }
}
