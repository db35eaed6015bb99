import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { KalshiConfigError } from "../../src/base/errors.ts";
import { LocalExchange } from "../../src/local_exchange/mod.ts";
import { ManualClock } from "../../src/testing/mod.ts";
import { test } from "../support/test.ts";

// deno-lint-ignore no-explicit-any -- options as plain JavaScript gives them.
type Untyped = any;

function refusal(call: () => unknown): string {
  return assertThrows(call, KalshiConfigError).message;
}

/** What is no plain object of options. */
const noObjects = (): readonly unknown[] => [
  undefined,
  null,
  "x",
  503,
  true,
  [],
  new Map(),
  new Date(),
  new AbortController().signal,
  () => {},
];

async function setUp() {
  const exchange: Untyped = LocalExchange.create({
    clock: new ManualClock(),
    markets: 0,
    marketMakers: false,
  });
  const ticker = exchange.listMarket({ ticker: "M" });
  const account = await exchange.createAccount();
  return { exchange, ticker, account };
}

test("fail: a fault that is unknown, empty or of another kind is refused, and none is kept", async () => {
  const { exchange } = await setUp();
  const wrong: readonly [Untyped, string][] = [
    [{ code: 503 }, 'fail has no option "code"'],
    [{ statusCode: 503 }, "Its options are: status"],
    [{ status: 503, count: 2 }, 'no option "count"'],
    [{ status: 503, delay: 5 }, "Did you mean delayMs (in milliseconds)?"],
    [{ status: 503, time: 2 }, "Did you mean times?"],
    [{ status: 503, afterprocessing: true }, "Did you mean afterProcessing?"],
    [{}, "{ status: 503 }"],
    [{ status: undefined }, "{ status: 503 }"],
    [{ times: 2, path: "/markets" }, "{ status: 503 }"],
    [{ body: "x" }, "belong to a `status`"],
    [{ delayMs: 5, afterProcessing: true }, "belong to a `status`"],
    [{ status: "503" }, "`status` takes a whole number from 200 to 599; got"],
    [{ status: 99 }, "`status` takes"],
    [{ status: 503.5 }, "`status` takes"],
    [{ status: null }, "`status` takes"],
    [{ status: 503, times: 0 }, "`times` takes a whole number from 1"],
    [{ status: 503, times: "2" }, "`times` takes"],
    [{ delayMs: -1 }, "`delayMs` takes"],
    [{ delayMs: "5" }, "`delayMs` takes"],
    [{ delayMs: NaN }, "`delayMs` takes"],
    [{ status: 503, method: "post" }, '"POST"'],
    [{ status: 503, method: "CREATE" }, "`method` takes"],
    [{ status: 503, path: "" }, "`path` takes"],
    [{ status: 503, path: /markets/ }, "`path` takes"],
    [{ status: 503, headers: ["retry-after"] }, "`headers` takes"],
    [{ status: 503, headers: { "retry-after": 7 } }, "`headers` takes"],
    [{ status: 503, body: () => 1 }, "`body` takes"],
    [{ status: 503, body: 10n }, "`body` takes"],
    [{ status: 503, afterProcessing: "yes" }, "`afterProcessing` takes"],
  ];
  for (const [fault, says] of wrong) assertStringIncludes(refusal(() => exchange.fail(fault)), says);
  for (const fault of noObjects()) refusal(() => exchange.fail(fault));
  assertEquals(
    (await exchange.fetch(new Request("http://localhost/trade-api/v2/exchange/status"))).status,
    200,
  );
  const fault: Untyped = { status: 503 };
  exchange.fail(fault);
  fault.status = 200;
  assertEquals(
    (await exchange.fetch(new Request("http://localhost/trade-api/v2/exchange/status"))).status,
    503,
  );
});

test("sockets: faults, refusals and messages that would strike nobody are refused", async () => {
  const { exchange } = await setUp();
  const { sockets } = exchange;
  const wrong: readonly [Untyped, string][] = [
    [{ kind: "cut" }, 'sockets.fail has no option "kind"'],
    [{ type: "cut" }, 'sockets.fail has no option "type"'],
    [{}, "`fault` takes"],
    [{ fault: undefined }, "`fault` takes"],
    [{ fault: "cutt" }, 'Did you mean "cut"?'],
    [{ fault: "halfOpen" }, 'Did you mean "half-open"?'],
    [{ fault: "explode" }, "`fault` takes"],
    [{ fault: "constructor" }, "`fault` takes"],
    [{ fault: 1 }, "`fault` takes"],
    [{ fault: "drop", count: 2 }, 'no option "count"'],
    [{ fault: "drop", times: 0 }, "`times` takes"],
    [{ fault: "drop", channel: "trades" }, "`channel` takes"],
    [{ fault: "stall" }, "needs `forMs`"],
    [{ fault: "stall", ms: 30 }, 'no option "ms"'],
    [{ fault: "stall", forMs: "30" }, "`forMs` takes"],
    [{ fault: "close" }, "needs `code`"],
    [{ fault: "close", code: 99 }, "`code` takes"],
    [{ fault: "close", code: 1012, reason: "é".repeat(62) }, "`reason` takes"],
    [{ fault: "cut", times: 2 }, 'no option "times"'],
    [{ fault: "error", code: 25 }, "needs `channel`"],
    [{ fault: "error", channel: "trade" }, "needs `code`"],
    [{ fault: "error", channel: "answers", code: 25 }, "`channel` takes"],
    [{ fault: "forget" }, "needs `channel`"],
    [{ fault: "renumber", channel: "trade" }, "needs `seq`"],
    [{ fault: "renumber", channel: "trade", seq: 0 }, "`seq` takes"],
    [{ fault: "withhold", update: "snapshot" }, "`update` takes"],
    [{ fault: "withhold", channel: "answers" }, "`channel` takes"],
    [{ fault: "ignore", command: "get_snapshot" }, "`command` takes"],
    [{ fault: "ignore", action: "snapshot" }, "`action` takes"],
    [{ fault: "ignore", code: 16 }, 'no option "code"'],
    [{ fault: "refuse", command: "subscribe" }, "needs `code`"],
  ];
  for (const [fault, says] of wrong) assertStringIncludes(refusal(() => sockets.fail(fault)), says);
  for (const fault of noObjects()) refusal(() => sockets.fail(fault));
  assertStringIncludes(refusal(() => sockets.fail({ fault: "cut" }, "nobody")), "the id of an account");
  const refusals: readonly [Untyped, string][] = [
    [{}, "needs `status`"],
    [{ code: 503 }, 'no option "code"'],
    [{ status: "503" }, "`status` takes"],
    [{ status: 101 }, "`status` takes"],
    [{ status: 200 }, "`status` takes"],
    [{ status: 503, times: 0 }, "`times` takes"],
    [{ status: "hangs" }, "`status` takes"],
    [{ status: 403, body: {} }, "`body` takes"],
    [{ status: "hang", body: "" }, "`body` belongs to"],
  ];
  for (const [fault, says] of refusals) assertStringIncludes(refusal(() => sockets.refuse(fault)), says);
  for (const fault of noObjects()) refusal(() => sockets.refuse(fault));
  for (const channel of [undefined, "", "trades", "cfbenchmarks", 7]) {
    assertStringIncludes(refusal(() => sockets.publish(channel, {})), "cfbenchmarks_value");
  }
  for (const msg of noObjects()) refusal(() => sockets.publish("pyth_value", msg));
  refusal(() => sockets.publish("pyth_value", {}, ""));
  for (const frame of [undefined, {}, 5]) {
    assertStringIncludes(refusal(() => sockets.send(frame)), "the text of a frame");
  }
  assertStringIncludes(refusal(() => sockets.send("x", "nobody")), "the id of an account");
});

test("markets, orders, cash, fees and times: what a control cannot take is refused, and nothing changes", async () => {
  const { exchange, ticker, account } = await setUp();
  const order = { ticker, side: "bid", price: "0.5600", count: "10.00" };
  const now = exchange.clock.now();
  const open = exchange.openTickers();
  const wrong: readonly [() => unknown, string][] = [
    [() => exchange.placeCounterOrder({ ...order, side: "yes" }), "`side` takes"],
    [() => exchange.placeCounterOrder({ ...order, price: 0.56 }), "`price` takes"],
    [() => exchange.placeCounterOrder({ ...order, price: "56" }), "`price` takes"],
    [() => exchange.placeCounterOrder({ ...order, count: 10 }), "`count` takes contracts"],
    [() => exchange.placeCounterOrder({ ...order, count: "-1.00" }), "`count` takes"],
    [() => exchange.placeCounterOrder({ ...order, size: "1.00" }), 'no option "size"'],
    [() => exchange.placeCounterOrder({ ...order, ticker: undefined }), "needs `ticker`"],
    [() => exchange.placeCounterOrder({ ...order, ticker: "NOPE" }), "NOPE"],
    [() => exchange.placeCounterOrder(), "object of options"],
    [() => exchange.listMarket({}), "needs `ticker`"],
    [() => exchange.listMarket("X"), "object of options"],
    [() => exchange.listMarket({ tickr: "X" }), "Did you mean ticker?"],
    [() => exchange.listMarket({ ticker: "" }), "`ticker` takes"],
    [() => exchange.listMarket({ ticker: 7 }), "`ticker` takes"],
    [() => exchange.listMarket({ ticker: "X", closesIn: 5 }), "Did you mean closesInMs"],
    [() => exchange.listMarket({ ticker: "X", closesInMs: "5" }), "`closesInMs` takes"],
    [() => exchange.listMarket({ ticker: "X", closesInMs: -5 }), "`closesInMs` takes"],
    [() => exchange.listMarket({ ticker: "X", priceLevelStructure: "constructor" }), "Known: "],
    [() => exchange.setPriceLevelStructure(ticker, "toString"), "Known: "],
    [() => exchange.setMarketActive(ticker, "false"), "`active` takes true or false"],
    [() => exchange.setMarketActive(ticker), "`active` takes"],
    [() => exchange.setMarketActive("NOPE", true), "NOPE"],
    [
      () => exchange.setCloseTime(ticker, Math.floor(now / 1000)),
      `did you mean ${Math.floor(now / 1000) * 1000}?`,
    ],
    [() => exchange.setCloseTime(ticker, new Date()), "date.getTime()"],
    [() => exchange.setCloseTime(ticker, "2026-01-01"), "Unix milliseconds"],
    [() => exchange.setCloseTime(ticker, now * 1000), "Unix milliseconds"],
    [() => exchange.setCloseTime(ticker, NaN), "Unix milliseconds"],
    [() => exchange.setHistoricalCutoff("x"), "Unix milliseconds"],
    [() => exchange.setHistoricalCutoff(Math.floor(now / 1000)), "looks like seconds"],
    [() => exchange.determine(ticker, "Yes"), '"yes", "no"'],
    [() => exchange.determine(ticker, true), '"yes", "no"'],
    [() => exchange.determine(ticker, "1.5"), '"yes", "no"'],
    [() => exchange.determine(ticker), '"yes", "no"'],
    [() => exchange.determine(ticker, "yes", { settled: true }), "Did you mean settle?"],
    [() => exchange.determine(ticker, "yes", { settle: "true" }), "`settle` takes"],
    [() => exchange.determine(ticker, "yes", true), "object of options"],
    [() => exchange.setSeriesFees("M", "square", 1), "`feeType` takes"],
    [() => exchange.setSeriesFees("M", "flat"), "`feeMultiplier` takes"],
    [() => exchange.setSeriesFees("M", "flat", "1"), "`feeMultiplier` takes"],
    [() => exchange.setSeriesFees("M", "flat", -1), "`feeMultiplier` takes"],
    [() => exchange.setSeriesFees("NOPE", "flat", 1), "NOPE"],
    [() => exchange.setEventFees("M-EVENT", "square"), "`feeType` takes"],
    [() => exchange.setEventFees("M-EVENT", "flat", 1, "now"), "Unix milliseconds"],
    [() => exchange.deposit(account.id, 100), "deposit takes dollars as text"],
    [() => exchange.deposit(account.id, "0.00"), "deposit takes dollars"],
    [() => exchange.deposit(account.id), "deposit takes dollars"],
    [() => exchange.deposit(account.id, "1.00", { subAccount: 1 }), "Did you mean subaccount?"],
    [() => exchange.deposit(account.id, "1.00", { subaccount: "1" }), "`subaccount` takes"],
    [() => exchange.deposit(account.id, "1.00", 1), "object of options"],
    [() => exchange.deposit("nobody", "1.00"), "nobody"],
    [() => exchange.setUsageTier(account.id, "vip"), "`tier` takes"],
    [() => exchange.setUsageTier("nobody", "basic"), "nobody"],
    [() => exchange.rateTokens("nobody"), "nobody"],
    [() => exchange.step(0), "`times` takes a whole number from 1"],
    [() => exchange.step("2"), "`times` takes"],
    [() => exchange.step({ times: 2 }), "`times` takes"],
    [() => exchange.setClockSkew("60000"), "`ms` takes milliseconds"],
    [() => exchange.setClockSkew(), "`ms` takes milliseconds"],
    [() => exchange.setClockSkew(NaN), "`ms` takes milliseconds"],
    [() => exchange.pause("all"), '"trading" or "exchange" or "nothing"'],
    [() => exchange.pause(), '"trading" or "exchange" or "nothing"'],
    [() => exchange.pause(true), '"trading" or "exchange" or "nothing"'],
    [() => exchange.clock.advance("60"), "advance: `ms` takes milliseconds"],
    [() => exchange.clock.advance(-1), "advance: `ms` takes milliseconds"],
    [() => exchange.clock.advance(NaN), "advance: `ms` takes milliseconds"],
    [() => exchange.clock.advance(Infinity), "advance: `ms` takes milliseconds"],
    [() => exchange.clock.advance(), "advance: `ms` takes milliseconds"],
    [() => exchange.clock.onAdvance("x"), "onAdvance: `listener` takes a function"],
    [() => exchange.createRuntime({ pings: true }), "Did you mean ping?"],
    [() => exchange.createRuntime({ ping: 1 }), "`ping` takes"],
  ];
  for (const [call, says] of wrong) assertStringIncludes(refusal(call), says);
  assertEquals(exchange.openTickers(), open);
  assertEquals(exchange.clock.now(), now);
  assert(exchange.placeCounterOrder(order).length > 0);
});
