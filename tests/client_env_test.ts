import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  KalshiAuth,
  KalshiAuthError,
  KalshiClient,
  KalshiConfig,
  KalshiConfigError,
  type KalshiEnv,
} from "../mod.ts";
import { webRuntime } from "../src/runtime/web.ts";
import { ed25519Pkcs8, rsaPkcs8 } from "./auth/fixtures.ts";
import { test } from "./support/test.ts";

const transport = () => Promise.resolve(Response.json({ balance: 1 }));
const key: KalshiEnv = { KALSHI_KEY_ID: "key-1", KALSHI_PRIVATE_KEY: ed25519Pkcs8 };
const fromEnv = (env: KalshiEnv, options = {}) => KalshiClient.fromEnv(env, { transport, ...options });

test("fromEnv makes a client that signs with the environment's key", async () => {
  let signedBy: string | null = null;
  await using client = await KalshiClient.fromEnv(key, {
    transport: (request) => {
      signedBy = request.headers.get("kalshi-access-key");
      return transport();
    },
  });
  await client.portfolio.balance();
  assertEquals([client.isAuthenticated, signedBy], [true, "key-1"]);
});

test("fromEnv without a key id makes a client for public calls", async () => {
  for (const env of [{}, { KALSHI_KEY_ID: "" }]) {
    await using client = await fromEnv(env);
    assertEquals(client.isAuthenticated, false);
    await assertRejects(() => client.portfolio.balance(), KalshiAuthError, "API key");
  }
});

test("fromEnv chooses the exchange: production, KALSHI_DEMO, and KALSHI_API_BASE_URL over it", async () => {
  const local = "http://127.0.0.1:8080/trade-api/v2";
  const cases: [KalshiEnv, string][] = [
    [{}, "https://api.elections.kalshi.com/trade-api/v2"],
    [{ KALSHI_DEMO: "false" }, "https://api.elections.kalshi.com/trade-api/v2"],
    [{ KALSHI_DEMO: "true" }, "https://demo-api.kalshi.co/trade-api/v2"],
    [{ KALSHI_DEMO: "True" }, "https://demo-api.kalshi.co/trade-api/v2"],
    [{ KALSHI_API_BASE_URL: local }, local],
    [{ KALSHI_DEMO: "true", KALSHI_API_BASE_URL: local }, local],
  ];
  for (const [env, expected] of cases) {
    await using client = await fromEnv(env);
    assertEquals(client.config.baseUrl, expected);
    assertEquals(client.config.wsBaseUrl, expected.replace(/^http/, "ws").replace("/v2", "/ws/v2"));
  }
});

test("what chooses the exchange is one of its words or refused, so that no slip leads to production", async () => {
  const words: [string, KalshiConfig["environment"] | undefined][] = [
    ["true", "demo"],
    ["TRUE", "demo"],
    [" true\r\n", "demo"],
    ["false", "production"],
    ["False", "production"],
    ["", "production"],
    ...["1", "0", "yes", "no", "on", "demo", "production", "prod", "t", "tru", "true;", '"true"', " ", "\t"]
      .map((
        word,
      ): [string, undefined] => [word, undefined]),
  ];
  for (const [word, expected] of words) {
    const made = fromEnv({ KALSHI_DEMO: word });
    if (expected === undefined) await assertRejects(() => made, KalshiConfigError, "KALSHI_DEMO");
    else assertEquals((await made).config.environment, expected, JSON.stringify(word));
  }
  for (const wrong of [true, false, 1, 0, {}]) {
    const env = { KALSHI_DEMO: wrong } as unknown as KalshiEnv;
    await assertRejects(() => fromEnv(env), KalshiConfigError, "KALSHI_DEMO");
  }
  for (
    const url of [
      " ",
      "demo",
      "demo-api.kalshi.co",
      "https://demo-api.kalshi.co",
      "https://kalshi.com/trade-api/v2",
    ]
  ) {
    await assertRejects(() => fromEnv({ KALSHI_API_BASE_URL: url }), KalshiConfigError);
  }
  for (const word of ["true", "TRUE", "yes", "2", " "]) {
    const env = { KALSHI_ALLOW_UNKNOWN_HOST: word };
    await assertRejects(() => fromEnv(env), KalshiConfigError, "KALSHI_ALLOW_UNKNOWN_HOST");
  }
});

test("KALSHI_DEMO=true and a URL of production's contradict each other", async () => {
  for (
    const url of [
      "https://api.elections.kalshi.com/trade-api/v2",
      "https://external-api.kalshi.com/trade-api/v2",
    ]
  ) {
    const env = { KALSHI_DEMO: "true", KALSHI_API_BASE_URL: url };
    await assertRejects(() => fromEnv(env), KalshiConfigError, "KALSHI_API_BASE_URL");
    await assertRejects(() => fromEnv(env, { config: { timeoutMs: 7 } }), KalshiConfigError, "KALSHI_DEMO");
    assertEquals((await fromEnv({ ...env, KALSHI_DEMO: "false" })).config.baseUrl, url);
  }
});

test("options that name no exchange leave it to the environment, and keep the rest", async () => {
  const local = "http://127.0.0.1:8080/trade-api/v2";
  const unnamed = [
    { demo: false },
    { demo: undefined, config: undefined },
    { config: { timeoutMs: 7 } },
    { config: new KalshiConfig({ timeoutMs: 7 }) },
    { config: new KalshiConfig().with({ timeoutMs: 7, allowUnknownHost: false }) },
    { config: { baseUrl: undefined, timeoutMs: 7 } },
  ];
  for (const options of unnamed) {
    const demo = (await fromEnv({ KALSHI_DEMO: "true" }, options)).config;
    assertEquals([demo.environment, demo.wsBaseUrl], ["demo", "wss://demo-api.kalshi.co/trade-api/ws/v2"]);
    if (options.config) assertEquals(demo.timeoutMs, 7);
    assertEquals((await fromEnv({ KALSHI_API_BASE_URL: local }, options)).config.baseUrl, local);
    assertEquals((await fromEnv({}, options)).config.environment, "production");
  }
  const named = [
    { config: KalshiConfig.production() },
    { config: { baseUrl: "https://api.elections.kalshi.com/trade-api/v2" } },
    { config: { wsBaseUrl: "wss://api.elections.kalshi.com/trade-api/ws/v2" } },
    { config: KalshiConfig.production().with({ timeoutMs: 7 }) },
  ];
  for (const options of named) {
    assertEquals((await fromEnv({ KALSHI_DEMO: "true" }, options)).config.environment, "production");
  }
  const unknown = {
    KALSHI_API_BASE_URL: "https://proxy.example/trade-api/v2",
    KALSHI_ALLOW_UNKNOWN_HOST: "1",
  };
  await assertRejects(
    () => fromEnv(unknown, { config: { allowUnknownHost: false } }),
    KalshiConfigError,
    "proxy.",
  );
  await assertRejects(() => fromEnv({}, { config: null as never }), KalshiConfigError);
  await assertRejects(() => fromEnv({}, { config: { timeout: 7 } as never }), KalshiConfigError, "timeoutMs");
});

test("what is no environment is refused, where every variable would seem to be unset", async () => {
  const wrong: unknown[] = [
    null,
    true,
    "production",
    "KALSHI_DEMO=true",
    [],
    ["KALSHI_DEMO=true"],
    () => ({}),
    new Map([["KALSHI_DEMO", "true"]]),
    new Headers(),
    { get: (_: string) => "true", toObject: () => ({}) },
    { demo: true },
    { demo: true, KALSHI_KEY_ID: "key-1", KALSHI_PRIVATE_KEY: ed25519Pkcs8 },
    { config: KalshiConfig.demo() },
    { keyId: "key-1", privateKey: ed25519Pkcs8 },
  ];
  for (const env of wrong) {
    await assertRejects(() => KalshiClient.fromEnv(env as KalshiEnv), KalshiConfigError);
  }
  // A Worker's bindings have any names.
  await using client = await fromEnv({ ...key, auth: {}, CACHE: new Map() } as KalshiEnv);
  assertEquals(client.isAuthenticated, true);
});

test("KALSHI_SIGN_PUBLIC_CALLS decides where the options do not", async () => {
  const named = { baseUrl: "http://127.0.0.1:1/trade-api/v2" };
  const cases: [string | undefined, object, boolean][] = [
    [undefined, {}, true],
    ["", {}, true],
    ["true", {}, true],
    ["false", {}, false],
    ["FALSE", { demo: true }, false],
    ["false", { config: named }, false],
    ["false", { config: new KalshiConfig({ ...named, timeoutMs: 7 }) }, false],
    ["false", { config: { timeoutMs: 7 } }, false],
    ["false", { config: { signPublicCalls: true } }, true],
    ["false", { config: new KalshiConfig({ signPublicCalls: true }) }, true],
    ["true", { config: { ...named, signPublicCalls: false } }, false],
  ];
  for (const [word, options, expected] of cases) {
    const keys: (string | null)[] = [];
    await using client = await KalshiClient.fromEnv({ ...key, KALSHI_SIGN_PUBLIC_CALLS: word }, {
      ...options,
      transport: (request) => {
        keys.push(request.headers.get("kalshi-access-key"));
        return Promise.resolve(Response.json({ trading_active: true }));
      },
    });
    await client.exchange.status();
    assertEquals(
      [client.config.signPublicCalls, keys],
      [expected, [expected ? "key-1" : null]],
      JSON.stringify([word, options]),
    );
  }
  for (const word of ["0", "no", " "]) {
    const env = { ...key, KALSHI_SIGN_PUBLIC_CALLS: word };
    await assertRejects(() => fromEnv(env), KalshiConfigError, "KALSHI_SIGN_PUBLIC_CALLS");
  }
});

test("an environment that is passed also says whether unknown hosts are allowed, beside a URL of one's own", async () => {
  const config = { baseUrl: "https://proxy.example/trade-api/v2" };
  await assertRejects(() => fromEnv({}, { config }), KalshiConfigError, "proxy.example");
  await using client = await fromEnv({ KALSHI_ALLOW_UNKNOWN_HOST: "1" }, { config });
  assertEquals(client.config.environment, "unknown");
});

test("where the runtime has no variables, they have to be passed", async () => {
  const runtime = webRuntime();
  await assertRejects(() => KalshiClient.fromEnv(undefined, { runtime }), KalshiConfigError, "fromEnv(env)");
  await assertRejects(() => KalshiAuth.fromEnv(undefined, { runtime }), KalshiConfigError, "pass them");
  await assertRejects(() => KalshiAuth.tryFromEnv(undefined, { runtime }), KalshiConfigError, "pass them");
  await using client = await fromEnv({ ...key, KALSHI_DEMO: "true" }, { runtime });
  assertEquals([client.isAuthenticated, client.config.environment], [true, "demo"]);
  const readable = {
    ...webRuntime(),
    readEnv: (name: string) => name === "KALSHI_DEMO" ? "true" : undefined,
  };
  const capabilities = { ...readable.capabilities, env: true };
  await using own = await KalshiClient.fromEnv(undefined, { runtime: { ...readable, capabilities } });
  assertEquals(own.config.environment, "demo");
});

test("a Worker's own variables are read where the platform fills them in", { on: ["workers"] }, async () => {
  const globals = globalThis as unknown as { process?: { env: Record<string, string> } };
  const { process: before } = globals;
  // As nodejs_compat makes it for each compatibility date.
  for (const env of [undefined, {}]) {
    if (env) globals.process = { env };
    else delete globals.process;
    await assertRejects(() => KalshiClient.fromEnv(), KalshiConfigError, "Cloudflare Workers");
    assertEquals((await fromEnv({ KALSHI_DEMO: "true" })).config.environment, "demo");
  }
  globals.process = { env: { KALSHI_DEMO: "true" } };
  assertEquals((await KalshiClient.fromEnv()).config.environment, "demo");
  if (before) globals.process = before;
  else delete globals.process;
});

test("an unknown host needs KALSHI_ALLOW_UNKNOWN_HOST=1", async () => {
  const env = { KALSHI_API_BASE_URL: "https://proxy.example/trade-api/v2" };
  await assertRejects(() => fromEnv(env), KalshiConfigError, "proxy.example");
  const warn = console.warn;
  const warnings: unknown[] = [];
  console.warn = (...parts: unknown[]) => warnings.push(parts.join(" "));
  try {
    await using client = await fromEnv({ ...env, KALSHI_ALLOW_UNKNOWN_HOST: "1" });
    assertEquals(client.config.baseUrl, env.KALSHI_API_BASE_URL);
    assertEquals(warnings.length, 1);
  } finally {
    console.warn = warn;
  }
});

test("what is present and malformed always throws", async () => {
  const bad: [KalshiEnv, string][] = [
    [{ ...key, KALSHI_PRIVATE_KEY_PATH: "~/key.pem" }, "not both"],
    [{ KALSHI_KEY_ID: "key-1" }, "KALSHI_PRIVATE_KEY"],
    [{ KALSHI_PRIVATE_KEY: ed25519Pkcs8 }, "KALSHI_KEY_ID"],
    [{ KALSHI_PRIVATE_KEY_PATH: "~/key.pem" }, "KALSHI_KEY_ID"],
    [{ KALSHI_PRIVATE_KEY_PASSPHRASE: "secret" }, "KALSHI_KEY_ID"],
    [{ ...key, KALSHI_PRIVATE_KEY: "garbage" }, "PEM"],
    [{ KALSHI_PRIVATE_KEY: "garbage" }, "PEM"],
    [{ KALSHI_KEY_ID: "   " }, "KALSHI_KEY_ID"],
    [{ KALSHI_DEMO: "1" }, "KALSHI_DEMO"],
    [{ KALSHI_API_BASE_URL: "https://api.elections.kalshi.com" }, "/trade-api/v2"],
  ];
  for (const [env, text] of bad) {
    const error = await assertRejects(() => fromEnv(env), Error, text);
    assert(error instanceof KalshiConfigError || error instanceof KalshiAuthError, error.message);
  }
});

test("options win over the environment, and a broken key there does not stop a caller with their own", async () => {
  const auth = await KalshiAuth.fromPem("mine", rsaPkcs8);
  const broken = { KALSHI_KEY_ID: "theirs", KALSHI_PRIVATE_KEY: "garbage", KALSHI_DEMO: "true" };
  await using client = await fromEnv(broken, { auth, config: KalshiConfig.production({ timeoutMs: 7 }) });
  assertEquals([client.isAuthenticated, client.config.timeoutMs], [true, 7]);
  assertEquals(client.config.environment, "production");
  await using demo = await fromEnv({ KALSHI_API_BASE_URL: "http://127.0.0.1:1/trade-api/v2" }, {
    demo: true,
  });
  assertEquals(demo.config.environment, "demo");
});

test("a client is its own: config frozen, options checked, nothing shared but what was handed over", async () => {
  await using client = await fromEnv(key);
  assertInstanceOf(client.config, KalshiConfig);
  assert(Object.isFrozen(client.config));
  assert(!JSON.stringify(client).includes("PRIVATE"));
});
