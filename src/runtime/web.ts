/**
 * The adapter for browsers and for edge runtimes with nothing but web APIs: REST, no handshake headers, no
 * sockets, no files.
 *
 * @module
 */

import { KalshiConfigError } from "../base/errors.ts";
import { assertRuntimeCan, type Reasons } from "./capabilities.ts";
import type { HttpPool, RestRuntime, Runtime } from "./types.ts";

const keeps =
  "The browser, or the platform, keeps the connections, and tells nobody which are idle. Leave it out there; maxConnections " +
  "bounds the requests in flight.";
const reasons: Reasons = {
  http2: "The browser, or the platform, chooses the protocol. Leave it out there.",
  maxKeepaliveConnections: keeps,
  keepaliveExpiryMs: keeps,
};

const pool: HttpPool = {
  fetch: (url, { method, headers, body, signal }) =>
    fetch(url, { method, headers, body: body ?? null, signal: signal ?? null, redirect: "manual" }),
  isNotSent: () => false,
  close: () => Promise.resolve(),
};

const cannot = (what: string) =>
  Promise.reject(new KalshiConfigError(`${what} is not possible here: only web APIs were found.`));

/** The part of {@linkcode webRuntime} that REST calls need. */
export function detectRestRuntime(): RestRuntime {
  const runtime: RestRuntime = {
    name: "this web runtime",
    capabilities: {
      http2: false,
      // As requests in flight.
      maxConnections: true,
      maxKeepaliveConnections: false,
      keepaliveExpiryMs: false,
      proxy: false,
      caCertificates: false,
      handshakeHeaders: false,
      handshakeStatus: false,
      ping: false,
      tcp: false,
      tlsCa: false,
      tlsPins: false,
      files: false,
      env: false,
    },
    createHttpPool(options) {
      assertRuntimeCan(options, runtime, reasons);
      return pool;
    },
    readTextFile: () => cannot("Reading a file"),
    readEnv: () => undefined,
  };
  return runtime;
}

/**
 * The adapter for a browser or an edge runtime. It sends requests through the global `fetch` and can do
 * nothing else: a WebSocket to Kalshi needs signed handshake headers, which web pages cannot send.
 */
export function webRuntime(): Runtime {
  return {
    ...detectRestRuntime(),
    connectWebSocket: () => cannot("A WebSocket with signed handshake headers"),
    connectTcp: () => cannot("A TCP connection"),
  };
}

export { webRuntime as detectRuntime };
