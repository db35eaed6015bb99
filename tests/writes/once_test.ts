/** Each decision of a write that takes effect once, over a network that answers as it is told. */
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
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
import type { AnyClient } from "../rest/products.ts";
import { signer } from "../rest/recording.ts";
import { type Fields, writeProducts } from "./support/products.ts";
import {
  bodies,
  created,
  failure,
  ID,
  listed,
  type Reply,
  respond,
  run,
  stageOf,
  wish,
} from "./support/stage.ts";

const { client_order_id: _, ...unnamed } = wish;

for (const product of writeProducts) {
  const { name } = product;
  const { stage, order, orderWith, found, identity } = stageOf(product);

  test(`${name}: by default an order is sent once, and its error carries the id that was made for it`, async () => {
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

  test(`${name}: a single call can ask for it, or go without it`, async () => {
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

  test(`${name}: after an unknown outcome an order is looked for, and sent again with the same id`, async () => {
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

  test(`${name}: an order that has landed is given back and not sent again`, async () => {
    const scene = stage(["cut"], [listed(orderWith({ client_order_id: "another" }), order)]);
    assertEquals(await run(scene, scene.client.orders.create(wish)), found);
    assertEquals(scene.sent(), "POST GET");
  });

  test(`${name}: the look asks for orders of that market and subaccount since the call began, clocks apart`, async () => {
    const scene = stage(["cut"], [listed(orderWith({ subaccount: 3 }))]);
    const began = Math.floor(scene.clock.now() / 1000);
    await run(scene, scene.client.orders.create({ ...wish, subaccount: 3 }));
    const [, look] = scene.requests;
    assertEquals(look?.path, `${product.root}/orders`);
    assertEquals(look?.query, ["limit=200", `min_ts=${began - 60}`, "subaccount=3", "ticker=KX-1"]);
  });

  test(`${name}: an id that somebody used for another order is no find`, async () => {
    const others: Fields[] = [
      { ticker: "KX-2" },
      { side: "ask" },
      ...(product.tellsAll ? [{ subaccount: 1 }] : []),
      { client_order_id: ID.toUpperCase() },
    ];
    for (const fields of others) {
      const scene = stage(["cut", 409], [listed(orderWith(fields))]);
      const error = await failure(scene, scene.client.orders.create({ ...wish, subaccount: 0 }));
      assertEquals([error.code, error.outcome], ["CONFLICT", "unknown"]);
    }
  });

  test(`${name}: a conflict after an unknown outcome means that the first one landed`, async () => {
    // The first look fails, so that the order is sent again.
    const scene = stage(["cut", 409], [503, listed(order)]);
    assertEquals(await run(scene, scene.client.orders.create(wish)), found);
    assertEquals(scene.sent(), "POST GET POST GET");
  });

  test(`${name}: a list that lags is asked again`, async () => {
    const scene = stage(["cut", 409], [503, listed(), listed(), listed(order)]);
    assertEquals(await run(scene, scene.client.orders.create(wish)), found);
    assertEquals(scene.sent(), "POST GET POST GET GET GET");
  });

  test(`${name}: a conflict whose order is never listed stays unknown`, async () => {
    const scene = stage(["cut", 409]);
    const error = await failure(scene, scene.client.orders.create(wish));
    assertInstanceOf(error, KalshiConflictError);
    assertEquals([error.outcome, error.attempts, error.clientIds], ["unknown", 2, [ID]]);
    assertEquals(scene.sent(), "POST GET POST GET GET GET GET");
  });

  test(`${name}: the conflict of a first attempt is a conflict`, async () => {
    const scene = stage([409], [listed(order)]);
    const error = await failure(scene, scene.client.orders.create(wish));
    assertEquals([error.code, error.outcome, scene.sent()], ["CONFLICT", "rejected", "POST"]);
  });

  test(`${name}: after an unknown outcome, the refusal of an order proves nothing before it was looked for`, async () => {
    // The first one holds the cash, so that the second one is refused for the lack of it.
    const there = stage(["cut", 400], [503, listed(order)]);
    assertEquals(await run(there, there.client.orders.create(wish)), found);
    const missing = stage(["cut", 400]);
    const error = await failure(missing, missing.client.orders.create(wish));
    assertEquals([error.code, error.outcome, error.clientIds], ["BAD_REQUEST", "unknown", [ID]]);
    assertEquals(missing.sent(), "POST GET POST GET");
  });

  test(`${name}: when retries run out the order is looked for once more`, async () => {
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

  test(`${name}: when even looking fails, the error is that of the order`, async () => {
    const scene = stage([503], [500]);
    const error = await failure(scene, scene.client.orders.create(wish));
    assertEquals([error.method, error.status, error.outcome, error.clientIds], ["POST", 503, "unknown", [
      ID,
    ]]);
  });

  test(`${name}: an answer that cannot be read is an unknown outcome`, async () => {
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

  test(`${name}: a refused fill-or-kill is no conflict of ids`, async () => {
    for (const [first, outcome] of [["cut", "unknown"], [429, "rejected"]] as const) {
      const scene = stage([first, 409]);
      const error = await failure(
        scene,
        scene.client.orders.create({ ...wish, time_in_force: "fill_or_kill" }),
      );
      assertEquals([error.code, error.outcome], ["CONFLICT", outcome]);
    }
  });

  test(`${name}: a 429 is repeated, whatever the method, and needs no look`, async () => {
    const calls: [(client: AnyClient) => Promise<unknown>, Reply][] = [
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
      [({ orderGroups }) => orderGroups.reset("g-1"), "{}"],
      [({ orderGroups }) => orderGroups.delete("g-1"), "{}"],
      [(client) => client.request("POST", "/new", { body: {} }), "{}"],
    ];
    const batches: typeof calls = [
      [({ orders }) => orders.batchCreate({ orders: [wish] }), { orders: [created] }],
      [({ orders }) => orders.batchCancel({ orders: [{ order_id: "o-1" }] }), {
        orders: [{ order_id: "o-1", reduced_by: "1.00" }],
      }],
    ];
    for (const [call, reply] of [...calls, ...(product.hasBatches ? batches : [])]) {
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

  test(`${name}: even where a 429 was not true, the order that it placed is found`, async () => {
    const scene = stage([429, 409], [listed(order)]);
    assertEquals(await run(scene, scene.client.orders.create(wish)), found);
    assertEquals(scene.sent(), "POST POST GET");
    const missing = stage([429, 400]);
    const error = await failure(missing, missing.client.orders.create(wish));
    assertEquals([error.code, error.outcome], ["BAD_REQUEST", "rejected"]);
  });

  test(`${name}: what breaks a later attempt does not undo what an earlier one may have done`, async () => {
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
    const client = product.rest.make({
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

  test(`${name}: an AbortSignal ends it at once, in an attempt, a wait and a look, and the outcome stays unknown`, async () => {
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

  test(`${name}: an AbortSignal and close() end the looks that follow a conflict`, async () => {
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

  test(`${name}: the total time holds for attempts, looks and waits together`, async () => {
    const scenes: [readonly Reply[], readonly Reply[]][] = [
      [["hang"], [listed()]],
      [["cut", "hang"], ["hang"]],
      [["cut", 409], [listed()]],
      [[503], [listed()]],
      [["<html>"], ["hang"]],
    ];
    const calls = [
      (client: AnyClient) => client.orders.create(wish),
      ...(product.hasBatches ? [(client: AnyClient) => client.orders.batchCreate({ orders: [wish] })] : []),
    ];
    for (const [writes, reads] of scenes) {
      for (const call of calls) {
        const scene = stage(writes, reads, {
          totalTimeoutMs: 2_000,
          timeoutMs: 900,
          retryBaseDelayMs: 1_000,
        });
        const { clock } = scene;
        const began = clock.now();
        let ended = 0;
        const ending = assertRejects(
          () => call(scene.client).finally(() => ended = clock.now()),
          KalshiError,
        );
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

  test(`${name}: closing the client ends it, and the outcome stays unknown`, async () => {
    const scene = stage(["cut"], ["hang"]);
    const ending = assertRejects(() => scene.client.orders.create(wish), KalshiError);
    await scene.clock.advance(600);
    await scene.client.close();
    const error = await ending;
    assertEquals([error.code, error.outcome, error.clientIds], ["CLOSED", "unknown", [ID]]);
  });

  // Cancels, amends, decreases.

  test(`${name}: a cancel is sent again, and an order that is cancelled is a success`, async () => {
    const cancelled = orderWith({ status: "canceled", remaining: "0.00" });
    // An order of perps does not tell how large it was.
    const result = { ...identity, ...(product.tellsAll && { reduced_by: "7.00" }) };
    const early = stage(["cut"], [{ order: cancelled }]);
    assertEquals(await run(early, early.client.orders.cancel("o-1")), result);
    assertEquals(early.sent(), "DELETE GET");
    const late = stage(["cut", 404], [{ order }, { order: cancelled }]);
    assertEquals(await run(late, late.client.orders.cancel("o-1")), result);
    assertEquals(late.sent(), "DELETE GET DELETE GET");
    const answer = { order_id: "o-1", reduced_by: "7.00" };
    const again = stage(["cut", answer], [{ order }]);
    assertEquals(await run(again, again.client.orders.cancel("o-1")), answer);
  });

  test(`${name}: an order that was filled first is not cancelled`, async () => {
    const filled = { order: orderWith({ status: "executed", remaining: "0.00" }) };
    const scene = stage(["cut", 404], [filled]);
    const error = await failure(scene, scene.client.orders.cancel("o-1"));
    assertInstanceOf(error, KalshiNotFoundError);
    assertEquals(error.outcome, "unknown");
    const first = stage([404], [filled]);
    assertEquals((await failure(first, first.client.orders.cancel("o-1"))).outcome, "rejected");
    assertEquals(first.sent(), "DELETE GET");
  });

  test(`${name}: cancelAll is sent again, and no look tells what became of it`, async () => {
    const scene = stage(["cut", "{}"]);
    await run(scene, scene.client.orders.cancelAll());
    assertEquals(scene.sent(), "DELETE DELETE");
    const tired = stage([503]);
    const error = await failure(tired, tired.client.orders.cancelAll());
    assertEquals([error.outcome, tired.requests.length], ["unknown", 4]);
  });

  test(`${name}: an amend is a success when the order is as it shall be`, async () => {
    const body = { ticker: "KX-1", side: "bid", price: "0.57", count: "12" } as const;
    const so: Fields = { price: "0.5700", filled: "3.00", remaining: "9.00" };
    const amended = orderWith(so);
    const result = { ...found, remaining_count: "9.00" };
    const scene = stage(["cut"], [{ order: amended }]);
    assertEquals(await run(scene, scene.client.orders.amend("o-1", body)), result);
    const others: Fields[] = [
      { price: "0.5600" },
      { remaining: "8.00" },
      { status: "canceled", remaining: "0.00" },
    ];
    for (const fields of others) {
      const scene = stage(["cut", 400], [{ order: orderWith({ ...so, ...fields }) }]);
      const error = await failure(scene, scene.client.orders.amend("o-1", body));
      assertEquals([error.code, error.outcome], ["BAD_REQUEST", "unknown"]);
      assertEquals(scene.sent(), "POST GET POST GET");
    }
  });

  test(`${name}: an amend of the expiry or the client order id alone is none before they are so`, async () => {
    const body = { ticker: "KX-1", side: "bid", price: "0.56", count: "10" } as const;
    const at = Date.parse("2026-11-25T00:00:00Z") / 1000;
    const cases: [object, Fields, boolean][] = [
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

  test(`${name}: a decrease to a count is sent again, and one by a count never while its outcome is unknown`, async () => {
    const to = stage(["cut", 404], [{ order }, { order: orderWith({ remaining: "2.00" }) }]);
    const result = { ...identity, remaining_count: "2.00" };
    assertEquals(await run(to, to.client.orders.decrease("o-1", { reduce_to: "2.00" })), result);
    assertEquals(to.sent(), "POST GET POST GET");

    const by = stage(["cut"], [{ order }, {
      order: orderWith({ filled: "4.00", remaining: "1.00" }),
    }]);
    // Of 10, 5 were taken off; one more was filled meanwhile.
    assertEquals(await run(by, by.client.orders.decrease("o-1", { reduce_by: "5.00" })), {
      ...result,
      remaining_count: "1.00",
    });
    assertEquals(by.sent(), "GET POST GET");
    for (const remaining of ["7.00", "1.00"]) {
      const scene = stage(["cut"], [{ order }, { order: orderWith({ remaining }) }]);
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

  // Requests that something on the way sends twice, so that the second answer comes back.

  test(`${name}: the conflict of an id that was made here is the work of the call itself: it is looked for, else unknown`, async () => {
    // The list answers with whatever id was sent.
    const requests: string[] = [];
    const clock = new ManualClock();
    let id = "";
    const { client } = product.rest.recordingClient((request) => {
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
      // Of a 409 whose body was cut off nobody knows what it says.
      for (const reply of [409, { refusedWith: 409 }]) {
        const missing = stage([reply], [listed()], { orderRetries });
        const error = await failure(missing, missing.client.orders.create(unnamed));
        assertEquals(
          [error.code, error.outcome, error.clientIds.length],
          ["CONFLICT", "unknown", 1],
          orderRetries,
        );
      }
      const named = stage([409], [listed()], { orderRetries });
      assertEquals(
        (await failure(named, named.client.orders.create(wish))).outcome,
        "rejected",
        orderRetries,
      );
    }
  });

  test(`${name}: a cancel, amend or decrease that was refused is a success when the order is so`, async () => {
    const cancelled = { order: orderWith({ status: "canceled", remaining: "0.00" }) };
    const cancel = stage([404], [cancelled]);
    assertEquals((await run(cancel, cancel.client.orders.cancel("o-1"))).order_id, "o-1");
    assertEquals(cancel.sent(), "DELETE GET");
    const body = { ticker: "KX-1", side: "bid", price: "0.5600", count: "10.00" } as const;
    for (const status of [404, 400]) {
      const amend = stage([status], [{ order }]);
      assertEquals((await run(amend, amend.client.orders.amend("o-1", body))).order_id, "o-1");
      const other = stage([status], [{ order: orderWith({ price: "0.5500" }) }]);
      assertEquals((await failure(other, other.client.orders.amend("o-1", body))).outcome, "rejected");
      const reduce = stage([status], [{ order }]);
      assertEquals(await run(reduce, reduce.client.orders.decrease("o-1", { reduce_to: "7.00" })), {
        ...identity,
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

  test(`${name}: a refusal that the change itself may have caused is no certain one, where no look is made`, async () => {
    const refused = (code: string) => stage([{ refusedWith: 400, code }], [], { orderRetries: "never" });
    const body = { ticker: "KX-1", side: "bid", price: "0.5600", count: "10.00" } as const;
    const renamed = { ...body, client_order_id: ID, updated_client_order_id: ID.replace("7", "8") } as const;
    for (
      const [code, outcome] of [
        ["order_id_and_client_order_id_mismatch", "unknown"],
        ["insufficient_balance", "rejected"],
      ] as const
    ) {
      const amend = refused(code);
      assertEquals((await failure(amend, amend.client.orders.amend("o-1", renamed))).outcome, outcome);
    }
    for (const change of [{ reduce_to: "7.00" }, { reduce_by: "3.00" }]) {
      const less = refused("invalid_order_size");
      assertEquals((await failure(less, less.client.orders.decrease("o-1", change))).outcome, "unknown");
    }
    const barred = stage([403], [], { orderRetries: "never" });
    const error = await failure(barred, barred.client.orders.decrease("o-1", { reduce_to: "7.00" }));
    assertEquals(error.outcome, "rejected");
  });
}
