import { assert, assertEquals, assertStrictEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { KalshiConfig, type KalshiConfigOptions } from "../../src/config/kalshi_config.ts";
import { DEFAULTS } from "../../src/config/settings.ts";
import { KalshiConfigError } from "../../src/base/errors.ts";
import { assertRuntimeCan } from "../../src/runtime/capabilities.ts";
import type { Runtime, RuntimeCapabilities } from "../../src/runtime/types.ts";
import { consoleWarnings } from "../support/console_warnings.ts";
import { test } from "../support/test.ts";

const production = {
  baseUrl: "https://api.elections.kalshi.com/trade-api/v2",
  wsBaseUrl: "wss://api.elections.kalshi.com/trade-api/ws/v2",
};
const demo = {
  baseUrl: "https://demo-api.kalshi.co/trade-api/v2",
  wsBaseUrl: "wss://demo-api.kalshi.co/trade-api/ws/v2",
};

function urls({ baseUrl, wsBaseUrl }: KalshiConfig): { baseUrl: string; wsBaseUrl: string } {
  return { baseUrl, wsBaseUrl };
}

// Options as untyped code gives them.
const given = (options: unknown) => options as KalshiConfigOptions;

test("every option has its documented default", () => {
  const config = new KalshiConfig();
  const documented = {
    ...production,
    timeoutMs: 30_000,
    totalTimeoutMs: undefined,
    maxRetries: 3,
    retryBaseDelayMs: 500,
    retryMaxDelayMs: 30_000,
    maxBodyBytes: 67_108_864,
    extraHeaders: {},
    wsMaxRetries: 10,
    wsPingIntervalMs: 20_000,
    wsCloseTimeoutMs: 5_000,
    http2: false,
    limits: undefined,
    restJsonParse: undefined,
    wsJsonParse: undefined,
    wsJsonStringify: undefined,
    allowUnknownHost: false,
    environment: "production",
  };
  for (const [name, value] of Object.entries(documented)) {
    assertEquals<unknown>(config[name as keyof KalshiConfig], value, name);
  }
  for (const [name, value] of Object.entries(DEFAULTS)) {
    assertEquals<unknown>(config[name as keyof KalshiConfig], value, name);
  }
});

const everyOption = {
  ...demo,
  timeoutMs: 1,
  totalTimeoutMs: 2.5,
  maxRetries: 0,
  retryBaseDelayMs: 0,
  retryMaxDelayMs: 2 ** 31 - 1,
  maxBodyBytes: 1,
  extraHeaders: { "x-desk": "7" },
  wsMaxRetries: Number.MAX_SAFE_INTEGER,
  wsPingIntervalMs: 1000,
  wsCloseTimeoutMs: 0,
  http2: true,
  limits: { maxConnections: 1, maxKeepaliveConnections: 0, keepaliveExpiryMs: 0 },
  restJsonParse: (body: Uint8Array) => body.length,
  wsJsonParse: (frame: string) => frame,
  wsJsonStringify: () => "",
  allowUnknownHost: true,
};

test("every option is taken as given", () => {
  const config = new KalshiConfig(everyOption);
  for (const [name, value] of Object.entries(everyOption)) {
    assertEquals<unknown>(config[name as keyof KalshiConfig], value, name);
  }
});

test("undefined is the same as left out", () => {
  const plain = new KalshiConfig();
  const names = Object.keys(everyOption) as (keyof KalshiConfigOptions)[];
  const config = new KalshiConfig(Object.fromEntries(names.map((name) => [name, undefined])));
  for (const name of names) assertEquals<unknown>(config[name], plain[name]);
});

test("the config is deeply frozen and keeps no hold of what it was made from", () => {
  const extraHeaders: Record<string, string> = { "x-desk": "7" };
  const limits = { maxConnections: 4 };
  const restJsonParse = Object.assign((body: Uint8Array) => body.length, { calls: 0 });
  const config = new KalshiConfig({ extraHeaders, limits, restJsonParse });
  extraHeaders["KALSHI-ACCESS-KEY"] = "forged";
  limits.maxConnections = 99;
  assertEquals([config.extraHeaders, config.limits], [{ "x-desk": "7" }, { maxConnections: 4 }]);

  const open = config as unknown as Record<string, unknown>;
  assertThrows(() => open.baseUrl = "https://evil.io", TypeError);
  assertThrows(() => open.extra = 1, TypeError);
  assertThrows(() => delete open.timeoutMs, TypeError);
  assertThrows(() => (config.extraHeaders as Record<string, string>).host = "evil.io", TypeError);
  assertThrows(() => (config.limits as { maxConnections: number }).maxConnections = 1, TypeError);
  assertThrows(() => open.environment = "demo", TypeError);

  // Hooks are the caller's: the same function, not frozen.
  assertStrictEquals<unknown>(config.restJsonParse, restJsonParse);
  restJsonParse.calls++;
  assertEquals(config.restJsonParse?.(new Uint8Array(3)), 3);
  assert(!Object.isFrozen(limits) && !Object.isFrozen(extraHeaders));
});

test("unknown and Python-style options are refused with the nearest right name", () => {
  const table: [option: string, meant: string][] = [
    ["base_url", "baseUrl"],
    ["baseURL", "baseUrl"],
    ["baseUlr", "baseUrl"],
    ["ws_base_url", "wsBaseUrl"],
    ["timeout", "timeoutMs"],
    ["timeoutMS", "timeoutMs"],
    ["timeoutSeconds", "timeoutMs"],
    ["timoutMs", "timeoutMs"],
    ["total_timeout", "totalTimeoutMs"],
    ["max_retries", "maxRetries"],
    ["maxRetry", "maxRetries"],
    ["retries", "maxRetries"],
    ["retry_base_delay", "retryBaseDelayMs"],
    ["retry_max_delay", "retryMaxDelayMs"],
    ["extra_headers", "extraHeaders"],
    ["headers", "extraHeaders"],
    ["ws_max_retries", "wsMaxRetries"],
    ["ws_ping_interval", "wsPingIntervalMs"],
    ["ws_close_timeout", "wsCloseTimeoutMs"],
    ["HTTP2", "http2"],
    ["limit", "limits"],
    ["rest_json_loads", "restJsonParse"],
    ["ws_json_loads", "wsJsonParse"],
    ["ws_json_dumps", "wsJsonStringify"],
    ["allow_unknown_host", "allowUnknownHost"],
    ["allowUnknownHosts", "allowUnknownHost"],
  ];
  for (const [option, meant] of table) {
    const error = assertThrows(
      () => new KalshiConfig(given({ [option]: undefined })),
      KalshiConfigError,
      `no option "${option}". Did you mean ${meant}`,
    );
    assertEquals(error.message.includes("(in milliseconds)"), meant.endsWith("Ms"));
  }
  for (const option of ["verify", "", "x", "__proto__x", "\r\nforged"]) {
    const error = assertThrows(() => new KalshiConfig(given({ [option]: 1 })), KalshiConfigError);
    assertStringIncludes(error.message, "Its options are: baseUrl, wsBaseUrl, timeoutMs,");
    assert(!/[\r\n]/.test(error.message));
  }
  assertThrows(
    () => new KalshiConfig(given({ limits: { max_connections: 4 } })),
    KalshiConfigError,
    `KalshiConfig.limits has no option "max_connections". Did you mean maxConnections?`,
  );
  assertThrows(() => KalshiConfig.demo(given({ timeout: 1 })), KalshiConfigError, "timeoutMs");
  assertThrows(() => new KalshiConfig().with(given({ timeout: 1 })), KalshiConfigError, "timeoutMs");
});

test("wrong values are refused by name, and what was given is shown only where it cannot be a secret", () => {
  const wrongNumber = [-1, Number.NaN, Infinity, -Infinity, "30", 30n, null, true, {}, []];
  const table: [options: Record<string, readonly unknown[]>, message: string][] = [
    [{ timeoutMs: [...wrongNumber, 0, 0.5, 2 ** 31] }, "milliseconds from 1 to 2147483647"],
    [{ totalTimeoutMs: [...wrongNumber, 0, 2 ** 31] }, "milliseconds from 1 to 2147483647"],
    [{ wsPingIntervalMs: [...wrongNumber, 0, 2 ** 31] }, "milliseconds from 1 to 2147483647"],
    [{ retryBaseDelayMs: [...wrongNumber, 2 ** 31] }, "milliseconds from 0 to 2147483647"],
    [{ retryMaxDelayMs: [...wrongNumber, 2 ** 31] }, "milliseconds from 0 to 2147483647"],
    [{ wsCloseTimeoutMs: [...wrongNumber, 2 ** 31] }, "milliseconds from 0 to 2147483647"],
    [{ maxBodyBytes: [...wrongNumber, 0, 0.5, 2 ** 29] }, "a whole number of bytes from 1 to 536870911"],
    [{ maxRetries: [...wrongNumber, 0.5, 2 ** 53] }, "a whole number from 0"],
    [{ wsMaxRetries: [...wrongNumber, 0.5, 2 ** 53] }, "a whole number from 0"],
    [{ http2: ["true", 1, null, {}] }, "true or false"],
    [{ allowUnknownHost: ["1", 1, null, {}] }, "true or false"],
    [{ baseUrl: [1, null, {}, new URL(demo.baseUrl), true] }, "a string"],
    [{ wsBaseUrl: [1, null, {}, new URL(demo.wsBaseUrl), true] }, "a string"],
    [{ restJsonParse: ["JSON.parse", null, {}] }, "a function"],
    [{ wsJsonParse: ["JSON.parse", null, {}] }, "a function"],
    [{ wsJsonStringify: ["JSON.stringify", null, {}] }, "a function"],
    [{ limits: [null, 4, "4", []] }, "{ maxConnections, maxKeepaliveConnections, keepaliveExpiryMs }"],
    [{ extraHeaders: [null, 4, "a: b", [], new Headers()] }, "a plain object"],
  ];
  for (const [options, message] of table) {
    for (const [name, values] of Object.entries(options)) {
      for (const value of values) {
        assertThrows(
          () => new KalshiConfig(given({ [name]: value })),
          KalshiConfigError,
          `\`${name}\` takes ${message}`,
          `${name}: ${String(value)}`,
        );
      }
    }
  }
  for (
    const [name, values] of Object.entries({ maxConnections: [0, 1.5], maxKeepaliveConnections: [-1, 1.5] })
  ) {
    for (const value of values) {
      assertThrows(
        () => new KalshiConfig({ limits: { [name]: value } }),
        KalshiConfigError,
        `limits: \`${name}\` takes a whole number`,
      );
    }
  }
  assertThrows(
    () => new KalshiConfig({ limits: { keepaliveExpiryMs: -1 } }),
    KalshiConfigError,
    "KalshiConfig.limits: `keepaliveExpiryMs` takes whole milliseconds from 0 to 2147483647; got the number -1.",
  );
  assertThrows(() => new KalshiConfig({ timeoutMs: Number.NaN }), KalshiConfigError, "got the number NaN.");
  const pasted = assertThrows(
    () => new KalshiConfig(given({ timeoutMs: "-----BEGIN PRIVATE KEY-----" })),
    KalshiConfigError,
    "got text of 27 characters.",
  );
  assert(!pasted.message.includes("BEGIN"));
  for (const options of [null, 7, "demo", () => {}]) {
    assertThrows(() => new KalshiConfig(given(options)), KalshiConfigError, "KalshiConfig takes an object");
  }
});

test("whatever numbers are given, the config holds usable ones or is refused", () => {
  const names = [
    "timeoutMs",
    "totalTimeoutMs",
    "maxRetries",
    "retryBaseDelayMs",
    "retryMaxDelayMs",
    "wsMaxRetries",
    "wsPingIntervalMs",
    "wsCloseTimeoutMs",
  ] as const;
  const value = fc.oneof(fc.double(), fc.integer(), fc.maxSafeInteger());
  fc.assert(fc.property(fc.constantFrom(...names), value, (name, value) => {
    try {
      const held = new KalshiConfig({ [name]: value })[name];
      assertEquals(held, value);
      assert(value >= 0 && Number.isFinite(value));
      assert(name.endsWith("Ms") ? value < 2 ** 31 : Number.isSafeInteger(value));
    } catch (error) {
      if (!(error instanceof KalshiConfigError)) throw error;
      assertStringIncludes(error.message, name);
    }
  }));
});

test("one URL brings the other", () => {
  const table: [options: KalshiConfigOptions, baseUrl: string, wsBaseUrl: string, environment: string][] = [
    [{}, production.baseUrl, production.wsBaseUrl, "production"],
    [{ baseUrl: demo.baseUrl }, demo.baseUrl, demo.wsBaseUrl, "demo"],
    [{ wsBaseUrl: `${demo.wsBaseUrl}//` }, demo.baseUrl, demo.wsBaseUrl, "demo"],
    [
      { baseUrl: "https://external-api.kalshi.com/trade-api/v2/" },
      "https://external-api.kalshi.com/trade-api/v2",
      "wss://external-api-ws.kalshi.com/trade-api/ws/v2",
      "production",
    ],
    [
      { wsBaseUrl: "wss://external-api-ws.demo.kalshi.co/trade-api/ws/v2" },
      "https://external-api.demo.kalshi.co/trade-api/v2",
      "wss://external-api-ws.demo.kalshi.co/trade-api/ws/v2",
      "demo",
    ],
    [
      { baseUrl: "http://127.0.0.1:8080/trade-api/v2" },
      "http://127.0.0.1:8080/trade-api/v2",
      "ws://127.0.0.1:8080/trade-api/ws/v2",
      "loopback",
    ],
    [
      { wsBaseUrl: "wss://[::1]:8443/trade-api/ws/v2" },
      "https://[::1]:8443/trade-api/v2",
      "wss://[::1]:8443/trade-api/ws/v2",
      "loopback",
    ],
    // Both given: any two of one environment, and loopback with anything.
    [
      { baseUrl: production.baseUrl, wsBaseUrl: "wss://external-api-ws.kalshi.com/trade-api/ws/v2" },
      production.baseUrl,
      "wss://external-api-ws.kalshi.com/trade-api/ws/v2",
      "production",
    ],
    [
      { baseUrl: "http://localhost:1/trade-api/v2", wsBaseUrl: demo.wsBaseUrl },
      "http://localhost:1/trade-api/v2",
      demo.wsBaseUrl,
      "loopback",
    ],
  ];
  for (const [options, baseUrl, wsBaseUrl, environment] of table) {
    const config = new KalshiConfig(options);
    assertEquals(urls(config), { baseUrl, wsBaseUrl });
    assertEquals(config.environment, environment);
  }
});

test("production and demo do not mix", () => {
  const external = "wss://external-api-ws.demo.kalshi.co/trade-api/ws/v2";
  for (
    const options of [
      { baseUrl: production.baseUrl, wsBaseUrl: demo.wsBaseUrl },
      { baseUrl: demo.baseUrl, wsBaseUrl: production.wsBaseUrl },
      { baseUrl: "https://external-api.kalshi.com/trade-api/v2", wsBaseUrl: external },
    ]
  ) {
    assertThrows(() => new KalshiConfig(options), KalshiConfigError, "it follows the other");
  }
});

test("the presets set both URLs and take everything else", () => {
  assertEquals(urls(KalshiConfig.demo()), demo);
  assertEquals(urls(KalshiConfig.production()), production);
  assertEquals(KalshiConfig.demo().environment, "demo");
  const config = KalshiConfig.demo({ timeoutMs: 7, extraHeaders: { "x-desk": "7" } });
  assertEquals([config.timeoutMs, config.extraHeaders], [7, { "x-desk": "7" }]);
  for (const name of ["baseUrl", "wsBaseUrl"]) {
    for (const preset of ["demo", "production"] as const) {
      assertThrows(
        () => KalshiConfig[preset](given({ [name]: demo.baseUrl })),
        KalshiConfigError,
        `KalshiConfig.${preset} sets ${name} itself`,
      );
    }
  }
});

test("with changes what it is told and keeps the rest", () => {
  const first = KalshiConfig.demo({ timeoutMs: 7, maxRetries: 1, limits: { maxConnections: 2 } });
  const second = first.with({ timeoutMs: 8, http2: true });
  assertEquals<unknown>({ ...second }, { ...first, timeoutMs: 8, http2: true });
  assertEquals(first.timeoutMs, 7);
  assert(Object.isFrozen(second));
  assertEquals(second.with({ timeoutMs: undefined }).timeoutMs, 30_000);

  const here = "http://localhost:8080/trade-api/v2";
  const there = "ws://localhost:8080/trade-api/ws/v2";
  assertEquals(urls(first.with({ baseUrl: here })), { baseUrl: here, wsBaseUrl: there });
  assertEquals(urls(new KalshiConfig().with({ wsBaseUrl: there })), { baseUrl: here, wsBaseUrl: there });
  assertEquals(urls(first.with({ baseUrl: undefined })), production);
  const both = new KalshiConfig(demo);
  assertEquals(both.with({ baseUrl: here }).wsBaseUrl, demo.wsBaseUrl, "one that was given stays");
  assertThrows(() => both.with({ baseUrl: production.baseUrl }), KalshiConfigError, "follows the other");
});

test("an unknown host passes only when allowed, and is reported once", () => {
  const baseUrl = "https://proxy.example:8443/trade-api/v2";
  assertThrows(
    () => new KalshiConfig({ baseUrl, allowUnknownHost: false }),
    KalshiConfigError,
    "proxy.example",
  );

  let config = new KalshiConfig();
  const first = consoleWarnings(() => config = new KalshiConfig({ baseUrl, allowUnknownHost: true }));
  assertEquals(first.length, 1);
  assertStringIncludes(first[0] ?? "", "proxy.example:8443");
  assertEquals([config.environment, config.allowUnknownHost], ["unknown", true]);
  assertEquals(config.wsBaseUrl, "wss://proxy.example:8443/trade-api/ws/v2");

  assertEquals(consoleWarnings(() => config.with({ timeoutMs: 1 }).with({ maxRetries: 1 })), []);
  assertEquals(
    consoleWarnings(() => config.with({ baseUrl: "https://other.example/trade-api/v2" })).length,
    1,
  );
  const two = consoleWarnings(() => config.with({ wsBaseUrl: "wss://other.example/trade-api/ws/v2" }));
  assertStringIncludes(two.join("\n"), "proxy.example:8443 and other.example");
  assertThrows(() => config.with({ allowUnknownHost: false }), KalshiConfigError, "allowUnknownHost");

  const quiet = consoleWarnings(() => {
    new KalshiConfig({ allowUnknownHost: true });
    KalshiConfig.demo({ allowUnknownHost: true });
    new KalshiConfig({ baseUrl: "http://localhost/trade-api/v2", allowUnknownHost: true });
  });
  assertEquals(quiet, [], "Kalshi's own hosts and loopback are not reported");
});

test("extra headers are checked with the rest", () => {
  for (
    const name of ["KALSHI-ACCESS-KEY", "kalshi-access-signature", "Host", "content-length", "Connection"]
  ) {
    assertThrows(() => new KalshiConfig({ extraHeaders: { [name]: "x" } }), KalshiConfigError, name);
    assertThrows(() => new KalshiConfig().with({ extraHeaders: { [name]: "x" } }), KalshiConfigError, name);
  }
});

test("what a runtime cannot do is refused by name, with the reason where its adapter gives one", () => {
  const able: Record<string, boolean> = {
    http2: true,
    maxConnections: true,
    maxKeepaliveConnections: true,
    keepaliveExpiryMs: true,
  };
  const runtime = (capabilities: Record<string, boolean>) => {
    const part = { name: "Testland", capabilities: capabilities as unknown as RuntimeCapabilities };
    return part as unknown as Runtime;
  };
  const wants: Record<string, KalshiConfigOptions> = {
    http2: { http2: true },
    maxConnections: { limits: { maxConnections: 4 } },
    maxKeepaliveConnections: { limits: { maxKeepaliveConnections: 0 } },
    keepaliveExpiryMs: { limits: { keepaliveExpiryMs: 0 } },
  };
  for (const [name, options] of Object.entries(wants)) {
    const config = new KalshiConfig(options);
    assertRuntimeCan(config, runtime(able));
    assertThrows(
      () => assertRuntimeCan(config, runtime({ ...able, [name]: false })),
      KalshiConfigError,
      `${name} cannot be honoured on Testland. Leave it out there.`,
    );
    const why = () => assertRuntimeCan(config, runtime({ ...able, [name]: false }), { [name]: "It rains." });
    assertStringIncludes(assertThrows(why, KalshiConfigError).message, "on Testland. It rains.");
    assertRuntimeCan(new KalshiConfig({ limits: {} }), runtime({}));
  }
});
