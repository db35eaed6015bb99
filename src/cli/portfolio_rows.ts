/**
 * What a portfolio is made of, as rows.
 *
 * @module
 */
import { formatCount, formatFixed, formatMoney } from "../base/fixed_point.ts";
import type { KalshiClient } from "../client.ts";
import type { Fill, GetBalanceResponse, Order } from "../contract/event/types.ts";
import type { PositionView } from "../trading/positions/views.ts";
import type { Colour } from "./colours.ts";
import type { CliContext } from "./context.ts";
import type { Column, Output } from "./output.ts";
import { bookFromRest } from "./rest_book.ts";

/** Columns of the balance. */
export const balanceColumns: readonly Column<GetBalanceResponse>[] = [
  { name: "balance_dollars", value: ({ balance_dollars }) => balance_dollars },
  // Kalshi tells it in cents.
  { name: "portfolio_value_dollars", value: ({ portfolio_value }) => formatFixed(portfolio_value, 2) },
  { name: "updated_ts", value: ({ updated_ts }) => updated_ts, inTable: false },
];

/** A position, its money in dollars. */
export interface PositionRow {
  readonly ticker: string;
  readonly event_ticker: string | null;
  /** Contracts: above 0 YES, below 0 NO. */
  readonly position: string;
  /** What one contract cost on average, of YES or of NO. */
  readonly average_cost_dollars: string | null;
  readonly cost_dollars: string;
  /** What one YES contract is worth at the mark. */
  readonly mark_dollars: string | null;
  /** What it was marked by, or why it was not. */
  readonly mark_state: string;
  readonly value_dollars: string | null;
  readonly unrealized_dollars: string | null;
  readonly realized_dollars: string;
  /** Fees of fills and settlements. */
  readonly fees_dollars: string;
  /** Realized and unrealized, after fees. */
  readonly net_dollars: string | null;
}

function profitColour(dollars: string | null): Colour | undefined {
  if (dollars === null || /^-?0\.0+$/.test(dollars)) return undefined;
  return dollars.startsWith("-") ? "red" : "green";
}

const figure = (name: keyof PositionRow & string): Column<PositionRow> => ({
  name,
  value: ({ [name]: value }) => value,
  align: "right",
});

/** Columns of positions. */
export const positionColumns: readonly Column<PositionRow>[] = [
  { name: "ticker", value: ({ ticker }) => ticker, colour: () => "bold" },
  { name: "event_ticker", value: ({ event_ticker }) => event_ticker, inTable: false },
  figure("position"),
  figure("average_cost_dollars"),
  { ...figure("cost_dollars"), inTable: false },
  figure("mark_dollars"),
  { ...figure("mark_state"), inTable: false },
  figure("value_dollars"),
  {
    ...figure("unrealized_dollars"),
    colour: ({ unrealized_dollars }) => profitColour(unrealized_dollars),
  },
  { ...figure("realized_dollars"), colour: ({ realized_dollars }) => profitColour(realized_dollars) },
  figure("fees_dollars"),
  { ...figure("net_dollars"), colour: ({ net_dollars }) => profitColour(net_dollars) },
];

const dollars = (micros: number | undefined): string | null =>
  micros === undefined ? null : formatMoney(micros);

function rowOf(view: PositionView): PositionRow {
  const { mark } = view;
  return {
    ticker: view.ticker,
    event_ticker: view.eventTicker ?? null,
    position: formatCount(view.positionCenticontracts),
    average_cost_dollars: dollars(view.averageCostMicros),
    cost_dollars: formatMoney(view.costMicros),
    mark_dollars: mark.state === "known" ? formatMoney(mark.priceMicros) : null,
    mark_state: mark.state === "known" ? mark.by : mark.state === "unknown" ? mark.reason : mark.state,
    value_dollars: dollars(view.valueMicros),
    unrealized_dollars: dollars(view.unrealizedMicros),
    realized_dollars: formatMoney(view.realizedMicros),
    fees_dollars: formatMoney(view.feesMicros + view.settlementFeesMicros),
    net_dollars: dollars(view.netMicros),
  };
}

/** So many books come in one answer. */
const BOOKS_AT_ONCE = 100;

/** Which positions, and how they are marked. */
export interface PositionsChoice {
  readonly market?: string;
  readonly subaccount?: number;
  readonly mark: "close" | "mid";
  readonly all?: boolean;
}

/** Reads positions, and marks them by the books as they are. */
export async function readPositions(
  { io, signal }: CliContext,
  client: KalshiClient,
  output: Output,
  { market, subaccount, mark, all = false }: PositionsChoice,
): Promise<readonly PositionRow[]> {
  const { Positions, withoutOwn } = await import("../trading/mod.ts");
  const positions = await Positions.open(client, {
    mark,
    signal,
    clock: io.clock,
    ...(subaccount !== undefined && { subaccount }),
    onError: (error) => void output.note(String(error)),
  });
  try {
    const wanted = positions.list().filter(({ ticker, positionCenticontracts }) =>
      (market === undefined || ticker === market) && (all || positionCenticontracts !== 0)
    ).map(({ ticker }) => ticker);
    const own: Order[] = [];
    if (wanted.length > 0) {
      const resting = client.orders.listAll({ status: "resting", limit: 1000 }, { signal });
      for await (const order of resting) own.push(order);
    }
    for (let at = 0; at < wanted.length; at += BOOKS_AT_ONCE) {
      const tickers = wanted.slice(at, at + BOOKS_AT_ONCE);
      for (const { ticker, orderbook_fp } of await client.markets.bulkOrderBooks({ tickers }, { signal })) {
        // Nobody sells to own orders.
        const others = own.filter((order) => order.ticker === ticker);
        positions.useBook(ticker, withoutOwn(bookFromRest(orderbook_fp), others));
      }
    }
    return wanted.flatMap((ticker) => {
      const view = positions.get(ticker);
      return view === undefined ? [] : [rowOf(view)];
    });
  } finally {
    await positions.close();
  }
}

/** Columns of orders. */
export const orderColumns: readonly Column<Order>[] = [
  { name: "order_id", value: ({ order_id }) => order_id },
  { name: "client_order_id", value: ({ client_order_id }) => client_order_id, inTable: false },
  { name: "ticker", value: ({ ticker }) => ticker },
  { name: "status", value: ({ status }) => status, inTable: false },
  {
    name: "side",
    value: ({ book_side }) => book_side,
    colour: ({ book_side }) => book_side === "bid" ? "green" : "red",
  },
  { name: "yes_price_dollars", value: ({ yes_price_dollars }) => yes_price_dollars, align: "right" },
  { name: "remaining", value: ({ remaining_count_fp }) => remaining_count_fp, align: "right" },
  { name: "filled", value: ({ fill_count_fp }) => fill_count_fp, align: "right" },
  { name: "created_time", value: ({ created_time }) => created_time },
  { name: "expiration_time", value: ({ expiration_time }) => expiration_time, inTable: false },
  { name: "order_group_id", value: ({ order_group_id }) => order_group_id, inTable: false },
  { name: "subaccount", value: ({ subaccount_number }) => subaccount_number, inTable: false },
];

/** Columns of fills. */
export const fillColumns: readonly Column<Fill>[] = [
  { name: "created_time", value: ({ created_time }) => created_time, width: 24 },
  { name: "ticker", value: ({ ticker }) => ticker, width: 24 },
  {
    name: "side",
    value: ({ book_side }) => book_side,
    colour: ({ book_side }) => book_side === "bid" ? "green" : "red",
    width: 4,
  },
  { name: "count", value: ({ count_fp }) => count_fp, align: "right", width: 9 },
  { name: "yes_price_dollars", value: ({ yes_price_dollars }) => yes_price_dollars, align: "right" },
  { name: "fee_dollars", value: ({ fee_cost }) => fee_cost, align: "right" },
  { name: "is_taker", value: ({ is_taker }) => is_taker },
  { name: "fill_id", value: ({ fill_id }) => fill_id, inTable: false },
  { name: "order_id", value: ({ order_id }) => order_id, inTable: false },
  { name: "subaccount", value: ({ subaccount_number }) => subaccount_number, inTable: false },
];
