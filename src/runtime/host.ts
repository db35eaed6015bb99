/** What Node, Deno and Bun have in common: Node's own modules for sockets and files. */

import type { Settings } from "./options.ts";
import type { Runtime } from "./types.ts";

interface HostProcess {
  readonly env: Readonly<Record<string, string | undefined>>;
  getBuiltinModule(
    name: "node:fs",
  ): { promises: { readFile(path: string, encoding: "utf8"): Promise<string> } };
  getBuiltinModule(name: "node:os"): { homedir(): string };
}

/** The part of a {@linkcode Runtime} that is alike on the three. */
export function hostFeatures(
  settings: Settings,
): Pick<Runtime, "connectWebSocket" | "connectTcp" | "readTextFile" | "readEnv"> {
  const host = () => (globalThis as unknown as { process: HostProcess }).process;
  return {
    connectWebSocket: async (url, handlers, options = {}) =>
      (await import("./node_websocket.ts")).connectWebSocket(url, handlers, options, settings),
    connectTcp: async (options) => (await import("./node_tcp.ts")).connectTcp(options, settings),
    async readTextFile(path) {
      const full = path.startsWith("~/")
        ? host().getBuiltinModule("node:os").homedir() + path.slice(1)
        : path;
      return await host().getBuiltinModule("node:fs").promises.readFile(full, "utf8");
    },
    readEnv(name) {
      try {
        return host().env[name];
      } catch {
        return undefined; // Deno asks for leave, and may not get it.
      }
    },
  };
}
