/** The FIX of an exchange: its gateway, and where that is reached. */
import { KalshiConfigError } from "../base/errors.ts";
import type { FixSessionKind } from "../contract/fix/sessions.ts";
import { FixConfig } from "../fix/config.ts";
import type { FixConfigOptions } from "../fix/config_options.ts";
import type { Exchange } from "./exchange.ts";
import { serveFix } from "./fix_server.ts";
import { FixGateway } from "./gateways/fix/gateway.ts";
import { fixOptionsOf } from "./options.ts";
import type { RunningServer } from "./server.ts";
import type { LocalFixOptions, LocalTlsIdentity } from "./types.ts";

/** Where FIX is spoken in memory, unless told: the port of Kalshi's order entry. */
const MEMORY_PORT = 8228;

/** The FIX of one exchange. */
export class SpokenFix {
  readonly gateway: FixGateway;
  #hostname: string;
  #port: number;
  readonly #tls: LocalTlsIdentity | undefined;
  #server: RunningServer | undefined;

  private constructor(
    gateway: FixGateway,
    { hostname, port }: { readonly hostname: string; readonly port: number },
    tls?: LocalTlsIdentity,
  ) {
    this.gateway = gateway;
    this.#hostname = hostname;
    this.#port = port;
    this.#tls = tls;
  }

  /** Where it is reached. */
  get hostname(): string {
    return this.#hostname;
  }

  /** Where it is reached. */
  get port(): number {
    return this.#port;
  }

  /** Reached in memory alone; undefined where it is not asked for. */
  static inMemory(exchange: Exchange, fix: boolean | LocalFixOptions): SpokenFix | undefined {
    const options = fixOptionsOf(fix);
    if (options === undefined) return undefined;
    if (options.tls !== undefined) {
      throw new KalshiConfigError(
        "LocalExchange.create does not listen, and in memory nothing is encrypted: leave `fix.tls` out, or use start.",
      );
    }
    const port = options.port === 0 ? MEMORY_PORT : options.port;
    return new SpokenFix(new FixGateway(exchange, options), { hostname: "localhost", port });
  }

  /** Yet to listen on an address; undefined where it is not asked for. */
  static forNetwork(
    exchange: Exchange,
    fix: boolean | LocalFixOptions,
    hostname: string,
  ): SpokenFix | undefined {
    const options = fixOptionsOf(fix);
    if (options === undefined) return undefined;
    const { port, tls } = options;
    return new SpokenFix(new FixGateway(exchange, options), { hostname, port }, tls);
  }

  /** Listens. */
  async listen(): Promise<void> {
    const server = await serveFix(this.gateway, { hostname: this.hostname, port: this.port, tls: this.#tls });
    this.#server = server;
    this.#hostname = server.hostname;
    this.#port = server.port;
  }

  /** What leads to one kind of its sessions. */
  config(session: FixSessionKind, options: Partial<FixConfigOptions>): FixConfig {
    const { hostname: host, port } = this;
    const tls = this.#tls;
    const ca = tls === undefined ? undefined : [tls.ca ?? tls.cert];
    return new FixConfig({ product: "event", session, host, port, tls: tls !== undefined, ca, ...options });
  }

  /** Ends every session, and listens no longer. */
  async close(): Promise<void> {
    this.gateway.close();
    await this.#server?.close();
  }
}
