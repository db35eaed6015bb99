/**
 * The adapter for browsers and for edge runtimes with nothing but web APIs: REST, no handshake headers, no
 * sockets, no files.
 *
 * @module
 */

import { KalshiConfigError } from "../errors.ts";
import { assertRuntimeCan } from "./options.ts";
import type { HttpPool, RestRuntime, Runtime } from "./types.ts";

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
      maxConnections: false,
      maxKeepaliveConnections: false,
      keepaliveExpiryMs: false,
      proxy: false,
      caCertificates: false,
      handshakeHeaders: false,
      handshakeStatus: false,
      ping: false,
      tcp: false,
      files: false,
      env: false,
    },
    createHttpPool(options) {
      assertRuntimeCan(options, runtime);
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
