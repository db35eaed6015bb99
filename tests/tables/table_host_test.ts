/** Tables: what was written is what is read, by another program's reader as well, and a file is whole or not there. */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { type Cell, KalshiTableError, type TableColumn, TableWriter } from "../../src/tables/mod.ts";
import { test } from "../support/test.ts";

const columns: readonly TableColumn[] = [
  { name: "at", type: "timestamp" },
  { name: "ticker", type: "string" },
  { name: "price_e4", type: "int32", isNullable: true },
  { name: "count_e2", type: "int64", isNullable: true },
  { name: "is_taker", type: "boolean", isNullable: true },
  { name: "share", type: "double", isNullable: true },
  { name: "levels", type: "int64", isList: true, isNullable: true },
];

function folder() {
  const path = mkdtempSync(join(tmpdir(), "kalshi-tables-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** A file as a reader with all its columns gives it, and what it says of itself. */
async function read(path: string) {
  const bytes = new Uint8Array(readFileSync(path));
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
  const metadata = parquetMetadata(file);
  const compressors = { GZIP: (input: Uint8Array) => new Uint8Array(gunzipSync(input)) };
  return { metadata, rows: await parquetReadObjects({ file, compressors }) };
}

const BEGUN = Date.parse("2026-11-24T14:00:00.123Z");

test("every type comes back exact, with its nulls, and moments are UTC", async () => {
  using dir = folder();
  const path = join(dir.path, "day=2026-11-24", "channel=trade", "000001.parquet");
  const table = await TableWriter.create({ path, columns, metadata: { source: "one" } });
  await table.add([BEGUN, "KX-ä-1", 5_500, 2n ** 62n + 1n, true, 0.5, [1, 2n ** 53n + 1n]]);
  await table.add([BEGUN + 1, "KX-2", null, Number.MAX_SAFE_INTEGER, false, null, []]);
  await table.add([BEGUN - 1, "KX-3", -1, null, undefined, -0.25, null]);
  assertEquals(existsSync(path), false);
  await table.close({ rows: "3" });
  const { rows, metadata } = await read(path);
  assertEquals(rows, [
    {
      at: new Date(BEGUN),
      ticker: "KX-ä-1",
      price_e4: 5_500,
      count_e2: 2n ** 62n + 1n,
      is_taker: true,
      share: 0.5,
      levels: [1n, 2n ** 53n + 1n],
    },
    {
      at: new Date(BEGUN + 1),
      ticker: "KX-2",
      price_e4: null,
      count_e2: BigInt(Number.MAX_SAFE_INTEGER),
      is_taker: false,
      share: null,
      levels: [],
    },
    {
      at: new Date(BEGUN - 1),
      ticker: "KX-3",
      price_e4: -1,
      count_e2: null,
      is_taker: null,
      share: -0.25,
      // A list that is null is nothing to this reader.
      levels: undefined,
    },
  ]);
  assertEquals(metadata.key_value_metadata, [{ key: "source", value: "one" }, { key: "rows", value: "3" }]);
  const at = metadata.schema.find(({ name }) => name === "at");
  assertEquals(at?.logical_type, { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "MILLIS" });
  assertEquals(table.bytes, statSync(path).size);
  await table.close();
});

test("rows are written in groups of bounded size, each with its own least and most", async () => {
  using dir = folder();
  const path = join(dir.path, "many.parquet");
  const table = await TableWriter.create({ path, columns: columns.slice(0, 2), groupRows: 1_000 });
  for (let n = 0; n < 3_500; n++) await table.add([BEGUN + n, `KX-${n}`]);
  await table.close();
  const { rows, metadata } = await read(path);
  assertEquals(rows.length, 3_500);
  assertEquals(rows[3_499], { at: new Date(BEGUN + 3_499), ticker: "KX-3499" });
  assertEquals(metadata.row_groups.map(({ num_rows }) => Number(num_rows)), [1_000, 1_000, 1_000, 500]);
  const most = metadata.row_groups.map(({ columns }) => columns[0]?.meta_data?.statistics?.max_value);
  assertEquals(most, [999, 1_999, 2_999, 3_499].map((n) => new Date(BEGUN + n)));

  const wide = join(dir.path, "wide.parquet");
  const texts = await TableWriter.create({ path: wide, columns: columns.slice(0, 2), groupChars: 1_000 });
  for (let n = 0; n < 10; n++) await texts.add([BEGUN, "x".repeat(400)]);
  await texts.close();
  const groups = (await read(wide)).metadata.row_groups.map(({ num_rows }) => Number(num_rows));
  assertEquals(groups, [3, 3, 3, 1]);
});

test("a table without rows is a file with columns", async () => {
  using dir = folder();
  const path = join(dir.path, "none.parquet");
  await (await TableWriter.create({ path, columns })).close();
  const { rows, metadata } = await read(path);
  assertEquals(rows, []);
  assertEquals(metadata.schema.filter(({ type }) => type !== undefined).length, columns.length);
});

test("a file is there whole or not at all", async () => {
  using dir = folder();
  const path = join(dir.path, "one.parquet");
  const first = await TableWriter.create({ path, columns: columns.slice(0, 2) });
  await first.add([BEGUN, "KX-1"]);
  await first.discard();
  await first.discard();
  assertEquals(readdirSync(dir.path), []);
  assertThrows(() => first.add([BEGUN, "KX-1"]), KalshiTableError, "is discarded");

  // What a killed process left is written over, and so is a table of the same name, when the new one is whole.
  const second = await TableWriter.create({ path, columns: columns.slice(0, 2) });
  await second.add([BEGUN, "KX-2"]);
  const third = await TableWriter.create({ path, columns: columns.slice(0, 2) });
  await third.add([BEGUN, "KX-3"]);
  await third.close();
  assertEquals((await read(path)).rows.map(({ ticker }) => ticker), ["KX-3"]);
  assertEquals(readdirSync(dir.path), ["one.parquet"]);
  await second.discard();
  assertThrows(() => third.add([BEGUN, "KX-1"]), KalshiTableError, "is closed");
});

test("a value of another type is refused before it is in the table", async () => {
  using dir = folder();
  const path = join(dir.path, "one.parquet");
  const table = await TableWriter.create({ path, columns });
  const good: readonly Cell[] = [BEGUN, "KX-1", 1, 1, true, 1, [1]];
  for (
    const [index, value, words] of [
      [0, BEGUN + 0.5, 'The column "at" takes whole Unix milliseconds; got 1795528800123.5.'],
      [0, null, 'The column "at" needs a value in each row.'],
      [1, 7, 'The column "ticker" takes a string; got 7.'],
      [2, 2 ** 31, 'The column "price_e4" takes a whole number of 32 bits; got 2147483648.'],
      [3, 2n ** 63n, 'The column "count_e2" takes a safe integer, or a bigint of 64 bits'],
      [3, 0.1, 'The column "count_e2" takes a safe integer, or a bigint of 64 bits; got 0.1.'],
      [4, "secret", 'The column "is_taker" takes a boolean; got a string.'],
      [6, 1, 'The column "levels" takes a list; got 1.'],
      [6, ["secret"], 'The column "levels" takes a safe integer, or a bigint of 64 bits; got a string.'],
    ] as const
  ) {
    assertThrows(() => table.add(good.with(index, value)), KalshiTableError, words);
  }
  await table.add(good);
  await table.close();
  assertEquals((await read(path)).rows.length, 1);
});

test("a disk that fails is told with what to do, and leaves nothing behind", async () => {
  using dir = folder();
  const path = join(dir.path, "taken");
  mkdirSync(path);
  const table = await TableWriter.create({ path, columns: columns.slice(0, 2) });
  await table.add([BEGUN, "KX-1"]);
  await assertRejects(() => table.close(), KalshiTableError, "cannot be written");
  assertEquals(readdirSync(dir.path), ["taken"]);
  const under = await TableWriter.create({ path: join(dir.path, "file"), columns: columns.slice(0, 2) });
  await under.close();
  await assertRejects(
    () => TableWriter.create({ path: join(dir.path, "file", "below"), columns }),
    KalshiTableError,
    "Give a folder",
  );
});
