/**
 * The readers of a feed: who is connected, what each of them reads, and what they command.
 *
 * @module
 */

import { closeCodes } from "../base/close_codes.ts";
import { errorCodes } from "../contract/event/channels.ts";
import type { FeedSettings } from "./feed_options.ts";
import {
  CHANNELS,
  type Command,
  errorFrame,
  type FeedChannel,
  okFrame,
  readChannels,
  readCommand,
  readTickers,
  RefusedError,
  statusFrame,
} from "./frames.ts";
import type { Market } from "./market.ts";
import type { Markets } from "./markets.ts";
import type { FeedSocket } from "./platform.ts";
import { Reader } from "./reader.ts";

/** What is kept with a reader's socket while the object is out of memory. */
interface Attachment {
  readonly label: string | undefined;
  readonly place?: string | undefined;
  /** `TICKER/1,TICKER/3`: the number has a bit for each channel. */
  readonly wishes: string;
}

/** Who a reader is. */
export interface Identity {
  readonly label: string | undefined;
  /** Where it comes from, as far as that is known. */
  readonly place: string | undefined;
}

/** What {@linkcode Readers} need. */
export interface ReadersOptions {
  readonly settings: FeedSettings;
  readonly markets: Markets;
  readonly mayRead: (ticker: string, label: string | undefined) => boolean;
  /** Something is wanted that may not be had upstream yet. */
  readonly wake: () => void;
}

const LONGEST_MESSAGE = 65_536;

/** All readers of a feed. */
export class Readers {
  readonly #options: ReadersOptions;
  readonly #readers = new Map<FeedSocket, Reader<Market>>();

  constructor(options: ReadersOptions) {
    this.#options = options;
  }

  /** How many there are. */
  get size(): number {
    return this.#readers.size;
  }

  /** Those there are now, however many leave meanwhile. */
  [Symbol.iterator](): Iterator<Reader<Market>> {
    return [...this.#readers.values()][Symbol.iterator]();
  }

  /** Refuses what a reader may not have, before anything is changed. `count`: how many markets it then reads. */
  check(tickers: readonly string[], count: number, label: string | undefined): void {
    const { markets, mayRead, settings: { maxMarketsPerReader, maxMarkets } } = this.#options;
    const closed = tickers.find((ticker) => !mayRead(ticker, label));
    if (closed !== undefined) {
      throw new RefusedError(errorCodes.authenticationRequired, 403, `${closed} is not open to you.`);
    }
    if (count > maxMarketsPerReader) {
      throw new RefusedError(
        errorCodes.subscriptionMarketLimitExceeded,
        400,
        `A reader reads at most ${maxMarketsPerReader} markets.`,
      );
    }
    if (!markets.hasRoomFor(tickers)) {
      throw new RefusedError(
        errorCodes.subscriptionMarketLimitExceeded,
        503,
        `This feed holds ${maxMarkets} markets, and has room for no more.`,
      );
    }
  }

  /** Takes a reader in, who is told how the feed's own connection is. */
  welcome(
    socket: FeedSocket,
    { label, place }: Identity,
    state: string,
    channels: readonly FeedChannel[],
    tickers: readonly string[],
  ): void {
    const reader = this.#make(socket, { label, place });
    reader.write(statusFrame(state, this.#options.settings.heartbeatMs));
    this.#subscribe(reader, channels, tickers);
  }

  /** A reader from before the object was out of memory: what it has is old. None for one that was closed. */
  restore(socket: FeedSocket): Reader<Market> | undefined {
    const attachment = socket.deserializeAttachment() as Attachment | null;
    if (attachment === null) return undefined;
    const { label, place, wishes } = attachment;
    const reader = this.#make(socket, { label, place });
    reader.write(statusFrame("connecting", this.#options.settings.heartbeatMs));
    for (const wish of wishes.split(",").filter(Boolean)) {
      const [ticker = "", bits] = wish.split("/");
      for (const channel of CHANNELS.filter((_, index) => Number(bits) & 1 << index)) {
        orTold(reader, ticker, () => this.#join(reader, channel, ticker, true));
      }
    }
    for (const channel of ["ticker", "trade"] as const) {
      if (reader.wishes[channel].size > 0) reader.gap(channel);
    }
    return reader;
  }

  /** Takes a reader's message; false where nobody is left to be served. */
  take(socket: FeedSocket, message: string | ArrayBuffer): boolean {
    const reader = this.#readers.get(socket) ?? this.restore(socket);
    if (reader === undefined) return false;
    const end = this.#answer(reader, message);
    if (end !== undefined) this.close(reader, ...end);
    return end === undefined;
  }

  /** A connection has ended, or has to. */
  end(socket: FeedSocket, code?: number, reason?: string): void {
    const reader = this.#readers.get(socket);
    if (reader !== undefined) this.close(reader, code, reason);
    else closeSocket(socket, code, reason);
  }

  /** Asks each for a sign of life, and closes those that gave none in time. */
  beat(): void {
    for (const reader of this) {
      if (reader.beat(this.#options.settings.readerTimeoutMs)) continue;
      this.close(reader, closeCodes.tryAgainLater, "too slow: heartbeats were not answered");
    }
  }

  /** Says something to all of them. */
  tell(frame: string): void {
    for (const reader of this.#readers.values()) reader.write(frame);
  }

  /** Sends what must not be lost; false when the reader had to be closed instead. */
  deliver(reader: Reader<Market>, frame: string): boolean {
    if (reader.offer(frame)) return true;
    this.close(reader, closeCodes.tryAgainLater, "too slow: a message would have been lost");
    return false;
  }

  /** A market was refused on these channels: nobody reads it there any longer. */
  forget(market: Market, channels: readonly FeedChannel[]): void {
    for (const channel of channels) {
      for (const reader of [...market.readers[channel]]) {
        leave(reader, channel, market);
        keep(reader);
      }
    }
  }

  /** Closes a reader's connection. */
  close(reader: Reader<Market>, code: number = closeCodes.normal, reason = ""): void {
    this.#readers.delete(reader.socket);
    for (const channel of CHANNELS) {
      for (const market of reader.wishes[channel]) leave(reader, channel, market);
    }
    reader.socket.serializeAttachment(null); // what still comes from it is nobody's
    closeSocket(reader.socket, code, reason);
  }

  #make(socket: FeedSocket, identity: Identity): Reader<Market> {
    const { readerBufferBytes: bufferBytes, clock } = this.#options.settings;
    const reader = new Reader<Market>({ socket, ...identity, bufferBytes, now: () => clock.now() });
    this.#readers.set(socket, reader);
    return reader;
  }

  /** Why the connection has to end after a message. */
  #answer(reader: Reader<Market>, message: string | ArrayBuffer): [number, string] | undefined {
    if (typeof message !== "string") return [closeCodes.notTaken, "commands are text"];
    if (message.length > LONGEST_MESSAGE) return [closeCodes.tooBig, "too long"];
    const reply = this.#reply(reader, message);
    if (reply !== undefined && !reader.mayCommand()) return [closeCodes.refused, "too many commands"];
    if (reply) reader.write(reply);
    return reader.behind > 2 * this.#options.settings.readerBufferBytes
      ? [closeCodes.tryAgainLater, "too slow: read before you ask for more"]
      : undefined;
  }

  /** What to say to a message: undefined to the answer to a heartbeat, null to one that comes too late. */
  #reply(reader: Reader<Market>, message: string): string | null | undefined {
    let id: unknown;
    try {
      const command = readCommand(message);
      id = command.id;
      if (command.cmd === "heartbeat") return reader.answer(id) ? undefined : null;
      this.#obey(reader, command);
      return okFrame(id, readBy(reader));
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      return errorFrame(error.code, error.message, { id });
    }
  }

  #obey(reader: Reader<Market>, { cmd, params }: Command): void {
    const channels = readChannels(params.channels);
    const tickers = readTickers(params.market_tickers);
    switch (cmd) {
      case "subscribe": {
        if (channels.length === 0) {
          throw new RefusedError(errorCodes.channelsRequired, 400, "Give `channels`.");
        }
        if (tickers.length === 0) {
          throw new RefusedError(errorCodes.marketTickerRequired, 400, "Give `market_tickers`.");
        }
        const all = new Set([...[...reader.markets].map(({ ticker }) => ticker), ...tickers]);
        this.check(tickers, all.size, reader.label);
        return this.#subscribe(reader, channels, tickers);
      }
      case "unsubscribe":
        for (const channel of channels) {
          for (const market of reader.wishes[channel]) {
            if (tickers.length === 0 || tickers.includes(market.ticker)) leave(reader, channel, market);
          }
        }
        return keep(reader);
      case "list_subscriptions":
        return;
      default:
        throw new RefusedError(
          errorCodes.unknownCommand,
          400,
          "There are the commands subscribe, unsubscribe, list_subscriptions and heartbeat.",
        );
    }
  }

  #subscribe(reader: Reader<Market>, channels: readonly FeedChannel[], tickers: readonly string[]): void {
    for (const ticker of tickers) {
      orTold(reader, ticker, () => {
        for (const channel of channels) this.#join(reader, channel, ticker);
      });
    }
    keep(reader);
    reader.pump();
    this.#options.wake();
  }

  #join(reader: Reader<Market>, channel: FeedChannel, ticker: string, hasOldBook = false): void {
    const { markets } = this.#options;
    const isBook = channel === "orderbook_delta";
    const origin = { reader, place: reader.place ?? reader };
    const market = isBook ? markets.openBook(ticker, origin) : markets.open(ticker, false, origin);
    if (reader.wishes[channel].has(market)) return;
    reader.wishes[channel].add(market);
    market.readers[channel].add(reader);
    if (channel === "ticker" && market.ticked !== undefined) reader.tick(market);
    if (!isBook) return;
    if (hasOldBook || market.state === "stale") reader.stale(market, market.reason ?? "disconnected");
    else reader.owe(market);
  }
}

/** Does something for a reader, who is told when it is refused. */
function orTold(reader: Reader<Market>, market_ticker: string, act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    reader.write(errorFrame(error.code, error.message, { market_ticker }));
  }
}

/** What a reader reads, as it is told. */
function readBy(reader: Reader<Market>): object[] {
  return CHANNELS.map((channel) => ({
    channel,
    market_tickers: [...reader.wishes[channel]].map(({ ticker }) => ticker),
  })).filter(({ market_tickers }) => market_tickers.length > 0);
}

/** Keeps what a reader reads where it outlives the object's memory. */
function keep(reader: Reader<Market>): void {
  const { label, place, socket } = reader;
  const wishes = [...reader.markets].map((market) => {
    const bits = CHANNELS.map((channel, index) => reader.wishes[channel].has(market) ? 1 << index : 0);
    return `${market.ticker}/${bits.reduce((sum, bit) => sum + bit, 0)}`;
  });
  socket.serializeAttachment({ label, place, wishes: wishes.join() } satisfies Attachment);
}

function leave(reader: Reader<Market>, channel: FeedChannel, market: Market): void {
  reader.forget(channel, market);
  market.readers[channel].delete(reader);
}

function closeSocket(socket: FeedSocket, code?: number, reason?: string): void {
  try {
    socket.close(code, reason);
  } catch {
    // It is closed already.
  }
}
