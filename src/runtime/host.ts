/** What Node, Deno and Bun have in common: Node's own modules for sockets and files. */

import { builtin, nodeProcess } from "./builtin.ts";
import type { Settings } from "./options.ts";
import type { Runtime } from "./types.ts";

/** The part of a {@linkcode Runtime} that is alike on the three. */
export function hostFeatures(
  settings: Settings,
): Pick<Runtime, "connectWebSocket" | "connectTcp" | "readTextFile" | "readEnv"> {
  const readEnv = (name: string): string | undefined => {
    try {
      return nodeProcess().env[name];
    } catch {
      return undefined; // Deno asks for leave, and may not get it.
    }
  };
  return {
    connectWebSocket: async (url, handlers, options = {}) =>
      (await import("./node_websocket.ts")).connectWebSocket(url, handlers, options, settings),
    connectTcp: async (options) => (await import("./node_tcp.ts")).connectTcp(options, settings),
    async readTextFile(path) {
      let full = path;
      if (path.startsWith("~/")) {
        // The variable first: on Deno that takes a permission which whoever uses this has given anyway.
        full = (readEnv("HOME") ?? readEnv("USERPROFILE") ?? builtin("node:os").homedir()) + path.slice(1);
      }
      return await builtin("node:fs").promises.readFile(full, "utf8");
    },
    readEnv,
  };
}
