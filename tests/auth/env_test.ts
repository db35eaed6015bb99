import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { readAuthEnv } from "../../src/auth/env.ts";
import { KalshiAuth, type KalshiEnv } from "../../src/auth/mod.ts";
import { KalshiAuthError, KalshiConfigError } from "../../src/base/errors.ts";
import type { Runtime } from "../../src/runtime/types.ts";
import { test } from "../support/test.ts";
import { ed25519Pkcs8, ed25519Public, encryptedKeys, passphrase, rsaPkcs1 } from "./fixtures.ts";
import { assertSigns } from "./signatures.ts";

const KALSHI_KEY_ID = "a952bcbe-ec3b-4b5b-b8f9-11dae589608c";

/** A runtime with these variables and files, which fails for anything else. */
function runtimeWith(env: Record<string, string>, files: Record<string, string> = {}): Runtime {
  return {
    name: "test",
    capabilities: { files: true },
    readEnv: (name: string) => env[name],
    readTextFile(path: string) {
      const text = files[path];
      return text === undefined ? Promise.reject(new Error("no such file")) : Promise.resolve(text);
    },
  } as unknown as Runtime;
}
const bare = runtimeWith({});

test("readAuthEnv reads and trims the variables", () => {
  const nothing = {
    keyId: undefined,
    privateKey: undefined,
    privateKeyPath: undefined,
    passphrase: undefined,
    demo: false,
    baseUrl: undefined,
    wsBaseUrl: undefined,
    allowUnknownHost: false,
    signPublicCalls: true,
    readOnly: false,
    logLevel: undefined,
  };
  assertEquals(readAuthEnv({}, bare), nothing);
  assertEquals(readAuthEnv(undefined, bare), nothing);
  const empty = Object.fromEntries(Object.keys(nothing).map((name) => [name, ""]));
  assertEquals(readAuthEnv({ ...empty, KALSHI_KEY_ID: "", KALSHI_DEMO: "" } as KalshiEnv, bare), nothing);
  const env = {
    KALSHI_KEY_ID: " id \r\n",
    KALSHI_PRIVATE_KEY_PATH: " ~/.kalshi/key.pem ",
    KALSHI_PRIVATE_KEY_PASSPHRASE: " with spaces ",
    KALSHI_DEMO: " True ",
    KALSHI_API_BASE_URL: "https://demo-api.kalshi.co/trade-api/v2\n",
    KALSHI_ALLOW_UNKNOWN_HOST: "1 ",
    KALSHI_SIGN_PUBLIC_CALLS: " False\n",
    KALSHI_READONLY: "1\n",
    KALSHI_LOG: " Debug ",
  };
  const expected = {
    ...nothing,
    keyId: "id",
    privateKeyPath: "~/.kalshi/key.pem",
    passphrase: " with spaces ",
    demo: true,
    baseUrl: "https://demo-api.kalshi.co/trade-api/v2",
    allowUnknownHost: true,
    signPublicCalls: false,
    readOnly: true,
    logLevel: "debug" as const,
  };
  assertEquals(readAuthEnv(env, bare), expected);
  assertEquals(readAuthEnv(undefined, runtimeWith(env)), expected);
});

test("a variable that may not be read throws where it is needed, and its name is told", () => {
  const closed = (name: string) =>
    ({
      ...bare,
      readEnv(asked: string) {
        if (asked === name) throw new KalshiConfigError(`${name} may not be read.`);
        return undefined;
      },
    }) as unknown as Runtime;
  const names = {
    key: ["KALSHI_KEY_ID", "KALSHI_PRIVATE_KEY", "KALSHI_PRIVATE_KEY_PATH", "KALSHI_PRIVATE_KEY_PASSPHRASE"],
    exchange: ["KALSHI_DEMO", "KALSHI_API_BASE_URL", "KALSHI_ALLOW_UNKNOWN_HOST", "KALSHI_READONLY"],
  };
  for (const name of [...names.key, ...names.exchange]) {
    assertThrows(() => readAuthEnv(undefined, closed(name)), KalshiConfigError, name);
    const env = Object.defineProperty({}, name, {
      get() {
        throw new Error("no leave");
      },
    });
    assertThrows(() => readAuthEnv(env, bare), KalshiConfigError, `${name} cannot be read: no leave`);
  }
  for (const name of names.key) readAuthEnv(undefined, closed(name), { key: false });
  for (const name of names.exchange) readAuthEnv(undefined, closed(name), { exchange: false });
  assertEquals(readAuthEnv(undefined, closed("KALSHI_SIGN_PUBLIC_CALLS")).signPublicCalls, true);
  assertEquals(readAuthEnv(undefined, closed("KALSHI_LOG")).logLevel, undefined);
});

test("an explicit record is read alone", () => {
  const settings = readAuthEnv({ KALSHI_DEMO: "false" }, runtimeWith({ KALSHI_KEY_ID: "other" }));
  assertEquals(settings.keyId, undefined);
});

test("a variable that is present and malformed always throws", async () => {
  const malformed: KalshiEnv[] = [
    { KALSHI_DEMO: "1" },
    { KALSHI_DEMO: "yes" },
    { KALSHI_DEMO: " " },
    { KALSHI_ALLOW_UNKNOWN_HOST: "true" },
    { KALSHI_SIGN_PUBLIC_CALLS: "0" },
    { KALSHI_READONLY: "true" },
    { KALSHI_LOG: "verbose" },
    { KALSHI_KEY_ID: "  " },
    { KALSHI_PRIVATE_KEY: "\n" },
    { KALSHI_PRIVATE_KEY_PATH: " " },
    { KALSHI_API_BASE_URL: "\t" },
    { KALSHI_PRIVATE_KEY: { get() {} } as unknown as string },
    { KALSHI_KEY_ID, KALSHI_PRIVATE_KEY: ed25519Pkcs8, KALSHI_PRIVATE_KEY_PATH: "key.pem" },
    { KALSHI_PRIVATE_KEY: ed25519Pkcs8, KALSHI_PRIVATE_KEY_PATH: "key.pem" },
  ];
  for (const env of malformed) {
    const error = assertThrows(() => readAuthEnv(env, bare), KalshiConfigError, "KALSHI_");
    assert(!error.message.includes("BEGIN"));
    await assertRejects(() => KalshiAuth.tryFromEnv(env, { runtime: bare }), KalshiConfigError);
    await assertRejects(() => KalshiAuth.fromEnv(env, { runtime: bare }), KalshiConfigError);
  }
  const unusable: KalshiEnv[] = [
    { KALSHI_PRIVATE_KEY: "garbage" },
    { KALSHI_PRIVATE_KEY: ed25519Public },
    { KALSHI_PRIVATE_KEY: ed25519Pkcs8, KALSHI_PRIVATE_KEY_PASSPHRASE: "not needed" },
    { KALSHI_KEY_ID, KALSHI_PRIVATE_KEY: "garbage" },
    { KALSHI_KEY_ID, KALSHI_PRIVATE_KEY: encryptedKeys["ed25519 aes-256-cbc SHA256"] },
    { KALSHI_KEY_ID: "two words" },
    { KALSHI_KEY_ID: "two words", KALSHI_PRIVATE_KEY: ed25519Pkcs8 },
    { KALSHI_KEY_ID, KALSHI_PRIVATE_KEY_PATH: "absent.pem" },
  ];
  for (const env of unusable) {
    const error = await assertRejects(() => KalshiAuth.tryFromEnv(env, { runtime: bare }), KalshiAuthError);
    assertEquals(error.code, "AUTH_KEY");
  }
});

test("missing parts: fromEnv says what to set, tryFromEnv gives undefined", async () => {
  const partial: KalshiEnv[] = [
    {},
    { KALSHI_KEY_ID },
    { KALSHI_PRIVATE_KEY: ed25519Pkcs8 },
    { KALSHI_PRIVATE_KEY_PATH: "key.pem" },
    { KALSHI_KEY_ID: "", KALSHI_PRIVATE_KEY: ed25519Pkcs8 },
  ];
  for (const env of partial) {
    assertEquals(await KalshiAuth.tryFromEnv(env, { runtime: bare }), undefined);
    const error = await assertRejects(() => KalshiAuth.fromEnv(env, { runtime: bare }), KalshiAuthError);
    assertEquals(error.code, "AUTH_REQUIRED");
    assert(error.message.includes("KALSHI_KEY_ID"));
  }
});

test("fromEnv takes the key itself, also on one line, or its path, and a passphrase", async () => {
  const oneLine = rsaPkcs1.replaceAll("\n", "\\n");
  await assertSigns("rsa", await KalshiAuth.fromEnv({ KALSHI_KEY_ID, KALSHI_PRIVATE_KEY: oneLine }));
  const encrypted = encryptedKeys["rsa aes-256-cbc SHA256"] ?? "";
  const runtime = runtimeWith(
    { KALSHI_KEY_ID, KALSHI_PRIVATE_KEY_PATH: "~/key.pem", KALSHI_PRIVATE_KEY_PASSPHRASE: passphrase },
    { "~/key.pem": encrypted },
  );
  const auth = await KalshiAuth.fromEnv(undefined, { runtime });
  assertEquals(auth.keyId, KALSHI_KEY_ID);
  await assertSigns("rsa", auth);
  const env = { KALSHI_KEY_ID, KALSHI_PRIVATE_KEY: encrypted, KALSHI_PRIVATE_KEY_PASSPHRASE: passphrase };
  await assertSigns("rsa", await KalshiAuth.fromEnv(env));
  // What a Worker gets: bindings of other kinds beside the variables.
  interface Env {
    KALSHI_KEY_ID: string;
    KALSHI_PRIVATE_KEY: string;
    BUCKET: { get(key: string): unknown };
  }
  const workerEnv: Env = { KALSHI_KEY_ID, KALSHI_PRIVATE_KEY: ed25519Pkcs8, BUCKET: { get: () => null } };
  await assertSigns("ed25519", await KalshiAuth.fromEnv(workerEnv));
});

test("fromKeyPath reads a file, and refuses what is no path without repeating it", async () => {
  const runtime = runtimeWith({}, { "/keys/a.txt": "\ufeff" + ed25519Pkcs8.replaceAll("\n", "\r\n") });
  await assertSigns("ed25519", await KalshiAuth.fromKeyPath(KALSHI_KEY_ID, "/keys/a.txt", { runtime }));
  const missing = await assertRejects(
    () => KalshiAuth.fromKeyPath(KALSHI_KEY_ID, "/keys/b.txt", { runtime }),
    KalshiAuthError,
    'Cannot read the private key file "/keys/b.txt": no such file',
  );
  assert(missing.cause instanceof Error);
  const body = ed25519Pkcs8.split("\n")[1] ?? "";
  for (
    const path of ["", "  ", ed25519Pkcs8, rsaPkcs1, body, rsaPkcs1.replaceAll("\n", "\\n"), "x".repeat(1025)]
  ) {
    const error = await assertRejects(
      () => KalshiAuth.fromKeyPath(KALSHI_KEY_ID, path, { runtime }),
      KalshiConfigError,
      "no path",
    );
    assert(!error.message.includes(body.slice(0, 12)));
  }
  const web = { ...runtime, name: "web", capabilities: { files: false } } as unknown as Runtime;
  await assertRejects(
    () => KalshiAuth.fromKeyPath(KALSHI_KEY_ID, "/keys/a.txt", { runtime: web }),
    KalshiConfigError,
    "web reads no files",
  );
});
