/**
 * How each private channel looks up through REST what it missed, and what of it is new. What is looked up comes in the
 * shape of the live messages, which a product's {@linkcode RecoveryFacts} give it.
 *
 * @module
 */

import type { KalshiError } from "../base/errors.ts";
import { knownMs } from "../base/wire_time.ts";
import type { Frame } from "./frame.ts";
import type { ProductLookup } from "./options.ts";

/** The private channels that can fill up what they missed. */
export type RecoverableChannel = "fill" | "user_orders";

/** What a product's REST API tells of fills and orders, in the fields of its live messages. */
export interface RecoveryFacts<Fill, Order> {
  /** The payload of a live `fill`. */
  fillMsg(fill: Fill): Frame["msg"];
  /** The payload of a live `user_order`. */
  orderMsg(order: Order): Frame["msg"];
  /** What tells fills apart; their ids unless told. */
  readonly fillMemory?: (() => Memory) | undefined;
  /** The fields of a live `user_order` that tell one state from another. */
  readonly stateFields: readonly string[];
  /** The one of them that counts the contracts filled. */
  readonly filledField: string;
  /** Whether an order rests, by its live message. */
  rests(msg: Frame["msg"]): boolean;
}

/** What was delivered of a channel. */
export interface Memory {
  /** Whether a live frame tells what was not delivered before; remembers it. */
  isNew(msg: Frame["msg"]): boolean;
  /**
   * Those of looked-up frames that tell what was not delivered before; remembers them. A live frame of the same that is
   * held back, and is delivered after them, replaces one.
   */
  pick(found: readonly Frame[], held: readonly Frame[]): Frame[];
}

/** How one channel recovers. */
export interface RecoveryPlan extends Memory {
  fetch(sinceMs: number): Promise<Frame[]>;
}

/** How many events are remembered, so that none is delivered twice. */
const REMEMBERED = 100_000;

/** A field, where there is a value for it. */
export function field<Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): { [Key in Name]?: Value } {
  return value === undefined ? {} : { [name]: value } as { [Key in Name]?: Value };
}

/** The parameter of a list that begins at a time. */
export const since = (ms: number): { readonly min_ts: number } => ({ min_ts: Math.floor(ms / 1_000) });

/** The orders that were made since a time, and all that rest. */
export async function* ordersThrough<Order>(
  orders: { listAll(params: { min_ts: number } | { status: "resting" }): AsyncIterable<Order> },
  sinceMs: number,
): AsyncGenerator<Order> {
  yield* orders.listAll(since(sinceMs));
  yield* orders.listAll({ status: "resting" });
}

/** A frame of what was looked up. */
const lookedUp = (type: string, msg: Frame["msg"]) => ({ type, recovered: true, msg }) as Frame;

/** When an order last changed, as far as it tells. */
const changedMs = ({ last_updated_ts_ms, created_ts_ms }: Frame["msg"]) =>
  knownMs(last_updated_ts_ms) ?? knownMs(created_ts_ms) ?? 0;

/** The state of an order that was delivered. */
interface Delivered {
  readonly state: string;
  readonly rests: boolean;
  readonly filled: number;
  /** When it came to be; undefined where that is not known. */
  readonly atMs: number | undefined;
}

/** Whether a state that was looked up lies before one that was delivered. */
function isOlder(found: Delivered, before: Delivered): boolean {
  if (found.atMs !== undefined && before.atMs !== undefined) return found.atMs < before.atMs;
  // Without times: what has ended rests no more, and what is filled stays so.
  return !before.rests && found.rests || found.filled < before.filled;
}

/** Forgets the oldest entries of what grows without end. */
export function trim(
  entries: { readonly size: number; keys(): Iterable<string>; delete(key: string): unknown },
): void {
  for (const key of entries.keys()) {
    if (entries.size <= REMEMBERED) return;
    entries.delete(key);
  }
}

/** Adds to what is remembered. */
export function remember(ids: Set<string>, id: string): void {
  ids.add(id);
  trim(ids);
}

/** What the stream calls a fill. */
export const fillId = ({ trade_id, order_id }: Frame["msg"]): string => `${trade_id} ${order_id}`;

/** Tells fills apart, by their ids. */
function fillIds(): Memory {
  const seen = new Set<string>();
  const isNew = (msg: Frame["msg"]) => {
    const id = fillId(msg);
    if (seen.has(id)) return false;
    remember(seen, id);
    return true;
  };
  return {
    isNew,
    pick(found, held) {
      const live = new Set(held.map(({ msg }) => fillId(msg)));
      return found.filter(({ msg }) => !live.has(fillId(msg)) && isNew(msg));
    },
  };
}

/** Fills: each once. */
function fillPlan<Fill, Order>(
  { fillMsg, fillMemory = fillIds }: RecoveryFacts<Fill, Order>,
  lookup: ProductLookup<Fill, Order>,
): RecoveryPlan {
  return {
    ...fillMemory(),
    async fetch(sinceMs) {
      const frames: Frame[] = [];
      for await (const fill of lookup.fills(sinceMs)) frames.push(lookedUp("fill", fillMsg(fill)));
      // The newest come first. Those of one millisecond keep the order in which they happened.
      return frames.reverse().sort((a, b) => Number(a.msg.ts_ms ?? 0) - Number(b.msg.ts_ms ?? 0));
    },
  };
}

/** Orders: the states that were not told. */
function orderPlan<Fill, Order extends { readonly order_id: string }>(
  facts: RecoveryFacts<Fill, Order>,
  lookup: ProductLookup<Fill, Order>,
  onError: (error: unknown) => void,
): RecoveryPlan {
  const { stateFields, filledField } = facts;
  const known = new Map<string, Delivered>();
  const idOf = ({ order_id }: Frame["msg"]) => String(order_id);
  const isNew = (msg: Frame["msg"], isLookedUp: boolean) => {
    const id = idOf(msg);
    const found: Delivered = {
      state: stateFields.map((field) => msg[field]).join(),
      rests: facts.rests(msg),
      filled: Number(msg[filledField]) || 0,
      // REST tells when it was made also of what has changed since.
      atMs: knownMs(msg.last_updated_ts_ms) ?? (isLookedUp ? undefined : knownMs(msg.created_ts_ms)),
    };
    const before = known.get(id);
    if (isLookedUp && before !== undefined && (before.state === found.state || isOlder(found, before))) {
      return false;
    }
    known.delete(id); // so that the newest stand last
    known.set(id, { ...found, atMs: found.atMs ?? before?.atMs });
    trim(known);
    return true;
  };
  return {
    isNew: (msg) => isNew(msg, false),
    pick(found, held) {
      const live = new Set(held.map(({ msg }) => idOf(msg)));
      return found.filter(({ msg }) => !live.has(idOf(msg)) && isNew(msg, true));
    },
    async fetch(sinceMs) {
      const orders: Order[] = [];
      for await (const order of lookup.orders(sinceMs)) orders.push(order);
      const found = new Set(orders.map(({ order_id }) => order_id));
      // What rested before and rests no longer was filled or canceled meanwhile.
      for (const [id, { rests }] of known) {
        if (!rests || found.has(id)) continue;
        try {
          orders.push(await lookup.order(id));
        } catch (error) {
          if ((error as Partial<KalshiError>).code !== "NOT_FOUND") throw error;
          // One that is past looking up must not keep the others from it, now and ever after.
          known.delete(id);
          onError(error);
        }
      }
      const frames = orders.map((order) => lookedUp("user_order", facts.orderMsg(order)));
      return frames.sort((a, b) => changedMs(a.msg) - changedMs(b.msg));
    },
  };
}

/** How a channel recovers, by what its product tells. */
export function recoveryPlan<Fill, Order extends { readonly order_id: string }>(
  channel: RecoverableChannel,
  facts: RecoveryFacts<Fill, Order>,
  lookup: ProductLookup<Fill, Order>,
  onError: (error: unknown) => void,
): RecoveryPlan {
  return channel === "fill" ? fillPlan(facts, lookup) : orderPlan(facts, lookup, onError);
}
