/** A report as tables of comma-separated values. */
import type {
  AdverseSelection,
  CurvePoint,
  RunFill,
  RunMarket,
  RunRejection,
  RunReportData,
  RunSettlement,
} from "./data.ts";

/** The tables of a report, each as CSV with a first line of names. */
export interface RunTables {
  /** Name and value of each figure of the summary. */
  readonly summary: string;
  /** The points of the curve. */
  readonly curve: string;
  /** The fills that are kept. */
  readonly fills: string;
  /** A line for each market. */
  readonly markets: string;
  /** Of all markets, where `ticker` is empty, and of each. */
  readonly adverse_selection: string;
  /** Positions that were paid out. */
  readonly settlements: string;
  /** What was refused. */
  readonly rejections: string;
}

type Cell = string | number | null;

/** What stands in a table: what each column is called, and what it is of a row. */
type Columns<Row> = Readonly<Record<string, (row: Row) => Cell>>;

const curveColumns: Columns<CurvePoint> = {
  time: ({ atMs }) => time(atMs),
  pnl: ({ pnl }) => pnl,
  lowest_pnl: ({ lowestPnl }) => lowestPnl,
  highest_pnl: ({ highestPnl }) => highestPnl,
  realized: ({ realized }) => realized,
  unrealized: ({ unrealized }) => unrealized,
  cash_at_risk: ({ cashAtRisk }) => cashAtRisk,
  set_aside: ({ setAside }) => setAside,
  yes: ({ yes }) => yes,
  no: ({ no }) => no,
};

/** Those of a fill, with its market's middle at each time after it. */
const fillColumns = (horizonsMs: readonly number[]): Columns<RunFill> => ({
  time: ({ atMs }) => time(atMs),
  ticker: ({ ticker }) => ticker,
  side: ({ side }) => side,
  price: ({ price }) => price,
  count: ({ count }) => count,
  liquidity: ({ liquidity }) => liquidity,
  fee: ({ fee }) => fee,
  mid: ({ mid }) => mid,
  queue_ahead: ({ queueAhead }) => queueAhead,
  position: ({ position }) => position,
  ...Object.fromEntries(
    horizonsMs.map((ms) => [
      `mid_after_${ms}_ms`,
      ({ after }: RunFill) => after.find(({ afterMs }) => afterMs === ms)?.mid ?? null,
    ]),
  ),
  order_id: ({ orderId }) => orderId,
  client_order_id: ({ clientOrderId }) => clientOrderId,
  account: ({ account }) => account,
});

const marketColumns: Columns<RunMarket> = {
  ticker: ({ ticker }) => ticker,
  title: ({ title }) => title,
  pnl: ({ pnl }) => pnl,
  realized: ({ realized }) => realized,
  unrealized: ({ unrealized }) => unrealized,
  fees: ({ fees }) => fees,
  orders: ({ orders }) => orders,
  fills: ({ fills }) => fills,
  bought: ({ bought }) => bought,
  sold: ({ sold }) => sold,
  yes: ({ yes }) => yes,
  no: ({ no }) => no,
  cost: ({ cost }) => cost,
  halted_ms: ({ haltedMs }) => haltedMs,
  mark: ({ mark }) => mark,
  marked_by: ({ markedBy }) => markedBy,
  result: ({ result }) => result,
};

const adverseColumns: Columns<AdverseSelection & { readonly ticker: string }> = {
  ticker: ({ ticker }) => ticker,
  liquidity: ({ liquidity }) => liquidity,
  after_ms: ({ afterMs }) => afterMs,
  fills: ({ fills }) => fills,
  contracts: ({ contracts }) => contracts,
  unknown: ({ unknown }) => unknown,
  against_per_fill: ({ againstPerFill }) => againstPerFill,
  against_per_contract: ({ againstPerContract }) => againstPerContract,
  kept_per_fill: ({ keptPerFill }) => keptPerFill,
  kept_per_contract: ({ keptPerContract }) => keptPerContract,
};

const settlementColumns: Columns<RunSettlement> = {
  time: ({ atMs }) => time(atMs),
  ticker: ({ ticker }) => ticker,
  position: ({ position }) => position,
  cost: ({ cost }) => cost,
  revenue: ({ revenue }) => revenue,
  fee: ({ fee }) => fee,
  value: ({ value }) => value,
};

const rejectionColumns: Columns<RunRejection> = {
  time: ({ atMs }) => time(atMs),
  ticker: ({ ticker }) => ticker,
  what: ({ what }) => what,
  side: ({ side }) => side,
  price: ({ price }) => price,
  count: ({ count }) => count,
  reason: ({ reason }) => reason,
  details: ({ details }) => details,
};

/** Writes them. */
export function csvOf(data: RunReportData): RunTables {
  const { curve, fills, markets, settlements, rejections, adverseSelection } = data;
  const horizonsMs = adverseSelection
    .filter(({ liquidity, afterMs }) => liquidity === "maker" && afterMs > 0)
    .map(({ afterMs }) => afterMs);
  return {
    summary: lines([["figure", "value"], ...summaryRows(data)]),
    curve: table(curveColumns, curve.points),
    fills: table(fillColumns(horizonsMs), fills.kept),
    markets: table(marketColumns, markets),
    adverse_selection: table(adverseColumns, [
      ...adverseSelection.map((row) => ({ ...row, ticker: "" })),
      ...markets.flatMap((market) =>
        market.adverseSelection.map((row) => ({ ...row, ticker: market.ticker }))
      ),
    ]),
    settlements: table(settlementColumns, settlements.kept),
    rejections: table(rejectionColumns, rejections.kept),
  };
}

/** The summary, and what it is of, with the names of nested figures joined by points. */
function summaryRows({ kind, title, settings, fromMs, toMs, accounts, summary }: RunReportData): Cell[][] {
  return [
    ["kind", kind],
    ["title", title],
    ["from", time(fromMs)],
    ["to", time(toMs)],
    ["accounts", accounts.join(" ")],
    ...flat("settings", settings),
    ...flat("", summary),
  ];
}

function flat(prefix: string, figures: object): Cell[][] {
  return Object.entries(figures).flatMap(([name, value]): Cell[][] => {
    const full = prefix === "" ? name : `${prefix}.${name}`;
    if (typeof value === "object" && value !== null) return flat(full, value as object);
    const isTime = /^(from|to)Ms$/.test(name) && typeof value === "number";
    return [[isTime ? full.slice(0, -2) : full, isTime ? time(value) : value as Cell]];
  });
}

/** A time as text. */
export const time = (ms: number): string => new Date(ms).toISOString();

/** An amount, or anything else that is no text of somebody's. */
const isNumeric = (text: string) => /^-?\d+(\.\d+)?$/.test(text);

function cell(value: Cell): string {
  if (value === null) return "";
  const text = String(value);
  // A spreadsheet takes what begins so for a formula: names are those of whoever made them.
  const safe = /^[=+\-@\t\r]/.test(text) && !isNumeric(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const lines = (rows: readonly (readonly Cell[])[]): string =>
  rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("");

function table<Row>(columns: Columns<Row>, rows: readonly Row[]): string {
  const cells = Object.values(columns);
  return lines([Object.keys(columns), ...rows.map((row) => cells.map((of) => of(row)))]);
}
