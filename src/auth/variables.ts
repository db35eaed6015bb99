/**
 * Reading environment variables strictly, from an object or from the runtime, and those of a key.
 *
 * @module
 */
import { KalshiConfigError } from "../base/errors.ts";
import type { KalshiVariables } from "../config/venue.ts";
import type { RestRuntime } from "../runtime/types.ts";

/** The variables that name a key. */
export type KeyVariables = Pick<KalshiVariables, "keyId" | "privateKey" | "privateKeyPath" | "passphrase">;

/** What they say; undefined is what they do not say. */
export interface KeySettings {
  /** The id of the key. */
  readonly keyId: string | undefined;
  /** The key itself. */
  readonly privateKey: string | undefined;
  /** The path of its file. */
  readonly privateKeyPath: string | undefined;
  /** Its passphrase, untrimmed. */
  readonly passphrase: string | undefined;
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
function assertEnv(env: unknown, runtime: RestRuntime, owner: string): void {
  if (env === undefined) {
    if (runtime.capabilities.env !== false) return;
    throw new KalshiConfigError(
      `${runtime.name} has no environment variables of its own: pass them, as in ${owner}.fromEnv(env).`,
    );
  }
  if (typeof env === "object" && env !== null && !Array.isArray(env) && !isMap(env)) return;
  throw new KalshiConfigError(
    `The environment is an object with variables by their names, such as process.env; got ${kindOf(env)}. ` +
      "Leave it out to have the variables of the process read.",
  );
}

/** Refuses options in the place of the environment, where they would all be overlooked. */
export function assertNoOptions(env: object | undefined, owner: string, known: readonly string[]): void {
  let names: string[];
  try {
    names = Object.keys(env ?? {});
  } catch {
    return; // Deno's process.env, which may show some variables and not their names.
  }
  const option = known.find((name) => names.includes(name));
  if (option === undefined || option !== "demo" && names.some((name) => name.startsWith("KALSHI_"))) return;
  throw new KalshiConfigError(
    `\`${option}\` is an option, which comes second: ${owner}.fromEnv(undefined, { ${option}: … }).`,
  );
}

/** Variables, each read when it is asked for. */
export class Variables {
  readonly #env: object | undefined;
  readonly #runtime: RestRuntime;
  readonly #isNeeded: (name: string) => boolean;

  /**
   * @param env read in place of the runtime's variables
   * @param owner whose `fromEnv` it is, for messages
   * @param isNeeded whether one that may not be read is missed
   */
  constructor(
    env: object | undefined,
    runtime: RestRuntime,
    owner: string,
    isNeeded: (name: string) => boolean = () => true,
  ) {
    assertEnv(env, runtime, owner);
    this.#env = env;
    this.#runtime = runtime;
    this.#isNeeded = isNeeded;
  }

  #read(name: string): unknown {
    try {
      return this.#env === undefined
        ? this.#runtime.readEnv(name)
        : (this.#env as Readonly<Record<string, unknown>>)[name];
    } catch (cause) {
      if (!this.#isNeeded(name)) return undefined;
      if (cause instanceof KalshiConfigError) throw cause;
      throw new KalshiConfigError(`${name} cannot be read: ${(cause as Error)?.message}`, { cause });
    }
  }

  /** As it is; unset and empty are the same. */
  raw(name: string): string | undefined {
    const value = this.#read(name) ?? "";
    if (value === "") return undefined;
    if (typeof value !== "string") throw new KalshiConfigError(`${name} must be text.`);
    return value;
  }

  /** Without what stands around it. */
  trimmed(name: string): string | undefined {
    const value = this.raw(name)?.trim();
    if (value === "") throw new KalshiConfigError(`${name} is blank: set it or remove it.`);
    return value;
  }

  /** One of two words, in any case. Anything else is refused: a slip here must not trade on the wrong exchange. */
  flag(name: string, yes: string, no: string): boolean | undefined {
    const value = this.trimmed(name)?.toLowerCase();
    if (value === undefined) return undefined;
    if (value !== yes && value !== no) throw new KalshiConfigError(`${name} must be ${yes} or ${no}.`);
    return value === yes;
  }

  /** What names a key. */
  key(names: KeyVariables): KeySettings {
    return {
      keyId: this.trimmed(names.keyId),
      privateKey: this.trimmed(names.privateKey),
      privateKeyPath: this.trimmed(names.privateKeyPath),
      passphrase: this.raw(names.passphrase),
    };
  }
}

/** Refuses a key that is given twice. */
export function assertOneKey({ privateKey, privateKeyPath }: KeySettings, names: KeyVariables): void {
  if (privateKey === undefined || privateKeyPath === undefined) return;
  throw new KalshiConfigError(`Set ${names.privateKey} or ${names.privateKeyPath}, not both.`);
}
