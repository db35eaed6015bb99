/**
 * What each private channel looks up through REST, in the shape of its live messages, and what of it is new.
 *
 * @module
 */

import type { KalshiError } from "../base/errors.ts";
import { knownMs, timeMs } from "../base/wire_time.ts";
import type { FillData, UserOrderData } from "../contract/event/channels.ts";
import type { Fill, Order } from "../contract/event/types.ts";
import type { Frame } from "./frame.ts";
import type { StreamLookup } from "./options.ts";

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

/** How one channel recovers. */
export interface RecoveryPlan {
  /** What the event belongs to; a live frame of the same replaces a looked-up one. */
  idOf(msg: Frame["msg"]): string;
  /** Whether this was not delivered before; remembers it. */
  isNew(msg: Frame["msg"], lookedUp: boolean): boolean;
  fetch(sinceMs: number): Promise<Frame[]>;
}

/** How many events are remembered, so that none is delivered twice. */
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

/** Fills: each once. */
export function fillPlan(lookup: StreamLookup): RecoveryPlan {
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
      // The newest come first. Those of one millisecond keep the order in which they happened.
      return frames.reverse().sort((a, b) => Number(a.msg.ts_ms ?? 0) - Number(b.msg.ts_ms ?? 0));
    },
  };
}

/** Orders: the states that were not told. */
export function orderPlan(lookup: StreamLookup, onError: (error: unknown) => void): RecoveryPlan {
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
