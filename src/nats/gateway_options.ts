/**
 * What a gateway is made from, and what each option may be.
 *
 * @module
 */
import type { Clock } from "../base/clock.ts";
import { KalshiConfigError } from "../base/errors.ts";
import {
  callable,
  clock,
  having,
  list,
  needed,
  number,
  positiveMs,
  type Read,
  rule,
  type Rules,
  text,
  whole,
  withPreset,
} from "../base/options.ts";
import { isPlain } from "../base/plain.ts";
import type { AsyncItems } from "../base/web_types.ts";
import { isPerpsConfig } from "../config/perps_config.ts";
import type { ClientConfig } from "../config/client_config.ts";
import { eventProduct } from "../stream/event_product.ts";
import { perpsProduct } from "../stream/perps_product.ts";
import { channelOf, pickMarkets, type PickRule, type StreamProduct } from "../stream/product.ts";
import type { StreamStatus } from "../stream/status.ts";
import { readParams } from "../stream/subscribe_params.ts";
import { connectionRule, type NatsConnection } from "./connection.ts";
import { assertAccountName, type LaneProduct } from "./protocol.ts";

/** A stream, as far as a gateway needs it: a `KalshiStream` or a `PerpsStream`. */
export interface GatewayStream {
  /** Its configuration. */
  readonly config: Pick<ClientConfig, "environment" | "wsBaseUrl">;
  /** Calls `handler` for every item of a channel. */
  readonly on: (...args: never[]) => Promise<object>;
  /** Calls `handler` with every message of the socket. */
  tap(handler: (text: string, atMs: number) => void): () => void;
  /** Its present state, then each change. */
  status(): AsyncItems<StreamStatus>;
}

/** How a {@linkcode NatsGateway} is started. */
export interface NatsGatewayOptions {
  /** The connection to NATS. It stays open when the gateway closes. */
  readonly connection: NatsConnection;
  /** The stream that is passed on: of event contracts, or of perps. It stays open when the gateway closes. */
  readonly stream: GatewayStream;
  /** Kalshi's channels, such as `orderbook_delta`, `trade` and `fill`. */
  readonly channels: readonly string[];
  /**
   * The markets, for the public channels that take some; all of them when left out, which `orderbook_delta` does not have.
   * `add` and `remove` change them.
   */
  readonly tickers?: readonly string[] | undefined;
  /** What a channel takes beside them, by its name: `{ cfbenchmarks_value: { index_ids: ["all"] } }`. */
  readonly params?: Readonly<Record<string, Readonly<Record<string, unknown>>>> | undefined;
  /**
   * A name for the account of the stream's key, of letters, digits, `_` and `-`: needed for private channels, which are
   * published under it, in a JetStream stream of their own.
   */
  readonly account?: string | undefined;
  /**
   * How long published messages wait for others before one acknowledgement proves all of them, in milliseconds. They are
   * sent within a millisecond; readers do not wait for it.
   *
   * @default 10
   */
  readonly flushMs?: number | undefined;
  /**
   * So many messages wait for a NATS server that is away or slow, at most. What finds no room is dropped, counted, told to
   * `onError`, and told to readers by a marker.
   *
   * @default 200000
   */
  readonly queueFrames?: number | undefined;
  /** So many characters of them do. @default 134217728 */
  readonly queueChars?: number | undefined;
  /**
   * After so many milliseconds without a sign of the gateway that leads another takes over; it is renewed five times as
   * often. All gateways of a lane should have the same.
   *
   * @default 1000
   */
  readonly leaseMs?: number | undefined;
  /**
   * Each live book is written anew this often, in milliseconds, so that a late reader finds it.
   *
   * @default 5000
   */
  readonly snapshotMs?: number | undefined;
  /** How long NATS keeps messages, in milliseconds, where the gateway makes the JetStream stream. @default 3600000 */
  readonly maxAgeMs?: number | undefined;
  /** How many bytes of them NATS keeps, the same; -1: as many as there is room for. @default 1073741824 */
  readonly maxBytes?: number | undefined;
  /** On how many servers of a cluster it keeps them, the same. @default 1 */
  readonly replicas?: number | undefined;
  /** Time; the runtime's own when left out. */
  readonly clock?: Clock | undefined;
  /**
   * Told when NATS is away, when frames were dropped, when a channel has ended, and when the gateway that leads, or led
   * before, carries other channels. Without it they go to `console.error`.
   */
  readonly onError?: ((error: unknown) => void) | undefined;
}

const isName = (item: unknown) => typeof item === "string" && item !== "";

/** What the options of a gateway may be. */
export const natsGatewayRules = {
  connection: connectionRule,
  stream: needed(having<GatewayStream>("a KalshiStream or a PerpsStream", "tap", "on", "status")),
  channels: needed(
    rule(
      "a list of one or more names of channels",
      (value) => Array.isArray(value) && value.length > 0 && value.every(isName),
    ),
  ),
  tickers: list<string>("a list of tickers", isName),
  params: rule(
    "an object of parameters by channel",
    (value) => isPlain(value) && Object.values(value).every(isPlain),
  ),
  account: text("a name for the account"),
  flushMs: withPreset(positiveMs(1_000), 10),
  queueFrames: withPreset(whole(100), 200_000),
  queueChars: withPreset(whole(100_000), 134_217_728),
  leaseMs: withPreset(number(200, 60_000, "milliseconds"), 1_000),
  snapshotMs: withPreset(number(200, 3_600_000, "milliseconds"), 5_000),
  maxAgeMs: withPreset(number(1_000, Number.MAX_SAFE_INTEGER / 1_000_000, "milliseconds"), 3_600_000),
  maxBytes: withPreset(whole(-1), 1_073_741_824),
  replicas: withPreset(whole(1, 5), 1),
  clock: clock(),
  onError: callable(),
} satisfies Rules<NatsGatewayOptions>;

/** The options, with what is unless told. */
export type CheckedGatewayOptions = Read<NatsGatewayOptions, typeof natsGatewayRules>;

/** The parameters of a channel's subscription. */
export type ChannelParams = Readonly<Record<string, unknown>>;

/** One channel of a gateway. */
export interface GatewayChannel {
  readonly name: string;
  readonly isPrivate: boolean;
  readonly params: ChannelParams;
  /** Whether `add` and `remove` change it. */
  readonly hasTickers: boolean;
  /** What of a payload names its market. */
  readonly pick: PickRule;
}

/** What a stream is of. */
export function productOf(
  stream: GatewayStream,
): { readonly name: LaneProduct; readonly product: StreamProduct } {
  return isPerpsConfig(stream.config)
    ? { name: "perps", product: perpsProduct }
    : { name: "events", product: eventProduct };
}

/** The channels, each with its parameters; refuses what a channel does not have before anything is sent. */
export function readChannels(
  product: StreamProduct,
  options: CheckedGatewayOptions,
): readonly GatewayChannel[] {
  const { channels, tickers, params = {}, account } = options;
  const refuse = (why: string): never => {
    throw new KalshiConfigError(`NatsGateway: ${why}`);
  };
  for (const channel of Object.keys(params)) {
    if (!channels.includes(channel)) {
      refuse(`\`params\` has the channel "${channel}", which \`channels\` has not.`);
    }
  }
  const read = [...new Set(channels)].map((name): GatewayChannel => {
    if (!Object.hasOwn(product.channels, name)) {
      refuse(
        `${product.owner} has no channel "${name}". It has: ${Object.keys(product.channels).join(", ")}.`,
      );
    }
    const { picks, isPrivate } = channelOf(product, name);
    const hasTickers = tickers !== undefined && !isPrivate && picks.includes("market_tickers");
    const own: ChannelParams = { ...hasTickers && { market_tickers: tickers }, ...params[name] };
    readParams(product, name, own);
    if (name === product.books.decoder.channel) {
      if (!Array.isArray(own.market_tickers)) {
        refuse(`"${name}" needs \`tickers\`: its books are kept by ticker.`);
      }
      if (own.use_yes_price === false) {
        refuse(`"${name}" is published in YES prices: leave \`use_yes_price\` out.`);
      }
    }
    const param = picks.find((pick) => own[pick] !== undefined) ?? picks[0] ?? "";
    return { name, isPrivate, params: own, hasTickers, pick: product.picks[param] ?? pickMarkets };
  });
  const ownChannel = read.find(({ isPrivate }) => isPrivate);
  if (account !== undefined) assertAccountName("NatsGateway", account);
  if (account === undefined && ownChannel !== undefined) {
    refuse(`"${ownChannel.name}" is about an account: give \`account\` a name, under which it is published.`);
  }
  if (account !== undefined && ownChannel === undefined) {
    refuse('`account` is given, and no channel that is about one. Leave it out, or add one such as "fill".');
  }
  return read;
}
