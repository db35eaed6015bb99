/** Requests that wait for their answers. */
import type { Clock, ClockTimer } from "../../base/clock.ts";
import {
  KalshiAbortError,
  KalshiConfigError,
  KalshiConnectionError,
  KalshiError,
  KalshiTimeoutError,
} from "../../base/errors.ts";
import { readOptions } from "../../base/options.ts";
import { deferred, onAborted } from "../../base/waits.ts";
import type { ReceivedMessage } from "../../contract/fix/codec.ts";
import type { BusinessMessageReject, FixMessage, Reject } from "../../contract/fix/messages.ts";
import type { FixProduct } from "../../contract/fix/sessions.ts";
import type { LimitedCall, Limiter } from "../../rate_limits/limiter.ts";
import { businessReject, isThrottle, sessionReject } from "../rejects.ts";
import type { Received } from "../session_types.ts";
import type { AnswerRef, ReadAnswer, RequestKind } from "./kind.ts";
import { type FixRequestOptions, fixRequestRules } from "./options.ts";

/** What requests are sent through. */
export interface RequestsOptions {
  /** Whose gateway it is. */
  readonly product: FixProduct;
  /** A copy of a message that was checked, which is the one to send. */
  readonly check: <Message extends FixMessage>(message: Message) => Message;
  /** Sends a message; returns its number. */
  readonly send: (message: FixMessage) => number;
  /** Why nothing can be sent now; undefined when it can. */
  readonly obstacle: () => KalshiError | undefined;
  /** Whether answers that a lost connection kept back come on the next one. */
  readonly retransmission: boolean;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly limiter?: Limiter | undefined;
  /** What a message costs; undefined when nothing. */
  readonly costOf: (message: FixMessage) => LimitedCall | undefined;
}

type Stage =
  /** Not sent yet. */
  | { readonly name: "new" }
  /** It waits for its rate budget. */
  | { readonly name: "waiting"; readonly leave: AbortController }
  | {
    readonly name: "sent";
    readonly MsgSeqNum: number;
    readonly timer: ClockTimer;
  }
  | { readonly name: "done" };

interface Entry {
  readonly kind: AnyKind;
  readonly id: string;
  readonly message: FixMessage;
  readonly read: ReadAnswer<unknown>;
  readonly settle: (result: unknown) => void;
  readonly fail: (error: KalshiError) => void;
  readonly call: LimitedCall | undefined;
  stage: Stage;
}

type AnyKind = RequestKind<never, unknown>;

/** Every request of one client from its call to its answer. */
export class Requests {
  readonly #options: RequestsOptions;
  /** Those that wait or were sent, by kind and id, in the order of their calls. */
  readonly #entries = new Map<AnyKind, Map<string, Entry[]>>();
  readonly #kindsOf = new Map<string, AnyKind[]>();
  /** Those that were sent, by their number. */
  readonly #bySeqNum = new Map<number, Entry>();

  constructor(options: RequestsOptions) {
    this.#options = options;
  }

  /** How many have no answer yet. */
  get size(): number {
    let size = 0;
    for (const byId of this.#entries.values()) for (const list of byId.values()) size += list.length;
    return size;
  }

  /**
   * Checks a request, sends it, and waits for what answers it. While there is no logged-on connection it is refused and
   * not kept for later: a price that waited is an old price.
   */
  async run<Sent extends FixMessage, Result>(
    kind: RequestKind<Sent, Result>,
    message: Sent,
    given?: FixRequestOptions,
  ): Promise<Result> {
    return await this.ask(kind, this.check(message), given);
  }

  /**
   * A copy of a message that was checked.
   *
   * @throws {KalshiConfigError} for what Kalshi would refuse, or take for something else
   */
  check<Message extends FixMessage>(message: Message): Message {
    return this.#options.check(message);
  }

  /**
   * Nothing when a request could be sent now.
   *
   * @throws {KalshiError} why it could not
   */
  assertReady(): void {
    const obstacle = this.#options.obstacle();
    if (obstacle !== undefined) throw obstacle;
  }

  /** {@linkcode run} for a message that {@linkcode check} gave. */
  async ask<Sent extends FixMessage, Result>(
    kind: RequestKind<Sent, Result>,
    message: Sent,
    given: FixRequestOptions = {},
  ): Promise<Result> {
    const { signal, timeoutMs = this.#options.timeoutMs } = readOptions(kind.name, given, fixRequestRules);
    const obstacle = this.#options.obstacle();
    if (obstacle !== undefined) throw obstacle;
    if (signal?.aborted) throw notSent(kind.name, message, signal.reason);
    const { promise, resolve: settle, reject: fail } = deferred<Result>();
    const entry: Entry = {
      kind: kind as unknown as AnyKind,
      id: kind.id(message),
      message,
      read: kind.reader(message) as ReadAnswer<unknown>,
      settle: settle as (result: unknown) => void,
      fail,
      call: this.#options.costOf(message),
      stage: { name: "new" },
    };
    // Before a byte of it goes out: no answer can come to a request that nobody knows.
    this.#register(entry);
    const unheard = onAborted(signal, () => this.#abort(entry, signal?.reason));
    try {
      await this.#send(entry, timeoutMs);
      return await promise;
    } finally {
      unheard();
      this.#forget(entry);
    }
  }

  /** A message came: the request that it answers is told. */
  take(message: ReceivedMessage): void {
    if (message.MsgType === "j") this.#businessReject(message as Received<BusinessMessageReject>);
    for (const kind of this.#kindsOf.get(message.MsgType) ?? []) {
      const entry = this.#answered(kind, kind.answers[message.MsgType]?.(message));
      if (entry === undefined) continue;
      const result = entry.read(message, this.#options.product);
      if (result === undefined) continue;
      if (result instanceof KalshiError) this.#fail(entry, result);
      else this.#finish(entry, result);
    }
  }

  /** Kalshi refused a message of ours. */
  rejected(reject: Received<Reject>): void {
    const entry = this.#bySeqNum.get(reject.RefSeqNum);
    if (entry === undefined) return;
    this.#fail(entry, sessionReject(reject, entry.kind.name, this.#options.product, idsOf(entry.message)));
  }

  /** The connection ended: of what was sent nothing is known any more, unless its answers come on the next one. */
  connectionEnded(cause: KalshiError | undefined): void {
    for (const entry of this.#every()) {
      if (entry.stage.name !== "sent") {
        leaveLine(entry);
        this.#fail(entry, lost(entry, "not-sent", cause));
      } else if (!this.#options.retransmission) this.#fail(entry, lost(entry, "unknown", cause));
    }
  }

  /** Nothing comes any more, or not under the numbers that were: of what was sent nothing is known. */
  giveUp(cause: KalshiError | undefined): void {
    for (const entry of this.#every()) {
      if (entry.stage.name === "sent") this.#fail(entry, lost(entry, "unknown", cause));
    }
  }

  /**
   * These numbers of an earlier connection had never arrived, or Kalshi would not have asked for them, and were filled
   * over: now they never will.
   */
  neverArrived(numbers: ReadonlySet<number>): void {
    for (const entry of this.#every()) {
      const { stage } = entry;
      if (stage.name !== "sent" || !numbers.has(stage.MsgSeqNum)) continue;
      this.#fail(
        entry,
        new KalshiConnectionError(
          `${entry.kind.name}: the connection was lost before the message reached Kalshi, which asked for it again; it was ` +
            "filled over, and will never take effect. Send it anew if you still want it.",
          { outcome: "not-sent", clientIds: idsOf(entry.message) },
        ),
      );
    }
  }

  #register(entry: Entry): void {
    const { kind, id } = entry;
    let byId = this.#entries.get(kind);
    if (byId === undefined) {
      this.#entries.set(kind, byId = new Map());
      for (const type of Object.keys(kind.answers)) {
        this.#kindsOf.set(type, [...this.#kindsOf.get(type) ?? [], kind]);
      }
    }
    const list = byId.get(id);
    if (list === undefined) byId.set(id, [entry]);
    else if (kind.sameId === "in-order") list.push(entry);
    else {
      throw new KalshiConfigError(
        `${kind.name}: a request with the id ${id} waits for its answer: take another id.`,
      );
    }
  }

  async #send(entry: Entry, timeoutMs: number): Promise<void> {
    const { limiter, clock } = this.#options;
    const { call } = entry;
    if (limiter !== undefined && call !== undefined) {
      if (!limiter.tryAdmit?.(call)) {
        const leave = new AbortController();
        entry.stage = { name: "waiting", leave };
        try {
          await limiter.admit(call, leave.signal);
        } catch (error) {
          // Whoever made it leave the line has said why.
          if (this.#isDone(entry)) return;
          throw error;
        }
      }
      if (this.#isDone(entry)) return;
      const obstacle = this.#options.obstacle();
      if (obstacle !== undefined) throw obstacle;
    }
    const MsgSeqNum = this.#options.send(entry.message);
    const timer = clock.setTimer(() => this.#fail(entry, late(entry, timeoutMs)), timeoutMs);
    entry.stage = { name: "sent", MsgSeqNum, timer };
    this.#bySeqNum.set(MsgSeqNum, entry);
  }

  #isDone(entry: Entry): boolean {
    return entry.stage.name === "done";
  }

  #abort(entry: Entry, reason: unknown): void {
    const { kind, message, stage } = entry;
    leaveLine(entry);
    this.#fail(
      entry,
      stage.name === "sent" ? unheardOf(kind.name, message, reason) : notSent(kind.name, message, reason),
    );
  }

  #businessReject(reject: Received<BusinessMessageReject>): void {
    const entry = reject.RefSeqNum === undefined
      ? this.#every().find(({ message, id, stage }) =>
        stage.name === "sent" && id === reject.BusinessRejectRefID &&
        (reject.RefMsgType === undefined || message.MsgType === reject.RefMsgType)
      )
      : this.#bySeqNum.get(reject.RefSeqNum);
    if (entry === undefined) return;
    // Somebody else draws on the account's budget too.
    if (isThrottle(reject) && entry.call !== undefined) this.#options.limiter?.refused(entry.call);
    this.#fail(entry, businessReject(reject, entry.kind.name, this.#options.product, idsOf(entry.message)));
  }

  #answered(kind: AnyKind, ref: AnswerRef): Entry | undefined {
    if (typeof ref === "number") {
      const entry = this.#bySeqNum.get(ref);
      return entry?.kind === kind ? entry : undefined;
    }
    const ids = ref === undefined ? [] : typeof ref === "string" ? [ref] : ref;
    for (const id of ids) {
      const sent = this.#entries.get(kind)?.get(id)?.find(({ stage }) => stage.name === "sent");
      if (sent !== undefined) return sent;
    }
    return undefined;
  }

  #every(): Entry[] {
    return [...this.#entries.values()].flatMap((byId) => [...byId.values()].flat());
  }

  #finish(entry: Entry, result: unknown): void {
    this.#end(entry);
    entry.settle(result);
  }

  #fail(entry: Entry, error: KalshiError): void {
    this.#end(entry);
    entry.fail(error);
  }

  #end(entry: Entry): void {
    const { stage } = entry;
    if (stage.name === "sent") {
      stage.timer.clear();
      if (this.#bySeqNum.get(stage.MsgSeqNum) === entry) this.#bySeqNum.delete(stage.MsgSeqNum);
    }
    entry.stage = { name: "done" };
    this.#forget(entry);
  }

  #forget(entry: Entry): void {
    const byId = this.#entries.get(entry.kind);
    const rest = byId?.get(entry.id)?.filter((other) => other !== entry) ?? [];
    if (rest.length === 0) byId?.delete(entry.id);
    else byId?.set(entry.id, rest);
  }
}

/** It no longer waits for its rate budget. */
function leaveLine({ stage }: Entry): void {
  if (stage.name === "waiting") stage.leave.abort();
}

/** The ids by which a request can be looked up. */
function idsOf(message: FixMessage): string[] {
  const { ClOrdID } = message as { readonly ClOrdID?: string };
  return ClOrdID === undefined ? [] : [ClOrdID];
}

const LOOK =
  "Whether it took effect is unknown: look before you send it again, in its reports, the drop copy or REST.";

function lost(
  { kind, message }: Entry,
  outcome: "unknown" | "not-sent",
  cause: KalshiError | undefined,
): KalshiError {
  const what = outcome === "unknown"
    ? `the connection ended before its answer came. ${LOOK}`
    : "it was not sent: the connection ended.";
  return new KalshiConnectionError(`${kind.name}: ${what}`, { outcome, clientIds: idsOf(message), cause });
}

function late({ kind, message }: Entry, timeoutMs: number): KalshiError {
  return new KalshiTimeoutError(`${kind.name}: no answer came within ${timeoutMs} ms. ${LOOK}`, {
    outcome: "unknown",
    clientIds: idsOf(message),
  });
}

function notSent(name: string, message: FixMessage, cause: unknown): KalshiError {
  return new KalshiAbortError(`${name}: ended by its signal; it was not sent.`, {
    outcome: "not-sent",
    clientIds: idsOf(message),
    cause,
  });
}

function unheardOf(name: string, message: FixMessage, cause: unknown): KalshiError {
  return new KalshiAbortError(`${name}: ended by its signal after it was sent. ${LOOK}`, {
    outcome: "unknown",
    clientIds: idsOf(message),
    cause,
  });
}
