/**
 * API keys: reading them in every format that Kalshi and OpenSSL write, and signing with them.
 *
 * @module
 */
export type { KalshiEnv } from "./env.ts";
export {
  type AuthEnvOptions,
  KalshiAuth,
  type KeyOptions,
  type SignedHeadersOptions,
} from "./kalshi_auth.ts";
export { assertPrivateKeyPem, type Passphrase, type PemOptions } from "./open_pem.ts";
export type { PemInput } from "./pem.ts";
export type { SigningAlgorithm } from "./private_key.ts";
export type { SignedHeaders } from "./signed_headers.ts";
export { type RequestSigner, signerFromPem, type SignerOptions } from "./signer.ts";
