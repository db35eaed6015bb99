import { KalshiConfigError } from "../base/errors.ts";
import { withCoding } from "./content_coding.ts";
import { hostFeatures } from "./host.ts";
import { nodeCodings } from "./node_codings.ts";
import { type AgentLimits, limitedAgents } from "./node_limits.ts";
import { nodeSigner } from "./node_signer.ts";
import { checkPoolOptions, type Settings } from "./options.ts";
import { certificateRefused } from "./tls_codes.ts";
import type { ConnectionLimits, HttpPool, Runtime } from "./types.ts";
import { untilClosed } from "./until_free.ts";

/** Lists in which Node's own `fetch` knows every content coding; a list with another one it leaves as it is. */
const KNOWN = /^(gzip|x-gzip|deflate|br|zstd)(\s*,\s*(gzip|x-gzip|deflate|br|zstd))*$/i;
const KNOWN_TO_OLD = /^(gzip|x-gzip|deflate|br)(\s*,\s*(gzip|x-gzip|deflate|br))*$/i;

interface Dispatcher {
  destroy(): Promise<void>;
}

type AgentClass = new (options: AgentLimits & { allowH2: false; socketPath: "" }) => Dispatcher;

interface NodeRequestInit extends RequestInit {
  readonly dispatcher?: Dispatcher | undefined;
}

/** Codes of failures that come before a request is written. */
const notSent = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/** What undici, the client behind Node's `fetch`, says when nothing was written. */
export function isNotSent(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    const { code, syscall } = at as { code?: unknown; syscall?: unknown };
    if (
      notSent.has(String(code)) || /^(connect|getaddrinfo)$/.test(String(syscall)) ||
      certificateRefused.test(String(code))
    ) {
      return true;
    }
    if (/before secure TLS connection|NGHTTP2_REFUSED_STREAM|when HTTP Tunneling/.test(at.message)) {
      return true;
    }
  }
  return false;
}

/**
 * A pool of one's own for the global `fetch`, from the class that made Node's global one: undici is in Node,
 * but can not be imported from there. Where the application put a dispatcher of another kind (a proxy's, a
 * mock's), requests go through that.
 */
function ownAgent(): AgentClass | undefined {
  // Reading it makes Node load its undici, and with it the global dispatcher.
  void globalThis.Headers;
  const globals = globalThis as unknown as Record<symbol, { constructor: AgentClass } | undefined>;
  const shared = globals[Symbol.for("undici.globalDispatcher.2")] ??
    globals[Symbol.for("undici.globalDispatcher.1")];
  return shared?.constructor.name === "Agent" ? shared.constructor : undefined;
}

/** What Node's own `fetch` undoes; zstd since its undici 7. */
function undone(): RegExp {
  const { versions } = (globalThis as unknown as { process: { versions: { undici?: string } } }).process;
  return Number.parseInt(versions.undici ?? "") >= 7 ? KNOWN : KNOWN_TO_OLD;
}

/** A pool over Node's own `fetch`. */
export function builtinPool(limits?: ConnectionLimits): HttpPool {
  let agents: ReturnType<typeof limitedAgents<Dispatcher>> | undefined;
  let used = false;
  let closed = false;
  return {
    untilFree: untilClosed,
    fetch(url, { method, headers, body, signal, place }) {
      if (closed) return Promise.reject(new TypeError("The connection pool is closed."));
      if (!used) {
        const Agent = ownAgent();
        if (Agent) {
          agents = limitedAgents(
            limits,
            (limit) => new Agent({ ...limit, socketPath: "", allowH2: false }),
          );
        }
        used = true;
      }
      const init: NodeRequestInit = {
        method,
        headers,
        body: body ?? null,
        signal: signal ?? null,
        redirect: "manual",
        dispatcher: agents?.choose(place?.keepAlive),
      };
      return fetch(url, init).then((response) => withCoding(response, undone(), nodeCodings));
    },
    isNotSent,
    async close() {
      closed = true;
      await agents?.destroy();
    },
  };
}

const none: Settings = { proxy: undefined, caCertificates: undefined, webSocketCompression: false };

/** The adapter for Node as it is found, without the undici package: all but HTTP/2 and proxies. */
export function builtinNodeRuntime(): Runtime {
  const runtime: Runtime = {
    name: "Node's own fetch",
    capabilities: {
      http2: false,
      maxConnections: true,
      maxKeepaliveConnections: true,
      keepaliveExpiryMs: true,
      proxy: false,
      caCertificates: false,
      handshakeHeaders: true,
      handshakeStatus: true,
      ping: true,
      tcp: true,
      tlsCa: true,
      tlsPins: true,
      files: true,
      env: true,
    },
    createHttpPool(options) {
      checkPoolOptions(options, runtime, {
        http2: "Node's own fetch speaks HTTP/1.1. Give the client nodeRuntime() of @unofficial/kalshi/node.",
      });
      const { maxKeepaliveConnections, keepaliveExpiryMs } = options.limits ?? {};
      if ((maxKeepaliveConnections ?? keepaliveExpiryMs) !== undefined && !ownAgent()) {
        throw new KalshiConfigError(
          "limits.maxKeepaliveConnections and limits.keepaliveExpiryMs cannot be honoured on Node's own fetch while the " +
            "application has a global dispatcher of its own, which keeps the connections. Leave them out, or give the " +
            "client nodeRuntime() of @unofficial/kalshi/node.",
        );
      }
      return builtinPool(options.limits);
    },
    createSigner: nodeSigner,
    ...hostFeatures(none),
  };
  return runtime;
}
