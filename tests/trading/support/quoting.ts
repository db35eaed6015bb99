/** A quote manager at a watched exchange, over REST or FIX. */
import { KalshiClient } from "../../../src/client.ts";
import type { KalshiClientOptions } from "../../../src/client_options.ts";
import type { KalshiConfigOptions } from "../../../src/config/kalshi_config.ts";
import { KalshiStream } from "../../../src/stream/mod.ts";
import {
  fixQuotePort,
  type QuoteEvent,
  QuoteManager,
  type QuoteManagerOptions,
  restQuotePort,
} from "../../../src/trading/quotes/mod.ts";
import type { FixConfigOptions } from "../../../src/fix/config_options.ts";
import type { FaultProxy } from "../../support/fault_proxy.ts";
import { type Audit, type WatchedExchange, watchedExchange } from "./watched_exchange.ts";

export type Way = "rest" | "fix";
export const ways: readonly Way[] = ["rest", "fix"];

export interface Quoting extends AsyncDisposable {
  readonly exchange: WatchedExchange;
  readonly audit: Audit;
  readonly quotes: QuoteManager;
  readonly events: QuoteEvent[];
  readonly client: KalshiClient;
  readonly stream: KalshiStream;
  readonly ticker: string;
  /** Opens another manager of the same account, as a process that starts again does. */
  reopen(options?: Partial<QuoteManagerOptions>): Promise<QuoteManager>;
  readonly proxy: FaultProxy | undefined;
  /** What rests on the exchange, as `side price count`. */
  resting(): string[];
}

const quick: KalshiConfigOptions = {
  timeoutMs: 20_000,
  retryBaseDelayMs: 5,
  retryMaxDelayMs: 50,
  wsMaxRetries: 1_000,
  wsPingIntervalMs: 300_000,
};

/** What is not answered is given up soon, and connections come back at once. */
const hurried: Partial<FixConfigOptions> = {
  requestTimeoutMs: 300,
  retryBaseDelayMs: 5,
  retryMaxDelayMs: 50,
  alreadyOnlineMs: 20,
  maxRetries: 1_000,
};

/** Starts all of it. */
export async function startQuoting(
  way: Way,
  options: Partial<QuoteManagerOptions> = {},
  { exchange: exchangeOptions = {}, config = {}, client: clientOptions = {}, tier = "prime", proxied }: {
    /** Puts a network before REST. */
    proxied?: (baseUrl: string) => Promise<FaultProxy>;
    exchange?: Parameters<typeof watchedExchange>[0];
    config?: KalshiConfigOptions;
    client?: KalshiClientOptions;
    tier?: "basic" | "advanced" | "prime";
  } = {},
): Promise<Quoting> {
  const exchange = await watchedExchange(exchangeOptions);
  const { auth, audit } = await exchange.account({ balance: "1000000.00", usageTier: tier });
  const ticker = exchange.list("EVENT-A");
  const proxy = await proxied?.(exchange.baseUrl);
  // What stalls is given up soon.
  const proxyConfig = proxy === undefined ? {} : { baseUrl: proxy.baseUrl, timeoutMs: 1_000, maxRetries: 20 };
  const client = new KalshiClient({
    auth,
    config: exchange.config({ ...quick, ...proxyConfig, ...config }),
    ...clientOptions,
  });
  const stream = await KalshiStream.connect({ auth, config: exchange.config(quick), onError: () => {} });
  const fix = way === "fix" ? await client.fix({ config: exchange.fixConfig(proxy && hurried) }) : undefined;
  const events: QuoteEvent[] = [];
  const managers: QuoteManager[] = [];
  const reopen = async (more: Partial<QuoteManagerOptions> = {}) => {
    const port = fix === undefined
      ? restQuotePort({ client, stream })
      : fixQuotePort({ client, stream, fix });
    const manager = await QuoteManager.open({
      port,
      name: "test",
      onEvent: (event) => events.push(event),
      ...options,
      ...(options.books !== undefined && { books: stream }),
      ...more,
    });
    managers.push(manager);
    return manager;
  };
  const quotes = await reopen();
  return {
    exchange,
    audit,
    quotes,
    events,
    client,
    stream,
    ticker,
    reopen,
    proxy,
    resting: () =>
      [...audit.resting.values()].map(({ side, price, remaining }) => `${side} ${price} ${remaining}`).sort(),
    async [Symbol.asyncDispose]() {
      for (const manager of managers) await manager.stop().catch(() => {});
      await fix?.close();
      await stream.close();
      await client.close();
      await proxy?.[Symbol.asyncDispose]();
      await exchange[Symbol.asyncDispose]();
    },
  };
}
