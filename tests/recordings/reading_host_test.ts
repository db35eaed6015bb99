/** What a reader makes of files: whole, cut at every byte, damaged, missing, and of other tools. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { KalshiAbortError, KalshiConfigError } from "../../mod.ts";
import { KalshiRecordingError, openRecording, type RecordedItem } from "../../src/recordings/mod.ts";
import { test } from "../support/test.ts";
import { Folder, ofKind, readAll } from "./support/bed.ts";
import { BEGUN, end, event, fileOf, frame, header, type Line, placeOf, trade } from "./support/write.ts";

const TICKERS = ["A-1", "B-2", "C-3"];

/** A file of some blocks, some of one line and some of many. */
const blocks: readonly (readonly Line[])[] = [
  [header(0)],
  [frame(1, { type: "subscribed", id: 1, msg: { channel: "trade", sid: 1 } })],
  Array.from({ length: 12 }, (_, n) => trade(2 + n, TICKERS[n % 3] ?? "", n + 1)),
  [event(20, "gap", { channel: "trade", missed: 2, reason: "sequence", missedFromMs: 1, missedToMs: 2 })],
  Array.from({ length: 8 }, (_, n) => trade(21 + n, "ÄÖ-€", n + 15)),
  [end(40, 20)],
];
const lines = blocks.flat();

/** What an item says, without where it stands. */
const said = (item: RecordedItem) => item.kind === "frame" ? item.text : item.kind;
const whole = lines.map(({ text }) =>
  /"frame":(.*)\}\n$/.exec(text)?.[1] ?? /"(header|gap|end)"/.exec(text)?.[1]
)
  .map((name) => name === "header" ? "start" : name);

test("a file is read line by line, each with its file and number", async () => {
  using folder = new Folder();
  const place = placeOf(folder.path, 1);
  writeFileSync(place, await fileOf(blocks));
  const items = await readAll(folder.path);
  assertEquals(items.map(said), whole);
  assertEquals(items.map(({ line }) => line), lines.map((_, index) => index + 1));
  assertEquals(items.map(({ atMs }) => atMs - BEGUN), lines.map(({ atMs }) => atMs));
  assert(items.every(({ file }) => file === basename(place)));
});

test("a file that is cut at any byte is read up to its last whole line, and says where it ends", async () => {
  using folder = new Folder();
  const place = placeOf(folder.path, 1);
  const bytes = await fileOf(blocks);
  const counts: number[] = [];
  for (let cut = 0; cut < bytes.length; cut++) {
    writeFileSync(place, bytes.subarray(0, cut));
    const items = await readAll(folder.path);
    const read = items.filter(({ kind }) => kind !== "damaged");
    assertEquals(read.map(said), whole.slice(0, read.length), `${cut}`);
    const damage = ofKind(items, "damaged");
    assert(damage.every(({ reason }) => reason === "torn" || reason === "unfinished"), `${cut}`);
    assertEquals(damage.at(-1)?.reason, "unfinished");
    counts.push(read.length);
  }
  // What stands there already stays, and a block whose end is missing gives the lines that are there.
  assertEquals(counts, counts.toSorted((one, other) => one - other));
  assertEquals(counts.at(-1), lines.length);
  assert(counts.includes(8) && counts.includes(20), "no block was read in part");
});

test("a file that is cut and followed by another one is read to its end, and so is that one", async () => {
  using folder = new Folder();
  const bytes = await fileOf(blocks);
  writeFileSync(placeOf(folder.path, 1), bytes.subarray(0, bytes.length >> 1));
  writeFileSync(placeOf(folder.path, 2), await fileOf([[header(50, 1, { session: "two" })], [end(60)]]));
  const items = await readAll(folder.path);
  assertEquals(items.slice(-3).map(({ kind }) => kind), ["damaged", "start", "end"]);
  assertEquals(ofKind(items, "start").map(({ isSession }) => isSession), [true, true]);
});

test("whatever bytes are changed, the lines of other blocks are read, and the damage is told with file and line", async () => {
  using folder = new Folder();
  const place = placeOf(folder.path, 1);
  const bytes = await fileOf(blocks);
  const starts = [0, 1, 2, 14, 15, 23, 24];
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: bytes.length - 1 }),
      fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 1, maxLength: 60 }),
      async (at, changed) => {
        const damaged = Uint8Array.from(bytes);
        damaged.set(changed.slice(0, bytes.length - at), at);
        writeFileSync(place, damaged);
        const items = await readAll(folder.path);
        const read = items.filter(({ kind }) => kind !== "damaged");
        for (const item of read) {
          // The line that it says it is, unless a head lies about numbers alone.
          assert(whole.includes(said(item)), said(item));
        }
        const missing = whole.length - read.length;
        if (missing > 0) {
          const told = ofKind(items, "damaged");
          assert(told.length > 0);
          assertStringIncludes(told[0]?.message ?? "", `${basename(place)}, line `);
          assertEquals(told[0]?.file, basename(place));
        }
        // Sixty bytes meet three blocks at most.
        const lost = starts.slice(1).filter((end, index) => {
          const own = whole.slice(starts[index], end);
          return !own.every((text) => read.some((item) => said(item) === text));
        });
        assert(lost.length <= 3, `${lost}`);
      },
    ),
    { numRuns: 300 },
  );
});

test("a line that is no JSON, or none of a recording, is told and not thrown away silently", async () => {
  using folder = new Folder();
  const bad = [
    "{\n",
    "[1]\n",
    '{"atMs":1}\n',
    '{"atMs":1,"us":1,"event":"gap"}\n',
    '{"atMs":1,"us":1,"frame":{]}\n',
  ];
  writeFileSync(
    placeOf(folder.path, 1),
    await fileOf([[header(0)], bad.map((text) => ({ atMs: 1, text })), [trade(2, "A-1", 1)], [end(3)]]),
  );
  const items = await readAll(folder.path);
  assertEquals(items.map(({ kind }) => kind), ["start", ...bad.map(() => "damaged"), "frame", "end"]);
  assertEquals(ofKind(items, "damaged").map(({ line }) => line), [2, 3, 4, 5, 6]);
});

test("times that are none, and headers without what they must have, are told as damage", async () => {
  using folder = new Folder();
  const [place, at] = [join(folder.path, "000001-other.jsonl"), `"atMs":${BEGUN},"us":1`];
  const bad = [
    '{"atMs":9999999999999999,"us":1,"frame":{"type":"trade"}}',
    '{"atMs":1e300,"us":1,"text":"x"}',
    `{${at},"event":"gap","channel":"trade","reason":"seq","missedFromMs":1e300,"missedToMs":1}`,
    `{${at},"header":{"format":"kalshi-recording","version":1,"session":"s","part":1,"startedAtMs":1}}`,
    `{${at},"header":{"format":"kalshi-recording","version":1,"session":"s","part":1,"channels":{}}}`,
  ];
  for (const line of bad) {
    writeFileSync(place, `${header(0).text}${line}\n${trade(1, "A", 1).text}`);
    const items = await readAll(folder.path);
    assertEquals(items.map(({ kind }) => kind).slice(0, 3), ["start", "damaged", "frame"], line);
    for (const { atMs } of items) new Date(atMs).toISOString();
  }
});

test("what a later version writes comes as it is, and a later format is refused", async () => {
  using folder = new Folder();
  writeFileSync(
    placeOf(folder.path, 1),
    await fileOf([[header(0)], [event(1, "weather", { rain: true })], [end(2)]]),
  );
  writeFileSync(
    placeOf(folder.path, 2),
    await fileOf([[header(3, 1, { version: 2, session: "two" })], [end(4)]]),
  );
  await assertRejects(() => openRecording(folder.path), KalshiRecordingError, "a recording of version 2");
  rmSync(placeOf(folder.path, 2));
  const [other] = ofKind(await readAll(folder.path), "other");
  assertEquals(other?.value, { atMs: BEGUN + 1, us: 1_000, event: "weather", rain: true });
});

test("a file of a session that is not there is told", async () => {
  using folder = new Folder();
  for (const part of [1, 2, 5]) {
    writeFileSync(placeOf(folder.path, part), await fileOf([[header(part, part)], [end(part)]]));
  }
  const [missing, ...more] = ofKind(await readAll(folder.path), "damaged");
  assertEquals(more, []);
  assertEquals([missing?.reason, missing?.file], ["missing", basename(placeOf(folder.path, 5))]);
  assertStringIncludes(missing?.message ?? "", "2 files before it are missing");
});

test("files that other tools have unpacked or packed anew are read as well", async () => {
  const bytes = await fileOf(blocks);
  const plain = gunzipSync(bytes);
  for (const [name, content] of [["jsonl", plain], ["jsonl.gz", gzipSync(plain)]] as const) {
    using folder = new Folder();
    const place = join(folder.path, `000001-again.${name}`);
    writeFileSync(place, content);
    const items = await readAll(folder.path);
    assertEquals(items.map(said), whole, name);
    for (let cut = 0; cut < content.length; cut += 41) {
      writeFileSync(place, content.subarray(0, cut));
      const read = (await readAll(folder.path)).filter(({ kind }) => kind !== "damaged");
      assertEquals(read.map(said), whole.slice(0, read.length), `${name} ${cut}`);
    }
  }
});

test("a small file that unpacks to a line without an end costs no more than that line's beginning", async () => {
  using folder = new Folder();
  const good = gunzipSync(await fileOf(blocks));
  const bytes = new Uint8Array(good.length + 2 ** 26).fill(0x61);
  bytes.set(good);
  writeFileSync(join(folder.path, "000001-again.jsonl.gz"), gzipSync(bytes));
  const items = await readAll(folder.path);
  assertEquals(items.filter(({ kind }) => kind !== "damaged").map(said), whole);
  assertStringIncludes(ofKind(items, "damaged")[0]?.message ?? "", "a line of more than 33554432 characters");
});

test("channels, tickers and times pick frames, and what was missed comes with every choice", async () => {
  using folder = new Folder();
  const place = placeOf(folder.path, 1);
  writeFileSync(place, await fileOf(blocks));
  const frames = async (options: Parameters<typeof readAll>[1]) =>
    ofKind(await readAll(folder.path, options), "frame");
  const names = (
    items: Awaited<ReturnType<typeof frames>>,
  ) => [...new Set(items.map(({ ticker }) => ticker))];
  assertEquals(names(await frames({ tickers: ["B-2"] })), ["B-2"]);
  assertEquals((await frames({ tickers: ["B-2", "ÄÖ-€"] })).length, 12);
  assertEquals((await frames({ channels: ["trade"] })).length, 21);
  assertEquals((await frames({ channels: ["ticker"] })).length, 0);
  const between = await readAll(folder.path, { fromMs: BEGUN + 13, toMs: BEGUN + 22 });
  assertEquals(between.map(({ atMs, kind }) => [atMs - BEGUN, kind]), [
    [0, "start"],
    [13, "frame"],
    [20, "gap"],
    [21, "frame"],
  ]);
  assertEquals(ofKind(await readAll(folder.path, { tickers: ["Z"] }), "gap").length, 1);
});

test("only what is asked for is unpacked: a damaged block outside of the time is not met", async () => {
  using folder = new Folder();
  const bytes = await fileOf(blocks);
  const before = (await fileOf(blocks.slice(0, 4))).length;
  bytes.fill(0, before + 50, before + 60);
  writeFileSync(placeOf(folder.path, 1), bytes);
  assertEquals(ofKind(await readAll(folder.path), "damaged").length, 1);
  assertEquals(ofKind(await readAll(folder.path, { toMs: BEGUN + 20 }), "damaged"), []);
});

test("a folder without a recording, wrong options and an abort are told", async () => {
  using folder = new Folder();
  await assertRejects(() => openRecording(folder.path), KalshiRecordingError, "holds no recording");
  await assertRejects(() => openRecording(join(folder.path, "no")), KalshiRecordingError, "cannot be read");
  await assertRejects(() => openRecording("" as string), KalshiConfigError, "dir");
  writeFileSync(placeOf(folder.path, 1), await fileOf(blocks));
  await assertRejects(
    () => readAll(folder.path, { channel: "x" } as object),
    KalshiConfigError,
    "Did you mean channels?",
  );
  await assertRejects(() => readAll(folder.path, { fromMs: -1 }), KalshiConfigError, "fromMs");
  await assertRejects(() => readAll(folder.path, { signal: AbortSignal.abort() }), KalshiAbortError);
});
