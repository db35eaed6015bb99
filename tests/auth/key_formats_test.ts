import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { assertPrivateKeyPem, KalshiAuth, signerFromPem } from "../../src/auth/mod.ts";
import { KalshiClient } from "../../src/client.ts";
import { KalshiAuthError } from "../../src/base/errors.ts";
import { test } from "../support/test.ts";
import * as keys from "./fixtures.ts";
import { assertSigns, pemBytes, toPem, verify } from "./signatures.ts";

const { passphrase } = keys;

const accepted: readonly (readonly [string, "rsa" | "ed25519", string])[] = [
  ["RSA in PKCS#8", "rsa", keys.rsaPkcs8],
  ["RSA in PKCS#1", "rsa", keys.rsaPkcs1],
  ["Ed25519 in PKCS#8", "ed25519", keys.ed25519Pkcs8],
  ["PKCS#1 under the label of PKCS#8", "rsa", toPem("PRIVATE KEY", pemBytes(keys.rsaPkcs1))],
  ["PKCS#8 under the label of PKCS#1", "rsa", toPem("RSA PRIVATE KEY", pemBytes(keys.rsaPkcs8))],
  ["a certificate and its key", "rsa", keys.certificate + keys.rsaPkcs8],
  ["a key and its public half", "ed25519", keys.ed25519Pkcs8 + keys.ed25519Public],
  [
    "bag attributes",
    "rsa",
    `Bag Attributes\n    localKeyID: 01\nKey Attributes: <No Attributes>\n${keys.rsaPkcs8}`,
  ],
];
for (const [name, kind, pem] of accepted) {
  test(`fromPem takes ${name}`, async () => {
    assertPrivateKeyPem(pem);
    const auth = await KalshiAuth.fromPem("key-1", pem);
    assertEquals(auth.algorithm, kind === "rsa" ? "RSA-PSS" : "Ed25519");
    await assertSigns(kind, auth);
  });
}

test("fromPem takes Ed25519 with attributes and its public key, as RFC 5958 allows", async () => {
  const seed = pemBytes(keys.ed25519Pkcs8).slice(-32);
  const publicKey = pemBytes(keys.ed25519Public).slice(-32);
  const head = Uint8Array.from([0x30, 0x53, 2, 1, 1, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20]);
  // No attributes, then the public key under context tag 1.
  const der = [...head, ...seed, 0xa0, 0x02, 0x31, 0x00, 0x81, 0x21, 0, ...publicKey];
  der[1] = der.length - 2;
  await assertSigns("ed25519", await KalshiAuth.fromPem("key-1", toPem("PRIVATE KEY", Uint8Array.from(der))));
});

test("fromPem opens encrypted keys with each cipher and each hash that WebCrypto has", async () => {
  for (const [name, pem] of Object.entries(keys.encryptedKeys)) {
    assertPrivateKeyPem(pem, { passphrase });
    const auth = await KalshiAuth.fromPem("key-1", pem, { passphrase });
    await assertSigns(name.startsWith("rsa") ? "rsa" : "ed25519", auth);
  }
});

test("a passphrase may come from a function, which is called for encrypted keys only", async () => {
  const encrypted = keys.encryptedKeys["ed25519 aes-256-cbc SHA256"] ?? "";
  let calls = 0;
  const fetchIt = () => {
    calls++;
    return Promise.resolve(passphrase);
  };
  await assertSigns("ed25519", await KalshiAuth.fromPem("key-1", encrypted, { passphrase: fetchIt }));
  await assertSigns(
    "ed25519",
    await KalshiAuth.fromPem("key-1", encrypted, { passphrase: () => passphrase }),
  );
  assertEquals(calls, 1);
  await assertSigns("ed25519", await KalshiAuth.fromPem("key-1", keys.ed25519Pkcs8, { passphrase: fetchIt }));
  assertEquals(calls, 1);
  const refused = new Error("no vault");
  const error = await assertRejects(
    () => KalshiAuth.fromPem("key-1", encrypted, { passphrase: () => Promise.reject(refused) }),
    KalshiAuthError,
    "could not be fetched",
  );
  assertEquals((error.cause as Error).message, refused.message);
  await assertRejects(
    () => KalshiAuth.fromPem("key-1", encrypted, { passphrase: () => "" }),
    KalshiAuthError,
    "Give its passphrase",
  );
});

/** What is refused at once, and what the message must say. */
const refused: readonly (readonly [string, string, RegExp])[] = [
  ["a public key", keys.rsaPublic, /public key.*private key that was saved/],
  ["an Ed25519 public key", keys.ed25519Public, /public key/],
  ["a PKCS#1 public key", keys.rsaPublicPkcs1, /public key/],
  ["a certificate", keys.certificate, /certificate/],
  ["a certificate request", keys.certificateRequest, /certificate/],
  ["1024 bits", keys.rsa1024, /only 1024 bits.*openssl genpkey -algorithm ed25519/],
  ["2047 bits", keys.rsa2047, /only 2047 bits/],
  ["a key restricted to PSS", keys.rsaPss, /restricted to PSS.*openssl genpkey/],
  ["EC in PKCS#8", keys.ecPkcs8, /an EC key.*openssl genpkey/],
  ["EC in SEC1", keys.ecSec1, /an EC key/],
  ["DSA in PKCS#8", keys.dsaPkcs8, /a DSA key/],
  ["DSA in its own format", keys.dsaTraditional, /a DSA key/],
  ["Ed448", keys.ed448, /Ed448/],
  ["X25519", keys.x25519, /X25519/],
  ["OpenSSH RSA", keys.opensshRsa, /OpenSSH's own format.*ssh-keygen -p -m PKCS8.*openssl genpkey/],
  ["OpenSSH Ed25519", keys.opensshEd25519, /OpenSSH/],
  ["an OpenSSH public key", keys.opensshPublic, /not in PEM format/],
  [
    "OpenSSL's old encryption",
    keys.rsaLegacyEncrypted,
    /encrypted in OpenSSL's old way.*openssl pkcs8 -topk8/,
  ],
  ["scrypt", keys.rsaScrypt, /scrypt.*openssl pkcs8 -topk8/],
  ["Triple DES", keys.rsaTripleDes, /a cipher other than AES-CBC.*openssl pkcs8 -topk8/],
  ["PKCS#5 version 1", keys.rsaOldScheme, /an old cipher.*openssl pkcs8 -topk8/],
  ["HMAC with SHA-224", keys.rsaSha224, /an unusual hash.*openssl pkcs8 -topk8/],
  ["ten million rounds", keys.ed25519ManyRounds, /10000001 rounds.*openssl pkcs8 -topk8/],
  ["two keys", keys.rsaPkcs8 + keys.ed25519Pkcs8, /not the only one/],
  ["no END line", keys.rsaPkcs8.slice(0, -40), /cut: it has no END line/],
  ["a file's name", "~/.kalshi/key.pem", /not in PEM format.*openssl pkey -inform DER/],
  ["nothing", "", /not in PEM format/],
  ["a key without its label", keys.rsaPkcs8.replace(/-----.*-----/g, ""), /not in PEM format/],
  ["another format", keys.rsaPkcs8.replaceAll("PRIVATE KEY", "ANY PRIVATE KEY"), /unknown kind/],
  ["PGP", keys.rsaPkcs8.replaceAll("PRIVATE KEY", "PGP PRIVATE KEY BLOCK"), /unknown kind/],
  ["an unknown type", keys.ed25519Pkcs8.replace("AwBQYDK2Vw", "AwBQYDK2Vz"), /unknown type.*openssl genpkey/],
  [
    "a missing line",
    keys.rsaPkcs8.split("\n").filter((_, index) => index !== 5).join("\n"),
    /damaged.*openssl pkey .* -check/,
  ],
  ["an alien letter", keys.rsaPkcs8.replace("MIIE", "M€IE"), /damaged/],
  ["an empty block", "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----", /damaged/],
  ["an Ed25519 key of 31 bytes", toPem("PRIVATE KEY", shortEd25519()), /damaged/],
];

function shortEd25519(): Uint8Array {
  const der = [...pemBytes(keys.ed25519Pkcs8).slice(0, -1)];
  for (const at of [1, 13, 15]) der[at] = (der[at] ?? 0) - 1;
  return Uint8Array.from(der);
}

test("fromPem refuses what is no usable key, and says what it is and what to do", async () => {
  for (const [name, pem, message] of refused) {
    for (const options of [{}, { passphrase }]) {
      const error = await assertRejects(() => KalshiAuth.fromPem("key-1", pem, options), KalshiAuthError);
      assertEquals(error.code, "AUTH_KEY");
      assert(message.test(error.message), `${name}: ${error.message}`);
    }
    // What is wrong inside an encrypted key shows when it is opened.
    if (!pem.includes("BEGIN ENCRYPTED")) assertThrows(() => assertPrivateKeyPem(pem), KalshiAuthError);
  }
  for (const other of [undefined, null, 1, {}, [], new Blob([keys.rsaPkcs8])]) {
    assertThrows(
      () => assertPrivateKeyPem(other as unknown as string),
      KalshiAuthError,
      "neither text nor bytes",
    );
  }
  for (const binary of [pemBytes(keys.rsaPkcs8), new Uint8Array(), new ArrayBuffer(8)]) {
    assertThrows(() => assertPrivateKeyPem(binary), KalshiAuthError, "openssl pkey -inform DER");
  }
});

test("the bytes of a key file are taken as its text is", async () => {
  const { rsaPkcs1, ed25519Pkcs8, encryptedKeys } = keys;
  const encrypted = encryptedKeys["ed25519 aes-256-cbc SHA256"] ?? "";
  for (
    const [kind, pem, options] of [
      ["rsa", rsaPkcs1, {}],
      ["ed25519", `\ufeff${ed25519Pkcs8}`, {}],
      ["ed25519", encrypted, { passphrase }],
    ] as const
  ) {
    const bytes = new TextEncoder().encode(pem);
    const within = new Uint8Array(bytes.length + 20).fill(45);
    within.set(bytes, 7);
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
    shared.set(bytes);
    for (
      const given of [
        bytes,
        bytes.buffer,
        new DataView(bytes.buffer),
        within.subarray(7, 7 + bytes.length),
        shared,
      ]
    ) {
      assertPrivateKeyPem(given, options);
      await assertSigns(kind, await KalshiAuth.fromPem("key-1", given, options));
      if (pem !== encrypted) await assertSigns(kind, await signerFromPem("key-1", given));
    }
  }
});

test("a client reads the bytes of its key when it is made: they may be wiped then", async () => {
  const bytes = new TextEncoder().encode(keys.ed25519Pkcs8);
  const stamps: string[] = [];
  await using client = new KalshiClient({
    keyId: "key-1",
    privateKey: bytes,
    transport: async (request) => {
      const [stamp, signature] = ["timestamp", "signature"].map((name) =>
        request.headers.get(`kalshi-access-${name}`) ?? ""
      );
      const text = `${stamp}GET${new URL(request.url).pathname}`;
      if (await verify("ed25519", signature ?? "", text)) stamps.push(stamp ?? "");
      return Response.json({ balance: 1 });
    },
  });
  bytes.fill(0);
  await client.portfolio.balance();
  assertEquals(stamps.length, 1);
  assertThrows(() => new KalshiClient({ keyId: "key-1", privateKey: bytes }), KalshiAuthError, "PEM");
});

test("fromPem tells what is wrong with the passphrase", async () => {
  for (const encrypted of Object.values(keys.encryptedKeys).slice(0, 3)) {
    const missing = /is encrypted\. Give its passphrase/;
    for (
      const [given, message] of [[undefined, missing], ["", missing], ["wrong", /does not open it/]] as const
    ) {
      const error = await assertRejects(
        () => KalshiAuth.fromPem("key-1", encrypted, { passphrase: given }),
        KalshiAuthError,
      );
      assert(message.test(error.message), error.message);
    }
    assertPrivateKeyPem(encrypted);
    assertThrows(() => assertPrivateKeyPem(encrypted, {}), KalshiAuthError, "Give its passphrase");
  }
  await assertRejects(
    () => KalshiAuth.fromPem("key-1", keys.rsaPkcs1, { passphrase }),
    KalshiAuthError,
    "not encrypted, but a passphrase was given",
  );
  await KalshiAuth.fromPem("key-1", keys.ed25519Pkcs8, { passphrase: "" });
});

test("an encrypted key of the wrong type or size is refused as such", async () => {
  await assertRejects(
    () => KalshiAuth.fromPem("key-1", keys.ecEncrypted, { passphrase }),
    KalshiAuthError,
    "an EC key",
  );
  await assertRejects(
    () => KalshiAuth.fromPem("key-1", keys.rsa1024Encrypted, { passphrase }),
    KalshiAuthError,
    "only 1024 bits",
  );
});

test("the noise that key files pick up on their way does not matter", async () => {
  const { encryptedKeys, ed25519Pkcs8, rsaPkcs1, rsaPkcs8 } = keys;
  const pems = [ed25519Pkcs8, rsaPkcs1, rsaPkcs8, encryptedKeys["ed25519 aes-256-cbc SHA256"] ?? ""];
  const spaces = fc.stringMatching(/^[ \t]{0,3}$/);
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...pems),
      fc.constantFrom("\n", "\r\n", "\r", "\\n", "\\r\\n", "\\\\n", " ", "\n\n", "\u2028"),
      fc.constantFrom("", "\ufeff", '"', "'", "\n\n", "# my key\n"),
      spaces,
      spaces,
      fc.boolean(),
      async (pem, lineBreak, before, indent, trailing, lastBreak) => {
        const lines = pem.trim().split("\n").map((line) => indent + line + trailing);
        const text = before + lines.join(lineBreak) + (lastBreak ? lineBreak : "") + before.trim();
        const encrypted = text.includes("ENCRYPTED");
        assertPrivateKeyPem(text);
        const auth = await KalshiAuth.fromPem("key-1", text, encrypted ? { passphrase } : {});
        await assertSigns(pem.startsWith("-----BEGIN RSA") || pem === rsaPkcs8 ? "rsa" : "ed25519", auth);
      },
    ),
    { numRuns: 60 },
  );
});

test("a damaged key is refused, or was damaged where it does not matter: no wrong signature leaves", async () => {
  const rsa = pemBytes(keys.rsaPkcs8);
  await fc.assert(
    fc.asyncProperty(
      fc.nat(rsa.length - 1),
      fc.integer({ min: 1, max: 255 }),
      fc.constantFrom("flip", "cut", "insert"),
      async (at, mask, how) => {
        const bytes = [...rsa];
        if (how === "flip") bytes[at] = (bytes[at] ?? 0) ^ mask;
        else bytes.splice(at, how === "cut" ? 1 : 0, ...(how === "cut" ? [] : [mask]));
        let auth: KalshiAuth;
        try {
          auth = await KalshiAuth.fromPem("key-1", toPem("PRIVATE KEY", Uint8Array.from(bytes)));
        } catch (error) {
          assert(error instanceof KalshiAuthError);
          return;
        }
        assert(await verify("rsa", await auth.sign("text"), "text"));
      },
    ),
    { numRuns: 300 },
  );
});

test("no text makes the reader throw anything but its own error", async () => {
  const der = fc.uint8Array({ maxLength: 80 }).map((bytes) =>
    toPem("PRIVATE KEY", Uint8Array.from([0x30, bytes.length, ...bytes]))
  );
  const sealed = der.map((pem) => pem.replaceAll("PRIVATE", "ENCRYPTED PRIVATE"));
  const nearPem = fc.string().map((text) => `-----BEGIN PRIVATE KEY-----${text}-----END PRIVATE KEY-----`);
  fc.assert(fc.property(fc.oneof(fc.string(), nearPem, der), (text) => {
    assertThrows(() => assertPrivateKeyPem(text), KalshiAuthError);
  }));
  await fc.assert(fc.asyncProperty(fc.oneof(nearPem, der, sealed), async (text) => {
    await assertRejects(() => KalshiAuth.fromPem("key-1", text, { passphrase }), KalshiAuthError);
  }));
});

test("JWKs of both types sign, whatever else they say", async () => {
  for (const [kind, pem] of [["rsa", keys.rsaPkcs8], ["ed25519", keys.ed25519Pkcs8]] as const) {
    const algorithm = kind === "rsa" ? { name: "RSA-PSS", hash: "SHA-256" } : { name: "Ed25519" };
    const key = await crypto.subtle.importKey("pkcs8", pemBytes(pem), algorithm, true, ["sign"]);
    const jwk = await crypto.subtle.exportKey("jwk", key);
    const auth = await KalshiAuth.fromJwk("key-1", jwk);
    assertEquals(auth.algorithm, algorithm.name);
    await assertSigns(kind, auth);
    await assertSigns(
      kind,
      await KalshiAuth.fromJwk("key-1", { ...jwk, alg: "RS512", use: "enc", key_ops: [], ext: false }),
    );

    const { d, p: _p, ...rest } = jwk;
    const refusals: [JsonWebKey, string][] = [
      [rest, 'a JWK without "d"'],
      [{ ...jwk, d: "*" }, "damaged"],
      [{ ...jwk, d: d?.slice(4) ?? "" }, "damaged"],
      [{ kty: "oct", k: "AAAA" }, "neither an RSA nor an Ed25519 JWK"],
      [{ kty: "EC", crv: "P-256", d: "AAAA" }, "neither"],
      [{ kty: "OKP", crv: "X25519", d: "AAAA" }, "neither"],
      [null as unknown as JsonWebKey, "neither"],
      ["text" as unknown as JsonWebKey, "neither"],
    ];
    if (kind === "rsa") refusals.push([{ ...rest, d: d ?? "" }, 'a JWK without "p"']);
    for (const [wrong, message] of refusals) {
      const error = await assertRejects(() => KalshiAuth.fromJwk("key-1", wrong), KalshiAuthError, message);
      assertEquals(error.code, "AUTH_KEY");
    }
  }
  const small = await crypto.subtle.generateKey(
    { name: "RSA-PSS", hash: "SHA-256", modulusLength: 1024, publicExponent: Uint8Array.from([1, 0, 1]) },
    true,
    ["sign", "verify"],
  );
  const jwk = await crypto.subtle.exportKey("jwk", small.privateKey);
  await assertRejects(() => KalshiAuth.fromJwk("key-1", jwk), KalshiAuthError, "only 1024 bits");
});

test("an Ed25519 JWK needs no public part, and one that is another key's makes no wrong signature", async () => {
  const pkcs8 = pemBytes(keys.ed25519Pkcs8);
  const key = await crypto.subtle.importKey("pkcs8", pkcs8, { name: "Ed25519" }, true, ["sign"]);
  const { kty = "", crv = "", d = "", x = "" } = await crypto.subtle.exportKey("jwk", key);
  await assertSigns("ed25519", await KalshiAuth.fromJwk("key-1", { kty, crv, d }));
  const other = (x.startsWith("A") ? "B" : "A") + x.slice(1);
  let auth: KalshiAuth;
  try {
    auth = await KalshiAuth.fromJwk("key-1", { kty, crv, d, x: other });
  } catch (error) {
    assert(error instanceof KalshiAuthError);
    return;
  }
  await assertSigns("ed25519", auth);
});

test("imported keys cannot be exported, and are imported once for all signatures", async () => {
  const { subtle } = crypto;
  const importKey = subtle.importKey;
  const imported: CryptoKey[] = [];
  Object.defineProperty(subtle, "importKey", {
    configurable: true,
    async value(...args: Parameters<typeof importKey>) {
      const key = await importKey.apply(subtle, args);
      imported.push(key);
      return key;
    },
  });
  try {
    for (const pem of [keys.rsaPkcs1, keys.ed25519Pkcs8]) {
      const auth = await KalshiAuth.fromPem("key-1", pem);
      for (let count = 0; count < 3; count++) await auth.headers("GET", "/trade-api/v2/portfolio/balance");
    }
  } finally {
    Reflect.deleteProperty(subtle, "importKey");
  }
  assertEquals(imported.map(({ extractable, usages }) => [extractable, usages]), [[false, ["sign"]], [false, [
    "sign",
  ]]]);
});
