import { assertEquals, assertRejects } from "@std/assert";
import { KalshiBadRequestError, KalshiConfigError } from "../../src/base/errors.ts";
import { KalshiCore } from "../../src/core.ts";
import { recordingClient } from "../rest/recording.ts";
import { test } from "../support/test.ts";

test("a request whose parts are none is refused before anything is sent", async () => {
  const { client, requests } = recordingClient(() => Response.json({}));
  const untyped = client as unknown as { request(...args: unknown[]): Promise<unknown> };
  const refused = (says: string, ...args: unknown[]) =>
    assertRejects(() => untyped.request(...args), KalshiConfigError, says);
  for (const path of [null, undefined, 1, {}, [], new URL("http://localhost/x")]) {
    await refused("request", "GET", path);
  }
  for (const method of [null, undefined, 1, {}, Symbol("GET")]) {
    await refused("takes an HTTP method first", method, "/x");
  }
  for (const options of [null, 1, "x", [], new Map(), new AbortController().signal]) {
    await refused("takes an object of options", "GET", "/x", options);
  }
  const queries = [
    new URLSearchParams("limit=1"),
    new Map([["limit", 1]]),
    new Headers(),
    "limit=1",
    1,
    null,
    [],
  ];
  for (const query of [...queries, new Set(), new Date(), new Uint8Array(2), Promise.resolve({})]) {
    await refused("`query` takes a plain object", "GET", "/x", { query });
  }
  const bodies = [new Map(), new Set(), new URLSearchParams("a=1"), new Uint8Array(2), new ArrayBuffer(2)];
  for (const body of [...bodies, new FormData(), new Blob([]), Promise.resolve({}), () => {}, Symbol("b")]) {
    await refused("`body` takes what JSON knows", "POST", "/x", { body });
  }
  const fields = [
    ...bodies.slice(0, 3),
    new Uint8Array(2),
    new FormData(),
    Promise.resolve(1),
    new Error("e"),
    /x/,
    new (class Order {
      ticker = "KX-1";
    })(),
    new Date(NaN),
    NaN,
    1n,
    () => {},
    Symbol("f"),
    { toJSON: () => new Map() },
    { toJSON: () => NaN },
  ];
  for (const field of fields) {
    await refused("`order` takes what JSON can hold", "POST", "/x", { body: { order: field } });
    await refused("item 1 of a list", "POST", "/x", { body: { orders: [1, field] } });
  }
  await refused("got a Promise. Await it.", "POST", "/x", { body: { order: Promise.resolve(1) } });
  // deno-lint-ignore no-sparse-arrays -- a hole becomes null.
  for (const list of [[1, undefined], [1, , 2]]) {
    await refused("item 1 of a list in `body` takes what JSON can hold", "POST", "/x", { body: list });
  }
  assertEquals(requests.length, 0);
});

test("plain objects, also without a prototype, and what turns itself into JSON are sent", async () => {
  const { client, requests } = recordingClient(() => Response.json({}));
  const query = Object.assign(Object.create(null), { limit: 1 });
  await client.request("GET", "/x", { query });
  await client.request("POST", "/x", { body: new Date(0) });
  await client.request("POST", "/x", { body: [1] });
  await client.request("POST", "/x", { body: null });
  assertEquals(requests.map(({ search, body }) => search + body), [
    "?limit=1",
    '"1970-01-01T00:00:00.000Z"',
    "[1]",
    "null",
  ]);
});

test("a client says what to do about a code of Kalshi's, whoever wrote the path; the core says the code", async () => {
  const error = () => Response.json({ error: { code: "insufficient_balance" } }, { status: 400 });
  const { client } = recordingClient(error);
  const core = new KalshiCore({ transport: { fetch: () => Promise.resolve(error()) } });
  const messageOf = async (requests: KalshiCore) =>
    (await assertRejects(() => requests.request("GET", "/x", { auth: "none" }), KalshiBadRequestError))
      .message;
  const said = await messageOf(core);
  assertEquals(said, "GET /x answered 400: insufficient_balance.");
  const advised = await messageOf(client);
  assertEquals([advised.startsWith(said), advised.length > said.length + 20], [true, true]);
});
