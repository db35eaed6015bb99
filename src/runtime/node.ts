/**
 * The adapter for Node 20 and later: `@unofficial/kalshi/node`.
 *
 * @module
 */

import type { Dispatcher } from "undici";
import { KalshiConfigError } from "../base/errors.ts";
import { allCertificates, builtin } from "./builtin.ts";
import { hostFeatures } from "./host.ts";
import { countingConnector } from "./node_connector.ts";
import { isNotSent } from "./node_builtin.ts";
import { acceptEncoding, poolResponse } from "./node_response.ts";
import { limitedAgents } from "./node_limits.ts";
import { nodeSigner } from "./node_signer.ts";
import { checkPoolOptions, checkRuntimeOptions, type Settings } from "./options.ts";
import { SharedTimers } from "./shared_timers.ts";
import type { HttpPool, HttpPoolOptions, Runtime, RuntimeOptions } from "./types.ts";
import { untilClosed } from "./until_free.ts";

/** Left out, the package would inherit one from whoever added to `Object.prototype`. */
const NO_DETOUR = { socketPath: "" };

/** A pool of undici's: it sends without the cost of the objects that `fetch` is made of. */
async function undiciPool({ limits }: HttpPoolOptions, settings: Settings): Promise<HttpPool> {
  // The package would make its agent the global one of Node's fetch if it came first.
  void globalThis.Headers;
  const undici = await import("undici");
  const { proxy, caCertificates } = settings;
  // Made once: to read all authorities anew takes longer than the rest of a handshake.
  const tls = caCertificates && {
    secureContext: builtin("node:tls").createSecureContext({ ca: allCertificates(caCertificates) }),
  };
  const connectors: { close(): void }[] = [];
  const agents = limitedAgents<Dispatcher>(limits, (limit) => {
    if (proxy) {
      return new undici.ProxyAgent({
        ...limit,
        allowH2: false,
        uri: proxy.url,
        ...(proxy.authorization && { token: proxy.authorization }),
        ...(tls && { requestTls: tls }),
      });
    }
    // Deno tells nothing of the end of a socket that was destroyed, so that none would ever count as closed.
    if (limit.connections === undefined || (globalThis as { Deno?: unknown }).Deno) {
      return new undici.Agent({ ...limit, ...NO_DETOUR, allowH2: false, ...(tls && { connect: tls }) });
    }
    const connector = countingConnector(
      undici.buildConnector({ ...NO_DETOUR, allowH2: false, ...tls }),
      limit.connections,
    );
    connectors.push(connector);
    return new undici.Agent({ ...limit, allowH2: false, connect: connector.connect });
  });
  return {
    async fetch(url, { method, headers, body, signal, place }) {
      const answer = await undici.request(url, {
        dispatcher: agents.choose(place?.keepAlive),
        method: method as Dispatcher.HttpMethod,
        headers: { "accept-encoding": acceptEncoding, ...headers },
        body: body ?? null,
        signal: signal ?? null,
      });
      return poolResponse(answer);
    },
    isNotSent,
    async close() {
      for (const connector of connectors) connector.close();
      await agents.destroy();
    },
  };
}

/** A pool that is made when the first request comes. */
function lazyPool(open: () => Promise<HttpPool>): HttpPool {
  let opening: Promise<HttpPool> | undefined;
  let opened: HttpPool | undefined;
  let closed = false;
  return {
    untilFree: untilClosed,
    fetch(url, request) {
      if (closed) return Promise.reject(new TypeError("The connection pool is closed."));
      if (opened) return opened.fetch(url, request);
      opening ??= open();
      return opening.then((pool) => (opened = pool).fetch(url, request));
    },
    isShared: (url) => opened?.isShared?.(url) ?? false,
    isNotSent: (error) => opened?.isNotSent(error) ?? false,
    async close() {
      closed = true;
      await (await opening)?.close();
    },
  };
}

/**
 * The adapter for Node. Requests go through a pool of their own of the `undici` package, loaded at the first
 * request, which costs about half of what Node's `fetch` does. WebSockets and TCP use `node:net` and `node:tls`.
 * `limits.maxConnections` is exact there: a connection counts until it has closed. It is not through a proxy.
 *
 * It runs in Deno too, where it takes what `denoRuntime()` has to refuse: a proxy with credentials.
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
      // Deno's own client does it, and Deno's node:http2 is not fit for it.
      http2: !globals.Deno,
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
      checkPoolOptions(poolOptions, runtime, {
        http2:
          "undici in Deno speaks HTTP/1.1. Use denoRuntime() of @unofficial/kalshi/deno, or, with a proxy that " +
          "wants a password, leave http2 out.",
      });
      return lazyPool(async () => {
        const pool = await undiciPool(poolOptions, settings);
        if (!poolOptions.http2) return pool;
        const { http2Pool } = await import("./node_http2.ts");
        return http2Pool(settings, pool, poolOptions.limits?.keepaliveExpiryMs);
      });
    },
    ...(!globals.Deno && { createSigner: nodeSigner }),
    callTimers: (clock) => new SharedTimers(clock),
    ...hostFeatures(settings),
  };
  return runtime;
}
