/** Requests for quotes between two FIX members, while REST and the WebSocket look on. */
import { assert, assertEquals } from "@std/assert";
import { KalshiClient } from "../../../../src/client.ts";
import { LocalExchange, type LocalExchangeOptions } from "../../../../src/local_exchange/mod.ts";
import { ManualClock } from "../../../../src/testing/manual_clock.ts";
import { KalshiStream } from "../../../../src/stream/mod.ts";
import { test } from "../../../support/test.ts";
import { until } from "../../../support/until.ts";
import { plain } from "../../../fix/peer.ts";
import { FixTester } from "./support/fix_client.ts";

const QUOTE = "0b7e6f0e-3f1c-4f6c-9a53-0d6a0c1f7a11";

async function setUp(options: LocalExchangeOptions = {}) {
  const clock = new ManualClock(Date.UTC(2026, 10, 29, 17));
  const exchange = LocalExchange.create({ marketMakers: false, fix: true, clock, ...options });
  const runtime = exchange.createRuntime();
  const [asking, quoting] = [await exchange.createAccount(), await exchange.createAccount()];
  const [creator, maker] = [
    await FixTester.open(exchange, { auth: asking.auth, runtime, session: "order-entry-rt" }),
    await FixTester.open(exchange, { auth: quoting.auth, runtime, session: "rfq" }),
  ];
  const client = ({ auth }: typeof asking) =>
    new KalshiClient({ auth, config: exchange.config, runtime, clock });
  return {
    exchange,
    clock,
    runtime,
    asking,
    quoting,
    creator,
    maker,
    rest: client(asking),
    makerRest: client(quoting),
  };
}

test("FIX asks, quotes, accepts, confirms and executes; REST and the WebSocket see each step", async () => {
  const { exchange, clock, runtime, creator, maker, asking, rest, makerRest } = await setUp();
  await using _ = exchange;
  const ticker = exchange.listMarket({ ticker: "M" });
  await using stream = await KalshiStream.connect({
    auth: asking.auth,
    config: exchange.config,
    runtime,
    clock,
  });
  const told = (await stream.subscribe("communications"))[Symbol.asyncIterator]();
  const next = async () => (await told.next()).value?.type;

  const [ack] = await creator.ask({
    MsgType: "R",
    QuoteReqID: "my-request",
    NoRelatedSym: [{ Symbol: ticker, OrderQty: "100" }],
  });
  assertEquals([ack?.MsgType, ack?.QuoteReqID], ["b", "my-request"]);
  const RfqId = String(ack?.RfqId);
  assertEquals([await next(), (await rest.communications.rfqs.get(RfqId)).status], ["rfq_created", "open"]);
  const [request] = await maker.next();
  assertEquals([request?.MsgType, request?.QuoteReqID], ["R", RfqId]);

  const [pending] = await maker.ask({
    MsgType: "S",
    QuoteID: QUOTE,
    QuoteReqID: RfqId,
    Symbol: ticker,
    BidPx: "40",
    OfferPx: "55",
  });
  assertEquals([pending?.MsgType, pending?.QuoteID, pending?.QuoteStatus], ["AI", QUOTE, 10]);
  const [quote] = await creator.next();
  assertEquals([quote?.MsgType, quote?.QuoteID, quote?.BidPx], ["S", QUOTE, "0.4000"]);
  assertEquals(await next(), "quote_created");

  const [status] = await creator.ask({ MsgType: "UA", QuoteID: QUOTE, RfqId, Side: "2", ClOrdID: "sold" });
  assertEquals([status?.MsgType, status?.AcceptQuoteStatus, status?.ClOrdID], ["UC", 0, "sold"]);
  assertEquals([(await maker.next())[0]?.QuoteStatus, await next()], [0, "quote_accepted"]);
  const [confirmed] = await maker.ask({ MsgType: "U7", QuoteID: QUOTE });
  assertEquals([confirmed?.MsgType, confirmed?.QuoteConfirmStatus], ["U8", 0]);
  await clock.advance(15_000);
  assertEquals(await next(), "quote_executed");
  const { items: [sold] } = await rest.portfolio.fills.list();
  assertEquals([sold?.count_fp, sold?.yes_price_dollars], ["100.00", "0.4000"]);
  assertEquals((await makerRest.orders.list()).items.map((order) => order.fill_count_fp), ["100.00"]);
  await until(() => creator.messages.length > 0);
  const report = creator.messages.at(-1);
  assertEquals([report?.MsgType, report?.ClOrdID, report?.CumQty], ["8", "sold", "100.00"]);
});

test("a combo is asked for without a symbol, and its legs are checked by the exchange", async () => {
  const { exchange, creator, maker, rest } = await setUp();
  await using _ = exchange;
  const { items: [collection] } = await rest.multivariateEventCollections.list();
  assert(collection);
  const legs = await Promise.all(
    collection.associated_event_tickers.slice(0, 2).map(async (event) => {
      const { markets = [] } = await rest.events.get(event, { with_nested_markets: true });
      return {
        MultivariateSelectedEventTicker: event,
        MultivariateSelectedMarketTicker: markets[0]?.ticker ?? "",
        MultivariateSelectedSide: "yes",
      };
    }),
  );
  const ask = (NoMultivariateSelectedLegs: typeof legs, QuoteReqID: string) =>
    creator.ask({
      MsgType: "R",
      QuoteReqID,
      NoRelatedSym: [{ OrderQty: "10" }],
      MultivariateCollectionTicker: collection.collection_ticker,
      NoMultivariateSelectedLegs,
    });
  const [ack] = await ask(legs, "one");
  assertEquals([ack?.MsgType, typeof ack?.Symbol], ["b", "string"]);
  const [request] = await maker.next();
  assertEquals(plain(request?.NoMultivariateSelectedLegs), legs);
  const [refused] = await ask(legs.slice(0, 1), "two");
  assertEquals([refused?.MsgType, refused?.MVEValidationReasonCode], ["AG", "invalid_market_combination"]);
});

test("quotes for a requester who is away come when he asks for what he missed; REST's quotes too", async () => {
  const { exchange, creator, maker, makerRest } = await setUp();
  await using _ = exchange;
  const ticker = exchange.listMarket({ ticker: "M" });
  const [ack] = await creator.ask({
    MsgType: "R",
    QuoteReqID: "a",
    NoRelatedSym: [{ Symbol: ticker, OrderQty: "10" }],
  });
  const RfqId = String(ack?.RfqId);
  creator.session.logout();
  await creator.ended();
  await maker.next();
  await maker.ask({ MsgType: "S", QuoteID: QUOTE, QuoteReqID: RfqId, Symbol: ticker, BidPx: "40" });
  const id = await makerRest.communications.quotes.create({
    rfq_id: RfqId,
    yes_bid: "0.4100",
    no_bid: "0.0000",
    rest_remainder: false,
  });
  assertEquals((await maker.next(2)).map(({ QuoteID, QuoteStatus }) => [QuoteID, QuoteStatus]), [
    [QUOTE, 17],
    [id, 10],
  ]);
  await creator.logOn();
  assertEquals((await creator.next(2)).map(({ QuoteID, BidPx }) => [QuoteID, BidPx]), [
    [QUOTE, "0.4000"],
    [id, "0.4100"],
  ]);
});

test("fields that stand beside the group are passed over, as Kalshi does", async () => {
  const { exchange, creator, rest } = await setUp();
  await using _ = exchange;
  const ticker = exchange.listMarket({ ticker: "M" });
  creator.send({
    MsgType: "R",
    QuoteReqID: "a",
    NoRelatedSym: [{ Symbol: ticker, OrderQty: "10" }],
    AllocAccount: 0,
    extra: [[21015, "Y"], [21033, "Y"]],
  });
  const [ack] = await creator.next();
  assertEquals(ack?.MsgType, "b");
  const { rest_remainder, target_cost_excludes_fees } = await rest.communications.rfqs.get(
    String(ack?.RfqId),
  );
  assertEquals([rest_remainder, target_cost_excludes_fees], [false, undefined]);
});

test("a refused quote has no id; a listener only listens; RFQs draw on the write bucket of shard 1", async () => {
  const { exchange, creator, maker, runtime, quoting } = await setUp({ rateLimits: true });
  await using _ = exchange;
  const ticker = exchange.listMarket({ ticker: "M" });
  const [refused] = await maker.ask({
    MsgType: "S",
    QuoteID: QUOTE,
    QuoteReqID: "2a3b1b0e-0000-4000-8000-000000000000",
    Symbol: ticker,
    BidPx: "40",
  });
  assertEquals([refused?.QuoteID, refused?.QuoteStatus, refused?.Text], ["", 5, "RFQ_NOT_FOUND"]);
  assertEquals(exchange.rateTokens(quoting.id)["write:1"], 98);
  const request = { MsgType: "R", NoRelatedSym: [{ Symbol: ticker, OrderQty: "1" }] } as const;
  for (let count = 0; count < 10; count++) creator.send({ ...request, QuoteReqID: `request-${count}` });
  creator.send({ ...request, QuoteReqID: "one-too-many" });
  const answers = await creator.next(11);
  assertEquals(answers.map(({ MsgType }) => MsgType).join(" "), "b AG AG AG AG AG AG AG AG AG j");
  assertEquals([answers[10]?.BusinessRejectReason, answers[10]?.RefMsgType], [8, "R"]);

  const other = await exchange.createAccount();
  const listener = await FixTester.open(exchange, {
    auth: other.auth,
    runtime,
    session: "order-entry-rt",
    logon: { ListenerSession: true, SkipPendingExecReports: true },
  });
  const [forbidden] = await listener.ask({ ...request, QuoteReqID: "mine" });
  assertEquals([forbidden?.MsgType, forbidden?.BusinessRejectReason], ["j", 6]);
});
