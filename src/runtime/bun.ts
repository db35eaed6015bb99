/**
 * The adapter for Bun: `@unofficial/kalshi/bun`.
 *
 * @module
 */

import { readOwn } from "../base/plain.ts";
import { KalshiConfigError, KalshiConnectionError } from "../base/errors.ts";
import { systemClock } from "../base/clock.ts";
import { untilAborted, withinLimit } from "../base/waits.ts";
import { allCertificates } from "./builtin.ts";
import { withCoding } from "./content_coding.ts";
import { hostFeatures } from "./host.ts";
import { nodeCodings } from "./node_codings.ts";
import type { Reasons } from "./capabilities.ts";
import { checkPoolOptions, checkRuntimeOptions, type Settings } from "./options.ts";
import { certificateRefused } from "./tls_codes.ts";
import type { Runtime, RuntimeOptions } from "./types.ts";
import { untilClosed } from "./until_free.ts";
import { isSafeMethod } from "../base/http_method.ts";

interface BunRequestInit extends RequestInit {
  protocol?: "http2";
  duplex?: "half";
  keepalive?: boolean;
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

/** The content codings that Bun's `fetch` undoes: one of these alone, whatever "identity" stands beside it. */
const UNDONE = /^(,|\s|identity)*(gzip|x-gzip|deflate|br|zstd)?(,|\s|identity)*$/i;
const CONNECT_TIMEOUT_MS = 10_000;

const reasons: Reasons = {
  http2: "Bun's fetch has no HTTP/2 through a proxy. Leave out http2 or the proxy.",
  keepaliveExpiryMs: "Bun may keep an idle connection 8 s longer than it is told. Leave it out there; " +
    "maxKeepaliveConnections bounds how many stay.",
};

const encoder = new TextEncoder();

/**
 * A body that can be read once, in the form that costs Bun least: Bun cannot repeat what is gone. A stream that
 * is at its end from the start it takes for "no body", and repeats that; this one it has to ask.
 */
function oneShot(bytes: Uint8Array): ReadableStream {
  const source = {
    type: "direct",
    pull(controller: { write(bytes: Uint8Array): void; end(): void }) {
      if (bytes.length > 0) controller.write(bytes);
      controller.end();
    },
  };
  return new ReadableStream(source as unknown as UnderlyingSource);
}

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
function http2Offers(settings: Settings): {
  ask(url: string, signal: AbortSignal | undefined): Promise<boolean>;
  /** What is known of it so far. */
  isOffered(url: string): boolean;
} {
  const known = new Map<string, Promise<boolean>>();
  const offering = new Set<string>();
  const originOf = (url: string) => url.slice(0, url.indexOf("/", 8));
  return {
    isOffered: (url) => offering.has(originOf(url)),
    ask(url, signal) {
      const origin = originOf(url);
      let offered = known.get(origin);
      if (!offered) {
        offered = ask(origin, settings);
        known.set(origin, offered);
        offered.then((is) => is && offering.add(origin), () => known.delete(origin));
      }
      return untilAborted(offered, signal);
    },
  };
}

async function ask(origin: string, settings: Settings): Promise<boolean> {
  const { protocol, hostname, port } = new URL(origin);
  if (protocol !== "https:") return false;
  const { dial } = await import("./node_tcp.ts");
  const target = { hostname, port: Number(port) || 443, tls: true };
  const protocols = ["h2", "http/1.1"];
  const socket = await withinLimit(
    systemClock,
    CONNECT_TIMEOUT_MS,
    [],
    (signal) => dial({ ...target, signal }, settings, protocols),
  );
  socket.destroy();
  return socket.alpnProtocol === "h2";
}

/**
 * The adapter for Bun, 1.4 and later. Requests go through a `Bun.FetchSession`, over HTTP/1.1 or, where asked for
 * and offered, HTTP/2; WebSockets and TCP through Bun's `node:net` and `node:tls`.
 *
 * Bun's `fetch` sends a PUT or a DELETE again when a reused connection breaks, so that writes have a body that
 * can be read once. How long an idle connection stays cannot be told Bun (`limits.keepaliveExpiryMs`); HTTP/2 and a
 * proxy exclude one another.
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
 * no PEM text, and in a Bun before 1.4.
 */
export function bunRuntime(options: RuntimeOptions = {}): Runtime {
  const { Bun } = globalThis as unknown as { Bun: BunNamespace };
  const { FetchSession } = Bun;
  if (!FetchSession) {
    throw new KalshiConfigError("This needs Bun 1.4 or later: earlier ones send a PUT or a DELETE twice.");
  }
  const settings = checkRuntimeOptions("Bun", options);
  const { proxy, caCertificates } = settings;
  const runtime: Runtime = {
    name: "Bun",
    capabilities: {
      http2: !proxy,
      maxConnections: true,
      maxKeepaliveConnections: true,
      // Bun's idle timer is coarse: a connection may stay up to 8 s longer than it was told.
      keepaliveExpiryMs: false,
      proxy: true,
      caCertificates: true,
      handshakeHeaders: true,
      handshakeStatus: true,
      ping: true,
      tcp: true,
      tlsCa: true,
      tlsPins: true,
      files: true,
      env: true,
    },
    createHttpPool(poolOptions) {
      checkPoolOptions(poolOptions, runtime, reasons);
      const { maxConnections, maxKeepaliveConnections: idle } = readOwn(poolOptions.limits ?? {});
      const session = new FetchSession({
        ...(caCertificates && { tls: { ca: allCertificates(caCertificates) } }),
        ...(proxy && {
          proxy: {
            url: proxy.url,
            respectNoProxy: false,
            ...(proxy.authorization && { headers: { "proxy-authorization": proxy.authorization } }),
          },
        }),
        ...(idle !== undefined && { keepAlive: idle > 0 && { maxIdleSockets: idle } }),
      });
      const http2 = poolOptions.http2 && http2Offers(settings);
      let closed = false;
      return {
        untilFree: untilClosed,
        isShared: (url) => http2 !== false && http2.isOffered(url),
        fetch(url, { method, headers, body, signal, place }) {
          if (closed) return Promise.reject(new TypeError("The connection pool is closed."));
          const init: BunRequestInit = { method, headers, signal: signal ?? null, redirect: "manual" };
          // Without a limit of all connections, those that come back are counted by the session alone.
          if (place?.keepAlive === false && maxConnections !== undefined) init.keepalive = false;
          if (!isSafeMethod(method)) {
            const bytes = encoder.encode(body);
            init.body = oneShot(bytes);
            init.duplex = "half";
            // Bun keeps a length that is given; without it the body would go out chunked.
            init.headers = { ...headers, "content-length": `${bytes.length}` };
          }
          const send = () =>
            session.fetch(url, init).then((response) => withCoding(response, UNDONE, nodeCodings));
          if (!http2) return send();
          return http2.ask(url, signal).then((offered) => {
            if (offered) {
              init.protocol = "http2";
              delete init.keepalive;
            }
            return send();
          });
        },
        isNotSent,
        close() {
          closed = true;
          session.close();
          return Promise.resolve();
        },
      };
    },
    ...hostFeatures(settings),
  };
  return runtime;
}
