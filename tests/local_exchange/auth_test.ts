import { assert, assertEquals } from "@std/assert";
import { KalshiAuth } from "../../src/auth/kalshi_auth.ts";
import { type KeyType, LocalExchange, type LocalExchangeOptions } from "../../src/local_exchange/mod.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import { test } from "../support/test.ts";
import { Session } from "./support/session.ts";

const start = 1_790_000_000_000;
const path = "/trade-api/v2/portfolio/balance";

async function setUp(keyType: KeyType = "ed25519", options: LocalExchangeOptions = {}) {
  const exchange = LocalExchange.create({
    markets: 0,
    marketMakers: false,
    clock: new ManualClock(start),
    ...options,
  });
  const account = await exchange.createAccount({ keyType });
  const ask = (headers: Record<string, string>) =>
    new Session(exchange).send("GET", "/portfolio/balance", undefined, headers);
  return { exchange, ask, ...account };
}

for (const keyType of ["ed25519", "rsa"] as const) {
  test(`a request signed with an ${keyType} key passes`, async () => {
    const { ask, auth } = await setUp(keyType);
    const { status, value } = await ask(await auth.headers("GET", path, { timestampMs: start }));
    assertEquals([status, value.balance_dollars], [200, "1000.0000"]);
  });

  test(`a signature of another text with an ${keyType} key is refused`, async () => {
    const { ask, auth } = await setUp(keyType);
    const good = await auth.headers("GET", path, { timestampMs: start });
    const others = [
      await auth.headers("POST", path, { timestampMs: start }),
      await auth.headers("GET", `${path}s`, { timestampMs: start }),
      { ...good, "KALSHI-ACCESS-TIMESTAMP": String(start + 1) },
      { ...good, "KALSHI-ACCESS-SIGNATURE": "AAAA" },
      { ...good, "KALSHI-ACCESS-SIGNATURE": "not base64 at all" },
    ];
    for (const headers of others) {
      const { status, value } = await ask(headers);
      assertEquals([status, value.code, value.details], [
        401,
        "authentication_error",
        "INCORRECT_API_KEY_SIGNATURE",
      ]);
    }
  });
}

test("keys come as Kalshi hands them out", async () => {
  assert((await setUp("rsa")).privateKey.startsWith("-----BEGIN RSA PRIVATE KEY-----\n"));
  assert((await setUp("ed25519")).privateKey.startsWith("-----BEGIN PRIVATE KEY-----\n"));
});

test("timestamps count within 30 seconds, in milliseconds", async () => {
  const { ask, auth } = await setUp();
  for (const [offset, status] of [[-30_000, 200], [30_000, 200], [-30_001, 401], [30_001, 401]] as const) {
    assertEquals(
      (await ask(await auth.headers("GET", path, { timestampMs: start + offset }))).status,
      status,
    );
  }
  const { value } = await ask(await auth.headers("GET", path, { timestampMs: start / 1_000 }));
  assertEquals(value.code, "header_timestamp_expired");
});

test("the skew of the wall clock moves signatures and Date headers, moving the markets' time does not", async () => {
  const { exchange, ask, auth } = await setUp();
  exchange.clock.advance(86_400_000);
  const headers = await auth.headers("GET", path, { timestampMs: start });
  assertEquals((await ask(headers)).status, 200);
  exchange.setClockSkew(60_000);
  const late = await ask(headers);
  assertEquals([late.status, late.value.code], [401, "header_timestamp_expired"]);
  assertEquals(Date.parse(late.headers.get("date") ?? ""), start + 60_000);
});

test("what is missing is named", async () => {
  const { ask, auth } = await setUp();
  const good = await auth.headers("GET", path, { timestampMs: start });
  const cases = [
    [{}, "token_authentication_failure"],
    [{ "KALSHI-ACCESS-KEY": auth.keyId }, "signature_is_missing_from_headers"],
    [{ ...good, "KALSHI-ACCESS-TIMESTAMP": "" }, "timestamp_is_missing_from_headers"],
  ] as const;
  for (const [headers, code] of cases) {
    const { status, value } = await ask(headers);
    assertEquals([status, value.code], [401, code]);
  }
  const stranger = await ask({ ...good, "KALSHI-ACCESS-KEY": "00000000-0000-4000-8000-000000000000" });
  assertEquals([stranger.status, stranger.value.details], [401, "NOT_FOUND"]);
});

test("one account's key does not sign for another", async () => {
  const { exchange, ask, privateKey } = await setUp();
  const other = await exchange.createAccount();
  const mixed = await KalshiAuth.fromPem(other.keyId, privateKey);
  assertEquals((await ask(await mixed.headers("GET", path, { timestampMs: start }))).status, 401);
});

test("error bodies are flat as specified, or nested as seen on Kalshi's servers", async () => {
  const flat = await (await setUp()).ask({});
  assertEquals(flat.value, { code: "token_authentication_failure", message: "token authentication failure" });
  const nested = await (await setUp("ed25519", { errorBodies: "nested" })).ask({});
  assertEquals(nested.value, { error: flat.value });
});

test("public calls need no key, and a book takes one or none", async () => {
  const { exchange, auth } = await setUp("ed25519", { clock: undefined });
  const nobody = new Session(exchange);
  const [ticker] = exchange.openTickers();
  assertEquals((await nobody.get("/exchange/status")).status, 200);
  assertEquals((await nobody.get(`/markets/${ticker}/orderbook`)).status, 200);
  assertEquals((await new Session(exchange, auth).get(`/markets/${ticker}/orderbook`)).status, 200);
  const wrong = await nobody.send("GET", `/markets/${ticker}/orderbook`, undefined, {
    "KALSHI-ACCESS-KEY": auth.keyId,
    "KALSHI-ACCESS-TIMESTAMP": String(exchange.clock.base.now()),
    "KALSHI-ACCESS-SIGNATURE": "AAAA",
  });
  assertEquals(wrong.status, 401);
});
