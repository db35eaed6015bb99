/**
 * Reading a key file.
 *
 * @module
 */
import { KalshiAuthKeyError, KalshiConfigError } from "../base/errors.ts";
import type { RestRuntime } from "../runtime/types.ts";

/** The path that a `file:` URL stands for. */
function pathOf(text: string): string {
  const wrong = (why: string) =>
    new KalshiConfigError(
      `The URL of the private key ${why}. Give a path, or a URL such as file:///keys/key.pem or ` +
        'new URL("./key.pem", import.meta.url).',
    );
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) throw wrong("is malformed");
  if (url.protocol !== "file:") throw wrong(`begins with ${url.protocol}, which is no file`);
  if (url.host) throw wrong("names another host");
  let path: string;
  try {
    path = decodeURIComponent(url.pathname);
  } catch {
    throw wrong("is malformed");
  }
  if (/%2f/i.test(url.pathname) || path.includes("\0")) throw wrong("is malformed");
  // Windows: file:///C:/keys/key.pem
  return /^\/[A-Za-z]:\//.test(path) ? path.slice(1) : path;
}

/** PEM and its body, a JWK, and what is too long for a name without a folder or an ending. */
const LIKE_A_KEY = /-----|[\r\n]|^MC4CAQ|^\s*\{|^[\w+=-]{32,}$/;

/** The path of a key file, given as such or as a URL. Refuses what is neither, and any where the runtime has no files. */
export function keyPath(given: string | URL, runtime: RestRuntime): string {
  if (!runtime.capabilities.files) {
    throw new KalshiConfigError(`${runtime.name} reads no files: give the private key itself, not its path.`);
  }
  const { href } = Object(given) as { href?: unknown };
  const text = typeof href === "string" ? href : given;
  // A key that was given in place of its path must not come back in a message.
  if (typeof text !== "string" || !text.trim() || text.length > 1024 || LIKE_A_KEY.test(text)) {
    throw new KalshiConfigError(
      "The path of the private key is blank or no path. To give the key itself, use KalshiAuth.fromPem, " +
        "`privateKey` or KALSHI_PRIVATE_KEY.",
    );
  }
  return typeof href === "string" || /^file:/i.test(text) ? pathOf(text) : text;
}

function unreadable(path: string, cause: unknown): KalshiAuthKeyError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new KalshiAuthKeyError(`Cannot read the private key file "${path}": ${why}`, { cause });
}

/** The text of a key file, where the runtime can tell it at once. */
export function lookAtKeyFile(path: string, runtime: RestRuntime): string | undefined {
  try {
    return runtime.readTextFile.sync?.(path);
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

/** Reads the text of a key file. */
export async function readKeyFile(given: string | URL, runtime: RestRuntime): Promise<string> {
  const path = keyPath(given, runtime);
  try {
    return await runtime.readTextFile(path);
  } catch (cause) {
    throw unreadable(path, cause);
  }
}
