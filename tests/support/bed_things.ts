/** The kinds of the test bed. */
import type { Thing } from "./bed.ts";

/** What a kind gives: methods over JSON, and how to stop it. */
export interface ThingImplementation {
  readonly methods: Readonly<Record<string, (...args: never[]) => unknown>>;
  stop(): Promise<void> | void;
}

type Start = (options: never) => Promise<ThingImplementation> | ThingImplementation;

const peer = (file: string) => async () => (await import("./things/peer.ts")).peer(file);

const kinds: Readonly<Record<string, () => Promise<Start>>> = {
  "echo-server": peer("echo_server.mjs"),
  "exchange": async () => (await import("./things/exchange.ts")).start,
  "fault-proxy": async () => (await import("./things/fault_proxy.ts")).start,
  "https-server": peer("https_server.mjs"),
  "mirror": async () => (await import("./things/mirror.ts")).start,
  "proxy": peer("proxy.mjs"),
  "raw-server": async () => (await import("./things/raw_server.ts")).start,
  "refusing-port": async () => (await import("./things/refusing_port.ts")).start,
  "tls-server": peer("tls_server.mjs"),
  "ws-server": peer("ws_server.mjs"),
};

/** Starts a thing in this process. */
export async function startLocally(kind: string, options: unknown): Promise<Thing> {
  const load = kinds[kind];
  if (load === undefined) {
    throw new Error(`No kind "${kind}" in the test bed: ${Object.keys(kinds).join(", ")}.`);
  }
  const thing = await (await load())(options as never);
  return {
    async call<T>(method: string, ...args: unknown[]): Promise<T> {
      const found = thing.methods[method];
      if (found === undefined) throw new Error(`"${kind}" has no method "${method}".`);
      return await found(...args as never[]) as T;
    },
    async [Symbol.asyncDispose]() {
      await thing.stop();
    },
  };
}
