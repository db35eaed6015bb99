import { assertEquals, assertRejects } from "@std/assert";
import {
  deadline,
  deferred,
  delay,
  LONGEST_MS,
  onAborted,
  untilAborted,
  withinLimit,
} from "../../src/base/waits.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import { counted } from "../support/listeners.ts";
import { test } from "../support/test.ts";
import { breath } from "../support/until.ts";

/** Whether a promise has settled, as soon as it can be known. */
function watched(work: Promise<unknown>): () => boolean {
  let isSettled = false;
  work.catch(() => {}).finally(() => isSettled = true);
  return () => isSettled;
}

test("who no longer waits for a signal is not told, and the others are", () => {
  const controller = new AbortController();
  const listeners = counted(controller.signal);
  const told: string[] = [];
  const first = onAborted(controller.signal, () => told.push("first"));
  onAborted(controller.signal, () => told.push("second"));
  first();
  first();
  assertEquals(listeners(), 1);
  controller.abort();
  assertEquals(told, ["second"]);
});

test("a delay takes its time, to the millisecond", async () => {
  const clock = new ManualClock();
  const isOver = watched(delay(clock, 1_000));
  await clock.advance(999);
  assertEquals(isOver(), false);
  await clock.advance(1);
  assertEquals(isOver(), true);
  assertEquals(clock.pending, 0);
});

test("a delay of more than a timer holds is as long as one can be", async () => {
  const clock = new ManualClock();
  const isOver = watched(delay(clock, Infinity));
  await clock.advance(LONGEST_MS - 1);
  assertEquals(isOver(), false);
  await clock.advance(1);
  assertEquals(isOver(), true);
});

test("any of its signals ends a delay without an error, and nothing stays behind", async () => {
  for (const which of [0, 1]) {
    const clock = new ManualClock();
    const controllers = [new AbortController(), new AbortController()];
    const listeners = controllers.map(({ signal }) => counted(signal));
    const pause = delay(clock, 1_000, undefined, ...controllers.map(({ signal }) => signal));
    assertEquals(clock.pending, 1);
    controllers[which]?.abort(new Error("enough"));
    await pause;
    assertEquals(clock.pending, 0);
    assertEquals(listeners.map((count) => count()), [0, 0]);
  }
});

test("a delay whose signal has aborted takes no time", async () => {
  const clock = new ManualClock();
  await delay(clock, 1_000, new AbortController().signal, AbortSignal.abort());
  assertEquals(clock.pending, 0);
});

test("hundreds of delays with one signal listen to it once", async () => {
  const clock = new ManualClock();
  const controller = new AbortController();
  const listeners = counted(controller.signal);
  const pauses = Array.from({ length: 300 }, (_, ms) => delay(clock, ms, controller.signal));
  assertEquals(listeners(), 1);
  await clock.advance(100);
  assertEquals(listeners(), 1);
  controller.abort();
  await Promise.all(pauses);
  assertEquals([listeners(), clock.pending], [0, 0]);
});

test("a deadline passes on what comes in time, and leaves no timer", async () => {
  const clock = new ManualClock();
  const late = () => new Error("late");
  assertEquals(await deadline(clock, 5, Promise.resolve("value"), late), "value");
  await assertRejects(() => deadline(clock, 5, Promise.reject(new Error("broken")), late), Error, "broken");
  assertEquals(clock.pending, 0);
});

test("a deadline rejects at its time; what comes later is not heard of", async () => {
  const clock = new ManualClock();
  let fail = (_error: Error) => {};
  const work = new Promise<never>((_, reject) => fail = reject);
  const limited = deadline(clock, 5, work, () => new Error("late"));
  const isOver = watched(limited);
  await clock.advance(4);
  assertEquals(isOver(), false);
  await clock.advance(1);
  await assertRejects(() => limited, Error, "late");
  fail(new Error("nobody listens"));
  await breath(); // a rejection without a handler would end the test run
  assertEquals(clock.pending, 0);
});

test("a deadline of more than a timer holds is none", async () => {
  const clock = new ManualClock();
  let finish = (_value: string) => {};
  const limited = deadline(
    clock,
    LONGEST_MS + 1,
    new Promise<string>((resolve) => finish = resolve),
    () => new Error("late"),
  );
  assertEquals(clock.pending, 0);
  finish("at last");
  assertEquals(await limited, "at last");
});

test("who gives up on shared work leaves it to the others", async () => {
  const controller = new AbortController();
  const listeners = counted(controller.signal);
  let finish = (_value: number) => {};
  const work = new Promise<number>((resolve) => finish = resolve);
  const left = untilAborted(work, controller.signal);
  const stays = untilAborted(work, undefined);
  controller.abort(new Error("enough"));
  await assertRejects(() => left, Error, "enough");
  finish(7);
  assertEquals(await stays, 7);
  assertEquals(await untilAborted(work, new AbortController().signal), 7);
  await assertRejects(() => untilAborted(work, controller.signal), Error, "enough");
  await breath();
  assertEquals(listeners(), 0);
});

test("a promise that somebody else settles comes to what is said first, and ends no process where nobody waits", async () => {
  const done = deferred<string>();
  done.resolve("first");
  done.reject(new Error("second"));
  assertEquals(await done.promise, "first");
  const failed = deferred();
  failed.reject(new Error("nobody waits yet"));
  // A rejection that nobody looks at is told of before the next turn.
  await breath();
  assertEquals((await assertRejects(() => failed.promise, Error)).message, "nobody waits yet");
});

test("the signal of work with a limit aborts at its time or with another one, and nothing stays behind", async () => {
  const clock = new ManualClock();
  const controller = new AbortController();
  const { signal } = controller;
  const listeners = counted(signal);
  const untilStruck = (limit: AbortSignal) => untilAborted(new Promise<never>(() => {}), limit);
  const late = assertRejects(() => withinLimit(clock, 100, [signal, undefined], untilStruck), DOMException);
  await clock.advance(99);
  assertEquals(clock.pending, 1);
  await clock.advance(1);
  assertEquals((await late).name, "TimeoutError");
  assertEquals([clock.pending, listeners()], [0, 0]);
  assertEquals(await withinLimit(clock, 100, [signal], () => Promise.resolve("in time")), "in time");
  assertEquals([clock.pending, listeners()], [0, 0]);
  const given = assertRejects(() => withinLimit(clock, 100, [signal], untilStruck), Error, "given up");
  controller.abort(new Error("given up"));
  await given;
  await assertRejects(() => withinLimit(clock, 100, [signal], untilStruck), Error, "given up");
  assertEquals([clock.pending, listeners()], [0, 0]);
});
