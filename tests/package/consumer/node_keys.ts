// What @types/node declares goes where a key is taken, without the DOM library.
import { KalshiAuth } from "@unofficial/kalshi";
import type { JsonWebKey, webcrypto } from "node:crypto";

export async function keys(
  jwk: webcrypto.JsonWebKey,
  other: JsonWebKey,
  key: webcrypto.CryptoKey,
): Promise<unknown[]> {
  return [
    await KalshiAuth.fromJwk("id", jwk),
    await KalshiAuth.fromJwk("id", other),
    KalshiAuth.fromCryptoKey("id", key),
  ];
}
