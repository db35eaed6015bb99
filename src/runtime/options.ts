import { KalshiConfigError } from "../errors.ts";
import type { HttpPoolOptions, Runtime, RuntimeCapabilities, RuntimeOptions } from "./types.ts";

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

const limitNames = ["maxConnections", "maxKeepaliveConnections", "keepaliveExpiryMs"] as const;

/** Throws when a pool is asked for what `runtime` cannot do. */
export function checkPoolOptions(runtime: Runtime, options: HttpPoolOptions, advice = ""): void {
  const refuse = (what: string) => {
    throw new KalshiConfigError(`\`${what}\` cannot be honoured by ${runtime.name}.${advice}`);
  };
  if (options.http2 && !runtime.capabilities.http2) refuse("http2");
  for (const name of limitNames) {
    const value = options.limits?.[name];
    if (value === undefined) continue;
    if (!runtime.capabilities[name]) refuse(`limits.${name}`);
    if (!Number.isSafeInteger(value) || value < (name === "maxConnections" ? 1 : 0)) {
      throw new KalshiConfigError(`\`limits.${name}\` must be a whole number, got ${value}.`);
    }
  }
}

/** Checks what an adapter was given, and that `capabilities` allow it. */
export function checkRuntimeOptions(
  name: string,
  options: RuntimeOptions,
  capabilities: Pick<RuntimeCapabilities, "proxy" | "caCertificates">,
): Settings {
  for (const key of Object.keys(options)) {
    if (key !== "proxy" && key !== "caCertificates") {
      throw new KalshiConfigError(`The adapter of ${name} has no option \`${key}\`.`);
    }
    if (options[key] !== undefined && !capabilities[key]) {
      throw new KalshiConfigError(`\`${key}\` cannot be honoured by ${name}.`);
    }
  }
  const { proxy, caCertificates } = options;
  for (const pem of caCertificates ?? []) {
    if (!/-----BEGIN (TRUSTED |X509 )?CERTIFICATE-----/.test(pem)) {
      throw new KalshiConfigError(
        "`caCertificates` must be PEM texts that begin with -----BEGIN CERTIFICATE-----.",
      );
    }
  }
  return { proxy: proxy && takeApart(proxy), caCertificates };
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
