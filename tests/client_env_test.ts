import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  KalshiAuth,
  KalshiAuthError,
  KalshiClient,
  KalshiConfig,
  KalshiConfigError,
  type KalshiEnv,
} from "../mod.ts";
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
  await using client = await fromEnv(broken, { auth, config: new KalshiConfig({ timeoutMs: 7 }) });
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
