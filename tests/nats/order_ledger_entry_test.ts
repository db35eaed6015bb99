/** What of an intent is compared, which refusals are kept, and what errors of NATS say to do. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  KalshiBadRequestError,
  KalshiConfigError,
  KalshiConflictError,
  type KalshiError,
  KalshiNotFoundError,
  KalshiRateLimitError,
} from "../../src/base/errors.ts";
import { natsError } from "../../src/nats/errors.ts";
import { assertSameOrder, type IntentBasis, isFinalRefusal } from "../../src/nats/ledger_entry.ts";
import { test } from "../support/test.ts";

const basis: IntentBasis = {
  environment: "demo",
  account: "a",
  order: {
    ticker: "KXLEDGER-26NOV24-T60",
    side: "bid",
    count: "1.00",
    price: "0.0100",
    time_in_force: "good_till_canceled",
    self_trade_prevention_type: "taker_at_cross",
    client_order_id: "1",
  },
};

test("prices and counts of an intent are compared by value, everything else as it is", () => {
  const check = (order: Partial<IntentBasis["order"]>) =>
    assertSameOrder("x", basis, { ...basis, order: { ...basis.order, ...order } });
  for (const same of [{ price: "0.01" }, { price: "0.010000" }, { count: "1" }, { count: "01.0" }]) {
    check(same);
  }
  check({ post_only: undefined });
  const others = [
    [{ price: "0.0101" }, "price"],
    [{ count: "1.01", price: "0.01" }, "count"],
    [{ count: "one" }, "count"],
    [{ side: "ask" }, "side"],
    [{ post_only: false }, "post_only"],
    [{ ticker: "KXLEDGER-26NOV24-T61" }, "ticker"],
  ] as const;
  for (const [order, name] of others) {
    const error = assertThrows(() => check(order), KalshiConfigError);
    assert(error.message.includes(`another order: another ${name}.`), error.message);
  }
});

test("an intent of another account, or of another environment, is refused", () => {
  for (
    const [other, says] of [
      [{ account: "b" }, "another account"],
      [{ environment: "production" }, "environment demo"],
      [{ environment: "production", account: "b" }, "environment demo"],
    ] as const
  ) {
    assertThrows(() => assertSameOrder("x", basis, { ...basis, ...other }), KalshiConfigError, says);
  }
});

test("a refusal that is about the moment decides nothing, every other one is final", () => {
  const refusal = (
    Class: new (message: string, context: object) => KalshiError,
    status: number,
    serverCode?: string,
    outcome = "rejected",
  ) => isFinalRefusal(new Class("", { status, serverCode, outcome }));
  for (
    const code of [
      "trading_is_paused",
      "exchange_is_paused",
      "EXCHANGE_PAUSED",
      "exchange is paused",
      "market_inactive",
      "MARKET_INACTIVE",
      "service_unavailable",
      "internal_server_error",
      "too_many_requests",
      "header_timestamp_expired",
    ]
  ) {
    assertEquals([code, refusal(KalshiConflictError, 409, code)], [code, false]);
    assertEquals([code, refusal(KalshiBadRequestError, 400, code)], [code, false]);
  }
  assertEquals(refusal(KalshiNotFoundError, 404, "market_not_found"), false);
  assertEquals(refusal(KalshiBadRequestError, 425), false);
  assertEquals(refusal(KalshiRateLimitError, 429), false);
  for (
    const code of [
      "insufficient_balance",
      "invalid_order",
      "invalid_price",
      "market_closed",
      "market_already_closed",
      "exceeded_per_market_risk_limit",
      "self_cross_attempt",
      "a_code_of_tomorrow",
      undefined,
    ]
  ) {
    assertEquals([code, refusal(KalshiBadRequestError, 400, code)], [code, true]);
    assertEquals(refusal(KalshiBadRequestError, 400, code, "unknown"), false);
  }
  assertEquals(refusal(KalshiConflictError, 409, "fill_or_kill_insufficient_resting_volume"), true);
  assertEquals(refusal(KalshiNotFoundError, 404, "insufficient_shard_balance"), true);
});

test("an error of NATS says what to do, also where its cause says why", () => {
  const named = (name: string, cause?: Error) => Object.assign(new Error("why", { cause }), { name });
  assertEquals(natsError("What", named("Foreign")).message, "What: why.");
  for (const error of [named("JetStreamNotEnabled"), named("Foreign", named("JetStreamNotEnabled"))]) {
    assert(natsError("What", error).message.startsWith("What: why. Start nats-server with JetStream"));
  }
  assertEquals(natsError("What", "a text.").message, "What: a text.");
});
