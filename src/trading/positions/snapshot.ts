/**
 * Positions as REST has them, and which fills are in them: without that, a fill of the stream would be counted twice, or
 * never.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";
import { timeMs } from "../../base/wire_time.ts";
import { delay } from "../../base/waits.ts";
import type { KalshiClient } from "../../client.ts";
import type { MarketPosition } from "../../contract/event/types.ts";
import { readFill, readSettlement, type SettlementFact } from "./facts.ts";
import { NOTHING, readPosition } from "./holding.ts";
import type { PositionLedger, SnapshotFact } from "./ledger.ts";
import { inRuns } from "./rows.ts";

/** How far back fills are looked at: what is older is in the positions for certain. */
const WINDOW_MS = 15 * 60_000;
/** How often a market is looked at that trades all the while, until all of its fills are asked for instead. */
const TRIES = 5;
/** How long REST may be behind the stream, in seconds. */
const LAG_S = 10;

const NONE: ReadonlySet<string> = new Set();

/** What snapshots are taken with. */
export interface SnapshotSource {
  readonly client: KalshiClient;
  readonly ledger: PositionLedger;
  readonly clock: Clock;
  readonly subaccount: number;
  readonly signal: AbortSignal;
}

/** What happened lately, by market. */
interface Recent {
  readonly fills: Map<string, Set<string>>;
  readonly settlements: Map<string, SettlementFact>;
}

/**
 * Waits until REST knows of everything up to now, ten seconds at most, and gives the moment that its answers are of, in
 * Unix milliseconds by Kalshi's clock.
 */
async function freshAsOf({ client, clock, signal }: SnapshotSource): Promise<number> {
  const sinceMs = clock.now();
  let asOfMs = timeMs(await client.exchange.userDataTimestamp({ signal })) ?? sinceMs;
  for (let waited = 0; asOfMs < sinceMs && waited < LAG_S; waited++) {
    await delay(clock, 1_000, signal);
    asOfMs = timeMs(await client.exchange.userDataTimestamp({ signal })) ?? sinceMs;
  }
  return asOfMs;
}

async function recent(
  { client, subaccount, signal }: SnapshotSource,
  sinceS: number,
  ticker?: string,
): Promise<Recent> {
  const params = { min_ts: sinceS, subaccount, limit: 1_000, ticker };
  const fills: Recent["fills"] = new Map();
  for await (const row of client.fills.listAll(params, { signal })) {
    const fill = readFill(row);
    const known = fills.get(fill.ticker);
    if (known === undefined) fills.set(fill.ticker, new Set([fill.key]));
    else known.add(fill.key);
  }
  const settlements: Recent["settlements"] = new Map();
  for await (const row of client.portfolio.settlements.listAll(params, { signal })) {
    settlements.set(row.ticker, readSettlement(row));
  }
  return { fills, settlements };
}

const isSame = (before: Recent, after: Recent, ticker: string) =>
  before.fills.get(ticker)?.size === after.fills.get(ticker)?.size &&
  before.settlements.has(ticker) === after.settlements.has(ticker);

async function rowsOf(
  { client, subaccount, signal }: SnapshotSource,
  ticker: string | undefined,
): Promise<Map<string, MarketPosition>> {
  const rows = new Map<string, MarketPosition>();
  const params = { subaccount, limit: 1_000, ticker, settlement_status: "all" } as const;
  for await (const row of client.portfolio.positions.listAll(params, { signal })) rows.set(row.ticker, row);
  return rows;
}

function factOf(row: MarketPosition | undefined, { fills, settlements }: Recent): SnapshotFact[] {
  if (row === undefined) return [];
  const { ticker } = row;
  return [{
    ticker,
    holding: readPosition(row),
    atMs: timeMs(row.last_updated_ts),
    settlement: settlements.get(ticker),
    known: fills.get(ticker) ?? NONE,
  }];
}

/**
 * Takes a snapshot of all positions, or of one market's. What lately happened is asked for before and after: a market in
 * which nothing came between has exactly those fills in its position, and is good; the others are looked at again. One
 * that trades all the while is counted from all of its fills.
 */
export async function takeSnapshot(source: SnapshotSource, only?: string): Promise<void> {
  const asOfMs = await freshAsOf(source);
  const sinceS = Math.floor((asOfMs - WINDOW_MS) / 1_000);
  let pending: ReadonlySet<string> | undefined = only === undefined ? undefined : new Set([only]);
  for (let tries = 0; tries < TRIES && (pending === undefined || pending.size > 0); tries++) {
    const before = await recent(source, sinceS, only);
    const rows = await rowsOf(source, only);
    const after = await recent(source, sinceS, only);
    const found = new Set([...rows.keys(), ...after.fills.keys(), ...pending ?? []]);
    const wanted = [...found].filter((ticker) => pending?.has(ticker) ?? true);
    const good = wanted.filter((ticker) => rows.has(ticker) && isSame(before, after, ticker));
    source.ledger.rebase(good.flatMap((ticker) => factOf(rows.get(ticker), after)), sinceS * 1_000);
    pending = new Set(wanted.filter((ticker) => !good.includes(ticker)));
  }
  for (const ticker of pending ?? []) await takeHistory(source, ticker);
}

/** Counts all fills and settlements that there ever were, of one market or of all. */
export async function takeHistory(source: SnapshotSource, ticker?: string): Promise<void> {
  const { client, ledger, subaccount, signal } = source;
  if (ticker !== undefined) {
    const nothing = { holding: NOTHING, atMs: undefined, settlement: undefined, known: NONE };
    ledger.rebase([{ ticker, ...nothing }], -Infinity);
  }
  const params = { subaccount, limit: 1_000, ticker };
  for await (const { item, rank } of inRuns(client.fills.listAll(params, { signal, history: true }))) {
    ledger.take(item, rank);
  }
  for await (const row of client.portfolio.settlements.listAll(params, { signal })) ledger.take(row);
}
