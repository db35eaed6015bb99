/** The stream of another product, out of its contract alone: perps, against a server of its own. */
import { detectRuntime } from "#runtime";
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import { KalshiConfigError } from "../../src/base/errors.ts";
import { KalshiConfig } from "../../src/config/kalshi_config.ts";
import type {
  Channel,
  ChannelMessages,
  OrderbookSnapshotMessage,
} from "../../src/contract/perps/channels.ts";
import { perpsProduct } from "../../src/stream/perps_product.ts";
import { ProductStream } from "../../src/stream/product_stream.ts";
import type { Subscription } from "../../src/stream/subscription.ts";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";
import { take } from "./support/take.ts";

const { channels } = perpsProduct;

interface Command {
  readonly id: number;
  readonly cmd: string;
  readonly params: { readonly channels: string[]; readonly sids?: number[]; readonly action?: string };
}

/** One connection, as the server has it. */
interface Socket {
  send(text: string): void;
  terminate(): void;
  on(event: "message", listener: (data: unknown) => void): void;
}

/** A server that acknowledges every command, and sends what a test has it send. */
class Server implements AsyncDisposable {
  readonly #server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  readonly sockets: Socket[] = [];
  readonly commands: Command[] = [];

  static async start(): Promise<Server> {
    const server = new Server();
    await new Promise<void>((resolve) => server.#server.once("listening", resolve));
    return server;
  }

  private constructor() {
    this.#server.on("connection", (socket: Socket) => {
      this.sockets.push(socket);
      socket.on("message", (data) => this.#obey(JSON.parse(String(data))));
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  send(frame: object): void {
    this.sockets.at(-1)?.send(JSON.stringify(frame));
  }

  #obey(command: Command): void {
    this.commands.push(command);
    const { id, cmd, params } = command;
    if (cmd === "subscribe") {
      for (const channel of params.channels) {
        const sid = 10 * this.sockets.length + Object.keys(channels).indexOf(channel);
        this.send({ id, type: "subscribed", msg: { channel, sid } });
      }
    } else this.send({ id, type: cmd === "unsubscribe" ? "unsubscribed" : "ok", sid: params.sids?.[0] });
  }

  async [Symbol.asyncDispose]() {
    for (const socket of this.sockets) socket.terminate();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

async function connect(server: Server): Promise<ProductStream> {
  const runtime = detectRuntime();
  const baseUrl = `http://127.0.0.1:${server.port}/trade-api/v2`;
  const config = new KalshiConfig({ baseUrl, retryBaseDelayMs: 1, retryMaxDelayMs: 1 });
  const auth = { keyId: "key-1", sign: () => Promise.resolve(btoa("s".repeat(256))) };
  const stream = new ProductStream(perpsProduct, {
    auth,
    config,
    runtime,
    verifyBooks: true,
    onError: () => {},
  });
  await stream.connect(undefined);
  return stream;
}

const read = <C extends Channel>(
  stream: ProductStream,
  channel: C,
  params: Record<string, unknown> = {},
): Promise<Subscription<ChannelMessages[C]>> => stream.subscribe(channel, params, {});

const sidOf = (channel: Channel, socket = 1) => 10 * socket + Object.keys(channels).indexOf(channel);

test("perps: channels are subscribed to, picked from and restored by what the contract says of them", async () => {
  await using server = await Server.start();
  const stream = await connect(server);
  const tickers = await read(stream, "ticker", { market_ticker: "BTC", send_initial_snapshot: true });
  const fills = await read(stream, "fill", { market_tickers: ["BTC"] });
  const [first, second] = server.commands;
  assertEquals(first?.params, {
    channels: ["ticker"],
    market_tickers: ["BTC"],
    send_initial_snapshot: true,
    skip_ticker_ack: true,
  } as object);
  // What is private is had whole, and picked from here.
  assertEquals(second?.params, { channels: ["fill"] });
  await tickers.add(["ETH"]);
  assertEquals(server.commands[2]?.params.action, "add_markets");
  for (const market_ticker of ["ETH", "BTC"]) {
    server.send({ type: "fill", sid: sidOf("fill"), msg: { market_ticker, fill_id: market_ticker } });
    server.send({ type: "ticker", sid: sidOf("ticker"), msg: { market_ticker } });
  }
  assertEquals((await take(fills, 1)).map((item) => "msg" in item && item.msg.market_ticker), ["BTC"]);
  await until(() => tickers.stats.size === 2);

  server.sockets[0]?.terminate();
  await until(() => server.commands.filter(({ cmd }) => cmd === "subscribe").length === 4);
  server.send({ type: "fill", sid: sidOf("fill", 2), msg: { market_ticker: "BTC", fill_id: "after" } });
  const [marker, fill] = await take(fills, 2);
  assertEquals([marker?.type, fill?.type], ["reconnected", "fill"]);
  await stream.close();
});

test("perps: numbers are checked, and a snapshot is had by adding anew where no action asks for one", async () => {
  await using server = await Server.start();
  const stream = await connect(server);
  const books = await read(stream, "orderbook_delta", { market_tickers: ["BTC", "ETH"] });
  const sid = sidOf("orderbook_delta");
  const msg = { market_ticker: "BTC" };
  server.send({ type: "orderbook_snapshot", sid, seq: 1, msg: { ...msg, bid: null } });
  server.send({ type: "orderbook_delta", sid, seq: 4, msg });
  const [snapshot, gap, delta] = await take(books, 3);
  // Null for a list is an empty one, by the lists of this product.
  assertEquals((snapshot as OrderbookSnapshotMessage).msg, { ...msg, bid: [] });
  assertEquals([gap?.type, gap && "missed" in gap && gap.missed, delta?.type], ["gap", 2, "orderbook_delta"]);

  books.snapshot(["BTC"]);
  await until(() => server.commands.length === 3);
  const [, ...updates] = server.commands;
  assertEquals(updates.map(({ params }) => params), [
    { sids: [sid], action: "delete_markets", market_tickers: ["BTC"] },
    { sids: [sid], action: "add_markets", market_tickers: ["BTC"] },
  ] as object[]);

  server.send({ type: "error", sid, msg: { code: 25, msg: "Subscription buffer overflow" } });
  await until(() => server.commands.length === 4);
  assertEquals(server.commands[3]?.params.channels, ["orderbook_delta"]);
  await stream.close();
});

test("perps: order books are kept live by the decoder of the product, and healed without an action for snapshots", async () => {
  await using server = await Server.start();
  const stream = await connect(server);
  const sid = sidOf("orderbook_delta");
  const levels = { market_ticker: "BTC", bid: [["0.5000", "10.00"]], ask: [["0.5100", "4.00"]] };
  const opening = stream.openBooks(["BTC"], {});
  await until(() => server.commands.length === 1);
  server.send({ type: "orderbook_snapshot", sid, seq: 1, msg: levels });
  const [book] = await opening;
  assertEquals([book?.state, book?.bestBid, book?.bestAskSize], ["live", 5_000, 400]);

  server.send({
    type: "orderbook_delta",
    sid,
    seq: 3,
    msg: { market_ticker: "BTC", side: "bid", price: "0.5000", delta: "1.00" },
  });
  await until(() => server.commands.length === 3);
  assertEquals(server.commands.slice(1).map(({ params }) => params.action), [
    "delete_markets",
    "add_markets",
  ]);
  assertEquals([book?.state, book?.reason], ["resyncing", "gap"]);
  server.send({ type: "orderbook_snapshot", sid, seq: 6, msg: levels });
  await book?.live();
  await stream.close();
});

test("perps: what only another product has is refused", async () => {
  await using server = await Server.start();
  const stream = await connect(server);
  for (
    const [channel, params] of [
      ["ticker", { market_ids: ["6f1e2f4e-0000-4000-8000-000000000000"] }],
      ["orderbook_delta", { market_tickers: ["BTC"], use_yes_price: true }],
      ["order_group_updates", { market_tickers: ["BTC"] }],
    ] as const
  ) {
    await assertRejects(
      () => stream.subscribe(channel, params, {}),
      KalshiConfigError,
      `The channel "${channel}" has no`,
    );
  }
  // A channel of the event exchange is one that this product does not know: it is asked for as it is.
  const other = await stream.subscribe("cfbenchmarks_value", { index_ids: ["BRTI"] }, {});
  assertEquals(
    server.commands[0]?.params,
    { channels: ["cfbenchmarks_value"], index_ids: ["BRTI"] } as object,
  );
  assert(other.stats.policy === "error");
  await stream.close();
});
