/** The stream of perps against a server of its own, which says and loses what a test has it say and lose. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import { KalshiConfigError } from "../../src/base/errors.ts";
import {
  type Channel,
  type OrderbookSnapshotMessage,
  PerpsClient,
  PerpsConfig,
  type PerpsLookupClient,
  PerpsStream,
  type PerpsStreamOptions,
} from "../../src/perps/mod.ts";
import { perpsProduct } from "../../src/stream/perps_product.ts";
import type { MarginFill } from "../../src/contract/perps/types.ts";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";
import { take } from "../stream/support/take.ts";

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
  readonly paths: (string | undefined)[] = [];
  readonly commands: Command[] = [];

  static async start(): Promise<Server> {
    const server = new Server();
    await new Promise<void>((resolve) => server.#server.once("listening", resolve));
    return server;
  }

  private constructor() {
    this.#server.on("connection", (socket: Socket, { url }: { readonly url?: string }) => {
      this.paths.push(url);
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

const auth = { keyId: "key-1", sign: () => Promise.resolve(btoa("s".repeat(256))) };

async function connect(server: Server, more: Partial<PerpsStreamOptions> = {}): Promise<PerpsStream> {
  const config = new PerpsConfig({
    baseUrl: `http://127.0.0.1:${server.port}/trade-api/v2`,
    retryBaseDelayMs: 1,
    retryMaxDelayMs: 1,
  });
  return await PerpsStream.connect({ auth, config, onError: () => {}, ...more });
}

const sidOf = (channel: Channel, socket = 1) => 10 * socket + Object.keys(channels).indexOf(channel);

test("perps: channels are subscribed to, picked from and restored by what the contract says of them", async () => {
  await using server = await Server.start();
  const stream = await connect(server);
  const tickers = await stream.subscribe("ticker", { market_ticker: "BTC", send_initial_snapshot: true });
  const fills = await stream.subscribe("fill", { market_tickers: ["BTC"] });
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
  const books = await stream.subscribe("orderbook_delta", { market_tickers: ["BTC", "ETH"] });
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
  const levels = { market_ticker: "BTC", bid: [["91250.5000", "10.00"]], ask: [["91250.5100", "4.00"]] };
  const opening = stream.orderBook("BTC");
  await until(() => server.commands.length === 1);
  server.send({ type: "orderbook_snapshot", sid, seq: 1, msg: levels });
  const book = await opening;
  assertEquals([book.state, book.bestBid, book.bestAskSize], ["live", 912_505_000, 400]);

  server.send({
    type: "orderbook_delta",
    sid,
    seq: 3,
    msg: { market_ticker: "BTC", side: "bid", price: "91250.5000", delta: "1.00" },
  });
  await until(() => server.commands.length === 3);
  assertEquals(server.commands.slice(1).map(({ params }) => params.action), [
    "delete_markets",
    "add_markets",
  ]);
  assertEquals([book.state, book.reason], ["resyncing", "gap"]);
  server.send({ type: "orderbook_snapshot", sid, seq: 6, msg: levels });
  await book.live();
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
      () => stream.subscribe(channel as "ticker", params as object),
      KalshiConfigError,
      `The channel "${channel}" has no`,
    );
  }
  // A channel of the event exchange is one that this product does not know: it is asked for as it is.
  const other = await stream.subscribe("cfbenchmarks_value", { index_ids: ["BRTI"] });
  assertEquals(
    server.commands[0]?.params,
    { channels: ["cfbenchmarks_value"], index_ids: ["BRTI"] } as object,
  );
  assert(other.stats.policy === "error");
  await stream.close();
});

test("perps: the handshake is signed with the path of its own", async () => {
  await using server = await Server.start();
  const signed: string[] = [];
  const sign = (text: string) => {
    signed.push(text);
    return auth.sign();
  };
  const stream = await connect(server, { auth: { ...auth, sign } });
  assertEquals(server.paths, ["/trade-api/ws/v2/margin"]);
  assert(/^\d{13}GET\/trade-api\/ws\/v2\/margin$/.test(signed[0] ?? ""), signed[0]);
  await stream.close();
});

const fill = (fill_id: string, at: string): MarginFill => ({
  fill_id,
  order_id: "order-1",
  is_taker: false,
  side: "bid",
  count: "1.00",
  created_time: at,
  ticker: "BTC",
  price: "91250.5000",
  entry_price: "91250.5000",
  fees: "0.0100",
  realized_pnl: "0.0000",
});

/** What REST tells: fills by subaccount, and orders. */
class Rest implements PerpsLookupClient {
  readonly asked: (number | undefined)[] = [];
  readonly fillsOf = new Map<number | undefined, MarginFill[]>();
  orders: PerpsLookupClient["orders"] = {
    async *listAll() {},
    get: () => Promise.reject(new Error("there is none")),
  };
  isRestricted = false;
  readonly portfolio: PerpsLookupClient["portfolio"] = {
    balance: () =>
      this.isRestricted
        ? Promise.reject(Object.assign(new Error("restricted"), { status: 403 }))
        : Promise.resolve({ subaccount_balances: [{ subaccount: 0 }, { subaccount: 3 }] }),
    fills: { listAll: ({ subaccount }) => this.#list(subaccount) },
  };

  async *#list(subaccount: number | undefined) {
    this.asked.push(subaccount);
    yield* this.fillsOf.get(subaccount) ?? [];
  }
}

test("perps: fills that were missed are looked up in every subaccount, and come once, in their order", async () => {
  await using server = await Server.start();
  const rest = new Rest();
  const stream = await connect(server, { lookup: rest });
  const fills = await stream.fills({}, { recover: true });
  assertEquals(rest.asked, [0, 3]);
  const live = { trade_id: "seen", order_id: "order-1", market_ticker: "BTC" };
  server.send({ type: "fill", sid: sidOf("fill"), msg: live });
  assertEquals((await take(fills, 1)).map(({ type }) => type), ["fill"]);
  const now = 1_790_000_000_000;
  const at = (ms: number) => new Date(now + ms).toISOString();
  rest.fillsOf.set(0, [fill("late", at(30)), fill("seen", at(10))]);
  rest.fillsOf.set(3, [fill("early", at(20))]);
  server.sockets[0]?.terminate();
  const [marker, first, second] = await take(fills, 3);
  assertEquals([marker?.type, marker && "recovered" in marker && marker.recovered], ["reconnected", 2]);
  assertEquals(
    [first, second].map((item) => item && "msg" in item && [item.msg.trade_id, item.msg.subaccount]),
    [["early", 3], ["late", 0]],
  );
  assertEquals(first && "msg" in first && [first.msg.market_ticker, first.msg.fee_cost, first.msg.ts_ms], [
    "BTC",
    "0.0100",
    now + 20,
  ]);
  // A key of one subaccount alone may not see the others: the exchange gives it its own.
  rest.isRestricted = true;
  rest.asked.length = 0;
  rest.fillsOf.set(undefined, [fill("own", at(40))]);
  server.sockets.at(-1)?.terminate();
  const [, own] = await take(fills, 2);
  assertEquals([own && "msg" in own && own.msg.trade_id, rest.asked], ["own", [undefined]]);
  await stream.close();
});

test("perps: a client is what its stream looks up through", async () => {
  await using client = new PerpsClient({ demo: true });
  // The compiler says so; nothing is sent.
  const lookup: PerpsLookupClient = client;
  assertEquals([typeof lookup.portfolio.balance, typeof lookup.orders.get], ["function", "function"]);
});
