/** What Node, Deno and Bun have in common: Node's own modules for sockets and files. */

import { KalshiConfigError } from "../base/errors.ts";
import { builtin, nodeProcess } from "./builtin.ts";
import type { Settings } from "./options.ts";
import type { Runtime } from "./types.ts";

interface Permissions {
  querySync(of: { name: "env"; variable: string }): { readonly state: string };
}

const denoPermissions = (): Permissions | undefined =>
  (globalThis as unknown as { Deno?: { permissions?: Permissions } }).Deno?.permissions;

/** An environment variable where Deno need not ask for leave. */
function peekEnv(name: string): string | undefined {
  const state = denoPermissions()?.querySync({ name: "env", variable: name }).state ?? "granted";
  return state === "granted" ? nodeProcess().env[name] : undefined;
}

/**
 * An environment variable. Deno asks for leave, and may not get it; or it was told to ignore the variable
 * (`--ignore-env`), and says that it is not set. Both are errors here: what cannot be read may well be set.
 */
function readEnv(name: string): string | undefined {
  const permissions = denoPermissions();
  let value: string | undefined;
  let cause: unknown;
  let refused = false;
  try {
    value = nodeProcess().env[name];
    refused = value === undefined &&
      permissions?.querySync({ name: "env", variable: name }).state === "denied";
  } catch (error) {
    refused = true;
    cause = error;
  }
  if (!refused) return value;
  const flag = `--allow-env=${name.startsWith("KALSHI_") ? "KALSHI_*" : name}`;
  throw new KalshiConfigError(
    permissions === undefined
      ? `The environment variable ${name} cannot be read here.`
      : `Deno may not read the environment variable ${name}. Run it with "${flag}", and with no --deny-env or ` +
        "--ignore-env for it.",
    { cause },
  );
}

/** With the home folder in the place of `~/`. */
function fullPath(path: string): string {
  // The variable first: on Deno that takes a permission which whoever uses this has given anyway.
  const home = () => readEnv("HOME") ?? readEnv("USERPROFILE") ?? builtin("node:os").homedir();
  return path.startsWith("~/") ? home() + path.slice(1) : path;
}

/** The part of a {@linkcode Runtime} that is alike on the three. */
export function hostFeatures(
  settings: Settings,
): Pick<Runtime, "connectWebSocket" | "connectTcp" | "readTextFile" | "readEnv" | "peekEnv"> {
  return {
    connectWebSocket: async (url, handlers, options = {}) =>
      (await import("./node_websocket.ts")).connectWebSocket(url, handlers, options, settings),
    connectTcp: async (options) => (await import("./node_tcp.ts")).connectTcp(options, settings),
    readTextFile: Object.assign(
      async (path: string) => await builtin("node:fs").promises.readFile(fullPath(path), "utf8"),
      { sync: (path: string) => builtin("node:fs").readFileSync(fullPath(path), "utf8") },
    ),
    readEnv,
    peekEnv,
  };
}
