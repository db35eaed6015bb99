/**
 * Private JWKs.
 *
 * @module
 */
import { fromBase64, fromHex, INTEGER, SEQUENCE, toHex, wrap } from "./der.ts";
import { keyError, MAKE_A_KEY } from "./key_errors.ts";
import { ed25519Key, type PlainKey, rsaKey } from "./private_key.ts";
import type { Bytes, PrivateJwk } from "../base/web_types.ts";

/** A big-endian number without needless zeros, as DER wants it. */
function integer(bytes: Bytes): Bytes {
  const digits = toHex(bytes).replace(/^(00)+/, "");
  return wrap(INTEGER, fromHex(digits < "8" ? digits : "00" + digits));
}

/** Reads a private JWK (RFC 7517, RFC 8037); throws as {@linkcode readKeyDer} does. */
export function readJwk(jwk: PrivateJwk): PlainKey {
  const { kty, crv } = jwk ?? {};
  function member(name: "n" | "e" | "d" | "p" | "q" | "dp" | "dq" | "qi"): Bytes {
    const value: unknown = jwk[name];
    if (typeof value !== "string") throw keyError(`a JWK without "${name}"`, "Give the whole private JWK.");
    return fromBase64(value.replace(/-/g, "+").replace(/_/g, "/"));
  }
  if (kty === "OKP" && crv === "Ed25519") return ed25519Key(member("d"));
  if (kty !== "RSA") throw keyError("neither an RSA nor an Ed25519 JWK", MAKE_A_KEY);
  const numbers = (["n", "e", "d", "p", "q", "dp", "dq", "qi"] as const).map((name) => integer(member(name)));
  return rsaKey(wrap(SEQUENCE, fromHex("020100"), ...numbers));
}
