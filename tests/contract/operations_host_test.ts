import { assert, assertEquals, assertThrows } from "@std/assert";
import { test } from "../support/test.ts";
import * as event from "../../src/contract/event/operations.ts";
import * as klear from "../../src/contract/klear/operations.ts";
import * as perps from "../../src/contract/perps/operations.ts";
import type { Operation } from "../../src/contract/operation.ts";
import { type FactRow, operationsModule, readRows } from "../../tools/generate_operations.ts";
import { readFacts, RestSpec } from "../../tools/generate_spec.ts";

interface Row extends Operation<unknown, unknown, unknown> {
  readonly items?: string;
  readonly next?: string;
}
// deno-lint-ignore no-explicit-any -- the specification is walked by key.
type Json = any;

const rows = readRows(readFacts("operations.tsv"));

/** The calls of a specification as it says them, by operation id. */
function callsIn(file: string): Map<string, Json> {
  const spec: Json = JSON.parse(readFacts(file));
  const whole = (value: Json): Json =>
    value.$ref === undefined
      ? value
      : value.$ref.slice(2).split("/").reduce((at: Json, key: string) => at[key], spec);
  return new Map(
    Object.entries<Json>(spec.paths).flatMap(([path, calls]) =>
      Object.entries<Json>(calls).map(([method, call]) => {
        const params = (call.parameters ?? []).map(whole);
        return [call.operationId, { ...call, line: `${method.toUpperCase()} ${path}`, params, whole }];
      })
    ),
  );
}

const products = [
  { product: "event", file: "openapi.json", table: event as Readonly<Record<string, Row>> },
  { product: "perps", file: "perps-openapi.json", table: perps as Readonly<Record<string, Row>> },
  { product: "klear", file: "klear-openapi.json", table: klear as Readonly<Record<string, Row>> },
];

for (const { product, file, table } of products) {
  test(`${product}: each call of the specification has its row, and no other`, () => {
    const calls = callsIn(file);
    assertEquals(Object.keys(table).sort(), [...calls.keys()].sort());
    for (const [id, call] of calls) {
      const operation = table[id];
      const facts = rows.get(`${product} ${id}`);
      assert(operation !== undefined && facts !== undefined, id);
      assertEquals(`${operation.method ?? "GET"} ${operation.path}`, call.line);
      const [status, answer] = Object.entries<Json>(call.responses).find(([code]) => code[0] === "2") ?? [];
      assertEquals(String(operation.status ?? 200), status, id);
      assertEquals(operation.empty === true, call.whole(answer).content === undefined, id);
      const joined = Object.entries(operation.params ?? {})
        .filter(([, rule]) => rule.type === "list" && rule.commas).map(([name]) => name);
      const csv = call.params.filter(({ schema }: Json) => schema["x-format"] === "comma-separated");
      assertEquals(joined, csv.map(({ name }: Json) => name), id);
      assertEquals(operation.bucket ?? "read", facts.bucket.replace("?", ""), id);
      const paged = /field=(\w+);items=(\w+)/.exec(facts.pagination);
      assertEquals(operation.items, paged?.[2], id);
      assertEquals(operation.next ?? (paged === null ? undefined : "cursor"), paged?.[1], id);
      assertEquals(
        operation.auth ?? "required",
        id.startsWith("GetMarketOrderbook")
          ? "optional"
          // It speaks of the account that asks, which the specification forgets.
          : id === "GetUserDataTimestamp" || call.security?.length > 0
          ? "required"
          : "none",
        id,
      );
    }
  });
}

const scopes: readonly string[] = JSON.parse(readFacts("openapi.json")).components.schemas.ApiKeyScope.enum;

for (const { product, table } of products) {
  test(`${product}: each call says who pays for it and which scope its key needs`, () => {
    for (const [operationId, operation] of Object.entries(table)) {
      const { shard = "", scope = "", restricted = "" } = rows.get(`${product} ${operationId}`) ?? {};
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

test("the generator refuses a call of which its row does not say all, by its name", () => {
  const name = "event CreateOrderV2";
  const whole = rows.get(name);
  assert(whole !== undefined);
  const spec = new RestSpec(readFacts("openapi.json"));
  const make = (changed: Partial<FactRow> | undefined, of = name) => {
    const some = new Map(rows);
    if (changed === undefined) some.delete(of);
    else some.set(of, { ...whole, ...changed });
    return () => operationsModule("", "event", spec, some, "");
  };
  make({})();
  assertThrows(make(undefined), Error, `no row for ${name}`);
  for (const wrong of [{ shard: "-", bucket: "write" }, { scope: "-" }, { restricted: "-" }]) {
    assertThrows(make(wrong), Error, `must say of ${name} who pays for it and what key it needs`);
  }
  assertThrows(make({ bucket: "" }), Error, `must say of ${name} which bucket`);
  assertThrows(make({ page: "" }), Error, `must say of ${name} which page`);
  assertThrows(make({}, "event GetOrders"), Error, "must say of event GetOrders, which takes a cursor");
  assertThrows(make({}, "event NoSuchCall"), Error, "a row for event NoSuchCall, which the specification");
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
