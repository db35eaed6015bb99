/**
 * What the clients of Kalshi's exchanges share: the key, configuration, limiter and log of one, and the streams and FIX
 * sessions that it opens. The client of a product adds its namespaces.
 *
 * @module
 */

import { detectRestRuntime } from "#runtime";
import type { KalshiAuth } from "./auth/kalshi_auth.ts";
import type { Clock } from "./base/clock.ts";
import { KalshiAuthRequiredError, KalshiConfigError, KalshiConnectionError } from "./base/errors.ts";
import { assertObject, assertValue, signal as signalRule } from "./base/options.ts";
import { readOwn } from "./base/plain.ts";
import { chooseAuth, type ClientKey, keyIdOf } from "./client_key.ts";
import { chooseLimiter } from "./client_limiter.ts";
import type { ProductClientOptions } from "./client_options.ts";
import { chooseConfig, readClientOptions } from "./read_client_options.ts";
import type { ClientTraits } from "./client_traits.ts";
import type { ClientConfig } from "./config/client_config.ts";
import { chooseLog, type LogOptions } from "./config/logging.ts";
import { KalshiCore } from "./core.ts";
import type { FixClient } from "./fix/client.ts";
import type { FixClientOptions } from "./fix/client_options.ts";
import type { Advice } from "./http/error_advice.ts";
import { logHooks } from "./http/log_hooks.ts";
import { makeInspect } from "./http/validate.ts";
import { type Opened, OwnedResources } from "./owned_resources.ts";
import type { Limiter } from "./rate_limits/limiter.ts";
import type { Runtime } from "./runtime/types.ts";

/** What a client gives to whatever it opens. */
interface Shared<Config> {
  readonly auth: ClientKey | undefined;
  readonly keyId: string | undefined;
  readonly config: Config;
  readonly runtime: Runtime | undefined;
  readonly clock: Clock | undefined;
  readonly limiter: Limiter | undefined;
  readonly readOnly: boolean | undefined;
  readonly logging: LogOptions;
}

/** What a stream of a client has from the client. */
export type OfClient = "auth" | "runtime" | "clock" | "lookup";

/** The options of a FIX session that a client opens: key, runtime, clock and limiter are the client's. */
export type ClientFixOptions = Omit<
  FixClientOptions,
  "auth" | "keyId" | "privateKey" | "passphrase" | "runtime" | "clock" | "limiter"
>;

/** Says what could not be loaded: the code of a whole feature. */
export const notLoaded = (what: string) => (cause: unknown): never => {
  throw new KalshiConnectionError(`The code of ${what} could not be loaded: see \`cause\`.`, { cause });
};

/** Refuses what the client gives itself. */
function refuseOwn(options: object, names: readonly string[], says: (name: string) => string): void {
  for (const name of names) {
    if ((options as Readonly<Record<string, unknown>>)[name] !== undefined) {
      throw new KalshiConfigError(says(name));
    }
  }
}

/** A client of one of Kalshi's exchanges; {@linkcode KalshiCore} is the part of it that sends requests. */
export abstract class ProductClient<Config extends ClientConfig> extends KalshiCore {
  /** Its configuration. */
  declare readonly config: Config;
  readonly #shared: Shared<Config>;
  readonly #openings = new OwnedResources();
  readonly #traits: ClientTraits<Config>;
  #closing: Promise<void> | undefined;

  /**
   * Made by the client of a product.
   *
   * @throws {KalshiConfigError} when options are unknown, conflict, or ask for what this runtime cannot do.
   * @throws {KalshiAuthKeyError} when `privateKey` cannot be a private key, and when the file of `privateKeyPath` is
   * missing or holds none, where the runtime can look.
   * @internal
   */
  protected constructor(traits: ClientTraits<Config>, given: ProductClientOptions<unknown>) {
    const options = readClientOptions(traits, given);
    const runtime = options.runtime ?? detectRestRuntime();
    const config = chooseConfig(traits, options, { runtime });
    const limiter = chooseLimiter(traits, options, () => http);
    const hooks = logHooks(chooseLog(options, runtime), options);
    const inspect = makeInspect(options.validate, options.checkResponse, hooks);
    const auth = chooseAuth(options, runtime);
    const { transport, clock, readOnly, logger, logLevel } = options;
    const { onRequest, onResponse, onRetry, onEnd } = hooks;
    super({
      auth,
      config,
      venue: traits.venue,
      runtime,
      transport,
      limiter,
      inspect,
      clock,
      readOnly,
      onRequest,
      onResponse,
      onRetry,
      onEnd,
    });
    const http = this.http;
    this.#traits = traits;
    this.#shared = {
      auth,
      keyId: keyIdOf(auth, options),
      config,
      runtime: options.runtime,
      clock: options.clock,
      limiter,
      readOnly,
      logging: { logger, logLevel },
    };
  }

  /** The id of its API key, which is no secret; undefined where it has none. */
  get keyId(): string | undefined {
    return this.#shared.keyId;
  }

  /**
   * Opens a stream with what the client has.
   *
   * @param owner the class of the stream, for messages
   * @internal
   */
  protected async openStream<Options extends object, Stream extends Opened & { readonly state: string }>(
    owner: string,
    given: Omit<Options, OfClient>,
    connect: (options: Options) => Promise<Stream>,
  ): Promise<Stream> {
    // The stream itself says what is wrong with the others: its code is not loaded yet.
    assertObject(owner, given);
    const options = readOwn(given) as { readonly signal?: AbortSignal };
    if (options.signal !== undefined) assertValue(owner, "signal", options.signal, signalRule());
    refuseOwn(
      options,
      ["auth", "runtime", "clock", "lookup"],
      (name) =>
        `A stream of a client has the client's own \`${name}\`: leave it out, or use ${owner}.connect.`,
    );
    const { config, runtime, clock, logging } = this.#shared;
    const key = this.#key("A stream");
    return await this.#openings.open(
      "stream",
      options.signal,
      async (signal) => {
        const auth = await key();
        const ofClient = { runtime, clock, lookup: this };
        return await connect(
          { config, ...logging, ...options, ...ofClient, signal, auth } as unknown as Options,
        );
      },
      ({ state }) => state === "closed",
    );
  }

  /**
   * Opens a FIX session with what the client has.
   *
   * @internal
   */
  protected async openFix(given: ClientFixOptions): Promise<FixClient> {
    assertObject("FixClient", given);
    const options = readOwn(given);
    if (options.signal !== undefined) assertValue("FixClient", "signal", options.signal, signalRule());
    refuseOwn(
      options,
      ["auth", "keyId", "privateKey", "passphrase", "runtime", "clock", "limiter"],
      (name) =>
        `A FIX session of a client has the client's own \`${name}\`: leave it out, or use FixClient.connect.`,
    );
    const key = this.#key("A FIX session");
    const { config: { environment, product }, runtime, clock, limiter, readOnly, logging } = this.#shared;
    return await this.#openings.open(
      "FIX session",
      options.signal,
      async (signal) => {
        const auth = await key();
        const { connectFor } = await import("./fix/of_client.ts").catch(notLoaded("FIX"));
        const owner = { auth, environment, product, runtime, clock, limiter, readOnly };
        return await connectFor(owner, { ...logging, ...options }, signal);
      },
      ({ state }) => state.name === "closed",
    );
  }

  /** What gives the client's key. */
  #key(what: string): () => Promise<KalshiAuth> {
    const { auth } = this.#shared;
    if (auth === undefined) {
      const { owner, venue: { variables } } = this.#traits;
      throw new KalshiAuthRequiredError(
        `${what} needs an API key and this client has none: give it \`keyId\` and \`privateKey\`, or set ` +
          `${variables.keyId} and its private key for ${owner}.fromEnv().`,
      );
    }
    return typeof auth === "function" ? auth : () => Promise.resolve(auth);
  }

  /** @internal */
  protected override get advice(): Advice {
    return this.#traits.advice;
  }

  /**
   * Closes the client and every stream and FIX session that it has opened: running calls are ended, loops over streams and books get
   * what is queued and end, sockets are closed. New calls and streams are refused. A second call is harmless.
   */
  override close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    // Each begins to close before the first has ended.
    await Promise.all([this.#openings.close(), super.close()]);
  }
}
