/**
 * The adapter for Deno: `@unofficial/kalshi/deno`.
 *
 * @module
 */

import { readOwn } from "../base/plain.ts";
import { KalshiConfigError } from "../base/errors.ts";
import { withCoding } from "./content_coding.ts";
import { hostFeatures } from "./host.ts";
import { nodeCodings } from "./node_codings.ts";
import { checkPoolOptions, checkRuntimeOptions } from "./options.ts";
import { SharedTimers } from "./shared_timers.ts";
import type { RequestPlace, Runtime, RuntimeOptions } from "./types.ts";
import { untilBackOrClosed } from "./until_free.ts";
import { isSafeMethod } from "../base/http_method.ts";

interface DenoHttpClient {
  close(): void;
}

interface DenoNamespace {
  readonly env: { get(name: string): string | undefined };
  readonly permissions: { querySync(of: { name: "env"; variable: string }): { readonly state: string } };
  createHttpClient(options: {
    caCerts?: readonly string[];
    proxy?: { url: string };
    poolMaxIdlePerHost?: number;
    poolIdleTimeout?: number;
    http2: boolean;
  }): DenoHttpClient;
}

/** The content codings that Deno's `fetch` undoes, and what it undoes where none was asked for. */
const UNDONE = /^(gzip|br)?$/i;
const UNTOUCHED = /^$/;

const encoder = new TextEncoder();
const advice =
  " Use nodeRuntime() of @unofficial/kalshi/node, which runs in Deno too, over HTTP/1.1, and does not.";
/** Of a request that comes by no gate. */
const FIRST_PLACE: RequestPlace = { slot: 0, keepAlive: true };

/** A body that can be read once: Deno cannot repeat what is gone. */
function oneShot(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    pull(controller) {
      if (bytes.length > 0) controller.enqueue(bytes);
      controller.close();
    },
  });
}

/** Deno sends what a proxy variable holds as user and password on to the exchange. */
function refuseLeakingEnvironment({ env, permissions }: DenoNamespace): void {
  for (const name of ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"]) {
    for (const variable of [name, name.toLowerCase()]) {
      // Where it takes a question to find out, it is not asked: that would be six at each start.
      if (permissions.querySync({ name: "env", variable }).state !== "granted") continue;
      if (!env.get(variable)?.includes("@")) continue;
      throw new KalshiConfigError(
        `Deno would show the proxy credentials of ${variable} to the exchange. Unset it or take them out.` +
          advice,
      );
    }
  }
}

/**
 * The adapter for Deno. Requests go through a `Deno.createHttpClient` of their own: HTTP/1.1, or HTTP/2 where
 * asked for and offered; WebSockets and TCP through Deno's `node:net` and `node:tls`.
 *
 * Deno's `fetch` sends a write again when a reused connection breaks, so that writes have a body that can be
 * read once; over HTTP/1.1 it goes out chunked. A proxy with credentials is refused, since Deno shows them to
 * the exchange.
 *
 * @example
 * ```ts
 * import { KalshiClient } from "@unofficial/kalshi";
 * import { denoRuntime } from "@unofficial/kalshi/deno";
 *
 * await using client = new KalshiClient({
 *   demo: true,
 *   runtime: denoRuntime({ proxy: { url: "http://proxy.example:3128" } }),
 * });
 * ```
 *
 * @throws {KalshiConfigError} For unknown options, a proxy that is no `http://` URL or has credentials, and
 * certificates that are no PEM text.
 */
export function denoRuntime(options: RuntimeOptions = {}): Runtime {
  const { Deno } = globalThis as unknown as { Deno: DenoNamespace };
  const settings = checkRuntimeOptions("Deno", options);
  if (settings.proxy?.authorization) {
    throw new KalshiConfigError(
      "Deno would show the proxy's user name and password to the exchange." + advice,
    );
  }
  const runtime: Runtime = {
    name: "Deno",
    capabilities: {
      http2: true,
      maxConnections: true,
      maxKeepaliveConnections: true,
      keepaliveExpiryMs: true,
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
      checkPoolOptions(poolOptions, runtime);
      if (!settings.proxy) refuseLeakingEnvironment(Deno);
      const { http2, limits } = poolOptions;
      const { maxConnections, maxKeepaliveConnections, keepaliveExpiryMs } = readOwn(limits ?? {});
      const makeClient = (mostIdle: number | undefined) =>
        Deno.createHttpClient({
          http2,
          ...(settings.caCertificates && { caCerts: settings.caCertificates }),
          ...(settings.proxy && { proxy: { url: settings.proxy.url } }),
          ...(mostIdle !== undefined && { poolMaxIdlePerHost: mostIdle }),
          ...(keepaliveExpiryMs !== undefined && { poolIdleTimeout: keepaliveExpiryMs }),
        });
      // Over HTTP/1.1 each place has a client of its own, with one connection: one client for all would open more than
      // there are requests, since it dials for each and then takes the first connection that is free.
      const clientOfPlace = maxConnections !== undefined && !http2;
      const client = clientOfPlace ? undefined : makeClient(maxKeepaliveConnections);
      const clients: DenoHttpClient[] = [];
      const choose = ({ slot, keepAlive }: RequestPlace) => clients[slot] ??= makeClient(keepAlive ? 1 : 0);
      let closed = false;
      return {
        untilFree: untilBackOrClosed,
        fetch(url, { method, headers, body, signal, place }) {
          if (closed) return Promise.reject(new TypeError("The connection pool is closed."));
          const closes = clientOfPlace && place?.keepAlive === false;
          // Deno reads the first member of a gzip file alone. The answer to a write is short, and comes as it is.
          const asked = headers["accept-encoding"] ?? (isSafeMethod(method) ? undefined : "identity");
          const init = {
            method,
            headers: {
              ...headers,
              ...(asked !== undefined && { "accept-encoding": asked }),
              ...(closes && { connection: "close" }),
            },
            body: isSafeMethod(method) ? null : oneShot(encoder.encode(body)),
            signal: signal ?? null,
            redirect: "manual",
            client: client ?? choose(place ?? FIRST_PLACE),
          } as const;
          return fetch(url, init).then((response) =>
            withCoding(response, asked === "identity" ? UNTOUCHED : UNDONE, nodeCodings)
          );
        },
        isNotSent,
        close() {
          if (!closed) { for (const each of client ? [client] : clients) each?.close(); }
          closed = true;
          return Promise.resolve();
        },
      };
    },
    callTimers: (clock) => new SharedTimers(clock),
    ...hostFeatures(settings),
  };
  return runtime;
}

/**
 * NotCapable is Deno's own refusal, for want of a permission. "(Connect)" is hyper's word for every failure before
 * there is a connection, TLS and proxy included; the other is HTTP/2's REFUSED_STREAM.
 */
function isNotSent(error: unknown): boolean {
  if (error instanceof Error && error.name === "NotCapable") return true;
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error &&
    /client error \(Connect\)|refused stream before processing/.test(cause.message);
}
