/**
 * The options of a feed, and what each may be.
 *
 * @module
 */

import { flag, milliseconds, rule, type Rules, withPreset } from "../base/options.ts";
import { isPlain } from "../base/plain.ts";
import type { KalshiConfig, KalshiConfigOptions } from "../config/kalshi_config.ts";
import type { PerpsConfig, PerpsConfigOptions } from "../config/perps_config.ts";
import {
  type LookupClient,
  type ProductStreamOptions,
  type StreamLookup,
  streamRulesOf,
} from "../stream/options.ts";
import type { PerpsLookup, PerpsLookupClient } from "../stream/perps_recovery.ts";
import { connectionRule, type NatsConnection } from "./connection.ts";
import { ACCOUNT_NAME } from "./protocol.ts";

/**
 * Where a feed begins to read.
 *
 * - `"now"`: with what comes from now on.
 * - `atMs`: with what NATS stored at this time or later, in Unix milliseconds.
 * - `sequence`: with this number of the gateway's stream in NATS, or with one for each channel, as `feed.sequences()`
 *   gives them. A channel that is not named begins now.
 */
export type FeedStart =
  | "now"
  | { readonly atMs: number }
  | { readonly sequence: number | Readonly<Record<string, number>> };

/** What the feed of any product is made from. */
export interface ProductFeedOptions<Config, Lookup>
  extends Omit<ProductStreamOptions<Config, Lookup>, "auth" | "runtime"> {
  /** A connection to NATS, made by `@nats-io/transport-node` or another transport. It stays yours: the feed never closes it. */
  readonly connection: NatsConnection;
  /**
   * Configuration, or its options, as of a stream: its environment says which gateway's frames are read. Production when
   * left out.
   */
  readonly config?: Config | undefined;
  /** The name of the account whose private channels are read, as the gateway names it. None when left out. */
  readonly account?: string | undefined;
  /**
   * Where each channel begins that is subscribed to for the first time.
   *
   * @default "now"
   */
  readonly start?: FeedStart | undefined;
  /**
   * How long a connection waits for a gateway that leads and has Kalshi, in milliseconds, before the attempt counts as
   * failed; at most nine tenths of `config.timeoutMs`.
   *
   * @default 10000
   */
  readonly gatewayTimeoutMs?: number | undefined;
}

/** What a {@linkcode NatsFeed} is made from. */
export interface NatsFeedOptions
  extends ProductFeedOptions<KalshiConfig | KalshiConfigOptions, LookupClient | StreamLookup> {
  /**
   * Whether to check one live book against a fresh snapshot of the gateway's at each liveness interval, in turns.
   *
   * @default true
   */
  readonly verifyBooks?: boolean | undefined;
}

/** What a {@linkcode NatsPerpsFeed} is made from. */
export interface NatsPerpsFeedOptions
  extends ProductFeedOptions<PerpsConfig | PerpsConfigOptions, PerpsLookupClient | PerpsLookup> {}

const isSequence = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 1;

function isStart(value: unknown): boolean {
  if (value === "now") return true;
  if (!isPlain(value)) return false;
  const { atMs, sequence, ...others } = value as Readonly<Record<string, unknown>>;
  if (Object.keys(others).length > 0 || (atMs === undefined) === (sequence === undefined)) return false;
  if (sequence === undefined) return typeof atMs === "number" && atMs >= 0 && Number.isFinite(atMs);
  return isSequence(sequence) || isPlain(sequence) && Object.values(sequence as object).every(isSequence);
}

const feedRulesOf = <Config, Lookup>(config: string, lookup: string) => {
  const { auth: _, runtime: __, ...rules } = streamRulesOf<Config, Lookup>(config, lookup);
  return {
    ...rules,
    connection: connectionRule,
    account: rule<string>(
      'a name of 1 to 64 letters, digits, "_" and "-"',
      (value) => typeof value === "string" && ACCOUNT_NAME.test(value),
    ),
    start: withPreset(
      rule<FeedStart>(
        '"now", { atMs } or { sequence }: a whole number from 1, or one for each channel',
        isStart,
      ),
      "now",
    ),
    gatewayTimeoutMs: withPreset(milliseconds(1), 10_000),
  } satisfies Rules<ProductFeedOptions<Config, Lookup>>;
};

/** What the options of a feed may be. */
export const natsFeedRules = {
  ...feedRulesOf<KalshiConfig | KalshiConfigOptions, LookupClient | StreamLookup>(
    "KalshiConfig",
    "a KalshiClient, or a StreamLookup",
  ),
  verifyBooks: withPreset(flag(), true),
} satisfies Rules<NatsFeedOptions>;

/** What the options of a feed of perps may be. */
export const natsPerpsFeedRules = {
  ...feedRulesOf<PerpsConfig | PerpsConfigOptions, PerpsLookupClient | PerpsLookup>(
    "PerpsConfig",
    "a PerpsClient, or a PerpsLookup",
  ),
} satisfies Rules<NatsPerpsFeedOptions>;
