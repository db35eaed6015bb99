/**
 * The environment variables of a FIX session.
 *
 * @module
 */
import { detectRestRuntime } from "#runtime";
import { authOf, type KalshiAuth } from "../auth/kalshi_auth.ts";
import { assertNoOptions, assertOneKey, type KeyVariables, Variables } from "../auth/variables.ts";
import { KalshiAuthRequiredError, KalshiConfigError } from "../base/errors.ts";
import { readOwn } from "../base/plain.ts";
import { eventVenue, type KalshiEnvironment } from "../config/venue.ts";
import {
  fixLogonOptions,
  type FixProduct,
  type FixSessionKind,
  fixSessions,
} from "../contract/fix/sessions.ts";
import type { RestRuntime } from "../runtime/types.ts";
import type { FixConfigOptions } from "./config_options.ts";
import { ALLOW_UNKNOWN_HOST } from "./host_policy.ts";

/**
 * The environment variables that say which FIX session it is and with which key; a Worker's `env` fits. Unset and empty
 * are the same.
 */
export interface FixEnv {
  /** `event`, or `margin` for perps. */
  readonly KALSHI_FIX_PRODUCT?: string | undefined;
  /** `order-entry`, `order-entry-rt`, `drop-copy`, `post-trade`, `rfq` or `market-data`. */
  readonly KALSHI_FIX_SESSION?: string | undefined;
  /** `true` for Kalshi's demo environment, `false` for production; in any case. Unset, `KALSHI_DEMO` decides. */
  readonly KALSHI_FIX_DEMO?: string | undefined;
  /** Decides where `KALSHI_FIX_DEMO` is unset, so that no variable of the demo leads to real money. */
  readonly KALSHI_DEMO?: string | undefined;
  /** Host name or address. A host of the other environment than the one that is told is refused. */
  readonly KALSHI_FIX_HOST?: string | undefined;
  /** Port. */
  readonly KALSHI_FIX_PORT?: string | undefined;
  /** `false` speaks plain TCP, to this machine alone; `true` is the default. In any case. */
  readonly KALSHI_FIX_TLS?: string | undefined;
  /** `1` allows hosts that are not Kalshi's. */
  readonly KALSHI_FIX_ALLOW_UNKNOWN_HOST?: string | undefined;
  /** Id of the API key; `KALSHI_KEY_ID` does not stand in for it. */
  readonly KALSHI_FIX_KEY_ID?: string | undefined;
  /** The private key itself, as PEM; line breaks may stand as `\n`. */
  readonly KALSHI_FIX_PRIVATE_KEY?: string | undefined;
  /** Path of a file with the private key; `~/` is the home folder. Not together with `KALSHI_FIX_PRIVATE_KEY`. */
  readonly KALSHI_FIX_PRIVATE_KEY_PATH?: string | undefined;
  /** Passphrase of an encrypted private key. */
  readonly KALSHI_FIX_PRIVATE_KEY_PASSPHRASE?: string | undefined;
  /** `1` refuses, before it is sent, every message that changes something; `0` (the default) does not. */
  readonly KALSHI_READONLY?: string | undefined;
  /** How much is logged: `debug`, `info`, `warn`, `error` or `off` (the default); in any case. */
  readonly KALSHI_LOG?: string | undefined;
}

/** How to read the environment of a FIX session. */
export interface FixEnvOptions {
  /** The runtime to read variables with, and files; detected by default. */
  readonly runtime?: RestRuntime | undefined;
}

const KEY: KeyVariables = {
  keyId: "KALSHI_FIX_KEY_ID",
  privateKey: "KALSHI_FIX_PRIVATE_KEY",
  privateKeyPath: "KALSHI_FIX_PRIVATE_KEY_PATH",
  passphrase: "KALSHI_FIX_PRIVATE_KEY_PASSPHRASE",
};

/** The environment that the variables choose, and which of them does. */
export interface ToldEnvironment {
  readonly variable: string;
  readonly environment: KalshiEnvironment;
}

/** What the variables and the options say together. */
export interface FixEnvSettings {
  /** Options; `environment` is not among them where a variable tells of it. */
  readonly options: FixConfigOptions;
  readonly told: ToldEnvironment | undefined;
}

/** One of some words; undefined when it is unset. */
function word<Word extends string>(read: Variables, name: string, words: readonly Word[]): Word | undefined {
  const value = read.trimmed(name)?.toLowerCase();
  if (value === undefined) return undefined;
  const found = words.find((one) => one === value);
  if (found === undefined) throw new KalshiConfigError(`${name} must be ${words.join(", ")}.`);
  return found;
}

function port(read: Variables): number | undefined {
  const value = read.trimmed("KALSHI_FIX_PORT");
  if (value === undefined) return undefined;
  const number = /^\d{1,5}$/.test(value) ? Number(value) : 0;
  if (number < 1 || number > 65_535) {
    throw new KalshiConfigError("KALSHI_FIX_PORT must be a port from 1 to 65535.");
  }
  return number;
}

/** Each is looked at only where the one before it says nothing. */
function environment(read: Variables): ToldEnvironment | undefined {
  for (const variable of ["KALSHI_FIX_DEMO", eventVenue.variables.demo]) {
    const demo = read.flag(variable, "true", "false");
    if (demo !== undefined) return { variable, environment: demo ? "demo" : "production" };
  }
  return undefined;
}

/**
 * Reads the variables, without those of the key. Options win over them; where they say a host or an environment, no
 * variable says where it connects.
 *
 * @throws {KalshiConfigError} for a variable that is malformed or may not be read
 */
export function readFixEnv(
  env: FixEnv | undefined,
  given: Partial<FixConfigOptions>,
  { runtime = detectRestRuntime() }: FixEnvOptions,
  known: readonly string[],
): FixEnvSettings {
  assertNoOptions(env, "FixConfig", [...known, "demo"]);
  const read = new Variables(env, runtime, "FixConfig");
  const own = readOwn(given);
  const places = own.host === undefined && own.environment === undefined;
  const said: Readonly<Record<string, unknown>> = {
    product: word(read, "KALSHI_FIX_PRODUCT", Object.keys(fixLogonOptions) as FixProduct[]),
    session: word(read, "KALSHI_FIX_SESSION", Object.keys(fixSessions) as FixSessionKind[]),
    allowUnknownHost: read.flag(ALLOW_UNKNOWN_HOST, "1", "0") ?? false,
    ...(places && {
      host: read.trimmed("KALSHI_FIX_HOST"),
      port: port(read),
      tls: read.flag("KALSHI_FIX_TLS", "true", "false"),
    }),
  };
  const options: Record<string, unknown> = { ...said };
  for (const [name, value] of Object.entries(own)) if (value !== undefined) options[name] = value;
  for (const name of ["product", "session"] as const) {
    if (options[name] !== undefined) continue;
    throw new KalshiConfigError(`Set KALSHI_FIX_${name.toUpperCase()}, or give the option \`${name}\`.`);
  }
  // The configuration checks them.
  return { options: options as unknown as FixConfigOptions, told: places ? environment(read) : undefined };
}

/**
 * The key of a FIX session from the environment: KALSHI_FIX_KEY_ID, and KALSHI_FIX_PRIVATE_KEY or
 * KALSHI_FIX_PRIVATE_KEY_PATH, with KALSHI_FIX_PRIVATE_KEY_PASSPHRASE for an encrypted key. The variables of the REST
 * client do not stand in: Kalshi lets a key have one FIX connection, and a key of event contracts none for perps.
 *
 * @param env Read in place of the runtime's variables, such as a Worker's `env`.
 * @throws {KalshiAuthRequiredError} When the key id or the key is missing.
 * @throws {KalshiAuthKeyError} When the key is unusable.
 * @throws {KalshiConfigError} For a variable that is malformed or may not be read, and for two keys.
 */
export async function fixAuthFromEnv(env?: FixEnv, options: FixEnvOptions = {}): Promise<KalshiAuth> {
  const { runtime = detectRestRuntime() } = readOwn(options);
  const read = new Variables(env, runtime, "FixClient");
  const settings = read.key(KEY);
  assertOneKey(settings, KEY);
  const auth = await authOf(settings, runtime);
  if (auth !== undefined) return auth;
  throw new KalshiAuthRequiredError(
    `Set ${KEY.keyId}, and ${KEY.privateKey} or ${KEY.privateKeyPath}: a key has one FIX connection at a time, so that ` +
      "the key of the REST client is not taken for it. In a Worker, pass its `env`.",
  );
}
