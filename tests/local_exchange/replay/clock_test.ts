import { assertEquals, assertThrows } from "@std/assert";
import { KalshiConfigError } from "../../../src/base/errors.ts";
import { ReplayClock } from "../../../src/local_exchange/mod.ts";
import { test } from "../../support/test.ts";

test("timers fire in the order of their times, those of one time as they were set, and none that was cleared", () => {
  const clock = new ReplayClock(1_000);
  const fired: string[] = [];
  const set = (name: string, delayMs: number) =>
    clock.setTimer(() => void fired.push(`${name} ${clock.now()}`), delayMs);
  set("c", 30);
  set("a", 10);
  const gone = set("gone", 20);
  set("b", 10);
  set("at once", Number.NaN);
  gone.clear();
  gone.clear();
  while (clock.fire(1_020));
  assertEquals([fired, clock.now(), clock.next], [["at once 1000", "a 1010", "b 1010"], 1_010, 1_030]);
  clock.moveTo(1_025);
  clock.moveTo(5);
  assertEquals([clock.now(), clock.monotonic()], [1_025, 25]);
  assertEquals([clock.fire(1_030), clock.fire(9_999), clock.next], [true, false, undefined]);
  assertThrows(() => new ReplayClock(Number.NaN), KalshiConfigError);
});

test("what is cleared by the thousand leaves what is not", () => {
  const clock = new ReplayClock(0);
  const fired: number[] = [];
  const timers = Array.from({ length: 10_000 }, (_, n) => clock.setTimer(() => void fired.push(n), n));
  for (const [n, timer] of timers.entries()) if (n % 100 !== 7) timer.clear();
  while (clock.fire(Infinity));
  assertEquals(fired, Array.from({ length: 100 }, (_, n) => n * 100 + 7));
});

test("it waits for what is held, and once released its timers run by themselves, each at its own time", async () => {
  const clock = new ReplayClock(0);
  let settle: (value: string) => void = () => {};
  const held = clock.hold(new Promise<string>((resolve) => settle = resolve));
  const holding = clock.holding;
  settle("done");
  await holding;
  assertEquals([await held, clock.holding], ["done", undefined]);
  const times: number[] = [];
  const wait = (ms: number) => new Promise<void>((resolve) => void clock.setTimer(resolve, ms));
  const before = wait(3).then(() => times.push(clock.now()));
  const cleared = clock.setTimer(() => times.push(-1), 1);
  clock.release();
  clock.release();
  cleared.clear();
  await before;
  await wait(2);
  times.push(clock.now());
  assertEquals(times, [3, 5]);
});
