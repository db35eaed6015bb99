/**
 * What signs: the interface, and the leanest way from a key to it.
 *
 * @module
 */
import { detectRestRuntime } from "#runtime";
import { KalshiAuthKeyError } from "../base/errors.ts";
import { hasMethods, type Rule, rule } from "../base/options.ts";
import { readOwn } from "../base/plain.ts";
import type { RestRuntime } from "../runtime/types.ts";
import { keyError, reading } from "./key_errors.ts";
import { findKey, type PemInput } from "./pem.ts";
import { importKey, type PlainKey, readKeyDer } from "./private_key.ts";
import type { WebCryptoKey } from "../base/web_types.ts";

/** A key that signs somewhere else, such as in a KMS. */
export interface RequestSigner {
  /** Id of the API key. */
  readonly keyId: string;
  /**
   * Signs the UTF-8 bytes of a text: RSA-PSS with SHA-256, MGF1 with SHA-256 and a salt of 32 bytes, or plain
   * Ed25519. Resolves to the signature in base64 (not base64url, without line breaks).
   */
  sign(text: string): Promise<string>;
}

/** What a signer may be. */
export const signerRule = (): Rule<RequestSigner> =>
  rule("a KalshiAuth, or a signer with `keyId` and `sign`", (value) => hasMethods(value, "sign"));

/** Kalshi's ids are UUIDs. The length keeps a private key, set here by mistake, out of headers and messages. */
export function checkKeyId(keyId: string): string {
  const id = typeof keyId === "string" ? keyId.replace(/\\[rn]/g, " ").trim() : "";
  if (/^[\w.:-]{1,63}$/.test(id)) return id;
  throw new KalshiAuthKeyError(
    `The key id is ${id ? "malformed" : "blank"}. Give the id that Kalshi shows for the API key, a UUID.`,
  );
}

/** Bytes in base64: by the engine where it can, which takes a tenth of the time. */
function base64Of(bytes: Uint8Array & { toBase64?(): string }): string {
  return bytes.toBase64?.() ?? btoa(String.fromCharCode(...bytes));
}

/** Signs with an imported key: base64 of the signature of the text's UTF-8 bytes. */
export function signWith(key: WebCryptoKey): (text: string) => Promise<string> {
  const algorithm = { name: key.algorithm.name, saltLength: 32 };
  const encoder = new TextEncoder();
  return async (text) => {
    const signature = await crypto.subtle.sign(algorithm, key as CryptoKey, encoder.encode(text));
    return base64Of(new Uint8Array(signature));
  };
}

/** On which runtime a key signs. */
export interface SignerOptions {
  /** The runtime that signs; detected by default. */
  readonly runtime?: RestRuntime | undefined;
}

/** Imports a key, and gives what signs with it. */
export async function signerOf(
  key: PlainKey,
  runtime: RestRuntime = detectRestRuntime(),
): Promise<(text: string) => Promise<string>> {
  const webCrypto = signWith(await importKey(key));
  return runtime.createSigner?.(key, webCrypto) ?? webCrypto;
}

/**
 * The lean {@linkcode KalshiAuth.fromPem}, for bundles that count every byte: from a key that is not encrypted,
 * in the same formats, to a signer that {@linkcode KalshiCore} takes.
 *
 * @throws {KalshiAuthKeyError} For any other key, with what was given and how to convert it.
 *
 * @example
 * ```ts
 * import { KalshiCore, signerFromPem } from "@unofficial/kalshi";
 *
 * declare const pem: string;
 * const auth = await signerFromPem("a952bcbe-ec3b-4b5b-b8f9-11dae589608c", pem);
 * await using core = new KalshiCore({ auth });
 * console.log(await core.request("GET", "/portfolio/balance"));
 * ```
 */
export async function signerFromPem(
  keyId: string,
  pem: PemInput,
  options: SignerOptions = {},
): Promise<RequestSigner> {
  const { runtime } = readOwn(options);
  const id = checkKeyId(keyId);
  const { encrypted, der } = findKey(pem);
  if (encrypted) throw keyError("encrypted", "Use KalshiAuth.fromPem with its passphrase.");
  return { keyId: id, sign: await signerOf(reading(() => readKeyDer(der)), runtime) };
}
