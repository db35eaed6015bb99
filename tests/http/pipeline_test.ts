import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  KalshiAbortError,
  KalshiAuth,
  KalshiAuthError,
  KalshiBadRequestError,
  KalshiClient,
  type KalshiClientOptions,
  KalshiConfig,
  KalshiConfigError,
  type KalshiConfigOptions,
  KalshiConflictError,
  KalshiCore,
  KalshiDecodeError,
  KalshiError,
  KalshiNotFoundError,
  KalshiRateLimitError,
  KalshiServerError,
  KalshiTimeoutError,
} from "../../mod.ts";
import { systemClock } from "../../src/base/clock.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import { httpAnswer, startRawServer } from "../support/raw_server.ts";
import { order } from "../support/order.ts";
import { test } from "../support/test.ts";

const signer = { keyId: "key-1", sign: (text: string) => Promise.resolve(btoa(text)) };

type Answering = (request: Request, attempt: number) => Response | Promise<Response>;

/** A client on a moved clock whose network is a function. */
function clientOver(
  answering: Answering,
  config: KalshiConfigOptions = {},
  options: KalshiClientOptions = {},
) {
  const clock = new ManualClock();
  const requests: Request[] = [];
  const client = new KalshiClient({
    auth: signer,
    config: new KalshiConfig(config),
    clock,
    transport: (request) => {
      requests.push(request);
      return Promise.resolve(answering(request, requests.length));
    },
    ...options,
  });
  return { client, clock, requests };
}

/** Lets a call run to its end while the clock moves. */
async function settle<T>(promise: Promise<T>, clock: ManualClock, limitMs = 600_000): Promise<T> {
  let done = false;
  const marked = promise.finally(() => done = true);
  marked.catch(() => {});
  for (let moved = 0; !done && moved <= limitMs; moved += 250) await clock.advance(250);
  return await promise;
}

const ok = () => Response.json({ exchange_active: true, trading_active: true });

test("a read is repeated on every transient status, up to maxRetries", async () => {
  for (const status of [408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524]) {
    const { client, clock, requests } = clientOver((_, attempt) =>
      attempt < 4 ? new Response("", { status }) : ok()
    );
    assertEquals((await settle(client.exchange.status(), clock)).trading_active, true);
    assertEquals(requests.length, 4, String(status));
  }
});

test("a read gives up after maxRetries and says how often it tried", async () => {
  const { client, clock, requests } = clientOver(() => new Response("", { status: 503 }), { maxRetries: 2 });
  const error = await assertRejects(() => settle(client.exchange.status(), clock), KalshiServerError);
  assertEquals([requests.length, error.attempts, error.status], [3, 3, 503]);
});

test("what the caller did wrong is never repeated", async () => {
  const classes = new Map<number, abstract new (...args: never[]) => KalshiError>([
    [400, KalshiBadRequestError],
    [401, KalshiAuthError],
    [403, KalshiAuthError],
    [404, KalshiNotFoundError],
    [409, KalshiConflictError],
    [422, KalshiBadRequestError],
  ]);
  for (const [status, expected] of classes) {
    const { client, requests } = clientOver(() =>
      Response.json({ code: "some_code", message: "some text", details: { field: 1 } }, { status })
    );
    const error = await assertRejects(() => client.markets.get("T"), KalshiError);
    assertInstanceOf(error, expected);
    assertEquals([requests.length, error.serverCode, error.outcome], [1, "some_code", "rejected"]);
    assertEquals(error.details, { field: 1 });
    assertStringIncludes(error.message, "some text");
  }
});

test("every shape of error body is read", async () => {
  const shapes: [unknown, string | undefined, string][] = [
    [{ code: "a_code", message: "a text" }, "a_code", "a_code: a text"],
    [{ error: { code: "a_code", message: "a text" } }, "a_code", "a_code: a text"],
    [{ msg: "a text" }, undefined, "a text"],
    [{ error: "a text" }, undefined, "a text"],
    [{ error: { code: "a_code" } }, "a_code", "a_code"],
    ["a text", undefined, "a text"],
  ];
  for (const [body, code, message] of shapes) {
    const { client } = clientOver(() => Response.json(body, { status: 400 }));
    const error = await assertRejects(() => client.markets.get("T"), KalshiBadRequestError, message);
    assertEquals(error.serverCode, code);
  }
});

test("writes are sent once, whatever the answer", async () => {
  for (const status of [408, 425, 429, 500, 502, 503, 504, 520]) {
    const { client, clock, requests } = clientOver(() => new Response("", { status }));
    const error = await assertRejects(() => settle(client.orders.create(order), clock), KalshiError);
    assertEquals(requests.length, 1, String(status));
    assertEquals(error.outcome, status === 425 || status === 429 ? "rejected" : "unknown", String(status));
  }
  for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
    const { client, clock, requests } = clientOver(() => {
      throw new TypeError("connection reset");
    });
    const error = await assertRejects(() => settle(client.request(method, "/x"), clock), KalshiError);
    assertEquals([requests.length, error.outcome, error.code], [1, "unknown", "CONNECTION"], method);
  }
});

test("a body that breaks off is a connection failure: a read is repeated, a write is of unknown outcome", async () => {
  const broken = () =>
    new Response(new ReadableStream({ start: (controller) => controller.error(new Error("cut")) }));
  const read = clientOver((_, attempt) => attempt === 1 ? broken() : ok());
  assertEquals((await settle(read.client.exchange.status(), read.clock)).trading_active, true);
  const write = clientOver(broken);
  const error = await assertRejects(
    () => settle(write.client.orders.create(order), write.clock),
    KalshiError,
  );
  assertEquals([error.outcome, write.requests.length], ["unknown", 1]);
});

test("Retry-After is waited for, with jitter on top, and never longer than retryMaxDelayMs", async () => {
  for (const [field, least, most] of [["2", 2_000, 2_500], ["0", 0, 500], ["600", 30_000, 30_000]] as const) {
    const delays: number[] = [];
    const { client, clock } = clientOver(
      (_, attempt) =>
        attempt === 1 ? new Response("", { status: 503, headers: { "retry-after": field } }) : ok(),
      {},
      { onRetry: ({ delayMs }) => delays.push(delayMs) },
    );
    await settle(client.exchange.status(), clock);
    const [delay = -1] = delays;
    assert(delays.length === 1 && delay >= least && delay <= most, `${field}: ${delays}`);
  }
});

test("timeoutMs ends one attempt, also where the transport ignores its signal", async () => {
  const { client, clock, requests } = clientOver(() => new Promise(() => {}), {
    timeoutMs: 1_000,
    maxRetries: 1,
  });
  const error = await assertRejects(
    () => settle(client.exchange.status(), clock),
    KalshiTimeoutError,
    "1000 ms",
  );
  assertEquals([requests.length, error.attempts, error.outcome], [2, 2, "unknown"]);
  assert(requests.every(({ signal }) => signal.aborted));
  assertEquals(clock.pending, 0);
});

test("timeoutMs covers the reading of the body", async () => {
  const { client, clock } = clientOver(
    () => new Response(new ReadableStream({ pull: () => new Promise(() => {}) })),
    { timeoutMs: 1_000, maxRetries: 0 },
  );
  await assertRejects(() => settle(client.exchange.status(), clock), KalshiTimeoutError);
});

test("totalTimeoutMs cuts the running attempt and says how many were made", async () => {
  const { client, clock } = clientOver(() => new Promise(() => {}), {
    timeoutMs: 1_000,
    totalTimeoutMs: 1_500,
    retryBaseDelayMs: 0,
  });
  const started = clock.now();
  const call = client.exchange.status();
  const error = await assertRejects(() => settle(call, clock), KalshiTimeoutError, "2 attempts");
  assertEquals(error.attempts, 2);
  assert(clock.now() - started <= 1_750);
});

test("totalTimeoutMs cuts a wait", async () => {
  const { client, clock, requests } = clientOver(
    () => new Response("", { status: 503, headers: { "retry-after": "20" } }),
    { totalTimeoutMs: 2_000 },
  );
  const error = await assertRejects(
    () => settle(client.exchange.status(), clock),
    KalshiTimeoutError,
    "1 attempt",
  );
  assertEquals([requests.length, error.status], [1, 503]);
  assertInstanceOf(error.cause, KalshiServerError);
});

test("an AbortSignal ends attempts and waits at once, and its reason is the cause", async () => {
  const reason = new Error("changed my mind");
  const inAttempt = new AbortController();
  const first = clientOver(() => new Promise(() => {}));
  const attempt = first.client.orders.create(order, { signal: inAttempt.signal });
  await first.clock.advance(0);
  inAttempt.abort(reason);
  const cut = await assertRejects(() => attempt, KalshiAbortError);
  assertEquals([cut.cause, cut.outcome], [reason, "unknown"]);

  const inWait = new AbortController();
  const second = clientOver(() => new Response("", { status: 503, headers: { "retry-after": "20" } }));
  const waiting = second.client.exchange.status({ signal: inWait.signal });
  await second.clock.advance(0);
  inWait.abort(reason);
  assertEquals((await assertRejects(() => waiting, KalshiAbortError)).cause, reason);
  assertEquals(second.clock.pending, 0);

  const before = clientOver(ok);
  const early = await assertRejects(
    () => before.client.exchange.status({ signal: AbortSignal.abort(reason) }),
    KalshiAbortError,
  );
  assertEquals([before.requests.length, early.outcome], [0, "not-sent"]);
});

test("options of a single call win over the config", async () => {
  const { client, clock, requests } = clientOver(() => new Promise(() => {}), {
    extraHeaders: { "x-a": "1", "x-b": "1" },
  });
  const call = client.exchange.status({ timeoutMs: 10, maxRetries: 0, headers: { "X-B": "2" } });
  await assertRejects(() => settle(call, clock, 1_000), KalshiTimeoutError, "10 ms");
  assertEquals([requests[0]?.headers.get("x-a"), requests[0]?.headers.get("x-b")], ["1", "2"]);
  for (const headers of [{ "kalshi-access-key": "x" }, { Host: "evil.io" }, { "Content-Length": "1" }]) {
    await assertRejects(() => client.exchange.status({ headers }), KalshiError, "headers");
  }
});

test("every attempt is signed anew, over the path as it goes over the wire", async () => {
  // The server's second makes sure that their times differ, whatever the waits are that chance adds.
  const { client, clock, requests } = clientOver((_, attempt) =>
    attempt < 3 ? new Response("", { status: 503, headers: { "retry-after": "1" } }) : ok()
  );
  await settle(
    client.request("GET", "/portfolio/balance", { query: { subaccount: 0 }, auth: "required" }),
    clock,
  );
  const stamps = requests.map(({ headers }) => headers.get("kalshi-access-timestamp"));
  assertEquals(new Set(stamps).size, 3);
  for (const request of requests) {
    const signed = atob(request.headers.get("kalshi-access-signature") ?? "");
    const stamp = request.headers.get("kalshi-access-timestamp");
    assertEquals(signed, `${stamp}GET/trade-api/v2/portfolio/balance`);
    assertEquals(new URL(request.url).search, "?subaccount=0");
  }
});

test("without a key public calls carry none, and calls that need one fail before any network use", async () => {
  const keyless = clientOver(() => Response.json({ markets: [], cursor: "" }), {}, { auth: undefined });
  await keyless.client.markets.list();
  const names = [...keyless.requests[0]?.headers.keys() ?? []];
  assertEquals(names.filter((name) => name.startsWith("kalshi")), []);
  const { client, requests } = clientOver(ok, {}, { auth: undefined });
  const error = await assertRejects(() => client.portfolio.balance(), KalshiAuthError, "API key");
  assertEquals([requests.length, error.code, error.outcome], [0, "AUTH_REQUIRED", "not-sent"]);
});

test("a request by hand is signed where there is a key, also with signPublicCalls off; not with auth none", async () => {
  for (const signPublicCalls of [true, false]) {
    const { client, requests } = clientOver(ok, { signPublicCalls });
    for (const auth of [undefined, "optional", "required", "none"] as const) {
      await client.request("GET", "/exchange/status", { auth });
    }
    const signed = requests.map(({ headers }) => headers.has("kalshi-access-signature"));
    assertEquals(signed, [true, true, true, false]);
  }
});

test("two clients with two keys never mix", async () => {
  const seen: string[] = [];
  const make = (keyId: string) =>
    clientOver(
      (request) => {
        seen.push(
          `${keyId}:${request.headers.get("kalshi-access-key")}:${
            atob(request.headers.get("kalshi-access-signature") ?? "").startsWith(keyId)
          }`,
        );
        return Response.json({ balance: 0 });
      },
      {},
      { auth: { keyId, sign: (text) => Promise.resolve(btoa(keyId + text)) } },
    ).client;
  const clients = ["a", "b"].map(make);
  await Promise.all(Array.from({ length: 50 }, (_, index) => clients[index % 2]?.portfolio.balance()));
  assertEquals([...new Set(seen)].sort(), ["a:a:true", "b:b:true"]);
});

test("a redirect is an error that names its target, and nothing follows it", async () => {
  for (const status of [301, 302, 303, 307, 308]) {
    await using server = await startRawServer(httpAnswer(status, "", { location: "https://evil.io/x" }));
    await using client = new KalshiClient({ auth: signer, config: { baseUrl: server.baseUrl } });
    const error = await assertRejects(() => client.portfolio.balance(), KalshiError, "https://evil.io/x");
    assertEquals([error.code, error.outcome], ["REDIRECT", "rejected"]);
    assertEquals((await server.received()).length, 1);
  }
});

test("HTML and cut JSON become clear errors with the status and the beginning of the text", async () => {
  const html = clientOver(() =>
    new Response(`<html>${"x".repeat(5_000)}</html>`, { headers: { "content-type": "text/html" } })
  );
  const error = await assertRejects(() => html.client.exchange.status(), KalshiDecodeError, "text/html");
  assertStringIncludes(error.message, "answered 200");
  assert(error.message.length < 400);
  const cut = clientOver(() => new Response(`{"exchange_active": tr`));
  await assertRejects(() => cut.client.exchange.status(), KalshiDecodeError, `{"exchange_active": tr`);
  const empty = clientOver(() => new Response(null, { status: 204 }));
  const missing = await assertRejects(
    () => empty.client.orders.create(order),
    KalshiDecodeError,
    "empty body",
  );
  assertEquals(missing.outcome, "unknown");
  const proxy = clientOver(() => new Response("<h1>Bad gateway</h1>", { status: 502 }), { maxRetries: 0 });
  await assertRejects(() => proxy.client.exchange.status(), KalshiServerError, "<h1>Bad gateway</h1>");
});

test("an endless error body is read no further than needed", async () => {
  let pulled = 0;
  const { client } = clientOver(() =>
    new Response(
      new ReadableStream({
        pull(controller) {
          pulled++;
          controller.enqueue(new TextEncoder().encode("x".repeat(10_000)));
        },
      }),
      { status: 400 },
    )
  );
  await assertRejects(() => client.exchange.status(), KalshiBadRequestError);
  assert(pulled < 20);
});

test("the 429 body is read, and Retry-After is on the error", async () => {
  const { client } = clientOver(
    () => Response.json({ error: "too many requests" }, { status: 429, headers: { "retry-after": "3" } }),
    { maxRetries: 0 },
  );
  const error = await assertRejects(
    () => client.exchange.status(),
    KalshiRateLimitError,
    "too many requests",
  );
  assertEquals(error.retryAfterMs, 3_000);
});

test("a 401 says when this machine's clock is off", async () => {
  for (
    const [skewMs, expected] of [[60_000, "60 s ahead"], [-7_000, "7 s behind"], [
      2_000,
      "environment",
    ]] as const
  ) {
    const { client, clock } = clientOver(() =>
      Response.json({ code: "authentication_error" }, {
        status: 401,
        headers: { date: new Date(clock.now() - skewMs).toUTCString() },
      })
    );
    const error = await assertRejects(() => client.portfolio.balance(), KalshiAuthError, expected);
    assertStringIncludes(error.message, "authentication_error. ");
  }
});

test("restJsonParse gets the bytes", async () => {
  const { client } = clientOver(ok, {
    restJsonParse: (bytes) => ({ parsed: JSON.parse(new TextDecoder().decode(bytes)) }),
  });
  assertEquals(await client.request("GET", "/exchange/status"), {
    parsed: { exchange_active: true, trading_active: true },
  });
});

test("hooks see each attempt, with the signature redacted, and a hook that throws changes nothing", async () => {
  const events: string[] = [];
  const log = console.error;
  console.error = () => events.push("reported");
  try {
    const { client, clock } = clientOver(
      (_, attempt) => attempt === 1 ? new Response("", { status: 500 }) : Response.json({ balance: 1 }),
      {},
      {
        onRequest: ({ callId, attempt, headers }) => {
          events.push(`request ${callId}.${attempt} ${headers["KALSHI-ACCESS-SIGNATURE"]}`);
        },
        onResponse: ({ callId, attempt, status }) => events.push(`response ${callId}.${attempt} ${status}`),
        onRetry: ({ callId, attempt, error }) => {
          events.push(`retry ${callId}.${attempt} ${error.code}`);
          throw new Error("broken hook");
        },
      },
    );
    assertEquals((await settle(client.portfolio.balance(), clock)).balance, 1);
  } finally {
    console.error = log;
  }
  assertEquals(events, [
    "request 1.1 [redacted]",
    "response 1.1 500",
    "retry 1.1 SERVER",
    "reported",
    "request 1.2 [redacted]",
    "response 1.2 200",
  ]);
});

test("a closed client ends what runs and refuses what comes; a second close is harmless", async () => {
  const { client, clock } = clientOver(() => new Promise(() => {}));
  const running = client.orders.create(order);
  await clock.advance(0);
  await client.close();
  await client.close();
  const cut = await assertRejects(() => running, KalshiError, "closed");
  assertEquals([cut.code, cut.outcome], ["CLOSED", "unknown"]);
  const late = await assertRejects(() => client.exchange.status(), KalshiError, "closed");
  assertEquals([late.code, late.outcome], ["CLOSED", "not-sent"]);
});

test("hooks see no header that looks like a credential", async () => {
  const seen: Record<string, string> = {};
  const { client } = clientOver(ok, {}, { onRequest: ({ headers }) => void Object.assign(seen, headers) });
  const secret = ["Authorization", "Cookie", "X-Api-Key", "X-Apikey", "X-Auth", "X-Password", "X-Token"];
  await client.exchange.status({
    headers: { "x-desk": "7", ...Object.fromEntries(secret.map((name) => [name, "hush"])) },
  });
  assertEquals(seen["x-desk"], "7");
  for (const name of secret) assertEquals(seen[name.toLowerCase()], "[redacted]", name);
});

test("a limit that is longer than timers hold is none", async () => {
  const answerLate = (_: Request, attempt: number) =>
    attempt === 1 ? new Response("", { status: 503 }) : new Promise<Response>((resolve) => {
      // A limit that overflowed would be over before.
      systemClock.setTimer(() => resolve(ok()), 20);
    });
  let sent = 0;
  await using client = new KalshiClient({
    config: { retryBaseDelayMs: 20 },
    transport: async (request) => await answerLate(request, ++sent),
  });
  const limits = { timeoutMs: 2 ** 31, totalTimeoutMs: 2 ** 40 };
  assertEquals((await client.exchange.status(limits)).trading_active, true);
  assertEquals(sent, 2);
});

test("a body on a method that has none is refused, not dropped", async () => {
  const { client, requests } = clientOver(ok);
  for (const method of ["GET", "head"]) {
    await assertRejects(() => client.request(method, "/x", { body: {} }), KalshiConfigError, "body");
  }
  assertEquals(requests.length, 0);
});

test("a core refuses options that it does not have, first of all the client's `demo`", () => {
  for (const option of ["demo", "keyId", "rateLimit", "timeoutMs"]) {
    assertThrows(() => new KalshiCore({ [option]: true }), KalshiConfigError, option);
  }
});

test("options of the client that are unknown or conflict are refused", async () => {
  const auth = await KalshiAuth.fromSigner(signer);
  const bad: [Record<string, unknown>, string][] = [
    [{ timeout: 5 }, "timeout"],
    [{ auth: null }, "signer"],
    [{ auth: { keyId: "a" } }, "`keyId` and `sign`"],
    [{ auth: Promise.resolve(auth) }, "Await"],
    [{ demo: true, config: KalshiConfig.demo() }, "demo"],
    [{ auth, keyId: "a" }, "auth"],
    [{ keyId: "a" }, "privateKey"],
    [{ privateKey: "x" }, "keyId"],
    [{ keyId: " ", privateKey: "x" }, "key id"],
    [{ keyId: "a", privateKey: "x", privateKeyPath: "y" }, "not both"],
    [{ keyId: "a", privateKey: "garbage" }, "PEM"],
  ];
  for (const [options, text] of bad) {
    const error = await assertRejects(async () => await new KalshiClient(options).close(), KalshiError, text);
    assertEquals(error.outcome, "not-sent");
  }
});

test("prices and counts that are no decimal strings never reach the network", async () => {
  const { client, requests } = clientOver(ok);
  for (const price of [0.56, Number.NaN, "", "NaN", "1e-3", "-0.1", null, true]) {
    await assertRejects(
      () => client.orders.create({ ...order, price: price as string }),
      KalshiError,
      "price",
    );
  }
  assertEquals(requests.length, 0);
});

test("no error shows a key, a signature or a query", async () => {
  const { client } = clientOver(() => {
    throw new TypeError(
      "error sending request for url (https://api.elections.kalshi.com/trade-api/v2/x?secret=1)",
    );
  }, { maxRetries: 0 });
  const error = await assertRejects(
    () => client.request("POST", "/x", { query: { secret: "s3cr3t" }, body: { a: 1 } }),
    KalshiError,
  );
  const { message } = error;
  const dump = JSON.stringify({ ...error, message });
  for (const secret of ["s3cr3t", "secret=1", btoa("1")]) assert(!dump.includes(secret), dump);
});

test("a signature that a server sends back, however escaped, is in no error", async () => {
  const sign = () => Promise.resolve("sIgN/AtUrE+aBcDeFgH/iJkL".repeat(3));
  const shapes: ((signature: string) => string)[] = [
    (signature) => signature,
    (signature) => JSON.stringify({ code: "bad", message: `seen ${signature}`, details: { signature } }),
    (signature) => JSON.stringify({ headers: [signature] }).replaceAll("/", "\\/").replaceAll("+", "\\u002b"),
    (signature) => `<pre>${signature.replaceAll("/", "&#x2F;").replaceAll("+", "&#43;")}</pre>`,
    (signature) => `retry?signature=${encodeURIComponent(signature)}`,
  ];
  for (const shape of shapes) {
    for (const status of [200, 302, 401, 500]) {
      const { client } = clientOver(
        ({ headers }) => {
          const body = shape(headers.get("kalshi-access-signature") ?? "");
          const header = { location: status === 302 ? encodeURI(`/x?${body}`) : "/" };
          return new Response(status === 200 ? `<${body}` : body, { status, headers: header });
        },
        { maxRetries: 0 },
        { auth: { keyId: "key-1", sign } },
      );
      const error = await assertRejects(() => client.portfolio.balance(), KalshiError);
      const { message } = error;
      const dump = JSON.stringify({ ...error, message });
      assert(!/sIgN|AtUrE|aBcDeFgH|iJkL/.test(dump), dump);
      assertStringIncludes(dump, "[redacted]");
    }
  }
});
