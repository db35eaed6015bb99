/** Positions, settlements and cash that moved, as REST has them. */
import type { Deposit, EventPosition, MarketPosition } from "../../contract/event/types.ts";
import { complement, noQuote, resultOf } from "../engine/event_contract.ts";
import type { Holding, Settlement } from "../engine/model.ts";
import { formatCount, formatMoney, formatMoney4, toCents } from "../units.ts";
import type { InstanceTransfer, Movement } from "../world/treasury.ts";
import { isoTime, unixSeconds } from "./format.ts";

/** What all items add up to. */
export function sum<Item>(items: Iterable<Item>, of: (item: Item) => number): number {
  let total = 0;
  for (const item of items) total += of(item);
  return total;
}

/** A position's payload. */
export function positionPayload(holding: Holding): MarketPosition {
  return {
    ticker: holding.market.ticker,
    exchange_index: holding.market.shard,
    total_traded_dollars: formatMoney(holding.traded),
    position_fp: formatCount(holding.position),
    market_exposure_dollars: formatMoney(holding.exposure),
    realized_pnl_dollars: formatMoney(holding.realized),
    fees_paid_dollars: formatMoney(holding.fees),
    last_updated_ts: isoTime(holding.updatedAt),
  };
}

/** Positions summed up by event. */
export function eventPositions(holdings: readonly Holding[]): EventPosition[] {
  const byEvent = new Map<string, Holding[]>();
  for (const holding of holdings) {
    const { eventTicker } = holding.market;
    byEvent.set(eventTicker, [...byEvent.get(eventTicker) ?? [], holding]);
  }
  return [...byEvent].map(([ticker, held]) => ({
    event_ticker: ticker,
    total_cost_dollars: formatMoney(sum(held, ({ traded }) => traded)),
    total_cost_shares_fp: formatCount(sum(held, ({ tradedCount }) => tradedCount)),
    event_exposure_dollars: formatMoney(sum(held, ({ exposure }) => exposure)),
    realized_pnl_dollars: formatMoney(sum(held, ({ realized }) => realized)),
    fees_paid_dollars: formatMoney(sum(held, ({ fees }) => fees)),
  }));
}

/** What a position would bring at the last known prices. */
export function valueOf({ position, market }: Holding): number {
  const bid = market.book.best("bid") ?? noQuote.bid;
  const ask = market.book.best("ask") ?? noQuote.ask;
  const price = market.lastPrice || Math.floor((bid + ask) / 2);
  return position >= 0 ? position * price : -position * (complement(price));
}

/** Cash that came in or went out. */
export function movementPayload({ id, amount, at }: Movement): Deposit {
  const seconds = unixSeconds(at);
  return {
    id,
    status: "applied",
    type: "ach",
    amount_cents: toCents(amount),
    fee_cents: 0,
    created_ts: seconds,
    finalized_ts: seconds,
  };
}

/** What a position was paid out. */
export function settlementPayload({ holding, position, cost, revenue, fee, value, at }: Settlement) {
  const { market } = holding;
  return {
    ticker: market.ticker,
    exchange_index: market.shard,
    event_ticker: market.eventTicker,
    market_result: resultOf(value),
    yes_count_fp: formatCount(Math.max(0, position)),
    yes_total_cost_dollars: formatMoney(position > 0 ? cost : 0),
    no_count_fp: formatCount(Math.max(0, -position)),
    no_total_cost_dollars: formatMoney(position < 0 ? cost : 0),
    revenue: toCents(revenue),
    settled_time: isoTime(at),
    fee_cost: formatMoney(fee),
    value: Math.floor(value / 100),
  };
}

/** Cash moved between shards or products. */
export function transferPayload({ id, from, to, amount, at, complete }: InstanceTransfer) {
  return {
    transfer_id: id,
    source: from.instance,
    destination: to.instance,
    source_exchange_shard: from.shard,
    destination_exchange_shard: to.shard,
    amount: formatMoney4(amount),
    status: complete ? "complete" : "pending",
    created_ts: unixSeconds(at),
  };
}
