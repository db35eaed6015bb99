/**
 * Orders that several machines may send, each of which is placed once.
 *
 * @module
 */
import { type Clock, type ClockTimer, systemClock } from "../base/clock.ts";
import {
  KalshiAbortError,
  KalshiAuthRequiredError,
  KalshiClosedError,
  KalshiConfigError,
  KalshiTimeoutError,
} from "../base/errors.ts";
import { assertObject, readOptions } from "../base/options.ts";
import { copyPlain } from "../base/plain.ts";
import { tell } from "../base/tell.ts";
import { waitFor, type WaitOptions, waitRules } from "../base/wait_options.ts";
import { LONGEST_MS, onAborted } from "../base/waits.ts";
import type { CreateOrderV2Request, CreateOrderV2Response } from "../contract/event/types.ts";
import { checkFirst } from "../http/arguments.ts";
import { eventOrders } from "../writes/event_orders.ts";
import { type Bucket, bucketKey, openTellingBucket } from "./bucket.ts";
import { type IntendedOrder, type IntentState, orderIdOf, stateIn } from "./ledger_entry.ts";
import {
  type NatsOrderLedgerOptions,
  orderLedgerRules,
  type PlaceIntentOptions,
  placeIntentRules,
} from "./ledger_options.ts";
import { Placement } from "./placement.ts";

/** The longest that an intent's name may be. */
const LONGEST_INTENT = 256;

/** What a ledger is made from, with the bucket in the place of a connection. */
export interface LedgerParts {
  readonly bucket: Bucket;
  readonly name: string;
  readonly account: string | undefined;
  readonly leaseMs: number;
  readonly clock: Clock;
  readonly onError: ((error: unknown) => void) | undefined;
}

/**
 * Places the order of an intent exactly once, whichever machines ask for it and however often: one of them sends it, all
 * get its result. It is kept in a KV bucket of NATS JetStream (server 2.9 or newer). An owner that died in the middle is
 * succeeded after its lease: the successor looks for the order by its `client_order_id`, which follows from the intent,
 * and sends it again with the same id where it is not there.
 *
 * It places orders of event contracts.
 *
 * @example
 * ```ts
 * import { connect } from "@nats-io/transport-node";
 * import { KalshiClient } from "@unofficial/kalshi";
 * import { NatsOrderLedger } from "@unofficial/kalshi/nats";
 *
 * const connection = await connect({ servers: "127.0.0.1:4222" });
 * await using ledger = await NatsOrderLedger.open({ connection });
 * await using client = await KalshiClient.fromEnv();
 * const order = await ledger.place("rebalance 2026-11-24T15:00Z leg 1", {
 *   ticker: "KXHIGHNY-26NOV24-T60",
 *   side: "bid",
 *   count: "10.00",
 *   price: "0.5600",
 *   time_in_force: "good_till_canceled",
 *   self_trade_prevention_type: "taker_at_cross",
 * }, { client });
 * console.log(order.order_id);
 * ```
 */
export class NatsOrderLedger implements AsyncDisposable {
  readonly #parts: LedgerParts;
  readonly #closed = new AbortController();
  readonly #underWay = new Set<Promise<unknown>>();

  private constructor(parts: LedgerParts) {
    this.#parts = parts;
  }

  /**
   * Opens the bucket of a ledger, and makes it where there is none.
   *
   * @throws {KalshiConfigError} for a wrong option, and when the bucket keeps entries for another time
   * @throws {KalshiNatsError} when the connection is closed, the server has no JetStream or does not answer, and when this
   * NATS user may not do what a ledger does
   */
  static async open(options: NatsOrderLedgerOptions): Promise<NatsOrderLedger> {
    const { connection, bucket, account, expireAfterMs, leaseMs, onError, clock = systemClock } = readOptions(
      "NatsOrderLedger",
      options,
      orderLedgerRules,
    );
    if (expireAfterMs < 10 * leaseMs) {
      throw new KalshiConfigError(
        `NatsOrderLedger: \`expireAfterMs\` must be at least ten times \`leaseMs\`, ${10 * leaseMs} ms: ` +
          "an intent must not be forgotten while somebody is at it.",
      );
    }
    const kept = await openTellingBucket(connection, bucket, { history: 1, expireAfterMs });
    return new NatsOrderLedger({ bucket: kept, name: bucket, account, leaseMs, clock, onError });
  }

  /**
   * Places the order of an intent, or gives the order that the intent has become already: resolves with the answer of
   * `orders.create`. An answer made from the state of an order that was found has no averages.
   *
   * The order gets a `client_order_id` that follows from the intent where it has none. What the exchange has refused for
   * good is kept as well, and thrown for everybody who asks. After any other error, a pause of the exchange too, place it
   * again by the same intent.
   *
   * @param intent your name of the decision, such as `"hedge of fill 71c0"`: one for each order, to 256 characters
   * @throws {KalshiConfigError} for wrong input, and when the intent is another account's or stands for another order;
   * nothing was sent
   * @throws {KalshiAuthRequiredError} when neither the client has a key nor the ledger an `account`
   * @throws {KalshiTimeoutError} after `timeoutMs`; {@linkcode KalshiAbortError} when the signal says so
   * @throws {KalshiNatsError} when NATS refuses or does not answer
   * @throws {KalshiError} what `orders.create` throws, with the outcome over all machines
   */
  async place(
    intent: string,
    order: CreateOrderV2Request,
    options: PlaceIntentOptions,
  ): Promise<CreateOrderV2Response> {
    assertIntent(intent);
    const { client, signal, timeoutMs } = readOptions("NatsOrderLedger.place", options, placeIntentRules);
    assertObject("NatsOrderLedger.place: `order`", order);
    this.#assertOpen();
    const { bucket, name, leaseMs, clock, onError } = this.#parts;
    const { environment } = client.config;
    const account = this.#parts.account ?? client.keyId;
    if (account === undefined) {
      throw new KalshiAuthRequiredError(
        "NatsOrderLedger.place: an order is placed by a client with a key. Where something else signs for yours, open " +
          "the ledger with `account`, a name of the account.",
      );
    }
    const given = copyPlain(order) as CreateOrderV2Request;
    const client_order_id = given.client_order_id ?? await orderIdOf(name, environment, intent);
    const basis = { order: { ...given, client_order_id } satisfies IntendedOrder, environment, account };
    // What can never be sent, such as a key in the place of a ticker, is not written down either.
    checkFirst(eventOrders.place, undefined, basis.order, {});
    const { over, forget } = this.#limits(intent, signal, timeoutMs);
    const placement = new Placement({
      ...{ bucket, intent, basis, client, leaseMs, clock, over },
      key: bucketKey(intent),
      onError: (error) => tell(onError, () => error),
    });
    return await this.#hold(placement.run().finally(forget));
  }

  /**
   * What an intent has become; undefined where it was never heard of, or nothing came of it.
   *
   * @throws {KalshiTimeoutError} after `timeoutMs`; {@linkcode KalshiAbortError} when the signal says so
   * @throws {KalshiNatsError} when NATS refuses or does not answer
   */
  async get(intent: string, options: WaitOptions = {}): Promise<IntentState | undefined> {
    assertIntent(intent);
    const limits = readOptions("NatsOrderLedger.get", options, waitRules);
    this.#assertOpen();
    const { bucket, clock } = this.#parts;
    const entry = await waitFor(bucket.read(bucketKey(intent)), "Reading an intent", limits, clock);
    const state = stateIn(intent, entry?.text);
    return state?.state === "free" ? undefined : state;
  }

  /**
   * Ends every wait with a {@linkcode KalshiClosedError} and waits until what was under way has been written down. The
   * connection stays open. A second call is harmless.
   */
  async close(): Promise<void> {
    this.#closed.abort();
    await Promise.allSettled([...this.#underWay]);
  }

  /** {@linkcode NatsOrderLedger.close} */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #assertOpen(): void {
    if (this.#closed.signal.aborted) throw new KalshiClosedError("The ledger is closed: open another one.");
  }

  /** Aborts, with the error that says why, when nobody waits for this intent any more. */
  #limits(intent: string, signal: AbortSignal | undefined, timeoutMs: number | undefined) {
    const over = new AbortController();
    const what = `Placing the intent ${JSON.stringify(intent)}`;
    const aborted = () => over.abort(new KalshiAbortError(`${what} was aborted.`, { cause: signal?.reason }));
    const late = () => over.abort(new KalshiTimeoutError(`${what} did not succeed within ${timeoutMs} ms.`));
    const closed = () => over.abort(new KalshiClosedError(`${what}: the ledger was closed.`));
    const unheard = [onAborted(signal, aborted), onAborted(this.#closed.signal, closed)];
    if (signal?.aborted) aborted();
    if (this.#closed.signal.aborted) closed();
    let timer: ClockTimer | undefined;
    if (timeoutMs !== undefined && timeoutMs <= LONGEST_MS) {
      timer = this.#parts.clock.setTimer(late, timeoutMs);
    }
    const forget = () => {
      timer?.clear();
      for (const stopHearing of unheard) stopHearing();
    };
    return { over: over.signal, forget };
  }

  async #hold<T>(work: Promise<T>): Promise<T> {
    this.#underWay.add(work);
    try {
      return await work;
    } finally {
      this.#underWay.delete(work);
    }
  }
}

function assertIntent(intent: unknown): void {
  if (typeof intent === "string" && intent !== "" && intent.length <= LONGEST_INTENT) return;
  throw new KalshiConfigError(
    `NatsOrderLedger: an intent is a text of 1 to ${LONGEST_INTENT} characters, your name of one decision.`,
  );
}
