/** Kalshi's tag `portfolio`. */
import { GetBalance, GetFills, GetPositions } from "../../contract/operations.ts";
import type { EventPosition } from "../../contract/types.ts";
import type { Holding, Wallet } from "../engine/ledger.ts";
import type { Fill } from "../engine/types.ts";
import { type Call, route } from "../route.ts";
import { formatCount, formatMoney, formatMoney4, PRICE_ONE, toCents } from "../units.ts";
import { pageOf } from "./page.ts";
import { accountOf, choice, integer, invalid, keyOf, list, subaccountFor, text } from "./read.ts";
import { fillPayload, positionPayload } from "./shapes.ts";

/** What a position would bring at the last known prices. */
function valueOf({ position, market }: Holding): number {
  const bid = market.book.best("bid") ?? 0;
  const ask = market.book.best("ask") ?? PRICE_ONE;
  const price = market.lastPrice || Math.floor((bid + ask) / 2);
  return position >= 0 ? position * price : -position * (PRICE_ONE - price);
}

/** The wallets that a call is about: of the primary subaccount unless it says another. */
function walletsOf(call: Call): Wallet[] {
  const key = keyOf(call);
  const subaccount = subaccountFor(key, integer(call, "subaccount", { min: 0, max: 63 })) ?? 0;
  return key.account.wallets({ subaccount, shard: integer(call, "exchange_index", { min: 0 }) });
}

function sum<Item>(items: Iterable<Item>, of: (item: Item) => number): number {
  let total = 0;
  for (const item of items) total += of(item);
  return total;
}

/** What a call to list fills keeps. */
export function fillFilter(call: Call): (fill: Fill) => boolean {
  const tickers = list(call, "ticker");
  const orderId = text(call, "order_id");
  const min = integer(call, "min_ts", { min: 0 });
  const max = integer(call, "max_ts", { min: 0 });
  const subaccount = subaccountFor(keyOf(call), integer(call, "subaccount", { min: 0, max: 63 }));
  const shard = integer(call, "exchange_index", { min: 0 });
  return ({ trade, order }) =>
    (tickers === undefined || tickers.includes(order.market.ticker)) &&
    (orderId === undefined || order.id === orderId) &&
    (min === undefined || trade.at >= min * 1_000) &&
    (max === undefined || trade.at < (max + 1) * 1_000) &&
    (subaccount === undefined || order.wallet.subaccount === subaccount) &&
    (shard === undefined || order.market.shard === shard);
}

function eventPositions(holdings: readonly Holding[]): EventPosition[] {
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

export const portfolioRoutes = [
  route(GetBalance, (call) => {
    const wallets = walletsOf(call);
    const available = sum(wallets, (wallet) => wallet.available);
    const value = sum(wallets, (wallet) => sum(wallet.holdings.values(), valueOf));
    return {
      balance: toCents(available),
      balance_dollars: formatMoney4(available),
      portfolio_value: toCents(value),
      updated_ts: Math.floor(Math.max(0, ...wallets.map(({ updatedAt }) => updatedAt)) / 1_000),
      balance_breakdown: wallets.map((wallet) => ({
        exchange_index: wallet.shard,
        balance: formatMoney4(wallet.available),
      })),
    };
  }),
  route(GetFills, (call) => {
    const { items, cursor } = pageOf(call, accountOf(call).fills, {
      newestFirst: true,
      keep: fillFilter(call),
    });
    return { fills: items.map(fillPayload), cursor };
  }),
  route(GetPositions, (call) => {
    const ticker = text(call, "ticker");
    const event = text(call, "event_ticker");
    const counts = list(call, "count_filter") ?? [];
    const unknown = counts.find((word) => word !== "position" && word !== "total_traded");
    if (unknown !== undefined) throw invalid("count_filter takes position and total_traded");
    const status = choice(call, "settlement_status", ["unsettled", "settled", "all"]) ?? "unsettled";
    const all = walletsOf(call).flatMap((wallet) => [...wallet.holdings.values()]);
    const { items, cursor } = pageOf(call, all, {
      keep: (holding) =>
        holding.traded > 0 &&
        (status === "all" || (holding.market.status === "finalized") === (status === "settled")) &&
        (ticker === undefined || holding.market.ticker === ticker) &&
        (event === undefined || holding.market.eventTicker === event) &&
        (counts.length === 0 ||
          counts.some((word) => (word === "position" ? holding.position : holding.traded) !== 0)),
    });
    return { market_positions: items.map(positionPayload), event_positions: eventPositions(items), cursor };
  }),
];
