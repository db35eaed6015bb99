/** A local exchange on a port. */
import {
  type HandshakeFault,
  LocalExchange,
  type LocalExchangeOptions,
  type SocketFault,
} from "../../../src/local_exchange/mod.ts";
import { ManualClock } from "../../../src/testing/manual_clock.ts";
import { certificates } from "./peers/certificates.mjs";
import type { ThingImplementation } from "../bed_things.ts";

/** What of an exchange's options can be said in JSON. */
export interface ExchangeThingOptions extends
  Pick<
    LocalExchangeOptions,
    | "seed"
    | "markets"
    | "marketMakers"
    | "stepMs"
    | "shards"
    | "rateLimits"
    | "errorBodies"
    | "cors"
    | "history"
    | "perps"
  > {
  /** Start from this time (Unix ms) and move only when told; follow the system's clock when left out. */
  readonly startMs?: number;
  /** Speak FIX, plainly or over TLS. */
  readonly fix?: "tcp" | "tls";
}

export async function start(options: ExchangeThingOptions = {}): Promise<ThingImplementation> {
  const { startMs, fix, ...rest } = options;
  const clock = startMs === undefined ? undefined : new ManualClock(startMs);
  const exchange = await LocalExchange.start({
    ...rest,
    port: 0,
    ...(clock === undefined ? {} : { clock }),
    fix: fix === "tls" ? { tls: certificates() } : fix === "tcp",
  });
  return {
    methods: {
      urls: () => ({ baseUrl: exchange.baseUrl, wsBaseUrl: exchange.wsBaseUrl }),
      async createAccount(account: Parameters<LocalExchange["createAccount"]>[0]) {
        const { id, keyId, privateKey } = await exchange.createAccount(account);
        return { id, keyId, privateKey };
      },
      fail: (fault: Parameters<LocalExchange["fail"]>[0]) => exchange.fail(fault),
      clearFaults: () => exchange.clearFaults(),
      setClockSkew: (ms: number) => exchange.setClockSkew(ms),
      advance: (ms: number) => exchange.clock.advance(ms),
      now: () => exchange.clock.now(),
      step: (times?: number) => exchange.step(times),
      placeCounterOrder: (order: Parameters<LocalExchange["placeCounterOrder"]>[0]) =>
        exchange.placeCounterOrder(order),
      pause: (what: "trading" | "exchange" | "nothing") => exchange.pause(what),
      openTickers: () => exchange.openTickers(),
      openSockets: () => exchange.sockets.open,
      fixAddress() {
        const { host, port, ca } = exchange.fixConfig("order-entry");
        return { host, port, ca };
      },
      openFixSessions: () => exchange.fix.open,
      failSockets: (fault: SocketFault) => exchange.sockets.fail(fault),
      refuseSockets: (fault: HandshakeFault) => exchange.sockets.refuse(fault),
      restartSockets: () => exchange.sockets.restart(),
      listMarket: (market: Parameters<LocalExchange["listMarket"]>[0]) => exchange.listMarket(market),
      determine: (...args: Parameters<LocalExchange["determine"]>) => exchange.determine(...args),
      setMarketActive: (ticker: string, active: boolean) => exchange.setMarketActive(ticker, active),
      deposit: (...args: Parameters<LocalExchange["deposit"]>) => exchange.deposit(...args),
      setUsageTier: (...args: Parameters<LocalExchange["setUsageTier"]>) => exchange.setUsageTier(...args),
      setHistoricalCutoff: (atMs?: number) => exchange.setHistoricalCutoff(atMs),
    },
    stop: () => exchange.close(),
  };
}
