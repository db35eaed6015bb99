/**
 * One reader of a feed: what it asked for, and how much of what it was sent it has taken.
 *
 * A Durable Object cannot see whether a peer takes what it is sent. So the feed asks: a reader answers heartbeats,
 * and what was sent before a heartbeat that was answered has arrived. A reader that is behind by more than its
 * buffer gets no more changes; it is told which books are stale, and gets them whole when there is room again.
 *
 * @module
 */

import { type FeedChannel, gapFrame, heartbeatFrame, staleFrame } from "./frames.ts";
import type { FeedSocket } from "./platform.ts";

/** What a reader needs to know of a market. */
export interface ReaderMarket {
  readonly ticker: string;
  /** The book as a frame; undefined while it is not live. */
  readonly snapshot: string | undefined;
  /** The newest ticker as a frame. */
  readonly ticked: string | undefined;
}

/** What a {@linkcode Reader} is made from. */
export interface ReaderOptions<M> {
  readonly socket: FeedSocket;
  readonly label: string | undefined;
  /** Where it comes from, as far as that is known. */
  readonly place?: string | undefined;
  /** How many characters may be under way. */
  readonly bufferBytes: number;
  readonly now: () => number;
  /** What it reads, from before the object was out of memory. */
  readonly wishes?: Iterable<readonly [M, FeedChannel]> | undefined;
}

/** A heartbeat that waits for its answer. */
interface Probe {
  readonly id: number;
  /** Everything up to here was sent before it. */
  readonly sent: number;
  readonly at: number;
}

const COMMANDS_PER_SECOND = 20;

/** One reader over a WebSocket. */
export class Reader<M extends ReaderMarket> {
  readonly socket: FeedSocket;
  readonly label: string | undefined;
  readonly place: string | undefined;
  readonly wishes: Readonly<Record<FeedChannel, Set<M>>>;
  readonly #options: ReaderOptions<M>;
  /** Books that it knows to be stale: each comes whole as soon as it is live and there is room. */
  readonly #owed = new Set<M>();
  /** Markets whose newest ticker it has not got. */
  readonly #owedTickers = new Set<M>();
  /** How many messages of a channel it missed; undefined when nobody knows. */
  readonly #missed = new Map<FeedChannel, number | undefined>();
  #sent = 0;
  #taken = 0;
  #probed = 0;
  #probes: Probe[] = [];
  #second = 0;
  #commands = 0;

  constructor(options: ReaderOptions<M>) {
    this.#options = options;
    this.socket = options.socket;
    this.label = options.label;
    this.place = options.place;
    this.wishes = { orderbook_delta: new Set(), ticker: new Set(), trade: new Set() };
    for (const [market, channel] of options.wishes ?? []) this.wishes[channel].add(market);
  }

  /** The markets that it reads. */
  get markets(): Set<M> {
    return new Set(Object.values(this.wishes).flatMap((markets) => [...markets]));
  }

  /** Characters under way. */
  get behind(): number {
    return this.#sent - this.#taken;
  }

  /** Sends what must not wait, and is small. */
  write(frame: string): void {
    try {
      this.socket.send(frame);
    } catch {
      return; // closed: the platform tells
    }
    this.#sent += frame.length;
    if (this.#sent - this.#probed >= this.#options.bufferBytes / 2) this.#probe();
  }

  /** Sends a frame if there is room; false when there is none. */
  offer(frame: string): boolean {
    if (!this.#hasRoom(frame)) return false;
    this.write(frame);
    return true;
  }

  /** A book that it reads is stale, which is said once. */
  stale(market: M, reason: string): void {
    if (this.#owed.has(market)) return; // it knows
    this.#owed.add(market);
    this.write(staleFrame(market.ticker, reason));
  }

  /** A book that it has nothing of: it comes as soon as it is live. */
  owe(market: M): void {
    this.#owed.add(market);
  }

  /** A book changed. */
  change(market: M, frame: string): void {
    if (this.#owed.has(market)) return; // it will come whole
    if (this.offer(frame)) return;
    this.stale(market, "slow-reader");
  }

  /** A market's ticker changed: the newest counts. */
  tick(market: M): void {
    if (this.#owedTickers.has(market)) return;
    this.#owedTickers.add(market);
    this.pump();
  }

  /** A trade, which nothing replaces. */
  trade(frame: string): void {
    if (this.#missed.has("trade") || !this.offer(frame)) this.gap("trade", 1);
  }

  /** Messages of a channel are missing; how many, where that is known. */
  gap(channel: FeedChannel, count?: number): void {
    const before = this.#missed.has(channel) ? this.#missed.get(channel) : 0;
    this.#missed.set(channel, count === undefined || before === undefined ? undefined : before + count);
    this.pump();
  }

  /** It no longer reads a market. */
  forget(channel: FeedChannel, market: M): void {
    this.wishes[channel].delete(market);
    if (channel === "orderbook_delta") this.#owed.delete(market);
    if (channel === "ticker") this.#owedTickers.delete(market);
  }

  /** Sends what it is owed, as far as there is room. */
  pump(): void {
    for (const [channel, count] of this.#missed) {
      if (!this.offer(gapFrame(channel, count))) return;
      this.#missed.delete(channel);
    }
    for (const market of this.#owed) {
      const { snapshot } = market;
      if (snapshot === undefined) continue;
      if (!this.offer(snapshot)) return;
      this.#owed.delete(market);
    }
    for (const market of this.#owedTickers) {
      if (market.ticked !== undefined && !this.offer(market.ticked)) return;
      this.#owedTickers.delete(market);
    }
  }

  /** Asks for a sign of life; false when the last one is due for longer than `timeoutMs`. */
  beat(timeoutMs: number): boolean {
    const [oldest] = this.#probes;
    if (oldest !== undefined && this.#options.now() - oldest.at >= timeoutMs) return false;
    this.#probe();
    return true;
  }

  /** Takes the answer to a heartbeat; false when there was no such heartbeat. */
  answer(id: unknown): boolean {
    const index = this.#probes.findIndex((probe) => probe.id === id);
    const probe = this.#probes[index];
    if (probe === undefined) return false;
    this.#taken = probe.sent;
    this.#probes = this.#probes.slice(index + 1);
    this.pump();
    return true;
  }

  /** Counts a command; false when there are too many. */
  mayCommand(): boolean {
    const second = Math.floor(this.#options.now() / 1_000);
    if (second !== this.#second) this.#commands = 0;
    this.#second = second;
    return ++this.#commands <= COMMANDS_PER_SECOND;
  }

  #hasRoom(frame: string): boolean {
    // What is larger than the buffer goes alone.
    if (this.behind === 0 || this.behind + frame.length <= this.#options.bufferBytes) return true;
    // Only an answer makes room.
    if (this.#probes.length === 0) this.#probe();
    return false;
  }

  #probe(): void {
    const at = this.#options.now();
    // Not to be guessed: who answers has read.
    const [id = 0] = crypto.getRandomValues(new Uint32Array(1));
    const frame = heartbeatFrame(id, at);
    this.#sent += frame.length;
    this.#probed = this.#sent;
    this.#probes.push({ id, sent: this.#sent, at });
    try {
      this.socket.send(frame);
    } catch {
      // closed: the platform tells
    }
  }
}
