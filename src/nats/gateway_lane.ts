/**
 * One lane of a gateway: its place in the line of leaders, its writer, and what it tells readers beside frames.
 *
 * @module
 */
import type { NatsConnection, Subscription } from "@nats-io/nats-core";
import type { Clock, ClockTimer } from "../base/clock.ts";
import type { Bucket } from "./bucket.ts";
import { coreOf } from "./core.ts";
import { KalshiNatsError, natsError } from "./errors.ts";
import { LaneStream } from "./lane_stream.ts";
import { type Entry, LaneWriter, type Loss } from "./lane_writer.ts";
import { LeaseHolder, leaseOf } from "./lease.ts";
import type { CheckedGatewayOptions, GatewayChannel } from "./gateway_options.ts";
import type { LaneStats } from "./gateway_stats.ts";
import {
  type Ask,
  type Asked,
  askSubject,
  type Beat,
  BEAT_MS,
  beatSubject,
  type Carries,
  carriesKey,
  frameSubject,
  type GatewayMarker,
  type Lane,
  laneStream,
  leaseKey,
  markerSubject,
  snapshotSubject,
} from "./protocol.ts";

/** What a lane needs. */
export interface GatewayLaneOptions {
  readonly lane: Lane;
  readonly gateway: string;
  readonly settings: CheckedGatewayOptions;
  readonly clock: Clock;
  readonly bucket: Bucket;
  readonly channels: readonly GatewayChannel[];
  /** Whether the gateway has Kalshi. */
  readonly isUpstreamOpen: () => boolean;
  /** Whether it may lead. */
  readonly isFit: () => boolean;
  /** Writes the whole books of these markets, of all of them when left out; returns those that are live. */
  readonly writeBooks: (tickers?: readonly string[]) => readonly string[];
  /** What it carries now. */
  readonly carries: () => Carries;
  /** It leads, or no longer. */
  readonly onChange: () => void;
  readonly onError: (error: unknown) => void;
}

/** So many subjects are remembered as text. */
const SUBJECTS = 50_000;
/** So many markets may be asked for at once. */
const ASKED_MOST = 2_000;

/** One lane. */
export class GatewayLane {
  readonly lane: Lane;
  readonly #options: GatewayLaneOptions;
  readonly #connection: NatsConnection;
  readonly #stream: LaneStream;
  readonly #writer: LaneWriter;
  readonly #lease: LeaseHolder;
  readonly #subjects = new Map<string, Map<string, string>>();
  #named = 0;
  #beat: ClockTimer | undefined;
  /** What of it is written down, since it leads; undefined where that is not what it carries. */
  #carries: { readonly revision: number } | undefined;
  /** Resolves when what it carries is written down, or could not be. */
  #writing: Promise<void> = Promise.resolve();
  /** So many wait for that. */
  #writers = 0;
  #isTelling = false;
  #asks: Subscription | undefined;
  #frames = 0;
  #markers = 0;
  #snapshots = 0;
  #takeovers = 0;

  constructor(options: GatewayLaneOptions) {
    const { lane, settings, clock, bucket, gateway, isFit, onError } = options;
    const connection = coreOf(settings.connection);
    this.#options = options;
    this.lane = lane;
    this.#connection = connection;
    this.#stream = new LaneStream(connection, lane, settings);
    this.#writer = new LaneWriter({
      connection,
      lookAtEnd: (known) => this.#stream.end(known),
      clock,
      flushMs: settings.flushMs,
      maxFrames: settings.queueFrames,
      maxChars: settings.queueChars,
      onFenced: () => this.#fenced(),
      onRoom: (lost) => this.#lost(lost),
      onStoreLost: (missed) => this.#storeLost(missed),
      onError,
    });
    this.#lease = new LeaseHolder({
      bucket,
      key: leaseKey(lane),
      gateway,
      leaseMs: settings.leaseMs,
      clock,
      isFit,
      onLead: (epoch, heardMs) => this.#lead(epoch, heardMs),
      onLost: () => this.#rest(),
      onError,
    });
  }

  /** Whether this gateway publishes. */
  get leads(): boolean {
    return this.#lease.epoch !== undefined;
  }

  get stats(): LaneStats {
    const { proven, waiting, dropped, resent } = this.#writer;
    const epoch = this.#lease.epoch;
    return {
      stream: laneStream(this.lane),
      state: epoch === undefined ? "standby" : "leading",
      epoch,
      frames: this.#frames,
      published: proven,
      waiting,
      dropped,
      resent,
      markers: this.#markers,
      snapshots: this.#snapshots,
      takeovers: this.#takeovers,
    };
  }

  /** Makes the JetStream stream where there is none. */
  async open(): Promise<void> {
    await this.#stream.open();
  }

  /** Gets into the line of leaders; says where whoever leads carries other channels. */
  async start(): Promise<void> {
    const { bucket, gateway } = this.#options;
    const lease = leaseOf(await bucket.read(leaseKey(this.lane)));
    if (lease !== undefined && lease.leaseMs > 0 && lease.gateway !== gateway) {
      this.#compare((await bucket.read(carriesKey(this.lane)))?.text, "stands by for");
    }
    this.#lease.start();
  }

  /** Publishes a frame. */
  frame(channel: string, market: string | undefined, text: string): void {
    if (!this.leads) return;
    this.#frames++;
    this.#writer.add(channel, this.#subjectOf(channel, market), text);
  }

  /** Publishes a whole book. */
  snapshot(channel: string, market: string, text: string): void {
    if (!this.leads) return;
    this.#snapshots++;
    this.#writer.add(channel, snapshotSubject(this.lane, channel, market), text);
  }

  /** Publishes a marker of a channel. */
  marker(channel: string, marker: GatewayMarker): void {
    if (!this.leads) return;
    const { subject, text } = this.#entry(channel, marker);
    this.#writer.add(channel, subject, text);
  }

  /** NATS is away, or back. */
  connected(isThere: boolean): void {
    if (isThere) this.#writer.back();
    else this.#writer.away();
  }

  /** Writes down what is carried, while it leads, and tells readers; one after the other, so that the newest stands. */
  tellCarries(): Promise<void> {
    this.#writers++;
    return this.#writing = this.#writing.then(() => this.#writeCarries()).finally(() => this.#writers--);
  }

  async #writeCarries(): Promise<void> {
    const { bucket, carries, onError } = this.#options;
    const epoch = this.#lease.epoch;
    if (epoch === undefined) return;
    const isFirst = this.#carries === undefined;
    this.#carries = undefined;
    try {
      const key = carriesKey(this.lane);
      const text = JSON.stringify(carries());
      const entry = await bucket.read(key);
      const revision = entry?.text === text
        ? entry.revision
        : await bucket.write(key, text, entry?.revision ?? 0);
      if (this.#lease.epoch !== epoch) return;
      // Where whoever led before was quicker, it is written over with the next sign of life.
      if (revision === undefined) return;
      this.#carries = { revision };
      this.#isTelling = false;
      this.#giveBeat();
      if (isFirst) this.#compare(entry?.text, "has taken over from");
    } catch (error) {
      if (!this.#isTelling) {
        onError(natsError("What a gateway carries could not be written down; it is tried again", error));
      }
      this.#isTelling = true;
    }
  }

  /** Says that the lane carries channels which this gateway does not, or the other way about. */
  #compare(before: string | undefined, does: "stands by for" | "has taken over from"): void {
    const { channels, onError } = this.#options;
    const own = new Set(channels.map(({ name }) => name));
    if (before === undefined) return;
    const theirs = Object.keys((JSON.parse(before) as Carries).channels);
    const lacking = theirs.filter((name) => !own.has(name));
    const extra = does === "stands by for" ? [...own].filter((name) => !theirs.includes(name)) : [];
    const foreign = lacking.join(", ");
    if (extra.length === 0 && foreign === "") return;
    const ends = lacking.length === 0
      ? `"${extra.join(", ")}" of its own is not published before it leads.`
      : does === "has taken over from"
      ? `it does not carry "${foreign}", and readers of that were told that it has ended.`
      : `it does not carry "${foreign}", which ends for readers when it takes over.`;
    onError(
      new KalshiNatsError(
        `This gateway ${does} one of other channels: in ${
          laneStream(this.lane)
        } ${ends} One gateway at a time ` +
          "publishes what is of an environment and product, or of an account: start all of them with all `channels`.",
      ),
    );
  }

  /** All that waits is in the lane. */
  settled(): Promise<void> {
    return this.#writer.settled();
  }

  /** Leads no longer, and lets another take over at once. */
  async close(): Promise<void> {
    await this.#lease.close();
    this.#rest();
  }

  #lead(epoch: number, heardMs: number): void {
    const { gateway, channels, clock, writeBooks, onChange } = this.#options;
    this.#takeovers++;
    this.#carries = undefined;
    this.#writer.begin(`${epoch}.${crypto.randomUUID().slice(0, 8)}`);
    const missed = { missedFromMs: heardMs, missedToMs: clock.now() };
    for (const { name } of channels) this.marker(name, { type: "takeover", epoch, gateway, ...missed });
    writeBooks();
    void this.tellCarries();
    this.#asks?.unsubscribe();
    this.#asks = this.#connection.subscribe(askSubject(this.lane), {
      callback: (error, message) => {
        if (error !== null) return;
        let ask: Ask | undefined;
        try {
          ask = message.json<Ask>();
        } catch {
          // It is answered as one that asks for nothing.
        }
        message.respond(JSON.stringify(this.#answer(ask)));
      },
    });
    this.#giveBeat();
    onChange();
  }

  #answer(ask: Ask | undefined): Asked {
    const seq = this.#writer.last;
    const tickers: readonly unknown[] = Array.isArray(ask?.tickers) ? ask.tickers : [];
    if (seq === undefined) return { seq: 0, coming: [] };
    const names = tickers.filter((item): item is string => typeof item === "string").slice(0, ASKED_MOST);
    // Somebody wants to know whether anybody is there.
    if (names.length === 0) this.#giveBeat();
    return { seq, coming: this.#options.writeBooks(names) };
  }

  #giveBeat(): void {
    const { clock, gateway, isUpstreamOpen } = this.#options;
    this.#beat?.clear();
    const epoch = this.#lease.epoch;
    if (epoch === undefined) return;
    const upstream = isUpstreamOpen() ? "open" : "lost";
    const carries = this.#carries?.revision;
    const beat: Beat = { gateway, epoch, seq: this.#writer.provedSeq, upstream, carries, atMs: clock.now() };
    if (!this.#connection.isClosed()) this.#connection.publish(beatSubject(this.lane), JSON.stringify(beat));
    this.#beat = clock.setTimer(() => {
      this.#giveBeat();
      if (this.#carries === undefined && this.#writers === 0) void this.tellCarries();
    }, BEAT_MS);
  }

  /** Leads no longer. */
  #rest(): void {
    this.#beat?.clear();
    this.#writer.end();
    if (!this.#connection.isClosed()) this.#asks?.unsubscribe();
    this.#asks = undefined;
    this.#options.onChange();
  }

  /** Another gateway has written: the lease will tell the same. */
  #fenced(): void {
    void this.#lease.resign();
    this.#rest();
  }

  /** There is room again. */
  #lost(lost: ReadonlyMap<string, Loss>): void {
    for (const [channel, { count, fromMs, toMs }] of lost) {
      this.marker(channel, {
        type: "gap",
        missed: count,
        reason: "full",
        missedFromMs: fromMs,
        missedToMs: toMs,
      });
    }
    this.#options.writeBooks();
  }

  #storeLost(missed: number): readonly Entry[] {
    const { channels, clock, onError, writeBooks } = this.#options;
    const now = clock.now();
    onError(natsError(`NATS has lost ${missed} messages that it had acknowledged`, laneStream(this.lane)));
    const gap = { type: "gap", reason: "store", missedFromMs: now, missedToMs: now } as const;
    // After all that waits: a whole book holds it.
    queueMicrotask(() => writeBooks());
    return channels.map(({ name }) => this.#entry(name, gap));
  }

  #entry(channel: string, marker: GatewayMarker): Entry {
    this.#markers++;
    return { subject: markerSubject(this.lane, channel), text: JSON.stringify(marker) };
  }

  #subjectOf(channel: string, market = ""): string {
    let known = this.#subjects.get(channel);
    if (known === undefined) this.#subjects.set(channel, known = new Map());
    let subject = known.get(market);
    if (subject === undefined) {
      if (++this.#named > SUBJECTS) {
        this.#subjects.clear();
        this.#named = 0;
      }
      known.set(market, subject = frameSubject(this.lane, channel, market));
    }
    return subject;
  }
}
