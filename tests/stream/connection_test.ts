import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { KalshiAuth } from "../../src/auth/mod.ts";
import { KalshiClient } from "../../src/client.ts";
import { errorCodes, errorMeanings, terminalErrors } from "../../src/contract/event/channels.ts";
import {
  KalshiAbortError,
  KalshiAuthError,
  KalshiConfigError,
  KalshiError,
  KalshiTimeoutError,
} from "../../src/base/errors.ts";
import {
  type KalshiStream,
  KalshiStreamClosedError,
  KalshiStreamError,
  type StreamStatus,
} from "../../src/stream/mod.ts";
import { streamError } from "../../src/stream/error_codes.ts";
import { eventProduct } from "../../src/stream/event_product.ts";
import { test } from "../support/test.ts";
import { startTimed } from "./support/timed_exchange.ts";
import { take } from "./support/take.ts";

/** Looks like a signature. */
const SIGNATURE = btoa("s".repeat(64));

const config = { retryBaseDelayMs: 1_000, retryMaxDelayMs: 8_000, wsMaxRetries: 3 };

async function statesOf(stream: KalshiStream): Promise<StreamStatus[]> {
  const states: StreamStatus[] = [];
  for await (const status of stream.status()) states.push(status);
  return states;
}

test("the handshake is signed anew for each attempt, with the time of the attempt", async () => {
  await using venue = await startTimed();
  const signed: string[] = [];
  const { keyId, auth: signer } = venue.account;
  const auth = KalshiAuth.fromSigner({ keyId, sign: (text) => (signed.push(text), signer.sign(text)) });
  const stream = await venue.connect({ auth }, config);
  const start = venue.clock.now();
  assertEquals(signed, [`${start}GET/trade-api/ws/v2`]);
  assertEquals(venue.wire.socket.headers["KALSHI-ACCESS-KEY"], keyId);
  await venue.clock.advance(5_000);
  venue.exchange.sockets.fail({ fault: "cut" });
  await venue.clock.advance(1_000);
  assertEquals(venue.wire.sockets.length, 2);
  const [, second = ""] = signed;
  assert(Number(second.slice(0, 13)) >= start + 5_000);
  await stream.close();
});

for (const status of [401, 403]) {
  test(`a key refused with ${status} is fatal and says what to check`, async () => {
    await using venue = await startTimed();
    venue.exchange.sockets.refuse({ status: status });
    const error = await assertRejects(
      () => venue.connect(),
      KalshiAuthError,
      "Check that the key belongs to this environment",
    );
    assertEquals([error.code, error.status, error.outcome], ["AUTH_REJECTED", status, "rejected"]);
    assertEquals(venue.clock.pending, 0);
  });
}

test("the first connection fails at once, and other refusals are told apart", async () => {
  const codes: string[] = [];
  for (const handshake of [429, 503, 404, "cut"] as const) {
    await using venue = await startTimed();
    venue.exchange.sockets.refuse({ status: handshake });
    codes.push((await assertRejects(() => venue.connect(), KalshiError)).code);
    assertEquals(venue.clock.pending, 0);
  }
  assertEquals(codes, ["RATE_LIMITED", "SERVER", "BAD_REQUEST", "CONNECTION"]);
});

test("a signer that never answers is given up after timeoutMs, or when the caller says so", async () => {
  await using venue = await startTimed();
  const auth = { keyId: "key-1", sign: () => new Promise<string>(() => {}) };
  const slow = assertRejects(() => venue.connect({ auth }, { timeoutMs: 3_000 }), KalshiTimeoutError);
  await venue.clock.advance(3_000);
  await slow;
  const controller = new AbortController();
  const aborted = assertRejects(() => venue.connect({ auth, signal: controller.signal }), KalshiAbortError);
  await venue.clock.advance(10);
  controller.abort();
  await aborted;
  assertEquals([venue.clock.pending, venue.wire.sockets.length], [0, 0]);
});

test("aborting in the moment of the handshake leaves no socket open", async () => {
  await using venue = await startTimed();
  for (let turns = 0; turns < 6; turns++) {
    const abort = new AbortController();
    venue.wire.onOpen = () => {
      let left = turns;
      const step = (): void => left-- > 0 ? queueMicrotask(step) : abort.abort();
      step();
    };
    await venue.connect({ signal: abort.signal }).then((stream) => stream.close(), () => {});
    await venue.clock.advance(0);
    assertEquals(
      [venue.wire.sockets.length, venue.exchange.sockets.open],
      [turns + 1, 0],
      `after ${turns} turns`,
    );
  }
  assertEquals(venue.clock.pending, 0);
});

test("a handshake without an answer ends after timeoutMs, or when the caller says so", async () => {
  await using venue = await startTimed();
  venue.exchange.sockets.refuse({ status: "hang" });
  venue.exchange.sockets.refuse({ status: "hang" });
  const slow = assertRejects(
    () => venue.connect({}, { timeoutMs: 3_000 }),
    KalshiTimeoutError,
    "within 3000 ms",
  );
  await venue.clock.advance(3_000);
  await slow;
  const controller = new AbortController();
  const aborted = assertRejects(() => venue.connect({ signal: controller.signal }), KalshiAbortError);
  await venue.clock.advance(10);
  controller.abort();
  await aborted;
  await assertRejects(() => venue.connect({ signal: AbortSignal.abort() }), KalshiAbortError);
  assertEquals(venue.clock.pending, 0);
});

test("unknown options and runtimes without handshake headers are refused before any network use", async () => {
  await using venue = await startTimed();
  await assertRejects(() => venue.connect({ clok: 1 } as never), KalshiConfigError, "clock");
  const runtime = venue.exchange.createRuntime();
  const browser = {
    ...runtime,
    name: "web",
    capabilities: { ...runtime.capabilities, handshakeHeaders: false },
  };
  await assertRejects(() => venue.connect({ runtime: browser }), KalshiConfigError, "cannot send headers");
  await assertRejects(() => venue.connect({ auth: undefined } as never), KalshiConfigError, "needs `auth`");
  assertEquals(venue.wire.sockets.length, 0);
});

test("it reconnects with full jitter, tells each step, and gives up after wsMaxRetries in a row", async () => {
  await using venue = await startTimed();
  const stream = await venue.connect({}, config);
  const states = statesOf(stream);
  venue.exchange.sockets.refuse({ status: "cut" });
  venue.exchange.sockets.refuse({ status: 502 });
  venue.exchange.sockets.refuse({ status: "cut" });
  venue.exchange.sockets.fail({ fault: "close", code: 1012 });
  await venue.clock.advance(60_000);
  const seen = await states;
  assertEquals(seen.map(({ state }) => state), [
    "open",
    "reconnecting",
    "connecting",
    "reconnecting",
    "connecting",
    "reconnecting",
    "connecting",
    "closed",
  ]);
  const waits = seen.filter((status) => status.state === "reconnecting");
  assertEquals(waits.map(({ attempt }) => attempt), [1, 2, 3]);
  assertEquals(waits.map(({ cause }) => cause.code), ["CONNECTION", "CONNECTION", "SERVER"]);
  for (const [index, { delayMs }] of waits.entries()) assert(delayMs >= 0 && delayMs <= 1_000 * 2 ** index);
  assertEquals(new Set(waits.map(({ delayMs }, index) => delayMs / 2 ** index)).size, 3, "no constant");
  const last = seen.at(-1);
  assert(last?.state === "closed" && last.cause instanceof KalshiStreamClosedError);
  assertEquals(last.cause.attempts, 3);
  assertEquals([stream.state, venue.clock.pending], ["closed", 0]);
  await assertRejects(() => stream.subscribe("trade"), KalshiStreamClosedError);
});

test("a key refused while reconnecting ends the stream at once, with that cause", async () => {
  await using venue = await startTimed();
  const stream = await venue.connect({}, config);
  const trades = await stream.subscribe("trade");
  venue.exchange.sockets.refuse({ status: 401 });
  venue.exchange.sockets.fail({ fault: "cut" });
  await venue.clock.advance(1_000);
  assertEquals(stream.state, "closed");
  const error = await assertRejects(() => take(trades, 1), KalshiStreamClosedError, "refused the key");
  assert(error.cause instanceof KalshiAuthError);
});

test("after a minute of health the count of attempts starts again", async () => {
  await using venue = await startTimed();
  const stream = await venue.connect({}, { ...config, wsMaxRetries: 1 });
  for (let round = 0; round < 3; round++) {
    await venue.clock.advance(60_000);
    venue.exchange.sockets.fail({ fault: "cut" });
    await venue.clock.advance(1_000);
    assertEquals(stream.state, "open");
  }
  assertEquals(stream.stats().reconnects, 3);
  venue.exchange.sockets.fail({ fault: "cut" });
  await venue.clock.advance(1_000);
  assertEquals(stream.state, "closed");
});

for (const canPing of [true, false]) {
  test(`a half-open socket is noticed within two intervals, by ${canPing ? "pings" : "list_subscriptions"}`, async () => {
    await using venue = await startTimed();
    const runtime = venue.wire.watch(venue.exchange.createRuntime({ ping: canPing }));
    const stream = await venue.connect({ runtime }, { ...config, wsPingIntervalMs: 10_000 });
    await venue.clock.advance(45_000);
    const [first] = venue.wire.sockets;
    assert(first !== undefined);
    assertEquals([first.pings, first.commands.length], canPing ? [4, 0] : [0, 4]);
    venue.exchange.sockets.fail({ fault: "half-open" });
    await venue.clock.advance(20_000);
    assertEquals(first.closed, 1006);
    await venue.clock.advance(1_000);
    assertEquals([stream.state, venue.wire.sockets.length], ["open", 2]);
    await stream.close();
  });
}

test("any frame counts as a sign of life", async () => {
  await using venue = await startTimed();
  const runtime = venue.exchange.createRuntime({ ping: false });
  const stream = await venue.connect({ runtime }, { ...config, wsPingIntervalMs: 10_000 });
  venue.exchange.sockets.fail({ fault: "ignore", times: Infinity });
  for (let round = 0; round < 20; round++) {
    await venue.clock.advance(5_000);
    venue.exchange.sockets.send('{"type":"news","msg":{}}');
  }
  assertEquals([stream.state, stream.stats().reconnects, stream.stats().frames], ["open", 0, 19]);
});

test("a graceful close ends loops without an error, waits for a silent peer, and leaves no timer", async () => {
  await using venue = await startTimed();
  const stream = await venue.connect({}, { wsCloseTimeoutMs: 2_000 });
  const trades = await stream.subscribe("trade");
  venue.exchange.sockets.publish("trade", { trade_id: "1", market_ticker: "M" });
  await venue.clock.advance(0);
  venue.exchange.sockets.fail({ fault: "half-open" });
  let closed = false;
  const closing = stream.close().then(() => closed = true);
  assertEquals((await take(trades, 5)).length, 1);
  await venue.clock.advance(1_999);
  assertEquals(closed, false);
  await venue.clock.advance(1);
  await closing;
  await stream.close();
  assertEquals([stream.state, venue.clock.pending, venue.wire.socket.closed], ["closed", 0, 1006]);
  assertEquals(await take(stream.status(), 9), [{ state: "closed", cause: undefined }]);
});

test("closing while it reconnects or connects leaves nothing behind", async () => {
  await using venue = await startTimed();
  const waiting = await venue.connect({}, config);
  venue.exchange.sockets.fail({ fault: "cut" });
  await waiting.close();
  assertEquals(venue.clock.pending, 0);

  const connecting = await venue.connect({}, config);
  venue.exchange.sockets.refuse({ status: "hang" });
  venue.exchange.sockets.fail({ fault: "cut" });
  await venue.clock.advance(1_000);
  assertEquals(connecting.state, "connecting");
  await connecting.close();
  await venue.clock.advance(0);
  assertEquals([connecting.state, venue.clock.pending], ["closed", 0]);
});

test("every error code of Kalshi's says what to do", () => {
  for (const code of Object.keys(errorMeanings)) {
    const { message } = streamError({ msg: { code: Number(code), msg: "x" } }, eventProduct.errors);
    assertMatch(message, /: x\. \w.*\.$/);
  }
});

test("error codes become typed errors that say what to do", async () => {
  await using venue = await startTimed();
  const stream = await venue.connect();
  const error = await assertRejects(() => stream.subscribe("news"), KalshiStreamError);
  assertEquals([error.errorCode, error.channel, error.code, error.outcome], [
    8,
    "news",
    "STREAM",
    "rejected",
  ]);
  assertEquals(
    error.message,
    'The subscription to "news" was refused with error 8: Unknown channel name. ' +
      "Check the channel's name; it may have been retired.",
  );
  await stream.close();
});

test("text that is no frame is counted, handed to the hook, and breaks nothing", async () => {
  await using venue = await startTimed();
  const texts: string[] = [];
  const stream = await venue.connect({
    onUnreadable: (text) => {
      texts.push(text);
      throw new Error("a hook's own mistake");
    },
  });
  const wrong = [
    "",
    "{",
    "null",
    "[]",
    "5",
    '"x"',
    '{"sid":1}',
    '{"type":"trade","sid":"1","msg":{}}',
    '{"type":"trade","sid":1,"seq":1.5,"msg":{}}',
    '{"type":"trade","sid":1,"seq":1}',
  ];
  for (const text of wrong) venue.exchange.sockets.send(text);
  venue.exchange.sockets.send(new TextEncoder().encode("{"));
  await venue.clock.advance(0);
  assertEquals(texts, [...wrong, "{"]);
  assertEquals([stream.state, stream.stats().unreadable, stream.stats().frames], [
    "open",
    wrong.length + 1,
    wrong.length + 1,
  ]);
  await stream.close();
});

test("no more than 10,000 commands a second are sent; the rest waits", async () => {
  await using venue = await startTimed();
  const stream = await venue.connect({}, { wsPingIntervalMs: 100_000 });
  const book = await stream.subscribe("orderbook_delta", { market_tickers: ["M"] });
  const begun = venue.clock.now();
  const sent: number[] = [];
  venue.exchange.sockets.fail({ fault: "ignore", action: "get_snapshot", times: Infinity });
  venue.wire.onSend = () => void sent.push(venue.clock.now() - begun);
  await venue.clock.advance(990);
  for (let n = 0; n < 25_000; n++) book.snapshot();
  while (sent.length < 25_000) await venue.clock.advance(10);
  for (let n = 10_000; n < sent.length; n++) {
    assert((sent[n] ?? 0) - (sent[n - 10_000] ?? 0) >= 1_000, `10,001 commands before ${sent[n]} ms`);
  }
  assert((sent.at(-1) ?? 0) < 5_000, "it need not be slow either");
  await stream.close();
  assertEquals(venue.clock.pending, 0);
});

test("frames are parsed and written with the functions of the configuration", async () => {
  await using venue = await startTimed();
  let [parsed, written] = [0, 0];
  const stream = await venue.connect({}, {
    wsJsonParse: (text) => (parsed++, JSON.parse(text)),
    wsJsonStringify: (value) => (written++, JSON.stringify(value)),
  });
  await stream.subscribe("trade");
  assertEquals([parsed, written], [1, 1]);
  await stream.close();
});

test("client.stream() refuses options that are the client's own", async () => {
  await using client = new KalshiClient({
    auth: { keyId: "key-1", sign: () => Promise.resolve(SIGNATURE) },
    demo: true,
  });
  const own = { auth: {}, runtime: {}, clock: {}, lookup: {} };
  for (const [name, value] of Object.entries(own)) {
    await assertRejects(() => client.stream({ [name]: value } as never), KalshiConfigError, `\`${name}\``);
  }
});

test("every error code has one name, and those that end a subscription are among them", () => {
  const codes: number[] = Object.values(errorCodes);
  assertEquals(codes.map(String), Object.keys(errorMeanings));
  assertEquals(terminalErrors, [
    errorCodes.channelError,
    errorCodes.internalError,
    errorCodes.subscriptionBufferOverflow,
  ]);
});
