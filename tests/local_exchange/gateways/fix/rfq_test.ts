import { assert, assertEquals, assertThrows } from "@std/assert";
import type { AcceptQuote, QuoteRequest, RFQCancel } from "../../../../src/contract/fix/messages.ts";
import { openAccount } from "../../../../src/local_exchange/accounts.ts";
import type { Exchange } from "../../../../src/local_exchange/exchange.ts";
import { RfqCreator } from "../../../../src/local_exchange/gateways/fix/rfq_creator.ts";
import { RfqMaker } from "../../../../src/local_exchange/gateways/fix/rfq_maker.ts";
import { BusinessRefusal } from "../../../../src/local_exchange/gateways/fix/refusals.ts";
import { RestGateway } from "../../../../src/local_exchange/gateways/rest/gateway.ts";
import { there } from "../../../../tools/there.ts";
import { test } from "../../../support/test.ts";
import { Session } from "../../support/session.ts";
import { keyOf, newExchange, Reader, received, type Wire } from "./support/reader.ts";

/** Everything that two members say and hear, in its order. */
async function setUp({ useDollars = false, shards = false } = {}) {
  const exchange = newExchange({ shards });
  const gateway = new RestGateway(exchange);
  const open = async () => {
    const { id, auth } = await openAccount(exchange, { balance: "1000.00" });
    const account = there(exchange.engine.accounts.get(id));
    const rest = new Session({
      baseUrl: "http://localhost/trade-api/v2",
      fetch: (request) => gateway.fetch(request),
      clock: exchange.clock,
    }, auth);
    return { account, rest, key: keyOf(account) };
  };
  const [asker, quoter, rival] = [await open(), await open(), await open()];
  const lines: string[] = [];
  const member = (name: string, key: ReturnType<typeof keyOf>) => {
    const reader = new Reader(key, { useDollars, emptyQuoteId: true });
    const send = reader.send.bind(reader);
    reader.send = (message) => {
      const { QuoteStatus } = message as { QuoteStatus?: number };
      lines.push(`${name} ${message.MsgType}${QuoteStatus === undefined ? "" : ` ${QuoteStatus}`}`);
      send(message);
    };
    return reader;
  };
  const [creatorReader, makerReader, rivalReader] = [
    member("creator", asker.key),
    member("maker", quoter.key),
    member("rival", rival.key),
  ];
  const creator = new RfqCreator(exchange, creatorReader);
  const maker = new RfqMaker(exchange, makerReader);
  const other = new RfqMaker(exchange, rivalReader);
  const ticker = activeTickers(exchange)[0] ?? "";
  return {
    exchange,
    asker,
    quoter,
    rival,
    creator,
    maker,
    other,
    creatorReader,
    makerReader,
    rivalReader,
    ticker,
    line: () => lines.splice(0).join(", "),
    asks: (entry: object = {}, more: object = {}) =>
      creator.request(received<QuoteRequest>({
        MsgType: "R",
        QuoteReqID: "my-request",
        NoRelatedSym: [{ Symbol: ticker, OrderQty: "100", ...entry }],
        ...more,
      })),
    quotes: (by: RfqMaker, QuoteReqID: string, more: object = {}) =>
      by.quote({
        MsgType: "S",
        QuoteID: crypto.randomUUID(),
        QuoteReqID,
        Symbol: ticker,
        ...(useDollars ? { BidPx: "0.4000", OfferPx: "0.5500" } : { BidPx: "40", OfferPx: "55" }),
        ...more,
      }),
    accepts: (QuoteID: string, more: object = {}) =>
      creator.accept(received<AcceptQuote>({ MsgType: "UA", QuoteID, Side: "2", ...more })),
  };
}

const activeTickers = (exchange: Exchange) =>
  exchange.catalog.listed.filter(({ market, structure }) =>
    market.status === "active" && structure === "linear_cent"
  ).map(({ market }) => market.ticker);

test("a request goes from its making to its orders in Kalshi's order, and REST sees the same", async () => {
  const { exchange, asker, quoter, line, asks, quotes, accepts, maker, creatorReader, makerReader, ticker } =
    await setUp();
  asks();
  assertEquals(line(), "maker R, rival R, creator b");
  const [ack] = creatorReader.got();
  const [rfq] = (await asker.rest.get("/communications/rfqs?user_filter=self")).value.rfqs;
  assertEquals(ack, {
    MsgType: "b",
    QuoteReqID: "my-request",
    QuoteRequestType: 1,
    RfqId: rfq.id,
    ExDestination: 0,
  });
  const [told] = makerReader.got();
  assertEquals(told, {
    MsgType: "R",
    QuoteReqID: rfq.id,
    NoRelatedSym: [{
      Symbol: ticker,
      OrderQty: "100.00",
      NoPartyIDs: [{ PartyID: rfq.creator_id }],
      TransactTime: "20261129-17:00:00.000",
    }],
  });

  const named = "0b7e6f0e-3f1c-4f6c-9a53-0d6a0c1f7a11";
  quotes(maker, rfq.id, { QuoteID: named });
  assertEquals(line(), "creator S, maker AI 10");
  const [quote] = (await quoter.rest.get("/communications/quotes?user_filter=self")).value.quotes;
  assertEquals(quote.id, named);
  assertEquals(creatorReader.got(), [{
    MsgType: "S",
    QuoteID: quote.id,
    QuoteReqID: rfq.id,
    Symbol: ticker,
    BidPx: "0.4000",
    OfferPx: "0.5500",
    OrderQty: "100.00",
    BidSize: "100.00",
    OfferSize: "100.00",
    NoPartyIDs: [{ PartyID: quote.creator_id, PartyRole: 35 }],
    TransactTime: "20261129-17:00:00.000",
  }]);
  assertEquals(makerReader.got(), [{
    MsgType: "AI",
    QuoteID: quote.id,
    QuoteReqID: rfq.id,
    QuoteStatus: 10,
    BidPx: "40",
    OfferPx: "55",
    OrderQty: "100.00",
    BidSize: "100.00",
    OfferSize: "100.00",
    TransactTime: "20261129-17:00:00.000",
  }]);

  accepts(quote.id, { ClOrdID: "my-order", RfqId: rfq.id });
  assertEquals(line(), "creator UC, maker AI 0");
  assertEquals(creatorReader.got(), [{
    MsgType: "UC",
    QuoteID: quote.id,
    AcceptQuoteStatus: 0,
    AcceptedQuoteId: quote.id,
    ClOrdID: "my-order",
  }]);
  const [accepted] = makerReader.got();
  assertEquals([accepted.Side, accepted.OrderQty, accepted.TransactTime], ["1", "100.00", undefined]);
  maker.confirm({ MsgType: "U7", QuoteID: quote.id, RfqId: rfq.id });
  assertEquals(makerReader.got(), [{ MsgType: "U8", QuoteID: quote.id, QuoteConfirmStatus: 0 }]);
  exchange.clock.advance(15_000);
  const { value: { orders } } = await asker.rest.get("/portfolio/orders");
  assertEquals([orders.length, orders[0].client_order_id, orders[0].fill_count_fp, orders[0].book_side], [
    1,
    "my-order",
    "100.00",
    "ask",
  ]);
  assertEquals((await quoter.rest.get(`/communications/quotes/${quote.id}`)).value.quote.status, "executed");
  assertEquals(line(), "maker U8");
});

test("what REST makes is told by FIX, and what REST does with it", async () => {
  const { exchange, asker, quoter, rival, line, creator, maker, creatorReader, makerReader, ticker } =
    await setUp();
  const { value: { id: rfq } } = await asker.rest.post("/communications/rfqs", {
    market_ticker: ticker,
    target_cost_dollars: "50.00",
    rest_remainder: false,
  });
  assertEquals(makerReader.got().map(({ NoRelatedSym: [entry] }) => [entry.OrderQty, entry.CashOrderQty]), [
    ["0.00", "50.00"],
  ]);
  const offer = { rfq_id: rfq, yes_bid: "0.4500", no_bid: "0.0000", rest_remainder: false };
  const { value: { id } } = await quoter.rest.post("/communications/quotes", offer);
  const [quote] = creatorReader.got();
  assertEquals([quote.QuoteReqID, quote.BidPx, quote.OfferPx, quote.BidSize, quote.OfferSize], [
    rfq,
    "0.4500",
    undefined,
    // Fifty dollars buy so many NO at 55 cents with the fee.
    "88.13",
    undefined,
  ]);
  makerReader.got();
  await quoter.rest.post("/communications/quotes", { ...offer, yes_bid: "0.4600" });
  assertEquals(makerReader.got().map(({ QuoteID, QuoteStatus }) => [QuoteID === id, QuoteStatus]), [
    [true, 17],
    [false, 10],
  ]);
  await rival.rest.post("/communications/quotes", offer);
  line();
  const [, last] = (await asker.rest.get("/communications/quotes?rfq_user_filter=self")).value.quotes;
  assertEquals(
    (await asker.rest.put(`/communications/quotes/${last.id}/accept`, { accepted_side: "yes" })).status,
    204,
  );
  assertEquals(line(), "maker AI 0");
  exchange.clock.advance(30_000);
  assertEquals(line(), "maker AI 17", "it was not confirmed");
  await asker.rest.delete(`/communications/rfqs/${rfq}`);
  assertEquals(line(), "rival AI 17, maker AG, rival AG");
  assertEquals(makerReader.got().at(-1), {
    MsgType: "AG",
    Text: "DELETED",
    QuoteReqID: rfq,
    QuoteRequestRejectReason: 99,
  });
  creator.cancel(received<RFQCancel>({ MsgType: "UE", RfqId: rfq }));
  assertEquals(creatorReader.got().at(-1), {
    MsgType: "UB",
    QuoteReqID: rfq,
    RFQCancelStatus: 1,
    RfqId: rfq,
    Text: "RFQ_CLOSED",
  });
  maker.close();
});

test("UA: a buy takes the bid for NO, a part of it where told, and the best quote where that is wanted", async () => {
  const {
    exchange,
    asker,
    line,
    asks,
    quotes,
    accepts,
    maker,
    other,
    creatorReader,
    makerReader,
    rivalReader,
  } = await setUp();
  asks();
  const rfq = creatorReader.got()[0].RfqId;
  quotes(maker, rfq);
  quotes(other, rfq, { OfferPx: "57" });
  const [first, best] = creatorReader.got().map(({ QuoteID }) => QuoteID);
  const refusals = [
    accepts("nothing"),
    accepts(first, { RfqId: "another" }),
    accepts(first, { OrderQty: "100.01" }),
    accepts(first, { OrderQty: "0" }),
    accepts(first, { NoPartyIDs: [{ PartyID: "a-subtrader", PartyRole: 24 }] }),
  ];
  assertEquals(
    creatorReader.got().map(({ AcceptQuoteStatus, Text }) => [AcceptQuoteStatus, Text]),
    [
      "QUOTE_NOT_FOUND",
      "QUOTE_NOT_FOUND",
      "OrderQty(38) must be at most 100.00",
      "OrderQty(38) must be at most 100.00",
      "CUSTOMER_ACCOUNT_NOT_FOUND",
    ].map((text) => [1, text]),
  );
  assertEquals(refusals.length, 5);
  line();
  accepts(first, { Side: "1", OrderQty: "40", PreferBetterQuote: "Y" });
  assertEquals(line(), "creator UC, rival AI 0");
  const [status] = creatorReader.got();
  assertEquals([status.QuoteID, status.AcceptedQuoteId, status.ClOrdID], [first, best, undefined]);
  const report = rivalReader.got().at(-1);
  assertEquals([report.Side, report.OrderQty], ["2", "40.00"]);
  other.confirm({ MsgType: "U7", QuoteID: best });
  exchange.clock.advance(15_000);
  const { value: { market_positions: [position] } } = await asker.rest.get("/portfolio/positions");
  assertEquals(position.position_fp, "40.00");
  assertEquals(makerReader.got().at(-1).QuoteStatus, 17, "the others end with the request");
  accepts(first);
  assertEquals(creatorReader.got().at(-1).Text, "RFQ_CLOSED");
});

test("cents are cut to whole ones, dollars are exact; nonsense gets an AI without a quote", async () => {
  const inCents = await setUp();
  inCents.asks();
  const rfq = inCents.creatorReader.got()[0].RfqId;
  inCents.quotes(inCents.maker, rfq, {
    BidPx: "40.9",
    OfferPx: undefined,
    RestRemainder: "Y",
    ExecInst: "6",
  });
  assertEquals(inCents.creatorReader.got()[0].BidPx, "0.4000");
  const quote = there([...inCents.exchange.communications.quotes.values()][0]);
  assertEquals([quote.restRemainder, quote.postOnly, quote.noBid], [true, true, 0]);
  inCents.makerReader.got();
  for (
    const more of [
      { QuoteReqID: "another" },
      { Symbol: "ANOTHER" },
      { BidPx: "60" },
      { BidPx: undefined, OfferPx: undefined },
      { BidPx: "x" },
      { ExecInst: "E" },
      { AllocAccount: 7 },
      { QuoteID: "my-quote" },
      { QuoteID: quote.id },
    ] as const
  ) inCents.quotes(inCents.maker, rfq, more);
  const refused = inCents.makerReader.got();
  assertEquals(
    refused.map(({ MsgType, QuoteID, QuoteStatus, Text }: Wire) => [MsgType, QuoteID, QuoteStatus, Text]),
    [
      "RFQ_NOT_FOUND",
      `Symbol(55) is not that of the request: ${inCents.ticker}`,
      "yes_bid and no_bid are more than a dollar together",
      "yes_bid and no_bid cannot both be 0",
      "BidPx(132) or OfferPx(133) is no price",
      "ExecInst(18) of a quote is 6, post only",
      "CUSTOMER_ACCOUNT_NOT_FOUND",
      "QuoteID(117) is no UUID",
      "QuoteID(117) is that of another quote",
    ].map((text) => ["AI", "", 5, text]),
  );
  const inDollars = await setUp({ useDollars: true });
  inDollars.asks({ OrderQty: undefined, CashOrderQty: "10" });
  const request = inDollars.creatorReader.got()[0].RfqId;
  inDollars.quotes(inDollars.maker, request);
  const pending = inDollars.makerReader.got().at(-1);
  assertEquals([pending.BidPx, pending.OfferPx, pending.OrderQty], ["0.4000", "0.5500", undefined]);
});

test("Z ends an open quote of one's own, U7 confirms an accepted one; other ones are refused by name", async () => {
  const { asks, quotes, accepts, maker, other, creatorReader, makerReader, rivalReader, line } =
    await setUp();
  asks();
  const rfq = creatorReader.got()[0].RfqId;
  quotes(maker, rfq);
  const [{ QuoteID }] = creatorReader.got();
  line();
  other.cancel({ MsgType: "Z", QuoteID });
  assertEquals(rivalReader.got().at(-1), {
    MsgType: "U9",
    QuoteID,
    QuoteCancelStatus: 1,
    Text: "QUOTE_NOT_FOUND",
  });
  maker.confirm({ MsgType: "U7", QuoteID });
  maker.cancel({ MsgType: "Z", QuoteID, RfqId: "another" });
  maker.cancel({ MsgType: "Z", QuoteID, RfqId: rfq });
  assertEquals(line(), "rival U9, maker U8, maker U9, maker AI 17, maker U9");
  assertEquals(
    makerReader.got().slice(-4).map(({ QuoteConfirmStatus, QuoteCancelStatus, Text }) => [
      QuoteConfirmStatus ?? QuoteCancelStatus,
      Text,
    ]),
    [[1, "the quote is open"], [1, "QUOTE_NOT_FOUND"], [undefined, undefined], [0, undefined]],
  );
  accepts(QuoteID);
  assertEquals(creatorReader.got().at(-1).Text, "the quote is cancelled");
});

test("requests end by name or id; a closed market ends them unasked; those of others cannot be ended", async () => {
  const { exchange, creator, creatorReader, asks, line, rival, ticker } = await setUp();
  asks();
  const { RfqId } = creatorReader.got()[0];
  asks();
  assertEquals(creatorReader.got().at(-1).Text, "QuoteReqID(131) is that of an open request");
  asks({}, { QuoteReqID: "another" });
  assertEquals([creatorReader.got().at(-1).Text, line().slice(-10)], ["RFQ already exists", "creator AG"]);
  const strangerReader = new Reader(rival.key);
  const stranger = new RfqCreator(exchange, strangerReader);
  stranger.cancel(received<RFQCancel>({ MsgType: "UE", RfqId }));
  stranger.cancel(received<RFQCancel>({ MsgType: "UE", QuoteReqID: "my-request" }));
  assertEquals(strangerReader.got().map(({ Text }) => Text), ["RFQ_NOT_FOUND", "RFQ_NOT_FOUND"]);
  const { reason } = assertThrows(
    () => creator.cancel(received<RFQCancel>({ MsgType: "UE" })),
    BusinessRefusal,
  );
  assertEquals(reason, 5);
  creator.cancel(received<RFQCancel>({ MsgType: "UE", QuoteReqID: "my-request" }));
  assertEquals(creatorReader.got(), [{ MsgType: "UB", QuoteReqID: "my-request", RFQCancelStatus: 0, RfqId }]);
  asks({}, { QuoteReqID: "the-next" });
  const next = creatorReader.got()[0].RfqId;
  exchange.lifecycle.setCloseTime(there(exchange.catalog.markets.get(ticker)), exchange.engine.now);
  assertEquals(creatorReader.got(), [{
    MsgType: "UB",
    QuoteReqID: "the-next",
    RFQCancelStatus: 2,
    RfqId: next,
  }]);
  asks({}, { QuoteReqID: "too-late" });
  assertEquals(creatorReader.got()[0].Text, "MARKET_INACTIVE");
});

test("R: what is wrong is told; replacing keeps the newest request beside the new one", async () => {
  const { exchange, asks, creatorReader, asker } = await setUp();
  asks({ Symbol: "NOBODY" });
  asks({ OrderQty: undefined });
  asks({ CashOrderQty: "10.00" });
  asks({ OrderQty: "0.001" });
  asks({ TargetCostExcludesFees: "Y" });
  asks({ NoPartyIDs: [{ PartyID: "a-subtrader", PartyRole: 24 }] });
  asks({}, { AllocAccount: 9 });
  asks({}, { NoRelatedSym: [] });
  assertEquals(
    creatorReader.got().map(({ MsgType, QuoteRequestRejectReason, Text }) => [
      MsgType,
      QuoteRequestRejectReason,
      Text,
    ]),
    [
      ["AG", 1, "MARKET_NOT_FOUND"],
      ["AG", 99, "exactly one of OrderQty(38) and CashOrderQty(152) is required"],
      ["AG", 99, "exactly one of OrderQty(38) and CashOrderQty(152) is required"],
      ["AG", 99, "the size must be more than nothing"],
      ["AG", 99, "TargetCostExcludesFees(21033) needs CashOrderQty(152)"],
      ["AG", 99, "CUSTOMER_ACCOUNT_NOT_FOUND"],
      ["AG", 99, "CUSTOMER_ACCOUNT_NOT_FOUND"],
      ["AG", 99, "NoRelatedSym(146) must be 1"],
    ],
  );
  const tickers = activeTickers(exchange);
  for (const [index, Symbol] of tickers.slice(0, 4).entries()) {
    asks({ Symbol }, { QuoteReqID: `request-${index}` });
  }
  asks({ Symbol: tickers[4], ReplaceExisting: "Y" }, { QuoteReqID: "the-last" });
  const open = (await asker.rest.get("/communications/rfqs?user_filter=self&status=open")).value.rfqs;
  assertEquals(open.map((rfq: Wire) => rfq.market_ticker), [tickers[4], tickers[3]]);
});

test("legs are resolved to a market of their own, which b names; a bad combination names its legs", async () => {
  const { exchange, asks, quotes, maker, creatorReader, makerReader } = await setUp({ shards: true });
  const collection = there([...exchange.combos.collections.values()][0]);
  const leg = (event: number, market = 0, side = "yes") => {
    const info = there(collection.events[event]?.markets[market]);
    return {
      MultivariateSelectedEventTicker: info.event.ticker,
      MultivariateSelectedMarketTicker: info.market.ticker,
      MultivariateSelectedSide: side,
    };
  };
  let count = 0;
  const combo = (...legs: object[]) =>
    asks({ Symbol: undefined, OrderQty: "10" }, {
      QuoteReqID: `request-${count++}`,
      MultivariateCollectionTicker: collection.ticker,
      NoMultivariateSelectedLegs: legs,
    });
  combo(leg(0), leg(1, 0, "no"));
  const [ack] = creatorReader.got();
  const rfq = there(exchange.communications.rfqs.get(ack.RfqId));
  assertEquals([ack.Symbol, ack.ExDestination], [rfq.info.market.ticker, 1]);
  const [told] = makerReader.got();
  assertEquals([told.MultivariateCollectionTicker, told.NoMultivariateSelectedLegs], [
    collection.ticker,
    [leg(0), leg(1, 0, "no")],
  ]);
  quotes(maker, rfq.id, { Symbol: ack.Symbol });
  assertEquals(creatorReader.got()[0].Symbol, ack.Symbol);

  combo(leg(0), leg(0));
  combo(leg(0), leg(0, 0, "no"));
  combo(leg(0));
  combo(leg(0), { ...leg(1), MultivariateSelectedEventTicker: "ANOTHER" });
  asks({ Symbol: undefined }, { QuoteReqID: "without-legs" });
  const refused = creatorReader.got();
  assertEquals(
    refused.map(({ QuoteRequestRejectReason, MVEValidationReasonCode, NoMVEOffendingLegs }) => [
      QuoteRequestRejectReason,
      MVEValidationReasonCode,
      NoMVEOffendingLegs?.length,
    ]),
    [
      [99, "duplicated_legs", 1],
      [99, "conflicting_leg_outcomes", 1],
      [99, "invalid_market_combination", 1],
      [99, "invalid_market_combination", 1],
      [1, undefined, undefined],
    ],
  );
});

test("who hides is not told before the execution, and keys of one subaccount neither ask nor accept", async () => {
  const { exchange, asks, creatorReader, makerReader, asker } = await setUp();
  asks({ ObscureCreatorId: "Y" });
  const [request] = makerReader.got();
  assert(request.NoRelatedSym[0].NoPartyIDs[0].PartyID.startsWith("e3b0c44298fc1c14"));
  assertEquals(creatorReader.got().length, 1);
  const reader = new Reader(keyOf(asker.account, 3));
  const restricted = new RfqCreator(exchange, reader);
  const mine: QuoteRequest = { MsgType: "R", QuoteReqID: "mine", NoRelatedSym: [{ OrderQty: "1" }] };
  for (
    const work of [
      () => restricted.request(mine),
      () => restricted.accept({ MsgType: "UA", QuoteID: "one", Side: "1" }),
      () => restricted.cancel({ MsgType: "UE", QuoteReqID: "mine" }),
    ]
  ) assertEquals(assertThrows(work, BusinessRefusal).reason, 6);
  assertEquals(reader.got(), []);
});
