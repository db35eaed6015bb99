import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import * as main from "../../../mod.ts";
import * as fix from "../../../src/fix/mod.ts";
import * as stream from "../../../src/stream/mod.ts";
import * as testing from "../../../src/testing/mod.ts";
import { withContext } from "../../../src/base/error_classes.ts";
import { test } from "../../support/test.ts";

type Constructor = new (...args: unknown[]) => main.KalshiError;

/** Those that stand for several classes, and are never thrown themselves. */
const groups: readonly unknown[] = [main.KalshiError, main.KalshiAuthError, fix.KalshiFixRejectError];

/** What those take that do not take a message and a context. */
const others: Readonly<Record<string, readonly unknown[]>> = {
  HandshakeRefusedError: [403, "a body"],
  KalshiStreamError: [7, "a text", "trade"],
  KalshiStreamOverflowError: ["a queue", 5],
  KalshiEventResendError: ["a text", 3],
  KalshiMarketDataError: ["a text", "1"],
  KalshiRfqError: ["a text", 99],
  KalshiStaleBookError: ["TICKER", "stale", "gap"],
  UnmatchedRequestError: ["a text", { method: "GET", path: "/x" }],
};

/** Those of a stream or of FIX: no request of REST fails with them. */
const ofStreams = [stream, fix].flatMap((module) => Object.values(module as Record<string, unknown>));

const make = (Class: Constructor) =>
  new Class(...others[Class.name] ?? ["a text", { status: 500, path: "/x" }]);

function classes(): Constructor[] {
  const values = [main, stream, fix, testing].flatMap((module) =>
    Object.values(module as Record<string, unknown>)
  );
  return [...new Set(values)].filter((value): value is Constructor =>
    typeof value === "function" && value.prototype instanceof main.KalshiError && !groups.includes(value)
  );
}

test("every class of errors has one code, and every code one class", () => {
  const codes = new Map<string, string>();
  for (const Class of classes()) {
    const { code, name } = make(Class);
    assert(/^[A-Z]+(_[A-Z]+)*$/.test(code), code);
    assertEquals(codes.get(code), undefined, `${code} has two classes`);
    codes.set(code, name);
  }
  assert(codes.size > 20);
  assertEquals(codes.get("CLOSED"), "KalshiClosedError");
  assertEquals(codes.get("REDIRECT"), "KalshiRedirectError");
  assertEquals(codes.get("PAGINATION"), "KalshiPaginationError");
  assertEquals(codes.get("HANDSHAKE"), "HandshakeRefusedError");
  assertEquals(codes.get("STREAM_CLOSED"), "KalshiStreamClosedError");
});

test("the three cases of a key are KalshiAuthErrors, and nothing else is", () => {
  const ofKeys = classes().map(make).filter((error) => error instanceof main.KalshiAuthError);
  assertEquals(ofKeys.map(({ code }) => code).sort(), ["AUTH_KEY", "AUTH_REJECTED", "AUTH_REQUIRED"]);
});

test("what becomes known later does not change an error's class", () => {
  for (const Class of classes()) {
    const error = make(Class);
    const later = withContext(error, { outcome: "unknown", attempts: 3 });
    assertEquals([later.outcome, later.attempts, later.cause], ["unknown", 3, error]);
    if (Class.name in others || ofStreams.includes(Class)) continue;
    assertInstanceOf(later, Class);
    assertEquals([later.code, later.name, later.message, later.status, later.path], [
      error.code,
      error.name,
      "a text",
      500,
      "/x",
    ]);
  }
});
