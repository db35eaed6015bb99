/**
 * What the sockets of a feed are opened on: the lanes that it reads, and whether they can be read.
 *
 * @module
 */

import { type JetStreamManager, jetstreamManager } from "@nats-io/jetstream";
import type { Status } from "@nats-io/nats-core";
import type { Clock } from "../base/clock.ts";
import { KalshiConnectionError } from "../base/errors.ts";
import { delay } from "../base/waits.ts";
import { errorCodes } from "../contract/event/channels.ts";
import type { RuntimeWebSocket, WebSocketHandlers } from "../runtime/types.ts";
import { channelOf, type StreamProduct } from "../stream/product.ts";
import type { NatsConnection } from "./connection.ts";
import { coreOf } from "./core.ts";
import { KalshiNatsError } from "./errors.ts";
import type { FeedStart } from "./feed_options.ts";
import { FeedSession, type Line, type LineSink, type LineSource, type Refusal } from "./feed_session.ts";
import { LaneReader } from "./lane_reader.ts";
import type { LaneProduct } from "./protocol.ts";

/** What a source is made from. */
export interface FeedSourceOptions {
  readonly connection: NatsConnection;
  readonly product: StreamProduct;
  readonly lane: { readonly environment: string; readonly product: LaneProduct };
  /** Whose private channels are read. */
  readonly account: string | undefined;
  readonly start: FeedStart;
  readonly clock: Clock;
  /** How long a socket may wait for a gateway, in milliseconds. */
  readonly waitMs: number;
  readonly onError: (error: unknown) => void;
}

/** Reads a feed's lanes, for one socket at a time. */
export class FeedSource implements LineSource {
  readonly #options: FeedSourceOptions;
  readonly #lanes: { readonly public: LaneReader; readonly private: LaneReader | undefined };
  /** Aborts at the next change of the lanes, for whoever waits for them to be good. */
  #news = new AbortController();
  readonly #statuses: AsyncIterable<Status> & { stop?: () => void };
  /** The markets of a channel that is carried, to look one up. */
  readonly #markets = new WeakMap<object, ReadonlySet<unknown>>();
  #session: FeedSession | undefined;
  #lastSid = 0;
  #isAway = false;
  #isClosed = false;

  private constructor(options: FeedSourceOptions, jsm: JetStreamManager) {
    this.#options = options;
    const { account } = options;
    this.#statuses = coreOf(options.connection).status();
    this.#lanes = {
      public: this.#lane(jsm, undefined),
      private: account === undefined ? undefined : this.#lane(jsm, account),
    };
    void this.#watch();
  }

  /** Begins to listen. */
  static async open(options: FeedSourceOptions): Promise<FeedSource> {
    return new FeedSource(options, await jetstreamManager(coreOf(options.connection), { checkAPI: false }));
  }

  /** The first sequence of each channel that was not delivered yet. */
  sequences(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#all.flatMap((lane) => lane.sequences()));
  }

  /**
   * Opens a socket as soon as the lanes can be read.
   *
   * @throws {KalshiConnectionError} where that takes too long
   */
  async connect(handlers: WebSocketHandlers, signal: AbortSignal | undefined): Promise<RuntimeWebSocket> {
    await this.#ready(signal);
    return this.#session = new FeedSession({
      product: this.#options.product,
      source: this,
      handlers,
      nextSid: () => ++this.#lastSid,
    });
  }

  refusal(channel: string, name?: string): Refusal | undefined {
    const { isPrivate } = channelOf(this.#options.product, channel);
    const lane = this.#laneOf(channel);
    if (lane === undefined) {
      const text = "NatsFeed was made without `account`, whose private channels it would read";
      return { code: errorCodes.authenticationRequired, text };
    }
    if (lane.denied !== undefined) {
      return {
        code: errorCodes.authenticationRequired,
        text: `NATS does not let it be read: ${lane.denied}`,
      };
    }
    const params = lane.carries?.channels[channel];
    const whose = isPrivate ? ` of the account "${this.#options.account}"` : "";
    if (params === undefined) {
      const carried = Object.keys(lane.carries?.channels ?? {}).join(", ") || "none";
      return {
        code: errorCodes.unknownChannelName,
        text: `The gateway carries no channel "${channel}"${whose}; it carries: ${carried}`,
      };
    }
    const { market_tickers } = params;
    if (name === undefined || isPrivate || !Array.isArray(market_tickers)) return undefined;
    let markets = this.#markets.get(market_tickers);
    if (markets === undefined) this.#markets.set(market_tickers, markets = new Set(market_tickers));
    if (markets.has(name)) return undefined;
    return {
      code: errorCodes.marketNotFound,
      text:
        `The gateway carries "${channel}" of ${market_tickers.length} markets, and ${name} is none of them`,
    };
  }

  async refresh(channel: string): Promise<void> {
    const lane = this.#laneOf(channel);
    if (lane === undefined || lane.denied !== undefined) return;
    await lane.load().catch(this.#options.onError);
  }

  open(channel: string, name: string | undefined, sink: LineSink, fresh: boolean): Line {
    const lane = this.#laneOf(channel) ?? this.#lanes.public;
    return lane.channel(channel).open(name, sink, fresh);
  }

  started(channel: string): Promise<void> {
    const lane = this.#laneOf(channel) ?? this.#lanes.public;
    return lane.channel(channel).started;
  }

  /** Ends it. The connection stays as it is. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#cut("the feed was closed");
    for (const lane of this.#all) lane.close();
    this.#statuses.stop?.();
    this.#changed();
  }

  get #all(): readonly LaneReader[] {
    const { public: common, private: own } = this.#lanes;
    return own === undefined ? [common] : [common, own];
  }

  #laneOf(channel: string): LaneReader | undefined {
    const { isPrivate } = channelOf(this.#options.product, channel);
    return isPrivate ? this.#lanes.private : this.#lanes.public;
  }

  #lane(jsm: JetStreamManager, account: string | undefined): LaneReader {
    const { product, lane, start, clock, onError } = this.#options;
    const connection = coreOf(this.#options.connection);
    return new LaneReader({
      connection,
      jsm,
      lane: { ...lane, account },
      books: product.books,
      clock,
      startOf: (channel) => startOf(start, channel),
      keeps: (channel) => channelOf(product, channel).isPrivate || start !== "now",
      onLost: (why) => this.#cut(why),
      onChange: () => this.#changed(),
      onCarries: () => this.#session?.changed(),
      onError,
    });
  }

  #cut(why: string): void {
    const session = this.#session;
    this.#session = undefined;
    session?.cut(why);
  }

  #changed(): void {
    const news = this.#news;
    this.#news = new AbortController();
    news.abort();
  }

  /** Why nothing can be read for now. */
  #trouble(): string | undefined {
    if (this.#isClosed) return "the feed is closed";
    if (this.#isAway) return "NATS is away";
    const [denied, ...others] = this.#all.map((lane) => lane.denied);
    if (denied !== undefined && others.every((other) => other !== undefined)) {
      return `it is forbidden: ${denied}`;
    }
    const carried = this.#all.filter(({ carries, denied }) => carries !== undefined && denied === undefined);
    if (carried.length === 0) {
      const { environment, product } = this.#options.lane;
      return `no gateway has published ${product} of the environment "${environment}": start a NatsGateway, or ` +
        "look at `config`, which says the environment";
    }
    return carried.map(({ trouble }) => trouble).find((trouble) => trouble !== undefined);
  }

  async #ready(signal: AbortSignal | undefined): Promise<void> {
    const { clock, waitMs } = this.#options;
    let isLate = false;
    if (!this.#isAway) this.#lanes.public.wake();
    const timer = clock.setTimer(() => {
      isLate = true;
      this.#changed();
    }, waitMs);
    try {
      while (true) {
        if (coreOf(this.#options.connection).isClosed()) {
          throw new KalshiNatsError("The connection to NATS is closed: make another one, and a feed on it.");
        }
        // What a gateway carries may have changed while there was no socket.
        const unread = await this.#load();
        const trouble = unread ?? this.#trouble();
        if (trouble === undefined) return;
        const isHopeless = this.#isClosed || this.#all.every(({ denied }) => denied !== undefined);
        if (isLate || isHopeless || signal?.aborted) {
          throw new KalshiConnectionError(`The feed cannot be read from NATS: ${trouble}.`);
        }
        await delay(clock, POLL_MS, this.#news.signal, signal);
      }
    } finally {
      timer.clear();
    }
  }

  /** Reads what is carried; returns why that cannot be. */
  async #load(): Promise<string | undefined> {
    if (this.#isAway || this.#isClosed || coreOf(this.#options.connection).isClosed()) return undefined;
    try {
      await Promise.all(this.#all.map((lane) => lane.load()));
      return undefined;
    } catch (error) {
      return `what a gateway carries cannot be read: ${
        error instanceof Error ? error.message : String(error)
      }`;
    }
  }

  /** What becomes of the connection to NATS. */
  async #watch(): Promise<void> {
    for await (const { type } of this.#statuses) {
      if (this.#isClosed) return;
      if (type === "disconnect" || type === "close") {
        this.#isAway = true;
        this.#cut("the connection to NATS broke");
        for (const lane of this.#all) lane.away();
      } else if (type === "reconnect") {
        this.#isAway = false;
        this.#lanes.public.wake();
        this.#changed();
      }
    }
    this.#cut("the connection to NATS was closed");
    this.#changed();
  }
}

/** How often it is looked whether a gateway has begun, in milliseconds. */
const POLL_MS = 500;

function startOf(start: FeedStart, channel: string): "now" | { atMs: number } | { sequence: number } {
  if (start === "now" || "atMs" in start) return start;
  const { sequence } = start;
  if (typeof sequence === "number") return { sequence };
  const own = Object.hasOwn(sequence, channel) ? sequence[channel] : undefined;
  return own === undefined ? "now" : { sequence: own };
}
