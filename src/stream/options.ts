/**
 * The options of a stream, and what each may be.
 *
 * @module
 */
import type { KalshiAuth } from "../auth/kalshi_auth.ts";
import { type RequestSigner, signerRule } from "../auth/signer.ts";
import type { Clock } from "../base/clock.ts";
import {
  callable,
  clock,
  flag,
  having,
  needed,
  rule,
  type Rules,
  signal,
  withPreset,
} from "../base/options.ts";
import { isObject } from "../base/plain.ts";
import type { KalshiConfig, KalshiConfigOptions } from "../config/kalshi_config.ts";
import { type LogOptions, logRules } from "../config/logging.ts";
import type { Fill, Order } from "../contract/event/types.ts";
import type { Runtime } from "../runtime/types.ts";
import type { OtherFrame } from "./items.ts";

/** Where a stream of a product looks up what it missed: its fills and orders are those of the product's REST API. */
export interface ProductLookup<ProductFill, ProductOrder> {
  /** The account's fills since this Unix time in milliseconds, the newest first, as Kalshi lists them. */
  fills(sinceMs: number): AsyncIterable<ProductFill>;
  /** The account's orders that were made since this Unix time in milliseconds, and all that rest. */
  orders(sinceMs: number): AsyncIterable<ProductOrder>;
  /** One order. */
  order(orderId: string): Promise<ProductOrder>;
  /** One market: whether there is one whose order book does not come. It is not asked when left out. */
  market?(ticker: string): Promise<{ readonly status: string }>;
  /** How fresh the answers are, in Unix milliseconds: `GET /exchange/user_data_timestamp`. Always fresh when left out. */
  readonly asOfMs?: (() => Promise<number>) | undefined;
  /**
   * After how many milliseconds to look a second time for what was missed, where answers may lag behind and do not say how
   * fresh they are. Never when left out.
   */
  readonly lookAgainMs?: number | undefined;
}

/** Where a stream looks up what it missed; `client.stream()` brings one along. */
export interface StreamLookup extends ProductLookup<Fill, Order> {}

/** A client, as far as a stream looks up what it missed through it. */
export interface LookupClient {
  /** The account's fills. */
  readonly fills: { listAll(params: { min_ts: number }): AsyncIterable<Fill> };
  /** The account's orders. */
  readonly orders: {
    listAll(params: { min_ts: number } | { status: "resting" }): AsyncIterable<Order>;
    get(orderId: string): Promise<Order>;
  };
  /** The markets; those whose order books do not come are not looked up when left out. */
  readonly markets?: { get(ticker: string): Promise<{ readonly status: string }> };
  /** The state of the exchange. */
  readonly exchange: { userDataTimestamp(): Promise<string> };
}

/** What the stream of any product is made from. */
export interface ProductStreamOptions<Config, Lookup> extends LogOptions {
  /** The key that signs the handshake. */
  readonly auth: KalshiAuth | RequestSigner;
  /** Configuration, or its options; production when left out. */
  readonly config?: Config | undefined;
  /** The adapter of this runtime; detected when left out. */
  readonly runtime?: Runtime | undefined;
  /** Ends the attempt to connect. The stream that comes of it has `close()`. */
  readonly signal?: AbortSignal | undefined;
  /** Time; the runtime's own when left out. */
  readonly clock?: Clock | undefined;
  /** Where `recover` looks up what was missed, and whether there is a market: the product's client, or a look-up of your own. */
  readonly lookup?: Lookup | undefined;
  /** Told of frames whose type is not known. */
  readonly onUnknown?: ((frame: OtherFrame) => void) | undefined;
  /** Told of text that is no frame, in full. */
  readonly onUnreadable?: ((text: string) => void) | undefined;
  /**
   * Told of errors that no call waits for: error frames of Kalshi, what handlers of `on` throw or reject with, what ends
   * their channel, markets that turn out not to be there. Without it they go to the `logger`, and without that to
   * `console.error`: each kind once, then how often it came.
   */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** What a stream is made from. */
export interface StreamOptions
  extends ProductStreamOptions<KalshiConfig | KalshiConfigOptions, LookupClient | StreamLookup> {
  /**
   * Whether to check one live book against a fresh snapshot at each liveness interval, in turns. It also shows when
   * the last frames of a quiet subscription were lost.
   *
   * @default true
   */
  readonly verifyBooks?: boolean | undefined;
}

/** What the options of the stream of any product may be, which a configuration of the class `config` leads. */
export const streamRulesOf = <Config, Lookup>(
  config: string,
  lookup: string,
): Rules<ProductStreamOptions<Config, Lookup>> => ({
  auth: needed(signerRule()),
  config: rule<Exclude<Config, undefined>>(`a ${config}, or an object of its options`, isObject),
  runtime: having("the adapter of a runtime", "createHttpPool"),
  signal: signal(),
  clock: clock(),
  lookup: rule<Exclude<Lookup, undefined>>(lookup, isObject),
  onUnknown: callable(),
  onUnreadable: callable(),
  onError: callable(),
  ...logRules,
});

/** What the options of a stream may be. */
export const streamRules = {
  ...streamRulesOf<KalshiConfig | KalshiConfigOptions, LookupClient | StreamLookup>(
    "KalshiConfig",
    "a KalshiClient, or a StreamLookup",
  ),
  verifyBooks: withPreset(flag(), true),
} satisfies Rules<StreamOptions>;
