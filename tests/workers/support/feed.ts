/** A Worker with feeds in a real workerd, a local exchange upstream, and readers over real WebSockets. */
import process from "node:process";
import type { KalshiClient } from "../../../mod.ts";
import {
  type ExchangeSockets,
  type LocalAccount,
  LocalExchange,
  type UnknownTickers,
} from "../../../src/local_exchange/mod.ts";
import { MarketBook } from "../../../src/books/mod.ts";
import type { KalshiFeedOptions } from "../../../src/workers/mod.ts";
import { feedFrame } from "../../books/support/feed_frame.ts";
import { eventStreams, type StreamsOfProduct } from "../../stream/support/products.ts";
import { until } from "../../support/until.ts";

/** A frame as a reader sees it. */
export interface SeenFrame {
  readonly type: string;
  readonly id?: number;
  readonly seq?: number;
  readonly msg: Readonly<Record<string, unknown>>;
}

/** A reader that keeps books as a web page would, and looks at each frame. */
export class TestReader {
  readonly frames: SeenFrame[] = [];
  readonly books = new Map<string, MarketBook>();
  /** Every character that came. */
  text = "";
  closed: { readonly code: number; readonly reason: string } | undefined;
  /** Set to false, it leaves heartbeats unanswered. */
  answers = true;
  /** The first thing that must not be. */
  wrong: string | undefined;
  readonly #socket: WebSocket;
  readonly #witness: Map<string, string>;
  readonly #product: StreamsOfProduct;

  constructor(socket: WebSocket, witness: Map<string, string>, product: StreamsOfProduct) {
    this.#product = product;
    this.#socket = socket;
    this.#witness = witness;
    socket.addEventListener("message", ({ data }) => this.#take(String(data)));
    socket.addEventListener("close", ({ code, reason }) => this.closed = { code, reason });
    socket.addEventListener("error", () => this.closed ??= { code: 1006, reason: "error" });
  }

  /** Resolves when it is open; rejects when it is refused. */
  async open(): Promise<this> {
    await until(() => this.#socket.readyState === 1 || this.closed !== undefined);
    if (this.closed !== undefined) throw new Error(`refused: ${this.closed.code}`);
    return this;
  }

  send(command: unknown): void {
    this.#socket.send(JSON.stringify(command));
  }

  close(): void {
    this.#socket.close(1000);
  }

  book(ticker: string): MarketBook {
    let book = this.books.get(ticker);
    if (book === undefined) this.books.set(ticker, book = new MarketBook(ticker));
    return book;
  }

  of(type: string): SeenFrame[] {
    return this.frames.filter((frame) => frame.type === type);
  }

  #take(text: string): void {
    this.text += text;
    const frame = JSON.parse(text) as SeenFrame;
    this.frames.push(frame);
    if (frame.type === "heartbeat" && this.answers) this.send({ cmd: "heartbeat", id: frame.id });
    const ticker = frame.msg?.market_ticker;
    if (typeof ticker !== "string") return;
    const book = this.book(ticker);
    if (frame.type === "stale") return book.lost("gap");
    if (!frame.type.startsWith("orderbook_")) return;
    const before = book.state;
    if (frame.type === "orderbook_delta") {
      if (before !== "live") this.wrong ??= `a change of ${ticker} came while it was ${before}`;
      if (frame.seq !== (book.seq ?? 0) + 1) this.wrong ??= `${ticker} went from ${book.seq} to ${frame.seq}`;
    }
    feedFrame(book, frame, this.#product.books.decoder);
    if (book.state !== "live") this.wrong ??= `${ticker} became ${book.state}: ${book.reason}`;
    // Readers of one feed have the same book at the same number.
    const levels = JSON.stringify(book.lastKnown.depth());
    const key = `${ticker} ${book.seq}`;
    const seen = this.#witness.get(key);
    if (seen === undefined) this.#witness.set(key, levels);
    else if (seen !== levels) this.wrong ??= `two readers differ on ${key}`;
  }
}

/** What is running, and what a test can ask of it. */
export interface FeedBed extends AsyncDisposable {
  readonly exchange: LocalExchange;
  readonly product: StreamsOfProduct;
  /** The WebSockets of the product. */
  readonly sockets: ExchangeSockets;
  /** The markets of the product that are open. */
  readonly tickers: readonly string[];
  /** Where the Worker listens. */
  readonly url: URL;
  readonly account: LocalAccount;
  /** A client of the exchange itself. */
  readonly client: KalshiClient;
  /** Opens a reader; the query follows the `?`. */
  read(query: string, headers?: Record<string, string>): Promise<TestReader>;
  get(
    path: string,
    headers?: Record<string, string>,
  ): Promise<{ status: number; headers: Headers; value: never }>;
  /** The exchange's own book. */
  truth(ticker: string): Promise<string>;
  /** Whether these readers, live, and fetch have the exchange's own books. */
  agree(readers: readonly TestReader[], tickers: readonly string[], feed?: string): Promise<boolean>;
  /** All that was sent to anybody. */
  readonly everything: () => string;
  /** What the Worker has logged. */
  readonly log: () => string;
  /** Numbers start over with a new object: so does the comparison of readers. */
  forget(): void;
}

/** What differs between tests. */
export interface FeedBedOptions {
  /** Event contracts unless told. */
  readonly product?: StreamsOfProduct;
  readonly options?: KalshiFeedOptions;
  readonly compatibilityFlags?: readonly string[];
  readonly privateKey?: string;
  readonly keyId?: string;
  readonly markets?: number;
  readonly unknownTickers?: UnknownTickers;
  /** The Worker, and what its configuration says; those of the tests unless told. */
  readonly entry?: string;
  readonly compatibilityDate?: string;
  readonly durableObjects?: Readonly<Record<string, { className: string; useSQLite: boolean }>>;
}

const testWorker = "tests/workers/worker.ts";
const testObjects = {
  PLAIN: { className: "KalshiFeed", useSQLite: true },
  TEST: { className: "TestFeed", useSQLite: true },
  OWNED: { className: "OwnedFeed", useSQLite: true },
  PERPS: { className: "PerpsFeed", useSQLite: true },
};

const bundles = new Map<string, Promise<string>>();

/** The script of a Worker. */
export async function bundle(entry: string): Promise<string> {
  const { build } = await import("esbuild");
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    platform: "browser",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*"],
    alias: {
      "#runtime": `${process.cwd()}/src/runtime/workers.ts`,
      "@unofficial/kalshi/perps": `${process.cwd()}/src/perps/mod.ts`,
      "@unofficial/kalshi/workers": `${process.cwd()}/src/workers/mod.ts`,
      "@unofficial/kalshi": `${process.cwd()}/mod.ts`,
    },
  });
  return outputFiles[0]?.text ?? "";
}

/** Starts all of it. */
export async function startFeed(options: FeedBedOptions = {}): Promise<FeedBed> {
  const { Miniflare } = await import("miniflare");
  const { WebSocket } = await import("undici");
  const { product = eventStreams } = options;
  const isPerps = product.name === "perps";
  const exchange = await LocalExchange.start({
    seed: 7,
    markets: isPerps ? 0 : options.markets ?? 12,
    perps: isPerps,
    unknownTickers: options.unknownTickers,
  });
  const account = await exchange.createAccount();
  const trader = product.trader(
    { auth: account.auth, transport: exchange.fetch },
    product.configOf(exchange),
  );
  const client = trader.client as KalshiClient;
  const { entry = testWorker, compatibilityDate = "2026-04-01", durableObjects = testObjects } = options;
  const contents = bundles.get(entry) ?? bundle(entry);
  bundles.set(entry, contents);
  const usual = isPerps ? "PERPS" : "TEST";
  let logged = "";
  const worker = new Miniflare({
    modules: [{ type: "ESModule", path: "worker.mjs", contents: await contents }],
    compatibilityDate,
    compatibilityFlags: [...options.compatibilityFlags ?? []],
    cf: false,
    durableObjects: { ...durableObjects },
    bindings: {
      [isPerps ? "KALSHI_PERPS_KEY_ID" : "KALSHI_KEY_ID"]: options.keyId ?? account.keyId,
      [isPerps ? "KALSHI_PERPS_PRIVATE_KEY" : "KALSHI_PRIVATE_KEY"]: options.privateKey ?? account.privateKey,
      [isPerps ? "KALSHI_PERPS_API_BASE_URL" : "KALSHI_API_BASE_URL"]: exchange.baseUrl,
      USUAL: usual,
      OPTIONS: JSON.stringify(options.options ?? {}),
    },
    handleRuntimeStdio(...streams: NodeJS.ReadableStream[]) {
      for (const stream of streams) stream.on("data", (chunk: unknown) => logged += String(chunk));
    },
  });
  const url = await worker.ready;
  const witness = new Map<string, string>();
  const readers: TestReader[] = [];
  let answers = "";
  let closing: Promise<void> | undefined;
  const close = async () => {
    await worker.dispose();
    await client.close();
    await exchange.close();
  };

  const get: FeedBed["get"] = async (path, headers = {}) => {
    const response = await fetch(new URL(path, url), { headers });
    const text = await response.text();
    answers += JSON.stringify([...response.headers]) + text;
    return {
      status: response.status,
      headers: response.headers,
      value: JSON.parse(text === "" ? "null" : text) as never,
    };
  };
  const truth = async (ticker: string) => JSON.stringify(await trader.restBook(ticker));
  return {
    exchange,
    product,
    sockets: product.local.sockets(exchange),
    tickers: isPerps ? exchange.perps.tickers() : exchange.openTickers(),
    url,
    account,
    client,
    get,
    truth,
    async read(query, headers = {}) {
      const target = new URL(`/?${query}`, url);
      target.protocol = "ws:";
      const reader = new TestReader(
        new WebSocket(target, { headers }) as unknown as WebSocket,
        witness,
        product,
      );
      readers.push(reader);
      return await reader.open();
    },
    async agree(some, tickers, feed = usual) {
      for (const ticker of tickers) {
        const levels = await truth(ticker);
        for (const { books } of some) {
          const book = books.get(ticker);
          if (book === undefined) continue;
          if (book.state !== "live") return false;
          if (JSON.stringify(product.levelsOf(product.books.toRest(book.read()))) !== levels) return false;
        }
        const { value } = await get(`/book/${ticker}?feed=${feed}`);
        if (JSON.stringify(product.levelsOf(value)) !== levels) return false;
      }
      return true;
    },
    log: () => logged,
    everything: () => readers.map(({ text }) => text).join("\n") + answers,
    forget: () => witness.clear(),
    [Symbol.asyncDispose]: () => closing ??= close(),
  };
}
