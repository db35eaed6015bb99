import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { constants, generateKeyPairSync, type KeyObject, verify } from "node:crypto";
import { setImmediate } from "node:timers";
import { KalshiAuth } from "../../src/auth/mod.ts";
import { nodeSigner } from "../../src/runtime/node_signer.ts";
import type { SigningKey } from "../../src/runtime/types.ts";
import { test } from "../support/test.ts";

const on = ["node"] as const;
const TEXT = "1790000000000GET/trade-api/v2/portfolio/balance";

function makeKey(algorithm: SigningKey["algorithm"], modulusLength = 2048) {
  const { privateKey, publicKey } = algorithm === "Ed25519"
    ? generateKeyPairSync("ed25519")
    : generateKeyPairSync("rsa", { modulusLength });
  return { privateKey, publicKey, key: { algorithm, pkcs8: new Uint8Array(toDer(privateKey)) } };
}

function toDer(privateKey: KeyObject): ArrayBuffer {
  const der = privateKey.export({ type: "pkcs8", format: "der" });
  return der.buffer.slice(der.byteOffset, der.byteOffset + der.byteLength) as ArrayBuffer;
}

function isValid(algorithm: SigningKey["algorithm"], publicKey: KeyObject, signature: string): boolean {
  const [data, bytes] = [new TextEncoder().encode(TEXT), Buffer.from(signature, "base64")];
  return algorithm === "Ed25519" ? verify(null, data, publicKey, bytes) : verify(
    "sha256",
    data,
    { key: publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 },
    bytes,
  );
}

/** After all that has been put off to the next turn before. */
const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

for (const algorithm of ["RSA-PSS", "Ed25519"] as const) {
  test(`${algorithm}: of many calls one is signed at once, the others by WebCrypto`, { on }, async () => {
    const { key, publicKey } = makeKey(algorithm);
    const gates: (() => void)[] = [];
    const sign = nodeSigner(key, () => new Promise((resolve) => gates.push(() => resolve("elsewhere"))));
    const first = sign(TEXT);
    const others = [sign(TEXT), sign(TEXT)];
    assertEquals(gates.length, 2);
    assert(isValid(algorithm, publicKey, await first));

    await nextTurn();
    const later = sign(TEXT);
    assertEquals(gates.length, 3, "while others wait, all go the same way");
    for (const open of gates) open();
    assertEquals(await Promise.all([...others, later]), ["elsewhere", "elsewhere", "elsewhere"]);

    await nextTurn();
    assert(isValid(algorithm, publicKey, await sign(TEXT)));
    assertEquals(gates.length, 3);
  });

  test(`${algorithm}: every signature of a burst is valid`, { on }, async () => {
    const { privateKey, publicKey } = makeKey(algorithm);
    const auth = await KalshiAuth.fromPem("key", String(privateKey.export({ type: "pkcs8", format: "pem" })));
    const signatures = await Promise.all(Array.from({ length: 16 }, () => auth.sign(TEXT)));
    assert(signatures.every((signature) => isValid(algorithm, publicKey, signature)));
  });
}

test("a signature that fails elsewhere holds up none after it", { on }, async () => {
  const { key, publicKey } = makeKey("Ed25519");
  const sign = nodeSigner(key, () => Promise.reject(new Error("broken")));
  const [first, second] = await Promise.allSettled([sign(TEXT), sign(TEXT)]);
  assertEquals([first?.status, second?.status], ["fulfilled", "rejected"]);
  await nextTurn();
  assert(isValid("Ed25519", publicKey, await sign(TEXT)));
});

test("a key that signs for long never holds up the event loop", { on }, () => {
  const { key } = makeKey("RSA-PSS", 3072);
  const elsewhere = () => Promise.resolve("elsewhere");
  assertStrictEquals(nodeSigner(key, elsewhere), elsewhere);
});
