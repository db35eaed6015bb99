/** A recorder that is killed again and again: what it had written is there, and nothing is written over. */
import { assert, assertEquals } from "@std/assert";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { RecordedFrame, RecordedItem } from "../../src/recordings/mod.ts";
import { prepareScript } from "../support/run_script.ts";
import { test } from "../support/test.ts";
import { assertBooks, ofKind, readAll, replayed, settled, startBed } from "./support/bed.ts";

const KILLS = 12;

/** The items of each run of the recorder. */
function sessionsOf(items: readonly RecordedItem[]): RecordedItem[][] {
  const sessions: RecordedItem[][] = [];
  for (const item of items) {
    if (item.kind === "start" && item.isSession) sessions.push([]);
    sessions.at(-1)?.push(item);
  }
  return sessions;
}

/** Checks that no number is missing in a subscription. */
function assertWhole(frames: readonly RecordedFrame[], channel: string): void {
  const numbers = frames.flatMap(({ frame, channel: own }) =>
    own === channel && frame.seq ? [frame.seq] : []
  );
  assertEquals(numbers, numbers.map((_, index) => index + 1));
}

test("a recorder that is killed at any moment has what it said was written, and goes on in a new file", {
  timeoutMs: 300_000,
}, async () => {
  await using bed = await startBed();
  using script = await prepareScript("tests/recordings/support/killed_script.ts");
  const { keyId, privateKey } = bed.account;
  const { baseUrl } = bed.exchange;
  const place = {
    keyId,
    privateKey,
    baseUrl,
    dir: bed.folder.path,
    tickers: bed.tickers,
    rotateBytes: 8_192,
  };
  const said: number[] = [];
  const before = new Map<string, Uint8Array>();
  for (let kill = 0; kill < KILLS; kill++) {
    const child = spawn(script.command, [...script.args, JSON.stringify(place)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => output += text);
    const ended = once(child, "close");
    const written = () => Number(output.slice(0, output.lastIndexOf("\n")).split("\n").at(-1));
    // None before it has written anything: such a run leaves no session. Some at the beginning, some after a file was ended, most in the middle of a block.
    const most = kill % 5 === 0 ? 1 : 1 + Math.floor(Math.random() * 400);
    await bed.stepUntil(() => written() >= most || child.exitCode !== null);
    assertEquals(child.exitCode, null, "it ended by itself");
    child.kill("SIGKILL");
    await ended;
    said.push(written());
    for (const name of bed.folder.names) {
      const bytes = new Uint8Array(readFileSync(join(bed.folder.path, name)));
      const old = before.get(name);
      if (old !== undefined) assertEquals(bytes.length, old.length, `${name} was written to again`);
      before.set(name, bytes);
    }
  }
  const recorder = await bed.record();
  await settled(bed, recorder);
  await recorder.close();

  const items = await readAll(bed.folder.path);
  const sessions = sessionsOf(items);
  assertEquals(sessions.length, KILLS + 1);
  for (const [index, session] of sessions.entries()) {
    const isLast = index === KILLS;
    assertEquals(ofKind(session, "damaged").map(({ reason }) => reason), isLast ? [] : ["unfinished"]);
    const own = ofKind(session, "frame");
    const updates = own.filter(({ frame }) => frame.type !== "subscribed" && frame.type !== "ok");
    if (!isLast) assert(updates.length >= (said[index] ?? 0), `${updates.length} of ${said[index]}`);
    assertWhole(own, "orderbook_delta");
    assertWhole(own, "trade");
  }
  await assertBooks(bed, await replayed(bed.folder.path));
});
