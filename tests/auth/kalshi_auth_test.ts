import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import fc from "fast-check";
import { systemClock } from "../../src/base/clock.ts";
import { KalshiAuth, signerFromPem } from "../../src/auth/mod.ts";
import { KalshiAuthError, KalshiConfigError } from "../../src/base/errors.ts";
import { test } from "../support/test.ts";
import { ecPkcs8, ed25519Pkcs8, encryptedKeys, rsaPkcs1, rsaPkcs8 } from "./fixtures.ts";
import { assertSigns, base64Bytes, verify } from "./signatures.ts";

const KEY_ID = "a952bcbe-ec3b-4b5b-b8f9-11dae589608c";
const PATH = "/trade-api/v2/portfolio/balance";
const edAuth = () => KalshiAuth.fromPem(KEY_ID, ed25519Pkcs8);

test("headers carry the key id, the stamp, and a signature of stamp, method and path", async () => {
  for (const [kind, pem] of [["rsa", rsaPkcs1], ["ed25519", ed25519Pkcs8]] as const) {
    const auth = await KalshiAuth.fromPem(KEY_ID, pem);
    const headers = await auth.headers("post", PATH, { timestampMs: 1_790_000_000_123 });
    assertEquals(Object.keys(headers).sort(), [
      "KALSHI-ACCESS-KEY",
      "KALSHI-ACCESS-SIGNATURE",
      "KALSHI-ACCESS-TIMESTAMP",
    ]);
    assertEquals(headers["KALSHI-ACCESS-KEY"], KEY_ID);
    assertEquals(headers["KALSHI-ACCESS-TIMESTAMP"], "1790000000123");
    const signature = headers["KALSHI-ACCESS-SIGNATURE"];
    assertEquals(base64Bytes(signature).length, kind === "rsa" ? 256 : 64);
    assert(await verify(kind, signature, `1790000000123POST${PATH}`));
    assert(!await verify(kind, signature, `1790000000123GET${PATH}`));
  }
});

test("the stamp is now by default, in whole milliseconds", async () => {
  const auth = await edAuth();
  const before = systemClock.now();
  const stamp = Number((await auth.headers("GET", PATH))["KALSHI-ACCESS-TIMESTAMP"]);
  assert(stamp >= before && stamp <= systemClock.now());
  const cut = await auth.headers("GET", PATH, { timestampMs: 1_790_000_000_123.9 });
  assertEquals(cut["KALSHI-ACCESS-TIMESTAMP"], "1790000000123");
  for (const timestampMs of [NaN, Infinity, -1]) {
    await assertRejects(() => auth.headers("GET", PATH, { timestampMs }), KalshiConfigError, "timestampMs");
  }
});

test("query and fragment are not signed", async () => {
  const auth = await edAuth();
  const stamp = { timestampMs: 1 };
  const plain = await auth.headers("GET", PATH, stamp);
  for (const tail of ["?limit=5", "?", "#top", "?a=/b#c", "#c?a=b"]) {
    assertEquals(await auth.headers("GET", PATH + tail, stamp), plain);
  }
});

test("a path that would not go over the wire as it stands is refused", async () => {
  const auth = await edAuth();
  const root = "/trade-api/v2/markets/";
  const wrong = [
    "",
    "/",
    "/portfolio/balance",
    "trade-api/v2/markets",
    "https://api.elections.kalshi.com/trade-api/v2/markets",
    root + "a b",
    root + "é",
    root + "../orders",
    root + "./a",
    root + "%2e%2e/a",
    root + 'a"b',
    root + "a\\b",
    root + "a\tb",
    root + "a\n",
    "/x/../trade-api/v2/markets",
    "@evil.io/trade-api/v2/markets",
  ];
  for (const path of wrong) {
    await assertRejects(() => auth.headers("GET", path), KalshiConfigError, "whole and percent-encoded");
  }
  for (const path of [root + "KXA-26.5", root + "a%20b%2Fc", "/trade-api/ws/v2", "/trade-api/ws/v2/margin"]) {
    await auth.headers("GET", path);
  }
});

test("every path that is signed is the path that a URL parser makes of it", async () => {
  let signed = "";
  const auth = KalshiAuth.fromSigner({
    keyId: KEY_ID,
    sign(text) {
      signed = text;
      return Promise.resolve("A".repeat(88));
    },
  });
  const tails = fc.oneof(fc.string(), fc.webPath(), fc.string({ unit: "grapheme" }));
  await fc.assert(fc.asyncProperty(tails, async (tail) => {
    const path = "/trade-api/v2/" + tail;
    try {
      await auth.headers("GET", path, { timestampMs: 1 });
    } catch (error) {
      assert(error instanceof KalshiConfigError);
      return;
    }
    assertEquals(signed, "1GET" + new URL("https://demo-api.kalshi.co" + path).pathname);
  }));
});

test("sign takes any text, as FIX logons need it", async () => {
  const auth = await KalshiAuth.fromPem(KEY_ID, rsaPkcs1);
  const logon = ["20260924-12:00:00.000", "A", "1", KEY_ID, "KalshiNR"].join("\x01") + "é";
  assert(await verify("rsa", await auth.sign(logon), logon));
});

test("the key id is trimmed, and refused when it cannot be one", async () => {
  for (const keyId of [` ${KEY_ID}\r\n`, `\ufeff${KEY_ID}`, `${KEY_ID}\\n`]) {
    assertEquals((await KalshiAuth.fromPem(keyId, ed25519Pkcs8)).keyId, KEY_ID);
  }
  for (const keyId of ["", "  ", "\\n", undefined as unknown as string]) {
    const error = await assertRejects(() => KalshiAuth.fromPem(keyId, ed25519Pkcs8), KalshiAuthError);
    assertMatch(error.message, /blank.*Give the id/);
    assertThrows(() => KalshiAuth.fromSigner({ keyId, sign: () => Promise.resolve("") }), KalshiAuthError);
  }
  const body = ed25519Pkcs8.split("\n")[1] ?? "";
  for (const keyId of [ed25519Pkcs8, body, rsaPkcs1, `"${KEY_ID}"`, "a b", "a\nb", "é"]) {
    const error = await assertRejects(() => KalshiAuth.fromPem(keyId, ed25519Pkcs8), KalshiAuthError);
    assertMatch(error.message, /malformed/);
    assert(!error.message.includes(keyId.slice(-20)));
  }
});

test("fromCryptoKey takes keys that sign as Kalshi wants it, and no others", async () => {
  const { subtle } = crypto;
  const rsa = (name: string, hash: string, modulusLength: number, usages: KeyUsage[] = ["sign", "verify"]) =>
    subtle.generateKey(
      { name, hash, modulusLength, publicExponent: Uint8Array.from([1, 0, 1]) },
      false,
      usages,
    ) as Promise<CryptoKeyPair>;
  const pss = await rsa("RSA-PSS", "SHA-256", 2048);
  const ed = await subtle.generateKey("Ed25519", false, ["sign", "verify"]) as CryptoKeyPair;
  for (const { privateKey, publicKey } of [pss, ed]) {
    const auth = KalshiAuth.fromCryptoKey(KEY_ID, privateKey);
    assertEquals(auth.algorithm, privateKey.algorithm.name);
    const signature = base64Bytes(await auth.sign("text"));
    const algorithm = { name: privateKey.algorithm.name, saltLength: 32 };
    assert(await subtle.verify(algorithm, publicKey, signature, new TextEncoder().encode("text")));
  }
  const ec = await subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
  const wrong: unknown[] = [
    pss.publicKey,
    ed.publicKey,
    (await rsa("RSASSA-PKCS1-v1_5", "SHA-256", 2048)).privateKey,
    (await rsa("RSA-PSS", "SHA-512", 2048)).privateKey,
    (await rsa("RSA-PSS", "SHA-256", 1024)).privateKey,
    (ec as CryptoKeyPair).privateKey,
    {},
    undefined,
    rsaPkcs1,
  ];
  for (const key of wrong) {
    const error = assertThrows(() => KalshiAuth.fromCryptoKey(KEY_ID, key as CryptoKey), KalshiAuthError);
    assertMatch(error.message, /RSA-PSS.*SHA-256.*Ed25519/);
  }
});

test("fromSigner takes a signer of your own and checks its answers", async () => {
  const key = await edAuth();
  const signer = {
    keyId: KEY_ID,
    inner: key,
    sign(text: string) {
      return this.inner.sign(text);
    },
  };
  const auth = KalshiAuth.fromSigner(signer);
  assertEquals(auth.algorithm, "custom");
  await assertSigns("ed25519", auth);
  assertStrictEquals(KalshiAuth.fromSigner(auth), auth);

  const good = await key.sign("text");
  const answers: unknown[] = [
    "",
    "short",
    undefined,
    base64Bytes(good),
    good.replace(/[+/]/g, "-").replace(/^../, "_-"),
    good + "\n",
    good.slice(0, 40) + "\r\nX-Evil: 1" + good.slice(40),
  ];
  for (const answer of answers) {
    const wrong = KalshiAuth.fromSigner({ keyId: KEY_ID, sign: () => Promise.resolve(answer as string) });
    const error = await assertRejects(() => wrong.sign("text"), KalshiAuthError, "in base64");
    assertEquals(error.code, "AUTH_KEY");
  }
  const cause = new Error("KMS is away");
  Object.assign(cause, { config: { headers: { authorization: "Bearer of-the-KMS" } } });
  const failing = KalshiAuth.fromSigner({ keyId: KEY_ID, sign: () => Promise.reject(cause) });
  const error = await assertRejects(() => failing.headers("GET", PATH), KalshiAuthError, KEY_ID);
  assertEquals([(error.cause as Error).message, Object.keys(error.cause as Error)], [cause.message, []]);
  assertEquals(error.outcome, "not-sent");
});

test("one KalshiAuth signs many requests at once, each as its own", async () => {
  const auth = await edAuth();
  const stamps = Array.from({ length: 50 }, (_, index) => 1_790_000_000_000 + index);
  const all = await Promise.all(stamps.map((timestampMs) => auth.headers("GET", PATH, { timestampMs })));
  for (const [index, headers] of all.entries()) {
    assert(await verify("ed25519", headers["KALSHI-ACCESS-SIGNATURE"], `${stamps[index]}GET${PATH}`));
  }
});

test("signerFromPem is a lean signer for keys that are not encrypted", async () => {
  for (const [kind, pem] of [["rsa", rsaPkcs1], ["rsa", rsaPkcs8], ["ed25519", ed25519Pkcs8]] as const) {
    const signer = await signerFromPem(` ${KEY_ID}\n`, pem);
    assertEquals(signer.keyId, KEY_ID);
    await assertSigns(kind, signer);
  }
  const encrypted = encryptedKeys["ed25519 aes-256-cbc SHA256"] ?? "";
  await assertRejects(() => signerFromPem(KEY_ID, encrypted), KalshiAuthError, "KalshiAuth.fromPem");
  await assertRejects(() => signerFromPem(KEY_ID, ecPkcs8), KalshiAuthError, "an EC key");
  await assertRejects(() => signerFromPem("", rsaPkcs1), KalshiAuthError, "blank");
});
