/**
 * Encrypted PKCS#8 keys: PBES2 with PBKDF2 and AES-CBC, which is what OpenSSL writes and what WebCrypto can
 * undo (RFC 8018).
 *
 * @module
 */
import { KalshiAuthError } from "../base/errors.ts";
import { INTEGER, OCTETS, OID, SEQUENCE, take, toHex } from "./der.ts";
import { CONVERT, keyError } from "./key_errors.ts";
import { type PlainKey, readKeyDer } from "./private_key.ts";
import type { Bytes } from "../base/web_types.ts";

/** An encrypted key and how to decrypt it. */
export interface EncryptedKey {
  /** Parameters of PBKDF2. */
  readonly kdf: {
    readonly name: "PBKDF2";
    readonly salt: Bytes;
    readonly iterations: number;
    readonly hash: string;
  };
  /** Length of the AES key in bits. */
  readonly aesBits: number;
  /** Initial vector of AES-CBC. */
  readonly iv: Bytes;
  /** The encrypted key. */
  readonly data: Bytes;
}

const PBES2 = "2a864886f70d01050d";
const PBKDF2 = "2a864886f70d01050c";

const hashes: Readonly<Record<string, string>> = {
  "2a864886f70d0207": "SHA-1",
  "2a864886f70d0209": "SHA-256",
  "2a864886f70d020a": "SHA-384",
  "2a864886f70d020b": "SHA-512",
};

const aesLengths: Readonly<Record<string, number>> = {
  "608648016503040102": 128,
  "608648016503040116": 192,
  "60864801650304012a": 256,
};

function unsupported(what: string): Error {
  return keyError(`encrypted with ${what}, which WebCrypto cannot undo`, CONVERT);
}

/** Splits off an AlgorithmIdentifier: its OID, its parameters, and what follows. */
function takeAlgorithm(der: Bytes): [oid: string, parameters: Bytes, rest: Bytes] {
  const [content, rest] = take(der, SEQUENCE);
  const [oid, parameters] = take(content, OID);
  return [toHex(oid), parameters, rest];
}

/** Reads an encrypted PKCS#8 key; throws as {@linkcode readKeyDer} does. */
export function readEncryptedKey(der: Bytes): EncryptedKey {
  const [scheme, schemeParameters, sealed] = takeAlgorithm(take(der, SEQUENCE)[0]);
  if (scheme !== PBES2) throw unsupported("an old cipher");
  const [kdf, kdfParameters, afterKdf] = takeAlgorithm(take(schemeParameters, SEQUENCE)[0]);
  if (kdf !== PBKDF2) throw unsupported("a key derivation other than PBKDF2, such as scrypt");
  const [salt, afterSalt] = take(take(kdfParameters, SEQUENCE)[0], OCTETS);
  const [count, afterCount] = take(afterSalt, INTEGER);
  const afterLength = afterCount[0] === INTEGER ? take(afterCount, INTEGER)[1] : afterCount;
  const hash = afterLength.length === 0 ? "SHA-1" : hashes[takeAlgorithm(afterLength)[0]];
  if (hash === undefined) throw unsupported("an unusual hash");
  const [cipher, iv] = takeAlgorithm(afterKdf);
  const aesBits = aesLengths[cipher];
  if (aesBits === undefined) throw unsupported("a cipher other than AES-CBC");
  const iterations = parseInt(toHex(count), 16);
  if (iterations > 10_000_000) throw unsupported(`${iterations} rounds of PBKDF2`);
  return {
    kdf: { name: "PBKDF2", salt, iterations, hash },
    aesBits,
    iv: take(iv, OCTETS)[0],
    data: take(sealed, OCTETS)[0],
  };
}

/** Decrypts a key and reads it. */
export async function decryptKey(
  { kdf, aesBits, iv, data }: EncryptedKey,
  passphrase: string,
): Promise<PlainKey> {
  const { subtle } = crypto;
  const bytes = new TextEncoder().encode(passphrase);
  const secret = await subtle.importKey("raw", bytes, "PBKDF2", false, ["deriveKey"]);
  let key: CryptoKey;
  try {
    key = await subtle.deriveKey(kdf, secret, { name: "AES-CBC", length: aesBits }, false, ["decrypt"]);
  } catch {
    // Cloudflare's production stops at 100,000 rounds; some browsers have no AES-192.
    throw keyError(
      `encrypted with ${kdf.iterations} rounds of PBKDF2 and AES-${aesBits}, which this runtime refuses`,
      CONVERT,
    );
  }
  try {
    return readKeyDer(new Uint8Array(await subtle.decrypt({ name: "AES-CBC", iv }, key, data)));
  } catch (error) {
    if (error instanceof KalshiAuthError) throw error;
    throw keyError(
      "encrypted, and this passphrase does not open it",
      "Give the passphrase it was encrypted with.",
    );
  }
}
