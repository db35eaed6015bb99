/**
 * Filling up through REST what a private channel missed, each event delivered once.
 *
 * @module
 */

import type { Clock, ClockTimer } from "../base/clock.ts";
import type { Fill, Order } from "../contract/event/types.ts";
import type { FillData, UserOrderData } from "../contract/event/channels.ts";
import { KalshiConfigError, type KalshiError, KalshiTimeoutError } from "../base/errors.ts";
import { backoffMs, type BackoffOptions } from "../base/backoff.ts";
import { knownMs, timeMs } from "../base/wire_time.ts";
import { delay } from "../base/waits.ts";
import { waitFor } from "./call_options.ts";
import type { RecoveryReport, StreamMarker } from "./items.ts";
import type { Frame } from "./frame.ts";
import type { LookupClient, StreamLookup } from "./options.ts";
import { KalshiStreamClosedError } from "./errors.ts";
import type { ChannelReader } from "./channel_reader.ts";

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

/** A fill that was looked up. It lacks the position after it and the order's `client_order_id`, which only the live message tells. */
export interface RecoveredFill {
  /** As the live message. */
  readonly type: "fill";
  /** True: it was looked up. */
  readonly recovered: true;
  /** What REST tells of it, in the fields of the live message; it has no `ts` and `ts_ms` where REST tells no time. */
  readonly msg: Omit<FillData, "post_position_fp" | "ts" | "ts_ms"> & {
    post_position_fp?: undefined;
    ts?: number | undefined;
    ts_ms?: number | undefined;
  };
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

/** When something may have been missed, in Unix milliseconds. */
interface Loss {
  readonly fromMs: number;
  readonly toMs: number;
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
/** How long live events wait for what was missed before them. */
const HOLD_MS = 5_000;
/** How long one look-up may take. */
const LOOK_MS = 60_000;
const REMEMBERED = 100_000;

/** A field, where there is a value for it. */
function field<Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): { [Key in Name]?: Value } {
  return value === undefined ? {} : { [name]: value } as { [Key in Name]?: Value };
}

function fillFrame(fill: Fill): Frame {
  const { created_time, subaccount_number, ts, fill_id: _, no_price_dollars: __, ticker: ___, ...same } =
    fill;
  const seconds = knownMs(ts);
  const ms = timeMs(created_time) ?? (seconds && seconds * 1_000);
  const msg = {
    ...same,
    ...field("ts_ms", ms),
    ...field("ts", seconds ?? (ms && Math.floor(ms / 1_000))),
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
    created_ts_ms: timeMs(created_time) ?? null,
    ...field("last_updated_ts_ms", timeMs(last_update_time)),
    ...field("expiration_ts_ms", timeMs(expiration_time)),
  };
  return { type: "user_order", recovered: true, msg } as Frame;
}

/** When an order last changed, as far as it tells. */
const changedMs = ({ last_updated_ts_ms, created_ts_ms }: Frame["msg"]) =>
  knownMs(last_updated_ts_ms) ?? knownMs(created_ts_ms) ?? 0;

/** The state of an order that was delivered. */
interface Delivered {
  readonly state: string;
  readonly status: unknown;
  readonly filled: number;
  /** When it came to be; undefined where that is not known. */
  readonly atMs: number | undefined;
}

/** Whether a state that was looked up lies before one that was delivered. */
function isOlder(found: Delivered, before: Delivered): boolean {
  if (found.atMs !== undefined && before.atMs !== undefined) return found.atMs < before.atMs;
  // Without times: what has ended rests no more, and what is filled stays so.
  return before.status !== "resting" && found.status === "resting" || found.filled < before.filled;
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
      return frames.sort((a, b) => Number(a.msg.ts_ms ?? 0) - Number(b.msg.ts_ms ?? 0));
    },
  };
}

function orderPlan(lookup: StreamLookup, onError: (error: unknown) => void): Plan {
  const known = new Map<string, Delivered>();
  const idOf = ({ order_id }: Frame["msg"]) => String(order_id);
  return {
    idOf,
    isNew(msg, lookedUp) {
      const id = idOf(msg);
      const { status, fill_count_fp, remaining_count_fp, yes_price_dollars } = msg;
      const found: Delivered = {
        state: [status, fill_count_fp, remaining_count_fp, yes_price_dollars].join(),
        status,
        filled: Number(fill_count_fp) || 0,
        // REST tells when it was made also of what has changed since.
        atMs: knownMs(msg.last_updated_ts_ms) ?? (lookedUp ? undefined : knownMs(msg.created_ts_ms)),
      };
      const before = known.get(id);
      if (lookedUp && before !== undefined && (before.state === found.state || isOlder(found, before))) {
        return false;
      }
      known.delete(id); // so that the newest stand last
      known.set(id, { ...found, atMs: found.atMs ?? before?.atMs });
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
      return orders.map(orderFrame).sort((a, b) => changedMs(a.msg) - changedMs(b.msg));
    },
  };
}

/**
 * What stands between a private channel and its queue. A marker waits for the look-up, so that what was missed
 * follows it, and live events wait behind the marker; for `HOLD_MS` at most, as news must not be late because REST is.
 */
export class Recovery implements ChannelReader {
  readonly #inner: ChannelReader;
  readonly #plan: Plan;
  readonly #lookup: StreamLookup;
  readonly #clock: Clock;
  readonly #backoff: BackoffOptions;
  readonly #onError: (error: unknown) => void;
  readonly #stopped = new AbortController();
  #startedMs = 0;
  /** What is to be looked up next. Losses that are noticed meanwhile are looked up in one go. */
  #owed: Loss | undefined;
  #isLooking = false;
  #tries = 0;
  /** Markers that wait for what was missed. */
  #markers: StreamMarker[] = [];
  /** Live events that wait behind them. */
  #held: Frame[] | undefined;
  #holding: ClockTimer | undefined;
  #repeating: ClockTimer | undefined;
  #retrying: ClockTimer | undefined;

  constructor(
    channel: "fill" | "user_orders",
    inner: ChannelReader,
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

  get param(): ChannelReader["param"] {
    return this.#inner.param;
  }

  get keys(): ChannelReader["keys"] {
    return this.#inner.keys;
  }

  /** Takes note of what was before the subscription, so that it is not taken for missed. */
  async start(everyMs: number | undefined): Promise<void> {
    this.#startedMs = this.#clock.now();
    for (const { msg } of await this.#plan.fetch(this.#startedMs - OVERLAP_MS)) this.#plan.isNew(msg, true);
    if (everyMs !== undefined) this.#repeat(everyMs, this.#startedMs);
  }

  deliver(frame: Frame): void {
    if (this.#held !== undefined) this.#held.push(frame);
    else if (this.#plan.isNew(frame.msg, false)) this.#inner.deliver(frame);
  }

  mark(marker: StreamMarker): void {
    this.#markers.push(marker);
    this.#held ??= [];
    this.#holding ??= this.#clock.setTimer(() => {
      const recoverError = new KalshiTimeoutError(
        `What was missed could not be looked up within ${HOLD_MS} ms. It comes as soon as it can be.`,
      );
      this.#tell({ recoverError });
      this.#release();
    }, HOLD_MS);
    this.#owe(marker.missedFromMs, marker.missedToMs);
  }

  end(error?: KalshiError): void {
    const recoverError = error ?? new KalshiStreamClosedError("The subscription ended before the look-up.");
    this.#tell({ recoverError });
    this.#release();
    this.#inner.end(error);
  }

  /** Nobody reads any longer. */
  stop(): void {
    this.#stopped.abort();
    for (const timer of [this.#holding, this.#repeating, this.#retrying]) timer?.clear();
  }

  #repeat(everyMs: number, sinceMs: number): void {
    this.#repeating = this.#clock.setTimer(() => {
      const now = this.#clock.now();
      this.#owe(sinceMs, now);
      this.#repeat(everyMs, now);
    }, everyMs);
  }

  #owe(sinceMs: number, untilMs: number): void {
    const { fromMs, toMs } = this.#owed ?? { fromMs: Infinity, toMs: 0 };
    // What was before the subscription belongs to nobody here.
    const neededMs = Math.max(sinceMs, this.#startedMs);
    this.#owed = { fromMs: Math.min(fromMs, neededMs), toMs: Math.max(toMs, untilMs) };
    void this.#look();
  }

  /** Looks up what is owed until nothing is; what could not be looked up is tried again later. */
  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    this.#retrying?.clear();
    await undefined; // so that losses noticed in one go are one
    for (let owed = this.#owed; owed !== undefined; owed = this.#owed) {
      this.#owed = undefined;
      const waiting = this.#markers.length;
      const { frames, recoverError } = await this.#lookUp(owed);
      if (this.#stopped.signal.aborted) return;
      const { keys } = this.#inner;
      const live = new Set(this.#held?.map(({ msg }) => this.#plan.idOf(msg)));
      const missed = frames.filter(({ msg }) =>
        (keys === undefined || keys.has(String(msg.market_ticker ?? msg.ticker))) &&
        !live.has(this.#plan.idOf(msg)) && this.#plan.isNew(msg, true)
      );
      // Markers of losses that were noticed during the look-up wait for the next one.
      const told = this.#tell({ recovered: missed.length, recoverError }, waiting);
      for (const frame of missed) this.#inner.deliver(frame);
      if (this.#markers.length === 0) this.#release();
      if (recoverError === undefined) {
        this.#tries = 0;
        continue;
      }
      if (told === 0) this.#onError(recoverError);
      const isMore = this.#owed !== undefined;
      this.#owe(owed.fromMs, owed.toMs);
      if (isMore) continue;
      const delayMs = backoffMs(this.#tries++, this.#backoff, undefined, Math.random);
      this.#retrying = this.#clock.setTimer(() => void this.#look(), delayMs);
      break;
    }
    this.#isLooking = false;
  }

  async #lookUp({ fromMs, toMs }: Loss): Promise<{ frames: Frame[]; recoverError: unknown }> {
    const { signal } = this.#stopped;
    let isFresh = true;
    const work = (async () => {
      isFresh = await this.#isFresh(toMs);
      return await this.#plan.fetch(fromMs - OVERLAP_MS);
    })();
    try {
      const limits = { signal, timeoutMs: LOOK_MS };
      const frames = await waitFor(work, "Looking up what was missed", limits, this.#clock);
      const recoverError = isFresh ? undefined : new KalshiTimeoutError(
        "Kalshi's answers lag behind what was missed: more of it may come when they have caught up.",
      );
      return { frames, recoverError };
    } catch (recoverError) {
      return { frames: [], recoverError };
    }
  }

  /** Hands on the first `count` markers that wait; returns how many. What was missed follows the last one. */
  #tell({ recovered = 0, recoverError }: RecoveryReport, count = Infinity): number {
    const markers = this.#markers.splice(0, count);
    for (const [index, marker] of markers.entries()) {
      this.#inner.mark({
        ...marker,
        recovered: index === markers.length - 1 ? recovered : 0,
        ...(recoverError !== undefined && { recoverError }),
      });
    }
    return markers.length;
  }

  /** Lets go of what waits behind the markers. */
  #release(): void {
    this.#holding?.clear();
    this.#holding = undefined;
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const frame of held) this.deliver(frame);
  }

  /** Kalshi's portfolio answers may lag behind: waits until they have caught up, for ten seconds at most. */
  async #isFresh(untilMs: number): Promise<boolean> {
    if (this.#lookup.asOfMs === undefined) return true;
    for (let tries = 0; tries < 10; tries++) {
      if (await this.#lookup.asOfMs() >= untilMs) return true;
      if (this.#stopped.signal.aborted) return false;
      await delay(this.#clock, 1_000, this.#stopped.signal);
    }
    return false;
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
  const found = "exchange" in lookup ? lookupThrough(lookup) : lookup;
  return { lookup: found, everyMs: recover === true ? undefined : recover.everyMs };
}
