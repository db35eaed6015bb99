import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import {
  KalshiAuthKeyError,
  KalshiAuthRequiredError,
  KalshiClient,
  KalshiConfig,
  KalshiConfigError,
} from "../../mod.ts";
import { systemClock } from "../../src/base/clock.ts";
import { KLEAR_CLIENT_OPTIONS, KLEAR_CONFIG_OPTIONS } from "../../src/klear/option_places.ts";
import { klearClientRules } from "../../src/klear/client_options.ts";
import {
  KlearAuth,
  KlearClient,
  type KlearClientOptions,
  KlearConfig,
  type KlearEnv,
} from "../../src/klear/mod.ts";
import { consoleWarnings } from "../support/console_warnings.ts";
import { textsOf } from "../support/secrets.ts";
import { test } from "../support/test.ts";

// deno-lint-ignore no-explicit-any -- options as plain JavaScript gives them.
type Untyped = any;

const production = "https://api.klear.kalshi.com/klear-api/v1";
const demo = "https://demo-api.kalshi.co/klear-api/v1";
const ID = "5f3c9a52-6d7e-4b80-9c11-0a2b3c4d5e6f";
const TOKEN = "kt_9dK2vQx7LmZ4pR8sT1wY6bN3cF5hJ0aE";

/** A client that writes down what it sends. */
function recording(options: KlearClientOptions = {}, answer = () => Response.json({ groups: [] })) {
  const requests: Request[] = [];
  const client = new KlearClient({
    adminUserId: ID,
    accessToken: TOKEN,
    ...options,
    transport: (request) => {
      requests.push(request);
      return Promise.resolve(answer());
    },
  });
  return { client, requests };
}

test("KlearConfig leads to Klear, in each of its forms, and has no option of streams and orders", () => {
  for (const config of [new KlearConfig(), KlearConfig.production(), new KlearClient().config]) {
    assertEquals([config.baseUrl, config.environment], [production, "production"]);
  }
  for (
    const config of [
      KlearConfig.demo({ timeoutMs: 7 }),
      new KlearConfig({ baseUrl: `${demo}/`, timeoutMs: 7 }),
      new KlearConfig().with({ baseUrl: demo, timeoutMs: 7 }),
      new KlearClient({ config: { baseUrl: demo, timeoutMs: 7 } }).config,
    ]
  ) {
    assertEquals([config.baseUrl, config.environment, config.timeoutMs], [demo, "demo", 7]);
    assert(Object.isFrozen(config));
    assertEquals({ ...new KlearConfig(config) }, { ...config });
    assertEquals(config.with({}).environment, "demo");
  }
  assertEquals(new KlearClient({ demo: true }).config.environment, "demo");
  assertEquals(new KlearConfig({ baseUrl: "http://127.0.0.1:8080/klear-api/v1" }).environment, "loopback");
  assertEquals(Object.keys(new KlearConfig()).sort(), [...KLEAR_CONFIG_OPTIONS].sort());
  assertEquals(Object.keys(klearClientRules).sort(), [...KLEAR_CLIENT_OPTIONS].sort());
});

test("what KlearConfig and KlearClient do not take is refused, with where it belongs", () => {
  const refused: readonly [make: () => unknown, says: string][] = [
    [() => new KlearConfig({ baseUrl: "https://api.klear.kalshi.com/trade-api/v2" }), "end in /klear-api/v1"],
    [() => new KlearConfig({ baseUrl: "http://api.klear.kalshi.com/klear-api/v1" }), "begin with https://"],
    [
      () => new KlearConfig({ baseUrl: "https://klear.example/klear-api/v1" }),
      "KALSHI_KLEAR_ALLOW_UNKNOWN_HOST=1",
    ],
    [() => new KlearConfig({ wsBaseUrl: "wss://x" } as Untyped), "Klear has no WebSocket"],
    [() => new KlearConfig({ orderRetries: "never" } as Untyped), "No write to Klear is sent again"],
    [() => new KlearConfig({ timeout: 7 } as Untyped), "timeoutMs"],
    [() => new KlearConfig({ maxConnections: 7 } as Untyped), "It belongs into `limits`"],
    [() => new KlearConfig({ demo: true } as Untyped), "new KlearClient({ demo: … })"],
    [() => KlearConfig.demo({ baseUrl: demo } as Untyped), "KlearConfig.demo sets baseUrl itself"],
    [() => new KlearClient({ config: new KalshiConfig() as Untyped }), "This is a KalshiConfig"],
    [() => new KalshiClient({ config: new KlearConfig() as Untyped }), "This is a KlearConfig"],
    [() => new KlearClient({ timeoutMs: 7 } as Untyped), "{ config: { timeoutMs: … } }"],
    [() => new KlearClient({ keyId: "x" } as Untyped), "Klear takes no signatures"],
    [() => new KlearClient({ token: "x" } as Untyped), "accessToken"],
    [() => new KlearClient({ rateLimit: "auto" } as Untyped), "Klear tells of no rate limits"],
    [() => new KlearClient({ demo: true, config: {} }), "not both"],
    [() => new KlearClient({ adminUserId: ID }), "belong together"],
    [() => new KlearClient({ accessToken: TOKEN }), "belong together"],
    [() => new KlearClient({ auth: new KlearAuth(ID, TOKEN), accessToken: TOKEN }), "not both"],
    [() => new KlearClient({ auth: { authenticate: () => {} } as Untyped }), "a KlearAuth"],
    [() => new KlearClient({ validate: "strict" }), "checkResponse"],
  ];
  for (const [make, says] of refused) {
    const { message } = assertThrows(make, KalshiConfigError);
    assertStringIncludes(message, says);
    assert(!message.includes(TOKEN), message);
  }
});

test("a host that is not Kalshi's is let through when that is said, and told of once", () => {
  const warnings = consoleWarnings(() => {
    const config = new KlearConfig({ baseUrl: "https://klear.example/klear-api/v1", allowUnknownHost: true });
    assertEquals(config.environment, "unknown");
    config.with({ timeoutMs: 7 });
  });
  assertEquals(warnings.length, 1);
  assertStringIncludes(String(warnings[0]), "klear.example");
});

test("credentials that cannot be some are refused before anything is sent, and never quoted", async () => {
  const ids: readonly [id: Untyped, says: string][] = [
    ["", "is blank"],
    [undefined, "is blank"],
    [`${ID}:${TOKEN}`, "is malformed"],
    ["a b", "is malformed"],
  ];
  for (const [id, says] of ids) {
    const error = assertThrows(() => new KlearAuth(id, TOKEN), KalshiAuthKeyError);
    assertStringIncludes(error.message, `The admin user id ${says}`);
    assert(!error.message.includes(TOKEN));
  }
  const pem = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2Vw\n-----END PRIVATE KEY-----";
  const tokens: readonly [token: Untyped, says: string][] = [
    ["", "is blank"],
    [undefined, "is blank"],
    [`Bearer ${TOKEN}`, "begins with Bearer"],
    [`${ID}:${TOKEN}`, "begins with the admin user id"],
    [pem, "is a private key"],
    [`${TOKEN} ${TOKEN}`, "is no line"],
    [`${TOKEN}\u00e9`, "is no line"],
  ];
  for (const [token, says] of tokens) {
    const error = assertThrows(() => new KlearAuth(ID, token), KalshiAuthKeyError);
    assertStringIncludes(error.message, `The access token ${says}`);
    assert(token === undefined || token === "" || !error.message.includes(token), error.message);
    if (token === undefined) continue;
    // The same of what a function gives, when it is asked.
    const { client, requests } = recording({ accessToken: () => token });
    const late = await assertRejects(() => client.fcm.subtraderGroups.list(), KalshiAuthKeyError);
    assertStringIncludes(late.message, `The access token ${says}`);
    assertEquals([late.outcome, requests.length], ["not-sent", 0]);
  }
});

test("each attempt carries the token as it is then, and every call needs one", async () => {
  let asked = 0;
  const { client, requests } = recording({
    accessToken: () => Promise.resolve(`${TOKEN}${++asked}`),
    config: { retryBaseDelayMs: 0 },
  }, () => asked < 2 ? new Response(null, { status: 503 }) : Response.json({ groups: [] }));
  assertEquals(await client.fcm.subtraderGroups.list(), []);
  assertEquals(
    requests.map(({ headers }) => headers.get("authorization")),
    [`Bearer ${ID}:${TOKEN}1`, `Bearer ${ID}:${TOKEN}2`],
  );
  assertEquals(requests.map(({ url }) => url), Array(2).fill(`${production}/fcm/margin/subtrader_groups`));
  assertEquals(requests[0]?.headers.get("kalshi-access-key"), null);

  const failing = recording({ accessToken: () => Promise.reject(new Error("the vault is sealed")) });
  const error = await assertRejects(() => failing.client.margin.settlementBalance.get(), KalshiAuthKeyError);
  assertEquals([(error.cause as Error).message, failing.requests.length], ["the vault is sealed", 0]);

  const keyless = recording({ adminUserId: undefined, accessToken: undefined });
  assertEquals([keyless.client.isAuthenticated, client.isAuthenticated], [false, true]);
  const missing = await assertRejects(
    () => keyless.client.margin.settlementBalance.get(),
    KalshiAuthRequiredError,
  );
  assertStringIncludes(missing.message, "an access token and this client has none");
  assertEquals([missing.outcome, keyless.requests.length], ["not-sent", 0]);
});

test("a header of the caller's does not take the token's place", async () => {
  for (const name of ["Authorization", "authorization"]) {
    const headers = { [name]: "Bearer somebody:else" };
    const one = recording();
    await assertRejects(
      () => one.client.fcm.subtraderGroups.list({ headers }),
      KalshiConfigError,
      "`authorization`, which this client sets itself",
    );
    const other = recording({ config: { extraHeaders: headers } });
    await assertRejects(() => other.client.fcm.subtraderGroups.list(), KalshiConfigError, "sets itself");
    assertEquals([one.requests.length, other.requests.length], [0, 0]);
  }
});

test("no dump of a client, of its credentials or of its configuration shows the token", () => {
  const { client } = recording();
  const auth = new KlearAuth(ID, TOKEN);
  assertEquals(JSON.parse(JSON.stringify(auth)), { adminUserId: ID });
  for (const thing of [client, auth, client.config, new KlearClient({ auth })]) {
    for (const text of textsOf(thing)) assert(!text.includes(TOKEN.slice(4, 16)), text.slice(0, 200));
  }
});

test("fromEnv reads the variables of Klear, and none of the exchanges'", async () => {
  const { fromEnv } = KlearClient;
  const own: KlearEnv = { KALSHI_KLEAR_ADMIN_USER_ID: ` ${ID} `, KALSHI_KLEAR_ACCESS_TOKEN: TOKEN };
  const others = {
    KALSHI_KEY_ID: "x",
    KALSHI_DEMO: "true",
    KALSHI_API_BASE_URL: "z",
    KALSHI_PERPS_DEMO: "true",
  };
  assertEquals((await fromEnv({ ...own, ...others })).config.baseUrl, production);
  assertEquals((await fromEnv({ ...own, KALSHI_KLEAR_DEMO: "TRUE" })).config.baseUrl, demo);
  assertEquals((await fromEnv({ ...own, KALSHI_KLEAR_API_BASE_URL: demo })).config.environment, "demo");
  assertEquals((await fromEnv(own, { demo: true })).config.environment, "demo");
  assertEquals((await fromEnv(own, { config: { timeoutMs: 7 } })).config.timeoutMs, 7);
  assertEquals(
    (await fromEnv({ ...own, KALSHI_KLEAR_DEMO: "true" }, { config: new KlearConfig({ timeoutMs: 7 }) }))
      .config.environment,
    "demo",
  );
  // With credentials of one's own those of the environment are not looked at.
  assert((await fromEnv({}, { adminUserId: ID, accessToken: TOKEN })).isAuthenticated);
  assert((await fromEnv({}, { auth: new KlearAuth(ID, TOKEN) })).isAuthenticated);

  const refused: readonly [env: object, says: string][] = [
    [{}, "Set KALSHI_KLEAR_ADMIN_USER_ID and KALSHI_KLEAR_ACCESS_TOKEN"],
    [{ KALSHI_KLEAR_ADMIN_USER_ID: ID }, "Set KALSHI_KLEAR_ACCESS_TOKEN"],
    [{ KALSHI_KLEAR_ACCESS_TOKEN: TOKEN }, "Set KALSHI_KLEAR_ADMIN_USER_ID"],
    [{ ...own, KALSHI_KLEAR_DEMO: "yes" }, "KALSHI_KLEAR_DEMO must be true or false"],
    [{ ...own, KALSHI_KLEAR_DEMO: "true", KALSHI_KLEAR_API_BASE_URL: production }, "leads to production"],
    [{ ...own, KALSHI_KLEAR_API_BASE_URL: "https://klear.example/klear-api/v1" }, "name a host of Kalshi"],
    [{ ...own, KALSHI_READONLY: "yes" }, "KALSHI_READONLY must be 1 or 0"],
    [{ ...own, KALSHI_LOG: "loud" }, "KALSHI_LOG must be"],
    [{ demo: true }, "`demo` is an option, which comes second"],
  ];
  for (const [env, says] of refused) {
    const error = await assertRejects(() => fromEnv(env as KlearEnv), Error, says);
    assert(!error.message.includes(TOKEN));
  }
  const { client, requests } = recording({ readOnly: true });
  await assertRejects(() => client.margin.settlementBalance.withdraw({ amount: "1.00" }), Error, "readOnly");
  const readOnly = await fromEnv({ ...own, KALSHI_READONLY: "1" });
  await assertRejects(
    () => readOnly.margin.settlementBalance.withdraw({ amount: "1.00" }),
    Error,
    "KALSHI_READONLY",
  );
  assertEquals(requests.length, 0);
});

test("an estimate changes nothing: it is tried again, and asked by a client that only reads", async () => {
  const body = {
    asset_class: "Crypto",
    positions: [{ market_ticker: "KXBTCPERP", quantity: -3, price: "99.5" }],
  };
  let answers = 0;
  const { client, requests } = recording(
    { readOnly: true, config: { retryBaseDelayMs: 0 } },
    () =>
      ++answers < 3
        ? new Response(null, { status: 502 })
        : Response.json({ maintenance_margin_fp: "12.0000" }),
  );
  assertEquals((await client.margin.estimateMaintenanceMargin(body)).maintenance_margin_fp, "12.0000");
  assertEquals([requests.length, await requests[2]?.json()], [3, body]);
});

test("no write is sent again, whatever came of it, and a withdrawal says what to do", async () => {
  const { fcm, margin } = recording().client;
  const group = "3f1c9a52-6d7e-4b80-9c11-0a2b3c4d5e6f";
  const writes: Readonly<Record<string, (client: KlearClient) => Promise<unknown>>> = {
    withdraw: ({ margin }) => margin.settlementBalance.withdraw({ amount: "2500.00" }, { maxRetries: 5 }),
    createGroup: ({ fcm }) => fcm.subtraderGroups.create({ subtrader_ids: ["m_a"] }),
    updateGroup: ({ fcm }) => fcm.subtraderGroups.update(group, { subtrader_ids: ["m_a"] }),
    deleteGroup: ({ fcm }) => fcm.subtraderGroups.delete(group),
    createKey: ({ fcm }) => fcm.apiKeys.create({ name: "a", public_key: "p", fcm_subtrader_id: "m_a" }),
    generateKey: ({ fcm }) => fcm.apiKeys.generate({ name: "a", fcm_subtrader_id: "m_a" }),
    deleteKey: ({ fcm }) => fcm.apiKeys.delete(group),
  };
  assert(fcm !== undefined && margin !== undefined);
  for (const [name, write] of Object.entries(writes)) {
    for (const status of [429, 500, 502, 503, 504, "broken"] as const) {
      let sent = 0;
      await using client = new KlearClient({
        adminUserId: ID,
        accessToken: TOKEN,
        config: { retryBaseDelayMs: 0 },
        transport: () => {
          sent++;
          return status === "broken"
            ? Promise.reject(new TypeError("the line is dead"))
            : Promise.resolve(new Response("{}", { status }));
        },
      });
      const error = await assertRejects(() => write(client), Error);
      assertEquals(sent, 1, `${name}, ${status}`);
      if (name === "withdraw" && typeof status === "number" && status >= 500) {
        assertStringIncludes(error.message, "settlementBalance.list()");
      }
    }
  }
});

test("the advice is that of the call and its status", async () => {
  const refused: readonly [status: number, run: (client: KlearClient) => Promise<unknown>, says: string][] = [
    [401, ({ margin }) => margin.guarantyFundBalance(), "Check the admin user id and the access token"],
    [403, ({ fcm }) => fcm.subtraderGroups.list(), "that are FCMs"],
    [404, ({ margin }) => margin.settlementBalance.withdrawal({ id: "w" }), "Check the id"],
    [409, ({ fcm }) => fcm.subtraderGroups.create({ subtrader_ids: ["a"] }), "in one at most"],
    [
      409,
      ({ fcm }) => fcm.apiKeys.generate({ name: "n", fcm_subtrader_id: "a" }),
      "try again in a few seconds",
    ],
  ];
  for (const [status, run, says] of refused) {
    const { client } = recording(
      {},
      () => Response.json({ code: "odd", message: "it is so", service: "klear" }, { status }),
    );
    const error = await assertRejects(() => run(client), Error);
    assertStringIncludes(error.message, says);
    assertStringIncludes(error.message, "odd: it is so");
    // A signature has a clock; a token has none.
    assert(!error.message.includes("clock"), error.message);
  }
});

test("a clock of its own, hooks, log and the end of a client are as those of the others", async () => {
  const told: string[] = [];
  const lines: string[] = [];
  const log = (line: string) => void lines.push(line);
  const { client } = recording({
    clock: systemClock,
    onRequest: ({ headers, url }) => told.push(url, String(headers.authorization)),
    onResponse: ({ status }) => told.push(String(status)),
    onEnd: ({ attempts }) => told.push(`${attempts}`),
    logger: { debug: log, info: log, warn: log, error: log },
    logLevel: "debug",
  });
  await client.fcm.subtraderGroups.list();
  assertEquals(told, [`${production}/fcm/margin/subtrader_groups`, "[redacted]", "200", "1"]);
  assertEquals(lines.length, 2);
  assert(!lines.join().includes(TOKEN));
  await client.close();
  await client.close();
  await assertRejects(() => client.fcm.subtraderGroups.list(), Error, "the client is closed");
});

test("request() reaches what is newer than the contract", async () => {
  const { client, requests } = recording({}, () => Response.json({ hvar: 1 }));
  const path = "/margin/estimate_maintenance_margin/metadata";
  assertEquals(await client.request("GET", path, { query: { asset_class: "Crypto" } }), { hvar: 1 });
  assertEquals(requests[0]?.url, `${production}${path}?asset_class=Crypto`);
  assertEquals(requests[0]?.headers.get("authorization"), `Bearer ${ID}:${TOKEN}`);
});
