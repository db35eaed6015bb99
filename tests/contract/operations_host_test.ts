import { assert, assertEquals, assertThrows } from "@std/assert";
import { test } from "../support/test.ts";
import * as event from "../../src/contract/event/operations.ts";
import * as perps from "../../src/contract/perps/operations.ts";
import type { Operation } from "../../src/contract/operation.ts";
import { operationsModule, readAccess, readProse } from "../../tools/generate_operations.ts";
import { readFacts, RestSpec } from "../../tools/generate_spec.ts";

interface Row extends Operation<unknown, unknown, unknown> {
  readonly items?: string;
  readonly next?: string;
}
type Cells = Readonly<Record<string, string>>;

function rowsOf(product: string, file = "operations.tsv"): Cells[] {
  const [head = "", ...lines] = readFacts(file).trimEnd().split("\n");
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
      const joined = Object.entries(operation.params ?? {})
        .filter(([, rule]) => rule.type === "list" && rule.commas).map(([name]) => name);
      assertEquals(joined, csv.map((part) => part.split(/[*!:]/)[0] ?? ""), id);
      assertEquals(operation.bucket ?? "read", row["bucket_guess"]?.replace("?", ""), id);
      const paged = /field=(\w+);items=(\w+)/.exec(row["pagination"] ?? "");
      assertEquals(operation.items, paged?.[2], id);
      assertEquals(operation.next ?? (paged === null ? undefined : "cursor"), paged?.[1], id);
      assertEquals(
        operation.auth ?? "required",
        id.startsWith("GetMarketOrderbook")
          ? "optional"
          // It speaks of the account that asks, which the specification forgets.
          : id === "GetUserDataTimestamp"
          ? "required"
          : row["auth"],
        id,
      );
    }
  });
}

const scopes: readonly string[] = JSON.parse(readFacts("openapi.json")).components.schemas.ApiKeyScope.enum;

for (const { product, table } of products) {
  test(`${product}: each call says who pays for it and which scope its key needs`, () => {
    const rows = rowsOf(product, "access.tsv");
    assertEquals(rows.map((row) => row["operationId"] ?? "").sort(), Object.keys(table).sort());
    for (const { operationId = "", shard, scope = "", restricted } of rows) {
      const operation = table[operationId];
      assert(operation !== undefined);
      const isPublic = operation.auth === "none";
      assertEquals(scope === "-", isPublic, operationId);
      assert(isPublic || scopes.includes(scope), `${operationId}: no scope of Kalshi's: ${scope}`);
      if (!isPublic) {
        assertEquals(operation.scope ?? (operation.method ? "write" : "read"), scope, operationId);
      }
      assertEquals(operation.restricted === true, restricted === "yes", operationId);
      assertEquals(shard === "-", operation.bucket !== "write", operationId);
      if (operation.bucket === "write") assertEquals(String(operation.shard ?? "none"), shard, operationId);
    }
  });
}

test("the generator refuses a call of which nobody said who pays for it", () => {
  const access = readAccess(readFacts("access.tsv"));
  const make = () =>
    operationsModule(
      "",
      "event",
      new RestSpec(readFacts("openapi.json")),
      readProse(readFacts("operations.tsv")),
      access,
      {},
      "",
    );
  make();
  for (
    const wrong of [undefined, { shard: "-", scope: "write::trade", restricted: "yes" }, {
      shard: "none",
      scope: "-",
      restricted: "-",
    }]
  ) {
    if (wrong === undefined) access.delete("event CreateOrderV2");
    else access.set("event CreateOrderV2", wrong);
    assertThrows(make, Error, "access.tsv must say of event CreateOrderV2");
  }
});

test("costs are those of the documents", () => {
  const cost = ({ cost, costPer }: Row) => [cost, costPer];
  assertEquals(cost(event.CreateOrderV2), [undefined, undefined]);
  assertEquals(cost(event.CancelOrderV2), [2, undefined]);
  assertEquals(cost(event.CancelAllOrders), [2, undefined]);
  assertEquals(cost(event.BatchCreateOrdersV2), [undefined, "orders"]);
  assertEquals(cost(event.BatchCancelOrdersV2), [2, "orders"]);
  assertEquals(cost(event.UpgradeAccountApiUsageLevel), [30, undefined]);
  assertEquals(cost(perps.GetMarginBalance), [5, undefined]);
  assertEquals(perps.GetMarginBalance.costWith, { compute_available_balance: 50 });
  assertEquals(cost(perps.CancelMarginOrder), [1, undefined]);
  assertEquals(cost(perps.DecreaseMarginOrder), [1, undefined]);
});
