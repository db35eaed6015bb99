/** The session of a client with all that hangs on it: connections, requests, iterables, log. */
import type { RequestSigner } from "../auth/signer.ts";
import type { Clock, ClockTimer } from "../base/clock.ts";
import {
  KalshiClosedError,
  KalshiConnectionError,
  type KalshiError,
  KalshiReadOnlyError,
} from "../base/errors.ts";
import type { Log } from "../base/logger.ts";
import type { QueueOptions } from "../base/queue.ts";
import { tell } from "../base/tell.ts";
import type { AsyncItems } from "../base/web_types.ts";
import type { ReceivedMessage } from "../contract/fix/codec.ts";
import type { FixMessage } from "../contract/fix/messages.ts";
import { fixSessions } from "../contract/fix/sessions.ts";
import { checkOutgoing, type OutgoingContext } from "../contract/fix_outgoing.ts";
import type { UnknownMessage } from "../contract/fix_records.ts";
import type { Limiter } from "../rate_limits/limiter.ts";
import type { Runtime } from "../runtime/types.ts";
import { costOf } from "./budget.ts";
import type { ClientPart } from "./client_part.ts";
import type { ClientSide } from "./client_side.ts";
import type { FixClientEvent, FixClientState } from "./client_state.ts";
import type { FixConfig } from "./config.ts";
import { ConnectionLoop } from "./connection_loop.ts";
import { Feeds } from "./feeds.ts";
import type { FixItem } from "./items.ts";
import { type FixLog, type FixLogLine, shownEvent, shownFrame } from "./log.ts";
import { logEvent } from "./log_lines.ts";
import { Losses } from "./losses.ts";
import { outgoingContext } from "./outgoing_context.ts";
import { Requests } from "./requests/requests.ts";
import type { FixSessionEvent } from "./session_types.ts";
import { neverArrived } from "./kept_message.ts";
import type { FixStore, SentFrame } from "./store.ts";

/** What it is made from. */
export interface ClientSessionOptions {
  readonly auth: RequestSigner;
  readonly config: FixConfig;
  readonly store: FixStore;
  readonly runtime: Runtime;
  readonly clock: Clock;
  readonly log: FixLog | undefined;
  readonly limiter: Limiter | undefined;
  readonly onEvent: ((event: FixClientEvent) => void) | undefined;
  readonly onMessage: ((message: ReceivedMessage) => void) | undefined;
  /** Refuses what changes anything. */
  readonly isReadOnly: boolean;
  /** Where log lines go. */
  readonly lines: Log | undefined;
}

/** What a client that is read only may ask: MarketDataRequest, SecurityStatusRequest, and the drop copy's EventResendRequest. */
const questions: ReadonlySet<string> = new Set(["V", "e", "U1"]);

/** Whether what comes is handed on at once. */
type Handing =
  /** Nobody can read yet: what an earlier process missed comes before its reader has a client. */
  | { readonly name: "held"; readonly waiting: (() => void)[]; timer: ClockTimer | undefined }
  | { readonly name: "open" };

/** One session, kept over connections, and everybody who is told of it. */
export class ClientSession implements ClientSide {
  readonly requests: Requests;
  readonly #options: ClientSessionOptions;
  readonly #retransmission: boolean;
  readonly #outgoing: OutgoingContext;
  readonly #loop: ConnectionLoop;
  readonly #feeds = new Feeds();
  readonly #losses: Losses;
  readonly #parts: ClientPart[] = [];
  /** Numbers that went out once more for the ResendRequest that is being answered. */
  #sentAgain = new Set<number>();
  #closing: Promise<void> | undefined;
  #handing: Handing;

  constructor(options: ClientSessionOptions) {
    const { config, clock, limiter } = options;
    const { retransmission } = fixSessions[config.session];
    this.#options = options;
    this.#retransmission = retransmission;
    this.#handing = retransmission ? { name: "held", waiting: [], timer: undefined } : { name: "open" };
    this.#outgoing = outgoingContext(config);
    this.#losses = new Losses(clock, retransmission);
    this.#loop = new ConnectionLoop({
      ...options,
      random: Math.random,
      onMessage: (message) => this.#message(message),
      onEvent: (event) => this.#event(event),
      onFrame: (direction, frame) => this.#frame(direction, frame),
      onState: (state) => this.#became(state),
      sendAgain: (_, sequence) => {
        // Nor does an order of an earlier process take effect now.
        const isSent = config.resendOrders && !options.isReadOnly;
        if (isSent) this.#sentAgain.add(sequence);
        return isSent;
      },
    });
    this.requests = new Requests({
      product: config.product,
      check: (message) => this.#check(message),
      send: (message) => this.#loop.send(message),
      obstacle: () => this.obstacle(),
      retransmission,
      clock,
      timeoutMs: config.requestTimeoutMs,
      limiter,
      costOf: (message) => costOf(config.product, message),
    });
  }

  /** Lets a part follow the session; before it is connected. */
  add<Part extends ClientPart>(part: Part): Part {
    this.#parts.push(part);
    return part;
  }

  /** Connects; resolves after the first logon. Nothing stays open when it rejects. */
  async connect(signal: AbortSignal | undefined): Promise<void> {
    try {
      await this.#loop.start(signal);
    } catch (error) {
      await this.close(undefined).catch(() => {});
      throw error;
    }
    // In the turn after the one in which the user gets the client, at the latest.
    if (this.#handing.name === "held") {
      this.#handing.timer = this.#options.clock.setTimer(() => this.#release(), 0);
    }
  }

  get config(): FixConfig {
    return this.#options.config;
  }

  get clock(): Clock {
    return this.#options.clock;
  }

  /** Whether messages can be sent. */
  get active(): boolean {
    return this.obstacle() === undefined;
  }

  /** When the connection last gave a sign of life, in Unix milliseconds. */
  get heardAtMs(): number {
    return this.#losses.heardAtMs;
  }

  /** The same, before the message that is being told. */
  get heardBeforeMs(): number {
    return this.#losses.heardBeforeMs;
  }

  get state(): FixClientState {
    return this.#loop.state;
  }

  send(message: FixMessage | UnknownMessage): number {
    const obstacle = this.obstacle();
    if (obstacle !== undefined) throw obstacle;
    return this.#loop.send(this.#check(message));
  }

  /** An iterable of the messages that `takes` says. */
  open<Message extends ReceivedMessage>(
    name: string,
    takes: (message: ReceivedMessage) => boolean,
    queue?: QueueOptions,
  ): AsyncItems<FixItem<Message>> {
    this.#used();
    return this.#feeds.open(name, takes, queue);
  }

  close(signal: AbortSignal | undefined): Promise<void> {
    const stopped = this.#loop.stop(signal);
    return this.#closing ??= this.#close(stopped);
  }

  async #close(stopped: Promise<void>): Promise<void> {
    await stopped;
    await this.#options.store.close();
    await this.#options.log?.close?.();
  }

  #check<Message extends object>(message: Message): Message {
    const checked = checkOutgoing(message, this.#outgoing);
    const { MsgType } = checked as { readonly MsgType?: string };
    if (this.#options.isReadOnly && !questions.has(MsgType ?? "")) {
      throw new KalshiReadOnlyError(
        `${MsgType} was not sent: this client may change nothing, since it has \`readOnly: true\` or KALSHI_READONLY is 1.`,
      );
    }
    return checked;
  }

  /** Why nothing can be sent now; undefined when it can. */
  obstacle(): KalshiError | undefined {
    this.#used();
    const { state } = this.#loop;
    if (state.name === "closed" || state.name === "closing") {
      const cause = state.name === "closed" ? state.cause : undefined;
      return new KalshiClosedError("The FIX client is closed: nothing was sent.", { cause });
    }
    if (this.#loop.active) return undefined;
    return new KalshiConnectionError(
      "The FIX session is not logged on now, and connects again by itself: nothing was sent, and nothing is kept for later.",
    );
  }

  // What the session tells

  #message(message: ReceivedMessage): void {
    tell(this.#options.onMessage, () => message);
    this.#hand(() => {
      for (const part of this.#parts) part.take?.(message);
      this.requests.take(message);
      this.#feeds.push(message);
    });
  }

  #hand(give: () => void): void {
    if (this.#handing.name === "open") give();
    else this.#handing.waiting.push(give);
  }

  /** Somebody reads, or asks: what is held is handed on as soon as this turn is done. */
  #used(): void {
    if (this.#handing.name === "held" && this.#handing.timer !== undefined) {
      queueMicrotask(() => this.#release());
    }
  }

  #release(): void {
    if (this.#handing.name === "open") return;
    const { waiting, timer } = this.#handing;
    timer?.clear();
    this.#handing = { name: "open" };
    for (const give of waiting) give();
  }

  #event(event: FixSessionEvent): void {
    switch (event.type) {
      case "rejected":
        this.requests.rejected(event.reject);
        this.#feeds.push(event.reject);
        break;
      case "resent":
        this.#filledOver(event.from, event.to);
        break;
      case "reset":
        if (this.#retransmission) this.requests.giveUp(undefined);
        break;
      case "ended":
        this.requests.connectionEnded(undefined);
        break;
    }
    for (const part of this.#parts) part.event?.(event);
    for (const marker of this.#losses.after(event)) {
      this.#hand(() => {
        for (const part of this.#parts) part.mark?.(marker);
        this.#feeds.mark(marker);
      });
    }
    this.tell(event);
  }

  /**
   * Kalshi asked for messages again: what was filled over and is of an earlier connection had not arrived. What was sent
   * on this one may still be on its way.
   */
  #filledOver(from: number, to: number): void {
    const sentAgain = this.#sentAgain;
    this.#sentAgain = new Set();
    const last = Math.min(to, this.#loop.logonSeqNum - 1);
    if (last < from) return;
    const told = (frames: readonly SentFrame[]) => {
      const lost = frames.flatMap(({ sequence, frame }) =>
        sentAgain.has(sequence) ? [] : neverArrived(sequence, frame) ?? []
      );
      this.requests.neverArrived(new Set(lost.map(({ MsgSeqNum }) => MsgSeqNum)));
      for (const event of lost) this.tell(event);
    };
    const frames = this.#options.store.sent(from, last);
    if (Array.isArray(frames)) told(frames);
    else void Promise.resolve(frames).then(told, () => {});
  }

  #frame(direction: "in" | "out", frame: Uint8Array): void {
    if (direction === "in" && this.#loop.loggedOn) this.#losses.heard();
    const { log } = this.#options;
    if (log !== undefined) this.#log(log, direction, shownFrame(frame, this.#loop.secrets));
  }

  #became(state: FixClientState): void {
    this.tell({ type: "state", state });
    if (state.name !== "closed") return;
    this.#release();
    this.requests.giveUp(state.cause);
    for (const part of this.#parts) part.closed?.(state.cause);
    this.#feeds.end(state.cause);
    // Given up: nothing of it stays open, and closing it once more is harmless.
    if (state.cause === undefined) return;
    this.#closing ??= this.#close(Promise.resolve());
    // Whoever closes it is told.
    this.#closing.catch(() => {});
  }

  /** Tells the user and the log of what has happened. */
  tell(event: FixClientEvent): void {
    const { log, onEvent, lines, config } = this.#options;
    if (lines !== undefined) {
      logEvent(lines, config.targetCompId, event, () => shownEvent(event, this.#loop.secrets));
    }
    if (log !== undefined) this.#log(log, "event", shownEvent(event, this.#loop.secrets));
    tell(onEvent, () => event);
  }

  #log(log: FixLog, kind: FixLogLine["kind"], text: string): void {
    tell(log, () => ({ kind, atMs: this.#options.clock.now(), text }));
  }
}
