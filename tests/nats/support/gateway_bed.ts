/** A local exchange behind real sockets, a NATS server, and gateways between them. */
import { jetstreamManager } from "@nats-io/jetstream";
import { systemClock } from "../../../src/base/clock.ts";
import { StreamReader } from "../../../src/nats/stream_reader.ts";
import type { NatsConnection } from "@nats-io/nats-core";
import type { NodeConnectionOptions } from "@nats-io/transport-node";
import type { KalshiClient } from "../../../mod.ts";
import { MarketBook } from "../../../src/books/mod.ts";
import { type LocalAccount, LocalExchange } from "../../../src/local_exchange/mod.ts";
import { NatsGateway, type NatsGatewayOptions } from "../../../src/nats/mod.ts";
import {
  type GatewayMarker,
  type Lane,
  laneStream,
  laneSubject,
  numberFrame,
  readSubject,
} from "../../../src/nats/protocol.ts";
import type { KalshiStream } from "../../../src/stream/mod.ts";
import { eventStreams, type StreamsOfProduct, type TestTrader } from "../../stream/support/products.ts";
import { until } from "../../support/until.ts";
import { type NatsServer, startNats } from "./server.ts";

/** A message of a lane. */
export interface LaneMessage {
  readonly seq: number;
  readonly kind: "frame" | "snapshot" | "marker";
  readonly channel: string;
  readonly market: string | undefined;
  readonly text: string;
}

export interface Started extends AsyncDisposable {
  readonly gateway: NatsGateway;
  readonly stream: KalshiStream;
  readonly connection: NatsConnection;
  readonly errors: unknown[];
}

export interface GatewayBed extends AsyncDisposable {
  readonly exchange: LocalExchange;
  readonly account: LocalAccount;
  readonly product: StreamsOfProduct;
  readonly trader: TestTrader;
  readonly server: NatsServer;
  readonly tickers: readonly string[];
  readonly lane: Lane;
  readonly ownLane: Lane;
  /** A gateway with a stream and a connection of its own. */
  start(
    options?: Partial<NatsGatewayOptions> & { readonly connection?: NatsConnection },
  ): Promise<Started>;
  /** Reads a lane from its beginning, as long as the bed is there. */
  read(lane?: Lane, user?: NodeConnectionOptions): Promise<LaneReader>;
  /** Lets the makers move until something has happened. */
  stepUntil(condition: () => boolean | Promise<boolean>): Promise<void>;
}

/** What a lane holds, as a reader without any help gets it. */
export interface LaneReader {
  readonly messages: LaneMessage[];
  /** Of each market, kept by nothing but what the lane says. */
  readonly books: ReadonlyMap<string, MarketBook>;
  markers(channel?: string): GatewayMarker[];
}

/** Starts one, in whose first markets somebody quotes. */
export async function startGatewayBed(
  product: StreamsOfProduct = eventStreams,
  serverConfig = "",
  { markets = 5, seed = 5 }: { readonly markets?: number; readonly seed?: number } = {},
): Promise<GatewayBed> {
  const isPerps = product.name === "perps";
  const server = await startNats(serverConfig);
  const exchange = await LocalExchange.start({
    port: 0,
    seed,
    marketMakers: true,
    perps: isPerps,
    ...markets > 5 ? { markets: markets + 60 } : {},
  });
  const account = await exchange.createAccount({ balance: "100000.00" });
  const config = product.configOf(exchange, {
    retryBaseDelayMs: 1,
    retryMaxDelayMs: 5,
    wsMaxRetries: 1_000_000,
    wsPingIntervalMs: 100_000_000,
  });
  const trader = product.trader({ auth: account.auth }, config);
  const tickers = (isPerps ? exchange.perps.tickers() : exchange.openTickers()).slice(0, markets);
  const lane: Lane = { environment: "loopback", product: isPerps ? "perps" : "events" };
  const started = new Set<Started>();
  const bed: GatewayBed = {
    exchange,
    account,
    product,
    trader,
    server,
    tickers,
    lane,
    ownLane: { ...lane, account: "main" },
    async start(options = {}) {
      const errors: unknown[] = [];
      const onError = (error: unknown) => errors.push(error);
      const client = product.trader({ auth: account.auth }, config).client as KalshiClient;
      const stream = await client.stream({ onError });
      const connection = options.connection ?? await server.connect();
      const gateway = await NatsGateway.start({
        connection,
        stream,
        channels: ["orderbook_delta", "trade"],
        tickers,
        onError,
        ...options,
      }).catch(async (error) => {
        await client.close();
        throw error;
      });
      const one: Started = {
        gateway,
        stream,
        connection,
        errors,
        async [Symbol.asyncDispose]() {
          started.delete(one);
          await gateway.close();
          await client.close();
          await connection.close();
        },
      };
      started.add(one);
      return one;
    },
    async read(of = lane, user = {}) {
      const connection = await server.connect(user);
      return await readLane(connection, of, product);
    },
    stepUntil: (condition) =>
      until(async () => {
        const isDone = await condition();
        if (!isDone) product.step(exchange);
        return isDone;
      }),
    async [Symbol.asyncDispose]() {
      for (const one of started) await one[Symbol.asyncDispose]();
      await (trader.client as KalshiClient).close();
      await exchange.close();
      await server[Symbol.asyncDispose]();
    },
  };
  return bed;
}

async function readLane(
  connection: NatsConnection,
  lane: Lane,
  { books: { decoder } }: StreamsOfProduct,
): Promise<LaneReader> {
  const messages: LaneMessage[] = [];
  const books = new Map<string, MarketBook>();
  const take = ({ kind, channel, market, text, seq }: LaneMessage) => {
    if (channel !== decoder.channel) return;
    if (kind === "marker") {
      for (const book of books.values()) book.lost("gap", seq);
    } else if (market !== undefined) {
      let book = books.get(market);
      if (book === undefined) books.set(market, book = new MarketBook(market));
      const update = decoder.decode(JSON.parse(numberFrame(text, 1, seq)));
      if (update !== undefined && (kind === "snapshot" || book.state === "live")) book.feed(update);
    }
  };
  const reader = new StreamReader({
    connection,
    jsm: await jetstreamManager(connection, { checkAPI: false }),
    stream: laneStream(lane),
    subject: `${laneSubject(lane)}.>`,
    start: { sequence: 1 },
    clock: systemClock,
    onMessage: (message) => {
      const parts = readSubject(lane, message.subject);
      if (parts === undefined) throw new Error(`no subject of the lane: ${message.subject}`);
      const read: LaneMessage = { ...parts, seq: reader.last ?? 0, text: message.string() };
      messages.push(read);
      take(read);
    },
    // What it is told makes it read anew; what it does not get, the test waits for.
    onError: () => {},
    onOther: () => {},
  });
  void (async () => {
    for await (const { type } of connection.status()) if (type === "reconnect") void reader.start();
    reader.close();
  })();
  await reader.start();
  return {
    messages,
    books,
    markers: (of) =>
      messages.filter(({ kind, channel }) => kind === "marker" && (of === undefined || channel === of))
        .map(({ text }) => JSON.parse(text) as GatewayMarker),
  };
}

/** Checks that the book of every market that a reader keeps is live and the exchange's own; false where one is not. */
export async function areBooksRight(bed: GatewayBed, reader: LaneReader): Promise<boolean> {
  const { books, levelsOf } = bed.product;
  for (const ticker of bed.tickers) {
    const book = reader.books.get(ticker);
    if (book?.state !== "live") return false;
    const own = JSON.stringify(levelsOf(books.toRest(book.read()) as object));
    if (own !== JSON.stringify(await bed.trader.restBook(ticker))) return false;
  }
  return true;
}
