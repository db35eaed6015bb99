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
}

interface Globals {
  readonly process?: { readonly env: Readonly<Record<string, string | undefined>> };
}

/** Reads the variables of this process, where there is one. An adapter says more of what may not be read. */
export const processEnv: EnvReader = {
  readEnv(name) {
    const { process } = globalThis as unknown as Globals;
    try {
      return process?.env[name];
    } catch (cause) {
      throw new KalshiConfigError(`The environment variable ${name} cannot be read here: allow it.`, { cause });
    }
  },
};
