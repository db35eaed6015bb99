/**
 * Walks over trades and candles that go on where they were ended, by time alone: a page's cursor need not outlive the
 * process that got it.
 *
 * @module
 */
import type { Clock } from "../../base/clock.ts";
import type { KalshiClient } from "../../client.ts";
import { candlePages } from "../history/candles.ts";
import { SLACK_MS, tradePages, type TradeRow } from "../history/lists.ts";
import type { CandleInterval } from "../history/times.ts";
import type { Scope } from "./journal.ts";
import type { SavedCandleRow } from "./kinds.ts";

/** What a call brought. */
export interface Piece<Row> {
  readonly rows: readonly Row[];
  /** Whether the scope is done. */
  readonly isLast: boolean;
  /** Else where to go on in it when these rows are on the disk: null is the beginning, undefined is never said. */
  readonly at: unknown;
  /** What part of the scope is done, from 0 to 1. */
  readonly done: number;
}

/** What a walk is made with. */
export interface WalkContext {
  readonly client: KalshiClient;
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
}

/** Where a walk over trades goes on. */
interface TradesAt {
  /** The oldest trade that came: those that are newer came as well. */
  readonly oldestMs: number;
  /** Of those that are hardly newer, the ones that came. */
  readonly ids: readonly string[];
}

/** The public trades of a scope, newest first. */
export async function* walkTrades(
  { client, clock, signal }: WalkContext,
  { ticker, fromMs, toMs }: Scope,
  at: unknown,
): AsyncGenerator<Piece<TradeRow>, void, undefined> {
  const came = (at ?? undefined) as TradesAt | undefined;
  let recent = new Map<string, number>(came?.ids.map((id) => [id, came.oldestMs]));
  let oldestMs = came?.oldestMs ?? Infinity;
  // What is newer by more than the slack has come.
  const untilMs = Math.min(toMs, oldestMs + SLACK_MS + 1);
  const span = { fromMs, toMs: untilMs, nowMs: clock.now() };
  for await (const { rows: found, done, resume } of tradePages(client, { ticker, signal }, span)) {
    const rows = found.filter(({ tradeId }) => !recent.has(tradeId));
    for (const { tradeId, atMs } of rows) {
      oldestMs = Math.min(oldestMs, atMs);
      recent.set(tradeId, atMs);
    }
    // Those that came before count as the oldest of them: they stay as long as one of that time does.
    recent = new Map([...recent].filter(([, atMs]) => atMs <= oldestMs + SLACK_MS));
    const next: TradesAt | null = oldestMs === Infinity ? null : { oldestMs, ids: [...recent.keys()] };
    yield { rows, isLast: resume === undefined, at: next, done };
  }
}

/** The candles of a scope, oldest first. */
export async function* walkCandles(
  { client, clock, signal }: WalkContext,
  { ticker = "", fromMs, toMs }: Scope,
  at: unknown,
  interval: CandleInterval,
  fillGaps: boolean,
): AsyncGenerator<Piece<SavedCandleRow>, void, undefined> {
  const resume = (at ?? undefined) as string | undefined;
  const span = { fromMs, toMs, nowMs: clock.now() };
  for await (
    const page of candlePages(client, ticker, { interval, fillGaps, signal, clock, resume }, span)
  ) {
    const rows = page.rows.filter(({ endsMs }) => endsMs <= toMs).map((row) => ({ ticker, ...row }));
    yield { rows, isLast: page.resume === undefined, at: page.resume ?? null, done: page.done };
  }
}
