/** Every operation that Kalshi's own TypeScript client has, against the exchange. */
import { assert, assertEquals } from "@std/assert";
import * as kalshi from "kalshi-typescript";
import { LocalExchange } from "../../src/local_exchange/mod.ts";
import { test } from "../support/test.ts";
import { forgetOtherAccounts } from "./support/official.ts";

const called = new Set<string>();

/** Notes which methods are called and succeed. */
function watched<Api extends object>(api: Api): Api {
  return new Proxy(api, {
    get(target, name, receiver) {
      const member = Reflect.get(target, name, receiver);
      if (typeof member !== "function") return member;
      return async (...args: unknown[]) => {
        const answer = await member.apply(target, args);
        called.add(String(name));
        return answer;
      };
    },
  });
}

const no = undefined;

test("Kalshi's own client runs each of its operations", async () => {
  forgetOtherAccounts();
  await using exchange = await LocalExchange.start({ port: 0, seed: 1 });
  exchange.step(20);
  const { keyId, privateKey, id: userId } = await exchange.createAccount({ keyType: "rsa" });
  const configuration = new kalshi.Configuration({
    apiKey: keyId,
    privateKeyPem: privateKey,
    basePath: exchange.baseUrl,
  });
  const classes = [
    kalshi.AccountApi,
    kalshi.ApiKeysApi,
    kalshi.CommunicationsApi,
    kalshi.EventsApi,
    kalshi.ExchangeApi,
    kalshi.FcmApi,
    kalshi.HistoricalApi,
    kalshi.IncentiveProgramsApi,
    kalshi.LiveDataApi,
    kalshi.MarketApi,
    kalshi.MilestoneApi,
    kalshi.MultivariateApi,
    kalshi.OrderGroupsApi,
    kalshi.OrdersApi,
    kalshi.PortfolioApi,
    kalshi.SearchApi,
    kalshi.StructuredTargetsApi,
  ];
  const make = <Api extends object>(api: new (configuration: kalshi.Configuration) => Api) =>
    watched(new api(configuration));
  const market = make(kalshi.MarketApi);
  const events = make(kalshi.EventsApi);
  const orders = make(kalshi.OrdersApi);
  const portfolio = make(kalshi.PortfolioApi);
  const now = Math.floor(exchange.clock.now() / 1_000);

  const status = make(kalshi.ExchangeApi);
  await status.getExchangeStatus();
  await status.getExchangeSchedule();
  await status.getSeriesFeeChanges();
  await status.getUserDataTimestamp();

  const search = make(kalshi.SearchApi);
  await search.getFiltersForSports();
  await search.getTagsForSeriesCategories();

  const { data: { markets: [first] } } = await market.getMarkets(
    5,
    no,
    no,
    "KXHIGHNY",
    no,
    no,
    no,
    no,
    no,
    no,
    no,
    "open",
  );
  assert(first !== undefined);
  const { ticker, event_ticker: event } = first;
  await market.getMarket(ticker);
  await market.getMarketOrderbook(ticker, 3);
  const books = await market.getMarketOrderbooks([ticker, exchange.openTickers()[1] ?? ""]);
  assertEquals(books.data.orderbooks.length, 2);
  await market.getTrades(10);
  await market.getSeries("KXHIGHNY");
  await market.getSeriesList("Sports");
  await market.getMarketCandlesticks("KXHIGHNY", ticker, now - 600, now + 60, 1);
  await market.batchGetMarketCandlesticks(ticker, now - 600, now + 60, 1);

  await events.getEvents(10);
  await events.getEvent(event, true);
  await events.getEventMetadata(event);
  await events.getEventFeeChanges();
  await events.getMarketCandlesticksByEvent(event, "KXHIGHNY", now - 600, now + 60, 1);
  await events.getEventForecastPercentilesHistory(event, "KXHIGHNY", [2_500, 5_000], now - 600, now, 60);
  await events.getMultivariateEvents();

  const order = {
    ticker,
    side: "bid",
    count: "2.00",
    price: "0.0100",
    time_in_force: "good_till_canceled",
    self_trade_prevention_type: "taker_at_cross",
  } as const;
  const { data: { order_id: id } } = await orders.createOrderV2({ ...order, client_order_id: "a" });
  await orders.amendOrderV2(id, { ticker, side: "bid", price: "0.0200", count: "3.00" });
  await orders.decreaseOrderV2(id, { reduce_by: "1.00" });
  await orders.getOrder(id);
  await orders.getOrders(ticker);
  await orders.getOrderQueuePosition(id);
  await orders.getOrderQueuePositions(ticker);
  await orders.cancelOrderV2(id);
  const batch = await orders.batchCreateOrdersV2({ orders: [order, { ...order, price: "0.0050" }] });
  assertEquals(batch.data.orders.map(({ error }) => error?.code), [undefined, "invalid_price"]);
  const canceled = await orders.batchCancelOrdersV2({
    orders: [{ order_id: batch.data.orders[0]?.order_id ?? "" }],
  });
  assertEquals(canceled.data.orders[0]?.reduced_by, "2.00");
  await orders.createOrderV2({ ...order, price: first.yes_ask_dollars });
  await orders.cancelAllOrders();

  const groups = make(kalshi.OrderGroupsApi);
  const { data: { order_group_id: group } } = await groups.createOrderGroup({ contracts_limit: 10 });
  await groups.getOrderGroups();
  await groups.getOrderGroup(group);
  await groups.updateOrderGroupLimit(group, { contracts_limit: 20 });
  await groups.triggerOrderGroup(group);
  await groups.resetOrderGroup(group);
  await groups.deleteOrderGroup(group);

  await portfolio.createSubaccount();
  await portfolio.applySubaccountTransfer({
    client_transfer_id: crypto.randomUUID(),
    from_subaccount: 0,
    to_subaccount: 1,
    amount_cents: 500,
  });
  await portfolio.getSubaccountBalances();
  await portfolio.getSubaccountTransfers();
  await portfolio.updateSubaccountNetting({ subaccount_number: 1, enabled: true });
  await portfolio.getSubaccountNetting();
  const { data: { transfer_id: transfer } } = await portfolio.intraExchangeInstanceTransfer({
    source: "event_contract",
    destination: "margined",
    amount: 10_000,
  });
  await portfolio.getIntraExchangeInstanceTransfer(transfer);
  await portfolio.getIntraExchangeInstanceTransfers();
  await portfolio.setTargetBalanceAllocation({ allocations: [] });
  await portfolio.getTargetBalanceAllocation();
  await portfolio.getBalance();
  await portfolio.getDeposits();
  await portfolio.getWithdrawals();
  await portfolio.getFills(ticker);
  await portfolio.getPositions();
  await portfolio.getSettlements();
  await portfolio.getPortfolioRestingOrderTotalValue();

  const account = make(kalshi.AccountApi);
  await account.getAccountApiLimits();
  await account.getAccountApiUsageLevelVolumeProgress();
  await account.getAccountEndpointCosts();
  await account.upgradeAccountApiUsageLevel();

  const keys = make(kalshi.ApiKeysApi);
  const { data: key } = await keys.generateApiKey({ name: "generated" });
  const { publicKey } = await crypto.subtle.generateKey({ name: "Ed25519" }, true, [
    "sign",
    "verify",
  ]) as CryptoKeyPair;
  const spki = btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.exportKey("spki", publicKey))));
  await keys.createApiKey({
    name: "own",
    public_key: `-----BEGIN PUBLIC KEY-----\n${spki}\n-----END PUBLIC KEY-----`,
  });
  await keys.getApiKeys();
  await keys.deleteApiKey(key.api_key_id);

  // What needs a second party is played by an account that talks in process.
  const partner = await exchange.createAccount();
  const send = async (method: string, path: string, body?: unknown) => {
    const url = new URL(`${exchange.baseUrl}${path}`);
    const headers = { ...await partner.auth.headers(method, url.pathname) };
    const response = await exchange.fetch(new Request(url, { method, headers, body: JSON.stringify(body) }));
    assert(response.ok, await response.clone().text());
    return response.status === 204 ? {} : await response.json();
  };
  const talk = make(kalshi.CommunicationsApi);
  await talk.getCommunicationsID();
  const request = async () =>
    (await talk.createRFQ({ market_ticker: ticker, contracts: 5, rest_remainder: false })).data.id;
  const rfq = await request();
  await talk.getRFQ(rfq);
  await talk.getRFQs();
  const offer = { yes_bid: "0.2000", no_bid: "0.2000", rest_remainder: false };
  const offered = await send("POST", "/communications/quotes", { ...offer, rfq_id: rfq });
  await talk.getQuotes(no, no, no, no, no, no, no, "self");
  await talk.getQuote(offered.id);
  await talk.getRFQQuote(rfq, offered.id);
  await talk.acceptQuote(offered.id, { accepted_side: "yes" });
  const again = await send("POST", "/communications/quotes", { ...offer, rfq_id: rfq });
  await talk.acceptRFQQuote(rfq, again.id, { accepted_side: "no" });
  await talk.deleteRFQ(rfq);
  const theirs = await send("POST", "/communications/rfqs", {
    market_ticker: ticker,
    contracts: 5,
    rest_remainder: false,
  });
  const quote = async () => (await talk.createQuote({ ...offer, rfq_id: theirs.id })).data.id;
  await talk.deleteQuote(await quote());
  await talk.deleteRFQQuote(theirs.id, await quote());
  const one = await quote();
  await send("PUT", `/communications/quotes/${one}/accept`, { accepted_side: "yes" });
  await talk.confirmQuote(one);
  const two = await quote();
  await send("PUT", `/communications/quotes/${two}/accept`, { accepted_side: "yes" });
  await talk.confirmRFQQuote(theirs.id, two);
  const { data: { block_trade_proposal_id: block } } = await talk.proposeBlockTrade({
    buyer_user_id: userId,
    seller_user_id: partner.id,
    market_ticker: ticker,
    price_centi_cents: 5_000,
    centicount: 100,
    maker_side: "yes",
    expiration_ts: new Date(exchange.clock.now() + 60_000).toISOString(),
  });
  await talk.acceptBlockTradeProposal(block);
  await talk.getBlockTradeProposals();

  const combos = make(kalshi.MultivariateApi);
  const { data: { multivariate_contracts: [collection] } } = await combos.getMultivariateEventCollections();
  assert(collection !== undefined);
  await combos.getMultivariateEventCollection(collection.collection_ticker);
  const legs = await Promise.all(
    collection.associated_event_tickers.slice(0, 2).map(async (game) => ({
      event_ticker: game,
      market_ticker: (await events.getEvent(game)).data.markets[0]?.ticker ?? "",
      side: "no" as const,
    })),
  );
  await combos.createMarketInMultivariateEventCollection(collection.collection_ticker, {
    selected_markets: legs,
  });

  const milestones = make(kalshi.MilestoneApi);
  const { data: { milestones: [game] } } = await milestones.getMilestones(5);
  assert(game !== undefined);
  await milestones.getMilestone(game.id);
  const targets = make(kalshi.StructuredTargetsApi);
  const { data: { structured_targets: teams } } = await targets.getStructuredTargets(no, no, no, 3);
  await targets.getStructuredTarget(teams?.[0]?.id ?? "");
  const live = make(kalshi.LiveDataApi);
  await live.getLiveDatas([game.id]);
  await live.getLiveData(game.type, game.id);
  await live.getLiveDataByMilestone(game.id);
  await live.getGameStats(game.id);
  await live.getEventLiveData(event);
  await live.getWeatherIndex("nyc");
  await live.getWeatherIndexCalibrations("nyc");
  await make(kalshi.IncentiveProgramsApi).getIncentivePrograms();

  const fcm = make(kalshi.FcmApi);
  const { data: { subtrader_id: subtrader } } = await fcm.createFCMSubtrader({ subtrader_suffix: "a1" });
  await fcm.listFCMSubtraders();
  await fcm.updateFCMEventContractDailyCap({ subtrader_id: subtrader, limit: "10.00" });
  await fcm.getFCMEventContractDailyCap(subtrader);
  await fcm.deleteFCMEventContractDailyCap(subtrader);
  await fcm.getFCMOrders();
  await fcm.getFCMPositions(subtrader);

  exchange.determine(ticker, "yes", { settle: true });
  exchange.setHistoricalCutoff(exchange.clock.now() + 60_000);
  const history = make(kalshi.HistoricalApi);
  await history.getHistoricalCutoff();
  await history.getHistoricalMarkets();
  await history.getHistoricalMarket(ticker);
  await history.getMarketCandlesticksHistorical(ticker, now - 600, now + 60, 1);
  assert((await history.getTradesHistorical()).data.trades.length > 0);
  assert((await history.getFillsHistorical()).data.fills.length > 0);
  assert((await history.getHistoricalOrders()).data.orders.length > 0);
  await history.getHistoricalPositions();

  const all = classes.flatMap((api) => Object.getOwnPropertyNames(api.prototype)).filter((name) =>
    name !== "constructor"
  );
  assertEquals(all.filter((name) => !called.has(name)), []);
  assertEquals(all.length, 114);
});
