/**
 * Signing as Kalshi asks for it: https://docs.kalshi.com/getting_started/api_keys
 *
 * @module
 */
import { readJwk } from "./jwk.ts";
import { readKeyFile } from "./key_file.ts";
import { detectRestRuntime } from "#runtime";
import {
  KalshiAuthError,
  KalshiAuthKeyError,
  KalshiAuthRequiredError,
  KalshiConfigError,
} from "../base/errors.ts";
import { readOwn } from "../base/plain.ts";
import type { RestRuntime } from "../runtime/types.ts";
import { type KalshiEnv, readAuthEnv } from "./env.ts";
import { keyError } from "./key_errors.ts";
import { assertPrivateKeyPem, openPem, type PemOptions } from "./open_pem.ts";
import type { PemInput } from "./pem.ts";
import type { PlainKey, SigningAlgorithm } from "./private_key.ts";
import { type SignedHeaders, signedHeaders } from "./signed_headers.ts";
import { checkKeyId, type RequestSigner, signerOf, type SignerOptions, signWith } from "./signer.ts";
import type { KeySettings } from "./variables.ts";
import type { PrivateJwk, WebCryptoKey } from "../base/web_types.ts";

/** How to read the environment. */
export interface AuthEnvOptions {
  /** The runtime to read variables and files with, and that signs; detected by default. */
  readonly runtime?: RestRuntime | undefined;
}

/** How to open a key, and where. */
export interface KeyOptions extends PemOptions, SignerOptions {}

/** How to stamp a request. */
export interface SignedHeadersOptions {
  /** Unix time in milliseconds; now by default. Kalshi refuses stamps that are more than seconds off. */
  readonly timestampMs?: number | undefined;
}

/** The path as it goes over the wire, without query and fragment. */
function checkPath(path: string): string {
  const [cut = ""] = path.split(/[?#]/, 1);
  if (/^\/(.+\/)?trade-api\//.test(cut) && new URL("https://host" + cut).pathname === cut) return cut;
  throw new KalshiConfigError(
    "The path to sign must be whole and percent-encoded, as it is sent: /trade-api/v2/portfolio/balance.",
  );
}

/**
 * Signs with one API key. The private key is read once and kept where nothing can export it. Holds no connection
 * and no timer, so that clients may share it.
 *
 * @example
 * ```ts
 * import { KalshiAuth, KalshiClient } from "@unofficial/kalshi";
 *
 * const auth = await KalshiAuth.fromKeyPath("a952bcbe-ec3b-4b5b-b8f9-11dae589608c", "~/.kalshi/key.pem");
 * await using client = new KalshiClient({ auth });
 * console.log(await client.portfolio.balance());
 * ```
 */
export class KalshiAuth implements RequestSigner {
  /** Id of the API key. */
  readonly keyId: string;
  /** What the key signs with; `custom` for a signer of your own. */
  readonly algorithm: SigningAlgorithm | "custom";
  readonly #sign: (text: string) => Promise<string>;

  private constructor(
    keyId: string,
    algorithm: SigningAlgorithm | "custom",
    sign: (text: string) => Promise<string>,
  ) {
    this.keyId = checkKeyId(keyId);
    this.algorithm = algorithm;
    this.#sign = sign;
  }

  /**
   * From a private key, as text or as the bytes of its file: RSA of 2048 bits or more in PKCS#8 or PKCS#1, Ed25519 in PKCS#8, or either
   * in encrypted PKCS#8 (PBES2 with AES-CBC, as OpenSSL writes it). Stray spaces, a byte-order mark, CRLF, and
   * `\n` in place of line breaks do not matter.
   *
   * @throws {KalshiAuthKeyError} For any other key, and for a passphrase that is missing, wrong or not
   * needed. The message says what was given and how to convert it.
   */
  static async fromPem(keyId: string, pem: PemInput, options: KeyOptions = {}): Promise<KalshiAuth> {
    const id = checkKeyId(keyId);
    const { passphrase, runtime } = readOwn(options);
    return await KalshiAuth.#fromKey(id, await openPem(pem, passphrase), runtime);
  }

  /**
   * From a key file, where the runtime has files: its path, in which a leading `~/` is the home folder, or a `file:`
   * URL. Read once.
   *
   * @throws {KalshiAuthKeyError} As {@linkcode KalshiAuth.fromPem}, and for a file that cannot be read.
   * @throws {KalshiConfigError} Where the runtime has no files, or `path` is neither a path nor a `file:` URL.
   */
  static async fromKeyPath(keyId: string, path: string | URL, options: KeyOptions = {}): Promise<KalshiAuth> {
    const id = checkKeyId(keyId);
    const { passphrase, runtime = detectRestRuntime() } = readOwn(options);
    return await KalshiAuth.fromPem(id, await readKeyFile(path, runtime), { passphrase, runtime });
  }

  /**
   * From a private JWK, RSA of 2048 bits or more or Ed25519. Its `alg`, `use` and `key_ops` do not matter.
   *
   * @throws {KalshiAuthKeyError} For any other JWK.
   */
  static async fromJwk(keyId: string, jwk: PrivateJwk, options: SignerOptions = {}): Promise<KalshiAuth> {
    const id = checkKeyId(keyId);
    return await KalshiAuth.#fromKey(id, await readJwk(jwk), readOwn(options).runtime);
  }

  /**
   * From a `CryptoKey` of your own that may `sign`: RSA-PSS with SHA-256 and 2048 bits or more, or Ed25519.
   *
   * @throws {KalshiAuthKeyError} For any other key.
   */
  static fromCryptoKey(keyId: string, key: WebCryptoKey): KalshiAuth {
    const { name, hash, modulusLength = 0 } = (key?.algorithm ?? {}) as Partial<RsaHashedKeyAlgorithm>;
    const fits = name === "Ed25519" ||
      name === "RSA-PSS" && hash?.name === "SHA-256" && modulusLength >= 2048;
    if (!fits || !key.usages.includes("sign")) {
      throw keyError(
        "not a CryptoKey that fits",
        'Import it as { name: "RSA-PSS", hash: "SHA-256" } with 2048 bits or more, or as "Ed25519", for ["sign"].',
      );
    }
    return new KalshiAuth(keyId, name, signWith(key));
  }

  /**
   * From a signer of your own. What it signs with must be the key that Kalshi knows by `keyId`.
   *
   * @throws {KalshiConfigError} when it has no `sign`.
   *
   * @example
   * ```ts
   * import { KalshiAuth } from "@unofficial/kalshi";
   *
   * declare const kms: { sign(bytes: Uint8Array): Promise<Uint8Array> };
   * const auth = KalshiAuth.fromSigner({
   *   keyId: "a952bcbe-ec3b-4b5b-b8f9-11dae589608c",
   *   sign: async (text) => btoa(String.fromCharCode(...await kms.sign(new TextEncoder().encode(text)))),
   * });
   * console.log(await auth.headers("GET", "/trade-api/v2/portfolio/balance"));
   * ```
   */
  static fromSigner(signer: RequestSigner): KalshiAuth {
    if (signer instanceof KalshiAuth) return signer;
    if (typeof signer?.sign !== "function") {
      throw new KalshiConfigError(
        "A signer is a KalshiAuth or has `keyId` and `sign(text)`." +
          (signer instanceof Promise ? " This is a promise: await it." : ""),
      );
    }
    return new KalshiAuth(signer.keyId, "custom", async (text) => {
      const signature = await signer.sign(text);
      if (/^[A-Za-z0-9+/]{40,}={0,2}$/.test(signature)) return signature;
      throw new KalshiAuthKeyError("The signer did not answer with a signature in base64.");
    });
  }

  /**
   * From the environment: KALSHI_KEY_ID, and KALSHI_PRIVATE_KEY or KALSHI_PRIVATE_KEY_PATH, with
   * KALSHI_PRIVATE_KEY_PASSPHRASE for an encrypted key. `env` is read in place of the runtime's variables where
   * it is given, as a Worker must. It gives the key alone: which exchange the other variables choose,
   * `KalshiClient.fromEnv` follows.
   *
   * @throws {KalshiAuthRequiredError} When the key id or the key is missing.
   * @throws {KalshiAuthKeyError} As
   * {@linkcode KalshiAuth.fromKeyPath}.
   * @throws {KalshiConfigError} For any variable of {@linkcode KalshiEnv} that is malformed, for one of the key's
   * that may not be read, and for two keys.
   */
  static async fromEnv(env?: KalshiEnv, options: AuthEnvOptions = {}): Promise<KalshiAuth> {
    const auth = await KalshiAuth.tryFromEnv(env, options);
    if (auth !== undefined) return auth;
    throw new KalshiAuthRequiredError(
      "Set KALSHI_KEY_ID, and KALSHI_PRIVATE_KEY or KALSHI_PRIVATE_KEY_PATH. In a Worker, pass its `env`.",
    );
  }

  /** As {@linkcode KalshiAuth.fromEnv}, but undefined when the key id or the key is missing. */
  static async tryFromEnv(env?: KalshiEnv, options: AuthEnvOptions = {}): Promise<KalshiAuth | undefined> {
    const { runtime = detectRestRuntime() } = readOwn(options);
    return await authOf(readAuthEnv(env, runtime, { exchange: false }), runtime);
  }

  static async #fromKey(keyId: string, key: PlainKey, runtime: RestRuntime | undefined): Promise<KalshiAuth> {
    return new KalshiAuth(keyId, key.algorithm, await signerOf(key, runtime));
  }

  /** Signs the UTF-8 bytes of a text, as FIX logons need it. Resolves to the signature in base64. */
  async sign(text: string): Promise<string> {
    try {
      return await this.#sign(text);
    } catch (cause) {
      if (cause instanceof KalshiAuthError) throw cause;
      throw new KalshiAuthKeyError(`Signing with key ${this.keyId} failed: see \`cause\`.`, {
        cause,
      });
    }
  }

  /**
   * The headers for one request. Sign each attempt anew: a stamp is good for seconds.
   *
   * @param method HTTP method in any case; `GET` for a WebSocket handshake.
   * @param path The whole path from the API root, as it is sent: `/trade-api/v2/portfolio/balance`. A query or
   * fragment is not signed, and is cut off here.
   * @throws {KalshiConfigError} When the path lacks the root or would be sent in another form, and when
   * `timestampMs` is no time.
   */
  async headers(method: string, path: string, options: SignedHeadersOptions = {}): Promise<SignedHeaders> {
    const { timestampMs = Date.now() } = readOwn(options);
    if (!(timestampMs >= 0 && timestampMs < Infinity)) {
      throw new KalshiConfigError("timestampMs must be a Unix time in milliseconds.");
    }
    return await signedHeaders(this, method.toUpperCase(), checkPath(path), timestampMs);
  }

  /** What may be shown: no secret. */
  toJSON(): { keyId: string; algorithm: string } {
    return { keyId: this.keyId, algorithm: this.algorithm };
  }
}

/** The key that variables name; undefined when the key id or the key is missing. */
export async function authOf(
  { keyId, privateKey, privateKeyPath, passphrase }: KeySettings,
  runtime: RestRuntime,
): Promise<KalshiAuth | undefined> {
  if (keyId === undefined) {
    if (privateKey !== undefined) assertPrivateKeyPem(privateKey, { passphrase });
    return undefined;
  }
  if (privateKey !== undefined) return await KalshiAuth.fromPem(keyId, privateKey, { passphrase, runtime });
  if (privateKeyPath !== undefined) {
    return await KalshiAuth.fromKeyPath(keyId, privateKeyPath, { passphrase, runtime });
  }
  checkKeyId(keyId);
  return undefined;
}
