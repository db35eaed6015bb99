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
  readonly hostname: string;
  readonly port: number;
  readonly #tls: LocalTlsIdentity | undefined;
  readonly #server: RunningServer | undefined;

  private constructor(
    gateway: FixGateway,
    { hostname, port }: { readonly hostname: string; readonly port: number },
    tls?: LocalTlsIdentity,
    server?: RunningServer,
  ) {
    this.gateway = gateway;
    this.hostname = hostname;
    this.port = port;
    this.#tls = tls;
    this.#server = server;
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

  /** Listens; undefined where it is not asked for. */
  static async listen(
    exchange: Exchange,
    fix: boolean | LocalFixOptions,
    hostname: string,
  ): Promise<SpokenFix | undefined> {
    const options = fixOptionsOf(fix);
    if (options === undefined) return undefined;
    const { port, tls } = options;
    const gateway = new FixGateway(exchange, options);
    const server = await serveFix(gateway, { hostname, port, tls });
    return new SpokenFix(gateway, server, tls, server);
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
