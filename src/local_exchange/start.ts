/** Starts and stops an exchange: everything that it is made of, by the options that were given. */
import { assertObject, readOptions } from "../base/options.ts";
import { readOwn } from "../base/plain.ts";
import { KalshiConfig } from "../config/kalshi_config.ts";
import { Exchange } from "./exchange.ts";
import { gatewaysOf } from "./fix_by_product.ts";
import { KlearGateway } from "./gateways/klear/gateway.ts";
import { RestGateway } from "./gateways/rest/gateway.ts";
import { MemoryNetwork } from "./memory/runtime.ts";
import { exchangeRules, listenRules, type ReadExchangeOptions } from "./options.ts";
import { REST_ROOT } from "./paths.ts";
import { type PerpsAccess, perpsAccess } from "./perps_access.ts";
import { Served } from "./served.ts";
import type { RunningServer } from "./listening.ts";
import { serve } from "./server.ts";
import { settingsOf } from "./settings.ts";
import { type FixByProduct, SpokenFix } from "./spoken_fix.ts";
import { type Opened, openExchange } from "./state/restore.ts";
import type { LocalExchangeListenOptions, LocalExchangeOptions, LocalPage, RestoredState } from "./types.ts";

/** An exchange with what speaks for it. */
interface Prepared {
  readonly exchange: Exchange;
  readonly served: Served;
  readonly fix: FixByProduct;
  readonly restored: RestoredState | undefined;
}

/** An exchange that can be reached. */
export interface Running extends Prepared {
  /** Undefined where it does not listen. */
  readonly server: RunningServer | undefined;
  readonly baseUrl: string;
  readonly wsBaseUrl: string;
  readonly config: KalshiConfig;
  /** Undefined where there are no perps. */
  readonly perps: PerpsAccess | undefined;
  readonly network: MemoryNetwork;
}

/** Starts one that is reached in memory alone. */
export function startInMemory(options: LocalExchangeOptions): Running {
  const own = ownOptions(options);
  const read = readOptions("LocalExchange", own, exchangeRules);
  const opened = openExchange(settingsOf(read), read.state, givenIn(own));
  return reachable(prepare(opened, (exchange) => SpokenFix.inMemory(exchange, read.fix)), undefined);
}

/** What an exchange is started with whose markets come from a tape. */
export interface TapedOptions extends Pick<LocalExchangeOptions, "seed" | "clock" | "fix" | "rateLimits"> {
  /** Told whenever anything is sent to it or by it. */
  readonly onTraffic?: (() => void) | undefined;
}

/** Starts one without markets of its own, which is reached in memory alone. */
export function startTaped({ onTraffic, ...options }: TapedOptions): Running {
  const { opened, fix } = openTaped(options);
  return reachable(prepare(opened, (made) => SpokenFix.inMemory(made, fix)), undefined, onTraffic);
}

/** Starts one without markets of its own that listens. */
export async function startTapedListening(
  { port, hostname, ...options }: TapedOptions & { readonly port: number; readonly hostname: string },
): Promise<Running> {
  const { opened, fix } = openTaped(options);
  return await listening(opened, prepare(opened, (made) => SpokenFix.forNetwork(made, fix, hostname)), {
    port,
    hostname,
  });
}

function openTaped(options: TapedOptions): { opened: Opened; fix: ReadExchangeOptions["fix"] } {
  const given: LocalExchangeOptions = { ...options, marketMakers: false };
  const read = readOptions("LocalExchange", given, exchangeRules);
  const exchange = new Exchange(settingsOf(read, true));
  return { opened: { exchange, restore: () => undefined, close() {} }, fix: read.fix };
}

/** Starts one that listens. */
export async function startListening(options: LocalExchangeListenOptions): Promise<Running> {
  const own = ownOptions(options);
  const { port, hostname, ...rest } = readOptions("LocalExchange", own, listenRules);
  const read = readOwn(rest);
  const opened = openExchange(settingsOf(read), read.state, givenIn(own));
  const prepared = prepare(opened, (exchange) => SpokenFix.forNetwork(exchange, read.fix, hostname));
  return await listening(opened, prepared, { port, hostname });
}

async function listening(
  opened: Opened,
  prepared: Prepared,
  { port, hostname }: { readonly port: number; readonly hostname: string },
): Promise<Running> {
  const { served, fix } = prepared;
  let server: RunningServer | undefined;
  try {
    server = await serve(served.rest, served.entrance, hostname, port);
    for (const spoken of Object.values(fix)) await spoken.listen();
    return reachable(prepared, server);
  } catch (error) {
    // A port is taken, or a certificate is none: nothing goes on listening, and the state is let go.
    await Promise.all(Object.values(fix).map((spoken) => spoken.close()));
    await server?.close();
    opened.close();
    throw error;
  }
}

/** Stops listening, and ends every connection, those of its pages too. */
export async function stop(
  { exchange, served, server, fix, network }: Running,
  pages: Iterable<LocalPage>,
): Promise<void> {
  const closing = [...pages].map((page) => page.close());
  served.entrance.close();
  closing.push(...Object.values(fix).map((spoken) => spoken.close()));
  network.close();
  await Promise.all(closing);
  await server?.close();
  exchange.close();
}

/** Makes what speaks for an exchange, and leads it through what its state holds. */
function prepare(opened: Opened, speak: (exchange: Exchange) => FixByProduct): Prepared {
  const { exchange } = opened;
  const klear = exchange.klear && new KlearGateway(exchange, exchange.klear);
  const rest = new RestGateway(exchange, klear);
  const fix = orClosed(opened, () => speak(exchange));
  const restored = opened.restore({ rest, klear, fix: gatewaysOf(fix) });
  return { exchange, served: new Served(exchange, rest), fix, restored };
}

/** Makes what leads to an exchange. */
function reachable(
  prepared: Prepared,
  server: RunningServer | undefined,
  onTraffic?: () => void,
): Running {
  const { exchange, served, fix } = prepared;
  const host = server === undefined ? "localhost" : `${server.hostname}:${server.port}`;
  const baseUrl = `http://${host}${REST_ROOT}`;
  const wsBaseUrl = `ws://${host}${served.sockets.path}`;
  return {
    ...prepared,
    server,
    baseUrl,
    wsBaseUrl,
    config: new KalshiConfig({ baseUrl, wsBaseUrl }),
    perps: perpsAccess(exchange, served, host),
    network: new MemoryNetwork({
      gateway: served.rest,
      sockets: served.entrance,
      clock: exchange.clock,
      baseUrl,
      wsBaseUrl,
      onTraffic,
      fix: Object.values(fix).map(({ hostname, port, gateway: { accept } }) => ({ hostname, port, accept })),
    }),
  };
}

/** Does something; when it fails, the state is let go. */
function orClosed<T>(opened: Opened, work: () => T): T {
  try {
    return work();
  } catch (error) {
    opened.close();
    throw error;
  }
}

/** A copy of the options, each read once. */
function ownOptions<T extends object>(options: T): T {
  assertObject("LocalExchange", options);
  return readOwn(options as Record<string, unknown>) as T;
}

/** The options that were given. */
function givenIn(options: object): ReadonlySet<string> {
  return new Set(Object.entries(options).flatMap(([name, value]) => value === undefined ? [] : name));
}
