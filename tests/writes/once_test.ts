/** Each decision of a write that takes effect once, over a network that answers as it is told. */
import { assert, assertEquals, assertInstanceOf, assertRejects, assertStringIncludes } from "@std/assert";
import type {
  BatchCreateOrdersV2ResponseOrder,
  CreateOrderV2Request,
  KalshiConfigOptions,
  Order,
} from "../../mod.ts";
import { KalshiClient } from "../../src/client.ts";
import type { KalshiClientOptions } from "../../src/client_options.ts";
import {
  KalshiAbortError,
  KalshiConfigError,
  KalshiConflictError,
  KalshiConnectionError,
  KalshiError,
  KalshiNotFoundError,
  KalshiServerError,
  KalshiTimeoutError,
} from "../../src/base/errors.ts";
import type { LimitedCall } from "../../src/rate_limits/limiter.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import { test } from "../support/test.ts";
import { type Recorded, recordingClient, signer } from "../rest/recording.ts";

/** A status, the fields of a JSON answer, a text, a broken connection, or no answer at all. */
type Reply = number | Readonly<Record<string, unknown>> | string | "cut" | "hang";

const ID = "7f2d7ad2-0c04-4b3a-8f0e-0d4f3f7e1a01";

const wish: CreateOrderV2Request = {
  ticker: "KX-1",
  side: "bid",
  count: "10.00",
  price: "0.5600",
  time_in_force: "good_till_canceled",
  self_trade_prevention_type: "taker_at_cross",
  client_order_id: ID,
};

/** The order of that wish, as the exchange shows it. */
const order = {
  order_id: "o-1",
  client_order_id: ID,
  ticker: "KX-1",
  book_side: "bid",
  status: "resting",
  yes_price_dollars: "0.5600",
  fill_count_fp: "3.00",
  remaining_count_fp: "7.00",
  initial_count_fp: "10.00",
  created_time: "2026-11-24T12:00:00Z",
} as unknown as Order;

const orderWith = (fields: Partial<Order>): Order => ({ ...order, ...fields });
const listed = (...orders: Order[]) => ({ orders, cursor: "" });
const created = {
  order_id: "o-1",
  client_order_id: ID,
  fill_count: "0.00",
  remaining_count: "10.00",
  ts_ms: 1,
};
const found = {
  order_id: "o-1",
  client_order_id: ID,
  ts_ms: Date.parse("2026-11-24T12:00:00Z"),
  fill_count: "3.00",
  remaining_count: "7.00",
};

function respond(reply: Reply, { method }: Recorded): Promise<Response> {
  if (reply === "hang") return new Promise(() => {});
  if (reply === "cut") return Promise.reject(new TypeError("the connection broke"));
  const success = method === "POST" ? 201 : 200;
  if (typeof reply === "string") return Promise.resolve(new Response(reply, { status: success }));
  if (typeof reply === "object") return Promise.resolve(Response.json(reply, { status: success }));
  const code = { 409: "order_already_exists", 404: "not_found", 400: "insufficient_balance" }[reply];
  return Promise.resolve(Response.json({ code }, { status: reply }));
}

interface Scene {
  readonly client: KalshiClient;
  readonly clock: ManualClock;
  /** Methods of the requests so far, such as `POST GET POST`. */
  readonly sent: () => string;
  readonly requests: readonly Recorded[];
}

/** A client whose writes and reads are answered in turn, the last reply of each again and again. */
function stage(
  writes: readonly Reply[],
  reads: readonly Reply[] = [listed()],
  config: KalshiConfigOptions = {},
  options: KalshiClientOptions = {},
): Scene {
  const clock = new ManualClock();
  const left = { writes: [...writes], reads: [...reads] };
  const { client, requests } = recordingClient(
    (request) => {
      const replies = request.method === "GET" ? left.reads : left.writes;
      const reply = replies.length > 1 ? replies.shift() : replies[0];
      return respond(reply ?? 500, request);
    },
    { clock, config: { orderRetries: "idempotent", maxRetries: 3, ...config }, ...options },
  );
  return { client, clock, requests, sent: () => requests.map(({ method }) => method).join(" ") };
}

/** Lets a call run to its end while the clock moves. */
async function run<T>({ clock }: Scene, promise: Promise<T>): Promise<T> {
  let ended = false;
  const marked = promise.finally(() => ended = true);
  marked.catch(() => {});
  for (let moved = 0; !ended && moved < 600_000; moved += 250) await clock.advance(250);
  return await promise;
}

function failure(scene: Scene, promise: Promise<unknown>): Promise<KalshiError> {
  return assertRejects(() => run(scene, promise), KalshiError);
}

const bodies = ({ requests }: Scene) =>
  requests.filter(({ method }) => method !== "GET").map(({ body }) => JSON.parse(body));

test("by default an order is sent once, and its error carries the id that was made for it", async () => {
  for (const reply of [500, 503, 408, 429, "cut"] as const) {
    const scene = stage([reply], [listed(order)], { orderRetries: "never" });
    const { client_order_id: _, ...nameless } = wish;
    const error = await failure(scene, scene.client.orders.create(nameless));
    assertEquals([scene.sent(), error.outcome], ["POST", reply === 429 ? "rejected" : "unknown"]);
    const [id] = error.clientIds;
    assertEquals(bodies(scene)[0].client_order_id, id);
    assert(/^[0-9a-f-]{36}$/.test(id ?? ""));
  }
});

test("a single call can ask for it, or go without it", async () => {
  const scene = stage([500, created], [listed()], { orderRetries: "never" });
  await run(scene, scene.client.orders.create(wish, { orderRetries: "idempotent" }));
  assertEquals(scene.sent(), "POST GET POST");
  for (const status of [500, 429]) {
    const without = stage([status, created]);
    await failure(without, without.client.orders.create(wish, { orderRetries: "never" }));
    assertEquals(without.sent(), "POST");
  }
  const wrong = { orderRetries: "always" } as unknown as { orderRetries: "never" };
  await assertRejects(() => scene.client.orders.create(wish, wrong), KalshiConfigError, '"idempotent"');
});

test("after an unknown outcome an order is looked for, and sent again with the same id", async () => {
  for (const reply of [500, 502, 503, 504, 408, 520, "cut"] as const) {
    const scene = stage([reply, created]);
    const { client_order_id: _, ...nameless } = wish;
    assertEquals(await run(scene, scene.client.orders.create(nameless)), created);
    assertEquals(scene.sent(), "POST GET POST");
    const [first, second] = bodies(scene);
    assertEquals(first, second);
  }
  const slow = stage(["hang", created]);
  assertEquals(await run(slow, slow.client.orders.create(wish)), created);
});

test("an order that has landed is given back and not sent again", async () => {
  const scene = stage(["cut"], [listed(orderWith({ client_order_id: "another" }), order)]);
  assertEquals(await run(scene, scene.client.orders.create(wish)), found);
  assertEquals(scene.sent(), "POST GET");
});

test("the look asks for orders of that market and subaccount since the call began, clocks apart", async () => {
  const scene = stage(["cut"], [listed(orderWith({ subaccount_number: 3 }))]);
  const began = Math.floor(scene.clock.now() / 1000);
  await run(scene, scene.client.orders.create({ ...wish, subaccount: 3 }));
  const [, look] = scene.requests;
  assertEquals(look?.path, "/portfolio/orders");
  assertEquals(look?.query, ["limit=200", `min_ts=${began - 60}`, "subaccount=3", "ticker=KX-1"]);
});

test("an id that somebody used for another order is no find", async () => {
  const others: Partial<Order>[] = [
    { ticker: "KX-2" },
    { book_side: "ask" },
    { subaccount_number: 1 },
    { client_order_id: ID.toUpperCase() },
  ];
  for (const fields of others) {
    const scene = stage(["cut", 409], [listed(orderWith(fields))]);
    const error = await failure(scene, scene.client.orders.create({ ...wish, subaccount: 0 }));
    assertEquals([error.code, error.outcome], ["CONFLICT", "unknown"]);
  }
});

test("a conflict after an unknown outcome means that the first one landed", async () => {
  // The first look fails, so that the order is sent again.
  const scene = stage(["cut", 409], [503, listed(order)]);
  assertEquals(await run(scene, scene.client.orders.create(wish)), found);
  assertEquals(scene.sent(), "POST GET POST GET");
});

test("a list that lags is asked again", async () => {
  const scene = stage(["cut", 409], [503, listed(), listed(), listed(order)]);
  assertEquals(await run(scene, scene.client.orders.create(wish)), found);
  assertEquals(scene.sent(), "POST GET POST GET GET GET");
});

test("a conflict whose order is never listed stays unknown", async () => {
  const scene = stage(["cut", 409]);
  const error = await failure(scene, scene.client.orders.create(wish));
  assertInstanceOf(error, KalshiConflictError);
  assertEquals([error.outcome, error.attempts, error.clientIds], ["unknown", 2, [ID]]);
  assertEquals(scene.sent(), "POST GET POST GET GET GET GET");
});

test("the conflict of a first attempt is a conflict", async () => {
  const scene = stage([409], [listed(order)]);
  const error = await failure(scene, scene.client.orders.create(wish));
  assertEquals([error.code, error.outcome, scene.sent()], ["CONFLICT", "rejected", "POST"]);
});

test("after an unknown outcome, the refusal of an order proves nothing before it was looked for", async () => {
  // The first one holds the cash, so that the second one is refused for the lack of it.
  const there = stage(["cut", 400], [503, listed(order)]);
  assertEquals(await run(there, there.client.orders.create(wish)), found);
  const missing = stage(["cut", 400]);
  const error = await failure(missing, missing.client.orders.create(wish));
  assertEquals([error.code, error.outcome, error.clientIds], ["BAD_REQUEST", "unknown", [ID]]);
  assertEquals(missing.sent(), "POST GET POST GET");
});

test("when retries run out the order is looked for once more", async () => {
  const there = stage([500], [listed(), listed(), listed(), listed(order)]);
  assertEquals(await run(there, there.client.orders.create(wish)), found);
  const missing = stage([500]);
  const error = await failure(missing, missing.client.orders.create(wish));
  assertInstanceOf(error, KalshiServerError);
  assertEquals([error.outcome, error.attempts, error.clientIds], ["unknown", 4, [ID]]);
  assertEquals(missing.sent(), "POST GET POST GET POST GET POST GET");
  const none = stage([500], [listed(order)], { maxRetries: 0 });
  assertEquals(await run(none, none.client.orders.create(wish)), found);
  assertEquals(none.sent(), "POST GET");
});

test("when even looking fails, the error is that of the order", async () => {
  const scene = stage([503], [500]);
  const error = await failure(scene, scene.client.orders.create(wish));
  assertEquals([error.method, error.status, error.outcome, error.clientIds], ["POST", 503, "unknown", [ID]]);
});

test("an answer that cannot be read is an unknown outcome", async () => {
  for (const reply of ["<html>", "", "null", "[]", "{}", '{"order_id":']) {
    const there = stage([reply], [listed(), listed(order)]);
    assertEquals(await run(there, there.client.orders.create(wish)), found, reply);
    assertEquals(there.sent(), "POST GET GET");
    for (const orderRetries of ["never", "idempotent"] as const) {
      const missing = stage([reply], [listed()], { orderRetries });
      const error = await failure(missing, missing.client.orders.create(wish));
      assertEquals([error.code, error.outcome, error.clientIds], ["DECODE", "unknown", [ID]], reply);
    }
  }
});

test("a refused fill-or-kill is no conflict of ids", async () => {
  for (const [first, outcome] of [["cut", "unknown"], [429, "rejected"]] as const) {
    const scene = stage([first, 409]);
    const error = await failure(
      scene,
      scene.client.orders.create({ ...wish, time_in_force: "fill_or_kill" }),
    );
    assertEquals([error.code, error.outcome], ["CONFLICT", outcome]);
  }
});

test("a 429 is repeated, whatever the method, and needs no look", async () => {
  const calls: [(client: KalshiClient) => Promise<unknown>, Reply][] = [
    [({ orders }) => orders.create(wish), created],
    [({ orders }) => orders.cancel("o-1"), { order_id: "o-1", reduced_by: "1.00" }],
    [({ orders }) => orders.cancelAll(), "{}"],
    [
      ({ orders }) =>
        orders.amend("o-1", { ticker: wish.ticker, side: wish.side, price: "0.5000", count: "1.00" }),
      created,
    ],
    [({ orders }) => orders.decrease("o-1", { reduce_to: "1.00" }), {
      order_id: "o-1",
      remaining_count: "1.00",
    }],
    [({ orders }) => orders.batchCreate({ orders: [wish] }), { orders: [created] }],
    [({ orders }) => orders.batchCancel({ orders: [{ order_id: "o-1" }] }), {
      orders: [{ order_id: "o-1", reduced_by: "1.00" }],
    }],
    [({ orderGroups }) => orderGroups.reset("g-1"), "{}"],
    [({ orderGroups }) => orderGroups.delete("g-1"), "{}"],
    [(client) => client.request("POST", "/new", { body: {} }), "{}"],
  ];
  for (const [call, reply] of calls) {
    const scene = stage([429, 429, reply]);
    await run(scene, call(scene.client));
    const [method] = scene.sent().split(" ");
    assertEquals(scene.sent(), `${method} ${method} ${method}`);
    const tired = stage([429]);
    const error = await failure(tired, call(tired.client));
    assertEquals([error.code, error.outcome, tired.requests.length], ["RATE_LIMITED", "rejected", 4]);
    const never = stage([429], [], { orderRetries: "never" });
    await failure(never, call(never.client));
    assertEquals(never.requests.length, 1);
  }
});

test("even where a 429 was not true, the order that it placed is found", async () => {
  const scene = stage([429, 409], [listed(order)]);
  assertEquals(await run(scene, scene.client.orders.create(wish)), found);
  assertEquals(scene.sent(), "POST POST GET");
  const missing = stage([429, 400]);
  const error = await failure(missing, missing.client.orders.create(wish));
  assertEquals([error.code, error.outcome], ["BAD_REQUEST", "rejected"]);
});

test("what breaks a later attempt does not undo what an earlier one may have done", async () => {
  let signatures = 0;
  const forgetful = {
    ...signer,
    sign: (text: string) => signatures++ === 0 ? signer.sign(text) : Promise.reject(new Error("no key")),
  };
  let admissions = 0;
  const admit = ({ method }: LimitedCall) => {
    if (method === "POST" && admissions++ > 0) throw new KalshiConfigError("no budget");
  };
  const limiter = { admit, refused: () => {} };
  const scenes = {
    "the signer": stage(["cut"], [500], {}, { auth: forgetful }),
    "the limiter": stage(["cut"], [500], {}, { rateLimit: limiter }),
    "a redirect": stage(["cut", 301], [500]),
    "a refusal of the key": stage(["cut", 401], [500]),
    "a rate limit": stage(["cut", 429], [500]),
  };
  for (const [what, scene] of Object.entries(scenes)) {
    const error = await failure(scene, scene.client.orders.create(wish));
    assertEquals([error.outcome, error.clientIds], ["unknown", [ID]], what);
    assert(error.attempts > (what === "the limiter" ? 0 : 1), what);
  }
  // A network that knows that it sent nothing.
  let requests = 0;
  const refusing = stage([]);
  const client = new KalshiClient({
    auth: signer,
    clock: refusing.clock,
    config: { orderRetries: "idempotent" },
    transport: () =>
      Promise.reject(
        requests++ === 0
          ? new TypeError("broke")
          : new KalshiConnectionError("refused", { outcome: "not-sent" }),
      ),
  });
  const error = await failure(refusing, client.orders.create(wish));
  assertEquals([error.code, error.outcome, error.clientIds], ["CONNECTION", "unknown", [ID]]);
});

test("an AbortSignal ends it at once, in an attempt, a wait and a look, and the outcome stays unknown", async () => {
  const moments: [readonly Reply[], readonly Reply[], string, number][] = [
    [["hang"], [listed()], "POST", 0],
    [[503], [listed()], "POST", 0],
    [["cut"], ["hang"], "POST GET", 600],
    [["cut", "hang"], [listed()], "POST GET POST", 600],
  ];
  for (const [writes, reads, sent, afterMs] of moments) {
    const scene = stage(writes, reads);
    const controller = new AbortController();
    const ending = assertRejects(
      () => scene.client.orders.create(wish, { signal: controller.signal }),
      KalshiAbortError,
    );
    await scene.clock.advance(afterMs);
    assertEquals(scene.sent(), sent);
    controller.abort("enough");
    const error = await ending;
    assertEquals([
      error.outcome,
      error.clientIds,
      error.cause === "enough" || error.cause instanceof KalshiError,
    ], [
      "unknown",
      [ID],
      true,
    ]);
    assertEquals([scene.sent(), scene.clock.pending], [sent, 0]);
  }
});

test("an AbortSignal and close() end the looks that follow a conflict", async () => {
  for (const how of ["abort", "close"]) {
    const scene = stage(["cut", 409]);
    const controller = new AbortController();
    const ending = assertRejects(
      () => scene.client.orders.create(wish, { signal: controller.signal }),
      KalshiConflictError,
    );
    while (scene.requests.length < 5) await scene.clock.advance(10);
    const sent = scene.sent();
    if (how === "abort") controller.abort();
    else await scene.client.close();
    const error = await ending;
    assertEquals([error.outcome, error.clientIds], ["unknown", [ID]]);
    assertEquals([scene.sent(), scene.clock.pending], [sent, 0]);
  }
});

test("the total time holds for attempts, looks and waits together", async () => {
  const scenes: [readonly Reply[], readonly Reply[]][] = [
    [["hang"], [listed()]],
    [["cut", "hang"], ["hang"]],
    [["cut", 409], [listed()]],
    [[503], [listed()]],
    [["<html>"], ["hang"]],
  ];
  const calls = [
    (client: KalshiClient) => client.orders.create(wish),
    (client: KalshiClient) => client.orders.batchCreate({ orders: [wish] }),
  ];
  for (const [writes, reads] of scenes) {
    for (const call of calls) {
      const scene = stage(writes, reads, { totalTimeoutMs: 2_000, timeoutMs: 900, retryBaseDelayMs: 1_000 });
      const { clock } = scene;
      const began = clock.now();
      let ended = 0;
      const ending = assertRejects(() => call(scene.client).finally(() => ended = clock.now()), KalshiError);
      await clock.advance(10_000);
      assert(ended > 0 && ended - began <= 2_000, `${ended - began} ms: ${scene.sent()}`);
      const error = await ending;
      assertEquals([error.outcome, error.clientIds], ["unknown", [ID]]);
      assertEquals(clock.pending, 0);
    }
  }
  const late = stage(["hang"], [listed()], { totalTimeoutMs: 500 });
  assertInstanceOf(await failure(late, late.client.orders.create(wish)), KalshiTimeoutError);
});

test("closing the client ends it, and the outcome stays unknown", async () => {
  const scene = stage(["cut"], ["hang"]);
  const ending = assertRejects(() => scene.client.orders.create(wish), KalshiError);
  await scene.clock.advance(600);
  await scene.client.close();
  const error = await ending;
  assertEquals([error.code, error.outcome, error.clientIds], ["CLOSED", "unknown", [ID]]);
});

// Cancels, amends, decreases.

test("a cancel is sent again, and an order that is cancelled is a success", async () => {
  const cancelled = orderWith({ status: "canceled", remaining_count_fp: "0.00" });
  const result = { order_id: "o-1", client_order_id: ID, ts_ms: found.ts_ms, reduced_by: "7.00" };
  const early = stage(["cut"], [{ order: cancelled }]);
  assertEquals(await run(early, early.client.orders.cancel("o-1")), result);
  assertEquals(early.sent(), "DELETE GET");
  const late = stage(["cut", 404], [{ order }, { order: cancelled }]);
  assertEquals(await run(late, late.client.orders.cancel("o-1")), result);
  assertEquals(late.sent(), "DELETE GET DELETE GET");
  const answer = { order_id: "o-1", reduced_by: "7.00" };
  const again = stage(["cut", answer], [{ order }]);
  assertEquals(await run(again, again.client.orders.cancel("o-1")), answer as typeof result);
});

test("an order that was filled first is not cancelled", async () => {
  const filled = { order: orderWith({ status: "executed", remaining_count_fp: "0.00" }) };
  const scene = stage(["cut", 404], [filled]);
  const error = await failure(scene, scene.client.orders.cancel("o-1"));
  assertInstanceOf(error, KalshiNotFoundError);
  assertEquals(error.outcome, "unknown");
  const first = stage([404], [filled]);
  assertEquals((await failure(first, first.client.orders.cancel("o-1"))).outcome, "rejected");
  assertEquals(first.sent(), "DELETE GET");
});

test("cancelAll is sent again, and no look tells what became of it", async () => {
  const scene = stage(["cut", "{}"]);
  await run(scene, scene.client.orders.cancelAll());
  assertEquals(scene.sent(), "DELETE DELETE");
  const tired = stage([503]);
  const error = await failure(tired, tired.client.orders.cancelAll());
  assertEquals([error.outcome, tired.requests.length], ["unknown", 4]);
});

test("an amend is a success when the order is as it shall be", async () => {
  const body = { ticker: "KX-1", side: "bid", price: "0.57", count: "12" } as const;
  const amended = orderWith({
    yes_price_dollars: "0.5700",
    fill_count_fp: "3.00",
    remaining_count_fp: "9.00",
  });
  const result = { ...found, remaining_count: "9.00" };
  const scene = stage(["cut"], [{ order: amended }]);
  assertEquals(await run(scene, scene.client.orders.amend("o-1", body)), result);
  const others: Partial<Order>[] = [
    { yes_price_dollars: "0.5600" },
    { remaining_count_fp: "8.00" },
    { status: "canceled", remaining_count_fp: "0.00" },
  ];
  for (const fields of others) {
    const scene = stage(["cut", 400], [{ order: { ...amended, ...fields } }]);
    const error = await failure(scene, scene.client.orders.amend("o-1", body));
    assertEquals([error.code, error.outcome], ["BAD_REQUEST", "unknown"]);
    assertEquals(scene.sent(), "POST GET POST GET");
  }
});

test("an amend of the expiry or the client order id alone is none before they are so", async () => {
  const body = { ticker: "KX-1", side: "bid", price: "0.56", count: "10" } as const;
  const at = Date.parse("2026-11-25T00:00:00Z") / 1000;
  const cases: [object, Partial<Order>, boolean][] = [
    [{ expiration_time: at }, {}, false],
    [{ expiration_time: at }, { expiration_time: "2026-11-26T00:00:00Z" }, false],
    [{ expiration_time: at }, { expiration_time: "2026-11-25T00:00:00Z" }, true],
    [{ expiration_time: 0 }, { expiration_time: "2026-11-25T00:00:00Z" }, false],
    [{ expiration_time: 0 }, { expiration_time: null }, true],
    [{}, { expiration_time: "2026-11-25T00:00:00Z" }, true],
    [{ updated_client_order_id: "new" }, {}, false],
    [{ updated_client_order_id: "new" }, { client_order_id: "new" }, true],
  ];
  for (const [change, state, isDone] of cases) {
    const scene = stage(["cut", 400], [{ order: orderWith(state) }]);
    const call = run(scene, scene.client.orders.amend("o-1", { ...body, ...change }));
    if (isDone) assertEquals((await call).order_id, "o-1");
    else await assertRejects(() => call, KalshiError);
  }
});

test("a decrease to a count is sent again, and one by a count never while its outcome is unknown", async () => {
  const to = stage(["cut", 404], [{ order }, { order: orderWith({ remaining_count_fp: "2.00" }) }]);
  const result = { order_id: "o-1", client_order_id: ID, ts_ms: found.ts_ms, remaining_count: "2.00" };
  assertEquals(await run(to, to.client.orders.decrease("o-1", { reduce_to: "2.00" })), result);
  assertEquals(to.sent(), "POST GET POST GET");

  const by = stage(["cut"], [{ order }, {
    order: orderWith({ fill_count_fp: "4.00", remaining_count_fp: "1.00" }),
  }]);
  // Of 10, 5 were taken off; one more was filled meanwhile.
  assertEquals(await run(by, by.client.orders.decrease("o-1", { reduce_by: "5.00" })), {
    ...result,
    remaining_count: "1.00",
  });
  assertEquals(by.sent(), "GET POST GET");
  for (const remaining_count_fp of ["7.00", "1.00"]) {
    const scene = stage(["cut"], [{ order }, { order: orderWith({ remaining_count_fp }) }]);
    const error = await failure(scene, scene.client.orders.decrease("o-1", { reduce_by: "5.00" }));
    assertEquals([error.code, error.outcome, scene.sent()], ["CONNECTION", "unknown", "GET POST GET"]);
  }
  const limited = stage([429, { order_id: "o-1", remaining_count: "5.00" }], [{ order }]);
  await run(limited, limited.client.orders.decrease("o-1", { reduce_by: "5.00" }));
  assertEquals(limited.sent(), "GET POST POST");
  const never = stage([{ order_id: "o-1", remaining_count: "5.00" }], [500], { orderRetries: "never" });
  await run(never, never.client.orders.decrease("o-1", { reduce_by: "5.00" }));
  assertEquals(never.sent(), "POST");
});

// Transfers.

const TRANSFER = "3f1c9a52-6d7e-4b80-9c11-0a2b3c4d5e6f";
const toSubaccount = {
  client_transfer_id: TRANSFER,
  from_subaccount: 0,
  to_subaccount: 1,
  amount_cents: 500,
};

test("a transfer between subaccounts that is known has landed", async () => {
  const scene = stage(["cut", 409], []);
  await run(scene, scene.client.subaccounts.transfers.create(toSubaccount));
  assertEquals(scene.sent(), "POST POST");
  assertEquals(bodies(scene)[0], bodies(scene)[1]);
  for (
    const [writes, code, outcome] of [[[409], "CONFLICT", "rejected"], [[500], "SERVER", "unknown"]] as const
  ) {
    const failing = stage(writes, []);
    const error = await failure(failing, failing.client.subaccounts.transfers.create(toSubaccount));
    assertEquals([error.code, error.outcome, error.clientIds], [code, outcome, [TRANSFER]]);
  }
});

test("a transfer between shards is found again only when it can be no other", async () => {
  const body = {
    source: "event_contract",
    destination: "event_contract",
    amount: 12_500,
    source_exchange_shard: 2,
  } as const;
  const scene = stage(["cut", 409], []);
  const row = {
    transfer_id: "t-1",
    source: "event_contract",
    destination: "event_contract",
    source_exchange_shard: 2,
    destination_exchange_shard: 0,
    amount: "1.2500",
    status: "pending",
    created_ts: Math.floor(scene.clock.now() / 1000),
  };
  const other = { ...row, transfer_id: "t-2", amount: "1.2501" };
  const old = { ...row, transfer_id: "t-3", created_ts: row.created_ts - 300 };
  const known = stage(["cut", 409], [{ transfers: [other, row, old], cursor: "" }]);
  assertEquals(await run(known, known.client.portfolio.transfers.create(body)), "t-1");
  const [first, second] = bodies(known);
  assertEquals(first, second);
  assert(/^[0-9a-f-]{36}$/.test(first.client_transfer_id));
  const twins = stage(["cut", 409], [{ transfers: [row, { ...row, transfer_id: "t-4" }], cursor: "" }]);
  const error = await failure(twins, twins.client.portfolio.transfers.create(body));
  assertEquals([error.code, error.outcome], ["CONFLICT", "unknown"]);
  assertEquals(error.clientIds, [bodies(twins)[0].client_transfer_id]);
});

test("a transfer between shards that names a subaccount is not sent again while its outcome is unknown", async () => {
  const body = {
    source: "event_contract",
    destination: "event_contract",
    amount: 1,
    destination_subaccount: 2,
  } as const;
  const scene = stage(["cut", { transfer_id: "t-1" }], []);
  const error = await failure(scene, scene.client.portfolio.transfers.create(body));
  assertEquals([error.outcome, scene.sent()], ["unknown", "POST"]);
  const limited = stage([429, { transfer_id: "t-1" }], []);
  assertEquals(await run(limited, limited.client.portfolio.transfers.create(body)), "t-1");
});

test("a group that is gone, and a limit that is so, are looked for; a reset is sent once", async () => {
  const gone = stage(["cut"], [404]);
  await run(gone, gone.client.orderGroups.delete("g-1"));
  assertEquals(gone.sent(), "DELETE GET");
  const there = stage(["cut", "{}"], [{ contracts_limit_fp: "10.00", orders: [] }]);
  await run(there, there.client.orderGroups.delete("g-1", { subaccount: 2 }));
  assertEquals(there.sent(), "DELETE GET DELETE");
  assertEquals([there.requests[1]?.path, there.requests[1]?.query], ["/portfolio/order_groups/g-1", [
    "subaccount=2",
  ]]);
  for (const [shown, sent] of [["20.00", "PUT GET"], ["10.00", "PUT GET PUT"]] as const) {
    for (const limit of [{ contracts_limit: 20 }, { contracts_limit_fp: "20.00" }]) {
      const scene = stage(["cut", "{}"], [{ contracts_limit_fp: shown, orders: [] }]);
      await run(scene, scene.client.orderGroups.updateLimit("g-1", limit));
      assertEquals(scene.sent(), sent);
    }
  }
  const trigger = stage(["cut", "{}"], []);
  await run(trigger, trigger.client.orderGroups.trigger("g-1"));
  assertEquals(trigger.sent(), "PUT PUT");
  // A late one would let in again what the group has stopped since; and a second group would be another one.
  for (const call of ["reset", "create"] as const) {
    const scene = stage(["cut", "{}"], []);
    const { orderGroups } = scene.client;
    const error = await failure(
      scene,
      call === "reset" ? orderGroups.reset("g-1") : orderGroups.create({ contracts_limit: 5 }),
    );
    assertEquals([error.outcome, scene.requests.length], ["unknown", 1], call);
  }
});

// Batches.

const ids = ["c-1", "c-2", "c-3"];
const wishes = ids.map((client_order_id) => ({ ...wish, client_order_id }));
const orderNamed = (client_order_id: string) =>
  orderWith({ client_order_id, order_id: `o-${client_order_id}` });
const placed = (client_order_id: string) => ({ order_id: `o-${client_order_id}`, client_order_id });
const refused = (client_order_id: string, code: string) => ({
  client_order_id,
  error: { code, message: code },
});
const batch = (scene: Scene) => run(scene, scene.client.orders.batchCreate({ orders: wishes }));
const brief = (results: readonly BatchCreateOrdersV2ResponseOrder[]) =>
  results.map(({ order_id, error }) => order_id ?? error?.code);
const sentIds = (scene: Scene) =>
  bodies(scene).map(({ orders }) =>
    orders.map((order: CreateOrderV2Request) => order.client_order_id).join()
  );

test("of a batch only the orders of unknown outcome are sent again", async () => {
  const answers = [placed("c-1"), refused("c-2", "internal_server_error"), refused("c-3", "invalid_price")];
  const scene = stage([{ orders: answers }, { orders: [placed("c-2")] }]);
  assertEquals(brief(await batch(scene)), ["o-c-1", "o-c-2", "invalid_price"]);
  assertEquals(sentIds(scene), ["c-1,c-2,c-3", "c-2"]);
  const never = stage([{ orders: answers }], [], { orderRetries: "never" });
  assertEquals(brief(await batch(never)), ["o-c-1", "internal_server_error", "invalid_price"]);
  assertEquals(never.sent(), "POST");
});

test("of a batch that got lost only the orders that are not there are sent again", async () => {
  for (const reply of ["cut", 503, '{"orders":[]}', "<html>"]) {
    const scene = stage([reply, { orders: [placed("c-2")] }], [
      listed(orderNamed("c-3"), orderNamed("c-1")),
    ]);
    const results = await batch(scene);
    const isRepeated = reply === "cut" || reply === 503;
    assertEquals(brief(results), ["o-c-1", isRepeated ? "o-c-2" : "outcome_unknown", "o-c-3"], `${reply}`);
    assertEquals(sentIds(scene), isRepeated ? ["c-1,c-2,c-3", "c-2"] : ["c-1,c-2,c-3"]);
  }
});

test("an order of a batch whose id is taken has landed before", async () => {
  const answers = [
    refused("c-1", "order_already_exists"),
    placed("c-2"),
    refused("c-3", "insufficient_balance"),
  ];
  const reads = [500, 500, 500, 500, listed(orderNamed("c-3")), listed(), listed(orderNamed("c-1"))];
  const scene = stage(["cut", { orders: answers }], reads);
  assertEquals(brief(await batch(scene)), ["o-c-1", "o-c-2", "o-c-3"]);
  // Without anything unknown before it, the same says what it says.
  const first = stage([{ orders: answers }], reads);
  assertEquals(brief(await batch(first)), ["order_already_exists", "o-c-2", "insufficient_balance"]);
  assertEquals(first.sent(), "POST");
  // A 429 that was not true.
  const limited = stage([429, { orders: answers }], [listed(orderNamed("c-1"))]);
  assertEquals(brief(await batch(limited)), ["o-c-1", "o-c-2", "insufficient_balance"]);
});

test("orders of a batch that stay unknown say so, and the results of the others are not lost", async () => {
  const answers = [refused("c-1", "order_already_exists"), placed("c-2"), refused("c-3", "invalid_price")];
  for (const read of [500, listed()]) {
    const scene = stage(["cut", { orders: answers }], [read]);
    const results = await batch(scene);
    assertEquals(brief(results), ["outcome_unknown", "o-c-2", "outcome_unknown"]);
    assertStringIncludes(results[0]?.error?.message ?? "", "order_already_exists");
    assertEquals(results[0]?.client_order_id, "c-1");
  }
  const half = [placed("c-1"), refused("c-2", "service_unavailable"), placed("c-3")];
  for (const rest of [503, 400, "cut", { orders: [refused("c-2", "service_unavailable")] }]) {
    const scene = stage([{ orders: half }, rest]);
    assertEquals(brief(await batch(scene)), ["o-c-1", "outcome_unknown", "o-c-3"]);
  }
});

test("a batch of which nothing is known throws, with all its ids", async () => {
  for (
    const [replies, code] of [[[503], "SERVER"], [["cut", 400], "BAD_REQUEST"], [
      ["cut"],
      "CONNECTION",
    ]] as const
  ) {
    const scene = stage(replies);
    const error = await failure(scene, scene.client.orders.batchCreate({ orders: wishes }));
    assertEquals([error.code, error.outcome, error.clientIds], [code, "unknown", ids]);
  }
  const first = stage([400]);
  const error = await failure(first, first.client.orders.batchCreate({ orders: wishes }));
  assertEquals([error.outcome, error.clientIds, first.sent()], ["rejected", ids, "POST"]);
});

test("ended in the middle, a batch names all its orders", async () => {
  const half = [placed("c-1"), refused("c-2", "service_unavailable"), placed("c-3")];
  for (const how of ["abort", "close"]) {
    const scene = stage([{ orders: half }, "hang"]);
    const controller = new AbortController();
    const ending = assertRejects(
      () => scene.client.orders.batchCreate({ orders: wishes }, { signal: controller.signal }),
      KalshiError,
    );
    await scene.clock.advance(50);
    if (how === "abort") controller.abort();
    else await scene.client.close();
    const error = await ending;
    assertEquals([error.outcome, error.clientIds], ["unknown", ids]);
    assertEquals(error.code, how === "abort" ? "ABORTED" : "CLOSED");
  }
});

test("the results of a batch belong to its orders by id, in whatever order they come", async () => {
  for (const orderRetries of ["never", "idempotent"] as const) {
    const shuffled = stage([{ orders: [placed("c-3"), placed("c-1"), placed("c-2")] }], [], { orderRetries });
    assertEquals(brief(await batch(shuffled)), ["o-c-1", "o-c-2", "o-c-3"]);
    const nameless = stage([{ orders: ids.map((_, index) => ({ order_id: `o-${index}` })) }], [], {
      orderRetries,
    });
    assertEquals(brief(await batch(nameless)), ["o-0", "o-1", "o-2"]);
  }
  // The nameless one may be of any of them.
  const unclear = stage([{ orders: [{ error: { code: "x" } }, placed("c-1"), placed("c-3")] }], [], {
    orderRetries: "never",
  });
  const error = await failure(unclear, unclear.client.orders.batchCreate({ orders: wishes }));
  assertEquals([error.code, error.outcome, error.clientIds], ["DECODE", "unknown", ids]);
});

test("an id that comes twice in a batch is refused before anything is sent", async () => {
  const scene = stage([500]);
  await assertRejects(
    () => scene.client.orders.batchCreate({ orders: [wish, { ...wish, count: "5.00" }] }),
    KalshiConfigError,
    "twice",
  );
  assertEquals(scene.sent(), "");
});

test("of a batch of cancels only those that did not happen are sent again", async () => {
  const cancelled = (order_id: string) => ({
    order: orderWith({ order_id, status: "canceled", remaining_count_fp: "0.00" }),
  });
  const orders = ["o-1", "o-2", "o-3"].map((order_id) => ({ order_id }));
  // One of the looks fails; the others count.
  const scene = stage(["cut", {
    orders: [{ order_id: "o-2", reduced_by: "7.00" }, {
      order_id: "o-3",
      reduced_by: "0.00",
      error: { code: "not_found" },
    }],
  }], [
    cancelled("o-1"),
    { order: orderWith({ order_id: "o-2" }) },
    404,
    cancelled("o-3"),
  ]);
  const results = await run(scene, scene.client.orders.batchCancel({ orders }));
  assertEquals(results.map(({ order_id, reduced_by, error }) => [order_id, reduced_by, error]), [
    ["o-1", "7.00", undefined],
    ["o-2", "7.00", undefined],
    ["o-3", "7.00", undefined],
  ]);
  assertEquals(bodies(scene).map(({ orders }) => orders.length), [3, 2]);
});

// Requests that something on the way sends twice, so that the second answer comes back.

const { client_order_id: _, ...unnamed } = wish;

test("the conflict of an id that was made here is the work of the call itself: it is looked for, else unknown", async () => {
  // The list answers with whatever id was sent.
  const requests: string[] = [];
  const clock = new ManualClock();
  let id = "";
  const { client } = recordingClient((request) => {
    requests.push(request.method);
    if (request.method === "GET") {
      return Promise.resolve(Response.json(listed(orderWith({ client_order_id: id }))));
    }
    id = JSON.parse(request.body ?? "{}").client_order_id;
    return respond(409, request);
  }, { clock, config: { orderRetries: "idempotent", maxRetries: 3 } });
  const placed = await client.orders.create(unnamed);
  assertEquals([placed.order_id, placed.client_order_id, requests.join(" ")], ["o-1", id, "POST GET"]);
  for (const orderRetries of ["never", "idempotent"] as const) {
    const missing = stage([409], [listed()], { orderRetries });
    const error = await failure(missing, missing.client.orders.create(unnamed));
    assertEquals(
      [error.code, error.outcome, error.clientIds.length],
      ["CONFLICT", "unknown", 1],
      orderRetries,
    );
    const named = stage([409], [listed()], { orderRetries });
    assertEquals((await failure(named, named.client.orders.create(wish))).outcome, "rejected", orderRetries);
  }
});

test("a cancel, amend or decrease that was refused is a success when the order is so", async () => {
  const cancelled = { order: orderWith({ status: "canceled", remaining_count_fp: "0.00" }) };
  const cancel = stage([404], [cancelled]);
  assertEquals((await run(cancel, cancel.client.orders.cancel("o-1"))).order_id, "o-1");
  assertEquals(cancel.sent(), "DELETE GET");
  const body = { ticker: "KX-1", side: "bid", price: "0.5600", count: "10.00" } as const;
  for (const status of [404, 400]) {
    const amend = stage([status], [{ order }]);
    assertEquals((await run(amend, amend.client.orders.amend("o-1", body))).order_id, "o-1");
    const other = stage([status], [{ order: orderWith({ yes_price_dollars: "0.5500" }) }]);
    assertEquals((await failure(other, other.client.orders.amend("o-1", body))).outcome, "rejected");
    const reduce = stage([status], [{ order }]);
    assertEquals(await run(reduce, reduce.client.orders.decrease("o-1", { reduce_to: "7.00" })), {
      order_id: "o-1",
      client_order_id: ID,
      ts_ms: found.ts_ms,
      remaining_count: "7.00",
    });
    const more = stage([status], [{ order }]);
    assertEquals(
      (await failure(more, more.client.orders.decrease("o-1", { reduce_to: "6.00" }))).outcome,
      "rejected",
    );
    // Where the look shows nothing, nothing is known.
    const blind = stage([status], [500]);
    assertEquals((await failure(blind, blind.client.orders.amend("o-1", body))).outcome, "unknown");
  }
  const once = stage([404], [], { orderRetries: "never" });
  assertEquals((await failure(once, once.client.orders.cancel("o-1"))).outcome, "unknown");
  assertEquals(once.sent(), "DELETE");
});

test("of a batch, ids that were made here and are taken are looked for, else unknown", async () => {
  for (const orderRetries of ["never", "idempotent"] as const) {
    const scene = stage([{
      orders: [{ error: { code: "order_already_exists" } }, { error: { code: "order_already_exists" } }],
    }], [
      listed(),
    ], { orderRetries });
    const results = await run(scene, scene.client.orders.batchCreate({ orders: [unnamed, wish] }));
    assertEquals(
      results.map(({ error }) => error?.code),
      ["outcome_unknown", "order_already_exists"],
      orderRetries,
    );
  }
  const gone = stage([{ orders: [{ order_id: "o-1", error: { code: "not_found" } }] }], [
    { order: orderWith({ status: "canceled", remaining_count_fp: "0.00" }) },
  ]);
  const [cancelled] = await run(gone, gone.client.orders.batchCancel({ orders: [{ order_id: "o-1" }] }));
  assertEquals([cancelled?.order_id, cancelled?.error], ["o-1", undefined]);
});
