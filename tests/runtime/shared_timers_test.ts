/** The limits of many calls by one timer, which nobody waits for once they have ended. */
import { assertEquals } from "@std/assert";
import type { Clock } from "../../src/base/clock.ts";
import { SharedTimers } from "../../src/runtime/shared_timers.ts";
import { ManualClock } from "../../src/testing/mod.ts";
import { test } from "../support/test.ts";

/** A clock that tells what its timers are: how many there were, and whether the last one is there and awaited. */
function watched({ canLet = true } = {}) {
  const clock = new ManualClock();
  const seen = { made: 0, isSet: false, isAwaited: false };
  const watching: Clock = {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    setTimer(act, ms) {
      const timer = clock.setTimer(() => {
        seen.isSet = seen.isAwaited = false;
        act();
      }, ms);
      seen.made++;
      seen.isSet = seen.isAwaited = true;
      return {
        clear: () => {
          seen.isSet = seen.isAwaited = false;
          timer.clear();
        },
        ...(canLet && { keepAlive: (does: boolean) => void (seen.isAwaited = does) }),
      };
    },
  };
  return { clock, seen, timers: new SharedTimers(watching) };
}

test("calls that end in time share one timer, and no process waits for it between them", async () => {
  const { clock, seen, timers } = watched();
  const struck: string[] = [];
  for (let call = 0; call < 5; call++) {
    const timer = timers.setTimer(() => struck.push(`call ${call}`), 1000);
    const other = timers.setTimer(() => struck.push(`other ${call}`), 1000);
    assertEquals(seen, { made: 1, isSet: true, isAwaited: true });
    timer.clear();
    timer.clear();
    assertEquals(seen.isAwaited, true);
    other.clear();
    assertEquals(seen, { made: 1, isSet: true, isAwaited: false });
    await clock.advance(100);
  }
  await clock.advance(1000);
  assertEquals(struck, []);
  assertEquals(seen, { made: 1, isSet: false, isAwaited: false });
});

test("each limit strikes at its time, whichever timer was there before it", async () => {
  const { clock, seen, timers } = watched();
  const struck: [string, number][] = [];
  const start = clock.monotonic();
  const limit = (name: string, ms: number) =>
    timers.setTimer(() => struck.push([name, clock.monotonic() - start]), ms);
  limit("long", 1000).clear();
  await clock.advance(300);
  limit("later", 1000); // The timer of the one before fires first.
  limit("soon", 200);
  const never = limit("never", 400);
  limit("same", 200);
  await clock.advance(300);
  never.clear();
  await clock.advance(2000);
  assertEquals(struck, [["soon", 500], ["same", 500], ["later", 1300]]);
  assertEquals(seen.isSet, false);
});

test("a limit that strikes may begin another call", async () => {
  const { clock, timers } = watched();
  const struck: number[] = [];
  timers.setTimer(() => {
    struck.push(1);
    timers.setTimer(() => struck.push(2), 50);
  }, 100);
  await clock.advance(100);
  assertEquals(struck, [1]);
  await clock.advance(50);
  assertEquals(struck, [1, 2]);
});

test("nothing is left where a timer cannot be let go of, nor once the client is closed", () => {
  const plain = watched({ canLet: false });
  plain.timers.setTimer(() => {}, 1000).clear();
  assertEquals(plain.seen.isSet, false);
  const idle = watched();
  idle.timers.setTimer(() => {}, 1000).clear();
  idle.timers.close();
  assertEquals(idle.seen.isSet, false);
  const busy = watched();
  const timer = busy.timers.setTimer(() => {}, 1000);
  busy.timers.close();
  assertEquals(busy.seen.isSet, true);
  timer.clear();
  assertEquals(busy.seen.isSet, false);
});
