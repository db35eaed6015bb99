import { assertEquals } from "@std/assert";
import { ManualClock } from "../../src/testing/mod.ts";
import { test } from "../support/test.ts";

test("a manual clock stands still until it is moved", async () => {
  const clock = new ManualClock(1_790_000_000_000);
  assertEquals([clock.now(), clock.monotonic()], [1_790_000_000_000, 0]);
  await clock.advance(1500);
  assertEquals([clock.now(), clock.monotonic()], [1_790_000_001_500, 1500]);
});

test("timers fire in the order they fall due, at their own time; equal ones in the order they were set", async () => {
  const clock = new ManualClock(0);
  const fired: string[] = [];
  const set = (name: string, ms: number) => clock.setTimer(() => fired.push(`${name}@${clock.now()}`), ms);
  set("late", 30);
  set("first", 10);
  set("second", 10);
  set("past", -5);
  const cleared = set("cleared", 20);
  cleared.clear();
  set("never", 31);
  await clock.advance(30);
  assertEquals(fired, ["past@0", "first@10", "second@10", "late@30"]);
  assertEquals(clock.pending, 1);
  cleared.clear();
});

test("what a timer sets is fired in the same move, when it falls due in it", async () => {
  const clock = new ManualClock(0);
  const ticks: number[] = [];
  const tick = () => {
    ticks.push(clock.now());
    clock.setTimer(tick, 100);
  };
  tick();
  await clock.advance(350);
  assertEquals(ticks, [0, 100, 200, 300]);
});

test("promise chains run between timers, and before the first", async () => {
  const clock = new ManualClock(0);
  const sleep = (ms: number) => new Promise<void>((resolve) => void clock.setTimer(resolve, ms));
  const seen: number[] = [];
  const walk = (async () => {
    await null;
    for (let step = 0; step < 3; step++) {
      await sleep(10);
      for (let turn = 0; turn < 50; turn++) await null;
      seen.push(clock.now());
    }
  })();
  await clock.advance(30);
  assertEquals(seen, [10, 20, 30]);
  await walk;
});

test("a clock waits for the work that it holds before it moves, whatever becomes of it", async () => {
  const clock = new ManualClock(0);
  const story: string[] = [];
  const work = (name: string) =>
    // Real time: hashing happens on another thread.
    crypto.subtle.digest("SHA-256", new Uint8Array(1_000_000)).then(() =>
      story.push(`${name}@${clock.now()}`)
    );
  clock.setTimer(() => {
    void clock.hold(work("one").then(() => clock.hold(work("two"))));
    clock.hold(Promise.reject(new Error("three"))).catch(({ message }) => story.push(message));
  }, 10);
  clock.setTimer(() => story.push(`late@${clock.now()}`), 11);
  assertEquals(await clock.hold(Promise.resolve("value")), "value");
  await clock.advance(100);
  assertEquals(story, ["three", "one@10", "two@10", "late@11"]);
});
