/**
 * Private keys: telling the type, refusing what Kalshi does not take and what is damaged, importing.
 *
 * @module
 */
import { importPKCS8 } from "jose/key/import";
import { KalshiAuthKeyError } from "../base/errors.ts";
import { fromHex, INTEGER, OCTETS, OID, SEQUENCE, take, toHex, wrap } from "./der.ts";
import { damagedKey, keyError, MAKE_A_KEY } from "./key_errors.ts";
import { toPem } from "./pem.ts";
import type { Bytes, WebCryptoKey } from "../base/web_types.ts";

/** What Kalshi's keys sign with. */
export type SigningAlgorithm = "RSA-PSS" | "Ed25519";

/** What `jose` calls the algorithms. */
export const JOSE_NAMES: Readonly<Record<SigningAlgorithm, string>> = {
  "RSA-PSS": "PS256",
  Ed25519: "Ed25519",
};

/** A key that is ready to be imported. */
export interface PlainKey {
  /** What it signs with. */
  readonly algorithm: SigningAlgorithm;
  /** Its PKCS#8 DER. */
  readonly pkcs8: Bytes;
}

/** Key types that OpenSSL makes and Kalshi does not take, by their OID. */
const strangers: Readonly<Record<string, string>> = {
  "2a864886f70d01010a": "an RSA key restricted to PSS",
  "2a8648ce3d0201": "an EC key",
  "2a8648ce380401": "a DSA key",
  "2b656e": "an X25519 key",
  "2b6571": "an Ed448 key",
};

/** Built anew for each key: not every runtime takes bare PKCS#1, nor what RFC 5958 lets follow a key. */
function plainKey(algorithm: SigningAlgorithm, identifier: string, key: Bytes): PlainKey {
  return { algorithm, pkcs8: wrap(SEQUENCE, fromHex("020100" + identifier), wrap(OCTETS, key)) };
}

/** An Ed25519 key of its seed. */
export function ed25519Key(seed: Bytes): PlainKey {
  if (seed.length !== 32) throw damagedKey();
  return plainKey("Ed25519", "300506032b6570", wrap(OCTETS, seed));
}

/**
 * Checks that the numbers of a PKCS#1 key belong together: a fraction of a millisecond, which the runtimes do
 * not spend. With a damaged key Node makes wrong signatures, that is, 401s without a cause.
 */
export function rsaKey(pkcs1: Bytes): PlainKey {
  const [content] = take(pkcs1, SEQUENCE);
  let [, rest] = take(content, INTEGER);
  function next(): bigint {
    const [digits, after] = take(rest, INTEGER);
    rest = after;
    return BigInt("0x" + toHex(digits));
  }
  const [n, e, d, p, q] = [next(), next(), next(), next(), next()];
  const [dp, dq, qi] = [next(), next(), next()];
  const bits = n.toString(2).length;
  if (bits < 2048) throw keyError(`an RSA key of only ${bits} bits`, MAKE_A_KEY);
  const [p1, q1] = [p - 1n, q - 1n];
  const sound = p * q === n && e * d % p1 === 1n && e * d % q1 === 1n && d % p1 === dp && d % q1 === dq &&
    q * qi % p === 1n;
  if (!sound) throw damagedKey();
  return plainKey("RSA-PSS", "300d06092a864886f70d0101010500", wrap(SEQUENCE, content));
}

/** Reads a PKCS#8 or PKCS#1 key. Where it is neither, it throws what {@linkcode reading} makes an error of. */
export function readKeyDer(der: Bytes): PlainKey {
  const [, body] = take(take(der, SEQUENCE)[0], INTEGER);
  if (body[0] === INTEGER) return rsaKey(der);
  const [identifier, rest] = take(body, SEQUENCE);
  const [key] = take(rest, OCTETS);
  const oid = toHex(take(identifier, OID)[0]);
  if (oid === "2a864886f70d010101") return rsaKey(key);
  if (oid === "2b6570") return ed25519Key(take(key, OCTETS)[0]);
  throw keyError(strangers[oid] ?? "of an unknown type", MAKE_A_KEY);
}

/** What `jose` imports; what WebCrypto refuses is damage, but for what it does not know. */
export async function imported<T>(algorithm: SigningAlgorithm, importing: Promise<T>): Promise<T> {
  try {
    return await importing;
  } catch (error) {
    if ((error as Error).name !== "NotSupportedError") throw damagedKey();
    throw new KalshiAuthKeyError(`This runtime's WebCrypto cannot sign with ${algorithm}: update it.`);
  }
}

/** Imports a key; not extractable unless told. */
export function importKey(
  { algorithm, pkcs8 }: PlainKey,
  options: { readonly extractable?: boolean } = {},
): Promise<WebCryptoKey> {
  return imported(algorithm, importPKCS8(toPem("PRIVATE KEY", pkcs8), JOSE_NAMES[algorithm], options));
}
