import { assertEquals } from "@std/assert";
import {
  KalshiAuthKeyError,
  KalshiAuthRejectedError,
  KalshiConfigError,
  KalshiConnectionError,
  KalshiNotFoundError,
  KalshiReadOnlyError,
  KalshiServerError,
  KalshiTimeoutError,
} from "../../mod.ts";
import { CliError, exitCodes, exitOf } from "../../src/cli/exit_codes.ts";
import { KalshiMarketClosedError } from "../../src/stream/errors.ts";
import { test } from "../support/test.ts";

test("the exit code says whether it was refused here, refused there, not reached, or may have been done", () => {
  const write = { method: "POST", path: "/portfolio/orders" } as const;
  const read = { method: "GET", path: "/markets" } as const;
  const cases: readonly (readonly [error: unknown, exit: keyof typeof exitCodes])[] = [
    [new CliError("unconfirmed", "no"), "unconfirmed"],
    [new KalshiConfigError("an option"), "usage"],
    [new KalshiAuthKeyError("a key"), "key"],
    [new KalshiAuthRejectedError("401", { ...read, status: 401, outcome: "rejected" }), "key"],
    [new KalshiReadOnlyError("read only", write), "unconfirmed"],
    [new KalshiNotFoundError("404", { ...write, status: 404, outcome: "rejected" }), "refused"],
    [new KalshiMarketClosedError("M", "finalized"), "refused"],
    [new KalshiConnectionError("refused", { ...write, outcome: "not-sent" }), "unreachable"],
    [new KalshiTimeoutError("late", { ...read, outcome: "unknown" }), "unreachable"],
    [new KalshiTimeoutError("late", { ...write, outcome: "unknown" }), "unknown"],
    [new KalshiConnectionError("cut off", { clientIds: ["mine"], outcome: "unknown" }), "unknown"],
    [new KalshiServerError("503", { ...write, status: 503, outcome: "unknown" }), "unknown"],
    [new KalshiServerError("503", { ...read, status: 503, outcome: "unknown" }), "unreachable"],
    [Object.assign(new Error("no space"), { code: "ENOSPC" }), "failed"],
    [new TypeError("undefined is not a function"), "fault"],
  ];
  for (const [error, exit] of cases) assertEquals(exitOf(error), exit, String(error));
});

test("no two exit codes are the same number", () => {
  const numbers = Object.values(exitCodes).map(({ code }) => code);
  assertEquals(new Set(numbers).size, numbers.length);
});
