/**
 * From the text of a key file to the one private key in it. Synchronous and without cryptography, so that a
 * client can refuse a useless key when it is made.
 *
 * @module
 */
import { KalshiAuthError } from "../errors.ts";
import { fromBase64 } from "./der.ts";
import { CONVERT, keyError, MAKE_A_KEY } from "./key_errors.ts";
import { decryptKey, type EncryptedKey, readEncryptedKey } from "./pbes2.ts";
import { type PlainKey, reading, readKeyDer } from "./private_key.ts";

/** The passphrase of an encrypted key, or a function that fetches it; it is called for encrypted keys only. */
export type Passphrase = string | (() => string | Promise<string>);

/** Finds the one private key in the text. Throws a {@linkcode KalshiAuthError} that says what else was given. */
export function readPem(pem: string): PlainKey | EncryptedKey {
  if (typeof pem !== "string") throw keyError("no text", "Read its file as UTF-8 text and give that.");
  // Environment files hold a line break as a backslash and an n, some of them with two backslashes.
  const text = pem.replace(/\\+[rn]/g, "\n");
  const blocks = [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----([^]*?)-----END \1-----/g)];
  const keys = blocks.filter((block) => block[1]?.endsWith("PRIVATE KEY"));
  if (keys.length > 1) throw keyError("not the only one in this text", "Give the text of one key.");
  const [, label, body = ""] = keys[0] ?? blocks[0] ?? [];
  if (label === undefined) {
    throw text.includes("-----BEGIN ")
      ? keyError("cut: it has no END line", "Give the whole text of its file.")
      : keyError(
        "not in PEM format",
        "Give the text of its file, from `-----BEGIN` to the last `-----`. " +
          "Convert a binary file with `openssl pkey -inform DER -in key.der -out kalshi.pem`.",
      );
  }
  if (/PUBLIC|CERT/.test(label)) {
    throw keyError(
      `missing: this is a ${label.includes("CERT") ? "certificate" : "public key"}`,
      "Give the private key that was saved when the API key was made; it cannot be made from this.",
    );
  }
  if (/^(EC|DSA) /.test(label)) throw keyError(label.startsWith("E") ? "an EC key" : "a DSA key", MAKE_A_KEY);
  if (label.startsWith("OPENSSH")) {
    throw keyError(
      "in OpenSSH's own format",
      "Convert a copy of an RSA key with `ssh-keygen -p -m PKCS8 -f copy-of-key`. " +
        "Other types need a new key. " + MAKE_A_KEY,
    );
  }
  if (!/^((RSA|ENCRYPTED) )?PRIVATE KEY$/.test(label)) throw keyError("of an unknown kind", MAKE_A_KEY);
  if (body.includes("Proc-Type")) throw keyError("encrypted in OpenSSL's old way", CONVERT);
  return reading(() => {
    const der = fromBase64(body);
    return label.startsWith("ENC") ? readEncryptedKey(der) : readKeyDer(der);
  });
}

/** Throws when a passphrase is missing, or given for a key that is open to all. */
export function checkPassphrase(key: PlainKey | EncryptedKey, passphrase: Passphrase | undefined): void {
  if ("data" in key) {
    if (!passphrase) throw keyError("encrypted", "Give its passphrase as well.");
  } else if (passphrase && typeof passphrase === "string") {
    throw keyError(
      "not encrypted, but a passphrase was given",
      "Leave it out, or encrypt the key. " + CONVERT,
    );
  }
}

/** Reads the one private key in the text, decrypted where it is encrypted. */
export async function openPem(pem: string, passphrase: Passphrase | undefined): Promise<PlainKey> {
  const key = readPem(pem);
  checkPassphrase(key, passphrase);
  if (!("data" in key)) return key;
  let secret = passphrase;
  try {
    if (typeof secret === "function") secret = await secret();
  } catch (cause) {
    throw new KalshiAuthError("AUTH_KEY", "The passphrase could not be fetched: see `cause`.", { cause });
  }
  checkPassphrase(key, secret);
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
 * needed. That a passphrase is wrong shows later.
 *
 * @throws {KalshiAuthError} `AUTH_KEY`.
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
export function assertPrivateKeyPem(pem: string, options?: PemOptions): void {
  const key = readPem(pem);
  if (options !== undefined) checkPassphrase(key, options.passphrase);
}
