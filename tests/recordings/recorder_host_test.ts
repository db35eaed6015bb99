/** What a recorder writes, of real sockets of a local exchange, and what is missing in it. */
import { assert, assertEquals } from "@std/assert";
import { statSync } from "node:fs";
import { join } from "node:path";
import { openRecording } from "../../src/recordings/mod.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import { streamProducts } from "../stream/support/products.ts";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";
import { assertBooks, ofKind, readAll, replayed, settled, startBed } from "./support/bed.ts";

for (const product of streamProducts) {
  test(`${product.name}: every frame is recorded as it came, with when it came, and the books of it equal the exchange's`, async () => {
    await using bed = await startBed({}, product);
    const texts: string[] = [];
    bed.stream.tap((text) => texts.push(text));
    // wall clock: what is recorded of it is looked at, and not waited for
    const before = Date.now();
    const recorder = await bed.record();
    await bed.stepUntil(() => recorder.stats().frames >= 200);
    // What the exchange has sent is all there.
    await settled(bed, recorder);
    await recorder.close();
    // wall clock: the same
    const after = Date.now();

    const items = await readAll(bed.folder.path);
    const frames = ofKind(items, "frame");
    // Whatever comes for the unsubscribing is no longer recorded.
    assertEquals(frames.map(({ text }) => text), texts.slice(0, frames.length));
    assert(frames.length > 50, `${frames.length}`);
    for (const { text, frame, atMs } of frames) {
      assertEquals(frame, JSON.parse(text));
      assert(atMs >= before && atMs <= after);
    }
    const times = items.map(({ us }) => us);
    assertEquals(times, times.toSorted((one, other) => one - other));
    assertEquals(ofKind(items, "damaged"), []);
    assertEquals(ofKind(items, "end").map(({ reason }) => reason), ["closed"]);
    assertEquals(bed.errors, []);
    await assertBooks(bed, await replayed(bed.folder.path, product));
  });
}

test("the first line says what was recorded with what, and nothing in the files is secret", async () => {
  await using bed = await startBed();
  const recorder = await bed.record({
    channels: ["ticker", "trade"],
    params: { ticker: { send_initial_snapshot: true } },
  });
  const [signature = ""] = bed.signatures;
  bed.exchange.sockets.send(JSON.stringify({ type: "error", msg: { code: 9, msg: `signed ${signature}` } }));
  bed.exchange.sockets.send(`no JSON, ${signature}`);
  await bed.stepUntil(() => recorder.stats().frames > 0 && recorder.stats().gaps > 0);
  await recorder.close();
  assert(bed.errors.length > 0);
  const [header] = ofKind(await readAll(bed.folder.path), "start");
  assertEquals({ ...header?.header, session: "", startedAtMs: 0 }, {
    format: "kalshi-recording",
    version: 1,
    session: "",
    part: 1,
    startedAtMs: 0,
    sdk: "@unofficial/kalshi 0.1.0",
    environment: "loopback",
    host: new URL(bed.exchange.wsBaseUrl).origin,
    tickers: [...bed.tickers],
    channels: {
      ticker: { market_tickers: [...bed.tickers], send_initial_snapshot: true },
      trade: { market_tickers: [...bed.tickers] },
    },
  });
  const everything = bed.folder.lines.join("\n");
  for (const secret of [signature, bed.account.keyId, "PRIVATE KEY", "SIGNATURE"]) {
    assertEquals(everything.includes(secret), false, secret);
  }
  assert(everything.includes("[redacted]"));
  for (const line of bed.folder.lines) assertEquals(typeof JSON.parse(line).atMs, "number");
});

test("a lost frame is a line before the frame that shows it, and the books heal by a snapshot that is asked for", async () => {
  await using bed = await startBed();
  const recorder = await bed.record();
  bed.exchange.sockets.fail({ fault: "drop", channel: "orderbook_delta", times: 3 });
  await bed.stepUntil(() => recorder.stats().gaps > 0);
  const snapshots = () => bed.folder.lines.filter((line) => line.includes('"orderbook_snapshot"')).length;
  await until(() => snapshots() >= 2 * bed.tickers.length);
  await recorder.close();
  const items = await readAll(bed.folder.path);
  const at = items.findIndex(({ kind }) => kind === "gap");
  const [gap] = ofKind(items, "gap");
  assertEquals([gap?.channel, gap?.reason, gap?.missed], ["orderbook_delta", "sequence", 3]);
  const shown = items[at + 1];
  const last = ofKind(items.slice(0, at), "frame").findLast(({ channel }) => channel === "orderbook_delta");
  assert(shown?.kind === "frame" && shown.frame.seq === (last?.frame.seq ?? 0) + 4);
  await assertBooks(bed, await replayed(bed.folder.path));
});

test("what is no frame is kept as text, and is a loss", async () => {
  await using bed = await startBed();
  const recorder = await bed.record();
  bed.exchange.sockets.fail({ fault: "truncate", channel: "orderbook_delta" });
  await bed.stepUntil(() => recorder.stats().gaps >= 2);
  bed.exchange.sockets.send('{"type":"news",\n"msg":{}}');
  await until(() => bed.folder.lines.some((line) => line.includes("news")));
  await recorder.close();
  const texts = ofKind(await readAll(bed.folder.path), "text");
  assert(texts[0]?.text.startsWith('{"type":"orderbook_delta"'));
  assertEquals(texts[1]?.text, '{"type":"news",\n"msg":{}}');
});

test("a lost connection and its return are lines, and the books are those of the new one", async () => {
  await using bed = await startBed();
  const recorder = await bed.record();
  bed.exchange.step(5);
  for (let restart = 1; restart <= 5; restart++) {
    bed.exchange.sockets.restart();
    bed.exchange.step(3);
    await until(() => recorder.stats().reconnects === 2 * restart);
    bed.exchange.step(3);
  }
  await settled(bed, recorder);
  await recorder.close();
  const items = await readAll(bed.folder.path);
  const states = ofKind(items, "status").map(({ state }) => state);
  assertEquals(states.filter((state) => state === "open").length, 6);
  assertEquals(states.filter((state) => state === "reconnecting").length, 5);
  assert(ofKind(items, "status").some(({ cause }) => cause?.startsWith("The WebSocket closed with code")));
  assertEquals(ofKind(items, "reconnected").map(({ channel }) => channel).sort(), [
    ...Array(5).fill("orderbook_delta"),
    ...Array(5).fill("trade"),
  ]);
  await assertBooks(bed, await replayed(bed.folder.path));
});

test("files are rotated by size, say what the one before them holds, and each can be replayed by itself", async () => {
  await using bed = await startBed();
  const recorder = await bed.record({ rotateBytes: 4_096 });
  const snapshots = () => bed.folder.lines.filter((line) => line.includes('"orderbook_snapshot"')).length;
  await bed.stepUntil(() => recorder.stats().files >= 4);
  const had = snapshots();
  await until(() => snapshots() >= had + bed.tickers.length);
  await recorder.close();
  const { names } = bed.folder;
  assertEquals(names.map((name) => Number(name.slice(0, 6))), names.map((_, index) => index + 1));
  const recording = await openRecording(bed.folder.path);
  const items = await readAll(bed.folder.path);
  for (const [index, { header, name }] of recording.files.entries()) {
    assertEquals(header?.part, index + 1);
    const own = items.filter(({ file }) => file === name);
    const { previous } = recording.files[index + 1]?.header ?? {};
    if (previous === undefined) continue;
    assertEquals(previous, {
      file: name,
      lines: own.length,
      frames: ofKind(own, "end")[0]?.frames ?? -1,
      fromMs: Math.min(...own.map(({ atMs }) => atMs)),
      toMs: Math.max(...own.map(({ atMs }) => atMs)),
    });
    assertEquals(own.at(-1)?.kind, "end");
  }
  assertEquals(
    ofKind(items, "start").map(({ isSession }) => isSession),
    names.map((_, index) => index === 0),
  );
  assertEquals(ofKind(items, "damaged"), []);
});

test("files are rotated by age, lines wait for flushMs, and a new file is begun with snapshots", async () => {
  await using bed = await startBed();
  const clock = new ManualClock();
  const recorder = await bed.record({ clock, rotateMs: 60_000, flushMs: 200 });
  const more = () => {
    const { frames } = recorder.stats();
    return bed.stepUntil(() => recorder.stats().frames > frames + 10);
  };
  await more();
  assertEquals(recorder.stats().written, 0);
  const flushed = () =>
    until(async () => {
      await clock.advance(10);
      return recorder.stats().written === recorder.stats().frames;
    });
  await flushed();
  await clock.advance(30_000);
  await more();
  await flushed();
  assertEquals(recorder.stats().files, 1);
  await clock.advance(60_000);
  await more();
  await flushed();
  assertEquals(recorder.stats().files, 2);
  await until(async () => {
    await clock.advance(10);
    const snapshots = bed.folder.lines.filter((line) => line.includes('"orderbook_snapshot"'));
    return snapshots.length >= 2 * bed.tickers.length;
  });
  await recorder.close();
  const starts = ofKind(await readAll(bed.folder.path), "start");
  assertEquals(starts.map(({ header, us }) => [header.part, us >= 60_000_000]), [[1, false], [2, true]]);
  const later = ofKind(await readAll(bed.folder.path), "frame").filter(({ file }) =>
    file === starts[1]?.file
  );
  assertEquals(
    new Set(later.filter(({ frame }) => frame.type === "orderbook_snapshot").map(({ ticker }) => ticker))
      .size,
    bed.tickers.length,
  );
});

test("a private channel is recorded when it is asked for, in files for nobody else, and never without", async () => {
  await using bed = await startBed();
  await bed.stream.fills();
  const [ticker = ""] = bed.tickers;
  const buy = async () => {
    const market = await bed.client.markets.get(ticker);
    await bed.client.orders.create({
      ticker,
      side: "bid",
      count: "1.00",
      price: market.yes_ask_dollars,
      time_in_force: "good_till_canceled",
      self_trade_prevention_type: "taker_at_cross",
    });
  };
  const modeOf = (name = "") => statSync(join(bed.folder.path, name)).mode & 0o077;
  const first = await bed.record();
  await buy();
  await until(() => bed.folder.lines.some((line) => line.includes('"type":"trade"')));
  await first.close();
  assertEquals(bed.folder.lines.some((line) => line.includes('"type":"fill"')), false);
  assert(modeOf(bed.folder.names[0]) !== 0);

  const second = await bed.record({ channels: ["fill", "user_orders"] });
  await buy();
  await until(() => bed.folder.lines.some((line) => line.includes('"type":"fill"')));
  await second.close();
  assertEquals(modeOf(bed.folder.names[1]), 0);
  const frames = ofKind(await readAll(bed.folder.path, { channels: ["fill"] }), "frame");
  assertEquals(frames.map(({ ticker, frame }) => [ticker, frame.type]), [[ticker, "fill"]]);
});

test("a stream that somebody else reads is recorded with its snapshots, and goes on afterwards", async () => {
  await using bed = await startBed();
  const books = await bed.stream.orderBooks(bed.tickers);
  const recorder = await bed.record({ channels: ["orderbook_delta"] });
  const snapshots = () => bed.folder.lines.filter((line) => line.includes('"orderbook_snapshot"')).length;
  await until(() => snapshots() >= bed.tickers.length);
  await settled(bed, recorder);
  await recorder.close();
  await assertBooks(bed, await replayed(bed.folder.path));
  assertEquals([...books.values()].map(({ state }) => state), bed.tickers.map(() => "live"));
});
