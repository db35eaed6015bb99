/**
 * The adapter for Node 20 and later: `@unofficial/kalshi/node`.
 *
 * @module
 */

import type { Agent, ProxyAgent } from "undici";
import { KalshiConfigError } from "../errors.ts";
import { hostFeatures } from "./host.ts";
import { builtinPool, isNotSent } from "./node_builtin.ts";
import { checkPoolOptions, checkRuntimeOptions, type Settings } from "./options.ts";
import type { HttpPool, HttpPoolOptions, Runtime, RuntimeOptions } from "./types.ts";

interface UndiciPool {
  readonly fetch: typeof fetch;
  readonly dispatcher: Agent | ProxyAgent;
}

/** How many requests share an HTTP/2 connection: what every server must be expected to allow. */
const STREAMS = 100;

async function openPool({ http2, limits }: HttpPoolOptions, settings: Settings): Promise<UndiciPool> {
  // The package would make its agent the global one of Node's fetch if it came first.
  void globalThis.Headers;
  const undici = await import("undici");
  const { allCertificates } = await import("./node_tcp.ts");
  const { proxy, caCertificates } = settings;
  const tls = caCertificates && { ca: [...allCertificates(caCertificates)] };
  const pool = {
    allowH2: http2,
    ...(http2 && { pipelining: STREAMS, maxConcurrentStreams: STREAMS }),
    ...(limits?.maxConnections !== undefined && { connections: limits.maxConnections }),
    ...(limits?.keepaliveExpiryMs !== undefined && {
      keepAliveTimeout: limits.keepaliveExpiryMs,
      keepAliveMaxTimeout: limits.keepaliveExpiryMs,
    }),
  };
  const dispatcher = proxy
    ? new undici.ProxyAgent({
      ...pool,
      uri: proxy.url,
      ...(proxy.authorization && { token: proxy.authorization }),
      requestTls: { ...tls, allowH2: http2 },
    })
    : new undici.Agent({ ...pool, ...(tls && { connect: tls }) });
  return { fetch: undici.fetch as unknown as typeof fetch, dispatcher };
}

function undiciPool(options: HttpPoolOptions, settings: Settings): HttpPool {
  let opening: Promise<UndiciPool> | undefined;
  let opened: UndiciPool | undefined;
  let closed = false;
  const send: (pool: UndiciPool, ...args: Parameters<HttpPool["fetch"]>) => Promise<Response> = (
    pool,
    url,
    { method, headers, body, signal },
  ) => {
    const init = {
      method,
      headers,
      body: body ?? null,
      signal: signal ?? null,
      redirect: "manual",
      dispatcher: pool.dispatcher,
    } as const;
    return pool.fetch(url, init);
  };
  return {
    fetch(url, request) {
      if (closed) return Promise.reject(new TypeError("The connection pool is closed."));
      if (opened) return send(opened, url, request);
      opening ??= openPool(options, settings);
      return opening.then((pool) => send(opened = pool, url, request));
    },
    isNotSent,
    async close() {
      closed = true;
      await (await opening)?.dispatcher.destroy();
    },
  };
}

/**
 * The adapter for Node. Plain requests go through a pool of their own behind Node's `fetch`; limits, HTTP/2, a
 * proxy or certificate authorities bring in the `undici` package, at the first request. WebSockets and TCP use
 * `node:net` and `node:tls`. `limits.maxConnections` is exact.
 *
 * It runs in Deno too, where it takes what `denoRuntime()` has to refuse: a proxy with credentials, and a limit
 * of connections.
 *
 * @example
 * ```ts
 * import { KalshiClient } from "@unofficial/kalshi";
 * import { nodeRuntime } from "@unofficial/kalshi/node";
 *
 * await using client = new KalshiClient({
 *   demo: true,
 *   runtime: nodeRuntime({ proxy: { url: "http://proxy.example:3128", username: "me", password: "…" } }),
 * });
 * ```
 *
 * @throws {KalshiConfigError} For unknown options, a proxy that is no `http://` URL, certificates that are no
 * PEM text, and in Bun, which puts a stand-in in the place of undici.
 */
export function nodeRuntime(options: RuntimeOptions = {}): Runtime {
  const globals = globalThis as { Bun?: unknown; Deno?: unknown };
  if (globals.Bun) {
    throw new KalshiConfigError("Bun has no real undici: use bunRuntime() of @unofficial/kalshi/bun.");
  }
  const settings = checkRuntimeOptions("Node", options, { proxy: true, caCertificates: true });
  const runtime: Runtime = {
    name: "Node",
    capabilities: {
      http2: true,
      maxConnections: true,
      maxKeepaliveConnections: false,
      keepaliveExpiryMs: true,
      proxy: true,
      caCertificates: true,
      handshakeHeaders: true,
      handshakeStatus: true,
      ping: true,
      tcp: true,
      files: true,
    },
    createHttpPool(poolOptions) {
      checkPoolOptions(runtime, poolOptions);
      const { maxConnections, keepaliveExpiryMs } = poolOptions.limits ?? {};
      const plain = !poolOptions.http2 && maxConnections === undefined && keepaliveExpiryMs === undefined &&
        !settings.proxy && !settings.caCertificates && !globals.Deno;
      return plain ? builtinPool() : undiciPool(poolOptions, settings);
    },
    ...hostFeatures(settings),
  };
  return runtime;
}

export { nodeRuntime as detectRuntime };
