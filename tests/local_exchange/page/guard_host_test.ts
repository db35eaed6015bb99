import { assert, assertEquals, assertMatch, assertNotMatch, assertStringIncludes } from "@std/assert";
import { LocalExchange } from "../../../src/local_exchange/mod.ts";
import { test } from "../../support/test.ts";
import { type Headers, Visitor } from "./support/page.ts";

/** An exchange with a page, and a way to tell whether anything on it changed. */
async function open(options: { readonly cors?: string[] } = {}) {
  const exchange = await LocalExchange.start({ marketMakers: false, ...options });
  exchange.listMarket({ ticker: "A" });
  const { id } = await exchange.createAccount({ balance: "500.00" });
  const page = await exchange.servePage();
  return { exchange, id, visitor: new Visitor(page), [Symbol.asyncDispose]: () => exchange.close() };
}

const READS = [
  "/trade-api/v2/portfolio/balance",
  "/control/state",
  "/trade-api/v2/exchange/status",
  "/nothing",
];
const ORDER = JSON.stringify({
  ticker: "A",
  side: "bid",
  count: "1.00",
  price: "0.5000",
  time_in_force: "good_till_canceled",
  self_trade_prevention_type: "taker_at_cross",
});
const WRITES: readonly [path: string, body: string][] = [
  ["/trade-api/v2/portfolio/events/orders", ORDER],
  ["/control/pause", '{"what":"exchange"}'],
  ["/control/advance", '{"ms":100000000}'],
  ["/control/nothing", "{}"],
];

/** Sends every write with these headers, and says what each got; none may have had any effect. */
async function writes(at: Awaited<ReturnType<typeof open>>, headers: Headers): Promise<number[]> {
  const statuses: number[] = [];
  for (const [path, body] of WRITES) {
    statuses.push(
      (await at.visitor.raw("POST", path, { "content-type": "application/json", ...headers }, body)).status,
    );
  }
  const { value: orders } = await at.visitor.get("/trade-api/v2/portfolio/orders");
  const { value: state } = await at.visitor.get("/control/state");
  assertEquals(orders.orders, []);
  assertEquals(state.paused, "nothing");
  assert(Math.abs(state.nowMs - at.exchange.clock.base.now()) < 1e7);
  return [...new Set(statuses)];
}

test("without the token, or with another one, nothing but the page's files is to be had", async () => {
  await using at = await open();
  const { token, origin } = at.visitor;
  assertMatch(token, /^[\w-]{43}$/);
  const wrong = [
    {},
    { "x-page-token": "" },
    { "x-page-token": "x" },
    { "x-page-token": token.slice(0, -1) },
    { "x-page-token": `${token}x` },
    { "x-page-token": `${token}, ${token}` },
    { "x-page-token": (token[0] === "A" ? "B" : "A") + token.slice(1) },
    { "authorization": `Bearer ${token}`, "cookie": `token=${token}` },
  ] satisfies Headers[];
  for (const headers of wrong) {
    for (const path of READS) {
      const { status, value } = await at.visitor.raw("GET", path, headers);
      assertEquals([status, value.code], [401, "unknown_token"]);
    }
    assertEquals(await writes(at, { ...headers, origin }), [401]);
  }
  for (const path of READS) {
    assertEquals(
      (await at.visitor.raw("GET", `${path}?token=${token}`)).status,
      401,
      "no token in an address",
    );
  }
});

test("each page has a token of its own", async () => {
  await using at = await open();
  const second = new Visitor(await at.exchange.servePage());
  assert(second.token !== at.visitor.token);
  assertEquals((await second.get("/control/state")).status, 200);
  const crossed = await second.raw("GET", "/control/state", { "x-page-token": at.visitor.token });
  assertEquals(crossed.status, 401);
});

test("pages of other origins get nothing, although they know the token", async () => {
  await using at = await open();
  const { token, port } = at.visitor;
  const origins = [
    "https://evil.example",
    "null",
    "",
    `http://127.0.0.1:${port + 1}`,
    `https://127.0.0.1:${port}`,
    `http://localhost:${port}`,
    `http://127.0.0.1:${port}.evil.example`,
    `http://127.0.0.1`,
    new URL(at.exchange.baseUrl).origin,
  ];
  for (const origin of origins) {
    for (const path of ["/", "/assets/app.js", ...READS]) {
      const { status } = await at.visitor.raw("GET", path, { "x-page-token": token, origin });
      assertEquals(status, 403, `${origin} ${path}`);
    }
    assertEquals(await writes(at, { "x-page-token": token, origin }), [403]);
  }
  for (const site of ["cross-site", "same-site"]) {
    const headers = { "x-page-token": token, "sec-fetch-site": site };
    assertEquals((await at.visitor.raw("GET", "/", headers)).status, 403);
  }
});

test("a name that was made to lead here (DNS rebinding) gets nothing, not even the page", async () => {
  await using at = await open();
  const { token, port, host } = at.visitor;
  const hosts = [
    `evil.example:${port}`,
    "evil.example",
    `127.0.0.1:${port + 1}`,
    "127.0.0.1",
    `127.0.0.1:${port}.evil.example`,
    `${host}@evil.example`,
    `127.1:${port}`,
    `0.0.0.0:${port}`,
  ];
  for (const name of hosts) {
    for (const path of ["/", "/assets/app.js", ...READS]) {
      const headers = { "x-page-token": token, host: name, origin: `http://${name}` };
      assertEquals((await at.visitor.raw("GET", path, headers)).status, 403, `${name} ${path}`);
    }
    assertEquals(await writes(at, { "x-page-token": token, host: name, origin: `http://${name}` }), [403]);
  }
  for (const name of ["localhost", "127.0.0.1", "[::1]"]) {
    const headers = { "x-page-token": token, host: `${name}:${port}` };
    assertEquals((await at.visitor.raw("GET", "/control/state", headers)).status, 200, name);
  }
});

test("what changes something must say that it comes from the page", async () => {
  await using at = await open();
  assertEquals(await writes(at, { "x-page-token": at.visitor.token }), [403]);
  const { value: before } = await at.visitor.get("/trade-api/v2/portfolio/balance");
  assertEquals((await at.visitor.send("POST", "/control/deposit", { amount: "1.00" })).status, 200);
  const { value: after } = await at.visitor.get("/trade-api/v2/portfolio/balance");
  assertEquals(after.balance - before.balance, 100);
});

test("a WebSocket needs token, Origin, Host and the right path", async () => {
  await using at = await open();
  const { visitor } = at;
  const { token, host, port } = visitor;
  const statusOf = async (headers: Headers, path?: string, method?: string) => {
    const text = await visitor.handshake(headers, path, method);
    assertNotMatch(text, /access-control/i);
    assert(!text.split("\r\n\r\n").at(-1)?.includes(token));
    return Number(text.split(" ")[1]);
  };
  assertStringIncludes(await visitor.handshake({}), "Sec-WebSocket-Protocol: kalshi-feed\r\n");
  assertEquals(await statusOf({}), 101);
  assertEquals(await statusOf({ Origin: "" }), 403, "no Origin");
  assertEquals(await statusOf({ Origin: "https://evil.example" }), 403);
  assertEquals(await statusOf({ Origin: "null" }), 403);
  assertEquals(await statusOf({ Origin: `http://evil.example:${port}`, Host: `evil.example:${port}` }), 403);
  assertEquals(await statusOf({ Host: `evil.example:${port}` }), 403);
  assertEquals(await statusOf({ "Sec-Fetch-Site": "cross-site" }), 403);
  for (const protocols of ["", "kalshi-feed", "kalshi-feed, token.", "kalshi-feed, token.x", token]) {
    assertEquals(await statusOf({ "Sec-WebSocket-Protocol": protocols }), 401, protocols);
  }
  const twice = `kalshi-feed, token.wrong, token.${token}`;
  assertEquals(await statusOf({ "Sec-WebSocket-Protocol": twice }), 401, "one token, not a list to try");
  assertEquals(await statusOf({ "Sec-WebSocket-Protocol": "" }, `/feed?tickers=A&token=${token}`), 401);
  assertEquals(await statusOf({ "Sec-WebSocket-Protocol": `token.${token}` }), 400);
  assertEquals(await statusOf({}, "/"), 404);
  assertEquals(await statusOf({}, "/trade-api/ws/v2"), 404);
  assertEquals(await statusOf({}, "/feed/../feed2"), 404);
  assertEquals(await statusOf({ "Sec-WebSocket-Version": "8" }), 400);
  assertEquals(await statusOf({ "Sec-WebSocket-Key": "" }), 400);
  assertEquals(await statusOf({}, "/feed?tickers=A", "POST"), 400);
  assertEquals(await statusOf({}, "/feed?tickers=A&channels=fill"), 400, "private channels come unasked");
  assertEquals(
    (await visitor.raw("GET", "/trade-api/v2/exchange/status", { "x-page-token": token, host })).status,
    200,
  );
});

test("the page has a strict policy, and no answer is for another page", async () => {
  // An exchange that lets pages of other origins in does so at its own port alone.
  await using at = await open({ cors: ["https://friend.example"] });
  const { visitor } = at;
  const { value: _, ...index } = await visitor.raw("GET", "/");
  assertEquals(index.status, 200);
  assertMatch(`${index.headers["content-type"]}`, /^text\/html/);
  assertEquals(index.headers["cache-control"], "no-store");
  assertEquals(index.headers["x-frame-options"], "DENY");
  const policy = `${index.headers["content-security-policy"]}`;
  for (
    const part of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"]
  ) {
    assertStringIncludes(policy, part);
  }
  assertNotMatch(policy, /unsafe|\*|https?:/);
  assert(!index.text.includes(visitor.token));
  const answers = [
    index,
    await visitor.raw("GET", "/assets/app.js"),
    await visitor.raw("GET", "/assets/app.css"),
    await visitor.get("/trade-api/v2/portfolio/balance"),
    await visitor.get("/control/state"),
    await visitor.raw("GET", "/control/state"),
    await visitor.raw("GET", "/", { origin: "https://friend.example" }),
    await visitor.raw("OPTIONS", "/trade-api/v2/portfolio/balance", {
      "origin": "https://friend.example",
      "access-control-request-method": "POST",
      "access-control-request-headers": "x-page-token",
    }),
    await visitor.raw("OPTIONS", "/control/pause", { "x-page-token": visitor.token, origin: visitor.origin }),
  ];
  for (const { headers } of answers) {
    assertEquals(headers["x-content-type-options"], "nosniff");
    assertEquals(headers["cross-origin-resource-policy"], "same-origin");
    assertEquals(headers["referrer-policy"], "no-referrer");
    assert(headers["content-security-policy"] !== undefined);
    assertEquals(Object.keys(headers).filter((name) => name.startsWith("access-control")), []);
    assertEquals(headers["set-cookie"], undefined);
  }
});

test("a GET changes nothing, whatever it asks for", async () => {
  await using at = await open();
  const { visitor } = at;
  const before = await visitor.get("/trade-api/v2/portfolio/balance");
  for (const [path, body] of WRITES) {
    for (const method of ["GET", "HEAD"]) {
      const { status } = await visitor.raw(method, path, { "x-page-token": visitor.token }, body);
      assert(
        status === 200 && !path.startsWith("/control") || status === 404 || status === 405,
        `${method} ${path}`,
      );
    }
  }
  assertEquals((await visitor.get("/trade-api/v2/portfolio/orders")).value.orders, []);
  assertEquals((await visitor.get("/control/state")).value.paused, "nothing");
  assertEquals((await visitor.get("/trade-api/v2/portfolio/balance")).value.balance, before.value.balance);
});

test("tricks with paths lead nowhere", async () => {
  await using at = await open();
  const { visitor } = at;
  const strangers = [
    "/assets/../assets/app.js",
    "/assets/%2e%2e/%2e%2e/etc/passwd",
    "/assets/..%2f..%2fetc%2fpasswd",
    "/assets/",
    "/assets",
    "/assets//app.js",
    "/assets/app.js/",
    "/assets/__proto__",
    "/assets/constructor",
    "//evil.example/",
    "/..",
    "/index.html",
    "/favicon.ico",
    "/control/__proto__",
    "/control/constructor",
    "/control/state/",
    "/control/",
    "/trade-api/v2/../../control/state",
    "/trade-api/v2",
    "/trade-api/ws/v2",
    "http://evil.example/control/state",
  ];
  for (const path of strangers) {
    assertEquals((await visitor.raw("GET", path)).status, 401, path);
    const { status, text } = await visitor.get(path);
    assert(status === 404, `${status} ${path}`);
    assert(!text.includes("root:"));
  }
  assertEquals((await visitor.raw("GET", "/?x=1")).status, 200);
  assertEquals((await visitor.raw("POST", "/", { origin: visitor.origin })).status, 401);
  assertEquals((await visitor.raw("DELETE", "/assets/app.js", { origin: visitor.origin })).status, 401);
});

test("bodies are bounded, and who is refused is not read", async () => {
  await using at = await open();
  const { visitor } = at;
  const huge = `{"what":"${"x".repeat(1024 * 1024)}"}`;
  const headers = { "x-page-token": visitor.token, origin: visitor.origin };
  assertEquals((await visitor.raw("POST", "/control/pause", headers, huge)).status, 413);
  assertEquals(
    (await visitor.raw("POST", "/trade-api/v2/portfolio/events/orders", headers, huge)).status,
    413,
  );
  const unknown = await visitor.raw("POST", "/control/pause", { origin: visitor.origin }, huge).catch(() =>
    undefined
  );
  assert(unknown === undefined || unknown.status === 401);
  for (const body of ["[]", "null", "1", '"text"', "{", "{} {}"]) {
    assertEquals((await visitor.raw("POST", "/control/stop", headers, body)).status, 400, body);
  }
  const polluted = await visitor.raw("POST", "/control/pause", headers, '{"__proto__":{"what":"exchange"}}');
  assertEquals(polluted.status, 400);
  assertEquals((await visitor.get("/control/state")).value.paused, "nothing");
});

test("the token is in no answer, no log and no error", async () => {
  const told: unknown[] = [];
  await using exchange = await LocalExchange.start({ onInternalError: (error) => told.push(error) });
  const logged: unknown[][] = [];
  const { log, warn, error, info, debug } = console;
  const spy = (...all: unknown[]) => void logged.push(all);
  Object.assign(console, { log: spy, warn: spy, error: spy, info: spy, debug: spy });
  try {
    const page = await exchange.servePage();
    const visitor = new Visitor(page);
    const texts: string[] = [];
    for (const path of ["/", "/assets/app.js", "/assets/app.css", ...READS]) {
      for (
        const headers of [{}, { "x-page-token": visitor.token }, { "x-page-token": `${visitor.token}x` }]
      ) {
        const { text, headers: answered } = await visitor.raw("GET", path, headers);
        texts.push(text, JSON.stringify(answered));
      }
    }
    for (const what of ["pause", "fail", "fail-sockets", "nothing"]) {
      texts.push((await visitor.control(what, { what: visitor.token, [visitor.token]: 1 })).text);
    }
    {
      await using reader = await visitor.feed(exchange.openTickers().slice(0, 1));
      await reader.wait("orderbook_snapshot");
      reader.say({ id: 1, cmd: "subscribe", params: { channels: [visitor.token], market_tickers: ["A"] } });
      await reader.wait("error");
      texts.push(JSON.stringify(reader.frames));
    }
    texts.push(
      JSON.stringify(told),
      logged.flat().map(String).join(),
      String(exchange),
      JSON.stringify(exchange),
    );
    for (const text of texts) assert(!text.includes(visitor.token));
  } finally {
    Object.assign(console, { log, warn, error, info, debug });
  }
});

test("a handshake for what is no address is answered, and told to nobody", async () => {
  const told: unknown[] = [];
  await using exchange = await LocalExchange.start({ onInternalError: (error) => told.push(error) });
  const visitor = new Visitor(await exchange.servePage());
  for (const path of ["//", "http://[", "/feed%", "//feed?tickers=A"]) {
    assertStringIncludes(await visitor.handshake({ Host: "evil.example" }, path), "HTTP/1.1 403");
    assertStringIncludes(await visitor.handshake({}, path), "HTTP/1.1 404");
  }
  assertEquals(told, []);
});
