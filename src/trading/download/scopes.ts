/**
 * What is to be read for a time: markets, or days.
 *
 * @module
 */
import { KalshiNotFoundError } from "../../base/errors.ts";
import { timeMs } from "../../base/wire_time.ts";
import type { KalshiClient } from "../../client.ts";
import type { Market } from "../../contract/event/types.ts";
import type { Scope } from "./journal.ts";
import { daysOf, type HistoryKind } from "./kinds.ts";
import { settledCutoff } from "./settled_markets.ts";

/** What markets a download is of: some, those of some series, or all. */
export type Wanted =
  | { readonly of: "tickers"; readonly tickers: readonly string[] }
  | { readonly of: "series"; readonly series: readonly string[] }
  | { readonly of: "all" };

/** The time that a download is of. */
export interface WantedTime {
  readonly fromMs: number | undefined;
  readonly toMs: number;
}

/** Tickers that one call names. */
const ASKED = 100;

/** The scopes of a kind. */
export async function scopesOf(
  kind: HistoryKind,
  client: KalshiClient,
  wanted: Wanted,
  time: WantedTime,
  signal: AbortSignal | undefined,
): Promise<Scope[]> {
  if (kind === "markets") return await marketScopes(client, wanted, time, signal);
  const { fromMs, toMs } = time;
  if (wanted.of === "all") return daysOf(fromMs ?? 0, toMs);
  const markets = wanted.of === "tickers"
    ? await byTickers(client, wanted.tickers, signal)
    : await bySeries(client, wanted.series, signal);
  const facts = markets.map(({ ticker, created_time, open_time, settlement_ts, status }) => ({
    ticker,
    madeMs: timeMs(created_time) ?? timeMs(open_time) ?? 0,
    endsMs: status === "finalized" ? timeMs(settlement_ts) ?? Infinity : Infinity,
  }));
  return facts
    // Nothing happens in a market before it is made, and after it has settled.
    .filter(({ madeMs, endsMs }) => madeMs < toMs && endsMs >= (fromMs ?? 0))
    // Markets of the same days one after the other, so that files touch few days.
    .sort((a, b) => a.madeMs - b.madeMs || (a.ticker < b.ticker ? -1 : 1))
    .map(({ ticker, madeMs }) => ({ ticker, fromMs: Math.max(madeMs, fromMs ?? 0), toMs }));
}

/** Those of the live list, and then those of the historical one. */
async function marketScopes(
  client: KalshiClient,
  wanted: Wanted,
  { fromMs, toMs }: WantedTime,
  signal: AbortSignal | undefined,
): Promise<Scope[]> {
  const time = { ...fromMs !== undefined && { fromMs }, toMs };
  if (wanted.of === "tickers") {
    await byTickers(client, wanted.tickers, signal);
    const scopes: Scope[] = [];
    for (let at = 0; at < wanted.tickers.length; at += ASKED) {
      scopes.push({ ticker: wanted.tickers.slice(at, at + ASKED).join(","), ...time });
    }
    return scopes;
  }
  const cutoffMs = await settledCutoff(client, signal);
  if (wanted.of === "series") {
    for (const series of wanted.series) await client.series.get(series, {}, { signal });
    return wanted.series.flatMap((series): Scope[] => [
      { series, tier: "live", ...time },
      { series, tier: "historical", cutoffMs, ...time },
    ]);
  }
  const days = daysOf(Math.min(toMs, Math.max(fromMs ?? 0, cutoffMs)), toMs);
  return [
    ...days.map((day): Scope => ({ tier: "live", ...day })),
    { tier: "historical", cutoffMs, ...time },
  ];
}

/** The markets of these tickers, whichever list they are in. */
async function byTickers(
  client: KalshiClient,
  tickers: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Market[]> {
  const found = new Map<string, Market>();
  for (let at = 0; at < tickers.length; at += ASKED) {
    const asked = tickers.slice(at, at + ASKED);
    for (const list of [client.markets, client.historical.markets]) {
      const left = asked.filter((ticker) => !found.has(ticker));
      if (left.length === 0) continue;
      for await (const market of list.listAll({ tickers: left, limit: 1_000 }, { signal })) {
        found.set(market.ticker, market);
      }
    }
  }
  const missing = tickers.filter((ticker) => !found.has(ticker));
  if (missing.length > 0) {
    const shown = missing.slice(0, 5).join(", ");
    throw new KalshiNotFoundError(
      `There is no market ${shown}${missing.length > 5 ? ", …" : ""}, live or archived. ` +
        "Tickers are in upper case. Nothing was downloaded.",
      { method: "GET", path: "/markets", status: 404, serverCode: "market_not_found", outcome: "rejected" },
    );
  }
  return [...found.values()];
}

/** The markets of these series. */
async function bySeries(
  client: KalshiClient,
  series: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Market[]> {
  const found: Market[] = [];
  for (const series_ticker of series) {
    // It throws where there is none: a list of none looks like a series without markets.
    await client.series.get(series_ticker, {}, { signal });
    const markets = client.markets.listAll({ series_ticker, limit: 1_000 }, { signal, history: true });
    for await (const market of markets) found.push(market);
  }
  return found;
}
