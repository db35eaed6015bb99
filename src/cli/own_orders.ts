/**
 * The account's own resting orders on one market, as lists and the stream tell of them.
 *
 * @module
 */
import { parseCount, parsePrice } from "../base/fixed_point.ts";
import { timeMs } from "../base/wire_time.ts";

/** What every form of an order says of its place in the book; fields of event contracts and of perps have two names. */
interface Told {
  readonly order_id: string;
  readonly ticker: string;
  readonly status?: string | null;
  readonly yes_price_dollars?: string | null;
  readonly price?: string | null;
  readonly remaining_count_fp?: string | null;
  readonly remaining_count?: string | null;
  readonly book_side?: string | null;
  readonly side?: string | null;
}

/** An order as REST tells it. */
export interface ListedOrder extends Told {
  readonly last_update_time?: string | null;
}

/** An order as the stream tells it, or as its recovery looked it up. */
export interface StreamedOrder extends Told {
  readonly outcome_side?: string | null;
  readonly last_updated_ts_ms?: number | null;
}

interface Known {
  readonly side: "bid" | "ask";
  readonly price: number;
  /** Hundredths of a contract; 0 once it rests no longer. */
  readonly size: number;
  readonly atMs: number;
}

/** What stands for a level in {@linkcode OwnLevels}. */
export function levelKey(side: "bid" | "ask", price: number): string {
  return `${side} ${price}`;
}

/** Own contracts by {@linkcode levelKey}, in hundredths. */
export type OwnLevels = ReadonlyMap<string, number>;

/** So many orders that have ended are remembered, lest an older list bring them back. */
const MOST_ENDED = 1_000;

/** Keeps the last known state of each order. */
export class OwnOrders {
  readonly #ticker: string;
  readonly #known = new Map<string, Known>();
  #ended = 0;

  constructor(ticker: string) {
    this.#ticker = ticker;
  }

  /** Takes an order's state, unless a newer one is known. */
  take(order: ListedOrder | StreamedOrder): void {
    if (order.ticker !== this.#ticker) return;
    const { yes_price_dollars, price = yes_price_dollars, remaining_count_fp } = order;
    const { remaining_count = remaining_count_fp } = order;
    // What an event order calls its side is an outcome.
    const side = order.book_side ??
      (yes_price_dollars === undefined
        ? order.side
        : (order as StreamedOrder).outcome_side === "no"
        ? "ask"
        : "bid");
    if (side !== "bid" && side !== "ask") return;
    const atMs = "last_updated_ts_ms" in order && typeof order.last_updated_ts_ms === "number"
      ? order.last_updated_ts_ms
      : timeMs((order as ListedOrder).last_update_time) ?? 0;
    const before = this.#known.get(order.order_id);
    if (before !== undefined && before.atMs > atMs) return;
    // Perps say of an order only how much of it rests.
    const rests = (order.status ?? "resting") === "resting";
    const size = rests ? parseCount(remaining_count ?? "0") : 0;
    if (before !== undefined) this.#drop(order.order_id, before);
    this.#known.set(order.order_id, { side, price: parsePrice(price ?? "0"), size, atMs });
    if (size === 0) this.#ended++;
    this.#forget();
  }

  /** How many rest. */
  get resting(): number {
    return this.#known.size - this.#ended;
  }

  /** What rests, by level. */
  levels(): OwnLevels {
    const levels = new Map<string, number>();
    for (const { side, price, size } of this.#known.values()) {
      if (size === 0) continue;
      const key = levelKey(side, price);
      levels.set(key, (levels.get(key) ?? 0) + size);
    }
    return levels;
  }

  #drop(id: string, { size }: Known): void {
    this.#known.delete(id);
    if (size === 0) this.#ended--;
  }

  #forget(): void {
    if (this.#ended <= MOST_ENDED) return;
    for (const [id, known] of this.#known) {
      if (known.size === 0) return this.#drop(id, known);
    }
  }
}
