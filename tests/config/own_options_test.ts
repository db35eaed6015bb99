/**
 * Options are what their giver wrote into them: nothing that `Object.prototype` holds elsewhere in the process counts,
 * and what answers differently the second time is asked once.
 */
import { assert, assertEquals } from "@std/assert";
import {
  KalshiAuth,
  KalshiClient,
  type KalshiClientOptions,
  KalshiConfig,
  type KalshiConfigOptions,
  KalshiCore,
} from "../../mod.ts";
import { eventBookDecoder, MarketBook } from "../../src/books/mod.ts";
import {
  CALL_OPTIONS,
  CLIENT_OPTIONS,
  CONFIG_OPTIONS,
  LIMIT_OPTIONS,
  STREAM_OPTIONS,
  WALK_OPTIONS,
} from "../../src/config/option_places.ts";
import { readOptions } from "../../src/base/options.ts";
import { queueRules } from "../../src/base/queue.ts";
import { FixConfig } from "../../src/fix/config.ts";
import type { FixConfigOptions } from "../../src/fix/config_options.ts";
import { fixEntries, logonNames } from "../../src/fix/config_schemas.ts";
import { KlearConfig } from "../../src/klear/mod.ts";
import { LocalExchange } from "../../src/local_exchange/mod.ts";
import { PerpsConfig } from "../../src/perps/mod.ts";
import { autoRules } from "../../src/rate_limits/auto.ts";
import { AutoRateLimiter, RateLimiter } from "../../src/rate_limits/mod.ts";
import { RedisRateStore } from "../../src/rate_limits/redis.ts";
import { redisRules } from "../../src/rate_limits/redis_options.ts";
import { readQueueOptions } from "../../src/base/queue.ts";
import { cassetteRules } from "../../src/testing/cassette_transport.ts";
import { faultTransportRules, rateRules } from "../../src/testing/fault_transport.ts";
import { CassetteTransport, FaultTransport, memoryCassette } from "../../src/testing/mod.ts";
import { feedRules } from "../../src/workers/feed_options.ts";
import { KalshiFeed } from "../../src/workers/mod.ts";
import { ed25519Pkcs8 } from "../auth/fixtures.ts";
import { OPTION_TABLES } from "../support/option_tables.ts";
import { checkRuntimeOptions } from "../../src/runtime/options.ts";
import type { HttpPool, Runtime } from "../../src/runtime/types.ts";
import { KalshiStream } from "../../src/stream/mod.ts";
import { test } from "../support/test.ts";

const auth = { keyId: "key-1", sign: () => Promise.resolve(btoa("s".repeat(64))) };
const demo = "https://demo-api.kalshi.co/trade-api/v2";
const clock = { now: () => 0, monotonic: () => 0, setTimer: () => ({ clear: () => {} }) };

/** A runtime that answers every call and keeps what was sent. It has none of the platform's objects, which read inherited fields themselves. */
function recorder() {
  const sent: string[] = [];
  const json = new TextEncoder().encode('{"order_id":"o","markets":[],"cursor":"","exchange_active":true}');
  const unread = () => Promise.reject(new Error("not asked for"));
  const pool: HttpPool = {
    fetch: (url, { method, headers, body: given }) => {
      const { "KALSHI-ACCESS-SIGNATURE": _, ...others } = headers ?? {};
      sent.push(JSON.stringify([method, url, others, given]));
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(json.slice());
          controller.close();
        },
      });
      const fields = { get: () => null, forEach: () => {} };
      return Promise.resolve({
        status: 200,
        headers: fields,
        body,
        coding: undefined,
        text: unread,
        arrayBuffer: unread,
      });
    },
    isNotSent: () => false,
    close: () => Promise.resolve(),
  };
  const capabilities = { http2: true, maxConnections: true, env: true };
  const runtime = { name: "test", capabilities, readEnv: () => undefined, createHttpPool: () => pool };
  return { sent, runtime: runtime as unknown as Runtime };
}

/** A runtime whose sockets only say where they were to go. */
function runtimeThatTells(seen: unknown[]): Runtime {
  return {
    name: "test",
    capabilities: { handshakeHeaders: true, http2: true, env: true },
    readEnv: () => undefined,
    createHttpPool: () => ({
      fetch: () => Promise.reject(),
      isNotSent: () => true,
      close: () => Promise.resolve(),
    }),
    connectWebSocket: (url: string, _: unknown, options: { headers?: Record<string, string> } = {}) => {
      const { "KALSHI-ACCESS-SIGNATURE": _signature, ...headers } = options.headers ?? {};
      seen.push([url, headers]);
      return Promise.reject(new Error("no network here"));
    },
  } as unknown as Runtime;
}

const order = {
  ticker: "KXTEST-1",
  side: "bid",
  count: "1.00",
  price: "0.5000",
  time_in_force: "good_till_canceled",
  self_trade_prevention_type: "taker_at_cross",
  client_order_id: "c",
} as const;

type Options = Record<string, unknown>;

const limit = { refill_rate: 100, bucket_capacity: 300 };
const readLimits = () => Promise.resolve({ read: limit, write: limit });
const readCosts = () => Promise.resolve({ default_cost: 10, endpoint_costs: [] });
const asked: unknown[] = [];
const told = (...args: unknown[]) => Promise.resolve([asked.push(args), 0]);
const answer = () => Promise.resolve(new Response("{}"));

/** What each takes, and what it makes of it, as text. */
const TAKERS: Record<
  string,
  { names: readonly string[]; good: () => Options; make: (options: Options) => unknown }
> = {
  KalshiConfig: {
    names: CONFIG_OPTIONS,
    good: () => ({
      baseUrl: demo,
      timeoutMs: 7,
      extraHeaders: { "x-desk": "7" },
      orderRetries: "idempotent",
      limits: { maxConnections: 3 },
    }),
    make: (options) => ({ ...new KalshiConfig(options as KalshiConfigOptions) }),
  },
  "KalshiConfig without any": {
    names: CONFIG_OPTIONS,
    good: () => ({}),
    make: () => ({ ...new KalshiConfig() }),
  },
  FixConfig: {
    names: Object.keys(fixEntries()),
    good: () => ({
      product: "event",
      session: "order-entry-rt",
      environment: "demo",
      heartbeatSeconds: 7,
      logon: { UseDollars: true },
    }),
    make: (options) => ({ ...new FixConfig(options as unknown as FixConfigOptions) }),
  },
  "FixConfig.logon": {
    names: logonNames(),
    good: () => ({ UseDollars: true, SkipPendingExecReports: true }),
    make: (logon) => new FixConfig({ product: "event", session: "order-entry", logon }).logon,
  },
  limits: {
    names: LIMIT_OPTIONS,
    good: () => ({ maxConnections: 3, keepaliveExpiryMs: 9 }),
    make: (limits) => {
      const { limits: kept } = new KalshiConfig({ limits });
      return [kept?.maxConnections, kept?.maxKeepaliveConnections, kept?.keepaliveExpiryMs];
    },
  },
  KalshiClient: {
    names: [...CLIENT_OPTIONS, ...CONFIG_OPTIONS],
    good: () => ({ auth, config: { baseUrl: demo }, clock }),
    make: async (options) => {
      const { sent, runtime } = recorder();
      const client = new KalshiClient({ ...options, runtime } as KalshiClientOptions);
      await client.exchange.status();
      await client.orders.create(order);
      return [sent, client.config.wsBaseUrl, client.isAuthenticated];
    },
  },
  "KalshiClient.fromEnv": {
    names: [...CLIENT_OPTIONS, ...CONFIG_OPTIONS],
    good: () => ({ auth, config: { baseUrl: demo }, clock }),
    make: async (options) => {
      const { sent, runtime } = recorder();
      const client = await KalshiClient.fromEnv({}, { ...options, runtime } as KalshiClientOptions);
      await client.exchange.status();
      return [sent, client.config.wsBaseUrl, client.isAuthenticated];
    },
  },
  KalshiCore: {
    names: ["auth", "config", "limiter", "inspect", "onRequest", "transport", "clock", "runtime"],
    good: () => ({ auth, config: KalshiConfig.demo({ maxRetries: 0 }), clock }),
    make: async (options) => {
      const { sent, runtime } = recorder();
      const core = new KalshiCore({ ...options, runtime });
      await core.request("GET", "/exchange/status");
      return [sent, core.config.wsBaseUrl];
    },
  },
  "KalshiStream.connect": {
    names: [...STREAM_OPTIONS, ...CONFIG_OPTIONS],
    good: () => ({ auth, clock, config: { baseUrl: demo } }),
    make: async (options) => {
      const seen: unknown[] = [];
      const runtime = runtimeThatTells(seen);
      await KalshiStream.connect({ ...options, runtime } as never).catch(() => {});
      return seen;
    },
  },
  "client.stream": {
    names: [...STREAM_OPTIONS, ...CLIENT_OPTIONS, ...CONFIG_OPTIONS],
    good: () => ({ verifyBooks: false }),
    make: async (options) => {
      const seen: unknown[] = [];
      const runtime = runtimeThatTells(seen);
      const client = new KalshiClient({ auth, clock, runtime, config: { baseUrl: demo } });
      await client.stream(options).catch(() => {});
      return seen;
    },
  },
  "options of a call": {
    names: CALL_OPTIONS,
    good: () => ({ timeoutMs: 5_000, maxRetries: 0, headers: { "x-desk": "7" }, extraBody: { later: 1 } }),
    make: async (options) => {
      const { sent, runtime } = recorder();
      const client = new KalshiClient({ auth, clock, runtime, demo: true });
      await client.orders.create(order, options);
      return sent;
    },
  },
  "options of request()": {
    names: [...CALL_OPTIONS, "query", "body", "auth"],
    good: () => ({ query: { limit: 7 }, headers: { "x-desk": "7" }, auth: "none" }),
    make: async (options) => {
      const { sent, runtime } = recorder();
      await new KalshiCore({ auth, clock, runtime, config: KalshiConfig.demo({ maxRetries: 0 }) }).request(
        "GET",
        "/markets",
        options,
      );
      return sent;
    },
  },
  "options of a walk": {
    names: [...CALL_OPTIONS, ...WALK_OPTIONS],
    good: () => ({ maxItems: 3, headers: { "x-desk": "7" } }),
    make: async (options) => {
      const { sent, runtime } = recorder();
      const client = new KalshiClient({ auth, clock, runtime, demo: true });
      for await (const _ of client.markets.listAll({}, options));
      return sent;
    },
  },
  RateLimiter: {
    names: [
      "read",
      "write",
      "costs",
      "marginMs",
      "cancelReserve",
      "store",
      "storeKey",
      "onStoreError",
      "tokensPerSecond",
      "capacity",
    ],
    good: () => ({ read: { tokensPerSecond: 20 }, write: { tokensPerSecond: 30, capacity: 60 }, clock }),
    make: (options) => {
      const limiter = new RateLimiter(options as never);
      limiter.tryAcquire({ bucket: "read" });
      limiter.tryAcquire({ bucket: "write" });
      return limiter.stats();
    },
  },
  MarketBook: {
    names: ["useYesPrice", "onChange"],
    good: () => ({ useYesPrice: false }),
    make: (options) => {
      const book = new MarketBook("KXTEST-1", {});
      const msg = {
        market_ticker: "KXTEST-1",
        yes_dollars_fp: [["0.4000", "1.00"]],
        no_dollars_fp: [["0.3000", "2.00"]],
      };
      const update = eventBookDecoder(options).decode({ type: "orderbook_snapshot", seq: 1, msg });
      book.feed(update as never);
      return [book.state, book.lastKnown.bestBid, book.lastKnown.bestAsk];
    },
  },
  "an adapter": {
    names: ["proxy", "caCertificates", "username", "password"],
    good: () => ({ proxy: { url: "http://proxy.example:3128" } }),
    make: (options) => checkRuntimeOptions("Test", options),
  },
  KalshiAuth: {
    // With an inherited `passphrase`, the WebCrypto of Node itself takes every key for a damaged one.
    names: ["runtime", "timestampMs"],
    good: () => ({}),
    make: async (options) => {
      const auth = await KalshiAuth.fromPem("key-1", ed25519Pkcs8, options);
      const { "KALSHI-ACCESS-SIGNATURE": _, ...headers } = await auth.headers(
        "GET",
        "/trade-api/v2/portfolio/balance",
        Object.assign(options, { timestampMs: 7 }),
      );
      return [auth, headers];
    },
  },
  AutoRateLimiter: {
    names: Object.keys(autoRules),
    good: () => ({ readLimits, readCosts, clock, refreshMs: 5_000 }),
    make: async (options) => {
      const limiter = new AutoRateLimiter(options as never);
      await limiter.refresh();
      return [limiter.tryAcquire({ bucket: "read" }), limiter.stats()];
    },
  },
  RedisRateStore: {
    names: Object.keys(redisRules),
    good: () => ({ eval: (_: string, keys: string[], args: string[]) => told(keys, args), timeoutMs: 5_000 }),
    make: async (options) => {
      asked.length = 0;
      const store = new RedisRateStore(options as never);
      const costs = [10];
      const take = {
        key: "k",
        shard: 0,
        tokensPerSecond: 1,
        capacity: 9,
        reserve: 0,
        spare: 0,
        urgent: false,
      };
      return [await store.take({ ...take, costs }), asked.length];
    },
  },
  KalshiFeed: {
    names: Object.keys(feedRules),
    good: () => ({ maxReaders: 7, clock }),
    make: async (options) => {
      const idle = { getWebSockets: () => [], storage: { setAlarm: () => Promise.resolve() } };
      const feed = new KalshiFeed(idle as never, {}, options as never);
      return await (await feed.fetch(new Request("https://feed.example/status"))).text();
    },
  },
  "a queue": {
    names: Object.keys(queueRules),
    good: () => ({ policy: "latest" }),
    make: (options) => readQueueOptions(options, "error", 5),
  },
  FaultTransport: {
    names: [...Object.keys(faultTransportRules), ...Object.keys(rateRules)],
    good: () => ({ transport: answer, seed: 3, rates: { cutAfter: 0.5 } }),
    make: async (options) => {
      const transport = new FaultTransport(options as never);
      for (let turn = 0; turn < 8; turn++) {
        await transport.fetch(new Request("https://x.example/")).catch(() => {});
      }
      return transport.injected;
    },
  },
  CassetteTransport: {
    // A `Request` of Node reads an inherited `mode` itself.
    names: [...Object.keys(cassetteRules).filter((name) => name !== "mode"), "ignoreQuery", "ignoreBody"],
    good: () => ({ cassette: memoryCassette(), mode: "record", transport: answer, match: { query: false } }),
    make: async (options) => {
      const transport = new CassetteTransport(options as never);
      const answer = await transport.fetch(new Request("https://x.example/a?b=1"));
      await transport.close();
      return [answer.status, await answer.text(), await transport.unused()];
    },
  },
  LocalExchange: {
    names: [
      "seed",
      "clock",
      "markets",
      "marketMakers",
      "stepMs",
      "rateLimits",
      "errorBodies",
      "cors",
      "requests",
      "history",
      "unknownTickers",
    ],
    good: () => ({ seed: 7, markets: 2, marketMakers: false }),
    make: async (options) => {
      const exchange = LocalExchange.create(options);
      const tickers = exchange.openTickers();
      await exchange.close();
      return tickers;
    },
  },
};

/** What others may have put there. */
const POISON: readonly unknown[] = [
  "wss://evil.example/trade-api/ws/v2",
  "https://evil.example/trade-api/v2",
  1,
  true,
  { "x-evil": "1", tokensPerSecond: 1, url: "http://evil.example:1" },
  () => {
    throw new Error("called");
  },
];

const seenBy = async (work: () => unknown): Promise<string> => {
  try {
    return JSON.stringify(await work(), (_, value) => typeof value === "bigint" ? `${value}` : value) ??
      "nothing";
  } catch (error) {
    return `${error}`;
  }
};

async function polluted(name: string, value: unknown, work: () => Promise<string>): Promise<string> {
  Object.defineProperty(Object.prototype, name, { value, configurable: true, writable: true });
  try {
    return await work();
  } finally {
    delete (Object.prototype as unknown as Options)[name];
  }
}

/** Options whose getters answer once, and after that with what must not get in. */
function onceOnly(options: Options, reads: Map<string, number>): Options {
  const guarded = {};
  for (const [name, value] of Object.entries(options)) {
    Object.defineProperty(guarded, name, {
      enumerable: true,
      configurable: true,
      get() {
        const count = (reads.get(name) ?? 0) + 1;
        reads.set(name, count);
        return count === 1 ? value : Symbol("the second answer");
      },
    });
  }
  return guarded;
}

/** What would end a call, where an inherited one counted. Deno's own `addEventListener` fails with one that has not aborted. */
const signals = (): readonly unknown[] => [AbortSignal.abort(new Error("inherited"))];

for (const [table, { rules }] of Object.entries(OPTION_TABLES)) {
  test(`${table}: what is not given stays so, and no rule is inherited, whatever Object.prototype holds`, async () => {
    const read = (options: object) => {
      const own = readOptions("Owner", options, rules as never);
      return JSON.stringify(Object.entries(own).map(([name, value]) => [name, typeof value]));
    };
    const clean = await seenBy(() => read({}));
    for (const name of [...Object.keys(rules), "preset", "test", "takes", "read", "isNeeded"]) {
      for (const value of POISON) {
        assertEquals(await polluted(name, value, () => seenBy(() => read({}))), clean, name);
      }
    }
    const rule = {
      takes: "anything",
      test: () => true,
      preset: 1,
      isNeeded: false,
      read: undefined,
      words: [],
    };
    const added = await polluted("addedOption", rule, () => seenBy(() => read({ addedOption: 1 })));
    assert(added.includes("no option"), added);
  });
}

for (const [owner, { names, good, make }] of Object.entries(TAKERS)) {
  test(`${owner}: a polluted Object.prototype changes nothing`, async () => {
    const clean = await seenBy(() => make(good()));
    assert(!/evil|^\w*Error/.test(clean), clean);
    for (const name of new Set(names)) {
      for (const value of name === "signal" ? signals() : POISON) {
        const seen = await polluted(name, value, () => seenBy(() => make(good())));
        assertEquals(seen, clean, `${owner} with ${name} = ${String(value)}`);
      }
    }
  });

  test(`${owner}: each option is read once, and what was checked is what is used`, async () => {
    const clean = await seenBy(() => make(good()));
    const reads = new Map<string, number>();
    assertEquals(await seenBy(() => make(onceOnly(good(), reads))), clean);
    for (const [name, count] of reads) assertEquals(count, 1, `${name} was read ${count} times`);
  });
}

test("a name that nobody knows, which every object lists by inheritance, breaks no configuration", async () => {
  for (const make of [() => new KalshiConfig(), () => new PerpsConfig(), () => new KlearConfig()]) {
    const clean = await seenBy(make);
    Object.defineProperty(Object.prototype, "unknownName", {
      value: "evil",
      configurable: true,
      enumerable: true,
    });
    try {
      assertEquals(make().timeoutMs, 30_000);
    } finally {
      delete (Object.prototype as unknown as Options).unknownName;
    }
    assertEquals(await seenBy(make), clean);
  }
});

test("header fields are read once: a getter cannot change one after its check", async () => {
  const { sent, runtime } = recorder();
  const reads = new Map<string, number>();
  const headers = () => onceOnly({ "x-desk": "7" }, reads) as Record<string, string>;
  const client = new KalshiClient({ clock, runtime, config: { baseUrl: demo, extraHeaders: headers() } });
  await client.exchange.status();
  assertEquals([...reads.values()], [1]);
  reads.clear();
  await client.exchange.status({ headers: headers() });
  assertEquals([...reads.values()], [1]);
  assert(sent.every((line) => line.includes('"x-desk":"7"')));
});

test("what only has the prototype of a configuration is checked like any other options", () => {
  const forged = Object.create(KalshiConfig.prototype, {
    baseUrl: { value: "https://evil.example/trade-api/v2", enumerable: true },
  });
  let message = "";
  try {
    new KalshiClient({ config: forged });
  } catch (error) {
    message = String(error);
  }
  assert(message.includes("takes an object of options"), message);
});

test("a core keeps a copy of settings that are no KalshiConfig", async () => {
  const { sent, runtime } = recorder();
  const settings = { ...KalshiConfig.demo({ maxRetries: 0 }), environment: "demo" as const };
  const core = new KalshiCore({ clock, runtime, config: settings });
  settings.baseUrl = "https://evil.example/trade-api/v2";
  await core.request("GET", "/exchange/status");
  assert(sent[0]?.includes(demo), sent[0]);
});
