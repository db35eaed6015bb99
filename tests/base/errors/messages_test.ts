import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { KalshiClient, KalshiError, type KalshiServerCode } from "../../../mod.ts";
import { KalshiAuth } from "../../../src/auth/mod.ts";
import { remedyOf } from "../../../src/base/server_codes.ts";
import { KalshiStreamError } from "../../../src/stream/errors.ts";
import { ManualClock } from "../../../src/testing/manual_clock.ts";
import { startExchange } from "../../support/exchange.ts";
import { excerpt } from "../../../src/base/error_body.ts";
import { order } from "../../support/order.ts";
import { test } from "../../support/test.ts";

const signer = { keyId: "key-1", sign: (text: string) => Promise.resolve(btoa(text)) };

const clock = new ManualClock();

function clientOver(answer: (request: Request) => Response): KalshiClient {
  return new KalshiClient({
    clock,
    auth: signer,
    config: { maxRetries: 0 },
    transport: async (request) => await answer(request),
  });
}

async function refusal(
  body: unknown,
  status = 400,
  headers: Record<string, string> = {},
): Promise<KalshiError> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const client = clientOver(() =>
    new Response(text, { status, headers: { "content-type": "application/json", ...headers } })
  );
  return await assertRejects(() => client.orders.create(order), KalshiError);
}

test("the message holds code, message and what details and errors say, and `details` holds what was given", async () => {
  const list = [{ field: "price", message: "is off the grid" }, { field: "count", message: "is too large" }];
  const shapes: readonly [body: unknown, serverCode: string | undefined, details: unknown, text: string][] = [
    [
      {
        error: {
          code: "invalid_order",
          message: "invalid order",
          details: "post only cross",
          service: "exchange",
        },
      },
      "invalid_order",
      "post only cross",
      "invalid_order: invalid order: post only cross",
    ],
    [
      { code: "bad_request", message: "bad request", details: "side must be one of: bid, ask" },
      "bad_request",
      "side must be one of: bid, ask",
      "bad_request: bad request: side must be one of: bid, ask",
    ],
    [{ code: "x", message: "one" }, "x", undefined, "x: one"],
    [{ code: "x", details: "one" }, "x", "one", "x: one"],
    [{ details: "one" }, undefined, "one", "400: one"],
    [{ code: "x", message: "one", details: "One." }, "x", "One.", "x: one."],
    [{ code: "x", message: "one", details: ["two", "three"] }, "x", ["two", "three"], "x: one: two; three"],
    [{ code: "x", details: { price: "is off" } }, "x", { price: "is off" }, "x: price: is off"],
    [{ msg: "Parameter validation failed" }, undefined, undefined, "400: Parameter validation failed"],
    [{ error: "too many requests" }, undefined, undefined, "400: too many requests"],
    [{ errors: list }, undefined, list, "price: is off the grid; count: is too large"],
    [{ error: { code: "x", errors: list } }, "x", list, "x: price: is off the grid; count: is too large"],
    [
      { code: "x", errors: { price: ["is off", "is old"] } },
      "x",
      { price: ["is off", "is old"] },
      "price: is off; is old",
    ],
    [{ code: "x", errors: ["is off"] }, "x", ["is off"], "x: is off"],
    [{ code: "x", errors: "is off" }, "x", "is off", "x: is off"],
    [
      { code: "x", details: "in two places", errors: list },
      "x",
      { details: "in two places", errors: list },
      "x: in two places: price: is off the grid; count: is too large",
    ],
    [{ errors: [{ loc: ["body", "price"], msg: "is off" }] }, undefined, [{
      loc: ["body", "price"],
      msg: "is off",
    }], "body.price: is off"],
    [{ error: ["one", "two"] }, undefined, ["one", "two"], "one; two"],
    [
      { title: "Not allowed", detail: "The price is off", status: 400 },
      undefined,
      "The price is off",
      "Not allowed: The price is off",
    ],
    [{ exchange_active: false }, undefined, { exchange_active: false }, "answered 400."],
    ["one", undefined, undefined, "400: one"],
    ["[]", undefined, undefined, "answered 400."],
    ["null", undefined, undefined, "answered 400."],
    [
      '{"code":7,"message":{"a":1},"details":null}',
      undefined,
      { code: 7, message: { a: 1 }, details: null },
      "answered 400.",
    ],
  ];
  for (const [body, serverCode, details, text] of shapes) {
    const error = await refusal(body);
    const what = `${JSON.stringify(body)}: ${error.message}`;
    assertEquals([error.serverCode, error.details], [serverCode, details], what);
    assertStringIncludes(error.message, text);
  }
});

test("a message stays short, whatever was sent", async () => {
  for (
    const body of [
      { code: "x", details: "long ".repeat(10_000) },
      { errors: Array(1_000).fill("wrong") },
      "y".repeat(60_000),
    ]
  ) {
    assert((await refusal(body)).message.length < 800);
  }
});

test("for the codes of every day the message says what to do, however they are written", async () => {
  for (
    const [code, text] of [
      ["insufficient_balance", "client.portfolio.balance()"],
      ["INSUFFICIENT_BALANCE", "client.portfolio.balance()"],
      ["market_inactive", "close_time"],
      ["MARKET_INACTIVE", "close_time"],
      ["invalid_price", "price_ranges"],
      ["order_already_exists", "getByClientOrderId"],
      ["trading_is_paused", "client.exchange.status()"],
      ["exchange_is_paused", "client.exchange.status()"],
      ["user_not_found:_f50604b8-0c04-4b3a-8f0e-0d4f3f7e1a01", "enabled"],
      ["fill_or_kill_insufficient_resting_volume", "immediate_or_cancel"],
      ["exceeded_order_group_risk_limit", "client.orderGroups.reset()"],
      ["permission_denied", "scopes"],
    ] as const
  ) {
    const error = await refusal({ error: { code, message: code.toLowerCase().replaceAll("_", " ") } }, 409);
    assertStringIncludes(error.message, text);
    assertEquals(error.serverCode, code);
  }
  assertStringIncludes(
    (await refusal({ error: { code: "insufficient_shard_balance" } }, 404)).message,
    "exchange_index",
  );
  assertStringIncludes((await refusal({ error: "too many requests" }, 429)).message, 'rateLimit: "auto"');
  // A name that every object has is no code.
  for (const code of ["constructor", "toString", "__proto__", "newer_than_this"]) {
    assertEquals(remedyOf(code), undefined);
    assertEquals((await refusal({ code })).message, `POST /portfolio/events/orders answered 400: ${code}.`);
  }
});

test("`serverCode` is an open type of the codes that are known", () => {
  const known: KalshiServerCode = "insufficient_balance";
  const unknown: KalshiServerCode = "newer_than_this";
  const byCode: Partial<Record<KalshiServerCode, string>> = { [known]: "a", [unknown]: "b" };
  assertEquals(byCode.insufficient_balance, "a");
});

test("401: an unknown key, a key that is another's, and a clock that is off are told apart", async () => {
  const date = { date: new Date(clock.now()).toUTCString() };
  const off = { date: new Date(clock.now() - 3_600_000).toUTCString() };
  const denied = (details?: string, code = "authentication_error") => ({
    error: { code, message: "m", details },
  });
  for (
    const [body, headers, text] of [
      [denied("NOT_FOUND"), date, "no key of this id"],
      [denied("INCORRECT_API_KEY_SIGNATURE"), date, "the private key does not belong to it"],
      [denied(undefined, "header_timestamp_expired"), date, "clock"],
      [denied("INCORRECT_API_KEY_SIGNATURE"), off, "ahead of the server's"],
      [denied(undefined, "header_timestamp_expired"), off, "ahead of the server's"],
      [denied(undefined, "token_authentication_failure"), date, "a key of this environment"],
      [denied(undefined, "signature_is_missing_from_headers"), date, "such as a proxy"],
      [{}, date, "demo and production keys differ"],
    ] as const
  ) {
    const error = await refusal(body, 401, headers);
    assertStringIncludes(error.message, text);
    assertEquals([error.code, error.name], ["AUTH_REJECTED", "KalshiAuthRejectedError"]);
  }
});

test("a page that is not Kalshi's is called so, and the status keeps its class", async () => {
  const page = "<!DOCTYPE html><html><head><title>Attention Required!</title></head></html>";
  for (
    const [status, code] of [[401, "AUTH_REJECTED"], [403, "AUTH_REJECTED"], [404, "NOT_FOUND"], [
      429,
      "RATE_LIMITED",
    ], [503, "SERVER"]] as const
  ) {
    for (const body of [page, ` \n${page}`, page.toLowerCase()]) {
      const error = await refusal(body, status, { "content-type": "text/html; charset=UTF-8" });
      assertEquals(error.code, code);
      assertStringIncludes(error.message, "no JSON of Kalshi's");
      assertEquals(error.message.includes("says nothing of your key"), status === 401 || status === 403);
    }
  }
  const own = await refusal({ code: "permission_denied", message: "m" }, 403, {
    "content-type": "text/html",
  });
  assert(!own.message.includes("no JSON"));
});

test("a 404 for a ticker in lower case says how tickers are written", async () => {
  const client = clientOver(() =>
    Response.json({ error: { code: "not_found", message: "not found" } }, { status: 404 })
  );
  const calls: readonly [call: () => Promise<unknown>, text: string][] = [
    [() => client.markets.get("kxhighny-26nov24-t60"), "did you mean KXHIGHNY-26NOV24-T60?"],
    [() => client.markets.orderBook("KxHighNY-26NOV24-T60"), "did you mean KXHIGHNY-26NOV24-T60?"],
    [() => client.events.get("kxhighny-26nov24"), "did you mean KXHIGHNY-26NOV24?"],
    [() => client.series.get("kxhighny"), "did you mean KXHIGHNY?"],
    [() => client.orders.create({ ...order, ticker: "kxtest-1" }), "did you mean KXTEST-1?"],
    [
      () => client.orders.batchCreate({ orders: [order, { ...order, ticker: "kxtest-2" }] }),
      "did you mean KXTEST-2?",
    ],
    [() => client.markets.list({ event_ticker: "kxhighny-26nov24" }), "did you mean KXHIGHNY-26NOV24?"],
    [() => client.request("GET", "/markets/kxtest-1"), "did you mean KXTEST-1?"],
    [() => client.request("GET", "/markets", { query: { tickers: "KXA-1,kxb-2" } }), "did you mean KXB-2?"],
  ];
  for (const [call, text] of calls) {
    assertStringIncludes((await assertRejects(call, KalshiError)).message, text);
  }
  for (
    const call of [
      () => client.markets.get("KXHIGHNY-26NOV24-T60.5"),
      () => client.orders.get("7f2d7ad2-0c04-4b3a-8f0e-0d4f3f7e1a01"),
      () => client.orders.cancel("7f2d7ad2-0c04-4b3a-8f0e-0d4f3f7e1a01", { market_ticker: "KXTEST-1" }),
      () => client.request("GET", "/markets/trades"),
      () => client.request("GET", "/series/fee_changes"),
      () => client.request("GET", "/nothing-here"),
    ]
  ) {
    const { message } = await assertRejects<KalshiError>(call, KalshiError);
    assert(!message.includes("did you mean"), message);
  }
});

test("a refused price is answered with the grid and the two nearest prices, once the market was shown", async () => {
  const market = {
    ticker: "KXTEST-1",
    price_ranges: [
      { start: "0.0000", end: "0.1000", step: "0.0010" },
      { start: "0.1000", end: "1.0000", step: "0.0100" },
    ],
  };
  const client = clientOver((request) =>
    request.method === "POST"
      ? Response.json({ error: { code: "invalid_price", message: "invalid price", service: "exchange" } }, {
        status: 400,
      })
      : Response.json(
        new URL(request.url).pathname.endsWith("/markets")
          ? { markets: [market, null], cursor: "" }
          : { market },
      )
  );
  const said = async (price: string, ticker = "KXTEST-1") =>
    (await assertRejects(() => client.orders.create({ ...order, ticker, price }), KalshiError)).message;
  assertStringIncludes(await said("0.5050"), "price_ranges");
  await client.markets.list();
  const grid =
    "The grid of KXTEST-1 is 0.0000 to 0.1000 in steps of 0.0010, 0.1000 to 1.0000 in steps of 0.0100";
  for (
    const [price, nearest] of [
      ["0.5050", "nearest to 0.5050 are 0.5000 and 0.5100."],
      ["0.0505", "nearest to 0.0505 are 0.0500 and 0.0510."],
      ["0.0001", "nearest to 0.0001 are 0.0010."],
      ["0.9999", "nearest to 0.9999 are 0.9900."],
      ["0.0000", "nearest to 0.0000 are 0.0010."],
      ["1.0000", "nearest to 1.0000 are 0.9900."],
      ["0.5000", "0.5000 is on it: the grid may have changed"],
    ] as const
  ) {
    const message = await said(price);
    assertStringIncludes(message, grid);
    assertStringIncludes(message, nearest);
  }
  assertStringIncludes(await said("0.5050", "KXOTHER-1"), "price_ranges");
  const amended = await assertRejects(
    () => client.orders.amend("id", { ticker: "KXTEST-1", side: "bid", price: "0.5050", count: "1.00" }),
    KalshiError,
  );
  assertStringIncludes(amended.message, "0.5000 and 0.5100");
  // Another client was not shown the market, and what one was shown is not kept without end.
  const other = clientOver(() => Response.json({ code: "invalid_price" }, { status: 400 }));
  assertStringIncludes(
    (await assertRejects(() => other.orders.create(order), KalshiError)).message,
    "price_ranges",
  );
});

test("what an exchange refuses says why and what to do", async () => {
  await using exchange = await startExchange({ marketMakers: false });
  const account = await exchange.createAccount({ balance: "10.00" });
  const stranger = await exchange.createAccount();
  const { baseUrl } = exchange;
  const clientOf = (keyId: string, privateKey: string) =>
    new KalshiClient({ keyId, privateKey, config: { baseUrl, maxRetries: 0 } });
  await using client = clientOf(account.keyId, account.privateKey);
  await using mixed = clientOf(account.keyId, stranger.privateKey);
  await using unknown = clientOf("7f2d7ad2-0c04-4b3a-8f0e-0d4f3f7e1a01", account.privateKey);
  const ticker = await exchange.listMarket({ ticker: "KXTEST-26DEC31-T1" });
  const wish = { ...order, ticker };
  const said = async (call: () => Promise<unknown>) => (await assertRejects(call, KalshiError)).message;

  assertStringIncludes(
    await said(() => client.orders.create({ ...wish, count: "900.00" })),
    "client.portfolio.balance()",
  );
  assertStringIncludes(await said(() => client.orders.create({ ...wish, price: "0.5050" })), "price_ranges");
  await client.markets.get(ticker);
  assertStringIncludes(
    await said(() => client.orders.create({ ...wish, price: "0.5050" })),
    "0.5000 and 0.5100",
  );
  await exchange.placeCounterOrder({ ticker, side: "ask", price: "0.5000", count: "1.00" });
  assertStringIncludes(
    await said(() => client.orders.create({ ...wish, post_only: true })),
    "post only cross",
  );
  assertStringIncludes(await said(() => client.markets.get(ticker.toLowerCase())), `did you mean ${ticker}?`);
  await exchange.setMarketActive(ticker, false);
  assertStringIncludes(await said(() => client.orders.create(wish)), "close_time");
  assertStringIncludes(await said(() => mixed.portfolio.balance()), "the private key does not belong to it");
  assertStringIncludes(await said(() => unknown.portfolio.balance()), "no key of this id");
  await exchange.setClockSkew(120_000);
  assertStringIncludes(await said(() => client.portfolio.balance()), "behind the server's");
});

test("JSON.stringify shows all that is known of an error, and no cause and no secret", async () => {
  const error = await refusal({ error: { code: "invalid_order", message: "m", details: "post only cross" } });
  assertEquals(JSON.parse(JSON.stringify(error)), {
    name: "KalshiBadRequestError",
    message: error.message,
    code: "BAD_REQUEST",
    outcome: "rejected",
    method: "POST",
    path: "/portfolio/events/orders",
    status: 400,
    serverCode: "invalid_order",
    details: "post only cross",
    attempts: 1,
    clientIds: error.clientIds,
  });
  assertEquals(error.clientIds.length, 1);
  const limited = JSON.parse(JSON.stringify(await refusal({ error: "x" }, 429, { "retry-after": "2" })));
  assertEquals([limited.retryAfterMs, limited.name], [2_000, "KalshiRateLimitError"]);
  const ofStream = JSON.parse(JSON.stringify(new KalshiStreamError(9, "no", "fill")));
  assertEquals([ofStream.name, ofStream.code, ofStream.errorCode, ofStream.channel], [
    "KalshiStreamError",
    "STREAM",
    9,
    "fill",
  ]);
});

test("JSON.stringify of an error never throws", async () => {
  const loop: Record<string, unknown> = { a: 1n };
  loop.self = loop;
  const { KalshiDecodeError } = await import("../../../src/base/errors.ts");
  for (
    const [details, shown] of [
      [{ big: 7n, list: [1n] }, { big: "7", list: ["1"] }],
      [loop, "[object Object]"],
      [5n, "5"],
      [null, null],
      ["text", "text"],
    ] as const
  ) {
    assertEquals(JSON.parse(JSON.stringify(new KalshiDecodeError("m", { details }))).details, shown);
  }
});

test("an answer that is no JSON shows no private key, and no cause quotes it", async () => {
  const pem =
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA7secret\nsecret2\n-----END RSA PRIVATE KEY-----";
  for (
    const body of [
      `{"private_key":"${pem.replaceAll("\n", "\\n")}"`,
      `{"private_key":"${pem.slice(0, 60)}`,
      pem,
    ]
  ) {
    for (const status of [201, 400]) {
      const client = clientOver(() => new Response(body, { status }));
      const error = await assertRejects(
        () => client.apiKeys.generate({ name: "n" }),
        KalshiError,
      );
      const cause = error.cause instanceof Error
        ? `${error.cause.message} ${error.cause.stack}`
        : `${error.cause}`;
      for (const text of [error.message, JSON.stringify(error), cause, error.stack ?? ""]) {
        assert(!/secret|MIIE/.test(text), text);
      }
    }
  }
});

test("a key that cannot be read is an error of its class, through JSON too", async () => {
  const error = await assertRejects(async () => await KalshiAuth.fromPem("id", "no key"), KalshiError);
  assertEquals(JSON.parse(JSON.stringify(error)).code, "AUTH_KEY");
});

test("what a server says is text in a message, whatever a terminal would do with it", () => {
  assertEquals(excerpt("\x1b[2Jno\r\nmoney\u009b31m\u202e \x07"), "[2Jno money 31m");
});
