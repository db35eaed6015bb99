/** What a gateway publishes of a real stream on a real server of NATS. */
import { jetstreamManager } from "@nats-io/jetstream";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { KalshiNatsError } from "../../src/nats/mod.ts";
import { laneStream, stripFrame } from "../../src/nats/protocol.ts";
import type { KalshiStream } from "../../src/stream/mod.ts";
import { streamProducts } from "../stream/support/products.ts";
import { until } from "../support/until.ts";
import { areBooksRight, type LaneReader, type Started, startGatewayBed } from "./support/gateway_bed.ts";
import { startHeldLine } from "./support/held_line.ts";
import { natsTest } from "./support/server.ts";

for (const product of streamProducts) {
  natsTest(
    `${product.name}: every frame is in the lane once and in order, and its books equal the exchange's`,
    async () => {
      await using bed = await startGatewayBed(product);
      await using one = await bed.start();
      const texts: string[] = [];
      one.stream.tap((text) => texts.push(text));
      const [lane] = one.gateway.stats().lanes;
      assertEquals(lane?.stream, `KALSHI_LOOPBACK_${product.name === "perps" ? "PERPS" : "EVENTS"}`);
      await until(() => one.gateway.stats().lanes[0]?.state === "leading");
      texts.length = 0;
      const reader = await bed.read();
      await bed.stepUntil(() => reader.messages.length > 300);
      await until(() => areBooksRight(bed, reader));
      const told = reader.messages.filter(({ kind }) => kind === "frame").map(({ text }) => text);
      const came = texts.map((text) => stripFrame(text) ?? "")
        .filter((text) => /^{"type":"(orderbook_delta|trade)"/.test(text));
      assertEquals(told.slice(-came.length), came);
      assertEquals(reader.messages.map(({ seq }) => seq), reader.messages.map((_, index) => index + 1));
      assertEquals(reader.markers().map(({ type }) => type), ["takeover", "takeover"]);
      assert(reader.messages.some(({ kind }) => kind === "snapshot"));
      assertEquals(one.errors, []);
      await until(() => one.gateway.stats().lanes[0]?.waiting === 0);
      assertEquals(one.gateway.stats().lanes[0]?.published, reader.messages.length);
    },
  );
}

const isLeading = (one: Started) => one.gateway.stats().lanes.every(({ state }) => state === "leading");
const types = (reader: LaneReader, channel = "orderbook_delta") =>
  reader.markers(channel).map(({ type }) => type);
const frames = (reader: LaneReader) =>
  reader.messages.filter(({ kind }) => kind === "frame").map(({ text }) => text);

/** What a stream of one's own gets of the same channels, as it travels. */
function tapped(stream: KalshiStream): string[] {
  const texts: string[] = [];
  stream.tap((text) => {
    const stripped = stripFrame(text);
    if (stripped !== undefined && /^{"type":"(orderbook_delta|trade)"/.test(stripped)) texts.push(stripped);
  });
  return texts;
}

natsTest(
  "a server that is killed and started again loses nothing, stores nothing twice, and needs no marker",
  async () => {
    await using bed = await startGatewayBed();
    await using one = await bed.start();
    await until(() => isLeading(one));
    const came = tapped(one.stream);
    const enough = (count: number) => bed.stepUntil(() => came.length > count);
    await enough(50);
    for (let round = 1; round <= 3; round++) {
      const { length } = came;
      // In the middle of a flood.
      await enough(length + 20);
      await bed.server.kill();
      await enough(length + 120);
      await bed.server.start();
      await enough(length + 160);
    }
    await until(() => one.gateway.stats().lanes[0]?.waiting === 0);
    const reader = await bed.read();
    await until(() => frames(reader).at(-1) === came.at(-1));
    assertEquals(frames(reader).slice(-came.length), came);
    assertEquals(reader.messages.map(({ seq }) => seq), reader.messages.map((_, index) => index + 1));
    assertEquals(types(reader), ["takeover"]);
    await until(() => areBooksRight(bed, reader));
    assertEquals(one.gateway.stats().lanes[0]?.dropped, 0);
  },
);

natsTest(
  "a server that is away for too long costs frames, which are counted and told, and books heal",
  async () => {
    await using bed = await startGatewayBed();
    await using one = await bed.start({ queueFrames: 100 });
    await until(() => isLeading(one));
    const reader = await bed.read();
    await bed.stepUntil(() => frames(reader).length > 50);
    bed.server.freeze();
    await bed.stepUntil(() => (one.gateway.stats().lanes[0]?.dropped ?? 0) > 200);
    assert(
      one.errors.some((error) => error instanceof KalshiNatsError && error.message.includes("at most 100")),
    );
    bed.server.thaw();
    await until(() => types(reader).includes("gap"));
    await until(() => areBooksRight(bed, reader));
    const missed = reader.markers().map((marker) =>
      marker.type === "gap" ? [marker.reason, marker.missed] : []
    );
    const dropped = one.gateway.stats().lanes[0]?.dropped;
    assertEquals(missed.reduce((sum, [, count]) => sum + Number(count ?? 0), 0), dropped);
    assertEquals(missed.flatMap(([reason]) => reason ?? []).filter((reason) => reason !== "full"), []);
    assertEquals(reader.messages.map(({ seq }) => seq), reader.messages.map((_, index) => index + 1));
  },
);

for (const product of streamProducts) {
  natsTest(
    `${product.name}: when Kalshi is lost, and when frames are, markers stand in the lane, and the books heal`,
    async () => {
      await using bed = await startGatewayBed(product);
      await using one = await bed.start();
      await until(() => isLeading(one));
      const reader = await bed.read();
      await bed.stepUntil(() => frames(reader).length > 50);
      product.local.sockets(bed.exchange).restart();
      await until(() => types(reader).length === 3 && types(reader, "trade").length === 3);
      for (const channel of ["orderbook_delta", "trade"]) {
        assertEquals(types(reader, channel), ["takeover", "disconnected", "reconnected"]);
      }
      await until(() => areBooksRight(bed, reader));
      product.local.sockets(bed.exchange).fail({ fault: "drop", channel: "orderbook_delta", times: 3 });
      await bed.stepUntil(() => types(reader).length > 3);
      const [gap] = reader.markers("orderbook_delta").slice(3);
      assert(gap?.type === "gap");
      assertEquals([gap.reason, gap.missed], ["sequence", 3]);
      await until(() => areBooksRight(bed, reader));
      assertEquals(types(reader, "trade").length, 3);
    },
  );
}

natsTest(
  "a gateway that is gone is succeeded by the other: one marker, a new epoch, and right books",
  async () => {
    await using bed = await startGatewayBed();
    await using one = await bed.start();
    await until(() => isLeading(one));
    await using two = await bed.start();
    const reader = await bed.read();
    await bed.stepUntil(() => frames(reader).length > 50);
    assertEquals(two.gateway.stats().lanes[0]?.state, "standby");
    // Its connection ends as that of a process that is killed does: nothing is given back.
    await one.connection.close();
    await bed.stepUntil(() => isLeading(two));
    await assertRejects(() => one.gateway.closed, KalshiNatsError, "The connection to NATS was closed");
    await bed.stepUntil(() => types(reader).length === 2);
    await until(() => areBooksRight(bed, reader));
    const epochs = reader.markers("trade").map((marker) => marker.type === "takeover" ? marker.epoch : 0);
    assertEquals(epochs.length, 2);
    assert(Number(epochs[0]) < Number(epochs[1]));
    assertEquals(reader.messages.map(({ seq }) => seq), reader.messages.map((_, index) => index + 1));
    // One that leaves in order publishes what it has, and is succeeded at once.
    await using three = await bed.start();
    await two.gateway.close();
    assertEquals(await two.gateway.closed, undefined);
    await until(() => isLeading(three));
    await until(() => areBooksRight(bed, reader));
    assertEquals(types(reader), ["takeover", "takeover", "takeover"]);
  },
);

natsTest("whoever led and does not know that it is over cannot write", async () => {
  await using bed = await startGatewayBed();
  await using line = await startHeldLine(bed.server.port);
  const connection = await bed.server.connect({ servers: `127.0.0.1:${line.port}` });
  await using one = await bed.start({ connection });
  await until(() => isLeading(one));
  await using two = await bed.start();
  const came = tapped(two.stream);
  const reader = await bed.read();
  await bed.stepUntil(() => frames(reader).length > 50);
  // It hears nothing of NATS for a while, and what it sends arrives late.
  line.hold();
  await bed.stepUntil(() => isLeading(two));
  await until(() => areBooksRight(bed, reader));
  const before = reader.messages.length;
  line.release();
  await until(() => !isLeading(one));
  await bed.stepUntil(() => reader.messages.length > before + 100);
  await until(() => areBooksRight(bed, reader));
  assertEquals(types(reader), ["takeover", "takeover"]);
  await until(() => frames(reader).at(-1) === came.at(-1));
  const { seq = 0 } = reader.messages.findLast(({ kind }) => kind === "marker") ?? {};
  const since = reader.messages.filter((message) => message.kind === "frame" && message.seq > seq);
  assertEquals(since.map(({ text }) => text), came.slice(-since.length));
  assertEquals(isLeading(two), true);
});

natsTest("a stream that NATS has lost begins anew, with a marker and whole books", async () => {
  await using bed = await startGatewayBed();
  await using one = await bed.start();
  await until(() => isLeading(one));
  await bed.stepUntil(() => (one.gateway.stats().lanes[0]?.published ?? 0) > 100);
  const manager = await jetstreamManager(await bed.server.connect());
  await manager.streams.delete(laneStream(bed.lane));
  await bed.stepUntil(() => one.errors.some((error) => String(error).includes("NATS has lost")));
  const reader = await bed.read();
  await until(() => areBooksRight(bed, reader));
  const [first] = reader.markers("orderbook_delta");
  assert(first?.type === "gap" && first.reason === "store");
  assertEquals(reader.messages.map(({ seq }) => seq), reader.messages.map((_, index) => index + 1));
  assertEquals(reader.messages[0]?.kind, "marker");
  assertEquals(isLeading(one), true);
});

natsTest("a stream that takes nothing is told, and tried again without haste", async () => {
  await using bed = await startGatewayBed();
  await using one = await bed.start({ queueFrames: 100 });
  await until(() => isLeading(one));
  const manager = await jetstreamManager(await bed.server.connect());
  const name = laneStream(bed.lane);
  const { config } = await manager.streams.info(name);
  await manager.streams.update(name, { ...config, max_msg_size: 10 });
  await bed.stepUntil(() =>
    one.errors.some((error) => String(error).includes("does not take what is published"))
  );
  await manager.streams.update(name, { ...config, max_msg_size: -1 });
  const reader = await bed.read();
  await until(() => areBooksRight(bed, reader));
  assert((one.gateway.stats().lanes[0]?.resent ?? 0) < 2_000);
});
