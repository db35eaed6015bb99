/** A recording in tables of Parquet: the same items as in lines, whatever is picked of them, and whole or not there. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { KalshiAbortError, KalshiConfigError } from "../../mod.ts";
import {
  exportParquet,
  KalshiRecordingError,
  openRecording,
  type ReadOptions,
  type RecordedItem,
} from "../../src/recordings/mod.ts";
import { nameOf } from "../../src/recordings/format.ts";
import { Background } from "../../src/recordings/parquet/background.ts";
import { highestIn } from "../../src/recordings/parquet/layout.ts";
import { loadNodeFiles } from "../../src/tables/node_files.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import { until } from "../support/until.ts";
import { TableReader } from "../../src/tables/mod.ts";
import { test } from "../support/test.ts";
import { assertBooks, Folder, ofKind, readAll, replayed, settled, startBed } from "./support/bed.ts";
import { BEGUN, end, event, fileOf, frame, header, type Line, placeOf, trade } from "./support/write.ts";

/** The tables in a folder, with slashes, in order. */
const tablesIn = (dir: string): string[] =>
  readdirSync(dir, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".parquet"))
    .map((name) => name.replaceAll("\\", "/"))
    .sort();

/** The rows of a table. */
async function rowsIn(path: string, columns: readonly string[]): Promise<unknown[][]> {
  const table = await TableReader.open(path);
  const rows: unknown[][] = [];
  for (let group = 0; group < table.groups; group++) {
    const values = await table.read(group, columns);
    for (let row = 0; row < table.rowsOf(group); row++) rows.push(values.map((cells) => cells[row]));
  }
  await table.close();
  return rows;
}

async function exported(from: string, to: string): Promise<void> {
  await exportParquet(await openRecording(from), { dir: to });
}

test("a recording with gaps, reconnects and markets reads from its tables as it reads from its lines", async () => {
  await using bed = await startBed();
  using tables = new Folder();
  const recorder = await bed.record({
    channels: ["orderbook_delta", "trade", "ticker", "fill", "user_orders", "market_lifecycle_v2"],
    params: { market_lifecycle_v2: {} },
    lookup: bed.client,
    rotateBytes: 8_192,
  });
  await bed.stepUntil(() => recorder.stats().files >= 2);
  bed.exchange.sockets.fail({ fault: "drop", channel: "orderbook_delta", times: 3 });
  await bed.stepUntil(() => recorder.stats().gaps > 0);
  bed.exchange.sockets.restart();
  await bed.stepUntil(() => recorder.stats().reconnects > 0);
  const [ticker = ""] = bed.tickers;
  await bed.client.orders.create({
    ticker,
    side: "bid",
    price: "0.9900",
    count: "1.00",
    time_in_force: "immediate_or_cancel",
    self_trade_prevention_type: "taker_at_cross",
  });
  await settled(bed, recorder);
  await recorder.close();

  await exported(bed.folder.path, tables.path);
  const items = await readAll(bed.folder.path);
  assertEquals(await readAll(tables.path), items);
  for (const kind of ["gap", "reconnected", "market", "status", "frame"] as const) {
    assert(ofKind(items, kind).length > 0, kind);
  }
  const picks: ReadOptions[] = [
    { channels: ["trade"] },
    { channels: ["orderbook_delta", "ticker"], tickers: [ticker] },
    { tickers: ["NONE"] },
    { channels: ["none"] },
  ];
  for (const pick of picks) {
    assertEquals(
      await readAll(tables.path, pick),
      await readAll(bed.folder.path, pick),
      JSON.stringify(pick),
    );
  }
  // Damage apart, whose time is that of what was read before it.
  const times = items.map(({ atMs }) => atMs);
  const middle = times[times.length >> 1] ?? 0;
  const pick = { fromMs: middle, toMs: middle + 200 };
  assertEquals(await readAll(tables.path, pick), await readAll(bed.folder.path, pick));
  await assertBooks(bed, await replayed(tables.path));
  assertEquals(existsSync(join(tables.path, "day=1970-01-01")), false);
});

const TICKERS = ["A-1", "B-2", "C-3"];
const snapshot = (atMs: number, ticker: string, seq: number): Line =>
  frame(atMs, {
    type: "orderbook_snapshot",
    sid: 2,
    seq,
    msg: {
      market_ticker: ticker,
      yes_dollars_fp: [["0.4500", "10.00"], ["0.4600", "2.50"]],
      no_dollars_fp: [["0.5000", "7.00"]],
    },
  });
const delta = (atMs: number, ticker: string, seq: number): Line =>
  frame(atMs, {
    type: "orderbook_delta",
    sid: 2,
    seq,
    msg: {
      market_ticker: ticker,
      price_dollars: "0.4500",
      delta_fp: "-1.25",
      side: "yes",
      ts: "2026-09-21T14:13:20.123Z",
    },
  });
const subscribed = (atMs: number, channel: string, sid: number): Line =>
  frame(atMs, { type: "subscribed", id: sid, msg: { channel, sid } });
const news = (atMs: number, seq: number): Line =>
  frame(atMs, { type: "news", sid: 3, seq, msg: { said: "ä" } });

/** Two files of one session, over midnight, of a channel that is known and one that is not. */
async function writeTwo(dir: string, midnight = 0): Promise<void> {
  const first = [
    header(midnight - 1_000),
    subscribed(midnight - 999, "trade", 1),
    subscribed(midnight - 998, "orderbook_delta", 2),
    subscribed(midnight - 997, "news/of the day", 3),
    ...TICKERS.map((ticker, n) => snapshot(midnight - 900 + n, ticker, n + 1)),
    ...Array.from({ length: 40 }, (_, n) => trade(midnight - 800 + 30 * n, TICKERS[n % 3] ?? "", n + 1)),
    event(midnight + 500, "gap", {
      channel: "trade",
      missed: 2,
      reason: "sequence",
      missedFromMs: 1,
      missedToMs: 2,
    }),
    event(midnight + 501, "novelty", { of: "a later version" }),
    event(midnight + 502, "dropped", { lines: 7, frames: 5, fromMs: BEGUN, toMs: BEGUN + 9 }),
    end(midnight + 503, 43),
  ];
  const previous = {
    file: nameOf(1, BEGUN),
    lines: first.length,
    frames: 43,
    fromMs: BEGUN + midnight - 1_000,
    toMs: BEGUN + midnight + 503,
  };
  const second = [
    header(midnight + 600, 2, { previous }),
    ...Array.from({ length: 20 }, (_, n) => delta(midnight + 601 + n, TICKERS[n % 3] ?? "", n + 4)),
    news(midnight + 700, 1),
    news(midnight + 701, 2),
  ];
  writeFileSync(placeOf(dir, 1), await fileOf([first.slice(0, 3), first.slice(3, 30), first.slice(30)]));
  writeFileSync(placeOf(dir, 2), await fileOf([second]));
}

const untilMidnight = 86_400_000 - BEGUN % 86_400_000;

test("whatever is picked of a recording, its tables give the same as its lines", async () => {
  using lines = new Folder();
  using tables = new Folder();
  await writeTwo(lines.path, untilMidnight);
  await exported(lines.path, tables.path);
  assertEquals(tablesIn(tables.path), [
    "day=2026-09-21/channel=_events/000001.parquet",
    "day=2026-09-21/channel=orderbook_delta/000001.parquet",
    "day=2026-09-21/channel=trade/000001.parquet",
    "day=2026-09-22/channel=_events/000001.parquet",
    "day=2026-09-22/channel=_events/000002.parquet",
    "day=2026-09-22/channel=news%2Fof%20the%20day/000002.parquet",
    "day=2026-09-22/channel=orderbook_delta/000002.parquet",
    "day=2026-09-22/channel=trade/000001.parquet",
  ]);
  const [fromLines, fromTables] = await Promise.all([openRecording(lines.path), openRecording(tables.path)]);
  assertEquals(
    fromTables.files.map(({ name, header }) => ({ name, header })),
    fromLines.files.map(({ name, header }) => ({ name, header })),
  );
  assertEquals(fromTables.files[0]?.fromMs, BEGUN + untilMidnight - 1_000);
  const all = async (recording: typeof fromLines, options: ReadOptions) => {
    const items: RecordedItem[] = [];
    for await (const item of recording.read(options)) items.push(item);
    return items;
  };
  const time = fc.option(fc.integer({ min: untilMidnight - 1_100, max: untilMidnight + 800 }), {
    nil: undefined,
  });
  const some = (names: readonly string[]) =>
    fc.option(fc.subarray([...names], { minLength: 1 }), { nil: undefined });
  await fc.assert(
    fc.asyncProperty(
      time,
      time,
      some(["trade", "orderbook_delta", "news/of the day", "fill"]),
      some([...TICKERS, "NONE"]),
      async (from, to, channels, tickers) => {
        const options = {
          channels,
          tickers,
          fromMs: from && BEGUN + from,
          toMs: to && BEGUN + to,
        };
        const [one, other] = [await all(fromLines, options), await all(fromTables, options)];
        // Where a file ends unfinished is told at the last line that was read of it, which lines do by what was picked.
        // That a file begins which has nothing of the time, lines tell where they do not know better.
        const isTold = ({ kind, atMs }: RecordedItem) =>
          kind !== "damaged" &&
          (kind !== "start" || atMs >= (options.fromMs ?? 0) && atMs < (options.toMs ?? Infinity));
        // Lines that pass over the beginning do not know whose frames of a strange channel are.
        const isKnown = (item: RecordedItem) =>
          from === undefined || item.kind !== "frame" || item.frame.type !== "news";
        const isPlain = (item: RecordedItem) => isTold(item) && isKnown(item);
        assertEquals(other.filter(isPlain), one.filter(isPlain));
        if (from !== undefined || to !== undefined) return;
        assertEquals(
          ofKind(other, "damaged").map(({ reason }) => reason),
          ofKind(one, "damaged").map(({ reason }) => reason),
        );
      },
    ),
    { numRuns: 60 },
  );
});

test("payloads are typed: exact integers, moments, a row for each level of a snapshot", async () => {
  using lines = new Folder();
  using tables = new Folder();
  await writeTwo(lines.path);
  await exported(lines.path, tables.path);
  const day = join(tables.path, "day=2026-09-21");
  const levels = await rowsIn(join(day, "channel=orderbook_delta", "000001.parquet"), [
    "item",
    "received_at",
    "line",
    "type",
    "ticker",
    "seq",
    "side",
    "price_e4",
    "count_e2",
    "delta_e2",
  ]);
  const at = BEGUN - 900;
  assertEquals(levels.slice(0, 4), [
    [4, at, 5, "orderbook_snapshot", "A-1", 1n, "yes", 4_500n, 1_000n, null],
    [4, at, 5, "orderbook_snapshot", "A-1", 1n, "yes", 4_600n, 250n, null],
    [4, at, 5, "orderbook_snapshot", "A-1", 1n, "no", 5_000n, 700n, null],
    [5, at + 1, 6, "orderbook_snapshot", "B-2", 2n, "yes", 4_500n, 1_000n, null],
  ]);
  const [change] = await rowsIn(join(day, "channel=orderbook_delta", "000002.parquet"), [
    "type",
    "side",
    "price_e4",
    "count_e2",
    "delta_e2",
    "happened_at",
    "us",
  ]);
  assertEquals(change, [
    "orderbook_delta",
    "yes",
    4_500n,
    null,
    -125n,
    Date.parse("2026-09-21T14:13:20.123Z"),
    601_000n,
  ]);
  const events = await rowsIn(join(day, "channel=_events", "000001.parquet"), [
    "kind",
    "of_channel",
    "reason",
    "missed",
    "missed_from",
  ]);
  assertEquals(events.map(([kind]) => kind), [
    "start",
    "frame",
    "frame",
    "frame",
    "gap",
    "other",
    "dropped",
    "end",
  ]);
  assertEquals(events[4], ["gap", "trade", "sequence", 2n, 1]);
  assertEquals(events[6], ["dropped", null, null, 5n, BEGUN]);
  const ends = await rowsIn(join(day, "channel=_events", "000002.parquet"), ["kind", "reason"]);
  assertEquals(ends, [["start", null], ["damaged", "unfinished"]]);
});

test("an export that was aborted is gone on with, and one that is done writes nothing", async () => {
  using lines = new Folder();
  using tables = new Folder();
  await writeTwo(lines.path);
  const recording = await openRecording(lines.path);
  const told: string[] = [];
  const aborting = new AbortController();
  await assertRejects(
    () =>
      exportParquet(recording, {
        dir: tables.path,
        signal: aborting.signal,
        onProgress({ filesDone, files, rows, bytesDone, bytes }) {
          told.push(`${filesDone} of ${files}, ${rows} rows, ${bytesDone <= bytes}`);
          if (filesDone === 1) aborting.abort();
        },
      }),
    KalshiAbortError,
  );
  assertEquals(told.at(-1), "1 of 2, 57 rows, true");
  const before = tablesIn(tables.path);
  assert(before.every((name) => name.endsWith("000001.parquet")) && before.length > 0);
  // What a process that was killed left.
  writeFileSync(
    join(tables.path, "day=2026-09-21", "channel=orderbook_delta", "000002.parquet.part"),
    "half",
  );
  // Whole, of another day of the same attempt, and without its manifest.
  using attempt = new Folder();
  await exported(lines.path, attempt.path);
  const table = join("day=2026-09-21", "channel=orderbook_delta", "000002.parquet");
  copyFileSync(join(attempt.path, table), join(tables.path, table));
  assertEquals((await openRecording(tables.path)).files.length, 1);
  const first = await exportParquet(recording, { dir: tables.path });
  assertEquals([first.files, first.skipped, first.left], [1, 1, undefined]);
  assertEquals(await readAll(tables.path), await readAll(lines.path));
  const names = readdirSync(tables.path, { recursive: true, encoding: "utf8" });
  assertEquals(names.filter((name) => /\.(part|lock)$/.test(name)), []);
  const again = await exportParquet(recording, { dir: tables.path });
  assertEquals([again.files, again.skipped, again.rows, again.bytes], [0, 2, 0, 0]);
});

test("lines and tables in one folder are one recording, and so are tables whose lines are gone in part", async () => {
  using lines = new Folder();
  await writeTwo(lines.path);
  const before = await readAll(lines.path);
  await exported(lines.path, lines.path);
  assertEquals(await readAll(lines.path), before);
  rmSync(placeOf(lines.path, 1));
  assertEquals(await readAll(lines.path), before);
  rmSync(placeOf(lines.path, 2));
  assertEquals(await readAll(lines.path), before);
  await assertRejects(
    async () => await exportParquet(await openRecording(lines.path), { dir: lines.path }),
    KalshiConfigError,
    "is in Parquet already",
  );
});

test("what is still being recorded is left for later, and its folder is nobody else's", async () => {
  await using bed = await startBed();
  using tables = new Folder();
  const recorder = await bed.record({ rotateBytes: 8_192 });
  await bed.stepUntil(() => recorder.stats().files >= 2);
  const recording = await openRecording(bed.folder.path);
  const { left, files } = await exportParquet(recording, { dir: tables.path });
  assertEquals([left, files], [recording.files.at(-1)?.name, recording.files.length - 1]);
  await assertRejects(
    () => exportParquet(recording, { dir: bed.folder.path }),
    KalshiRecordingError,
    "is being written into by process",
  );
  await settled(bed, recorder);
  await recorder.close();
  await exported(bed.folder.path, tables.path);
  assertEquals(await readAll(tables.path), await readAll(bed.folder.path));
});

test("what does not fit is refused, and what is damaged is told and costs itself alone", async () => {
  using lines = new Folder();
  using others = new Folder();
  using tables = new Folder();
  await writeTwo(lines.path);
  await exported(lines.path, tables.path);
  writeFileSync(join(others.path, "000001-20200101T000000Z.jsonl.gz"), await fileOf([[header(0), end(1)]]));
  await assertRejects(() => exported(others.path, tables.path), KalshiRecordingError, "Give another folder");
  await assertRejects(
    () => exportParquet("dir" as never, { dir: "x" }),
    KalshiConfigError,
    "what openRecording gives",
  );
  const recording = await openRecording(lines.path);
  await assertRejects(() => exportParquet(recording, {} as never), KalshiConfigError, "dir");

  const day = join(tables.path, "day=2026-09-21");
  const place = join(day, "channel=trade", "000001.parquet");
  truncateSync(place, statSync(place).size >> 1);
  rmSync(join(day, "channel=orderbook_delta", "000002.parquet"));
  const items = await readAll(tables.path);
  const damage = ofKind(items, "damaged").filter(({ reason }) => reason === "unreadable");
  assertEquals(damage.map(({ file }) => file.slice(0, 6)), ["000001", "000002"]);
  assert(damage[0]?.message.includes("channel=trade/000001.parquet"));
  const left = (await readAll(lines.path)).filter((item) =>
    item.kind !== "frame" || item.frame.type !== "trade" && item.frame.type !== "orderbook_delta"
  );
  assertEquals(items.filter((item) => !damage.includes(item as never)), left);
});

const manifestOf = (dir: string, number: number): string =>
  join(dir, "_recording", basename(placeOf(dir, number)).replace(".jsonl.gz", ".json"));

test("a manifest that cannot be read costs its own tables alone, and its lines write it anew", async () => {
  using lines = new Folder();
  using tables = new Folder();
  await writeTwo(lines.path);
  const whole = await readAll(lines.path);
  await exported(lines.path, tables.path);
  for (const number of [1, 2]) {
    const place = manifestOf(tables.path, number);
    truncateSync(place, statSync(place).size >> 1);
    const items = await readAll(tables.path);
    const [damage] = ofKind(items, "damaged").filter(({ message }) => message.includes("_recording"));
    assert(damage !== undefined);
    assert(damage.message.includes("put the manifest back from a copy"), damage.message);
    assertEquals([damage.reason, damage.file], ["unreadable", basename(placeOf(lines.path, number))]);
    assertEquals(items.indexOf(damage), number === 1 ? 0 : items.length - 1);
    assertEquals(
      items.filter((item) => item.kind === "frame"),
      whole.filter((item) => item.kind === "frame" && item.file !== damage.file),
    );
    // Whoever asks for a later time than that hears of it as well, where it may be in there.
    const late = await readAll(tables.path, { fromMs: BEGUN + 5_000 });
    assertEquals(late.filter(({ kind }) => kind === "damaged").length, number - 1);
    const { files, skipped } = await exportParquet(await openRecording(lines.path), { dir: tables.path });
    assertEquals([files, skipped], [1, 1]);
    assertEquals(await readAll(tables.path), whole);
  }
  writeFileSync(
    manifestOf(tables.path, 1),
    JSON.stringify({ format: "kalshi-recording-parquet", version: 2 }),
  );
  await assertRejects(() => openRecording(tables.path), KalshiRecordingError, "a later version");
});

test("tables without their manifest are not written over, and the files of others go on", async () => {
  using lines = new Folder();
  using tables = new Folder();
  await writeTwo(lines.path);
  await exported(lines.path, tables.path);
  const files = await loadNodeFiles();
  rmSync(manifestOf(tables.path, 2));
  assertEquals(await highestIn(files, tables.path), 2);
  const kept = new Map(tablesIn(tables.path).map((name) => [name, readFileSync(join(tables.path, name))]));

  // Other lines, of which one file has a number of those tables.
  using others = new Folder();
  const named = (number: number) => `00000${number}-20200101T000000Z.jsonl.gz`;
  for (const number of [2, 3]) {
    const bytes = await fileOf([[header(0, number, { session: "two" }), trade(1, "A", 1), end(2)]]);
    writeFileSync(join(others.path, named(number)), bytes);
  }
  await assertRejects(() => exported(others.path, tables.path), KalshiRecordingError, "Give another folder");
  truncateSync(manifestOf(tables.path, 1), 9);
  const errors: string[] = [];
  const background = new Background({
    files,
    from: others.path,
    dir: tables.path,
    keepLines: false,
    level: 1,
    clock: new ManualClock(),
    onError: (error) => errors.push(String(error)),
  });
  await background.start();
  await background.close();
  assertEquals([background.done, others.names], [1, [named(2)]]);
  assertEquals(errors.length, 2);
  assert(errors[0]?.includes("is not what was written"), errors[0]);
  assert(errors[1]?.includes("its lines stay"), errors[1]);
  for (const [name, bytes] of kept) assertEquals(readFileSync(join(tables.path, name)), bytes, name);
});

test("what onProgress throws is told, and ends no export", async () => {
  using lines = new Folder();
  using tables = new Folder();
  await writeTwo(lines.path);
  const { error } = console;
  const told: unknown[] = [];
  console.error = (...words: unknown[]) => void told.push(words.map(String).join(" "));
  try {
    const { files } = await exportParquet(await openRecording(lines.path), {
      dir: tables.path,
      onProgress() {
        throw new Error("mine");
      },
    });
    assertEquals(files, 2);
  } finally {
    console.error = error;
  }
  assert(told.includes("A hook threw: Error: mine"), String(told));
});

test("tables have the permissions of the lines that they are of", async () => {
  using lines = new Folder();
  using tables = new Folder();
  await writeTwo(lines.path);
  chmodSync(placeOf(lines.path, 1), 0o600);
  await exported(lines.path, tables.path);
  const manifests = readdirSync(join(tables.path, "_recording")).map((name) => `_recording/${name}`);
  for (const name of [...tablesIn(tables.path), ...manifests]) {
    if (name.includes("000001")) assertEquals(statSync(join(tables.path, name)).mode & 0o777, 0o600, name);
  }
});

test("tables that cannot be written are told, the lines stay, and they are tried again after a minute", async () => {
  using lines = new Folder();
  using tables = new Folder();
  await writeTwo(lines.path);
  const before = await readAll(lines.path);
  const clock = new ManualClock();
  const errors: string[] = [];
  const inTheWay = join(tables.path, "_recording");
  writeFileSync(inTheWay, "a file of this name");
  const background = new Background({
    files: await loadNodeFiles(),
    from: lines.path,
    dir: tables.path,
    keepLines: false,
    level: 1,
    clock,
    onError: (error) => errors.push(String(error)),
  });
  await background.start();
  await until(() => errors.length === 1);
  assert(errors[0]?.includes("000001-20260921T141320Z.jsonl.gz cannot become tables"), errors[0]);
  assertEquals(lines.names.length, 2);
  rmSync(inTheWay);
  await clock.advance(60_000);
  // It lets others have a turn now and then, on the same clock.
  await until(async () => {
    await clock.advance(1);
    return background.done === 2;
  });
  await background.close();
  assertEquals([lines.names, errors.length], [[], 1]);
  assertEquals(await readAll(tables.path), before);
});
