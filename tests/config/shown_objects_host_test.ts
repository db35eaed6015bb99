/** What a log shows of the library's objects: no token of the caller's header fields, no key, no password. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { inspect } from "node:util";
import { KalshiAuth, KalshiConfig, KalshiCore } from "../../mod.ts";
import { detectRuntime } from "../../src/runtime/detect.ts";
import { AutoRateLimiter, RateLimiter } from "../../src/rate_limits/mod.ts";
import { LocalExchange } from "../../src/local_exchange/mod.ts";
import { RedisRateStore } from "../../src/rate_limits/redis.ts";
import { KalshiStream } from "../../src/stream/mod.ts";
import { FaultTransport } from "../../src/testing/mod.ts";
import { KalshiFeed } from "../../src/workers/mod.ts";
import { nodeRuntime } from "../../src/runtime/node.ts";
import { bunRuntime } from "../../src/runtime/bun.ts";
import { ed25519Pkcs8 } from "../auth/fixtures.ts";
import { clients } from "../support/clients.ts";
import { test } from "../support/test.ts";

// deno-lint-ignore no-explicit-any -- what a runtime has beside.
type Untyped = any;

const token = "Bearer tok-4242424242";
const password = "pass-5353535353";
const keyText = ed25519Pkcs8.split("\n")[1] ?? "";
const extraHeaders = { authorization: token, "x-desk": "7" };

/** Everything that this runtime can make of an object. */
function shownBy(value: unknown): string[] {
  const { Deno, Bun } = globalThis as Untyped;
  const logged: string[] = [];
  const { log } = console;
  const options = { depth: Infinity, showHidden: false };
  const texts = [
    inspect(value, options),
    inspect(value, { ...options, showHidden: true }),
    inspect(value, { ...options, getters: true }),
    inspect({ value: [value] }, options),
    `${Object.prototype.toString.call(value)}`,
    ...(Deno?.inspect ? [Deno.inspect(value, { depth: 100, getters: true })] : []),
    ...(Bun?.inspect ? [Bun.inspect(value, { depth: 100 })] : []),
    JSON.stringify(value, (_, part) => typeof part === "bigint" ? `${part}` : part) ?? "",
    JSON.stringify({ ...(value as object) }) ?? "",
  ];
  try {
    console.log = (...parts: unknown[]) => void logged.push(inspect(parts, options));
    console.log("%o %O", value, value);
  } finally {
    console.log = log;
  }
  try {
    structuredClone(value);
  } catch (error) {
    texts.push(String(error), inspect(error, options));
  }
  return [...texts, ...logged];
}

function assertShowsNoSecret(value: unknown, what: string): string[] {
  const texts = shownBy(value);
  for (const text of texts) {
    for (const secret of [token, "tok-4242424242", password, keyText, btoa(`me:${password}`)]) {
      assert(!text.includes(secret), `${what}: ${text.slice(0, 4_000)}`);
    }
  }
  return texts;
}

function here(options: object): unknown {
  return (globalThis as Untyped).Bun ? bunRuntime(options) : nodeRuntime(options);
}

test("a configuration, a client, a core and a key show no token and no key", async () => {
  const config = new KalshiConfig({ extraHeaders, timeoutMs: 7 });
  const shown = assertShowsNoSecret(config, "config");
  assertStringIncludes(shown[0] ?? "", "authorization");
  assertStringIncludes(shown[0] ?? "", "[hidden]");
  assertStringIncludes(shown[0] ?? "", "timeoutMs: 7");
  assertEquals(config.extraHeaders.authorization, token);
  assertEquals<Record<string, string>>({ ...config.extraHeaders }, extraHeaders);
  assertShowsNoSecret(config.with({ maxRetries: 1 }), "a copy of the config");
  assertShowsNoSecret({ ...config }, "what is spread");
  for (const { name, make, makeConfig } of clients) {
    const config = makeConfig({ extraHeaders });
    assertShowsNoSecret(config, `the config of a ${name}`);
    await using client = make({ config, keyId: "key-1", privateKey: ed25519Pkcs8, demo: false });
    assertShowsNoSecret(client, name);
  }
  await using core = new KalshiCore({
    config: { ...config, environment: config.environment, extraHeaders },
  });
  assertShowsNoSecret(core, "core");
  assertEquals(core.config.extraHeaders.authorization, token);
  assertShowsNoSecret(await KalshiAuth.fromPem("key-1", ed25519Pkcs8), "auth");
});

for (const { name: owner, make } of clients) {
  test(`${owner}: errors of calls show no token and no key`, async () => {
    await using client = make({
      config: { extraHeaders, maxRetries: 0 },
      keyId: "key-1",
      privateKey: ed25519Pkcs8,
      transport: () => Promise.reject(new Error("no network")),
    });
    const errors = [
      await client.portfolio.balance().catch((error: unknown) => error),
      await client.exchange.status({ headers: { "x-token": token } }).catch((error: unknown) => error),
      await client.exchange.status({ headers: { "x-token": `${token}\n` } }).catch((error: unknown) => error),
      await client.exchange.status({ headers: token as Untyped }).catch((error: unknown) => error),
      await client.stream({ signal: token as Untyped }).catch((error: unknown) => error),
    ];
    for (const error of errors) {
      assert(error instanceof Error);
      assertShowsNoSecret(error, "error");
    }
  });
}

test("limiters, stores, transports, a feed and an adapter show no secret", () => {
  const budget = { tokensPerSecond: 100 };
  const secret = () => Promise.reject(new Error(token));
  assertShowsNoSecret(new RateLimiter({ read: budget, write: budget, storeKey: "desk" }), "limiter");
  assertShowsNoSecret(new AutoRateLimiter({ readLimits: secret, readCosts: secret }), "auto limiter");
  assertShowsNoSecret(new RedisRateStore({ eval: secret }), "store");
  assertShowsNoSecret(new FaultTransport({ transport: secret }), "transport");
  const idle: Untyped = { getWebSockets: () => [], storage: { setAlarm: () => Promise.resolve() } };
  const env = { KALSHI_KEY_ID: "key-1", KALSHI_PRIVATE_KEY: ed25519Pkcs8, OTHER: token };
  assertShowsNoSecret(new KalshiFeed(idle, env), "feed");
  const proxy = { url: `http://me:${password}@proxy.example:3128` };
  assertShowsNoSecret(here({ proxy }), "adapter");
  assertShowsNoSecret(detectRuntime(), "the adapter that was found");
});

test("a stream and what it hands out show no token and no key", async () => {
  await using exchange = LocalExchange.create({ markets: 1, marketMakers: false });
  const { auth } = await exchange.createAccount();
  const config = exchange.config.with({ extraHeaders });
  await using stream = await KalshiStream.connect({ auth, config, runtime: exchange.createRuntime() });
  assertShowsNoSecret(stream, "stream");
  assertShowsNoSecret(await stream.subscribe("trade"), "subscription");
});
