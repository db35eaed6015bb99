/** A feed in the place of a stream: the same bot, the recorder, quotes and positions, and what is refused. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { type KalshiClient, KalshiConfigError, KalshiConnectionError } from "../../mod.ts";
import { NatsFeed, type NatsFeedOptions } from "../../src/nats/mod.ts";
import { Recorder } from "../../src/recordings/mod.ts";
import { type KalshiStream, KalshiStreamError } from "../../src/stream/mod.ts";
import { Positions, QuoteManager, restQuotePort } from "../../src/trading/mod.ts";
import { Folder, replayed } from "../recordings/support/bed.ts";
import { until } from "../support/until.ts";
import { areRight, openFeed } from "./support/feed_bed.ts";
import { type GatewayBed, startGatewayBed } from "./support/gateway_bed.ts";
import { natsTest, startNats } from "./support/server.ts";

const everything = {
  channels: ["orderbook_delta", "trade", "ticker", "fill", "user_orders"],
  account: "main",
};

/** A bot as its user writes it: it knows a stream, and not where that comes from. */
async function bot(stream: KalshiStream, tickers: readonly string[]) {
  const log: string[] = [];
  const books = await stream.orderBooks(tickers);
  const write = (item: { readonly type: string; readonly msg?: unknown }) =>
    log.push(`${item.type} ${JSON.stringify(item.msg)}`);
  await stream.on("trade", write, { market_tickers: tickers });
  await stream.on("ticker", write, { market_tickers: tickers, send_initial_snapshot: true });
  await stream.on("fill", write);
  await stream.on("user_orders", write);
  return { log, books };
}

/** What a bot got of some messages. */
const only = (log: readonly string[], type: string) => log.filter((line) => line.startsWith(`${type} `));

/** Trades a little, as the account that the gateway carries. */
async function trade({ trader, tickers }: GatewayBed, times: number): Promise<void> {
  for (let time = 0; time < times; time++) {
    await trader.place(
      tickers[time % tickers.length] ?? "",
      time % 2 === 0 ? "bid" : "ask",
      "0.5000",
      "1.00",
    );
  }
}

natsTest("a bot runs unchanged over a client's stream and over a feed, and gets the same", async () => {
  await using bed = await startGatewayBed();
  await using _ = await bed.start(everything);
  const client = bed.trader.client as KalshiClient;
  await using stream = await client.stream();
  await using feed = await openFeed(bed, { account: "main", lookup: client });
  const direct = await bot(stream, bed.tickers);
  const fed = await bot(feed, bed.tickers);
  await trade(bed, 6);
  await bed.stepUntil(() => only(direct.log, "trade").length > 10);
  await until(() => areRight(bed, direct.books.values()));
  await until(() => areRight(bed, fed.books.values()));
  for (const type of ["trade", "fill", "user_order"]) {
    await until(() => only(fed.log, type).length >= only(direct.log, type).length);
    assertEquals(only(fed.log, type), only(direct.log, type));
  }
  assert(only(fed.log, "fill").length > 0);
  // Of each market the last one that was before, and what came since.
  await until(() => only(fed.log, "ticker").length > 0);
  for (const [ticker, book] of fed.books) {
    assertEquals(bed.product.bookOf(book), bed.product.bookOf(direct.books.get(ticker) ?? book));
  }
  assertEquals(feed.stats().dropped, 0);
  assertEquals(feed.config.environment, "loopback");
});

natsTest("Recorder, QuoteManager and Positions take a feed for a stream", async () => {
  await using bed = await startGatewayBed();
  await using _ = await bed.start({
    ...everything,
    channels: [...everything.channels, "market_lifecycle_v2"],
  });
  const client = bed.trader.client as KalshiClient;
  await using feed = await openFeed(bed, { account: "main", lookup: client });
  using folder = new Folder();
  const channels = ["orderbook_delta", "trade"];
  const recorder = await Recorder.start({ stream: feed, dir: folder.path, channels, tickers: bed.tickers });
  await using positions = await Positions.open(client, { stream: feed });
  await using quotes = await QuoteManager.open({
    port: restQuotePort({ client, stream: feed }),
    name: "feed",
    books: feed,
    pullWhenStale: true,
  });
  const [ticker = ""] = bed.tickers;
  await quotes.set(ticker, { bid: { price: "0.0100", count: "3.00" } });
  await until(() => quotes.orders.length === 1);
  await bed.trader.place(ticker, "bid", "0.9900", "2.00");
  await until(() => positions.get(ticker)?.positionCenticontracts === 200);
  await bed.stepUntil(() => recorder.stats().frames > 100);
  await quotes.stop();
  const books = await feed.orderBooks(bed.tickers);
  await until(() => areRight(bed, books.values()));
  await recorder.close();
  const recorded = await replayed(folder.path, bed.product);
  assertEquals([...recorded.books.keys()].sort(), [...bed.tickers].sort());
  for (const [ticker, { state }] of recorded.books) assertEquals([ticker, state], [ticker, "live"]);
});

natsTest("a feed begins at a sequence or a time, and goes on where another one stopped", async () => {
  await using bed = await startGatewayBed();
  await using _ = await bed.start(everything);
  const fillsOf = async (options: Pick<NatsFeedOptions, "start">) => {
    const feed = await openFeed(bed, { account: "main", ...options });
    const fills: string[] = [];
    await feed.on("fill", (item) => {
      if (item.type === "fill") fills.push(bed.product.fillOf(item.msg));
    });
    return { feed, fills };
  };
  const one = await fillsOf({});
  const [ticker = ""] = bed.tickers;
  const place = () => bed.trader.place(ticker, "bid", "0.9900", "1.00");
  for (let n = 0; n < 3; n++) await place();
  await until(() => one.fills.length >= 3);
  await one.feed.close();
  const sequence = one.feed.sequences();
  // wall clock: the server's own is asked for what it stored after this
  const atMs = Date.now() + 1;
  // wall clock: until then nothing is placed
  await until(() => Date.now() > atMs + 1);
  for (let n = 0; n < 3; n++) await place();
  const two = await fillsOf({ start: { sequence } });
  const three = await fillsOf({ start: { atMs } });
  const four = await fillsOf({ start: { sequence: 1 } });
  await place();
  const all: string[] = [];
  for await (const fill of bed.trader.fills()) all.push(fill);
  await until(() => one.fills.length + two.fills.length >= all.length && four.fills.length >= all.length);
  await until(() => three.fills.length === two.fills.length);
  assertEquals([...one.fills, ...two.fills].toSorted(), all.toSorted());
  assertEquals(three.fills, two.fills);
  assertEquals(four.fills.toSorted(), all.toSorted());
  for (const { feed } of [two, three, four]) await feed.close();
  await using past = await openFeed(bed, { start: { sequence: 1 } });
  const books = await past.orderBooks(bed.tickers);
  await bed.stepUntil(() => past.stats().frames > 200);
  await until(() => areRight(bed, books.values()));
  // The gateway's own beginning is a marker.
  assertEquals(past.stats().gaps, 1);
});

natsTest("what the gateway does not carry is refused, with what to do", async () => {
  await using bed = await startGatewayBed();
  await using _ = await bed.start({ ...everything, channels: ["orderbook_delta", "trade", "fill"] });
  await using feed = await openFeed(bed);
  const refused = async (work: Promise<unknown>, code: number, words: string) => {
    const error = await assertRejects(() => work, KalshiStreamError);
    assertEquals(error.errorCode, code);
    assertStringIncludes(error.message, words);
  };
  await refused(
    feed.subscribe("ticker"),
    8,
    'carries no channel "ticker"; it carries: orderbook_delta, trade',
  );
  await refused(feed.subscribe("trade", { market_tickers: ["NO-SUCH"] }), 16, "NO-SUCH is none of them");
  await refused(feed.orderBook("NO-SUCH"), 16, "Name it in `tickers` of the gateway");
  await refused(feed.subscribe("fill"), 9, "without `account`");
  await using other = await openFeed(bed, { account: "other" });
  await refused(other.subscribe("fill"), 8, 'of the account "other"');
  await until(() => feed.state === "open");
});

natsTest(
  "without a gateway a feed says so, and wrong options are refused before anything is read",
  async () => {
    await using server = await startNats();
    const connection = await server.connect();
    const error = await assertRejects(
      () =>
        NatsFeed.connect({
          connection,
          config: { baseUrl: "http://127.0.0.1:1/trade-api/v2" },
          gatewayTimeoutMs: 1,
        }),
      KalshiConnectionError,
    );
    assertStringIncludes(error.message, 'no gateway has published events of the environment "loopback"');
    const wrong: [options: object, words: string][] = [
      [{}, "`connection`"],
      [{ connection: {} }, "connection to NATS"],
      [{ connection, account: "a.b" }, "1 to 64 letters"],
      [{ connection, start: "yesterday" }, "{ atMs } or { sequence }"],
      [{ connection, start: { sequence: 0 } }, "{ atMs } or { sequence }"],
      [{ connection, start: { atMs: 1, sequence: 1 } }, "{ atMs } or { sequence }"],
      [{ connection, auth: {} }, "auth"],
    ];
    for (const [options, words] of wrong) {
      const refused = await assertRejects(
        () => NatsFeed.connect(options as NatsFeedOptions),
        KalshiConfigError,
      );
      assertStringIncludes(refused.message, words);
    }
    assertEquals(connection.isClosed(), false);
  },
);
