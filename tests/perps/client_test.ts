import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import {
  KalshiAuthRequiredError,
  KalshiClient,
  KalshiConfig,
  KalshiConfigError,
  KalshiCore,
} from "../../mod.ts";
import { PerpsClient, PerpsConfig, type PerpsEnv, perpsVenue } from "../../src/perps/mod.ts";
import { test } from "../support/test.ts";
import { rsaPkcs8 } from "../auth/fixtures.ts";

// deno-lint-ignore no-explicit-any -- options as plain JavaScript gives them.
type Untyped = any;

const urls = {
  production: {
    rest: "https://external-api.kalshi.com/trade-api/v2",
    ws: "wss://external-api-margin-ws.kalshi.com/trade-api/ws/v2/margin",
  },
  demo: {
    rest: "https://external-api.demo.kalshi.co/trade-api/v2",
    ws: "wss://external-api-margin-ws.demo.kalshi.co/trade-api/ws/v2/margin",
  },
};

test("PerpsConfig leads to the margin exchange, in each of its forms", () => {
  const { production, demo } = urls;
  for (const config of [new PerpsConfig(), PerpsConfig.production(), new PerpsClient().config]) {
    assertEquals([config.baseUrl, config.wsBaseUrl], [production.rest, production.ws]);
    assertEquals([config.environment, config.product], ["production", "margin"]);
  }
  for (
    const config of [
      PerpsConfig.demo({ timeoutMs: 7 }),
      new PerpsConfig({ baseUrl: demo.rest, timeoutMs: 7 }),
      new PerpsConfig({ wsBaseUrl: demo.ws }).with({ timeoutMs: 7 }),
      new PerpsClient({ config: { wsBaseUrl: demo.ws, timeoutMs: 7 } }).config,
    ]
  ) {
    assertEquals([config.baseUrl, config.wsBaseUrl, config.timeoutMs], [demo.rest, demo.ws, 7]);
    assertEquals(Object.isFrozen(config), true);
    // Two objects of a class are compared by their fields: Node 20 has no union of sets.
    assertEquals({ ...new PerpsConfig(config) }, { ...config });
  }
  assertEquals(new PerpsClient({ demo: true }).config.environment, "demo");
  const local = new PerpsConfig({ baseUrl: "http://127.0.0.1:8080/trade-api/v2" });
  assertEquals(local.wsBaseUrl, "ws://127.0.0.1:8080/trade-api/ws/v2/margin");
});

test("a configuration, a host or a socket of one exchange is refused by the other", () => {
  const refused: readonly [make: () => unknown, says: string][] = [
    [() => new KalshiClient({ config: new PerpsConfig() as Untyped }), "This is a PerpsConfig"],
    [() => new PerpsClient({ config: new KalshiConfig() as Untyped }), "This is a KalshiConfig"],
    [() => new KalshiConfig(new PerpsConfig()), "give a KalshiConfig"],
    [() => new PerpsConfig(new KalshiConfig()), "give a PerpsConfig"],
    [() => new KalshiCore({ config: new PerpsConfig() }), "another exchange"],
    [() => new KalshiCore({ venue: perpsVenue }), "another exchange"],
    [() => new KalshiCore({ venue: perpsVenue, config: KalshiConfig.demo() }), "another exchange"],
    [
      () => new PerpsConfig({ baseUrl: "https://api.elections.kalshi.com/trade-api/v2" }),
      "name a host of Kalshi",
    ],
    [
      () => new PerpsConfig({ wsBaseUrl: "wss://external-api-ws.kalshi.com/trade-api/ws/v2" }),
      "end in /trade-api/ws/v2/margin",
    ],
    [() => new PerpsConfig({ timeout: 1 } as Untyped), "timeoutMs"],
    [() => new PerpsConfig({ demo: true } as Untyped), "new PerpsClient({ demo: … })"],
    [() => PerpsConfig.demo({ baseUrl: "x" } as Untyped), "PerpsConfig.demo sets baseUrl itself"],
    [() => new PerpsConfig({ baseUrl: urls.demo.rest, wsBaseUrl: urls.production.ws }), "Leave one out"],
  ];
  for (const [make, says] of refused) {
    assertStringIncludes(assertThrows(make, KalshiConfigError).message, says);
  }
  assertEquals(new KalshiCore({ venue: perpsVenue, config: new PerpsConfig() }).isAuthenticated, false);
});

test("fromEnv reads the variables of perps, and none of the other exchange's", async () => {
  const { fromEnv } = PerpsClient;
  const other = {
    KALSHI_KEY_ID: "x",
    KALSHI_PRIVATE_KEY: "y",
    KALSHI_DEMO: "true",
    KALSHI_API_BASE_URL: "z",
  };
  const nobody = await fromEnv(other as PerpsEnv);
  assertEquals([nobody.isAuthenticated, nobody.config.environment], [false, "production"]);

  const key = { KALSHI_PERPS_KEY_ID: "key-1", KALSHI_PERPS_PRIVATE_KEY: rsaPkcs8 };
  const demo = await fromEnv({ ...key, KALSHI_PERPS_DEMO: "true" });
  assertEquals([demo.isAuthenticated, demo.config.wsBaseUrl], [true, urls.demo.ws]);
  const byRest = await fromEnv({ KALSHI_PERPS_API_BASE_URL: urls.demo.rest });
  assertEquals(byRest.config.wsBaseUrl, urls.demo.ws);
  const bySocket = await fromEnv({ KALSHI_PERPS_WS_BASE_URL: urls.demo.ws, KALSHI_PERPS_DEMO: "true" });
  assertEquals(bySocket.config.baseUrl, urls.demo.rest);
  const both = await fromEnv({
    KALSHI_PERPS_API_BASE_URL: "http://127.0.0.1:1/trade-api/v2",
    KALSHI_PERPS_WS_BASE_URL: "ws://127.0.0.1:2/trade-api/ws/v2/margin",
  }, { config: { timeoutMs: 7 } });
  assertEquals(
    [both.config.baseUrl, both.config.wsBaseUrl, both.config.timeoutMs],
    ["http://127.0.0.1:1/trade-api/v2", "ws://127.0.0.1:2/trade-api/ws/v2/margin", 7],
  );
  const known = await fromEnv({
    KALSHI_PERPS_API_BASE_URL: "https://perps.example/trade-api/v2",
    KALSHI_PERPS_ALLOW_UNKNOWN_HOST: "1",
  });
  assertEquals(known.config.environment, "unknown");

  for (
    const [env, says] of [
      [{ KALSHI_PERPS_DEMO: "yes" }, "KALSHI_PERPS_DEMO"],
      [{ KALSHI_PERPS_DEMO: "true", KALSHI_PERPS_API_BASE_URL: urls.production.rest }, "KALSHI_PERPS_DEMO"],
      [
        { KALSHI_PERPS_DEMO: "true", KALSHI_PERPS_WS_BASE_URL: urls.production.ws },
        "KALSHI_PERPS_WS_BASE_URL",
      ],
      [
        { KALSHI_PERPS_API_BASE_URL: "https://perps.example/trade-api/v2" },
        "KALSHI_PERPS_ALLOW_UNKNOWN_HOST",
      ],
      [{ ...key, KALSHI_PERPS_PRIVATE_KEY_PATH: "x" }, "KALSHI_PERPS_PRIVATE_KEY_PATH"],
      [{ KALSHI_PERPS_WS_BASE_URL: " " }, "KALSHI_PERPS_WS_BASE_URL"],
    ] as const
  ) {
    assertStringIncludes((await assertRejects(() => fromEnv(env), KalshiConfigError)).message, says);
  }
  for (const half of [{ KALSHI_PERPS_KEY_ID: "key-1" }, { KALSHI_PERPS_PRIVATE_KEY: rsaPkcs8 }]) {
    const error = await assertRejects(() => fromEnv(half), KalshiAuthRequiredError);
    assertStringIncludes(error.message, "KALSHI_PERPS_KEY_ID");
  }
});

test("a perps client without a key says which variables name one", async () => {
  const client = new PerpsClient();
  const error = await assertRejects(
    () => client.fix({ config: { product: "margin", session: "order-entry" } }),
    KalshiAuthRequiredError,
  );
  assertStringIncludes(error.message, "KALSHI_PERPS_KEY_ID");
  assertStringIncludes(error.message, "PerpsClient.fromEnv()");
});
