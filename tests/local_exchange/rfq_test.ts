import { assertEquals } from "@std/assert";
import { LocalExchange } from "../../src/local_exchange/mod.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import { test } from "../support/test.ts";
import { orderBody, Session } from "./support/session.ts";

async function setUp() {
  const exchange = LocalExchange.create({ marketMakers: false, clock: new ManualClock() });
  const open = async () => {
    const account = await exchange.createAccount({ balance: "1000.00" });
    return { account, session: new Session(exchange, account.auth) };
  };
  const [{ session: requester, account }, { session: maker }, { session: rival }] = [
    await open(),
    await open(),
    await open(),
  ];
  const ticker = exchange.listMarket({ ticker: "KXRFQ" });
  const ask = async (fields: Record<string, unknown> = {}) => (await requester.post("/communications/rfqs", {
    market_ticker: ticker,
    contracts_fp: "100.00",
    rest_remainder: false,
    ...fields,
  }));
  const quote = (session: Session, rfq_id: string, fields: Record<string, unknown> = {}) =>
    session.post("/communications/quotes", {
      rfq_id,
      yes_bid: "0.4000",
      no_bid: "0.5500",
      rest_remainder: false,
      ...fields,
    });
  return { exchange, requester, account, maker, rival, ticker, ask, quote };
}

test("a request is quoted, accepted, confirmed and executed on time", async () => {
  const { exchange, requester, maker, rival, ask, quote, ticker } = await setUp();
  const { value: { id: rfq } } = await ask();
  const { value: { id } } = await quote(maker, rfq);
  await quote(rival, rfq, { yes_bid: "0.3900" });
  const path = `/communications/rfqs/${rfq}/quotes/${id}`;
  assertEquals((await rival.get(path)).status, 404);
  const mine = await requester.get("/communications/quotes?rfq_user_filter=self");
  assertEquals(mine.value.quotes.length, 2);
  assertEquals((await maker.get("/communications/quotes?user_filter=self")).value.quotes.length, 1);
  assertEquals((await maker.get("/communications/quotes")).status, 400);

  assertEquals((await maker.put(`${path}/accept`, { accepted_side: "yes" })).status, 404);
  assertEquals((await requester.put(`${path}/accept`, { accepted_side: "yes" })).status, 204);
  exchange.clock.advance(29_000);
  assertEquals((await maker.put(`${path}/confirm`)).status, 204);
  exchange.clock.advance(14_999);
  assertEquals((await maker.get(path)).value.quote.status, "confirmed");
  exchange.clock.advance(1);
  const { value: { quote: executed } } = await maker.get(path);
  assertEquals([executed.status, executed.accepted_side, typeof executed.creator_order_id], [
    "executed",
    "yes",
    "string",
  ]);
  assertEquals(executed.rfq_creator_order_id, undefined);
  const [fill] = (await maker.get("/portfolio/fills")).value.fills;
  assertEquals(
    [fill.order_id, fill.count_fp, fill.yes_price_dollars, fill.outcome_side, fill.is_taker],
    [executed.creator_order_id, "100.00", "0.4000", "yes", false],
  );
  const [position] = (await requester.get("/portfolio/positions")).value.market_positions;
  assertEquals([position.ticker, position.position_fp], [ticker, "-100.00"]);
  assertEquals((await requester.get(`/communications/rfqs/${rfq}`)).value.rfq.status, "closed");
  const [other] = (await rival.get("/communications/quotes?user_filter=self")).value.quotes;
  assertEquals([other.status, other.cancellation_reason], ["cancelled", "rfq_closed"]);
});

test("a quote that is not confirmed in time is void", async () => {
  const { exchange, requester, maker, ask, quote } = await setUp();
  const { value: { id: rfq } } = await ask();
  const { value: { id } } = await quote(maker, rfq);
  const path = `/communications/rfqs/${rfq}/quotes/${id}`;
  await requester.put(`${path}/accept`, { accepted_side: "no" });
  exchange.clock.advance(30_000);
  assertEquals((await maker.put(`${path}/confirm`)).status, 400);
  assertEquals((await maker.get(path)).value.quote.cancellation_reason, "not_confirmed");
});

test("a target cost holds the fees as well, unless it is said to exclude them", async () => {
  const { exchange, requester, maker, ask, quote } = await setUp();
  const { value: { id: rfq } } = await ask({ contracts_fp: undefined, target_cost_dollars: "45.0000" });
  const { value: { id } } = await quote(maker, rfq);
  const path = `/communications/rfqs/${rfq}/quotes/${id}`;
  // A contract of NO is 0.45, and 0.07 * 0.45 * 0.55 in fees.
  assertEquals((await maker.get(path)).value.quote.no_contracts_fp, "96.29");
  await requester.put(`${path}/accept`, { accepted_side: "no" });
  await maker.put(`${path}/confirm`);
  exchange.clock.advance(15_000);
  const { value: { balance_dollars } } = await requester.get("/portfolio/balance");
  assertEquals(balance_dollars, "955.0012");
});

test("accepting the NO side sells NO to the maker, and a cost is turned into contracts", async () => {
  const { exchange, requester, maker, ask, quote } = await setUp();
  const { value: { id: rfq } } = await ask({
    contracts_fp: undefined,
    target_cost_dollars: "45.0000",
    target_cost_excludes_fees: true,
  });
  const { value: { id } } = await quote(maker, rfq);
  const path = `/communications/quotes/${id}`;
  const { value: { quote: open } } = await maker.get(path);
  // YES at 0.45 for the requester, or NO at 0.60.
  assertEquals([open.no_contracts_fp, open.yes_contracts_fp, open.rfq_target_cost_dollars], [
    "100.00",
    "75.00",
    "45.000000",
  ]);
  await requester.put(`${path}/accept`, { accepted_side: "no" });
  await maker.put(`${path}/confirm`, {});
  exchange.clock.advance(15_000);
  const [made] = (await maker.get("/portfolio/positions")).value.market_positions;
  assertEquals([made.position_fp, made.market_exposure_dollars], ["-100.00", "55.000000"]);
  const [taken] = (await requester.get("/portfolio/positions")).value.market_positions;
  assertEquals([taken.position_fp, taken.market_exposure_dollars], ["100.00", "45.000000"]);
});

test("requests that cannot be are refused", async () => {
  const { exchange, requester, maker, ask, quote } = await setUp();
  for (
    const fields of [
      { contracts_fp: undefined },
      { target_cost_dollars: "10.00" },
      { contracts: 5 },
      { contracts_fp: "0.00" },
      { rest_remainder: undefined },
      { target_cost_excludes_fees: true },
    ]
  ) assertEquals([JSON.stringify(fields), (await ask(fields)).status], [JSON.stringify(fields), 400]);
  assertEquals((await ask({ market_ticker: "NONE" })).status, 404);
  const first = await ask();
  assertEquals((await ask()).status, 409);
  const replaced = await ask({ replace_existing: true });
  assertEquals(replaced.status, 201);
  assertEquals(
    (await requester.get(`/communications/rfqs/${first.value.id}`)).value.rfq.cancellation_reason,
    "replaced",
  );
  assertEquals((await quote(maker, first.value.id)).value.code, "rfq_closed");
  for (
    const fields of [
      { yes_bid: "0", no_bid: "0" },
      { yes_bid: "0.5", no_bid: "0.51" },
      { yes_bid: "0.405" },
      { yes_bid: undefined },
      { rest_remainder: undefined },
    ]
  ) {
    const { status } = await quote(maker, replaced.value.id, fields);
    assertEquals([JSON.stringify(fields), status], [JSON.stringify(fields), 400]);
  }
  assertEquals((await quote(requester, replaced.value.id)).status, 400);
  assertEquals((await quote(maker, crypto.randomUUID())).status, 404);
  assertEquals((await quote(maker, "unknown")).status, 400);
  for (
    const [rfq, id] of [["unknown", crypto.randomUUID()], [replaced.value.id, "unknown"]]
  ) assertEquals((await maker.get(`/communications/rfqs/${rfq}/quotes/${id}`)).status, 400);
  assertEquals((await maker.get("/communications/rfqs/unknown")).status, 400);
  assertEquals((await maker.get(`/communications/rfqs/${crypto.randomUUID()}`)).status, 404);
  const second = (await quote(maker, replaced.value.id)).value.id;
  const third = (await quote(maker, replaced.value.id, { yes_bid: "0" })).value.id;
  assertEquals((await maker.get(`/communications/quotes/${second}`)).value.quote.status, "cancelled");
  assertEquals(
    (await requester.put(`/communications/quotes/${third}/accept`, { accepted_side: "yes" })).status,
    400,
  );
  assertEquals((await maker.delete(`/communications/quotes/${third}`)).status, 204);
  assertEquals((await requester.delete(`/communications/rfqs/${replaced.value.id}`)).status, 204);
  assertEquals((await maker.get("/communications/rfqs?status=open")).value.rfqs, []);
  for (let index = 0; index < 100; index++) {
    exchange.listMarket({ ticker: `MANY-${index}` });
    assertEquals((await ask({ market_ticker: `MANY-${index}` })).status, 201);
  }
  assertEquals((await ask()).status, 400);
});

test("a requester can hide who asks, until a quote is executed", async () => {
  const { exchange, requester, account, maker, rival, ask, quote } = await setUp();
  const { value: { id } } = await ask({ obscure_creator_id: true });
  const own = (await requester.get(`/communications/rfqs/${id}`)).value.rfq.creator_id;
  assertEquals(own, (await requester.get("/communications/id")).value.communications_id);
  const seen = (await maker.get(`/communications/rfqs/${id}`)).value.rfq;
  assertEquals(seen.creator_id, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  assertEquals([seen.creator_user_id, seen.rest_remainder], [undefined, undefined]);
  const byUser = `/communications/rfqs?creator_user_id=${account.id}`;
  assertEquals([(await maker.get(byUser)).value.rfqs, (await requester.get(byUser)).value.rfqs.length], [
    [],
    1,
  ]);

  const [taken, lost] = [(await quote(maker, id)).value.id, (await quote(rival, id)).value.id];
  const path = `/communications/rfqs/${id}/quotes/${taken}`;
  const asked = async (session: Session, path: string) =>
    (await session.get(path)).value.quote.rfq_creator_id;
  assertEquals([await asked(maker, path), await asked(requester, path)], [seen.creator_id, own]);
  await requester.put(`${path}/accept`, { accepted_side: "yes" });
  await maker.put(`${path}/confirm`);
  assertEquals(await asked(maker, path), seen.creator_id);
  exchange.clock.advance(15_000);
  assertEquals(await asked(maker, path), own);
  assertEquals(await asked(rival, `/communications/rfqs/${id}/quotes/${lost}`), seen.creator_id);
  assertEquals((await rival.get(`/communications/rfqs/${id}`)).value.rfq.creator_id, own);
});

test("what a quote leaves rests where asked", async () => {
  const { exchange, requester, maker, ask, quote, ticker } = await setUp();
  exchange.placeCounterOrder({ ticker, side: "bid", price: "0.4500", count: "30" });
  const { value: { id: rfq } } = await ask({ rest_remainder: true });
  const { value: { id } } = await quote(maker, rfq, { yes_bid: "0.4000", rest_remainder: true });
  await requester.put(`/communications/quotes/${id}/accept`, { accepted_side: "yes" });
  await maker.put(`/communications/quotes/${id}/confirm`);
  exchange.clock.advance(15_000);
  // The requester sold 30 to the better bid in the book and 70 to the maker, of whose bid 30 are left.
  const [resting] = (await maker.get("/portfolio/orders?status=resting")).value.orders;
  assertEquals([resting.remaining_count_fp, resting.yes_price_dollars], ["30.00", "0.4000"]);
  assertEquals((await requester.get("/portfolio/fills")).value.fills.length, 2);
});

test("combos are made on demand, have short windows and settle with their legs", async () => {
  const { exchange, requester, maker } = await setUp();
  const { value: { multivariate_contracts: [collection] } } = await requester.get(
    "/multivariate_event_collections?status=open",
  );
  const [first, second] = collection.associated_event_tickers;
  const leg = async (event: string, index: number) => {
    const { value } = await requester.get(`/events/${event}`);
    return { event_ticker: event, market_ticker: value.markets[index].ticker, side: "yes" };
  };
  const legs = [await leg(first, 0), await leg(second, 1)];
  const path = `/multivariate_event_collections/${collection.collection_ticker}`;
  const made = await requester.post(path, { selected_markets: legs, with_market_payload: true });
  assertEquals([made.status, made.value.market.mve_selected_legs.length], [200, 2]);
  const again = await maker.post(path, { selected_markets: [legs[1], legs[0]] });
  assertEquals(again.value.market_ticker, made.value.market_ticker);
  const bad = async (selected_markets: unknown) =>
    (await requester.post(path, { selected_markets })).value.code;
  assertEquals(await bad([legs[0]]), "invalid_market_combination");
  assertEquals(await bad([legs[0], legs[0]]), "duplicated_legs");
  assertEquals(await bad([legs[0], { ...legs[0], side: "no" }]), "conflicting_leg_outcomes");
  assertEquals(await bad([legs[0], await leg(first, 1)]), "conflicting_leg_outcomes");

  const ticker = made.value.market_ticker;
  assertEquals(
    (await requester.get("/markets?mve_filter=only")).value.markets.map((one: { ticker: string }) =>
      one.ticker
    ),
    [ticker],
  );
  assertEquals((await requester.get("/events/multivariate")).value.events.length, 1);
  const rfq = await requester.post("/communications/rfqs", {
    market_ticker: ticker,
    contracts: 10,
    rest_remainder: false,
  });
  const { value: { id } } = await maker.post("/communications/quotes", {
    rfq_id: rfq.value.id,
    yes_bid: "0.0000",
    no_bid: "0.7000",
    rest_remainder: false,
  });
  await requester.put(`/communications/quotes/${id}/accept`, { accepted_side: "no" });
  exchange.clock.advance(2_999);
  await maker.put(`/communications/quotes/${id}/confirm`);
  exchange.clock.advance(1_000);
  assertEquals((await requester.get("/portfolio/positions")).value.market_positions[0].position_fp, "10.00");
  exchange.determine(legs[0]?.market_ticker ?? "", "yes", { settle: true });
  assertEquals((await requester.get(`/markets/${ticker}`)).value.market.status, "active");
  exchange.determine(legs[1]?.market_ticker ?? "", "yes", { settle: true });
  exchange.clock.advance(60_000);
  const { value: { market } } = await requester.get(`/markets/${ticker}`);
  assertEquals([market.status, market.result], ["finalized", "yes"]);
  assertEquals((await requester.get("/portfolio/settlements")).value.settlements[0].revenue, 1_000);
});

test("block trades are proposed, accepted by both and printed as such", async () => {
  const { exchange, requester, account, maker, ticker, rival } = await setUp();
  const seller = await exchange.createAccount({ balance: "1000.00" });
  const sellerSession = new Session(exchange, seller.auth);
  const body = {
    buyer_user_id: account.id,
    seller_user_id: seller.id,
    market_ticker: ticker,
    price_centi_cents: 4_500,
    centicount: 20_000,
    maker_side: "yes",
    expiration_ts: new Date(exchange.clock.now() + 60_000).toISOString(),
  };
  const base = "/communications/block-trade-proposals";
  assertEquals((await rival.post(base, body)).status, 403);
  assertEquals((await requester.post(base, { ...body, price_centi_cents: 4_550 })).status, 400);
  const { value: { block_trade_proposal_id: id } } = await requester.post(base, body);
  assertEquals((await maker.post(`${base}/${id}/accept`)).status, 404);
  assertEquals((await requester.post(`${base}/${id}/accept`)).status, 204);
  assertEquals((await sellerSession.post(`${base}/${id}/accept`, { subaccount: 0 })).status, 204);
  const [proposal] = (await requester.get(base)).value.block_trade_proposals;
  assertEquals([proposal.status, proposal.buyer_accepted, typeof proposal.seller_order_id], [
    "executed",
    true,
    "string",
  ]);
  const [trade] = (await requester.get("/markets/trades?is_block_trade=true")).value.trades;
  assertEquals([trade.is_block_trade, trade.count_fp, trade.taker_book_side], [true, "200.00", "ask"]);
  assertEquals(
    (await sellerSession.get("/portfolio/positions")).value.market_positions[0].position_fp,
    "-200.00",
  );
  const late = await requester.post(base, body);
  exchange.clock.advance(60_000);
  assertEquals((await requester.post(`${base}/${late.value.block_trade_proposal_id}/accept`)).status, 400);
});

test("a request closes with its market", async () => {
  const { exchange, requester, ask, ticker } = await setUp();
  const { value: { id } } = await ask();
  exchange.setCloseTime(ticker, exchange.clock.now());
  const { value: { rfq } } = await requester.get(`/communications/rfqs/${id}`);
  assertEquals([rfq.status, rfq.cancellation_reason], ["closed", "market_closed"]);
  const refused = await requester.post("/portfolio/events/orders", orderBody({ ticker }));
  assertEquals(refused.value.code, "market_inactive");
});
