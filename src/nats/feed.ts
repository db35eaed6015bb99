/**
 * The reader's side of a gateway: streams as those of a client, fed from NATS.
 *
 * @module
 */

import { detectRuntime } from "#runtime";
import { systemClock } from "../base/clock.ts";
import { readOptions } from "../base/options.ts";
import type { RestOrderBook } from "../books/decoders/event.ts";
import type { RestPerpsOrderBook } from "../books/decoders/perps.ts";
import { isKalshiConfig, KalshiConfig } from "../config/kalshi_config.ts";
import { isPerpsConfig, PerpsConfig } from "../config/perps_config.ts";
import type { ClientConfig } from "../config/client_config.ts";
import { type ChannelMessages, errorCodes } from "../contract/event/channels.ts";
import type { ChannelMessages as PerpsChannelMessages } from "../contract/perps/channels.ts";
import type { Fill, Order } from "../contract/event/types.ts";
import type { MarginOrder } from "../contract/perps/types.ts";
import {
  type PerpsChannelParams,
  type PerpsRecovered,
  type PerpsStreamOptions,
  perpsStreamRules,
} from "../perps/stream.ts";
import type { Runtime } from "../runtime/types.ts";
import type { ChannelParams } from "../stream/channel_params.ts";
import {
  ChannelStream,
  type OpenStream,
  openStream,
  type OwnMessages,
  type StreamClass,
} from "../stream/channel_stream.ts";
import { eventProduct } from "../stream/event_product.ts";
import { eventLookup, eventRecovery } from "../stream/event_recovery.ts";
import { type LookupClient, type StreamLookup, type StreamOptions, streamRules } from "../stream/options.ts";
import { perpsProduct } from "../stream/perps_product.ts";
import {
  type PerpsLookup,
  perpsLookup,
  type PerpsLookupClient,
  type PerpsLookupFill,
  perpsRecovery,
} from "../stream/perps_recovery.ts";
import type { StreamProduct } from "../stream/product.ts";
import type { StreamStatus } from "../stream/status.ts";
import type { Recovered } from "../stream/stream.ts";
import {
  type FeedStart,
  type NatsFeedOptions,
  natsFeedRules,
  type NatsPerpsFeedOptions,
  natsPerpsFeedRules,
} from "./feed_options.ts";
import { FeedSource } from "./feed_source.ts";
import type { LaneProduct } from "./protocol.ts";

/** A socket in process costs nobody anything: it is made again sooner than one to Kalshi. */
const RETRY_BASE_MS = 50;

/** Nobody looks at what it signs: the socket is in process. */
const NO_SIGNER = { keyId: "nats-feed", sign: () => Promise.resolve("A".repeat(44)) };

/** A product whose errors say what to do where a gateway is between. */
function productOf<Rest>(product: StreamProduct<Rest>, owner: string): StreamProduct<Rest> {
  const { errors } = product;
  const advice = {
    ...errors.advice,
    [errorCodes.unknownChannelName]: "Name it in `channels` of the gateway.",
    [errorCodes.marketNotFound]: "Name it in `tickers` of the gateway.",
    [errorCodes.authenticationRequired]:
      "Name an `account` that the gateway carries and your NATS user may read.",
  };
  return { ...product, owner, errors: { ...errors, advice } };
}

const eventFeed: StreamClass<
  KalshiConfig,
  StreamOptions,
  LookupClient | StreamLookup,
  Fill,
  Order,
  RestOrderBook
> = {
  product: productOf(eventProduct, "NatsFeed"),
  rules: streamRules,
  configOf: (config) => config as KalshiConfig,
  recovery: eventRecovery,
  lookupOf: eventLookup,
};

const perpsFeed: StreamClass<
  PerpsConfig,
  PerpsStreamOptions,
  PerpsLookupClient | PerpsLookup,
  PerpsLookupFill,
  MarginOrder,
  RestPerpsOrderBook
> = {
  product: productOf(perpsProduct, "NatsPerpsFeed"),
  rules: perpsStreamRules,
  configOf: (config) => config as PerpsConfig,
  recovery: perpsRecovery,
  lookupOf: perpsLookup,
};

/** The runtime's own adapter, whose WebSocket is a session with a source. */
function runtimeOf(runtime: Runtime, source: FeedSource): Runtime {
  return {
    ...runtime,
    capabilities: { ...runtime.capabilities, handshakeHeaders: true, ping: true },
    connectWebSocket: (_, handlers, options) => source.connect(handlers, options?.signal),
  };
}

/** What a source takes of the options, once they were read. */
interface FeedBasics extends Pick<NatsFeedOptions, "connection" | "account" | "clock"> {
  readonly start: FeedStart;
  readonly gatewayTimeoutMs: number;
}

/** A stream that is connected, and what feeds it. */
interface OpenFeed<Config, Rest> {
  readonly open: OpenStream<Config, Rest>;
  readonly source: FeedSource;
}

/** Opens a source, and a stream on it, with which it ends. */
async function openFeed<Config extends ClientConfig, Rest>(
  of: { readonly product: StreamProduct<Rest>; readonly lane: LaneProduct; readonly config: Config },
  { connection, account, start, gatewayTimeoutMs, clock = systemClock }: FeedBasics,
  open: (runtime: Runtime) => Promise<OpenStream<Config, Rest>>,
): Promise<OpenFeed<Config, Rest>> {
  const { product, lane, config } = of;
  let onError: (error: unknown) => void = () => {};
  const source = await FeedSource.open({
    connection,
    product,
    lane: { environment: config.environment, product: lane },
    account,
    start,
    clock,
    // Before the handshake is given up, which says less.
    waitMs: Math.min(gatewayTimeoutMs, config.timeoutMs * 0.9),
    onError: (error) => onError(error),
  });
  try {
    const opened = await open(runtimeOf(detectRuntime(), source));
    onError = opened.stream.onError;
    void closeAfter(opened.stream.status(), source);
    return { open: opened, source };
  } catch (error) {
    source.close();
    throw error;
  }
}

/** Ends a source when its stream has ended. */
async function closeAfter(statuses: AsyncIterable<StreamStatus>, source: FeedSource): Promise<void> {
  for await (const _ of statuses) { /* until it is closed */ }
  source.close();
}

const quick = ({ retryBaseDelayMs }: ClientConfig) => ({
  retryBaseDelayMs: Math.min(retryBaseDelayMs, RETRY_BASE_MS),
});

/** What the feeds of all products do beside what their streams do. */
export abstract class ProductFeed<
  Config extends ClientConfig,
  Messages extends OwnMessages,
  Params extends { readonly [C in keyof Messages]: object },
  RecoveredItems extends OwnMessages,
  Rest,
> extends ChannelStream<Config, Messages, Params, RecoveredItems, Rest> {
  readonly #source: FeedSource;

  /** Made by `connect` of the class. */
  protected constructor({ open, source }: OpenFeed<Config, Rest>) {
    super(open);
    this.#source = source;
  }

  /**
   * For each channel that was subscribed to, the number of the first message in the gateway's stream that was not
   * delivered yet. `start: { sequence }` of another feed goes on from there. Within a handler of `on` its item counts as
   * delivered; so do the items that wait in the queue of a subscription.
   */
  sequences(): Readonly<Record<string, number>> {
    return this.#source.sequences();
  }

  /** As that of a stream. The connection to NATS stays open. */
  override async close(): Promise<void> {
    await super.close();
    this.#source.close();
  }
}

/**
 * A `KalshiStream` that is fed by a {@linkcode NatsGateway} through NATS: the same channels, books, markers and statistics,
 * with the same guarantees, for as many processes and machines as there are.
 *
 * What the gateway does not carry is refused. Private channels go on where they stopped, whatever breaks: no event comes
 * twice, and none is lost that is still stored.
 *
 * @example
 * ```ts
 * import { connect } from "@nats-io/transport-node";
 * import { NatsFeed } from "@unofficial/kalshi/nats";
 *
 * const connection = await connect({ servers: "nats://127.0.0.1:4222", maxReconnectAttempts: -1 });
 * await using feed = await NatsFeed.connect({ connection });
 * const book = await feed.orderBook("KXHIGHNY-26NOV24-T60");
 * console.log(book.bestBid, book.bestAsk);
 * ```
 */
export class NatsFeed
  extends ProductFeed<KalshiConfig, ChannelMessages, ChannelParams, Recovered, RestOrderBook> {
  /**
   * Connects, in one attempt; later losses are repaired by `wsMaxRetries` attempts in a row.
   *
   * @throws {KalshiConfigError} for an option that is unknown or wrong
   * @throws {KalshiConnectionError} when no gateway leads that has Kalshi, for `gatewayTimeoutMs`
   * @throws {KalshiNatsError} when the connection to NATS is closed
   */
  static async connect(given: NatsFeedOptions): Promise<NatsFeed> {
    const { connection, account, start, gatewayTimeoutMs, config: own, ...options } = readOptions(
      "NatsFeed",
      given,
      natsFeedRules,
    );
    const made = isKalshiConfig(own) ? own : new KalshiConfig(own);
    const config = made.with(quick(made));
    const basics = { connection, account, start, gatewayTimeoutMs, clock: options.clock };
    return new NatsFeed(
      await openFeed(
        { product: eventFeed.product, lane: "events", config },
        basics,
        (runtime) => openStream(eventFeed, { ...options, config, runtime, auth: NO_SIGNER }),
      ),
    );
  }
}

/**
 * A `PerpsStream` that is fed by a {@linkcode NatsGateway} through NATS; everything that {@linkcode NatsFeed} is for event
 * contracts.
 *
 * @example
 * ```ts
 * import { connect } from "@nats-io/transport-node";
 * import { NatsPerpsFeed } from "@unofficial/kalshi/nats";
 *
 * const connection = await connect({ servers: "nats://127.0.0.1:4222", maxReconnectAttempts: -1 });
 * await using feed = await NatsPerpsFeed.connect({ connection });
 * const book = await feed.orderBook("KXBTCPERP");
 * console.log(book.bestBid, book.bestAsk);
 * ```
 */
export class NatsPerpsFeed extends ProductFeed<
  PerpsConfig,
  PerpsChannelMessages,
  PerpsChannelParams,
  PerpsRecovered,
  RestPerpsOrderBook
> {
  /**
   * Connects, in one attempt; later losses are repaired by `wsMaxRetries` attempts in a row.
   *
   * @throws {KalshiConfigError} for an option that is unknown or wrong
   * @throws {KalshiConnectionError} when no gateway leads that has Kalshi, for `gatewayTimeoutMs`
   * @throws {KalshiNatsError} when the connection to NATS is closed
   */
  static async connect(given: NatsPerpsFeedOptions): Promise<NatsPerpsFeed> {
    const { connection, account, start, gatewayTimeoutMs, config: own, ...options } = readOptions(
      "NatsPerpsFeed",
      given,
      natsPerpsFeedRules,
    );
    const made = isPerpsConfig(own) ? own : new PerpsConfig(own);
    const config = made.with(quick(made));
    const basics = { connection, account, start, gatewayTimeoutMs, clock: options.clock };
    return new NatsPerpsFeed(
      await openFeed(
        { product: perpsFeed.product, lane: "perps", config },
        basics,
        (runtime) => openStream(perpsFeed, { ...options, config, runtime, auth: NO_SIGNER }),
      ),
    );
  }
}
