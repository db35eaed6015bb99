import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { LocalExchange } from "../../src/local_exchange/mod.ts";
import { follow } from "../contract/samples.ts";
import { type SpecOperation, specs } from "../rest/spec.ts";
import { test } from "../support/test.ts";
import { testedProducts } from "./support/products.ts";
import { type Json, orderBody, Session } from "./support/session.ts";

async function setUp(
  options: { readonly requests?: "strict" | "lenient"; readonly errorBodies?: "nested" } = {},
  ofProduct = testedProducts.event.options,
) {
  const exchange = LocalExchange.create({ ...ofProduct, ...options });
  const { auth } = await exchange.createAccount();
  const ticker = exchange.listMarket({ ticker: "M" });
  return { exchange, ticker, session: new Session(exchange, auth) };
}

/** The path of a call, its ids filled in, and its query as text. */
function pathOf(operation: SpecOperation, query: Readonly<Record<string, unknown>>): string {
  const path = operation.path.replace(/\{\w+\}/g, "x");
  const joined = (name: string) =>
    operation.queryParams.some((param) =>
      param.name === name && param.schema["x-format"] === "comma-separated"
    );
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    (joined(name) ? [[value].flat().join(",")] : [value].flat())
      .map((item) => `${name}=${encodeURIComponent(String(item))}`)
  );
  return pairs.length === 0 ? path : `${path}?${pairs.join("&")}`;
}

for (const name of ["event", "perps"] as const) {
  const own = specs[name];
  const { document: spec, operations } = own;
  const { options } = testedProducts[name];

  test(`${name}: every operation: an unknown parameter or field is a 400 that names it`, async () => {
    const { session } = await setUp({}, options);
    for (const operation of operations.values()) {
      const { query, body } = own.request(operation, "full");
      const send = (query: Json, body: Json) =>
        session.send(operation.method, pathOf(operation, query), body === undefined ? undefined : body);
      for (const name of ["postOnly", "tickr", "x"]) {
        const answer = await send({ ...query, [name]: "1" }, body);
        assertEquals([operation.id, answer.status, answer.value.code], [
          operation.id,
          400,
          "invalid_parameters",
        ]);
        assertStringIncludes(answer.value.message, `unknown parameter \`${name}\``);
      }
      if (body === undefined) continue;
      const answer = await send(query, { ...body, postOnly: true });
      assertEquals([operation.id, answer.status, answer.value.code], [
        operation.id,
        400,
        "invalid_parameters",
      ]);
      assertStringIncludes(answer.value.message, "unknown field `postOnly`");
      for (const [name, schema] of Object.entries<Json>(follow(spec, operation.body).properties ?? {})) {
        if (follow(spec, schema).type !== "array" || typeof body[name][0] !== "object") continue;
        const inside = await send(query, {
          ...body,
          [name]: [body[name][0], { ...body[name][0], postOnly: true }],
        });
        assertEquals([operation.id, inside.status], [operation.id, 400]);
        assertStringIncludes(inside.value.message, `unknown field \`${name}[1].postOnly\``);
      }
    }
  });

  test(`${name}: every operation: a parameter or a field of another type is a 400 that names it`, async () => {
    const { session } = await setUp({}, options);
    for (const operation of operations.values()) {
      const { query, body } = own.request(operation, "full");
      for (const { name, schema } of operation.queryParams) {
        const { type } = follow(spec, schema);
        if (type !== "integer" && type !== "boolean") continue;
        const answer = await session.send(
          operation.method,
          pathOf(operation, { ...query, [name]: "soon" }),
          body,
        );
        assertEquals([operation.id, name, answer.status], [operation.id, name, 400]);
        assertStringIncludes(JSON.stringify(answer.value), name);
      }
      for (
        const [name, schema] of Object.entries<Json>(
          operation.body ? follow(spec, operation.body).properties ?? {} : {},
        )
      ) {
        const { type } = follow(spec, schema);
        for (
          const value of type === "string" ? [7, true, {}, ["x"]] : ["x", {}, type === "array" ? 7 : ["x"]]
        ) {
          const changed = { ...body, [name]: value };
          const answer = await session.send(operation.method, pathOf(operation, query), changed);
          assertEquals([operation.id, name, answer.status, answer.value.code], [
            operation.id,
            name,
            400,
            "bad_request",
          ]);
          assertStringIncludes(answer.value.details, `into field ${name} of type`);
        }
      }
    }
  });

  test(`${name}: every operation: a required parameter that is missing is a 400 that names it`, async () => {
    const { session } = await setUp({}, options);
    for (const operation of operations.values()) {
      const { query, body } = own.request(operation, "full");
      for (const { name, required } of operation.queryParams) {
        if (!required) continue;
        const { [name]: _, ...rest } = query;
        const answer = await session.send(operation.method, pathOf(operation, rest), body);
        assertEquals([operation.id, answer.status], [operation.id, 400]);
        assertStringIncludes(answer.value.message, `\`${name}\` is missing`);
      }
    }
  });
}

test("an order with a field of another spelling does not rest, and nothing is cancelled by half a filter", async () => {
  const { session, ticker } = await setUp();
  assertEquals((await session.post("/portfolio/events/orders", orderBody({ ticker }))).status, 201);
  const refused = await session.post("/portfolio/events/orders", {
    ...orderBody({ ticker }),
    postOnly: true,
  });
  assertEquals(refused.value, {
    code: "invalid_parameters",
    message: "unknown field `postOnly`, did you mean `post_only`?",
  });
  assertEquals((await session.delete("/portfolio/events/orders?subAccount=1")).status, 400);
  assertEquals((await session.delete("/portfolio/events/orders?subaccount=0&subaccount=1")).status, 400);
  const { value } = await session.get("/portfolio/orders?status=resting");
  assertEquals(value.orders.length, 1);
});

test("null and empty text are nothing, as they are to a server", async () => {
  const { session, ticker } = await setUp();
  const body = { ...orderBody({ ticker }), client_order_id: "", order_group_id: null, exchange_index: null };
  assertEquals((await session.post("/portfolio/events/orders", body)).status, 201);
  assertEquals((await session.get("/portfolio/orders?cursor=&ticker=&limit=")).status, 200);
});

test("lenient: what nobody knows is taken no notice of, as Kalshi may do", async () => {
  const { session, ticker } = await setUp({ requests: "lenient" });
  const body = { ...orderBody({ ticker }), postOnly: true, newer: { deep: 1 } };
  assertEquals((await session.post("/portfolio/events/orders?newer=1", body)).status, 201);
  assertEquals((await session.get("/portfolio/orders?state=resting")).value.orders.length, 1);
  assertEquals(
    (await session.post("/portfolio/events/orders", { ...orderBody({ ticker }), price: 5 })).status,
    400,
  );
});

test("the refusal comes below `error` where bodies are nested", async () => {
  const { session } = await setUp({ errorBodies: "nested" });
  const { status, value } = await session.get("/markets?state=open");
  assertEquals([status, value.error.code], [400, "invalid_parameters"]);
  assert(value.error.message.includes("did you mean `status`?"));
});
