import { assert, assertEquals } from "@std/assert";
import { build } from "esbuild";
import { Miniflare } from "miniflare";
import process from "node:process";
import { KalshiClient } from "../../src/client.ts";
import { LocalExchange } from "../../src/local_exchange/mod.ts";
import { MarketBook } from "../../src/stream/order_books.ts";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: ["tests/workers/worker.ts"],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    platform: "browser",
    conditions: ["workerd"],
    external: ["cloudflare:*"],
    plugins: [{
      name: "source",
      setup(builder) {
        builder.onResolve(
          { filter: /^#runtime$/ },
          () => ({ path: `${process.cwd()}/src/runtime/workers.ts` }),
        );
      },
    }],
  });
  return outputFiles?.[0]?.text ?? "";
}

interface Reader {
  readonly frames: { type: string; seq?: number; msg: Record<string, unknown> }[];
  readonly book: MarketBook;
  closed: boolean;
  close(): void;
}

async function setUp() {
  const exchange = await LocalExchange.start({ markets: 20, marketMakers: false });
  const { keyId, privateKey, auth } = await exchange.createAccount();
  const client = new KalshiClient({ auth, config: exchange.config, transport: exchange.fetch });
  const worker = new Miniflare({
    modules: [{ type: "ESModule", path: "worker.mjs", contents: await bundle() }],
    compatibilityDate: "2026-04-01",
    cf: false,
    durableObjects: { FEED: "TestFeed" },
    bindings: { KALSHI_KEY_ID: keyId, KALSHI_PRIVATE_KEY: privateKey, KALSHI_API_BASE_URL: exchange.baseUrl },
    outboundService: { network: { allow: ["public", "private"] } },
  });
  await worker.ready;
  const get = async (path: string) => {
    const response = await worker.dispatchFetch(`http://feed${path}`);
    return {
      status: response.status,
      value: await response.json().catch(() => undefined) as Record<string, unknown>,
    };
  };
  const read = async (ticker: string, channels = "orderbook_delta"): Promise<Reader> => {
    const response = await worker.dispatchFetch(
      `http://feed/?market_tickers=${ticker}&channels=${channels}`,
      {
        headers: { upgrade: "websocket" },
      },
    );
    const socket = response.webSocket;
    if (!socket) throw new Error(`no socket: ${response.status} ${await response.text()}`);
    const reader: Reader = {
      frames: [],
      book: new MarketBook(ticker),
      closed: false,
      close: () => socket.close(1000),
    };
    socket.addEventListener("message", ({ data }: { data: unknown }) => {
      const frame = JSON.parse(String(data));
      reader.frames.push(frame);
      if (frame.type.startsWith("orderbook")) reader.book.feed(frame);
      if (frame.type === "stale") reader.book.lost(frame.msg.reason);
    });
    socket.addEventListener("close", () => reader.closed = true);
    socket.accept();
    return reader;
  };
  const truth = async (ticker: string) => {
    const response = await exchange.fetch(new Request(`${exchange.baseUrl}/markets/${ticker}/orderbook`));
    return JSON.stringify((await response.json()).orderbook_fp);
  };
  const agrees = async (reader: Reader) =>
    reader.book.state === "live" &&
    JSON.stringify(reader.book.read().toRest().orderbook_fp) === await truth(reader.book.ticker);
  const buy = (ticker: string, price: string) =>
    client.orders.create({
      ticker,
      side: "bid",
      price,
      count: "1.00",
      time_in_force: "immediate_or_cancel",
      self_trade_prevention_type: "taker_at_cross",
    });
  return {
    exchange,
    buy,
    get,
    read,
    truth,
    agrees,
    [Symbol.asyncDispose]: async () => {
      await worker.dispose();
      await exchange.close();
    },
  };
}

// Miniflare and its fetch belong to Node.
const node = { on: ["node" as const], timeoutMs: 60_000 };

test(
  "KalshiFeed serves live books to fetch over one upstream socket, which ends when nobody reads",
  node,
  async () => {
    await using things = await setUp();
    const { exchange, get, truth } = things;
    const [ticker = "", other = ""] = exchange.openTickers();
    assertEquals((await get("/status")).value.state, "idle");
    exchange.placeCounterOrder({ ticker, side: "bid", price: "0.4000", count: "2.00" });
    const { status, value } = await get(`/book/${ticker}`);
    assertEquals([status, value.ticker, value.state, JSON.stringify(value.orderbook_fp)], [
      200,
      ticker,
      "live",
      await truth(ticker),
    ]);
    exchange.placeCounterOrder({ ticker, side: "ask", price: "0.6000", count: "2.00" });
    await until(async () =>
      JSON.stringify((await get(`/book/${ticker}`)).value.orderbook_fp) === await truth(ticker)
    );
    assertEquals((await get(`/book/${other}`)).status, 200);
    assertEquals(exchange.sockets.open, 1);
    assertEquals((await get("/nothing")).status, 404);
    assertEquals((await get("/status?token=wrong")).status, 403);
    const stats = (await get("/status")).value as { state: string; stats: { books: { live: number } } };
    assertEquals([stats.state, stats.stats.books.live], ["open", 2]);

    // Its alarm lets go what nobody reads, and then the stream.
    await new Promise((resolve) => setTimeout(resolve, 5));
    await get("/alarm");
    await until(() => exchange.sockets.open === 0);
    assertEquals((await get("/status")).value.state, "idle");
  },
);

test("KalshiFeed hands frames on to many readers, who keep books of their own", node, async () => {
  await using things = await setUp();
  const { exchange, read, agrees, get, buy } = things;
  const [ticker = "", other = ""] = exchange.openTickers();
  const first = await read(ticker);
  await until(() => first.book.state === "live");
  for (let n = 1; n <= 20; n++) {
    exchange.placeCounterOrder({ ticker, side: "bid", price: `0.${10 + n}00`, count: "1.00" });
  }
  const late = await read(ticker);
  const elsewhere = await read(other, "orderbook_delta,ticker,trade");
  exchange.placeCounterOrder({ ticker, side: "ask", price: "0.2000", count: "15.00" });
  for (const reader of [first, late, elsewhere]) await until(() => agrees(reader));
  await until(async () => {
    exchange.placeCounterOrder({ ticker: other, side: "ask", price: "0.3000", count: "1.00" });
    await buy(other, "0.3000");
    return ["ticker", "trade"].every((type) => elsewhere.frames.some((frame) => frame.type === type));
  });
  assert(first.frames.every(({ msg }) => msg.market_ticker === ticker));
  assertEquals(exchange.sockets.open, 1);
  first.close();
  late.close();
  await until(async () => (await get("/status")).value.readers === 1);
});

test(
  "KalshiFeed: a gap, a restart of the exchange and an eviction leave every book right",
  node,
  async () => {
    await using things = await setUp();
    const { exchange, get, read, agrees, truth } = things;
    const [ticker = ""] = exchange.openTickers();
    const reader = await read(ticker);
    await until(() => agrees(reader));
    const change = (price: string) =>
      exchange.placeCounterOrder({ ticker, side: "bid", price, count: "1.00" });

    exchange.sockets.fail({ fault: "drop", channel: "orderbook_delta" });
    change("0.1000");
    change("0.1100");
    await until(() => agrees(reader));
    assert(reader.frames.some(({ type }) => type === "stale"));

    exchange.sockets.restart();
    change("0.1200");
    await until(() => agrees(reader));

    await get("/evict").catch(() => {});
    await until(() => exchange.sockets.open === 0 || reader.closed);
    change("0.1300");
    // An eviction by force also ends the readers' sockets: they come again.
    await until(async () => (await get(`/book/${ticker}`)).status === 200);
    assertEquals(JSON.stringify((await get(`/book/${ticker}`)).value.orderbook_fp), await truth(ticker));
    const again = await read(ticker);
    change("0.1400");
    await until(() => agrees(again));
  },
);

test("KalshiFeed refuses what it does not have, with a word on what it takes", node, async () => {
  await using things = await setUp();
  const { exchange, read } = things;
  const [ticker = ""] = exchange.openTickers();
  const refused = async (wish: string, channels: string) => {
    try {
      await read(wish, channels);
      return "";
    } catch (error) {
      return String(error);
    }
  };
  assert((await refused(ticker, "fill")).includes("channels takes orderbook_delta, ticker, trade"));
  assert((await refused("", "ticker")).includes("market_tickers takes 1 to 100 tickers"));
});
