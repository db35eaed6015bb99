/** What the columns of each channel make of payloads, of both products. */
import { assertEquals } from "@std/assert";
import {
  channelCells,
  channelColumns,
  levelsOf,
  marketCells,
  marketColumns,
} from "../../src/recordings/parquet/channel_columns.ts";
import type { Cell, TableColumn } from "../../src/tables/columns.ts";
import { test } from "../support/test.ts";

type Named = Record<string, Cell>;

/** Cells by their columns; those that are null are left out. */
function named(columns: readonly TableColumn[], cells: readonly Cell[]): Named {
  assertEquals(cells.length, columns.length);
  return Object.fromEntries(columns.flatMap(({ name }, at) => cells[at] === null ? [] : [[name, cells[at]]]));
}

const cellsOf = (channel: string, payload: Record<string, unknown>) =>
  named(channelColumns(channel), channelCells(channel, payload));

const AT = 1_790_000_000_123;

test("prices, counts and money are exact integers of their units", () => {
  assertEquals(
    cellsOf("fill", {
      trade_id: "t",
      order_id: "o",
      is_taker: true,
      side: "yes",
      yes_price_dollars: "0.1234",
      count_fp: "90000000000000.01",
      fee_cost: "0.012345",
      post_position_fp: "-3.50",
      action: "buy",
      ts: 1_790_000_000,
      ts_ms: AT,
      subaccount: 2,
    }),
    {
      trade_id: "t",
      order_id: "o",
      side: "yes",
      action: "buy",
      is_taker: true,
      price_e4: 1_234,
      count_e2: 9_000_000_000_000_001,
      fee_e6: 12_345,
      post_position_e2: -350,
      subaccount: 2,
      happened_at: AT,
    },
  );
  assertEquals(
    cellsOf("user_orders", {
      order_id: "o",
      client_order_id: "c",
      status: "resting",
      side: "no",
      yes_price_dollars: "0.4000",
      fill_count_fp: "1.00",
      remaining_count_fp: "9.00",
      initial_count_fp: "10.00",
      taker_fees_dollars: "0.0100",
      created_ts_ms: AT,
      expiration_ts_ms: null,
    }),
    {
      order_id: "o",
      client_order_id: "c",
      status: "resting",
      side: "no",
      price_e4: 4_000,
      fill_count_e2: 100,
      remaining_count_e2: 900,
      initial_count_e2: 1_000,
      taker_fees_e6: 10_000,
      created_at: AT,
    },
  );
});

test("moments are milliseconds, whether they come as seconds, milliseconds or text", () => {
  const lifecycle = { event_type: "determined", result: "yes", settlement_value: "1.0000" };
  assertEquals(
    cellsOf("market_lifecycle_v2", {
      ...lifecycle,
      close_ts: 1_790_000_000,
      determination_ts: 1_790_000_001,
    }),
    {
      event_type: "determined",
      result: "yes",
      settlement_value_e4: 10_000,
      close_at: 1_790_000_000_000,
      determined_at: 1_790_000_001_000,
    },
  );
  const trade = (more: object) => cellsOf("trade", { ...more }).happened_at;
  assertEquals(trade({ ts: 1_790_000_000 }), 1_790_000_000_000);
  assertEquals(trade({ ts: 1_790_000_000, ts_ms: AT }), AT);
  assertEquals(cellsOf("orderbook_delta", { ts: "2026-09-21T14:13:20.123456Z" }), { happened_at: AT });
  assertEquals(trade({ ts: "soon" }), undefined);
});

test("perps have names of their own for the same columns", () => {
  assertEquals(cellsOf("orderbook_delta", { side: "bid", price: "101234.5000", delta: "-2.00", ts_ms: AT }), {
    side: "bid",
    price_e4: 1_012_345_000,
    delta_e2: -200,
    happened_at: AT,
  });
  assertEquals(
    cellsOf("ticker", { price: "1.0000", bid: "0.9900", ask: "1.0100", bid_size_fp: "3.00", volume: "7.00" }),
    {
      price_e4: 10_000,
      bid_e4: 9_900,
      ask_e4: 10_100,
      bid_size_e2: 300,
      volume_e2: 700,
    },
  );
  const levels = levelsOf({ bid: [["0.9900", "1.00"]], ask: [["1.0100", "2.00"]] });
  assertEquals(levels.map((level) => cellsOf("orderbook_delta", level)), [
    { side: "bid", price_e4: 9_900, count_e2: 100 },
    { side: "ask", price_e4: 10_100, count_e2: 200 },
  ]);
});

test("what is none of a column's kind is null, and a book without levels is one row", () => {
  assertEquals(
    cellsOf("trade", {
      trade_id: 7,
      yes_price_dollars: "0.12345",
      count_fp: "many",
      is_block_trade: "yes",
      ts_ms: 1e300,
    }),
    {},
  );
  assertEquals(levelsOf({ yes_dollars_fp: [], no_dollars_fp: null }), [{}]);
  assertEquals(levelsOf({ yes_dollars_fp: [null] }).map((level) => cellsOf("orderbook_delta", level)), [{
    side: "yes",
  }]);
  assertEquals([channelColumns("toString"), channelCells("toString", {})], [[], []]);
});

test("a market's fees are those of its event, then those of its series", () => {
  const market = { ticker: "A-1", status: "finalized", result: "yes", close_time: "2026-09-22T00:00:00Z" };
  const series = { ticker: "A", fee_type: "quadratic", fee_multiplier: 1 };
  const cells = (event: object) => named(marketColumns, marketCells(market, { ...event }, series));
  const known = { status: "finalized", result: "yes", close_at: Date.parse("2026-09-22T00:00:00Z") };
  assertEquals(cells({ series_ticker: "A" }), {
    ...known,
    series_ticker: "A",
    fee_type: "quadratic",
    fee_multiplier: "1",
  });
  assertEquals(cells({ fee_type_override: "flat", fee_multiplier_override: 0.5 }), {
    ...known,
    fee_type: "flat",
    fee_multiplier: "0.5",
  });
  assertEquals(named(marketColumns, marketCells(market)), known);
});
