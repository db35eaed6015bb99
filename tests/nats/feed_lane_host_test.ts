/** What a feed makes of a lane that a test writes itself, as a gateway would: every marker, and what should not be there. */
import { assertEquals, assertRejects } from "@std/assert";
import { jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/nats-core";
import { KalshiConfig } from "../../mod.ts";
import { NatsFeed, type NatsFeedOptions } from "../../src/nats/mod.ts";
import { KalshiStreamError } from "../../src/stream/mod.ts";
import {
  type Ask,
  askSubject,
  type Beat,
  beatSubject,
  carriesKey,
  frameSubject,
  type GatewayMarker,
  GATEWAYS_BUCKET,
  type Lane,
  laneStream,
  laneSubject,
  markerSubject,
  snapshotSubject,
} from "../../src/nats/protocol.ts";
import { until } from "../support/until.ts";
import { natsTest, startNats } from "./support/server.ts";

const LANE: Lane = { environment: "loopback", product: "events" };
const config = new KalshiConfig({ baseUrl: "http://127.0.0.1:1/trade-api/v2", timeoutMs: 20_000 });

/** A lane, and a gateway of which nothing but what the test says is there. */
async function writeLane(connection: NatsConnection) {
  const manager = await jetstreamManager(connection);
  await manager.streams.add({ name: laneStream(LANE), subjects: [`${laneSubject(LANE)}.>`] });
  await manager.streams.add({
    name: `KV_${GATEWAYS_BUCKET}`,
    subjects: [`$KV.${GATEWAYS_BUCKET}.>`],
    max_msgs_per_subject: 1,
  });
  const carries = { channels: { orderbook_delta: { market_tickers: ["A", "B"] }, trade: {} } };
  connection.publish(`$KV.${GATEWAYS_BUCKET}.${carriesKey(LANE)}`, JSON.stringify(carries));
  const asked: string[] = [];
  const say = (subject: string, value: object) => connection.publish(subject, JSON.stringify(value));
  const book = (ticker: string, size: string) =>
    say(snapshotSubject(LANE, "orderbook_delta", ticker), {
      type: "orderbook_snapshot",
      msg: { market_ticker: ticker, yes_dollars_fp: [["0.5000", size]], no_dollars_fp: [] },
    });
  connection.subscribe(askSubject(LANE), {
    callback: (_, msg) => {
      const { tickers } = msg.json<Ask>();
      asked.push(...tickers);
      for (const ticker of tickers) book(ticker, "1.00");
      msg.respond(JSON.stringify({ seq: 1, coming: tickers }));
    },
  });
  let epoch = 1;
  const beat = (more: Partial<Beat> = {}) =>
    say(beatSubject(LANE), { gateway: "g", epoch, seq: 1, upstream: "open", atMs: 0, ...more });
  return {
    asked,
    beat,
    book,
    delta: (ticker: string, delta: string) =>
      say(frameSubject(LANE, "orderbook_delta", ticker), {
        type: "orderbook_delta",
        msg: { market_ticker: ticker, price_dollars: "0.5000", delta_fp: delta, side: "yes", ts_ms: 1 },
      }),
    trade: (id: string) =>
      say(frameSubject(LANE, "trade", "A"), { type: "trade", msg: { market_ticker: "A", trade_id: id } }),
    mark: (channel: string, marker: object) => say(markerSubject(LANE, channel), marker),
    takeover: () => epoch = 2,
    /** NATS loses the lane, and it is made anew. */
    async lose() {
      await manager.streams.delete(laneStream(LANE));
      await manager.streams.add({ name: laneStream(LANE), subjects: [`${laneSubject(LANE)}.>`] });
    },
    raw: (subject: string, text: string) => connection.publish(subject, text),
  };
}

/** Gives signs of life until something has happened. */
const untilBeaten = (lane: { beat(): void }, condition: () => boolean) =>
  until(() => {
    lane.beat();
    return condition();
  });

const times = { missedFromMs: 1, missedToMs: 2 };

natsTest("every marker of a gateway becomes what a stream would say", async () => {
  await using server = await startNats();
  const connection = await server.connect();
  const lane = await writeLane(connection);
  const errors: unknown[] = [];
  const beaten = async <T>(work: Promise<T>): Promise<T> => {
    let isDone = false;
    void work.finally(() => isDone = true).catch(() => {});
    await untilBeaten(lane, () => isDone);
    return await work;
  };
  const connect = async (options: Partial<NatsFeedOptions>) =>
    await beaten(NatsFeed.connect({ connection: await server.connect(), config, ...options }));
  await using feed = await connect({ onError: (error) => errors.push(error) });
  const items: string[] = [];
  const trades = await feed.on("trade", (item) =>
    items.push(
      item.type === "trade"
        ? item.msg.trade_id ?? ""
        : item.type === "gap"
        ? `gap ${item.reason} ${item.missed}`
        : item.type,
    ));
  const books = await feed.orderBooks(["A", "B"]);
  const [a, b] = [books.get("A"), books.get("B")];

  // Frames that were counted: their number, and what follows.
  lane.trade("1");
  lane.mark("trade", { type: "gap", missed: 3, reason: "full", ...times });
  lane.trade("2");
  await untilBeaten(lane, () => items.length === 3);
  assertEquals(items, ["1", "gap sequence 3", "2"]);

  // Nobody knows how many: the subscription is made anew.
  lane.mark("trade", { type: "gap", reason: "unreadable", ...times } satisfies GatewayMarker);
  await untilBeaten(lane, () => items.includes("gap ended undefined"));

  // One book is wrong: it is not live before a whole one has come.
  lane.delta("A", "2.00");
  await untilBeaten(lane, () => a?.sizeAt("bid", 5_000) === 300);
  const before = lane.asked.length;
  lane.mark("orderbook_delta", { type: "gap", reason: "book", market: "A", ...times });
  lane.delta("A", "7.00");
  lane.book("A", "5.00");
  await untilBeaten(lane, () => lane.asked.length > before && a?.state === "live" && b?.state === "live");
  assertEquals([a?.sizeAt("bid", 5_000), b?.sizeAt("bid", 5_000)], [500, 100]);

  // Another leads, and says nothing of trades: they are subscribed to anew all the same.
  const ended = items.filter((item) => item === "gap ended undefined").length;
  lane.takeover();
  lane.mark("orderbook_delta", { type: "takeover", epoch: 2, gateway: "h", ...times });
  await untilBeaten(lane, () => items.filter((item) => item === "gap ended undefined").length > ended);

  // Signs of whoever led before count no more, and what is none is told.
  lane.beat({ epoch: 1, upstream: "lost" });
  lane.raw(beatSubject(LANE), "no sign");
  await untilBeaten(lane, () => errors.length > 0);
  assertEquals(feed.state, "open");

  // Kalshi is lost, and back.
  lane.mark("trade", { type: "disconnected", missedFromMs: 1 });
  await until(() => feed.state !== "open");
  lane.mark("trade", { type: "reconnected", ...times });
  await untilBeaten(lane, () => feed.state === "open" && items.at(-1) === "reconnected");

  // NATS has lost all of it: numbers begin anew, and what was read from the past goes on with the first.
  const past = await connect({ start: { sequence: 1 } });
  const ids: string[] = [];
  await beaten(past.on("trade", (item) => item.type === "trade" && ids.push(item.msg.trade_id ?? "")));
  await untilBeaten(lane, () => ids.length === 2);
  await lane.lose();
  lane.trade("3");
  lane.beat({ seq: 0 });
  await untilBeaten(lane, () => ids.includes("3"));
  assertEquals(ids, ["1", "2", "3"]);
  await past.close();
  items.length = 0;
  await until(() => {
    lane.beat();
    lane.trade("4");
    lane.delta("B", "1.00");
    return items.includes("4") && a?.state === "live" && b?.state === "live";
  });

  // A channel that is no longer carried ends with what to do.
  lane.raw(`$KV.${GATEWAYS_BUCKET}.${carriesKey(LANE)}`, JSON.stringify({ channels: {} }));
  lane.mark("trade", { type: "ended" });
  await untilBeaten(lane, () => trades.ended);
  await assertRejects(() => feed.subscribe("trade"), KalshiStreamError, "carries no channel");
});
