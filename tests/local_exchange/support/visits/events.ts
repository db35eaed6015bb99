/** Everything that can be asked of the event contracts. */
import { assert, assertEquals } from "@std/assert";
import { orderBody } from "../session.ts";
import type { Visits } from "./visits.ts";

export const visitEvents: Visits = async ({ exchange, session, ownId, other, otherId }) => {
  const get = (path: string) => session.get(path);
  const ticker = exchange.openTickers().find((name) => name.startsWith("KXHIGHNY"));
  assert(ticker !== undefined);
  const { value: { market } } = await get(`/markets/${ticker}`);
  const event = market.event_ticker;
  const now = Math.floor(exchange.clock.now() / 1_000);
  const range = `start_ts=${now - 3_600}&end_ts=${now}&period_interval=1`;

  // exchange, search
  for (
    const path of ["/exchange/status", "/exchange/schedule", "/exchange/user_data_timestamp"]
  ) await get(path);
  await get("/search/filters_by_sport");
  await get("/search/tags_by_categories");

  // markets, series, events
  await get("/markets?limit=1000");
  await get("/markets?status=settled");
  await get("/markets/trades?limit=20");
  await get(`/markets/trades?ticker=${ticker}`);
  await get(`/markets/${ticker}/orderbook`);
  await get(`/markets/orderbooks?tickers=${ticker}`);
  await get("/series?include_volume=true");
  await get("/series/KXHIGHNY");
  await get("/events?with_nested_markets=true&with_milestones=true");
  await get(`/events/${event}`);
  await get(`/events/${event}?with_nested_markets=true`);
  await get(`/events/${event}/metadata`);
  exchange.clock.advance(120_000);
  const past = `start_ts=${now - 3_600}&end_ts=${now + 120}&period_interval=1`;
  const { value: { candlesticks } } = await get(`/series/KXHIGHNY/markets/${ticker}/candlesticks?${past}`);
  assert(candlesticks.length > 0);
  await get(`/markets/candlesticks?market_tickers=${ticker}&${past}&include_latest_before_start=true`);
  await get(`/series/KXHIGHNY/events/${event}/candlesticks?${past}`);
  await get(
    `/series/KXHIGHNY/events/${event}/forecast_percentile_history?percentiles=2500&percentiles=5000&${range}`,
  );
  exchange.setSeriesFees("KXNFLGAME", "quadratic", 1, exchange.clock.now() + 60_000);
  await get("/series/fee_changes");
  exchange.setEventFees(event, "quadratic_with_maker_fees", 0.5);
  exchange.setEventFees(event);
  await get("/events/fee_changes");

  // orders
  const create = (fields: Record<string, unknown>) =>
    session.post("/portfolio/events/orders", orderBody({ ticker, ...fields }));
  const taken = await create({ price: market.yes_ask_dollars, count: "3", client_order_id: "taken" });
  assertEquals(taken.value.fill_count, "3.00");
  const expiring = { expiration_time: now + 86_400, cancel_order_on_pause: true };
  const resting = await create({ price: "0.0100", ...expiring });
  await create({ price: "0.0050" });
  await create({ client_order_id: "taken" });
  const change = `/portfolio/events/orders/${resting.value.order_id}`;
  await session.post(`${change}/amend`, { ticker, side: "bid", price: "0.0200", count: "9" });
  await session.post(`${change}/decrease`, { reduce_by: "1" });
  await get("/portfolio/orders");
  await get(`/portfolio/orders/${taken.value.order_id}`);
  await get(`/portfolio/orders/${resting.value.order_id}/queue_position`);
  await get(`/portfolio/orders/queue_positions?event_ticker=${event}`);
  await session.delete(change);
  await session.delete(change);
  const small = { ticker, price: "0.0100", count: "1" };
  const batch = await session.post("/portfolio/events/orders/batched", {
    orders: [orderBody(small), orderBody({ ...small, price: "0.0001", client_order_id: "bad" })],
  });
  await session.delete("/portfolio/events/orders/batched", {
    orders: [{ order_id: batch.value.orders[0].order_id }, { order_id: "unknown" }],
  });
  await session.delete("/portfolio/events/orders");

  // order groups
  const groups = "/portfolio/order_groups";
  const { value: { order_group_id: group } } = await session.post(`${groups}/create`, {
    contracts_limit: 10,
  });
  await create({ price: "0.0100", order_group_id: group });
  await get(groups);
  await get(`${groups}/${group}`);
  await session.put(`${groups}/${group}/limit`, { contracts_limit_fp: "20.00" });
  await session.put(`${groups}/${group}/trigger`);
  await session.put(`${groups}/${group}/reset`);
  await get("/portfolio/orders");
  await session.delete(`${groups}/${group}`);

  // portfolio
  await session.post("/portfolio/subaccounts");
  await session.post("/portfolio/subaccounts/transfer", {
    client_transfer_id: crypto.randomUUID(),
    from_subaccount: 0,
    to_subaccount: 1,
    amount_cents: 100,
  });
  const { value: { transfer_id: transfer } } = await session.post(
    "/portfolio/intra_exchange_instance_transfer",
    {
      source: "event_contract",
      destination: "margined",
      amount: 10_000,
    },
  );
  await get(`/portfolio/intra_exchange_instance_transfers/${transfer}`);
  exchange.deposit(ownId, "-1.00");
  await session.put("/portfolio/subaccounts/netting", { subaccount_number: 1, enabled: false });
  await session.post("/portfolio/target_balance_allocation", {
    allocations: [{ exchange_index: 0, percent: 100 }],
  });
  const own = exchange.listMarket({ ticker: "KXOWN" });
  exchange.placeCounterOrder({ ticker: own, side: "ask", price: "0.5000", count: "2" });
  await session.post("/portfolio/events/orders", orderBody({ ticker: own, count: "2" }));
  exchange.determine(own, "yes", { settle: true });
  for (
    const path of [
      "balance",
      "fills",
      "positions",
      "positions?settlement_status=all",
      "settlements",
      "deposits",
      "withdrawals",
      "intra_exchange_instance_transfers",
      "subaccounts/balances",
      "subaccounts/netting",
      "subaccounts/transfers",
      "summary/total_resting_order_value",
      "target_balance_allocation",
    ]
  ) await get(`/portfolio/${path}`);

  // account and keys
  for (const path of ["limits", "endpoint_costs", "api_usage_level/volume_progress"]) {
    await get(
      `/account/${path}`,
    );
  }
  await session.post("/account/api_usage_level/upgrade");
  const key = await session.post("/api_keys/generate", { name: "one", key_type: "ed25519", subaccount: 1 });
  const pair = await crypto.subtle.generateKey({ name: "Ed25519" }, true, [
    "sign",
    "verify",
  ]) as CryptoKeyPair;
  const spki = new Uint8Array(await crypto.subtle.exportKey("spki", pair.publicKey));
  const pem = `-----BEGIN PUBLIC KEY-----\n${btoa(String.fromCharCode(...spki))}\n-----END PUBLIC KEY-----`;
  await session.post("/api_keys", { name: "two", public_key: pem, scopes: ["read"] });
  await get("/api_keys");
  await session.delete(`/api_keys/${key.value.api_key_id}`);

  // combos, requests for quotes, block trades
  const { value: { multivariate_contracts: [collection] } } = await get("/multivariate_event_collections");
  const path = `/multivariate_event_collections/${collection.collection_ticker}`;
  await get(path);
  const legs = await Promise.all(
    collection.associated_event_tickers.slice(0, 2).map(async (name: string) => ({
      event_ticker: name,
      market_ticker: (await get(`/events/${name}`)).value.markets[0].ticker,
      side: "yes",
    })),
  );
  const combo = await session.post(path, { selected_markets: legs, with_market_payload: true });
  await session.post(path, { selected_markets: legs.slice(1) });
  await get("/events/multivariate?with_nested_markets=true");
  await get("/communications/id");
  const rfqs = "/communications/rfqs";
  const rfq = (await session.post(rfqs, {
    market_ticker: combo.value.market_ticker,
    target_cost_dollars: "5.00",
    rest_remainder: false,
  })).value.id;
  await session.post(rfqs, {
    market_ticker: combo.value.market_ticker,
    contracts: 1,
    rest_remainder: false,
  });
  await get(`${rfqs}?status=open`);
  await other.get(`${rfqs}/${rfq}`);
  const quote = async () =>
    (await other.post("/communications/quotes", {
      rfq_id: rfq,
      yes_bid: "0.3",
      no_bid: "0.6",
      rest_remainder: true,
    })).value.id;
  await other.delete(`${rfqs}/${rfq}/quotes/${await quote()}`);
  await other.delete(`/communications/quotes/${await quote()}`);
  const first = await quote();
  await session.put(`/communications/quotes/${first}/accept`, { accepted_side: "no" });
  await other.get(`/communications/quotes/${first}`);
  await other.put(`/communications/quotes/${first}/confirm`);
  exchange.clock.advance(1_000);
  await get(`${rfqs}/${rfq}/quotes/${first}`);
  await get("/communications/quotes?rfq_user_filter=self");
  const again =
    (await session.post(rfqs, { market_ticker: ticker, contracts_fp: "1.50", rest_remainder: true })).value
      .id;
  const answer = (await other.post("/communications/quotes", {
    rfq_id: again,
    yes_bid: "0.3000",
    no_bid: "0.3000",
    rest_remainder: false,
    post_only: true,
  })).value.id;
  await session.put(`${rfqs}/${again}/quotes/${answer}/accept`, { accepted_side: "yes" });
  await other.put(`${rfqs}/${again}/quotes/${answer}/confirm`, {});
  await session.delete(`${rfqs}/${again}`);
  const blocks = "/communications/block-trade-proposals";
  const { value: { block_trade_proposal_id: block } } = await session.post(blocks, {
    buyer_user_id: ownId,
    seller_user_id: otherId,
    market_ticker: ticker,
    price_centi_cents: 5_000,
    centicount: 100,
    maker_side: "no",
    expiration_ts: new Date(exchange.clock.now() + 60_000).toISOString(),
  });
  await session.post(`${blocks}/${block}/accept`);
  await get(blocks);
  await other.post(`${blocks}/${block}/accept`, {});
  await get(blocks);

  // milestones, structured targets, and what is made up
  const { value: { milestones: [game] } } = await get("/milestones?limit=5");
  await get(`/milestones/${game.id}`);
  const { value: { structured_targets: [team] } } = await get("/structured_targets");
  await get(`/structured_targets/${team.id}`);
  await get("/incentive_programs?limit=2");
  await get(`/live_data/batch?milestone_ids=${game.id}&include_player_stats=true`);
  await get(`/live_data/milestone/${game.id}`);
  await get(`/live_data/milestone/${game.id}/game_stats`);
  await get(`/live_data/${game.type}/milestone/${game.id}`);
  await get(`/live_data/events/${event}`);
  await get("/live_data/weather/nyc?detailed=true");
  await get("/live_data/weather/nyc/calibrations");

  // futures commission merchants
  const { value: { subtrader_id: subtrader } } = await session.post("/fcm/subtraders", {
    subtrader_suffix: "a1",
  });
  assert(subtrader.endsWith("_a1"));
  await session.post("/fcm/subtraders", { subtrader_suffix: "a1" });
  const { value: { subtrader_id: second } } = await session.post("/fcm/subtraders", {
    subtrader_suffix: "A1", // case counts
  });
  await get("/fcm/subtraders");
  await get("/fcm/orders");
  await get("/fcm/fills");
  await get(`/fcm/positions?subtrader_id=${subtrader}`);
  await session.put("/fcm/subtraders/blocked_categories", {
    subtrader_id: subtrader,
    category: "Sports",
    blocked: true,
  });
  await get(`/fcm/subtraders/blocked_categories?subtrader_id=${subtrader}`);
  await session.put("/fcm/subtraders/event_contract_daily_cap", {
    subtrader_id: subtrader,
    limit: "500.00",
  });
  await get(`/fcm/subtraders/event_contract_daily_cap?subtrader_id=${subtrader}`);
  await session.delete(`/fcm/subtraders/event_contract_daily_cap?subtrader_id=${subtrader}`);
  await session.post("/fcm/positions/transfers", {
    source_subtrader_id: subtrader,
    target_subtrader_id: second,
    market_ticker: ticker,
    position_centicount: 100,
    price_centicents: 5_000,
  });

  // history
  exchange.setHistoricalCutoff(exchange.clock.now() + 1);
  await get("/historical/cutoff");
  for (const list of ["markets", "trades", "fills", "orders", "positions"]) {
    const { value } = await get(`/historical/${list}?limit=50`);
    assert((value[list] ?? value.market_positions).length > 0, list);
  }
  await get(`/historical/markets/${own}`);
  await get(`/historical/markets/${own}/candlesticks?${past.replace(/end_ts=\d+/, `end_ts=${now + 600}`)}`);

  // what is refused has its shape too
  await get("/markets/NONE");
  await get("/markets?limit=x");
  exchange.pause("trading");
  await create({});
  await get("/exchange/status");
};
