/**
 * Who signed: signatures checked against the keys that are registered, as Kalshi does.
 *
 * @see https://docs.kalshi.com/getting_started/api_keys
 */
import { type Clock, held } from "../base/clock.ts";
import type { Bytes, WebCryptoKey } from "../base/web_types.ts";
import { ApiError } from "./api_error.ts";
import type { Account } from "./engine/model.ts";

/** The kinds of keys that Kalshi registers. */
export type KeyType = "rsa" | "ed25519";

/** On whose behalf something is asked, and what that one may do. */
export interface Caller {
  readonly id: string;
  readonly account: Account;
  readonly scopes: readonly string[];
  /** The only subaccount it may act for, where it is restricted to one. */
  readonly subaccount: number | undefined;
}

/** Who asks for an account without a key, and may do everything. */
export function callerFor(account: Account): Caller {
  return { id: "page", account, scopes: ["read", "write"], subaccount: undefined };
}

/** A registered key. */
export interface ApiKey extends Caller {
  readonly name: string;
  readonly type: KeyType;
  /** A promise where it is yet to be read. */
  readonly publicKey: WebCryptoKey | Promise<WebCryptoKey>;
  /** What signs for it in this process, at once: what that makes of a text is a signature too. */
  readonly seal?: ((text: string) => string) | undefined;
}

/** How far a signature's time may be from that of the exchange. */
const TOLERANCE_MS = 30_000;

const encoder = new TextEncoder();

function fromBase64(text: string): Bytes {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/** Whether a signature in base64 is that of a text. */
export async function verifies(
  type: KeyType,
  key: WebCryptoKey | Promise<WebCryptoKey>,
  signature: string,
  text: string,
): Promise<boolean> {
  try {
    return await crypto.subtle.verify(
      type === "rsa" ? { name: "RSA-PSS", saltLength: 32 } : { name: "Ed25519" },
      await key as CryptoKey,
      fromBase64(signature),
      encoder.encode(text),
    );
  } catch {
    return false; // What is not base64 is no signature.
  }
}

/** Whether a signature of a text is a key's. */
export async function isSigned(
  clock: Clock,
  { type, publicKey, seal }: ApiKey,
  signature: string,
  text: string,
): Promise<boolean> {
  if (seal?.(text) === signature) return true;
  return await held(clock, verifies(type, publicKey, signature, text));
}

/** What signatures are checked against. */
export interface SignatureContext {
  readonly keys: ReadonlyMap<string, ApiKey>;
  readonly clock: Clock;
  /** Unix milliseconds. */
  wallClock(): number;
}

/**
 * Finds the key that signed `method` and `path` at about now, or throws the 401 that Kalshi answers. `header` gives a
 * header by its name in lower case.
 */
export async function authenticate(
  exchange: SignatureContext,
  header: (name: string) => string | undefined,
  method: string,
  path: string,
): Promise<ApiKey> {
  const keyId = header("kalshi-access-key");
  const timestamp = header("kalshi-access-timestamp");
  const signature = header("kalshi-access-signature");
  if (!keyId) throw new ApiError("token_authentication_failure");
  if (!signature) throw new ApiError("signature_is_missing_from_headers");
  if (!timestamp) throw new ApiError("timestamp_is_missing_from_headers");
  if (!/^\d{1,16}$/.test(timestamp) || Math.abs(Number(timestamp) - exchange.wallClock()) > TOLERANCE_MS) {
    throw new ApiError("header_timestamp_expired");
  }
  const key = exchange.keys.get(keyId);
  if (key === undefined) throw new ApiError("authentication_error", "NOT_FOUND");
  const text = `${timestamp}${method}${path}`;
  if (!await isSigned(exchange.clock, key, signature, text)) {
    throw new ApiError("authentication_error", "INCORRECT_API_KEY_SIGNATURE");
  }
  return key;
}
