/**
 * The environment variables of a client of Klear.
 *
 * @module
 */
import { Variables } from "../auth/variables.ts";
import type { LogLevel } from "../base/logger.ts";
import { LOG_LEVEL, readLogLevel } from "../config/logging.ts";
import { READ_ONLY } from "../config/read_only.ts";
import type { RestRuntime } from "../runtime/types.ts";
import { klearVenue } from "./venue.ts";

/**
 * The environment variables that {@linkcode KlearClient.fromEnv} reads; a Worker's `env` fits. Unset and empty are the
 * same.
 */
export interface KlearEnv {
  /** Id of the admin user. */
  readonly KALSHI_KLEAR_ADMIN_USER_ID?: string | undefined;
  /** Its access token. */
  readonly KALSHI_KLEAR_ACCESS_TOKEN?: string | undefined;
  /** `true` for Kalshi's demo environment, `false` (the default) for production; in any case. */
  readonly KALSHI_KLEAR_DEMO?: string | undefined;
  /**
   * Base URL of the API. Wins over `KALSHI_KLEAR_DEMO`, but a URL of production's is refused beside
   * `KALSHI_KLEAR_DEMO=true`.
   */
  readonly KALSHI_KLEAR_API_BASE_URL?: string | undefined;
  /** `1` allows hosts that are not Kalshi's. */
  readonly KALSHI_KLEAR_ALLOW_UNKNOWN_HOST?: string | undefined;
  /** `1` refuses every write before it is sent, whatever the options say; `0` (the default) does not. */
  readonly KALSHI_READONLY?: string | undefined;
  /** How much is logged: `debug`, `info`, `warn`, `error` or `off` (the default); in any case. */
  readonly KALSHI_LOG?: string | undefined;
}

/** The variables that hold credentials. */
export const CREDENTIALS = {
  adminUserId: "KALSHI_KLEAR_ADMIN_USER_ID",
  accessToken: "KALSHI_KLEAR_ACCESS_TOKEN",
} as const;

/** What the environment says, trimmed; undefined is what it does not say. */
export interface KlearEnvSettings {
  readonly adminUserId: string | undefined;
  readonly accessToken: string | undefined;
  readonly demo: boolean;
  readonly baseUrl: string | undefined;
  readonly allowUnknownHost: boolean;
  readonly readOnly: boolean;
  readonly logLevel: LogLevel | undefined;
}

/** Which variables a caller needs: those of the others are not missed where they may not be read. */
export interface KlearEnvNeeds {
  /** The credentials; without need of them they are not looked at. */
  readonly credentials: boolean;
  /** Those that choose the environment. */
  readonly exchange: boolean;
}

/**
 * Reads `env` where it is given, and nothing else; without it, the runtime's variables.
 *
 * @throws {KalshiConfigError} for a variable that is malformed, and for one that is needed and may not be read
 */
export function readKlearEnv(
  env: KlearEnv | undefined,
  runtime: RestRuntime,
  { credentials, exchange }: KlearEnvNeeds,
): KlearEnvSettings {
  const { variables } = klearVenue;
  const own: readonly string[] = Object.values(CREDENTIALS);
  const isNeeded = (name: string) => own.includes(name) || exchange && name !== LOG_LEVEL;
  const read = new Variables(env, runtime, "KlearClient", isNeeded);
  return {
    adminUserId: credentials ? read.trimmed(CREDENTIALS.adminUserId) : undefined,
    accessToken: credentials ? read.trimmed(CREDENTIALS.accessToken) : undefined,
    demo: read.flag(variables.demo, "true", "false") ?? false,
    baseUrl: read.trimmed(variables.baseUrl),
    allowUnknownHost: read.flag(variables.allowUnknownHost, "1", "0") ?? false,
    readOnly: read.flag(READ_ONLY, "1", "0") ?? false,
    logLevel: readLogLevel(read.trimmed(LOG_LEVEL)),
  };
}
