/** The FIX of an exchange: a gateway for each product that it has, and where that is reached. */
import { KalshiConfigError } from "../base/errors.ts";
import type { FixProduct, FixSessionKind } from "../contract/fix/sessions.ts";
import { FixConfig } from "../fix/config.ts";
import type { FixConfigOptions } from "../fix/config_options.ts";
import type { Exchange } from "./exchange.ts";
import { serveFix } from "./fix_server.ts";
import { FixGateway } from "./gateways/fix/gateway.ts";
import { eventProduct } from "./gateways/fix/products/event.ts";
import { marginProduct } from "./gateways/fix/products/margin.ts";
import type { Product } from "./gateways/fix/product.ts";
import { fixOptionsOf, type ReadFixOptions } from "./options.ts";
import type { RunningServer } from "./listening.ts";
import type { LocalFixOptions, LocalTlsIdentity } from "./types.ts";

/** Where FIX is spoken in memory, unless told: the port of Kalshi's order entry, and one that Kalshi has not. */
const memoryPorts: Readonly<Record<FixProduct, number>> = { event: 8228, margin: 8328 };

/** What is made of the options, by product; of a product that the exchange does not have nothing. */
export type FixByProduct = Readonly<Partial<Record<FixProduct, SpokenFix>>>;

/** The FIX of one product of an exchange. */
export class SpokenFix {
  readonly gateway: FixGateway;
  readonly #product: FixProduct;
  #hostname: string;
  #port: number;
  readonly #tls: LocalTlsIdentity | undefined;
  #server: RunningServer | undefined;

  private constructor(
    product: FixProduct,
    gateway: FixGateway,
    { hostname, port }: { readonly hostname: string; readonly port: number },
    tls?: LocalTlsIdentity,
  ) {
    this.#product = product;
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

  /** Reached in memory alone; nothing where it is not asked for. */
  static inMemory(exchange: Exchange, fix: boolean | LocalFixOptions): FixByProduct {
    const options = fixOptionsOf(fix);
    if (options?.tls !== undefined) {
      throw new KalshiConfigError(
        "LocalExchange.create does not listen, and in memory nothing is encrypted: leave `fix.tls` out, or use start.",
      );
    }
    return each(exchange, options, (product, gateway, port) => {
      const place = { hostname: "localhost", port: port === 0 ? memoryPorts[product] : port };
      return new SpokenFix(product, gateway, place);
    });
  }

  /** Yet to listen on an address; nothing where it is not asked for. */
  static forNetwork(exchange: Exchange, fix: boolean | LocalFixOptions, hostname: string): FixByProduct {
    const options = fixOptionsOf(fix);
    return each(
      exchange,
      options,
      (product, gateway, port) => new SpokenFix(product, gateway, { hostname, port }, options?.tls),
    );
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
    return new FixConfig({
      product: this.#product,
      session,
      host,
      port,
      tls: tls !== undefined,
      ca,
      ...options,
    });
  }

  /** Ends every session, and listens no longer. */
  async close(): Promise<void> {
    this.gateway.close();
    await this.#server?.close();
  }
}

const products: readonly Product[] = [eventProduct, marginProduct];

/** One for each product that the exchange has. */
function each(
  exchange: Exchange,
  options: ReadFixOptions | undefined,
  make: (product: FixProduct, gateway: FixGateway, port: number) => SpokenFix,
): FixByProduct {
  if (options === undefined) return {};
  const ports: Readonly<Record<FixProduct, number>> = { event: options.port, margin: options.marginPort };
  const made: Partial<Record<FixProduct, SpokenFix>> = {};
  for (const product of products) {
    const floor = product.floorOf(exchange);
    if (floor === undefined) continue;
    const { name } = product;
    made[name] = make(name, new FixGateway(exchange, product, floor, options), ports[name]);
  }
  return made;
}
