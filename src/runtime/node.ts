/**
 * The adapter for Node 20 and later: `@unofficial/kalshi/node`.
 *
 * @module
 */

import type { Agent, Dispatcher, ProxyAgent } from "undici";
import { KalshiConfigError } from "../errors.ts";
import { hostFeatures } from "./host.ts";
import { isNotSent } from "./node_builtin.ts";
import { checkPoolOptions, checkRuntimeOptions, type Settings } from "./options.ts";
import type {
  HttpPool,
  HttpPoolOptions,
  HttpPoolRequest,
  PoolResponse,
  Runtime,
  RuntimeOptions,
} from "./types.ts";

/** An open pool; sends a request without the cost of the objects that `fetch` is made of. */
interface UndiciPool {
  readonly dispatcher: Agent | ProxyAgent;
  send(url: string, request: HttpPoolRequest): Promise<PoolResponse>;
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
  return {
    dispatcher,
    async send(url, { method, headers, body, signal }) {
      const answer = await undici.request(url, {
        dispatcher,
        method: method as Dispatcher.HttpMethod,
        headers: { "accept-encoding": "gzip", ...headers },
        body: body ?? null,
        signal: signal ?? null,
      });
      return poolResponse(answer);
    },
  };
}

function poolResponse({ statusCode, headers, body }: Dispatcher.ResponseData): PoolResponse {
  const get = (name: string) => {
    const value = headers[name.toLowerCase()];
    return value === undefined ? null : Array.isArray(value) ? value.join(", ") : value;
  };
  const isGzip = get("content-encoding")?.trim().toLowerCase() === "gzip";
  const bytes = async () => isGzip ? await gunzip(await body.arrayBuffer()) : await body.arrayBuffer();
  return {
    status: statusCode,
    headers: { get },
    get body() {
      const stream = body.body as unknown as ReadableStream<Uint8Array<ArrayBuffer>>;
      return isGzip ? stream.pipeThrough(new DecompressionStream("gzip")) : stream;
    },
    text: async () => isGzip ? new TextDecoder().decode(await bytes()) : await body.text(),
    arrayBuffer: bytes,
  };
}

async function gunzip(bytes: ArrayBuffer): Promise<ArrayBuffer> {
  if (bytes.byteLength === 0) return bytes;
  const { gunzip } = await import("node:zlib");
  return await new Promise((resolve, reject) => {
    gunzip(bytes, (error, result) => error ? reject(error) : resolve(new Uint8Array(result).buffer));
  });
}

function undiciPool(options: HttpPoolOptions, settings: Settings): HttpPool {
  let opening: Promise<UndiciPool> | undefined;
  let opened: UndiciPool | undefined;
  let closed = false;
  return {
    fetch(url, request) {
      if (closed) return Promise.reject(new TypeError("The connection pool is closed."));
      if (opened) return opened.send(url, request);
      opening ??= openPool(options, settings);
      return opening.then((pool) => (opened = pool).send(url, request));
    },
    isNotSent,
    async close() {
      closed = true;
      await (await opening)?.dispatcher.destroy();
    },
  };
}

/**
 * The adapter for Node. Requests go through a pool of their own of the `undici` package, loaded at the first
 * request, which costs about half of what Node's `fetch` does. WebSockets and TCP use `node:net` and `node:tls`.
 * `limits.maxConnections` is exact.
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
  const settings = checkRuntimeOptions("Node", options);
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
      checkPoolOptions(poolOptions, runtime);
      return undiciPool(poolOptions, settings);
    },
    ...hostFeatures(settings),
  };
  return runtime;
}

export { nodeRuntime as detectRestRuntime, nodeRuntime as detectRuntime };
