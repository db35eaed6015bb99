/** Everything that can be asked of perps. */
import { assert, assertEquals } from "@std/assert";
import type { Answer } from "../session.ts";
import { orderBody } from "../session.ts";
import type { Visits } from "./visits.ts";

export const visitPerps: Visits = async ({ exchange, session, ownId, other }) => {
  const { perps } = exchange;
  const get = (path: string) => session.get(path);
  const ok = async (asked: Promise<Answer>) => {
    const answer = await asked;
    assert(answer.status < 300, `${answer.status} ${JSON.stringify(answer.value)}`);
    return answer.value;
  };
  const refused = async (asked: Promise<Answer>, status: number, code: string) => {
    const answer = await asked;
    assertEquals([answer.status, answer.value.code], [status, code]);
  };

  // markets
  const ticker = perps.listMarket({ ticker: "KXOWNPERP", indexPrice: "10.0000" });
  const quote = (side: "bid" | "ask", price: string, count = "100.00") =>
    perps.placeCounterOrder({ ticker, side, price, count });
  quote("bid", "9.9000");
  quote("ask", "10.1000");
  await ok(get("/margin/markets?status=active"));
  await ok(get(`/margin/markets/${ticker}`));
  perps.setSchedule("KXGOLDPERP", { open: false, nextAtMs: exchange.clock.now() + 60_000 });
  await ok(get("/margin/markets/KXGOLDPERP"));
  await ok(get(`/margin/markets/${ticker}/orderbook?depth=5&aggregation_tick_size=0.1000`));
  await refused(
    get(`/margin/markets/${ticker}/orderbook?aggregation_tick_size=0.00001`),
    400,
    "invalid_parameters",
  );

  // orders
  let named = 0;
  const create = (fields: Record<string, unknown>) =>
    session.post("/margin/orders", orderBody({ ticker, client_order_id: `order-${++named}`, ...fields }));
  const taken = await ok(create({ price: "10.1000", count: "3.00" }));
  assertEquals([taken.fill_count, taken.average_fill_price], ["3.00", "10.1000"]);
  const expiration_time = Math.floor(exchange.clock.now() / 1_000) + 86_400;
  const resting = await ok(create({ price: "9.0000", expiration_time, cancel_order_on_pause: true }));
  await refused(create({ price: "9.0000", client_order_id: "order-1" }), 409, "order_already_exists");
  await refused(create({ price: "9.0000", market_version: 2 }), 409, "market_version_mismatch");
  await refused(create({ price: "1.0000" }), 400, "invalid_price");
  await refused(create({ price: "9.0000", reduce_only: true }), 400, "invalid_order");
  await refused(create({ price: "9.0000", ticker: "NONE" }), 404, "market_not_found");
  const change = `/margin/orders/${resting.order_id}`;
  await ok(session.post(`${change}/amend`, { ticker, side: "bid", price: "9.1000", count: "9.00" }));
  await ok(session.post(`${change}/decrease`, { reduce_by: "1.00" }));
  await ok(get(change));
  await ok(get("/margin/orders?status=resting"));
  await ok(session.delete(change));
  await refused(session.delete(change), 404, "not_found");
  await ok(create({ price: "9.0000" }));
  await ok(session.delete("/margin/orders?subaccount=0"));

  // order groups
  const groups = "/margin/order_groups";
  const { order_group_id: group } = await ok(session.post(`${groups}/create`, { contracts_limit: 10 }));
  await ok(create({ price: "9.0000", order_group_id: group }));
  await ok(get(groups));
  await ok(get(`${groups}/${group}`));
  await ok(session.put(`${groups}/${group}/limit`, { contracts_limit_fp: "20.00" }));
  await ok(session.put(`${groups}/${group}/trigger`));
  await ok(session.put(`${groups}/${group}/reset`));
  await ok(get("/margin/orders"));
  await ok(session.delete(`${groups}/${group}`));

  // exit triggers
  const triggers = `/margin/cross/positions/${ticker}/exit_trigger`;
  await refused(
    session.put(triggers, { stop_loss_price: "9.0000", trail_bps: 10 }),
    400,
    "invalid_parameters",
  );
  await refused(
    session.put(triggers, { anchor_order_id: "none", client_trigger_id: "a", take_profit_price: "12.0000" }),
    409,
    "anchor_order_unavailable",
  );
  const part = { count: "1.00", client_trigger_id: "mine", stop_loss_price: "9.0000" };
  const bracket = await ok(session.put(triggers, part));
  assertEquals((await ok(session.put(triggers, part))).id, bracket.id);
  await ok(session.put(`${triggers}/${bracket.id}`, { take_profit_price: "12.0000" }));
  await ok(session.put(triggers, { kind: "trailing", trail_bps: 500 }));
  const anchor = await ok(create({ price: "9.5000" }));
  await ok(
    session.put(triggers, {
      anchor_order_id: anchor.order_id,
      client_trigger_id: "anchored",
      take_profit_price: "13.0000",
    }),
  );
  await ok(get(`${triggers}?kind=trailing`));
  await ok(get(triggers));
  await ok(session.delete(`${triggers}/${bracket.id}`));
  await refused(session.delete(`${triggers}/none`), 404, "exit_trigger_not_found");
  await ok(session.delete(triggers));
  await ok(session.delete(anchorPath(anchor)));
  perps.tradeIsolated(ownId, { ticker, side: "ask", price: "9.9000", count: "2.00", margin: "1.00" });
  const alone = `/margin/isolated/positions/${ticker}/exit_trigger`;
  await refused(session.put(alone, { stop_loss_price: "90.0000" }), 400, "stop_loss_past_liquidation");
  await refused(
    session.put(triggers.replace(ticker, "KXETHPERP"), { ...part, stop_loss_price: "1.0000" }),
    409,
    "idempotency_key_already_used",
  );
  await ok(session.put(alone, { take_profit_price: "8.0000" }));
  await ok(get(alone));
  await ok(session.delete(`${alone}?kind=bracket`));

  // funding
  await exchange.clock.advance(120_000);
  quote("bid", "9.9500");
  await exchange.clock.advance(3_000);
  perps.fund();
  const now = Math.floor(exchange.clock.now() / 1_000);
  await ok(get(`/margin/funding_rates/estimate?ticker=${ticker}`));
  const { funding_rates: rates } = await ok(get(`/margin/funding_rates/historical?ticker=${ticker}`));
  assertEquals(rates.length, 1);
  await ok(get(`/margin/funding_rates/historical?start_ts=${now - 600}&end_ts=${now}`));
  const index = `/margin/funding_rates/premium_index?ticker=${ticker}`;
  const { points } = await ok(get(`${index}&start_ts=${now - 60}&end_ts=${now}`));
  assert(points.length > 0);
  await refused(get(`${index}&start_ts=${now - 3_700}&end_ts=${now}`), 400, "invalid_parameters");
  const today = new Date(exchange.clock.now()).toISOString().slice(0, 10);
  const history = `/margin/funding_history?start_date=${today}&end_date=${today}`;
  const { funding_history: paid } = await ok(get(`${history}&ticker=${ticker}`));
  // That of the position, and that of the isolated one.
  assertEquals(paid.map(({ subaccount_number }: { subaccount_number: unknown }) => subaccount_number), [
    0,
    null,
  ]);
  await refused(get(history.replace(today, "2026-02-30")), 400, "invalid_parameters");

  // candlesticks and trades
  const candles = `/margin/markets/${ticker}/candlesticks?period_interval=1`;
  const { candlesticks } = await ok(
    get(`${candles}&start_ts=${now - 600}&end_ts=${now}&include_latest_before_start=true`),
  );
  assert(candlesticks.length > 0);
  await ok(get(`/margin/trades?ticker=${ticker}&limit=1`));
  await ok(get("/margin/trades"));

  // portfolio
  await ok(session.post("/portfolio/margin/subaccounts"));
  const transfer = {
    client_transfer_id: "00000000-0000-4000-8000-000000000001",
    from_subaccount: 0,
    to_subaccount: 1,
    amount_cents: 100,
  };
  await ok(session.post("/portfolio/margin/subaccounts/transfer", transfer));
  await refused(
    session.post("/portfolio/margin/subaccounts/transfer", transfer),
    409,
    "transfer_already_exists",
  );
  await ok(
    session.post("/portfolio/intra_exchange_instance_transfer", {
      source: "margined",
      destination: "event_contract",
      amount: 10_000,
    }),
  );
  await ok(get("/margin/balance?compute_available_balance=true"));
  await ok(get(`/margin/positions?ticker=${ticker}&subaccount=0`));
  const { fills } = await ok(get("/margin/fills?limit=1"));
  assertEquals(fills.length, 1);

  // limits, and what a futures commission merchant does for its customers
  await ok(session.put("/margin/fcm/notional_risk_limit", { notional_value_risk_limit: "1000.0000" }));
  await ok(get("/margin/notional_risk_limit"));
  await refused(
    session.put("/margin/fcm/notional_risk_limit", { notional_value_risk_limit: "900000000.0000" }),
    400,
    "invalid_parameters",
  );
  await ok(session.delete("/margin/fcm/notional_risk_limit"));
  const subtraders = "/margin/fcm/subtraders";
  const { subtrader_id } = await ok(
    session.post(subtraders, { subtrader_suffix: "a1", require_category_cap: true }),
  );
  await refused(
    session.post(subtraders, { subtrader_suffix: "a1", require_category_cap: true }),
    409,
    "subtrader_already_exists",
  );
  const controls = `${subtraders}/risk_controls`;
  await ok(session.put(controls, { subtrader_id, im_cap: "100.0000" }));
  await ok(session.put(controls, { subtrader_id, im_cap: "50.0000", asset_class: "Crypto" }));
  await ok(session.put(controls, { subtrader_id, im_cap: "20.0000", market_ticker: ticker }));
  const { risk_controls: caps } = await ok(get(`${controls}?subtrader_id=${subtrader_id}`));
  assertEquals(caps.length, 3);
  await ok(session.delete(`${controls}?subtrader_id=${subtrader_id}&asset_class=Crypto`));
  await refused(get(`${controls}?subtrader_id=none`), 404, "not_found");

  // who may not trade perps is told so
  await ok(other.get("/margin/enabled"));
  perps.setEnabled(ownId, false);
  await refused(get("/margin/positions"), 403, "margin_not_enabled");
  assertEquals((await ok(get("/margin/enabled"))).enabled, false);
  perps.setEnabled(ownId, true);

  // what is refused has its shape too
  await get("/margin/markets/NONE");
  await get("/margin/orders?limit=x");
  perps.pause("trading");
  await refused(create({ price: "9.0000" }), 409, "trading_is_paused");
  await get("/margin/exchange/status");
};

const anchorPath = ({ order_id }: { readonly order_id: string }) => `/margin/orders/${order_id}`;
