/** What a feed makes of every loss: one marker, no wrong book, and of what is private nothing twice and nothing less. */
import { assert, assertEquals } from "@std/assert";
import type { NatsConnection } from "@nats-io/nats-core";
import type { KalshiClient } from "../../mod.ts";
import type { NatsFeed } from "../../src/nats/mod.ts";
import { until } from "../support/until.ts";
import { areRight, openFeed } from "./support/feed_bed.ts";
import { type GatewayBed, startGatewayBed } from "./support/gateway_bed.ts";
import { natsTest } from "./support/server.ts";

/** The markers that a reader of trades gets. */
async function markersOf(feed: NatsFeed): Promise<string[]> {
  const markers: string[] = [];
  await feed.on("trade", (item) => {
    if (item.type !== "trade") markers.push(item.type === "gap" ? `gap ${item.reason}` : item.type);
  });
  return markers;
}

natsTest(
  "another gateway takes over: one marker for each subscription, and books that are right again",
  async () => {
    await using bed = await startGatewayBed();
    const first = await bed.start();
    await until(() => first.gateway.stats().lanes[0]?.state === "leading");
    await using _ = await bed.start();
    await using feed = await openFeed(bed);
    const markers = await markersOf(feed);
    const books = await feed.orderBooks(bed.tickers);
    const [book] = books.values();
    assert(book);
    const changes: string[] = [];
    void (async () => {
      for await (const change of book.changes()) if (change.type === "stale") changes.push(change.reason);
    })();
    await first.connection.close();
    await bed.stepUntil(() => markers.length > 0);
    await until(() => areRight(bed, books.values()));
    assertEquals(markers, ["gap ended"]);
    assertEquals(changes, ["disconnected"]);
    assertEquals(feed.state, "open");
    await first[Symbol.asyncDispose]();
  },
);

natsTest("between two gateways a fill is in neither's frames: it is looked up, and comes once", async () => {
  await using bed = await startGatewayBed();
  const own = { channels: ["trade", "fill"], account: "main" };
  const first = await bed.start(own);
  await until(() => first.gateway.stats().lanes.every(({ state }) => state === "leading"));
  await using _ = await bed.start(own);
  const lookup = bed.trader.client as KalshiClient;
  await using feed = await openFeed(bed, { account: "main", lookup });
  const fills: string[] = [];
  const markers: string[] = [];
  const subscription = await feed.fills({}, { recover: true });
  void (async () => {
    for await (const item of subscription) {
      if (item.type === "fill") fills.push(bed.product.fillOf(item.msg));
      else markers.push(item.type);
    }
  })();
  const [ticker = ""] = bed.tickers;
  const fill = () => bed.trader.place(ticker, "bid", "0.9900", "1.00");
  await fill();
  await until(() => fills.length > 0);
  await first.connection.close();
  for (let n = 0; n < 4; n++) await fill();
  await until(() => markers.length > 0);
  await fill();
  const told: string[] = [];
  for await (const one of bed.trader.fills()) told.push(one);
  await until(() => fills.length >= told.length);
  assertEquals(fills.toSorted(), told.toSorted());
  assertEquals(markers, ["gap"]);
  await first[Symbol.asyncDispose]();
});

natsTest("a gateway that closes hands over at once", async () => {
  await using bed = await startGatewayBed();
  await using first = await bed.start();
  await until(() => first.gateway.stats().lanes[0]?.state === "leading");
  await using _ = await bed.start();
  await using feed = await openFeed(bed);
  const markers = await markersOf(feed);
  const books = await feed.orderBooks(bed.tickers);
  await first.gateway.close();
  await bed.stepUntil(() => markers.length > 0);
  await until(() => areRight(bed, books.values()));
  assertEquals(markers, ["gap ended"]);
});

natsTest("a gateway that loses Kalshi: books are stale until it is back, with one marker", async () => {
  await using bed = await startGatewayBed();
  await using _ = await bed.start();
  await using feed = await openFeed(bed);
  const markers = await markersOf(feed);
  const books = await feed.orderBooks(bed.tickers);
  bed.exchange.sockets.restart();
  await until(() => markers.length > 0);
  await until(() => areRight(bed, books.values()));
  assertEquals(markers, ["reconnected"]);
});

const losses: Record<string, (bed: GatewayBed, connection: NatsConnection) => Promise<void>> = {
  "a connection to NATS that is made anew": (_, connection) => connection.reconnect(),
  "a server that is killed and started again": async ({ server }) => {
    await server.kill();
    await server.start();
  },
};
for (const [name, lose] of Object.entries(losses)) {
  natsTest(`${name}: one marker, books that are right, and every fill once`, async () => {
    await using bed = await startGatewayBed();
    await using _ = await bed.start({
      channels: ["orderbook_delta", "trade", "fill", "user_orders"],
      account: "main",
    });
    const lookup = bed.trader.client as KalshiClient;
    await using feed = await openFeed(bed, { account: "main", lookup });
    const markers = await markersOf(feed);
    const fills: string[] = [];
    await feed.on("fill", (item) => {
      if (item.type === "fill") fills.push(bed.product.fillOf(item.msg));
    });
    // What is published late is looked up as well, and told once all the same.
    const recovered: string[] = [];
    const subscription = await feed.fills({}, { recover: true });
    void (async () => {
      for await (const item of subscription) {
        if (item.type === "fill") recovered.push(bed.product.fillOf(item.msg));
      }
    })();
    const books = await feed.orderBooks(bed.tickers);
    const [ticker = ""] = bed.tickers;
    const fill = async (times: number) => {
      for (let time = 0; time < times; time++) await bed.trader.place(ticker, "bid", "0.9900", "1.00");
    };
    await fill(3);
    const losing = lose(bed, feed.connection);
    await fill(5);
    await losing;
    await until(() => markers.length > 0);
    await fill(3);
    await until(() => areRight(bed, books.values()));
    const told: string[] = [];
    for await (const one of bed.trader.fills()) told.push(one);
    await until(() => fills.length >= told.length);
    assertEquals(fills.toSorted(), told.toSorted());
    await until(() => recovered.length >= told.length);
    assertEquals(recovered.toSorted(), told.toSorted());
    assertEquals(markers, ["reconnected"]);
  });
}
