/** The environment variables of a FIX session: what they choose, what wins, what is refused. */
import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { KalshiClient } from "../../src/client.ts";
import { KalshiAuthRequiredError, KalshiConfigError, KalshiError } from "../../src/base/errors.ts";
import { FixConfig } from "../../src/fix/config.ts";
import type { FixConfigOptions } from "../../src/fix/config_options.ts";
import { fixAuthFromEnv, type FixEnv } from "../../src/fix/env.ts";
import type { Runtime } from "../../src/runtime/types.ts";
import { ed25519Pkcs8, ed25519Public, encryptedKeys, passphrase, rsaPkcs1 } from "../auth/fixtures.ts";
import { consoleWarnings } from "../support/console_warnings.ts";
import { test } from "../support/test.ts";

const KEY_ID = "a952bcbe-ec3b-4b5b-b8f9-11dae589608c";
const base: FixEnv = { KALSHI_FIX_PRODUCT: "event", KALSHI_FIX_SESSION: "order-entry" };

/** A runtime with these variables and files. */
function runtimeWith(env: object, files: Readonly<Record<string, string>> = {}, hasEnv = true): Runtime {
  return {
    name: "test",
    capabilities: { files: true, env: hasEnv },
    readEnv: (name: string) => (env as Record<string, string>)[name],
    readTextFile(path: string) {
      const text = files[path];
      return text === undefined ? Promise.reject(new Error("no such file")) : Promise.resolve(text);
    },
  } as unknown as Runtime;
}

test("the variables choose product, session, environment and place", () => {
  const table: readonly (readonly [FixEnv, string, number, string])[] = [
    [{}, "mm.fix.elections.kalshi.com", 8228, "production"],
    [{ KALSHI_FIX_DEMO: " True\n" }, "fix.demo.kalshi.co", 8228, "demo"],
    [{ KALSHI_DEMO: "true" }, "fix.demo.kalshi.co", 8228, "demo"],
    [{ KALSHI_DEMO: "true", KALSHI_FIX_DEMO: "false" }, "mm.fix.elections.kalshi.com", 8228, "production"],
    [{ KALSHI_DEMO: "", KALSHI_FIX_DEMO: "" }, "mm.fix.elections.kalshi.com", 8228, "production"],
    [{ KALSHI_FIX_SESSION: "Market-Data" }, "marketdata.fix.elections.kalshi.com", 8233, "production"],
    [{ KALSHI_FIX_PRODUCT: "margin", KALSHI_DEMO: "true" }, "margin-fix.demo.kalshi.co", 8228, "demo"],
    [{ KALSHI_FIX_HOST: "fix.demo.kalshi.co" }, "fix.demo.kalshi.co", 8228, "demo"],
    [
      { KALSHI_FIX_HOST: "127.0.0.1", KALSHI_FIX_PORT: "9", KALSHI_FIX_TLS: "FALSE" },
      "127.0.0.1",
      9,
      "loopback",
    ],
    [{ KALSHI_FIX_HOST: "::1", KALSHI_DEMO: "true" }, "[::1]", 8228, "demo"],
  ];
  for (const [env, ...place] of table) {
    for (
      const config of [
        FixConfig.fromEnv({ ...base, ...env }),
        FixConfig.fromEnv(undefined, {}, { runtime: runtimeWith({ ...base, ...env }) }),
      ]
    ) {
      assertEquals([config.host, config.port, config.environment], place);
      assertEquals(config.tls, env.KALSHI_FIX_TLS === undefined);
    }
  }
});

test("the REST client's variables choose nothing but the demo", () => {
  const env = {
    ...base,
    KALSHI_API_BASE_URL: "https://demo-api.kalshi.co/trade-api/v2",
    KALSHI_ALLOW_UNKNOWN_HOST: "1",
  };
  assertEquals(FixConfig.fromEnv(env).environment, "production");
  assertThrows(
    () => FixConfig.fromEnv({ ...env, KALSHI_FIX_HOST: "a.example" }),
    KalshiConfigError,
    "no host of Kalshi",
  );
});

test("options win over the variables; a place of one's own is not mixed with theirs", () => {
  const env: FixEnv = {
    KALSHI_FIX_PRODUCT: "margin",
    KALSHI_FIX_SESSION: "market-data",
    KALSHI_FIX_HOST: "127.0.0.1",
    KALSHI_FIX_PORT: "9",
    KALSHI_FIX_TLS: "false",
    KALSHI_FIX_DEMO: "true",
  };
  const own = FixConfig.fromEnv(env, {
    product: "event",
    session: "rfq",
    environment: "production",
    maxRetries: 2,
  });
  assertEquals([own.host, own.port, own.tls, own.maxRetries], ["mm.fix.elections.kalshi.com", 8232, true, 2]);
  assertEquals(
    FixConfig.fromEnv(env, { host: "margin-marketdata.fix.elections.kalshi.com" }).environment,
    "production",
  );
  assertEquals(FixConfig.fromEnv(env, { port: 10, session: "drop-copy" }).port, 10);
  assertEquals(FixConfig.fromEnv({}, { product: "event", session: "rfq" }).targetCompId, "KalshiRFQ");
  assertEquals(FixConfig.fromEnv(env, { host: undefined, maxRetries: undefined }).port, 9);
  const host = "a.example";
  consoleWarnings(() => {
    const config = FixConfig.fromEnv({ ...base, KALSHI_FIX_ALLOW_UNKNOWN_HOST: "1" }, { host });
    assertEquals([config.host, config.allowUnknownHost], [host, true]);
  });
  const refused = { ...base, KALSHI_FIX_ALLOW_UNKNOWN_HOST: "1" };
  assertThrows(
    () => FixConfig.fromEnv(refused, { host, allowUnknownHost: false }),
    KalshiConfigError,
    "no host",
  );
});

test("a host of the other environment than the one that is told is refused, with the variable's name", () => {
  const demoHost = { ...base, KALSHI_FIX_HOST: "fix.demo.kalshi.co" };
  const realHost = { ...base, KALSHI_FIX_HOST: "mm.fix.elections.kalshi.com" };
  const said = (env: FixEnv) => assertThrows(() => FixConfig.fromEnv(env), KalshiConfigError).message;
  assertStringIncludes(
    said({ ...realHost, KALSHI_FIX_DEMO: "true" }),
    "KALSHI_FIX_DEMO is true, and KALSHI_FIX_HOST leads to production",
  );
  assertStringIncludes(said({ ...realHost, KALSHI_DEMO: "true" }), "KALSHI_DEMO is true");
  assertStringIncludes(
    said({ ...demoHost, KALSHI_FIX_DEMO: "false" }),
    "is false, and KALSHI_FIX_HOST leads to demo",
  );
});

test("a variable that is malformed, missing or not to be read is refused by its name", () => {
  const wrong: readonly (readonly [FixEnv, string])[] = [
    [{ KALSHI_FIX_PRODUCT: "perps" }, "KALSHI_FIX_PRODUCT must be event, margin."],
    [{ KALSHI_FIX_SESSION: "KalshiNR" }, "KALSHI_FIX_SESSION must be order-entry, order-entry-rt,"],
    [{ KALSHI_FIX_SESSION: " " }, "KALSHI_FIX_SESSION is blank"],
    [{ KALSHI_FIX_DEMO: "1" }, "KALSHI_FIX_DEMO must be true or false."],
    [{ KALSHI_DEMO: "yes" }, "KALSHI_DEMO must be true or false."],
    [{ KALSHI_FIX_PORT: "x" }, "KALSHI_FIX_PORT must be a port"],
    [{ KALSHI_FIX_PORT: "0" }, "KALSHI_FIX_PORT must be a port"],
    [{ KALSHI_FIX_PORT: "65536" }, "KALSHI_FIX_PORT must be a port"],
    [{ KALSHI_FIX_PORT: "8228.0" }, "KALSHI_FIX_PORT must be a port"],
    [{ KALSHI_FIX_TLS: "off" }, "KALSHI_FIX_TLS must be true or false."],
    [{ KALSHI_FIX_ALLOW_UNKNOWN_HOST: "true" }, "KALSHI_FIX_ALLOW_UNKNOWN_HOST must be 1 or 0."],
    [{ KALSHI_FIX_HOST: "https://a.example" }, "`host` is a host alone"],
    [{ KALSHI_FIX_TLS: "false" }, "only for localhost"],
    [{ KALSHI_FIX_PRODUCT: "" }, "Set KALSHI_FIX_PRODUCT, or give the option `product`."],
    [{ KALSHI_FIX_SESSION: undefined }, "Set KALSHI_FIX_SESSION, or give the option `session`."],
  ];
  for (const [env, says] of wrong) {
    assertThrows(() => FixConfig.fromEnv({ ...base, ...env }), KalshiConfigError, says);
  }
  for (const name of ["KALSHI_FIX_SESSION", "KALSHI_FIX_HOST", "KALSHI_FIX_DEMO", "KALSHI_DEMO"]) {
    const env = Object.defineProperty({ ...base }, name, {
      get() {
        throw new Error("no leave");
      },
    });
    assertThrows(() => FixConfig.fromEnv(env), KalshiConfigError, `${name} cannot be read: no leave`);
  }
  const wordless = { runtime: runtimeWith({}, {}, false) };
  assertThrows(() => FixConfig.fromEnv(undefined, {}, wordless), KalshiConfigError, "FixConfig.fromEnv(env)");
  for (const env of [null, "x", [], new Map()]) {
    assertThrows(() => FixConfig.fromEnv(env as FixEnv), KalshiConfigError, "The environment is an object");
  }
  const options = { session: "rfq" } as FixEnv;
  assertThrows(() => FixConfig.fromEnv(options), KalshiConfigError, "fromEnv(undefined, { session: … })");
  const unknown = { maxRetrys: 1 } as Partial<FixConfigOptions>;
  assertThrows(() => FixConfig.fromEnv(base, unknown), KalshiConfigError, "Did you mean maxRetries?");
  assertThrows(
    () => FixConfig.fromEnv(base, FixConfig.fromEnv(base) as never),
    KalshiConfigError,
    "object of options",
  );
});

test("the key of a session is read from variables of its own", async () => {
  const file = { "~/fix.pem": rsaPkcs1 };
  const [form = "", encrypted = ""] = Object.entries(encryptedKeys)[0] ?? [];
  const table: readonly FixEnv[] = [
    { KALSHI_FIX_PRIVATE_KEY: ed25519Pkcs8 },
    { KALSHI_FIX_PRIVATE_KEY: ed25519Pkcs8.replaceAll("\n", "\\n") },
    { KALSHI_FIX_PRIVATE_KEY_PATH: "~/fix.pem" },
    { KALSHI_FIX_PRIVATE_KEY: encrypted, KALSHI_FIX_PRIVATE_KEY_PASSPHRASE: passphrase },
  ];
  for (const env of table) {
    const all = { ...env, KALSHI_FIX_KEY_ID: ` ${KEY_ID}\n` };
    const auth = await fixAuthFromEnv(all, { runtime: runtimeWith({}, file) });
    assertEquals(auth.keyId, KEY_ID, form);
    assertEquals((await fixAuthFromEnv(undefined, { runtime: runtimeWith(all, file) })).keyId, KEY_ID);
    assert((await auth.sign("text")).length > 40);
  }
});

test("the key of the REST client is not taken for it, and no key is shown", async () => {
  const rest = { KALSHI_KEY_ID: KEY_ID, KALSHI_PRIVATE_KEY: ed25519Pkcs8 };
  const runtime = runtimeWith({});
  const missing: readonly object[] = [{}, rest, { KALSHI_FIX_KEY_ID: KEY_ID }, {
    KALSHI_FIX_PRIVATE_KEY: ed25519Pkcs8,
  }, {
    ...rest,
    KALSHI_FIX_KEY_ID: KEY_ID,
  }];
  for (const env of missing) {
    const error = await assertRejects(() => fixAuthFromEnv(env, { runtime }), KalshiAuthRequiredError);
    assertStringIncludes(error.message, "Set KALSHI_FIX_KEY_ID");
  }
  const id = { KALSHI_FIX_KEY_ID: KEY_ID };
  const wrong: readonly (readonly [object, string])[] = [
    [{ ...id, KALSHI_FIX_PRIVATE_KEY: "garbage" }, "KalshiAuthKeyError"],
    [{ ...id, KALSHI_FIX_PRIVATE_KEY: ed25519Public }, "KalshiAuthKeyError"],
    [{ KALSHI_FIX_PRIVATE_KEY: "garbage" }, "KalshiAuthKeyError"],
    [{ ...id, KALSHI_FIX_PRIVATE_KEY_PATH: "nowhere.pem" }, "KalshiAuthKeyError"],
    [
      { ...id, KALSHI_FIX_PRIVATE_KEY: ed25519Pkcs8, KALSHI_FIX_PRIVATE_KEY_PATH: "a.pem" },
      "KalshiConfigError",
    ],
    [{ ...id, KALSHI_FIX_KEY_ID: " ", KALSHI_FIX_PRIVATE_KEY: ed25519Pkcs8 }, "KalshiConfigError"],
  ];
  const body = ed25519Pkcs8.split("\n")[1] ?? "";
  for (const [env, kind] of wrong) {
    const error = await assertRejects(() => fixAuthFromEnv(env, { runtime }), KalshiError);
    assertEquals(error.name, kind);
    assert(!`${error.message}${error.stack}${JSON.stringify(error)}`.includes(body));
  }
});

test("a client without a key says where it would take one for FIX from", async () => {
  await using client = new KalshiClient({});
  await assertRejects(
    () => client.fix({ config: { product: "event", session: "order-entry" } }),
    KalshiAuthRequiredError,
    "or set KALSHI_KEY_ID",
  );
});
