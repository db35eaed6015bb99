import { detectRuntime } from "#runtime";
import { assert, assertEquals, assertInstanceOf, assertRejects, assertStringIncludes } from "@std/assert";
import { KalshiAuthError, KalshiConnectionError, type KalshiError } from "../../src/base/errors.ts";
import { HandshakeRefusedError } from "../../src/runtime/types.ts";
import { PerpsStream } from "../../src/perps/mod.ts";
import { KalshiStream, KalshiStreamClosedError } from "../../src/stream/mod.ts";
import { httpAnswer, startRawServer } from "../support/raw_server.ts";
import { test } from "../support/test.ts";
import { startTimed, watch } from "./support/timed_exchange.ts";

const config = { retryBaseDelayMs: 1_000, retryMaxDelayMs: 1_000 };

/** What is not of Kalshi's making. */
const foreign: Readonly<Record<string, string>> = {
  "a page": "<html><title>403 Forbidden</title></html>",
  "nothing": "",
  "a text": "Forbidden",
  "JSON of a gateway": '{"message":"Forbidden"}',
  "JSON of a CDN": '{"errors":[{"code":1020,"message":"denied"}]}',
  "a list": "[]",
};
const kalshis: Readonly<Record<string, string>> = {
  "nested": '{"error":{"code":"authentication_error","message":"m","details":"NOT_FOUND"}}',
  "flat": '{"code":"permission_denied","message":"m"}',
};

for (const status of [401, 403]) {
  for (const [what, body] of Object.entries(foreign)) {
    test(`${status} with ${what} while reconnecting is not the key: it is tried again`, async () => {
      await using timed = await startTimed();
      const stream = await timed.connect({}, { ...config, wsMaxRetries: 5 });
      const waits = watch(stream);
      timed.exchange.sockets.refuse({ status, body, times: 3 });
      timed.exchange.sockets.fail({ fault: "cut" });
      await timed.clock.advance(10_000);
      assertEquals([stream.state, waits.length], ["open", 4]);
    });
  }

  for (const [what, body] of Object.entries(kalshis)) {
    test(`${status} with Kalshi's ${what} JSON while reconnecting is the key: the stream ends`, async () => {
      await using timed = await startTimed();
      const stream = await timed.connect({}, config);
      timed.exchange.sockets.refuse({ status, body });
      timed.exchange.sockets.fail({ fault: "cut" });
      await timed.clock.advance(10_000);
      assertEquals(stream.state, "closed");
      const error = await assertRejects(() => stream.subscribe("trade"), KalshiStreamClosedError);
      assertInstanceOf(error.cause, KalshiAuthError);
    });
  }
}

test("a page that keeps coming ends the stream when retries are used up, and is the cause", async () => {
  await using timed = await startTimed();
  const stream = await timed.connect({}, { ...config, wsMaxRetries: 2 });
  const waits = watch(stream);
  timed.exchange.sockets.refuse({ status: 403, body: "<html>", times: Infinity });
  timed.exchange.sockets.fail({ fault: "cut" });
  await timed.clock.advance(60_000);
  assertEquals([stream.state, waits.length], ["closed", 2]);
  const error = await assertRejects(() => stream.subscribe("trade"), KalshiStreamClosedError);
  let cause: unknown = error;
  while (cause instanceof KalshiStreamClosedError) cause = cause.cause;
  assertInstanceOf(cause, KalshiConnectionError);
  assertEquals(cause.status, 403);
  assertStringIncludes(cause.message, "says nothing of your key");
});

test("the first connection tells a page from a refused key, at once", async () => {
  await using timed = await startTimed();
  for (const status of [401, 403]) {
    timed.exchange.sockets.refuse({ status, body: "<html>" });
    const page = await assertRejects(() => timed.connect(), KalshiConnectionError, "not by Kalshi");
    assertEquals([page.status, page.outcome], [status, "rejected"]);
    const says = { NOT_FOUND: "no key of this id", INCORRECT_API_KEY_SIGNATURE: "does not belong" };
    for (const [details, text] of Object.entries(says)) {
      const body = JSON.stringify({ error: { code: "authentication_error", details } });
      timed.exchange.sockets.refuse({ status, body });
      const error = await assertRejects<KalshiError>(() => timed.connect(), KalshiAuthError, text);
      assertEquals([error.serverCode, error.details, error.code], [
        "authentication_error",
        details,
        "AUTH_REJECTED",
      ]);
    }
  }
});

test("a handshake that was signed too long ago is signed anew", async () => {
  await using timed = await startTimed();
  const stream = await timed.connect({}, config);
  const waits = watch(stream);
  const body = '{"error":{"code":"header_timestamp_expired","message":"m"}}';
  timed.exchange.sockets.refuse({ status: 401, body });
  timed.exchange.sockets.fail({ fault: "cut" });
  await timed.clock.advance(10_000);
  assertEquals([stream.state, waits.length], ["open", 2]);
});

test("a signature that a refusal sends back is in no error", () => {
  const signature = "sIgN/AtUrE+aBcDeFgH/iJkL".repeat(3);
  for (
    const body of [
      signature,
      JSON.stringify({ code: "x", details: signature }),
      encodeURIComponent(signature),
    ]
  ) {
    const error = new HandshakeRefusedError(401, body, { "KALSHI-ACCESS-SIGNATURE": signature });
    assert(
      !/sIgN|AtUrE|aBcDeFgH/.test(`${error.message} ${JSON.stringify(error)} ${error.stack}`),
      error.message,
    );
  }
});

test("every runtime tells a page from Kalshi's refusal", async () => {
  const nothing = { onMessage: () => {}, onClose: () => {} };
  for (const [bodies, isForeign] of [[foreign, true], [kalshis, false]] as const) {
    for (const body of Object.values(bodies)) {
      await using server = await startRawServer(httpAnswer(403, body));
      const url = server.baseUrl.replace("http", "ws");
      const error = await assertRejects(
        () => detectRuntime().connectWebSocket(url, nothing),
        HandshakeRefusedError,
      );
      assertEquals([error.status, error.isForeign], [403, isForeign], body);
    }
  }
});

test("a refused handshake says what to do on the exchange that refused it", async () => {
  const streams = {
    "client.apiKeys.list()": KalshiStream,
    "client.exchange.enabled()": PerpsStream,
  };
  for (const [text, Stream] of Object.entries(streams)) {
    const cause = new HandshakeRefusedError(403, '{"code":"permission_denied"}');
    const runtime = { ...detectRuntime(), connectWebSocket: () => Promise.reject(cause) };
    const auth = { keyId: "key-1", sign: () => Promise.resolve("c2lnbmF0dXJl".repeat(4)) };
    await assertRejects<KalshiError>(() => Stream.connect({ auth, runtime }), KalshiAuthError, text);
  }
});
