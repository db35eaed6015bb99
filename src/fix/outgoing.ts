/** Everything that a session sends: each message under its number, kept, and handed over in batches; and again when it is asked for. */
import type { Clock } from "../base/clock.ts";
import { encodeMessage } from "../contract/fix/codec.ts";
import type { FixMessage } from "../contract/fix/messages.ts";
import type { UnknownMessage } from "../contract/fix_records.ts";
import { FixWriter, type OutgoingHeader } from "../contract/fix_writer.ts";
import { adminTypes, readKept } from "./resend.ts";
import type { FixLink, FixSessionOptions } from "./session_types.ts";
import type { FixStore, SentFrame } from "./store.ts";
import { utcTimestamp } from "./times.ts";

/** What goes out of one session, over all its connections. */
export class Outgoing {
  readonly #options: FixSessionOptions;
  readonly #clock: Clock;
  readonly #store: FixStore;
  readonly #writer: FixWriter;
  readonly #sent: () => void;
  #pending:
    | { readonly bytes: Uint8Array; readonly from: number; to: number; readonly link: FixLink }
    | undefined;

  /** Calls `sent` for every frame. */
  constructor(options: FixSessionOptions, beginString: string, clock: Clock, sent: () => void) {
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
    if (this.#options.retransmission) {
      this.#store.append(this.#writer.bytes.subarray(this.#writer.start, this.#writer.end));
    } else {
      this.#store.setOutgoing(MsgSeqNum + 1);
    }
    this.#queue(link);
    return MsgSeqNum;
  }

  /** Sends kept frames again, and fills over what is not kept or is not to be sent again. */
  again(frames: readonly SentFrame[], from: number, to: number, link: FixLink): void {
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
      this.flush();
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
    this.flush();
    this.#pending = { bytes, from: start, to: end, link };
    queueMicrotask(() => this.flush());
  }

  /** Hands over at once. */
  flush(): void {
    const pending = this.#pending;
    if (pending === undefined) return;
    this.#pending = undefined;
    pending.link.write(pending.bytes.subarray(pending.from, pending.to));
  }
}
