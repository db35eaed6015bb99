/** The three headers of a signed request: https://docs.kalshi.com/getting_started/api_keys */

import type { RequestSigner, SignedHeaders } from "./kalshi_auth.ts";

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
