/** A key that is pasted into a wrong option, or given as the name of one, is never quoted back. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { KalshiConfig, KalshiConfigError, KalshiCore } from "../../mod.ts";
import { type AnyRules, readOptions } from "../../src/base/options.ts";
import { shownName, shownSecret } from "../../src/base/plain.ts";
import { DEFAULTS } from "../../src/config/settings.ts";
import { LEAST_LIMITS } from "../../src/config/limits.ts";
import { FixConfig } from "../../src/fix/config.ts";
import { fixEntries, logonNames } from "../../src/fix/config_schemas.ts";
import { fixAuthFromEnv } from "../../src/fix/env.ts";
import { KalshiStream } from "../../src/stream/mod.ts";
import { KalshiFeed } from "../../src/workers/mod.ts";
import { ed25519Pkcs8 } from "../auth/fixtures.ts";
import { clients } from "../support/clients.ts";
import { OPTION_TABLES } from "../support/option_tables.ts";
import { test } from "../support/test.ts";

// deno-lint-ignore no-explicit-any -- options as plain JavaScript gives them.
type Untyped = any;

const d = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
const base64 = ed25519Pkcs8.replace(/-----[^-]*-----|\s/g, "");

/** A key as it may be at hand, in every form that Kalshi, OpenSSL and the web know. */
const SECRETS: Readonly<Record<string, string>> = {
  pem: ed25519Pkcs8,
  "pem on one line": ed25519Pkcs8.replaceAll("\n", "\\n"),
  base64,
  "the start of an RSA key": "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj",
  jwk: JSON.stringify({ kty: "OKP", crv: "Ed25519", d, x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }),
  "the secret part of a JWK": d,
  "a key id": "a952bcbe-ec3b-4b5b-b8f9-11dae589608c",
  hex: "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
};

/** Parts of a secret that are as good as the whole. */
const partsOf = (secret: string) => [...secret.matchAll(/[\w+/=-]{12,}/g)].map(([part]) => part.slice(0, 12));

function assertQuotesNothing(said: unknown, secret: string, where: string): void {
  const texts = said instanceof Error
    ? [said.message, said.stack ?? "", JSON.stringify(said)]
    : [String(said)];
  for (let error = said; error instanceof Error; error = error.cause) texts.push(error.message);
  for (const part of partsOf(secret)) {
    for (const text of texts) assert(!text.includes(part), `${where}: ${text}`);
  }
}

/** The state of a Durable Object in which nothing happens. */
const idle: Untyped = {
  getWebSockets: () => [],
  storage: { setAlarm: () => Promise.resolve(), getAlarm: () => Promise.resolve(null) },
};

const words = (rules: AnyRules) => Object.keys(rules);

for (const [table, { rules }] of Object.entries(OPTION_TABLES)) {
  test(`${table}: no value and no name of an option is quoted`, () => {
    for (const [form, secret] of Object.entries(SECRETS)) {
      for (const name of words(rules)) {
        for (const value of [secret, [secret], { [secret]: secret }, new Map([[secret, secret]])]) {
          try {
            readOptions("Owner", { [name]: value } as object, rules as never);
          } catch (error) {
            assert(error instanceof KalshiConfigError, String(error));
            assertQuotesNothing(error, secret, `${table}.${name} with ${form}`);
          }
        }
      }
      const error = assertThrows(
        () => readOptions("Owner", { [secret]: 1 } as object, rules as never),
        KalshiConfigError,
      );
      assertQuotesNothing(error, secret, `a name in ${table}, ${form}`);
      const whole = assertThrows(
        () => readOptions("Owner", secret as never, rules as never),
        KalshiConfigError,
      );
      assertQuotesNothing(whole, secret, `in the place of ${table}, ${form}`);
    }
  });
}

const fixSession = { product: "event", session: "order-entry" } as const;
const fixEnv = { KALSHI_FIX_PRODUCT: "event", KALSHI_FIX_SESSION: "order-entry" };

/** What each takes beside its own options, and how it is made; every option gets every key in its turn. */
const TAKERS: Readonly<Record<string, { names: readonly string[]; make: (options: Untyped) => unknown }>> = {
  KalshiConfig: { names: Object.keys(DEFAULTS), make: (options) => new KalshiConfig(options) },
  "KalshiConfig.limits": {
    names: Object.keys(LEAST_LIMITS),
    make: (limits) => new KalshiConfig({ limits }),
  },
  "KalshiConfig.with": { names: Object.keys(DEFAULTS), make: (options) => new KalshiConfig().with(options) },
  FixConfig: {
    names: Object.keys(fixEntries()),
    make: (options) => new FixConfig(typeof options === "string" ? options : { ...fixSession, ...options }),
  },
  "FixConfig, whatever the host": {
    names: Object.keys(fixEntries()),
    make: (options) =>
      new FixConfig({ ...fixSession, host: "a.example", allowUnknownHost: false, ...options }),
  },
  "FixConfig.logon": {
    names: logonNames(),
    make: (logon) => new FixConfig({ ...fixSession, logon }),
  },
  "FixConfig.with": {
    names: Object.keys(fixEntries()),
    make: (options) => FixConfig.demo(fixSession).with(options),
  },
  "FixConfig.fromEnv": {
    names: Object.keys(fixEntries()),
    make: (options) => FixConfig.fromEnv(fixEnv, options),
  },
  "the environment of FIX": {
    names: [
      "KALSHI_FIX_PRODUCT",
      "KALSHI_FIX_SESSION",
      "KALSHI_FIX_DEMO",
      "KALSHI_FIX_HOST",
      "KALSHI_FIX_PORT",
      "KALSHI_FIX_TLS",
      "KALSHI_FIX_ALLOW_UNKNOWN_HOST",
    ],
    make: (env) => FixConfig.fromEnv(typeof env === "string" ? env : { ...fixEnv, ...env }),
  },
  "the key of FIX": {
    names: ["KALSHI_FIX_KEY_ID", "KALSHI_FIX_PRIVATE_KEY", "KALSHI_FIX_PRIVATE_KEY_PASSPHRASE"],
    make: (env) => fixAuthFromEnv(env),
  },
  KalshiCore: {
    names: words(OPTION_TABLES.coreRules?.rules ?? {}),
    make: (options) => new KalshiCore(options),
  },
  ...Object.fromEntries(
    clients.flatMap(({ name, make, makeConfig, fromEnv, variables }) => {
      const names = words(OPTION_TABLES.clientRules?.rules ?? {});
      return [
        [name, { names, make: (options: Untyped) => make(options) }],
        [`${name} with a key id`, {
          names,
          make: (options: Untyped) => make({ keyId: "key-1", ...options }),
        }],
        [`${name}.fromEnv`, { names, make: (options: Untyped) => fromEnv({}, options) }],
        [`the config of a ${name}`, { names: Object.keys(DEFAULTS), make: makeConfig }],
        [`the environment of a ${name}`, { names: [...variables], make: (env: Untyped) => fromEnv(env) }],
        [`a call of a ${name}`, {
          names: words(OPTION_TABLES.writeRules?.rules ?? {}),
          make: (options: Untyped) =>
            make({ transport: () => Promise.reject(new Error("sent")) }).exchange.status({
              maxRetries: 0,
              ...options,
            }),
        }],
      ];
    }),
  ),
  "request()": {
    names: [...words(OPTION_TABLES.callRules?.rules ?? {}), "query", "body", "auth"],
    make: (options) =>
      new KalshiCore({ transport: () => Promise.reject(new Error("sent")) }).request("GET", "/x", {
        maxRetries: 0,
        ...options,
      }),
  },
  KalshiStream: {
    names: words(OPTION_TABLES.streamRules?.rules ?? {}),
    make: (options) =>
      KalshiStream.connect({
        auth: { keyId: "key-1", sign: () => Promise.resolve("") },
        runtime: {
          name: "Test",
          capabilities: { handshakeHeaders: true },
          createHttpPool: () => {},
          connectWebSocket: () => Promise.reject(new Error("no network")),
        },
        ...options,
      }),
  },
  KalshiFeed: {
    names: words(OPTION_TABLES.feedRules?.rules ?? {}),
    make: (options) => new KalshiFeed(idle, {}, options),
  },
};

for (const [owner, { names, make }] of Object.entries(TAKERS)) {
  test(`${owner}: a key in a wrong option gets into no error`, async () => {
    for (const [form, secret] of Object.entries(SECRETS)) {
      const wrong = [
        ...names.flatMap((
          name,
        ) => [{ [name]: secret }, { [name]: { [secret]: secret } }, { [name]: [secret] }]),
        { [secret]: 1 },
        secret,
      ];
      for (const options of wrong) {
        // A key id belongs there, and a stream of a `file:` URL is none.
        if (form === "a key id" && typeof options === "object" && "keyId" in options) continue;
        try {
          await make(options);
        } catch (error) {
          assertQuotesNothing(error, secret, `${owner} ${form} ${Object.keys(options)[0]?.slice(0, 20)}`);
        }
      }
    }
  });
}

test("a header field whose name is a key, or whose value is one that cannot be, is not quoted", () => {
  for (const [form, secret] of Object.entries(SECRETS)) {
    for (
      const extraHeaders of [{ [secret]: "x" }, { "x-a": `${secret}\n` }, { "x-a": "1", [secret]: "\u0000" }]
    ) {
      try {
        new KalshiConfig({ extraHeaders });
      } catch (error) {
        assertQuotesNothing(error, secret, form);
      }
    }
  }
});

test("names that options have are shown, what may be a secret is not", () => {
  const names = Object.values(OPTION_TABLES).flatMap(({ rules }) => words(rules));
  for (const name of [...names, ...Object.keys(DEFAULTS)]) assertEquals(shownName(name), `\`${name}\``);
  for (
    const name of ["max_retries", "x-desk", "proxy-authorization", "orders[12].client_order_id", "verify"]
  ) {
    assertEquals(shownName(name), `\`${name}\``);
  }
  for (const secret of Object.values(SECRETS)) {
    assertEquals(shownName(secret), `of ${secret.length} characters`);
    assertEquals(shownSecret(secret), `text of ${secret.length} characters`);
  }
});
