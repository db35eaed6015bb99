import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { backoffMs } from "../../src/base/backoff.ts";
import { isSafeMethod } from "../../src/base/http_method.ts";
import { isRetryableStatus, retryAfterMs } from "../../src/http/status.ts";
import { test } from "../support/test.ts";

const NOW = Date.UTC(2026, 10, 23, 12, 0, 0);

test("the retryable statuses are the transient ones and no other", () => {
  const retryable = [408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524];
  for (let status = 100; status < 600; status++) {
    assertEquals(isRetryableStatus(status), retryable.includes(status), String(status));
  }
});

test("only methods that change nothing are safe", () => {
  assertEquals(["GET", "HEAD", "OPTIONS"].map(isSafeMethod), [true, true, true]);
  assertEquals(["POST", "PUT", "PATCH", "DELETE"].map(isSafeMethod), [false, false, false, false]);
});

test("Retry-After is read as seconds or as an HTTP date, and ignored otherwise", () => {
  const cases: [string | null, number | undefined][] = [
    ["0", 0],
    ["1", 1_000],
    [" 2.5 ", 2_500],
    ["-1", undefined],
    ["NaN", undefined],
    ["Infinity", undefined],
    ["1e400", undefined],
    ["soon", undefined],
    ["", undefined],
    [null, undefined],
    ["5s", undefined],
    ["Mon, 23 Nov 2026 12:00:07 GMT", 7_000],
    ["Mon, 23 Nov 2026 11:59:00 GMT", 0],
  ];
  for (const [field, expected] of cases) assertEquals(retryAfterMs(429, field, NOW), expected, String(field));
});

test("Retry-After counts on 408, 429, 503 and 504 only", () => {
  for (const status of [408, 429, 503, 504]) assertEquals(retryAfterMs(status, "1", NOW), 1_000);
  for (const status of [425, 500, 502, 520, 400]) assertEquals(retryAfterMs(status, "1", NOW), undefined);
});

test("the wait is uniform in the window, above what the server asked for, and never over the cap", () => {
  fc.assert(fc.property(
    fc.nat(20),
    fc.integer({ min: 0, max: 5_000 }),
    fc.integer({ min: 0, max: 60_000 }),
    fc.option(fc.nat(120_000), { nil: undefined }),
    fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    (attempt, retryBaseDelayMs, retryMaxDelayMs, serverMs, random) => {
      const options = { retryBaseDelayMs, retryMaxDelayMs };
      const delay = backoffMs(attempt, options, serverMs, () => random);
      const window = Math.min(retryBaseDelayMs * 2 ** attempt, retryMaxDelayMs);
      assert(delay <= retryMaxDelayMs);
      assert(delay >= Math.min(serverMs ?? 0, retryMaxDelayMs));
      if (serverMs === undefined) assertEquals(delay, random * window);
    },
  ));
});
