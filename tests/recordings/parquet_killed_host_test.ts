/** A recorder whose files become tables, killed again and again: nothing is lost, and nothing is there twice. */
import { assert, assertEquals } from "@std/assert";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import type { RecordedFrame, RecordedItem } from "../../src/recordings/mod.ts";
import { prepareScript } from "../support/run_script.ts";
import { test } from "../support/test.ts";
import { assertBooks, Folder, ofKind, readAll, replayed, settled, startBed } from "./support/bed.ts";

const KILLS = 6;

/** Checks that no number of a subscription is missing, and none is there twice. */
function assertWhole(frames: readonly RecordedFrame[], channel: string): void {
  const numbers = frames.flatMap(({ frame, channel: own }) =>
    own === channel && frame.seq ? [frame.seq] : []
  );
  assertEquals(numbers, numbers.map((_, index) => index + 1));
}

/** The frames of each run of the recorder. */
function sessionsOf(items: readonly RecordedItem[]): RecordedFrame[][] {
  const sessions: RecordedFrame[][] = [];
  for (const item of items) {
    if (item.kind === "start" && item.isSession) sessions.push([]);
    if (item.kind === "frame") sessions.at(-1)?.push(item);
  }
  return sessions;
}

test("after kills at any moment, the next start makes tables of what is left: nothing is lost or twice", {
  timeoutMs: 300_000,
}, async () => {
  await using bed = await startBed();
  using tables = new Folder();
  using script = await prepareScript("tests/recordings/support/parquet_killed_script.ts");
  const { keyId, privateKey } = bed.account;
  const { baseUrl } = bed.exchange;
  const said: number[] = [];
  let exported = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const parquet = { dir: tables.path, keepLines: true };
    const place = {
      keyId,
      privateKey,
      baseUrl,
      dir: bed.folder.path,
      tickers: bed.tickers,
      rotateBytes: 4_096,
      parquet,
    };
    const child = spawn(script.command, [...script.args, JSON.stringify(place)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => output += text);
    const ended = once(child, "close");
    const last = () =>
      output.slice(0, output.lastIndexOf("\n")).split("\n").at(-1)?.split(" ").map(Number) ?? [];
    const most = kill % 4 === 0 ? 1 : 1 + Math.floor(Math.random() * 600);
    await bed.stepUntil(() => (last()[0] ?? 0) >= most || child.exitCode !== null);
    assertEquals(child.exitCode, null, "it ended by itself");
    child.kill("SIGKILL");
    await ended;
    said.push(last()[0] ?? 0);
    exported += last()[1] ?? 0;
  }
  const recorder = await bed.record({ rotateBytes: 4_096, parquet: { dir: tables.path } });
  await settled(bed, recorder);
  await recorder.close();
  assert(exported > 0, "no file became tables before a kill");
  assertEquals(recorder.stats().exporting, 0);

  const items = await readAll(bed.folder.path);
  assertEquals(await readAll(tables.path), items);
  const names = readdirSync(tables.path, { recursive: true, encoding: "utf8" });
  assertEquals(names.filter((name) => /\.(part|lock)$/.test(name)), []);
  const sessions = sessionsOf(items);
  assertEquals(sessions.length, KILLS + 1);
  for (const [index, own] of sessions.entries()) {
    const updates = own.filter(({ frame }) => frame.type !== "subscribed" && frame.type !== "ok");
    if (index < KILLS) assert(updates.length >= (said[index] ?? 0), `${updates.length} of ${said[index]}`);
    assertWhole(own, "orderbook_delta");
    assertWhole(own, "trade");
  }
  assertEquals(
    ofKind(items, "damaged").filter(({ reason }) => reason === "unreadable" || reason === "missing"),
    [],
  );
  await assertBooks(bed, await replayed(tables.path));
});

test("lines that do not stay are gone when their tables are there, and their numbers are not used again", async () => {
  await using bed = await startBed();
  const seen: RecordedItem[] = [];
  for (let run = 0; run < 2; run++) {
    const recorder = await bed.record({ rotateBytes: 4_096, parquet: { keepLines: false } });
    await bed.stepUntil(() => recorder.stats().exported >= 2);
    await settled(bed, recorder);
    await recorder.close();
    assertEquals(bed.folder.names, []);
    const items = await readAll(bed.folder.path);
    assertEquals(items.slice(0, seen.length), seen);
    seen.splice(0, seen.length, ...items);
  }
  const sessions = sessionsOf(seen);
  assertEquals(sessions.length, 2);
  for (const own of sessions) assertWhole(own, "orderbook_delta");
  assertEquals(ofKind(seen, "damaged"), []);
});
