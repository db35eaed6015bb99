/** The folder of a recording: one recorder at a time, disks that fail or are slow, files that go. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { KalshiConfigError } from "../../mod.ts";
import { KalshiRecordingError, type Recorder } from "../../src/recordings/mod.ts";
import { type FileHandle, loadNodeFiles, type NodeFiles } from "../../src/tables/node_files.ts";
import { startRecorder } from "../../src/recordings/recorder.ts";
import { test } from "../support/test.ts";
import { breath, until } from "../support/until.ts";
import { type Bed, ofKind, readAll, replayed, startBed } from "./support/bed.ts";

const locksIn = (dir: string) => readdirSync(dir).filter((name) => name.endsWith(".lock"));

test("a second recorder is refused while one has the folder, and goes on in a new file afterwards", async () => {
  await using bed = await startBed();
  const first = await bed.record();
  const error = await assertRejects(
    () => bed.record(),
    KalshiRecordingError,
    "is being written into by process",
  );
  assertStringIncludes(error.message, hostname());
  assertEquals([error.code, first.stats().state], ["RECORDING", "recording"]);
  await bed.stepUntil(() => first.stats().written > 20);
  await first.close();
  await first.close();
  assertEquals(locksIn(bed.folder.path), []);
  const had = bed.folder.lines;
  const second = await bed.record();
  await bed.stepUntil(() => second.stats().written > 20);
  await second.close();
  assertEquals(bed.folder.names.map((name) => name.slice(0, 6)), ["000001", "000002"]);
  assertEquals(bed.folder.lines.slice(0, had.length), had);
  const items = await readAll(bed.folder.path);
  assertEquals(ofKind(items, "start").map(({ isSession }) => isSession), [true, true]);
});

test("of many that begin at once, one has the folder", async () => {
  await using bed = await startBed();
  for (let round = 0; round < 5; round++) {
    const begun = await Promise.allSettled([1, 2, 3, 4].map(() => bed.record({ channels: ["trade"] })));
    const [one, ...others] = begun.flatMap((result) => result.status === "fulfilled" ? [result.value] : []);
    assert(one !== undefined, "none began");
    assertEquals(others.length, 0);
    await one.close();
    assertEquals(locksIn(bed.folder.path), []);
  }
});

test("what a process left that is gone, or is another one, keeps nobody out; one that is there does", async () => {
  await using bed = await startBed();
  const lock = (owner: unknown) => {
    rmSync(bed.folder.path, { recursive: true });
    mkdirSync(bed.folder.path);
    writeFileSync(
      join(bed.folder.path, "other.lock"),
      typeof owner === "string" ? owner : JSON.stringify(owner),
    );
  };
  const child = spawn("sleep", ["1000"]);
  await once(child, "spawn");
  const host = hostname();
  lock({ host, pid: child.pid, began: "" });
  await assertRejects(() => bed.record(), KalshiRecordingError, `process ${child.pid} on ${host}`);
  // The same number, and another process.
  lock({ host, pid: child.pid, began: "1" });
  await (await bed.record()).close();
  lock({ host: "elsewhere", pid: 1, began: "1" });
  await assertRejects(() => bed.record(), KalshiRecordingError, "process 1 on elsewhere");
  child.kill("SIGKILL");
  await once(child, "exit");
  lock({ host, pid: child.pid, began: "" });
  await (await bed.record()).close();
  assertEquals(locksIn(bed.folder.path), []);
});

test("a folder that cannot be had is told before anything is sent, and what to do", async () => {
  await using bed = await startBed();
  const file = join(bed.folder.path, "file");
  writeFileSync(file, "");
  const failure = (dir: string) => assertRejects(() => bed.record({ dir }), KalshiRecordingError);
  assertStringIncludes(
    (await failure(join(file, "below"))).message,
    "Give a folder: there is a file of this name.",
  );
  assertStringIncludes((await failure(file)).message, "Give a folder: there is a file of this name.");
  await failure("/proc/recordings");
  assertEquals(bed.stream.stats().frames, 0);
});

test("a wrong option is told before anything is sent or written", async () => {
  await using bed = await startBed();
  const dir = join(bed.folder.path, "new");
  const refused = async (options: object, says: string) => {
    await assertRejects(() => bed.record({ dir, ...options }), KalshiConfigError, says);
  };
  await refused({ channels: [] }, "Recorder: `channels` takes a list of one or more names of channels");
  await refused({ channels: ["trades"], rotateByte: 1 }, "Did you mean rotateBytes?");
  await refused({ channels: ["Trade"] }, 'Did you mean "trade"?');
  await refused({ tickers: undefined }, "orderbook_delta");
  await refused({ params: { fill: {} } }, '`params` has the channel "fill", which `channels` has not');
  await refused({ params: { trade: { limit: 1 } } }, "limit");
  await refused({ stream: {} }, "a KalshiStream");
  assertEquals([existsSync(dir), bed.stream.stats().frames], [false, 0]);
});

test("a channel that Kalshi refuses leaves no file, no lock and no subscription", async () => {
  await using bed = await startBed();
  bed.exchange.sockets.fail({ fault: "refuse", code: 9, command: "subscribe", times: 1 });
  await assertRejects(() => bed.record({ channels: ["trade"] }));
  assertEquals(readdirSync(bed.folder.path), []);
  await (await bed.record()).close();
});

/** Files whose `write` is another one. */
async function filesWith(
  write: (handle: FileHandle, ...args: WriteArguments) => Promise<{ bytesWritten: number }>,
) {
  const files = await loadNodeFiles();
  const open = async (...args: Parameters<NodeFiles["fs"]["open"]>) => {
    const handle = await files.fs.open(...args);
    const own = handle.write.bind(handle);
    const proxied = { write: own } as unknown as FileHandle;
    Object.assign(handle, { write: (...given: WriteArguments) => write(proxied, ...given) });
    return handle;
  };
  return { ...files, fs: { ...files.fs, open } } as NodeFiles;
}
type WriteArguments = [bytes: Uint8Array, offset: number, length: number, position: number];

const startWith = (bed: Bed, files: NodeFiles, options: object = {}): Promise<Recorder> =>
  startRecorder({
    stream: bed.stream,
    dir: bed.folder.path,
    channels: ["orderbook_delta", "trade"],
    tickers: bed.tickers,
    flushMs: 5,
    ...options,
  }, files);

test("a disk that is full is told once, is tried again, and nothing is lost or torn when there is room", async () => {
  await using bed = await startBed();
  const errors: unknown[] = [];
  const texts: string[] = [];
  let room = Infinity;
  const files = await filesWith((handle, bytes, offset, length, position) => {
    const fits = Math.min(room, length);
    if (fits === 0) {
      return Promise.reject(Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" }));
    }
    room -= fits;
    return handle.write(bytes, offset, fits, position);
  });
  bed.stream.tap((text) => texts.push(text));
  const recorder = await startWith(bed, files, { onError: (error: unknown) => errors.push(error) });
  await bed.stepUntil(() => recorder.stats().written > 20);
  room = 50;
  await bed.stepUntil(() => recorder.stats().state === "failing");
  const { frames } = recorder.stats();
  await bed.stepUntil(() => recorder.stats().frames > frames + 20);
  assert(recorder.stats().written < frames);
  room = Infinity;
  await until(() => recorder.stats().state === "recording" && recorder.stats().waiting === 0);
  await recorder.close();
  assertEquals(errors.map((error) => error instanceof KalshiRecordingError), [true]);
  assertStringIncludes(String(errors[0]), "Make room on the disk.");
  const items = await readAll(bed.folder.path);
  assertEquals(ofKind(items, "damaged"), []);
  const written = ofKind(items, "frame").map(({ text }) => text);
  assertEquals(written, texts.slice(0, written.length));
  assert(written.length > frames);
});

test("a disk that is still full at the end is an error that counts what is lost, and the file is whole before it", async () => {
  await using bed = await startBed();
  let isFull = false;
  const files = await filesWith((handle, ...args) =>
    isFull
      ? Promise.reject(Object.assign(new Error("EFBIG: file too large"), { code: "EFBIG" }))
      : handle.write(...args)
  );
  const recorder = await startWith(bed, files, { onError: () => {} });
  await bed.stepUntil(() => recorder.stats().written > 20);
  isFull = true;
  await bed.stepUntil(() => recorder.stats().state === "failing");
  const error = await assertRejects(
    () => recorder.close(),
    KalshiRecordingError,
    "lines of the recording are lost",
  );
  assert(Number(/^(\d+) lines/.exec(error.message)?.[1]) > 0);
  await assertRejects(() => recorder.closed, KalshiRecordingError);
  const items = await readAll(bed.folder.path);
  assertEquals(ofKind(items, "damaged").map(({ reason }) => reason), ["unfinished"]);
  assertEquals(locksIn(bed.folder.path), []);
});

test("a disk that is slow loses what finds no room: counted, told, a line of the recording, and a loss of its books", async () => {
  await using bed = await startBed();
  const errors: unknown[] = [];
  let release = () => {};
  let held: Promise<void> = Promise.resolve();
  const files = await filesWith(async (handle, ...args) => {
    await held;
    return await handle.write(...args);
  });
  const options = { queueChars: 20_000, onError: (error: unknown) => errors.push(error) };
  const recorder = await startWith(bed, files, options);
  await bed.stepUntil(() => recorder.stats().written > 20);
  held = new Promise((resolve) => release = resolve);
  await bed.stepUntil(() => recorder.stats().dropped > 50);
  assert(recorder.stats().waiting <= 20_000);
  release();
  await bed.stepUntil(() => errors.length > 0);
  const snapshots = () =>
    bed.folder.lines.join("\n").split('"dropped"')[1]?.split('"orderbook_snapshot"').length ?? 0;
  await bed.stepUntil(() => snapshots() > bed.tickers.length);
  await recorder.close();
  const items = await readAll(bed.folder.path);
  const [hole, ...more] = ofKind(items, "dropped");
  assertEquals(more, []);
  const { dropped, frames, written } = recorder.stats();
  assertEquals([hole?.frames, frames], [dropped, written + dropped]);
  assertStringIncludes(String(errors[0]), `${dropped} frames among them, were not recorded`);
  for (const book of (await replayed(bed.folder.path)).books.values()) assertEquals(book.state, "live");
});

test("a file that is deleted while it is written is told, and a new one takes its place", async () => {
  await using bed = await startBed();
  const errors: unknown[] = [];
  const recorder = await bed.record({ onError: (error) => errors.push(error) });
  await bed.stepUntil(() => recorder.stats().written > 20);
  const [name = ""] = bed.folder.names;
  renameSync(join(bed.folder.path, name), join(bed.folder.path, "elsewhere"));
  rmSync(join(bed.folder.path, "elsewhere"));
  await bed.stepUntil(() => recorder.stats().files === 2);
  await recorder.close();
  assertStringIncludes(String(errors[0]), `${name} was deleted`);
  assertEquals(bed.folder.names.length, 1);
  assertEquals(ofKind(await readAll(bed.folder.path), "damaged"), []);
});

test("a folder that is deleted ends the recorder with an error", async () => {
  await using bed = await startBed();
  const recorder = await bed.record({ onError: () => {} });
  rmSync(bed.folder.path, { recursive: true });
  await assertRejects(() => recorder.closed, KalshiRecordingError);
  assertEquals(recorder.stats().state, "closed");
});

test("a stream that is closed ends its recorder, and the file says so", async () => {
  await using bed = await startBed();
  const recorder = await bed.record();
  await bed.stepUntil(() => recorder.stats().written > 20);
  await bed.stream.close();
  await recorder.closed;
  await breath();
  const items = await readAll(bed.folder.path);
  assertEquals(ofKind(items, "status").at(-1)?.state, "closed");
  assertEquals(items.at(-1)?.kind, "end");
  assertEquals(locksIn(bed.folder.path), []);
});

test("a channel that ends while others go on is a line, and told", async () => {
  await using bed = await startBed();
  const errors: unknown[] = [];
  const recorder = await bed.record({ onError: (error) => errors.push(error) });
  bed.exchange.sockets.fail({ fault: "refuse", code: 9, command: "subscribe", times: Infinity });
  bed.exchange.sockets.fail({ fault: "error", code: 25, channel: "trade" });
  await until(() => errors.length > 0);
  await recorder.close();
  assertStringIncludes(String(errors[0]), '"trade" is no longer recorded');
  assertEquals(ofKind(await readAll(bed.folder.path), "ended").map(({ channel }) => channel), ["trade"]);
});
