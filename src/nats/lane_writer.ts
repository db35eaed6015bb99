/**
 * The one writer of a lane: what it is given becomes messages of a JetStream stream, each of which names the one that it
 * follows, without waiting; every few milliseconds one acknowledgement proves all that came before it.
 *
 * @module
 */
import { headers, type Msg, type MsgHdrs, type NatsConnection } from "@nats-io/nats-core";
import { backoffMs } from "../base/backoff.ts";
import type { Clock, ClockTimer } from "../base/clock.ts";
import { delay } from "../base/waits.ts";
import { KalshiNatsError, natsError } from "./errors.ts";
import { SendPace } from "./send_pace.ts";
import { AFTER_ID_HEADER, AFTER_NUMBER_HEADER, ID_HEADER, messageId } from "./protocol.ts";

/** So many messages may be under way unproved; whatever follows waits here. */
const IN_FLIGHT = 16_384;
/** So many unproved messages are a batch, however short the time. */
const BATCH = 1_024;
/** How long an acknowledgement may take, in milliseconds, before the lane is looked at. */
const PROOF_MS = 2_000;
/** What a server of NATS takes unless it says otherwise, in bytes, and how many of them may be headers. */
const MAX_PAYLOAD = 1_048_576;
const HEADERS = 256;
const RETRY = { retryBaseDelayMs: 50, retryMaxDelayMs: 1_000 };

/** What a channel lost since there was no room. */
export interface Loss {
  count: number;
  readonly fromMs: number;
  toMs: number;
}

/** A message. */
export interface Entry {
  readonly subject: string;
  readonly text: string;
}

/** Where a lane ends. */
export interface LaneEnd {
  /** The last number that was given out; 0 where there was none. */
  readonly last: number;
  /** The id of the message that has it; undefined where there is none any longer. */
  readonly id: string | undefined;
}

/** What a writer needs. */
export interface LaneWriterOptions {
  readonly connection: NatsConnection;
  /** Looks where the lane ends; it need not read the message whose number is `known`. */
  readonly lookAtEnd: (known: number | undefined) => Promise<LaneEnd>;
  readonly clock: Clock;
  readonly flushMs: number;
  /** So many messages wait for NATS at most. */
  readonly maxFrames: number;
  /** So many characters do. */
  readonly maxChars: number;
  /** Somebody else writes: this one has ended. */
  readonly onFenced: () => void;
  /** There is room again after messages of these channels found none. */
  readonly onRoom: (lost: ReadonlyMap<string, Loss>) => void;
  /** NATS has lost so many messages that it had acknowledged. Returns what comes before everything that waits. */
  readonly onStoreLost: (missed: number) => readonly Entry[];
  readonly onError: (error: KalshiNatsError) => void;
}

/**
 * - `idle`: it does not lead, and takes nothing.
 * - `placing`: it leads, and looks where the lane ends. What it is given waits.
 * - `writing`: it knows. `proof`: what brings the next proof, a timer or the number that is being proved.
 */
type State =
  | { readonly is: "idle" }
  | { readonly is: "placing"; readonly reign: string }
  | { readonly is: "writing"; readonly reign: string; proof: ClockTimer | number | undefined };

/** The writer of one lane. */
export class LaneWriter {
  readonly #options: LaneWriterOptions;
  readonly #headers = headers();
  readonly #firstHeaders = headers();
  #state: State = { is: "idle" };
  /** What is not proved. Those before `#sent` are under way, and the one at `#head` has the number `#proved` + 1. */
  #entries: Entry[] = [];
  #head = 0;
  #sent = 0;
  #proved: number | undefined;
  /** The number at which it last saw the lane end. */
  #lookedAt: number | undefined;
  /** Whether a message of this time of leading is in the lane for certain. */
  #hasWritten = false;
  /** NATS is away: nothing is sent. */
  #isAway = false;
  /** How many times in a row nothing of what was under way was taken. */
  #refusals = 0;
  readonly #pace: SendPace;
  #losses = new Map<string, Loss>();
  #idles = new Set<() => void>();
  /** Characters that wait. */
  chars = 0;
  /** Messages that are in the lane for certain. */
  proven = 0;
  /** Messages that found no room. */
  dropped = 0;
  /** Messages that were sent a second time, since nobody knew whether they had arrived. */
  resent = 0;

  constructor(options: LaneWriterOptions) {
    this.#options = options;
    this.#pace = new SendPace(options.clock, () => this.#pump());
  }

  /** Messages that wait, those under way among them. */
  get waiting(): number {
    return this.#entries.length - this.#head;
  }

  /** The number of the last message that it was given; undefined where it does not know. */
  get last(): number | undefined {
    return this.#state.is === "writing" ? (this.#proved ?? 0) + this.waiting : undefined;
  }

  /** The number up to which the lane is proved. */
  get provedSeq(): number {
    return this.#proved ?? 0;
  }

  /** Leads from now on. `reign`: a name that no other time has. */
  begin(reign: string): void {
    this.end();
    this.#proved = this.#lookedAt = undefined;
    this.#hasWritten = false;
    this.#place(reign);
  }

  /** Leads no longer; what waits is dropped. */
  end(): void {
    this.#rest();
    this.#pace.rest();
    this.#state = { is: "idle" };
    this.#entries = [];
    this.#head = this.#sent = this.chars = 0;
    this.#losses = new Map();
    this.#settle();
  }

  /** NATS is away. */
  away(): void {
    this.#isAway = true;
    this.#rest();
  }

  /** It is back: nobody knows what of the messages under way has arrived. */
  back(): void {
    this.#isAway = false;
    const { is } = this.#state;
    if (is !== "idle") this.#place(this.#state.reign);
  }

  /** Resolves when all that it was given is in the lane, or it leads no longer. */
  settled(): Promise<void> {
    if (this.waiting === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idles.add(resolve));
  }

  /** Takes a message. `channel`: by which it is counted if there is no room. */
  add(channel: string, subject: string, text: string): void {
    if (this.#state.is === "idle") return;
    const { maxFrames, maxChars } = this.#options;
    const isFull = this.waiting >= maxFrames || this.chars + text.length > maxChars;
    if (isFull || this.#losses.size > 0 || this.#isTooLong(text)) return this.#lose(channel, isFull);
    this.#entries.push({ subject, text });
    this.chars += text.length;
    this.#pace.soon();
  }

  #isTooLong(text: string): boolean {
    const most = (this.#options.connection.info?.max_payload ?? MAX_PAYLOAD) - HEADERS;
    return text.length * 3 > most && new TextEncoder().encode(text).length > most;
  }

  #lose(channel: string, isFull: boolean): void {
    const { clock, onError, maxFrames } = this.#options;
    const now = clock.now();
    this.dropped++;
    const isFirst = this.#losses.size === 0;
    const loss = this.#losses.get(channel);
    if (loss === undefined) this.#losses.set(channel, { count: 1, fromMs: now, toMs: now });
    else {
      loss.count++;
      loss.toMs = now;
    }
    if (isFirst) {
      onError(
        new KalshiNatsError(
          isFull
            ? `NATS is away or too slow: ${this.waiting} of at most ${maxFrames} messages wait for it, and further ` +
              "frames are dropped until half of them are gone. Readers get a marker and resynchronise."
            : `A frame of "${channel}" is longer than the server of NATS takes: it is left out. Raise its max_payload.`,
        ),
      );
    }
    this.#makeRoom();
  }

  /** Tells what was lost, once there is room for a while. */
  #makeRoom(): void {
    const { maxFrames, maxChars, onRoom } = this.#options;
    if (this.#losses.size === 0 || this.waiting > maxFrames / 2 || this.chars > maxChars / 2) return;
    const lost = this.#losses;
    this.#losses = new Map();
    onRoom(lost);
  }

  /** Sends what may be sent. */
  #pump(): void {
    const state = this.#state;
    if (state.is !== "writing" || this.#isAway) return;
    this.#pace.rest();
    while (this.#sent < this.#entries.length && this.#sent - this.#head < IN_FLIGHT) {
      if (!this.#publish(state.reign, this.#sent)) return this.#refused(state.reign, "it cannot be sent");
      this.#sent++;
    }
    const unproved = this.#sent - this.#head;
    if (unproved === 0 || typeof state.proof === "number") return;
    if (unproved >= BATCH) this.#prove();
    else state.proof ??= this.#options.clock.setTimer(() => this.#prove(), this.#options.flushMs);
  }

  /** Sends a message at its number; false where it cannot be sent. */
  #publish(reign: string, index: number): boolean {
    const { subject, text } = this.#entries[index] as Entry;
    try {
      this.#options.connection.publish(subject, text, { headers: this.#headersOf(reign, index) });
      return true;
    } catch {
      // It is told where it goes on.
      return false;
    }
  }

  /**
   * What stands over a message. The same objects again and again: they are written out at once.
   *
   * A number alone would not keep an old leader out: it would have to wait for the new one to get as far. An id does, but
   * the server may have forgotten that of the last message, which then is the one that was looked at.
   */
  #headersOf(reign: string, index: number): MsgHdrs {
    const before = (this.#proved ?? 0) + index - this.#head;
    const isFirst = before === this.#lookedAt;
    const over = isFirst ? this.#firstHeaders : this.#headers;
    over.set(ID_HEADER, messageId(reign, before + 1));
    if (isFirst) over.set(AFTER_NUMBER_HEADER, String(before));
    else over.set(AFTER_ID_HEADER, messageId(reign, before));
    return over;
  }

  /**
   * Proves what is under way: the last message is sent once more, under its id, and its acknowledgement says that it is
   * in the lane at its number; so is everything before it.
   */
  #prove(): void {
    const state = this.#state;
    if (state.is !== "writing" || typeof state.proof === "number" || this.#isAway) return;
    state.proof?.clear();
    state.proof = undefined;
    if (this.#sent === this.#head) return;
    const seq = state.proof = (this.#proved ?? 0) + this.#sent - this.#head;
    const { subject, text } = this.#entries[this.#sent - 1] as Entry;
    const options = { headers: this.#headersOf(state.reign, this.#sent - 1), timeout: PROOF_MS };
    const judge = (refusal: unknown) => {
      if (this.#state !== state || state.proof !== seq) return;
      state.proof = undefined;
      if (refusal !== undefined) return this.#refused(state.reign, refusal);
      this.#advance(seq);
      this.#pump();
    };
    this.#options.connection.request(subject, text, options)
      .then((answer) => judge(refusalOf(answer, seq)), judge);
  }

  /** What is under way is not proved: the lane is looked at. The first time it may be anything; then it is told. */
  #refused(reign: string, why: unknown): void {
    this.#refusals++;
    if (this.#refusals === 2) this.#options.onError(natsError("NATS does not take what is published", why));
    this.#place(reign);
  }

  /** Everything up to here is in the lane. */
  #advance(seq: number): void {
    const count = seq - (this.#proved ?? 0);
    for (let index = 0; index < count; index++) {
      this.chars -= (this.#entries[this.#head + index] as Entry).text.length;
    }
    this.#head += count;
    this.proven += count;
    this.#proved = seq;
    if (count > 0) {
      this.#hasWritten = true;
      this.#refusals = 0;
    }
    if (this.#head === this.#entries.length) {
      this.#entries = [];
      this.#sent -= this.#head;
      this.#head = 0;
    } else if (this.#head > IN_FLIGHT) {
      this.#entries.splice(0, this.#head);
      this.#sent -= this.#head;
      this.#head = 0;
    }
    this.#makeRoom();
    this.#settle();
  }

  #settle(): void {
    if (this.waiting > 0) return;
    for (const resolve of this.#idles) resolve();
    this.#idles.clear();
  }

  /** No proof is waited for any longer. */
  #rest(): void {
    if (this.#state.is !== "writing") return;
    if (typeof this.#state.proof === "object") this.#state.proof.clear();
    this.#state.proof = undefined;
  }

  /** Looks where the lane ends, and goes on from there. */
  #place(reign: string): void {
    this.#rest();
    const state: State = { is: "placing", reign };
    this.#state = state;
    if (!this.#isAway) void this.#findPlace(state);
  }

  async #findPlace(state: State): Promise<void> {
    const { clock, lookAtEnd, onError } = this.#options;
    const isCurrent = () => this.#state === state && !this.#isAway;
    if (this.#refusals > 1) await delay(clock, backoffMs(this.#refusals, RETRY, undefined, Math.random));
    for (let attempt = 0; isCurrent(); attempt++) {
      try {
        const end = await lookAtEnd(this.#proved);
        if (isCurrent() && state.is === "placing") this.#goOn(state.reign, end);
        return;
      } catch (error) {
        if (!isCurrent()) return;
        if (attempt === 0) {
          onError(natsError("NATS does not say where a stream ends; it is asked again", error));
        }
        await delay(clock, backoffMs(attempt, RETRY, undefined, Math.random));
      }
    }
  }

  #goOn(reign: string, { last, id }: LaneEnd): void {
    const proved = this.#proved ?? last;
    this.#proved = proved;
    if (last > proved) {
      if (last - proved <= this.#sent - this.#head && id === messageId(reign, last)) this.#advance(last);
      // Whoever led before has written after this one looked.
      else if (!this.#hasWritten) this.#proved = last;
      else return this.#options.onFenced();
    }
    const isLost = last < proved;
    this.#lookedAt = last;
    if (isLost) {
      this.#proved = last;
      const first = this.#options.onStoreLost(proved - last);
      this.#entries.splice(this.#head, 0, ...first);
      for (const { text } of first) this.chars += text.length;
      this.#sent = Math.max(this.#head, this.#sent);
    }
    this.resent += this.#sent - this.#head;
    this.#sent = this.#head;
    // Numbers that were lost are given out again: the ids must be others.
    this.#state = { is: "writing", reign: isLost ? `${reign}x` : reign, proof: undefined };
    this.#pump();
  }
}

/** Why a message has not got its number; undefined where it has. */
function refusalOf(answer: Msg, seq: number): unknown {
  try {
    const told = answer.json<{ readonly seq?: number; readonly error?: { readonly description?: string } }>();
    if (told.error === undefined && told.seq === seq) return undefined;
    return told.error?.description ?? "it is stored under another number";
  } catch {
    return "the server's answer cannot be read";
  }
}
