/** The three headers of a signed request: https://docs.kalshi.com/getting_started/api_keys */

import type { RequestSigner } from "./signer.ts";

/** The headers that authenticate a request. */
export type SignedHeaders = {
  /** Id of the API key. */
  "KALSHI-ACCESS-KEY": string;
  /** Unix time in milliseconds. */
  "KALSHI-ACCESS-TIMESTAMP": string;
  /** Signature in base64. */
  "KALSHI-ACCESS-SIGNATURE": string;
};

/** Signs a request; `path` is the whole path as it goes over the wire, without query. */
export async function signedHeaders(
  signer: RequestSigner,
  method: string,
  path: string,
  timestampMs: number,
): Promise<SignedHeaders> {
  const timestamp = `${Math.floor(timestampMs)}`;
  return {
    "KALSHI-ACCESS-KEY": signer.keyId,
    "KALSHI-ACCESS-TIMESTAMP": timestamp,
    "KALSHI-ACCESS-SIGNATURE": await signer.sign(timestamp + method + path),
  };
}
