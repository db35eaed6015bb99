/**
 * A client without namespaces: configuration, key, connection pool and the request pipeline.
 *
 * @module
 */

import { detectRuntime } from "#runtime";
import { assertPrivateKeyPem, KalshiAuth, type Passphrase, type RequestSigner } from "./auth/mod.ts";
import { type Clock, systemClock } from "./clock.ts";
import { assertRuntimeCan, KalshiConfig, type KalshiConfigOptions } from "./config.ts";
import { KalshiConfigError } from "./errors.ts";
import type { ClientHooks } from "./http/hooks.ts";
import { type CallOptions, HttpPipeline } from "./http/pipeline.ts";
import { type Transport, transportPool } from "./http/transport.ts";
import { assertPlainPath, type Params } from "./http/url.ts";
import type { Runtime } from "./runtime/types.ts";

/** What a client is made from. Without a key it makes public calls only. */
export interface KalshiClientOptions extends ClientHooks {
  /** A key to share between clients; not together with `keyId` and the options that belong to it. */
  readonly auth?: KalshiAuth | RequestSigner | undefined;
  /** Id of the API key. */
  readonly keyId?: string | undefined;
  /** The private key as PEM text. */
  readonly privateKey?: string | undefined;
  /** A file that holds the private key; `~/` is the home folder. Read at the first signed call. */
  readonly privateKeyPath?: string | undefined;
  /** Passphrase of an encrypted key, or a function that gives it. */
  readonly passphrase?: Passphrase | undefined;
  /** Configuration, or its options; production when left out. */
  readonly config?: KalshiConfig | KalshiConfigOptions | undefined;
  /** `true` is short for `config: KalshiConfig.demo()`; not together with `config`. */
  readonly demo?: boolean | undefined;
  /** The adapter of this runtime, such as `nodeRuntime()`; detected when left out. */
  readonly runtime?: Runtime | undefined;
  /** Replaces the network entirely. */
  readonly transport?: Transport | undefined;
  /** Time; the runtime's own when left out. */
  readonly clock?: Clock | undefined;
}

/** A request that no method of a namespace models. */
export interface RawRequestOptions extends CallOptions {
  /** Query parameters; a list is repeated. `undefined` is left out, `false` and 0 are sent. */
  readonly query?: Readonly<Record<string, unknown>> | undefined;
  /** JSON body. */
  readonly body?: unknown;
  /** Whether to sign: `optional` (sign when there is a key) when left out. */
  readonly auth?: "required" | "optional" | "none" | undefined;
}

const OPTION_NAMES: Readonly<Record<keyof KalshiClientOptions, true>> = {
  auth: true,
  keyId: true,
  privateKey: true,
  privateKeyPath: true,
  passphrase: true,
  config: true,
  demo: true,
  runtime: true,
  transport: true,
  clock: true,
  onRequest: true,
  onResponse: true,
  onRetry: true,
};

function chooseConfig({ config, demo }: KalshiClientOptions): KalshiConfig {
  if (demo !== undefined && typeof demo !== "boolean") {
    throw new KalshiConfigError("`demo` takes true or false.");
  }
  if (config === undefined) return demo ? KalshiConfig.demo() : new KalshiConfig();
  if (demo) throw new KalshiConfigError("Give either `demo: true` or `config`, not both.");
  return config instanceof KalshiConfig ? config : new KalshiConfig(config);
}

/** The key of a client, imported at its first use where it came as text or as a file. */
function chooseAuth(
  options: KalshiClientOptions,
  runtime: Runtime,
): (() => Promise<KalshiAuth>) | KalshiAuth | undefined {
  const { auth, keyId, privateKey, privateKeyPath, passphrase } = options;
  const given = Object.entries({ keyId, privateKey, privateKeyPath, passphrase })
    .filter(([, value]) => value !== undefined)
    .map(([name]) => `\`${name}\``);
  if (auth !== undefined) {
    if (given.length > 0) {
      throw new KalshiConfigError(
        `Give either \`auth\` or ${given.join(", ")}, not both: it is not clear which key to use.`,
      );
    }
    return auth instanceof KalshiAuth ? auth : KalshiAuth.fromSigner(auth);
  }
  if (given.length === 0) return undefined;
  if (typeof keyId !== "string" || keyId.trim() === "") {
    throw new KalshiConfigError(`${given.join(", ")} came without the key's id: give \`keyId\` as well.`);
  }
  if (privateKey !== undefined && privateKeyPath !== undefined) {
    throw new KalshiConfigError("Give either `privateKey` or `privateKeyPath`, not both.");
  }
  let load: () => Promise<KalshiAuth>;
  if (privateKey !== undefined) {
    assertPrivateKeyPem(privateKey, { passphrase });
    load = () => KalshiAuth.fromPem(keyId, privateKey, { passphrase });
  } else if (privateKeyPath !== undefined) {
    if (!runtime.capabilities.files) {
      throw new KalshiConfigError(
        `\`privateKeyPath\` needs files, which ${runtime.name} does not give: pass the PEM text as \`privateKey\`.`,
      );
    }
    load = () => KalshiAuth.fromKeyPath(keyId, privateKeyPath, { passphrase, runtime });
  } else {
    throw new KalshiConfigError("`keyId` came without a key: give `privateKey` or `privateKeyPath` as well.");
  }
  let loaded: Promise<KalshiAuth> | undefined;
  return () => loaded ??= load();
}

/**
 * The client without namespaces, for bundles that count every byte: {@linkcode KalshiCore.request} reaches
 * every path of the API.
 *
 * @example
 * ```ts
 * import { KalshiCore } from "@unofficial/kalshi";
 *
 * await using core = new KalshiCore({ demo: true });
 * console.log(await core.request("GET", "/exchange/status"));
 * ```
 */
export class KalshiCore implements AsyncDisposable {
  /** The configuration in use; frozen. */
  readonly config: KalshiConfig;
  /** The request pipeline that every method goes through. */
  protected readonly http: HttpPipeline;

  /**
   * Opens nothing: connections are made by the first call.
   *
   * @throws {KalshiConfigError} when options are unknown, conflict, or ask for what this runtime cannot do.
   * @throws {KalshiAuthError} when `privateKey` cannot be a private key.
   */
  constructor(options: KalshiClientOptions = {}) {
    for (const name of Object.keys(options)) {
      if (!Object.hasOwn(OPTION_NAMES, name)) {
        throw new KalshiConfigError(
          `KalshiClient has no option \`${name}\`. It takes: ${Object.keys(OPTION_NAMES).join(", ")}. ` +
            "URLs, timeouts and retries go into `config`.",
        );
      }
    }
    const { transport, clock = systemClock, onRequest, onResponse, onRetry } = options;
    const runtime = options.runtime ?? detectRuntime();
    this.config = chooseConfig(options);
    if (transport === undefined) assertRuntimeCan(this.config, runtime);
    this.http = new HttpPipeline({
      config: this.config,
      auth: chooseAuth(options, runtime),
      pool: transport === undefined
        ? runtime.createHttpPool({ http2: this.config.http2, limits: this.config.limits })
        : transportPool(transport),
      hooks: { onRequest, onResponse, onRetry },
      clock,
      random: Math.random,
    });
  }

  /** True when the client has a key to sign with. */
  get isAuthenticated(): boolean {
    return this.http.isAuthenticated;
  }

  /**
   * Sends a request to any path of the API, with the same signing, retries and errors as every method.
   *
   * @param method HTTP method.
   * @param path Path below the API root, percent-encoded and without query: `/markets/TICKER`.
   * @returns The decoded JSON body; undefined when the answer has none.
   */
  async request<T = unknown>(method: string, path: string, options: RawRequestOptions = {}): Promise<T> {
    const { query, auth = "optional", ...input } = options;
    const verb = String(method).toUpperCase();
    if (!/^(GET|HEAD|OPTIONS|POST|PUT|PATCH|DELETE)$/.test(verb)) {
      throw new KalshiConfigError(`${JSON.stringify(method)} is no HTTP method that this API knows.`);
    }
    assertPlainPath(path);
    const params = query as Params | undefined;
    return await this.http.request<T>({ method: verb, path, auth, empty: "maybe" }, { ...input, params });
  }

  /** Ends running calls, closes every connection, and refuses new calls. A second call is harmless. */
  close(): Promise<void> {
    return this.http.close();
  }

  /** The same as {@linkcode close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
