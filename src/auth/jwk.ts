/**
 * Private JWKs (RFC 7517, RFC 8037), which `jose` imports.
 *
 * @module
 */
import { importJWK } from "jose/key/import";
import type { PrivateJwk } from "../base/web_types.ts";
import { fromBase64 } from "./der.ts";
import { keyError, MAKE_A_KEY, reading } from "./key_errors.ts";
import {
  ed25519Key,
  imported,
  JOSE_NAMES,
  type PlainKey,
  readKeyDer,
  type SigningAlgorithm,
} from "./private_key.ts";

const RSA_MEMBERS = ["n", "e", "d", "p", "q", "dp", "dq", "qi"] as const;

/** These members of a JWK, and no others: what it says of its use is not looked at. */
function membersOf<Name extends keyof PrivateJwk>(
  jwk: PrivateJwk,
  names: readonly Name[],
): Record<Name, string> {
  return Object.fromEntries(names.map((name) => {
    const value: unknown = jwk[name];
    if (typeof value !== "string") throw keyError(`a JWK without "${name}"`, "Give the whole private JWK.");
    return [name, value];
  })) as Record<Name, string>;
}

/** Reads a private JWK; throws a {@linkcode KalshiAuthKeyError} for what is none that Kalshi takes. */
export async function readJwk(jwk: PrivateJwk): Promise<PlainKey> {
  const { kty, crv, x } = jwk ?? {};
  if (kty === "OKP" && crv === "Ed25519") {
    const { d } = membersOf(jwk, ["d"]);
    // WebCrypto insists on the public part; the seed alone is a key as well.
    if (x === undefined) return reading(() => ed25519Key(fromBase64Url(d)));
    return await throughJose({ kty, crv, d, x }, "Ed25519");
  }
  if (kty !== "RSA") throw keyError("neither an RSA nor an Ed25519 JWK", MAKE_A_KEY);
  return await throughJose({ kty, ...membersOf(jwk, RSA_MEMBERS) }, "RSA-PSS");
}

/** It is exported once more since it is checked as every other key is, which WebCrypto does not do. */
async function throughJose(
  jwk: Readonly<Record<string, string>>,
  algorithm: SigningAlgorithm,
): Promise<PlainKey> {
  const importing = importJWK(jwk, JOSE_NAMES[algorithm], { extractable: true });
  const key = await imported(algorithm, importing) as CryptoKey;
  const pkcs8 = new Uint8Array(await crypto.subtle.exportKey("pkcs8", key));
  return reading(() => readKeyDer(pkcs8));
}

const fromBase64Url = (text: string) => fromBase64(text.replace(/-/g, "+").replace(/_/g, "/"));
