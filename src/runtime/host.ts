/** What Node, Deno and Bun have in common: Node's own modules for sockets and files. */

import { readEnv } from "../base/environment.ts";
import { builtin } from "./builtin.ts";
import type { Settings } from "./options.ts";
import type { Runtime } from "./types.ts";

/** With the home folder in the place of `~/`. */
function fullPath(path: string): string {
  // The variable first: on Deno that takes a permission which whoever uses this has given anyway.
  const home = () => readEnv("HOME") ?? readEnv("USERPROFILE") ?? builtin("node:os").homedir();
  return path.startsWith("~/") ? home() + path.slice(1) : path;
}

/** The part of a {@linkcode Runtime} that is alike on the three. */
export function hostFeatures(
  settings: Settings,
): Pick<Runtime, "connectWebSocket" | "connectTcp" | "readTextFile" | "readEnv"> {
  return {
    connectWebSocket: async (url, handlers, options = {}) =>
      (await import("./node_websocket.ts")).connectWebSocket(url, handlers, options, settings),
    connectTcp: async (options) => (await import("./node_tcp.ts")).connectTcp(options, settings),
    readTextFile: Object.assign(
      async (path: string) => await builtin("node:fs").promises.readFile(fullPath(path), "utf8"),
      { sync: (path: string) => builtin("node:fs").readFileSync(fullPath(path), "utf8") },
    ),
    readEnv,
  };
}
