/**
 * Filling up through REST what a private channel missed, each event delivered once.
 *
 * @module
 */

import type { Clock, ClockTimer } from "../clock.ts";
import type { Fill, Order } from "../contract/types.ts";
import type { FillData, UserOrderData } from "../contract/ws.ts";
import { KalshiConfigError, type KalshiError } from "../errors.ts";
import { backoffMs, type BackoffOptions } from "../http/retry.ts";
import type { StreamMarker } from "./channels.ts";
import type { Frame } from "./connection.ts";
import type { Consumer } from "./lanes.ts";

/** Where a stream looks up what it missed; `client.stream()` brings one along. */
export interface StreamLookup {
  /** The account's fills since this Unix time in milliseconds. */
  fills(sinceMs: number): AsyncIterable<Fill>;
  /** The account's orders that were made since this Unix time in milliseconds, and all that rest. */
  orders(sinceMs: number): AsyncIterable<Order>;
  /** One order. */
  order(orderId: string): Promise<Order>;
  /** How fresh the answers are, in Unix milliseconds: `GET /exchange/user_data_timestamp`. Always fresh when left out. */
  readonly asOfMs?: (() => Promise<number>) | undefined;
}

/** A client, as far as a stream looks up what it missed through it. */
export interface LookupClient {
  /** The account's fills. */
  readonly fills: { listAll(params: { min_ts: number }): AsyncIterable<Fill> };
  /** The account's orders. */
  readonly orders: {
    listAll(params: { min_ts: number } | { status: "resting" }): AsyncIterable<Order>;
    get(orderId: string): Promise<Order>;
  };
  /** The state of the exchange. */
  readonly exchange: { userDataTimestamp(): Promise<string> };
}

/** Looks up through a client. */
function lookupThrough({ fills, orders, exchange }: LookupClient): StreamLookup {
  const since = (ms: number) => ({ min_ts: Math.floor(ms / 1000) });
  return {
    fills: (sinceMs) => fills.listAll(since(sinceMs)),
    async *orders(sinceMs) {
      yield* orders.listAll(since(sinceMs));
      yield* orders.listAll({ status: "resting" });
    },
    order: (orderId) => orders.get(orderId),
    asOfMs: async () => Date.parse(await exchange.userDataTimestamp()),
  };
}

/** Whether to fill up what was missed, and how often to look for what was lost without a trace. */
export interface RecoverOptions {
  /**
   * `true`: after every reconnect and every known loss. `{ everyMs }`: at this interval as well, as `fill` and
   * `user_orders` have no sequence numbers that would show a lost frame.
   */
  readonly recover?: boolean | { readonly everyMs: number } | undefined;
}

/** A fill that was looked up. It lacks the position after it, which only the live message tells. */
export interface RecoveredFill {
  /** As the live message. */
  readonly type: "fill";
  /** True: it was looked up. */
  readonly recovered: true;
  /** What REST tells of it, in the fields of the live message. */
  readonly msg: Omit<FillData, "post_position_fp"> & { post_position_fp?: undefined };
}

/** The present state of an order whose changes were missed. */
export interface RecoveredOrder {
  /** As the live message. */
  readonly type: "user_order";
  /** True: it was looked up. */
  readonly recovered: true;
  /** What REST tells of it, in the fields of the live message. */
  readonly msg: UserOrderData;
}

/** What may be missing, and who is to be told. */
interface Loss {
  sinceMs: number;
  untilMs: number;
  readonly markers: StreamMarker[];
}

/** How one channel recovers. */
interface Plan {
  /** What the event belongs to; a live frame of the same replaces a looked-up one. */
  idOf(msg: Frame["msg"]): string;
  /** Whether this was not delivered before; remembers it. */
  isNew(msg: Frame["msg"], lookedUp: boolean): boolean;
  fetch(sinceMs: number): Promise<Frame[]>;
}

/** Clocks differ, and the last frames before a loss may not have been the latest. */
const OVERLAP_MS = 15_000;
/** How far back a lost frame is looked for when only the loss is known. */
const BACK_MS = 60_000;
const REMEMBERED = 100_000;

const timeOf = (text: string | null | undefined) => text ? Date.parse(text) : 0;

function fillFrame(fill: Fill): Frame {
  const { created_time, subaccount_number, fill_id: _, no_price_dollars: __, ticker: ___, ...same } = fill;
  const ts_ms = timeOf(created_time);
  const msg = {
    ...same,
    ts_ms,
    ts: same.ts ?? Math.floor(ts_ms / 1_000),
    side: same.side ?? same.outcome_side,
    action: same.action ?? "buy",
    purchased_side: same.outcome_side,
    ...(typeof subaccount_number === "number" && { subaccount: subaccount_number }),
  };
  return { type: "fill", recovered: true, msg } as Frame;
}

function orderFrame(order: Order): Frame {
  const { type: _, no_price_dollars: __, action: ___, cancel_order_on_pause: ____, ...same } = order;
  const { created_time, last_update_time, expiration_time, outcome_side } = order;
  const msg = {
    ...same,
    side: same.side ?? outcome_side,
    is_yes: outcome_side === "yes",
    created_ts_ms: timeOf(created_time),
    ...(last_update_time && { last_updated_ts_ms: timeOf(last_update_time) }),
    ...(expiration_time && { expiration_ts_ms: timeOf(expiration_time) }),
  };
  return { type: "user_order", recovered: true, msg } as Frame;
}

/** Forgets the oldest entries of what grows without end. */
function trim(
  entries: { readonly size: number; keys(): Iterable<string>; delete(key: string): unknown },
): void {
  for (const key of entries.keys()) {
    if (entries.size <= REMEMBERED) return;
    entries.delete(key);
  }
}

function fillPlan(lookup: StreamLookup): Plan {
  const seen = new Set<string>();
  const idOf = ({ trade_id, order_id }: Frame["msg"]) => `${trade_id} ${order_id}`;
  return {
    idOf,
    isNew(msg) {
      const id = idOf(msg);
      if (seen.has(id)) return false;
      seen.add(id);
      trim(seen);
      return true;
    },
    async fetch(sinceMs) {
      const frames: Frame[] = [];
      for await (const fill of lookup.fills(sinceMs)) frames.push(fillFrame(fill));
      return frames.sort((a, b) => Number(a.msg.ts_ms) - Number(b.msg.ts_ms));
    },
  };
}

function orderPlan(lookup: StreamLookup, onError: (error: unknown) => void): Plan {
  const known = new Map<
    string,
    { readonly state: string; readonly status: unknown; readonly atMs: number }
  >();
  const idOf = ({ order_id }: Frame["msg"]) => String(order_id);
  return {
    idOf,
    isNew(msg, lookedUp) {
      const id = idOf(msg);
      const { status, fill_count_fp, remaining_count_fp, yes_price_dollars } = msg;
      const state = [status, fill_count_fp, remaining_count_fp, yes_price_dollars].join();
      const atMs = Number(msg.last_updated_ts_ms ?? msg.created_ts_ms ?? 0);
      const before = known.get(id);
      if (lookedUp && before !== undefined && (before.state === state || atMs < before.atMs)) return false;
      known.delete(id); // so that the newest stand last
      known.set(id, { state, status, atMs });
      trim(known);
      return true;
    },
    async fetch(sinceMs) {
      const orders: Order[] = [];
      for await (const order of lookup.orders(sinceMs)) orders.push(order);
      const found = new Set(orders.map(({ order_id }) => order_id));
      // What rested before and rests no longer was filled or canceled meanwhile.
      for (const [id, { status }] of known) {
        if (status !== "resting" || found.has(id)) continue;
        try {
          orders.push(await lookup.order(id));
        } catch (error) {
          if ((error as Partial<KalshiError>).code !== "NOT_FOUND") throw error;
          // One that is past looking up must not keep the others from it, now and ever after.
          known.delete(id);
          onError(error);
        }
      }
      return orders.map(orderFrame)
        .sort((a, b) => Number(a.msg.last_updated_ts_ms ?? 0) - Number(b.msg.last_updated_ts_ms ?? 0));
    },
  };
}

/** What stands between a private channel and its queue. */
export class Recovery implements Consumer {
  readonly #inner: Consumer;
  readonly #plan: Plan;
  readonly #lookup: StreamLookup;
  readonly #clock: Clock;
  readonly #backoff: BackoffOptions;
  readonly #onError: (error: unknown) => void;
  /** Live frames that wait until what was missed before them is in. */
  #held: Frame[] | undefined;
  /** The loss that is next to be filled up; what is noticed meanwhile is filled up with it, in one look. */
  #next: Loss | undefined;
  #running = 0;
  #work: Promise<void> = Promise.resolve();
  #timer: ClockTimer | undefined;
  #patience: ClockTimer | undefined;
  /** From when on something is still missing, as it could not be looked up; in Unix milliseconds. */
  #owedSinceMs = Infinity;
  #tries = 0;
  #retry: ClockTimer | undefined;
  #ended = false;

  constructor(
    channel: "fill" | "user_orders",
    inner: Consumer,
    lookup: StreamLookup,
    clock: Clock,
    onError: (error: unknown) => void,
    backoff: BackoffOptions,
  ) {
    this.#inner = inner;
    this.#lookup = lookup;
    this.#clock = clock;
    this.#backoff = backoff;
    this.#onError = onError;
    this.#plan = channel === "fill" ? fillPlan(lookup) : orderPlan(lookup, onError);
  }

  get param(): Consumer["param"] {
    return this.#inner.param;
  }

  get keys(): Consumer["keys"] {
    return this.#inner.keys;
  }

  /** Takes note of what was before the subscription, so that it is not taken for missed. */
  async start(everyMs: number | undefined): Promise<void> {
    for (const { msg } of await this.#plan.fetch(this.#clock.now() - OVERLAP_MS)) this.#plan.isNew(msg, true);
    if (everyMs !== undefined) this.#repeat(everyMs);
  }

  deliver(frame: Frame): void {
    if (this.#held !== undefined) this.#held.push(frame);
    else if (this.#plan.isNew(frame.msg, false)) this.#inner.deliver(frame);
  }

  mark(marker: StreamMarker): void {
    const now = this.#clock.now();
    if (marker.type === "reconnected") this.#recover(marker.missedFromMs, marker.missedToMs, marker);
    else this.#recover(now - BACK_MS, now, marker);
  }

  end(error?: KalshiError): void {
    this.#inner.end(error);
  }

  /** Nobody reads any longer. */
  stop(): void {
    this.#ended = true;
    this.#timer?.clear();
    this.#patience?.clear();
    this.#retry?.clear();
  }

  #repeat(everyMs: number): void {
    let sinceMs = this.#clock.now();
    this.#timer = this.#clock.setTimer(() => {
      const now = this.#clock.now();
      this.#recover(sinceMs, now).then(() => this.#ended || this.#repeat(everyMs));
      sinceMs = now;
    }, everyMs);
  }

  #recover(sinceMs: number, untilMs: number, marker?: StreamMarker): Promise<void> {
    this.#held ??= [];
    const markers = marker === undefined ? [] : [marker];
    if (this.#next !== undefined) {
      this.#next.sinceMs = Math.min(this.#next.sinceMs, sinceMs);
      this.#next.untilMs = Math.max(this.#next.untilMs, untilMs);
      this.#next.markers.push(...markers);
    } else {
      const loss = this.#next = { sinceMs, untilMs, markers };
      this.#running++;
      this.#work = this.#work.then(() => {
        this.#next = undefined;
        return this.#fill(loss);
      });
    }
    return this.#work;
  }

  async #fill({ sinceMs, untilMs, markers }: Loss): Promise<void> {
    const fromMs = Math.min(sinceMs, this.#owedSinceMs);
    let frames: Frame[] = [];
    let recoverError: unknown;
    try {
      await this.#untilFresh(untilMs);
      frames = await this.#plan.fetch(fromMs - OVERLAP_MS);
      this.#owedSinceMs = Infinity;
      this.#tries = 0;
    } catch (error) {
      recoverError = error;
      this.#owedSinceMs = fromMs;
      if (markers.length === 0) this.#onError(error);
    }
    if (this.#ended) return;
    this.#retry?.clear();
    if (recoverError !== undefined) this.#retryLater();
    const { keys } = this.#inner;
    const live = new Set(this.#held?.map(({ msg }) => this.#plan.idOf(msg)));
    const missed = frames.filter(({ msg }) =>
      (keys === undefined || keys.has(String(msg.market_ticker ?? msg.ticker))) &&
      !live.has(this.#plan.idOf(msg)) && this.#plan.isNew(msg, true)
    );
    for (const [index, marker] of markers.entries()) {
      // What was missed follows the last one.
      const recovered = index === markers.length - 1 ? missed.length : 0;
      this.#inner.mark({ ...marker, ...(recoverError === undefined ? { recovered } : { recoverError }) });
    }
    for (const frame of missed) this.#inner.deliver(frame);
    if (--this.#running > 0) return;
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const frame of held) this.deliver(frame);
  }

  /** What could not be looked up is owed until it is. */
  #retryLater(): void {
    const delayMs = backoffMs(this.#tries++, this.#backoff, undefined, Math.random);
    this.#retry = this.#clock.setTimer(() => this.#recover(this.#owedSinceMs, this.#clock.now()), delayMs);
  }

  /** Kalshi's portfolio answers may lag behind: waits until they have caught up, for ten seconds at most. */
  async #untilFresh(untilMs: number): Promise<void> {
    for (let tries = 0; tries < 10 && this.#lookup.asOfMs !== undefined; tries++) {
      if (await this.#lookup.asOfMs() >= untilMs || this.#ended) return;
      await new Promise<void>((resolve) => this.#patience = this.#clock.setTimer(resolve, 1_000));
    }
  }
}

/** Reads the `recover` option: where to look, and how often without a reason. */
export function readRecover(
  recover: true | { readonly everyMs: number },
  lookup: StreamLookup | LookupClient | undefined,
): { readonly lookup: StreamLookup; readonly everyMs: number | undefined } {
  if (lookup === undefined) {
    throw new KalshiConfigError(
      "`recover` looks up through REST: open the stream with `client.stream()`, or give `lookup`.",
    );
  }
  const everyMs = recover === true ? undefined : recover.everyMs;
  if (everyMs !== undefined && !(everyMs >= 1_000)) {
    throw new KalshiConfigError(
      `recover.everyMs takes a number of milliseconds from 1000, not ${String(everyMs)}.`,
    );
  }
  return { lookup: "exchange" in lookup ? lookupThrough(lookup) : lookup, everyMs };
}
