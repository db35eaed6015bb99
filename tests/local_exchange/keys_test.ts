import { assert, assertEquals } from "@std/assert";
import { KalshiAuth } from "../../src/auth/kalshi_auth.ts";
import type { Operation } from "../../src/contract/operation.ts";
import * as operations from "../../src/contract/event/operations.ts";
import { LocalExchange } from "../../src/local_exchange/mod.ts";
import { allScopes } from "../../src/local_exchange/scopes.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import { test } from "../support/test.ts";
import { orderBody, Session } from "./support/session.ts";

async function setUp() {
  const exchange = LocalExchange.create({ marketMakers: false });
  const account = await exchange.createAccount({ balance: "100.00" });
  const session = new Session(exchange, account.auth);
  const generate = async (fields: Record<string, unknown> = {}) => {
    const { status, value } = await session.post("/api_keys/generate", {
      name: "bot",
      key_type: "ed25519",
      ...fields,
    });
    const signed = async () =>
      new Session(exchange, await KalshiAuth.fromPem(value.api_key_id, value.private_key));
    return { status, value, signed };
  };
  return { exchange, account, session, generate };
}

test("a generated key signs until it is deleted", async () => {
  const { session, generate } = await setUp();
  for (
    const [fields, head] of [[{}, "PRIVATE"], [{ key_type: "rsa" }, "RSA PRIVATE"], [
      { key_type: undefined },
      "RSA PRIVATE",
    ]] as const
  ) {
    const { status, value, signed } = await generate(fields);
    assertEquals([status, value.private_key.startsWith(`-----BEGIN ${head} KEY-----`)], [201, true]);
    const other = await signed();
    assertEquals((await other.get("/portfolio/balance")).status, 200);
    assertEquals((await session.delete(`/api_keys/${value.api_key_id}`)).status, 204);
    assertEquals((await other.get("/portfolio/balance")).status, 401);
  }
  assertEquals((await session.delete("/api_keys/unknown")).status, 404);
  assertEquals((await session.get("/api_keys")).value.api_keys.length, 1);
});

for (const name of ["RSA-PSS", "Ed25519"]) {
  test(`a public key of one's own is registered: ${name}`, async () => {
    const { exchange, session } = await setUp();
    const algorithm = name === "Ed25519"
      ? { name }
      : { name, hash: "SHA-256", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) };
    const pair = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]) as CryptoKeyPair;
    const spki = new Uint8Array(await crypto.subtle.exportKey("spki", pair.publicKey));
    const pem = `-----BEGIN PUBLIC KEY-----\n${btoa(String.fromCharCode(...spki))}\n-----END PUBLIC KEY-----`;
    const { status, value } = await session.post("/api_keys", { name: "own", public_key: pem });
    assertEquals(status, 201);
    const auth = KalshiAuth.fromCryptoKey(value.api_key_id, pair.privateKey);
    assertEquals((await new Session(exchange, await auth).get("/portfolio/balance")).status, 200);
    assertEquals(
      (await session.post("/api_keys", { name: "bad", public_key: "nonsense" })).value.code,
      "invalid_public_key",
    );
    assertEquals((await session.post("/api_keys", { public_key: pem })).status, 400);
  });
}

test("scopes are kept to, and a parent covers its children", async () => {
  const { exchange, generate } = await setUp();
  const ticker = exchange.listMarket({ ticker: "M" });
  const check = async (scopes: string[]) => {
    const session = await (await generate({ scopes })).signed();
    const balance = await session.get("/portfolio/balance");
    const list = await session.get("/portfolio/orders");
    const order = await session.post("/portfolio/events/orders", orderBody({ ticker, count: "1" }));
    const subaccount = await session.post("/portfolio/subaccounts");
    return [balance, list, order, subaccount].map(({ status }) => status);
  };
  assertEquals(await check(["read", "write"]), [200, 200, 201, 201]);
  assertEquals(await check(["read"]), [200, 200, 403, 403]);
  assertEquals(await check(["read::portfolio_balance"]), [200, 403, 403, 403]);
  assertEquals(await check(["read", "write::trade"]), [200, 200, 201, 403]);
  assertEquals((await generate({ scopes: ["write"] })).status, 400);
  assertEquals((await generate({ scopes: ["fly"] })).status, 400);
});

test("the exchange wants of a key, for every operation, the scope that the operation's row names", async () => {
  const { session: owner, generate } = await setUp();
  await owner.post("/portfolio/subaccounts");
  const sessions = new Map<string, Session>();
  for (const scope of allScopes) {
    // A key that may write must be able to read.
    sessions.set(
      scope,
      await (await generate({ scopes: scope === "write" ? ["read", scope] : [scope] })).signed(),
    );
  }
  const locked = await (await generate({ subaccount: 1 })).signed();
  for (
    const [name, operation] of Object.entries(operations) as [string, Operation<unknown, unknown, unknown>][]
  ) {
    if (operation.auth === "none") continue;
    const { method = "GET" } = operation;
    const needs = operation.scope ?? (method === "GET" ? "read" : "write");
    const path = operation.path.replaceAll(/\{\w+\}/g, "x");
    const body = method === "GET" ? undefined : "[]";
    for (const [scope, session] of sessions) {
      const { status, value } = await session.send(method, path, body);
      const lacks = status === 403 && JSON.stringify(value).includes("lacks the scope");
      const covers = scope === needs || needs.startsWith(`${scope}::`) ||
        scope === "write" && needs.startsWith("read");
      assertEquals(lacks, !covers, `${name} with ${scope}`);
    }
    const { status, value } = await locked.send(method, path, body);
    const outside = status === 403 && String(value?.message).includes("restricted to a single sub-account");
    assertEquals(outside, operation.restricted !== true, name);
  }
});

test("a key of one subaccount acts for it alone", async () => {
  const { exchange, account, session, generate } = await setUp();
  const ticker = exchange.listMarket({ ticker: "M" });
  await session.post("/portfolio/subaccounts");
  exchange.deposit(account.id, "10.00", { subaccount: 1 });
  const mine = await session.post("/portfolio/events/orders", orderBody({ ticker, count: "1" }));
  const key = await (await generate({ subaccount: 1 })).signed();
  assertEquals((await key.get("/portfolio/balance")).value.balance_dollars, "10.0000");
  assertEquals((await key.get("/portfolio/balance?subaccount=0")).status, 403);
  const placed = await key.post("/portfolio/events/orders", orderBody({ ticker, count: "1" }));
  const { value: { orders } } = await session.get("/portfolio/orders?subaccount=1");
  assertEquals(orders.map((order: { order_id: string }) => order.order_id), [placed.value.order_id]);
  assertEquals((await key.get("/portfolio/orders")).value.orders.length, 1);
  assertEquals((await key.get(`/portfolio/orders/${mine.value.order_id}`)).status, 404);
  assertEquals((await key.delete(`/portfolio/events/orders/${mine.value.order_id}`)).status, 404);
  for (
    const path of ["/api_keys", "/portfolio/subaccounts/balances", "/portfolio/deposits", "/account/limits"]
  ) {
    const { status, value } = await key.get(path);
    assertEquals([path, status, value.message.includes("restricted to a single sub-account")], [
      path,
      403,
      true,
    ]);
  }
});

test("capacities are 3 s of budget for reads of Basic and Advanced and for writes above Basic, else 1 s", async () => {
  const exchange = LocalExchange.create({ marketMakers: false, clock: new ManualClock() });
  const { id, auth } = await exchange.createAccount();
  const session = new Session(exchange, auth);
  const seconds: Record<string, [number, number]> = {};
  for (const tier of ["basic", "advanced", "expert", "premier", "paragon", "prime", "prestige"] as const) {
    exchange.setUsageTier(id, tier);
    const { read, write } = (await session.get("/account/limits")).value;
    seconds[tier] = [read.bucket_capacity / read.refill_rate, write.bucket_capacity / write.refill_rate];
  }
  const above: [number, number] = [1, 3];
  assertEquals(seconds, {
    basic: [3, 1],
    advanced: [3, 3],
    expert: above,
    premier: above,
    paragon: above,
    prime: above,
    prestige: above,
  });
});

test("rate limits refuse what is over the budget, and time refills it", async () => {
  const exchange = LocalExchange.create({ marketMakers: false, rateLimits: true, clock: new ManualClock() });
  const account = await exchange.createAccount({ usageTier: "basic" });
  const session = new Session(exchange, account.auth);
  const ticker = exchange.listMarket({ ticker: "M" });
  const limits = await session.get("/account/limits");
  assertEquals(limits.value, {
    usage_tier: "basic",
    read: { refill_rate: 200, bucket_capacity: 600 },
    write: { refill_rate: 100, bucket_capacity: 100 },
    grants: [],
  });
  exchange.clock.advance(10_000);
  const create = () => session.post("/portfolio/events/orders", orderBody({ ticker, count: "0.01" }));
  const ids: string[] = [];
  for (let index = 0; index < 10; index++) ids.push((await create()).value.order_id);
  const refused = await create();
  assertEquals([refused.status, refused.value, refused.headers.get("retry-after")], [429, {
    error: "too many requests",
  }, null]);
  assertEquals((await session.get("/portfolio/orders")).value.orders.length, 10);
  exchange.clock.advance(60);
  // A cancel costs 2, a batch of five creates 50, and it has to fit whole.
  assertEquals((await session.delete(`/portfolio/events/orders/${ids[0]}`)).status, 200);
  exchange.clock.advance(300);
  const batch = (size: number) =>
    session.post("/portfolio/events/orders/batched", {
      orders: Array.from({ length: size }, () => orderBody({ ticker, count: "0.01" })),
    });
  assertEquals((await batch(5)).status, 429);
  assertEquals((await batch(2)).status, 201);
  exchange.clock.advance(60_000);
  assertEquals((await batch(11)).status, 429);
  assertEquals((await session.post("/account/api_usage_level/upgrade")).status, 201);
  assertEquals((await session.get("/account/limits")).value.usage_tier, "advanced");
  exchange.setUsageTier(account.id, "prime");
  assertEquals((await session.get("/account/limits")).value.write, {
    refill_rate: 4_800,
    bucket_capacity: 14_400,
  });
  const { value: costs } = await session.get("/account/endpoint_costs");
  assertEquals(costs.default_cost, 10);
  assert(
    costs.endpoint_costs.some((one: { path: string; cost: number }) =>
      one.path.endsWith("/portfolio/orders/:order_id") && one.cost === 2
    ),
  );
});
