/**
 * The adapter for Cloudflare Workers, with nodejs_compat or without: `@unofficial/kalshi/workers`.
 *
 * @module
 */

import { KalshiConfigError } from "../base/errors.ts";
import { assertRuntimeCan, type Reasons } from "./capabilities.ts";
import { webCodings, withCoding } from "./content_coding.ts";
import { readRuntimeOptions } from "./options.ts";
import type { HttpPool, RestRuntime, Runtime, RuntimeOptions } from "./types.ts";

interface WorkersGlobals {
  /** There with nodejs_compat, and filled in by newer compatibility dates. */
  readonly process?: { readonly env?: Readonly<Record<string, string | undefined>> };
}

/** The content codings that workerd's `fetch` undoes: these words alone, in lower case. */
const UNDONE = /^(gzip|br)?$/;

const keeps =
  "Cloudflare keeps the connections, and tells nobody which are idle. Leave it out there; maxConnections " +
  "bounds the requests in flight.";
const reasons: Reasons = {
  http2: "Cloudflare chooses the protocol. Leave it out there.",
  maxKeepaliveConnections: keeps,
  keepaliveExpiryMs: keeps,
};

const pool: HttpPool = {
  fetch: (url, { method, headers, body, signal }) =>
    fetch(url, { method, headers, body: body ?? null, signal: signal ?? null, redirect: "manual" })
      .then((response) => withCoding(response, UNDONE, webCodings)),
  // "Network connection lost." is said of a refused connection and of one that broke after a write alike.
  isNotSent: () => false,
  close: () => Promise.resolve(),
};

/** The part of {@linkcode workersRuntime} that REST calls need. */
export function detectRestRuntime(): RestRuntime {
  const variables = (globalThis as unknown as WorkersGlobals).process?.env ?? {};
  const runtime: RestRuntime = {
    name: "Cloudflare Workers",
    capabilities: {
      http2: false,
      // As requests in flight.
      maxConnections: true,
      maxKeepaliveConnections: false,
      keepaliveExpiryMs: false,
      proxy: false,
      caCertificates: false,
      handshakeHeaders: true,
      handshakeStatus: true,
      ping: false,
      tcp: true,
      tlsCa: false,
      tlsPins: false,
      files: false,
      // An empty one is not filled in: the compatibility date is too early for that.
      env: Object.keys(variables).length > 0,
    },
    createHttpPool(options) {
      assertRuntimeCan(options, runtime, reasons);
      return pool;
    },
    readTextFile: () =>
      Promise.reject(new KalshiConfigError("A Worker has no files: hand over the text itself.")),
    readEnv: (name) => variables[name],
  };
  return runtime;
}

/**
 * The adapter for Cloudflare Workers. It uses the global `fetch` and `cloudflare:sockets` and no module of
 * Node's, so that it needs no nodejs_compat. A Worker's connections belong to the platform:
 * `limits.maxConnections` bounds the requests in flight, and no idle connections, no HTTP/2, no proxy and no certificate authorities can be chosen, and there are no files. A WebSocket lives no
 * longer than the request, or the Durable Object, that opened it.
 *
 * Environment variables come with each request as `env`: hand them to `KalshiClient.fromEnv(env)`.
 *
 * @example
 * ```ts
 * import { KalshiClient } from "@unofficial/kalshi";
 * import { workersRuntime } from "@unofficial/kalshi/workers";
 *
 * export default {
 *   async fetch(): Promise<Response> {
 *     await using client = new KalshiClient({ demo: true, runtime: workersRuntime() });
 *     return Response.json(await client.exchange.status());
 *   },
 * };
 * ```
 *
 * @throws {KalshiConfigError} For any option: there is none that a Worker could honour.
 */
export function workersRuntime(options: RuntimeOptions = {}): Runtime {
  readRuntimeOptions("Cloudflare Workers", options, []);
  return detectRuntime();
}

/** The same where nobody gives options, so that what they may be is not needed either. */
export function detectRuntime(): Runtime {
  const rest = detectRestRuntime();
  return {
    ...rest,
    connectWebSocket: async (...args) => (await import("./workers_sockets.ts")).connectWebSocket(...args),
    connectTcp: async (options) => (await import("./workers_sockets.ts")).connectTcp(options, rest),
  };
}
