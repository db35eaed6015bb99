/**
 * The adapter for Bun: `@unofficial/kalshi/bun`.
 *
 * @module
 */

import { KalshiConnectionError } from "../errors.ts";
import { hostFeatures } from "./host.ts";
import { isWrite, oneShot } from "./one_shot.ts";
import { checkPoolOptions, checkRuntimeOptions, type Settings } from "./options.ts";
import { certificateRefused } from "./tls_codes.ts";
import type { Runtime, RuntimeOptions } from "./types.ts";

interface BunRequestInit extends RequestInit {
  protocol?: "http2";
  duplex?: "half";
}

type BunFetch = (url: string, init: BunRequestInit) => Promise<Response>;

interface BunSession {
  readonly fetch: BunFetch;
  close(): void;
}

interface BunNamespace {
  /** Since Bun 1.4. */
  readonly FetchSession?: new (options: {
    tls?: object;
    proxy?: object;
    keepAlive?: false | { maxIdleSockets: number };
  }) => BunSession;
}

const encoder = new TextEncoder();

/** Codes of failures that come before a request is written. EPROTO is none: a broken record has it too. */
const notSent = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "ERR_PROXY_TUNNEL", "HTTP2RefusedStream"]);

function isNotSent(error: unknown): boolean {
  // The TLS handshake that asks for HTTP/2 comes before everything else.
  if (error instanceof KalshiConnectionError) return true;
  const code = String((error as { code?: unknown } | undefined)?.code);
  return notSent.has(code) || certificateRefused.test(code);
}

/**
 * Tells whether a server offers HTTP/2, by a TLS handshake of its own, once for each: Bun's `fetch` can insist
 * on HTTP/2 but not fall back from it, and its error does not prove that nothing was sent.
 */
function http2Offers(settings: Settings): (url: string, signal?: AbortSignal) => Promise<boolean> {
  const known = new Map<string, Promise<boolean>>();
  return (url, signal) => {
    const origin = url.slice(0, url.indexOf("/", 8));
    let offered = known.get(origin);
    if (!offered) {
      offered = ask(origin, settings, signal);
      known.set(origin, offered);
      offered.catch(() => known.delete(origin));
    }
    return offered;
  };
}

async function ask(origin: string, settings: Settings, signal: AbortSignal | undefined): Promise<boolean> {
  const { protocol, hostname, port } = new URL(origin);
  if (protocol !== "https:") return false;
  const { dial } = await import("./node_tcp.ts");
  const socket = await dial({ hostname, port: Number(port) || 443, tls: true, signal }, settings, [
    "h2",
    "http/1.1",
  ]);
  socket.destroy();
  return socket.alpnProtocol === "h2";
}

/**
 * The adapter for Bun, 1.4 and later; earlier ones do without pool limits and a pool of their own. Requests
 * go through a `Bun.FetchSession`, over HTTP/1.1 or, where asked for and offered, HTTP/2; WebSockets and TCP
 * through Bun's `node:net` and `node:tls`.
 *
 * Bun's `fetch` sends a write again when a reused connection breaks (PUT and DELETE, before 1.3 POST too), so
 * that writes have a body that can be read once. `limits.maxKeepaliveConnections` is the one limit that Bun can
 * keep to; HTTP/2 and a proxy exclude one another.
 *
 * @example
 * ```ts
 * import { KalshiClient } from "@unofficial/kalshi";
 * import { bunRuntime } from "@unofficial/kalshi/bun";
 *
 * await using client = new KalshiClient({
 *   demo: true,
 *   runtime: bunRuntime({ proxy: { url: "http://proxy.example:3128", username: "me", password: "…" } }),
 * });
 * ```
 *
 * @throws {KalshiConfigError} For unknown options, a proxy that is no `http://` URL, and certificates that are
 * no PEM text.
 */
export function bunRuntime(options: RuntimeOptions = {}): Runtime {
  const { Bun } = globalThis as unknown as { Bun: BunNamespace };
  const { FetchSession } = Bun;
  const settings = checkRuntimeOptions("Bun", options);
  const { proxy, caCertificates } = settings;
  const connection = {
    ...(caCertificates && { tls: { ca: caCertificates } }),
    ...(proxy && {
      proxy: {
        url: proxy.url,
        respectNoProxy: false,
        ...(proxy.authorization && { headers: { "proxy-authorization": proxy.authorization } }),
      },
    }),
  };
  const runtime: Runtime = {
    name: "Bun",
    capabilities: {
      http2: FetchSession !== undefined && !proxy,
      maxConnections: false,
      maxKeepaliveConnections: FetchSession !== undefined,
      // Bun's idle timer is coarse: a connection may stay up to 8 s longer than it was told.
      keepaliveExpiryMs: false,
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
      const idle = poolOptions.limits?.maxKeepaliveConnections;
      const session = FetchSession && new FetchSession({
        ...connection,
        ...(idle !== undefined && { keepAlive: idle > 0 && { maxIdleSockets: idle } }),
      });
      const send = session?.fetch ?? (fetch as BunFetch);
      const http2 = poolOptions.http2 && http2Offers(settings);
      let closed = false;
      return {
        fetch(url, { method, headers, body, signal }) {
          if (closed) return Promise.reject(new TypeError("The connection pool is closed."));
          const init: BunRequestInit = { method, headers, signal: signal ?? null, redirect: "manual" };
          if (!session) Object.assign(init, connection);
          if (isWrite(method)) {
            const bytes = encoder.encode(body);
            init.body = oneShot(bytes);
            init.duplex = "half";
            // Bun keeps a length that is given; without it the body would go out chunked.
            init.headers = { ...headers, "content-length": `${bytes.length}` };
          }
          if (!http2) return send(url, init);
          return http2(url, signal).then((offered) => {
            if (offered) init.protocol = "http2";
            return send(url, init);
          });
        },
        isNotSent,
        close() {
          closed = true;
          session?.close();
          return Promise.resolve();
        },
      };
    },
    ...hostFeatures(settings),
  };
  return runtime;
}

export { bunRuntime as detectRestRuntime, bunRuntime as detectRuntime };
