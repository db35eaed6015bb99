// What the DOM library declares goes where a key is taken.
import { KalshiAuth } from "@unofficial/kalshi";

export async function keys(jwk: JsonWebKey, key: CryptoKey): Promise<unknown[]> {
  return [await KalshiAuth.fromJwk("id", jwk), KalshiAuth.fromCryptoKey("id", key)];
}
