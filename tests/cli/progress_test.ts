import { assertEquals } from "@std/assert";
import { openProgress } from "../../src/cli/progress.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import { test } from "../support/test.ts";
import { memoryIo } from "./support/memory_io.ts";

test("progress is one line of stderr that is written over, ten times a second at most, and taken away", async () => {
  const clock = new ManualClock();
  const io = { ...memoryIo({ isTerminal: true, columns: 12 }), clock };
  const progress = openProgress(io);
  progress.show("1 of 90 days of it");
  progress.show("2 of 90 days");
  await clock.advance(100);
  progress.show("3 of 90");
  await progress.done();
  assertEquals(io.stderr.text(), "\r\x1b[2K1 of 90 day\r\x1b[2K3 of 90\r\x1b[2K");
  assertEquals(io.stdout.text(), "");
});

test("nobody who does not look is told of progress", async () => {
  const io = memoryIo();
  const progress = openProgress(io);
  progress.show("1 of 90 days");
  await progress.done();
  assertEquals(io.stderr.text(), "");
});
