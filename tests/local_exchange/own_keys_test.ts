import { assert, assertEquals, assertRejects } from "@std/assert";
import { KalshiAuth } from "../../src/auth/mod.ts";
import { KalshiClient } from "../../src/client.ts";
import { KalshiConfig } from "../../src/config/kalshi_config.ts";
import { KalshiAuthError, KalshiConfigError } from "../../src/base/errors.ts";
import { LocalExchange } from "../../src/local_exchange/mod.ts";
import * as keys from "../auth/fixtures.ts";
import { assertHidden, secretsIn } from "../auth/secrets.ts";
import { startExchange } from "../support/exchange.ts";
import { test } from "../support/test.ts";
import { Session } from "./support/session.ts";

const keyId = "a952bcbe-ec3b-4b5b-b8f9-11dae589608c";
const RSA = { name: "RSA-PSS", hash: "SHA-256" };

function der(pem: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(pem.replace(/-----[^-]+-----|\s/g, "")), (one) => one.charCodeAt(0));
}

function importPrivate(pem: string, algorithm: typeof RSA | { name: string }, extractable: boolean) {
  return crypto.subtle.importKey("pkcs8", der(pem), algorithm, extractable, ["sign"]);
}

function importPublic(pem: string, algorithm: typeof RSA | { name: string }) {
  return crypto.subtle.importKey("spki", der(pem), algorithm, true, ["verify"]);
}

async function jwkOf(pem: string, algorithm: typeof RSA | { name: string }): Promise<JsonWebKey> {
  return await crypto.subtle.exportKey("jwk", await importPrivate(pem, algorithm, true)) as JsonWebKey;
}

/** What an account can be made with, and a key that signs for it. */
const forms: readonly (readonly [name: string, pem: string, options: () => Promise<object>])[] = [
  ["RSA in PKCS#1", keys.rsaPkcs1, () => Promise.resolve({ privateKey: keys.rsaPkcs1 })],
  ["RSA in PKCS#8", keys.rsaPkcs8, () => Promise.resolve({ privateKey: keys.rsaPkcs8 })],
  ["Ed25519 in PKCS#8", keys.ed25519Pkcs8, () => Promise.resolve({ privateKey: keys.ed25519Pkcs8 })],
  [
    "PEM as environment files hold it",
    keys.ed25519Pkcs8,
    () => Promise.resolve({ privateKey: keys.ed25519Pkcs8.replaceAll("\n", "\\n") }),
  ],
  [
    "the bytes of a key file",
    keys.rsaPkcs1,
    () => Promise.resolve({ privateKey: new TextEncoder().encode(keys.rsaPkcs1) }),
  ],
  [
    "the bytes of both halves",
    keys.ed25519Pkcs8,
    () =>
      Promise.resolve({
        privateKey: new TextEncoder().encode(keys.ed25519Pkcs8).buffer,
        publicKey: new TextEncoder().encode(keys.ed25519Public),
      }),
  ],
  ["an RSA JWK", keys.rsaPkcs8, async () => ({ privateKey: await jwkOf(keys.rsaPkcs8, RSA) })],
  [
    "an Ed25519 JWK",
    keys.ed25519Pkcs8,
    async () => ({ privateKey: await jwkOf(keys.ed25519Pkcs8, { name: "Ed25519" }) }),
  ],
  ["an RSA CryptoKey", keys.rsaPkcs8, async () => ({
    privateKey: await importPrivate(keys.rsaPkcs8, RSA, true),
  })],
  ["an Ed25519 CryptoKey", keys.ed25519Pkcs8, async () => ({
    privateKey: await importPrivate(keys.ed25519Pkcs8, { name: "Ed25519" }, true),
  })],
  ["a CryptoKeyPair whose private key stays where it is", keys.rsaPkcs8, async () => ({
    privateKey: {
      privateKey: await importPrivate(keys.rsaPkcs8, RSA, false),
      publicKey: await importPublic(keys.rsaPublic, RSA),
    },
  })],
  ["such a CryptoKey and its public key as text", keys.ed25519Pkcs8, async () => ({
    privateKey: await importPrivate(keys.ed25519Pkcs8, { name: "Ed25519" }, false),
    publicKey: keys.ed25519Public,
  })],
  [
    "a private key and its public key",
    keys.rsaPkcs1,
    () => Promise.resolve({ privateKey: keys.rsaPkcs1, publicKey: keys.rsaPublic }),
  ],
];

for (const [name, pem, options] of forms) {
  test(`an account is made with a key of one's own: ${name}`, async () => {
    const exchange = LocalExchange.create({ markets: 0 });
    const account = await exchange.createAccount({ keyId, ...await options() });
    assertEquals([account.keyId, account.auth.keyId], [keyId, keyId]);
    const own = await KalshiAuth.fromPem(keyId, pem);
    for (const auth of [account.auth, own]) {
      const { status, value } = await new Session(exchange, auth).get("/portfolio/balance");
      assertEquals([status, value.balance_dollars], [200, "1000.0000"]);
    }
    if (account.privateKey !== "") {
      const again = await KalshiAuth.fromPem(keyId, account.privateKey);
      assertEquals((await new Session(exchange, again).get("/portfolio/balance")).status, 200);
    }
    const stranger = (await exchange.createAccount()).privateKey;
    const wrong = await KalshiAuth.fromPem(keyId, stranger);
    const { status, value } = await new Session(exchange, wrong).get("/portfolio/balance");
    assertEquals([status, value.details], [401, "INCORRECT_API_KEY_SIGNATURE"]);
  });
}

for (
  const [name, pem, publicKey] of [
    ["Ed25519 text", keys.ed25519Pkcs8, () => Promise.resolve(keys.ed25519Public)],
    ["RSA text", keys.rsaPkcs8, () => Promise.resolve(keys.rsaPublic)],
    ["RSA CryptoKey", keys.rsaPkcs8, () => importPublic(keys.rsaPublic, RSA)],
  ] as const
) {
  test(`a public key alone is enough for who signs elsewhere: ${name}`, async () => {
    const exchange = LocalExchange.create({ markets: 0 });
    const account = await exchange.createAccount({ keyId, publicKey: await publicKey() });
    assertEquals(account.privateKey, "");
    const own = await KalshiAuth.fromPem(keyId, pem);
    assertEquals((await new Session(exchange, own).get("/portfolio/balance")).status, 200);
    await assertRejects(() => account.auth.sign("a text"), KalshiAuthError, "from its public key alone");
  });
}

for (const [name, pem] of [["RSA", keys.rsaPkcs1], ["Ed25519", keys.ed25519Pkcs8]] as const) {
  test(`a key outlives a restart of the exchange: ${name}`, async () => {
    const auth = await KalshiAuth.fromPem(keyId, pem);
    for (let start = 0; start < 2; start++) {
      await using exchange = await startExchange({ markets: 0 });
      const made = await exchange.createAccount({ keyId, privateKey: pem, balance: "25.00" });
      assertEquals([made.keyId, made.privateKey], [keyId, pem]);
      const config = new KalshiConfig({ baseUrl: exchange.baseUrl, wsBaseUrl: exchange.wsBaseUrl });
      await using client = new KalshiClient({ auth, config });
      assertEquals((await client.portfolio.balance()).balance_dollars, "25.0000");
      await using stream = await client.stream();
      await stream.fills();
    }
  });
}

test("an id alone gives a new key under that id, and a key alone gets an id of the seed", async () => {
  const exchange = LocalExchange.create({ markets: 0 });
  const named = await exchange.createAccount({ keyId: "  my-bot\n" });
  assertEquals([named.keyId, named.auth.keyId], ["my-bot", "my-bot"]);
  assertEquals((await new Session(exchange, named.auth).get("/portfolio/balance")).status, 200);
  const ids: string[] = [];
  for (let round = 0; round < 2; round++) {
    const other = LocalExchange.create({ markets: 0, seed: 7 });
    ids.push((await other.createAccount({ privateKey: keys.ed25519Pkcs8 })).keyId);
  }
  assertEquals(ids[0], ids[1]);
});

test("an id that there is already is refused, and nothing is opened", async () => {
  const exchange = LocalExchange.create({ markets: 0 });
  const first = await exchange.createAccount({ keyId, balance: "1.00" });
  await assertRejects(
    () => exchange.createAccount({ keyId, privateKey: keys.ed25519Pkcs8 }),
    KalshiConfigError,
    `createAccount: there is an API key ${keyId} already.`,
  );
  const { value } = await new Session(exchange, first.auth).get("/portfolio/balance");
  assertEquals(value.balance_dollars, "1.0000");
  // Two at once: one of them.
  const both = await Promise.allSettled([1, 2].map(() => exchange.createAccount({ keyId: "twice" })));
  assertEquals(both.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
  // An id that Kalshi's own operation gave away counts as well.
  const session = new Session(exchange, first.auth);
  const generated = await session.post("/api_keys/generate", { name: "bot", key_type: "ed25519" });
  await assertRejects(
    () => exchange.createAccount({ keyId: generated.value.api_key_id }),
    KalshiConfigError,
    "already",
  );
});

test("a key that Kalshi would not take is refused with what to do, and never shown", async () => {
  const exchange = LocalExchange.create({ markets: 0 });
  const ed25519Encrypted = keys.encryptedKeys["ed25519 aes-256-cbc SHA256"] ?? "";
  const closed = await importPrivate(keys.rsaPkcs8, RSA, false);
  const sha1 = await importPrivate(keys.rsaPkcs8, { name: "RSA-PSS", hash: "SHA-1" } as typeof RSA, true);
  const cases: readonly (readonly [options: object, message: string])[] = [
    [{ privateKey: ed25519Encrypted }, "is encrypted. A local exchange has no passphrase"],
    [{ privateKey: keys.rsaPublic }, "this is a public key"],
    [{ privateKey: keys.certificate }, "this is a certificate"],
    [{ privateKey: keys.rsa1024 }, "only 1024 bits"],
    [{ privateKey: keys.ecPkcs8 }, "an EC key"],
    [{ privateKey: keys.opensshEd25519 }, "OpenSSH"],
    [{ privateKey: keys.rsaPkcs8.slice(0, 400) }, "cut"],
    [{ privateKey: keys.rsaPkcs8.replace("BgkqhkiG", "BgkqhkiH") }, "The private key is"],
    [{ privateKey: "secret" }, "not in PEM format"],
    [{ privateKey: "" }, "not in PEM format"],
    [{ privateKey: new Uint8Array(4) }, "not in PEM format"],
    [{ privateKey: new TextEncoder().encode(keys.rsaPublic) }, "this is a public key"],
    [{ publicKey: new TextEncoder().encode(keys.rsaPkcs8) }, "`publicKey` takes"],
    [{ privateKey: {} }, "neither an RSA nor an Ed25519 JWK"],
    [{ privateKey: { kty: "OKP", crv: "Ed25519" } }, 'a JWK without "d"'],
    [{ privateKey: await importPublic(keys.rsaPublic, RSA) }, "not a CryptoKey that fits"],
    [{ privateKey: sha1 }, "not a CryptoKey that fits"],
    [{ privateKey: closed }, "cannot be exported. Give its `publicKey`"],
    [{ publicKey: keys.rsaPkcs8 }, "`publicKey` takes the text that begins with -----BEGIN PUBLIC KEY-----"],
    [{ publicKey: "nonsense" }, "`publicKey` takes"],
    [{ publicKey: closed }, "`publicKey` takes"],
    [{ publicKey: {} }, "`publicKey` takes"],
    [{ privateKey: keys.rsaPkcs8, publicKey: keys.ed25519Public }, "do not belong together"],
    [{ privateKey: closed, publicKey: (await exchange.createAccount()).auth }, "`publicKey` takes"],
    [
      { privateKey: 5 },
      "`privateKey` takes a private key: PEM text or bytes, a JWK, a CryptoKey or a CryptoKeyPair",
    ],
    [{ privateKey: null }, "`privateKey` takes"],
    [{ publicKey: 5 }, "`publicKey` takes a public key: PEM text or bytes, or a CryptoKey"],
    [{ privateKey: keys.rsaPkcs8, keyType: "ed25519" }, "`keyType` is ed25519, but the key is rsa"],
    [{ publicKey: keys.ed25519Public, keyType: "rsa" }, "`keyType` is rsa, but the key is ed25519"],
    [{ keyType: keys.rsaPkcs8 }, '`keyType` takes "rsa" or "ed25519"; got text of 1704 characters'],
    [{ balance: keys.ed25519Pkcs8 }, "got text of 119 characters"],
    [{ keyId: 5 }, "`keyId` takes the id of an API key as text"],
    [{ keyId: "" }, "The key id is blank"],
    [{ keyId: keys.ed25519Pkcs8 }, "The key id is malformed"],
    [{ privateKeyPem: keys.rsaPkcs8 }, 'no option "privateKeyPem". Did you mean privateKey?'],
  ];
  for (const [options, message] of cases) {
    const error = await assertRejects(() => exchange.createAccount(options)) as Error;
    assert(error instanceof KalshiAuthError || error instanceof KalshiConfigError, String(error));
    assert(error.message.includes(message), `${error.message} should say ${message}`);
    const secrets = [keys.rsaPkcs8, keys.ed25519Pkcs8, keys.rsa1024, ed25519Encrypted].flatMap(secretsIn);
    assertHidden(secrets, [error.message, String(error.stack), JSON.stringify(error)]);
  }
});

test("both halves of a key must belong together", async () => {
  const exchange = LocalExchange.create({ markets: 0 });
  const other = await crypto.subtle.generateKey({ name: "Ed25519" }, true, [
    "sign",
    "verify",
  ]) as CryptoKeyPair;
  const closed = await importPrivate(keys.ed25519Pkcs8, { name: "Ed25519" }, false);
  for (
    const privateKey of [
      keys.ed25519Pkcs8,
      closed,
      await importPrivate(keys.ed25519Pkcs8, { name: "Ed25519" }, true),
    ]
  ) {
    const attempt = () => exchange.createAccount({ privateKey, publicKey: other.publicKey });
    await assertRejects(attempt, KalshiConfigError, "do not belong together");
  }
});
