import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { test } from "../support/test.ts";
import { KalshiDecodeError } from "../../src/base/errors.ts";
import * as schemas from "../../src/contract/schemas.ts";

const priceRange = { start: "0.0000", end: "1.0000", step: "0.0100" };

test("parse returns the very value", () => {
  assertStrictEquals(schemas.parsePriceRange(priceRange), priceRange);
  const result = schemas.safeParsePriceRange(priceRange);
  assert(result.success);
  assertStrictEquals(result.value, priceRange);
});

test("a difference says where, what was due and what came", () => {
  const book = { orderbook_fp: { yes_dollars: [["0.10", "5.00"], ["0.20", 7]], no_dollars: [] } };
  const error = assertThrows(() => schemas.parseGetMarketOrderbookResponse(book), KalshiDecodeError);
  assertEquals(error.code, "DECODE");
  assertEquals(error.details, {
    path: "orderbook_fp.yes_dollars[1][1]",
    expected: "string",
    received: "number",
  });
  assert(error.message.includes("GetMarketOrderbookResponse: orderbook_fp.yes_dollars[1][1]"), error.message);
  const missing = schemas.safeParsePriceRange({ start: "0", end: "1" });
  assert(!missing.success);
  assertEquals(schemas.describeDifference(missing.difference), "step: expected a value, received nothing");
  const whole = schemas.safeParsePriceRange(null);
  assert(!whole.success);
  assertEquals(whole.difference, { path: "", expected: "object", received: "null" });
});

test("the text of a wrong string is not repeated", () => {
  const result = schemas.safeParseGenerateApiKeyResponse("-----BEGIN PRIVATE KEY-----");
  assert(!result.success);
  assertEquals(JSON.stringify(result).includes("BEGIN"), false);
});

test("what we receive may hold new fields, new enum values and null for what is optional", () => {
  const order = {
    order_id: "1",
    ts_ms: 1,
    fill_count: "0.00",
    remaining_count: "10.00",
    average_fill_price: null,
    added_last_thursday: { deep: true },
  };
  assertStrictEquals(schemas.parseCreateOrderV2Response(order), order);
  const status = { exchange_active: true, trading_active: true, exchange_index_statuses: null };
  assertEquals(schemas.checkResponse("GET /exchange/status", status), undefined);
  assertEquals(
    schemas.checkResponse("GET /portfolio/intra_exchange_instance_transfers/{transfer_id}", {
      transfer: {
        transfer_id: "1",
        source: "a_third_exchange",
        destination: "margined",
        source_exchange_shard: 0,
        destination_exchange_shard: 1,
        amount: "0.0001",
        status: "on_hold",
        created_ts: 1,
      },
    }),
    undefined,
  );
});

test("what we send is checked to the letter", () => {
  const order = {
    ticker: "A",
    side: "bid",
    count: "10.00",
    price: "0.5600",
    time_in_force: "good_till_canceled",
    self_trade_prevention_type: "taker_at_cross",
  };
  assertStrictEquals(schemas.parseCreateOrderV2Request(order), order);
  assert(schemas.safeParseCreateOrderV2Request({ ...order, post_only: undefined }).success);
  const wrong = (change: object) => {
    const result = schemas.safeParseCreateOrderV2Request({ ...order, ...change });
    return result.success ? "" : schemas.describeDifference(result.difference);
  };
  assertEquals(wrong({ side: "buy" }), `side: expected ("bid" | "ask"), received "buy"`);
  assertEquals(wrong({ count: 10 }), "count: expected string, received number");
  assertEquals(wrong({ postOnly: true }), "postOnly: expected no such field, received one");
  assertEquals(wrong({ post_only: null }), "post_only: expected boolean, received null");
});

test("checkResponse knows each operation by method and path", () => {
  assertEquals(
    schemas.checkResponse("GET /markets", { markets: [{}], cursor: "" })?.path,
    "markets[0].ticker",
  );
  assertEquals(schemas.checkResponse("GET /markets", { markets: [], cursor: "" }), undefined);
  assertEquals(schemas.checkResponse("GET /no/such/path", 1), undefined);
  assertEquals(schemas.checkResponse("toString", 1), undefined);
  assertEquals(schemas.checkResponse("DELETE /portfolio/events/orders", undefined), undefined);
  assertEquals(
    schemas.checkResponse("DELETE /portfolio/order_groups/{order_group_id}", undefined),
    undefined,
  );
  assertEquals(schemas.perps.checkResponse("GET /margin/enabled", {})?.path, "enabled");
  const check: schemas.ResponseCheck = schemas.checkResponse;
  assertEquals(check("GET /exchange/status", [])?.path, "exchange_active");
});

test("checkFrame knows each frame by its type", () => {
  const delta = {
    type: "orderbook_delta",
    sid: 1,
    seq: 2,
    msg: { market_ticker: "A.B", market_id: "x", price_dollars: "0.10", delta_fp: "-1.00", side: "yes" },
  };
  assertEquals(schemas.ws.checkFrame(delta), undefined);
  assertEquals(schemas.ws.checkFrame({ ...delta, seq: "2" })?.path, "seq");
  assertEquals(
    schemas.ws.checkFrame({ ...delta, msg: { ...delta.msg, delta_fp: -1 } })?.path,
    "msg.delta_fp",
  );
  assertEquals(schemas.ws.checkFrame({ type: "added_last_thursday" }), undefined);
  assertEquals(schemas.ws.checkFrame("text")?.path, "type");
  assertEquals(schemas.ws.checkFrame(null)?.path, "type");
  const listed = { id: 1, type: "ok", msg: [{ channel: "ticker", sid: 1 }] };
  assertEquals(schemas.ws.checkFrame(listed), undefined);
  assertEquals(schemas.ws.checkFrame({ id: 1, type: "ok", msg: { market_tickers: ["A"] } }), undefined);
  assertEquals(schemas.ws.checkFrame({ id: 1, type: "ok", msg: 5 })?.path, "msg");
  const perpsDelta = {
    type: "orderbook_delta",
    sid: 1,
    seq: 2,
    msg: { market_ticker: "A", price: "1", delta: "1", side: "bid" },
  };
  assertEquals(schemas.perpsWs.checkFrame(perpsDelta), undefined);
});
