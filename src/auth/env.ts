/**
 * The environment variables of a client.
 *
 * @module
 */
import { KalshiConfigError } from "../errors.ts";
import type { RestRuntime } from "../runtime/types.ts";

/**
 * The environment variables that this library reads; a Worker's `env` fits. Unset and empty are the same.
 */
export interface KalshiEnv {
  /** Id of the API key. */
  readonly KALSHI_KEY_ID?: string | undefined;
  /** The private key itself, as PEM; line breaks may stand as `\n`. */
  readonly KALSHI_PRIVATE_KEY?: string | undefined;
  /** Path of a file with the private key; `~/` is the home folder. Not together with `KALSHI_PRIVATE_KEY`. */
  readonly KALSHI_PRIVATE_KEY_PATH?: string | undefined;
  /** Passphrase of an encrypted private key. */
  readonly KALSHI_PRIVATE_KEY_PASSPHRASE?: string | undefined;
  /** `true` for Kalshi's demo environment, `false` (the default) for production; in any case. */
  readonly KALSHI_DEMO?: string | undefined;
  /** Base URL of the REST API; wins over `KALSHI_DEMO`. */
  readonly KALSHI_API_BASE_URL?: string | undefined;
  /** `1` allows hosts that are not Kalshi's. */
  readonly KALSHI_ALLOW_UNKNOWN_HOST?: string | undefined;
}

/** What the environment says, trimmed and checked; undefined is what it does not say. */
export interface EnvSettings {
  /** `KALSHI_KEY_ID`. */
  readonly keyId: string | undefined;
  /** `KALSHI_PRIVATE_KEY`. */
  readonly privateKey: string | undefined;
  /** `KALSHI_PRIVATE_KEY_PATH`. */
  readonly privateKeyPath: string | undefined;
  /** `KALSHI_PRIVATE_KEY_PASSPHRASE`, untrimmed. */
  readonly passphrase: string | undefined;
  /** `KALSHI_DEMO`. */
  readonly demo: boolean;
  /** `KALSHI_API_BASE_URL`. */
  readonly baseUrl: string | undefined;
  /** `KALSHI_ALLOW_UNKNOWN_HOST`. */
  readonly allowUnknownHost: boolean;
}

/**
 * Reads `env` where it is given, and nothing else; without it, the runtime's variables. Throws a
 * {@linkcode KalshiConfigError} for a variable that is present and malformed, and for a key given twice; a caller
 * with a key of its own does not look at the key's.
 */
export function readAuthEnv(
  env: KalshiEnv | undefined,
  runtime: RestRuntime,
  withKey = true,
): EnvSettings {
  if (env === null) throw new KalshiConfigError("The environment is an object of variables; got null.");
  function raw(name: keyof KalshiEnv): string | undefined {
    if (!withKey && name.includes("KEY")) return undefined;
    const value: unknown = (env === undefined ? runtime.readEnv(name) : env[name]) ?? "";
    if (value === "") return undefined;
    if (typeof value !== "string") throw new KalshiConfigError(`${name} must be text.`);
    return value;
  }
  function trimmed(name: keyof KalshiEnv): string | undefined {
    const value = raw(name)?.trim();
    if (value === "") throw new KalshiConfigError(`${name} is blank: set it or remove it.`);
    return value;
  }
  /** Anything but the two words is refused: a slip here must not trade on the wrong exchange. */
  function flag(name: keyof KalshiEnv, yes: string, no: string): boolean {
    const value = trimmed(name)?.toLowerCase() ?? no;
    if (value !== yes && value !== no) throw new KalshiConfigError(`${name} must be ${yes} or ${no}.`);
    return value === yes;
  }

  const settings: EnvSettings = {
    keyId: trimmed("KALSHI_KEY_ID"),
    privateKey: trimmed("KALSHI_PRIVATE_KEY"),
    privateKeyPath: trimmed("KALSHI_PRIVATE_KEY_PATH"),
    passphrase: raw("KALSHI_PRIVATE_KEY_PASSPHRASE"),
    demo: flag("KALSHI_DEMO", "true", "false"),
    baseUrl: trimmed("KALSHI_API_BASE_URL"),
    allowUnknownHost: flag("KALSHI_ALLOW_UNKNOWN_HOST", "1", "0"),
  };
  if (settings.privateKey !== undefined && settings.privateKeyPath !== undefined) {
    throw new KalshiConfigError("Set KALSHI_PRIVATE_KEY or KALSHI_PRIVATE_KEY_PATH, not both.");
  }
  return settings;
}
