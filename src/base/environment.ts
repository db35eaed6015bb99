/** Reading environment variables. */
import { KalshiConfigError } from "./errors.ts";

/** What reads environment variables: an adapter of a runtime is one. */
export interface EnvReader {
  /**
   * An environment variable; undefined when it is not set.
   *
   * @throws {KalshiConfigError} when it may not be read, which does not mean that it is not set
   */
  readEnv(name: string): string | undefined;
  /**
   * The same without asking anybody for leave: undefined where the variable is not set, and where it may not be read
   * yet. `readEnv` is used where it is left out.
   */
  peekEnv?(name: string): string | undefined;
}

interface Globals {
  readonly process?: { readonly env: Readonly<Record<string, string | undefined>> };
}

/** Reads the variables of this process, where there is one. Where none at all are shown, they may not be read. */
export const processEnv: EnvReader = {
  readEnv(name) {
    const { process } = globalThis as unknown as Globals;
    let cause: unknown;
    try {
      const value = process?.env[name];
      if (process === undefined || value !== undefined || Object.keys(process.env).length > 0) return value;
    } catch (error) {
      cause = error;
    }
    throw new KalshiConfigError(
      `The environment variable ${name} cannot be read here: allow it, in Deno with "--allow-env=KALSHI_*".`,
      { cause },
    );
  },
};
