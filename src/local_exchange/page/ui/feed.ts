/**
 * The page's line to the exchange: books that say when they cannot be trusted, trades, tickers, and what happens to
 * the page's own account. It connects again by itself.
 */
import { type ClockTimer, systemClock } from "../../../base/clock.ts";
import { type BookDecoder, MarketBook } from "../../../books/mod.ts";
import type {
  FillData,
  MarketPositionData,
  TickerData,
  TradeData,
  UserOrderData,
} from "../../../contract/event/channels.ts";

/** How the line is. */
export type Connection =
  | { readonly kind: "connecting" }
  | { readonly kind: "open" }
  /** It broke, and is tried again. */
  | { readonly kind: "lost" }
  /** The exchange does not know this page's token: it was started anew. */
  | { readonly kind: "refused" };

/** What can be read of a market. */
export type FeedChannel = "orderbook_delta" | "ticker" | "trade";

/** The payloads of a product's feed. */
export interface FeedMessages {
  readonly ticker: unknown;
  readonly trade: unknown;
  readonly fill: unknown;
  readonly order: unknown;
  readonly position: unknown;
}

/** Those of event contracts. */
export interface EventMessages {
  readonly ticker: TickerData;
  readonly trade: TradeData;
  readonly fill: FillData;
  readonly order: UserOrderData;
  readonly position: MarketPositionData;
}

/** Where a feed is, and how its books are read. */
export interface FeedPlace {
  readonly url: string;
  readonly token: string;
  readonly decoder: BookDecoder;
}

/** Who is told what. */
export interface FeedListener<Messages extends FeedMessages = EventMessages> {
  onConnection(connection: Connection): void;
  /** A book changed, or its trustworthiness did. */
  onBook(book: MarketBook): void;
  onTicker(ticker: Messages["ticker"]): void;
  onTrade(trade: Messages["trade"]): void;
  onFill(fill: Messages["fill"]): void;
  onOrder(order: Messages["order"]): void;
  onPosition(position: Messages["position"]): void;
  /** Something was missed: what was kept of it has to be asked for anew. */
  onGap(): void;
  /** A market is not to be had. */
  onRefused(ticker: string, words: string): void;
}

/** A frame, as far as it is known before its type is. */
interface Frame {
  readonly type?: unknown;
  readonly id?: unknown;
  readonly seq?: unknown;
  readonly msg?: Readonly<Record<string, unknown>> & { readonly market_ticker?: string };
}

/** Where the feed of this page's exchange is. */
export const feedUrl = (query = ""): string => `${location.origin.replace(/^http/, "ws")}/feed${query}`;

/** How long a feed may be silent before it has said how often it speaks. */
const SILENCE_MS = 15_000;
const LONGEST_PAUSE_MS = 5_000;

/** One line, for as long as the page is open. */
export class Feed<Messages extends FeedMessages = EventMessages> {
  readonly #url: string;
  readonly #token: string;
  readonly #listener: FeedListener<Messages>;
  /** Whether the exchange still knows the token: a page is not told why a WebSocket was refused. */
  readonly #isWelcome: () => Promise<boolean>;
  readonly #decoder: BookDecoder;
  readonly #books = new Map<string, MarketBook>();
  readonly #wishes: Readonly<Record<FeedChannel, Set<string>>> = {
    orderbook_delta: new Set(),
    ticker: new Set(),
    trade: new Set(),
  };
  #socket: WebSocket | undefined;
  #timer: ClockTimer | undefined;
  #silenceMs = SILENCE_MS;
  #attempt = 0;
  #commands = 0;

  constructor(
    { url, token, decoder }: FeedPlace,
    listener: FeedListener<Messages>,
    isWelcome: () => Promise<boolean>,
  ) {
    this.#url = url;
    this.#token = token;
    this.#decoder = decoder;
    this.#listener = listener;
    this.#isWelcome = isWelcome;
  }

  /** Connects. */
  open(): void {
    this.#listener.onConnection({ kind: this.#attempt === 0 ? "connecting" : "lost" });
    const socket = this.#socket = new WebSocket(this.#url, ["kalshi-feed", `token.${this.#token}`]);
    this.#watch(socket);
    socket.onmessage = ({ data }) => {
      if (socket !== this.#socket) return;
      this.#watch(socket);
      this.#take(String(data));
    };
    socket.onopen = () => {
      if (socket !== this.#socket) return;
      this.#attempt = 0;
      for (const channel of Object.keys(this.#wishes) as FeedChannel[]) {
        this.#command("subscribe", channel, [...this.#wishes[channel]]);
      }
      this.#listener.onConnection({ kind: "open" });
    };
    socket.onclose = () => this.#lost(socket);
  }

  /** Ends it, until it is opened again. */
  close(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#timer?.clear();
    socket?.close();
  }

  /** Reads these markets on a channel, and no others. */
  want(channel: FeedChannel, tickers: Iterable<string>): void {
    const [wanted, wishes] = [new Set(tickers), this.#wishes[channel]];
    const surplus = [...wishes].filter((ticker) => !wanted.has(ticker));
    const missing = [...wanted].filter((ticker) => !wishes.has(ticker));
    for (const ticker of surplus) {
      wishes.delete(ticker);
      if (channel === "orderbook_delta") this.#books.delete(ticker);
    }
    for (const ticker of missing) wishes.add(ticker);
    this.#command("unsubscribe", channel, surplus);
    this.#command("subscribe", channel, missing);
  }

  /** A market's book, which may be `waiting` or stale. */
  book(ticker: string): MarketBook {
    const found = this.#books.get(ticker) ?? new MarketBook(ticker);
    this.#books.set(ticker, found);
    return found;
  }

  #command(cmd: "subscribe" | "unsubscribe", channel: FeedChannel, market_tickers: readonly string[]): void {
    if (market_tickers.length === 0 || this.#socket?.readyState !== WebSocket.OPEN) return;
    const id = ++this.#commands;
    this.#socket.send(JSON.stringify({ id, cmd, params: { channels: [channel], market_tickers } }));
  }

  /** Silence means that nobody is there: heartbeats come also when no price moves. */
  #watch(socket: WebSocket): void {
    this.#timer?.clear();
    this.#timer = systemClock.setTimer(() => {
      socket.close();
      this.#lost(socket);
    }, this.#silenceMs);
  }

  #lost(socket: WebSocket): void {
    if (socket !== this.#socket) return;
    this.#socket = undefined;
    this.#timer?.clear();
    for (const book of this.#books.values()) {
      book.restart();
      this.#listener.onBook(book);
    }
    this.#attempt++;
    this.#listener.onConnection({ kind: "lost" });
    void this.#tryAgain();
  }

  async #tryAgain(): Promise<void> {
    if (!await this.#isWelcome()) return this.#listener.onConnection({ kind: "refused" });
    const pauseMs = Math.min(100 * 2 ** this.#attempt, LONGEST_PAUSE_MS);
    this.#timer = systemClock.setTimer(() => this.open(), pauseMs * (0.5 + Math.random() / 2));
  }

  #take(text: string): void {
    let frame: Frame;
    try {
      frame = JSON.parse(text) as Frame;
    } catch {
      // Nobody knows what it was: everything comes anew.
      return this.#socket?.close();
    }
    const { type, msg } = frame;
    switch (type) {
      case "status":
        if (typeof msg?.heartbeat_ms === "number") this.#silenceMs = 3 * msg.heartbeat_ms;
        return;
      case "heartbeat":
        return this.#socket?.send(JSON.stringify({ cmd: "heartbeat", id: frame.id }));
      case "gap":
        return this.#listener.onGap();
      case "orderbook_snapshot":
      case "orderbook_delta":
      case "stale":
      case "error":
        return this.#takeBook(frame);
      case "ticker":
        return this.#listener.onTicker(msg as Messages["ticker"]);
      case "trade":
        return this.#listener.onTrade(msg as Messages["trade"]);
      case "fill":
        return this.#listener.onFill(msg as Messages["fill"]);
      case "user_order":
        return this.#listener.onOrder(msg as Messages["order"]);
      case "market_position":
        return this.#listener.onPosition(msg as Messages["position"]);
    }
  }

  #takeBook(frame: Frame): void {
    const ticker = frame.msg?.market_ticker;
    const book = ticker === undefined ? undefined : this.#books.get(ticker);
    if (ticker === undefined || book === undefined) return;
    if (frame.type === "error") {
      if (frame.msg?.channel !== undefined) return;
      book.lost("disconnected");
      this.#listener.onRefused(ticker, String(frame.msg?.msg ?? "It is not to be had."));
      return this.#listener.onBook(book);
    }
    if (frame.type === "stale") book.lost("gap");
    else this.#feed(book, frame);
    this.#listener.onBook(book);
  }

  /** Takes a book's frame. Its numbers have no hole, or the book is not to be trusted. */
  #feed(book: MarketBook, frame: Frame): void {
    const update = this.#decoder.decode(frame as never);
    if (update === undefined) return;
    const { seq, state } = book;
    // The snapshot that makes it live again holds every change before it.
    if (update.type === "delta" && state !== "live") return;
    if (update.type === "delta" && update.seq !== (seq ?? 0) + 1) book.lost("gap");
    else book.feed(update);
    // What was live and is no longer has to come whole.
    if (state !== "live" || book.state === "live") return;
    this.#command("unsubscribe", "orderbook_delta", [book.ticker]);
    this.#command("subscribe", "orderbook_delta", [book.ticker]);
    book.restart();
  }
}
