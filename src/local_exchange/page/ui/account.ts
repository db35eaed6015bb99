/** The page's own account: orders, fills, positions, cash. REST tells it whole, the feed what changes. */
import type { KalshiClient } from "../../../client.ts";
import { parseCount, parsePrice } from "../../../base/fixed_point.ts";
import type { FillData, MarketPositionData, UserOrderData } from "../../../contract/event/channels.ts";
import type { Fill, Order } from "../../../contract/event/types.ts";
import { Cell, Pace } from "./cell.ts";
import { moneyOf } from "./format.ts";
import { feedPosition, type Position, restPosition } from "./profit.ts";

/** An order of the account's. */
export interface OrderRow {
  readonly id: string;
  readonly ticker: string;
  readonly side: "bid" | "ask";
  readonly price: number;
  readonly filled: number;
  readonly remaining: number;
  readonly initial: number;
  /** Kalshi's word: `resting`, `executed`, `canceled`. */
  readonly status: string;
  readonly createdMs: number;
  readonly changedMs: number;
}

/** A trade of the account's. */
export interface FillRow {
  readonly id: string;
  readonly ticker: string;
  readonly side: "bid" | "ask";
  readonly price: number;
  readonly count: number;
  readonly fee: number;
  readonly isTaker: boolean;
  readonly atMs: number;
}

const sideOf = (side: string): "bid" | "ask" => side === "ask" ? "ask" : "bid";
const timeOf = (text: string | null | undefined): number => Date.parse(text ?? "") || 0;

const restOrder = (one: Order): OrderRow => ({
  id: one.order_id,
  ticker: one.ticker,
  side: sideOf(one.book_side),
  price: parsePrice(one.yes_price_dollars),
  filled: parseCount(one.fill_count_fp),
  remaining: parseCount(one.remaining_count_fp),
  initial: parseCount(one.initial_count_fp),
  status: one.status,
  createdMs: timeOf(one.created_time),
  changedMs: timeOf(one.last_update_time ?? one.created_time),
});

const feedOrder = (one: UserOrderData): OrderRow => ({
  id: one.order_id,
  ticker: one.ticker,
  side: sideOf(one.book_side),
  price: parsePrice(one.yes_price_dollars),
  filled: parseCount(one.fill_count_fp),
  remaining: parseCount(one.remaining_count_fp),
  initial: parseCount(one.initial_count_fp),
  status: one.status,
  createdMs: one.created_ts_ms ?? 0,
  changedMs: one.last_updated_ts_ms ?? one.created_ts_ms ?? 0,
});

const restFill = (one: Fill): FillRow => ({
  id: `${one.trade_id} ${one.order_id}`,
  ticker: one.market_ticker,
  side: sideOf(one.book_side),
  price: parsePrice(one.yes_price_dollars),
  count: parseCount(one.count_fp),
  fee: moneyOf(one.fee_cost),
  isTaker: one.is_taker,
  atMs: timeOf(one.created_time),
});

const feedFill = (one: FillData): FillRow => ({
  id: `${one.trade_id} ${one.order_id}`,
  ticker: one.market_ticker,
  side: one.side === "no" ? "ask" : "bid",
  price: parsePrice(one.yes_price_dollars),
  count: parseCount(one.count_fp),
  fee: moneyOf(one.fee_cost),
  isTaker: one.is_taker,
  atMs: one.ts_ms,
});

/** How many orders and fills are kept. */
const MOST = 200;

/** What the account has and had. */
export class Account {
  /** By id, the newest first. */
  readonly orders: Cell<ReadonlyMap<string, OrderRow>> = new Cell<ReadonlyMap<string, OrderRow>>(new Map());
  /** The newest first. */
  readonly fills: Cell<readonly FillRow[]> = new Cell<readonly FillRow[]>([]);
  readonly positions: Cell<ReadonlyMap<string, Position>> = new Cell<ReadonlyMap<string, Position>>(
    new Map(),
  );
  /** Cash that can be used, as money; undefined until it is known. */
  readonly cash: Cell<number | undefined> = new Cell<number | undefined>(undefined);
  readonly #client: KalshiClient;
  readonly #onError: (error: unknown) => void;
  /** Cash changes with every fill and order; it is asked for in their pauses. */
  readonly #cash: Pace = new Pace(400, () => void this.#readCash());

  constructor(client: KalshiClient, onError: (error: unknown) => void) {
    this.#client = client;
    this.#onError = onError;
  }

  /** Asks for all of it. What the feed tells meanwhile is newer than the answers, or will be told again. */
  async load(): Promise<void> {
    const { orders, portfolio } = this.#client;
    const before = { orders: this.orders.value, fills: this.fills.value, positions: this.positions.value };
    const [resting, recent, fills, positions] = await Promise.all([
      orders.list({ status: "resting", limit: MOST }),
      orders.list({ limit: 50 }),
      portfolio.fills.list({ limit: 100 }),
      portfolio.positions.list({ limit: MOST }),
      this.#readCash(),
    ]);
    const known = new Map([...recent, ...resting].map((one) => [one.order_id, restOrder(one)]));
    for (const [id, kept] of this.orders.value) {
      const answered = known.get(id);
      const isNewer = answered === undefined
        ? before.orders.get(id) !== kept
        : answered.changedMs < kept.changedMs;
      if (isNewer) known.set(id, kept);
    }
    this.orders.set(newestFirst(known));
    const answeredFills = [...fills].map(restFill);
    const ids = new Set(answeredFills.map(({ id }) => id));
    const newFills = this.fills.value.filter((fill) => !before.fills.includes(fill) && !ids.has(fill.id));
    this.fills.set([...newFills, ...answeredFills]);
    const told = [...this.positions.value].filter(([ticker, position]) =>
      before.positions.get(ticker) !== position
    );
    this.positions.set(
      new Map([...[...positions].map((one) => [one.ticker, restPosition(one)] as const), ...told]),
    );
  }

  takeOrder(told: UserOrderData): void {
    const order = feedOrder(told);
    const kept = this.orders.value.get(order.id);
    if (kept !== undefined && kept.changedMs > order.changedMs) return;
    this.orders.set(newestFirst(new Map([...this.orders.value, [order.id, order]])));
    this.#cash.ask();
  }

  /** Takes a fill; returns it when it is a new one. */
  takeFill(told: FillData): FillRow | undefined {
    const fill = feedFill(told);
    this.#cash.ask();
    if (this.fills.value.some(({ id }) => id === fill.id)) return undefined;
    this.fills.set([fill, ...this.fills.value].slice(0, MOST));
    return fill;
  }

  takePosition(told: MarketPositionData): void {
    const position = feedPosition(told);
    this.positions.set(new Map([...this.positions.value, [position.ticker, position]]));
    this.#cash.ask();
  }

  async #readCash(): Promise<void> {
    try {
      const { balance_dollars } = await this.#client.portfolio.balance();
      this.cash.set(moneyOf(balance_dollars));
    } catch (error) {
      this.#onError(error);
    }
  }
}

function newestFirst(orders: ReadonlyMap<string, OrderRow>): ReadonlyMap<string, OrderRow> {
  const sorted = [...orders.values()].sort((one, other) => other.createdMs - one.createdMs);
  // What rests is never left out.
  const kept = sorted.filter(({ status }, index) => index < MOST || status === "resting");
  return new Map(kept.map((order) => [order.id, order]));
}
