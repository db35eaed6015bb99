/**
 * The key of a client, from its options.
 *
 * @module
 */
import { KalshiAuth } from "./auth/kalshi_auth.ts";
import { keyPath, lookAtKeyFile } from "./auth/key_file.ts";
import { assertPrivateKeyPem } from "./auth/open_pem.ts";
import { pemText } from "./auth/pem.ts";
import { checkKeyId } from "./auth/signer.ts";
import { KalshiConfigError } from "./base/errors.ts";
import type { ProductClientOptions } from "./client_options.ts";
import type { RestRuntime } from "./runtime/types.ts";

/** A key, or what gives it. */
export type ClientKey = KalshiAuth | (() => Promise<KalshiAuth>);

/** The key of a client, imported at its first use where it came as text or as a file. */
export function chooseAuth(
  options: ProductClientOptions<unknown>,
  runtime: RestRuntime,
): ClientKey | undefined {
  const { auth, keyId, privateKey, privateKeyPath, passphrase } = options;
  const given = Object.entries({ keyId, privateKey, privateKeyPath, passphrase })
    .filter(([, value]) => value !== undefined)
    .map(([name]) => `\`${name}\``)
    .join(", ");
  if (auth !== undefined) {
    if (given) throw new KalshiConfigError(`Give either \`auth\` or ${given}, not both.`);
    return KalshiAuth.fromSigner(auth);
  }
  if (!given) return undefined;
  if (keyId === undefined || (privateKey === undefined) === (privateKeyPath === undefined)) {
    throw new KalshiConfigError(
      `A key is \`keyId\` and either \`privateKey\` or \`privateKeyPath\`, not both; got ${given}.`,
    );
  }
  checkKeyId(keyId);
  const path = privateKeyPath === undefined ? "" : keyPath(privateKeyPath, runtime);
  // Bytes are read now: their owner may wipe them.
  const pem = privateKey === undefined ? lookAtKeyFile(path, runtime) : pemText(privateKey);
  if (pem !== undefined) assertPrivateKeyPem(pem, { passphrase });
  const load = () =>
    pem === undefined
      ? KalshiAuth.fromKeyPath(keyId, path, { passphrase, runtime })
      : KalshiAuth.fromPem(keyId, pem, { passphrase, runtime });
  let loaded: Promise<KalshiAuth> | undefined;
  // A passphrase that could not be fetched, or a file that could not be read yet, may be there next time.
  return () =>
    loaded ??= load().catch((error) => {
      loaded = undefined;
      throw error;
    });
}

/** The id of a client's key, also of one that is not loaded yet. */
export function keyIdOf(
  auth: ClientKey | undefined,
  { keyId }: ProductClientOptions<unknown>,
): string | undefined {
  if (auth === undefined) return undefined;
  return typeof auth === "function" ? keyId && checkKeyId(keyId) : auth.keyId;
}
