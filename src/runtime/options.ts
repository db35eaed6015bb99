import { KalshiConfigError } from "../base/errors.ts";
import { flag, group, needed, readOptions, rule, type Rules, whole } from "../base/options.ts";
import { LONGEST_MS } from "../base/waits.ts";
import { LEAST_LIMITS } from "../config/limits.ts";
import { assertRuntimeCan, type Reasons } from "./capabilities.ts";
import { certificates } from "./tls_trust.ts";
import type {
  ConnectionLimits,
  HttpPoolOptions,
  ProxyOptions,
  RestRuntime,
  RuntimeOptions,
} from "./types.ts";

/** A proxy, taken apart. */
export interface Proxy {
  /** Without credentials and path. */
  readonly url: string;
  readonly hostname: string;
  readonly port: number;
  /** Value of `proxy-authorization`. */
  readonly authorization: string | undefined;
}

/** {@linkcode RuntimeOptions}, checked. */
export interface Settings {
  readonly proxy: Proxy | undefined;
  readonly caCertificates: readonly string[] | undefined;
  readonly webSocketCompression: boolean;
}

/** What the limits of a pool may be. */
export const limitRules: Rules<ConnectionLimits> = {
  maxConnections: whole(LEAST_LIMITS.maxConnections),
  maxKeepaliveConnections: whole(LEAST_LIMITS.maxKeepaliveConnections),
  keepaliveExpiryMs: whole(LEAST_LIMITS.keepaliveExpiryMs, LONGEST_MS, "whole milliseconds"),
};

/** The same for an adapter that can do some of it: the values must make sense as well. */
export function checkPoolOptions(options: HttpPoolOptions, runtime: RestRuntime, reasons?: Reasons): void {
  assertRuntimeCan(options, runtime, reasons);
  if (options.limits !== undefined) readOptions(`${runtime.name}: limits`, { ...options.limits }, limitRules);
}

const isText = (value: unknown) => typeof value === "string";

/** What a proxy may be. */
export const proxyRules: Rules<ProxyOptions> = {
  url: needed(rule("http://host:port", isText)),
  username: rule("text", isText),
  password: rule("text", isText),
};

/** What an adapter may be given. */
export const runtimeRules: Rules<RuntimeOptions> = {
  proxy: group(proxyRules),
  caCertificates: certificates(),
  webSocketCompression: flag(),
};

/** A copy of an adapter's options; refuses those that no adapter has, and those that this one cannot honour. */
export function readRuntimeOptions(
  name: string,
  options: RuntimeOptions,
  honoured: readonly (keyof RuntimeOptions)[],
): RuntimeOptions {
  const own = readOptions(`The adapter of ${name}`, options, runtimeRules);
  for (const key of Object.keys(runtimeRules) as (keyof RuntimeOptions)[]) {
    if (own[key] !== undefined && !honoured.includes(key)) {
      throw new KalshiConfigError(`\`${key}\` cannot be honoured by ${name}.`);
    }
  }
  return own;
}

/** Checks what an adapter was given that can honour all of it. */
export function checkRuntimeOptions(name: string, options: RuntimeOptions): Settings {
  const { proxy, caCertificates, webSocketCompression = false } = readRuntimeOptions(name, options, [
    "proxy",
    "caCertificates",
    "webSocketCompression",
  ]);
  return {
    proxy: proxy && takeApart(proxy),
    caCertificates: caCertificates && [...caCertificates],
    webSocketCompression,
  };
}

function takeApart(proxy: NonNullable<RuntimeOptions["proxy"]>): Proxy {
  // The URL may hold a password, so no message repeats it.
  const wrong = () =>
    new KalshiConfigError("`proxy.url` must look like http://proxy.example:3128, without a path.");
  let url: URL;
  try {
    url = new URL(proxy.url);
  } catch {
    throw wrong();
  }
  if (url.protocol !== "http:" || url.pathname !== "/" || url.search || url.hash) throw wrong();
  const username = proxy.username ?? decodeURIComponent(url.username);
  const password = proxy.password ?? decodeURIComponent(url.password);
  const secret = String.fromCharCode(...new TextEncoder().encode(`${username}:${password}`));
  return {
    url: url.origin,
    hostname: url.hostname,
    port: Number(url.port) || 80,
    authorization: secret === ":" ? undefined : `Basic ${btoa(secret)}`,
  };
}
