import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { KalshiConfigError } from "../../src/base/errors.ts";
import { follow } from "../contract/samples.ts";
import { test } from "../support/test.ts";
import { call, eventProduct, isPaged, products, type TestProduct } from "./products.ts";
import { recordingClient } from "./recording.ts";
import type { Json, SpecOperation } from "./spec.ts";

/** Calls a method, and walks where it is a walk. */
async function run(client: Json, method: string, args: readonly unknown[]): Promise<void> {
  const result = call(client, method, ...args);
  if (!method.endsWith("listAll")) return void await result;
  for await (const _ of result) { /* walk */ }
}

const shownArgs = (args: readonly unknown[]) =>
  args.map((arg) => typeof arg === "object" ? "{…}" : typeof arg).join();

class Odd {
  readonly subaccount = 1;
}

/** What is of no use as a value of any field. */
const never: readonly unknown[] = [null, 10n, new Date(), new Map(), () => 1, new Odd(), Symbol("x"), NaN, [
  [],
]];

/** Other spellings of a name. */
function misspellings(name: string): string[] {
  const camel = name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  return [camel, name.toUpperCase(), name.slice(0, -1), `${name}_x`].filter((other) =>
    other !== name && other !== ""
  );
}

/** What is no plain object of own properties. */
const noObjects = (): readonly unknown[] => [
  null,
  "T",
  "",
  7,
  0,
  true,
  false,
  10n,
  Symbol("x"),
  [],
  ["T"],
  [{}],
  new Map(),
  new Map([["status", "open"]]),
  new Set(),
  new Date(),
  () => {},
  class {},
  new (class Empty {})(),
  new Odd(),
  new AbortController().signal,
  new AbortController(),
  new URLSearchParams("status=open"),
  new Error("x"),
  Promise.resolve({}),
  /x/,
  new Uint8Array(1),
  Object.create({ subaccount: 1 }),
  Object.create(Object.create(null, { subaccount: { value: 1, enumerable: true } })),
  JSON.parse('{"a": 1}', (_, value) => Object(value) === value ? Object.setPrototypeOf({}, value) : value),
];

const PEMS = [
  `-----BEGIN RSA PRIVATE KEY-----\n${
    "MIIEowIBAAKCAQEA0x9k3LmQ2vB8sZ0y".repeat(4)
  }\n-----END RSA PRIVATE KEY-----`,
  `-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIHx9k3LmQ2vB8sZ0yqQ1\n-----END PRIVATE KEY-----\n`,
  "MC4CAQAwBQYDK2VwBCIEIHx9k3LmQ2vB8sZ0yqQ1hT5w",
];

const NOW_S = 1_795_930_000;
const NOW_MS = NOW_S * 1000 + 7;

/** How many fields the tests below find, so that none finds nothing. */
const atLeast = {
  event: { required: 60, times: 40 },
  perps: { required: 25, times: 12 },
  klear: { required: 15, times: 0 },
};

/** The same word in other letters. */
const otherCase = (word: string) => word === word.toUpperCase() ? word.toLowerCase() : word.toUpperCase();

/** What judges the calls of a product. */
function judgeOf({ spec, request, argumentsFor, recordingClient }: TestProduct) {
  /** A client that must send nothing, as plain JavaScript sees it, and what it has sent. */
  function silentClient() {
    const { client, requests } = recordingClient(() => Response.json({}));
    return { client: client as Json, requests };
  }

  /** What refuses a call before anything is sent. */
  async function refusal(method: string, args: readonly unknown[]): Promise<KalshiConfigError> {
    const { client, requests } = silentClient();
    const error = await assertRejects(
      () => run(client, method, args),
      KalshiConfigError,
      undefined,
      `${method} took ${shownArgs(args)}`,
    );
    assertEquals([error.outcome, error.attempts, requests.length], ["not-sent", 0, 0], method);
    return error;
  }

  async function assertRefused(method: string, args: readonly unknown[], ...says: string[]): Promise<void> {
    const { message } = await refusal(method, args);
    for (const words of says) assertStringIncludes(message, words, method);
  }

  /** Values of a type that a schema does not take. */
  function wrongValues(schema: Json): unknown[] {
    const shape = follow(spec, schema);
    const others = shape.nullable ? never.slice(1) : [...never];
    if (shape.enum !== undefined && shape["x-open"] !== true) {
      const [known] = shape.enum;
      others.push("nonsense", "", true, typeof known === "number" ? 7 : otherCase(known), [known]);
    }
    switch (shape.type) {
      case "integer":
        return [...others, "7", "", 7.5, true, Infinity, 2 ** 53, {}, [7]];
      case "boolean":
        return [...others, "true", "false", "", 0, 1, {}, []];
      case "array":
        return [...others, [], {}, 7, true, "", { 0: "a", length: 1 }, new Set(["a"]), [undefined]];
      case "object":
        return [...others, [], 7, true, "x"];
    }
    const joined = shape["x-format"] === "comma-separated";
    return [...others, 7, true, "", {}, ...(joined ? [[], ["a", 7], ["a", ""], "a,,b"] : [["a"], []])];
  }

  /** The groups of names that a call takes, and its arguments with one of them replaced. */
  function groupsOf(operation: SpecOperation) {
    const sent = request(operation, "full");
    const groups: { schemas: [string, Json, boolean][]; args: (changed: Json) => unknown[]; given: Json }[] =
      [];
    if (operation.queryParams.length > 0) {
      groups.push({
        schemas: operation.queryParams.map(({ name, schema, required }) => [name, schema, required]),
        given: sent.query,
        args: (query) => argumentsFor(operation, { ...sent, query }),
      });
    }
    const { properties = {}, required = [] } = operation.body === undefined
      ? {}
      : follow(spec, operation.body);
    if (Object.keys(properties).length > 0) {
      groups.push({
        schemas: Object.entries<Json>(properties).map((
          [name, schema],
        ) => [name, schema, required.includes(name)]),
        given: sent.body,
        args: (body) => argumentsFor(operation, { ...sent, body }),
      });
      for (const [name, schema] of Object.entries<Json>(properties)) {
        const shape = follow(spec, schema);
        const items = shape.type === "array" ? follow(spec, shape.items) : undefined;
        if (items?.type !== "object") continue;
        const [first] = sent.body[name];
        groups.push({
          schemas: Object.entries<Json>(items.properties)
            .map(([field, inner]) => [field, inner, (items.required ?? []).includes(field)]),
          given: first,
          args: (item) => argumentsFor(operation, { ...sent, body: { ...sent.body, [name]: [first, item] } }),
        });
      }
    }
    return groups;
  }

  return { silentClient, refusal, assertRefused, wrongValues, groupsOf };
}

for (const product of products) {
  const { name: productName, spec, calls, request, argumentsFor, recordingClient } = product;
  const { refusal, assertRefused, wrongValues, groupsOf } = judgeOf(product);

  test(`${productName}: every operation: a field of the wrong type is refused by its name, and nothing is sent`, async () => {
    for (const [method, operation] of calls) {
      for (const { schemas, given, args } of groupsOf(operation)) {
        for (const [name, schema] of schemas) {
          for (const value of wrongValues(schema)) {
            // No allocation at all is one.
            const isEmpty = Array.isArray(value) && value.length === 0;
            if (name === "cursor" && value === "" || name === "allocations" && isEmpty) continue;
            await assertRefused(method, args({ ...given, [name]: value }), name, "Nothing was sent.");
          }
        }
      }
    }
  });

  test(`${productName}: every operation: a required field that is missing is refused by its name, and nothing is sent`, async () => {
    let found = 0;
    for (const [method, operation] of calls) {
      for (const { schemas, given, args } of groupsOf(operation)) {
        for (const [name, , required] of schemas) {
          // An order without an id of its own gets one.
          if (!required || name === "client_order_id") continue;
          const { [name]: _, ...rest } = given;
          await assertRefused(method, args(rest), `${name}\` is missing`);
          await assertRefused(method, args({ ...given, [name]: undefined }), `${name}\` is missing`);
          found++;
        }
      }
    }
    assert(found > atLeast[productName].required, `${found}`);
  });

  test(`${productName}: every operation: an unknown name is refused with the one that was meant, and nothing is sent`, async () => {
    for (const [method, operation] of calls) {
      for (const { schemas, given, args } of groupsOf(operation)) {
        for (const [name] of schemas) {
          for (const other of misspellings(name)) {
            if (schemas.some(([known]) => known === other)) continue;
            const { message } = await refusal(method, args({ ...given, [other]: given[name] ?? 1 }));
            assert(/unknown (field|parameter) `/.test(message), message);
            assertStringIncludes(message, other, method);
          }
          const camel = misspellings(name)[0] ?? "";
          if (/[A-Z]/.test(camel) && camel !== name.toUpperCase()) {
            await assertRefused(method, args({ ...given, [camel]: 1 }), `did you mean \`${name}\`?`);
          }
        }
        for (const odd of ["constructor", "toString", "__proto__x", "then", "toJSON", "0", "", " "]) {
          await refusal(method, args({ ...given, [odd]: 1 }));
        }
        const own = JSON.parse('{"__proto__": {"subaccount": 1}}');
        await refusal(method, args(Object.assign(Object.create(null), given, own)));
        await refusal(
          method,
          args(Object.defineProperties({}, {
            ...Object.getOwnPropertyDescriptors(own),
            ...Object.getOwnPropertyDescriptors(given),
          })),
        );
      }
    }
  });

  test(`${productName}: every operation: parameters, body and options are plain objects, or the call is refused`, async () => {
    for (const [method, operation] of calls) {
      const args = argumentsFor(operation, request(operation, "full"));
      for (let at = operation.pathParams.length; at <= args.length; at++) {
        for (const odd of noObjects()) {
          const changed = args.toSpliced(at, 1, odd);
          await refusal(method, changed);
          if (isPaged(operation)) await refusal(`${method}All`, changed);
        }
      }
    }
  });

  test(`${productName}: every operation: an id is text that is not empty, or the call is refused`, async () => {
    for (const [method, operation] of calls) {
      const sent = request(operation, "full");
      for (const [at, { name }] of operation.pathParams.entries()) {
        const odd = [
          undefined,
          null,
          "",
          " ",
          ".",
          "..",
          7,
          NaN,
          true,
          10n,
          {},
          { [name]: "x" },
          [],
          ["x"],
          new Date(),
        ];
        for (const value of odd) {
          const ids: Json = sent.ids.toSpliced(at, 1, value as string);
          await assertRefused(method, argumentsFor(operation, { ...sent, ids }), name);
        }
      }
    }
  });

  test(`${productName}: every operation: an id that is an argument of its own is refused among the parameters`, async () => {
    for (const [method, operation] of calls) {
      if (operation.pathParams.length === 0 || operation.queryParams.length === 0) continue;
      const sent = request(operation, "full");
      for (const { name } of operation.pathParams) {
        const query = { ...sent.query, [name]: "other" };
        await assertRefused(
          method,
          argumentsFor(operation, { ...sent, query }),
          `\`${name}\` is an argument of its own`,
        );
      }
    }
  });

  test(`${productName}: every operation: an option of the call among the parameters or the fields is sent to the last argument`, async () => {
    for (const [method, operation] of calls) {
      for (const { given, args } of groupsOf(operation).slice(0, 2)) {
        for (
          const option of [
            "signal",
            "timeoutMs",
            "totalTimeoutMs",
            "maxRetries",
            "headers",
            "orderRetries",
            "maxItems",
          ]
        ) {
          const { message } = await refusal(method, args({ ...given, [option]: 1 }));
          assert(message.includes("last argument") || message.includes(`[1].${option}`), message);
        }
      }
    }
  });

  test(`${productName}: every operation: a parameter or a field among the options is sent to the argument before`, async () => {
    for (const [method, operation] of calls) {
      const args = argumentsFor(operation, request(operation, "full"));
      for (const { name } of operation.queryParams) {
        await assertRefused(method, [...args, { [name]: 1 }], `"${name}". It is a parameter`);
      }
      const fields = operation.body === undefined ? {} : follow(spec, operation.body).properties ?? {};
      for (const name of Object.keys(fields)) {
        if (operation.queryParams.some((param) => param.name === name)) continue;
        await assertRefused(method, [...args, { [name]: 1 }], `"${name}". It is a field of the body`);
      }
      await assertRefused(method, [...args, { timeout: 1 }], "timeoutMs");
      await assertRefused(method, [...args, { options: { timeoutMs: 1 } }], "options");
      await assertRefused(method, [...args, { clientIds: [], repeat: {} }], "clientIds");
    }
  });

  test(`${productName}: every operation: what is checked is what is sent, whatever a getter or a proxy says the second time`, async () => {
    for (const [method, operation] of calls) {
      for (const { schemas, given, args } of groupsOf(operation)) {
        for (const [name] of schemas) {
          if (given[name] === undefined) continue;
          let reads = 0;
          const turning = Object.defineProperty({ ...given }, name, {
            get: () => ++reads === 1 ? given[name] : { evil: true },
            enumerable: true,
          });
          const { client, requests } = recordingClient(() => new Response("", { status: 404 }));
          await assertRejects(() => run(client, method, args(turning)));
          for (const { body, search } of requests) {
            assert(!`${body}${search}`.includes("evil"), `${method} ${name}`);
          }
        }
      }
    }
  });

  test(`${productName}: every time field: the other unit is refused, with the value that was meant`, async () => {
    let found = 0;
    for (const [method, operation] of calls) {
      for (const { schemas, given, args } of groupsOf(operation)) {
        for (const [name, schema] of schemas) {
          const unit = follow(spec, schema)["x-unit"];
          if (unit === "unix-s") {
            const says = "Unix time in whole seconds";
            const at = (value: unknown) => args({ ...given, [name]: value });
            await assertRefused(
              method,
              at(NOW_MS),
              name,
              says,
              `looks like milliseconds: did you mean ${NOW_S}?`,
            );
            await assertRefused(method, at(NOW_MS * 1000), `microseconds: did you mean ${NOW_S}?`);
            await assertRefused(method, at(NOW_S + 0.5), `a fraction of a second: did you mean ${NOW_S}?`);
            await assertRefused(method, at(-NOW_S), says);
            await assertRefused(method, at(new Date(NOW_MS)), says, "Math.floor(date.getTime() / 1000)");
            await assertRefused(
              method,
              at("2026-11-29T12:00:00Z"),
              says,
              "Math.floor(Date.parse(text) / 1000)",
            );
            await assertRefused(method, at(String(NOW_S)), `Write ${NOW_S} without quotes.`);
            found++;
          } else if (unit === "unix-ms") {
            const says = "Unix time in whole milliseconds";
            const at = (value: unknown) => args({ ...given, [name]: value });
            await assertRefused(method, at(NOW_S), name, says, `seconds: did you mean ${NOW_S * 1000}?`);
            await assertRefused(method, at(NOW_MS * 1000), `microseconds: did you mean ${NOW_MS}?`);
            await assertRefused(method, at(NOW_MS + 0.5), `did you mean ${NOW_MS}?`);
            await assertRefused(method, at(new Date(NOW_MS)), says, "Write date.getTime().");
            await assertRefused(method, at("2026-11-29T12:00:00Z"), says, "Write Date.parse(text).");
            found++;
          } else if (follow(spec, schema).format === "date-time") {
            const at = (value: unknown) => args({ ...given, [name]: value });
            await assertRefused(method, at(new Date(NOW_MS)), name, "Write date.toISOString().");
            await assertRefused(method, at(NOW_S), name, "toISOString()");
            for (
              const text of [
                "2026-11-24",
                "24.11.2026",
                "yesterday",
                "2026-13-24T12:00:00Z",
                "2026-11-24T12:00:00",
              ]
            ) {
              await assertRefused(method, at(text), name, '"2026-11-24T12:00:00Z"');
            }
            found++;
          }
        }
      }
    }
    assert(found >= atLeast[productName].times, `${found}`);
  });

  test(`${productName}: a private key is sent in no field, and nothing that looks like a key is quoted`, async () => {
    const signature = "kJ8s0aPq3Zx".repeat(16);
    for (const [method, operation] of calls) {
      const sent = request(operation, "full");
      for (const pem of PEMS) {
        for (const at of operation.pathParams.keys()) {
          const ids = sent.ids.toSpliced(at, 1, pem);
          const { message } = await refusal(method, argumentsFor(operation, { ...sent, ids }));
          assert(!message.includes(pem.slice(30, 60)), message);
        }
      }
      for (const { schemas, given, args } of groupsOf(operation)) {
        for (const [name, schema] of schemas) {
          for (const secret of [...PEMS, signature]) {
            const free = follow(spec, schema).type === "string" && secret === signature;
            if (free) continue;
            const { message } = await refusal(method, args({ ...given, [name]: secret }));
            for (let from = 0; from + 20 < secret.length; from += 10) {
              const part = secret.slice(from, from + 20);
              assert(
                !message.includes(part) && !message.includes(JSON.stringify(part).slice(1, -1)),
                message,
              );
            }
          }
        }
        const { message } = await refusal(method, args({ ...given, [PEMS[0] ?? ""]: 1, [signature]: 2 }));
        assert(!message.includes("MIIE") && !message.includes("kJ8s"), message);
      }
    }
  });
}

const { silentClient, refusal, assertRefused } = judgeOf(eventProduct);

test("a filter that a loop does not show counts as well", async () => {
  const hidden = Object.defineProperty({}, "subaccount", { value: 3 });
  const { client, requests } = recordingClient(() => new Response(null, { status: 204 }));
  await client.orders.cancelAll(hidden);
  assertEquals(requests.map(({ search }) => search), ["?subaccount=3"]);
  await refusal("orders.cancelAll", [Object.defineProperty({}, "subAccount", { value: 3 })]);
});

const order = {
  ticker: "KXHIGHNY-26NOV24-T60",
  side: "bid",
  count: "10.00",
  price: "0.5600",
  time_in_force: "good_till_canceled",
  self_trade_prevention_type: "taker_at_cross",
} as const;

test("an order with a field of another spelling is not placed", async () => {
  const others: Readonly<Record<string, string>> = {
    postOnly: "post_only",
    clientOrderId: "client_order_id",
    clientOrderID: "client_order_id",
    "client-order-id": "client_order_id",
    reduceOnly: "reduce_only",
    subAccount: "subaccount",
    sub_account: "subaccount",
    timeInForce: "time_in_force",
    tif: "time_in_force",
    expirationTime: "expiration_time",
    expiration_ts: "expiration_time",
    orderGroupId: "order_group_id",
    exchangeIndex: "exchange_index",
    selfTradePreventionType: "self_trade_prevention_type",
    cancelOrderOnPause: "cancel_order_on_pause",
    tickr: "ticker",
    market_ticker: "ticker",
    quantity: "count",
    size: "count",
    yes_price: "price",
    no_price: "price",
    action: "side",
  };
  for (const [name, meant] of Object.entries(others)) {
    const says = [`unknown field \`${name}\`, did you mean \`${meant}\`?`, "Nothing was sent."];
    for (const orderRetries of ["never", "idempotent"]) {
      await assertRefused("orders.create", [{ ...order, [name]: "x" }, { orderRetries }], ...says);
      const { message } = await refusal("orders.batchCreate", [
        { orders: [order, { ...order, [name]: "x" }] },
        { orderRetries },
      ]);
      assertStringIncludes(message, `\`orders[1].${name}\`, did you mean \`${meant}\`?`);
    }
  }
});

test("a filter of another spelling does not read or cancel everything", async () => {
  await assertRefused("orders.cancelAll", [{ subAccount: 1 }], "did you mean `subaccount`?");
  await assertRefused("orders.cancelAll", [{ tickr: "T" }], "unknown parameter `tickr`");
  await assertRefused("orders.cancelAll", ["T"], "plain object such as { subaccount: … }");
  await assertRefused("markets.list", [{ state: "open" }], "did you mean `status`?");
  await assertRefused("markets.list", ["T"], "plain object");
  await assertRefused("fills.list", [{ tickr: "T" }], "did you mean `ticker`?");
  await assertRefused("markets.list", [{ tickers: [] }], "An empty list would be no filter");
  await assertRefused("orders.list", [{ ticker: "" }], "`ticker`");
  for (const history of [true, false]) {
    await assertRefused("fills.listAll", [{ tickr: "T" }, { history }], "did you mean `ticker`?");
    await assertRefused("orders.listAll", ["T", { history }], "plain object");
    await assertRefused("markets.listAll", [{ limit: "5" }, { history }], "`limit`");
  }
  for (const history of [1, "true", null, {}]) {
    await assertRefused("trades.listAll", [{}, { history }], "`history` takes true or false");
  }
  for (const prefetch of [1, "true", null]) {
    await assertRefused("markets.listAll", [{}, { prefetch }], "`prefetch` takes true or false");
  }
});

test("a search by client order id is for one", async () => {
  for (const id of [undefined, null, "", 7, {}, ["x"]]) {
    await assertRefused("orders.getByClientOrderId", [id], "client order id");
  }
  await assertRefused("orders.getByClientOrderId", ["x", { tickr: "T" }], "did you mean `ticker`?");
  await assertRefused("orders.getByClientOrderId", ["x", "T"], "plain object");
});

test("the message names the field, what it takes with an example of its kind, and what it got", async () => {
  const cases: [Record<string, unknown>, ...string[]][] = [
    [{ side: "yes" }, '`side` takes "bid" or "ask"; got "yes".', '"bid" buys YES'],
    [{ side: "BID" }, '`side` takes "bid" or "ask"; got "BID". Did you mean "bid"?'],
    [{ subaccount: true }, "`subaccount` takes a whole number", "got true"],
    [{ subaccount: "1" }, "`subaccount` takes a whole number", 'got "1". Write 1 without quotes.'],
    [{ subaccount: -1 }, "of at least 0", "got the number -1"],
    [{ price: "0.12345" }, "`price` takes dollars", '"0.5600"', "at most 4 decimal places", 'got "0.12345"'],
    [{ price: ".5" }, '"0.5600"', 'got ".5"'],
    [{ price: "1e-2" }, '"0.5600"', 'got "1e-2"'],
    [{ price: 0.56 }, '"0.5600"', 'got the number 0.56. Write "0.56", in quotes.'],
    [{ price: "56" }, "dollars from 0 to 1", 'For cents, write "0.5600".'],
    [{ price: "-0.5" }, "never negative"],
    [{ count: 10 }, "`count` takes contracts", '"10.00"', 'got the number 10. Write "10", in quotes.'],
    [{ count: "-5" }, '"10.00"', 'got "-5"', "A count is never negative"],
    [{ count: "0" }, "contracts above 0", 'got "0"'],
    [{ count: "0.00" }, "contracts above 0", 'got "0.00"'],
    [{ count: "1.005" }, "at most 2 decimal places", 'got "1.005"'],
    [{ count: NaN }, "`count` takes contracts", "got the number NaN"],
    [{ count: "99999999999999999999" }, "`count` takes contracts"],
    [{ ticker: undefined }, "`ticker` is missing", '"KXHIGHNY-26NOV24-T60"'],
    [{ ticker: "" }, "`ticker` takes a ticker", "got empty text"],
    [{ ticker: null }, "got null"],
    [{ ticker: { ticker: "T" } }, "got an object. Give its `ticker` itself."],
    [{ post_only: "true" }, "`post_only` takes true or false", "Write true without quotes."],
    [{ post_only: 1 }, "`post_only` takes true or false; got the number 1"],
    [{ expiration_time: 1790000000n }, "got a bigint. Write it as a number."],
    [{ time_in_force: "gtc" }, '"good_till_canceled"', 'got "gtc"'],
    [{ time_in_force: "GOOD_TILL_CANCELED" }, 'Did you mean "good_till_canceled"?'],
    [{ client_order_id: "" }, "`client_order_id` takes text; got empty text"],
    [{ client_order_id: null }, "`client_order_id` takes text; got null"],
    [{ order_group_id: 7 }, "`order_group_id` takes text; got the number 7"],
  ];
  for (const [changed, ...says] of cases) {
    await assertRefused("orders.create", [{ ...order, ...changed }], ...says);
    await assertRefused("orders.create", [{ ...order, ...changed }, { orderRetries: "idempotent" }], ...says);
  }
  assert(!(await refusal("orders.create", [{ ...order, count: 10 }])).message.includes("0.56"));
  await assertRefused("milestones.list", [{}], "`limit` is missing: it takes a whole number from 1 to 500");
  await assertRefused("milestones.list", [], "`limit` is missing");
  await assertRefused("markets.get", [{ ticker: "T" }], "Give its `ticker` itself.");
  await assertRefused("orders.create", [[order]], "got a list");
  await assertRefused("orders.batchCreate", [[order]], "plain object such as { orders: … }");
  await assertRefused(
    "orders.cancel",
    ["id", new AbortController().signal],
    "into the options, the last argument",
  );
  await assertRefused(
    "orders.cancel",
    ["id", {}, new AbortController().signal],
    "got an AbortSignal. Write { signal }.",
  );
  await assertRefused("portfolio.transfers.create", [
    { source: "event_contract", destination: "margined", amount: 5.5 },
  ], "a whole number of centicents");
});

test("a decrease is checked before the order is read for it", async () => {
  for (
    const body of [{ reduce_by: 5 }, { reduce_by: "-1" }, { reduceBy: "1" }, {}, {
      reduce_by: "1",
      reduce_to: "1",
    }]
  ) {
    await refusal("orders.decrease", ["id", body, {}, { orderRetries: "idempotent" }]);
  }
});

test("times that Kalshi takes are sent: none, past, far, and the end of an expiry", async () => {
  const amended = { order_id: "o", remaining_count: "1.00" };
  for (const expiration_time of [0, 1, NOW_S, 4_102_444_800, 99_999_999_999]) {
    const { client, requests } = recordingClient(() => Response.json(amended, { status: 201 }));
    await client.orders.create({ ...order, expiration_time });
    const { ticker, side, price, count } = order;
    await client.orders.amend("o", { ticker, side, price, count, expiration_time });
    assertEquals(requests.map(({ body }) => JSON.parse(body).expiration_time), [
      expiration_time,
      expiration_time,
    ]);
  }
});

test("what Kalshi takes is not refused", async () => {
  const { client, requests } = recordingClient(() => Response.json({ order_id: "o" }, { status: 201 }));
  for (const price of ["0", "1", "0.5", "0.56", "0.5600", "0.0001", "0.560000", "1.0000", "00.5"]) {
    await client.orders.create({ ...order, price });
  }
  for (const count of ["1", "0.01", "10.5", "10.50", "10.500", "1000000"]) {
    await client.orders.create({ ...order, count });
  }
  for (const exchange_index of [-1, 0, 3]) await client.orders.create({ ...order, exchange_index });
  await client.orders.create({ ...order, order_group_id: undefined, post_only: undefined });
  await client.orders.create(Object.assign(Object.create(null), order));
  await client.orders.create(JSON.parse(JSON.stringify(order)));
  await client.orders.create(Object.freeze({ ...order }));
  await client.orders.create(new Proxy({ ...order }, {}));
  assertEquals(requests.length, 23);
  const page = recordingClient(() => Response.json({ markets: [], cursor: "" }));
  await page.client.markets.list({ cursor: "" });
  await page.client.markets.list({ tickers: "A,B" });
  await page.client.markets.list({ tickers: ["A", "B"], limit: 0 });
  assertEquals(page.requests.map(({ search }) => search), [
    "?cursor=",
    "?tickers=A%2CB",
    "?tickers=A%2CB&limit=0",
  ]);
});

test("a private key is sent in no raw request, no extra and no option", async () => {
  const { client, requests } = silentClient();
  const raw: (() => Promise<unknown>)[] = [
    () => client.request("GET", PEMS[0]),
    () => client.request("POST", "/x", { body: { deep: [{ key: PEMS[1] }] } }),
    () => client.request("GET", "/x", { query: { key: PEMS[2] } }),
    () => client.request(PEMS[1], "/x"),
    () => client.markets.list({}, { extraQuery: { key: PEMS[0] } }),
    () => client.orders.create(order, { extraBody: { key: [PEMS[1]] } }),
    () => client.orders.create(order, { orderRetries: PEMS[1] }),
    () => client.markets.list({}, { maxRetries: PEMS[1] }),
  ];
  for (const send of raw) {
    const { message } = await assertRejects(send, KalshiConfigError);
    assert(!message.includes("MC4C") && !message.includes("MIIE"), message);
  }
  assertEquals(requests.length, 0);
});

test("requests by path: shapes are checked, since no contract says more", async () => {
  const { client, requests } = silentClient();
  const wrong: (() => Promise<unknown>)[] = [
    () => client.request(),
    () => client.request("GET"),
    () => client.request("GET", null),
    () => client.request("GET", { path: "/markets" }),
    () => client.request("FETCH", "/markets"),
    () => client.request("GET", "/markets", "status=open"),
    () => client.request("GET", "/markets", null),
    () => client.request("GET", "/markets", new AbortController().signal),
    () => client.request("GET", "/markets", { query: "status=open" }),
    () => client.request("GET", "/markets", { query: new URLSearchParams("status=open") }),
    () => client.request("GET", "/markets", { query: null }),
    () => client.request("GET", "/markets", { status: "open" }),
    () => client.request("GET", "/markets", { extraQuery: { a: 1 } }),
    () => client.request("POST", "/x", { extraBody: { a: 1 } }),
    () => client.request("POST", "/x", { body: () => {} }),
    () => client.request("POST", "/x", { body: new Map([["a", 1]]) }),
    () => client.request("POST", "/x", { body: { a: NaN } }),
    () => client.request("POST", "/x", { body: { a: 1n } }),
    () => client.request("GET", "/x", { query: { a: null } }),
    () => client.request("GET", "/x", { query: { a: {} } }),
  ];
  for (const send of wrong) await assertRejects(send, KalshiConfigError);
  assertEquals(requests.length, 0);
});
