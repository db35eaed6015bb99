/**
 * Public trades and own fills of any length of time, newest first, live and historical as one list.
 *
 * @module
 */

import { KalshiConfigError } from "../../base/errors.ts";
import { parseCount, parseMoney, parsePrice } from "../../base/fixed_point.ts";
import { timeMs } from "../../base/wire_time.ts";
import type { KalshiClient } from "../../client.ts";
import type { Fill, Trade } from "../../contract/event/types.ts";
import { type Page, PageWatch } from "../../http/page.ts";
import type { ColumnSpec } from "./columns.ts";
import {
  type FillsHistoryOptions,
  fillsHistoryRules,
  type HistoryWalkOptions,
  readHistory,
  type Span,
  type TradesHistoryOptions,
  tradesHistoryRules,
} from "./options.ts";
import { type HistoryPage, HistoryRows } from "./rows.ts";

/** One public trade. */
export interface TradeRow {
  /** The exchange's id. */
  readonly tradeId: string;
  /** Market ticker. */
  readonly ticker: string;
  /** When it happened, in Unix milliseconds. */
  readonly atMs: number;
  /** YES price in ten-thousandths of a dollar. */
  readonly priceCenticents: number;
  /** Contracts in hundredths. */
  readonly countCenticontracts: number;
  /** Side of the order that took: `bid` bought YES, `ask` sold it. */
  readonly takerSide: string;
  /** Whether it was a block trade. */
  readonly isBlockTrade: boolean;
}

/** One of your own fills. */
export interface FillRow {
  /** The exchange's id of the fill. */
  readonly fillId: string;
  /** The exchange's id of the trade. */
  readonly tradeId: string;
  /** The exchange's id of the order. */
  readonly orderId: string;
  /** Market ticker. */
  readonly ticker: string;
  /** When it happened, in Unix milliseconds. */
  readonly atMs: number;
  /** `bid` bought YES or sold NO, `ask` the other two. */
  readonly side: string;
  /** YES price in ten-thousandths of a dollar. */
  readonly priceCenticents: number;
  /** Contracts in hundredths. */
  readonly countCenticontracts: number;
  /** Fee in millionths of a dollar. */
  readonly feeMicros: number;
  /** Whether the order took. */
  readonly isTaker: boolean;
  /** The subaccount; 0 is the primary one. */
  readonly subaccount: number;
}

const tradeSpecs: readonly ColumnSpec<keyof TradeRow>[] = [
  { name: "tradeId", type: "text" },
  { name: "ticker", type: "text" },
  { name: "atMs", type: "timestamp-ms" },
  { name: "priceCenticents", type: "int32" },
  { name: "countCenticontracts", type: "int64" },
  { name: "takerSide", type: "text" },
  { name: "isBlockTrade", type: "bool" },
];

const fillSpecs: readonly ColumnSpec<keyof FillRow>[] = [
  { name: "fillId", type: "text" },
  { name: "tradeId", type: "text" },
  { name: "orderId", type: "text" },
  { name: "ticker", type: "text" },
  { name: "atMs", type: "timestamp-ms" },
  { name: "side", type: "text" },
  { name: "priceCenticents", type: "int32" },
  { name: "countCenticontracts", type: "int64" },
  { name: "feeMicros", type: "int64" },
  { name: "isTaker", type: "bool" },
  { name: "subaccount", type: "int32" },
];

const sideOf = (outcome: string) => outcome === "yes" ? "bid" : "ask";

function tradeRow(trade: Trade): TradeRow {
  return {
    tradeId: trade.trade_id,
    ticker: trade.ticker,
    atMs: timeMs(trade.created_time) ?? 0,
    priceCenticents: parsePrice(trade.yes_price_dollars),
    countCenticontracts: parseCount(trade.count_fp),
    takerSide: trade.taker_book_side ?? sideOf(trade.taker_outcome_side),
    isBlockTrade: trade.is_block_trade,
  };
}

function fillRow(fill: Fill): FillRow {
  return {
    fillId: fill.fill_id,
    tradeId: fill.trade_id,
    orderId: fill.order_id,
    ticker: fill.market_ticker,
    atMs: timeMs(fill.created_time) ?? (fill.ts ?? 0) * 1_000,
    side: fill.book_side ?? sideOf(fill.outcome_side),
    priceCenticents: parsePrice(fill.yes_price_dollars),
    countCenticontracts: parseCount(fill.count_fp),
    feeMicros: parseMoney(fill.fee_cost),
    isTaker: fill.is_taker,
    subaccount: fill.subaccount_number ?? 0,
  };
}

/** The two lists, which are asked for in the same way. */
const tiers = ["live", "historical"] as const;
type Tier = typeof tiers[number];

/** Where a walk stands. */
interface Stand {
  readonly tier: Tier;
  readonly cursor: string;
  /** The oldest row of the live list that came: what is newer came as well. */
  readonly oldestMs: number | undefined;
  /** The ids of the rows that are hardly newer. */
  readonly ids: readonly string[];
}

/** Rows of one list are newest first, give or take this. */
export const SLACK_MS = 1_000;

interface Listing<T, Row extends { readonly atMs: number }> {
  ask(tier: Tier, page: { readonly cursor?: string | undefined }): PromiseLike<Page<T>>;
  row(item: T): Row;
  id(row: Row): string;
}

/**
 * Walks over the live list and then over the historical one. What Kalshi moves from one to the other meanwhile is the
 * oldest of the live list: it comes in one of them, and what has come in the first is known by its time.
 */
async function* walk<T, Row extends { readonly atMs: number }>(
  { ask, row, id }: Listing<T, Row>,
  { fromMs = 0, toMs }: Span,
  resume: Stand | undefined,
): AsyncGenerator<HistoryPage<Row>, void, undefined> {
  let newestMs: number | undefined;
  let oldestMs = resume?.oldestMs;
  let recent = new Map<string, number>(resume?.ids.map((one) => [one, oldestMs ?? 0]));
  for (const tier of tiers.slice(resume === undefined ? 0 : tiers.indexOf(resume.tier))) {
    const seamMs = tier === "live" ? Infinity : (oldestMs ?? Infinity) + SLACK_MS;
    let cursor = tier === resume?.tier ? resume.cursor : "";
    let page: Page<T> | undefined = await ask(tier, cursor === "" ? {} : { cursor });
    const watch = new PageWatch();
    let came = 0;
    while (page !== undefined) {
      watch.see(page, came);
      came += page.items.length;
      const all: Row[] = page.items.map(row);
      const rows = all.filter((one) =>
        one.atMs >= fromMs && one.atMs < toMs && one.atMs <= seamMs && !recent.has(id(one))
      );
      const last = rows.at(-1)?.atMs;
      newestMs ??= rows[0]?.atMs;
      if (tier === "live") {
        for (const one of rows) {
          oldestMs = Math.min(oldestMs ?? Infinity, one.atMs);
          recent.set(id(one), one.atMs);
        }
        const edgeMs = (oldestMs ?? Infinity) + SLACK_MS;
        recent = new Map([...recent].filter(([, atMs]) => atMs <= edgeMs));
      }
      cursor = page.cursor;
      const isEnd = !page.hasNext;
      const next: Stand | undefined = isEnd
        ? tier === "live" ? { tier: "historical", cursor: "", oldestMs, ids: [...recent.keys()] } : undefined
        : { tier, cursor, oldestMs, ids: [...recent.keys()] };
      const beganMs = fromMs > 0 ? fromMs : undefined;
      const length = newestMs === undefined || beganMs === undefined ? 0 : newestMs - beganMs;
      const done = next === undefined
        ? 1
        : length <= 0 || last === undefined
        ? 0
        : ((newestMs ?? 0) - last) / length;
      yield { rows, done, atMs: last, resume: next && JSON.stringify(next) };
      page = await page.next();
    }
  }
}

function readResume(owner: string, { resume }: HistoryWalkOptions): Stand | undefined {
  if (resume === undefined) return undefined;
  try {
    const stand = JSON.parse(resume) as Partial<Stand> | null;
    if (tiers.some((tier) => tier === stand?.tier) && Array.isArray(stand?.ids)) return stand as Stand;
  } catch {
    // No JSON: it is said below.
  }
  throw new KalshiConfigError(`${owner}: \`resume\` takes the \`resume\` of the progress of another walk.`);
}

/** The seconds that Kalshi takes; what they let through too much is left out afterwards. */
const seconds = ({ fromMs, toMs }: Span) => ({
  min_ts: fromMs === undefined ? undefined : Math.floor(fromMs / 1_000),
  max_ts: Math.ceil(toMs / 1_000),
  limit: 1_000,
});

/**
 * Public trades of one market, or of all, newest first, each once: the live ones and then the historical ones, a thousand
 * a call, inside the client's rate budget.
 *
 * @throws {KalshiConfigError} for an option that is unknown or wrong
 * @see https://docs.kalshi.com/api-reference/market/get-trades
 *
 * @example
 * ```ts
 * import { KalshiClient } from "@unofficial/kalshi";
 * import { tradesHistory } from "@unofficial/kalshi/trading";
 *
 * await using client = new KalshiClient({ demo: true });
 * const trades = tradesHistory(client, { ticker: "KXHIGHNY-26NOV24-T60", from: "2026-11-01" });
 * for await (const lines of trades.jsonLines()) console.log(lines);
 * ```
 */
export function tradesHistory(client: KalshiClient, given: TradesHistoryOptions = {}): HistoryRows<TradeRow> {
  const owner = "tradesHistory";
  const { options, span } = readHistory<TradesHistoryOptions, typeof tradesHistoryRules>(
    owner,
    client,
    given,
    tradesHistoryRules,
  );
  const resume = readResume(owner, options);
  return new HistoryRows(() => tradePages(client, options, span, resume), tradeSpecs, options.onProgress);
}

/** The same a call at a time, by options that were checked. */
export function tradePages(
  client: KalshiClient,
  { ticker, isBlockTrade: is_block_trade, signal }: TradesHistoryOptions,
  span: Span,
  resume?: Stand,
): AsyncGenerator<HistoryPage<TradeRow>, void, undefined> {
  const params = { ...seconds(span), ticker, is_block_trade };
  const listing: Listing<Trade, TradeRow> = {
    ask: (tier, page) =>
      (tier === "live" ? client.trades : client.historical.trades).list({ ...params, ...page }, { signal }),
    row: tradeRow,
    id: ({ tradeId }) => tradeId,
  };
  return walk(listing, span, resume);
}

/**
 * Your own fills, of one market or of all, newest first, each once: the live ones and then the historical ones, a thousand a
 * call, inside the client's rate budget.
 *
 * @throws {KalshiConfigError} for an option that is unknown or wrong
 * @see https://docs.kalshi.com/api-reference/portfolio/get-fills
 *
 * @example
 * ```ts
 * import { KalshiClient } from "@unofficial/kalshi";
 * import { fillsHistory } from "@unofficial/kalshi/trading";
 *
 * await using client = await KalshiClient.fromEnv();
 * for await (const text of fillsHistory(client, { from: "2026-01-01" }).csv()) console.log(text);
 * ```
 */
export function fillsHistory(client: KalshiClient, given: FillsHistoryOptions = {}): HistoryRows<FillRow> {
  const owner = "fillsHistory";
  const { options, span } = readHistory<FillsHistoryOptions, typeof fillsHistoryRules>(
    owner,
    client,
    given,
    fillsHistoryRules,
  );
  const resume = readResume(owner, options);
  const { ticker, subaccount, signal, onProgress } = options;
  const params = { ...seconds(span), ticker, subaccount };
  const listing: Listing<Fill, FillRow> = {
    ask: (tier, page) =>
      (tier === "live" ? client.fills : client.historical.fills).list({ ...params, ...page }, { signal }),
    row: fillRow,
    id: ({ tradeId, orderId }) => `${tradeId};${orderId}`,
  };
  return new HistoryRows(() => walk(listing, span, resume), fillSpecs, onProgress);
}
