/** A local exchange over real sockets, and streams whose time stands still until it is moved. */
import { KalshiAuth, KalshiClient, KalshiConfig, type KalshiConfigOptions } from "../../../mod.ts";
import { KalshiStream, type StreamOptions } from "../../../src/stream/mod.ts";
import { ManualClock } from "../../../src/testing/manual_clock.ts";
import { type ExchangeAccount, startExchange, type TestExchange } from "../../support/exchange.ts";
import type { ExchangeThingOptions } from "../../support/things/exchange.ts";

const START_MS = 1_790_000_000_000;

/** Nothing is probed unless a test asks for it: pongs would have to outrun the clock. */
const calm = { retryBaseDelayMs: 1_000, retryMaxDelayMs: 8_000, wsPingIntervalMs: 100_000_000 };

export interface TimedExchange extends AsyncDisposable {
  readonly exchange: TestExchange;
  readonly account: ExchangeAccount;
  readonly clock: ManualClock;
  /** A client with a key, in the same time. */
  client(config?: KalshiConfigOptions): KalshiClient;
  /** A stream without a client. */
  connect(options?: Partial<StreamOptions>, config?: KalshiConfigOptions): Promise<KalshiStream>;
  /** Moves the time of clients and streams; the exchange still takes their signatures. */
  advance(ms: number): Promise<void>;
}

export async function startTimed(options: ExchangeThingOptions = {}): Promise<TimedExchange> {
  const exchange = await startExchange({ markets: 20, marketMakers: false, startMs: START_MS, ...options });
  const account = await exchange.createAccount();
  const clock = new ManualClock(START_MS);
  const owned: AsyncDisposable[] = [];
  const configOf = (config: KalshiConfigOptions) =>
    new KalshiConfig({ baseUrl: exchange.baseUrl, ...calm, ...config });
  return {
    exchange,
    account,
    clock,
    client(config = {}) {
      const { keyId, privateKey } = account;
      const client = new KalshiClient({ keyId, privateKey, config: configOf(config), clock });
      owned.push(client);
      return client;
    },
    async connect(more = {}, config = {}) {
      const auth = await KalshiAuth.fromPem(account.keyId, account.privateKey);
      const stream = await KalshiStream.connect({ auth, config: configOf(config), clock, ...more });
      owned.push(stream);
      return stream;
    },
    async advance(ms) {
      await exchange.setClockSkew(clock.now() + ms - START_MS);
      await clock.advance(ms);
    },
    async [Symbol.asyncDispose]() {
      for (const one of owned.reverse()) await one[Symbol.asyncDispose]();
      await exchange[Symbol.asyncDispose]();
    },
  };
}

/** What is written to the console while `run` runs: one line for each call. */
export async function logged(run: (lines: readonly string[]) => Promise<void>): Promise<string[]> {
  const lines: string[] = [];
  const { error } = console;
  console.error = (...words: unknown[]) => lines.push(words.join(" "));
  try {
    await run(lines);
  } finally {
    console.error = error;
  }
  return lines;
}
