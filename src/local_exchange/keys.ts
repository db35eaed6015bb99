/**
 * API keys: made, registered, and signatures checked as Kalshi does.
 *
 * @see https://docs.kalshi.com/getting_started/api_keys
 */
import { exportPKCS8, generateKeyPair, importSPKI } from "jose";
import { ApiError } from "./api_error.ts";
import type { Account } from "./engine/ledger.ts";

/** The kinds of keys that Kalshi registers. */
export type KeyType = "rsa" | "ed25519";

/** A registered key. */
export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly account: Account;
  readonly type: KeyType;
  readonly publicKey: CryptoKey;
  readonly scopes: readonly string[];
  /** The only subaccount it may act for, where it is restricted to one. */
  readonly subaccount: number | undefined;
}

/** Bytes of a PKCS#8 wrapping before the PKCS#1 structure of an RSA key of 2048 bits. */
const PKCS8_HEAD = 26;
const TOLERANCE_MS = 30_000;

function toPem(label: string, der: Uint8Array): string {
  let binary = "";
  for (const byte of der) binary += String.fromCharCode(byte);
  const lines = btoa(binary).match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/** What `jose` calls the two algorithms. */
const JOSE_NAMES: Readonly<Record<KeyType, string>> = { ed25519: "Ed25519", rsa: "PS256" };

/** Makes a key pair. The private key comes as Kalshi hands it out: PKCS#1 for RSA, PKCS#8 for Ed25519. */
export async function generateKey(type: KeyType): Promise<{ publicKey: CryptoKey; privateKey: string }> {
  const pair = await generateKeyPair(JOSE_NAMES[type], { extractable: true, modulusLength: 2048 });
  if (type === "ed25519") {
    return { publicKey: pair.publicKey, privateKey: await exportPKCS8(pair.privateKey) };
  }
  const pkcs8 = new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey));
  return { publicKey: pair.publicKey, privateKey: toPem("RSA PRIVATE KEY", pkcs8.subarray(PKCS8_HEAD)) };
}

/** Reads a public key in SPKI PEM. */
export async function importPublicKey(pem: string): Promise<{ type: KeyType; publicKey: CryptoKey }> {
  if (!pem.includes("-----BEGIN PUBLIC KEY-----")) {
    throw new ApiError(400, "invalid_public_key", "expected a PEM encoded public key");
  }
  // The head of an Ed25519 SPKI in base64. workerd imports an RSA key under that name too, so trying does not tell.
  const type = pem.includes("MCowBQYDK2Vw") ? "ed25519" : "rsa";
  try {
    return { type, publicKey: await importSPKI(pem.trim(), JOSE_NAMES[type]) };
  } catch {
    throw new ApiError(400, "invalid_public_key", "neither an RSA nor an Ed25519 public key");
  }
}

/** The three headers of a signed request, as far as they are there. */
export interface Credentials {
  readonly keyId: string | undefined;
  readonly timestamp: string | undefined;
  readonly signature: string | undefined;
}

const encoder = new TextEncoder();

/** Finds the key that signed `method` and `path` at about `now`, or throws the 401 that Kalshi answers. */
export async function authenticate(
  keys: ReadonlyMap<string, ApiKey>,
  { keyId, timestamp, signature }: Credentials,
  method: string,
  path: string,
  now: number,
): Promise<ApiKey> {
  if (!keyId) throw new ApiError(401, "token_authentication_failure");
  if (!signature) throw new ApiError(401, "signature_is_missing_from_headers");
  if (!timestamp) throw new ApiError(401, "timestamp_is_missing_from_headers");
  if (!/^\d{1,16}$/.test(timestamp) || Math.abs(Number(timestamp) - now) > TOLERANCE_MS) {
    throw new ApiError(401, "header_timestamp_expired");
  }
  const key = keys.get(keyId);
  if (key === undefined) throw new ApiError(401, "authentication_error", "NOT_FOUND");
  let valid = false;
  try {
    valid = await crypto.subtle.verify(
      key.type === "rsa" ? { name: "RSA-PSS", saltLength: 32 } : { name: "Ed25519" },
      key.publicKey,
      fromBase64(signature),
      encoder.encode(`${timestamp}${method}${path}`),
    );
  } catch {
    // What is not base64 is no signature.
  }
  if (!valid) throw new ApiError(401, "authentication_error", "INCORRECT_API_KEY_SIGNATURE");
  return key;
}
