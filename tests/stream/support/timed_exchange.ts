/** A local exchange in memory, and clients and streams of it, all in one time that stands still until it is moved. */
import { KalshiAuth, type KalshiClient, type KalshiConfigOptions } from "../../../mod.ts";
import {
  type LocalAccount,
  LocalExchange,
  type LocalExchangeOptions,
} from "../../../src/local_exchange/mod.ts";
import type { KalshiStream, StreamOptions, StreamStatus } from "../../../src/stream/mod.ts";
import { ManualClock } from "../../../src/testing/manual_clock.ts";
import { eventStreams, type StreamsOfProduct } from "./products.ts";
import { Wire } from "./wire.ts";

/** Nothing is probed unless a test asks for it. */
const calm = { retryBaseDelayMs: 1_000, retryMaxDelayMs: 8_000, wsPingIntervalMs: 100_000_000 };

export interface TimedExchange extends AsyncDisposable {
  readonly exchange: LocalExchange;
  readonly account: LocalAccount;
  readonly clock: ManualClock;
  /** What its streams send. */
  readonly wire: Wire;
  /** A client with a key. */
  client(config?: KalshiConfigOptions): KalshiClient;
  /** A stream without a client. */
  connect(options?: Partial<StreamOptions>, config?: KalshiConfigOptions): Promise<KalshiStream>;
  /** A stream of a client. */
  connectWithClient(options?: Partial<StreamOptions>, config?: KalshiConfigOptions): Promise<KalshiStream>;
}

/** Of the product that is named; what both have in common has the types of event contracts. */
export async function startTimed(
  options: LocalExchangeOptions = {},
  product: StreamsOfProduct = eventStreams,
): Promise<TimedExchange> {
  const clock = new ManualClock();
  const exchange = LocalExchange.create({
    ...(product.name === "event" ? { markets: 20, marketMakers: false } : product.local.options),
    clock,
    ...options,
  });
  const account = await exchange.createAccount();
  const wire = new Wire();
  const runtime = wire.watch(exchange.createRuntime());
  const owned: AsyncDisposable[] = [];
  const own = <T extends AsyncDisposable>(one: T) => {
    owned.push(one);
    return one;
  };
  const configOf = (config: KalshiConfigOptions) => product.configOf(exchange, { ...calm, ...config });
  const client = (config: KalshiConfigOptions = {}) =>
    own(product.trader({ auth: account.auth, clock, runtime }, configOf(config)).client as KalshiClient);
  return {
    exchange,
    account,
    clock,
    wire,
    client,
    async connect(more = {}, config = {}) {
      const auth = KalshiAuth.fromSigner(account.auth);
      return own(await product.connect({ auth, config: configOf(config), clock, runtime, ...more }));
    },
    connectWithClient: (more = {}, config = {}) => client(config).stream(more),
    async [Symbol.asyncDispose]() {
      // First the exchange: no stream waits for an answer to its close on a clock that stands still.
      await exchange[Symbol.asyncDispose]();
      for (const one of owned.reverse()) await one[Symbol.asyncDispose]();
    },
  };
}

/** A wait between two attempts to connect, as the stream tells of it. */
export type Waiting = Extract<StreamStatus, { state: "reconnecting" }>;

/** Collects what the stream tells of its waits. */
export function watch(stream: KalshiStream): Waiting[] {
  const waits: Waiting[] = [];
  void (async () => {
    for await (const status of stream.status()) if (status.state === "reconnecting") waits.push(status);
  })();
  return waits;
}

/** What is written to the console while `run` runs: one line for each call. */
export async function logged(run: (lines: readonly string[]) => Promise<void>): Promise<string[]> {
  const lines: string[] = [];
  const { error } = console;
  console.error = (...words: unknown[]) => lines.push(words.map(String).join(" "));
  try {
    await run(lines);
  } finally {
    console.error = error;
  }
  return lines;
}
