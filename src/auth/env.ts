/**
 * The environment variables of a client.
 *
 * @module
 */
import { KalshiConfigError } from "../base/errors.ts";
import { eventVenue, type KalshiVenue } from "../config/venue.ts";
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
  /**
   * Base URL of the REST API; the WebSocket's follows. Wins over `KALSHI_DEMO`, but a URL of production's is
   * refused beside `KALSHI_DEMO=true`.
   */
  readonly KALSHI_API_BASE_URL?: string | undefined;
  /** `1` allows hosts that are not Kalshi's. */
  readonly KALSHI_ALLOW_UNKNOWN_HOST?: string | undefined;
  /** `true` (the default) signs public calls too, where there is a key; `false` does not; in any case. */
  readonly KALSHI_SIGN_PUBLIC_CALLS?: string | undefined;
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
  /** `KALSHI_SIGN_PUBLIC_CALLS`. */
  readonly signPublicCalls: boolean;
}

/** Which variables a caller needs. */
export interface EnvNeeds {
  /** The key's; without need of them they are not looked at. */
  readonly key?: boolean;
  /**
   * Those that choose the exchange. Without need of them a malformed one is refused all the same, but one that
   * may not be read is not missed.
   */
  readonly exchange?: boolean;
}

/** A Map, Deno.env and the like. */
function isMap(env: object): boolean {
  try {
    return typeof (env as { get?: unknown }).get === "function";
  } catch {
    return false; // Deno's process.env, for which that is one more variable that it may not show.
  }
}

/** What was given in the place of an environment, without its content: that may be a key. */
function kindOf(env: unknown): string {
  if (env === null) return "null";
  if (Array.isArray(env)) return "a list";
  return typeof env === "object"
    ? "a map, which toObject() or Object.fromEntries() turns into one"
    : typeof env;
}

/** Refuses what holds no variables by their names, in which every variable would seem to be unset. */
function assertEnv(env: unknown, runtime: RestRuntime): void {
  if (env === undefined) {
    if (runtime.capabilities.env !== false) return;
    throw new KalshiConfigError(
      `${runtime.name} has no environment variables of its own: pass them, as in KalshiClient.fromEnv(env).`,
    );
  }
  if (typeof env === "object" && env !== null && !Array.isArray(env) && !isMap(env)) return;
  throw new KalshiConfigError(
    `The environment is an object with variables by their names, such as process.env; got ${kindOf(env)}. ` +
      "Leave it out to have the variables of the process read.",
  );
}

/**
 * Reads `env` where it is given, and nothing else; without it, the runtime's variables. Throws a
 * {@linkcode KalshiConfigError} for a variable that is present and malformed, for one that is needed and may not be
 * read, and for a key given twice.
 */
export function readAuthEnv(
  env: KalshiEnv | undefined,
  runtime: RestRuntime,
  { key = true, exchange = true }: EnvNeeds = {},
  { variables }: KalshiVenue = eventVenue,
): EnvSettings {
  assertEnv(env, runtime);
  const keyNames = [variables.keyId, variables.privateKey, variables.privateKeyPath, variables.passphrase];
  function read(name: string, needed: boolean): unknown {
    try {
      return env === undefined ? runtime.readEnv(name) : (env as Readonly<Record<string, unknown>>)[name];
    } catch (cause) {
      if (!needed) return undefined;
      if (cause instanceof KalshiConfigError) throw cause;
      throw new KalshiConfigError(`${name} cannot be read: ${(cause as Error)?.message}`, { cause });
    }
  }
  function raw(name: string): string | undefined {
    const ofKey = keyNames.includes(name);
    if (ofKey && !key) return undefined;
    // What cannot be read here leaves public calls signed, which harms nobody.
    const needed = ofKey || exchange && name !== variables.signPublicCalls;
    const value = read(name, needed) ?? "";
    if (value === "") return undefined;
    if (typeof value !== "string") throw new KalshiConfigError(`${name} must be text.`);
    return value;
  }
  function trimmed(name: string): string | undefined {
    const value = raw(name)?.trim();
    if (value === "") throw new KalshiConfigError(`${name} is blank: set it or remove it.`);
    return value;
  }
  /** Anything but the two words is refused: a slip here must not trade on the wrong exchange. */
  function flag(name: string, yes: string, no: string, unset = no): boolean {
    const value = trimmed(name)?.toLowerCase() ?? unset;
    if (value !== yes && value !== no) throw new KalshiConfigError(`${name} must be ${yes} or ${no}.`);
    return value === yes;
  }

  const settings: EnvSettings = {
    keyId: trimmed(variables.keyId),
    privateKey: trimmed(variables.privateKey),
    privateKeyPath: trimmed(variables.privateKeyPath),
    passphrase: raw(variables.passphrase),
    demo: flag(variables.demo, "true", "false"),
    baseUrl: trimmed(variables.baseUrl),
    allowUnknownHost: flag(variables.allowUnknownHost, "1", "0"),
    signPublicCalls: flag(variables.signPublicCalls, "true", "false", "true"),
  };
  if (settings.privateKey !== undefined && settings.privateKeyPath !== undefined) {
    throw new KalshiConfigError(`Set ${variables.privateKey} or ${variables.privateKeyPath}, not both.`);
  }
  return settings;
}
