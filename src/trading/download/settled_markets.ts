/**
 * Settled markets, each once: those of Kalshi's live list and those that were archived, also where one moves meanwhile.
 *
 * @module
 */
import { timeMs } from "../../base/wire_time.ts";
import type { KalshiClient } from "../../client.ts";
import { PageWatch } from "../../http/page.ts";
import type { Market } from "../../contract/event/types.ts";
import type { FeeFacts } from "./fee_facts.ts";
import type { Scope } from "./journal.ts";
import { isSettled, type MarketRow, marketRow, settledMs } from "./market_rows.ts";
import type { Piece, WalkContext } from "./walks.ts";

/** Markets on a page. */
const PAGE = 1_000;

/** The tickers that the folder holds already of markets that settled in a time. */
export type KnownTickers = (fromMs: number, toMs: number) => Promise<ReadonlySet<string>>;

/** What a walk over settled markets is made with. */
export interface MarketsContext extends WalkContext {
  readonly fees: FeeFacts;
  readonly known: KnownTickers;
}

/** Since when settled markets are in the live list, in Unix milliseconds. */
export async function settledCutoff(client: KalshiClient, signal: AbortSignal | undefined): Promise<number> {
  return timeMs((await client.historical.cutoff({ signal })).market_settled_ts) ?? 0;
}

/** The settled markets of a scope. */
export function walkMarkets(
  context: MarketsContext,
  scope: Scope,
  at: unknown,
): AsyncGenerator<Piece<MarketRow>, void, undefined> {
  if (scope.ticker !== undefined) return byTickers(context, scope, scope.ticker.split(","));
  return scope.tier === "historical" ? archived(context, scope, at) : live(context, scope, at);
}

/** Those of some tickers, which are so few that they come to the disk together. */
async function* byTickers(
  context: MarketsContext,
  scope: Scope,
  tickers: readonly string[],
): AsyncGenerator<Piece<MarketRow>, void, undefined> {
  const { client, signal } = context;
  const found = new Map<string, Market>();
  for (const list of [client.markets, client.historical.markets]) {
    for await (const market of list.listAll({ tickers, limit: PAGE }, { signal })) {
      if (!found.has(market.ticker)) found.set(market.ticker, market);
    }
  }
  const rows = await rowsOf(context, scope, [...found.values()], new Set());
  yield { rows, isLast: true, at: null, done: 1 };
}

/**
 * Those of the live list, of a time in which they settled. It is walked over from its beginning each time, and what the
 * folder holds already is left out: so many are they not.
 */
async function* live(
  context: MarketsContext,
  scope: Scope,
  at: unknown,
): AsyncGenerator<Piece<MarketRow>, void, undefined> {
  const { client, signal, known } = context;
  const { series: series_ticker, fromMs = 0, toMs } = scope;
  const seen = new Set(at === undefined ? [] : await known(fromMs, toMs));
  const params = {
    status: "settled",
    limit: PAGE,
    min_settled_ts: Math.floor(fromMs / 1_000),
    max_settled_ts: Math.ceil(toMs / 1_000),
    ...series_ticker === undefined ? { mve_filter: "exclude" } as const : { series_ticker },
  } as const;
  let done = 0;
  const watch = new PageWatch();
  for (let page = await pageOf(client.markets.list(params, { signal })); page !== undefined;) {
    watch.see(page, seen.size);
    const rows = await rowsOf(context, scope, page.items, seen);
    done += (1 - done) / 2;
    yield { rows, isLast: !page.hasNext, at: null, done };
    page = await page.next();
  }
}

/** A page, without the walk that comes with it. */
const pageOf = async <T>(page: PromiseLike<T>): Promise<T | undefined> => await page;

/** Where a walk over the historical list goes on. */
interface ArchivedAt {
  readonly cursor: string;
}

/** Those of the historical list, less those that came by the live one before they were archived. */
async function* archived(
  context: MarketsContext,
  scope: Scope,
  at: unknown,
): AsyncGenerator<Piece<MarketRow>, void, undefined> {
  const { client, signal, known } = context;
  const { series: series_ticker, fromMs = 0, toMs, cutoffMs = 0 } = scope;
  const nowMs = await settledCutoff(client, signal);
  if (fromMs >= nowMs) return;
  // A cursor that Kalshi does not know any more begins anew: what the folder holds is left out.
  const isResumed = at !== undefined;
  const seen = new Set(await known(isResumed ? fromMs : cutoffMs, isResumed ? toMs : nowMs));
  const { cursor } = (at ?? {}) as Partial<ArchivedAt>;
  const params = {
    limit: PAGE,
    ...cursor !== undefined && { cursor },
    ...series_ticker === undefined ? { mve_filter: "exclude" } as const : { series_ticker },
  };
  let done = 0;
  const watch = new PageWatch();
  for (let page = await pageOf(client.historical.markets.list(params, { signal })); page !== undefined;) {
    watch.see(page, seen.size);
    // What has moved since this walk began was in the live list all the time before.
    const items = page.items.filter((market) => settledMs(market) < nowMs);
    const rows = await rowsOf(context, scope, items, seen);
    done += (1 - done) / 2;
    yield { rows, isLast: !page.hasNext, at: { cursor: page.cursor } satisfies ArchivedAt, done };
    page = await page.next();
  }
}

/** Markets as rows: those that settled in the time and were not seen. */
async function rowsOf(
  { fees }: MarketsContext,
  { fromMs = 0, toMs }: Scope,
  markets: readonly Market[],
  seen: Set<string>,
): Promise<MarketRow[]> {
  const wanted: Market[] = [];
  for (const market of markets) {
    const ms = settledMs(market);
    if (!isSettled(market) || ms < fromMs || ms >= toMs || seen.has(market.ticker)) continue;
    seen.add(market.ticker);
    wanted.push(market);
  }
  await fees.prepare(wanted.map(({ event_ticker }) => event_ticker));
  return wanted.map((market) =>
    marketRow(market, fees.at(market.event_ticker, timeMs(market.close_time) ?? settledMs(market)))
  );
}
