/** What becomes of readers when what the gateway carries changes: markets come and go, and other channels take over. */
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { KalshiNatsError } from "../../src/nats/mod.ts";
import { KalshiStreamClosedError, KalshiStreamError } from "../../src/stream/mod.ts";
import { until } from "../support/until.ts";
import { areRight, openFeed } from "./support/feed_bed.ts";
import { startGatewayBed } from "./support/gateway_bed.ts";
import { natsTest } from "./support/server.ts";

natsTest(
  "a market that the gateway adds is read by feeds that were there; one that it removes ends",
  async () => {
    await using bed = await startGatewayBed();
    const [a = "", b = ""] = bed.tickers;
    await using one = await bed.start({ tickers: [a] });
    const errors: unknown[] = [];
    await using feed = await openFeed(bed, { onError: (error) => errors.push(error) });
    await using unused = await openFeed(bed);
    const bookA = await feed.orderBook(a);
    await assertRejects(() => feed.orderBook(b), KalshiStreamError, `${b} is none of them`);

    await one.gateway.add([b]);
    // At once, and without another connection.
    const bookB = await feed.orderBook(b);
    await unused.orderBook(b);
    const trades = await feed.on("trade", () => {}, { market_tickers: [b] });
    const both = await feed.on("trade", () => {}, { market_tickers: [a, b] });
    await until(() => areRight(bed, [bookA, bookB]));

    await one.gateway.remove([b]);
    await until(() => bookB.state === "closed" && trades.ended);
    assertEquals([...both.keys ?? []], [a]);
    const why = await assertRejects(() => bookB.live(), KalshiStreamError, `${b} is none of them`);
    assertEquals(why.errorCode, 16);
    await assertRejects(() => feed.orderBook(b), KalshiStreamError, `${b} is none of them`);
    await assertRejects(() => unused.subscribe("trade", { market_tickers: [b] }), KalshiStreamError, b);
    await until(() => errors.length > 0);
    await until(() => areRight(bed, [bookA]));
    assertEquals([feed.state, both.ended], ["open", false]);
  },
);

natsTest(
  "gateways of other channels say so, and whoever reads what is no longer carried is told",
  async () => {
    await using bed = await startGatewayBed();
    const [ticker = ""] = bed.tickers;
    const one = await bed.start();
    await until(() => one.gateway.stats().lanes[0]?.state === "leading");
    await using feed = await openFeed(bed, { onError: () => {} });
    const book = await feed.orderBook(ticker);
    const trades = await feed.on("trade", () => {});
    await using other = await bed.start({ channels: ["ticker"] });
    assertStringIncludes(String(other.errors[0]), "stands by for one of other channels");
    assertStringIncludes(String(other.errors[0]), 'does not carry "orderbook_delta, trade"');

    await one[Symbol.asyncDispose]();
    await until(() => book.state === "closed" && trades.ended);
    await assertRejects(() => book.live(), KalshiStreamError, "it carries: ticker");
    await until(() => other.errors.length > 1);
    assertStringIncludes(String(other.errors[1]), "has taken over from one of other channels");
    await feed.subscribe("ticker");

    // A connection that was closed does not come back: nobody waits for it.
    await feed.connection.close();
    await until(() => feed.state === "closed");
    const closed = await assertRejects(
      () => feed.subscribe("ticker"),
      KalshiStreamClosedError,
      "The connection to NATS is closed",
    );
    assertEquals(closed.cause instanceof KalshiNatsError, true);
  },
);
