/**
 * Reading a key file.
 *
 * @module
 */
import { KalshiAuthKeyError, KalshiConfigError } from "../errors.ts";
import type { RestRuntime } from "../runtime/types.ts";

/** Refuses what is no path, and any path where the runtime has no files. */
export function assertKeyPath(path: string, runtime: RestRuntime): void {
  if (!runtime.capabilities.files) {
    throw new KalshiConfigError(`${runtime.name} reads no files: give the private key itself, not its path.`);
  }
  // A key that was given in place of its path must not come back in a message.
  if (typeof path !== "string" || !path.trim() || path.length > 1024 || /-----|[\r\n]|^MC4CAQ/.test(path)) {
    throw new KalshiConfigError(
      "The path of the private key is blank or no path. To give the key itself, use KalshiAuth.fromPem, " +
        "`privateKey` or KALSHI_PRIVATE_KEY.",
    );
  }
}

/** Reads the text of a key file. */
export async function readKeyFile(path: string, runtime: RestRuntime): Promise<string> {
  assertKeyPath(path, runtime);
  try {
    return await runtime.readTextFile(path);
  } catch (cause) {
    throw new KalshiAuthKeyError(`Cannot read the private key file "${path}": ${(cause as Error).message}`, {
      cause,
    });
  }
}
