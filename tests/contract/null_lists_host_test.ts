import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { fillLists } from "../../src/contract/fill_lists.ts";
import type { Operation } from "../../src/contract/operation.ts";
import * as event from "../../src/contract/event/operations.ts";
import * as klear from "../../src/contract/klear/operations.ts";
import * as perps from "../../src/contract/perps/operations.ts";
import * as perpsWs from "../../src/contract/perps/channel_lists.ts";
import * as ws from "../../src/contract/event/channel_lists.ts";
import * as schemas from "../../src/contract/schemas.ts";
import { readFacts } from "../../tools/generate_spec.ts";
import type { Json } from "../../src/cli/spec_diff/schema.ts";
import { test } from "../support/test.ts";
import { follow, listPlaces, sample } from "./samples.ts";

const products = [
  { file: "openapi.json", check: schemas.checkResponse, table: event, lists: 150 },
  { file: "perps-openapi.json", check: schemas.perps.checkResponse, table: perps, lists: 20 },
  { file: "klear-openapi.json", check: schemas.klear.checkResponse, table: klear, lists: 20 },
];

for (const { file, check, table, lists: least } of products) {
  test(`${file}: null for a list passes and is read as an empty one, wherever in an answer it is`, () => {
    const spec = JSON.parse(readFacts(file));
    let tried = 0;
    for (
      const [name, operation] of Object.entries(table) as [string, Operation<unknown, unknown, unknown>][]
    ) {
      const { method = "GET", path, status = 200, lists = {} } = operation;
      const schema = spec.paths[path][method.toLowerCase()].responses[status].content?.["application/json"]
        ?.schema;
      if (schema === undefined) continue;
      const fresh = () => ({ answer: sample(spec, schema) });
      const count = listPlaces(spec, schema, fresh(), "answer").length;
      for (let index = 0; index < count; index++) {
        const [held, expected] = [fresh(), fresh()];
        const list = listPlaces(spec, schema, held, "answer")[index];
        const same = listPlaces(spec, schema, expected, "answer")[index];
        assert(list !== undefined && same !== undefined);
        list.put(null);
        same.put(list.nullable ? null : []);
        assertEquals(check(`${method} ${path}`, held.answer), undefined, `${name}${list.path}`);
        assertEquals(fillLists(lists, held.answer), expected.answer, `${name}${list.path}`);
        tried++;
      }
      // All that are not in another list at once; and what has no null is the same value, untouched.
      const held = fresh();
      assertStrictEquals(fillLists(lists, held.answer), held.answer);
      assertEquals(held, fresh(), name);
      const outer = listPlaces(spec, schema, held, "answer").filter(({ path }) => !path.includes("["));
      for (const { put } of outer) put(null);
      assertEquals(check(`${method} ${path}`, held.answer), undefined, name);
      const filled = { answer: fillLists(lists, held.answer) };
      for (const { path, nullable, get } of listPlaces(spec, schema, filled, "answer")) {
        assertEquals(get(), nullable ? null : [], `${name}${path}`);
      }
    }
    assert(tried >= least, `${tried} lists`);
  });
}

test("null for a list in a frame passes and is read as an empty one", () => {
  const kinds = [
    { file: "asyncapi.json", check: schemas.ws.checkFrame, table: ws.frameLists, least: 10 },
    { file: "perps-asyncapi.json", check: schemas.perpsWs.checkFrame, table: perpsWs.frameLists, least: 4 },
  ];
  for (const { file, check, table, least } of kinds) {
    const spec = JSON.parse(readFacts(file));
    let tried = 0;
    for (const [name, { payload }] of Object.entries<Json>(spec.components.messages)) {
      const fresh = () => ({ frame: sample(spec, payload) });
      const { type } = fresh().frame;
      if (type === undefined || follow(spec, payload).properties.cmd !== undefined) continue;
      const count = listPlaces(spec, payload, fresh(), "frame").length;
      for (let index = 0; index < count; index++) {
        const [held, expected] = [fresh(), fresh()];
        listPlaces(spec, payload, held, "frame")[index]?.put(null);
        listPlaces(spec, payload, expected, "frame")[index]?.put([]);
        assertEquals(check(held.frame), undefined, name);
        const filled = (table[type] ?? []).reduce<unknown>(
          (frame, lists) => fillLists(lists, frame),
          held.frame,
        );
        assertEquals(filled, expected.frame, name);
        tried++;
      }
    }
    assert(tried >= least, `${tried} lists in ${file}`);
  }
});

test("what is parsed has the lists that its type promises", () => {
  const market = sample(JSON.parse(readFacts("openapi.json")), { $ref: "#/components/schemas/Market" });
  const raw = { ...market, price_ranges: null, mve_selected_legs: null, added_last_thursday: null };
  const result = schemas.safeParseMarket(structuredClone(raw));
  assert(result.success);
  assertEquals([result.value.price_ranges, result.value.mve_selected_legs], [[], []]);
  const parsed = schemas.parseMarket(raw);
  assertStrictEquals<unknown>(parsed, raw);
  assertEquals([parsed.price_ranges, raw.added_last_thursday], [[], null]);
  assertEquals(schemas.parseMarket(market).price_ranges.length, 2);
  const { msg } = schemas.ws.parseOrderbookSnapshotMessage({
    type: "orderbook_snapshot",
    sid: 1,
    seq: 1,
    msg: { market_ticker: "A", market_id: "b", yes_dollars_fp: null, no_dollars_fp: [["0.1000", "1.00"]] },
  });
  assertEquals([msg.yes_dollars_fp, msg.no_dollars_fp], [[], [["0.1000", "1.00"]]]);
});

test("a list is still a list: something else in its place does not pass, nor does null for one of its items", () => {
  const check = (value: unknown) => schemas.checkResponse("GET /markets/orderbooks", value);
  assertEquals(check({ orderbooks: {} })?.path, "orderbooks");
  assertEquals(check({ orderbooks: [null] })?.path, "orderbooks[0]");
  assertEquals(check({})?.path, "orderbooks");
  const level = { ticker: "A", orderbook_fp: { yes_dollars: [null], no_dollars: null } };
  assertEquals(check({ orderbooks: [level] })?.path, "orderbooks[0].orderbook_fp.yes_dollars[0]");
  // What we send has no such excuse.
  assertEquals(
    schemas.safeParseCreateApiKeyRequest({ name: "a", public_key: "b", scopes: null }).success,
    false,
  );
});
