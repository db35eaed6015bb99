/**
 * API keys: made, read, and checked to be such as Kalshi registers.
 *
 * @see https://docs.kalshi.com/getting_started/api_keys
 */
import { exportPKCS8, generateKeyPair, importSPKI } from "jose";
import { readJwk } from "../auth/jwk.ts";
import { KalshiAuth } from "../auth/kalshi_auth.ts";
import { keyError, reading } from "../auth/key_errors.ts";
import { findKey, type PemInput, pemText, toPem } from "../auth/pem.ts";
import { importKey, type PlainKey, readKeyDer } from "../auth/private_key.ts";
import { KalshiAuthKeyError, KalshiConfigError } from "../base/errors.ts";
import { ApiError } from "./api_error.ts";
import { type KeyType, verifies } from "./signatures.ts";
import type { PrivateJwk, WebCryptoKey } from "../base/web_types.ts";

/** Bytes of a PKCS#8 wrapping before the PKCS#1 structure of an RSA key of 2048 bits. */
const PKCS8_HEAD = 26;

/** What `jose` calls the two algorithms. */
const JOSE_NAMES: Readonly<Record<KeyType, string>> = { ed25519: "Ed25519", rsa: "PS256" };

/** Makes a key pair. The private key comes as Kalshi hands it out: PKCS#1 for RSA, PKCS#8 for Ed25519. */
export async function generateKey(type: KeyType): Promise<{ publicKey: WebCryptoKey; privateKey: string }> {
  const pair = await generateKeyPair(JOSE_NAMES[type], { extractable: true, modulusLength: 2048 });
  if (type === "ed25519") {
    return { publicKey: pair.publicKey, privateKey: await exportPKCS8(pair.privateKey) };
  }
  const pkcs8 = new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey));
  return { publicKey: pair.publicKey, privateKey: toPem("RSA PRIVATE KEY", pkcs8.subarray(PKCS8_HEAD)) };
}

/** A public key as SPKI in base64. */
export async function spkiOf(key: WebCryptoKey): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.exportKey("spki", key as CryptoKey));
  return btoa(String.fromCharCode(...bytes));
}

/** Reads what {@linkcode spkiOf} wrote. */
export function publicKeyOf(type: KeyType, spki: string): Promise<WebCryptoKey> {
  const bytes = Uint8Array.from(atob(spki), (character) => character.charCodeAt(0));
  const algorithm = type === "rsa" ? { name: "RSA-PSS", hash: "SHA-256" } : { name: "Ed25519" };
  const key = crypto.subtle.importKey("spki", bytes, algorithm, true, ["verify"]);
  // Who signs with a key that cannot be read gets a 401; nobody else waits for it.
  key.catch(() => {});
  return key;
}

/** Reads a public key in SPKI PEM. */
export async function importPublicKey(pem: string): Promise<{ type: KeyType; publicKey: WebCryptoKey }> {
  if (!pem.includes("-----BEGIN PUBLIC KEY-----")) {
    throw new ApiError("invalid_public_key", "expected a PEM encoded public key");
  }
  // The head of an Ed25519 SPKI in base64. workerd imports an RSA key under that name too, so trying does not tell.
  const type = pem.includes("MCowBQYDK2Vw") ? "ed25519" : "rsa";
  try {
    return { type, publicKey: await importSPKI(pem.trim(), JOSE_NAMES[type]) };
  } catch {
    throw new ApiError("invalid_public_key", "neither an RSA nor an Ed25519 public key");
  }
}

/** A public key of one's own: SPKI PEM, as text or bytes, or what WebCrypto holds. */
export type PublicKey = PemInput | WebCryptoKey;

/** A private key of one's own: PEM, as text or bytes, a JWK, or what WebCrypto holds. */
export type PrivateKey =
  | PemInput
  | PrivateJwk
  | WebCryptoKey
  | {
    /** Signs. */
    readonly privateKey: WebCryptoKey;
    /** Verifies. */
    readonly publicKey: WebCryptoKey;
  };

type Key = Exclude<PublicKey, PemInput>;

/** The keys that an account is to be made with. */
export interface OwnKeys {
  readonly keyId: string;
  readonly keyType: KeyType | undefined;
  readonly privateKey: PrivateKey | undefined;
  readonly publicKey: PublicKey | undefined;
}

/** Both halves of a key: one verifies here, the other signs for the account. */
export interface KeyPair {
  readonly type: KeyType;
  readonly publicKey: WebCryptoKey;
  /** PEM; empty where it cannot be told. */
  readonly privateKey: string;
  readonly auth: KalshiAuth;
}

const isPem = (value: unknown): value is PemInput =>
  typeof value === "string" || ArrayBuffer.isView(value) ||
  Object.prototype.toString.call(value) === "[object ArrayBuffer]";

const isKey = (value: unknown): value is Key =>
  typeof value === "object" && value !== null && "algorithm" in value && "type" in value;

/** Reads the keys that were given, or makes them. */
export async function ownKeys({ keyId, keyType, privateKey, publicKey }: OwnKeys): Promise<KeyPair> {
  if (privateKey === undefined && publicKey === undefined) {
    const made = await generateKey(keyType ?? "ed25519");
    return { ...made, type: keyType ?? "ed25519", auth: await KalshiAuth.fromPem(keyId, made.privateKey) };
  }
  const pair = privateKey === undefined
    ? await verifyOnly(keyId, publicKey as PublicKey)
    : await signing(keyId, privateKey, publicKey);
  if (keyType !== undefined && keyType !== pair.type) {
    throw new KalshiConfigError(`createAccount: \`keyType\` is ${keyType}, but the key is ${pair.type}.`);
  }
  return pair;
}

/** The half that verifies is enough for an exchange; who has the other one signs on his own. */
async function verifyOnly(keyId: string, given: PublicKey): Promise<KeyPair> {
  const auth = KalshiAuth.fromSigner({
    keyId,
    sign: () =>
      Promise.reject(
        new KalshiAuthKeyError(
          `The account of key ${keyId} was made from its public key alone. Make a KalshiAuth from what signs.`,
        ),
      ),
  });
  return { ...await readPublicKey(given), privateKey: "", auth };
}

async function signing(
  keyId: string,
  given: PrivateKey,
  besides: PublicKey | undefined,
): Promise<KeyPair> {
  const key = typeof given === "object" && given !== null && "privateKey" in given ? given.privateKey : given;
  const other = besides ?? (key === given ? undefined : (given as { readonly publicKey: Key }).publicKey);
  if (!isKey(key)) {
    const plain = await readPrivateKey(key as PemInput | PrivateJwk);
    const pem = toPem("PRIVATE KEY", plain.pkcs8);
    const auth = await KalshiAuth.fromPem(keyId, pem);
    const pair = { ...await publicOf(await importKey(plain, { extractable: true })), auth };
    if (other !== undefined) await assertBelong({ ...pair, ...await readPublicKey(other) });
    return { ...pair, privateKey: isPem(key) ? pemText(key) : pem };
  }
  const auth = KalshiAuth.fromCryptoKey(keyId, key);
  if (!key.extractable) {
    if (other === undefined) {
      throw keyError(
        "a CryptoKey that cannot be exported",
        "Give its `publicKey` as well, or the CryptoKeyPair, so that the exchange can verify what it signs.",
      );
    }
    const pair = { ...await readPublicKey(other), privateKey: "", auth };
    await assertBelong(pair);
    return pair;
  }
  const pair = { ...await publicOf(key), auth };
  if (other !== undefined) await assertBelong({ ...pair, ...await readPublicKey(other) });
  const pkcs8 = new Uint8Array(await crypto.subtle.exportKey("pkcs8", key as CryptoKey));
  return { ...pair, privateKey: toPem("PRIVATE KEY", pkcs8) };
}

async function readPrivateKey(key: PemInput | PrivateJwk): Promise<PlainKey> {
  if (!isPem(key)) return await readJwk(key);
  const { encrypted, der } = findKey(key);
  if (!encrypted) return reading(() => readKeyDer(der));
  throw keyError(
    "encrypted",
    "A local exchange has no passphrase: decrypt it with `openssl pkey -in key.pem -out open.pem`.",
  );
}

/** The public half of a private key that can be exported. */
async function publicOf(key: Key): Promise<{ type: KeyType; publicKey: WebCryptoKey }> {
  const { kty, crv, x, n, e } = await crypto.subtle.exportKey("jwk", key as CryptoKey) as JsonWebKey;
  const isRsa = kty === "RSA";
  const publicKey = await crypto.subtle.importKey(
    "jwk",
    isRsa ? { kty, n, e } as JsonWebKey : { kty, crv, x } as JsonWebKey,
    { name: isRsa ? "RSA-PSS" : "Ed25519", hash: "SHA-256" },
    true,
    ["verify"],
  );
  return { type: isRsa ? "rsa" : "ed25519", publicKey };
}

async function readPublicKey(given: PublicKey): Promise<{ type: KeyType; publicKey: WebCryptoKey }> {
  let key: Key | undefined;
  if (!isPem(given)) key = isKey(given) ? given : undefined;
  else {
    const text = pemText(given).replace(/\\+[rn]/g, "\n");
    key = (await importPublicKey(text).catch(() => undefined))?.publicKey;
  }
  if (key?.usages.includes("verify")) {
    const { name, hash, modulusLength = 0 } = key.algorithm as Partial<RsaHashedKeyAlgorithm>;
    const publicKey = key as CryptoKey;
    if (name === "Ed25519") return { type: "ed25519", publicKey };
    if (name === "RSA-PSS" && hash?.name === "SHA-256" && modulusLength >= 2048) {
      return { type: "rsa", publicKey };
    }
  }
  throw new KalshiAuthKeyError(
    "`publicKey` takes the text that begins with -----BEGIN PUBLIC KEY-----, of RSA with 2048 bits or more or of " +
      "Ed25519, or a CryptoKey of RSA-PSS with SHA-256 or of Ed25519 that may verify.",
  );
}

async function assertBelong({ auth, type, publicKey }: Omit<KeyPair, "privateKey">): Promise<void> {
  const text = "do they belong together?";
  if (await verifies(type, publicKey, await auth.sign(text), text)) return;
  throw new KalshiConfigError("createAccount: `privateKey` and `publicKey` do not belong together.");
}
