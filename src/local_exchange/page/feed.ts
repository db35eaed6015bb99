/**
 * The page's feed: what a Worker's `KalshiFeed` serves, and the account's own orders, fills and positions besides. It
 * reads the exchange's own WebSocket as a bot does, so that the page sees what goes wrong there.
 *
 * @module
 */
import type { Clock, ClockTimer } from "../../base/clock.ts";
import { closeCodes } from "../../base/close_codes.ts";
import type { ByteSocket } from "../../runtime/builtin.ts";
import { Feed } from "../../workers/feed.ts";
import type { FeedClient, FeedProduct, StreamOf } from "../../workers/feed_product.ts";
import type { FeedSocket } from "../../workers/platform.ts";
import { ServerConnection } from "../gateways/ws/connection.ts";

/** A frame of a private channel, or what is said of its stream. */
export interface OwnItem {
  readonly type: string;
  readonly msg?: object;
}

/** What a page's feed is made from. */
export interface PageFeedOptions<Client extends FeedClient> {
  /** What it serves. */
  readonly product: FeedProduct<Client>;
  /** A client of the page's account. */
  readonly createClient: () => Client;
  /** Follows the private channels, whose frames the page gets as they are, but for `sid` and `seq`. */
  readonly followOwn: (stream: StreamOf<Client>, take: (item: OwnItem) => void) => Promise<void>;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}

const NOWHERE = { label: undefined, place: undefined };

/** The feed of one page. */
export class PageFeed<Client extends FeedClient> {
  readonly #options: PageFeedOptions<Client>;
  readonly #feed: Feed<Client>;
  #alarm: ClockTimer | undefined;
  #isClosed = false;

  constructor(options: PageFeedOptions<Client>) {
    this.#options = options;
    const { clock, onError, product } = options;
    this.#feed = new Feed<Client>({
      createClient: () => Promise.resolve(options.createClient()),
      onStream: (stream) => this.#follow(stream),
      onError: (error) => this.#isClosed || onError(error),
      mayRead: () => true,
      setAlarm: (atMs) => this.#setAlarm(atMs),
    }, { clock, product, maxReaders: 32, readerBufferBytes: 2 ** 22 });
  }

  /** Takes a reader in that asks for `?tickers=…&channels=…`; `accept` answers its handshake. */
  async connect(query: URLSearchParams, accept: () => ByteSocket<Uint8Array>): Promise<void> {
    await this.#feed.connect(query, NOWHERE, () => this.#reader(accept()));
  }

  /** Ends the stream and every reader. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#alarm?.clear();
    await this.#feed.close();
  }

  async #follow(stream: StreamOf<Client>): Promise<void> {
    await this.#options.followOwn(stream, ({ type, msg }) => {
      if (msg === undefined) return; // about the stream, of which `status` tells
      const frame = JSON.stringify({ type, msg });
      for (const reader of this.#feed.readers) this.#feed.deliver(reader, frame);
    });
  }

  #setAlarm(atMs: number): void {
    const { clock } = this.#options;
    this.#alarm?.clear();
    if (this.#isClosed) return;
    this.#alarm = clock.setTimer(() => {
      this.#feed.alarm().catch((error: unknown) => this.#feed.report(error));
    }, Math.max(0, atMs - clock.now()));
  }

  #reader(socket: ByteSocket<Uint8Array>): FeedSocket {
    const connection: ServerConnection = new ServerConnection({
      socket,
      clock: this.#options.clock,
      onText: (text) => void this.#feed.take(reader, text),
      onEnd: () => this.#feed.end(reader),
    });
    let kept: unknown;
    const reader: FeedSocket = {
      send: (message) => connection.send(message, undefined),
      close: (code: number = closeCodes.normal, reason) => connection.close(code, reason),
      serializeAttachment: (value) => void (kept = value),
      deserializeAttachment: () => kept,
    };
    return reader;
  }
}
