/**
 * One call that places the order of an intent: it claims the intent and sends the order, or waits for whoever has
 * claimed it, and takes over where that one is gone.
 *
 * @module
 */
import type { Clock } from "../base/clock.ts";
import { withContext } from "../base/error_classes.ts";
import { KalshiConflictError, KalshiConnectionError, KalshiError } from "../base/errors.ts";
import { delay, onAborted, untilAborted } from "../base/waits.ts";
import type { CreateOrderV2Response, Order } from "../contract/event/types.ts";
import { eventOrders } from "../writes/event_orders.ts";
import type { Bucket, BucketEntry } from "./bucket.ts";
import { Claim } from "./claim.ts";
import {
  assertSameOrder,
  type IntentBasis,
  type IntentState,
  isFinalRefusal,
  isTaken,
  refusalOf,
  stateIn,
} from "./ledger_entry.ts";
import { KalshiNatsError } from "./errors.ts";
import type { PlaceIntentOptions } from "./ledger_options.ts";

/** How far apart the clocks of this machine and of the exchange may be, and more. */
const CLOCK_SLACK_MS = 60_000;
/** The pauses before what is kept is read again, or the exchange's lists are, in milliseconds. */
const SHORTEST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 250;
/** How often an order that the exchange says it has is looked for: lists lag behind. */
const LOOKS = 8;

/** What a placement is made from. */
export interface PlacementParts {
  readonly bucket: Bucket;
  readonly key: string;
  readonly intent: string;
  readonly basis: IntentBasis;
  readonly client: PlaceIntentOptions["client"];
  readonly leaseMs: number;
  readonly clock: Clock;
  /** Aborts when nobody waits any more; its reason is the error that says why. */
  readonly over: AbortSignal;
  readonly onError: (error: unknown) => void;
}

/** A claim with what this call knows of the intent. */
interface Held {
  readonly claim: Claim;
  /** Whether somebody may have sent the order before. */
  readonly isSuccessor: boolean;
  readonly sinceMs: number;
}

/** One call of {@linkcode NatsOrderLedger.place}. */
export class Placement {
  readonly #parts: PlacementParts;
  /** Names this call, so that a claim whose acknowledgement was lost is known again. */
  readonly #owner = crypto.randomUUID();
  /** The entry that was read last, and since when it has been the newest. */
  #seen: { readonly revision: number; readonly sinceMs: number } | undefined;

  constructor(parts: PlacementParts) {
    this.#parts = parts;
  }

  /** Gives the order that the intent has become, whoever has placed it. */
  async run(): Promise<CreateOrderV2Response> {
    const { intent, basis, over, clock } = this.#parts;
    for (let looks = 0;; looks++) {
      if (over.aborted) throw this.#given("unknown");
      const entry = await this.#ask(() => this.#parts.bucket.read(this.#parts.key));
      const state = stateIn(intent, entry?.text);
      if (state !== undefined && state.state !== "free") assertSameOrder(intent, state, basis);
      if (state?.state === "placed") return state.result;
      if (state?.state === "refused") throw refusalOf(state.error);
      if (state?.state === "placing" && !this.#mayTake(state, entry)) {
        await delay(clock, Math.min(SHORTEST_PAUSE_MS * 2 ** looks, LONGEST_PAUSE_MS), over);
        continue;
      }
      const held = await this.#claim(state, entry);
      const result = held && await this.#act(held);
      if (result !== undefined) return result;
    }
  }

  /** Its own claim, or that of somebody who has been silent for longer than it said. */
  #mayTake({ owner, leaseMs }: IntentState & { state: "placing" }, entry: BucketEntry | undefined): boolean {
    const nowMs = this.#parts.clock.monotonic();
    const revision = entry?.revision ?? 0;
    if (this.#seen?.revision !== revision) this.#seen = { revision, sinceMs: nowMs };
    return owner === this.#owner || nowMs - this.#seen.sinceMs >= leaseMs;
  }

  /** Undefined when somebody else was first. */
  async #claim(state: IntentState | undefined, entry: BucketEntry | undefined): Promise<Held | undefined> {
    const { bucket, key, basis, leaseMs, clock, onError } = this.#parts;
    const isSuccessor = state?.state === "placing" || state?.state === "open";
    const sinceMs = isSuccessor ? Math.min(state.sinceMs, entry?.storedMs ?? Infinity) : clock.now();
    const claimed: IntentState = { ...basis, state: "placing", owner: this.#owner, leaseMs, sinceMs };
    const text = JSON.stringify(claimed);
    const startedMs = clock.monotonic();
    const revision = await this.#ask(() => bucket.write(key, text, entry?.revision ?? 0));
    if (revision === undefined) return undefined;
    const claim = new Claim({ bucket, key, text, leaseMs, clock, onError }, revision, startedMs);
    return { claim, isSuccessor, sinceMs };
  }

  /** Gives the order; undefined when somebody else has taken over, who will. */
  async #act(held: Held): Promise<CreateOrderV2Response | undefined> {
    const { claim } = held;
    const stop = new AbortController();
    const unheard = [this.#parts.over, claim.signal].map((signal) => onAborted(signal, () => stop.abort()));
    if (this.#parts.over.aborted || claim.signal.aborted) stop.abort();
    try {
      const result = await this.#place(held, stop.signal);
      await this.#settle(claim, { ...this.#parts.basis, state: "placed", result }).catch(this.#parts.onError);
      return result;
    } catch (error) {
      return await this.#fail(held, error);
    } finally {
      claim.release();
      for (const stopHearing of unheard) stopHearing();
    }
  }

  async #place({ isSuccessor, sinceMs }: Held, signal: AbortSignal): Promise<CreateOrderV2Response> {
    const { client, basis: { order } } = this.#parts;
    // Whoever was at it before may have sent it.
    if (isSuccessor) {
      const min_ts = Math.floor((sinceMs - CLOCK_SLACK_MS) / 1000);
      const found = await this.#look({ ticker: order.ticker, min_ts }, signal);
      if (found !== undefined) return found;
    }
    try {
      return await client.orders.create(order, { orderRetries: "idempotent", signal });
    } catch (error) {
      if (!(error instanceof KalshiConflictError) || !isTaken(error)) throw error;
      for (let look = 0; look < LOOKS && !signal.aborted; look++) {
        const found = await this.#look({ ticker: order.ticker }, signal);
        if (found !== undefined) return found;
        await delay(this.#parts.clock, SHORTEST_PAUSE_MS * 2 ** look, signal);
      }
      throw withContext(error, { outcome: "unknown" });
    }
  }

  async #look(
    filters: { readonly ticker: string; readonly min_ts?: number },
    signal: AbortSignal,
  ): Promise<CreateOrderV2Response | undefined> {
    const { client, basis: { order } } = this.#parts;
    const found = await client.orders.getByClientOrderId(order.client_order_id, filters, { signal });
    return found && isOf(order, found) ? eventOrders.placedFrom(found) : undefined;
  }

  /** Writes down what has come of it, so that others go on from there, and throws; undefined when others have. */
  async #fail({ claim, isSuccessor, sinceMs }: Held, thrown: unknown): Promise<undefined> {
    const { over, basis, onError } = this.#parts;
    const error = thrown instanceof KalshiError
      ? thrown
      : new KalshiConnectionError("Placing an order has failed.", { outcome: "unknown", cause: thrown });
    // What others did before is not undone by a refusal: the order may be on its way, or be listed late.
    const outcome = isSuccessor ? "unknown" : error.outcome;
    const state: IntentState = outcome === "unknown"
      ? { ...basis, state: "open", sinceMs }
      : isFinalRefusal(error)
      ? { ...basis, state: "refused", error: error.toJSON() }
      : { ...basis, state: "free" };
    const isOurs = await this.#settle(claim, state).catch((error) => {
      onError(error);
      return true;
    });
    if (over.aborted) throw this.#given(outcome, error);
    if (!isOurs || claim.signal.aborted) return undefined;
    throw withContext(error, { outcome, clientIds: [basis.order.client_order_id] });
  }

  #settle(claim: Claim, state: IntentState): Promise<boolean> {
    return claim.settle(JSON.stringify(state));
  }

  /** Why nobody waits any more. */
  #given(outcome: KalshiError["outcome"], cause?: KalshiError): KalshiError {
    const clientIds = [this.#parts.basis.order.client_order_id];
    const { reason } = this.#parts.over;
    return reason instanceof KalshiError ? withContext(reason, { outcome, clientIds }) : cause ?? reason;
  }

  /** What NATS says, as long as somebody waits. */
  async #ask<T>(question: () => Promise<T>): Promise<T> {
    const { over, basis, intent } = this.#parts;
    try {
      return await untilAborted(question(), over);
    } catch (error) {
      if (over.aborted) throw this.#given("unknown");
      const why = error instanceof Error ? ` ${error.message}` : "";
      throw new KalshiNatsError(
        `NATS did not tell what has become of the intent ${JSON.stringify(intent)}.${why} ` +
          "Then place it again by the same intent: that makes no second order.",
        { outcome: "unknown", clientIds: [basis.order.client_order_id], cause: error },
      );
    }
  }
}

/** Whether this can be the order: an id that was used for another one is no find. */
function isOf({ ticker, side, subaccount }: IntentBasis["order"], found: Order): boolean {
  const state = eventOrders.stateOf(found);
  return state.ticker === ticker && state.side === side &&
    (subaccount ?? state.subaccount) === state.subaccount;
}
