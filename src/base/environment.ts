/** Reading environment variables. */
import { KalshiConfigError } from "./errors.ts";

/** What reads environment variables. */
export interface EnvReader {
  /**
   * An environment variable; undefined when it is not set.
   *
   * @throws {KalshiConfigError} when it may not be read, which does not mean that it is not set
   */
  readEnv(name: string): string | undefined;
}

interface Globals {
  readonly Deno?: {
    readonly permissions?: { querySync(of: { name: "env"; variable: string }): { readonly state: string } };
  };
  readonly process?: { readonly env: Readonly<Record<string, string | undefined>> };
}

/**
 * An environment variable of this process; undefined where there are none. Deno asks for leave, and may not get it; or
 * it was told to ignore the variable (`--ignore-env`), and says that it is not set. Both are errors here: what cannot be
 * read may well be set.
 */
export function readEnv(name: string): string | undefined {
  const { Deno, process } = globalThis as unknown as Globals;
  let value: string | undefined;
  let cause: unknown;
  let refused = false;
  try {
    value = process === undefined ? undefined : process.env[name];
    refused = value === undefined &&
      Deno?.permissions?.querySync({ name: "env", variable: name }).state === "denied";
  } catch (error) {
    refused = true;
    cause = error;
  }
  if (!refused) return value;
  const flag = `--allow-env=${name.startsWith("KALSHI_") ? "KALSHI_*" : name}`;
  throw new KalshiConfigError(
    Deno === undefined
      ? `The environment variable ${name} cannot be read here.`
      : `Deno may not read the environment variable ${name}. Run it with "${flag}", and with no --deny-env or ` +
        "--ignore-env for it.",
    { cause },
  );
}
