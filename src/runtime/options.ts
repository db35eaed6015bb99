import { KalshiConfigError } from "../base/errors.ts";
import { readOwn, shownName } from "../base/plain.ts";
import type { ConnectionLimits, HttpPoolOptions, RestRuntime, RuntimeOptions } from "./types.ts";

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
}

const names = ["http2", "maxConnections", "maxKeepaliveConnections", "keepaliveExpiryMs"] as const;

/** Why an adapter cannot do something, and what to do there instead: a whole sentence or more for each option. */
export type Reasons = { readonly [name in typeof names[number]]?: string };

/**
 * Refuses what a runtime's adapter cannot do.
 *
 * @throws {KalshiConfigError} naming the option and the runtime, with the reason where the adapter gives one
 */
export function assertRuntimeCan(
  { http2, limits }: HttpPoolOptions,
  { name: runtime, capabilities }: Pick<RestRuntime, "name" | "capabilities">,
  reasons: Reasons = {},
): void {
  const wanted = { ...limits, http2: http2 || undefined };
  for (const name of names) {
    if (wanted[name] === undefined || capabilities[name]) continue;
    const option = name === "http2" ? name : `limits.${name}`;
    throw new KalshiConfigError(
      `${option} cannot be honoured on ${runtime}. ${reasons[name] ?? "Leave it out there."}`,
    );
  }
}

/** The same for an adapter that can do some of it: the values must make sense as well. */
export function checkPoolOptions(options: HttpPoolOptions, runtime: RestRuntime, reasons?: Reasons): void {
  assertRuntimeCan(options, runtime, reasons);
  const limits: ConnectionLimits = options.limits ?? {};
  for (const [name, value] of Object.entries(limits)) {
    if (value === undefined) continue;
    if (!Number.isSafeInteger(value) || value < (name === "maxConnections" ? 1 : 0)) {
      throw new KalshiConfigError(`\`limits.${name}\` must be a whole number, got ${value}.`);
    }
  }
}

/** A copy of an adapter's options; refuses those that no adapter has, and those that this one cannot honour. */
export function readRuntimeOptions(
  name: string,
  options: RuntimeOptions,
  honoured: readonly (keyof RuntimeOptions)[],
): RuntimeOptions {
  const own = readOwn(options);
  for (const key of Object.keys(own)) {
    if (key !== "proxy" && key !== "caCertificates") {
      throw new KalshiConfigError(`The adapter of ${name} has no option ${shownName(key)}.`);
    }
    if (own[key] !== undefined && !honoured.includes(key)) {
      throw new KalshiConfigError(`\`${key}\` cannot be honoured by ${name}.`);
    }
  }
  return own;
}

/** Checks what an adapter was given that can honour all of it. */
export function checkRuntimeOptions(name: string, options: RuntimeOptions): Settings {
  const { proxy, caCertificates: given } = readRuntimeOptions(name, options, ["proxy", "caCertificates"]);
  const caCertificates = given && [...given];
  for (const pem of caCertificates ?? []) {
    if (!/-----BEGIN (TRUSTED |X509 )?CERTIFICATE-----/.test(pem)) {
      throw new KalshiConfigError(
        "`caCertificates` must be PEM texts that begin with -----BEGIN CERTIFICATE-----.",
      );
    }
  }
  return { proxy: proxy && takeApart(readOwn(proxy)), caCertificates };
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
