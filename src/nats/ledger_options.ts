/**
 * What a ledger of orders in NATS is made from, what its calls take, and what each may be.
 *
 * @module
 */
import {
  callable,
  clock,
  having,
  milliseconds,
  needed,
  number,
  rule,
  type Rules,
  signal,
  withPreset,
} from "../base/options.ts";
import type { Clock } from "../base/clock.ts";
import { type WaitOptions, waitRules } from "../base/wait_options.ts";
import type { KalshiClient } from "../client.ts";
import { connectionRule, type NatsConnection } from "./connection.ts";
import { ORDERS_BUCKET } from "./protocol.ts";
import { bucketName } from "./rate_store_options.ts";

/** Options of a {@linkcode NatsOrderLedger}. */
export interface NatsOrderLedgerOptions {
  /** Your connection, such as that of `connect` of `@nats-io/transport-node`. It stays yours: the ledger never closes it. */
  readonly connection: NatsConnection;
  /**
   * The KV bucket that intents are kept in, one for each account; made where there is none.
   *
   * @default "KALSHI_ORDERS"
   */
  readonly bucket?: string | undefined;
  /**
   * A name of the account, kept with each intent: that of another account is refused. Needed where machines trade one
   * account with several keys, and then the same for all; the id of the client's key when left out.
   */
  readonly account?: string | undefined;
  /**
   * How long a machine that places an order may be silent before another one takes over, in milliseconds. It renews its
   * claim three times as often.
   *
   * @default 5000
   */
  readonly leaseMs?: number | undefined;
  /**
   * How long an intent is remembered after its last change, in milliseconds. An intent that is forgotten can be placed
   * again. All machines of a bucket must give the same.
   *
   * @default 604800000
   */
  readonly expireAfterMs?: number | undefined;
  /**
   * Told when an order was placed and that could not be written down, or a claim could not be renewed. Whoever asks for
   * that intent next looks the order up.
   */
  readonly onError?: ((error: unknown) => void) | undefined;
  /** Source of time; the runtime's own unless told. */
  readonly clock?: Clock | undefined;
}

/** Options of {@linkcode NatsOrderLedger.place}. */
export interface PlaceIntentOptions extends WaitOptions {
  /** Places the order, where it falls to this machine. */
  readonly client: Pick<KalshiClient, "orders" | "config" | "keyId">;
}

/** What the options of a ledger may be. */
export const orderLedgerRules = {
  connection: connectionRule,
  bucket: withPreset(bucketName(), ORDERS_BUCKET),
  account: rule<string>(
    "a name of 1 to 256 characters",
    (value) => typeof value === "string" && value !== "" && value.length <= 256,
  ),
  leaseMs: withPreset(milliseconds(50), 5_000),
  expireAfterMs: withPreset(number(1_000, 31_536_000_000, "milliseconds"), 604_800_000),
  onError: callable(),
  clock: clock(),
} satisfies Rules<NatsOrderLedgerOptions>;

/** What the options of placing an order by its intent may be. */
export const placeIntentRules = {
  client: needed(having<PlaceIntentOptions["client"]>("a KalshiClient", "close")),
  signal: signal(),
  timeoutMs: waitRules.timeoutMs,
} satisfies Rules<PlaceIntentOptions>;
