/** Tables of a recording as DuckDB reads them: types, exact sums, times in UTC, partitions. */
import { assert, assertEquals } from "@std/assert";
import { writeFileSync } from "node:fs";
import { DuckDBInstance, type DuckDBValue } from "@duckdb/node-api";
import { exportParquet, openRecording } from "../../src/recordings/mod.ts";
import { test } from "../support/test.ts";
import { Folder, ofKind, readAll } from "./support/bed.ts";
import { BEGUN, end, event, fileOf, frame, header, placeOf } from "./support/write.ts";

/** Counts whose sum no double holds. */
const COUNTS = ["90000000000000.01", "0.02", "1.50", "0.07"];
const midnight = 86_400_000 - BEGUN % 86_400_000;

async function writeOne(dir: string): Promise<void> {
  const trade = (atMs: number, seq: number, ticker: string, count: string, price: string) =>
    frame(atMs, {
      type: "trade",
      sid: 1,
      seq,
      msg: {
        trade_id: `t${seq}`,
        market_ticker: ticker,
        yes_price_dollars: price,
        count_fp: count,
        taker_outcome_side: "yes",
        is_block_trade: seq === 2,
        ts_ms: BEGUN + atMs,
      },
    });
  const lines = [
    header(midnight - 10, 1, { channels: { trade: {}, orderbook_delta: {} } }),
    ...COUNTS.map((count, n) =>
      trade(midnight - 2 + n, n + 1, n % 2 === 0 ? "A-1" : "B-2", count, `0.${n + 1}501`)
    ),
    frame(midnight + 3, {
      type: "orderbook_snapshot",
      sid: 2,
      seq: 1,
      msg: {
        market_ticker: "A-1",
        yes_dollars_fp: [["0.4500", "10.00"], ["0.4600", "2.50"]],
        no_dollars_fp: [["0.5000", "7.00"]],
      },
    }),
    ...["-1.25", "3.00", "-2.50"].map((delta, n) =>
      frame(midnight + 4 + n, {
        type: "orderbook_delta",
        sid: 2,
        seq: n + 2,
        msg: {
          market_ticker: "A-1",
          price_dollars: n === 2 ? "0.4600" : "0.4500",
          delta_fp: delta,
          side: "yes",
          ts_ms: BEGUN + midnight + n,
        },
      })
    ),
    event(midnight + 8, "gap", {
      channel: "trade",
      missed: 2,
      reason: "sequence",
      missedFromMs: BEGUN,
      missedToMs: BEGUN + 5,
    }),
    event(midnight + 9, "market", {
      ticker: "A-1",
      market: {
        ticker: "A-1",
        status: "finalized",
        result: "yes",
        settlement_value_dollars: "1.0000",
        close_time: "2026-09-22T00:00:00Z",
      },
      series: { ticker: "A", fee_type: "quadratic", fee_multiplier: 0.5 },
    }),
    end(midnight + 10, 8),
  ];
  writeFileSync(placeOf(dir, 1), await fileOf([lines]));
}

test("DuckDB reads the tables: types, exact sums, moments in UTC, partitions by day and channel", async () => {
  using lines = new Folder();
  using tables = new Folder();
  await writeOne(lines.path);
  await exportParquet(await openRecording(lines.path), { dir: tables.path });
  const database = await DuckDBInstance.create(":memory:");
  const connection = await database.connect();
  const rows = async (sql: string): Promise<DuckDBValue[][]> => {
    const read = await connection.runAndReadAll(sql.replaceAll("DIR", tables.path));
    return read.getRows();
  };
  try {
    await connection.run("set timezone = 'Asia/Tokyo'");
    const types = await rows(
      "describe select * from read_parquet('DIR/*/channel=trade/*.parquet', hive_partitioning = true)",
    );
    assertEquals(Object.fromEntries(types.map(([name, type]) => [name, type])), {
      item: "INTEGER",
      received_at: "TIMESTAMP WITH TIME ZONE",
      us: "BIGINT",
      line: "INTEGER",
      type: "VARCHAR",
      ticker: "VARCHAR",
      sid: "BIGINT",
      seq: "BIGINT",
      sent_at: "TIMESTAMP WITH TIME ZONE",
      trade_id: "VARCHAR",
      price_e4: "BIGINT",
      count_e2: "BIGINT",
      taker_side: "VARCHAR",
      taker_book_side: "VARCHAR",
      is_block_trade: "BOOLEAN",
      happened_at: "TIMESTAMP WITH TIME ZONE",
      frame: "VARCHAR",
      channel: "VARCHAR",
      day: "DATE",
    });
    const trades = "read_parquet('DIR/*/channel=trade/*.parquet', hive_partitioning = true)";
    assertEquals(
      await rows(
        `select sum(count_e2)::varchar, sum(price_e4::hugeint * count_e2)::varchar, count(*), count(frame) from ${trades}`,
      ),
      [[
        "9000000000000160",
        String(1_501n * 9_000_000_000_000_001n + 2_501n * 2n + 3_501n * 150n + 4_501n * 7n),
        4n,
        4n,
      ]],
    );
    assertEquals(
      await rows(
        `select day::varchar, count(*), epoch_ms(min(received_at)), epoch_ms(max(happened_at)) from ${trades} group by day order by day`,
      ),
      [
        ["2026-09-21", 2n, BigInt(BEGUN + midnight - 2), BigInt(BEGUN + midnight - 1)],
        ["2026-09-22", 2n, BigInt(BEGUN + midnight), BigInt(BEGUN + midnight + 1)],
      ],
    );
    const [[hour]] = await rows(
      `select strftime(min(received_at) at time zone 'UTC', '%Y-%m-%d %H:%M:%S.%g') from ${trades} where day = '2026-09-22'`,
    ) as [[string]];
    assertEquals(hour, "2026-09-22 00:00:00.000");
    assertEquals(await rows(`select trade_id from ${trades} where is_block_trade and ticker = 'B-2'`), [[
      "t2",
    ]]);
    // A book at its end, by sums of levels and changes.
    assertEquals(
      await rows(
        "select side, price_e4, sum(coalesce(count_e2, 0) + coalesce(delta_e2, 0))::bigint from read_parquet('DIR/*/channel=orderbook_delta/*.parquet') " +
          "where ticker = 'A-1' group by side, price_e4 having sum(coalesce(count_e2, 0) + coalesce(delta_e2, 0)) > 0 order by side, price_e4",
      ),
      [["no", 5_000n, 700n], ["yes", 4_500n, 1_175n]],
    );
    assertEquals(
      await rows(
        "select kind, of_channel, missed, epoch_ms(missed_from) from read_parquet('DIR/*/channel=_events/*.parquet') where kind = 'gap'",
      ),
      [["gap", "trade", 2n, BigInt(BEGUN)]],
    );
    assertEquals(
      await rows(
        "select result, settlement_value_e4, fee_type, fee_multiplier, epoch_ms(close_at) from read_parquet('DIR/*/channel=_markets/*.parquet')",
      ),
      [["yes", 10_000n, "quadratic", "0.5", BigInt(Date.parse("2026-09-22T00:00:00Z"))]],
    );
    // Everything at once, whatever the channel.
    const [[all]] = await rows(
      "select count(distinct (day, item)) from read_parquet('DIR/*/*/*.parquet', union_by_name = true)",
    ) as [[bigint]];
    assertEquals(Number(all), (await readAll(lines.path)).length);
    const texts = await rows(`select frame from ${trades} order by received_at`);
    const frames = ofKind(await readAll(lines.path, { channels: ["trade"] }), "frame");
    assertEquals(texts.map(([text]) => text), frames.map(({ text }) => text));
    assert(frames.length === COUNTS.length);
  } finally {
    connection.closeSync();
    database.closeSync();
  }
});
