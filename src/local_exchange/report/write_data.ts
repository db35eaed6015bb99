/** Writes down what was watched: from exact integers to the text of a report. */
import { formatCount, formatFixed, formatMoney, formatPrice, shareOf } from "../units.ts";
import type { Settlement } from "../engine/model.ts";
import type {
  AdverseSelection,
  CurvePoint,
  Liquidity,
  RunExposure,
  RunFill,
  RunMarket,
  RunRejection,
  RunReportData,
  RunSettlement,
  RunSummary,
} from "./data.ts";
import type { AmountOverTime } from "./extremes.ts";
import type { MarketStake } from "./market_stake.ts";
import { type DoubledPrice, type Movements, MovementTable } from "./movements.ts";
import type { Refused } from "./order_tally.ts";
import { cashOf, type RunRecord, type SeenFill } from "./run_record.ts";
import type { RunState } from "./run_totals.ts";

/** What a run is called that has no title. */
const titles = { replay: "Replay", mirror: "Paper trading", exchange: "Local exchange" } as const;

/** All of it. */
export function writeData(run: RunRecord): RunReportData {
  const { kind, settings } = run.run;
  const { horizonsMs } = run.options;
  const tables = measuredTables(run);
  const all = new MovementTable(horizonsMs.length);
  for (const table of tables.values()) all.merge(table);
  return {
    format: "kalshi-run-report",
    version: 1,
    kind,
    title: run.options.title ?? titles[kind],
    settings: { ...settings?.() },
    fromMs: run.startMs,
    toMs: run.now,
    accounts: run.members.map(({ account }) => account.id),
    summary: summaryOf(run),
    adverseSelection: adverseSelectionOf(all, horizonsMs),
    curve: {
      intervalMs: run.totals.curve.intervalMs,
      points: run.totals.curve.points.map(pointOf),
    },
    markets: [...run.stakes.values()].map((stake) =>
      marketOf(stake, run.now, adverseSelectionOf(tables.get(stake) ?? all, horizonsMs))
    ),
    fills: {
      total: run.fills.total,
      leftOut: run.fills.total - run.fills.kept.length,
      kept: run.fills.kept.map((fill) => fillOf(fill, horizonsMs)),
    },
    settlements: { total: run.settlements.total, kept: run.settlements.kept.map(settlementOf) },
    rejections: { total: run.tally.rejected, kept: run.tally.refusals.kept.map(rejectionOf) },
  };
}

/** The sums of each market, with the fills that still wait as unknown ones. */
function measuredTables(run: RunRecord): Map<MarketStake, MovementTable> {
  const tables = new Map<MarketStake, MovementTable>();
  for (const stake of run.stakes.values()) {
    const table = new MovementTable(run.pending.length);
    table.merge(stake.movements);
    tables.set(stake, table);
  }
  run.pending.forEach((queue, index) => {
    for (const { stake, isTaker } of queue) {
      const sums = tables.get(stake)?.[isTaker ? "taker" : "maker"][index + 1];
      if (sums !== undefined) sums.unknown++;
    }
  });
  return tables;
}

function summaryOf(run: RunRecord): RunSummary {
  const { totals, tally, halted, members, now } = run;
  const { extremes: { lowest, highest, drawdown } } = totals;
  const start = members.reduce((sum, { startCash }) => sum + startCash, 0);
  const balance = members.reduce((sum, { account }) => sum + cashOf(account), 0);
  return {
    pnl: formatMoney(totals.pnl),
    realized: formatMoney(totals.pnl - totals.unrealized),
    unrealized: formatMoney(totals.unrealized),
    fees: formatMoney(totals.fees),
    startBalance: formatMoney(start),
    balance: formatMoney(balance),
    paidIn: formatMoney(balance - start - totals.cash),
    positionsWorth: formatMoney(totals.worth),
    startPositionsWorth: formatMoney(totals.startWorth),
    lowestPnl: formatMoney(lowest),
    highestPnl: formatMoney(highest),
    maxDrawdown: { amount: formatMoney(drawdown.amount), fromMs: drawdown.from, toMs: drawdown.to },
    cashAtRisk: exposureOf(totals.cashAtRisk, now),
    setAside: exposureOf(totals.setAside, now),
    haltedMs: halted.upTo(now),
    halts: halted.halts,
    orders: {
      placed: tally.placed,
      rested: tally.rested,
      amended: tally.amended,
      decreased: tally.decreased,
      filled: tally.filled,
      filledWholly: tally.filledWholly,
      canceled: tally.canceled,
      canceledBy: byName(tally.canceledBy),
      rejected: tally.rejected,
      rejectedBy: byName(tally.rejectedBy),
    },
    fills: run.fills.total,
    makerFills: run.makerFills,
    contractsOrdered: formatCount(tally.contractsOrdered),
    contractsFilled: formatCount(run.contractsFilled),
    contractsMade: formatCount(run.contractsMade),
    fillRatio: tally.contractsOrdered === 0
      ? ""
      : formatFixed(shareOf(10_000, run.contractsFilled, tally.contractsOrdered), 4),
  };
}

const exposureOf = (amount: AmountOverTime, now: number): RunExposure => ({
  now: formatMoney(amount.now),
  most: formatMoney(amount.most),
  average: formatMoney(amount.average(now)),
});

const byName = (counts: ReadonlyMap<string, number>): Record<string, number> =>
  Object.fromEntries([...counts].sort(([one], [other]) => one < other ? -1 : 1));

const pointOf = (state: RunState): CurvePoint => ({
  atMs: state.at,
  pnl: formatMoney(state.pnl),
  lowestPnl: formatMoney(state.lowest),
  highestPnl: formatMoney(state.highest),
  realized: formatMoney(state.pnl - state.unrealized),
  unrealized: formatMoney(state.unrealized),
  cashAtRisk: formatMoney(state.cashAtRisk),
  setAside: formatMoney(state.setAside),
  yes: formatCount(state.yes),
  no: formatCount(state.no),
});

function marketOf(
  stake: MarketStake,
  now: number,
  adverseSelection: readonly AdverseSelection[],
): RunMarket {
  const { market: { ticker }, info } = stake;
  const { by, price } = stake.mark();
  const pnl = stake.cash + stake.worth - stake.startWorth;
  const unrealized = stake.worth - stake.cost;
  return {
    ticker,
    title: titleOf(stake),
    pnl: formatMoney(pnl),
    realized: formatMoney(pnl - unrealized),
    unrealized: formatMoney(unrealized),
    fees: formatMoney(stake.fees),
    orders: stake.orders,
    fills: stake.fills,
    bought: formatCount(stake.bought),
    sold: formatCount(stake.sold),
    yes: formatCount(stake.yes),
    no: formatCount(stake.no),
    cost: formatMoney(stake.cost),
    haltedMs: stake.halted.upTo(now),
    mark: formatMid(price),
    markedBy: by,
    result: info?.settlementValue === undefined ? null : formatPrice(info.settlementValue),
    adverseSelection,
    mids: stake.mids.points.map(({ at, mid }) => ({ atMs: at, mid: writeMid(mid) })),
  };
}

function titleOf({ market: { ticker }, info }: MarketStake): string {
  if (info === undefined) return ticker;
  const { event: { listing: { title } }, listing: { yesSubTitle } } = info;
  return yesSubTitle === "" || yesSubTitle === title ? title : `${title} ${yesSubTitle}`;
}

function fillOf({ fill, after, mid, queueAhead }: SeenFill, horizonsMs: readonly number[]): RunFill {
  const { trade, order, isTaker, fee, position } = fill;
  return {
    atMs: trade.at,
    ticker: trade.market.ticker,
    side: order.side,
    price: formatPrice(trade.price),
    count: formatCount(trade.count),
    liquidity: isTaker ? "taker" : "maker",
    fee: formatMoney(fee),
    mid: formatMid(mid),
    // An order that came in and traded before it rested was ahead of nobody.
    queueAhead: isTaker || queueAhead === undefined ? null : formatCount(queueAhead),
    position: formatCount(position),
    after: horizonsMs.map((afterMs, index) => ({ afterMs, mid: formatMid(after[index]) })),
    orderId: order.id,
    clientOrderId: order.clientOrderId,
    account: order.account.id,
  };
}

const settlementOf = (
  { at, holding, position, cost, revenue, fee, value }: Settlement,
): RunSettlement => ({
  atMs: at,
  ticker: holding.market.ticker,
  position: formatCount(position),
  cost: formatMoney(cost),
  revenue: formatMoney(revenue),
  fee: formatMoney(fee),
  value: formatPrice(value),
});

const rejectionOf = ({ at, market, what, side, price, count, rejection }: Refused): RunRejection => ({
  atMs: at,
  ticker: market.ticker,
  what,
  side,
  price: formatPrice(price),
  count: formatCount(count),
  reason: rejection.rejected,
  details: rejection.details ?? "",
});

function adverseSelectionOf(table: MovementTable, horizonsMs: readonly number[]): AdverseSelection[] {
  const rows = (liquidity: Liquidity) =>
    [0, ...horizonsMs].map((afterMs, index) => rowOf(liquidity, afterMs, table[liquidity][index]));
  return [...rows("maker"), ...rows("taker")];
}

function rowOf(liquidity: Liquidity, afterMs: number, sums: Movements | undefined): AdverseSelection {
  const { fills = 0, contracts = 0, unknown = 0 } = sums ?? {};
  return {
    liquidity,
    afterMs,
    fills,
    contracts: formatCount(contracts),
    unknown,
    againstPerFill: average(sums?.against, fills),
    againstPerContract: average(sums?.againstByCount, contracts),
    keptPerFill: average(sums?.kept, fills),
    keptPerContract: average(sums?.keptByCount, contracts),
  };
}

/** Half a tick in micro-dollars. */
const HALF_TICK = 50n;

/** An average of doubled ticks in dollars, to the nearest millionth, halves away from zero. */
function average(sum: bigint | undefined, count: number): string | null {
  if (sum === undefined || count === 0) return null;
  const whole = BigInt(count);
  const scaled = 2n * HALF_TICK * (sum < 0n ? -sum : sum);
  const rounded = Number((scaled + whole) / (2n * whole));
  return formatMoney(sum < 0n ? 0 - rounded : rounded);
}

/** Twice a price, halved: with 5 decimals. */
const writeMid = (doubled: DoubledPrice): string => formatFixed(doubled * 5, 5);

const formatMid = (doubled: DoubledPrice | undefined): string | null =>
  doubled === undefined ? null : writeMid(doubled);
