import { assert, assertEquals } from "@std/assert";
import { test } from "../support/test.ts";
import * as event from "../../src/contract/operations.ts";
import * as perps from "../../src/contract/perps/operations.ts";
import type { Operation } from "../../src/contract/operation.ts";
import { readFacts } from "../../tools/generate_spec.ts";

interface Row extends Operation<unknown, unknown, unknown> {
  readonly items?: string;
  readonly next?: string;
}
type Cells = Readonly<Record<string, string>>;

function rowsOf(product: string): Cells[] {
  const [head = "", ...lines] = readFacts("operations.tsv").trimEnd().split("\n");
  const columns = head.split("\t");
  return lines.map((line) => line.split("\t"))
    .map((cells) => Object.fromEntries(columns.map((name, index) => [name, cells[index] ?? ""])))
    .filter((row) => row["product"] === product);
}

const products = [
  { product: "event", table: event as Readonly<Record<string, Row>>, count: 118 },
  { product: "perps", table: perps as Readonly<Record<string, Row>>, count: 51 },
];

for (const { product, table, count } of products) {
  test(`${product}: each documented call has its row, and no other`, () => {
    const rows = rowsOf(product);
    assertEquals(rows.length, count);
    assertEquals(Object.keys(table).sort(), rows.map((row) => row["operationId"] ?? "").sort());
    for (const row of rows) {
      const id = row["operationId"] ?? "";
      const operation = table[id];
      assert(operation !== undefined);
      assertEquals(`${operation.method ?? "GET"} ${operation.path}`, `${row["method"]} ${row["path"]}`);
      const success = (row["responses"] ?? "").split(" ").find((part) => part.startsWith("2")) ?? "";
      assertEquals(`${operation.status ?? 200}=`, success.slice(0, 4), id);
      assertEquals(operation.empty === true, success.endsWith("=-"), id);
      const csv = (row["query_params"] ?? "").split(" ").filter((part) => part.endsWith(",csv"));
      assertEquals(operation.csv ?? [], csv.map((part) => part.split(/[*!:]/)[0] ?? ""), id);
      assertEquals(operation.bucket ?? "read", row["bucket_guess"]?.replace("?", ""), id);
      const paged = /field=(\w+);items=(\w+)/.exec(row["pagination"] ?? "");
      assertEquals(operation.items, paged?.[2], id);
      assertEquals(operation.next ?? (paged === null ? undefined : "cursor"), paged?.[1], id);
      assertEquals(
        operation.auth ?? "required",
        id.startsWith("GetMarketOrderbook") ? "optional" : row["auth"],
        id,
      );
    }
  });
}

test("costs are those of the documents", () => {
  const cost = ({ cost, costPer }: Row) => [cost, costPer];
  assertEquals(cost(event.CreateOrderV2), [undefined, undefined]);
  assertEquals(cost(event.CancelOrderV2), [2, undefined]);
  assertEquals(cost(event.CancelAllOrders), [2, undefined]);
  assertEquals(cost(event.BatchCreateOrdersV2), [undefined, "orders"]);
  assertEquals(cost(event.BatchCancelOrdersV2), [2, "orders"]);
  assertEquals(cost(event.UpgradeAccountApiUsageLevel), [30, undefined]);
  assertEquals(perps.GetMarginBalance.costWith, { compute_available_balance: 50 });
});
