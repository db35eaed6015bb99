/**
 * One channel of a lane, as a session reads it: frames to the lines that want them, books from a snapshot on, and what
 * a gateway's marker says of everything before it.
 *
 * @module
 */

import type { JetStreamManager } from "@nats-io/jetstream";
import type { Msg, NatsConnection } from "@nats-io/nats-core";
import type { Clock } from "../base/clock.ts";
import type { BooksRule } from "../stream/product.ts";
import type { Line, LineSink } from "./feed_session.ts";
import { NameLine } from "./name_line.ts";
import {
  frameSubject,
  type GatewayMarker,
  type Lane,
  laneStream,
  laneSubject,
  readSubject,
  snapshotSubject,
  type SubjectParts,
  tokenOf,
} from "./protocol.ts";
import { type StreamPlace, StreamReader, type StreamStart } from "./stream_reader.ts";

/** What a channel is read with. */
export interface ChannelReaderOptions {
  readonly connection: NatsConnection;
  readonly jsm: JetStreamManager;
  readonly lane: Lane;
  readonly channel: string;
  readonly books: BooksRule;
  readonly clock: Clock;
  /** Where its first reading begins. */
  readonly start: StreamStart;
  /** Whether reading goes on where it stopped, when it was not its reader's wish to stop. */
  readonly keeps: boolean;
  /** The epoch of whoever leads, as far as that is known. */
  readonly epoch: number | undefined;
  /** Asks the gateway for the whole book of a market. */
  readonly ask: (ticker: string) => void;
  /** The gateway has lost Kalshi. */
  readonly onLost: () => void;
  /** The channel is no longer lost, or is of another epoch. */
  readonly onChange: () => void;
  /** The gateway no longer carries the channel. */
  readonly onEnded: () => void;
  readonly onError: (error: unknown) => void;
}

/** A subject: what it says, and who reads it by name. */
interface Place {
  readonly parts: SubjectParts | undefined;
  line: NameLine | undefined;
}

/** So many messages that wait are not caught up with soon. */
export const FAR = 20_000;
/** For so many signs of life of the gateway a channel is read on without readers: half a minute. */
const MOST_IDLE = 60;
/** How many subjects that nobody reads by name are remembered. */
const REMEMBERED = 10_000;

/** Reads one channel. */
export class ChannelReader {
  readonly #options: ChannelReaderOptions;
  readonly #isBooks: boolean;
  readonly #decoder = new TextDecoder();
  readonly #lines = new Set<NameLine>();
  readonly #places = new Map<string, Place>();
  #all: NameLine | undefined;
  #reader: StreamReader | undefined;
  #started: Promise<void> = Promise.resolve();
  /** Where the next reading begins. */
  #next: StreamStart | StreamPlace;
  /** Nothing has come since reading went on where it had stopped: the loss that a marker tells of is told already. */
  #isResumed = false;
  /** What was stored before reading began has been read. */
  #isCurrent = false;
  /** Signs of life of the gateway since anybody has read. */
  #idle = 0;
  /** How much has been read, and how much was stored when reading began. */
  #taken = 0;
  #stored = Infinity;
  /** The gateway has lost Kalshi, and nothing has come since. */
  isLost = false;
  /** The epoch that the frames are of, as far as that is known. */
  epoch: number | undefined;

  constructor(options: ChannelReaderOptions) {
    this.#options = options;
    this.#isBooks = options.channel === options.books.decoder.channel;
    this.#next = options.start;
    this.epoch = options.epoch;
  }

  /** The first sequence that was not delivered yet; undefined before anything is known of it. */
  get next(): number | undefined {
    const { first } = this.#reader ?? {};
    const next = this.#next;
    if (first !== undefined || typeof next !== "object" || !("sequence" in next)) return first;
    return "storedMs" in next ? next.sequence + 1 : next.sequence;
  }

  /** Whether it is being read, with or without lines. */
  get isReading(): boolean {
    return this.#reader !== undefined;
  }

  /** Resolves when it is being read; rejects where that cannot be. */
  get started(): Promise<void> {
    return this.#started;
  }

  /** Begins to read a name of it, or everything. */
  open(name: string | undefined, sink: LineSink, fresh: boolean): Line {
    const { books } = this.#options;
    const line = new NameLine(
      name,
      sink,
      this.#isBooks ? books : undefined,
      (one, id) => this.#refresh(one, id),
      (one, isWish) => this.#leave(one, isWish),
    );
    this.#lines.add(line);
    if (name === undefined) this.#all = line;
    else for (const subject of this.#subjectsOf(name)) this.#place(subject).line = line;
    if (this.#reader === undefined) this.#start();
    if (fresh || this.#isBooks) this.#refresh(line, undefined);
    return line;
  }

  /** Another gateway leads, and has said nothing of this channel. */
  overdue(epoch: number): void {
    this.epoch = epoch;
    this.isLost = false;
    const [line] = this.#lines;
    line?.sink.ended();
  }

  /** How many messages waited for it when the last one came. */
  get pending(): number {
    return this.#lines.size === 0 ? 0 : this.#reader?.pending ?? 0;
  }

  /**
   * The lane holds these messages. A reader that is so slow that what it has not read may be gone soon goes on with what
   * comes now, and says that something is missing.
   */
  overrun(first: number, last: number): void {
    const { next, pending } = this;
    const [line] = this.#lines;
    if (next === undefined || line === undefined || pending <= FAR) return;
    const isGone = first > next;
    const isLate = !this.#options.keeps && last - next > (last - first) / 2;
    if (!isGone && !isLate) return;
    if (!this.#options.keeps) this.stop();
    line.sink.ended();
  }

  /** The lane may be another one. */
  verify(): void {
    this.#reader?.verify().catch(this.#options.onError);
  }

  /** Another while has passed; without lines it is read on for some of them, since whoever reads may come back. */
  passed(): void {
    this.#idle = this.#lines.size === 0 ? this.#idle + 1 : 0;
    if (this.#idle > MOST_IDLE) this.stop();
  }

  /** NATS is away: what is read goes on, or begins anew, when somebody wants it again. */
  away(): void {
    if (this.#options.keeps) this.#keepPlace();
    this.stop();
  }

  /** Reads no longer. */
  stop(): void {
    this.#reader?.close();
    this.#reader = undefined;
    this.#isCurrent = this.isLost = false;
  }

  #subjectsOf(name: string): readonly string[] {
    const { lane, channel } = this.#options;
    return [frameSubject(lane, channel, name), snapshotSubject(lane, channel, name)];
  }

  #place(subject: string): Place {
    let place = this.#places.get(subject);
    if (place === undefined) {
      if (this.#places.size >= REMEMBERED + 2 * this.#lines.size) this.#forget();
      this.#places.set(subject, place = { parts: readSubject(this.#options.lane, subject), line: undefined });
    }
    return place;
  }

  #forget(): void {
    for (const [subject, { line }] of this.#places) if (line === undefined) this.#places.delete(subject);
  }

  #start(): void {
    const { connection, jsm, lane, channel, clock, onError } = this.#options;
    const reader = this.#reader = new StreamReader({
      connection,
      jsm,
      stream: laneStream(lane),
      subject: `${laneSubject(lane)}.${tokenOf(channel)}.>`,
      start: this.#next,
      clock,
      onMessage: (msg) => this.#take(msg),
      onOther: (next) => this.#other(next),
      onError,
    });
    this.#taken = 0;
    this.#stored = Infinity;
    this.#started = reader.start().then((stored) => {
      if (this.#reader !== reader) return;
      this.#stored = stored;
      if (this.#taken >= stored) this.#caughtUp();
    });
    // Whoever waits for it hears of it.
    this.#started.catch(() => {
      if (this.#reader === reader) this.stop();
    });
  }

  /** The lane is another one, or has lost its end. */
  #other(next: StreamStart): void {
    this.stop();
    this.#next = this.#options.keeps ? next : "now";
    this.#isResumed = false;
    const [line] = this.#lines;
    line?.sink.ended();
  }

  #take(msg: Msg): void {
    const { subject } = msg;
    const place = this.#places.get(subject) ?? this.#place(subject);
    const kind = place.parts?.kind;
    const line = place.line ?? this.#all;
    if (kind === "marker") this.#marked(this.#decoder.decode(msg.data));
    else {
      this.#isResumed = false;
      if (kind === "frame") line?.frame(this.#decoder.decode(msg.data));
      else if (kind === "snapshot") place.line?.whole(this.#decoder.decode(msg.data));
    }
    if (!this.#isCurrent && ++this.#taken >= this.#stored) this.#caughtUp();
  }

  #marked(text: string): void {
    const { onLost, onChange, onEnded } = this.#options;
    const marker = JSON.parse(text) as GatewayMarker;
    if (marker.type === "disconnected") {
      this.isLost = true;
      return onLost();
    }
    if (marker.type === "takeover") this.epoch = marker.epoch;
    if (marker.type === "ended") onEnded();
    if (marker.type === "gap" && marker.market !== undefined) return this.#bookWrong(marker.market);
    // All lines are of one subscription.
    const [line] = this.#lines;
    if (marker.type === "gap" && marker.missed !== undefined && !this.#isBooks) {
      line?.sink.lost(marker.missed);
    } else if (!this.#isResumed) line?.sink.ended();
    if (this.isLost || marker.type === "takeover") {
      this.isLost = false;
      onChange();
    }
  }

  /** The gateway has no book of a market that it could trust: it comes whole when it has. */
  #bookWrong(market: string): void {
    const { lane, channel } = this.#options;
    const line = this.#places.get(frameSubject(lane, channel, market))?.line;
    if (line === undefined || !line.hasBegun) return;
    line.hasBegun = false;
    // With the next frame all books of the channel are known to be stale, and are asked for.
    line.sink.lost(1);
  }

  /** What comes from now on has just happened. */
  #caughtUp(): void {
    this.#isCurrent = true;
    if (!this.#isBooks) return;
    for (const line of this.#lines) if (!line.hasBegun) this.#refresh(line, undefined);
  }

  /** Has the newest of a line brought. */
  #refresh(line: NameLine, id: number | undefined): void {
    const { name } = line;
    if (name === undefined) return;
    if (!this.#isBooks) return void this.#newest(line, name, id).catch(this.#options.onError);
    // While the past is read it holds the snapshots that are needed.
    if (this.#isCurrent) this.#options.ask(name);
  }

  async #newest(line: NameLine, name: string, id: number | undefined): Promise<void> {
    const { jsm, lane, channel } = this.#options;
    await this.#started;
    const before = line.hasBegun;
    const found = await jsm.streams.getMessage(laneStream(lane), {
      last_by_subj: frameSubject(lane, channel, name),
    });
    // What has come meanwhile is newer.
    if (found === null || !line.isOpen || !before && line.hasBegun) return;
    line.hasBegun = true;
    line.sink.frame(this.#decoder.decode(found.data), id);
  }

  #leave(line: NameLine, isWish: boolean): void {
    const { name } = line;
    this.#lines.delete(line);
    if (this.#all === line) this.#all = undefined;
    else if (name !== undefined) {
      for (const subject of this.#subjectsOf(name)) this.#places.delete(subject);
    }
    if (this.#lines.size > 0) return;
    if (!isWish) {
      // What is public is read on, so that it is known when Kalshi is back.
      if (this.#options.keeps) this.away();
      return;
    }
    this.stop();
    this.#next = "now";
    this.#isResumed = false;
  }

  #keepPlace(): void {
    const place = this.#reader?.place;
    if (place === undefined) return;
    this.#next = place;
    this.#isResumed = true;
  }
}
