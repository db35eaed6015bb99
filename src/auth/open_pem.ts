/**
 * From the text of a key file to a key that can be imported, and a check of the text alone, so that a client can
 * refuse a useless key when it is made.
 *
 * @module
 */
import { KalshiAuthKeyError } from "../base/errors.ts";
import { readOwn } from "../base/plain.ts";
import { CONVERT, keyError, reading } from "./key_errors.ts";
import { findKey, type PemInput } from "./pem.ts";
import { type PlainKey, readKeyDer } from "./private_key.ts";

/** The passphrase of an encrypted key, or a function that fetches it; it is called for encrypted keys only. */
export type Passphrase = string | (() => string | Promise<string>);

/** Throws when a passphrase is missing, or given for a key that is open to all. */
function checkPassphrase(encrypted: boolean, passphrase: Passphrase | undefined): void {
  if (encrypted) {
    if (!passphrase) throw keyError("encrypted", "Give its passphrase as well.");
  } else if (passphrase && typeof passphrase === "string") {
    throw keyError(
      "not encrypted, but a passphrase was given",
      "Leave it out, or encrypt the key. " + CONVERT,
    );
  }
}

/** Reads the one private key in the text, decrypted where it is encrypted. */
export async function openPem(pem: PemInput, passphrase: Passphrase | undefined): Promise<PlainKey> {
  const { encrypted, der } = findKey(pem);
  if (!encrypted) {
    const key = reading(() => readKeyDer(der));
    checkPassphrase(encrypted, passphrase);
    return key;
  }
  // Loaded for encrypted keys only.
  const { decryptKey, readEncryptedKey } = await import("./pbes2.ts").catch((cause) => {
    throw new KalshiAuthKeyError("The code for encrypted keys could not be loaded: see `cause`.", { cause });
  });
  const key = reading(() => readEncryptedKey(der));
  checkPassphrase(encrypted, passphrase);
  let secret = passphrase;
  try {
    if (typeof secret === "function") secret = await secret();
  } catch (cause) {
    throw new KalshiAuthKeyError("The passphrase could not be fetched: see `cause`.", { cause });
  }
  checkPassphrase(encrypted, secret);
  return await decryptKey(key, secret as string);
}

/** How to open a private key. */
export interface PemOptions {
  /** The passphrase, or a function that fetches it; the function is called for an encrypted key only. */
  readonly passphrase?: Passphrase | undefined;
}

/**
 * Tells early, without cryptography, that a text is no private key which Kalshi takes: at once and with the
 * error of {@linkcode KalshiAuth.fromPem}. With `options` it also tells that a passphrase is missing or not
 * needed. What is wrong inside an encrypted key, and a wrong passphrase, shows when it is opened.
 *
 * @throws {KalshiAuthKeyError} For a key that cannot be read.
 *
 * @example
 * ```ts
 * import { assertPrivateKeyPem } from "@unofficial/kalshi";
 *
 * try {
 *   assertPrivateKeyPem("-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----\n");
 * } catch (error) {
 *   console.log((error as Error).message); // says that this is a public key, and what to give instead
 * }
 * ```
 */
export function assertPrivateKeyPem(pem: PemInput, options?: PemOptions): void {
  const { encrypted, der } = findKey(pem);
  if (!encrypted) reading(() => readKeyDer(der));
  if (options !== undefined) checkPassphrase(encrypted, readOwn(options).passphrase);
}
