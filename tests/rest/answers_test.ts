import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import type { KalshiClientOptions } from "../../mod.ts";
import { KalshiDecodeError } from "../../src/base/errors.ts";
import { Page } from "../../src/http/page.ts";
import { follow, isList, type Place, places, sample, withEmptyLists } from "../contract/samples.ts";
import { test } from "../support/test.ts";
import { isPaged, products } from "./products.ts";
import { recordingClient } from "./recording.ts";
import type { Json, SpecOperation } from "./spec.ts";

const isBatch = (operation: SpecOperation) => /^Batch(Create|Cancel)/.test(operation.id);

/** A value with what it shows by name alone, as the URL of a report. */
function revealed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revealed);
  if (typeof value !== "object" || value === null || value instanceof Page) return value;
  return Object.fromEntries(
    Object.getOwnPropertyNames(value).map((name) => [name, (value as Record<string, unknown>)[name]]),
  );
}

/** Numbers from 0 up to 1, the same on every run. */
function random(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What an error can look like in an answer whose status says success. */
const errors: readonly [body: string, serverCode: string | undefined, text: string][] = [
  [
    '{"error":{"code":"internal_error","message":"it failed","details":"in the engine"}}',
    "internal_error",
    "in the engine",
  ],
  [
    '{"error":{"code":"internal_error","message":"it failed","service":"exchange"}}',
    "internal_error",
    "it failed",
  ],
  ['{"error":"too many requests"}', undefined, "too many requests"],
  ['{"error":["one","two"]}', undefined, "one; two"],
  ['{"error":{"reason":"it failed"}}', undefined, "it failed"],
  ['{"error":true}', undefined, "true"],
  [
    '{"code":"internal_error","message":"it failed","details":"in the engine"}',
    "internal_error",
    "in the engine",
  ],
  ['{"code":"internal_error"}', "internal_error", "internal_error"],
  ['{"code":500,"message":"it failed"}', undefined, "it failed"],
  ['{"errors":[{"field":"price","message":"is off"}]}', undefined, "price: is off"],
  ['{"success":false,"message":"it failed"}', undefined, "it failed"],
  ['{"status":"error","message":"it failed"}', undefined, "it failed"],
  ['{"type":"error","msg":"it failed"}', undefined, "it failed"],
];

/** Spoils an answer in ways that Kalshi is free to choose, and says how. */
function spoil(operation: SpecOperation, body: Json, all: readonly Place[], next: () => number): string {
  const place = all[Math.floor(next() * all.length)];
  if (place === undefined) {
    body.added_last_thursday = [{ deep: null }];
    return "a new field";
  }
  const { path, schema, holder, key, required } = place;
  const isTop = !/[.[]/.test(path);
  // The answers of a batch are never none.
  const mayBeNone = isList(schema) && !(isTop && isBatch(operation));
  const ways: [string, boolean, () => void][] = [
    ["without", !required, () => delete holder[key]],
    ["null", !required || schema.nullable === true || mayBeNone, () => holder[key] = null],
    ["a new field beside", true, () => holder.added_last_thursday = [{ deep: null }]],
    ["a new value of", schema.enum !== undefined, () => holder[key] = "added_last_thursday"],
    [
      "more decimals in",
      schema.type === "string" && schema.enum === undefined,
      () => holder[key] = "0.560000001",
    ],
    ["a fraction in", schema.type === "integer", () => holder[key] = 7.25],
    ["no items in", mayBeNone, () => holder[key] = []],
  ];
  const possible = ways.filter(([, may]) => may);
  const [how, , act] = possible[Math.floor(next() * possible.length)] ?? ways[2] ?? ["", true, () => {}];
  act();
  return `${how} ${path}`;
}

for (const { name, spec, calls, fieldsOf, checkResponse, callSampled, recordingClient } of products) {
  /** The list of a page, by the specification's order of fields. */
  const itemsField = (operation: SpecOperation): string => {
    const { properties } = follow(spec, operation.answer);
    const found = Object.keys(properties).find((name) => follow(spec, properties[name]).type === "array");
    if (found === undefined) throw new Error(`${operation.id} has no list.`);
    return found;
  };

  /** One field gives its value, none gives nothing, more give the whole. */
  const assertValue = (operation: SpecOperation, value: unknown, body: Json, what: string): void => {
    const [only, ...more] = operation.id === "GetEvent" ? ["event"] : fieldsOf(operation.answer);
    if (only === undefined) {
      assertEquals(value, undefined, what);
    } else if (isPaged(operation)) {
      assertInstanceOf(value, Page, what);
      assertEquals(value.response, body, what);
      assertEquals([...value], body[itemsField(operation)] ?? [], what);
      assertEquals(value.cursor, body.cursor ?? body.next_cursor ?? "", what);
    } else if (more.length > 0) {
      assertEquals(value, body, what);
    } else {
      const isList = follow(spec, follow(spec, operation.answer).properties[only]).type === "array";
      assertEquals(revealed(value), body[only] ?? (isList ? [] : undefined), what);
    }
  };

  const decode = async (
    method: string,
    operation: SpecOperation,
    body: unknown,
    options?: KalshiClientOptions,
  ): Promise<unknown> => {
    const hasBody = operation.answer !== undefined;
    const { client } = recordingClient(
      () => hasBody ? Response.json(body, { status: operation.status }) : new Response(null, { status: 204 }),
      options,
    );
    return await callSampled(client, method, "full");
  };

  test(`${name}: answers made from the specification come out whole, and without their envelope`, async () => {
    for (const [method, operation] of calls) {
      const body = operation.answer && sample(spec, operation.answer);
      assertValue(operation, await decode(method, operation, body), body, method);
    }
  });

  test(`${name}: what the specification promises passes the strictest check`, async () => {
    for (const [method, operation] of calls) {
      const body = operation.answer && sample(spec, operation.answer);
      await decode(method, operation, body, { validate: "strict", checkResponse });
    }
  });

  test(`${name}: 20 hostile variants of each answer decode, and nothing that they hold is lost`, async () => {
    const kinds = new Set<string>();
    for (const [method, operation] of calls) {
      if (operation.answer === undefined) continue;
      for (let variant = 0; variant < 20; variant++) {
        const next = random(variant + 1000 * operation.id.length);
        const body = sample(spec, operation.answer);
        const all = places(spec, operation.answer, body);
        const spoilt = Array.from({ length: 1 + variant % 4 }, () => spoil(operation, body, all, next));
        for (const how of spoilt) kinds.add(how.replace(/ \S+$/, ""));
        const value = await decode(method, operation, body);
        const read = withEmptyLists(spec, operation.answer, JSON.parse(JSON.stringify(body)));
        assertValue(operation, value, read, `${method}: ${spoilt.join(", ")}`);
      }
    }
    // Klear has few words to choose from.
    assertEquals(kinds.size, name === "klear" ? 7 : 8);
  });

  test(`${name}: only what must be there: answers with all that is optional left out decode`, async () => {
    for (const [method, operation] of calls) {
      if (operation.answer === undefined) continue;
      const body = sample(spec, operation.answer);
      for (const { holder, key, required } of places(spec, operation.answer, body)) {
        if (!required) delete holder[key];
      }
      assertValue(operation, await decode(method, operation, body), body, method);
    }
  });

  test(`${name}: an answer that is not of its kind is an error, never an empty list or nothing`, async () => {
    for (const [method, operation] of calls) {
      if (fieldsOf(operation.answer).length === 0) continue;
      const { properties, required = [] } = follow(spec, operation.answer);
      const mustHave = isPaged(operation)
        ? itemsField(operation)
        : operation.id === "GetEvent"
        ? "event"
        : Object.keys(properties)[0] ?? "";
      const isPicked = isPaged(operation) || operation.id === "GetEvent" ||
        Object.keys(properties).length === 1;
      const bad: unknown[] = [null, [], "text", 7, true];
      if (isPicked && required.includes(mustHave)) {
        bad.push({}, { error: "maintenance" }, { [mustHave]: undefined, cursor: "" });
        if (follow(spec, properties[mustHave]).type === "array") {
          bad.push({ [mustHave]: "text" }, { [mustHave]: {} });
        } else bad.push({ [mustHave]: null });
      }
      for (const body of bad) {
        const what = `${method}: ${JSON.stringify(body)}`;
        const error = await assertRejects(
          () => decode(method, operation, body),
          KalshiDecodeError,
          undefined,
          what,
        );
        assertEquals([error.method, error.status, error.outcome], [
          operation.method,
          operation.status,
          "unknown",
        ], what);
      }
    }
  });

  test(`${name}: success without a word is enough where there is nothing to say`, async () => {
    for (const [method, operation] of calls) {
      if (fieldsOf(operation.answer).length > 0) continue;
      for (
        const body of [
          "",
          " \n",
          "{}",
          "null",
          '{"order_group_id":"added_last_thursday"}',
          '{"message":"done"}',
        ]
      ) {
        const { client } = recordingClient(() =>
          new Response(body, { status: operation.status === 204 ? 200 : operation.status })
        );
        assertEquals(await callSampled(client, method, "least"), undefined, method);
      }
    }
  });

  test(`${name}: a 2xx that holds an error is an error of unknown outcome, for every operation`, async () => {
    for (const [method, operation] of calls) {
      for (const [body, serverCode, text] of errors) {
        const what = `${method}: ${body}`;
        const { client, requests } = recordingClient(() =>
          new Response(body, { status: operation.status === 204 ? 200 : operation.status })
        );
        const error = await assertRejects(
          async () => await callSampled(client, method, "least"),
          KalshiDecodeError,
          text,
          what,
        );
        assertEquals([error.outcome, error.serverCode, requests.length], ["unknown", serverCode, 1], what);
        assertEquals(error.status, operation.status === 204 ? 200 : operation.status, what);
      }
    }
  });

  test(`${name}: a success that should say nothing and says something that is no JSON is none`, async () => {
    for (const [method, operation] of calls) {
      if (fieldsOf(operation.answer).length > 0) continue;
      for (const body of ["<html>", "Service unavailable", '{"er', '"it failed"', "x".repeat(100_000)]) {
        const { client } = recordingClient(() => new Response(body));
        const error = await assertRejects(
          async () => await callSampled(client, method, "least"),
          KalshiDecodeError,
          undefined,
          `${method}: ${body}`,
        );
        assertEquals([error.outcome, error.status], ["unknown", 200]);
      }
    }
  });
}

test("an answer that has fields of its own beside an empty error is a result", async () => {
  for (
    const more of [{ error: null }, { error: "" }, { error: {} }, { errors: [] }, { code: "x", message: "y" }]
  ) {
    const { client } = recordingClient(() => Response.json({ order: { order_id: "id" }, ...more }));
    assertEquals((await client.orders.get("id")).order_id, "id");
  }
});

test("the error in a 2xx is found whatever parses the answer, and a signature in it is redacted", async () => {
  const { client } = recordingClient(
    ({ headers }) =>
      Response.json({ error: { code: "odd", seen: headers.get("kalshi-access-signature"), big: 7 } }),
    {
      config: {
        maxRetries: 0,
        restJsonParse: (bytes) => {
          const value = JSON.parse(new TextDecoder().decode(bytes));
          value.error.big = 7n;
          return value;
        },
      },
    },
  );
  const error = await assertRejects(() => client.portfolio.balance(), KalshiDecodeError, "odd");
  assertEquals(error.serverCode, "odd");
  const { message, details } = error;
  assertEquals(/[A-Za-z0-9+/]{40}/.test(JSON.stringify({ message, details })), false);
});

test("what restJsonParse throws is a KalshiDecodeError of unknown outcome that names it, and it must not be async", async () => {
  const boom = new Error("boom");
  const parsers: Record<string, [parse: () => unknown, says: string]> = {
    "throws": [() => {
      throw boom;
    }, "restJsonParse could not read (application/json"],
    "throws nothing": [() => {
      // deno-lint-ignore no-throw-literal -- plain JavaScript may throw anything
      throw undefined;
    }, "restJsonParse could not read"],
    "is async": [() => Promise.reject(boom), "must not be async"],
    "returns nothing": [() => undefined, "an empty body"],
  };
  for (const [name, [restJsonParse, says]] of Object.entries(parsers)) {
    const { client, requests } = recordingClient(() => Response.json({ balance: 1 }), {
      config: { restJsonParse },
    });
    const error = await assertRejects(() => client.portfolio.balance(), KalshiDecodeError, says);
    assertEquals([name, error.outcome, error.status, requests.length], [name, "unknown", 200, 1]);
    if (name === "throws") assertEquals((error.cause as Error).message, boom.message);
  }
});
