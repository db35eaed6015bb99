import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { KalshiConfigError } from "../../src/base/errors.ts";
import type { LimitedCall } from "../../src/rate_limits/limiter.ts";
import { test } from "../support/test.ts";
import { type Answering, type Recorded, recordingClient } from "./recording.ts";
import type { Json } from "./spec.ts";

const order = {
  ticker: "T-1",
  side: "bid",
  count: "10.00",
  price: "0.5600",
  time_in_force: "good_till_canceled",
  self_trade_prevention_type: "taker_at_cross",
  client_order_id: "mine",
} as const;

const created: Answering = () => Response.json({ order_id: "o" }, { status: 201 });
const listed: Answering = () => Response.json({ markets: [], milestones: [], cursor: "" });
const bodyOf = (recorded: Recorded | undefined): Json => JSON.parse(recorded?.body ?? "null");

async function assertRefused(send: (client: Json) => Promise<unknown>, says: string): Promise<void> {
  const { client, requests } = recordingClient(() => Response.json({}));
  const error = await assertRejects(() => send(client), KalshiConfigError);
  assertStringIncludes(error.message, says);
  assertEquals([error.outcome, requests.length], ["not-sent", 0]);
}

test("extraQuery adds parameters that the contract does not know", async () => {
  const { client, requests } = recordingClient(listed);
  const extraQuery = { newer: "a b", flag: false, count: 0, many: ["x", "y"], none: undefined };
  await client.markets.list({ status: "open" }, { extraQuery });
  assertEquals(requests[0]?.search, "?status=open&newer=a+b&flag=false&count=0&many=x&many=y");
  await client.markets.get("T-1", { extraQuery: { newer: 1 } }).catch(() => {});
  assertEquals(requests[1]?.search, "?newer=1");
  await client.exchange.status({ extraQuery: { newer: 1 } });
  assertEquals(requests[2]?.search, "?newer=1");
});

test("extraQuery gives a known parameter a value that the contract does not know, also where it is required", async () => {
  const { client, requests } = recordingClient(listed);
  const untyped: Json = client;
  await client.markets.list({}, { extraQuery: { status: "halted", tickers: ["A", "B"] } });
  await untyped.milestones.list({}, { extraQuery: { limit: 5000 } });
  assertEquals(requests.map(({ search }) => search), ["?status=halted&tickers=A%2CB", "?limit=5000"]);
});

test("extraQuery goes to every page of a walk, and to both halves of a history", async () => {
  const { client, requests } = recordingClient((_, index) =>
    Response.json({ markets: [{ ticker: `T-${index}` }], cursor: index % 2 === 0 ? "next" : "" })
  );
  let rows = 0;
  for await (const _ of client.markets.listAll({ limit: 1 }, { history: true, extraQuery: { newer: 1 } })) {
    rows++;
  }
  assertEquals(rows, 4);
  const sent = requests.map(({ query }) => query.join("&"));
  assertEquals(sent, [
    "limit=1&newer=1",
    "cursor=next&limit=1&newer=1",
    "limit=1&newer=1",
    "cursor=next&limit=1&newer=1",
  ]);
});

test("the query is not signed, with what is added or without", async () => {
  const texts: string[] = [];
  const { client } = recordingClient(listed, {
    auth: { keyId: "k", sign: (text: string) => Promise.resolve(btoa((texts.push(text), text))) },
  });
  await client.fills.list({}, { extraQuery: { newer: 1 } }).catch(() => {});
  assertEquals(texts.map((text) => text.replace(/^\d+/, "")), ["GET/trade-api/v2/portfolio/fills"]);
});

test("extraBody adds fields that the contract does not know, at any depth", async () => {
  const { client, requests } = recordingClient(created);
  const extraBody = { newer: { deep: [1, null, "x"] }, flag: false, none: undefined };
  await client.orders.create(order, { extraBody });
  assertEquals(bodyOf(requests[0]), { ...order, newer: { deep: [1, null, "x"] }, flag: false });
  await client.portfolio.setTargetBalanceAllocation(
    { allocations: [{ exchange_index: 0, percent: 40 }, { exchange_index: 1, percent: 60 }] },
    { extraBody: { allocations: [{ floor: 1 }], mode: "x" } },
  );
  assertEquals(bodyOf(requests[1]), {
    allocations: [{ exchange_index: 0, percent: 40, floor: 1 }, { exchange_index: 1, percent: 60 }],
    mode: "x",
  });
  await client.orders.cancel("o", {}, { extraBody: { reason: "x" } });
  assertEquals(bodyOf(requests[2]), { reason: "x" });
  await client.orderGroups.reset("g", {}, { extraBody: { reason: "x" } }).catch(() => {});
  assertEquals(bodyOf(requests[3]), { reason: "x" });
  assertEquals(extraBody, { newer: { deep: [1, null, "x"] }, flag: false, none: undefined });
});

test("extraBody gives a known field a value that the contract does not know, also where it is required", async () => {
  const { client, requests } = recordingClient(created);
  const { time_in_force: _, ...rest } = order;
  await (client as Json).orders.create(rest, { extraBody: { time_in_force: "good_till_date" } });
  assertEquals(bodyOf(requests[0]), { ...rest, time_in_force: "good_till_date" });
  await (client as Json).orders.decrease("o", {}, {}, { extraBody: { reduce_to: "5.00" } }).catch(() => {});
  assertEquals(bodyOf(requests[1]), { reduce_to: "5.00" });
});

test("a name in both places is refused, and so is what has a place of its own", async () => {
  await assertRefused(
    (client) => client.markets.list({ limit: 1 }, { extraQuery: { limit: 2 } }),
    "`limit` is given twice",
  );
  await assertRefused(
    (client) => client.orders.create(order, { extraBody: { price: "0.57" } }),
    "`price` is given twice",
  );
  await assertRefused(
    (client) =>
      client.orders.batchCreate({ orders: [order] }, { extraBody: { orders: [{ price: "0.57" }] } }),
    "`orders[0].price` is given twice",
  );
  await assertRefused(
    (client) => client.orders.create(order, { extraBody: { client_order_id: "x" } }),
    "`client_order_id`",
  );
  await assertRefused(
    (client) => client.markets.orderBook("T", {}, { extraQuery: { ticker: "U" } }),
    "`ticker`",
  );
  await assertRefused((client) => client.markets.list({}, { extraQuery: { cursor: "x" } }), "`cursor`");
  await assertRefused(
    (client) => client.orders.batchCreate({ orders: [order] }, { extraBody: { orders: [{}, {}] } }),
    "2 items for the 1 of `orders`",
  );
});

test("what cannot be added is refused", async () => {
  const circular: Json = {};
  circular.self = circular;
  const odd = [null, "x", 7, [], new Map(), new Date(), new URLSearchParams("a=1"), () => {}];
  for (const extra of odd) {
    await assertRefused(
      (client) => client.markets.list({}, { extraQuery: extra }),
      "`extraQuery` takes a plain object",
    );
    await assertRefused(
      (client) => client.orders.create(order, { extraBody: extra }),
      "`extraBody` takes a plain object",
    );
  }
  for (const value of [NaN, 1n, new Date(), new Map(), () => 1, Symbol("x"), circular]) {
    await assertRefused((client) => client.orders.create(order, { extraBody: { value } }), "`extraBody");
  }
  for (const value of [null, {}, NaN, [["x"]], new Date()]) {
    await assertRefused((client) => client.markets.list({}, { extraQuery: { value } }), "`value`");
  }
  await assertRefused((client) => client.markets.list({}, { extraBody: { a: 1 } }), "a GET has no body");
});

test("a rate limiter sees what is sent", async () => {
  const seen: LimitedCall[] = [];
  const limiter = { admit: (call: LimitedCall) => void seen.push(call), refused: () => {} };
  const { client } = recordingClient(created, { rateLimit: limiter });
  await client.orders.create(order, { extraBody: { exchange_index: 7, newer: 1 }, extraQuery: { also: 1 } });
  assertEquals(seen[0]?.options.params, { also: 1 });
  assertEquals(seen[0]?.options.body, { ...order, exchange_index: 7, newer: 1 });
});

/** Answers in turn; the last one for all that follows. */
const inTurn = (...answers: Answering[]): Answering => (request, index) =>
  (answers[index] ?? answers.at(-1) as Answering)(request, index);
const broken: Answering = () => new Response("", { status: 503 });
const nothing: Answering = () => Response.json({ orders: [], cursor: "" });
const once = { orderRetries: "idempotent", maxRetries: 1 } as const;

test("an order that is sent again has the same extras, and the look between has none", async () => {
  const { client, requests } = recordingClient(inTurn(broken, nothing, created), {
    config: { retryBaseDelayMs: 0 },
  });
  const extras = { extraBody: { newer: 1 }, extraQuery: { also: 2 } };
  await client.orders.create(order, { ...once, ...extras });
  assertEquals(requests.map(({ method }) => method).join(" "), "POST GET POST");
  assertEquals([bodyOf(requests[0]).newer, bodyOf(requests[2]).newer], [1, 1]);
  assertEquals([requests[0]?.search, requests[2]?.search], ["?also=2", "?also=2"]);
  assertEquals(requests[1]?.query.some((pair) => /newer|also/.test(pair)), false);
});

test("an order whose side came in extraBody is found by it", async () => {
  const { side: _, ...rest } = order;
  const found = {
    order_id: "o-9",
    client_order_id: "mine",
    ticker: "T-1",
    book_side: "cross",
    fill_count_fp: "0.00",
    remaining_count_fp: "10.00",
  };
  const { client, requests } = recordingClient(
    inTurn(broken, () => Response.json({ orders: [found], cursor: "" })),
    { config: { retryBaseDelayMs: 0 } },
  );
  const placed = await (client as Json).orders.create(rest, { ...once, extraBody: { side: "cross" } });
  assertEquals([placed.order_id, requests.length], ["o-9", 2]);
});

test("items of a batch that are sent again keep the extras of their own", async () => {
  const answer = (...ids: (string | undefined)[]): Answering => () =>
    Response.json({
      orders: ids.map((id, index) =>
        id === undefined ? { error: { code: "internal" } } : {
          order_id: `o-${index}`,
          client_order_id: id,
        }
      ),
    }, { status: 201 });
  const { client, requests } = recordingClient(
    inTurn(answer("a", undefined, "c"), nothing, answer("b")),
    { config: { retryBaseDelayMs: 0 } },
  );
  const orders = ["a", "b", "c"].map((client_order_id) => ({ ...order, client_order_id }));
  const extraBody = { newer: true, orders: [{ tag: "A" }, { tag: "B" }, { tag: "C" }] };
  const results = await client.orders.batchCreate({ orders }, { ...once, extraBody });
  assertEquals(results.map(({ client_order_id }) => client_order_id), ["a", "b", "c"]);
  const sent = requests.filter(({ method }) => method === "POST").map(bodyOf);
  assertEquals(sent.map(({ newer }) => newer), [true, true]);
  assertEquals(
    sent.map(({ orders }) =>
      orders.map(({ client_order_id, tag }: Json) => `${client_order_id}${tag}`).join()
    ),
    ["aA,bB,cC", "bB"],
  );
});
