/** A report as tables of comma-separated values. */
import type { AdverseSelection, RunReportData } from "./data.ts";

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

/** Writes them. */
export function csvOf(data: RunReportData): RunTables {
  const { curve, fills, markets, settlements, rejections } = data;
  const horizons = data.adverseSelection
    .filter(({ liquidity, afterMs }) => liquidity === "maker" && afterMs > 0)
    .map(({ afterMs }) => afterMs);
  return {
    summary: table(["figure", "value"], summaryRows(data)),
    curve: table(
      [
        "time",
        "pnl",
        "lowest_pnl",
        "highest_pnl",
        "realized",
        "unrealized",
        "cash_at_risk",
        "set_aside",
        "yes",
        "no",
      ],
      curve.points.map((point) => [
        time(point.atMs),
        point.pnl,
        point.lowestPnl,
        point.highestPnl,
        point.realized,
        point.unrealized,
        point.cashAtRisk,
        point.setAside,
        point.yes,
        point.no,
      ]),
    ),
    fills: table(
      [
        "time",
        "ticker",
        "side",
        "price",
        "count",
        "liquidity",
        "fee",
        "mid",
        "queue_ahead",
        "position",
        ...horizons.map((ms) => `mid_after_${ms}_ms`),
        "order_id",
        "client_order_id",
        "account",
      ],
      fills.kept.map((fill) => [
        time(fill.atMs),
        fill.ticker,
        fill.side,
        fill.price,
        fill.count,
        fill.liquidity,
        fill.fee,
        fill.mid,
        fill.queueAhead,
        fill.position,
        ...fill.after.map(({ mid }) => mid),
        fill.orderId,
        fill.clientOrderId,
        fill.account,
      ]),
    ),
    markets: table(
      [
        "ticker",
        "title",
        "pnl",
        "realized",
        "unrealized",
        "fees",
        "orders",
        "fills",
        "bought",
        "sold",
        "yes",
        "no",
        "cost",
        "halted_ms",
        "mark",
        "marked_by",
        "result",
      ],
      markets.map((market) => [
        market.ticker,
        market.title,
        market.pnl,
        market.realized,
        market.unrealized,
        market.fees,
        market.orders,
        market.fills,
        market.bought,
        market.sold,
        market.yes,
        market.no,
        market.cost,
        market.haltedMs,
        market.mark,
        market.markedBy,
        market.result,
      ]),
    ),
    adverse_selection: table(
      [
        "ticker",
        "liquidity",
        "after_ms",
        "fills",
        "contracts",
        "unknown",
        "against_per_fill",
        "against_per_contract",
        "kept_per_fill",
        "kept_per_contract",
      ],
      [
        ...data.adverseSelection.map((row) => adverseRow("", row)),
        ...markets.flatMap(({ ticker, adverseSelection }) =>
          adverseSelection.map((row) => adverseRow(ticker, row))
        ),
      ],
    ),
    settlements: table(
      ["time", "ticker", "position", "cost", "revenue", "fee", "value"],
      settlements.kept.map((one) => [
        time(one.atMs),
        one.ticker,
        one.position,
        one.cost,
        one.revenue,
        one.fee,
        one.value,
      ]),
    ),
    rejections: table(
      ["time", "ticker", "what", "side", "price", "count", "reason", "details"],
      rejections.kept.map((one) => [
        time(one.atMs),
        one.ticker,
        one.what,
        one.side,
        one.price,
        one.count,
        one.reason,
        one.details,
      ]),
    ),
  };
}

const adverseRow = (ticker: string, row: AdverseSelection): Cell[] => [
  ticker,
  row.liquidity,
  row.afterMs,
  row.fills,
  row.contracts,
  row.unknown,
  row.againstPerFill,
  row.againstPerContract,
  row.keptPerFill,
  row.keptPerContract,
];

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

const table = (names: readonly string[], rows: readonly (readonly Cell[])[]): string =>
  [names, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
