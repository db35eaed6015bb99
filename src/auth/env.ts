/**
 * The environment variables of a client.
 *
 * @module
 */
import type { LogLevel } from "../base/logger.ts";
import { LOG_LEVEL, readLogLevel } from "../config/logging.ts";
import { READ_ONLY } from "../config/read_only.ts";
import { eventVenue, type KalshiVenue } from "../config/venue.ts";
import type { RestRuntime } from "../runtime/types.ts";
import { assertOneKey, type KeySettings, Variables } from "./variables.ts";

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
  /** `1` refuses every write before it is sent, whatever the options say; `0` (the default) does not. */
  readonly KALSHI_READONLY?: string | undefined;
  /** How much is logged: `debug`, `info`, `warn`, `error` or `off` (the default); in any case. */
  readonly KALSHI_LOG?: string | undefined;
}

/** What the environment says, trimmed and checked; undefined is what it does not say. */
export interface EnvSettings extends KeySettings {
  /** `KALSHI_DEMO`. */
  readonly demo: boolean;
  /** `KALSHI_API_BASE_URL`. */
  readonly baseUrl: string | undefined;
  /** The same of the WebSocket, where the venue has a variable for it. */
  readonly wsBaseUrl: string | undefined;
  /** `KALSHI_ALLOW_UNKNOWN_HOST`. */
  readonly allowUnknownHost: boolean;
  /** `KALSHI_SIGN_PUBLIC_CALLS`. */
  readonly signPublicCalls: boolean;
  /** `KALSHI_READONLY`. */
  readonly readOnly: boolean;
  /** `KALSHI_LOG`. */
  readonly logLevel: LogLevel | undefined;
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

const NO_KEY: KeySettings = {
  keyId: undefined,
  privateKey: undefined,
  privateKeyPath: undefined,
  passphrase: undefined,
};

/**
 * Reads `env` where it is given, and nothing else; without it, the runtime's variables. Throws a
 * {@linkcode KalshiConfigError} for a variable that is present and malformed, for one that is needed and may not be
 * read, and for a key given twice.
 */
export function readAuthEnv(
  env: object | undefined,
  runtime: RestRuntime,
  { key = true, exchange = true }: EnvNeeds = {},
  { variables }: KalshiVenue = eventVenue,
  owner = "KalshiClient",
): EnvSettings {
  const keyNames = [variables.keyId, variables.privateKey, variables.privateKeyPath, variables.passphrase];
  const read = new Variables(
    env,
    runtime,
    owner,
    // What cannot be read of the last leaves public calls signed, which harms nobody.
    (name) => keyNames.includes(name) || exchange && name !== variables.signPublicCalls && name !== LOG_LEVEL,
  );
  const settings: EnvSettings = {
    ...(key ? read.key(variables) : NO_KEY),
    demo: read.flag(variables.demo, "true", "false") ?? false,
    baseUrl: read.trimmed(variables.baseUrl),
    wsBaseUrl: variables.wsBaseUrl === undefined ? undefined : read.trimmed(variables.wsBaseUrl),
    allowUnknownHost: read.flag(variables.allowUnknownHost, "1", "0") ?? false,
    signPublicCalls: read.flag(variables.signPublicCalls, "true", "false") ?? true,
    readOnly: read.flag(READ_ONLY, "1", "0") ?? false,
    logLevel: readLogLevel(read.trimmed(LOG_LEVEL)),
  };
  assertOneKey(settings, variables);
  return settings;
}
