/** Everything that a session sends: each message under its number, kept, and handed over in batches; and again when it is asked for. */
import type { Clock } from "../base/clock.ts";
import { encodeMessage } from "../contract/fix/codec.ts";
import type { FixMessage } from "../contract/fix/messages.ts";
import type { UnknownMessage } from "../contract/fix_records.ts";
import { FixWriter, type OutgoingHeader } from "../contract/fix_writer.ts";
import { adminTypes, readKept } from "./resend.ts";
import type { SessionSettings } from "./session_rules.ts";
import type { FixLink } from "./session_types.ts";
import type { FixStore, SentFrame } from "./store.ts";
import { utcTimestamp } from "./times.ts";

/** Messages that are read from the store at a time when they are sent again. */
const BATCH = 200;

/** What goes out of one session, over all its connections. */
export class Outgoing {
  readonly #options: SessionSettings;
  readonly #clock: Clock;
  readonly #store: FixStore;
  readonly #writer: FixWriter;
  readonly #sent: () => void;
  /** The ResendRequest that is being served, and those behind it. */
  #resending: { readonly waiting: { from: number; to: number }[] } | undefined;
  #pending:
    | { readonly bytes: Uint8Array; readonly from: number; to: number; readonly link: FixLink }
    | undefined;

  /** Calls `sent` for every frame. */
  constructor(options: SessionSettings, beginString: string, clock: Clock, sent: () => void) {
    const { SenderCompID, TargetCompID, store } = options;
    this.#options = options;
    this.#clock = clock;
    this.#store = store;
    this.#writer = new FixWriter({ beginString, SenderCompID, TargetCompID });
    this.#sent = sent;
  }

  /** Sends a message under the next number, which it returns. */
  send(
    message: FixMessage | UnknownMessage,
    link: FixLink,
    marks: Pick<OutgoingHeader, "PossResend" | "routing"> = {},
    sendingTimeMs: number = this.#clock.now(),
  ): number {
    const MsgSeqNum = this.#store.nextOutgoing;
    const { PossResend, routing } = marks;
    encodeMessage(this.#writer, { MsgSeqNum, sendingTimeMs, PossResend, routing }, message);
    // The session's own messages are never sent again; nor is a Logon's signature written anywhere.
    if (this.#options.retransmission && !adminTypes.has(message.MsgType)) {
      this.#store.append(this.#writer.bytes.subarray(this.#writer.start, this.#writer.end));
    } else {
      this.#store.setOutgoing(MsgSeqNum + 1);
    }
    this.#queue(link);
    return MsgSeqNum;
  }

  /** Keeps a message under the next number, and sends nothing. */
  keep(message: FixMessage | UnknownMessage): void {
    const header = { MsgSeqNum: this.#store.nextOutgoing, sendingTimeMs: this.#clock.now() };
    encodeMessage(this.#writer, header, message);
    this.#store.append(this.#writer.bytes.subarray(this.#writer.start, this.#writer.end));
  }

  /**
   * Sends again what is asked for: kept frames as they were, a GapFill over what is not kept or is not to be sent
   * again. It is read and sent in batches, each when the peer has taken the one before. Rejects when the store fails.
   */
  async resend(from: number, to: number, link: FixLink): Promise<void> {
    const running = this.#resending;
    if (running !== undefined) return void running.waiting.push({ from, to });
    const work = this.#resending = { waiting: [{ from, to }] };
    for (let range = work.waiting.shift(); range !== undefined; range = work.waiting.shift()) {
      const again = { next: range.from, messages: 0 };
      for (let at = range.from; at <= range.to; at += BATCH) {
        const last = Math.min(at + BATCH - 1, range.to);
        const found = this.#store.sent(at, last);
        const frames = found instanceof Promise ? await found : found;
        if (this.#resending !== work) return;
        this.#sendAgain(frames, again, link);
        const taken = last < range.to ? link.drained?.() : undefined;
        if (taken !== undefined) await taken;
        if (this.#resending !== work) return;
      }
      if (again.next <= range.to) this.#gapFill(again.next, range.to + 1, link);
      this.#options.onEvent?.({ type: "resent", ...range, messages: again.messages });
    }
    this.#resending = undefined;
  }

  /** How many ResendRequests wait behind the one that is being served. */
  get resendsWaiting(): number {
    return this.#resending?.waiting.length ?? 0;
  }

  /** The connection ends: what was written is handed over, nothing is sent again. */
  stop(): void {
    this.#resending = undefined;
    this.#flush();
  }

  #sendAgain(frames: readonly SentFrame[], again: { next: number; messages: number }, link: FixLink): void {
    const { sendAgain, onEvent, onFrame, retransmission } = this.#options;
    for (const { sequence, frame } of frames) {
      if (sequence < again.next) continue;
      const kept = readKept(frame, sequence);
      if (kept === undefined) {
        onEvent?.({ type: "store-damaged", MsgSeqNum: sequence });
        continue;
      }
      if (!retransmission || adminTypes.has(kept.msgType) || sendAgain?.(kept.msgType, sequence) === false) {
        continue;
      }
      if (sequence > again.next) this.#gapFill(again.next, sequence, link);
      this.#flush();
      const bytes = kept.again(utcTimestamp(this.#clock.now()));
      onFrame?.("out", bytes);
      this.#sent();
      link.write(bytes);
      again.messages++;
      again.next = sequence + 1;
    }
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

  /** Hands over what was written when this turn is done, all frames of it at once. */
  #queue(link: FixLink): void {
    const { bytes, start, end } = this.#writer;
    this.#options.onFrame?.("out", bytes.subarray(start, end));
    this.#sent();
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
}
