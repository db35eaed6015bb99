/**
 * One lane as a feed reads it: whether somebody leads it who has Kalshi, what it carries, and its channels.
 *
 * @module
 */

import type { JetStreamManager } from "@nats-io/jetstream";
import type { Msg, NatsConnection, Subscription } from "@nats-io/nats-core";
import type { Clock, ClockTimer } from "../base/clock.ts";
import type { BooksRule } from "../stream/product.ts";
import { ChannelReader, FAR } from "./channel_reader.ts";
import { KalshiNatsError } from "./errors.ts";
import {
  type Ask,
  askSubject,
  type Beat,
  beatSubject,
  type Carries,
  carriesKey,
  GATEWAYS_BUCKET,
  type Lane,
  laneStream,
  SILENT_MS,
} from "./protocol.ts";
import type { StreamStart } from "./stream_reader.ts";

/** What a lane is read with. */
export interface LaneReaderOptions {
  readonly connection: NatsConnection;
  readonly jsm: JetStreamManager;
  readonly lane: Lane;
  readonly books: BooksRule;
  readonly clock: Clock;
  /** Where a channel begins. */
  readonly startOf: (channel: string) => StreamStart;
  /** Whether reading goes on where it stopped. */
  readonly keeps: (channel: string) => boolean;
  /** Nothing can be trusted for now. */
  readonly onLost: (why: string) => void;
  /** It may be good again. */
  readonly onChange: () => void;
  /** What it carries was read anew. */
  readonly onCarries: () => void;
  readonly onError: (error: unknown) => void;
}

/** How long a gateway may take to answer a question, in milliseconds. */
const ANSWER_MS = 2_000;
/** So many books are asked for in one question. */
const ASKED_AT_ONCE = 1_000;
/** After so long whoever leads has said so in every channel that it carries, in milliseconds. */
const TAKEOVER_MS = 2_000;
/** JetStream's code for a stream that there is not. */
const NO_STREAM = 10059;

/** What is known of whoever leads. */
type Leader =
  /** Nobody has given a sign of life. */
  | { readonly is: "silent" }
  /** Left when no further sign comes: the timer. */
  | {
    readonly is: "there";
    readonly beat: Beat;
    /** Whether it has Kalshi, as it said last. */
    upstream: Beat["upstream"];
    /** Since when it leads, in milliseconds of the monotonic clock. */
    readonly sinceMs: number;
    readonly timer: ClockTimer;
  };

/** Reads one lane. */
export class LaneReader {
  readonly #options: LaneReaderOptions;
  readonly #channels = new Map<string, ChannelReader>();
  readonly #beats: Subscription;
  #leader: Leader = { is: "silent" };
  #carries: Carries | undefined;
  /** The revision of that. */
  #revision: number | undefined;
  #isLoading = false;
  /** Markets whose books are asked for at the end of this turn. */
  #due: Set<string> | undefined;
  #isLooking = false;
  #denied: string | undefined;
  /** Markets whose books nobody has promised. */
  readonly #owed = new Set<string>();

  constructor(options: LaneReaderOptions) {
    this.#options = options;
    this.#beats = options.connection.subscribe(beatSubject(options.lane), {
      callback: (error, msg) => {
        const beat = error ? undefined : readBeat(msg);
        if (beat !== undefined) this.#heard(beat);
        else if (error) {
          this.#denied = error.message;
          options.onChange();
        } else options.onError(new KalshiNatsError(`What came on ${msg.subject} is no sign of life.`));
      },
    });
  }

  get lane(): Lane {
    return this.#options.lane;
  }

  /** What it carries; undefined where no gateway has said. */
  get carries(): Carries | undefined {
    return this.#carries;
  }

  /** Why this user of NATS may not read it; undefined where it may. */
  get denied(): string | undefined {
    return this.#denied;
  }

  /** Why nothing can be read for now; undefined where something can. */
  get trouble(): string | undefined {
    const leader = this.#leader;
    if (leader.is === "silent") return `no gateway gives a sign of life on ${beatSubject(this.lane)}`;
    const { epoch, gateway } = leader.beat;
    if (leader.upstream !== "open") return `the gateway ${gateway} has lost its connection to Kalshi`;
    for (const [name, channel] of this.#channels) {
      if (!channel.isReading) continue;
      if (channel.isLost) return `"${name}" has lost Kalshi`;
      if (channel.epoch !== epoch) return `the gateway ${gateway} has not begun "${name}" yet`;
    }
    return undefined;
  }

  /** Reads what it carries. */
  async load(): Promise<void> {
    const { jsm, lane } = this.#options;
    const last_by_subj = `$KV.${GATEWAYS_BUCKET}.${carriesKey(lane)}`;
    try {
      const found = await jsm.streams.getMessage(`KV_${GATEWAYS_BUCKET}`, { last_by_subj });
      this.#carries = found === null || found.data.length === 0 ? undefined : found.json<Carries>();
      this.#revision = found?.seq;
    } catch (error) {
      if ((error as { readonly code?: unknown } | null)?.code !== NO_STREAM) throw error;
      this.#carries = this.#revision = undefined;
    }
    this.#options.onCarries();
  }

  /** Reads it anew; where that fails, with the next sign of life again. */
  #reload(): void {
    if (this.#isLoading) return;
    this.#isLoading = true;
    this.load().catch(this.#options.onError).finally(() => this.#isLoading = false);
  }

  /** Has whoever leads give a sign of life at once, where it has not yet. */
  wake(): void {
    if (this.#leader.is === "there" || this.lane.account !== undefined) return;
    this.#question({ tickers: [] }).catch(() => {});
  }

  /** A channel of it. */
  channel(name: string): ChannelReader {
    const { startOf, keeps, onLost, onChange } = this.#options;
    let channel = this.#channels.get(name);
    if (channel === undefined) {
      channel = new ChannelReader({
        ...this.#options,
        channel: name,
        start: startOf(name),
        keeps: keeps(name),
        epoch: this.#epoch,
        ask: (ticker) => this.#ask(ticker),
        onLost: () => {
          // The next sign of life says the same.
          if (this.#leader.is === "there") this.#leader.upstream = "lost";
          onLost("the gateway has lost its connection to Kalshi");
        },
        onChange,
        onEnded: () => this.#ended(name),
      });
      this.#channels.set(name, channel);
    }
    return channel;
  }

  /** The first sequence of each channel that was not delivered yet. */
  sequences(): [channel: string, sequence: number][] {
    return [...this.#channels].flatMap(([name, { next }]) => next === undefined ? [] : [[name, next]]);
  }

  /** NATS is away. */
  away(): void {
    if (this.#leader.is === "there") this.#leader.timer.clear();
    this.#leader = { is: "silent" };
    for (const channel of this.#channels.values()) channel.away();
  }

  /** Reads no longer. */
  close(): void {
    this.away();
    if (!this.#options.connection.isClosed()) this.#beats.unsubscribe();
  }

  get #epoch(): number | undefined {
    return this.#leader.is === "there" ? this.#leader.beat.epoch : undefined;
  }

  #heard(beat: Beat): void {
    const { clock, onLost, onChange } = this.#options;
    const before = this.#leader;
    const { epoch, upstream, gateway } = beat;
    // Whoever led before may not know yet that it does not.
    if (before.is === "there" && epoch < before.beat.epoch) return;
    if (before.is === "there") before.timer.clear();
    const isSame = before.is === "there" && before.beat.epoch === epoch;
    const timer = clock.setTimer(() => {
      this.#leader = { is: "silent" };
      onLost(`no gateway has given a sign of life for ${SILENT_MS} ms`);
    }, SILENT_MS);
    const sinceMs = isSame ? before.sinceMs : clock.monotonic();
    this.#leader = { is: "there", beat, upstream, sinceMs, timer };
    if (!isSame || beat.carries !== undefined && beat.carries !== this.#revision) this.#reload();
    const isShorter = before.is === "there" && beat.seq < before.beat.seq;
    const isLate = clock.monotonic() - sinceMs > TAKEOVER_MS;
    for (const channel of this.#channels.values()) {
      channel.passed();
      // It counts from another number: NATS has lost the end of the lane, or all of it.
      if (isShorter) channel.verify();
      if (!channel.isReading || channel.epoch === undefined) channel.epoch = epoch;
      else if (channel.epoch !== epoch && isLate) channel.overdue(epoch);
    }
    if (upstream !== "open") onLost(`the gateway ${gateway} has lost its connection to Kalshi`);
    else onChange();
    for (const ticker of [...this.#owed]) this.#ask(ticker);
    if (!this.#isLooking && [...this.#channels.values()].some(({ pending }) => pending > FAR)) {
      this.#isLooking = true;
      void this.#look().catch(this.#options.onError).finally(() => this.#isLooking = false);
    }
  }

  /** Looks whether what a slow reader has not read yet is still stored, and will be. */
  async #look(): Promise<void> {
    const { jsm, lane } = this.#options;
    const { state } = await jsm.streams.info(laneStream(lane));
    for (const channel of this.#channels.values()) channel.overrun(state.first_seq, state.last_seq);
  }

  #ended(channel: string): void {
    if (this.#carries === undefined) return;
    const { [channel]: _, ...channels } = this.#carries.channels;
    this.#carries = { ...this.#carries, channels };
  }

  #ask(ticker: string): void {
    if (this.#due !== undefined) return void this.#due.add(ticker);
    const due = this.#due = new Set([ticker]);
    queueMicrotask(() => {
      this.#due = undefined;
      void this.#send(due);
    });
  }

  async #question(ask: Ask): Promise<void> {
    const { connection, lane } = this.#options;
    await connection.request(askSubject(lane), JSON.stringify(ask), { timeout: ANSWER_MS });
  }

  /** Asks for books; where nobody answers, with the next sign of life. */
  async #send(tickers: ReadonlySet<string>): Promise<void> {
    const all = [...tickers];
    for (const ticker of all) this.#owed.delete(ticker);
    for (let from = 0; from < all.length; from += ASKED_AT_ONCE) {
      const ask: Ask = { tickers: all.slice(from, from + ASKED_AT_ONCE) };
      try {
        await this.#question(ask);
      } catch {
        for (const ticker of ask.tickers) this.#owed.add(ticker);
      }
    }
  }
}

/** A sign of life; undefined where it is none. */
function readBeat(msg: Msg): Beat | undefined {
  try {
    const beat = msg.json<Beat>();
    return Number.isSafeInteger(beat.epoch) ? beat : undefined;
  } catch {
    return undefined;
  }
}
