/**
 * What is said of a key that cannot be used: what it is, and what to do. No message quotes the key's text, and
 * none has the error below as its `cause`, which on some runtime might.
 *
 * @module
 */
import { KalshiAuthError, KalshiAuthKeyError } from "../base/errors.ts";

/** How to get a key that Kalshi takes. */
export const MAKE_A_KEY = "Kalshi takes RSA keys of 2048 bits or more, and Ed25519 keys. Make one with " +
  "`openssl genpkey -algorithm ed25519 -out kalshi.pem` and register what `openssl pkey -in kalshi.pem -pubout` prints.";

/** How to get from any key that OpenSSL reads to one that is read here, on every runtime. */
export const CONVERT =
  "Convert it with `openssl pkcs8 -topk8 -v2 aes-256-cbc -iter 100000 -in key.pem -out kalshi.pem`.";

/** The error for an unusable key. */
export function keyError(what: string, fix: string): KalshiAuthKeyError {
  return new KalshiAuthKeyError(`The private key is ${what}. ${fix}`);
}

/** The error for a key that is cut or changed. */
export function damagedKey(): KalshiAuthKeyError {
  return keyError(
    "damaged",
    "Compare it with the file that Kalshi gave; `openssl pkey -in key.pem -noout -check` tests a file.",
  );
}

/** Reads a key; what is not understood is damage. */
export function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof KalshiAuthError ? error : damagedKey();
  }
}
