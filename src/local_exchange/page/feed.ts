/**
 * The page's feed: what a Worker's `KalshiFeed` serves, and the account's own orders, fills and positions besides. It
 * reads the exchange's own WebSocket as a bot does, so that the page sees what goes wrong there.
 *
 * @module
 */
import { KalshiAuth } from "../../auth/kalshi_auth.ts";
import type { Clock, ClockTimer } from "../../base/clock.ts";
import { KalshiClient } from "../../client.ts";
import type { KalshiConfig } from "../../config/kalshi_config.ts";
import type { ByteSocket } from "../../runtime/builtin.ts";
import type { Runtime } from "../../runtime/types.ts";
import type { KalshiStream } from "../../stream/stream.ts";
import { Feed } from "../../workers/feed.ts";
import type { FeedSocket } from "../../workers/platform.ts";
import { ServerConnection } from "../gateways/ws/connection.ts";

/** What a page's feed is made from. */
export interface PageFeedOptions {
  readonly config: KalshiConfig;
  /** Reaches the exchange as the page's account. */
  readonly runtime: Runtime;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}

/** The exchange's private channels, whose frames the page gets as they are, but for `sid` and `seq`. */
const OWN = ["fill", "user_orders", "market_positions"] as const;

const NOWHERE = { label: undefined, place: undefined };

/** The feed of one page. */
export class PageFeed {
  readonly #options: PageFeedOptions;
  readonly #feed: Feed;
  #alarm: ClockTimer | undefined;
  #isClosed = false;

  constructor(options: PageFeedOptions) {
    this.#options = options;
    const { clock, onError } = options;
    this.#feed = new Feed({
      createClient: () => Promise.resolve(this.#client()),
      onStream: (stream) => this.#follow(stream),
      onError: (error) => this.#isClosed || onError(error),
      mayRead: () => true,
      setAlarm: (atMs) => this.#setAlarm(atMs),
    }, { clock, maxReaders: 32, readerBufferBytes: 2 ** 22 });
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

  /** Nothing is signed: who asks is known by the way it comes. */
  #client(): KalshiClient {
    const { config, runtime } = this.#options;
    return new KalshiClient({
      auth: KalshiAuth.fromSigner({ keyId: "page", sign: () => Promise.resolve("A".repeat(86) + "==") }),
      config,
      runtime,
    });
  }

  async #follow(stream: KalshiStream): Promise<void> {
    for (const channel of OWN) {
      await stream.on(channel, ({ type, msg }: { readonly type: string; readonly msg?: object }) => {
        if (msg === undefined) return; // about the stream, of which `status` tells
        const frame = JSON.stringify({ type, msg });
        for (const reader of this.#feed.readers) this.#feed.deliver(reader, frame);
      });
    }
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
      close: (code = 1000, reason) => connection.close(code, reason),
      serializeAttachment: (value) => void (kept = value),
      deserializeAttachment: () => kept,
    };
    return reader;
  }
}
